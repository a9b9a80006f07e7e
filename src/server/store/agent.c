/* agent.c: apps, agents and skill groups. Layer: server. */
#include "server/store/sqlite.h"

#include "tccc/error.h"

int store_put_app(store *s, int64_t app_id, const char *name)
{
    sqlite3_stmt *q = sqlite_prepare(s, "INSERT INTO app VALUES (?,?) ON CONFLICT DO UPDATE SET name=excluded.name");
    sqlite_bind(q, "it", app_id, name);
    return sqlite_run(s, q);
}

bool store_has_app(store *s, int64_t app_id)
{
    int error;
    sqlite3_stmt *q = sqlite_prepare(s, "SELECT 1 FROM app WHERE app_id=?");
    sqlite_bind(q, "i", app_id);
    bool found = sqlite_row(s, q, &error);
    sqlite3_reset(q);
    return found;
}

int store_put_agent(store *s, const store_agent *a)
{
    sqlite3_stmt *q = sqlite_prepare(s, "INSERT INTO agent VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE SET name=excluded.name,"
                                        " staff_number=excluded.staff_number, phone=excluded.phone");
    sqlite_bind(q, "itttt", a->app_id, a->user_id, a->name, a->staff_number, a->phone);
    return sqlite_run(s, q);
}

static void read_agent(sqlite3_stmt *q, store_agent *a)
{
    a->app_id = sqlite3_column_int64(q, 0);
    SQLITE_INTO(q, 1, a->user_id);
    SQLITE_INTO(q, 2, a->name);
    SQLITE_INTO(q, 3, a->staff_number);
    SQLITE_INTO(q, 4, a->phone);
}

int store_get_agent(store *s, int64_t app_id, const char *user_id, store_agent *agent)
{
    int error;
    sqlite3_stmt *q = sqlite_prepare(s, "SELECT * FROM agent WHERE app_id=? AND user_id=?");
    sqlite_bind(q, "it", app_id, user_id);
    if (!sqlite_row(s, q, &error)) return error ? error : TCCC_E_NOT_FOUND;
    read_agent(q, agent);
    sqlite3_reset(q);
    return 0;
}

int store_list_agents(store *s, int64_t app_id, bool (*each)(void *ctx, const store_agent *agent), void *ctx)
{
    int error;
    store_agent agent;
    sqlite3_stmt *q = sqlite_prepare(s, "SELECT * FROM agent WHERE app_id=? ORDER BY user_id");
    sqlite_bind(q, "i", app_id);
    while (sqlite_row(s, q, &error)) {
        read_agent(q, &agent);
        if (!each(ctx, &agent)) {
            sqlite3_reset(q);
            break;
        }
    }
    return error;
}

static int add_group(store *s, store_group *group)
{
    sqlite3_stmt *q = sqlite_prepare(s, "INSERT INTO skill_group (app_id, name) VALUES (?,?)"
                                        " ON CONFLICT (app_id, name) DO UPDATE SET name=excluded.name RETURNING id");
    int error;
    sqlite_bind(q, "it", group->app_id, group->name);
    if (!sqlite_row(s, q, &error)) return error ? error : TCCC_E_IO;
    group->id = sqlite3_column_int64(q, 0);
    return sqlite_run(s, q);
}

int store_put_group(store *s, store_group *group)
{
    if (group->id == 0) return add_group(s, group);
    sqlite3_stmt *q = sqlite_prepare(s, "UPDATE skill_group SET name=? WHERE id=?");
    sqlite_bind(q, "ti", group->name, group->id);
    int error = sqlite_run(s, q);
    return !error && sqlite3_changes(s->db) == 0 ? TCCC_E_NOT_FOUND : error;
}

int store_put_member(store *s, int64_t group_id, int64_t app_id, const char *user_id, int priority)
{
    sqlite3_stmt *q = sqlite_prepare(s, "INSERT INTO member VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET priority=excluded.priority");
    sqlite_bind(q, "iiti", group_id, app_id, user_id, (int64_t)priority);
    return sqlite_run(s, q);
}

int store_list_members(store *s, int64_t group_id, bool (*each)(void *ctx, const store_agent *agent, int priority), void *ctx)
{
    int error;
    store_agent agent;
    sqlite3_stmt *q = sqlite_prepare(s, "SELECT a.*, m.priority FROM member m JOIN agent a USING (app_id, user_id)"
                                        " WHERE m.group_id=? ORDER BY m.priority, a.user_id");
    sqlite_bind(q, "i", group_id);
    while (sqlite_row(s, q, &error)) {
        read_agent(q, &agent);
        if (!each(ctx, &agent, sqlite3_column_int(q, 5))) {
            sqlite3_reset(q);
            break;
        }
    }
    return error;
}
