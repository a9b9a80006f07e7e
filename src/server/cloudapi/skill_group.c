/* skill_group.c: making, changing, deleting and listing skill groups. Layer: server. Rows ADM-043 to ADM-052. */
#include "server/cloudapi/skill_group.h"

#include "base/utf8.h"
#include "server/cloudapi/page.h"
#include "server/cloudapi/staff.h"
#include "server/ivr/flows.h"
#include "server/settings/settings.h"
#include "tccc/error.h"

#include <stdio.h>
#include <string.h>

enum { PAGE_MAX = 100, NAME_MAX_CHARACTERS = 20, CONCURRENCY_MAX = 100 };

bool skill_group_find(const parameters *in, const char *name, int64_t app_id, int64_t id, store_group *group) {
    if (in->call->code) return false;
    int error = store_get_group(in->call->api->store, id, group);
    if (error == TCCC_E_NOT_FOUND || (!error && group->app_id != app_id))
        parameter_fail(in, "InvalidParameterValue.SkillGroupError", name, "is not a skill group of the app");
    else
        action_store_failed(in->call, error);
    return !in->call->code;
}

const char *skill_group_kind(const store_group *group) {
    return group && group->type == GROUP_ONLINE ? "IM" : "TEL";
}

static size_t characters(const char *text) {
    size_t n = 0, left = strlen(text);
    for (size_t step; left && (step = utf8_character(text, left)); n++) {
        text += step;
        left -= step;
    }
    return n + left;                  /* bytes that are no UTF-8 count one each */
}

typedef struct {
    const char *name;
    int64_t id;                       /* of the group of that name, or 0 */
} name_search;

static bool is_this_name(void *ctx, const store_group *group) {
    name_search *s = ctx;
    if (strcmp(group->name, s->name) == 0) s->id = group->id;
    return !s->id;
}

/* A name that is free, or `own`'s already. NULL after a failure. */
static const char *read_name(const parameters *in, int64_t app_id, int64_t own) {
    name_search s = { .name = parameter_text(in, "SkillGroupName", STORE_TEXT - 1) };
    if (in->call->code) return NULL;
    if (characters(s.name) > NAME_MAX_CHARACTERS)
        parameter_fail(in, "InvalidParameter", "SkillGroupName", "must have at most 20 characters");
    action_store_failed(in->call, store_list_groups(in->call->api->store, app_id, is_this_name, &s));
    if (s.id && s.id != own) parameter_fail(in, "InvalidParameterValue.SkillGroupExist", "SkillGroupName", "is the name of another skill group");
    return in->call->code ? NULL : s.name;
}

static int read_concurrency(const parameters *in, enum group_type type, int fallback) {
    int64_t n = parameter_integer_or(in, "MaxConcurrency", fallback, 1, CONCURRENCY_MAX);
    if (n > 1 && type != GROUP_ONLINE)
        parameter_fail(in, "InvalidParameter", "MaxConcurrency", "must be 1 unless the skill group serves online chats");
    return (int)n;
}

/* ---- CreateCCCSkillGroup ---- */

const char *const members_create_ccc_skill_group[] = { "SdkAppId", "SkillGroupName", "SkillGroupType", "MaxConcurrency", NULL };

void action_create_ccc_skill_group(action_call *call) {
    parameters in = parameters_of(call);
    store_group group = { .app_id = action_app(call) };
    const char *name = read_name(&in, group.app_id, 0);
    group.type = (enum group_type)parameter_integer(&in, "SkillGroupType", GROUP_PHONE, GROUP_VIDEO);
    if (!call->code && group.type == 2) parameter_fail(&in, "InvalidParameter", "SkillGroupType", "must be 0, 1, 3 or 4");
    group.max_concurrency = read_concurrency(&in, group.type, 1);
    if (call->code) return;
    snprintf(group.name, sizeof group.name, "%s", name);
    action_store_failed(call, store_put_group(call->api->store, &group));
    staff_changed(call, group.app_id);
    json_put_integer(call->out, "SkillGroupId", group.id);
}

/* ---- UpdateCCCSkillGroup ---- */

const char *const members_update_ccc_skill_group[] = { "SdkAppId", "SkillGroupID", "SkillGroupName", "MaxConcurrency", "RingAll", NULL };

void action_update_ccc_skill_group(action_call *call) {
    parameters in = parameters_of(call);
    store_group group;
    int64_t app_id = action_app(call), id = parameter_integer(&in, "SkillGroupID", 1, JSON_INTEGER_MAX);
    if (!skill_group_find(&in, "SkillGroupID", app_id, id, &group)) return;
    const char *name = parameter_given(&in, "SkillGroupName") ? read_name(&in, app_id, id) : group.name;
    group.max_concurrency = read_concurrency(&in, group.type, group.max_concurrency);
    group.ring_all = parameter_bool_or(&in, "RingAll", group.ring_all);
    if (call->code) return;
    if (name != group.name) snprintf(group.name, sizeof group.name, "%s", name);
    action_store_failed(call, store_put_group(call->api->store, &group));
    staff_changed(call, app_id);
}

/* ---- DeleteCCCSkillGroup ---- */

const char *const members_delete_ccc_skill_group[] = { "SdkAppId", "SkillGroupId", NULL };

typedef struct {
    char id[24];
    char user_id[STORE_TEXT];         /* who forwards to it, or "" */
} forward_search;

static bool forwards_to(void *ctx, const store_agent *row) {
    forward_search *s = ctx;
    if (row->forward != STAFF_FORWARD_OFF && row->forward_to == STAFF_TO_GROUP && strcmp(row->forward_target, s->id) == 0)
        snprintf(s->user_id, sizeof s->user_id, "%s", row->user_id);
    return !s->user_id[0];
}

typedef struct {
    action_call *call;
    int64_t app_id, group_id;
    char name[STORE_TEXT];            /* of a published flow that leads to it, or "" */
    bool leads;
} flow_search;

static bool leads_to(void *ctx, const char *module, int64_t group_id) {
    flow_search *s = ctx;
    (void)module;
    s->leads = group_id == s->group_id;
    return !s->leads;
}

static bool each_flow(void *ctx, const store_flow *row) {
    flow_search *s = ctx;
    flow *f = flows_open(s->call->api->flows, s->app_id, row->id); /* NULL: it is not published */
    if (!f) return true;
    flow_each_group(f, leads_to, s);
    flow_drop(f);
    if (s->leads) snprintf(s->name, sizeof s->name, "%s", row->name);
    return !s->leads;
}

/* Agents keep their account (ADM-051); numbers lose the binding. */
void action_delete_ccc_skill_group(action_call *call) {
    parameters in = parameters_of(call);
    store_group group;
    forward_search s = { .user_id = "" };
    int64_t app_id = action_app(call), id = parameter_integer(&in, "SkillGroupId", 1, JSON_INTEGER_MAX);
    if (!skill_group_find(&in, "SkillGroupId", app_id, id, &group)) return;
    snprintf(s.id, sizeof s.id, "%lld", (long long)id);
    action_store_failed(call, store_list_agents(call->api->store, app_id, forwards_to, &s));
    if (s.user_id[0])
        action_fail(call, "ResourceUnavailable", "The agent %.100s forwards calls to the skill group. Change that with ModifyStaff first.", s.user_id);
    flow_search f = { .call = call, .app_id = app_id, .group_id = id };
    if (!call->code && call->api->flows) action_store_failed(call, store_list_flows(call->api->store, app_id, each_flow, &f));
    if (f.leads) action_fail(call, "ResourceUnavailable", "The published IVR %.100s leads callers to the skill group. Withdraw it first.", f.name);
    if (!call->code) action_store_failed(call, store_delete_group(call->api->store, id));
    staff_changed(call, app_id);
}

/* ---- DescribeSkillGroupInfoList ---- */

const char *const members_describe_skill_group_info_list[] = { "SdkAppId", "PageSize", "PageNumber", "SkillGroupId", "ModifiedTime",
                                                               "SkillGroupName", NULL };

typedef struct {
    json_writer *out;
    page page;
    const settings_phone *rules;
    const char *name;                 /* NULL: any */
    int64_t id, modified_s;           /* 0: any */
} listing;

static bool each_group(void *ctx, const store_group *group) {
    listing *l = ctx;
    json_writer *out = l->out;
    bool fits = (!l->id || l->id == group->id) && group->modified_ms / 1000 >= l->modified_s && (!l->name || strcmp(l->name, group->name) == 0);
    if (!fits || !page_take(&l->page)) return true;
    json_open_object(out, NULL);
    json_put_integer(out, "SkillGroupId", group->id);
    json_put_string(out, "SkillGroupName", group->name);
    json_put_string(out, "Type", skill_group_kind(group));
    json_put_string(out, "RoutePolicy", l->rules && l->rules->strategy == DISPATCH_FEWEST_CALLS ? "fewestCalls" : "longestIdle");
    json_put_integer(out, "UsingLastSeat", l->rules && l->rules->last_agent_first);
    json_put_integer(out, "MaxConcurrency", group->max_concurrency);
    json_put_integer(out, "LastModifyTimestamp", group->modified_ms / 1000);
    json_put_integer(out, "SkillGroupType", group->type);
    json_put_string(out, "Alias", group->alias);
    json_put_bool(out, "RingAll", group->ring_all);
    json_close(out);
    return true;
}

void action_describe_skill_group_info_list(action_call *call) {
    parameters in = parameters_of(call);
    listing l = { .out = call->out };
    int64_t app_id = action_app(call);
    l.page = page_read(&in, 0, PAGE_MAX);
    l.id = parameter_integer_or(&in, "SkillGroupId", 0, 0, JSON_INTEGER_MAX);
    l.modified_s = parameter_integer_or(&in, "ModifiedTime", 0, 0, JSON_INTEGER_MAX / 1000);
    l.name = parameter_text_or(&in, "SkillGroupName", NULL, STORE_TEXT - 1);
    if (l.name && !*l.name) l.name = NULL;
    if (call->code) return;
    if (call->api->settings) l.rules = settings_phone_of(call->api->settings, app_id);
    json_open_array(call->out, "SkillGroupList");
    action_store_failed(call, store_list_groups(call->api->store, app_id, each_group, &l));
    json_close(call->out);
    json_put_integer(call->out, "TotalCount", l.page.total);
}
