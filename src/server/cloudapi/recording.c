/* recording.c: addresses of recordings and voicemails. Layer: server. */
#include "server/cloudapi/recording.h"

#include "server/record/record.h"
#include "server/store/recording.h"
#include "tccc/error.h"

#include <stdio.h>

enum { LIFE_S = 86400, URL_MAX = 2048 };   /* documented: to be fetched within 24 hours */

int recording_url_of(void *ctx, const char *record_id, char *url, size_t capacity) {
    const action_call *call = ctx;
    char path[URL_MAX];
    if (!call->api->records) return TCCC_E_NOT_FOUND;
    int error = record_url(call->api->records, record_id, call->now_s, LIFE_S, path, sizeof path);
    if (error) return error;
    char origin[CLOUDAPI_ORIGIN_MAX] = "";
    if (path[0] == '/' && !cloudapi_origin(call->api, call->request->host, origin)) return TCCC_E_TOO_LARGE;
    int n = snprintf(url, capacity, "%s%s", origin, path);
    return n > 0 && (size_t)n < capacity ? 0 : TCCC_E_TOO_LARGE;
}

static bool put_voicemail(void *ctx, const store_recording *recording) {
    action_call *call = ctx;
    char url[URL_MAX];
    if (recording->kind == RECORDING_VOICEMAIL && recording_url_of(call, recording->record_id, url, sizeof url) == 0)
        json_put_string(call->out, NULL, url);
    return true;
}

void recording_put_voicemails(action_call *call, const char *session_id) {
    json_open_array(call->out, "VoicemailRecordURL");
    action_store_failed(call, store_list_recordings(call->api->store, session_id, put_voicemail, call));
    json_close(call->out);
    json_open_array(call->out, "VoicemailAsrURL"); /* speech is not turned into text here */
    json_close(call->out);
}
