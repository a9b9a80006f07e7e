/* push.c: the outbox of data pushes. Layer: server. */
#include "server/store/push_row.h"

#include "tccc/error.h"

static const row_field push_fields[] = {
    ROW_FIELD(store_push, uuid, ROW_TEXT, ROW_KEY),
    ROW_FIELD(store_push, app_id, ROW_NUMBER, 0),
    ROW_FIELD(store_push, kind, ROW_TEXT, 0),
    ROW_FIELD(store_push, session_id, ROW_TEXT, 0),
    ROW_FIELD(store_push, state, ROW_NUMBER, 0),
    ROW_FIELD(store_push, tries, ROW_NUMBER, 0),
    ROW_FIELD(store_push, created_ms, ROW_NUMBER, 0),
    ROW_FIELD(store_push, next_ms, ROW_NUMBER, 0),
    ROW_FIELD(store_push, last_error, ROW_TEXT, 0),
};

const row_shape push_shape = ROW_SHAPE("push", push_fields);

int store_put_push(store *s, const store_push *p, const char *body) {
    if (!body) return row_replace(s, &push_shape, p);
    return sql_run(sql_query(s, "INSERT INTO push (uuid, app_id, kind, session_id, state, tries, created_ms, next_ms, last_error, body)"
        " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10) ON CONFLICT (uuid) DO UPDATE SET app_id=excluded.app_id, kind=excluded.kind,"
        " session_id=excluded.session_id, state=excluded.state, tries=excluded.tries, created_ms=excluded.created_ms,"
        " next_ms=excluded.next_ms, last_error=excluded.last_error, body=excluded.body", "tittiiiitt", p->uuid, p->app_id, p->kind,
        p->session_id, (int64_t)p->state, (int64_t)p->tries, p->created_ms, p->next_ms, p->last_error, body));
}

int store_add_push(store *s, const store_push *p, const char *body) {
    return sql_run(sql_query(s, "INSERT INTO push (uuid, app_id, kind, session_id, state, tries, created_ms, next_ms, last_error, body)"
        " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10) ON CONFLICT (uuid) DO NOTHING", "tittiiiitt", p->uuid, p->app_id, p->kind, p->session_id,
        (int64_t)p->state, (int64_t)p->tries, p->created_ms, p->next_ms, p->last_error, body));
}

int store_get_push(store *s, const char *uuid, store_push *push) {
    return row_one(row_query(s, &push_shape, "FROM push WHERE uuid=?1", "t", uuid), &push_shape, push);
}

int store_get_push_body(store *s, const char *uuid, char **body) {
    return sql_only_copy(sql_query(s, "SELECT body FROM push WHERE uuid=?1", "t", uuid), body);
}

static int list(query *q, bool (*each)(void *ctx, const store_push *push), void *ctx) {
    int error = 0;
    store_push push;
    while (row_next(q, &push_shape, &push, &error) && sql_goes_on(q, each(ctx, &push))) {}
    return error;
}

int store_list_push_apps(store *s, int64_t now_ms, bool (*each)(void *ctx, int64_t app_id), void *ctx) {
    int error = 0;
    query *q = sql_query(s, "SELECT DISTINCT app_id FROM push WHERE state=0 AND next_ms<=?1 ORDER BY app_id", "i", now_ms);
    while (sql_row(q, &error) && sql_goes_on(q, each(ctx, sql_integer(q, 0)))) {}
    return error;
}

int store_list_due_pushes(store *s, int64_t app_id, int64_t now_ms, int limit, bool (*each)(void *ctx, const store_push *push), void *ctx) {
    return list(row_query(s, &push_shape, "FROM push WHERE state=0 AND app_id=?1 AND next_ms<=?2 ORDER BY created_ms, id LIMIT ?3", "iii",
                          app_id, now_ms, sql_count(limit)), each, ctx);
}

int store_next_push(store *s, int64_t *next_ms) {
    return sql_only_integer(sql_query(s, "SELECT coalesce(min(next_ms),0) FROM push WHERE state=0", ""), next_ms);
}

int store_list_pushes(store *s, int64_t app_id, enum push_state state, int offset, int limit, int *total,
                      bool (*each)(void *ctx, const store_push *push), void *ctx) {
    int64_t count = 0;
    int error = sql_only_integer(sql_query(s, "SELECT count(*) FROM push WHERE app_id=?1 AND state=?2", "ii", app_id, (int64_t)state), &count);
    *total = (int)count;
    if (error) return error;
    return list(row_query(s, &push_shape, "FROM push WHERE app_id=?1 AND state=?2 ORDER BY created_ms DESC, id DESC LIMIT ?3 OFFSET ?4",
                          "iiii", app_id, (int64_t)state, sql_count(limit), sql_count(offset)), each, ctx);
}

int store_count_pushes(store *s, enum push_state state, int64_t *count) {
    return sql_only_integer(sql_query(s, "SELECT count(*) FROM push WHERE state=?1", "i", (int64_t)state), count);
}

int store_forget_pushes(store *s, int64_t before_ms) {
    return sql_run(sql_query(s, "DELETE FROM push WHERE state=1 AND created_ms<?1", "i", before_ms));
}
