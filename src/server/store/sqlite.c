/* sqlite.c: opening the file, cached statements, binding and reading. Layer: server. */
#include "server/store/sqlite.h"

#include "tccc/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int BUSY_MS = 2000; /* another process (a backup) may hold the file for a moment */

static int open_file(store *s, const char *path)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK) return TCCC_E_IO;
    sqlite3_busy_timeout(s->db, BUSY_MS);
    const char *settings = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;";
    if (sqlite3_exec(s->db, settings, NULL, NULL, NULL) != SQLITE_OK) return TCCC_E_IO;
    return migrate(s->db, s->log);
}

store *store_open(const char *path, const logger *log, char *err, size_t capacity)
{
    store *s = calloc(1, sizeof *s);
    if (!s) {
        snprintf(err, capacity, "The store %s cannot be opened: no memory.", path);
        return NULL;
    }
    s->log = log;
    if (open_file(s, path) < 0) {
        snprintf(err, capacity, "The store %s cannot be opened: %s.", path, s->db ? sqlite3_errmsg(s->db) : "no memory");
        store_close(s);
        return NULL;
    }
    return s;
}

void store_close(store *s)
{
    if (!s) return;
    for (int i = 0; i < s->n_cached; i++) sqlite3_finalize(s->cache[i].statement);
    sqlite3_close(s->db);
    free(s);
}

static int fail(store *s, int result)
{
    int error = (result & 0xff) == SQLITE_CONSTRAINT ? TCCC_E_NOT_FOUND : TCCC_E_IO;
    LOG(s->log, LOG_LEVEL_ERROR, "store.failed", log_text("reason", sqlite3_errmsg(s->db)), log_integer("code", result));
    if (s->in_group && !s->group_error) s->group_error = error;
    return error;
}

sqlite3_stmt *sqlite_prepare(store *s, const char *sql)
{
    for (int i = 0; i < s->n_cached; i++)
        if (s->cache[i].sql == sql) {
            sqlite3_reset(s->cache[i].statement);
            sqlite3_clear_bindings(s->cache[i].statement);
            return s->cache[i].statement;
        }
    sqlite3_stmt *statement = NULL;
    int result = s->n_cached < STATEMENTS_MAX
        ? sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) : SQLITE_FULL;
    if (result != SQLITE_OK) {
        fail(s, result);
        return NULL;
    }
    s->cache[s->n_cached].sql = sql;
    s->cache[s->n_cached++].statement = statement;
    return statement;
}

void sqlite_bind(sqlite3_stmt *statement, const char *types, ...)
{
    va_list values;
    va_start(values, types);
    for (int i = 0; statement && types[i]; i++) {
        if (types[i] == 'i') {
            sqlite3_bind_int64(statement, i + 1, va_arg(values, int64_t));
        } else {
            const char *text = va_arg(values, const char *);
            sqlite3_bind_text(statement, i + 1, text ? text : "", -1, SQLITE_TRANSIENT);
        }
    }
    va_end(values);
}

int sqlite_run(store *s, sqlite3_stmt *statement)
{
    if (!statement) return TCCC_E_IO;
    int result = sqlite3_step(statement);
    sqlite3_reset(statement);
    return result == SQLITE_DONE || result == SQLITE_ROW ? 0 : fail(s, result);
}

bool sqlite_row(store *s, sqlite3_stmt *statement, int *error)
{
    *error = statement ? 0 : TCCC_E_IO;
    if (!statement) return false;
    int result = sqlite3_step(statement);
    if (result == SQLITE_ROW) return true;
    sqlite3_reset(statement);
    if (result != SQLITE_DONE) *error = fail(s, result);
    return false;
}

void sqlite_text(sqlite3_stmt *statement, int column, char *text, size_t capacity)
{
    const char *value = (const char *)sqlite3_column_text(statement, column);
    snprintf(text, capacity, "%s", value ? value : "");
}

int store_begin(store *s)
{
    s->group_error = sqlite_run(s, sqlite_prepare(s, "BEGIN IMMEDIATE"));
    s->in_group = s->group_error == 0;
    return s->group_error;
}

int store_end(store *s)
{
    if (!s->in_group) return s->group_error;
    int error = s->group_error;
    s->in_group = false;
    if (!error) error = sqlite_run(s, sqlite_prepare(s, "COMMIT"));
    if (error) sqlite_run(s, sqlite_prepare(s, "ROLLBACK"));
    return error;
}
