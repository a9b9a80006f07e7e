/* live_routes.c: what agents and queues do at this moment. Layer: server. */
#include "server/admin/route.h"
#include "tccc/error.h"

#include <string.h>

typedef struct {
    admin_call *call;
    int64_t group_id;                 /* 0: everybody */
    int offset, limit, n;
} listing;

static void put_agent(json_writer *out, const agent *a) {
    json_open_object(out, NULL);
    json_put_string(out, "userId", agent_row(a)->user_id);
    json_put_string(out, "name", agent_row(a)->name);
    json_put_string(out, "status", agent_status_name(agent_status_of(a)));
    json_put_bool(out, "connected", agent_is_connected(a));
    json_put_string(out, "restReason", agent_reason(a));
    json_put_string(out, "reserved", agent_reserved(a));
    json_put_integer(out, "since", agent_since_ms(a) / 1000);
    json_put_integer(out, "countdown", agent_countdown_s(a));
    json_put_string(out, "sessionId", agent_session(a));
    json_put_integer(out, "answeredToday", agent_answered_today(a));
    json_close(out);
}

static bool each_agent(void *ctx, agent *a) {
    listing *l = ctx;
    if (!agent_in_group(a, l->group_id))
        return true;
    if (l->n >= l->offset && l->n < l->offset + l->limit)
        put_agent(l->call->out, a);
    l->n++;
    return true;
}

void route_live_agents(admin_call *call) {
    listing l = { .call = call, .group_id = admin_query_integer(call, "groupId", 0, 0, JSON_INTEGER_MAX) };
    admin_page(call, &l.offset, &l.limit);
    if (call->http)
        return;
    json_open_array(call->out, "agents");
    agents_each(call->all->parts.agents, call->app_id, each_agent, &l);
    json_close(call->out);
    json_put_integer(call->out, "total", l.n);
}

static void put_queue(listing *l, int64_t group_id, const char *name) {
    json_writer *out = l->call->out;
    acd_queue_length length = acd_length(l->call->all->parts.queues, l->call->app_id, group_id);
    json_open_object(out, NULL);
    json_put_integer(out, "groupId", group_id);
    json_put_string(out, "name", name);
    json_put_integer(out, "waiting", length.waiting);
    json_put_integer(out, "longestSeconds", (int64_t)(length.longest_ms / 1000));
    json_close(out);
}

static bool each_group(void *ctx, const store_group *group) {
    listing *l = ctx;
    if (l->n >= l->offset && l->n < l->offset + l->limit)
        put_queue(l, group->id, group->name);
    l->n++;
    return true;
}

/* groupId 0 is the whole app. */
void route_live_queues(admin_call *call) {
    listing l = { .call = call };
    admin_page(call, &l.offset, &l.limit);
    if (call->http)
        return;
    json_open_array(call->out, "queues");
    put_queue(&l, 0, "");
    admin_store_failed(call, store_list_groups(call->all->parts.store, call->app_id, each_group, &l), "", NULL);
    json_close(call->out);
    json_put_integer(call->out, "total", l.n);
}
