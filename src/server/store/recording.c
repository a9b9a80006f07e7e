/* recording.c: finished recordings and voicemails. Layer: server. */
#include "server/store/recording.h"
#include "server/store/row.h"

static const row_field recording_fields[] = {
    ROW_FIELD(store_recording, record_id, ROW_TEXT, ROW_KEY),
    ROW_FIELD(store_recording, app_id, ROW_NUMBER, 0),
    ROW_FIELD(store_recording, session_id, ROW_TEXT, 0),
    ROW_FIELD(store_recording, kind, ROW_NUMBER, 0),
    ROW_FIELD(store_recording, endpoint, ROW_TEXT, 0),
    ROW_FIELD(store_recording, file, ROW_TEXT, 0),
    ROW_FIELD(store_recording, bytes, ROW_NUMBER, 0),
    ROW_FIELD(store_recording, duration_ms, ROW_NUMBER, 0),
    ROW_FIELD(store_recording, created_ms, ROW_NUMBER, 0),
    ROW_FIELD(store_recording, expires_ms, ROW_NUMBER, 0),
    ROW_FIELD(store_recording, custom_url, ROW_TEXT, 0),
};

static const row_shape recording_shape = ROW_SHAPE("recording", recording_fields);

int store_put_recording(store *s, const store_recording *recording) {
    return row_put(s, &recording_shape, recording);
}

int store_get_recording(store *s, const char *record_id, store_recording *recording) {
    return row_one(row_query(s, &recording_shape, "FROM recording WHERE record_id=?1", "t", record_id), &recording_shape, recording);
}

static int list(query *q, bool (*each)(void *ctx, const store_recording *recording), void *ctx) {
    int error = 0;
    store_recording recording;
    while (row_next(q, &recording_shape, &recording, &error) && sql_goes_on(q, each(ctx, &recording))) {}
    return error;
}

int store_list_recordings(store *s, const char *session_id, bool (*each)(void *ctx, const store_recording *recording), void *ctx) {
    return list(row_query(s, &recording_shape, "FROM recording WHERE session_id=?1 ORDER BY created_ms, record_id", "t", session_id), each, ctx);
}

int store_list_app_recordings(store *s, int64_t app_id, int64_t from_ms, int64_t to_ms, int offset, int limit, int *total,
                              bool (*each)(void *ctx, const store_recording *recording), void *ctx) {
    int64_t count = 0;
    int error = sql_only_integer(sql_query(s, "SELECT count(*) FROM recording WHERE app_id=?1 AND created_ms>=?2 AND created_ms<?3", "iii",
                                           app_id, from_ms, to_ms), &count);
    *total = (int)count;
    if (error) return error;
    return list(row_query(s, &recording_shape, "FROM recording WHERE app_id=?1 AND created_ms>=?2 AND created_ms<?3"
                          " ORDER BY created_ms DESC, record_id DESC LIMIT ?4 OFFSET ?5", "iiiii", app_id, from_ms, to_ms, sql_count(limit),
                          sql_count(offset)), each, ctx);
}

int store_list_expired_recordings(store *s, int64_t now_ms, int limit, bool (*each)(void *ctx, const store_recording *recording), void *ctx) {
    return list(row_query(s, &recording_shape, "FROM recording WHERE expires_ms>0 AND expires_ms<=?1 AND file<>''"
                                               " ORDER BY expires_ms, record_id LIMIT ?2", "ii", now_ms, sql_count(limit)), each, ctx);
}
