/* agent.c: apps and agents. Layer: server. */
#include "server/store/agent_row.h"

#include "server/deadline.h"
#include "tccc/error.h"

int store_put_app(store *s, int64_t app_id, const char *name) {
    return sql_run(sql_query(s, "INSERT INTO app (app_id, name, created_ms, modified_ms) VALUES (?1,?2,?3,?3) ON CONFLICT (app_id) DO UPDATE"
                                " SET name=excluded.name, modified_ms=excluded.modified_ms WHERE app.name<>excluded.name",
                             "iti", app_id, name, clock_unix_ms()));
}

int store_get_app(store *s, int64_t app_id, store_app *app) {
    query *q = sql_query(s, "SELECT name, created_ms, modified_ms FROM app WHERE app_id=?1", "i", app_id);
    int error = sql_one(q);
    if (error) return error;
    *app = (store_app){ .app_id = app_id, .created_ms = sql_integer(q, 1), .modified_ms = sql_integer(q, 2) };
    SQL_INTO(q, 0, app->name);
    sql_end(q);
    return 0;
}

int store_list_apps(store *s, bool (*each)(void *ctx, int64_t app_id, const char *name), void *ctx) {
    int error = 0;
    char name[STORE_TEXT];
    query *q = sql_query(s, "SELECT app_id, name FROM app ORDER BY app_id", "");
    while (sql_row(q, &error)) {
        SQL_INTO(q, 1, name);
        if (!sql_goes_on(q, each(ctx, sql_integer(q, 0), name))) break;
    }
    return error;
}

bool store_has_app(store *s, int64_t app_id) {
    query *q = sql_query(s, "SELECT 1 FROM app WHERE app_id=?1", "i", app_id);
    bool found = sql_one(q) == 0;
    if (found) sql_end(q);
    return found;
}

static const row_field agent_fields[] = {
    ROW_FIELD(store_agent, app_id, ROW_NUMBER, ROW_KEY),
    ROW_FIELD(store_agent, user_id, ROW_TEXT, ROW_KEY),
    ROW_FIELD(store_agent, name, ROW_TEXT, 0),
    ROW_FIELD(store_agent, nick, ROW_TEXT, 0),
    ROW_FIELD(store_agent, staff_number, ROW_TEXT, 0),
    ROW_FIELD(store_agent, phone, ROW_TEXT, 0),
    ROW_FIELD(store_agent, role, ROW_NUMBER, 0),
    ROW_FIELD(store_agent, mobile_accept, ROW_NUMBER, 0),
    ROW_FIELD(store_agent, mobile_call_out, ROW_NUMBER, 0),
    ROW_FIELD(store_agent, forward, ROW_NUMBER, 0),
    ROW_FIELD(store_agent, forward_to, ROW_NUMBER, 0),
    ROW_FIELD(store_agent, forward_target, ROW_TEXT, 0),
    ROW_FIELD(store_agent, forbidden, ROW_NUMBER, 0),
    ROW_FIELD(store_agent, created_ms, ROW_NOW, ROW_ONCE),
    ROW_FIELD(store_agent, modified_ms, ROW_NOW, 0),
    { "(SELECT min(e.extension) FROM extension e WHERE e.app_id=agent.app_id AND e.user_id=agent.user_id)", ROW_TEXT, ROW_READ,
      offsetof(store_agent, extension), sizeof((store_agent *)0)->extension },
};

const row_shape agent_shape = ROW_SHAPE("agent", agent_fields);

int store_put_agent(store *s, const store_agent *agent) {
    store_agent row = *agent;
    if (row.role == 0) row.role = STAFF_AGENT;
    return row_put(s, &agent_shape, &row);
}

int store_get_agent(store *s, int64_t app_id, const char *user_id, store_agent *agent) {
    return row_one(row_query(s, &agent_shape, "FROM agent WHERE app_id=?1 AND user_id=?2", "it", app_id, user_id), &agent_shape, agent);
}

int store_list_agents(store *s, int64_t app_id, bool (*each)(void *ctx, const store_agent *agent), void *ctx) {
    int error = 0;
    store_agent agent;
    query *q = row_query(s, &agent_shape, "FROM agent WHERE app_id=?1 ORDER BY user_id", "i", app_id);
    while (row_next(q, &agent_shape, &agent, &error) && sql_goes_on(q, each(ctx, &agent))) {}
    return error;
}

int store_delete_agent(store *s, int64_t app_id, const char *user_id) {
    int error = store_begin(s);
    if (error) return error;
    error = sql_run_one(sql_query(s, "DELETE FROM agent WHERE app_id=?1 AND user_id=?2 RETURNING 1", "it", app_id, user_id));
    (void)sql_run(sql_query(s, "UPDATE extension SET user_id='', modified_ms=?3 WHERE app_id=?1 AND user_id=?2", "iti", app_id, user_id,
                            clock_unix_ms()));
    int ended = store_end(s);
    return error ? error : ended;
}

int store_put_password(store *s, int64_t app_id, const char *user_id, const char *hash) {
    return sql_run_one(sql_query(s, "UPDATE agent SET password=?3, modified_ms=?4 WHERE app_id=?1 AND user_id=?2 RETURNING 1", "itti",
                                 app_id, user_id, hash, clock_unix_ms()));
}

int store_get_password(store *s, int64_t app_id, const char *user_id, char *hash, size_t capacity) {
    return sql_only_text(sql_query(s, "SELECT password FROM agent WHERE app_id=?1 AND user_id=?2", "it", app_id, user_id), hash, capacity);
}
