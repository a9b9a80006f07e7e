/* staff_status.c: agents' statuses now, over the day and in the past, and changing them. Layer: server. */
#include "server/cloudapi/range.h"
#include "server/cloudapi/session.h"
#include "server/cloudapi/staff.h"

#include "server/agent/agent.h"
#include "server/agent/agent_times.h"
#include "server/store/staff.h"
#include "tccc/error.h"

#include <stdio.h>
#include <string.h>

enum { RANGE_DAYS = 7 };              /* documented */

/* The cloud API calls after-call work afterCallWork; everything else has the SDK's name. */
static const char *cloud_name(const char *status) {
    return strcmp(status, "arrange") == 0 ? "afterCallWork" : status;
}

static const char *status_of(const agent *a) {
    return cloud_name(agent_status_name(agent_status_of(a)));
}

/* The agent that a parameter names; NULL: the call has failed. */
static agent *find(const parameters *in, const char *name, int64_t app_id) {
    const char *user_id = parameter_text(in, name, STAFF_ACCOUNT_MAX);
    agent *a = in->call->code ? NULL : agents_find(in->call->api->agents, app_id, user_id);
    if (!a && !in->call->code) parameter_fail(in, "InvalidParameterValue.AccountNotExist", name, "is not an agent of the app");
    return a;
}

/* ---- DescribeStaffStatusMetrics ---- */

enum { STAFF_MAX = 1000, GROUPS_MAX = 100 };

const char *const members_describe_staff_status_metrics[] = { "SdkAppId", "StaffList", "GroupIdList", "StatusList", NULL };
static const char *const cloud_statuses[] = { "free", "busy", "rest", "notReady", "afterCallWork", "offline", NULL };

typedef struct {
    action_call *call;
    const char *users[STAFF_MAX];
    int64_t groups[GROUPS_MAX];
    const char *statuses[6];
    int n_users, n_groups, n_statuses;   /* 0: any */
} metrics;

static bool is_one_of(const char *text, const char *const *list, int n) {
    for (int i = 0; i < n; i++)
        if (strcmp(text, list[i]) == 0) return true;
    return n == 0;
}

static bool is_in_groups(const agent *a, const int64_t *groups, int n) {
    for (int i = 0; i < n; i++)
        if (agent_in_group(a, groups[i])) return true;
    return n == 0;
}

static void put_durations(json_writer *out, const agent_times *t) {
    int64_t online = 0;
    for (int i = 0; i < AGENT_STATUSES; i++)
        if (i != AGENT_STATUS_OFFLINE) online += t->ms[i];
    json_put_integer(out, "OnlineDuration", online / 1000);
    json_put_integer(out, "FreeDuration", t->ms[AGENT_STATUS_FREE] / 1000);
    json_put_integer(out, "BusyDuration", t->ms[AGENT_STATUS_BUSY] / 1000);
    json_put_integer(out, "NotReadyDuration", t->ms[AGENT_STATUS_NOT_READY] / 1000);
    json_put_integer(out, "RestDuration", t->ms[AGENT_STATUS_REST] / 1000);
    json_put_integer(out, "AfterCallWorkDuration", t->ms[AGENT_STATUS_ARRANGE] / 1000);
}

static void put_clients(json_writer *out, const agent *a) {
    json_open_array(out, "ClientInfo");
    if (agent_seat(a)) {
        json_open_object(out, NULL);
        json_put_string(out, "ClientType", "Web");
        json_put_bool(out, "IsConnected", true);
        json_close(out);
    }
    json_close(out);
}

static void put_metrics(metrics *m, agent *a) {
    json_writer *out = m->call->out;
    const store_agent *row = agent_row(a);
    bool busy = agent_status_of(a) == AGENT_STATUS_BUSY;
    int64_t came_ms;
    agent_times t;
    if (action_store_failed(m->call, agent_today(a, &t, &came_ms))) return;
    json_open_object(out, NULL);
    json_put_string(out, "Email", row->user_id);
    json_put_string(out, "Status", status_of(a));
    json_open_object(out, "StatusExtra");
    json_put_string(out, "Type", busy ? "tel" : "");
    json_put_string(out, "Direct", busy ? session_direction(m->call, row->app_id, agent_session(a)) : "");
    json_close(out);
    put_durations(out, &t);
    json_put_string(out, "Reason", agent_reason(a));
    json_put_bool(out, "ReserveRest", strcmp(agent_reserved(a), "rest") == 0);
    json_put_bool(out, "ReserveNotReady", strcmp(agent_reserved(a), "notReady") == 0);
    json_put_integer(out, "UseMobileAccept", row->mobile_accept);
    json_put_bool(out, "UseMobileCallOut", row->mobile_call_out);
    json_put_integer(out, "LastOnlineTimestamp", came_ms / 1000);
    json_put_integer(out, "LastStatusTimestamp", agent_since_ms(a) / 1000);
    put_clients(out, a);
    json_close(out);
}

static bool each_agent(void *ctx, agent *a) {
    metrics *m = ctx;
    if (is_one_of(agent_row(a)->user_id, m->users, m->n_users) && is_in_groups(a, m->groups, m->n_groups)
        && is_one_of(status_of(a), m->statuses, m->n_statuses))
        put_metrics(m, a);
    return !m->call->code;
}

static void check_statuses(const parameters *in, const metrics *m) {
    for (int i = 0; i < m->n_statuses; i++)
        if (!is_one_of(m->statuses[i], cloud_statuses, 6))
            parameter_fail(in, "InvalidParameter", "StatusList", "must hold only free, busy, rest, notReady, afterCallWork and offline");
}

void action_describe_staff_status_metrics(action_call *call) {
    static metrics m; /* the control thread is the only one here */
    parameters in = parameters_of(call);
    int64_t app_id = action_app(call);
    m = (metrics){ .call = call };
    m.n_users = parameter_texts(&in, "StaffList", 0, STAFF_MAX, m.users, STAFF_ACCOUNT_MAX);
    m.n_groups = parameter_integers(&in, "GroupIdList", 0, GROUPS_MAX, m.groups, 1, JSON_INTEGER_MAX);
    m.n_statuses = parameter_texts(&in, "StatusList", 0, 6, m.statuses, 32);
    check_statuses(&in, &m);
    if (call->code) return;
    json_open_array(call->out, "Metrics");
    agents_each(call->api->agents, app_id, each_agent, &m);
    json_close(call->out);
}

/* ---- DescribeStaffStatusHistory ---- */

enum { PAGE_DEFAULT = 1000, PAGE_MAX = 1000, CURSOR_MAX = 40 };

const char *const members_describe_staff_status_history[] = { "SdkAppId", "StaffUserId", "StartTimestamp", "EndTimestamp", "Cursor", "PageSize", NULL };

typedef struct {
    json_writer *out;
    const store_agent *row;
    int64_t from_ms, last_ms, after_ms;
    int same, after_same;             /* changes of the same millisecond are told apart by a number */
    int64_t left;
} history;

static bool each_status(void *ctx, const store_status *s) {
    history *h = ctx;
    char cursor[CURSOR_MAX];
    h->same = s->from_ms == h->last_ms ? h->same + 1 : 0;
    h->last_ms = s->from_ms;
    bool before = s->from_ms < h->from_ms; /* the status in force at the start began earlier */
    if (before || s->from_ms < h->after_ms || (s->from_ms == h->after_ms && h->same <= h->after_same)) return true;
    snprintf(cursor, sizeof cursor, "%lld-%d", (long long)s->from_ms, h->same);
    json_open_object(h->out, NULL);
    json_put_string(h->out, "Cursor", cursor);
    json_put_integer(h->out, "Timestamp", s->from_ms / 1000);
    json_put_string(h->out, "Status", cloud_name(s->status));
    json_put_string(h->out, "SessionId", s->session_id);
    json_put_string(h->out, "Reason", s->reason);
    json_put_string(h->out, "StaffEmail", s->user_id);
    json_put_string(h->out, "StaffNo", h->row->staff_number);
    json_close(h->out);
    return --h->left > 0;
}

static void read_cursor(const parameters *in, history *h) {
    long long ms;
    int same, used = 0;
    const char *cursor = parameter_text_or(in, "Cursor", "", CURSOR_MAX);
    h->after_ms = -1;
    if (in->call->code || !*cursor) return;
    if (sscanf(cursor, "%15lld-%9d%n", &ms, &same, &used) != 2 || cursor[used] || ms < 0 || same < 0)
        parameter_fail(in, "InvalidParameterValue", "Cursor", "must be the Cursor of an earlier answer");
    h->after_ms = ms;
    h->after_same = same;
}

void action_describe_staff_status_history(action_call *call) {
    parameters in = parameters_of(call);
    int64_t app_id = action_app(call);
    agent *a = find(&in, "StaffUserId", app_id);
    history h = { .out = call->out, .last_ms = -1, .left = parameter_integer_or(&in, "PageSize", PAGE_DEFAULT, 1, PAGE_MAX) };
    range when = range_read(&in, "StartTimestamp", "EndTimestamp", RANGE_DAYS);
    read_cursor(&in, &h);
    if (call->code) return;
    h.row = agent_row(a);
    h.from_ms = when.from_ms;
    agents_write_history(call->api->agents);
    json_open_array(call->out, "Data");
    action_store_failed(call, store_list_status(call->api->store, app_id, h.row->user_id, when.from_ms, when.to_ms, each_status, &h));
    json_close(call->out);
}

/* ---- SetStaffStatus ---- */

enum { SET_MAX = 10 };                /* documented */

const char *const members_set_staff_status[] = { "SdkAppId", "StaffStatusList", NULL };
static const char *const set_members[] = { "StaffUserId", "Status", "Reason", NULL };

typedef struct {
    const char *user_id, *reason;
    enum agent_event event;
} wish;

static void read_wish(const parameters *in, wish *w) {
    w->user_id = parameter_text(in, "StaffUserId", STAFF_ACCOUNT_MAX);
    w->reason = parameter_text_or(in, "Reason", NULL, STORE_TEXT - 1);
    const char *status = parameter_text(in, "Status", 32);
    if (in->call->code) return;
    if (strcmp(status, "free") == 0) w->event = AGENT_EVENT_SET_FREE;
    else if (strcmp(status, "notReady") == 0) w->event = AGENT_EVENT_SET_NOT_READY;
    else if (strcmp(status, "rest") == 0) w->event = AGENT_EVENT_SET_REST;
    else parameter_fail(in, "InvalidParameterValue", "Status", "must be free, notReady or rest");
}

static void refusal(int error, const char **code, const char **message) {
    *code = error == TCCC_E_AGENT_BUSY ? "FailedOperation.SeatStatusBusy" : "FailedOperation";
    *message = error == TCCC_E_AGENT_OFFLINE ? "The agent is offline." : error == TCCC_E_AGENT_BUSY ? "The agent is on a call."
             : "The agent's present status does not allow this.";
}

static void grant(action_call *call, int64_t app_id, const wish *w) {
    json_writer *out = call->out;
    agent *a = agents_find(call->api->agents, app_id, w->user_id);
    const char *before = a ? status_of(a) : "", *code = "", *message = "";
    char reason[STORE_TEXT];
    snprintf(reason, sizeof reason, "%s", a ? agent_reason(a) : "");
    int error = a ? agent_ask(a, w->event, w->event == AGENT_EVENT_SET_REST ? w->reason : NULL) : 0;
    if (error < 0) refusal(error, &code, &message);
    if (!a) {
        code = "InvalidParameterValue.AccountNotExist";
        message = "The app has no agent with this StaffUserId.";
    }
    json_open_object(out, NULL);
    json_put_string(out, "StaffUserId", w->user_id);
    json_put_string(out, "ErrorCode", code);
    json_put_string(out, "ErrorMessage", message);
    json_put_string(out, "Status", a ? status_of(a) : "");
    json_put_string(out, "Reason", a ? agent_reason(a) : "");
    json_put_string(out, "PreviousStatus", before);
    json_put_string(out, "PreviousReason", reason);
    json_close(out);
}

void action_set_staff_status(action_call *call) {
    parameters in = parameters_of(call), each[SET_MAX];
    wish wishes[SET_MAX];
    int64_t app_id = action_app(call);
    int n = parameter_objects(&in, "StaffStatusList", 1, SET_MAX, set_members, each);
    for (int i = 0; i < n; i++) read_wish(&each[i], &wishes[i]);
    if (call->code) return;
    json_open_array(call->out, "StaffStatusList");
    for (int i = 0; i < n; i++) grant(call, app_id, &wishes[i]);
    json_close(call->out);
}

/* ---- ForceMemberOffline, RestoreMemberOnline ---- */

const char *const members_force_member_offline[] = { "SdkAppId", "UserId", NULL };
const char *const members_restore_member_online[] = { "SdkAppId", "UserId", NULL };

void action_force_member_offline(action_call *call) {
    parameters in = parameters_of(call);
    agent *a = find(&in, "UserId", action_app(call));
    if (a) action_store_failed(call, agent_forbid(a));
}

/* The agent may go online again; it does so itself. */
void action_restore_member_online(action_call *call) {
    parameters in = parameters_of(call);
    agent *a = find(&in, "UserId", action_app(call));
    if (a) action_store_failed(call, agent_allow(a));
}
