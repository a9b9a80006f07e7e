/* acd.c: longest-idle routing. Layer: server. */
#include "server/acd/acd.h"

#include <string.h>

typedef struct {
    store *db;
    const acd_wish *wish;
    seat *best;
    bool anybody;
} search;

typedef struct {
    const char *user_id;
    bool found;
} member_search;

static bool match_member(void *ctx, const store_agent *agent, int priority) {
    (void)priority;
    member_search *m = ctx;
    m->found = !strcmp(agent->user_id, m->user_id);
    return !m->found;
}

bool acd_is_member(store *db, int64_t group_id, const store_agent *agent) {
    member_search m = { .user_id = agent->user_id };
    if (group_id)
        (void)store_list_members(db, group_id, match_member, &m);
    return !group_id || m.found;
}

static bool in_group(const search *q, const store_agent *agent) {
    return agent->app_id == q->wish->app_id && acd_is_member(q->db, q->wish->group_id, agent);
}

static bool had_chance(const acd_wish *wish, const char *user_id) {
    for (int i = 0; i < wish->n_not_these; i++)
        if (!strcmp(wish->not_these[i], user_id))
            return true;
    return false;
}

static bool consider(void *ctx, seat *s) {
    search *q = ctx;
    if (!seat_is_free(s) || had_chance(q->wish, seat_agent(s)->user_id) || !in_group(q, seat_agent(s)))
        return true;
    if (!q->best || seat_free_since_ms(s) < seat_free_since_ms(q->best))
        q->best = s;
    return true;
}

seat *acd_pick(seats *all, store *db, const acd_wish *wish) {
    search q = { .db = db, .wish = wish };
    seats_each(all, consider, &q);
    return q.best;
}

static bool note_online(void *ctx, seat *s) {
    search *q = ctx;
    q->anybody = seat_is_online(s) && in_group(q, seat_agent(s));
    return !q->anybody;
}

bool acd_anybody_signed_in(seats *all, store *db, const acd_wish *wish) {
    search q = { .db = db, .wish = wish };
    seats_each(all, note_online, &q);
    return q.anybody;
}
