/* call_record.c: one row for each call. Layer: server. */
#include "server/store/sqlite.h"

#include "tccc/error.h"

int store_put_call(store *s, const store_call *c)
{
    sqlite3_stmt *q = sqlite_prepare(s, "INSERT INTO call VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET"
        " caller=excluded.caller, callee=excluded.callee, user_id=excluded.user_id, uui=excluded.uui, ring_ms=excluded.ring_ms,"
        " answer_ms=excluded.answer_ms, end_ms=excluded.end_ms, end_status=excluded.end_status, closed_by=excluded.closed_by");
    sqlite_bind(q, "tiittttiiiiit", c->session_id, c->app_id, (int64_t)c->inbound, c->caller, c->callee, c->user_id, c->uui,
                c->start_ms, c->ring_ms, c->answer_ms, c->end_ms, (int64_t)c->end_status, c->closed_by);
    return sqlite_run(s, q);
}

static void read_call(sqlite3_stmt *q, store_call *c)
{
    SQLITE_INTO(q, 0, c->session_id);
    c->app_id = sqlite3_column_int64(q, 1);
    c->inbound = sqlite3_column_int(q, 2);
    SQLITE_INTO(q, 3, c->caller);
    SQLITE_INTO(q, 4, c->callee);
    SQLITE_INTO(q, 5, c->user_id);
    SQLITE_INTO(q, 6, c->uui);
    c->start_ms = sqlite3_column_int64(q, 7);
    c->ring_ms = sqlite3_column_int64(q, 8);
    c->answer_ms = sqlite3_column_int64(q, 9);
    c->end_ms = sqlite3_column_int64(q, 10);
    c->end_status = sqlite3_column_int(q, 11);
    SQLITE_INTO(q, 12, c->closed_by);
}

int store_get_call(store *s, const char *session_id, store_call *call)
{
    int error;
    sqlite3_stmt *q = sqlite_prepare(s, "SELECT * FROM call WHERE session_id=?");
    sqlite_bind(q, "t", session_id);
    if (!sqlite_row(s, q, &error)) return error ? error : TCCC_E_NOT_FOUND;
    read_call(q, call);
    sqlite3_reset(q);
    return 0;
}

int store_list_calls(store *s, int64_t app_id, int64_t from_ms, int64_t to_ms, int limit,
                     bool (*each)(void *ctx, const store_call *call), void *ctx)
{
    int error;
    store_call call;
    sqlite3_stmt *q = sqlite_prepare(s, "SELECT * FROM call WHERE app_id=? AND start_ms>=? AND start_ms<?"
                                        " ORDER BY start_ms, session_id LIMIT ?");
    sqlite_bind(q, "iiii", app_id, from_ms, to_ms, (int64_t)limit);
    while (sqlite_row(s, q, &error)) {
        read_call(q, &call);
        if (!each(ctx, &call)) {
            sqlite3_reset(q);
            break;
        }
    }
    return error;
}
