/* token.c: keys of the cloud API and sign-in tokens. Layer: server. */
#include "server/store/sql.h"

#include "server/deadline.h"
#include "tccc/error.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static const int64_t KEPT_S = 86400; /* so that a late page is told "expired" or "used", not "unknown" */

const char *const key_role_names[] = { "admin", "inspector", "operator", "signIn", NULL };

int store_put_secret(store *s, const char *secret_id, const store_key *what, const char *secret_key) {
    if (strlen(secret_id) >= STORE_TEXT || strlen(secret_key) >= STORE_TEXT) return sql_refuse(s, TCCC_E_TOO_LARGE);
    return sql_run(sql_query(s, "INSERT INTO secret (secret_id, app_id, role, secret_key, created_ms) VALUES (?1,?2,?3,?4,?5)"
                                " ON CONFLICT (secret_id) DO UPDATE SET app_id=excluded.app_id, role=excluded.role, secret_key=excluded.secret_key",
                             "tiiti", secret_id, what->app_id, (int64_t)what->role, secret_key, clock_unix_ms()));
}

int store_get_secret(store *s, const char *secret_id, store_key *found, char *secret_key, size_t capacity) {
    int64_t app_id = 0, role = 0;
    int error = sql_only_integer(sql_query(s, "SELECT app_id FROM secret WHERE secret_id=?1", "t", secret_id), &app_id);
    if (!error) error = sql_only_integer(sql_query(s, "SELECT role FROM secret WHERE secret_id=?1", "t", secret_id), &role);
    if (!error && found) *found = (store_key){ .app_id = app_id, .role = (enum key_role)role };
    return error ? error : sql_only_text(sql_query(s, "SELECT secret_key FROM secret WHERE secret_id=?1", "t", secret_id), secret_key, capacity);
}

int store_list_secrets(store *s, int64_t app_id, bool (*each)(void *ctx, const char *secret_id, const store_key *key), void *ctx) {
    int error = 0;
    char secret_id[STORE_TEXT];
    query *q = sql_query(s, "SELECT secret_id, app_id, role, created_ms FROM secret WHERE app_id=?1 OR app_id=0 ORDER BY secret_id", "i", app_id);
    while (sql_row(q, &error)) {
        SQL_INTO(q, 0, secret_id);
        store_key key = { sql_integer(q, 1), (enum key_role)sql_integer(q, 2), sql_integer(q, 3) };
        if (!sql_goes_on(q, each(ctx, secret_id, &key))) break;
    }
    return error;
}

int store_delete_secret(store *s, const char *secret_id) {
    return sql_run_one(sql_query(s, "DELETE FROM secret WHERE secret_id=?1 RETURNING 1", "t", secret_id));
}

static void hash_token(const char *token, char hex[65]) {
    unsigned char digest[32];
    EVP_Digest(token, strlen(token), digest, NULL, EVP_sha256(), NULL);
    for (int i = 0; i < 32; i++) snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static int forget_old(store *s, int64_t now_s) {
    return sql_run(sql_query(s, "DELETE FROM token WHERE expires_s<?1", "i", now_s - KEPT_S));
}

int store_put_token(store *s, const char *token, int64_t app_id, const char *user_id, int64_t expires_s) {
    char hash[65];
    hash_token(token, hash);
    return sql_run(sql_query(s, "INSERT INTO token (hash, app_id, user_id, expires_s) VALUES (?1,?2,?3,?4)", "titi", hash, app_id, user_id,
                             expires_s));
}

/* Takes the token in one statement, so that of two uses at once one wins. */
static bool take(store *s, const char *hash, int64_t now_s, int64_t *app_id, char *user_id, size_t capacity, int *error) {
    query *q = sql_query(s, "UPDATE token SET used=1 WHERE hash=?1 AND used=0 AND expires_s>?2 RETURNING app_id, user_id", "ti", hash, now_s);
    if (!sql_row(q, error)) return false;
    *app_id = sql_integer(q, 0);
    sql_text(q, 1, user_id, capacity);
    *error = sql_run(q);
    return *error == 0;
}

static int why_not(store *s, const char *hash) {
    int64_t used;
    int error = sql_only_integer(sql_query(s, "SELECT used FROM token WHERE hash=?1", "t", hash), &used);
    if (error) return error == TCCC_E_NOT_FOUND ? TCCC_E_TOKEN_INVALID : error;
    return used ? TCCC_E_TOKEN_USED : TCCC_E_TOKEN_EXPIRED;
}

int store_use_token(store *s, const char *token, int64_t now_s, int64_t *app_id, char *user_id, size_t capacity) {
    char hash[65];
    int error = forget_old(s, now_s);
    hash_token(token, hash);
    if (error) return error;
    if (take(s, hash, now_s, app_id, user_id, capacity, &error)) return 0;
    return error ? error : why_not(s, hash);
}
