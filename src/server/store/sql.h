/* sql.h: the store's way to its database: cached statements, binding by position, reading by column, groups of writes. Layer: server.
 *
 * SQL text is the part of the language that SQLite and PostgreSQL share, with ?1, ?2 for values; a driver does the rest. A query is
 * begun by sql_query and ended by sql_run, by the sql_row that returns false, or by sql_end; until then its row can be read.
 */
#ifndef TCCC_SERVER_STORE_SQL_H
#define TCCC_SERVER_STORE_SQL_H

#include "server/store/store.h"

#include <stdarg.h>

enum { SQL_KEPT_MAX = 160, SQL_VALUES_MAX = 1200, SQL_ARGUMENTS_MAX = 16 };

typedef struct {
    bool is_text, is_null;
    int64_t integer;
    const char *text;
} sql_value;

typedef struct query {
    store *owner;
    char *text;                   /* owned; NULL in a query that failed to begin */
    bool kept;                    /* stays prepared after its end */
    bool busy;
    int error;
    void *prepared, *rows;        /* the driver's */
    unsigned generation;          /* the driver's: of the connection that prepared it */
    int row, n_rows;              /* the driver's */
} query;

enum sql_step { SQL_ROW = 1, SQL_DONE = 0 };

/* What one kind of database does. Functions return 0 or an error of store.h and have called sql_fail then. */
typedef struct sql_driver {
    int (*open)(store *s, const char *where, char *err, size_t capacity);  /* and migrate */
    void (*close)(store *s);
    int (*start)(query *q, const sql_value *values, int n);       /* prepares it if need be, binds and begins */
    int (*step)(query *q);                                        /* enum sql_step or an error */
    const char *(*text)(query *q, int column);                    /* NULL for NULL */
    void (*reset)(query *q);
    void (*forget)(query *q);                                     /* the prepared statement is not needed again */
    int (*script)(store *s, const char *text);                    /* statements without values or rows */
    int (*version)(store *s, int *version);                       /* of the schema */
    int (*upgrade)(store *s, int version, const char *text);      /* runs a step and notes its number, both or neither; unless another
                                                                     process was quicker */
    int (*begin)(store *s);                                       /* a group of writes */
    int (*commit)(store *s);
    void (*rollback)(store *s);
    void (*behind)(store *s, bool on);                            /* outside of groups; NULL: every commit waits for the disk */
    bool (*is_settled)(store *s);                                 /* NULL with behind */
} sql_driver;

extern const sql_driver sqlite_driver, postgres_driver;

struct store {
    const sql_driver *driver;
    const logger *log;
    void *db, *behind;            /* the driver's */
    query *kept[SQL_KEPT_MAX];
    int n_kept;
    query dead;                   /* stands for a query that could not begin */
    int group_depth;              /* of store_begin */
    int group_error;              /* the first error there */
};

/* Brings the schema up to date. 0, or IO with a sentence in err. */
int migrate(store *s, char *err, size_t capacity);

/* Values by type: 'i' int64_t, 't' const char *; at most SQL_ARGUMENTS_MAX. How many. */
int sql_take(sql_value *values, const char *types, va_list list);
/* Binds by position: as sql_take. Never NULL: a failure shows in sql_run or sql_row. */
query *sql_query(store *s, const char *text, const char *types, ...);
query *sql_query_values(store *s, const char *text, bool kept, const sql_value *values, int n);
int sql_run(query *q);
/* The next row: true. False at the end or on an error, which *error tells. */
bool sql_row(query *q, int *error);
void sql_end(query *q);
/* Ends it unless more is wanted. Returns that. */
bool sql_goes_on(query *q, bool wanted);
int64_t sql_integer(query *q, int column);
void sql_text(query *q, int column, char *text, size_t capacity);
/* Runs a write that answers a row for each that it changed (RETURNING): 0, or NOT_FOUND when it changed none. */
int sql_run_one(query *q);
/* For a query of one row and one column, which they end: 0, NOT_FOUND, TOO_LARGE (capacity), NO_MEMORY or the error. */
int sql_only_integer(query *q, int64_t *number);
int sql_only_text(query *q, char *text, size_t capacity);
int sql_only_copy(query *q, char **text);      /* malloc'ed */
/* For a query of one row: 0 with the row to read until sql_end, NOT_FOUND, or the error. */
int sql_one(query *q);

/* For LIMIT and OFFSET: below 0 counts as 0. */
static inline int64_t sql_count(int n) { return n > 0 ? n : 0; }

/* A write that is refused before it reaches the database: the group of writes is undone. Returns the error. */
int sql_refuse(store *s, int error);
/* Logs the reason and remembers the error for the group of writes. Returns the error. */
int sql_fail(store *s, int error, const char *reason, const char *code);

#define SQL_INTO(query, column, array) sql_text((query), (column), (array), sizeof(array))

#endif
