/* session.c: sessions that run: showing and ending them. Layer: server. */
#include "server/cloudapi/session.h"

#include "server/agent/agent.h"
#include "server/call/call.h"
#include "server/store/cdr.h"
#include "tccc/error.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LIMIT_MAX = 25, OFFSET_MAX = 1000000 };   /* the first is documented */

typedef struct {
    action_call *call;
    int64_t app_id;
    const char *session_id;
    bool found;
    const char *direction;
} search;

static bool tell_direction(void *ctx, const call_view *view) {
    search *s = ctx;
    if (strcmp(view->session_id, s->session_id) == 0) s->direction = view->inbound ? "in" : "out";
    return !*s->direction;
}

const char *session_direction(const action_call *call, int64_t app_id, const char *session_id) {
    search s = { .session_id = session_id, .direction = "" };
    if (call->api->calls) calls_each(call->api->calls, app_id, tell_direction, &s);
    return s.direction;
}

/* ---- DescribeTelSession ---- */

const char *const members_describe_tel_session[] = { "SdkAppId", "SessionId", NULL };

static const char *staff_number(const action_call *call, int64_t app_id, const char *user_id) {
    agent *a = *user_id ? agents_find(call->api->agents, app_id, user_id) : NULL;
    return a ? agent_row(a)->staff_number : "";
}

/* What both answers have; a number that is protected is left empty. */
static void put_parties(const action_call *call, int64_t app_id, const call_view *view) {
    json_writer *out = call->out;
    json_put_string(out, "SessionID", view->session_id);
    json_put_string(out, "RoomID", ""); /* there are no rooms here */
    json_put_string(out, "Caller", *view->protected_caller ? "" : view->caller);
    json_put_string(out, "Callee", *view->protected_callee ? "" : view->callee);
    json_put_integer(out, "RingTimestamp", view->ring_ms / 1000);
    json_put_string(out, "StaffEmail", view->user_id);
    json_put_string(out, "StaffNumber", staff_number(call, app_id, view->user_id));
    json_put_string(out, "SessionStatus", view->state);
    json_put_integer(out, "Direction", view->inbound ? 0 : 1);
    json_put_string(out, "ProtectedCaller", view->protected_caller);
    json_put_string(out, "ProtectedCallee", view->protected_callee);
}

static void put_session(const action_call *call, int64_t app_id, const call_view *view, const char *outer_callee) {
    json_open_object(call->out, "Session");
    put_parties(call, app_id, view);
    json_put_integer(call->out, "StartTimestamp", view->start_ms / 1000);
    json_put_integer(call->out, "AcceptTimestamp", view->accept_ms / 1000);
    json_put_string(call->out, "OutBoundCaller", *outer_callee ? view->callee : "");
    json_put_string(call->out, "OutBoundCallee", outer_callee);
    json_close(call->out);
}

static bool put_running(void *ctx, const call_view *view) {
    search *s = ctx;
    s->found = strcmp(view->session_id, s->session_id) == 0;
    if (s->found) put_session(s->call, s->app_id, view, "");
    return !s->found;
}

static void put_finished(const parameters *in, int64_t app_id, const char *session_id) {
    static store_cdr cdr; /* the control thread is the only one here, and a record is large */
    const char *outer = "";
    int error = store_get_cdr(in->call->api->store, session_id, &cdr);
    if (error == TCCC_E_NOT_FOUND || (!error && cdr.app_id != app_id))
        parameter_fail(in, "FailedOperation.SessionNotExists", "SessionId", "is not a session of the app");
    if (in->call->code || action_store_failed(in->call, error)) return;
    for (int i = 0; i < cdr.n_steps; i++)
        if (cdr.steps[i].type == CDR_EXTERNAL) outer = cdr.steps[i].phone;
    call_view view = { .session_id = session_id, .caller = cdr.caller, .callee = cdr.callee, .protected_caller = cdr.protected_caller,
                       .protected_callee = cdr.protected_callee, .user_id = cdr.user_id, .state = "finished", .inbound = cdr.inbound,
                       .start_ms = cdr.start_ms, .ring_ms = cdr.ring_ms, .accept_ms = cdr.accept_ms };
    put_session(in->call, app_id, &view, outer);
}

void action_describe_tel_session(action_call *call) {
    parameters in = parameters_of(call);
    search s = { .call = call, .app_id = action_app(call), .session_id = parameter_text(&in, "SessionId", SESSION_ID_MAX) };
    if (call->code) return;
    calls_each(call->api->calls, s.app_id, put_running, &s);
    if (!s.found) put_finished(&in, s.app_id, s.session_id);
}

/* ---- DescribePSTNActiveSessionList ---- */

const char *const members_describe_pstn_active_session_list[] = { "SdkAppId", "Offset", "Limit", NULL };

typedef struct {
    action_call *call;
    int64_t app_id, offset, limit, total;
} listing;

static bool put_active(void *ctx, const call_view *view) {
    listing *l = ctx;
    char text[24];
    json_writer *out = l->call->out;
    if (strcmp(view->state, "finished") == 0) return true;
    int64_t at = l->total++;
    if (at < l->offset || at >= l->offset + l->limit) return true;
    json_open_object(out, NULL);
    put_parties(l->call, l->app_id, view);
    snprintf(text, sizeof text, "%" PRId64, view->start_ms / 1000); /* documented as text here, unlike RingTimestamp */
    json_put_string(out, "StartTimestamp", text);
    snprintf(text, sizeof text, "%" PRId64, view->accept_ms / 1000);
    json_put_string(out, "AcceptTimestamp", text);
    json_close(out);
    return true;
}

void action_describe_pstn_active_session_list(action_call *call) {
    parameters in = parameters_of(call);
    listing l = { .call = call, .app_id = action_app(call) };
    l.offset = parameter_integer(&in, "Offset", 0, OFFSET_MAX);
    l.limit = parameter_integer(&in, "Limit", 1, JSON_INTEGER_MAX);
    if (!call->code && l.limit > LIMIT_MAX) parameter_fail(&in, "LimitExceeded.OutOfCountLimit", "Limit", "must be from 1 to 25");
    if (call->code) return;
    json_open_array(call->out, "Sessions");
    calls_each(call->api->calls, l.app_id, put_active, &l);
    json_close(call->out);
    json_put_integer(call->out, "Total", l.total);
}

/* ---- HangUpCall ---- */

const char *const members_hang_up_call[] = { "SdkAppId", "SessionId", NULL };

void action_hang_up_call(action_call *call) {
    parameters in = parameters_of(call);
    int64_t app_id = action_app(call);
    const char *session_id = parameter_text(&in, "SessionId", SESSION_ID_MAX);
    if (!call->code && calls_hangup(call->api->calls, app_id, session_id))
        parameter_fail(&in, "FailedOperation.SessionNotExists", "SessionId", "is not a running session of the app");
}
