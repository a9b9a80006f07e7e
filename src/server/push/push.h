/* push.h: brings call records, recordings and voicemails to a customer's HTTP receiver. Layer: server. docs/push.md.
 *
 * The outbox is the store's (store/push.h): what is in it survives a restart. A thread of its own sends with libcurl; results come
 * back to the control thread, which writes them. Rows PUSH-001 to PUSH-010.
 */
#ifndef TCCC_SERVER_PUSH_H
#define TCCC_SERVER_PUSH_H

#include "server/deadline.h"
#include "server/settings/settings.h"
#include "server/store/push.h"

typedef struct pushes pushes;

pushes *pushes_new(store *db, settings *rules, deadlines *timers, const logger *log);
void pushes_free(pushes *all);
/* Writes a push of an app into the outbox, when it wants that kind; call inside store_begin/store_end with the record it is about.
 * 0 (also when not wanted) or an error of the store. */
int push_put(pushes *all, int64_t app_id, const char *kind, const char *session_id, const char *body);
/* After store_end: looks for work. */
void pushes_wake(pushes *all);
/* Tries a FAILED one again, with its uuid and three new tries. 0 or NOT_FOUND. */
int push_replay(pushes *all, const char *uuid);

typedef struct {
    uint64_t sent, failed, retries;
    int64_t waiting;
} push_counters;
void push_count(const pushes *all, push_counters *out);

#endif
