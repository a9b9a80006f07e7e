/* flow.c: IVR flows, every version of their documents, and sounds. Layer: server. */
#include "server/store/flow.h"
#include "server/store/row.h"

#include "tccc/error.h"

#include <string.h>

static const row_field flow_fields[] = {
    ROW_FIELD(store_flow, id, ROW_NUMBER, ROW_KEY),
    ROW_FIELD(store_flow, app_id, ROW_NUMBER, 0),
    ROW_FIELD(store_flow, name, ROW_TEXT, 0),
    ROW_FIELD(store_flow, kind, ROW_TEXT, 0),
    ROW_FIELD(store_flow, published, ROW_NUMBER, 0),
    ROW_FIELD(store_flow, version, ROW_NUMBER, 0),
    ROW_FIELD(store_flow, updated_ms, ROW_NUMBER, 0),
};

static const row_shape flow_shape = ROW_SHAPE("flow", flow_fields);

static int save_row(store *s, store_flow *flow) {
    int64_t version = 1;
    int error;
    if (flow->id == 0)
        error = sql_only_integer(sql_query(s, "INSERT INTO flow (app_id, name, kind, published, version, updated_ms) VALUES (?1,?2,?3,?4,1,?5)"
            " RETURNING id", "ittii", flow->app_id, flow->name, flow->kind, (int64_t)flow->published, flow->updated_ms), &flow->id);
    else
        error = sql_only_integer(sql_query(s, "UPDATE flow SET name=?2, kind=?3, published=?4, version=version+1, updated_ms=?5 WHERE id=?1"
            " RETURNING version", "ittii", flow->id, flow->name, flow->kind, (int64_t)flow->published, flow->updated_ms), &version);
    if (!error) flow->version = (int)version;
    return error;
}

int store_put_flow(store *s, store_flow *flow, const char *document) {
    store_flow row = *flow;
    if (strlen(document) > STORE_FLOW_TEXT_MAX) return sql_refuse(s, TCCC_E_TOO_LARGE);
    int error = store_begin(s);
    if (error) return error;
    error = save_row(s, &row);
    if (!error)
        error = sql_run(sql_query(s, "INSERT INTO flow_document (flow_id, version, document) VALUES (?1,?2,?3)", "iit", row.id,
                                  (int64_t)row.version, document));
    int ended = store_end(s);
    if (!error) error = ended;
    if (!error) *flow = row;
    return error;
}

int store_set_flow_published(store *s, int64_t id, bool published) {
    return sql_run_one(sql_query(s, "UPDATE flow SET published=?2 WHERE id=?1 RETURNING 1", "ii", id, (int64_t)published));
}

int store_get_flow(store *s, int64_t id, store_flow *flow) {
    return row_one(row_query(s, &flow_shape, "FROM flow WHERE id=?1", "i", id), &flow_shape, flow);
}

int store_get_flow_document(store *s, int64_t id, int version, char **document) {
    return sql_only_copy(sql_query(s, "SELECT document FROM flow_document WHERE flow_id=?1 AND (version=?2 OR ?2=0)"
                                      " ORDER BY version DESC LIMIT 1", "ii", id, (int64_t)version), document);
}

int store_delete_flow(store *s, int64_t id) {
    return sql_run_one(sql_query(s, "DELETE FROM flow WHERE id=?1 RETURNING 1", "i", id));
}

int store_list_flows(store *s, int64_t app_id, bool (*each)(void *ctx, const store_flow *flow), void *ctx) {
    int error = 0;
    store_flow flow;
    query *q = row_query(s, &flow_shape, "FROM flow WHERE app_id=?1 ORDER BY id", "i", app_id);
    while (row_next(q, &flow_shape, &flow, &error) && sql_goes_on(q, each(ctx, &flow))) {}
    return error;
}

bool store_flow_is_bound(store *s, int64_t id) {
    query *q = sql_query(s, "SELECT 1 FROM number WHERE flow_id=?1 UNION SELECT 1 FROM channel WHERE flow_id=?1 LIMIT 1", "i", id);
    bool bound = sql_one(q) == 0;
    if (bound) sql_end(q);
    return bound;
}

/* ---- sounds ---- */

static const row_field sound_fields[] = {
    ROW_FIELD(store_sound, id, ROW_NUMBER, ROW_KEY),
    ROW_FIELD(store_sound, app_id, ROW_NUMBER, 0),
    ROW_FIELD(store_sound, name, ROW_TEXT, 0),
    ROW_FIELD(store_sound, file, ROW_TEXT, 0),
    ROW_FIELD(store_sound, original, ROW_TEXT, 0),
    ROW_FIELD(store_sound, state, ROW_NUMBER, 0),
    ROW_FIELD(store_sound, bytes, ROW_NUMBER, 0),
    ROW_FIELD(store_sound, duration_ms, ROW_NUMBER, 0),
    ROW_FIELD(store_sound, created_ms, ROW_NUMBER, 0),
};

static const row_shape sound_shape = ROW_SHAPE("sound", sound_fields);

int store_put_sound(store *s, store_sound *sound) {
    if (sound->id) return row_replace(s, &sound_shape, sound);
    return sql_only_integer(sql_query(s, "INSERT INTO sound (app_id, name, file, original, state, bytes, duration_ms, created_ms)"
        " VALUES (?1,?2,?3,?4,?5,?6,?7,?8) RETURNING id", "itttiiii", sound->app_id, sound->name, sound->file, sound->original,
        (int64_t)sound->state, sound->bytes, sound->duration_ms, sound->created_ms), &sound->id);
}

int store_get_sound(store *s, int64_t id, store_sound *sound) {
    return row_one(row_query(s, &sound_shape, "FROM sound WHERE id=?1", "i", id), &sound_shape, sound);
}

int store_delete_sound(store *s, int64_t id) {
    return sql_run_one(sql_query(s, "DELETE FROM sound WHERE id=?1 RETURNING 1", "i", id));
}

int store_list_sounds(store *s, int64_t app_id, bool (*each)(void *ctx, const store_sound *sound), void *ctx) {
    int error = 0;
    store_sound sound;
    query *q = row_query(s, &sound_shape, "FROM sound WHERE app_id=?1 ORDER BY id", "i", app_id);
    while (row_next(q, &sound_shape, &sound, &error) && sql_goes_on(q, each(ctx, &sound))) {}
    return error;
}
