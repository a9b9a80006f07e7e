/* test_dispatch.c: who is offered what: the rules by hand, and the index against the rules in random scenarios. Layer: tests. */
#include "server/acd/dispatch_index.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cmocka_all.h"
#include "seeded.h"
#include "tccc/error.h"

enum { A = 7, B = 8 }; /* groups */

#define MEMBER(...) .members = (const dispatch_member[]){ __VA_ARGS__ }, .n_members = sizeof((const dispatch_member[]){ __VA_ARGS__ }) / sizeof(dispatch_member)
#define FREE(since) .free = true, .callable = true, .free_since_ms = since

/* Both ways of deciding; they must agree. How many offers. */
static int decide(const dispatch_agent *agents, int n_agents, const dispatch_contact *contacts, int n_contacts, dispatch_offer *offers) {
    dispatch_snapshot all = { agents, n_agents, contacts, n_contacts };
    dispatch_index *x = dispatch_index_new();
    dispatch_offer offer;
    int n = dispatch(&all, 1000, offers, n_contacts);
    for (int i = 0; i < n_agents; i++)
        assert_int_equal(dispatch_index_put_agent(x, &agents[i]), 0);
    for (int i = 0; i < n_contacts; i++)
        assert_int_equal(dispatch_index_put_contact(x, &contacts[i]), 0);
    for (int i = 0; i < n; i++) {
        assert_true(dispatch_index_next(x, &offer));
        assert_int_equal(offer.contact_id, offers[i].contact_id);
        assert_int_equal(offer.agent_id, offers[i].agent_id);
    }
    assert_false(dispatch_index_next(x, &offer));
    dispatch_index_free(x);
    return n;
}

#define DECIDE(agents, contacts, offers) decide(agents, sizeof(agents) / sizeof *(agents), contacts, sizeof(contacts) / sizeof *(contacts), offers)

static void longest_idle(void **state) {
    (void)state;
    dispatch_offer offers[4];
    const dispatch_agent agents[] = { { .id = 1, FREE(30), MEMBER({ A, 1 }) }, { .id = 2, FREE(10), MEMBER({ A, 1 }) }, { .id = 3, FREE(20), MEMBER({ A, 1 }) } };
    const dispatch_contact contacts[] = { { .id = 1, .group_id = A, .since_ms = 5 } };
    assert_int_equal(DECIDE(agents, contacts, offers), 1);
    assert_int_equal(offers[0].agent_id, 2);
}

static void a_contact_that_rings_all_is_offered_to_everybody_free_in_order(void **state) {
    (void)state;
    dispatch_offer offers[8];
    const dispatch_agent agents[] = { { .id = 1, FREE(30), MEMBER({ A, 1 }) }, { .id = 2, FREE(10), MEMBER({ A, 2 }) }, { .id = 3, FREE(20), MEMBER({ A, 1 }) },
                                      { .id = 4, MEMBER({ A, 1 }) }, { .id = 5, FREE(1), MEMBER({ B, 1 }) }, { .id = 6, FREE(1), MEMBER({ A, 1 }) } };
    const dispatch_contact contacts[] = { { .id = 1, .group_id = A, .since_ms = 5, .ring_all = true, .tried = { 6 }, .n_tried = 1 },
                                          { .id = 2, .group_id = A, .since_ms = 6 } };
    dispatch_snapshot all = { agents, 6, contacts, 2 };
    dispatch_index *x = dispatch_index_new();
    dispatch_offer offer;
    assert_int_equal(dispatch(&all, 1000, offers, 8), 4);
    const uint32_t expected[][2] = { { 1, 3 }, { 1, 1 }, { 1, 2 }, { 2, 6 } };
    for (int i = 0; i < 6; i++)
        assert_int_equal(dispatch_index_put_agent(x, &agents[i]), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(dispatch_index_put_contact(x, &contacts[i]), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(offers[i].contact_id, expected[i][0]);
        assert_int_equal(offers[i].agent_id, expected[i][1]);
        assert_true(dispatch_index_next(x, &offer));
        assert_int_equal(offer.contact_id, expected[i][0]);
        assert_int_equal(offer.agent_id, expected[i][1]);
        if (i == 1)
            assert_int_equal(dispatch_index_put_agent(x, &agents[0]), 0); /* did not ring after all: it is not asked twice, but serves others */
        if (i == 2)
            assert_int_equal(dispatch_index_put_agent(x, &(dispatch_agent){ .id = 1, MEMBER({ A, 1 }) }), 0);
    }
    assert_false(dispatch_index_next(x, &offer));
    dispatch_index_free(x);
}

static void fewest_calls(void **state) {
    (void)state;
    dispatch_offer offers[4];
    const dispatch_agent agents[] = { { .id = 1, FREE(10), .answered_today = 3, MEMBER({ A, 1 }) }, { .id = 2, FREE(30), .answered_today = 2, MEMBER({ A, 1 }) },
                                      { .id = 3, FREE(20), .answered_today = 2, MEMBER({ A, 1 }) } };
    const dispatch_contact contacts[] = { { .id = 1, .group_id = A, .since_ms = 5, .fewest_calls = true }, { .id = 2, .group_id = A, .since_ms = 6, .fewest_calls = true } };
    assert_int_equal(DECIDE(agents, contacts, offers), 2);
    assert_int_equal(offers[0].agent_id, 3); /* as few as the other, idle for longer */
    assert_int_equal(offers[1].agent_id, 2);
}

static void priority_in_the_group_comes_before_the_strategy(void **state) {
    (void)state;
    dispatch_offer offers[4];
    const dispatch_agent agents[] = { { .id = 1, FREE(10), MEMBER({ A, 2 }, { B, 1 }) }, { .id = 2, FREE(20), MEMBER({ A, 1 }, { B, 2 }) } };
    const dispatch_contact to_a[] = { { .id = 1, .group_id = A } }, to_b[] = { { .id = 1, .group_id = B } }, to_all[] = { { .id = 1, .group_id = 0 } };
    assert_int_equal(DECIDE(agents, to_a, offers), 1);
    assert_int_equal(offers[0].agent_id, 2);
    assert_int_equal(DECIDE(agents, to_b, offers), 1);
    assert_int_equal(offers[0].agent_id, 1);
    assert_int_equal(DECIDE(agents, to_all, offers), 1);
    assert_int_equal(offers[0].agent_id, 1); /* everybody is alike there */
}

static void the_last_agent_is_asked_first_when_free_and_in_the_group(void **state) {
    (void)state;
    dispatch_offer offers[4];
    const dispatch_agent agents[] = { { .id = 1, FREE(10), MEMBER({ A, 1 }) }, { .id = 2, FREE(20), MEMBER({ A, 9 }) }, { .id = 3, FREE(5), MEMBER({ B, 1 }) },
                                      { .id = 4, MEMBER({ A, 1 }) } };
    const struct { uint32_t last, tried, expected; } cases[] = { { 2, 0, 2 }, { 3, 0, 1 }, { 4, 0, 1 }, { 2, 2, 1 }, { 99, 0, 1 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const dispatch_contact contacts[] = { { .id = 1, .group_id = A, .last_agent = cases[i].last, .tried = { cases[i].tried }, .n_tried = cases[i].tried != 0 } };
        assert_int_equal(DECIDE(agents, contacts, offers), 1);
        assert_int_equal(offers[0].agent_id, cases[i].expected);
    }
}

static void only_one_agent_also_when_not_ready(void **state) {
    (void)state;
    dispatch_offer offers[4];
    const dispatch_agent agents[] = { { .id = 1, FREE(10) }, { .id = 2, .callable = true }, { .id = 3 } };
    const dispatch_contact to_2[] = { { .id = 1, .only_agent = 2 }, { .id = 2, .only_agent = 2 } }, to_3[] = { { .id = 1, .only_agent = 3 } };
    const dispatch_contact to_all[] = { { .id = 1 }, { .id = 2 } };
    assert_int_equal(DECIDE(agents, to_2, offers), 1);
    assert_int_equal(offers[0].agent_id, 2);
    assert_int_equal(DECIDE(agents, to_3, offers), 0);
    assert_int_equal(DECIDE(agents, to_all, offers), 1); /* notReady is skipped else */
    assert_int_equal(offers[0].agent_id, 1);
}

static void who_had_the_chance_is_passed_over_and_holds_up_nobody(void **state) {
    (void)state;
    dispatch_offer offers[4];
    const dispatch_agent agents[] = { { .id = 1, FREE(10), MEMBER({ A, 1 }) } };
    const dispatch_contact contacts[] = { { .id = 1, .group_id = A, .since_ms = 1, .tried = { 1 }, .n_tried = 1 }, { .id = 2, .group_id = A, .since_ms = 2 } };
    assert_int_equal(DECIDE(agents, contacts, offers), 1);
    assert_int_equal(offers[0].contact_id, 2);
}

static void the_oldest_contact_of_all_groups_of_an_agent_comes_first(void **state) {
    (void)state;
    dispatch_offer offers[4];
    const dispatch_agent agents[] = { { .id = 1, FREE(10), MEMBER({ A, 1 }, { B, 5 }) }, { .id = 2, FREE(20), MEMBER({ A, 1 }) } };
    const dispatch_contact contacts[] = { { .id = 1, .group_id = A, .since_ms = 20 }, { .id = 2, .group_id = B, .since_ms = 10 }, { .id = 3, .group_id = A, .since_ms = 20 } };
    assert_int_equal(DECIDE(agents, contacts, offers), 2);
    assert_int_equal(offers[0].contact_id, 2);
    assert_int_equal(offers[0].agent_id, 1);
    assert_int_equal(offers[1].contact_id, 1); /* of the same age: who came first */
    assert_int_equal(offers[1].agent_id, 2);
}

static void as_many_as_there_is_room_for(void **state) {
    (void)state;
    dispatch_offer offers[2] = { { 0, 0 } };
    const dispatch_agent agents[] = { { .id = 1, FREE(10) }, { .id = 2, FREE(20) } };
    const dispatch_contact contacts[] = { { .id = 1 }, { .id = 2 } };
    dispatch_snapshot all = { agents, 2, contacts, 2 };
    assert_int_equal(dispatch(&all, 0, offers, 1), 1);
    assert_int_equal(offers[1].contact_id, 0);
}

static void a_contact_that_makes_no_sense_is_refused(void **state) {
    (void)state;
    dispatch_index *x = dispatch_index_new();
    assert_int_equal(dispatch_index_put_contact(x, &(dispatch_contact){ .id = 1, .group_id = -1 }), TCCC_E_ARG_RANGE);
    assert_int_equal(dispatch_index_put_contact(x, &(dispatch_contact){ .id = 1, .n_tried = DISPATCH_TRIED_MAX + 1 }), TCCC_E_ARG_RANGE);
    assert_int_equal(dispatch_index_ahead(x, 1), -1);
    dispatch_index_free(x);
}

static void note_place(void *ctx, uint32_t contact_id, int ahead) { ((int *)ctx)[contact_id] = ahead; }

static void places_are_told_for_lines_that_changed(void **state) {
    (void)state;
    dispatch_index *x = dispatch_index_new();
    for (uint32_t id = 1; id <= 4; id++)
        dispatch_index_put_contact(x, &(dispatch_contact){ .id = id, .group_id = id == 4 ? B : A, .since_ms = id });
    int places[6] = { -1, -1, -1, -1, -1, -1 };
    dispatch_index_walk_changed(x, note_place, places);
    assert_memory_equal(places, ((int[]){ -1, 0, 1, 2, 0, -1 }), sizeof places);
    memset(places, -1, sizeof places);
    dispatch_index_walk_changed(x, note_place, places);
    assert_memory_equal(places, ((int[]){ -1, -1, -1, -1, -1, -1 }), sizeof places);
    dispatch_index_drop_contact(x, 1);
    dispatch_index_put_contact(x, &(dispatch_contact){ .id = 5, .group_id = A, .since_ms = 0 }); /* came back with its old time */
    dispatch_index_walk_changed(x, note_place, places);
    assert_memory_equal(places, ((int[]){ -1, -1, 1, 2, -1, 0 }), sizeof places);
    uint64_t since_ms;
    assert_true(dispatch_index_oldest(x, A, &since_ms));
    assert_int_equal(since_ms, 0);
    assert_int_equal(dispatch_index_waiting(x, A, 0), 3);
    dispatch_index_free(x);
}

/* ---- random scenarios ---- */

enum { AGENTS = 24, CONTACTS = 64, GROUPS = 6, MEMBERS = 4, STEPS = 400, SEEDS = 400 };

typedef struct {
    uint64_t random;
    dispatch_index *x;
    dispatch_agent agents[AGENTS];   /* those with id 0 are not there */
    dispatch_member members[AGENTS][MEMBERS];
    dispatch_contact contacts[CONTACTS];
    int n_contacts;
    uint32_t last_contact;
    uint64_t now_ms;
    uint32_t offered;                /* the contact of the offer before */
    int n_offers;
} world;

static int below(world *w, int n) { return seeded_below(&w->random, n); }

static void change_state(world *w, dispatch_agent *a) {
    int kind = below(w, 5);
    a->free = kind < 3;
    a->callable = kind < 4;
    a->free_since_ms = w->now_ms - (uint64_t)below(w, 5); /* equal ones occur */
    a->answered_today = below(w, 4);
}

static void change_members(world *w, int i) {
    dispatch_agent *a = &w->agents[i];
    a->members = w->members[i];
    a->n_members = 0;
    for (int group = 1; group <= GROUPS && a->n_members < MEMBERS; group++)
        if (below(w, 3) == 0)
            w->members[i][a->n_members++] = (dispatch_member){ group, 1 + below(w, 3) };
}

static void change_agent(world *w) {
    int i = below(w, AGENTS);
    dispatch_agent *a = &w->agents[i];
    if (a->id && below(w, 20) == 0) {
        dispatch_index_drop_agent(w->x, a->id);
        *a = (dispatch_agent){ .id = 0 };
        return;
    }
    if (!a->id || below(w, 10) == 0)
        change_members(w, i);
    a->id = (uint32_t)i + 1;
    change_state(w, a);
    assert_int_equal(dispatch_index_put_agent(w->x, a), 0);
}

static void add_contact(world *w) {
    if (w->n_contacts == CONTACTS)
        return;
    dispatch_contact *c = &w->contacts[w->n_contacts++];
    *c = (dispatch_contact){ .id = ++w->last_contact, .group_id = below(w, GROUPS + 1), .since_ms = w->now_ms, .fewest_calls = below(w, 2) };
    if (below(w, 6) == 0)
        c->since_ms -= (uint64_t)below(w, 50); /* came back */
    c->ring_all = below(w, 4) == 0;
    if (below(w, 8) == 0)
        c->only_agent = 1 + (uint32_t)below(w, AGENTS);
    if (below(w, 3) == 0)
        c->last_agent = 1 + (uint32_t)below(w, AGENTS);
    for (c->n_tried = 0; c->n_tried < DISPATCH_TRIED_MAX && below(w, 3) == 0;)
        c->tried[c->n_tried++] = 1 + (uint32_t)below(w, AGENTS);
    assert_int_equal(dispatch_index_put_contact(w->x, c), 0);
}

static void remove_contact(world *w, int i) { w->contacts[i] = w->contacts[--w->n_contacts]; }

static void drop_contact(world *w) {
    if (!w->n_contacts)
        return;
    int i = below(w, w->n_contacts);
    dispatch_index_drop_contact(w->x, w->contacts[i].id);
    remove_contact(w, i);
}

static void apply(world *w, const dispatch_offer *offer) {
    dispatch_agent *a = &w->agents[offer->agent_id - 1];
    a->free = a->callable = false;
    if (offer->contact_id == w->offered)
        return;                      /* it rings all */
    w->offered = offer->contact_id;
    for (int i = 0; i < w->n_contacts; i++)
        if (w->contacts[i].id == offer->contact_id) {
            remove_contact(w, i);
            return;
        }
    fail_msg("an offer for a contact that does not wait: %u", offer->contact_id);
}

static void compare_decisions(world *w) {
    dispatch_agent present[AGENTS];
    dispatch_offer offers[CONTACTS], offer;
    int n_present = 0;
    for (int i = 0; i < AGENTS; i++)
        if (w->agents[i].id)
            present[n_present++] = w->agents[i];
    dispatch_snapshot all = { present, n_present, w->contacts, w->n_contacts };
    int n = dispatch(&all, w->now_ms, offers, CONTACTS);
    for (int i = 0; i < n; i++) {
        assert_true(dispatch_index_next(w->x, &offer));
        assert_int_equal(offer.contact_id, offers[i].contact_id);
        assert_int_equal(offer.agent_id, offers[i].agent_id);
        apply(w, &offer);
    }
    assert_false(dispatch_index_next(w->x, &offer));
    w->n_offers += n;
}

static bool same_line(const dispatch_contact *a, const dispatch_contact *b) {
    return a->only_agent == b->only_agent && (a->only_agent || a->group_id == b->group_id);
}

static void compare_places(const world *w) {
    for (int i = 0; i < w->n_contacts; i++) {
        int ahead = 0;
        for (int k = 0; k < w->n_contacts; k++)
            ahead += same_line(&w->contacts[k], &w->contacts[i]) && dispatch_is_older(&w->contacts[k], &w->contacts[i]);
        assert_int_equal(dispatch_index_ahead(w->x, w->contacts[i].id), ahead);
    }
    for (int group = 0; group <= GROUPS; group++) {
        int n_free = 0;
        for (int i = 0; i < AGENTS; i++) {
            bool in = group == 0;
            for (int k = 0; k < w->agents[i].n_members; k++)
                in = in || w->members[i][k].group_id == group;
            n_free += w->agents[i].id && w->agents[i].free && in;
        }
        assert_int_equal(dispatch_index_free_agents(w->x, group), n_free);
    }
}

static int run_scenario(uint64_t seed) {
    static world w;
    memset(&w, 0, sizeof w);
    w.random = seed;
    w.now_ms = 1000;
    w.x = dispatch_index_new();
    for (int step = 0; step < STEPS; step++) {
        w.now_ms += (uint64_t)below(&w, 3);
        int what = below(&w, 10);
        if (what < 4)
            change_agent(&w);
        else if (what < 8)
            add_contact(&w);
        else
            drop_contact(&w);
        if (below(&w, 3) == 0) /* several changes may come between two decisions */
            compare_decisions(&w);
        compare_places(&w);
    }
    dispatch_index_free(w.x);
    return w.n_offers;
}

static uint64_t seed_at_work;

static void tell_seed(void) {
    if (seed_at_work)
        fprintf(stderr, "test_dispatch: the failing seed is %llu (test_dispatch SEED runs it alone)\n", (unsigned long long)seed_at_work);
}

static uint64_t only_seed;

static void index_and_rules_decide_alike(void **state) {
    (void)state;
    int n = 0;
    for (uint64_t i = 1; i <= SEEDS && !(only_seed && i > 1); i++) {
        seed_at_work = only_seed ? only_seed : i;
        int offers = run_scenario(seed_at_work);
        assert_true(offers > 0);
        n += offers;
    }
    seed_at_work = 0;
    print_message("%d offers compared\n", n);
}

#define SAYS(test, name) { name, test, NULL, NULL, NULL }

int main(int argc, char **argv) {
    only_seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    const struct CMUnitTest tests[] = {
        SAYS(longest_idle, "ACD-008 the longest idle agent gets the contact"),
        SAYS(fewest_calls, "ACD-009 the agent with the fewest answered calls gets the contact"),
        SAYS(a_contact_that_rings_all_is_offered_to_everybody_free_in_order, "a contact that rings all is offered to everybody who is free, in order"),
        SAYS(priority_in_the_group_comes_before_the_strategy, "ACD-032 the priority in the group comes before the strategy"),
        SAYS(the_last_agent_is_asked_first_when_free_and_in_the_group, "ACD-010 the agent who served the caller last is asked first when free and in the group"),
        SAYS(only_one_agent_also_when_not_ready, "ACD-016 ACD-029 a contact for one agent rings only that one, also when notReady"),
        SAYS(who_had_the_chance_is_passed_over_and_holds_up_nobody, "ACD-001 who had the chance is passed over and holds up nobody"),
        SAYS(the_oldest_contact_of_all_groups_of_an_agent_comes_first, "the oldest contact of all groups of an agent comes first"),
        SAYS(as_many_as_there_is_room_for, "as many offers as there is room for"),
        SAYS(a_contact_that_makes_no_sense_is_refused, "a contact that makes no sense is refused"),
        SAYS(places_are_told_for_lines_that_changed, "ACD-022 places are told for lines that have changed"),
        SAYS(index_and_rules_decide_alike, "the index and the rules decide alike in random scenarios"),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    tell_seed();
    return failed;
}
