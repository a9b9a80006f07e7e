/* store_lines.c: our telephone numbers and desk phones. Layer: server. */
#include "server/store/statement.h"

#include "tccc/error.h"

int store_put_number(store *s, const store_number *n) {
    sqlite3_stmt *q = statement(s, "INSERT INTO number VALUES(?1,?2,?3,?4,NULLIF(?5,0)) ON CONFLICT(number) DO UPDATE SET sdk_app_id=?2,"
                                   " direction=?3, trunk=?4, skill_group_id=NULLIF(?5,0)");
    bind_text(q, 1, n->number);
    bind_integer(q, 2, n->sdk_app_id);
    bind_integer(q, 3, n->direction);
    bind_text(q, 4, n->trunk);
    bind_integer(q, 5, n->skill_group_id);
    return run(s, q);
}

static int take_number(store *s, sqlite3_stmt *q, store_number *out) {
    int error = row(s, q);
    if (!error) {
        column_text(q, 0, out->number, sizeof out->number);
        out->sdk_app_id = sqlite3_column_int64(q, 1);
        out->direction = (enum store_direction)sqlite3_column_int(q, 2);
        column_text(q, 3, out->trunk, sizeof out->trunk);
        out->skill_group_id = sqlite3_column_int64(q, 4);
    }
    sqlite3_reset(q);
    return error;
}

int store_get_number(store *s, const char *number, store_number *out) {
    sqlite3_stmt *q = statement(s, "SELECT number,sdk_app_id,direction,trunk,skill_group_id FROM number WHERE number=?1");
    bind_text(q, 1, number);
    return take_number(s, q, out);
}

int store_get_outbound_number(store *s, int64_t sdk_app_id, int n, store_number *out) {
    sqlite3_stmt *q = statement(s, "SELECT number,sdk_app_id,direction,trunk,skill_group_id FROM number WHERE sdk_app_id=?1 AND direction>=2"
                                   " ORDER BY number LIMIT 1 OFFSET ?2");
    bind_integer(q, 1, sdk_app_id);
    bind_integer(q, 2, n);
    return take_number(s, q, out);
}

int store_put_extension(store *s, const store_extension *e) {
    sqlite3_stmt *q = statement(s, "INSERT INTO extension VALUES(?1,?2,?3,?4) ON CONFLICT(number) DO UPDATE SET sdk_app_id=?2, ha1_md5=?3, ha1_sha256=?4");
    bind_text(q, 1, e->number);
    bind_integer(q, 2, e->sdk_app_id);
    bind_text(q, 3, e->ha1_md5);
    bind_text(q, 4, e->ha1_sha256);
    return run(s, q);
}

int store_get_extension(store *s, const char *number, store_extension *out) {
    sqlite3_stmt *q = statement(s, "SELECT number,sdk_app_id,ha1_md5,ha1_sha256 FROM extension WHERE number=?1");
    bind_text(q, 1, number);
    int error = row(s, q);
    if (!error) {
        column_text(q, 0, out->number, sizeof out->number);
        out->sdk_app_id = sqlite3_column_int64(q, 1);
        column_text(q, 2, out->ha1_md5, sizeof out->ha1_md5);
        column_text(q, 3, out->ha1_sha256, sizeof out->ha1_sha256);
    }
    sqlite3_reset(q);
    return error;
}
