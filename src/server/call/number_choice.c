/* number_choice.c: which of our numbers an outbound call shows. Layer: server. */
#include "server/call/number_choice.h"

#include <stdlib.h>
#include <string.h>

enum { NEVER = 1 << 20, BY_GROUP = 1000, BY_AGENT = 2000, EVERYBODYS = 3000 };

static bool bound_to(const store_number *n, int64_t group) {
    for (int i = 0; i < n->n_outbound_groups; i++)
        if (n->outbound_groups[i] == group)
            return true;
    return false;
}

static int first_of_agent(const number_wish *w, const store_number *n) {
    for (int i = 0; i < w->n_groups; i++)
        if (bound_to(n, w->groups[i]))
            return i;
    return -1;
}

static bool may_use(const number_wish *w, const store_number *n) {
    return w->any_group || !n->n_outbound_groups || first_of_agent(w, n) >= 0 || (w->group_id && bound_to(n, w->group_id));
}

static int by_id(const number_wish *w, const store_number *n) {
    for (int i = 0; i < w->n_ids; i++)
        if (!strcmp(w->ids[i], n->number) || (strlen(w->ids[i]) < 19 && bound_to(n, atoll(w->ids[i]))))
            return i;
    return NEVER;
}

/* Lower is better. */
static int rank(const number_wish *w, const store_number *n) {
    if (!may_use(w, n))
        return NEVER;
    if (w->wanted)
        return strcmp(w->wanted, n->number) ? NEVER : 0;
    if (w->n_ids)
        return by_id(w, n);
    if (w->group_id && bound_to(n, w->group_id))
        return BY_GROUP;
    int place = first_of_agent(w, n);
    return place >= 0 ? BY_AGENT + place : EVERYBODYS;
}

void number_choice_begin(number_choice *c, const number_wish *wish) { *c = (number_choice){ .wish = *wish, .rank = NEVER }; }

void number_choice_consider(number_choice *c, const store_number *n) {
    if (!n->outbound || (n->state && n->state != NUMBER_NORMAL))
        return;
    int r = rank(&c->wish, n);
    if (r >= c->rank)
        return;
    c->rank = r;
    c->best = *n;
    c->found = true;
}

int64_t number_queue_group(const store_number *n, const int64_t *groups, int n_groups) {
    if (n_groups == 1)
        return groups[0];
    if (n && n->n_outbound_groups)
        return n->outbound_groups[0];
    return n_groups ? groups[0] : 0;
}
