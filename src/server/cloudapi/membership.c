/* membership.c: BindStaffSkillGroupList and UnbindStaffSkillGroupList. Layer: server. Rows ADM-034, ADM-049, ACD-032. */
#include "server/cloudapi/skill_group.h"
#include "server/cloudapi/staff.h"
#include "server/store/staff.h"
#include "tccc/error.h"

enum { GROUPS_MAX = 100, PRIORITY_MAX = 5 };   /* documented: 1 highest, 5 lowest */

typedef struct {
    int64_t group_id;
    int priority;
} binding;

const char *const members_bind_staff_skill_group_list[] = { "SdkAppId", "StaffEmail", "StaffSkillGroupList", "SkillGroupList", NULL };
static const char *const binding_members[] = { "SkillGroupId", "Priority", NULL };

static int read_bindings(const parameters *in, int64_t app_id, binding list[GROUPS_MAX]) {
    static parameters each[GROUPS_MAX]; /* the control thread is the only one here */
    store_group group;
    int n = parameter_objects(in, "StaffSkillGroupList", 1, GROUPS_MAX, binding_members, each);
    for (int i = 0; i < n; i++) {
        list[i].group_id = parameter_integer(&each[i], "SkillGroupId", 1, JSON_INTEGER_MAX);
        list[i].priority = (int)parameter_integer_or(&each[i], "Priority", STAFF_PRIORITY_DEFAULT, 1, PRIORITY_MAX);
        skill_group_find(&each[i], "SkillGroupId", app_id, list[i].group_id, &group);
    }
    return n;
}

/* Ids alone, each with the default priority: SkillGroupList of older SDKs, and of UnbindStaffSkillGroupList. */
static int read_ids(const parameters *in, int64_t app_id, binding list[GROUPS_MAX]) {
    int64_t ids[GROUPS_MAX];
    store_group group;
    int n = parameter_integers(in, "SkillGroupList", 1, GROUPS_MAX, ids, 1, JSON_INTEGER_MAX);
    for (int i = 0; i < n; i++) {
        list[i] = (binding){ ids[i], STAFF_PRIORITY_DEFAULT };
        skill_group_find(in, "SkillGroupList", app_id, ids[i], &group);
    }
    return n;
}

void action_bind_staff_skill_group_list(action_call *call) {
    parameters in = parameters_of(call);
    binding list[GROUPS_MAX];
    store_agent row;
    int64_t app_id = action_app(call);
    const char *user_id = parameter_text(&in, "StaffEmail", STAFF_ACCOUNT_MAX);
    bool old = parameter_given(&in, "SkillGroupList") && !parameter_given(&in, "StaffSkillGroupList");
    int n = old ? read_ids(&in, app_id, list) : read_bindings(&in, app_id, list);
    if (!staff_find(&in, "StaffEmail", app_id, user_id, &row) || action_store_failed(call, store_begin(call->api->store))) return;
    for (int i = 0; i < n; i++)
        action_store_failed(call, store_put_member(call->api->store, list[i].group_id, app_id, user_id, list[i].priority));
    action_store_failed(call, store_end(call->api->store));
    staff_changed(call, app_id);
}

const char *const members_unbind_staff_skill_group_list[] = { "SdkAppId", "StaffEmail", "SkillGroupList", NULL };

void action_unbind_staff_skill_group_list(action_call *call) {
    parameters in = parameters_of(call);
    binding list[GROUPS_MAX];
    roster r;
    store_agent row;
    int64_t app_id = action_app(call);
    const char *user_id = parameter_text(&in, "StaffEmail", STAFF_ACCOUNT_MAX);
    int n = read_ids(&in, app_id, list);
    if (!staff_find(&in, "StaffEmail", app_id, user_id, &row) || !roster_load(&r, call, app_id)) return;
    if (!action_store_failed(call, store_begin(call->api->store))) {
        for (int i = 0; i < n; i++) /* an agent who is not in the group is not in it afterwards either */
            if (roster_has(&r, user_id, list[i].group_id))
                action_store_failed(call, store_delete_member(call->api->store, list[i].group_id, app_id, user_id));
        action_store_failed(call, store_end(call->api->store));
    }
    staff_changed(call, app_id);
    roster_free(&r);
}
