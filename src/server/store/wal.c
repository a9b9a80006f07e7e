/* wal.c: brings SQLite's write-ahead log to the disk. Layer: server. */
#include "server/store/wal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { CHECKPOINT_PAGES = 1000 };    /* as SQLite's own default */

struct wal {
    const logger *log;
    char log_path[1024];
    int fd;                          /* of the log; below 0: not opened yet */
    sqlite3 *db;                     /* for checkpoints */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t asked;
    uint64_t written, synced;        /* commits; those up to which the log is on the disk */
    int pages;                       /* of the log, as far as they have not been checkpointed */
    bool failed, stopping;
};

/* The log is there once something was written; it stays the same file as long as a connection is open. */
static int sync_log(wal *w) {
    if (w->fd < 0) w->fd = open(w->log_path, O_RDONLY | O_CLOEXEC);
    return w->fd < 0 || fdatasync(w->fd) ? errno : 0;
}

/* Without the lock. */
static void sync_and_tell(wal *w, uint64_t upto) {
    int reason = sync_log(w);
    if (reason)
        LOG(w->log, LOG_LEVEL_ERROR, "store.sync", log_text("reason", strerror(reason)),
            log_text("remedy", "The store's disk does not take writes for sure: look at it. From now on every write waits for it."));
    pthread_mutex_lock(&w->lock);
    if (reason) w->failed = true;
    w->synced = upto;
    pthread_mutex_unlock(&w->lock);
}

static void checkpoint(wal *w) {
    int result = sqlite3_wal_checkpoint_v2(w->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (result != SQLITE_OK && result != SQLITE_BUSY && result != SQLITE_LOCKED)
        LOG(w->log, LOG_LEVEL_ERROR, "store.checkpoint", log_text("reason", sqlite3_errmsg(w->db)));
}

static void *work(void *arg) {
    wal *w = arg;
    prctl(PR_SET_NAME, "store-sync");
    pthread_mutex_lock(&w->lock);
    for (;;) {
        uint64_t upto = w->written;
        bool syncs = w->synced < upto, checkpoints = w->pages >= CHECKPOINT_PAGES;
        if (!syncs && !checkpoints) {
            if (w->stopping) break;
            pthread_cond_wait(&w->asked, &w->lock);
            continue;
        }
        if (checkpoints) w->pages = 0;
        pthread_mutex_unlock(&w->lock);
        if (syncs) sync_and_tell(w, upto);
        if (checkpoints) checkpoint(w);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static void free_all(wal *w) {
    sqlite3_close(w->db);
    if (w->fd >= 0) close(w->fd);
    pthread_cond_destroy(&w->asked);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

wal *wal_new(const char *path, const logger *log) {
    wal *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    w->log = log;
    w->fd = -1;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->asked, NULL);
    int n = snprintf(w->log_path, sizeof w->log_path, "%s-wal", path);
    if (n > 0 && (size_t)n < sizeof w->log_path && sqlite3_open_v2(path, &w->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK &&
        !pthread_create(&w->thread, NULL, work, w))
        return w;
    free_all(w);
    return NULL;
}

void wal_free(wal *w) {
    if (!w) return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_signal(&w->asked);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    free_all(w);
}

void wal_wrote(wal *w, int pages, bool synced) {
    pthread_mutex_lock(&w->lock);
    w->written++;
    if (synced && w->synced == w->written - 1) w->synced = w->written; /* else those before come with the next sync */
    w->pages = pages;
    if (w->synced < w->written || pages >= CHECKPOINT_PAGES) pthread_cond_signal(&w->asked);
    pthread_mutex_unlock(&w->lock);
}

bool wal_is_settled(wal *w) {
    pthread_mutex_lock(&w->lock);
    bool settled = w->synced == w->written;
    pthread_mutex_unlock(&w->lock);
    return settled;
}

bool wal_works(wal *w) {
    pthread_mutex_lock(&w->lock);
    bool works = !w->failed;
    pthread_mutex_unlock(&w->lock);
    return works;
}
