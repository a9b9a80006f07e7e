/* record_file.c: what becomes of a recording's file: its name, its row, and what a killed server has left. Layer: server. */
#include "record_state.h"

#include "ogg_opus.h"
#include "ogg_repair.h"

#include "base/json.h"
#include "tccc/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { META_MAX = 4096, SETTLE_MS = 10 };

static const char running_folder[] = "running", part_ending[] = ".part", meta_ending[] = ".json";

typedef struct record_task {         /* a worker's task */
    struct record_task *next;        /* in `settling` */
    records *all;
    store_recording row;
    bool has_file, cut, recovered;
    char part[RECORD_PATH_MAX], meta[RECORD_PATH_MAX], final[RECORD_PATH_MAX];
    int error;                       /* 0: the file has its name */
    int reason;                      /* errno of an IO error */
} task;

void record_part_path(const records *all, const char *record_id, char path[RECORD_PATH_MAX]) {
    snprintf(path, RECORD_PATH_MAX, "%s/%s/%s%s", all->folder, running_folder, record_id, part_ending);
}

void record_meta_path(const records *all, const char *record_id, char path[RECORD_PATH_MAX]) {
    snprintf(path, RECORD_PATH_MAX, "%s/%s/%s%s", all->folder, running_folder, record_id, meta_ending);
}

static int make_folder(const char *path) {
    return mkdir(path, 0700) && errno != EEXIST ? TCCC_E_IO : 0;
}

int record_file_make_folders(const records *all) {
    char running[RECORD_PATH_MAX];
    snprintf(running, sizeof running, "%s/%s", all->folder, running_folder);
    return make_folder(all->folder) || make_folder(running) ? TCCC_E_IO : 0;
}

/* --- the note beside a running recording --- */

char *record_meta_write(const store_recording *row) {
    char *text = malloc(META_MAX);
    json_writer out = json_write(text, text ? META_MAX : 0);
    if (!text)
        return NULL;
    json_open_object(&out, NULL);
    json_put_string(&out, "recordId", row->record_id);
    json_put_integer(&out, "sdkAppId", row->app_id);
    json_put_string(&out, "sessionId", row->session_id);
    json_put_integer(&out, "kind", row->kind);
    json_put_string(&out, "endpoint", row->endpoint);
    json_put_string(&out, "file", row->file);
    json_put_integer(&out, "createdMs", row->created_ms);
    json_put_integer(&out, "expiresMs", row->expires_ms);
    json_close(&out);
    if (json_finish(&out) >= 0)
        return text;
    free(text);
    return NULL;
}

static void take_text(char *to, size_t capacity, const char *text) {
    snprintf(to, capacity, "%s", text ? text : "");
}

/* yyyy/mm/dd/<id>.ogg and nothing else: the name comes from a disk that somebody else may have written to. */
static bool file_fits(const store_recording *row) {
    static const char shape[] = "0000/00/00/";
    size_t n = sizeof shape - 1;
    for (size_t i = 0; i < n; i++)
        if (shape[i] == '0' ? row->file[i] < '0' || row->file[i] > '9' : row->file[i] != shape[i])
            return false;
    size_t len = strlen(row->record_id);
    return !strncmp(row->file + n, row->record_id, len) && !strcmp(row->file + n + len, ".ogg");
}

static bool read_meta(const char *text, size_t len, store_recording *row) {
    json_value *tree = NULL;
    if (json_parse(text, len, META_MAX, &tree))
        return false;
    json_reader in = json_read(tree);
    *row = (store_recording){ .app_id = json_integer(&in, "sdkAppId", 1, JSON_INTEGER_MAX) };
    row->kind = (enum recording_kind)json_integer(&in, "kind", RECORDING_CUSTOMER, RECORDING_VOICEMAIL);
    row->created_ms = json_integer(&in, "createdMs", 0, JSON_INTEGER_MAX);
    row->expires_ms = json_integer(&in, "expiresMs", 0, JSON_INTEGER_MAX);
    take_text(row->record_id, sizeof row->record_id, json_string(&in, "recordId", 1, RECORD_ID_MAX));
    take_text(row->session_id, sizeof row->session_id, json_string(&in, "sessionId", 0, sizeof row->session_id - 1));
    take_text(row->endpoint, sizeof row->endpoint, json_string(&in, "endpoint", 0, sizeof row->endpoint - 1));
    take_text(row->file, sizeof row->file, json_string(&in, "file", 1, sizeof row->file - 1));
    json_free(tree);
    return !in.error && record_id_valid(row->record_id) && file_fits(row);
}

/* --- the worker's part --- */

static int failed_io(task *t) {
    t->reason = errno;
    return t->error = TCCC_E_IO;
}

static int make_day_folder(task *t) {
    char *file = t->final + strlen(t->all->folder) + 1;
    for (char *slash = file; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        int failed = make_folder(t->final);
        *slash = '/';
        if (failed)
            return failed_io(t);
    }
    return 0;
}

/* The granule position of the last page: ticks at 48 kHz. */
static int measure(task *t, int fd) {
    struct stat stat;
    int64_t granule = 0;
    if (t->cut) {
        t->error = ogg_repair(fd, &t->row.bytes, &granule);
        if (!t->error)
            t->row.duration_ms = (granule - OGG_OPUS_PRE_SKIP) / (OGG_OPUS_RATE_HZ / 1000);
        if (t->row.duration_ms < 0)
            t->row.duration_ms = 0;
        return t->error;
    }
    if (fstat(fd, &stat))
        return failed_io(t);
    t->row.bytes = stat.st_size;
    return 0;
}

static int finish_part(task *t) {
    int fd = open(t->part, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return failed_io(t);
    if (!measure(t, fd) && fdatasync(fd))
        failed_io(t);
    close(fd);
    if (t->error == TCCC_E_FORMAT)
        unlink(t->part); /* nothing in it can be heard */
    if (t->error || make_day_folder(t))
        return t->error;
    return rename(t->part, t->final) ? failed_io(t) : 0;
}

static void run_finish(void *arg) {
    task *t = arg;
    if (t->has_file)
        finish_part(t);
}

/* --- back on the control thread --- */

static void tell_error(const task *t) {
    char reason[96] = "";
    if (t->reason && strerror_r(t->reason, reason, sizeof reason))
        LOG(t->all->log, LOG_LEVEL_ERROR, "record.file", log_text("record", t->row.record_id), log_text("file", t->final), log_text("reason", reason),
            log_text("remedy", "The sound stays in records/running/ and is taken up at the next start."));
    else
        LOG(t->all->log, LOG_LEVEL_ERROR, "record.empty", log_text("record", t->row.record_id), log_error("error", t->error));
}

/* The note beside a recording goes when its row is durable: until then it is all that a power cut would leave. */
static void forget_notes(records *all) {
    for (task *t; (t = all->settling);) {
        all->settling = t->next;
        unlink(t->meta);
        free(t);
    }
}

static void settle(void *owner) {
    records *all = owner;
    if (store_is_settled(all->db))
        forget_notes(all);
    else
        deadline_set(all->timers, &all->settle, SETTLE_MS, settle, all);
}

void record_file_stop(records *all) {
    deadline_clear(all->timers, &all->settle);
    forget_notes(all);
}

static int put_row(task *t) {
    store_behind(t->all->db, true);
    int error = store_put_recording(t->all->db, &t->row);
    store_behind(t->all->db, false);
    return error;
}

static void done_finish(void *arg, int started) {
    task *t = arg;
    records *all = t->all;
    if (!started)
        run_finish(t); /* the server stops: nobody is waiting for this thread */
    bool kept = !t->error && t->has_file;
    if (t->error)
        tell_error(t);
    if (!kept) {
        t->row.file[0] = 0;
        t->row.bytes = t->row.duration_ms = 0;
    }
    all->counters.finished += kept;
    all->counters.recovered += kept && t->recovered;
    all->counters.bytes += (uint64_t)t->row.bytes;
    if (kept && all->counters.disk_full && !t->cut)
        all->counters.disk_full = all->alarmed = false;
    bool is_done = !put_row(t) && t->error != TCCC_E_IO;
    LOG(all->log, LOG_LEVEL_INFO, t->recovered ? "record.recovered" : "record.finished", log_text("record", t->row.record_id),
        log_text("session", t->row.session_id), log_integer("bytes", t->row.bytes), log_integer("duration_ms", t->row.duration_ms));
    if (all->handler.finished)
        all->handler.finished(all->ctx, &t->row);
    if (!is_done) {
        free(t);
        return;
    }
    t->next = all->settling;
    all->settling = t;
    settle(all);
}

void record_file_finish(records *all, const store_recording *row, bool has_file, bool cut, bool recovered) {
    task *t = calloc(1, sizeof *t);
    if (!t) {
        LOG(all->log, LOG_LEVEL_ERROR, "record.no_memory", log_text("record", row->record_id), log_text("remedy", "It is taken up at the next start."));
        return;
    }
    *t = (task){ .all = all, .row = *row, .has_file = has_file, .cut = cut, .recovered = recovered };
    record_part_path(all, row->record_id, t->part);
    record_meta_path(all, row->record_id, t->meta);
    snprintf(t->final, sizeof t->final, "%s/%s", all->folder, row->file);
    if (workers_do(all->files, run_finish, done_finish, t))
        done_finish(t, 0); /* ten thousand wait: better late than never */
}

/* --- after a crash --- */

static size_t read_small(const char *path, char *text, size_t capacity) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t n = fd < 0 ? 0 : read(fd, text, capacity);
    if (fd >= 0)
        close(fd);
    return n > 0 ? (size_t)n : 0;
}

static bool exists(const char *path) {
    struct stat stat;
    return !lstat(path, &stat) && S_ISREG(stat.st_mode);
}

/* The file may have its name already, when the crash came before the row was written. */
static void recover_one(records *all, const char *name) {
    char text[META_MAX], path[RECORD_PATH_MAX], final[RECORD_PATH_MAX];
    store_recording row, known;
    snprintf(path, sizeof path, "%s/%s/%s", all->folder, running_folder, name);
    size_t len = read_small(path, text, sizeof text);
    if (!read_meta(text, len, &row)) {
        LOG(all->log, LOG_LEVEL_WARNING, "record.note_unreadable", log_text("file", path));
        return;
    }
    snprintf(final, sizeof final, "%s/%s", all->folder, row.file);
    record_part_path(all, row.record_id, path);
    bool has_part = exists(path), is_named = !has_part && exists(final);
    if (!has_part && !store_get_recording(all->db, row.record_id, &known) && known.bytes > 0) { /* only the note was left */
        record_meta_path(all, row.record_id, path);
        unlink(path);
        return;
    }
    if (is_named && rename(final, path))
        is_named = false;
    record_file_finish(all, &row, has_part || is_named, true, true);
}

void record_file_recover(records *all) {
    char folder[RECORD_PATH_MAX];
    snprintf(folder, sizeof folder, "%s/%s", all->folder, running_folder);
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot && !strcmp(dot, meta_ending) && entry->d_name[0] != '.')
            recover_one(all, entry->d_name);
    }
    if (dir)
        closedir(dir);
}
