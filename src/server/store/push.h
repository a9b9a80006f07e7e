/* push.h: the outbox of data pushes: what has to reach a customer's HTTP receiver. Layer: server. Rules of all store functions:
 * store.h. Rows PUSH-006 to PUSH-009. */
#ifndef TCCC_SERVER_STORE_PUSH_H
#define TCCC_SERVER_STORE_PUSH_H

#include "server/store/store.h"

enum push_state { PUSH_WAITING, PUSH_DONE, PUSH_FAILED };

typedef struct {
    char uuid[37];                    /* X-TCCC-PUSH-UUID, the same for every try */
    int64_t app_id;
    char kind[16];                    /* cdr, record, voicemail: the `action` of the URL */
    char session_id[65];
    enum push_state state;
    int tries;
    int64_t created_ms, next_ms;      /* when to try (again) */
    char last_error[STORE_TEXT];
} store_push;

int store_put_push(store *s, const store_push *push, const char *body);   /* new, or changed (body NULL: stays) */
int store_get_push(store *s, const char *uuid, store_push *push);
int store_get_push_body(store *s, const char *uuid, char **body);         /* malloc'ed */
/* Apps with WAITING ones that are due at now_ms. */
int store_list_push_apps(store *s, int64_t now_ms, bool (*each)(void *ctx, int64_t app_id), void *ctx);
/* WAITING ones of an app that are due at now_ms, oldest first: by created_ms, then as they were put. */
int store_list_due_pushes(store *s, int64_t app_id, int64_t now_ms, int limit, bool (*each)(void *ctx, const store_push *push), void *ctx);
/* *next_ms: when the earliest WAITING one is due; 0: none waits. */
int store_next_push(store *s, int64_t *next_ms);
/* By state, newest first. */
int store_list_pushes(store *s, int64_t app_id, enum push_state state, int offset, int limit, int *total,
                      bool (*each)(void *ctx, const store_push *push), void *ctx);
int store_count_pushes(store *s, enum push_state state, int64_t *count);
/* Deletes DONE ones created before before_ms. */
int store_forget_pushes(store *s, int64_t before_ms);

#endif
