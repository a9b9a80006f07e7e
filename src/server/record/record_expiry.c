/* record_expiry.c: deletes the files of recordings whose time is over, a few at a time. Layer: server. Row PUSH-079. */
#include "record_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BATCH = 50,
    AGAIN_MS = 1000,                 /* when there was a whole batch */
    LOOK_MS = 60000,
    RETRY_MS = 24 * 3600 * 1000      /* a file that cannot be deleted */
};

typedef struct {                     /* a worker's task */
    records *all;
    int n;
    store_recording rows[BATCH];
    int reasons[BATCH];              /* errno, 0: the file is gone */
} batch;

static void look(void *owner);

static bool add(void *ctx, const store_recording *row) {
    batch *b = ctx;
    b->rows[b->n++] = *row;
    return b->n < BATCH;
}

static void run_delete(void *arg) {
    batch *b = arg;
    char path[RECORD_PATH_MAX];
    for (int i = 0; i < b->n; i++) {
        snprintf(path, sizeof path, "%s/%s", b->all->folder, b->rows[i].file);
        b->reasons[i] = strstr(b->rows[i].file, "..") ? EINVAL : unlink(path) && errno != ENOENT ? errno : 0;
    }
}

/* The row stays: that there was a recording is part of the call's record. */
static void note_one(records *all, store_recording *row, int reason) {
    char text[96] = "";
    if (!reason) {
        row->file[0] = 0;
        all->counters.expired++;
    } else {
        strerror_r(reason, text, sizeof text);
        LOG(all->log, LOG_LEVEL_WARNING, "record.not_deleted", log_text("record", row->record_id), log_text("file", row->file), log_text("reason", text));
        row->expires_ms = clock_unix_ms() + RETRY_MS;
    }
    (void)store_put_recording(all->db, row); /* the store logs; the next look finds it again */
}

static void done_delete(void *arg, int started) {
    batch *b = arg;
    records *all = b->all;
    all->expiring = false;
    if (started && !store_begin(all->db)) {
        for (int i = 0; i < b->n; i++)
            note_one(all, &b->rows[i], b->reasons[i]);
        (void)store_end(all->db); /* the store logs; the files are gone, the rows follow at the next look */
        LOG(all->log, LOG_LEVEL_INFO, "record.expired", log_integer("files", b->n));
        deadline_set(all->timers, &all->expiry, b->n == BATCH ? AGAIN_MS : LOOK_MS, look, all);
    }
    free(b);
}

static void look(void *owner) {
    records *all = owner;
    batch *b = all->expiring ? NULL : calloc(1, sizeof *b);
    deadline_set(all->timers, &all->expiry, LOOK_MS, look, all);
    if (!b)
        return;
    b->all = all;
    (void)store_list_expired_recordings(all->db, clock_unix_ms(), BATCH, add, b);
    if (b->n && !workers_do(all->files, run_delete, done_delete, b))
        all->expiring = true;
    else
        free(b);
}

void record_expiry_start(records *all) {
    deadline_set(all->timers, &all->expiry, AGAIN_MS, look, all);
}

void record_expiry_stop(records *all) {
    if (all->timers)
        deadline_clear(all->timers, &all->expiry);
}
