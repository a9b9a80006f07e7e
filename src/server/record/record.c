/* record.c: recordings on the control thread: which sides of which bridges they hear, and their ends. Layer: server. */
#include "record_state.h"

#include "ogg_opus.h"
#include "server/libre.h"
#include "tccc/error.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LIMIT_MS = 12 * 3600 * 1000, THIRD = 2 /* side of a bridge, and voice of a mix */ };

typedef struct {                     /* a side of a bridge that is tapped */
    uint32_t bridge, tap;
    int side, thread, users;
} tapped;

struct record_entry {
    uint32_t handle;
    int thread;
    int n_voices;
    tapped *heard[RECORDING_VOICES]; /* NULL: paused */
    bool stopped;                    /* the thread has been told */
    store_recording row;
};

/* --- taps --- */

static uint64_t tap_key(uint32_t bridge, int side) {
    return (uint64_t)bridge << 2 | (uint64_t)side; /* BRIDGE_SIDES */
}

static tapped *tap_find(records *all, uint32_t bridge, int side) {
    return id_map_get(&all->taps, tap_key(bridge, side));
}

static tapped *tap_new(records *all, uint32_t bridge, int side, int thread) {
    tapped *t = calloc(1, sizeof *t);
    if (!t || id_map_put(&all->taps, tap_key(bridge, side), t)) {
        free(t);
        return NULL;
    }
    *t = (tapped){ .bridge = bridge, .side = side, .thread = thread, .tap = ++all->next_tap };
    return t;
}

static void tap_leave(records *all, tapped *t) {
    if (--t->users)
        return;
    bridge_tap(all->edge, t->bridge, t->side, BRIDGE_EAR_RECORD, NULL, 0);
    id_map_take(&all->taps, tap_key(t->bridge, t->side));
    free(t);
}

/* The listener first, then the tap: so no packet comes that nobody waits for. */
static void hear(records *all, record_entry *e, int voice, uint32_t bridge, int side) {
    tapped *t = tap_find(all, bridge, side);
    bool is_new = !t;
    if (is_new)
        t = tap_new(all, bridge, side, e->thread);
    if (!t || t->thread != e->thread || record_thread_listen(all->threads[e->thread], e->handle, voice, t->tap, true)) {
        LOG(all->log, LOG_LEVEL_ERROR, "record.deaf", log_text("record", e->row.record_id), log_integer("bridge", bridge));
        if (is_new && t) {
            t->users = 1;
            tap_leave(all, t);
        }
        return;
    }
    t->users++;
    e->heard[voice] = t;
    if (is_new)
        bridge_tap(all->edge, bridge, side, BRIDGE_EAR_RECORD, record_thread_ring(all->threads[e->thread]), t->tap);
}

static void hear_no_longer(records *all, record_entry *e, int voice) {
    tapped *t = e->heard[voice];
    e->heard[voice] = NULL;
    if (!t)
        return;
    record_thread_listen(all->threads[e->thread], e->handle, voice, t->tap, false);
    tap_leave(all, t);
}

static void hear_none(records *all, record_entry *e) {
    for (int voice = 0; voice < RECORDING_VOICES; voice++)
        hear_no_longer(all, e, voice);
}

static void hear_bridge(records *all, record_entry *e, uint32_t bridge, int side) {
    for (int voice = 0; bridge && voice < e->n_voices; voice++)
        hear(all, e, voice, bridge, side < 0 ? voice : side);
}

/* --- the end --- */

static void tell_full_disk(records *all, bool full) {
    all->counters.disk_full = full;
    if (full && !all->alarmed)
        LOG(all->log, LOG_LEVEL_ERROR, "record.disk_full", log_text("folder", all->folder),
            log_text("remedy", "Free space on this disk; calls go on without being recorded until there is room."));
    if (!full && all->alarmed)
        LOG(all->log, LOG_LEVEL_WARNING, "record.disk_has_room", log_text("folder", all->folder));
    all->alarmed = full;
}

static void tell_end(records *all, const record_entry *e, const record_closed *result) {
    static const char *const reasons[] = { [RECORD_STOPPED] = "stopped", [RECORD_LIMIT] = "limit", [RECORD_SILENCE] = "silence", [RECORD_FAILED] = "failed" };
    bool failed = result->why == RECORD_FAILED;
    LOG(all->log, failed ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "record.end", log_text("record", e->row.record_id), log_text("session", e->row.session_id),
        log_text("why", reasons[result->why]), log_error("error", result->error), log_integer("lost", (int64_t)result->counters.lost),
        log_integer("late", (int64_t)result->counters.late), log_integer("clock_steps", result->counters.steps));
    if (result->disk_full)
        tell_full_disk(all, true);
}

/* From a record thread. */
static void on_closed(void *context, const record_closed *result) {
    records *all = context;
    record_entry *e = id_map_take(&all->entries, result->handle);
    if (!e)
        return;
    bool failed = result->why == RECORD_FAILED, by_itself = !e->stopped;
    hear_none(all, e);
    all->counters.running--;
    all->counters.failed += failed;
    e->row.duration_ms = result->ticks > OGG_OPUS_PRE_SKIP ? (result->ticks - OGG_OPUS_PRE_SKIP) / (OGG_OPUS_RATE_HZ / 1000) : 0;
    tell_end(all, e, result);
    if (by_itself && all->handler.ended)
        all->handler.ended(all->ctx, e->handle, result->why);
    record_file_finish(all, &e->row, result->has_file, failed, false);
    free(e);
}

static void on_results(int flags, void *arg) {
    records *all = arg;
    (void)flags;
    mailbox_run(&all->results, all);
}

/* --- orders --- */

static void make_record_id(int64_t app_id, char id[65]) {
    uint8_t b[16] = { 0 };
    (void)RAND_bytes(b, sizeof b);
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40); /* RFC 4122 section 4.4 */
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    snprintf(id, 65, "%lld_%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", (long long)app_id, b[0], b[1], b[2], b[3], b[4], b[5],
             b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

/* records/yyyy/mm/dd/, of the day on which the recording began (UTC). */
static void make_file_name(store_recording *row) {
    time_t seconds = (time_t)(row->created_ms / 1000);
    struct tm day;
    char folder[16];
    gmtime_r(&seconds, &day);
    strftime(folder, sizeof folder, "%Y/%m/%d", &day);
    snprintf(row->file, sizeof row->file, "%s/%s.ogg", folder, row->record_id);
}

static void fill_row(records *all, const record_what *what, store_recording *row) {
    const settings_recording *rules = settings_recording_of(all->rules, what->app_id);
    row->app_id = what->app_id;
    row->kind = what->kind;
    row->created_ms = clock_unix_ms();
    if (rules->retention_days)
        row->expires_ms = row->created_ms + (int64_t)rules->retention_days * 24 * 3600 * 1000;
    snprintf(row->session_id, sizeof row->session_id, "%s", what->session_id);
    snprintf(row->endpoint, sizeof row->endpoint, "%s", what->endpoint);
    make_record_id(what->app_id, row->record_id);
    make_file_name(row);
}

/* All recordings of a session are written by one thread: they may share taps. */
static int choose_thread(records *all, const char *session_id, uint32_t bridge) {
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (int side = 0; bridge && side < BRIDGE_SIDES; side++) {
        const tapped *t = tap_find(all, bridge, side);
        if (t)
            return t->thread;
    }
    for (const char *at = session_id; *at; at++)
        hash = (hash ^ (uint8_t)*at) * 16777619u;
    return (int)(hash % (uint32_t)all->n_threads);
}

static int start_thread_side(records *all, const record_entry *e, const record_what *what) {
    char part[RECORD_PATH_MAX], meta_path[RECORD_PATH_MAX];
    char *meta = record_meta_write(&e->row);
    if (!meta)
        return TCCC_E_NO_MEMORY;
    record_part_path(all, e->row.record_id, part);
    record_meta_path(all, e->row.record_id, meta_path);
    record_job job = {
        .handle = e->handle, .n_voices = e->n_voices, .withheld_too = what->kind == RECORDING_VOICEMAIL, .record_id = e->row.record_id,
        .part_path = part, .meta_path = meta_path, .meta = meta, .start_us = clock_ms() * 1000,
        .limit_ms = what->limit_ms > 0 && what->limit_ms < LIMIT_MS ? what->limit_ms : LIMIT_MS, .silence_ms = what->silence_ms,
    };
    int failed = record_thread_start(all->threads[e->thread], &job);
    free(meta);
    return failed;
}

uint32_t record_start(records *all, const record_what *what, uint32_t bridge, int side, char record_id[65]) {
    record_entry *e = calloc(1, sizeof *e);
    record_id[0] = 0;
    if (!e || id_map_put(&all->entries, all->next_handle + 1, e)) {
        free(e);
        LOG(all->log, LOG_LEVEL_ERROR, "record.no_memory", log_text("session", what->session_id));
        return 0;
    }
    e->handle = ++all->next_handle;
    e->thread = choose_thread(all, what->session_id, bridge);
    e->n_voices = what->kind == RECORDING_MIXED ? 2 : 1;
    fill_row(all, what, &e->row);
    if (start_thread_side(all, e, what)) {
        id_map_take(&all->entries, e->handle);
        free(e);
        LOG(all->log, LOG_LEVEL_ERROR, "record.no_memory", log_text("session", what->session_id));
        return 0;
    }
    all->counters.running++;
    snprintf(record_id, 65, "%s", e->row.record_id);
    hear_bridge(all, e, bridge, e->n_voices > 1 ? -1 : side < 0 ? 0 : side);
    LOG(all->log, LOG_LEVEL_INFO, "record.start", log_text("record", record_id), log_text("session", what->session_id), log_integer("bridge", bridge),
        log_integer("side", side));
    return e->handle;
}

void record_move(records *all, uint32_t handle, uint32_t bridge, int side) {
    record_entry *e = id_map_get(&all->entries, handle);
    if (!e || e->stopped)
        return;
    hear_none(all, e);
    hear_bridge(all, e, bridge, e->n_voices > 1 ? -1 : side < 0 ? 0 : side);
}

void record_hear_third(records *all, uint32_t handle, uint32_t bridge) {
    record_entry *e = id_map_get(&all->entries, handle);
    if (e && !e->stopped && e->n_voices > 1 && !e->heard[THIRD])
        hear(all, e, THIRD, bridge, THIRD);
}

void record_forget_third(records *all, uint32_t handle) {
    record_entry *e = id_map_get(&all->entries, handle);
    if (e)
        hear_no_longer(all, e, THIRD);
}

void record_stop(records *all, uint32_t handle) {
    record_entry *e = id_map_get(&all->entries, handle);
    if (!e || e->stopped)
        return;
    e->stopped = true;
    hear_none(all, e);
    if (record_thread_stop(all->threads[e->thread], handle))
        abort(); /* it would never end, and nobody would know */
}

/* --- life --- */

static bool start_threads(records *all) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int wanted = cores > 2 * RECORD_THREADS_MAX ? RECORD_THREADS_MAX : cores > 2 ? (int)cores / 2 : 1;
    for (; all->n_threads < wanted; all->n_threads++) {
        all->threads[all->n_threads] = record_thread_new(all->folder, &all->results, on_closed);
        if (!all->threads[all->n_threads])
            return false;
    }
    return true;
}

static char *join_path(const char *folder, const char *name) {
    char *path = NULL;
    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static bool load_secret(records *all, const records_config *config) {
    if (config->secret) {
        snprintf(all->secret, sizeof all->secret, "%s", config->secret);
        return true;
    }
    char *path = join_path(config->folder, "records.secret");
    int failed = path ? record_secret_load(path, all->secret) : TCCC_E_NO_MEMORY;
    if (failed)
        LOG(all->log, LOG_LEVEL_ERROR, "record.no_secret", log_text("path", path), log_error("error", failed),
            log_text("remedy", "Let tcccd write into its data folder; a file that is cut may be deleted, which ends all links."));
    free(path);
    return !failed;
}

records *records_new(const records_config *config, edge *e, store *db, settings *rules, deadlines *timers, const logger *log,
                     const records_handler *handler, void *ctx) {
    records *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    *all = (records){ .edge = e, .db = db, .rules = rules, .timers = timers, .log = log, .handler = *handler, .ctx = ctx };
    all->folder = join_path(config->folder, "records");
    all->public_url = config->public_url ? strdup(config->public_url) : NULL;
    all->has_results = !mailbox_open(&all->results);
    all->files = workers_new(1);
    if (!all->folder || (config->public_url && !all->public_url) || !all->has_results || !all->files || !load_secret(all, config) ||
        record_file_make_folders(all) || !start_threads(all) || fd_listen(all->results.fd, FD_READ, on_results, all)) {
        LOG(log, LOG_LEVEL_ERROR, "record.not_started", log_text("folder", all->folder));
        records_free(all);
        return NULL;
    }
    record_file_recover(all);
    record_expiry_start(all);
    return all;
}

static void free_taps(records *all) {
    size_t cursor;
    tapped *t;
    while (cursor = 0, (t = id_map_next(&all->taps, &cursor))) {
        t->users = 1;
        tap_leave(all, t);
    }
    id_map_free(&all->taps);
}

void records_free(records *all) {
    if (!all)
        return;
    record_expiry_stop(all);
    for (int i = 0; i < all->n_threads; i++)
        record_thread_end(all->threads[i]); /* closes what runs */
    if (all->has_results) {
        fd_close(all->results.fd);
        mailbox_run(&all->results, all);
        mailbox_close(&all->results);
    }
    workers_free(all->files);                /* files get their names, rows are written */
    record_file_stop(all);
    free_taps(all);
    for (int i = 0; i < all->n_threads; i++)
        record_thread_free(all->threads[i]);
    id_map_free(&all->entries);
    OPENSSL_cleanse(all->secret, sizeof all->secret);
    free(all->public_url);
    free(all->folder);
    free(all);
}

int record_url(records *all, const char *record_id, int64_t now_s, int seconds, char *url, size_t capacity) {
    if (!record_id_valid(record_id))
        return TCCC_E_NOT_FOUND;
    return record_url_write(all->public_url, record_id, now_s + seconds, all->secret, url, capacity);
}

void record_count(const records *all, record_counters *out) {
    *out = all->counters;
    for (int i = 0; i < all->n_threads; i++) {
        out->packets_lost += tap_ring_lost(record_thread_ring(all->threads[i]));
        out->packets_unopened += record_thread_unopened(all->threads[i]);
        out->disk_full |= record_thread_disk_full(all->threads[i]);
    }
}
