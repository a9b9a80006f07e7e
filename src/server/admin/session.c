/* session.c: sessions and attempts as bounded tables. Layer: server. Sans-IO. */
#include "server/admin/session.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

static void digest_of(const char *text, unsigned char digest[32]) { SHA256((const unsigned char *)text, strlen(text), digest); }

static bool is_alive(const session *s, uint64_t now_ms) {
    return s->began_ms && now_ms - s->began_ms < SESSION_LIFE_MS && now_ms - s->used_ms < SESSION_IDLE_MS;
}

static session *find(sessions *all, const char *token) {
    unsigned char digest[32];
    digest_of(token, digest);
    for (int i = 0; i < SESSIONS_MAX; i++)
        if (all->list[i].began_ms && !CRYPTO_memcmp(all->list[i].digest, digest, sizeof digest))
            return &all->list[i];
    return NULL;
}

bool session_open(sessions *all, int64_t app_id, const char *user_id, uint64_t now_ms, char token[SESSION_TOKEN]) {
    unsigned char bytes[32];
    session *s = &all->list[0];
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    for (int i = 0; i < 32; i++)
        snprintf(token + 2 * i, 3, "%02x", bytes[i]);
    OPENSSL_cleanse(bytes, sizeof bytes);
    for (int i = 1; i < SESSIONS_MAX && is_alive(s, now_ms); i++)
        if (!is_alive(&all->list[i], now_ms) || all->list[i].used_ms < s->used_ms)
            s = &all->list[i];
    *s = (session){ .app_id = app_id, .began_ms = now_ms, .used_ms = now_ms };
    snprintf(s->user_id, sizeof s->user_id, "%s", user_id);
    digest_of(token, s->digest);
    return true;
}

const session *session_use(sessions *all, const char *token, uint64_t now_ms) {
    session *s = find(all, token);
    if (!s)
        return NULL;
    if (!is_alive(s, now_ms)) {
        s->began_ms = 0;
        return NULL;
    }
    s->used_ms = now_ms;
    return s;
}

void session_close(sessions *all, const char *token) {
    session *s = find(all, token);
    if (s)
        s->began_ms = 0;
}

void session_close_all(sessions *all, int64_t app_id, const char *user_id, const char *token) {
    session *kept = token ? find(all, token) : NULL;
    for (int i = 0; i < SESSIONS_MAX; i++)
        if (&all->list[i] != kept && all->list[i].app_id == app_id && !strcmp(all->list[i].user_id, user_id))
            all->list[i].began_ms = 0;
}

/* ---- attempts ---- */

static bool counts(const attempt *a, uint64_t now_ms) { return a->since_ms && now_ms - a->since_ms < ATTEMPTS_MS; }

static int index_of(const attempts *all, const char *who) {
    unsigned char digest[32];
    digest_of(who, digest);
    for (int i = 0; i < ATTEMPTS_MAX; i++)
        if (all->list[i].since_ms && !memcmp(all->list[i].digest, digest, sizeof all->list[i].digest))
            return i;
    return -1;
}

bool attempt_is_allowed(const attempts *all, const char *who, int most, uint64_t now_ms) {
    int i = index_of(all, who);
    return i < 0 || !counts(&all->list[i], now_ms) || all->list[i].n < most;
}

/* A place for a new one: a free one, or the oldest. */
static int claim(const attempts *all, uint64_t now_ms) {
    int oldest = 0;
    for (int i = 0; i < ATTEMPTS_MAX; i++) {
        if (!counts(&all->list[i], now_ms))
            return i;
        if (all->list[i].since_ms < all->list[oldest].since_ms)
            oldest = i;
    }
    return oldest;
}

void attempt_failed(attempts *all, const char *who, uint64_t now_ms) {
    unsigned char digest[32];
    int i = index_of(all, who);
    if (i >= 0 && counts(&all->list[i], now_ms)) {
        all->list[i].n++;
        return;
    }
    attempt *a = &all->list[i >= 0 ? i : claim(all, now_ms)];
    digest_of(who, digest);
    memcpy(a->digest, digest, sizeof a->digest);
    a->n = 1;
    a->since_ms = now_ms;
}

void attempt_forget(attempts *all, const char *who) {
    int i = index_of(all, who);
    if (i >= 0)
        all->list[i].since_ms = 0;
}
