/* staff.h: what the store keeps of agents besides their row in store.h: password, memberships, status history. Layer: server.
 * Rules of all store functions: store.h. */
#ifndef TCCC_SERVER_STORE_STAFF_H
#define TCCC_SERVER_STORE_STAFF_H

#include "server/store/store.h"

/* Deletes an agent with memberships, password and tokens; its extensions become nobody's; call records and status history stay. */
int store_delete_agent(store *s, int64_t app_id, const char *user_id);
/* A password's scrypt hash ("" none). */
int store_put_password(store *s, int64_t app_id, const char *user_id, const char *hash);
int store_get_password(store *s, int64_t app_id, const char *user_id, char *hash, size_t capacity);

typedef struct {
    int64_t group_id;
    char group_name[STORE_TEXT];
    int priority;                 /* 1 highest (ACD-032) */
    int max_chats;                /* of the group, in the directory in memory (ACD-012) */
} store_membership;

int store_delete_member(store *s, int64_t group_id, int64_t app_id, const char *user_id);
/* Groups of an agent, by priority, then id. */
int store_list_memberships(store *s, int64_t app_id, const char *user_id, bool (*each)(void *ctx, const store_membership *m), void *ctx);
/* Every membership of an app, for the directory in memory: by group, then priority. */
int store_list_app_members(store *s, int64_t app_id, bool (*each)(void *ctx, int64_t group_id, const char *user_id, int priority), void *ctx);

typedef struct {                  /* one stretch of time in one status */
    int64_t app_id;
    char user_id[STORE_TEXT];
    char status[16];              /* SDK name: offline free busy rest notReady arrange */
    char reason[STORE_TEXT];      /* of rest */
    char session_id[65];          /* of busy and arrange; "" */
    int64_t from_ms;              /* Unix ms; it lasts until the next row of the agent */
} store_status;

int store_put_status(store *s, const store_status *row);
/* Rows that touch [from_ms, to_ms), oldest first: the one in force at from_ms comes first. */
int store_list_status(store *s, int64_t app_id, const char *user_id, int64_t from_ms, int64_t to_ms,
                      bool (*each)(void *ctx, const store_status *row), void *ctx);
/* Looks at up to `limit` rows behind *after_id (0 first) and deletes those whose stretch ended by before_ms; so the newest row of
 * an agent stays. *after_id moves on, and is 0 again when what is left is younger. Many short calls do not hold up the thread. */
int store_forget_status(store *s, int64_t before_ms, int limit, int64_t *after_id);

#endif
