/* sqlite.h: the store's way to SQLite: cached statements, binding by position, reading by column. Layer: server. */
#ifndef TCCC_SERVER_STORE_SQLITE_H
#define TCCC_SERVER_STORE_SQLITE_H

#include "server/store/store.h"

#include <sqlite3.h>

enum { STATEMENTS_MAX = 48 };

struct store {
    sqlite3 *db;
    const logger *log;
    struct { const char *sql; sqlite3_stmt *statement; } cache[STATEMENTS_MAX];
    int n_cached;
    bool in_group;                /* between store_begin and store_end */
    int group_error;              /* the first error there */
};

/* Applies the numbered migrations that the file does not have yet. 0 or IO. */
int migrate(sqlite3 *db, const logger *log);

/* A statement ready to bind; `sql` is a constant, one address for one statement. NULL: logged. */
sqlite3_stmt *sqlite_prepare(store *s, const char *sql);
/* Binds by position: 'i' int64_t, 't' const char *. */
void sqlite_bind(sqlite3_stmt *statement, const char *types, ...);
/* Runs a write to its end. 0, IO, or NOT_FOUND when a constraint of the schema refuses it. */
int sqlite_run(store *s, sqlite3_stmt *statement);
/* The next row: true. False at the end or on an error, which *error tells. Who stops before the end resets the statement,
 * or it keeps a read transaction open. */
bool sqlite_row(store *s, sqlite3_stmt *statement, int *error);
void sqlite_text(sqlite3_stmt *statement, int column, char *text, size_t capacity);
#define SQLITE_INTO(statement, column, array) sqlite_text((statement), (column), (array), sizeof(array))

#endif
