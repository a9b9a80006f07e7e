/* store_people.c: instances, credentials, agents, skill groups. Layer: server. */
#include "server/store/statement.h"

#include "tccc/error.h"

int store_put_instance(store *s, int64_t sdk_app_id, const char *name) {
    sqlite3_stmt *q = statement(s, "INSERT INTO instance VALUES(?1,?2) ON CONFLICT(sdk_app_id) DO UPDATE SET name=?2");
    bind_integer(q, 1, sdk_app_id);
    bind_text(q, 2, name);
    return run(s, q);
}

int store_has_instance(store *s, int64_t sdk_app_id) {
    sqlite3_stmt *q = statement(s, "SELECT 1 FROM instance WHERE sdk_app_id=?1");
    bind_integer(q, 1, sdk_app_id);
    int error = row(s, q);
    sqlite3_reset(q);
    return error;
}

int store_put_credential(store *s, const char *secret_id, const char *secret_key) {
    sqlite3_stmt *q = statement(s, "INSERT INTO credential VALUES(?1,?2) ON CONFLICT(secret_id) DO UPDATE SET secret_key=?2");
    bind_text(q, 1, secret_id);
    bind_text(q, 2, secret_key);
    return run(s, q);
}

int store_get_secret_key(store *s, const char *secret_id, char key[STORE_TEXT]) {
    sqlite3_stmt *q = statement(s, "SELECT secret_key FROM credential WHERE secret_id=?1");
    bind_text(q, 1, secret_id);
    int error = row(s, q);
    if (!error)
        column_text(q, 0, key, STORE_TEXT);
    sqlite3_reset(q);
    return error;
}

static int take_agent(store *s, sqlite3_stmt *q, store_agent *out) {
    int error = row(s, q);
    if (!error) {
        out->id = sqlite3_column_int64(q, 0);
        out->sdk_app_id = sqlite3_column_int64(q, 1);
        column_text(q, 2, out->user_id, sizeof out->user_id);
        column_text(q, 3, out->name, sizeof out->name);
        column_text(q, 4, out->number, sizeof out->number);
    }
    sqlite3_reset(q);
    return error;
}

int store_put_agent(store *s, store_agent *agent) {
    sqlite3_stmt *q = statement(s, "INSERT INTO agent(sdk_app_id,user_id,name,number) VALUES(?1,?2,?3,?4)"
                                   " ON CONFLICT(sdk_app_id,user_id) DO UPDATE SET name=?3, number=?4 RETURNING id");
    bind_integer(q, 1, agent->sdk_app_id);
    bind_text(q, 2, agent->user_id);
    bind_text(q, 3, agent->name);
    bind_text(q, 4, agent->number);
    int error = row(s, q);
    if (!error)
        agent->id = sqlite3_column_int64(q, 0);
    return error ? error : run(s, q);
}

int store_get_agent(store *s, int64_t sdk_app_id, const char *user_id, store_agent *out) {
    sqlite3_stmt *q = statement(s, "SELECT id,sdk_app_id,user_id,name,number FROM agent WHERE sdk_app_id=?1 AND user_id=?2");
    bind_integer(q, 1, sdk_app_id);
    bind_text(q, 2, user_id);
    return take_agent(s, q, out);
}

int store_get_agent_by_id(store *s, int64_t id, store_agent *out) {
    sqlite3_stmt *q = statement(s, "SELECT id,sdk_app_id,user_id,name,number FROM agent WHERE id=?1");
    bind_integer(q, 1, id);
    return take_agent(s, q, out);
}

int store_put_skill_group(store *s, int64_t sdk_app_id, const char *name, int64_t *id) {
    sqlite3_stmt *q = statement(s, "INSERT INTO skill_group(sdk_app_id,name) VALUES(?1,?2)"
                                   " ON CONFLICT(sdk_app_id,name) DO UPDATE SET name=?2 RETURNING id");
    bind_integer(q, 1, sdk_app_id);
    bind_text(q, 2, name);
    int error = row(s, q);
    if (!error)
        *id = sqlite3_column_int64(q, 0);
    return error ? error : run(s, q);
}

int store_put_membership(store *s, int64_t skill_group_id, int64_t agent_id) {
    sqlite3_stmt *q = statement(s, "INSERT OR IGNORE INTO membership VALUES(?1,?2)");
    bind_integer(q, 1, skill_group_id);
    bind_integer(q, 2, agent_id);
    return run(s, q);
}

int store_is_member(store *s, int64_t skill_group_id, int64_t agent_id) {
    sqlite3_stmt *q = statement(s, "SELECT 1 FROM membership WHERE skill_group_id=?1 AND agent_id=?2");
    bind_integer(q, 1, skill_group_id);
    bind_integer(q, 2, agent_id);
    int error = row(s, q);
    sqlite3_reset(q);
    return error;
}
