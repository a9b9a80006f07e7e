/* store_records.c: sign-in tokens (as hashes) and call records. Layer: server. */
#include "server/store/statement.h"

#include "tccc/error.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

static void hash_token(const char *token, char hex[65]) {
    unsigned char bytes[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)token, strlen(token), bytes);
    for (int i = 0; i < SHA256_DIGEST_LENGTH; i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
}

int store_put_token(store *s, const char *token, int64_t sdk_app_id, const char *user_id, int64_t expires_ms) {
    char hash[65];
    sqlite3_stmt *old = statement(s, "DELETE FROM login_token WHERE expires_ms < ?1 - 86400000");
    bind_integer(old, 1, expires_ms);
    (void)run(s, old);
    hash_token(token, hash);
    sqlite3_stmt *q = statement(s, "INSERT INTO login_token(hash,sdk_app_id,user_id,expires_ms) VALUES(?1,?2,?3,?4)");
    bind_text(q, 1, hash);
    bind_integer(q, 2, sdk_app_id);
    bind_text(q, 3, user_id);
    bind_integer(q, 4, expires_ms);
    return run(s, q);
}

static int mark_used(store *s, const char *hash) {
    sqlite3_stmt *q = statement(s, "UPDATE login_token SET used=1 WHERE hash=?1");
    bind_text(q, 1, hash);
    return run(s, q);
}

int store_redeem_token(store *s, const char *token, int64_t now_ms, store_agent *out) {
    char hash[65], user_id[STORE_TEXT] = "";
    hash_token(token, hash);
    sqlite3_stmt *q = statement(s, "SELECT sdk_app_id,user_id,expires_ms,used FROM login_token WHERE hash=?1");
    bind_text(q, 1, hash);
    int error = row(s, q);
    if (error)
        return error == TCCC_E_NOT_FOUND ? TCCC_E_TOKEN_INVALID : error;
    int64_t sdk_app_id = sqlite3_column_int64(q, 0), expires_ms = sqlite3_column_int64(q, 2);
    bool used = sqlite3_column_int(q, 3) != 0;
    column_text(q, 1, user_id, sizeof user_id);
    sqlite3_reset(q);
    if (used)
        return TCCC_E_TOKEN_USED;
    if (now_ms >= expires_ms)
        return TCCC_E_TOKEN_EXPIRED;
    error = store_get_agent(s, sdk_app_id, user_id, out);
    if (error)
        return error == TCCC_E_NOT_FOUND ? TCCC_E_TOKEN_INVALID : error;
    return mark_used(s, hash);
}

int store_put_call(store *s, const store_call *c) {
    sqlite3_stmt *q = statement(s, "INSERT OR REPLACE INTO call_record VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)");
    bind_text(q, 1, c->session_id);
    bind_integer(q, 2, c->sdk_app_id);
    bind_text(q, 3, c->user_id);
    bind_integer(q, 4, c->inbound);
    bind_text(q, 5, c->caller);
    bind_text(q, 6, c->callee);
    bind_integer(q, 7, c->start_ms);
    bind_integer(q, 8, c->ring_ms);
    bind_integer(q, 9, c->answer_ms);
    bind_integer(q, 10, c->end_ms);
    bind_integer(q, 11, c->end_status);
    bind_text(q, 12, c->hung_up_side);
    bind_integer(q, 13, c->skill_group_id);
    return run(s, q);
}

int store_get_call(store *s, const char *session_id, store_call *c) {
    sqlite3_stmt *q = statement(s, "SELECT * FROM call_record WHERE session_id=?1");
    bind_text(q, 1, session_id);
    int error = row(s, q);
    if (!error) {
        column_text(q, 0, c->session_id, sizeof c->session_id);
        c->sdk_app_id = sqlite3_column_int64(q, 1);
        column_text(q, 2, c->user_id, sizeof c->user_id);
        c->inbound = sqlite3_column_int(q, 3);
        column_text(q, 4, c->caller, sizeof c->caller);
        column_text(q, 5, c->callee, sizeof c->callee);
        c->start_ms = sqlite3_column_int64(q, 6);
        c->ring_ms = sqlite3_column_int64(q, 7);
        c->answer_ms = sqlite3_column_int64(q, 8);
        c->end_ms = sqlite3_column_int64(q, 9);
        c->end_status = sqlite3_column_int(q, 10);
        column_text(q, 11, c->hung_up_side, sizeof c->hung_up_side);
        c->skill_group_id = sqlite3_column_int64(q, 12);
    }
    sqlite3_reset(q);
    return error;
}

int64_t store_count_calls(store *s, int64_t sdk_app_id) {
    sqlite3_stmt *q = statement(s, "SELECT COUNT(*) FROM call_record WHERE sdk_app_id=?1");
    bind_integer(q, 1, sdk_app_id);
    int64_t count = row(s, q) ? 0 : sqlite3_column_int64(q, 0);
    sqlite3_reset(q);
    return count;
}
