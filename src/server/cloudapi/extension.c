/* extension.c: desk phones and internal numbers. Layer: server. */
#include "server/cloudapi/extension.h"

#include "server/cloudapi/page.h"
#include "server/cloudapi/skill_group.h"
#include "server/cloudapi/staff.h"
#include "server/sip/digest.h"
#include "server/sip/registrar.h"
#include "server/agent/agent.h"
#include "tccc/error.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_MAX = 15, NAME_MAX_BYTES = 127, GROUPS_MAX = 12, PASSWORD_BYTES = 20, PAGE_DEFAULT = 20, PAGE_MAX = 100 };
enum { STATUS_OFFLINE = 0, STATUS_FREE = 100, STATUS_BUSY = 200 };   /* documented: the telephone's state */

/* ---- rules ---- */

bool extension_is_good(const char *number) {
    size_t n = strlen(number);
    return n >= 4 && n <= 6 && number[0] >= '1' && number[0] <= '8' && strspn(number, "0123456789") == n;
}

/* 0, NOT_FOUND, or the call has failed. */
static int get(action_call *call, const char *number, store_extension *row) {
    int error = call->code ? TCCC_E_NOT_FOUND : store_get_extension(call->api->store, number, row);
    if (error && error != TCCC_E_NOT_FOUND) action_store_failed(call, error);
    return error;
}

bool extension_is_taken(action_call *call, int64_t app_id, const char *number, const char *user_id) {
    store_extension row;
    if (get(call, number, &row)) return false;
    return row.app_id != app_id || (row.user_id[0] && strcmp(row.user_id, user_id) != 0);
}

typedef struct {
    const char *keep, *user_id;
    store_extension rows[32];
    int n;
} own_search;

static bool is_own(void *ctx, const store_extension *row) {
    own_search *s = ctx;
    if (strcmp(row->user_id, s->user_id) == 0 && strcmp(row->extension, s->keep) != 0 && s->n < 32) s->rows[s->n++] = *row;
    return true;
}

static bool has_telephone(const store_extension *row) {
    return row->ha1_md5[0] != 0;
}

static void take_away(action_call *call, store_extension *row) {
    row->user_id[0] = 0;
    action_store_failed(call, has_telephone(row) ? store_put_extension(call->api->store, row)
                                                 : store_delete_extension(call->api->store, row->extension));
}

void extension_give(action_call *call, int64_t app_id, const char *number, const char *user_id) {
    static own_search s; /* the control thread is the only one here */
    store_extension row = { .app_id = app_id };
    s = (own_search){ .keep = number, .user_id = user_id };
    action_store_failed(call, store_list_extensions(call->api->store, app_id, is_own, &s));
    for (int i = 0; i < s.n; i++) take_away(call, &s.rows[i]);
    if (!*number || call->code) return;
    if (get(call, number, &row)) snprintf(row.extension, sizeof row.extension, "%s", number);
    snprintf(row.user_id, sizeof row.user_id, "%s", user_id);
    action_store_failed(call, store_put_extension(call->api->store, &row));
}

/* The extension that ExtensionId names, of this app; false: the call has failed. */
static bool find(const parameters *in, int64_t app_id, store_extension *row) {
    const char *number = parameter_text(in, "ExtensionId", NUMBER_MAX);
    if (in->call->code) return false;
    if (get(in->call, number, row) || row->app_id != app_id)
        parameter_fail(in, "InvalidParameterValue", "ExtensionId", "is not an extension of the app");
    return !in->call->code;
}

/* ---- making and changing ---- */

/* A password for a telephone: 20 characters from an alphabet without look-alikes, 5.9 bits each. */
static bool make_password(action_call *call, store_extension *row) {
    static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    unsigned char bytes[PASSWORD_BYTES * 8];
    size_t n = 0;
    if (RAND_bytes(bytes, sizeof bytes) != 1) {
        action_fail(call, "InternalError", "There is no randomness for a password.");
        return false;
    }
    for (size_t i = 0; i < sizeof bytes && n < PASSWORD_BYTES; i++) /* what would make some letters likelier is left out */
        if (bytes[i] < 256 / (sizeof letters - 1) * (sizeof letters - 1)) row->password[n++] = letters[bytes[i] % (sizeof letters - 1)];
    row->password[n] = 0;
    OPENSSL_cleanse(bytes, sizeof bytes);
    snprintf(row->realm, sizeof row->realm, "%s", call->api->realm);
    digest_ha1(DIGEST_MD5, row->extension, row->realm, row->password, row->ha1_md5);
    digest_ha1(DIGEST_SHA256, row->extension, row->realm, row->password, row->ha1_sha256);
    return true;
}

static void read_groups(const parameters *in, store_extension *row) {
    int64_t ids[GROUPS_MAX];
    store_group group;
    size_t used = 0;
    if (!parameter_given(in, "SkillGroupIds")) return;
    int n = parameter_integers(in, "SkillGroupIds", 0, GROUPS_MAX, ids, 1, JSON_INTEGER_MAX);
    row->groups[0] = 0;
    for (int i = 0; i < n && skill_group_find(in, "SkillGroupIds", row->app_id, ids[i], &group); i++)
        used += (size_t)snprintf(row->groups + used, sizeof row->groups - used, "%s%lld", i ? "," : "", (long long)ids[i]);
}

static void read_relation(const parameters *in, store_extension *row) {
    store_agent agent;
    const char *user_id = parameter_text_or(in, "Relation", row->user_id, STAFF_ACCOUNT_MAX);
    if (in->call->code || user_id == row->user_id || (*user_id && !staff_find(in, "Relation", row->app_id, user_id, &agent))) return;
    snprintf(row->user_id, sizeof row->user_id, "%s", user_id);
}

const char *const members_create_extension[] = { "SdkAppId", "ExtensionId", "ExtensionName", "SkillGroupIds", "Relation", NULL };

/* An internal number of the same agent that has no telephone yet gets one. */
static void check_free(const parameters *in, store_extension *row) {
    store_extension old;
    if (get(in->call, row->extension, &old)) return;
    if (old.app_id != row->app_id || has_telephone(&old) || (old.user_id[0] && strcmp(old.user_id, row->user_id) != 0))
        parameter_fail(in, "InvalidParameter.DuplicateSipAccount", "ExtensionId", "is taken");
}

void action_create_extension(action_call *call) {
    parameters in = parameters_of(call);
    store_extension row = { .app_id = action_app(call) };
    const char *number = parameter_text(&in, "ExtensionId", NUMBER_MAX), *name = parameter_text(&in, "ExtensionName", NAME_MAX_BYTES);
    if (!call->code && !extension_is_good(number))
        parameter_fail(&in, "InvalidParameterValue", "ExtensionId", "must have 4 to 6 digits, the first from 1 to 8");
    if (call->code) return;
    snprintf(row.extension, sizeof row.extension, "%s", number);
    snprintf(row.name, sizeof row.name, "%s", name);
    read_groups(&in, &row);
    read_relation(&in, &row);
    check_free(&in, &row);
    if (!call->code && make_password(call, &row)) action_store_failed(call, store_put_extension(call->api->store, &row));
    staff_changed(call, row.app_id);
    OPENSSL_cleanse(row.password, sizeof row.password);
}

const char *const members_modify_extension[] = { "SdkAppId", "ExtensionId", "ExtensionName", "SkillGroupIds", "Relation", NULL };

void action_modify_extension(action_call *call) {
    parameters in = parameters_of(call);
    store_extension row;
    int64_t app_id = action_app(call);
    if (!find(&in, app_id, &row)) return;
    if (parameter_given(&in, "ExtensionName")) {
        const char *name = parameter_text(&in, "ExtensionName", NAME_MAX_BYTES);
        snprintf(row.name, sizeof row.name, "%s", name ? name : "");
    }
    read_groups(&in, &row);
    read_relation(&in, &row);
    if (!call->code) action_store_failed(call, store_put_extension(call->api->store, &row));
    staff_changed(call, app_id);
}

const char *const members_delete_extension[] = { "SdkAppId", "ExtensionId", NULL };

void action_delete_extension(action_call *call) {
    parameters in = parameters_of(call);
    store_extension row;
    int64_t app_id = action_app(call);
    if (!find(&in, app_id, &row) || action_store_failed(call, store_delete_extension(call->api->store, row.extension))) return;
    if (call->api->registrar) registrar_forget(call->api->registrar, row.extension);
    staff_changed(call, app_id);
}

const char *const members_reset_extension_password[] = { "SdkAppId", "ExtensionId", NULL };

/* The telephone that knew the old password is reachable no more. */
void action_reset_extension_password(action_call *call) {
    parameters in = parameters_of(call);
    store_extension row;
    int64_t app_id = action_app(call);
    if (!find(&in, app_id, &row) || !make_password(call, &row) || action_store_failed(call, store_put_extension(call->api->store, &row))) return;
    if (call->api->registrar) registrar_forget(call->api->registrar, row.extension);
    json_put_string(call->out, "Password", row.password);
    OPENSSL_cleanse(row.password, sizeof row.password);
}

/* ---- showing ---- */

const char *const members_describe_extension[] = { "SdkAppId", "ExtensionId", NULL };

/* Password is "" when the configuration file gave one: that is kept as a digest only. */
void action_describe_extension(action_call *call) {
    parameters in = parameters_of(call);
    store_extension row;
    int64_t app_id = action_app(call);
    if (!find(&in, app_id, &row)) return;
    json_put_string(call->out, "ExtensionId", row.extension);
    json_put_string(call->out, "ExtensionDomain", has_telephone(&row) ? row.realm : call->api->realm);
    json_put_string(call->out, "Password", row.password);
    json_put_string(call->out, "OutboundProxy", call->api->sip_proxy);
    json_put_string(call->out, "Transport", "UDP");
    OPENSSL_cleanse(row.password, sizeof row.password);
}

const char *const members_describe_extensions[] = { "SdkAppId", "PageNumber", "ExtensionIds", "PageSize", "FuzzingKeyWord", "IsNeedStatus", NULL };

typedef struct {
    action_call *call;
    page page;
    const char *numbers[PAGE_MAX];
    int n_numbers;                    /* 0: all */
    const char *word;                 /* "" : any */
    bool status;
} listing;

static bool is_asked_for(const listing *l, const store_extension *row, const store_agent *agent) {
    bool named = l->n_numbers == 0, found = strstr(row->extension, l->word) || strstr(row->name, l->word)
                                         || strstr(row->user_id, l->word) || strstr(agent->name, l->word);
    for (int i = 0; i < l->n_numbers; i++) named |= strcmp(l->numbers[i], row->extension) == 0;
    return named && found;
}

static bool is_registered(const listing *l, const store_extension *row) {
    registrar_contact contacts[REGISTRAR_CONTACTS];
    return l->call->api->registrar && registrar_find(l->call->api->registrar, row->extension, contacts) > 0;
}

static bool is_busy(const listing *l, const store_extension *row) {
    agent *a = l->call->api->agents ? agents_of_extension(l->call->api->agents, row->extension) : NULL;
    return a && agent_session(a)[0];
}

static bool each_extension(void *ctx, const store_extension *row) {
    listing *l = ctx;
    json_writer *out = l->call->out;
    store_agent agent = { .name = "" };
    char full[STORE_TEXT + 32];
    if (row->user_id[0] && store_get_agent(l->call->api->store, row->app_id, row->user_id, &agent)) agent.name[0] = 0;
    if (!is_asked_for(l, row, &agent) || !page_take(&l->page)) return true;
    bool registered = l->status && is_registered(l, row);
    snprintf(full, sizeof full, "%s@%s", row->extension, row->realm[0] ? row->realm : l->call->api->realm);
    json_open_object(out, NULL);
    json_put_integer(out, "SdkAppId", row->app_id);
    json_put_string(out, "FullExtensionId", full);
    json_put_string(out, "ExtensionId", row->extension);
    json_put_string(out, "SkillGroupId", row->groups);
    json_put_string(out, "ExtensionName", row->name);
    json_put_integer(out, "CreateTime", row->created_ms / 1000);
    json_put_integer(out, "ModifyTime", row->modified_ms / 1000);
    json_put_integer(out, "Status", !registered ? STATUS_OFFLINE : is_busy(l, row) ? STATUS_BUSY : STATUS_FREE);
    json_put_bool(out, "Register", registered);
    json_put_string(out, "Relation", row->user_id);
    json_put_string(out, "RelationName", agent.name);
    json_close(out);
    return true;
}

void action_describe_extensions(action_call *call) {
    parameters in = parameters_of(call);
    listing l = { .call = call };
    int64_t app_id = action_app(call);
    parameter_integer(&in, "PageNumber", 0, PAGE_NUMBER_MAX); /* required here, though PageSize is not */
    l.page = page_read(&in, PAGE_DEFAULT, PAGE_MAX);
    l.n_numbers = parameter_texts(&in, "ExtensionIds", 0, PAGE_MAX, l.numbers, NUMBER_MAX);
    l.word = parameter_text_or(&in, "FuzzingKeyWord", "", NAME_MAX_BYTES);
    l.status = parameter_bool_or(&in, "IsNeedStatus", false);
    if (call->code) return;
    json_open_array(call->out, "ExtensionList");
    action_store_failed(call, store_list_extensions(call->api->store, app_id, each_extension, &l));
    json_close(call->out);
    json_put_integer(call->out, "Total", l.page.total);
}
