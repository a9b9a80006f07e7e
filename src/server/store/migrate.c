/* migrate.c: the schema, as numbered steps; PRAGMA user_version holds the number of the last one applied. Layer: server. */
#include "server/store/sqlite.h"

#include "tccc/error.h"

#include <stdio.h>

/* Never change a step that was released: add one. */
static const char *const steps[] = {
    /* 1 */
    "CREATE TABLE app (app_id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"
    "CREATE TABLE agent (app_id INTEGER NOT NULL REFERENCES app, user_id TEXT NOT NULL CHECK (length(user_id) > 0),"
    " name TEXT NOT NULL, staff_number TEXT NOT NULL, phone TEXT NOT NULL, PRIMARY KEY (app_id, user_id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE skill_group (id INTEGER PRIMARY KEY, app_id INTEGER NOT NULL REFERENCES app, name TEXT NOT NULL,"
    " UNIQUE (app_id, name)) STRICT;"
    "CREATE TABLE member (group_id INTEGER NOT NULL REFERENCES skill_group ON DELETE CASCADE, app_id INTEGER NOT NULL,"
    " user_id TEXT NOT NULL, priority INTEGER NOT NULL, PRIMARY KEY (group_id, app_id, user_id),"
    " FOREIGN KEY (app_id, user_id) REFERENCES agent ON DELETE CASCADE) STRICT, WITHOUT ROWID;"
    "CREATE TABLE trunk (name TEXT PRIMARY KEY, host TEXT NOT NULL, port INTEGER NOT NULL, transport INTEGER NOT NULL,"
    " username TEXT NOT NULL, password TEXT NOT NULL, from_domain TEXT NOT NULL, registers INTEGER NOT NULL,"
    " srtp INTEGER NOT NULL, allow TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE number (app_id INTEGER NOT NULL REFERENCES app, number TEXT NOT NULL,"
    " trunk TEXT NOT NULL REFERENCES trunk ON UPDATE CASCADE, inbound INTEGER NOT NULL, outbound INTEGER NOT NULL,"
    " group_id INTEGER REFERENCES skill_group, PRIMARY KEY (number, app_id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE extension (extension TEXT PRIMARY KEY, app_id INTEGER NOT NULL REFERENCES app, user_id TEXT NOT NULL,"
    " realm TEXT NOT NULL, ha1_md5 TEXT NOT NULL, ha1_sha256 TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE secret (secret_id TEXT PRIMARY KEY, secret_key TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE token (hash TEXT PRIMARY KEY, app_id INTEGER NOT NULL, user_id TEXT NOT NULL, expires_s INTEGER NOT NULL,"
    " used INTEGER NOT NULL DEFAULT 0, FOREIGN KEY (app_id, user_id) REFERENCES agent ON DELETE CASCADE) STRICT, WITHOUT ROWID;"
    "CREATE INDEX token_expires ON token (expires_s);"
    "CREATE TABLE call (session_id TEXT PRIMARY KEY, app_id INTEGER NOT NULL REFERENCES app, inbound INTEGER NOT NULL,"
    " caller TEXT NOT NULL, callee TEXT NOT NULL, user_id TEXT NOT NULL, uui TEXT NOT NULL, start_ms INTEGER NOT NULL,"
    " ring_ms INTEGER NOT NULL, answer_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, end_status INTEGER NOT NULL,"
    " closed_by TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX call_start ON call (app_id, start_ms);",
    /* 2 */
    "ALTER TABLE trunk ADD COLUMN qualify_s INTEGER NOT NULL DEFAULT 0;",
};

enum { N_STEPS = sizeof steps / sizeof *steps };

static int version_of(sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    int version = -1;
    if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        version = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return version;
}

static int apply(sqlite3 *db, int step)
{
    char number[64];
    snprintf(number, sizeof number, "PRAGMA user_version=%d; COMMIT;", step + 1);
    if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK
        && sqlite3_exec(db, steps[step], NULL, NULL, NULL) == SQLITE_OK
        && sqlite3_exec(db, number, NULL, NULL, NULL) == SQLITE_OK)
        return 0;
    return TCCC_E_IO;
}

int migrate(sqlite3 *db, const logger *log)
{
    int version = version_of(db);
    if (version < 0) return TCCC_E_IO;
    if (version > N_STEPS) {
        LOG(log, LOG_LEVEL_ERROR, "store.newer", log_integer("version", version), log_integer("known", N_STEPS));
        return TCCC_E_IO; /* a newer tcccd wrote it: touching it could lose what that one knows */
    }
    for (; version < N_STEPS; version++)
        if (apply(db, version) < 0) return TCCC_E_IO;
    return 0;
}
