/* seat.c: seats that outlive the server. Layer: server. */
#include "server/store/seat.h"
#include "server/store/row.h"

static const row_field seat_fields[] = {
    ROW_FIELD(store_seat, id, ROW_TEXT, ROW_KEY),
    ROW_FIELD(store_seat, app_id, ROW_NUMBER, ROW_ONCE),
    ROW_FIELD(store_seat, is_visitor, ROW_NUMBER, ROW_ONCE),
    ROW_FIELD(store_seat, name, ROW_TEXT, ROW_ONCE),
    ROW_FIELD(store_seat, resume, ROW_TEXT, 0),
    ROW_FIELD(store_seat, earlier, ROW_TEXT, 0),
    ROW_FIELD(store_seat, tab, ROW_TEXT, 0),
    ROW_FIELD(store_seat, status, ROW_TEXT, 0),
    ROW_FIELD(store_seat, reason, ROW_TEXT, 0),
    ROW_FIELD(store_seat, microphone, ROW_NUMBER, 0),
};

static const row_shape seat_shape = ROW_SHAPE("seat", seat_fields);

int store_put_seat(store *s, const store_seat *seat) { return row_put(s, &seat_shape, seat); }

int store_delete_seat(store *s, const char *id) { return sql_run(sql_query(s, "DELETE FROM seat WHERE id=?1", "t", id)); }

int store_list_seats(store *s, bool (*each)(void *ctx, const store_seat *seat), void *ctx) {
    int error = 0;
    store_seat seat;
    query *q = row_query(s, &seat_shape, "FROM seat ORDER BY id", "");
    while (row_next(q, &seat_shape, &seat, &error) && sql_goes_on(q, each(ctx, &seat))) {}
    return error;
}
