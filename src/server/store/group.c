/* group.c: skill groups and who is in them. Layer: server. */
#include "server/store/agent_row.h"

#include "server/deadline.h"
#include "tccc/error.h"

static const row_field group_fields[] = {
    ROW_FIELD(store_group, id, ROW_NUMBER, ROW_KEY),
    ROW_FIELD(store_group, app_id, ROW_NUMBER, 0),
    ROW_FIELD(store_group, name, ROW_TEXT, 0),
    ROW_FIELD(store_group, type, ROW_NUMBER, 0),
    ROW_FIELD(store_group, max_concurrency, ROW_NUMBER, 0),
    ROW_FIELD(store_group, ring_all, ROW_NUMBER, 0),
    ROW_FIELD(store_group, alias, ROW_TEXT, 0),
    ROW_FIELD(store_group, modified_ms, ROW_NOW, 0),
};

static const row_shape group_shape = ROW_SHAPE("skill_group", group_fields);

static int concurrency(const store_group *group) {
    return group->max_concurrency ? group->max_concurrency : 1;
}

static int add_group(store *s, store_group *group) {
    query *q = sql_query(s, "INSERT INTO skill_group (app_id, name, type, max_concurrency, ring_all, alias, modified_ms)"
                            " VALUES (?1,?2,?3,?4,?5,?6,?7) ON CONFLICT (app_id, name) DO UPDATE SET name=excluded.name RETURNING id",
                         "itiiiti", group->app_id, group->name, (int64_t)group->type, (int64_t)concurrency(group),
                         (int64_t)group->ring_all, group->alias, clock_unix_ms());
    return sql_only_integer(q, &group->id);
}

int store_put_group(store *s, store_group *group) {
    if (group->id == 0) return add_group(s, group);
    return sql_run_one(sql_query(s, "UPDATE skill_group SET name=?2, type=?3, max_concurrency=?4, ring_all=?5, alias=?6, modified_ms=?7"
                                    " WHERE id=?1 RETURNING 1", "itiiiti", group->id, group->name, (int64_t)group->type,
                                 (int64_t)concurrency(group), (int64_t)group->ring_all, group->alias, clock_unix_ms()));
}

int store_get_group(store *s, int64_t id, store_group *group) {
    return row_one(row_query(s, &group_shape, "FROM skill_group WHERE id=?1", "i", id), &group_shape, group);
}

int store_list_groups(store *s, int64_t app_id, bool (*each)(void *ctx, const store_group *group), void *ctx) {
    int error = 0;
    store_group group;
    query *q = row_query(s, &group_shape, "FROM skill_group WHERE app_id=?1 ORDER BY id", "i", app_id);
    while (row_next(q, &group_shape, &group, &error) && sql_goes_on(q, each(ctx, &group))) {}
    return error;
}

int store_delete_group(store *s, int64_t id) {
    int error = store_begin(s);
    if (error) return error;
    (void)sql_run(sql_query(s, "UPDATE number SET group_id=NULL WHERE group_id=?1", "i", id));
    (void)sql_run(sql_query(s, "UPDATE agent SET modified_ms=?2 WHERE EXISTS (SELECT 1 FROM member m WHERE m.group_id=?1"
                               " AND m.app_id=agent.app_id AND m.user_id=agent.user_id)", "ii", id, clock_unix_ms()));
    error = sql_run_one(sql_query(s, "DELETE FROM skill_group WHERE id=?1 RETURNING 1", "i", id));
    int ended = store_end(s);
    return error ? error : ended;
}

/* ---- members ---- */

static void touch_agent(store *s, int64_t app_id, const char *user_id) {
    (void)sql_run(sql_query(s, "UPDATE agent SET modified_ms=?3 WHERE app_id=?1 AND user_id=?2", "iti", app_id, user_id, clock_unix_ms()));
}

int store_put_member(store *s, int64_t group_id, int64_t app_id, const char *user_id, int priority) {
    int error = store_begin(s);
    if (error) return error;
    error = sql_run(sql_query(s, "INSERT INTO member (group_id, app_id, user_id, priority) VALUES (?1,?2,?3,?4)"
                                 " ON CONFLICT (group_id, app_id, user_id) DO UPDATE SET priority=excluded.priority",
                              "iiti", group_id, app_id, user_id, (int64_t)priority));
    touch_agent(s, app_id, user_id);
    int ended = store_end(s);
    return error ? error : ended;
}

int store_delete_member(store *s, int64_t group_id, int64_t app_id, const char *user_id) {
    int error = store_begin(s);
    if (error) return error;
    error = sql_run_one(sql_query(s, "DELETE FROM member WHERE group_id=?1 AND app_id=?2 AND user_id=?3 RETURNING 1", "iit", group_id,
                                  app_id, user_id));
    touch_agent(s, app_id, user_id);
    int ended = store_end(s);
    return error ? error : ended;
}

int store_list_members(store *s, int64_t group_id, bool (*each)(void *ctx, const store_agent *agent, int priority), void *ctx) {
    int error = 0;
    store_agent agent;
    query *q = row_query(s, &agent_shape, ", m.priority FROM member m JOIN agent ON agent.app_id=m.app_id AND agent.user_id=m.user_id"
                                          " WHERE m.group_id=?1 ORDER BY m.priority, agent.user_id", "i", group_id);
    while (row_next(q, &agent_shape, &agent, &error) && sql_goes_on(q, each(ctx, &agent, (int)sql_integer(q, agent_shape.n_fields)))) {}
    return error;
}

int store_list_memberships(store *s, int64_t app_id, const char *user_id, bool (*each)(void *ctx, const store_membership *m), void *ctx) {
    int error = 0;
    query *q = sql_query(s, "SELECT m.group_id, g.name, m.priority FROM member m JOIN skill_group g ON g.id=m.group_id"
                            " WHERE m.app_id=?1 AND m.user_id=?2 ORDER BY m.priority, m.group_id", "it", app_id, user_id);
    while (sql_row(q, &error)) {
        store_membership m = { .group_id = sql_integer(q, 0), .priority = (int)sql_integer(q, 2) };
        SQL_INTO(q, 1, m.group_name);
        if (!sql_goes_on(q, each(ctx, &m))) break;
    }
    return error;
}

int store_list_app_members(store *s, int64_t app_id, bool (*each)(void *ctx, int64_t group_id, const char *user_id, int priority), void *ctx) {
    int error = 0;
    char user_id[STORE_TEXT];
    query *q = sql_query(s, "SELECT group_id, user_id, priority FROM member WHERE app_id=?1 ORDER BY group_id, priority, user_id", "i", app_id);
    while (sql_row(q, &error)) {
        SQL_INTO(q, 1, user_id);
        if (!sql_goes_on(q, each(ctx, sql_integer(q, 0), user_id, (int)sql_integer(q, 2)))) break;
    }
    return error;
}
