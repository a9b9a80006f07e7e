/* dispatch.c: the rules of dispatch, one after the other over the whole snapshot. Layer: server. Sans-IO.
 * dispatch_index.c decides the same without looking at everybody; a test compares the two.
 */
#include "server/acd/dispatch.h"

#include "tccc/error.h"

#include <stdlib.h>

bool dispatch_is_older(const dispatch_contact *a, const dispatch_contact *b) {
    return a->since_ms != b->since_ms ? a->since_ms < b->since_ms : a->id < b->id;
}

bool dispatch_was_tried(const dispatch_contact *contact, uint32_t agent_id) {
    for (int i = 0; i < contact->n_tried; i++)
        if (contact->tried[i] == agent_id)
            return true;
    return false;
}

int dispatch_compare(const dispatch_rank *a, const dispatch_rank *b, bool fewest_calls) {
    if (a->priority != b->priority)
        return a->priority < b->priority ? -1 : 1;
    if (fewest_calls && a->answered_today != b->answered_today)
        return a->answered_today < b->answered_today ? -1 : 1;
    if (a->free_since_ms != b->free_since_ms)
        return a->free_since_ms < b->free_since_ms ? -1 : 1;
    return a->agent_id < b->agent_id ? -1 : a->agent_id > b->agent_id;
}

/* False: the agent is not in the group. */
static bool rank_in_group(const dispatch_agent *a, int64_t group_id, dispatch_rank *rank) {
    *rank = (dispatch_rank){ 0, a->answered_today, a->free_since_ms, a->id };
    for (int i = 0; i < a->n_members; i++)
        if (a->members[i].group_id == group_id) {
            rank->priority = a->members[i].priority;
            return true;
        }
    return group_id == 0;
}

/* The agent for one contact, or -1. */
static int choose(const dispatch_snapshot *s, const dispatch_contact *c, const bool *taken) {
    int best = -1;
    dispatch_rank best_rank = { 0 }, rank;
    for (int i = 0; i < s->n_agents; i++) {
        const dispatch_agent *a = &s->agents[i];
        if (taken[i] || dispatch_was_tried(c, a->id))
            continue;
        if (c->only_agent) {
            if (c->only_agent == a->id && a->callable)
                return i;
            continue;
        }
        if (!a->free || !rank_in_group(a, c->group_id, &rank))
            continue;
        if (c->last_agent && c->last_agent == a->id)
            return i;
        if (best < 0 || dispatch_compare(&rank, &best_rank, c->fewest_calls) < 0) {
            best = i;
            best_rank = rank;
        }
    }
    return best;
}

static int by_age(const void *left, const void *right) {
    const dispatch_contact *a = *(const dispatch_contact *const *)left, *b = *(const dispatch_contact *const *)right;
    return dispatch_is_older(a, b) ? -1 : dispatch_is_older(b, a);
}

int dispatch(const dispatch_snapshot *s, uint64_t now_ms, dispatch_offer *offers, int capacity) {
    (void)now_ms;
    bool *taken = calloc((size_t)s->n_agents + 1, sizeof *taken);
    const dispatch_contact **line = calloc((size_t)s->n_contacts + 1, sizeof *line);
    int n = taken && line ? 0 : TCCC_E_NO_MEMORY;
    for (int i = 0; i < s->n_contacts && n == 0; i++)
        line[i] = &s->contacts[i];
    if (n == 0)
        qsort(line, (size_t)s->n_contacts, sizeof *line, by_age);
    for (int i = 0; n >= 0 && i < s->n_contacts && n < capacity; i++) {
        bool more = true;
        for (int agent; more && n < capacity && (agent = choose(s, line[i], taken)) >= 0;) {
            taken[agent] = true;
            offers[n++] = (dispatch_offer){ line[i]->id, s->agents[agent].id };
            more = line[i]->ring_all && !line[i]->only_agent;
        }
    }
    free(taken);
    free(line);
    return n;
}
