/* record_thread.h: the thread that takes packets from a ring and writes recordings. Layer: server.
 *
 * Functions are called on the control thread. Packets that were put into the ring before a call are written before it counts.
 */
#ifndef TCCC_SERVER_RECORD_THREAD_H
#define TCCC_SERVER_RECORD_THREAD_H

#include "track.h"

#include "server/bridge/tap_ring.h"
#include "server/edge/mailbox.h"

#include <stdbool.h>

typedef struct record_thread record_thread;

enum record_end { RECORD_STOPPED, RECORD_LIMIT, RECORD_SILENCE, RECORD_FAILED };

typedef struct {                     /* texts are copied */
    uint32_t handle;
    int n_voices;
    bool withheld_too;               /* also what nobody hears, because the other side is on hold or a flow runs */
    const char *record_id, *part_path, *meta_path, *meta;
    uint64_t start_us;
    int limit_ms, silence_ms;        /* silence 0: does not end by it */
} record_job;

typedef struct {
    uint32_t handle;
    enum record_end why;
    int error;                       /* of RECORD_FAILED */
    bool disk_full;
    bool has_file;                   /* the part file is there, whole unless it failed */
    int64_t ticks;                   /* of the file, 48,000 a second */
    track_counters counters;
} record_closed;

/* The results go through `out`: closed(context of mailbox_run, ...) on the thread that runs it. folder: where part files are, for
 * the room on its disk. NULL: no memory, no thread. */
record_thread *record_thread_new(const char *folder, mailbox *out, void (*closed)(void *context, const record_closed *result));
/* Closes what is open, in the same way, and ends the thread; orders that follow are without effect. */
void record_thread_end(record_thread *t);
/* After what it has told through `out` was taken: that may lead to orders. NULL is allowed. */
void record_thread_free(record_thread *t);
tap_ring *record_thread_ring(record_thread *t);

/* 0 or NO_MEMORY. */
int record_thread_start(record_thread *t, const record_job *job);
/* Packets of `tap` are what a voice says: from now on, or no more. 0 or NO_MEMORY. */
int record_thread_listen(record_thread *t, uint32_t handle, int voice, uint32_t tap, bool on);
/* 0 or NO_MEMORY. `closed` follows. */
int record_thread_stop(record_thread *t, uint32_t handle);

/* Any thread. */
bool record_thread_disk_full(const record_thread *t);
uint64_t record_thread_unopened(const record_thread *t);  /* packets that no key opened */

#endif
