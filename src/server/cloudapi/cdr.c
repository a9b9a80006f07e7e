/* cdr.c: DescribeTelCdr and DescribeSessionDetail. Layer: server. The fields are cdr/cdr_json.h's. */
#include "server/cloudapi/page.h"
#include "server/cloudapi/range.h"
#include "server/cloudapi/recording.h"
#include "server/cloudapi/session.h"

#include "server/cdr/cdr_json.h"
#include "server/store/cdr.h"
#include "tccc/error.h"

#include <stdlib.h>
#include <string.h>

enum { RANGE_DAYS = 90, PAGE_MAX = 100, FILTER_MAX = 100 };   /* the first two are documented */

const char *const members_describe_tel_cdr[] = { "StartTimeStamp", "EndTimeStamp", "SdkAppId", "PageSize", "PageNumber", "InstanceId", "Limit",
                                                 "Offset", "Phones", "SessionIds", NULL };

static bool each_cdr(void *ctx, const store_cdr *cdr) {
    action_call *call = ctx;
    json_open_object(call->out, NULL);
    cdr_put_info(call->out, cdr, call->api->agents, recording_url_of, call);
    recording_put_voicemails(call, cdr->session_id);
    json_close(call->out);
    return true;
}

/* The array that was just written, once more under its old name. */
static void put_again(action_call *call, const char *name, size_t from) {
    json_writer *out = call->out;
    const char *array = out->error ? NULL : memchr(out->text + from, '[', out->length - from);
    char *copy = array ? strndup(array, (size_t)(out->text + out->length - array)) : NULL;
    if (copy) json_put_raw(out, name, copy);
    else action_fail(call, "InternalError", "The answer is too long. Ask for a smaller page.");
    free(copy);
}

void action_describe_tel_cdr(action_call *call) {
    parameters in = parameters_of(call);
    const char *phones[FILTER_MAX], *sessions[FILTER_MAX];
    int total = 0;
    cdr_filter filter = { .app_id = action_app(call) };
    range when = range_read(&in, "StartTimeStamp", "EndTimeStamp", RANGE_DAYS);
    page p = page_read(&in, 0, PAGE_MAX);
    filter.n_phones = parameter_texts(&in, "Phones", 0, FILTER_MAX, phones, STORE_NUMBER - 1);
    filter.n_session_ids = parameter_texts(&in, "SessionIds", 0, FILTER_MAX, sessions, SESSION_ID_MAX);
    parameter_integer_or(&in, "InstanceId", 0, 0, JSON_INTEGER_MAX); /* the three old ones change nothing: PageSize is required */
    parameter_integer_or(&in, "Limit", 0, 0, JSON_INTEGER_MAX);
    parameter_integer_or(&in, "Offset", 0, 0, JSON_INTEGER_MAX);
    if (call->code) return;
    filter.phones = phones;
    filter.session_ids = sessions;
    filter.from_ms = when.from_ms;
    filter.to_ms = when.to_ms;
    filter.offset = (int)p.offset;
    filter.limit = (int)p.size;
    size_t from = call->out->length;
    json_open_array(call->out, "TelCdrList");
    action_store_failed(call, store_list_cdrs(call->api->store, &filter, &total, each_cdr, call));
    json_close(call->out);
    put_again(call, "TelCdrs", from);
    json_put_integer(call->out, "TotalCount", total);
}

/* ---- DescribeSessionDetail ---- */

const char *const members_describe_session_detail[] = { "SdkAppId", "SessionId", "StartTimestamp", "EndTimestamp", NULL };

void action_describe_session_detail(action_call *call) {
    static store_cdr cdr; /* the control thread is the only one here, and a record is large */
    parameters in = parameters_of(call);
    int64_t app_id = action_app(call);
    const char *session_id = parameter_text(&in, "SessionId", SESSION_ID_MAX);
    range when = range_read(&in, "StartTimestamp", "EndTimestamp", RANGE_DAYS);
    if (call->code) return;
    int error = store_get_cdr(call->api->store, session_id, &cdr);
    if (error == TCCC_E_NOT_FOUND || (!error && (cdr.app_id != app_id || cdr.start_ms < when.from_ms || cdr.start_ms >= when.to_ms)))
        parameter_fail(&in, "FailedOperation.SessionNotExists", "SessionId", "is not a finished session of the app that began in this time");
    else
        action_store_failed(call, error);
    if (call->code) return;
    cdr_put_detail(call->out, &cdr, call->api->agents, recording_url_of, call);
    recording_put_voicemails(call, session_id);
}
