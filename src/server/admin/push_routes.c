/* push_routes.c: the outbox of pushes, and the keys of the APIs. Layer: server. */
#include "server/admin/route.h"
#include "tccc/error.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

enum { KEY_ID_BYTES = 12, KEY_BYTES = 24 };

static const char *const push_states[] = { "waiting", "done", "failed", NULL }; /* enum push_state */

static store *db_of(const admin_call *call) { return call->all->parts.store; }

static bool each_push(void *ctx, const store_push *row) {
    json_writer *out = ctx;
    json_open_object(out, NULL);
    json_put_string(out, "uuid", row->uuid);
    json_put_string(out, "kind", row->kind);
    json_put_string(out, "sessionId", row->session_id);
    json_put_string(out, "state", push_states[row->state]);
    json_put_integer(out, "tries", row->tries);
    json_put_integer(out, "created", row->created_ms / 1000);
    json_put_integer(out, "next", row->state == PUSH_WAITING ? row->next_ms / 1000 : 0);
    json_put_string(out, "lastError", row->last_error);
    json_close(out);
    return true;
}

void route_list_pushes(admin_call *call) {
    const char *name = query_get(&call->query, "state");
    int state = 0, offset, limit, total = 0;
    while (name && push_states[state] && strcmp(push_states[state], name))
        state++;
    if (!name || !push_states[state])
        admin_fail(call, TCCC_E_ARG_RANGE, "state", "state must be one of waiting, done, failed.");
    admin_page(call, &offset, &limit);
    if (call->http)
        return;
    json_open_array(call->out, "pushes");
    admin_store_failed(call, store_list_pushes(db_of(call), call->app_id, (enum push_state)state, offset, limit, &total, each_push, call->out), "", NULL);
    json_close(call->out);
    json_put_integer(call->out, "total", total);
}

void route_replay_push(admin_call *call) {
    int error = push_replay(call->all->parts.pushes, call->app_id, call->params[0]);
    if (error == TCCC_E_STATE)
        admin_fail(call, error, "", "The push has not failed: it waits, or was delivered.");
    else
        admin_store_failed(call, error, "", "There is no such push.");
    call->status = 204;
}

/* ---- keys ---- */

static bool each_key(void *ctx, const char *secret_id, const store_key *key) {
    json_writer *out = ctx;
    json_open_object(out, NULL);
    json_put_string(out, "secretId", secret_id);
    json_put_bool(out, "everyApp", key->app_id == 0);
    json_put_string(out, "role", key_role_names[key->role]);
    json_put_integer(out, "created", key->created_ms / 1000);
    json_close(out);
    return true;
}

void route_list_keys(admin_call *call) {
    json_open_array(call->out, "keys");
    admin_store_failed(call, store_list_secrets(db_of(call), call->app_id, each_key, call->out), "", NULL);
    json_close(call->out);
}

static bool make_text(char *text, size_t bytes) {
    unsigned char random[KEY_BYTES];
    if (RAND_bytes(random, (int)bytes) != 1)
        return false;
    for (size_t i = 0; i < bytes; i++)
        snprintf(text + 2 * i, 3, "%02x", random[i]);
    OPENSSL_cleanse(random, sizeof random);
    return true;
}

/* The key is shown this once. */
void route_post_key(admin_call *call) {
    char id[4 + 2 * KEY_ID_BYTES + 1] = "AKID", key[2 * KEY_BYTES + 1];
    int role = json_choice_or(&call->in, "role", KEY_ADMIN, key_role_names);
    if (admin_failed(call))
        return;
    if (!make_text(id + 4, KEY_ID_BYTES) || !make_text(key, KEY_BYTES))
        admin_fail(call, TCCC_E_INTERNAL, "", NULL);
    store_key what = { .app_id = call->app_id, .role = (enum key_role)role };
    if (call->http || admin_store_failed(call, store_put_secret(db_of(call), id, &what, key), "", NULL))
        return;
    json_put_string(call->out, "secretId", id);
    json_put_string(call->out, "role", key_role_names[role]);
    json_put_string(call->out, "secretKey", key);
    OPENSSL_cleanse(key, sizeof key);
    call->status = 201;
}

void route_delete_key(admin_call *call) {
    char key[STORE_TEXT];
    store_key found = { 0 };
    int error = store_get_secret(db_of(call), call->params[0], &found, key, sizeof key);
    OPENSSL_cleanse(key, sizeof key);
    if (!error && found.app_id != call->app_id)
        error = TCCC_E_NOT_FOUND;
    if (!admin_store_failed(call, error, "", "The app has no such key."))
        admin_store_failed(call, store_delete_secret(db_of(call), call->params[0]), "", NULL);
    call->status = 204;
}
