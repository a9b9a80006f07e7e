/* action.c: the table of actions, their failures, and answers that come later. Layer: server. */
#include "server/cloudapi/action.h"

#include "server/cloudapi/envelope.h"
#include "server/cloudapi/parameter.h"
#include "tccc/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW(Name, function, needs) { #Name, members_##function, action_##function, needs },
const action actions[] = { ACTIONS(ROW) { 0 } };
#undef ROW

void action_fail(action_call *call, const char *code, const char *format, ...) {
    va_list arguments;
    if (call->code) return;
    call->code = code;
    va_start(arguments, format);
    vsnprintf(call->message, sizeof call->message, format, arguments);
    va_end(arguments);
}

bool action_store_failed(action_call *call, int error) {
    if (error) action_fail(call, "InternalError.DBError", "The store: %s", tccc_error_sentence(error));
    return error != 0;
}

bool action_may_use(const action_call *call, int64_t app_id) {
    return (call->key_app_id == 0 || call->key_app_id == app_id) && store_has_app(call->api->store, app_id);
}

int64_t action_app(action_call *call) {
    parameters in = parameters_of(call);
    int64_t app_id = parameter_integer(&in, "SdkAppId", 1, JSON_INTEGER_MAX);
    if (call->code) return 0;
    if (action_may_use(call, app_id)) return app_id;
    /* The same for an app of another key: a key must not find out which apps there are. */
    action_fail(call, "InvalidParameterValue.InstanceNotExist", "There is no SdkAppId %lld that this key is for.", (long long)app_id);
    return 0;
}

struct action_later {
    const cloudapi *api;
    edge_request request;
    char name[64], remote[64];
};

action_later *action_defer(action_call *call) {
    action_later *later = calloc(1, sizeof *later);
    if (!later) {
        action_fail(call, "InternalError", "Memory is exhausted.");
        return NULL;
    }
    later->api = call->api;
    later->request = call->request->id;
    snprintf(later->name, sizeof later->name, "%s", call->name);
    snprintf(later->remote, sizeof later->remote, "%s", call->request->remote);
    call->later = true;
    return later;
}

void action_finish(action_later *later, void (*write)(action_call *call, void *ctx), void *ctx) {
    action_call call = { .api = later->api, .name = later->name };
    json_writer out;
    size_t length;
    envelope_open(&call, &out);
    write(&call, ctx);
    const char *answer = envelope_close(&call, &length);
    envelope_log(&call, later->remote);
    edge_reply(later->api->edge, later->request, 200, CLOUDAPI_CONTENT_TYPE, NULL, answer, length);
    free(later);
}
