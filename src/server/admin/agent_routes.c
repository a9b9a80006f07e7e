/* agent_routes.c: agents, their groups, and what they choose for themselves. Layer: server. Rows ADM-027 to ADM-041, ACD-030, ACD-031. */
#include "server/admin/route.h"
#include "server/store/staff.h"
#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const roles[] = { "admin", "inspector", "agent", NULL };               /* enum staff_role from 1 */
static const char *const mobiles[] = { "off", "whenOffline", "always", NULL };                    /* enum staff_mobile */
static const char *const forwards[] = { "off", "always", "cannotAnswer", NULL };                  /* enum staff_forward */
static const char *const forward_targets[] = { "extension", "agent", "group", NULL };            /* enum staff_forward_to */

static store *db_of(const admin_call *call) { return call->all->parts.store; }

/* ---- showing ---- */

typedef struct {
    json_writer *out;
} writing;

static bool put_membership(void *ctx, const store_membership *m) {
    writing *w = ctx;
    json_open_object(w->out, NULL);
    json_put_integer(w->out, "groupId", m->group_id);
    json_put_string(w->out, "name", m->group_name);
    json_put_integer(w->out, "priority", m->priority);
    json_close(w->out);
    return true;
}

static void put_preferences(json_writer *out, const store_agent *row) {
    json_put_string(out, "mobileAccept", mobiles[row->mobile_accept]);
    json_put_bool(out, "mobileCallOut", row->mobile_call_out);
    json_open_object(out, "forward");
    json_put_string(out, "when", forwards[row->forward]);
    json_put_string(out, "to", forward_targets[row->forward_to]);
    json_put_string(out, "target", row->forward_target);
    json_close(out);
}

static void put_agent(admin_call *call, const store_agent *row) {
    writing w = { call->out };
    json_writer *out = call->out;
    json_put_string(out, "userId", row->user_id);
    json_put_string(out, "name", row->name);
    json_put_string(out, "nick", row->nick);
    json_put_string(out, "staffNumber", row->staff_number);
    json_put_string(out, "phone", row->phone);
    json_put_string(out, "role", roles[row->role ? row->role - 1 : 2]);
    json_put_string(out, "extension", row->extension);
    put_preferences(out, row);
    json_open_array(out, "groups");
    admin_store_failed(call, store_list_memberships(db_of(call), row->app_id, row->user_id, put_membership, &w), "", NULL);
    json_close(out);
}

typedef struct {
    const char *user_id, *name, *phone; /* ADM-038: what they must hold; NULL: any */
    int offset, limit, n, n_rows;
    store_agent *rows;
} listing;

static bool holds(const char *text, const char *part) { return !part || strstr(text, part); }

static bool take_agent(void *ctx, const store_agent *row) {
    listing *l = ctx;
    if (!holds(row->user_id, l->user_id) || !holds(row->name, l->name) || !holds(row->phone, l->phone))
        return true;
    if (l->n >= l->offset && l->n_rows < l->limit)
        l->rows[l->n_rows++] = *row;
    l->n++;
    return true;
}

void route_list_agents(admin_call *call) {
    listing l = { .user_id = query_get(&call->query, "userId"), .name = query_get(&call->query, "name"), .phone = query_get(&call->query, "phone") };
    admin_page(call, &l.offset, &l.limit);
    l.rows = call->http ? NULL : calloc((size_t)l.limit, sizeof *l.rows);
    if (!l.rows || admin_store_failed(call, store_list_agents(db_of(call), call->app_id, take_agent, &l), "", NULL)) {
        admin_fail(call, TCCC_E_NO_MEMORY, "", NULL);
        free(l.rows);
        return;
    }
    json_put_integer(call->out, "total", l.n);
    json_open_array(call->out, "agents");
    for (int i = 0; i < l.n_rows; i++) {
        json_open_object(call->out, NULL);
        put_agent(call, &l.rows[i]);
        json_close(call->out);
    }
    json_close(call->out);
    free(l.rows);
}

static bool find_agent(admin_call *call, const char *user_id, store_agent *row) {
    return !admin_store_failed(call, store_get_agent(db_of(call), call->app_id, user_id, row), "", "There is no such agent.");
}

void route_get_agent(admin_call *call) {
    store_agent row;
    if (find_agent(call, call->params[0], &row))
        put_agent(call, &row);
}

/* ---- changing ---- */

static void read_text(admin_call *call, const char *member, char *text, size_t capacity, size_t max) {
    if (!admin_has(call, member))
        return;
    const char *given = json_string(&call->in, member, 0, max);
    if (given)
        snprintf(text, capacity, "%s", given);
}

static bool is_telephone(const char *text) {
    size_t n = strlen(text), digits = strspn(text + (*text == '+'), "0123456789");
    return n >= 3 && digits + (*text == '+') == n;
}

static bool forward_target_exists(admin_call *call, const store_agent *row) {
    store_agent agent;
    store_group group;
    store_extension extension;
    switch (row->forward_to) {
    case STAFF_TO_EXTENSION:
        return !store_get_extension(db_of(call), row->forward_target, &extension) && extension.app_id == row->app_id;
    case STAFF_TO_AGENT:
        return strcmp(row->forward_target, row->user_id) && !store_get_agent(db_of(call), row->app_id, row->forward_target, &agent);
    case STAFF_TO_GROUP:
        return !store_get_group(db_of(call), atoll(row->forward_target), &group) && group.app_id == row->app_id;
    }
    return false;
}

static void read_forward(admin_call *call, store_agent *row) {
    const json_value *given = admin_has(call, "forward") ? json_object(&call->in, "forward") : NULL;
    if (!given)
        return;
    json_reader in = json_read(given);
    int when = json_choice(&in, "when", forwards), to = json_choice_or(&in, "to", (int)row->forward_to, forward_targets);
    const char *target = json_string_or(&in, "target", row->forward_target, ADMIN_USER_MAX);
    if (in.error) {
        char field[80];
        snprintf(field, sizeof field, "forward.%.*s", (int)strcspn(in.message, " "), in.message);
        admin_fail(call, in.error, field, in.message);
        return;
    }
    char kept[STORE_TEXT];
    snprintf(kept, sizeof kept, "%s", target);
    row->forward = (enum staff_forward)when;
    row->forward_to = (enum staff_forward_to)to;
    memcpy(row->forward_target, kept, sizeof kept);
    if (row->forward != STAFF_FORWARD_OFF && !forward_target_exists(call, row))
        admin_fail(call, TCCC_E_ARG_RANGE, "forward.target", "forward.target must be an extension, another agent or a group of the app, as forward.to says.");
}

static void read_preferences(admin_call *call, store_agent *row) {
    int mobile = json_choice_or(&call->in, "mobileAccept", (int)row->mobile_accept, mobiles);
    row->mobile_call_out = json_bool_or(&call->in, "mobileCallOut", row->mobile_call_out);
    if (mobile >= 0)
        row->mobile_accept = (enum staff_mobile)mobile;
    read_forward(call, row);
    if ((row->mobile_accept != STAFF_MOBILE_OFF || row->mobile_call_out) && !row->phone[0])
        admin_fail(call, TCCC_E_ARG_RANGE, "phone", "The agent needs a phone number before mobileAccept or mobileCallOut can be on.");
}

static void read_agent(admin_call *call, store_agent *row) {
    read_text(call, "name", row->name, sizeof row->name, 127);
    read_text(call, "nick", row->nick, sizeof row->nick, 127);
    read_text(call, "phone", row->phone, sizeof row->phone, 32);
    if (!call->in.error && row->phone[0] && !is_telephone(row->phone))
        json_fail(&call->in, TCCC_E_ARG_RANGE, "phone", "must have 3 to 32 digits, the first of which may be a +");
    if (!admin_failed(call))
        read_preferences(call, row);
}

static void save(admin_call *call, const store_agent *row) {
    if (admin_failed(call) || admin_store_failed(call, store_put_agent(db_of(call), row), "", NULL))
        return;
    admin_staff_changed(call);
}

void route_post_agent(admin_call *call) {
    store_agent row = { .app_id = call->app_id }, old;
    const char *user_id = json_string(&call->in, "userId", 1, ADMIN_USER_MAX);
    int role = json_choice_or(&call->in, "role", 2, roles);
    if (admin_failed(call))
        return;
    row.role = (enum staff_role)(role + 1);
    snprintf(row.user_id, sizeof row.user_id, "%s", user_id);
    snprintf(row.name, sizeof row.name, "%s", user_id);
    read_text(call, "staffNumber", row.staff_number, sizeof row.staff_number, 32);
    read_agent(call, &row);
    if (!store_get_agent(db_of(call), call->app_id, user_id, &old))
        admin_fail(call, TCCC_E_STATE, "userId", "There is an agent with this userId already.");
    save(call, &row);
    call->status = 201;
    if (!call->http)
        put_agent(call, &row);
}

/* ADM-028 to ADM-030: userId, staff number and role stay as they are. */
void route_patch_agent(admin_call *call) {
    store_agent row;
    if (!find_agent(call, call->params[0], &row))
        return;
    read_agent(call, &row);
    save(call, &row);
    if (!call->http)
        put_agent(call, &row);
}

/* ADM-041 */
void route_delete_agent(admin_call *call) {
    store_agent row;
    if (!find_agent(call, call->params[0], &row))
        return;
    if (!strcmp(call->who.user_id, row.user_id))
        admin_fail(call, TCCC_E_STATE, "", "You cannot delete yourself.");
    else if (!admin_store_failed(call, store_delete_agent(db_of(call), call->app_id, row.user_id), "", NULL)) {
        session_close_all(&call->all->sessions, call->app_id, row.user_id, NULL);
        admin_staff_changed(call);
    }
    call->status = 204;
}

/* ---- memberships ---- */

static bool find_group(admin_call *call, store_group *group) {
    int64_t id = admin_param_id(call, 1);
    if (!call->http && !admin_store_failed(call, store_get_group(db_of(call), id, group), "", "There is no such group.") && group->app_id != call->app_id)
        admin_fail(call, TCCC_E_NOT_FOUND, "", "There is no such group.");
    return !call->http;
}

void route_put_membership(admin_call *call) {
    store_agent row;
    store_group group;
    int priority = (int)json_integer_or(&call->in, "priority", 3, 1, 5); /* as the cloud API's: 1 highest, 5 lowest */
    if (admin_failed(call) || !find_agent(call, call->params[0], &row) || !find_group(call, &group))
        return;
    if (!admin_store_failed(call, store_put_member(db_of(call), group.id, call->app_id, row.user_id, priority), "", NULL))
        admin_staff_changed(call);
    call->status = 204;
}

void route_delete_membership(admin_call *call) {
    store_agent row;
    store_group group;
    if (!find_agent(call, call->params[0], &row) || !find_group(call, &group))
        return;
    if (!admin_store_failed(call, store_delete_member(db_of(call), group.id, call->app_id, row.user_id), "", "The agent is not in this group."))
        admin_staff_changed(call);
    call->status = 204;
}

/* ---- one's own ---- */

static bool find_self(admin_call *call, store_agent *row) {
    call->app_id = call->who.app_id;
    if (!call->who.by_cookie)
        admin_fail(call, TCCC_E_STATE, "", "An API key is no agent.");
    return !call->http && find_agent(call, call->who.user_id, row);
}

void route_get_preferences(admin_call *call) {
    store_agent row;
    if (find_self(call, &row))
        put_preferences(call->out, &row);
}

void route_patch_preferences(admin_call *call) {
    store_agent row;
    if (!find_self(call, &row))
        return;
    read_preferences(call, &row);
    save(call, &row);
    if (!call->http)
        put_preferences(call->out, &row);
}
