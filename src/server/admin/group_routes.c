/* group_routes.c: skill groups. Layer: server. Rows ADM-043 to ADM-051. */
#include "server/admin/route.h"
#include "tccc/error.h"

#include <stdio.h>
#include <string.h>

enum { NAME_CHARACTERS = 20 };        /* ADM-043; AMB-22: Unicode characters */

static const char *const types[] = { "phone", "online", "audio", "video", NULL };
static const enum group_type type_values[] = { GROUP_PHONE, GROUP_ONLINE, GROUP_AUDIO, GROUP_VIDEO };

static store *db_of(const admin_call *call) { return call->all->parts.store; }

static const char *type_name(enum group_type type) {
    int i = 0;
    while (i < 3 && type_values[i] != type)
        i++;
    return types[i];
}

static void put_group(json_writer *out, const store_group *group) {
    json_put_integer(out, "groupId", group->id);
    json_put_string(out, "name", group->name);
    json_put_string(out, "type", type_name(group->type));
    json_put_integer(out, "maxConcurrency", group->max_concurrency);
    json_put_bool(out, "ringAll", group->ring_all);
}

typedef struct {
    admin_call *call;
    int offset, limit, n;
    const char *name;                 /* taken(): who has it */
    int64_t id;
} listing;

static bool each_group(void *ctx, const store_group *group) {
    listing *l = ctx;
    if (l->n >= l->offset && l->n < l->offset + l->limit) {
        json_open_object(l->call->out, NULL);
        put_group(l->call->out, group);
        json_close(l->call->out);
    }
    l->n++;
    return true;
}

void route_list_groups(admin_call *call) {
    listing l = { .call = call };
    admin_page(call, &l.offset, &l.limit);
    if (call->http)
        return;
    json_open_array(call->out, "groups");
    admin_store_failed(call, store_list_groups(db_of(call), call->app_id, each_group, &l), "", NULL);
    json_close(call->out);
    json_put_integer(call->out, "total", l.n);
}

static bool each_member(void *ctx, const store_agent *agent, int priority) {
    json_writer *out = ctx;
    json_open_object(out, NULL);
    json_put_string(out, "userId", agent->user_id);
    json_put_string(out, "name", agent->name);
    json_put_integer(out, "priority", priority);
    json_close(out);
    return true;
}

static bool find(admin_call *call, store_group *group) {
    int64_t id = admin_param_id(call, 0);
    if (!call->http && !admin_store_failed(call, store_get_group(db_of(call), id, group), "", "There is no such group.") && group->app_id != call->app_id)
        admin_fail(call, TCCC_E_NOT_FOUND, "", "There is no such group.");
    return !call->http;
}

void route_get_group(admin_call *call) {
    store_group group;
    if (!find(call, &group))
        return;
    put_group(call->out, &group);
    json_open_array(call->out, "agents");
    admin_store_failed(call, store_list_members(db_of(call), group.id, each_member, call->out), "", NULL);
    json_close(call->out);
}

static int characters(const char *text) {
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static bool is_same(void *ctx, const store_group *group) {
    listing *l = ctx;
    l->n += group->id != l->id && !strcmp(group->name, l->name);
    return true;
}

static void read_group(admin_call *call, store_group *group) {
    const char *name = json_string_or(&call->in, "name", group->name, 127);
    int64_t most = json_integer_or(&call->in, "maxConcurrency", group->max_concurrency ? group->max_concurrency : 1, 1, 100);
    group->ring_all = json_bool_or(&call->in, "ringAll", group->ring_all);
    if (admin_failed(call))
        return;
    if (name != group->name)
        snprintf(group->name, sizeof group->name, "%s", name);
    if (!*group->name || characters(group->name) > NAME_CHARACTERS)
        admin_fail(call, TCCC_E_ARG_RANGE, "name", "name must have 1 to 20 characters.");
    if (group->type == GROUP_PHONE && most != 1) /* ADM-046 */
        admin_fail(call, TCCC_E_ARG_RANGE, "maxConcurrency", "maxConcurrency must be 1 for a group of type phone.");
    group->max_concurrency = (int)most;
    listing same = { .name = group->name, .id = group->id };
    if (!call->http && !admin_store_failed(call, store_list_groups(db_of(call), call->app_id, is_same, &same), "", NULL) && same.n)
        admin_fail(call, TCCC_E_STATE, "name", "There is a group of this name already.");
}

static void save(admin_call *call, store_group *group) {
    if (call->http || admin_store_failed(call, store_put_group(db_of(call), group), "", NULL))
        return;
    admin_staff_changed(call);
    put_group(call->out, group);
}

void route_post_group(admin_call *call) {
    store_group group = { .app_id = call->app_id };
    if (!admin_has(call, "name"))
        admin_fail(call, TCCC_E_ARG_MISSING, "name", "name is missing.");
    int type = json_choice_or(&call->in, "type", 0, types);
    if (admin_failed(call))
        return;
    group.type = type_values[type];
    read_group(call, &group);
    save(call, &group);
    call->status = 201;
}

void route_patch_group(admin_call *call) {
    store_group group;
    if (!find(call, &group))
        return;
    read_group(call, &group);
    save(call, &group);
}

/* ADM-051: agents stay and lose the membership. */
void route_delete_group(admin_call *call) {
    store_group group;
    if (!find(call, &group) || admin_store_failed(call, store_delete_group(db_of(call), group.id), "", NULL))
        return;
    admin_staff_changed(call);
    call->status = 204;
}
