/* dispatch_index.c: per group its free agents, sorted for both strategies, and its line of contacts. Layer: server. Sans-IO.
 *
 * Only a group into which an agent or a contact has come since it was last looked through can hold an offer: such groups (and
 * agents with contacts of their own) are "open". What looks through an open group without finding anything closes it.
 */
#include "server/acd/dispatch_index.h"

#include "server/acd/contact_line.h"
#include "server/edge/id_map.h"
#include "tccc/error.h"

#include <stdlib.h>
#include <string.h>

typedef struct line {                /* of a group, or of one agent */
    contact_line contacts;
    bool open, changed;
    struct line *next_open, *next_changed;
    struct group *group;             /* whose it is: one of these two */
    struct member *agent;
} line;

typedef struct group {
    line line;
    int64_t id;
    int n_members, n_free, capacity;
    dispatch_rank *by_idle, *by_calls; /* n_free of each, in the order of asking; room for all members */
} group;

typedef struct member {              /* an agent */
    line line;                       /* contacts for it alone */
    dispatch_agent is;
    bool known;                      /* false: only contacts know it */
    group **groups;                  /* as is.members; the last is group 0 */
} member;

typedef struct {
    dispatch_contact is;
    line *in;
} waiting;

struct dispatch_index {
    id_map groups, members, contacts;
    line *open, *changed;
    dispatch_contact ringing;        /* rings all: its next offers; id 0: none */
    dispatch_rank after;             /* who of its group was asked last; agent_id 0: nobody by rank */
};

static uint64_t group_key(int64_t id) { return (uint64_t)id + 1; }

static void open_line(dispatch_index *x, line *l) {
    if (l->open || l->contacts.n == 0)
        return;
    l->open = true;
    l->next_open = x->open;
    x->open = l;
}

static void change_line(dispatch_index *x, line *l) {
    if (l->changed)
        return;
    l->changed = true;
    l->next_changed = x->changed;
    x->changed = l;
}

/* ---- groups ---- */

static group *find_group(const dispatch_index *x, int64_t id) { return id < 0 ? NULL : id_map_get(&x->groups, group_key(id)); }

static group *need_group(dispatch_index *x, int64_t id) {
    group *g = find_group(x, id);
    if (g)
        return g;
    g = calloc(1, sizeof *g);
    if (g && !id_map_put(&x->groups, group_key(id), g)) {
        g->id = id;
        g->line.group = g;
        return g;
    }
    free(g);
    return NULL;
}

/* Room for one member more, so that nobody is turned away later. */
static int reserve(group *g) {
    if (g->n_members < g->capacity)
        return 0;
    int capacity = g->capacity ? 2 * g->capacity : 16;
    dispatch_rank *idle = realloc(g->by_idle, (size_t)capacity * sizeof *idle);
    if (idle)
        g->by_idle = idle;
    dispatch_rank *calls = realloc(g->by_calls, (size_t)capacity * sizeof *calls);
    if (calls)
        g->by_calls = calls;
    if (!idle || !calls)
        return TCCC_E_NO_MEMORY;
    g->capacity = capacity;
    return 0;
}

static int place_of(const dispatch_rank *list, int n, const dispatch_rank *rank, bool fewest_calls) {
    int low = 0, high = n;
    while (low < high) {
        int middle = (low + high) / 2;
        if (dispatch_compare(&list[middle], rank, fewest_calls) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void list_in(dispatch_rank *list, int n, const dispatch_rank *rank, bool fewest_calls) {
    int place = place_of(list, n, rank, fewest_calls);
    memmove(&list[place + 1], &list[place], (size_t)(n - place) * sizeof *list);
    list[place] = *rank;
}

static void list_out(dispatch_rank *list, int n, const dispatch_rank *rank, bool fewest_calls) {
    int place = place_of(list, n, rank, fewest_calls);
    memmove(&list[place], &list[place + 1], (size_t)(n - place - 1) * sizeof *list);
}

/* ---- agents ---- */

/* The last of its groups is group 0, where all have the same priority. */
static dispatch_rank rank_of(const member *m, int i) {
    int priority = i < m->is.n_members ? m->is.members[i].priority : 0;
    return (dispatch_rank){ priority, m->is.answered_today, m->is.free_since_ms, m->is.id };
}

static void list_free(dispatch_index *x, member *m) {
    for (int i = 0; i <= m->is.n_members; i++) {
        group *g = m->groups[i];
        dispatch_rank rank = rank_of(m, i);
        list_in(g->by_idle, g->n_free, &rank, false);
        list_in(g->by_calls, g->n_free, &rank, true);
        g->n_free++;
        open_line(x, &g->line);
    }
}

static void unlist_free(member *m) {
    for (int i = 0; m->is.free && i <= m->is.n_members; i++) {
        group *g = m->groups[i];
        dispatch_rank rank = rank_of(m, i);
        list_out(g->by_idle, g->n_free, &rank, false);
        list_out(g->by_calls, g->n_free, &rank, true);
        g->n_free--;
    }
    m->is.free = false;
}

static member *need_member(dispatch_index *x, uint32_t id) {
    member *m = id_map_get(&x->members, id);
    if (m)
        return m;
    m = calloc(1, sizeof *m);
    if (m && !id_map_put(&x->members, id, m)) {
        m->is.id = id;
        m->line.agent = m;
        return m;
    }
    free(m);
    return NULL;
}

/* Takes a line out of the lists that it is in, before its owner is freed. */
static void forget_line(dispatch_index *x, line *l) {
    for (line **at = &x->open; *at; at = &(*at)->next_open)
        if (*at == l) {
            *at = l->next_open;
            break;
        }
    for (line **at = &x->changed; *at; at = &(*at)->next_changed)
        if (*at == l) {
            *at = l->next_changed;
            break;
        }
    contact_line_free(&l->contacts);
}

static void free_members(member *m) {
    free((void *)m->is.members);
    free(m->groups);
    m->is.members = NULL;
    m->groups = NULL;
}

static void forget_unused(dispatch_index *x, member *m) {
    if (m->known || m->line.contacts.n)
        return;
    forget_line(x, &m->line);
    id_map_take(&x->members, m->is.id);
    free(m);
}

static bool same_members(const member *m, const dispatch_agent *a) {
    if (!m->known || m->is.n_members != a->n_members)
        return false;
    for (int i = 0; i < a->n_members; i++)
        if (m->is.members[i].group_id != a->members[i].group_id || m->is.members[i].priority != a->members[i].priority)
            return false;
    return true;
}

static void leave_groups(member *m) {
    unlist_free(m);
    for (int i = 0; m->known && i <= m->is.n_members; i++)
        m->groups[i]->n_members--;
    free_members(m);
    m->is.n_members = 0;
    m->known = false;
}

/* All the memory first: nothing has changed when there is too little. */
static int join_groups(dispatch_index *x, member *m, const dispatch_agent *a) {
    size_t n = (size_t)a->n_members;
    dispatch_member *members = malloc((n + 1) * sizeof *members);
    group **groups = malloc((n + 1) * sizeof(group *));
    bool enough = members && groups;
    for (size_t i = 0; enough && i <= n; i++) {
        groups[i] = need_group(x, i < n ? a->members[i].group_id : 0);
        enough = groups[i] && !reserve(groups[i]);
    }
    if (!enough) {
        free(members);
        free(groups);
        return TCCC_E_NO_MEMORY;
    }
    if (n)
        memcpy(members, a->members, n * sizeof *members);
    leave_groups(m);
    m->is.members = members;
    m->is.n_members = a->n_members;
    m->groups = groups;
    m->known = true;
    for (size_t i = 0; i <= n; i++)
        groups[i]->n_members++;
    return 0;
}

int dispatch_index_put_agent(dispatch_index *x, const dispatch_agent *a) {
    member *m = need_member(x, a->id);
    if (!m)
        return TCCC_E_NO_MEMORY;
    if (!same_members(m, a) && join_groups(x, m, a)) {
        forget_unused(x, m);
        return TCCC_E_NO_MEMORY;
    }
    unlist_free(m);
    m->is.free_since_ms = a->free_since_ms;
    m->is.answered_today = a->answered_today;
    m->is.callable = a->callable;
    m->is.free = a->free;
    if (m->is.free)
        list_free(x, m);
    if (m->is.callable)
        open_line(x, &m->line);
    return 0;
}

void dispatch_index_drop_agent(dispatch_index *x, uint32_t id) {
    member *m = id_map_get(&x->members, id);
    if (!m)
        return;
    leave_groups(m);
    m->is.callable = false;
    forget_unused(x, m);
}

/* ---- contacts ---- */

static line *line_for(dispatch_index *x, const dispatch_contact *c) {
    if (c->only_agent) {
        member *m = need_member(x, c->only_agent);
        return m ? &m->line : NULL;
    }
    group *g = need_group(x, c->group_id);
    return g ? &g->line : NULL;
}

int dispatch_index_put_contact(dispatch_index *x, const dispatch_contact *c) {
    if (c->group_id < 0 || c->n_tried < 0 || c->n_tried > DISPATCH_TRIED_MAX)
        return TCCC_E_ARG_RANGE;
    waiting *w = malloc(sizeof *w);
    line *l = w ? line_for(x, c) : NULL;
    if (!l) {
        free(w);
        return TCCC_E_NO_MEMORY;
    }
    *w = (waiting){ .is = *c, .in = l };
    int error = contact_line_put(&l->contacts, &w->is);
    if (!error && id_map_put(&x->contacts, c->id, w)) {
        contact_line_take(&l->contacts, &w->is);
        error = TCCC_E_NO_MEMORY;
    }
    if (error) {
        free(w);
        if (l->agent)
            forget_unused(x, l->agent);
        return error;
    }
    open_line(x, l);
    change_line(x, l);
    return 0;
}

void dispatch_index_drop_contact(dispatch_index *x, uint32_t id) {
    waiting *w = id_map_take(&x->contacts, id);
    if (!w)
        return;
    line *l = w->in;
    contact_line_take(&l->contacts, &w->is);
    change_line(x, l);
    free(w);
    if (l->agent)
        forget_unused(x, l->agent);
}

/* ---- decisions ---- */

static uint32_t first_untried(const group *g, const dispatch_contact *c) {
    const dispatch_rank *list = c->fewest_calls ? g->by_calls : g->by_idle;
    for (int i = 0; i < g->n_free; i++)
        if (!dispatch_was_tried(c, list[i].agent_id))
            return list[i].agent_id;
    return 0;
}

/* The agent who served the caller last, if it could be chosen; or 0. */
static uint32_t last_agent(const dispatch_index *x, const group *g, const dispatch_contact *c) {
    const member *m = c->last_agent && !dispatch_was_tried(c, c->last_agent) ? id_map_get(&x->members, c->last_agent) : NULL;
    for (int i = 0; m && m->is.free && i <= m->is.n_members; i++)
        if (m->groups[i] == g)
            return c->last_agent;
    return 0;
}

static uint32_t agent_for(const dispatch_index *x, const line *l, const dispatch_contact *c) {
    if (l->agent)
        return l->agent->is.callable && !dispatch_was_tried(c, l->agent->is.id) ? l->agent->is.id : 0;
    uint32_t last = last_agent(x, l->group, c);
    return last ? last : first_untried(l->group, c);
}

static bool anybody(const line *l) { return l->agent ? l->agent->is.callable : l->group->n_free > 0; }

/* The oldest contact of a line that an agent can take. */
static const dispatch_contact *first_served(const dispatch_index *x, const line *l, uint32_t *agent_id) {
    for (int i = 0; anybody(l) && i < l->contacts.n; i++) {
        const dispatch_contact *c = contact_line_at(&l->contacts, i);
        *agent_id = agent_for(x, l, c);
        if (*agent_id)
            return c;
    }
    return NULL;
}

static void take(dispatch_index *x, uint32_t agent_id) {
    member *m = id_map_get(&x->members, agent_id);
    unlist_free(m);
    m->is.callable = false;
}

/* Who is asked next of a contact that rings all: behind the one before, in the order of asking. */
static bool next_ringing(dispatch_index *x, dispatch_offer *offer) {
    const dispatch_contact *c = &x->ringing;
    const group *g = c->id ? find_group(x, c->group_id) : NULL;
    const dispatch_rank *list = g ? c->fewest_calls ? g->by_calls : g->by_idle : NULL;
    for (int i = 0; g && i < g->n_free; i++) {
        bool asked = x->after.agent_id && dispatch_compare(&list[i], &x->after, c->fewest_calls) <= 0;
        if (asked || list[i].agent_id == c->last_agent || dispatch_was_tried(c, list[i].agent_id))
            continue;
        x->after = list[i];
        *offer = (dispatch_offer){ c->id, list[i].agent_id };
        take(x, offer->agent_id);
        return true;
    }
    x->ringing.id = 0;
    return false;
}

/* The last agent was asked first, out of turn; everybody else in order from the first one on. */
static void ring_more(dispatch_index *x, const dispatch_contact *c, uint32_t first) {
    const member *m = id_map_get(&x->members, first);
    x->ringing = *c;
    x->after = (dispatch_rank){ 0 };
    if (first == c->last_agent)
        return;
    x->ringing.last_agent = 0; /* it was not free, and may be asked when it is its turn */
    for (int i = 0; i <= m->is.n_members; i++)
        if (m->groups[i]->id == c->group_id)
            x->after = rank_of(m, i);
}

bool dispatch_index_next(dispatch_index *x, dispatch_offer *offer) {
    if (next_ringing(x, offer))
        return true;
    const dispatch_contact *best = NULL;
    for (line **at = &x->open; *at;) {
        line *l = *at;
        uint32_t agent_id;
        const dispatch_contact *c = first_served(x, l, &agent_id);
        if (!c) {
            l->open = false;
            *at = l->next_open;
            continue;
        }
        if (!best || dispatch_is_older(c, best)) {
            best = c;
            *offer = (dispatch_offer){ c->id, agent_id };
        }
        at = &l->next_open;
    }
    if (!best)
        return false;
    if (best->ring_all && !best->only_agent)
        ring_more(x, best, offer->agent_id);
    take(x, offer->agent_id);
    dispatch_index_drop_contact(x, offer->contact_id);
    return true;
}

/* ---- questions ---- */

int dispatch_index_ahead(const dispatch_index *x, uint32_t contact_id) {
    const waiting *w = id_map_get(&x->contacts, contact_id);
    return w ? contact_line_rank(&w->in->contacts, &w->is) : -1;
}

int dispatch_index_waiting(const dispatch_index *x, int64_t group_id, uint32_t only_agent) {
    const group *g = only_agent ? NULL : find_group(x, group_id);
    const member *m = only_agent ? id_map_get(&x->members, only_agent) : NULL;
    return g ? g->line.contacts.n : m ? m->line.contacts.n : 0;
}

bool dispatch_index_oldest(const dispatch_index *x, int64_t group_id, uint64_t *since_ms) {
    const group *g = find_group(x, group_id);
    if (!g || !g->line.contacts.n)
        return false;
    *since_ms = contact_line_at(&g->line.contacts, 0)->since_ms;
    return true;
}

int dispatch_index_free_agents(const dispatch_index *x, int64_t group_id) {
    const group *g = find_group(x, group_id);
    return g ? g->n_free : 0;
}

void dispatch_index_walk_changed(dispatch_index *x, void (*each)(void *ctx, uint32_t contact_id, int ahead), void *ctx) {
    for (line *l = x->changed; l; l = l->next_changed) {
        l->changed = false;
        for (int i = 0; i < l->contacts.n; i++)
            each(ctx, contact_line_at(&l->contacts, i)->id, i);
    }
    x->changed = NULL;
}

/* ---- life ---- */

dispatch_index *dispatch_index_new(void) { return calloc(1, sizeof(dispatch_index)); }

void dispatch_index_free(dispatch_index *x) {
    if (!x)
        return;
    size_t at = 0;
    for (waiting *w; (w = id_map_next(&x->contacts, &at));)
        free(w);
    at = 0;
    for (member *m; (m = id_map_next(&x->members, &at));) {
        contact_line_free(&m->line.contacts);
        free_members(m);
        free(m);
    }
    at = 0;
    for (group *g; (g = id_map_next(&x->groups, &at));) {
        contact_line_free(&g->line.contacts);
        free(g->by_idle);
        free(g->by_calls);
        free(g);
    }
    id_map_free(&x->contacts);
    id_map_free(&x->members);
    id_map_free(&x->groups);
    free(x);
}
