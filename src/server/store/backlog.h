/* backlog.h: finished calls on their way into the store, which is full, away or locked now and then. Layer: server.
 *
 * What the store does not take waits here, in order: in memory, and in a journal file that survives a crash and is read at the next
 * start. Each second the oldest is tried again. While one waits, those that come later wait behind it.
 */
#ifndef TCCC_SERVER_STORE_BACKLOG_H
#define TCCC_SERVER_STORE_BACKLOG_H

#include "server/deadline.h"
#include "server/store/cdr.h"
#include "server/store/push.h"

typedef struct backlog backlog;

/* The journal's path for a store: beside the SQLite file; "tcccd.backlog" for a database elsewhere; "" for one in memory. */
void backlog_path(const char *store_path, char *path, size_t capacity);
/* journal: path of the file; "": none. `stored` (NULL: nobody) is called whenever a push
 * has come into the store. NULL with a sentence in err. Reads what an earlier run has left. */
backlog *backlog_new(store *db, deadlines *timers, const char *journal, void (*stored)(void *ctx), void *ctx, const logger *log, char *err,
                     size_t capacity);
/* Tries what waits once more; the rest stays in the journal. */
void backlog_free(backlog *b);

/* A finished call's record and its push (NULL, NULL: none), both or neither; not inside store_begin/store_end. 0: they are in the
 * store, or wait and will be. Else they never can be: NOT_FOUND or TOO_LARGE (the schema refuses them: the line is in the file
 * "<journal>.refused"), LIMIT (neither the store nor the journal takes anything, and 64 MiB wait in memory) or NO_MEMORY; logged. */
int store_keep_cdr(backlog *b, const store_cdr *cdr, const store_push *push, const char *body);

typedef struct {
    uint64_t kept;                    /* since start: stored at once */
    uint64_t delayed;                 /* stored after waiting */
    uint64_t refused, lost;           /* by the schema; for want of room */
    int64_t waiting, waiting_unsafe;  /* now; of these only in memory, because the journal failed too */
} backlog_counters;

void backlog_count(const backlog *b, backlog_counters *out);

#endif
