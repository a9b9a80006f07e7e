/* sql.c: statements kept prepared, values checked, groups of writes. Layer: server. */
#include "server/store/postgres_link.h"

#include "base/utf8.h"
#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

store *store_open(const char *path, const logger *log, char *err, size_t capacity) {
    store *s = calloc(1, sizeof *s);
    snprintf(err, capacity, "The store cannot be opened: no memory.");
    if (!s) return NULL;
    s->driver = link_is_url(path) ? &postgres_driver : &sqlite_driver;
    s->log = log;
    s->dead.owner = s;
    if (s->driver->open(s, path, err, capacity)) {
        store_close(s);
        return NULL;
    }
    return s;
}

int store_check(const char *path, char *err, size_t capacity) {
    return link_is_url(path) ? link_check(path, err, capacity) : 0;
}

static void free_query(query *q) {
    q->owner->driver->forget(q);
    free(q->text);
    free(q);
}

void store_close(store *s) {
    if (!s) return;
    for (int i = 0; i < s->n_kept; i++) free_query(s->kept[i]);
    s->driver->close(s);
    free(s);
}

int sql_refuse(store *s, int error) {
    if (s->group_depth && !s->group_error) s->group_error = error;
    return error;
}

int sql_fail(store *s, int error, const char *reason, const char *code) {
    LOG(s->log, LOG_LEVEL_ERROR, "store.failed", log_text("reason", reason), log_text("code", code));
    return sql_refuse(s, error);
}

/* ---- queries ---- */

static query *find_kept(store *s, const char *text) {
    for (int i = 0; i < s->n_kept; i++)
        if (!s->kept[i]->busy && !strcmp(s->kept[i]->text, text)) return s->kept[i];
    return NULL;
}

static query *make_query(store *s, const char *text, bool kept) {
    query *q = calloc(1, sizeof *q);
    if (q) q->text = strdup(text);
    if (!q || !q->text) {
        free(q);
        return NULL;
    }
    q->owner = s;
    q->kept = kept && s->n_kept < SQL_KEPT_MAX;
    if (q->kept) s->kept[s->n_kept++] = q;
    return q;
}

static query *fail_query(store *s, int error) {
    s->dead.error = sql_refuse(s, error);
    return &s->dead;
}

/* A copy with U+FFFD for every byte that is no UTF-8: one database would keep such a byte, the other refuses the row. */
static char *mended(const char *text) {
    size_t length = strlen(text), used = 0;
    char *out = malloc(3 * length + 1);
    for (size_t i = 0, n; out && i < length; i += n ? n : 1) {
        n = utf8_character(text + i, length - i);
        memcpy(out + used, n ? text + i : "\xef\xbf\xbd", n ? n : 3);
        used += n ? n : 3;
    }
    if (out) out[used] = 0;
    return out;
}

static int start(query *q, const sql_value *given, int n) {
    sql_value values[SQL_VALUES_MAX];
    char *owned[SQL_VALUES_MAX];
    int n_owned = 0, error = 0;
    for (int i = 0; i < n && !error; i++) {
        values[i] = given[i];
        if (!given[i].is_text) continue;
        if (!given[i].text) values[i].text = "";
        if (utf8_valid(values[i].text, strlen(values[i].text))) continue;
        values[i].text = owned[n_owned] = mended(values[i].text);
        if (!owned[n_owned++]) error = TCCC_E_NO_MEMORY;
    }
    if (!error) error = q->owner->driver->start(q, values, n);
    while (n_owned) free(owned[--n_owned]);
    return error;
}

query *sql_query_values(store *s, const char *text, bool kept, const sql_value *values, int n) {
    if (s->group_depth && s->group_error) return fail_query(s, s->group_error);
    if (n > SQL_VALUES_MAX) return fail_query(s, TCCC_E_TOO_LARGE);
    query *q = find_kept(s, text);
    if (!q) q = make_query(s, text, kept);
    if (!q) return fail_query(s, TCCC_E_NO_MEMORY);
    q->busy = true;
    q->error = start(q, values, n);
    if (!q->error) return q;
    int error = q->error;
    sql_end(q);
    return fail_query(s, error);
}

int sql_take(sql_value *values, const char *types, va_list list) {
    int n = 0;
    for (; types[n]; n++) {
        values[n] = (sql_value){ .is_text = types[n] == 't' };
        if (values[n].is_text) values[n].text = va_arg(list, const char *);
        else values[n].integer = va_arg(list, int64_t);
    }
    return n;
}

query *sql_query(store *s, const char *text, const char *types, ...) {
    sql_value values[SQL_ARGUMENTS_MAX];
    va_list list;
    va_start(list, types);
    int n = sql_take(values, types, list);
    va_end(list);
    return sql_query_values(s, text, true, values, n);
}

bool sql_row(query *q, int *error) {
    int step = q->text ? q->owner->driver->step(q) : q->error;
    if (step == SQL_ROW) return true;
    sql_end(q);
    *error = step;
    return false;
}

void sql_end(query *q) {
    if (!q->text) return;
    q->owner->driver->reset(q);
    q->busy = false;
    if (!q->kept) free_query(q);
}

bool sql_goes_on(query *q, bool wanted) {
    if (!wanted) sql_end(q);
    return wanted;
}

int sql_run(query *q) {
    int error = 0;
    while (sql_row(q, &error)) {}
    return error;
}

int sql_run_one(query *q) {
    int error = 0, n = 0;
    while (sql_row(q, &error)) n++;
    return error ? error : n ? 0 : TCCC_E_NOT_FOUND;
}

int sql_one(query *q) {
    int error = 0;
    if (sql_row(q, &error)) return 0;
    return error ? error : TCCC_E_NOT_FOUND;
}

int64_t sql_integer(query *q, int column) {
    const char *text = q->owner->driver->text(q, column);
    return text ? strtoll(text, NULL, 10) : 0;
}

void sql_text(query *q, int column, char *text, size_t capacity) {
    const char *value = q->owner->driver->text(q, column);
    snprintf(text, capacity, "%s", value ? value : "");
}

/* To the end, where a write may still fail. */
static int finish(query *q, int error) {
    int ended = sql_run(q);
    return error ? error : ended;
}

int sql_only_integer(query *q, int64_t *number) {
    int error = sql_one(q);
    if (error) return error;
    *number = sql_integer(q, 0);
    return finish(q, 0);
}

int sql_only_text(query *q, char *text, size_t capacity) {
    int error = sql_one(q);
    if (error) return error;
    const char *value = q->owner->driver->text(q, 0);
    size_t length = value ? strlen(value) : 0;
    if (length < capacity) memcpy(text, value ? value : "", length + 1);
    return finish(q, length < capacity ? 0 : TCCC_E_TOO_LARGE);
}

int sql_only_copy(query *q, char **text) {
    int error = sql_one(q);
    *text = NULL;
    if (error) return error;
    const char *value = q->owner->driver->text(q, 0);
    *text = strdup(value ? value : "");
    return finish(q, *text ? 0 : TCCC_E_NO_MEMORY);
}

/* ---- groups of writes ---- */

void store_behind(store *s, bool on) {
    if (s->driver->behind && !s->group_depth) s->driver->behind(s, on);
}

bool store_is_settled(store *s) { return !s->driver->is_settled || s->driver->is_settled(s); }

int store_begin(store *s) {
    if (s->group_depth) {
        s->group_depth++;
        return 0;
    }
    s->group_error = s->driver->begin(s);
    if (!s->group_error) s->group_depth = 1;
    return s->group_error;
}

int store_end(store *s) {
    if (s->group_depth == 0) return s->group_error;
    if (--s->group_depth) return s->group_error;
    int error = s->group_error;
    if (!error) error = s->driver->commit(s);
    if (error) s->driver->rollback(s);
    return error;
}
