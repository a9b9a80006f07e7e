/* staff_list.c: DescribeStaffInfoList. Layer: server. Rows ADM-037, ADM-038. */
#include "server/cloudapi/page.h"
#include "server/cloudapi/skill_group.h"
#include "server/cloudapi/staff.h"

#include <string.h>

enum { PAGE_MAX = 9999 };             /* documented */

const char *const members_describe_staff_info_list[] = { "SdkAppId", "PageSize", "PageNumber", "StaffMail", "ModifiedTime", "SkillGroupId", NULL };

typedef struct {
    json_writer *out;
    page page;
    roster roster;
    const char *user_id;              /* NULL: any */
    int64_t modified_s, group_id;     /* 0: any */
} listing;

static void put_groups(json_writer *out, const roster *r, const char *user_id) {
    int n;
    const roster_member *list = roster_of(r, user_id, &n);
    json_open_array(out, "SkillGroupList");
    for (int i = 0; i < n; i++) {
        const store_group *group = roster_group(r, list[i].group_id);
        json_open_object(out, NULL);
        json_put_integer(out, "SkillGroupId", list[i].group_id);
        json_put_string(out, "SkillGroupName", group ? group->name : "");
        json_put_integer(out, "Priority", list[i].priority);
        json_put_string(out, "Type", skill_group_kind(group));
        json_close(out);
    }
    json_close(out);
}

static void put_staff(json_writer *out, const roster *r, const store_agent *row) {
    json_open_object(out, NULL);
    json_put_string(out, "Name", row->name);
    json_put_string(out, "Mail", row->user_id);
    json_put_string(out, "Phone", row->phone);
    json_put_string(out, "Nick", row->nick);
    json_put_string(out, "StaffNumber", row->staff_number);
    json_put_integer(out, "RoleId", row->role);
    json_put_integer(out, "RoleIdList", row->role);
    json_open_array(out, "RoleList");
    json_put_integer(out, NULL, row->role);
    json_close(out);
    put_groups(out, r, row->user_id);
    json_put_integer(out, "LastModifyTimestamp", row->modified_ms / 1000);
    json_put_string(out, "ExtensionNumber", row->extension);
    staff_put_forwarding(out, row);
    json_close(out);
}

static bool each_agent(void *ctx, const store_agent *row) {
    listing *l = ctx;
    bool fits = (!l->user_id || strcmp(l->user_id, row->user_id) == 0) && row->modified_ms / 1000 >= l->modified_s
             && (!l->group_id || roster_has(&l->roster, row->user_id, l->group_id));
    if (fits && page_take(&l->page)) put_staff(l->out, &l->roster, row);
    return true;
}

void action_describe_staff_info_list(action_call *call) {
    parameters in = parameters_of(call);
    listing l = { .out = call->out };
    int64_t app_id = action_app(call);
    l.page = page_read(&in, 0, PAGE_MAX);
    l.user_id = parameter_text_or(&in, "StaffMail", NULL, STAFF_ACCOUNT_MAX);
    l.modified_s = parameter_integer_or(&in, "ModifiedTime", 0, 0, JSON_INTEGER_MAX / 1000);
    l.group_id = parameter_integer_or(&in, "SkillGroupId", 0, 0, JSON_INTEGER_MAX);
    if (l.user_id && !*l.user_id) l.user_id = NULL;
    if (call->code || !roster_load(&l.roster, call, app_id)) return;
    json_open_array(call->out, "StaffList");
    action_store_failed(call, store_list_agents(call->api->store, app_id, each_agent, &l));
    json_close(call->out);
    json_put_integer(call->out, "TotalCount", l.page.total);
    roster_free(&l.roster);
}
