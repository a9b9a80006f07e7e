/* staff_account.c: DeleteStaff and ModifyStaffPassword. Layer: server. Rows ADM-040, ADM-041. */
#include "server/cloudapi/extension.h"
#include "server/cloudapi/staff.h"

#include "server/admin/admin.h"
#include "server/admin/password.h"
#include "server/agent/agent.h"
#include "server/store/staff.h"
#include "server/worker.h"
#include "tccc/error.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- DeleteStaff ---- */

enum { DELETE_MAX = 200, INFO_MAX = 1024 };   /* documented: 200 at once */

const char *const members_delete_staff[] = { "SdkAppId", "StaffList", NULL };

enum deletion { DELETED, ONLINE, UNKNOWN };

static enum deletion delete_one(action_call *call, int64_t app_id, const char *user_id) {
    store_agent row;
    agent *a = agents_find(call->api->agents, app_id, user_id);
    if (a && agent_status_of(a) != AGENT_STATUS_OFFLINE) return ONLINE;
    int error = store_get_agent(call->api->store, app_id, user_id, &row);
    if (error == TCCC_E_NOT_FOUND) return UNKNOWN;
    if (action_store_failed(call, error)) return UNKNOWN;
    extension_give(call, app_id, "", user_id);
    action_store_failed(call, store_delete_agent(call->api->store, app_id, user_id));
    return DELETED;
}

static void put_deletions(json_writer *out, const char *const *users, const enum deletion *how, int n) {
    char info[INFO_MAX];
    int count[3] = { 0 };
    json_open_array(out, "OnlineStaffList");
    for (int i = 0; i < n; i++) {
        count[how[i]]++;
        if (how[i] == ONLINE) json_put_string(out, NULL, users[i]);
    }
    json_close(out);
    int used = snprintf(info, sizeof info, "%d deleted, %d online, %d unknown%s", count[DELETED], count[ONLINE], count[UNKNOWN],
                        count[UNKNOWN] ? ":" : "");
    for (int i = 0; i < n && used + STAFF_ACCOUNT_MAX + 2 < INFO_MAX; i++)
        if (how[i] == UNKNOWN) used += snprintf(info + used, sizeof info - (size_t)used, " %s", users[i]);
    json_put_string(out, "DeleteStatusInfo", info);
}

/* Agents who are not offline stay; everybody else of the list goes, in one transaction. */
void action_delete_staff(action_call *call) {
    parameters in = parameters_of(call);
    const char *users[DELETE_MAX];
    enum deletion how[DELETE_MAX];
    int64_t app_id = action_app(call);
    int n = parameter_texts(&in, "StaffList", 1, DELETE_MAX, users, STAFF_ACCOUNT_MAX);
    if (call->code || action_store_failed(call, store_begin(call->api->store))) return;
    for (int i = 0; i < n; i++) how[i] = delete_one(call, app_id, users[i]);
    action_store_failed(call, store_end(call->api->store));
    staff_changed(call, app_id);
    put_deletions(call->out, users, how, n);
}

/* ---- ModifyStaffPassword ---- */

const char *const members_modify_staff_password[] = { "SdkAppId", "Email", "Password", NULL };

typedef struct {
    action_later *later;
    const cloudapi *api;
    int64_t app_id;
    char user_id[STORE_TEXT], password[PASSWORD_MAX + 1], hash[PASSWORD_HASH];
    int error;
} hashing;

static void hash_on_worker(void *arg) {
    hashing *h = arg;
    h->error = password_hash(h->password, h->hash);
}

static void write_hash(action_call *call, void *ctx) {
    hashing *h = ctx;
    int error = h->error ? 0 : store_put_password(h->api->store, h->app_id, h->user_id, h->hash);
    if (h->error) action_fail(call, "InternalError", "The password could not be hashed: %s", tccc_error_sentence(h->error));
    else if (error == TCCC_E_NOT_FOUND) action_fail(call, "InvalidParameterValue.AccountNotExist", "The agent has been deleted meanwhile.");
    else action_store_failed(call, error);
    if (!call->code && h->api->admin) admin_sign_out(h->api->admin, h->app_id, h->user_id); /* the old one is void at once */
}

static void hashed(void *arg, int started) {
    hashing *h = arg;
    if (!started) h->error = TCCC_E_SHUTTING_DOWN;
    action_finish(h->later, write_hash, h);
    OPENSSL_cleanse(h, sizeof *h);
    free(h);
}

static void hash_later(action_call *call, int64_t app_id, const char *user_id, const char *password) {
    hashing *h = calloc(1, sizeof *h);
    if (h) h->later = action_defer(call);
    if (!h || !h->later) {
        action_fail(call, "InternalError", "Memory is exhausted.");
        free(h);
        return;
    }
    h->api = call->api;
    h->app_id = app_id;
    snprintf(h->user_id, sizeof h->user_id, "%s", user_id);
    snprintf(h->password, sizeof h->password, "%s", password);
    if (workers_do(call->api->workers, hash_on_worker, hashed, h)) hashed(h, 0);
}

void action_modify_staff_password(action_call *call) {
    parameters in = parameters_of(call);
    store_agent row;
    int64_t app_id = action_app(call);
    const char *user_id = parameter_text(&in, "Email", STAFF_ACCOUNT_MAX), *password = parameter_text(&in, "Password", PASSWORD_MAX);
    if (!staff_find(&in, "Email", app_id, user_id, &row)) return;
    if (password_is_good(password)) hash_later(call, app_id, user_id, password);
    else parameter_fail(&in, "InvalidParameterValue", "Password", "must have 8 to 128 bytes that are not all the same");
}
