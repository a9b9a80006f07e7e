/* store.c: the SQLite file: opening, migrations, statements. Layer: server. */
#include "server/store/statement.h"

#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATEMENTS_MAX = 64, BUSY_MS = 2000 };

struct store {
    sqlite3 *db;
    struct { const char *sql; sqlite3_stmt *q; } statements[STATEMENTS_MAX];
    int n_statements;
    int version;
};

/* Each step is run once, in order; user_version counts them. Never change one that has been released. */
static const char *const migrations[] = {
    "CREATE TABLE instance(sdk_app_id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"
    "CREATE TABLE credential(secret_id TEXT PRIMARY KEY, secret_key TEXT NOT NULL) STRICT;"
    "CREATE TABLE agent(id INTEGER PRIMARY KEY, sdk_app_id INTEGER NOT NULL REFERENCES instance, user_id TEXT NOT NULL,"
    " name TEXT NOT NULL, number TEXT NOT NULL, password_hash TEXT NOT NULL DEFAULT '', UNIQUE(sdk_app_id, user_id)) STRICT;"
    "CREATE TABLE skill_group(id INTEGER PRIMARY KEY, sdk_app_id INTEGER NOT NULL REFERENCES instance, name TEXT NOT NULL,"
    " UNIQUE(sdk_app_id, name)) STRICT;"
    "CREATE TABLE membership(skill_group_id INTEGER NOT NULL REFERENCES skill_group ON DELETE CASCADE,"
    " agent_id INTEGER NOT NULL REFERENCES agent ON DELETE CASCADE, PRIMARY KEY(skill_group_id, agent_id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE number(number TEXT PRIMARY KEY, sdk_app_id INTEGER NOT NULL REFERENCES instance, direction INTEGER NOT NULL"
    " CHECK(direction BETWEEN 1 AND 3), trunk TEXT NOT NULL, skill_group_id INTEGER REFERENCES skill_group) STRICT;"
    "CREATE TABLE extension(number TEXT PRIMARY KEY, sdk_app_id INTEGER NOT NULL REFERENCES instance, ha1_md5 TEXT NOT NULL,"
    " ha1_sha256 TEXT NOT NULL) STRICT;"
    "CREATE TABLE login_token(hash TEXT PRIMARY KEY, sdk_app_id INTEGER NOT NULL, user_id TEXT NOT NULL, expires_ms INTEGER NOT NULL,"
    " used INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE TABLE call_record(session_id TEXT PRIMARY KEY, sdk_app_id INTEGER NOT NULL, user_id TEXT NOT NULL, inbound INTEGER NOT NULL,"
    " caller TEXT NOT NULL, callee TEXT NOT NULL, start_ms INTEGER NOT NULL, ring_ms INTEGER NOT NULL, answer_ms INTEGER NOT NULL,"
    " end_ms INTEGER NOT NULL, end_status INTEGER NOT NULL, hung_up_side TEXT NOT NULL, skill_group_id INTEGER NOT NULL) STRICT;"
    "CREATE INDEX call_record_time ON call_record(sdk_app_id, start_ms);",
};

sqlite3_stmt *statement(store *s, const char *sql) {
    for (int i = 0; i < s->n_statements; i++) {
        if (s->statements[i].sql != sql)
            continue;
        sqlite3_reset(s->statements[i].q);
        sqlite3_clear_bindings(s->statements[i].q);
        return s->statements[i].q;
    }
    sqlite3_stmt *q = NULL;
    if (s->n_statements == STATEMENTS_MAX || sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &q, NULL) != SQLITE_OK)
        return NULL;
    s->statements[s->n_statements].sql = sql;
    s->statements[s->n_statements++].q = q;
    return q;
}

void bind_integer(sqlite3_stmt *q, int place, int64_t value) { sqlite3_bind_int64(q, place, value); }
void bind_text(sqlite3_stmt *q, int place, const char *value) { sqlite3_bind_text(q, place, value, -1, SQLITE_TRANSIENT); }

int row(store *s, sqlite3_stmt *q) {
    (void)s;
    int result = q ? sqlite3_step(q) : SQLITE_ERROR;
    if (result == SQLITE_ROW)
        return 0;
    sqlite3_reset(q);
    return result == SQLITE_DONE ? TCCC_E_NOT_FOUND : TCCC_E_IO;
}

int run(store *s, sqlite3_stmt *q) {
    int error = row(s, q);
    sqlite3_reset(q);
    return error == TCCC_E_NOT_FOUND ? 0 : error;
}

void column_text(sqlite3_stmt *q, int at, char *to, size_t capacity) {
    const char *text = (const char *)sqlite3_column_text(q, at);
    snprintf(to, capacity, "%s", text ? text : "");
}

static int read_version(sqlite3 *db) {
    sqlite3_stmt *q = NULL;
    int version = -1;
    if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
        version = sqlite3_column_int(q, 0);
    sqlite3_finalize(q);
    return version;
}

static int migrate(store *s) {
    int count = sizeof migrations / sizeof *migrations;
    s->version = read_version(s->db);
    if (s->version < 0 || s->version > count)
        return TCCC_E_IO;
    for (; s->version < count; s->version++) {
        char done[40];
        snprintf(done, sizeof done, "PRAGMA user_version=%d", s->version + 1);
        if (store_begin(s) || sqlite3_exec(s->db, migrations[s->version], NULL, NULL, NULL) != SQLITE_OK ||
            sqlite3_exec(s->db, done, NULL, NULL, NULL) != SQLITE_OK || store_commit(s)) {
            store_rollback(s);
            return TCCC_E_IO;
        }
    }
    return 0;
}

store *store_open(const char *path, char *err, size_t err_cap) {
    store *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    int result = sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_busy_timeout(s->db, BUSY_MS);
    if (result == SQLITE_OK)
        result = sqlite3_exec(s->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;", NULL, NULL, NULL);
    if (result == SQLITE_OK && !migrate(s))
        return s;
    snprintf(err, err_cap, "The store %s cannot be opened: %s", path, s->db ? sqlite3_errmsg(s->db) : "no memory");
    store_close(s);
    return NULL;
}

void store_close(store *s) {
    if (!s)
        return;
    for (int i = 0; i < s->n_statements; i++)
        sqlite3_finalize(s->statements[i].q);
    sqlite3_close(s->db);
    free(s);
}

int store_version(const store *s) { return s->version; }

static int execute(store *s, const char *sql) { return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : TCCC_E_IO; }

int store_begin(store *s) { return execute(s, "BEGIN IMMEDIATE"); }
int store_commit(store *s) { return execute(s, "COMMIT"); }
void store_rollback(store *s) { (void)execute(s, "ROLLBACK"); }
