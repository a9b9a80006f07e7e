/* sqlite.c: the store on a SQLite file. Layer: server. */
#include "server/store/sql.h"
#include "server/store/wal.h"

#include "tccc/error.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int OPEN_BUSY_MS = 20000; /* another tcccd may be bringing the schema up to date */
static const int BUSY_MS = 500; /* another process (a backup) may hold the file for a moment; longer would hold calls up */

enum { FAR_BEHIND_PAGES = 8000 };     /* 32 MiB of log: its thread cannot keep up, and the next commit checkpoints itself */

/* Writes that do not wait for the disk: how it is brought there. Made with the first. */
typedef struct {
    store *owner;
    char *path;
    wal *thread;
    bool on, refused;                 /* refused: there is no thread */
} write_behind;

static int fail(store *s, int result) {
    char code[16];
    snprintf(code, sizeof code, "%d", result);
    return sql_fail(s, (result & 0xff) == SQLITE_CONSTRAINT ? TCCC_E_NOT_FOUND : TCCC_E_IO, sqlite3_errmsg(s->db), code);
}

static int on_commit(void *ctx, sqlite3 *db, const char *name, int pages) {
    write_behind *b = ctx;
    wal_wrote(b->thread, pages, !b->on);
    return pages >= FAR_BEHIND_PAGES ? sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL) == SQLITE_NOMEM ? SQLITE_NOMEM : SQLITE_OK
                                     : SQLITE_OK;
}

static bool has_thread(write_behind *b) {
    if (!b->thread && !b->refused) {
        b->thread = wal_new(b->path, b->owner->log);
        b->refused = !b->thread;
        if (b->thread) sqlite3_wal_hook(b->owner->db, on_commit, b); /* in place of SQLite's own checkpoints */
    }
    return b->thread && wal_works(b->thread);
}

static void set_behind(store *s, bool on) {
    write_behind *b = s->behind;
    if (!b || (on && !has_thread(b)) || b->on == on) return;
    if (sqlite3_exec(s->db, on ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=FULL", NULL, NULL, NULL) == SQLITE_OK) b->on = on;
}

static bool is_settled(store *s) {
    write_behind *b = s->behind;
    return !b || !b->thread || wal_is_settled(b->thread);
}

static void close_file(store *s) {
    write_behind *b = s->behind;
    if (b) {
        wal_free(b->thread);
        free(b->path);
        free(b);
    }
    sqlite3_close(s->db);
}

/* Of a file only: a store in memory is never on a disk. Without memory every write waits. */
static void prepare_behind(store *s, const char *path) {
    write_behind *b = strcmp(path, ":memory:") ? calloc(1, sizeof *b) : NULL;
    if (!b) return;
    b->owner = s;
    b->path = strdup(path);
    b->refused = !b->path;
    s->behind = b;
}

static int open_file(store *s, const char *path, char *err, size_t capacity) {
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const char *settings = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;";
    sqlite3 *db = NULL;
    int result = sqlite3_open_v2(path, &db, flags, NULL);
    s->db = db;
    if (result == SQLITE_OK) sqlite3_busy_timeout(db, OPEN_BUSY_MS);
    if (result == SQLITE_OK) result = sqlite3_exec(db, settings, NULL, NULL, NULL);
    if (result == SQLITE_OK) {
        int error = migrate(s, err, capacity);
        sqlite3_busy_timeout(db, BUSY_MS);
        if (!error) prepare_behind(s, path);
        return error;
    }
    snprintf(err, capacity, "The store %s cannot be opened: %s.", path, db ? sqlite3_errmsg(db) : "no memory");
    return TCCC_E_IO;
}

static int start(query *q, const sql_value *values, int n) {
    sqlite3_stmt *statement = q->prepared;
    int result = SQLITE_OK;
    if (!statement) result = sqlite3_prepare_v3(q->owner->db, q->text, -1, q->kept ? SQLITE_PREPARE_PERSISTENT : 0, &statement, NULL);
    q->prepared = statement;
    for (int i = 0; i < n && result == SQLITE_OK; i++)
        result = values[i].is_null ? sqlite3_bind_null(statement, i + 1)
               : values[i].is_text ? sqlite3_bind_text(statement, i + 1, values[i].text, -1, SQLITE_TRANSIENT)
                                   : sqlite3_bind_int64(statement, i + 1, values[i].integer);
    return result == SQLITE_OK ? 0 : fail(q->owner, result);
}

static int step(query *q) {
    int result = sqlite3_step(q->prepared);
    if (result == SQLITE_ROW) return SQL_ROW;
    return result == SQLITE_DONE ? SQL_DONE : fail(q->owner, result);
}

static const char *text(query *q, int column) {
    return (const char *)sqlite3_column_text(q->prepared, column);
}

static void reset(query *q) {
    sqlite3_reset(q->prepared);
    sqlite3_clear_bindings(q->prepared);
}

static void forget(query *q) {
    sqlite3_finalize(q->prepared);
    q->prepared = NULL;
}

static int script(store *s, const char *text) {
    int result = sqlite3_exec(s->db, text, NULL, NULL, NULL);
    return result == SQLITE_OK ? 0 : fail(s, result);
}

static int begin(store *s) {
    return script(s, "BEGIN IMMEDIATE");
}

/* SQLite undoes a group by itself after some failures (a full disk); then there is nothing to commit. */
static int commit(store *s) {
    return script(s, "COMMIT");
}

static void rollback(store *s) {
    if (!sqlite3_get_autocommit(s->db)) (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

static int version(store *s, int *version) {
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(s->db, "PRAGMA user_version", -1, &statement, NULL);
    if (result == SQLITE_OK) result = sqlite3_step(statement);
    if (result == SQLITE_ROW) *version = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return result == SQLITE_ROW ? 0 : fail(s, result);
}

static int upgrade(store *s, int to, const char *text) {
    char number[64];
    int present = 0;
    snprintf(number, sizeof number, "PRAGMA user_version=%d;", to);
    int error = begin(s);
    if (!error) error = version(s, &present);
    if (!error && present < to) error = script(s, text);
    if (!error && present < to) error = script(s, number);
    if (!error) error = commit(s);
    if (error) rollback(s);
    return error;
}

const sql_driver sqlite_driver = {
    .open = open_file, .close = close_file, .start = start, .step = step, .text = text, .reset = reset, .forget = forget,
    .script = script, .version = version, .upgrade = upgrade, .begin = begin, .commit = commit, .rollback = rollback,
    .behind = set_behind, .is_settled = is_settled,
};
