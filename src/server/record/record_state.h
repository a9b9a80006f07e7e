/* record_state.h: inside of `records`, for record.c, record_file.c, record_expiry.c and record_http.c. Layer: server. */
#ifndef TCCC_SERVER_RECORD_STATE_H
#define TCCC_SERVER_RECORD_STATE_H

#include "record.h"
#include "recording.h"
#include "record_url.h"

#include "server/edge/id_map.h"
#include "server/worker.h"

enum { RECORD_THREADS_MAX = 4, RECORD_PATH_MAX = 1100 };

typedef struct record_entry record_entry;

struct records {
    char *folder;                    /* records/ of the data folder */
    char *public_url;                /* NULL: paths only */
    char secret[RECORD_SECRET_MAX];
    edge *edge;
    store *db;
    settings *rules;
    deadlines *timers;
    const logger *log;
    records_handler handler;
    void *ctx;
    mailbox results;                 /* of the record threads */
    bool has_results;
    record_thread *threads[RECORD_THREADS_MAX];
    int n_threads;
    workers *files;                  /* what the disk must be waited for: one thread, in order */
    id_map entries;                  /* record_entry by handle */
    id_map taps;                     /* tapped sides of bridges */
    uint32_t next_handle, next_tap;
    record_counters counters;
    bool alarmed;                    /* the full disk has been told */
    bool expiring;                   /* files are being deleted */
    deadline expiry, settle;
    struct record_task *settling;    /* whose rows are not durable yet: newest first */
};

/* Where a recording is while it runs, and what is written beside it. */
void record_part_path(const records *all, const char *record_id, char path[RECORD_PATH_MAX]);
void record_meta_path(const records *all, const char *record_id, char path[RECORD_PATH_MAX]);
/* JSON of what a row needs but does not know yet. malloc'ed, or NULL. */
char *record_meta_write(const store_recording *row);

/* Gives the file its name and its length and puts the row into the store; then handler.finished is called. cut: the file may end in
 * the middle. has_file false: only the row. */
void record_file_finish(records *all, const store_recording *row, bool has_file, bool cut, bool recovered);
/* Finishes what a killed server has left. */
void record_file_recover(records *all);
/* Ends what waits for the store. */
void record_file_stop(records *all);
/* records/ and what is in it for running ones. 0 or IO. */
int record_file_make_folders(const records *all);

/* Deletes what is over, a few at a time, as long as the server runs. */
void record_expiry_start(records *all);
void record_expiry_stop(records *all);

#endif
