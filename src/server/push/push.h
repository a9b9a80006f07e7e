/* push.h: brings call records, recordings and voicemails to a customer's HTTP receiver. Layer: server. docs/push.md.
 *
 * The outbox is the store's (store/push.h): what is in it survives a restart. A thread of its own sends with libcurl (sender.h);
 * results come back to the control thread, which writes them. Rows PUSH-001 to PUSH-010.
 */
#ifndef TCCC_SERVER_PUSH_H
#define TCCC_SERVER_PUSH_H

#include "server/deadline.h"
#include "server/settings/settings.h"
#include "server/store/push.h"

enum { PUSH_RETRIES = 3 };           /* PUSH-007 */

typedef struct pushes pushes;

typedef struct {
    int retry_s[PUSH_RETRIES];       /* how long after a failed try the next one is made */
    int timeout_s;                   /* for one try as a whole */
    const char *tls_ca;              /* PEM of those who may sign receivers' certificates; NULL: the system's */
} pushes_config;

/* The first sending begins with pushes_wake. NULL: no memory or no thread. */
pushes *pushes_new(const pushes_config *config, store *db, settings *rules, deadlines *timers, const logger *log);
/* Breaks off what is under way: it is sent again after the next start. */
void pushes_free(pushes *all);
/* Fills in the outbox row of a push, for who writes it himself (store/backlog.h). False: the app does not want that kind, or there
 * is no randomness for its uuid (logged). */
bool push_prepare(pushes *all, int64_t app_id, const char *kind, const char *session_id, store_push *row);
/* Writes a push of an app into the outbox, when it wants that kind; call inside store_begin/store_end with the record it is about.
 * 0 (also when not wanted) or an error of the store. */
int push_put(pushes *all, int64_t app_id, const char *kind, const char *session_id, const char *body);
/* After store_end: looks for work. */
void pushes_wake(pushes *all);
/* Tries a FAILED one of an app again, with its uuid and three new retries. 0, NOT_FOUND, STATE (it has not failed) or IO. */
int push_replay(pushes *all, int64_t app_id, const char *uuid);

typedef struct {
    uint64_t sent, failed, retries;  /* since start */
    int64_t waiting, lost;           /* in the outbox: to be sent; given up */
} push_counters;
void push_count(const pushes *all, push_counters *out);

#endif
