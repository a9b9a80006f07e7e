/* line_routes.c: telephone numbers and desk phones. Layer: server. Rows ADM-015 to ADM-020, ADM-080. */
#include "server/admin/password.h"
#include "server/admin/route.h"
#include "server/cloudapi/extension.h"
#include "server/sip/digest.h"
#include "tccc/error.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const states[] = { "normal", "arrears", "stopped", "violation", NULL };
static const enum number_state state_values[] = { NUMBER_NORMAL, NUMBER_ARREARS, NUMBER_STOPPED, NUMBER_VIOLATION };

static store *db_of(const admin_call *call) { return call->all->parts.store; }

static const char *state_name(enum number_state state) {
    int i = 3;
    while (i > 0 && state_values[i] != state)
        i--;
    return states[i];
}

typedef struct {
    admin_call *call;
    int offset, limit, n;
} listing;

static bool is_on_page(listing *l) {
    int at = l->n++;
    return at >= l->offset && at < l->offset + l->limit;
}

/* ---- numbers ---- */

static void put_number(json_writer *out, const store_number *row) {
    json_put_string(out, "number", row->number);
    json_put_string(out, "trunk", row->trunk);
    json_put_bool(out, "inbound", row->inbound);
    json_put_bool(out, "outbound", row->outbound);
    json_put_integer(out, "groupId", row->group_id);
    json_put_integer(out, "flowId", row->flow_id);
    json_put_string(out, "state", state_name(row->state));
    json_open_array(out, "outboundGroupIds");
    for (int i = 0; i < row->n_outbound_groups; i++)
        json_put_integer(out, NULL, row->outbound_groups[i]);
    json_close(out);
}

static bool each_number(void *ctx, const store_number *row) {
    listing *l = ctx;
    if (is_on_page(l)) {
        json_open_object(l->call->out, NULL);
        put_number(l->call->out, row);
        json_close(l->call->out);
    }
    return true;
}

void route_list_numbers(admin_call *call) {
    listing l = { .call = call };
    admin_page(call, &l.offset, &l.limit);
    if (call->http)
        return;
    json_open_array(call->out, "numbers");
    admin_store_failed(call, store_list_numbers(db_of(call), call->app_id, each_number, &l), "", NULL);
    json_close(call->out);
    json_put_integer(call->out, "total", l.n);
}

static bool is_number(const char *text) {
    size_t n = strlen(text), plus = *text == '+', digits = strspn(text + plus, "0123456789");
    return n >= 3 && n < STORE_NUMBER && digits + plus == n;
}

static bool is_group(admin_call *call, int64_t id) {
    store_group group;
    return !store_get_group(db_of(call), id, &group) && group.app_id == call->app_id;
}

static void read_outbound_groups(admin_call *call, store_number *row) {
    const json_value *list = json_array_or(&call->in, "outboundGroupIds", NUMBER_GROUPS_MAX);
    int n = 0;
    for (const json_value *e = json_first(list); e && !call->in.error; e = json_next(e)) {
        if (!json_whole(e, &row->outbound_groups[n]) || !is_group(call, row->outbound_groups[n]))
            json_fail(&call->in, TCCC_E_ARG_RANGE, "outboundGroupIds", "must hold ids of groups of the app");
        n++;
    }
    if (list)
        row->n_outbound_groups = n;
}

static void read_number(admin_call *call, store_number *row) {
    store_trunk trunk;
    const char *name = json_string_or(&call->in, "trunk", row->trunk, 63);
    row->inbound = json_bool_or(&call->in, "inbound", row->inbound);
    row->outbound = json_bool_or(&call->in, "outbound", row->outbound);
    row->group_id = json_integer_or(&call->in, "groupId", row->group_id, 0, JSON_INTEGER_MAX);
    int state = json_choice_or(&call->in, "state", -1, states);
    read_outbound_groups(call, row);
    if (call->in.error)
        return;
    if (state >= 0)
        row->state = state_values[state];
    if (store_get_trunk(db_of(call), name, &trunk))
        json_fail(&call->in, TCCC_E_ARG_RANGE, "trunk", "must be the name of a trunk");
    if (row->group_id && !is_group(call, row->group_id))
        json_fail(&call->in, TCCC_E_ARG_RANGE, "groupId", "must be the id of a group of the app");
    if (name != row->trunk)
        snprintf(row->trunk, sizeof row->trunk, "%s", name);
}

/* True when it is there already; then *row is it. */
static bool get_number(admin_call *call, store_number *row) {
    int error = store_get_number(db_of(call), call->params[0], row);
    if (!error && row->app_id != call->app_id)
        admin_fail(call, TCCC_E_STATE, "number", "The number belongs to another app.");
    else if (error && error != TCCC_E_NOT_FOUND)
        admin_fail(call, error, "", NULL);
    return !error;
}

void route_put_number(admin_call *call) {
    store_number row;
    if (!is_number(call->params[0])) {
        admin_fail(call, TCCC_E_ARG_RANGE, "number", "A number must have 3 to 32 digits, the first of which may be a +.");
        return;
    }
    bool old = get_number(call, &row);
    if (!old) {
        row = (store_number){ .app_id = call->app_id, .inbound = true, .outbound = true, .state = NUMBER_NORMAL };
        snprintf(row.number, sizeof row.number, "%s", call->params[0]);
    }
    read_number(call, &row);
    if (admin_failed(call) || admin_store_failed(call, store_put_number(db_of(call), &row), "", NULL))
        return;
    (void)flows_provision_default(call->all->parts.flows, call->app_id); /* ADM-021 */
    call->status = old ? 200 : 201;
    put_number(call->out, &row);
}

/* ADM-020: at once. */
void route_put_number_flow(admin_call *call) {
    char sentence[FLOW_SENTENCE_MAX] = "";
    int64_t id = json_integer(&call->in, "flowId", 0, JSON_INTEGER_MAX);
    if (admin_failed(call))
        return;
    int error = flows_bind(call->all->parts.flows, call->app_id, call->params[0], id, sentence);
    if (error)
        admin_fail(call, error, "flowId", *sentence ? sentence : NULL);
    call->status = 204;
}

void route_delete_number(admin_call *call) {
    admin_store_failed(call, store_delete_number(db_of(call), call->app_id, call->params[0]), "", "There is no such number.");
    call->status = 204;
}

/* ---- desk phones ---- */

static bool has_telephone(const store_extension *row) { return row->ha1_md5[0] != 0; }

static void put_extension(admin_call *call, const store_extension *row) {
    registrar_contact contacts[REGISTRAR_CONTACTS];
    json_put_string(call->out, "extension", row->extension);
    json_put_string(call->out, "name", row->name);
    json_put_string(call->out, "userId", row->user_id);
    json_put_bool(call->out, "mayRegister", has_telephone(row));
    json_put_bool(call->out, "registered", registrar_find(call->all->parts.registrar, row->extension, contacts) > 0);
}

static bool each_extension(void *ctx, const store_extension *row) {
    listing *l = ctx;
    if (is_on_page(l)) {
        json_open_object(l->call->out, NULL);
        put_extension(l->call, row);
        json_close(l->call->out);
    }
    return true;
}

void route_list_extensions(admin_call *call) {
    listing l = { .call = call };
    admin_page(call, &l.offset, &l.limit);
    if (call->http)
        return;
    json_open_array(call->out, "extensions");
    admin_store_failed(call, store_list_extensions(db_of(call), call->app_id, each_extension, &l), "", NULL);
    json_close(call->out);
    json_put_integer(call->out, "total", l.n);
}

/* Only a digest of the password is kept. */
static void set_password(admin_call *call, store_extension *row, const char *password) {
    snprintf(row->realm, sizeof row->realm, "%s", call->all->parts.realm);
    digest_ha1(DIGEST_MD5, row->extension, row->realm, password, row->ha1_md5);
    digest_ha1(DIGEST_SHA256, row->extension, row->realm, password, row->ha1_sha256);
    OPENSSL_cleanse(row->password, sizeof row->password);
}

static void read_extension(admin_call *call, store_extension *row) {
    store_agent agent;
    const char *user_id = json_string_or(&call->in, "userId", row->user_id, ADMIN_USER_MAX);
    const char *name = json_string_or(&call->in, "name", row->name, 127);
    const char *password = admin_has(call, "password") ? json_string(&call->in, "password", 1, PASSWORD_MAX) : NULL;
    if (call->in.error)
        return;
    if (*user_id && store_get_agent(db_of(call), call->app_id, user_id, &agent))
        json_fail(&call->in, TCCC_E_ARG_RANGE, "userId", "must be an agent of the app");
    if (password && !password_is_good(password))
        json_fail(&call->in, TCCC_E_ARG_RANGE, "password", "must have 8 to 128 bytes that are not all the same");
    if (call->in.error)
        return;
    if (user_id != row->user_id)
        snprintf(row->user_id, sizeof row->user_id, "%s", user_id);
    if (name != row->name)
        snprintf(row->name, sizeof row->name, "%s", name);
    if (password)
        set_password(call, row, password);
}

static bool get_extension(admin_call *call, store_extension *row) {
    int error = store_get_extension(db_of(call), call->params[0], row);
    if (!error && row->app_id != call->app_id)
        admin_fail(call, TCCC_E_STATE, "extension", "The extension belongs to another app.");
    else if (error && error != TCCC_E_NOT_FOUND)
        admin_fail(call, error, "", NULL);
    return !error;
}

void route_put_extension(admin_call *call) {
    store_extension row;
    if (!extension_is_good(call->params[0])) {
        admin_fail(call, TCCC_E_ARG_RANGE, "extension", "An extension must have 4 to 6 digits, the first from 1 to 8.");
        return;
    }
    bool old = get_extension(call, &row);
    if (!old) {
        row = (store_extension){ .app_id = call->app_id };
        snprintf(row.extension, sizeof row.extension, "%s", call->params[0]);
    }
    read_extension(call, &row);
    if (admin_failed(call) || admin_store_failed(call, store_put_extension(db_of(call), &row), "", NULL))
        return;
    if (old && admin_has(call, "password"))
        registrar_forget(call->all->parts.registrar, row.extension); /* whoever knew the old password */
    admin_staff_changed(call);
    call->status = old ? 200 : 201;
    put_extension(call, &row);
}

void route_delete_extension(admin_call *call) {
    store_extension row;
    if (!get_extension(call, &row))
        admin_fail(call, TCCC_E_NOT_FOUND, "", "There is no such extension.");
    if (call->http || admin_store_failed(call, store_delete_extension(db_of(call), row.extension), "", NULL))
        return;
    registrar_forget(call->all->parts.registrar, row.extension);
    admin_staff_changed(call);
    call->status = 204;
}
