/* metrics.c: DescribeCallInMetrics: what inbound calls are doing now. Layer: server. */
#include "server/cloudapi/roster.h"
#include "server/cloudapi/parameter.h"

#include "server/call/call.h"
#include "server/deadline.h"

#include <stdlib.h>
#include <string.h>

enum { GROUPS_MAX = 100 };
enum stage { IN_IVR, IN_QUEUE, RINGING, ACCEPTED, STAGES };

typedef struct {
    int64_t count[STAGES], sum_ms[STAGES], max_ms[STAGES], outer;
} tally;

typedef struct {
    const roster *roster;
    const char *number;               /* only calls to this one; NULL: to any */
    int64_t now_ms;
    tally total, *groups;             /* groups: as many as the roster has */
} counting;

static enum stage stage_of(const call_view *view, int64_t *since_ms) {
    bool with_agent = view->user_id[0] != 0;
    if (view->outer) with_agent = true; /* it was accepted, and is with a line outside now */
    enum stage stage = with_agent && strcmp(view->state, "inProgress") == 0 ? ACCEPTED : with_agent ? RINGING : view->queued_ms ? IN_QUEUE : IN_IVR;
    *since_ms = stage == ACCEPTED ? view->accept_ms : stage == RINGING ? view->ring_ms : stage == IN_QUEUE ? view->queued_ms : view->start_ms;
    return stage;
}

static void add(tally *t, enum stage stage, int64_t ms, bool outer) {
    t->count[stage]++;
    t->sum_ms[stage] += ms;
    if (ms > t->max_ms[stage]) t->max_ms[stage] = ms;
    t->outer += outer;
}

static bool count(void *ctx, const call_view *view) {
    counting *c = ctx;
    int64_t since_ms;
    if (!view->inbound || strcmp(view->state, "finished") == 0 || (c->number && strcmp(view->number, c->number) != 0)) return true;
    enum stage stage = stage_of(view, &since_ms);
    int64_t ms = since_ms && c->now_ms > since_ms ? c->now_ms - since_ms : 0;
    const store_group *group = roster_group(c->roster, view->group_id);
    add(&c->total, stage, ms, view->outer);
    if (group) add(&c->groups[group - c->roster->groups], stage, ms, view->outer);
    return true;
}

static void put_stage(json_writer *out, const tally *t, enum stage stage, const char *max_name, const char *average_name) {
    json_put_integer(out, max_name, t->max_ms[stage] / 1000);
    json_put_integer(out, average_name, t->count[stage] ? t->sum_ms[stage] / t->count[stage] / 1000 : 0);
}

static void put_tally(json_writer *out, const char *name, const tally *t) {
    json_open_object(out, name);
    json_put_integer(out, "IvrCount", t->count[IN_IVR]);
    json_put_integer(out, "QueueCount", t->count[IN_QUEUE]);
    json_put_integer(out, "RingCount", t->count[RINGING]);
    json_put_integer(out, "AcceptCount", t->count[ACCEPTED]);
    json_put_integer(out, "TransferOuterCount", t->outer);
    put_stage(out, t, IN_QUEUE, "MaxQueueDuration", "AvgQueueDuration");
    put_stage(out, t, RINGING, "MaxRingDuration", "AvgRingDuration");
    put_stage(out, t, ACCEPTED, "MaxAcceptDuration", "AvgAcceptDuration");
    json_close(out);
}

typedef struct {
    action_call *call;
    int64_t app_id;
    counting counting;
    int64_t wanted[GROUPS_MAX];
    int n_wanted;                     /* 0: all */
} report;

static bool is_wanted(const report *r, int64_t id) {
    for (int i = 0; i < r->n_wanted; i++)
        if (r->wanted[i] == id) return true;
    return r->n_wanted == 0;
}

static void put_groups(report *r) {
    json_writer *out = r->call->out;
    const roster *groups = r->counting.roster;
    json_open_array(out, "SkillGroupMetrics");
    for (int i = 0; i < groups->n_groups; i++) {
        if (!is_wanted(r, groups->groups[i].id)) continue;
        json_open_object(out, NULL);
        json_put_integer(out, "SkillGroupId", groups->groups[i].id);
        put_tally(out, "Metrics", &r->counting.groups[i]);
        json_put_string(out, "Name", groups->groups[i].name);
        json_close(out);
    }
    json_close(out);
}

static void count_all(report *r, const char *number) {
    counting *c = &r->counting;
    c->number = number;
    c->total = (tally){ 0 };
    memset(c->groups, 0, ((size_t)c->roster->n_groups + 1) * sizeof *c->groups);
    calls_each(r->call->api->calls, r->app_id, count, c);
}

static bool put_number(void *ctx, const store_number *number) {
    report *r = ctx;
    if (!number->inbound) return true;
    count_all(r, number->number);
    json_open_object(r->call->out, NULL);
    json_put_string(r->call->out, "Number", number->number);
    put_tally(r->call->out, "Metrics", &r->counting.total);
    put_groups(r);
    json_close(r->call->out);
    return true;
}

static void put_report(report *r, bool by_group, bool by_number) {
    action_call *call = r->call;
    json_put_integer(call->out, "Timestamp", r->counting.now_ms / 1000);
    count_all(r, NULL);
    put_tally(call->out, "TotalMetrics", &r->counting.total);
    if (by_group) {
        put_groups(r);
    } else {
        json_open_array(call->out, "SkillGroupMetrics");
        json_close(call->out);
    }
    json_open_array(call->out, "NumberMetrics");
    if (by_number) action_store_failed(call, store_list_numbers(call->api->store, r->app_id, put_number, r));
    json_close(call->out);
}

const char *const members_describe_call_in_metrics[] = { "SdkAppId", "EnabledSkillGroup", "EnabledNumber", "GroupIdList", NULL };

void action_describe_call_in_metrics(action_call *call) {
    parameters in = parameters_of(call);
    roster groups;
    report r = { .call = call, .app_id = action_app(call), .counting = { .roster = &groups, .now_ms = clock_unix_ms() } };
    bool by_group = parameter_bool_or(&in, "EnabledSkillGroup", true), by_number = parameter_bool_or(&in, "EnabledNumber", false);
    r.n_wanted = parameter_integers(&in, "GroupIdList", 0, GROUPS_MAX, r.wanted, 1, JSON_INTEGER_MAX);
    if (call->code || !roster_load(&groups, call, r.app_id)) return;
    r.counting.groups = calloc((size_t)groups.n_groups + 1, sizeof *r.counting.groups);
    if (r.counting.groups) put_report(&r, by_group, by_number);
    else action_fail(call, "InternalError", "Memory is exhausted.");
    free(r.counting.groups);
    roster_free(&groups);
}
