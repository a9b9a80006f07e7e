/* line.c: trunks, numbers and extensions: what calls come and go by. Layer: server. */
#include "server/store/row.h"

#include "tccc/error.h"

/* ---- trunks ---- */

static const row_field trunk_fields[] = {
    ROW_FIELD(store_trunk, name, ROW_TEXT, ROW_KEY),
    ROW_FIELD(store_trunk, host, ROW_TEXT, 0),
    ROW_FIELD(store_trunk, port, ROW_NUMBER, 0),
    ROW_FIELD(store_trunk, transport, ROW_NUMBER, 0),
    ROW_FIELD(store_trunk, username, ROW_TEXT, 0),
    ROW_FIELD(store_trunk, password, ROW_TEXT, 0),
    ROW_FIELD(store_trunk, from_domain, ROW_TEXT, 0),
    ROW_FIELD(store_trunk, registers, ROW_NUMBER, 0),
    ROW_FIELD(store_trunk, srtp, ROW_NUMBER, 0),
    ROW_FIELD(store_trunk, allow, ROW_TEXT, 0),
    ROW_FIELD(store_trunk, qualify_s, ROW_NUMBER, 0),
};

static const row_shape trunk_shape = ROW_SHAPE("trunk", trunk_fields);

int store_put_trunk(store *s, const store_trunk *trunk) {
    return row_put(s, &trunk_shape, trunk);
}

int store_get_trunk(store *s, const char *name, store_trunk *trunk) {
    return row_one(row_query(s, &trunk_shape, "FROM trunk WHERE name=?1", "t", name), &trunk_shape, trunk);
}

int store_list_trunks(store *s, bool (*each)(void *ctx, const store_trunk *trunk), void *ctx) {
    int error = 0;
    store_trunk trunk;
    query *q = row_query(s, &trunk_shape, "FROM trunk ORDER BY name", "");
    while (row_next(q, &trunk_shape, &trunk, &error) && sql_goes_on(q, each(ctx, &trunk))) {}
    return error;
}

int store_delete_trunk(store *s, const char *name) {
    return sql_run_one(sql_query(s, "DELETE FROM trunk WHERE name=?1 RETURNING 1", "t", name));
}

/* ---- numbers ---- */

static const row_field number_fields[] = {
    ROW_FIELD(store_number, app_id, ROW_NUMBER, ROW_KEY),
    ROW_FIELD(store_number, number, ROW_TEXT, ROW_KEY),
    ROW_FIELD(store_number, trunk, ROW_TEXT, 0),
    ROW_FIELD(store_number, inbound, ROW_NUMBER, 0),
    ROW_FIELD(store_number, outbound, ROW_NUMBER, 0),
    ROW_FIELD(store_number, group_id, ROW_REF, 0),
    ROW_FIELD(store_number, flow_id, ROW_REF, 0),
    ROW_FIELD(store_number, call_in_url, ROW_TEXT, 0),
    ROW_FIELD(store_number, state, ROW_NUMBER, 0),
};

static const row_shape number_shape = ROW_SHAPE("number", number_fields);

int store_put_number(store *s, const store_number *number) {
    store_number row = *number;
    if (row.n_outbound_groups < 0 || row.n_outbound_groups > NUMBER_GROUPS_MAX) return sql_refuse(s, TCCC_E_TOO_LARGE);
    if (row.state == 0) row.state = NUMBER_NORMAL;
    int error = store_begin(s);
    if (error) return error;
    error = row_put(s, &number_shape, &row);
    if (!error) error = sql_run(sql_query(s, "DELETE FROM number_group WHERE app_id=?1 AND number=?2", "it", row.app_id, row.number));
    for (int i = 0; i < row.n_outbound_groups && !error; i++)
        error = sql_run(sql_query(s, "INSERT INTO number_group (app_id, number, n, group_id) VALUES (?1,?2,?3,?4)", "itii", row.app_id,
                                  row.number, (int64_t)i, row.outbound_groups[i]));
    int ended = store_end(s);
    return error ? error : ended;
}

static int read_groups(store *s, store_number *number) {
    int error = 0;
    query *q = sql_query(s, "SELECT group_id FROM number_group WHERE app_id=?1 AND number=?2 ORDER BY n", "it", number->app_id, number->number);
    number->n_outbound_groups = 0;
    while (number->n_outbound_groups < NUMBER_GROUPS_MAX && sql_row(q, &error))
        number->outbound_groups[number->n_outbound_groups++] = sql_integer(q, 0);
    if (number->n_outbound_groups == NUMBER_GROUPS_MAX) sql_end(q);
    return error;
}

int store_get_number(store *s, const char *number, store_number *found) {
    query *q = row_query(s, &number_shape, "FROM number WHERE number=?1 ORDER BY app_id LIMIT 1", "t", number);
    int error = row_one(q, &number_shape, found);
    return error ? error : read_groups(s, found);
}

int store_list_numbers(store *s, int64_t app_id, bool (*each)(void *ctx, const store_number *number), void *ctx) {
    int error = 0;
    store_number number;
    query *q = row_query(s, &number_shape, "FROM number WHERE app_id=?1 ORDER BY number", "i", app_id);
    while (row_next(q, &number_shape, &number, &error)) {
        error = read_groups(s, &number);
        if (!sql_goes_on(q, !error && each(ctx, &number))) break;
    }
    return error;
}

int store_delete_number(store *s, int64_t app_id, const char *number) {
    return sql_run_one(sql_query(s, "DELETE FROM number WHERE app_id=?1 AND number=?2 RETURNING 1", "it", app_id, number));
}

/* ---- extensions ---- */

static const row_field extension_fields[] = {
    ROW_FIELD(store_extension, extension, ROW_TEXT, ROW_KEY),
    ROW_FIELD(store_extension, app_id, ROW_NUMBER, 0),
    ROW_FIELD(store_extension, user_id, ROW_TEXT, 0),
    ROW_FIELD(store_extension, realm, ROW_TEXT, 0),
    ROW_FIELD(store_extension, ha1_md5, ROW_TEXT, 0),
    ROW_FIELD(store_extension, ha1_sha256, ROW_TEXT, 0),
    ROW_FIELD(store_extension, name, ROW_TEXT, 0),
    ROW_FIELD(store_extension, password, ROW_TEXT, 0),
    ROW_FIELD(store_extension, groups, ROW_TEXT, 0),
    ROW_FIELD(store_extension, call_in_url, ROW_TEXT, 0),
    ROW_FIELD(store_extension, created_ms, ROW_NOW, ROW_ONCE),
    ROW_FIELD(store_extension, modified_ms, ROW_NOW, 0),
};

static const row_shape extension_shape = ROW_SHAPE("extension", extension_fields);

int store_put_extension(store *s, const store_extension *extension) {
    return row_put(s, &extension_shape, extension);
}

int store_get_extension(store *s, const char *extension, store_extension *found) {
    return row_one(row_query(s, &extension_shape, "FROM extension WHERE extension=?1", "t", extension), &extension_shape, found);
}

int store_list_extensions(store *s, int64_t app_id, bool (*each)(void *ctx, const store_extension *extension), void *ctx) {
    int error = 0;
    store_extension extension;
    query *q = row_query(s, &extension_shape, "FROM extension WHERE app_id=?1 ORDER BY extension", "i", app_id);
    while (row_next(q, &extension_shape, &extension, &error) && sql_goes_on(q, each(ctx, &extension))) {}
    return error;
}

int store_delete_extension(store *s, const char *extension) {
    return sql_run_one(sql_query(s, "DELETE FROM extension WHERE extension=?1 RETURNING 1", "t", extension));
}
