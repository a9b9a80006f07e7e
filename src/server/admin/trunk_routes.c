/* trunk_routes.c: connections to telephone companies; they belong to the server, not to an app. Layer: server. */
#include "server/admin/route.h"
#include "tccc/error.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const transports[] = { "udp", "tcp", "tls", NULL };
static const char *const srtp[] = { "off", "required", NULL };

static store *db_of(const admin_call *call) { return call->all->parts.store; }

static bool is_other_app(void *ctx, int64_t app_id, const char *name) {
    admin_call *call = ctx;
    (void)name;
    if (app_id != call->who.app_id)
        admin_fail(call, TCCC_E_FORBIDDEN, "", "Trunks belong to all apps of this server. Use an API key that is good for every app.");
    return !call->http;
}

/* An administrator of one app among several may not change what the others use. */
static bool may_change(admin_call *call) {
    if (call->who.app_id)
        (void)store_list_apps(db_of(call), is_other_app, call);
    return !call->http;
}

static void put_trunk(admin_call *call, const store_trunk *row) {
    json_writer *out = call->out;
    const trunk *live = trunk_find(call->all->parts.trunks, row->name);
    json_put_string(out, "name", row->name);
    json_put_string(out, "host", row->host);
    json_put_integer(out, "port", row->port);
    json_put_string(out, "transport", transports[row->transport]);
    json_put_string(out, "username", row->username);
    json_put_string(out, "password", "");
    json_put_bool(out, "hasPassword", row->password[0] != 0);
    json_put_string(out, "fromDomain", row->from_domain);
    json_put_bool(out, "registers", row->registers);
    json_put_string(out, "srtp", srtp[row->srtp]);
    json_put_string(out, "allow", row->allow);
    json_put_integer(out, "qualifySeconds", row->qualify_s);
    json_put_bool(out, "up", live && trunk_is_up(live));
}

static bool each_trunk(void *ctx, const store_trunk *row) {
    admin_call *call = ctx;
    json_open_object(call->out, NULL);
    put_trunk(call, row);
    json_close(call->out);
    return true;
}

void route_list_trunks(admin_call *call) {
    if (!may_change(call))
        return;
    json_open_array(call->out, "trunks");
    admin_store_failed(call, store_list_trunks(db_of(call), each_trunk, call), "", NULL);
    json_close(call->out);
}

/* A name or an address: it becomes part of SIP URIs. */
static bool is_host(const char *text) {
    size_t n = strlen(text);
    if (*text == '[')
        return n > 2 && text[n - 1] == ']' && strspn(text + 1, "0123456789abcdefABCDEF:.") == n - 2;
    for (const char *at = text; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr(".-", *at))
            return false;
    return n > 0;
}

static bool is_token(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 127 || strchr("\"<>@\\", *text))
            return false;
    return true;
}

static void read_text(admin_call *call, const char *member, char *text, size_t capacity, bool (*is_good)(const char *text), const char *complaint) {
    const char *given = json_string_or(&call->in, member, text, capacity > 128 ? 127 : capacity - 1);
    if (call->in.error || given == text)
        return;
    if (*given && is_good && !is_good(given))
        json_fail(&call->in, TCCC_E_ARG_RANGE, member, complaint);
    snprintf(text, capacity, "%s", given);
}

static bool is_list(const char *text) { return strspn(text, "0123456789abcdefABCDEF:., ") == strlen(text); }

static void read_trunk(admin_call *call, store_trunk *row) {
    json_reader *in = &call->in;
    read_text(call, "host", row->host, sizeof row->host, is_host, "must be a host name or an address");
    row->port = (int)json_integer_or(in, "port", row->port, 0, 65535);
    int transport = json_choice_or(in, "transport", (int)row->transport, transports), secure = json_choice_or(in, "srtp", row->srtp, srtp);
    read_text(call, "username", row->username, sizeof row->username, is_token, "must not hold blanks, quotes, @ or \\");
    const char *password = json_string_or(in, "password", "", 127);
    read_text(call, "fromDomain", row->from_domain, sizeof row->from_domain, is_host, "must be a host name or an address");
    read_text(call, "allow", row->allow, sizeof row->allow, is_list, "must be addresses, comma separated");
    row->registers = json_bool_or(in, "registers", row->registers);
    row->qualify_s = (int)json_integer_or(in, "qualifySeconds", row->qualify_s, 0, 3600);
    if (in->error)
        return;
    row->transport = (enum store_transport)transport;
    row->srtp = secure == 1;
    if (*password)
        snprintf(row->password, sizeof row->password, "%s", password);
    if (!row->host[0])
        json_fail(in, TCCC_E_ARG_MISSING, "host", "is missing");
    if (row->registers && !row->username[0])
        json_fail(in, TCCC_E_ARG_RANGE, "username", "must be given when registers is true");
}

void route_put_trunk(admin_call *call) {
    store_trunk row;
    const char *name = call->params[0];
    if (!may_change(call))
        return;
    if (strlen(name) > 63 || !is_token(name) || strchr(name, '/'))
        admin_fail(call, TCCC_E_ARG_RANGE, "name", "A trunk's name must have 1 to 63 characters without blanks, quotes, @ or \\.");
    int error = call->http ? 0 : store_get_trunk(db_of(call), name, &row);
    if (error && error != TCCC_E_NOT_FOUND)
        admin_fail(call, error, "", NULL);
    if (call->http)
        return;
    if (error) {
        row = (store_trunk){ .port = 0 };
        snprintf(row.name, sizeof row.name, "%s", name);
    }
    read_trunk(call, &row);
    if (admin_failed(call) || admin_store_failed(call, store_put_trunk(db_of(call), &row), "", NULL))
        return;
    call->all->parts.trunk_changed(call->all->parts.ctx, row.name);
    call->status = error ? 201 : 200;
    put_trunk(call, &row);
}

void route_delete_trunk(admin_call *call) {
    store_trunk row;
    if (!may_change(call) || admin_store_failed(call, store_get_trunk(db_of(call), call->params[0], &row), "", "There is no such trunk."))
        return;
    int error = store_delete_trunk(db_of(call), row.name);
    if (error == TCCC_E_NOT_FOUND)
        admin_fail(call, TCCC_E_STATE, "", "A number uses this trunk. Delete the number first, or give it another trunk.");
    else if (!admin_store_failed(call, error, "", NULL))
        call->all->parts.trunk_changed(call->all->parts.ctx, row.name);
    call->status = 204;
}
