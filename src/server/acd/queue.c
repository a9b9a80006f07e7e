/* queue.c: contacts that wait, offers to agents, places in the line. Layer: server.
 *
 * Whatever changes (an agent, a contact) changes the index of its app at once and sets a deadline of zero: offers are made from the
 * loop, never from inside a caller's function. So every agent who becomes free, whichever way, drains the queues.
 */
#include "server/acd/queue.h"

#include "server/acd/dispatch_index.h"
#include "server/edge/id_map.h"
#include "server/store/cdr.h"
#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OFFERS_AT_ONCE = 64,             /* then the loop gets its turn */
    MEMBERS_MAX = 128,               /* groups of one agent */
    TELL_DELAY_MS = 200,             /* places are told that often at most: a long queue moves with every call */
};

typedef struct app {                 /* an SdkAppId: agents and contacts of two never meet */
    struct app *next;
    int64_t id;
    dispatch_index *index;
    uint64_t day;                    /* agents_day of the counts in the index */
} app;

typedef struct {                     /* a contact that waits */
    app *app;
    uint32_t id;
    uint64_t since_ms;
    char session_id[65];
    void *contact;
    int told_ahead;                  /* below 0: not told yet */
} ticket;

struct acd {
    agents *agents;
    store *db;
    settings *rules;
    deadlines *timers;
    const logger *log;
    acd_handler handler;
    void *ctx;
    app *apps;
    id_map tickets;                  /* by contact id */
    id_map agents_by_number;
    uint32_t last_id;
    char ringing[65];                /* session_id of the contact that was offered last */
    deadline drain, tell;
};

/* ---- agents ---- */

static app *find_app(const acd *all, int64_t id) {
    app *one = all->apps;
    while (one && one->id != id)
        one = one->next;
    return one;
}

static app *need_app(acd *all, int64_t id) {
    app *one = find_app(all, id);
    if (one)
        return one;
    one = calloc(1, sizeof *one);
    dispatch_index *index = one ? dispatch_index_new() : NULL;
    if (!index) {
        free(one);
        return NULL;
    }
    *one = (app){ .next = all->apps, .id = id, .index = index, .day = agents_day(all->agents) };
    return all->apps = one;
}

static void drain(void *owner);

/* When there is no memory for the timer, the next change tries again. */
static void want_drain(acd *all) { (void)deadline_set(all->timers, &all->drain, 0, drain, all); }

static int put_agent(acd *all, app *of, agent *a) {
    const store_membership *groups;
    dispatch_member members[MEMBERS_MAX];
    int n = agent_groups(a, &groups), n_members = 0;
    if (n > MEMBERS_MAX) {
        LOG(all->log, LOG_LEVEL_WARNING, "acd.groups", log_text("user", agent_row(a)->user_id), log_integer("groups", n), log_integer("limit", MEMBERS_MAX));
        n = MEMBERS_MAX;
    }
    bool chats = all->handler.medium == ACD_CHATS;
    for (int i = 0; i < n; i++)
        if (!chats || agent_chats(a) < (groups[i].max_chats ? groups[i].max_chats : 1))
            members[n_members++] = (dispatch_member){ groups[i].group_id, groups[i].priority };
    int error = id_map_put(&all->agents_by_number, agent_number(a), a);
    dispatch_agent row = {
        .id = agent_number(a), .free = agent_is_free(a), .callable = agent_is_callable(a), .free_since_ms = agent_free_since_ms(a),
        .answered_today = agent_answered_today(a), .members = members, .n_members = n_members,
    };
    if (chats) {
        row.free = agent_is_chat_free(a);
        row.callable = agent_is_chat_callable(a);
        row.answered_today = agent_chats(a);
    }
    return error ? error : dispatch_index_put_agent(of->index, &row);
}

static void on_available(void *ctx, agent *a) {
    acd *all = ctx;
    app *of = need_app(all, agent_row(a)->app_id);
    if (!of || put_agent(all, of, a))
        LOG(all->log, LOG_LEVEL_ERROR, "acd.agent", log_text("user", agent_row(a)->user_id), log_error("error", TCCC_E_NO_MEMORY));
    if (all->handler.medium == ACD_CHATS ? agent_is_chat_callable(a) : agent_is_callable(a))
        want_drain(all);
}

/* From now on nobody tells anything of it. */
static void on_removed(void *ctx, agent *a) {
    acd *all = ctx;
    app *of = find_app(all, agent_row(a)->app_id);
    id_map_take(&all->agents_by_number, agent_number(a));
    if (of)
        dispatch_index_drop_agent(of->index, agent_number(a));
}

static bool put_again(void *ctx, agent *a) {
    on_available(ctx, a);
    return true;
}

/* After midnight everybody has answered nothing. */
static void roll_day(acd *all, app *of) {
    uint64_t day = agents_day(all->agents);
    if (of->day == day)
        return;
    of->day = day;
    agents_each(all->agents, of->id, put_again, all);
}

/* ---- places ---- */

typedef struct {
    acd *all;
    uint32_t *ids;                   /* whose place is new */
    int n, capacity;
} news;

static void note_place(void *ctx, uint32_t id, int ahead) {
    news *list = ctx;
    ticket *t = id_map_get(&list->all->tickets, id);
    if (!t || t->told_ahead == ahead)
        return;
    if (list->n == list->capacity) {
        int capacity = list->capacity ? 2 * list->capacity : 64;
        uint32_t *grown = realloc(list->ids, (size_t)capacity * sizeof *grown);
        if (!grown)
            return; /* told with the next move */
        list->ids = grown;
        list->capacity = capacity;
    }
    list->ids[list->n++] = id;
}

/* Whoever is told may leave, or make others leave. */
static void tell_places(void *owner) {
    acd *all = owner;
    news list = { .all = all };
    for (app *one = all->apps; one; one = one->next)
        dispatch_index_walk_changed(one->index, note_place, &list);
    for (int i = 0; i < list.n; i++) {
        ticket *t = id_map_get(&all->tickets, list.ids[i]);
        int ahead = t ? dispatch_index_ahead(t->app->index, t->id) : -1;
        if (!t || t->told_ahead == ahead)
            continue;
        t->told_ahead = ahead;
        all->handler.moved(all->ctx, t->contact, ahead);
    }
    free(list.ids);
}

static void want_tell(acd *all) {
    if (all->handler.moved && !deadline_is_set(&all->tell))
        (void)deadline_set(all->timers, &all->tell, TELL_DELAY_MS, tell_places, all);
}

/* ---- contacts ---- */

static uint32_t new_id(acd *all) {
    do
        all->last_id++;
    while (all->last_id == 0 || id_map_get(&all->tickets, all->last_id));
    return all->last_id;
}

static uint32_t last_agent(acd *all, const acd_contact *c) {
    char user_id[STORE_TEXT];
    if (!c->caller || !c->caller[0] || store_last_agent(all->db, c->app_id, c->caller, user_id, sizeof user_id) || !user_id[0])
        return 0;
    agent *a = agents_find(all->agents, c->app_id, user_id);
    return a ? agent_number(a) : 0;
}

static dispatch_contact describe(acd *all, const acd_contact *c, const settings_phone *rules, uint32_t id) {
    dispatch_contact row = {
        .id = id, .group_id = c->group_id, .since_ms = c->since_ms ? c->since_ms : clock_ms(), .fewest_calls = rules->strategy == DISPATCH_FEWEST_CALLS,
        .only_agent = c->only ? agent_number(c->only) : 0, .last_agent = rules->last_agent_first && !c->only ? last_agent(all, c) : 0,
    };
    if (all->handler.medium == ACD_CHATS) {
        row.fewest_calls = true;
        row.last_agent = c->last && !c->only ? agent_number(c->last) : 0;
    }
    row.ring_all = c->ring_all && !c->only;
    int first = c->n_tried > DISPATCH_TRIED_MAX ? c->n_tried - DISPATCH_TRIED_MAX : 0; /* who was asked longest ago may be asked again */
    for (int i = first; i < c->n_tried; i++)
        row.tried[row.n_tried++] = agent_number(c->tried[i]);
    return row;
}

static void forget(acd *all, ticket *t) {
    id_map_take(&all->tickets, t->id);
    free(t);
}

static int enter(acd *all, app *of, const acd_contact *c, const dispatch_contact *row) {
    ticket *t = calloc(1, sizeof *t);
    if (!t)
        return TCCC_E_NO_MEMORY;
    *t = (ticket){ .app = of, .id = row->id, .since_ms = row->since_ms, .contact = c->contact, .told_ahead = -1 };
    snprintf(t->session_id, sizeof t->session_id, "%s", c->session_id ? c->session_id : "");
    int error = id_map_put(&all->tickets, t->id, t);
    if (!error)
        error = dispatch_index_put_contact(of->index, row);
    if (!error)
        error = deadline_set(all->timers, &all->drain, 0, drain, all);
    if (error) {
        dispatch_index_drop_contact(of->index, t->id);
        forget(all, t);
    }
    return error;
}

int64_t acd_wait(acd *all, const acd_contact *c) {
    app *of = need_app(all, c->app_id);
    if (!of)
        return TCCC_E_NO_MEMORY;
    const settings_phone *rules = settings_phone_of(all->rules, c->app_id);
    dispatch_contact row = describe(all, c, rules, new_id(all));
    /* who comes back has had its place already */
    int most = all->handler.medium == ACD_CHATS ? settings_online_of(all->rules, c->app_id)->queue_max : rules->queue_max;
    if (!c->since_ms && dispatch_index_waiting(of->index, c->group_id, row.only_agent) >= most)
        return TCCC_E_LIMIT;
    int error = enter(all, of, c, &row);
    if (error)
        return error;
    LOG(all->log, LOG_LEVEL_DEBUG, "acd.wait", log_text("session", c->session_id), log_integer("group", c->group_id), log_integer("ticket", row.id));
    want_tell(all);
    return row.id;
}

static ticket *find_ticket(const acd *all, int64_t id) { return id > 0 && id <= UINT32_MAX ? id_map_get(&all->tickets, (uint64_t)id) : NULL; }

void acd_leave(acd *all, int64_t id) {
    ticket *t = find_ticket(all, id);
    if (!t)
        return;
    dispatch_index_drop_contact(t->app->index, t->id);
    forget(all, t);
    want_tell(all);
}

int acd_ahead(acd *all, int64_t id) {
    const ticket *t = find_ticket(all, id);
    return t ? dispatch_index_ahead(t->app->index, t->id) : -1;
}

/* ---- offers ---- */

/* The contact of the offer before rings all: who does not ring is as free as before. */
static void offer_also(acd *all, app *of, agent *a) {
    bool rings = all->handler.also && all->handler.also(all->ctx, all->ringing, a);
    LOG(all->log, LOG_LEVEL_DEBUG, "acd.also", log_text("session", all->ringing), log_text("user", agent_row(a)->user_id), log_integer("rings", rings));
    if (!rings)
        (void)put_agent(all, of, a);
}

static void offer(acd *all, app *of, const dispatch_offer *what) {
    ticket *t = id_map_get(&all->tickets, what->contact_id);
    agent *a = id_map_get(&all->agents_by_number, what->agent_id);
    if (!t) {
        offer_also(all, of, a);
        return;
    }
    void *contact = t->contact;
    snprintf(all->ringing, sizeof all->ringing, "%s", t->session_id);
    LOG(all->log, LOG_LEVEL_DEBUG, "acd.offer", log_text("session", t->session_id), log_text("user", agent_row(a)->user_id),
        log_integer("waited_ms", (int64_t)(clock_ms() - t->since_ms)));
    if (all->handler.medium == ACD_CHATS)
        agent_chat_began(a, t->session_id);
    else
        agent_session_began(a, t->session_id);
    forget(all, t);
    all->handler.offer(all->ctx, contact, a);
}

static void drain(void *owner) {
    acd *all = owner;
    dispatch_offer next;
    int n = 0;
    for (app *one = all->apps; one; one = one->next) {
        roll_day(all, one);
        while (n < OFFERS_AT_ONCE && dispatch_index_next(one->index, &next)) {
            offer(all, one, &next);
            n++;
        }
    }
    if (n)
        want_tell(all);
    if (n == OFFERS_AT_ONCE)
        want_drain(all);
}

/* ---- questions ---- */

typedef struct {
    int64_t group_id;
    bool (*is)(const agent *a);
    bool anybody;
} search;

static bool look_at(void *ctx, agent *a) {
    search *s = ctx;
    s->anybody = agent_in_group(a, s->group_id) && s->is(a);
    return !s->anybody;
}

bool acd_anybody_online(acd *all, int64_t app_id, int64_t group_id) {
    search s = { group_id, all->handler.medium == ACD_CHATS ? agent_is_chat_present : agent_is_present, false };
    agents_each(all->agents, app_id, look_at, &s);
    return s.anybody;
}

bool acd_anybody_free(acd *all, int64_t app_id, int64_t group_id) {
    const app *of = find_app(all, app_id);
    return of && dispatch_index_free_agents(of->index, group_id) > 0;
}

static acd_queue_length length_of_group(const app *of, int64_t group_id) {
    uint64_t since_ms;
    if (!dispatch_index_oldest(of->index, group_id, &since_ms))
        return (acd_queue_length){ 0, 0 };
    uint64_t now = clock_ms();
    return (acd_queue_length){ dispatch_index_waiting(of->index, group_id, 0), now > since_ms ? now - since_ms : 0 };
}

acd_queue_length acd_length(acd *all, int64_t app_id, int64_t group_id) {
    acd_queue_length length = { 0, 0 };
    uint64_t now = clock_ms();
    size_t at = 0;
    if (group_id) {
        const app *of = find_app(all, app_id);
        return of ? length_of_group(of, group_id) : length;
    }
    for (const ticket *t; (t = id_map_next(&all->tickets, &at));) {
        if (app_id && t->app->id != app_id)
            continue;
        uint64_t waited = now > t->since_ms ? now - t->since_ms : 0;
        length.waiting++;
        length.longest_ms = waited > length.longest_ms ? waited : length.longest_ms;
    }
    return length;
}

/* ---- life ---- */

acd *acd_new(agents *whose, store *db, settings *rules, deadlines *timers, const logger *log, const acd_handler *handler, void *ctx) {
    acd *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->agents = whose;
    all->db = db;
    all->rules = rules;
    all->timers = timers;
    all->log = log;
    all->handler = *handler;
    all->ctx = ctx;
    agents_each(whose, 0, put_again, all);
    agents_listen(whose, &(agent_handler){ .available = on_available, .removed = on_removed }, all);
    return all;
}

void acd_free(acd *all) {
    if (!all)
        return;
    deadline_clear(all->timers, &all->drain);
    deadline_clear(all->timers, &all->tell);
    size_t at = 0;
    for (ticket *t; (t = id_map_next(&all->tickets, &at));)
        free(t);
    id_map_free(&all->tickets);
    id_map_free(&all->agents_by_number);
    for (app *one; (one = all->apps);) {
        all->apps = one->next;
        dispatch_index_free(one->index);
        free(one);
    }
    free(all);
}
