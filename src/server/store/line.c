/* line.c: trunks, numbers and extensions: what calls come and go by. Layer: server. */
#include "server/store/sqlite.h"

#include "tccc/error.h"

int store_put_trunk(store *s, const store_trunk *t)
{
    sqlite3_stmt *q = sqlite_prepare(s, "INSERT INTO trunk VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET host=excluded.host,"
        " port=excluded.port, transport=excluded.transport, username=excluded.username, password=excluded.password,"
        " from_domain=excluded.from_domain, registers=excluded.registers, srtp=excluded.srtp, allow=excluded.allow,"
        " qualify_s=excluded.qualify_s");
    sqlite_bind(q, "ttiitttiiti", t->name, t->host, (int64_t)t->port, (int64_t)t->transport, t->username, t->password,
                t->from_domain, (int64_t)t->registers, (int64_t)t->srtp, t->allow, (int64_t)t->qualify_s);
    return sqlite_run(s, q);
}

static void read_trunk(sqlite3_stmt *q, store_trunk *t)
{
    SQLITE_INTO(q, 0, t->name);
    SQLITE_INTO(q, 1, t->host);
    t->port = sqlite3_column_int(q, 2);
    t->transport = (enum store_transport)sqlite3_column_int(q, 3);
    SQLITE_INTO(q, 4, t->username);
    SQLITE_INTO(q, 5, t->password);
    SQLITE_INTO(q, 6, t->from_domain);
    t->registers = sqlite3_column_int(q, 7);
    t->srtp = sqlite3_column_int(q, 8);
    SQLITE_INTO(q, 9, t->allow);
    t->qualify_s = sqlite3_column_int(q, 10);
}

int store_get_trunk(store *s, const char *name, store_trunk *trunk)
{
    int error;
    sqlite3_stmt *q = sqlite_prepare(s, "SELECT * FROM trunk WHERE name=?");
    sqlite_bind(q, "t", name);
    if (!sqlite_row(s, q, &error)) return error ? error : TCCC_E_NOT_FOUND;
    read_trunk(q, trunk);
    sqlite3_reset(q);
    return 0;
}

int store_list_trunks(store *s, bool (*each)(void *ctx, const store_trunk *trunk), void *ctx)
{
    int error;
    store_trunk trunk;
    sqlite3_stmt *q = sqlite_prepare(s, "SELECT * FROM trunk ORDER BY name");
    while (sqlite_row(s, q, &error)) {
        read_trunk(q, &trunk);
        if (!each(ctx, &trunk)) {
            sqlite3_reset(q);
            break;
        }
    }
    return error;
}

int store_put_number(store *s, const store_number *n)
{
    sqlite3_stmt *q = sqlite_prepare(s, "INSERT INTO number VALUES (?,?,?,?,?,nullif(?,0)) ON CONFLICT DO UPDATE SET"
        " trunk=excluded.trunk, inbound=excluded.inbound, outbound=excluded.outbound, group_id=excluded.group_id");
    sqlite_bind(q, "ittiii", n->app_id, n->number, n->trunk, (int64_t)n->inbound, (int64_t)n->outbound, n->group_id);
    return sqlite_run(s, q);
}

static void read_number(sqlite3_stmt *q, store_number *n)
{
    n->app_id = sqlite3_column_int64(q, 0);
    SQLITE_INTO(q, 1, n->number);
    SQLITE_INTO(q, 2, n->trunk);
    n->inbound = sqlite3_column_int(q, 3);
    n->outbound = sqlite3_column_int(q, 4);
    n->group_id = sqlite3_column_int64(q, 5);
}

int store_get_number(store *s, const char *number, store_number *found)
{
    int error;
    sqlite3_stmt *q = sqlite_prepare(s, "SELECT * FROM number WHERE number=? ORDER BY app_id LIMIT 1");
    sqlite_bind(q, "t", number);
    if (!sqlite_row(s, q, &error)) return error ? error : TCCC_E_NOT_FOUND;
    read_number(q, found);
    sqlite3_reset(q);
    return 0;
}

int store_list_numbers(store *s, int64_t app_id, bool (*each)(void *ctx, const store_number *number), void *ctx)
{
    int error;
    store_number number;
    sqlite3_stmt *q = sqlite_prepare(s, "SELECT * FROM number WHERE app_id=? ORDER BY number");
    sqlite_bind(q, "i", app_id);
    while (sqlite_row(s, q, &error)) {
        read_number(q, &number);
        if (!each(ctx, &number)) {
            sqlite3_reset(q);
            break;
        }
    }
    return error;
}

int store_put_extension(store *s, const store_extension *e)
{
    sqlite3_stmt *q = sqlite_prepare(s, "INSERT INTO extension VALUES (?,?,?,?,?,?) ON CONFLICT DO UPDATE SET app_id=excluded.app_id,"
        " user_id=excluded.user_id, realm=excluded.realm, ha1_md5=excluded.ha1_md5, ha1_sha256=excluded.ha1_sha256");
    sqlite_bind(q, "titttt", e->extension, e->app_id, e->user_id, e->realm, e->ha1_md5, e->ha1_sha256);
    return sqlite_run(s, q);
}

static void read_extension(sqlite3_stmt *q, store_extension *e)
{
    SQLITE_INTO(q, 0, e->extension);
    e->app_id = sqlite3_column_int64(q, 1);
    SQLITE_INTO(q, 2, e->user_id);
    SQLITE_INTO(q, 3, e->realm);
    SQLITE_INTO(q, 4, e->ha1_md5);
    SQLITE_INTO(q, 5, e->ha1_sha256);
}

int store_get_extension(store *s, const char *extension, store_extension *found)
{
    int error;
    sqlite3_stmt *q = sqlite_prepare(s, "SELECT * FROM extension WHERE extension=?");
    sqlite_bind(q, "t", extension);
    if (!sqlite_row(s, q, &error)) return error ? error : TCCC_E_NOT_FOUND;
    read_extension(q, found);
    sqlite3_reset(q);
    return 0;
}

int store_list_extensions(store *s, int64_t app_id, bool (*each)(void *ctx, const store_extension *extension), void *ctx)
{
    int error;
    store_extension extension;
    sqlite3_stmt *q = sqlite_prepare(s, "SELECT * FROM extension WHERE app_id=? ORDER BY extension");
    sqlite_bind(q, "i", app_id);
    while (sqlite_row(s, q, &error)) {
        read_extension(q, &extension);
        if (!each(ctx, &extension)) {
            sqlite3_reset(q);
            break;
        }
    }
    return error;
}
