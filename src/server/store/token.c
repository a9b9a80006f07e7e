/* token.c: keys of the cloud API and sign-in tokens. Layer: server. */
#include "server/store/sqlite.h"

#include "tccc/error.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static const int64_t KEPT_S = 86400; /* so that a late page is told "expired" or "used", not "unknown" */

int store_put_secret(store *s, const char *secret_id, const char *secret_key)
{
    sqlite3_stmt *q = sqlite_prepare(s, "INSERT INTO secret VALUES (?,?) ON CONFLICT DO UPDATE SET secret_key=excluded.secret_key");
    sqlite_bind(q, "tt", secret_id, secret_key);
    return sqlite_run(s, q);
}

int store_get_secret(store *s, const char *secret_id, char *secret_key, size_t capacity)
{
    int error;
    sqlite3_stmt *q = sqlite_prepare(s, "SELECT secret_key FROM secret WHERE secret_id=?");
    sqlite_bind(q, "t", secret_id);
    if (!sqlite_row(s, q, &error)) return error ? error : TCCC_E_NOT_FOUND;
    bool fits = (size_t)sqlite3_column_bytes(q, 0) < capacity;
    if (fits) sqlite_text(q, 0, secret_key, capacity);
    sqlite3_reset(q);
    return fits ? 0 : TCCC_E_TOO_LARGE;
}

static void hash_token(const char *token, char hex[65])
{
    unsigned char digest[32];
    EVP_Digest(token, strlen(token), digest, NULL, EVP_sha256(), NULL);
    for (int i = 0; i < 32; i++) snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static int forget_old(store *s, int64_t now_s)
{
    sqlite3_stmt *q = sqlite_prepare(s, "DELETE FROM token WHERE expires_s < ?");
    sqlite_bind(q, "i", now_s - KEPT_S);
    return sqlite_run(s, q);
}

int store_put_token(store *s, const char *token, int64_t app_id, const char *user_id, int64_t expires_s)
{
    char hash[65];
    hash_token(token, hash);
    sqlite3_stmt *q = sqlite_prepare(s, "INSERT INTO token (hash, app_id, user_id, expires_s) VALUES (?,?,?,?)");
    sqlite_bind(q, "titi", hash, app_id, user_id, expires_s);
    return sqlite_run(s, q);
}

/* Takes the token in one statement, so that of two uses at once one wins. */
static bool take(store *s, const char *hash, int64_t now_s, int64_t *app_id, char *user_id, size_t capacity, int *error)
{
    sqlite3_stmt *q = sqlite_prepare(s, "UPDATE token SET used=1 WHERE hash=? AND used=0 AND expires_s>?"
                                        " RETURNING app_id, user_id");
    sqlite_bind(q, "ti", hash, now_s);
    if (!sqlite_row(s, q, error)) return false;
    *app_id = sqlite3_column_int64(q, 0);
    sqlite_text(q, 1, user_id, capacity);
    *error = sqlite_run(s, q);
    return *error == 0;
}

static int why_not(store *s, const char *hash)
{
    int error;
    sqlite3_stmt *q = sqlite_prepare(s, "SELECT used FROM token WHERE hash=?");
    sqlite_bind(q, "t", hash);
    if (!sqlite_row(s, q, &error)) return error ? error : TCCC_E_TOKEN_INVALID;
    bool used = sqlite3_column_int(q, 0);
    sqlite3_reset(q);
    return used ? TCCC_E_TOKEN_USED : TCCC_E_TOKEN_EXPIRED;
}

int store_use_token(store *s, const char *token, int64_t now_s, int64_t *app_id, char *user_id, size_t capacity)
{
    char hash[65];
    int error = forget_old(s, now_s);
    hash_token(token, hash);
    if (error) return error;
    if (take(s, hash, now_s, app_id, user_id, capacity, &error)) return 0;
    return error ? error : why_not(s, hash);
}
