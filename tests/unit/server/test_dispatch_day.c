/* test_dispatch_day.c: a day of a contact centre with real agents, queues and settings under a simulated clock: thousands of callers,
 * agents with shifts, breaks, lost connections, missed and rejected contacts. What must hold at every moment is checked. Layer: tests.
 */
#include "../cmocka_all.h"

#include "agents_fixture.h"
#include "seeded.h"

#include "server/acd/queue.h"
#include "server/agent/agent_times.h"
#include "tccc/error.h"

enum { AGENTS = 60, GROUPS = 12, CALLERS = 6000, SEEDS = 4, TRIED = 16, PERSON_GROUPS = 4 };
enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

enum stage { TO_COME, WAITS, RINGS, TALKS, SERVED, GAVE_UP, TURNED_AWAY, STAGES };

typedef struct day day;
typedef struct person person;

typedef struct {
    day *of;
    int number;
    enum stage stage;
    int64_t group_id, ticket;
    uint64_t since_ms;
    person *only, *with, *tried[TRIED];
    int n_tried, ends;
    deadline next, patience;         /* what happens to it next; when it gives up */
} caller;

struct person {
    day *of;
    agent *is;
    caller *has;                     /* the contact it is with */
    bool dials;
    int shift_end_h, n_offers;
    uint64_t idle_since_ms;
    enum agent_status left;          /* its status before this one */
    deadline plan, dialling, back;
};

struct day {
    centre c;
    acd *queue;
    uint64_t random, begin_ms;
    int64_t groups[GROUPS];
    person people[AGENTS];
    caller callers[CALLERS];
    bool fewest;
    int n_stage[STAGES], n_offers, n_missed, n_rejected, n_checks;
    uint64_t longest_wait_ms;
};

static day *today;
static uint64_t seed_at_work;

static int below(day *d, int n) { return seeded_below(&d->random, n); }
static bool chance(day *d, int percent) { return below(d, 100) < percent; }
static void later(day *d, deadline *one, uint64_t ms, void (*what)(void *owner), void *owner) {
    assert_int_equal(deadline_set(d->c.timers, one, ms, what, owner), 0);
}

static person *person_of(day *d, const agent *a) {
    for (int i = 0; i < AGENTS; i++)
        if (d->people[i].is == a)
            return &d->people[i];
    fail_msg("nobody knows this agent");
    return NULL;
}

/* ---- callers ---- */

static void go(caller *c, enum stage to) {
    day *d = c->of;
    d->n_stage[c->stage]--;
    d->n_stage[to]++;
    c->stage = to;
    if (to < SERVED)
        return;
    c->ends++;
    assert_int_equal(c->ends, 1); /* nobody ends twice */
    deadline_clear(d->c.timers, &c->next);
    deadline_clear(d->c.timers, &c->patience);
}

static void wait_in_line(caller *c, bool comes_back) {
    day *d = c->of;
    agent *tried[TRIED];
    for (int i = 0; i < c->n_tried; i++)
        tried[i] = c->tried[i]->is;
    if (!comes_back)
        c->since_ms = clock_ms();
    acd_contact row = { .app_id = APP, .group_id = c->group_id, .session_id = "s", .only = c->only ? c->only->is : NULL,
                        .since_ms = comes_back ? c->since_ms : 0, .tried = tried, .n_tried = c->n_tried, .contact = c };
    go(c, WAITS);
    c->with = NULL;
    c->ticket = acd_wait(d->queue, &row);
    if (c->ticket > 0)
        return;
    assert_int_equal(c->ticket, TCCC_E_LIMIT);
    assert_false(comes_back); /* a place is not lost */
    go(c, TURNED_AWAY);
}

static void release(caller *c, enum agent_session_end how) {
    person *p = c->with;
    c->with = NULL;
    p->has = NULL;
    agent_session_ended(p->is, how);
}

static void give_up(void *owner) {
    caller *c = owner;
    if (c->stage == WAITS)
        acd_leave(c->of->queue, c->ticket);
    go(c, GAVE_UP);
    if (c->with)
        release(c, AGENT_SESSION_NEITHER);
}

/* Away from an agent who did not take it; keeps its place. */
static void try_next(caller *c, enum agent_session_end how) {
    person *p = c->with;
    if (c->n_tried == TRIED)
        c->n_tried = 0;
    c->tried[c->n_tried++] = p;
    release(c, how);
    wait_in_line(c, true);
}

static void miss(void *owner) {
    caller *c = owner;
    c->of->n_missed++;
    try_next(c, AGENT_SESSION_MISSED);
}

static void reject(void *owner) {
    caller *c = owner;
    c->of->n_rejected++;
    try_next(c, AGENT_SESSION_NEITHER);
}

static void finish(void *owner) {
    caller *c = owner;
    day *d = c->of;
    if (!chance(d, 6)) {
        go(c, SERVED);
        release(c, AGENT_SESSION_SERVED);
        return;
    }
    c->only = chance(d, 30) ? &d->people[below(d, AGENTS)] : NULL; /* transferred: to an agent, or to a group (ACD-028, ACD-029) */
    if (c->only == c->with)
        c->only = NULL;
    c->group_id = d->groups[below(d, GROUPS)];
    c->n_tried = 0;
    release(c, AGENT_SESSION_SERVED);
    later(d, &c->patience, 5 * SECOND + seeded_wait(&d->random, 2 * MINUTE), give_up, c);
    wait_in_line(c, false);
}

static void pick_up(void *owner) {
    caller *c = owner;
    day *d = c->of;
    deadline_clear(d->c.timers, &c->patience);
    agent_session_answered(c->with->is);
    go(c, TALKS);
    later(d, &c->next, 10 * SECOND + seeded_wait(&d->random, 3 * MINUTE), finish, c);
}

static void arrive(void *owner) {
    caller *c = owner;
    day *d = c->of;
    c->group_id = chance(d, 5) ? 0 : d->groups[below(d, GROUPS)];
    later(d, &c->patience, 2 * SECOND + seeded_wait(&d->random, 3 * MINUTE), give_up, c);
    wait_in_line(c, false);
}

/* ---- what must hold ---- */

static bool was_tried(const caller *c, const person *p) {
    for (int i = 0; i < c->n_tried; i++)
        if (c->tried[i] == p)
            return true;
    return false;
}

static bool may_serve(const caller *c, const person *p) {
    if (c->only)
        return c->only == p && !was_tried(c, p);
    return agent_in_group(p->is, c->group_id) && !was_tried(c, p);
}

static int priority_in(const agent *a, int64_t group_id) {
    const store_membership *list;
    int n = agent_groups(a, &list);
    for (int i = 0; i < n; i++)
        if (list[i].group_id == group_id)
            return list[i].priority;
    return 0;
}

/* Nobody who is still free would have been the better choice. */
static void check_choice(const day *d, const caller *c, const person *chosen) {
    int priority = priority_in(chosen->is, c->group_id);
    for (int i = 0; i < AGENTS && !c->only; i++) {
        const person *p = &d->people[i];
        if (p == chosen || !agent_is_free(p->is) || !may_serve(c, p))
            continue;
        int other = priority_in(p->is, c->group_id), calls = agent_answered_today(p->is), mine = agent_answered_today(chosen->is);
        assert_true(other >= priority);
        if (other > priority || (d->fewest && calls > mine))
            continue;
        assert_true(!d->fewest || calls == mine);
        assert_true(p->idle_since_ms >= chosen->idle_since_ms); /* fairness of longest idle */
    }
}

/* Whoever has waited longer and could have been served by this agent is not passed over. */
static void check_order(const day *d, const caller *c, const person *chosen) {
    for (int i = 0; i < CALLERS; i++) {
        const caller *other = &d->callers[i];
        bool could = chosen->left == AGENT_STATUS_FREE || other->only; /* notReady: only who asks for it (ACD-016) */
        if (other->stage == WAITS && other->since_ms < c->since_ms && could && may_serve(other, chosen))
            fail_msg("caller %d waits longer than %d", other->number, c->number);
    }
}

static void check_moment(day *d) {
    int waiting = 0;
    d->n_checks++;
    for (int i = 0; i < CALLERS; i++) {
        const caller *c = &d->callers[i];
        if (c->stage != WAITS)
            continue;
        waiting++;
        for (int k = 0; k < AGENTS; k++) {
            const person *p = &d->people[k];
            bool idle = c->only ? agent_is_callable(p->is) : agent_is_free(p->is);
            if (idle && may_serve(c, p))
                fail_msg("caller %d waits and agent %d is free", c->number, k);
        }
    }
    assert_int_equal(acd_length(d->queue, APP, 0).waiting, waiting);
    for (int k = 0; k < AGENTS; k++) {
        const person *p = &d->people[k];
        bool busy = agent_status_of(p->is) == AGENT_STATUS_BUSY;
        assert_int_equal(busy, p->has || p->dials); /* nobody is stuck in a contact that is over, or rings without one */
    }
}

static void on_offer(void *ctx, void *contact, agent *a) {
    day *d = ctx;
    caller *c = contact;
    person *p = person_of(d, a);
    assert_int_equal(c->stage, WAITS);
    assert_null(p->has); /* no agent with two contacts */
    assert_false(p->dials);
    assert_true(may_serve(c, p));
    check_choice(d, c, p);
    check_order(d, c, p);
    uint64_t waited = clock_ms() - c->since_ms;
    d->longest_wait_ms = waited > d->longest_wait_ms ? waited : d->longest_wait_ms;
    d->n_offers++;
    p->n_offers++;
    p->has = c;
    c->with = p;
    go(c, RINGS);
    int what = below(d, 100);
    if (what < 4)
        later(d, &c->next, 20 * SECOND, miss, c);
    else if (what < 7)
        later(d, &c->next, (uint64_t)below(d, 5 * SECOND), reject, c);
    else
        later(d, &c->next, (uint64_t)below(d, 12 * SECOND), pick_up, c);
}

/* ---- agents ---- */

static void come_back(void *owner) {
    person *p = owner;
    (void)agent_ask(p->is, AGENT_EVENT_SET_FREE, NULL);
}

static void reconnect(void *owner) {
    person *p = owner;
    agent_set_connected(p->is, agent_seat(p->is) != NULL);
}

static void end_dial(void *owner) {
    person *p = owner;
    p->dials = false;
    agent_session_ended(p->is, chance(p->of, 50) ? AGENT_SESSION_SERVED : AGENT_SESSION_NEITHER);
}

static void dial(person *p) {
    if (p->has || p->dials || agent_status_of(p->is) == AGENT_STATUS_OFFLINE)
        return;
    p->dials = true;
    agent_session_began(p->is, "out");
    later(p->of, &p->dialling, 5 * SECOND + seeded_wait(&p->of->random, MINUTE), end_dial, p);
}

static void act(void *owner);

static void plan(person *p) { later(p->of, &p->plan, SECOND + seeded_wait(&p->of->random, 20 * MINUTE), act, p); }

static void go_home(person *p) {
    if (p->has || p->dials) {
        later(p->of, &p->plan, 30 * SECOND, act, p);
        return;
    }
    (void)agent_ask(p->is, AGENT_EVENT_OFFLINE, NULL);
    agent_set_seat(p->is, NULL);
}

static void act(void *owner) {
    person *p = owner;
    day *d = p->of;
    if (clock_ms() - d->begin_ms > (uint64_t)p->shift_end_h * HOUR) {
        go_home(p);
        return;
    }
    switch (below(d, 6)) {
    case 0: (void)agent_ask(p->is, AGENT_EVENT_SET_REST, "break"); break;
    case 1: (void)agent_ask(p->is, AGENT_EVENT_SET_NOT_READY, NULL); break;
    case 2: (void)agent_ask(p->is, AGENT_EVENT_SET_ARRANGE, NULL); break;
    case 3:
        agent_set_connected(p->is, false);
        later(d, &p->back, (uint64_t)below(d, MINUTE), reconnect, p);
        break;
    case 4: dial(p); break;
    case 5: (void)agent_ask(p->is, AGENT_EVENT_SET_FREE, NULL); break;
    }
    plan(p);
}

static void begin_shift(void *owner) {
    person *p = owner;
    agent_set_seat(p->is, (struct seat *)&some_page);
    agent_set_connected(p->is, true);
    assert_int_equal(agent_ask(p->is, AGENT_EVENT_ONLINE, NULL), 1);
    plan(p);
}

static void on_changed(void *ctx, agent *a, enum agent_status before) {
    day *d = ctx;
    person *p = person_of(d, a);
    enum agent_status status = agent_status_of(a);
    if (status == before)
        return;
    p->left = before;
    if (status == AGENT_STATUS_FREE)
        p->idle_since_ms = clock_ms();
    bool away = status == AGENT_STATUS_REST || status == AGENT_STATUS_NOT_READY || (status == AGENT_STATUS_ARRANGE && !agent_countdown_s(a));
    if (away && !deadline_is_set(&p->back))
        later(d, &p->back, MINUTE + seeded_wait(&d->random, 5 * MINUTE), come_back, p);
}

/* ---- the day ---- */

static void change_groups(day *d) {
    const char *user_id = agent_row(d->people[below(d, AGENTS)].is)->user_id;
    int64_t group_id = d->groups[below(d, GROUPS)];
    if (chance(d, 50))
        (void)store_delete_member(d->c.db, group_id, APP, user_id); /* NOT_FOUND when it never was in it */
    else
        assert_int_equal(store_put_member(d->c.db, group_id, APP, user_id, 1 + below(d, 2)), 0);
    assert_int_equal(agents_reload(d->c.agents, APP), 0);
}

static void hire(day *d) {
    char name[32];
    for (int i = 0; i < GROUPS; i++) {
        snprintf(name, sizeof name, "group %d", i);
        d->groups[i] = centre_group(&d->c, name);
    }
    for (int i = 0; i < AGENTS; i++) {
        snprintf(name, sizeof name, "agent %02d", i);
        centre_add(&d->c, name);
        for (int k = 1 + below(d, PERSON_GROUPS); k > 0; k--)
            assert_int_equal(store_put_member(d->c.db, d->groups[below(d, GROUPS)], APP, name, 1 + below(d, 2)), 0);
    }
    centre_start(&d->c);
    for (int i = 0; i < AGENTS; i++) {
        snprintf(name, sizeof name, "agent %02d", i);
        person *p = &d->people[i];
        *p = (person){ .of = d, .is = agents_find(d->c.agents, APP, name), .shift_end_h = 16 + below(d, 7) };
        later(d, &p->plan, (uint64_t)(6 * HOUR + below(d, 4 * HOUR)), begin_shift, p);
    }
}

static void open_day(day *d, uint64_t seed) {
    static const char *const settings[] = { "{\"statusRecovery\":true,\"statusRecoverySeconds\":15,\"queueMax\":25,\"strategy\":\"%s\",\"missedRests\":%s}" };
    char json[200];
    memset(d, 0, sizeof *d);
    d->random = seed;
    centre_open(&d->c);
    d->fewest = seed % 2 == 0;
    snprintf(json, sizeof json, settings[0], d->fewest ? "fewestCalls" : "longestIdle", seed % 3 ? "true" : "false");
    centre_set(&d->c, json);
    hire(d);
    d->begin_ms = clock_ms();
    acd_handler handler = { .offer = on_offer };
    d->queue = acd_new(d->c.agents, d->c.db, d->c.rules, d->c.timers, &quiet, &handler, d);
    agents_listen(d->c.agents, &(agent_handler){ .changed = on_changed }, d);
    d->n_stage[TO_COME] = CALLERS;
    for (int i = 0; i < CALLERS; i++) {
        caller *c = &d->callers[i];
        *c = (caller){ .of = d, .number = i };
        int hour = (below(d, 22) + 4 + below(d, 18)) / 2; /* most of them around noon */
        later(d, &c->next, (uint64_t)hour * HOUR + (uint64_t)below(d, HOUR), arrive, c);
    }
}

/* Time in status adds up to the day for everybody. */
static void check_times(day *d) {
    int64_t end_ms = clock_unix_ms(), begin_ms = end_ms - (int64_t)(clock_ms() - d->begin_ms);
    for (int i = 0; i < AGENTS; i++) {
        agent_times times;
        int64_t sum = 0;
        assert_int_equal(agent_times_of(d->c.agents, APP, agent_row(d->people[i].is)->user_id, begin_ms, end_ms, &times), 0);
        for (int status = 0; status < AGENT_STATUSES; status++)
            sum += times.ms[status];
        assert_int_equal(sum, end_ms - begin_ms);
        assert_true(times.ms[AGENT_STATUS_OFFLINE] > 0 && times.ms[AGENT_STATUS_OFFLINE] < sum);
    }
}

static void run_day(uint64_t seed) {
    day *d = today = calloc(1, sizeof *today);
    assert_non_null(d);
    open_day(d, seed);
    for (uint64_t at = 0; at < 24 * HOUR; at += 5 * SECOND) {
        clock_run_until(d->c.timers, d->begin_ms + at);
        check_moment(d);
        if (at % HOUR == 0)
            change_groups(d);
    }
    clock_run(d->c.timers, 6 * HOUR); /* whoever still waits has no patience for longer */
    check_moment(d);
    int *n = d->n_stage, ended = n[SERVED] + n[GAVE_UP] + n[TURNED_AWAY];
    print_message("seed %llu: %d offers, %d missed, %d rejected; served %d, gave up %d, turned away %d; longest wait %llu s; %d checks\n", (unsigned long long)seed,
                  d->n_offers, d->n_missed, d->n_rejected, n[SERVED], n[GAVE_UP], n[TURNED_AWAY], (unsigned long long)d->longest_wait_ms / 1000, d->n_checks);
    assert_int_equal(ended, CALLERS); /* nobody is lost */
    assert_true(n[SERVED] > CALLERS / 3 && n[GAVE_UP] > 0 && d->n_missed > 0 && d->n_rejected > 0); /* it was a day of work */
    check_times(d);
    acd_free(d->queue);
    centre_close(&d->c);
    free(d);
}

static uint64_t only_seed;

static void nobody_is_lost_and_nobody_is_passed_over(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS && !(only_seed && seed > 1); seed++) {
        seed_at_work = only_seed ? only_seed : seed;
        run_day(seed_at_work);
    }
    seed_at_work = 0;
}

int main(int argc, char **argv) {
    only_seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    const struct CMUnitTest tests[] = { { "ACD-001 to ACD-020 a day: nobody is lost, no agent has two contacts, nobody is free while somebody waits",
                                          nobody_is_lost_and_nobody_is_passed_over, NULL, NULL, NULL } };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (seed_at_work)
        fprintf(stderr, "test_dispatch_day: the failing seed is %llu (test_dispatch_day SEED runs it alone)\n", (unsigned long long)seed_at_work);
    return failed;
}
