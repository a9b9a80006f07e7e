/* session.h: who is signed in to the admin API with a cookie, and who has tried too often. Layer: server. Sans-IO. */
#ifndef TCCC_SERVER_ADMIN_SESSION_H
#define TCCC_SERVER_ADMIN_SESSION_H

#include "server/store/store.h"

enum {
    SESSIONS_MAX = 1000, SESSION_TOKEN = 65,          /* hexadecimal, with its NUL */
    SESSION_IDLE_MS = 30 * 60 * 1000, SESSION_LIFE_MS = 12 * 3600 * 1000,
    ATTEMPTS_MAX = 4096, ATTEMPTS_MS = 15 * 60 * 1000, /* failures count for so long */
};

typedef struct {
    unsigned char digest[32];         /* SHA-256 of the token: what is in memory signs nobody in */
    int64_t app_id;
    char user_id[STORE_TEXT];
    uint64_t began_ms, used_ms;       /* clock_ms; began 0: free */
} session;

typedef struct {
    session list[SESSIONS_MAX];
} sessions;

/* A new one; when there is no room the one not used for longest ends. False: no randomness. */
bool session_open(sessions *all, int64_t app_id, const char *user_id, uint64_t now_ms, char token[SESSION_TOKEN]);
/* The session of a token, used now; NULL: there is none, or it was idle or alive for too long. */
const session *session_use(sessions *all, const char *token, uint64_t now_ms);
void session_close(sessions *all, const char *token);
/* Every session of a person but that of `token` (NULL: every one). */
void session_close_all(sessions *all, int64_t app_id, const char *user_id, const char *token);

typedef struct {
    unsigned char digest[16];         /* of a person or an address */
    int n;
    uint64_t since_ms;                /* of the first failure that counts; 0: free */
} attempt;

typedef struct {
    attempt list[ATTEMPTS_MAX];
} attempts;

/* Whether `who` may try: fewer than `most` failures in the last ATTEMPTS_MS. */
bool attempt_is_allowed(const attempts *all, const char *who, int most, uint64_t now_ms);
void attempt_failed(attempts *all, const char *who, uint64_t now_ms);
void attempt_forget(attempts *all, const char *who);

#endif
