/* row.c: writes SQL for a list of members, and moves rows between columns and structs. Layer: server. */
#include "server/store/row.h"

#include "server/deadline.h"
#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 40, TEXT_MAX = 4096 };

typedef struct {
    char text[TEXT_MAX];
    size_t used;
} sql_builder;

__attribute__((format(printf, 2, 3)))
static void add(sql_builder *b, const char *format, ...) {
    va_list list;
    va_start(list, format);
    int n = vsnprintf(b->text + b->used, sizeof b->text - b->used, format, list);
    va_end(list);
    if (n > 0) b->used += (size_t)n < sizeof b->text - b->used ? (size_t)n : sizeof b->text - b->used - 1;
}

/* INSERT INTO table (columns) VALUES (?1, ...) */
static void add_insert(sql_builder *b, const row_shape *shape) {
    int n = 0;
    add(b, "INSERT INTO %s (%s", shape->table, shape->parent);
    for (int i = 0; i < shape->n_fields; i++)
        if (!(shape->fields[i].flags & ROW_READ)) add(b, "%s%s", n++ || *shape->parent ? "," : "", shape->fields[i].name);
    if (*shape->parent) n += 2;
    add(b, ") VALUES (");
    for (int i = 1; i <= n; i++) add(b, "%s?%d", i > 1 ? "," : "", i);
    add(b, ")");
}

/* ON CONFLICT (key) DO UPDATE SET column=excluded.column, ... */
static void add_upsert(sql_builder *b, const row_shape *shape) {
    const char *comma = "";
    add(b, " ON CONFLICT (");
    for (int i = 0; i < shape->n_fields; i++)
        if (shape->fields[i].flags & ROW_KEY) {
            add(b, "%s%s", comma, shape->fields[i].name);
            comma = ",";
        }
    comma = ") DO UPDATE SET ";
    for (int i = 0; i < shape->n_fields; i++)
        if (!shape->fields[i].flags) {
            add(b, "%s%s=excluded.%s", comma, shape->fields[i].name, shape->fields[i].name);
            comma = ",";
        }
}

int64_t row_number(const row_field *f, const void *record) {
    const void *at = (const char *)record + f->offset;
    int64_t wide = 0;
    int narrow = 0;
    bool flag = false;
    if (f->size == sizeof wide) memcpy(&wide, at, sizeof wide);
    else if (f->size == sizeof narrow) memcpy(&narrow, at, sizeof narrow), wide = narrow;
    else memcpy(&flag, at, sizeof flag), wide = flag;
    return wide;
}

void row_set_number(const row_field *f, void *record, int64_t wide) {
    void *at = (char *)record + f->offset;
    int narrow = (int)wide;
    bool flag = wide != 0;
    if (f->size == sizeof wide) memcpy(at, &wide, sizeof wide);
    else if (f->size == sizeof narrow) memcpy(at, &narrow, sizeof narrow);
    else memcpy(at, &flag, sizeof flag);
}

static sql_value value_of(const row_field *f, const void *record) {
    const char *at = (const char *)record + f->offset;
    if (f->kind == ROW_TEXT) return (sql_value){ .is_text = true, .text = at };
    int64_t n = f->kind == ROW_NOW ? clock_unix_ms() : row_number(f, record);
    return (sql_value){ .integer = n, .is_null = f->kind == ROW_REF && n == 0 };
}

static int values_of(const row_shape *shape, const void *record, sql_value *values) {
    int n = 0;
    for (int i = 0; i < shape->n_fields; i++)
        if (!(shape->fields[i].flags & ROW_READ)) values[n++] = value_of(&shape->fields[i], record);
    return n;
}

int row_put(store *s, const row_shape *shape, const void *record) {
    sql_builder b = { .used = 0 };
    sql_value values[FIELDS_MAX];
    add_insert(&b, shape);
    add_upsert(&b, shape);
    int n = values_of(shape, record, values);
    return sql_run(sql_query_values(s, b.text, true, values, n));
}

int row_insert(store *s, const row_shape *shape, const void *record) {
    sql_builder b = { .used = 0 };
    sql_value values[FIELDS_MAX];
    add_insert(&b, shape);
    int n = values_of(shape, record, values);
    return sql_run(sql_query_values(s, b.text, true, values, n));
}

/* The values have the places that they have in an INSERT. */
int row_replace(store *s, const row_shape *shape, const void *record) {
    sql_builder b = { .used = 0 };
    sql_value values[FIELDS_MAX];
    const char *comma = " SET ";
    add(&b, "UPDATE %s", shape->table);
    for (int i = 0; i < shape->n_fields; i++) {
        if (shape->fields[i].flags) continue;
        add(&b, "%s%s=?%d", comma, shape->fields[i].name, i + 1);
        comma = ",";
    }
    comma = " WHERE ";
    for (int i = 0; i < shape->n_fields; i++) {
        if (!(shape->fields[i].flags & ROW_KEY)) continue;
        add(&b, "%s%s=?%d", comma, shape->fields[i].name, i + 1);
        comma = " AND ";
    }
    add(&b, " RETURNING 1");
    int n = values_of(shape, record, values);
    return sql_run_one(sql_query_values(s, b.text, true, values, n));
}

int row_add(store *s, const row_shape *shape, const char *parent, int n, const void *record) {
    sql_builder b = { .used = 0 };
    sql_value values[FIELDS_MAX] = { { .is_text = true, .text = parent }, { .integer = n } };
    add_insert(&b, shape);
    int n_values = 2 + values_of(shape, record, values + 2);
    return sql_run(sql_query_values(s, b.text, true, values, n_values));
}

query *row_query_values(store *s, const row_shape *shape, const char *rest, bool kept, const sql_value *values, int n) {
    sql_builder b = { .used = 0 };
    for (int i = 0; i < shape->n_fields; i++) {
        const row_field *f = &shape->fields[i];
        add(&b, i ? "," : "SELECT ");
        if (f->flags & ROW_READ) add(&b, "%s", f->name);
        else add(&b, "%s.%s", shape->table, f->name);
    }
    size_t length = b.used + strlen(rest) + 2;
    char *text = length > sizeof b.text ? malloc(length) : b.text;
    if (!text) return sql_query_values(s, "", false, values, SQL_VALUES_MAX + 1);
    if (text != b.text) memcpy(text, b.text, b.used);
    snprintf(text + b.used, length - b.used, " %s", rest);
    query *q = sql_query_values(s, text, kept, values, n);
    if (text != b.text) free(text);
    return q;
}

query *row_query(store *s, const row_shape *shape, const char *rest, const char *types, ...) {
    sql_value values[SQL_ARGUMENTS_MAX];
    va_list list;
    va_start(list, types);
    int n = sql_take(values, types, list);
    va_end(list);
    return row_query_values(s, shape, rest, true, values, n);
}

void row_read(query *q, const row_shape *shape, void *record) {
    for (int i = 0; i < shape->n_fields; i++) {
        const row_field *f = &shape->fields[i];
        if (f->kind == ROW_TEXT) sql_text(q, i, (char *)record + f->offset, f->size);
        else row_set_number(f, record, sql_integer(q, i));
    }
}

bool row_next(query *q, const row_shape *shape, void *record, int *error) {
    if (!sql_row(q, error)) return false;
    row_read(q, shape, record);
    return true;
}

int row_one(query *q, const row_shape *shape, void *record) {
    int error = sql_one(q);
    if (error) return error;
    row_read(q, shape, record);
    sql_end(q);
    return 0;
}
