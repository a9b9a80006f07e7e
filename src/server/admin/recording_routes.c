/* recording_routes.c: finished recordings and where to fetch them. Layer: server. Rows PUSH-072 to PUSH-087. */
#include "server/admin/route.h"
#include "tccc/error.h"

#include <string.h>

enum { URL_S = 3600, URL_MIN_S = 60, URL_MAX_S = 86400 };

static const char *const kinds[] = { "customer", "agent", "mixed", "voicemail" }; /* enum recording_kind */

static bool each_recording(void *ctx, const store_recording *row) {
    json_writer *out = ctx;
    json_open_object(out, NULL);
    json_put_string(out, "recordId", row->record_id);
    json_put_string(out, "sessionId", row->session_id);
    json_put_string(out, "kind", kinds[row->kind]);
    json_put_string(out, "endpoint", row->endpoint);
    json_put_integer(out, "bytes", row->bytes);
    json_put_integer(out, "durationMs", row->duration_ms);
    json_put_integer(out, "created", row->created_ms / 1000);
    json_put_integer(out, "expires", row->expires_ms / 1000);
    json_put_bool(out, "deleted", row->file[0] == 0);
    json_close(out);
    return true;
}

void route_list_recordings(admin_call *call) {
    int offset, limit, total = 0;
    int64_t from_s = admin_query_integer(call, "from", 0, 0, JSON_INTEGER_MAX / 1000);
    int64_t to_s = admin_query_integer(call, "to", JSON_INTEGER_MAX / 1000, 0, JSON_INTEGER_MAX / 1000);
    admin_page(call, &offset, &limit);
    if (call->http)
        return;
    json_open_array(call->out, "recordings");
    admin_store_failed(call, store_list_app_recordings(call->all->parts.store, call->app_id, from_s * 1000, to_s * 1000, offset, limit, &total,
                                                       each_recording, call->out), "", NULL);
    json_close(call->out);
    json_put_integer(call->out, "total", total);
}

void route_get_recording_url(admin_call *call) {
    char url[2048];
    store_recording row;
    int seconds = (int)admin_query_integer(call, "seconds", URL_S, URL_MIN_S, URL_MAX_S);
    int error = call->http ? 0 : store_get_recording(call->all->parts.store, call->params[0], &row);
    if (!error && !call->http && row.app_id != call->app_id)
        error = TCCC_E_NOT_FOUND;
    if (call->http || admin_store_failed(call, error, "", "There is no such recording."))
        return;
    if (!admin_store_failed(call, record_url(call->all->parts.records, row.record_id, clock_unix_ms() / 1000, seconds, url, sizeof url), "", NULL))
        json_put_string(call->out, "url", url);
}
