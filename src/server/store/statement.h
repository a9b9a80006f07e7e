/* statement.h: prepared statements of the store's files. Layer: server. */
#ifndef TCCC_SERVER_STORE_STATEMENT_H
#define TCCC_SERVER_STORE_STATEMENT_H

#include "server/store/store.h"

#include <sqlite3.h>

/* The statement for this text, prepared once and kept; its parameters are cleared. The text must be a literal. NULL when
 * SQLite refuses it. */
sqlite3_stmt *statement(store *s, const char *sql);
/* Parameters are numbered from 1 in the order of the calls below, starting anew with statement(). */
void bind_integer(sqlite3_stmt *q, int place, int64_t value);
void bind_text(sqlite3_stmt *q, int place, const char *value);
/* Runs a statement without rows: 0 or IO. */
int run(store *s, sqlite3_stmt *q);
/* The next row: 0, NOT_FOUND at the end (the statement is free again), IO. */
int row(store *s, sqlite3_stmt *q);
/* Column `at` copied, cut to capacity. */
void column_text(sqlite3_stmt *q, int at, char *to, size_t capacity);

#endif
