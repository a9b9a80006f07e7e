/* chat.c: chats: their records, messages, steps and files. Layer: server. */
#include "server/store/chat.h"
#include "server/store/row.h"

#include "tccc/error.h"

static const row_field chat_fields[] = {
    ROW_FIELD(store_chat, session_id, ROW_TEXT, ROW_KEY),
    ROW_FIELD(store_chat, app_id, ROW_NUMBER, ROW_ONCE),
    ROW_FIELD(store_chat, visitor_id, ROW_TEXT, ROW_ONCE),
    ROW_FIELD(store_chat, channel_id, ROW_TEXT, ROW_ONCE),
    ROW_FIELD(store_chat, channel_name, ROW_TEXT, ROW_ONCE),
    ROW_FIELD(store_chat, nickname, ROW_TEXT, ROW_ONCE),
    ROW_FIELD(store_chat, avatar, ROW_TEXT, ROW_ONCE),
    ROW_FIELD(store_chat, remark, ROW_TEXT, ROW_ONCE),
    ROW_FIELD(store_chat, client_data, ROW_TEXT, ROW_ONCE),
    ROW_FIELD(store_chat, user_id, ROW_TEXT, 0),
    ROW_FIELD(store_chat, group_id, ROW_NUMBER, 0),
    ROW_FIELD(store_chat, group_name, ROW_TEXT, 0),
    ROW_FIELD(store_chat, start_ms, ROW_NUMBER, ROW_ONCE),
    ROW_FIELD(store_chat, queued_ms, ROW_NUMBER, 0),
    ROW_FIELD(store_chat, accept_ms, ROW_NUMBER, 0),
    ROW_FIELD(store_chat, end_ms, ROW_NUMBER, 0),
    ROW_FIELD(store_chat, end_status, ROW_NUMBER, 0),
    ROW_FIELD(store_chat, closed_by, ROW_NUMBER, 0),
    ROW_FIELD(store_chat, client_read, ROW_NUMBER, 0),
    ROW_FIELD(store_chat, seat_read, ROW_NUMBER, 0),
    ROW_FIELD(store_chat, language, ROW_TEXT, ROW_ONCE),
    ROW_FIELD(store_chat, flow_id, ROW_NUMBER, 0),
    ROW_FIELD(store_chat, left_seq, ROW_NUMBER, 0),
    ROW_FIELD(store_chat, satisfaction_key, ROW_TEXT, 0),
    ROW_FIELD(store_chat, satisfaction_label, ROW_TEXT, 0),
    ROW_FIELD(store_chat, score, ROW_NUMBER, 0),
    ROW_FIELD(store_chat, comment, ROW_TEXT, 0),
};

static const row_shape chat_shape = ROW_SHAPE("chat", chat_fields);

int store_put_chat(store *s, const store_chat *chat) { return row_put(s, &chat_shape, chat); }

int store_get_chat(store *s, const char *session_id, store_chat *chat) {
    return row_one(row_query(s, &chat_shape, "FROM chat WHERE session_id=?1", "t", session_id), &chat_shape, chat);
}

static int each_chat(query *q, bool (*each)(void *ctx, const store_chat *chat), void *ctx) {
    int error = 0;
    store_chat chat;
    while (row_next(q, &chat_shape, &chat, &error) && sql_goes_on(q, each(ctx, &chat))) {}
    return error;
}

int store_list_running_chats(store *s, bool (*each)(void *ctx, const store_chat *chat), void *ctx) {
    return each_chat(row_query(s, &chat_shape, "FROM chat WHERE end_ms=0 ORDER BY start_ms, session_id", ""), each, ctx);
}

int store_list_chats(store *s, int64_t app_id, int64_t from_ms, int64_t to_ms, int offset, int limit, int *total,
                     bool (*each)(void *ctx, const store_chat *chat), void *ctx) {
    int64_t count = 0;
    int error = sql_only_integer(sql_query(s, "SELECT count(*) FROM chat WHERE app_id=?1 AND start_ms>=?2 AND start_ms<?3 AND end_ms>0", "iii", app_id, from_ms, to_ms), &count);
    *total = (int)count;
    if (error) return error;
    return each_chat(row_query(s, &chat_shape, "FROM chat WHERE app_id=?1 AND start_ms>=?2 AND start_ms<?3 AND end_ms>0 ORDER BY start_ms DESC, session_id LIMIT ?4 OFFSET ?5",
                               "iiiii", app_id, from_ms, to_ms, sql_count(limit), sql_count(offset)), each, ctx);
}

int store_last_chat_agent(store *s, int64_t app_id, const char *visitor_id, char *user_id, size_t capacity) {
    int error = sql_only_text(sql_query(s, "SELECT user_id FROM chat WHERE app_id=?1 AND visitor_id=?2 AND accept_ms>0 ORDER BY start_ms DESC LIMIT 1",
                                        "it", app_id, visitor_id), user_id, capacity);
    if (error == TCCC_E_NOT_FOUND) user_id[0] = 0;
    return error == TCCC_E_NOT_FOUND ? 0 : error;
}

/* ---- places ---- */

static const row_field place_fields[] = {
    ROW_FIELD(store_chat_place, session_id, ROW_TEXT, ROW_KEY),
    ROW_FIELD(store_chat_place, phase, ROW_TEXT, 0),
    ROW_FIELD(store_chat_place, holder, ROW_TEXT, 0),
    ROW_FIELD(store_chat_place, only_agent, ROW_TEXT, 0),
    ROW_FIELD(store_chat_place, handed_by, ROW_TEXT, 0),
    ROW_FIELD(store_chat_place, target, ROW_TEXT, 0),
    ROW_FIELD(store_chat_place, transferring, ROW_NUMBER, 0),
    ROW_FIELD(store_chat_place, home_group_id, ROW_NUMBER, 0),
    ROW_FIELD(store_chat_place, waits_since_ms, ROW_NUMBER, 0),
    ROW_FIELD(store_chat_place, queue_end_ms, ROW_NUMBER, 0),
    ROW_FIELD(store_chat_place, offer_end_ms, ROW_NUMBER, 0),
    ROW_FIELD(store_chat_place, rejected, ROW_NUMBER, 0),
    ROW_FIELD(store_chat_place, flow_version, ROW_NUMBER, 0),
    ROW_FIELD(store_chat_place, flow_state, ROW_TEXT, 0),
    ROW_FIELD(store_chat_place, flow_seq, ROW_NUMBER, 0),
};

static const row_shape place_shape = ROW_SHAPE("chat_place", place_fields);

int store_put_chat_place(store *s, const store_chat_place *place) { return row_put(s, &place_shape, place); }

int store_get_chat_place(store *s, const char *session_id, store_chat_place *place) {
    return row_one(row_query(s, &place_shape, "FROM chat_place WHERE session_id=?1", "t", session_id), &place_shape, place);
}

int store_delete_chat_place(store *s, const char *session_id) {
    return sql_run(sql_query(s, "DELETE FROM chat_place WHERE session_id=?1", "t", session_id));
}

/* ---- steps ---- */

int store_put_chat_step(store *s, const char *session_id, int n, const store_chat_step *step) {
    return sql_run(sql_query(s, "INSERT INTO chat_step (session_id, n, user_id, group_id, group_name, start_ms, accept_ms, end_ms, end_status, transfer_to)"
        " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10) ON CONFLICT (session_id, n) DO UPDATE SET accept_ms=excluded.accept_ms,"
        " end_ms=excluded.end_ms, end_status=excluded.end_status, transfer_to=excluded.transfer_to", "tititiiiit", session_id, (int64_t)n,
        step->user_id, step->group_id, step->group_name, step->start_ms, step->accept_ms, step->end_ms, (int64_t)step->end_status, step->transfer_to));
}

int store_list_chat_steps(store *s, const char *session_id, bool (*each)(void *ctx, const store_chat_step *step), void *ctx) {
    int error = 0;
    query *q = sql_query(s, "SELECT user_id, group_id, group_name, start_ms, accept_ms, end_ms, end_status, transfer_to FROM chat_step"
                            " WHERE session_id=?1 ORDER BY n", "t", session_id);
    while (sql_row(q, &error)) {
        store_chat_step step = { .group_id = sql_integer(q, 1), .start_ms = sql_integer(q, 3), .accept_ms = sql_integer(q, 4),
                                 .end_ms = sql_integer(q, 5), .end_status = (int)sql_integer(q, 6) };
        SQL_INTO(q, 0, step.user_id);
        SQL_INTO(q, 2, step.group_name);
        SQL_INTO(q, 7, step.transfer_to);
        if (!sql_goes_on(q, each(ctx, &step))) break;
    }
    return error;
}

/* ---- messages ---- */

static const row_field message_fields[] = {
    ROW_FIELD(store_chat_message, session_id, ROW_TEXT, ROW_KEY),
    ROW_FIELD(store_chat_message, seq, ROW_NUMBER, ROW_KEY),
    ROW_FIELD(store_chat_message, sender, ROW_NUMBER, 0),
    ROW_FIELD(store_chat_message, user_id, ROW_TEXT, 0),
    ROW_FIELD(store_chat_message, kind, ROW_NUMBER, 0),
    ROW_FIELD(store_chat_message, text, ROW_TEXT, 0),
    ROW_FIELD(store_chat_message, file_id, ROW_TEXT, 0),
    ROW_FIELD(store_chat_message, name, ROW_TEXT, 0),
    ROW_FIELD(store_chat_message, size, ROW_NUMBER, 0),
    ROW_FIELD(store_chat_message, mime, ROW_TEXT, 0),
    ROW_FIELD(store_chat_message, time_ms, ROW_NUMBER, 0),
    ROW_FIELD(store_chat_message, client_id, ROW_TEXT, 0),
    ROW_FIELD(store_chat_message, options, ROW_TEXT, 0),
};

static const row_shape message_shape = ROW_SHAPE("chat_message", message_fields);

int store_put_chat_message(store *s, const store_chat_message *message) { return row_insert(s, &message_shape, message); }

int store_find_chat_message(store *s, const char *session_id, const char *client_id, store_chat_message *message) {
    return row_one(row_query(s, &message_shape, "FROM chat_message WHERE session_id=?1 AND client_id=?2 AND client_id<>''", "tt", session_id, client_id), &message_shape, message);
}

int store_last_chat_seq(store *s, const char *session_id, int64_t *seq) {
    return sql_only_integer(sql_query(s, "SELECT coalesce(max(seq), 0) FROM chat_message WHERE session_id=?1", "t", session_id), seq);
}

int store_list_chat_messages(store *s, const char *session_id, int64_t after_seq, int64_t before_seq, int limit,
                             bool (*each)(void *ctx, const store_chat_message *message), void *ctx) {
    int error = 0;
    store_chat_message message;
    query *q = before_seq > 0
        ? row_query(s, &message_shape, "FROM chat_message WHERE session_id=?1 AND seq<?2 ORDER BY seq DESC LIMIT ?3", "tii", session_id, before_seq, sql_count(limit))
        : row_query(s, &message_shape, "FROM chat_message WHERE session_id=?1 AND seq>?2 ORDER BY seq LIMIT ?3", "tii", session_id, after_seq, sql_count(limit));
    while (row_next(q, &message_shape, &message, &error) && sql_goes_on(q, each(ctx, &message))) {}
    return error;
}

/* ---- files ---- */

static const row_field file_fields[] = {
    ROW_FIELD(store_chat_file, file_id, ROW_TEXT, ROW_KEY),
    ROW_FIELD(store_chat_file, app_id, ROW_NUMBER, ROW_ONCE),
    ROW_FIELD(store_chat_file, session_id, ROW_TEXT, ROW_ONCE),
    ROW_FIELD(store_chat_file, name, ROW_TEXT, ROW_ONCE),
    ROW_FIELD(store_chat_file, mime, ROW_TEXT, 0),
    ROW_FIELD(store_chat_file, size, ROW_NUMBER, 0),
    ROW_FIELD(store_chat_file, there, ROW_NUMBER, 0),
    ROW_FIELD(store_chat_file, created_ms, ROW_NUMBER, ROW_ONCE),
};

static const row_shape file_shape = ROW_SHAPE("chat_file", file_fields);

int store_put_chat_file(store *s, const store_chat_file *file) { return row_put(s, &file_shape, file); }

int store_get_chat_file(store *s, const char *file_id, store_chat_file *file) {
    return row_one(row_query(s, &file_shape, "FROM chat_file WHERE file_id=?1", "t", file_id), &file_shape, file);
}

int store_count_chat_files(store *s, const char *session_id, int *count, int64_t *bytes) {
    query *q = sql_query(s, "SELECT count(*), coalesce(sum(size), 0) FROM chat_file WHERE session_id=?1", "t", session_id);
    int error = sql_one(q);
    *count = 0;
    *bytes = 0;
    if (error) return error;
    *count = (int)sql_integer(q, 0);
    *bytes = sql_integer(q, 1);
    sql_end(q);
    return 0;
}
