/* store.h: what tcccd keeps: agents, groups, numbers, trunks, extensions, API keys, sign-in tokens, call records.
 * Layer: server.
 *
 * One store is one SQLite file in WAL mode (or ":memory:"). All calls are made on the control thread and are short;
 * a write is durable when the call returns. Texts are UTF-8 and are copied; NULL is written as "". Getters fill the
 * caller's struct. Lists call `each` for every row in a stable order; it must not write to the store and ends the
 * list early by returning false. Unless said otherwise a function returns 0, NOT_FOUND, TOO_LARGE (a text does not
 * fit), or IO (the file; the store's `log` gets the reason).
 */
#ifndef TCCC_SERVER_STORE_H
#define TCCC_SERVER_STORE_H

#include "base/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_TEXT 256            /* bytes of a short text, the NUL included */
#define STORE_UUI 1025            /* user-to-user information: 1,024 bytes (SDK-031) */
#define STORE_NUMBER 33           /* a telephone number */

typedef struct store store;

/* Opens or creates the file and brings its schema up to date. NULL with a sentence in err[capacity]. */
store *store_open(const char *path, const logger *log, char *err, size_t capacity);
void store_close(store *s);       /* NULL is allowed */
/* Several writes as one: all or none. A write that failed in between makes store_end undo all and return its error. */
int store_begin(store *s);
int store_end(store *s);

typedef struct {                  /* key: app_id, user_id */
    int64_t app_id;               /* SdkAppId, 140... */
    char user_id[STORE_TEXT];     /* usually an e-mail address */
    char name[STORE_TEXT];
    char staff_number[STORE_TEXT];
    char phone[STORE_NUMBER];     /* the agent's mobile; "" none */
} store_agent;

int store_put_agent(store *s, const store_agent *agent); /* new or changed */
int store_get_agent(store *s, int64_t app_id, const char *user_id, store_agent *agent);
int store_list_agents(store *s, int64_t app_id, bool (*each)(void *ctx, const store_agent *agent), void *ctx);
bool store_has_app(store *s, int64_t app_id);
int store_put_app(store *s, int64_t app_id, const char *name);

typedef struct {                  /* key: id, 0 in put: the store chooses and fills it in */
    int64_t id, app_id;
    char name[STORE_TEXT];
} store_group;

int store_put_group(store *s, store_group *group);
int store_put_member(store *s, int64_t group_id, int64_t app_id, const char *user_id, int priority);
int store_list_members(store *s, int64_t group_id, bool (*each)(void *ctx, const store_agent *agent, int priority), void *ctx);

enum store_transport { STORE_UDP, STORE_TCP, STORE_TLS };

typedef struct {                  /* key: name */
    char name[STORE_TEXT];
    char host[STORE_TEXT];        /* name or address of the other side */
    int port;                     /* 0: the transport's default */
    enum store_transport transport;
    char username[STORE_TEXT], password[STORE_TEXT]; /* digest; "" none */
    char from_domain[STORE_TEXT]; /* "" : ours */
    bool registers;               /* REGISTER to it */
    bool srtp;                    /* offer RTP/SAVP with SDES */
    char allow[STORE_TEXT];       /* addresses inbound calls may come from, comma separated; "" : host */
    int qualify_s;                /* OPTIONS every so many seconds; 0 never */
} store_trunk;

int store_put_trunk(store *s, const store_trunk *trunk);
int store_get_trunk(store *s, const char *name, store_trunk *trunk);
int store_list_trunks(store *s, bool (*each)(void *ctx, const store_trunk *trunk), void *ctx);

typedef struct {                  /* key: app_id, number */
    int64_t app_id;
    char number[STORE_NUMBER];    /* as the trunk knows it */
    char trunk[STORE_TEXT];
    bool inbound, outbound;
    int64_t group_id;             /* whose agents answer, and whose outbound calls show it; 0: everybody */
} store_number;

int store_put_number(store *s, const store_number *number);
int store_get_number(store *s, const char *number, store_number *found); /* of any app: inbound calls look here */
int store_list_numbers(store *s, int64_t app_id, bool (*each)(void *ctx, const store_number *number), void *ctx);

typedef struct {                  /* key: extension */
    int64_t app_id;
    char extension[16];           /* 4-6 digits starting 1-8 */
    char user_id[STORE_TEXT];     /* whose desk phone it is; "" nobody's */
    char realm[STORE_TEXT];
    char ha1_md5[65], ha1_sha256[65]; /* RFC 7616: H(user:realm:password), hexadecimal; the password is not kept */
} store_extension;

int store_put_extension(store *s, const store_extension *extension);
int store_get_extension(store *s, const char *extension, store_extension *found);
int store_list_extensions(store *s, int64_t app_id, bool (*each)(void *ctx, const store_extension *extension), void *ctx);

/* Keys of the cloud API. */
int store_put_secret(store *s, const char *secret_id, const char *secret_key);
int store_get_secret(store *s, const char *secret_id, char *secret_key, size_t capacity);

/* Sign-in tokens; only their SHA-256 is kept. store_use_token takes one once: 0, TOKEN_INVALID (not known, or forgotten
 * a day after its end), TOKEN_USED or TOKEN_EXPIRED. */
int store_put_token(store *s, const char *token, int64_t app_id, const char *user_id, int64_t expires_s);
int store_use_token(store *s, const char *token, int64_t now_s, int64_t *app_id, char *user_id, size_t capacity);

typedef struct {                  /* key: session_id; times are Unix ms, 0 = did not happen */
    char session_id[65];
    int64_t app_id;
    bool inbound;
    char caller[STORE_NUMBER], callee[STORE_NUMBER];
    char user_id[STORE_TEXT];     /* the agent who talked, or "" */
    char uui[STORE_UUI];
    int64_t start_ms, ring_ms, answer_ms, end_ms;
    int end_status;               /* EndStatus of the call record, 1 ok */
    char closed_by[16];           /* client, seat, admin, timer */
} store_call;

int store_put_call(store *s, const store_call *call);
int store_get_call(store *s, const char *session_id, store_call *call);
/* Calls that began in [from_ms, to_ms), oldest first, at most limit. */
int store_list_calls(store *s, int64_t app_id, int64_t from_ms, int64_t to_ms, int limit,
                     bool (*each)(void *ctx, const store_call *call), void *ctx);

#endif
