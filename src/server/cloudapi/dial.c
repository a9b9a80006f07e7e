/* dial.c: CreateCallOutSession and CreateIVRSession: calls that a back end starts. Layer: server. */
#include "server/cloudapi/staff.h"

#include "server/agent/agent.h"
#include "server/call/call.h"
#include "tccc/error.h"

#include <string.h>

enum { CALLERS_MAX = 20, UUI_MAX = STORE_UUI - 1, VARIABLES_MAX = 100, VALUE_MAX = 256, RING_MAX_S = 600, NUMBER_MAX = 64 };   /* UUI: documented */

/* Why a call was not begun. */
static void fail_by(const parameters *in, int error) {
    switch (error) {
    case 0: return;
    case TCCC_E_NUMBER_INVALID: parameter_fail(in, "InvalidParameterValue", "Callee", "cannot be dialled: pass digits with an optional +, or an extension"); return;
    case TCCC_E_NO_OUTBOUND_NUMBER: action_fail(in->call, "FailedOperation.NoCallOutNumber", "There is no number of the app that may call out here."); return;
    case TCCC_E_AGENT_BUSY: action_fail(in->call, "FailedOperation.SeatStatusBusy", "The agent is on another call."); return;
    case TCCC_E_NOT_FOUND: parameter_fail(in, "InvalidParameterValue", "IVRId", "is not a published IVR of the app"); return;
    default: action_fail(in->call, "FailedOperation.CallOutFailed", "%s", tccc_error_sentence(error)); return;
    }
}

/* ---- CreateCallOutSession ---- */

const char *const members_create_call_out_session[] = { "SdkAppId", "UserId", "Callee", "Caller", "Callers", "IsForceUseMobile", "Uui", "UUI", NULL };

/* By the agent's page when it is there; by its mobile when that is asked for, or when it is the only way and is switched on. */
static bool goes_by_mobile(const parameters *in, const agent *a) {
    const store_agent *row = agent_row(a);
    bool forced = parameter_bool_or(in, "IsForceUseMobile", false);
    if (forced && !row->phone[0]) parameter_fail(in, "InvalidParameterValue", "UserId", "has no mobile number: set it with ModifyStaff");
    return forced || (!agent_seat(a) && row->mobile_call_out && row->phone[0]);
}

void action_create_call_out_session(action_call *call) {
    parameters in = parameters_of(call);
    const char *callers[CALLERS_MAX + 1];
    char session_id[37] = "";
    int64_t app_id = action_app(call);
    const char *user_id = parameter_text(&in, "UserId", STAFF_ACCOUNT_MAX);
    call_dial what = { .callee = parameter_text(&in, "Callee", NUMBER_MAX), .callers = callers };
    const char *caller = parameter_text_or(&in, "Caller", "", NUMBER_MAX), *old_uui = parameter_text_or(&in, "Uui", "", UUI_MAX);
    what.n_callers = parameter_texts(&in, "Callers", 0, CALLERS_MAX, callers, NUMBER_MAX);
    what.uui = parameter_text_or(&in, "UUI", old_uui, UUI_MAX);
    if (what.n_callers == 0 && caller && *caller) callers[what.n_callers++] = caller; /* the deprecated member */
    agent *a = call->code ? NULL : agents_find(call->api->agents, app_id, user_id);
    if (!a && !call->code) parameter_fail(&in, "InvalidParameterValue.AccountNotExist", "UserId", "is not an agent of the app");
    if (a) what.by_mobile = goes_by_mobile(&in, a);
    if (call->code) return;
    fail_by(&in, calls_dial(call->api->calls, a, &what, session_id));
    json_put_string(call->out, "SessionId", session_id);
}

/* ---- CreateIVRSession ---- */

const char *const members_create_ivr_session[] = { "SdkAppId", "Callee", "IVRId", "Callers", "Variables", "UUI", "MaxRingTimeoutSecond", NULL };
static const char *const variable_members[] = { "Key", "Value", NULL };

static bool is_name(const char *text) {
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return n && n <= FLOW_VARIABLE_MAX && !text[n];
}

static int read_variables(const parameters *in, prompt_variable list[VARIABLES_MAX]) {
    static parameters each[VARIABLES_MAX]; /* the control thread is the only one here */
    int n = parameter_objects(in, "Variables", 0, VARIABLES_MAX, variable_members, each);
    for (int i = 0; i < n; i++) {
        list[i].name = parameter_text(&each[i], "Key", STORE_TEXT - 1);
        list[i].value = parameter_text_or(&each[i], "Value", "", VALUE_MAX);
        if (!in->call->code && !is_name(list[i].name))
            parameter_fail(&each[i], "InvalidParameterValue", "Key", "must be of letters, digits and _, at most 32 of them");
    }
    return n;
}

void action_create_ivr_session(action_call *call) {
    parameters in = parameters_of(call);
    const char *callers[CALLERS_MAX];
    char session_id[37] = "";
    int64_t app_id = action_app(call), flow_id = parameter_integer(&in, "IVRId", 1, JSON_INTEGER_MAX);
    call_dial what = { .callee = parameter_text(&in, "Callee", NUMBER_MAX), .callers = callers };
    what.n_callers = parameter_texts(&in, "Callers", 0, CALLERS_MAX, callers, NUMBER_MAX);
    what.uui = parameter_text_or(&in, "UUI", "", UUI_MAX);
    what.ring_s = (int)parameter_integer_or(&in, "MaxRingTimeoutSecond", 0, 1, RING_MAX_S);
    prompt_variable variables[VARIABLES_MAX];
    what.n_variables = read_variables(&in, variables);
    what.variables = variables;
    if (call->code) return;
    fail_by(&in, calls_dial_flow(call->api->calls, app_id, flow_id, &what, session_id));
    json_put_string(call->out, "SessionId", session_id);
}
