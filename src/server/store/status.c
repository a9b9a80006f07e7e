/* status.c: the history of agents' statuses. Layer: server. */
#include "server/store/row.h"
#include "server/store/staff.h"

static const row_field status_fields[] = {
    ROW_FIELD(store_status, app_id, ROW_NUMBER, 0),
    ROW_FIELD(store_status, user_id, ROW_TEXT, 0),
    ROW_FIELD(store_status, status, ROW_TEXT, 0),
    ROW_FIELD(store_status, reason, ROW_TEXT, 0),
    ROW_FIELD(store_status, session_id, ROW_TEXT, 0),
    ROW_FIELD(store_status, from_ms, ROW_NUMBER, 0),
};

static const row_shape status_shape = ROW_SHAPE("status", status_fields);

int store_put_status(store *s, const store_status *row) {
    return row_insert(s, &status_shape, row);
}

int store_list_status(store *s, int64_t app_id, const char *user_id, int64_t from_ms, int64_t to_ms,
                      bool (*each)(void *ctx, const store_status *row), void *ctx) {
    int error = 0;
    store_status row;
    query *q = row_query(s, &status_shape,
        "FROM status WHERE app_id=?1 AND user_id=?2 AND from_ms<?4 AND id>=coalesce((SELECT max(b.id) FROM status b WHERE b.app_id=?1"
        " AND b.user_id=?2 AND b.from_ms=(SELECT max(c.from_ms) FROM status c WHERE c.app_id=?1 AND c.user_id=?2 AND c.from_ms<=?3)), 0)"
        " ORDER BY from_ms, id", "itii", app_id, user_id, from_ms, to_ms);
    while (row_next(q, &status_shape, &row, &error) && sql_goes_on(q, each(ctx, &row))) {}
    return error;
}

/* Ids are in the order of time: where a whole window is younger, so is all that follows. */
int store_forget_status(store *s, int64_t before_ms, int limit, int64_t *after_id) {
    int64_t after = *after_id, last = 0;
    *after_id = 0;
    int error = sql_only_integer(sql_query(s,
        "SELECT CASE WHEN min(w.from_ms)<?3 THEN max(w.id) ELSE 0 END"
        " FROM (SELECT id, from_ms FROM status WHERE id>?1 ORDER BY id LIMIT ?2) w", "iii", after, sql_count(limit), before_ms), &last);
    if (error || !last)
        return error;
    error = sql_run(sql_query(s,
        "DELETE FROM status WHERE id>?1 AND id<=?2 AND from_ms<?3 AND EXISTS (SELECT 1 FROM status b WHERE b.app_id=status.app_id"
        " AND b.user_id=status.user_id AND b.from_ms>status.from_ms AND b.from_ms<=?3)", "iii", after, last, before_ms));
    if (!error)
        *after_id = last;
    return error;
}
