/* call_directory.c: whom and what a page can transfer to: groups, agents with their status, self-service flows, and the reasons of
 * rest. Layer: server. Source: docs/protocol.md, directory.get. */
#include "server/call/call_state.h"

#include <stdio.h>
#include <string.h>

/* A page's transfer list, not the address book of a city: agents beyond it are left out, those who are there first. */
enum { DIRECTORY_GROUPS = 200, DIRECTORY_AGENTS = 400, DIRECTORY_FLOWS = 100, ID_LEN = 21 };

typedef struct {
    char id[ID_LEN], name[STORE_TEXT];
    int64_t number;
} named;

typedef struct {
    calls *all;
    int64_t app_id;
    named group_rows[DIRECTORY_GROUPS], flow_rows[DIRECTORY_FLOWS];
    wire_directory_group groups[DIRECTORY_GROUPS];
    wire_directory_agent agents[DIRECTORY_AGENTS];
    wire_directory_flow flows[DIRECTORY_FLOWS];
    const char **group_ids;          /* of all agents, one after the other */
    int n_group_ids, room;
    wire_directory told;
    bool offline;                    /* this turn takes those who are not there */
    json_value *rest;
} directory;

static named name_row(int64_t number, const char *name) {
    named row = { .number = number };
    snprintf(row.id, sizeof row.id, "%lld", (long long)number);
    snprintf(row.name, sizeof row.name, "%s", name);
    return row;
}

static bool take_group(void *ctx, const store_group *group) {
    directory *d = ctx;
    int n = d->told.n_groups;
    if (n == DIRECTORY_GROUPS)
        return false;
    d->group_rows[n] = name_row(group->id, group->name);
    d->groups[n] = (wire_directory_group){ .id = d->group_rows[n].id, .name = d->group_rows[n].name,
                                           .waiting = acd_length(d->all->parts.queues, d->app_id, group->id).waiting };
    d->told.n_groups++;
    return true;
}

static bool take_flow(void *ctx, const store_flow *flow) {
    directory *d = ctx;
    int n = d->told.n_flows;
    if (!flow->published || strcmp(flow->kind, "selfService"))
        return true;
    if (n == DIRECTORY_FLOWS)
        return false;
    d->flow_rows[n] = name_row(flow->id, flow->name);
    d->flows[n] = (wire_directory_flow){ .id = d->flow_rows[n].id, .name = d->flow_rows[n].name };
    d->told.n_flows++;
    return true;
}

static int group_at(const directory *d, int64_t id) {
    for (int i = 0; i < d->told.n_groups; i++)
        if (d->group_rows[i].number == id)
            return i;
    return -1;
}

static bool count_agent(void *ctx, agent *a) {
    directory *d = ctx;
    const store_membership *list;
    int n = agent_groups(a, &list);
    for (int i = 0; i < n; i++) {
        int at = group_at(d, list[i].group_id);
        if (at < 0)
            continue;
        d->groups[at].online += agent_is_present(a);
        d->groups[at].free += agent_is_free(a);
    }
    d->room += n;
    return true;
}

static const char *const *take_group_ids(directory *d, agent *a, int *n_taken) {
    const store_membership *list;
    int n = agent_groups(a, &list), begin = d->n_group_ids;
    for (int i = 0; i < n && d->n_group_ids < d->room; i++) {
        int at = group_at(d, list[i].group_id);
        if (at >= 0)
            d->group_ids[d->n_group_ids++] = d->group_rows[at].id;
    }
    *n_taken = d->n_group_ids - begin;
    return d->group_ids + begin;
}

static bool take_agent(void *ctx, agent *a) {
    directory *d = ctx;
    const store_agent *row = agent_row(a);
    if ((agent_status_of(a) == AGENT_STATUS_OFFLINE) != d->offline)
        return true;
    if (d->told.n_agents == DIRECTORY_AGENTS) {
        d->told.more = true;
        return false;
    }
    wire_directory_agent *told = &d->agents[d->told.n_agents++];
    *told = (wire_directory_agent){ .user_id = row->user_id, .name = row->name, .status = agent_status_of(a),
                                    .extension = row->extension[0] ? row->extension : NULL, .has_mobile = row->phone[0] };
    told->groups = take_group_ids(d, a, &told->n_groups);
    return true;
}

static void read_rest_reasons(directory *d) {
    char *text = settings_get(d->all->parts.settings, d->app_id, "restReasons");
    if (text && !json_parse(text, strlen(text), strlen(text), &d->rest)) {
        const json_value *list = json_member(d->rest, "reasons");
        d->told.rest_reasons = json_is_array(list) ? list : NULL;
    }
    free(text);
}

static int fill(directory *d) {
    calls_parts *parts = &d->all->parts;
    if (store_list_groups(parts->store, d->app_id, take_group, d) || store_list_flows(parts->store, d->app_id, take_flow, d))
        return TCCC_E_IO;
    agents_each(parts->agents, d->app_id, count_agent, d);
    d->group_ids = calloc((size_t)d->room + 1, sizeof *d->group_ids);
    if (!d->group_ids)
        return TCCC_E_NO_MEMORY;
    for (int turn = 0; turn < 2 && !d->told.more; turn++) {
        d->offline = turn;
        agents_each(parts->agents, d->app_id, take_agent, d);
    }
    read_rest_reasons(d);
    return 0;
}

/* Leaves agents out until the answer fits into one message. */
static void shorten(directory *d) {
    static char text[WIRE_TEXT_MAX + 1];
    wire_message answer = { .kind = WIRE_RES, .answer = { .id = WIRE_ID_MAX, .ok = true, .method = WIRE_DIRECTORY_GET,
                                                          .result = { .directory = &d->told } } };
    while (wire_print(&answer, text, sizeof text) < 0 && d->told.n_agents > 0) {
        d->told.n_agents -= d->told.n_agents / 8 + 1;
        d->told.more = true;
    }
}

void calls_directory(void *ctx, seat *s, uint64_t ticket) {
    directory *d = calloc(1, sizeof *d);
    int error = TCCC_E_NO_MEMORY;
    if (d) {
        d->all = ctx;
        d->app_id = seat_agent(s)->app_id;
        d->told = (wire_directory){ .groups = d->groups, .agents = d->agents, .flows = d->flows };
        error = fill(d);
        shorten(d);
    }
    seat_answer(s, ticket, WIRE_DIRECTORY_GET, d ? &(wire_result){ .directory = &d->told } : NULL, error, NULL);
    if (!d)
        return;
    json_free(d->rest);
    free(d->group_ids);
    free(d);
}
