/* flow_routes.c: IVR flows. Layer: server. Rows IVR-001 to IVR-013; docs/ivr.md has the format of a document. */
#include "server/admin/route.h"
#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = { "ivr", "selfService", NULL };

static store *db_of(const admin_call *call) { return call->all->parts.store; }

static void put_row(admin_call *call, const store_flow *row) {
    json_writer *out = call->out;
    json_put_integer(out, "flowId", row->id);
    json_put_string(out, "name", row->name);
    json_put_string(out, "kind", row->kind);
    json_put_string(out, "state", flows_state(call->all->parts.flows, row));
    json_put_integer(out, "version", row->version);
    json_put_integer(out, "updated", row->updated_ms / 1000);
}

typedef struct {
    int offset, limit, n, n_rows;
    store_flow *rows;
} listing;

static bool take_flow(void *ctx, const store_flow *row) {
    listing *l = ctx;
    if (l->n >= l->offset && l->n_rows < l->limit)
        l->rows[l->n_rows++] = *row;
    l->n++;
    return true;
}

void route_list_flows(admin_call *call) {
    listing l = { 0 };
    admin_page(call, &l.offset, &l.limit);
    l.rows = call->http ? NULL : calloc((size_t)l.limit, sizeof *l.rows);
    if (!l.rows || admin_store_failed(call, store_list_flows(db_of(call), call->app_id, take_flow, &l), "", NULL)) {
        admin_fail(call, TCCC_E_NO_MEMORY, "", NULL);
        free(l.rows);
        return;
    }
    json_put_integer(call->out, "total", l.n);
    json_open_array(call->out, "flows");
    for (int i = 0; i < l.n_rows; i++) {
        json_open_object(call->out, NULL);
        put_row(call, &l.rows[i]);
        json_close(call->out);
    }
    json_close(call->out);
    free(l.rows);
}

static bool find(admin_call *call, store_flow *row) {
    int64_t id = admin_param_id(call, 0);
    if (!call->http && !admin_store_failed(call, store_get_flow(db_of(call), id, row), "", "There is no such flow.") && row->app_id != call->app_id)
        admin_fail(call, TCCC_E_NOT_FOUND, "", "There is no such flow.");
    return !call->http;
}

void route_get_flow(admin_call *call) {
    store_flow row;
    char *document = NULL;
    int version = (int)admin_query_integer(call, "version", 0, 0, INT32_MAX);
    if (call->http || !find(call, &row))
        return;
    if (!admin_store_failed(call, store_get_flow_document(db_of(call), row.id, version, &document), "version", "The flow has no such version.")) {
        put_row(call, &row);
        json_put_raw(call->out, "document", document);
    }
    free(document);
}

/* What the flows' rules say becomes the failure. */
static bool failed(admin_call *call, int error, const char *field, const char *sentence) {
    if (error)
        admin_fail(call, error, field, *sentence ? sentence : NULL);
    return error != 0;
}

static void save(admin_call *call, store_flow *row) {
    char sentence[FLOW_SENTENCE_MAX] = "";
    const json_value *given = json_object(&call->in, "document");
    bool publish = json_bool_or(&call->in, "publish", false);
    char *document = admin_failed(call) ? NULL : malloc(STORE_FLOW_TEXT_MAX);
    if (!document) {
        admin_fail(call, TCCC_E_NO_MEMORY, "", NULL);
        return;
    }
    json_writer out = json_write(document, STORE_FLOW_TEXT_MAX);
    json_put_value(&out, NULL, given);
    if (json_finish(&out) < 0)
        admin_fail(call, TCCC_E_TOO_LARGE, "document", "document is larger than 256 KiB.");
    else if (!failed(call, flows_save(call->all->parts.flows, row, document, publish, sentence), "document", sentence))
        put_row(call, row);
    free(document);
}

void route_post_flow(admin_call *call) {
    store_flow row = { .app_id = call->app_id };
    const char *name = json_string(&call->in, "name", 1, 127);
    int kind = json_choice_or(&call->in, "kind", 0, kinds);
    if (admin_failed(call))
        return;
    snprintf(row.name, sizeof row.name, "%s", name);
    snprintf(row.kind, sizeof row.kind, "%s", kinds[kind]);
    save(call, &row);
    call->status = 201;
}

void route_put_flow(admin_call *call) {
    store_flow row;
    if (!find(call, &row))
        return;
    const char *name = json_string_or(&call->in, "name", row.name, 127);
    if (admin_failed(call))
        return;
    if (name != row.name)
        snprintf(row.name, sizeof row.name, "%s", name);
    save(call, &row);
}

static void do_to_flow(admin_call *call, int (*deed)(flows *all, int64_t app_id, int64_t id, char sentence[FLOW_SENTENCE_MAX])) {
    char sentence[FLOW_SENTENCE_MAX] = "";
    int64_t id = admin_param_id(call, 0);
    if (!call->http)
        failed(call, deed(call->all->parts.flows, call->app_id, id, sentence), "", sentence);
    call->status = 204;
}

void route_publish_flow(admin_call *call) { do_to_flow(call, flows_publish); }

void route_withdraw_flow(admin_call *call) { do_to_flow(call, flows_withdraw); }

void route_delete_flow(admin_call *call) { do_to_flow(call, flows_delete); }
