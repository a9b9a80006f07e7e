/* channel.c: channels of visitors. Layer: server. */
#include "server/store/channel.h"
#include "server/store/row.h"

static const row_field fields[] = {
    ROW_FIELD(store_channel, id, ROW_TEXT, ROW_KEY),
    ROW_FIELD(store_channel, app_id, ROW_NUMBER, ROW_ONCE),
    ROW_FIELD(store_channel, name, ROW_TEXT, 0),
    ROW_FIELD(store_channel, flow_id, ROW_REF, 0),
    ROW_FIELD(store_channel, group_id, ROW_REF, 0),
    ROW_FIELD(store_channel, welcome, ROW_TEXT, 0),
    ROW_FIELD(store_channel, origins, ROW_TEXT, 0),
    ROW_FIELD(store_channel, types, ROW_NUMBER, 0),
    ROW_FIELD(store_channel, enabled, ROW_NUMBER, 0),
    ROW_FIELD(store_channel, modified_ms, ROW_NOW, 0),
};

static const row_shape shape = ROW_SHAPE("channel", fields);

int store_put_channel(store *s, const store_channel *channel) { return row_put(s, &shape, channel); }

int store_get_channel(store *s, const char *id, store_channel *channel) {
    return row_one(row_query(s, &shape, "FROM channel WHERE id=?1", "t", id), &shape, channel);
}

int store_delete_channel(store *s, int64_t app_id, const char *id) {
    return sql_run_one(sql_query(s, "DELETE FROM channel WHERE id=?1 AND app_id=?2 RETURNING 1", "ti", id, app_id));
}

int store_list_channels(store *s, int64_t app_id, bool (*each)(void *ctx, const store_channel *channel), void *ctx) {
    int error = 0;
    store_channel channel;
    query *q = row_query(s, &shape, "FROM channel WHERE app_id=?1 ORDER BY id", "i", app_id);
    while (row_next(q, &shape, &channel, &error) && sql_goes_on(q, each(ctx, &channel))) {}
    return error;
}
