/* metrics.h: tcccd's counters as Prometheus text (format 0.0.4). Layer: server. docs/administration.md.
 *
 * Labels are bounded: statuses, directions, end statuses, and at most METRICS_GROUPS groups and METRICS_TRUNKS trunks. No label is a
 * number or a person.
 */
#ifndef TCCC_SERVER_ADMIN_METRICS_H
#define TCCC_SERVER_ADMIN_METRICS_H

#include "server/acd/queue.h"
#include "server/asr/asr.h"
#include "server/chat/chat.h"
#include "server/edge/edge.h"
#include "server/push/push.h"
#include "server/record/record.h"
#include "server/sip/registrar.h"
#include "server/sip/trunk.h"
#include "server/store/backlog.h"
#include "server/store/cdr.h"

enum { METRICS_GROUPS = 200, METRICS_TRUNKS = 50 };

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

typedef struct metrics metrics;

metrics *metrics_new(void);
void metrics_free(metrics *m);
/* A call has ended: counts it by direction and end, and how long it waited in its group's queue. */
void metrics_note_call(metrics *m, const store_cdr *cdr);

typedef struct {                      /* where the rest is read; NULL: left out */
    store *store;
    agents *agents;
    acd *queues;
    const pushes *pushes;
    const records *records;
    const asr *asr;
    const backlog *backlog;
    const registrar *registrar;
    trunks *trunks;
    const chats *chats;
    const edge *edge;
    int calls, seats;
    bool stopping;
} metrics_sources;

/* Text with its length, valid until the next call. */
const char *metrics_print(metrics *m, const metrics_sources *from, size_t *length);

#endif
