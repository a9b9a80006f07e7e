/* bench_dispatch.c: what one decision of dispatch costs with 1,000 agents in 100 groups and 10,000 waiting contacts. Layer: bench.
 * One JSON object a line. Processor time, so that other work on the machine does not count. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../unit/server/seeded.h"
#include "../unit/server/simulated_clock.h"
#include "server/acd/dispatch_index.h"
#include "server/acd/queue.h"

enum { AGENTS = 1000, GROUPS = 100, CONTACTS = 10000, MEMBERS = 3, DECISIONS = 200000, QUEUE_DECISIONS = 20000, APP = 1400000001 };

static const char GOAL_US[] = "50"; /* issue 3 */
static const char NO_GOAL[] = "null";
static uint64_t seed = 1;
static double taken_us[DECISIONS];

static double now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static void print_one(const char *name, const char *which, double value, const char *goal) {
    printf("{\"name\":\"dispatch: %s, %s\",\"value\":%.3f,\"unit\":\"us\",\"goal\":%s,\"direction\":\"lower\",\"peer\":null,\"peer_value\":null}\n", name, which, value, goal);
}

/* Mean and 99th percentile of the first n of taken_us. */
static void print_all(const char *name, int n, const char *goal) {
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += taken_us[i];
    qsort(taken_us, (size_t)n, sizeof *taken_us, by_value);
    print_one(name, "mean", sum / n, goal);
    print_one(name, "p99", taken_us[n - 1 - n / 100], goal);
}

static void need(bool holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "bench_dispatch: %s\n", what);
    exit(1);
}

/* ---- the index alone ---- */

typedef struct {
    dispatch_agent agents[AGENTS];
    dispatch_member members[AGENTS][MEMBERS];
    uint32_t last_contact;
    uint64_t now_ms;
} crowd;

static crowd all;

static void make_agents(void) {
    for (int i = 0; i < AGENTS; i++) {
        dispatch_agent *a = &all.agents[i];
        *a = (dispatch_agent){ .id = (uint32_t)i + 1, .members = all.members[i], .n_members = MEMBERS };
        int first = seeded_below(&seed, GROUPS);
        for (int k = 0; k < MEMBERS; k++)
            all.members[i][k] = (dispatch_member){ 1 + (first + 7 * k) % GROUPS, 1 + seeded_below(&seed, 3) };
    }
}

static dispatch_contact new_contact(void) {
    dispatch_contact c = { .id = ++all.last_contact, .group_id = seeded_below(&seed, 20) ? 1 + seeded_below(&seed, GROUPS) : 0, .since_ms = ++all.now_ms };
    if (seeded_below(&seed, 4) == 0)
        c.last_agent = 1 + (uint32_t)seeded_below(&seed, AGENTS);
    if (seeded_below(&seed, 20) == 0)
        c.tried[c.n_tried++] = 1 + (uint32_t)seeded_below(&seed, AGENTS);
    return c;
}

static dispatch_index *crowded(void) {
    dispatch_index *x = dispatch_index_new();
    need(x, "no memory");
    for (int i = 0; i < AGENTS; i++)
        dispatch_index_put_agent(x, &all.agents[i]);
    return x;
}

static void put_contact(dispatch_index *x) {
    dispatch_contact c = new_contact();
    need(!dispatch_index_put_contact(x, &c), "the contact is refused");
}

static void set_free(dispatch_index *x, uint32_t id) {
    dispatch_agent *a = &all.agents[id - 1];
    a->free = a->callable = true;
    a->free_since_ms = all.now_ms;
    dispatch_index_put_agent(x, a);
    a->free = a->callable = false;
}

/* All agents are busy, 10,000 wait: an agent becomes free and gets the oldest. */
static void bench_agent_free(void) {
    dispatch_index *x = crowded();
    dispatch_offer offer;
    for (int i = 0; i < CONTACTS; i++)
        put_contact(x);
    for (int i = 0; i < DECISIONS; i++) {
        uint32_t id = 1 + (uint32_t)seeded_below(&seed, AGENTS);
        double from = now_us();
        set_free(x, id);
        bool offered = dispatch_index_next(x, &offer);
        taken_us[i] = now_us() - from;
        need(offered && offer.agent_id == id, "the agent gets nobody");
        need(!dispatch_index_next(x, &offer), "there is a second offer");
        put_contact(x);
    }
    dispatch_index_free(x);
    print_all("an agent becomes free, 10000 wait", DECISIONS, GOAL_US);
}

/* All agents are free: a contact comes and gets the best of them. */
static void bench_contact_comes(void) {
    dispatch_index *x = crowded();
    dispatch_offer offer;
    for (uint32_t id = 1; id <= AGENTS; id++)
        set_free(x, id);
    for (int i = 0; i < DECISIONS; i++) {
        dispatch_contact c = new_contact();
        double from = now_us();
        dispatch_index_put_contact(x, &c);
        bool offered = dispatch_index_next(x, &offer);
        taken_us[i] = now_us() - from;
        need(offered, "the contact gets nobody");
        set_free(x, offer.agent_id);
    }
    dispatch_index_free(x);
    print_all("a contact comes, 1000 agents free", DECISIONS, GOAL_US);
}

/* The worst, which no real line comes near: 10,000 in one line have all been refused by the one agent who becomes free again. */
static void bench_all_tried(void) {
    dispatch_index *x = crowded();
    dispatch_offer offer;
    enum { ROUNDS = 1000 };
    for (int i = 0; i < CONTACTS; i++) {
        dispatch_contact c = { .id = ++all.last_contact, .group_id = all.members[0][0].group_id, .since_ms = ++all.now_ms, .tried = { 1 }, .n_tried = 1 };
        dispatch_index_put_contact(x, &c);
    }
    for (int i = 0; i < ROUNDS; i++) {
        double from = now_us();
        set_free(x, 1);
        need(!dispatch_index_next(x, &offer), "it is offered again");
        taken_us[i] = now_us() - from;
        dispatch_index_put_agent(x, &all.agents[0]);
    }
    dispatch_index_free(x);
    print_all("worst: 10000 wait that the only free agent has refused", ROUNDS, NO_GOAL);
}

/* ---- with agents, settings and the history around it ---- */

typedef struct {
    acd *queue;
    agent *offered;
    int64_t groups[GROUPS];
} centre;

static void on_offer(void *ctx, void *contact, agent *a) {
    (void)contact;
    ((centre *)ctx)->offered = a;
}

static bool sign_in(void *ctx, agent *a) {
    static char page;
    (void)ctx;
    agent_set_seat(a, (struct seat *)&page);
    agent_set_connected(a, true);
    agent_ask(a, AGENT_EVENT_ONLINE, NULL);
    agent_session_began(a, "s");
    return true;
}

static void fill_store(store *db, centre *c) {
    store_agent row = { .app_id = APP };
    need(!store_begin(db) && !store_put_app(db, APP, "bench"), "the store fails");
    for (int i = 0; i < GROUPS; i++) {
        store_group group = { .app_id = APP };
        snprintf(group.name, sizeof group.name, "group %d", i);
        need(!store_put_group(db, &group), "no group");
        c->groups[i] = group.id;
    }
    for (int i = 0; i < AGENTS; i++) {
        snprintf(row.user_id, sizeof row.user_id, "agent %d", i);
        need(!store_put_agent(db, &row), "no agent");
        for (int k = 0; k < MEMBERS; k++)
            store_put_member(db, c->groups[all.members[i][k].group_id - 1], APP, row.user_id, all.members[i][k].priority);
    }
    need(!store_end(db), "the store fails");
}

/* After every change by the API; nothing else happens meanwhile. */
static void bench_reload(agents *people) {
    enum { ROUNDS = 50 };
    for (int i = 0; i < ROUNDS; i++) {
        double from = now_us();
        need(!agents_reload(people, APP), "the agents are not read");
        taken_us[i] = now_us() - from;
    }
    print_all("1000 agents and their groups are read again", ROUNDS, NO_GOAL);
}

static void wait_somewhere(centre *c) {
    acd_contact contact = { .app_id = APP, .group_id = c->groups[seeded_below(&seed, GROUPS)], .session_id = "s" };
    need(acd_wait(c->queue, &contact) > 0, "the queue is full");
}

/* From the end of a session to the offer of the next, without the wire and the write to the disk, which comes later. */
static void bench_queue(void) {
    static const logger quiet = { 0 };
    char err[240], user_id[32];
    centre c = { .queue = NULL };
    store *db = store_open(":memory:", &quiet, err, sizeof err);
    need(db, "no store");
    fill_store(db, &c);
    settings *rules = settings_new(db, &quiet);
    settings_set_defaults(rules, 20, 60, 0);
    deadlines *timers = deadlines_new();
    agents *people = agents_new(db, rules, timers, &quiet);
    acd_handler handler = { .offer = on_offer };
    c.queue = acd_new(people, db, rules, timers, &quiet, &handler, &c);
    need(rules && timers && people && c.queue, "no memory");
    agents_each(people, APP, sign_in, NULL);
    clock_run(timers, 1000);
    for (int i = 0; i < CONTACTS; i++)
        wait_somewhere(&c);
    clock_run(timers, 1000);
    for (int i = 0; i < QUEUE_DECISIONS; i++) {
        snprintf(user_id, sizeof user_id, "agent %d", seeded_below(&seed, AGENTS));
        agent *a = agents_find(people, APP, user_id);
        c.offered = NULL;
        double from = now_us();
        agent_session_ended(a, AGENT_SESSION_SERVED);
        clock_run(timers, 0);
        taken_us[i] = now_us() - from;
        need(c.offered == a, "the agent gets nobody");
        wait_somewhere(&c);
        clock_run(timers, 1);
    }
    print_all("a session ends and the next is offered, 10000 wait", QUEUE_DECISIONS, GOAL_US);
    bench_reload(people);
    acd_free(c.queue);
    agents_free(people);
    deadlines_free(timers);
    settings_free(rules);
    store_close(db);
}

int main(void) {
    make_agents();
    bench_agent_free();
    bench_contact_comes();
    bench_all_tried();
    bench_queue();
    return 0;
}
