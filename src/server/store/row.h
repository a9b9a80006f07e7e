/* row.h: a table's row as a C struct: one list of members writes it, reads it and names its columns. Layer: server. */
#ifndef TCCC_SERVER_STORE_ROW_H
#define TCCC_SERVER_STORE_ROW_H

#include "server/store/sql.h"

enum row_kind {
    ROW_NUMBER,                   /* int64_t, int, enum or bool, by its size */
    ROW_TEXT,                     /* char[] */
    ROW_REF,                      /* int64_t, the id of another row; 0 is NULL */
    ROW_NOW,                      /* int64_t: written as the time of the write */
};

enum row_flag {
    ROW_KEY = 1,
    ROW_ONCE = 2,                 /* written with a new row and not changed later */
    ROW_READ = 4,                 /* computed: `name` is an expression */
};

typedef struct {
    const char *name;
    enum row_kind kind;
    int flags;
    size_t offset, size;
} row_field;

typedef struct {
    const char *table;
    const row_field *fields;
    int n_fields;
    const char *parent;           /* "" or the key columns before the fields: of the parent, and the place under it */
} row_shape;

#define ROW_FIELD(type, member, kind, flags) { #member, (kind), (flags), offsetof(type, member), sizeof((type *)0)->member }
#define ROW_SHAPE(table, fields) { (table), (fields), sizeof(fields) / sizeof *(fields), "" }
#define ROW_CHILD(table, fields, parent) { (table), (fields), sizeof(fields) / sizeof *(fields), (parent) }

int64_t row_number(const row_field *field, const void *record);
void row_set_number(const row_field *field, void *record, int64_t number);

/* Writes the row; one with the same key is replaced. */
int row_put(store *s, const row_shape *shape, const void *record);
/* Writes a new row. */
int row_insert(store *s, const row_shape *shape, const void *record);
/* Changes the row of the same key. NOT_FOUND: there is none. */
int row_replace(store *s, const row_shape *shape, const void *record);
/* Writes row n under a parent that has no such row. */
int row_add(store *s, const row_shape *shape, const char *parent, int n, const void *record);
/* SELECT all columns, then `rest`: "FROM table WHERE ...", or ", more FROM ...". */
query *row_query(store *s, const row_shape *shape, const char *rest, const char *types, ...);
query *row_query_values(store *s, const row_shape *shape, const char *rest, bool kept, const sql_value *values, int n);
void row_read(query *q, const row_shape *shape, void *record);
/* Reads the next row into the record: as sql_row. */
bool row_next(query *q, const row_shape *shape, void *record, int *error);
/* Reads the only row. 0, NOT_FOUND or the error. */
int row_one(query *q, const row_shape *shape, void *record);

#endif
