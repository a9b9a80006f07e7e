/* backlog.c: finished calls on their way into the store. Layer: server. */
#include "server/store/backlog.h"

#include "server/store/finished_call.h"
#include "server/store/journal.h"
#include "tccc/error.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_MS = 1000, SLICE_MS = 20, BREATH_MS = 20, MEMORY_MAX = 64 << 20 };

typedef struct {
    char *line;                       /* NULL: it is to be read from the journal */
    size_t length;
    off_t place;                      /* in the journal; below 0: not there */
} entry;

struct backlog {
    store *db;
    deadlines *timers;
    const logger *log;
    void (*stored)(void *ctx);
    void *ctx;
    deadline retry;
    journal file;
    entry *entries;                   /* a ring */
    size_t first, n, capacity;
    size_t memory;                    /* bytes of lines held */
    backlog_counters counts;
};

/* ---- the queue ---- */

static bool grow(backlog *b) {
    if (b->n < b->capacity) return true;
    size_t capacity = b->capacity ? 2 * b->capacity : 64;
    entry *wider = malloc(capacity * sizeof *wider);
    if (!wider) return false;
    for (size_t i = 0; i < b->n; i++) wider[i] = b->entries[(b->first + i) % b->capacity];
    free(b->entries);
    b->entries = wider;
    b->capacity = capacity;
    b->first = 0;
    return true;
}

static bool push(backlog *b, entry e) {
    if (!grow(b)) return false;
    b->entries[(b->first + b->n++) % b->capacity] = e;
    if (e.line) b->memory += e.length;
    if (e.place < 0) b->counts.waiting_unsafe++;
    return true;
}

static void pop(backlog *b) {
    entry *e = &b->entries[b->first];
    if (e->line) b->memory -= e->length;
    if (e->place < 0) b->counts.waiting_unsafe--;
    free(e->line);
    b->first = (b->first + 1) % b->capacity;
    b->n--;
}

static bool take_line(void *ctx, off_t at, size_t length) {
    return push(ctx, (entry){ .length = length, .place = at });
}

/* ---- what cannot be stored ---- */

static bool for_good(int error) {
    return error == TCCC_E_NOT_FOUND || error == TCCC_E_TOO_LARGE || error == TCCC_E_FORMAT;
}

static void refuse(backlog *b, const char *line, size_t length, int error) {
    int aside = line ? journal_set_aside(&b->file, line, length) : TCCC_E_NO_MEMORY;
    b->counts.refused++;
    LOG(b->log, LOG_LEVEL_ERROR, "backlog.refused", log_error("error", error), log_error("aside", aside), log_text("journal", b->file.path));
}

/* ---- trying ---- */

static int try_first(backlog *b) {
    bool has_push = false;
    entry *e = &b->entries[b->first];
    char *line = e->line ? e->line : journal_read(&b->file, e->place, e->length);
    store_behind(b->db, true);
    int error = line ? finished_call_put_line(b->db, line, e->length, &has_push) : TCCC_E_IO;
    store_behind(b->db, false);
    if (for_good(error)) refuse(b, line, e->length, error);
    if (!error) b->counts.delayed++;
    if (line != e->line) free(line);
    if (error && !for_good(error)) return error;
    pop(b);
    if (has_push && !error && b->stored) b->stored(b->ctx);
    return 0;
}

/* In slices: a long outage leaves much to write, and calls go on. */
static int try_some(backlog *b) {
    uint64_t end_ms = clock_ms() + SLICE_MS;
    int error = 0;
    while (b->n && !error && clock_ms() < end_ms) error = try_first(b);
    if (b->n) return error;
    journal_clear(&b->file);
    LOG(b->log, LOG_LEVEL_INFO, "backlog.empty", log_integer("delayed", (int64_t)b->counts.delayed));
    return 0;
}

static void retry(void *owner) {
    backlog *b = owner;
    int error = try_some(b);
    if (error) LOG(b->log, LOG_LEVEL_ERROR, "backlog.waits", log_integer("calls", (int64_t)b->n), log_error("error", error));
    if (b->n) (void)deadline_set(b->timers, &b->retry, error ? RETRY_MS : BREATH_MS, retry, b);
}

/* ---- keeping ---- */

/* 0, LIMIT or NO_MEMORY. The line becomes the queue's, or is freed. */
static int wait(backlog *b, char *line, size_t length) {
    entry e = { .line = line, .length = length, .place = -1 };
    bool room = b->memory + length <= MEMORY_MAX, safe = journal_append(&b->file, line, length, &e.place) == 0;
    if (!safe) LOG(b->log, LOG_LEVEL_ERROR, "backlog.unsafe", log_text("journal", b->file.path), log_text("reason", strerror(errno)));
    if (!room) e.line = NULL;
    bool kept = (room || safe) && push(b, e);
    if (!kept || !room) free(line);
    return kept ? 0 : room || safe ? TCCC_E_NO_MEMORY : TCCC_E_LIMIT;
}

static int keep_for_later(backlog *b, const store_cdr *cdr, const store_push *push, const char *body, int reason) {
    size_t length = 0;
    char *line = finished_call_write(cdr, push, body, &length);
    if (for_good(reason)) {
        refuse(b, line, length, reason);
        free(line);
        return reason;
    }
    int error = line ? wait(b, line, length) : TCCC_E_NO_MEMORY;
    if (error) b->counts.lost++;
    LOG(b->log, LOG_LEVEL_ERROR, error ? "backlog.lost" : "backlog.waits", log_text("session", cdr->session_id),
        log_integer("calls", (int64_t)b->n), log_error("reason", reason), log_error("error", error));
    if (b->n && !deadline_is_set(&b->retry)) (void)deadline_set(b->timers, &b->retry, RETRY_MS, retry, b);
    return error;
}

int store_keep_cdr(backlog *b, const store_cdr *cdr, const store_push *push, const char *body) {
    store_behind(b->db, true); /* the call's end holds up nobody else's call */
    int error = b->n ? TCCC_E_AGAIN : finished_call_put(b->db, cdr, push, body);
    store_behind(b->db, false);
    if (error) return keep_for_later(b, cdr, push, body, error);
    b->counts.kept++;
    if (push && b->stored) b->stored(b->ctx);
    return 0;
}

void backlog_count(const backlog *b, backlog_counters *out) {
    *out = b->counts;
    out->waiting = (int64_t)b->n;
}

/* ---- start and end ---- */

void backlog_path(const char *store_path, char *path, size_t capacity) {
    if (strstr(store_path, "://")) snprintf(path, capacity, "tcccd.backlog");
    else snprintf(path, capacity, "%s%s", strcmp(store_path, ":memory:") ? store_path : "", strcmp(store_path, ":memory:") ? ".backlog" : "");
}

backlog *backlog_new(store *db, deadlines *timers, const char *journal, void (*stored)(void *ctx), void *ctx, const logger *log, char *err,
                     size_t capacity) {
    backlog *b = calloc(1, sizeof *b);
    snprintf(err, capacity, "The backlog of finished calls cannot be made: no memory.");
    if (!b) return NULL;
    *b = (backlog){ .db = db, .timers = timers, .log = log, .stored = stored, .ctx = ctx };
    int error = journal_open(&b->file, journal, take_line, b);
    if (error) {
        snprintf(err, capacity, "The journal of finished calls %s cannot be read: %s.", journal, strerror(errno));
        b->n = 0;
        backlog_free(b);
        return NULL;
    }
    if (b->n) LOG(log, LOG_LEVEL_WARNING, "backlog.found", log_integer("calls", (int64_t)b->n), log_text("journal", journal));
    if (b->n) retry(b);
    return b;
}

void backlog_free(backlog *b) {
    if (!b) return;
    deadline_clear(b->timers, &b->retry);
    if (b->n) (void)try_some(b);
    if (b->counts.waiting_unsafe) LOG(b->log, LOG_LEVEL_ERROR, "backlog.lost", log_integer("calls", b->counts.waiting_unsafe));
    while (b->n) pop(b);
    journal_close(&b->file);
    free(b->entries);
    free(b);
}
