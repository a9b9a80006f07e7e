/* test_queue.c: queues of real agents and settings under a simulated clock; faults known of other queues, one test each. Layer: tests. */
#include "../cmocka_all.h"

#include "agents_fixture.h"

#include "server/acd/queue.h"
#include "server/store/cdr.h"
#include "tccc/error.h"

enum { CALLERS = 32 };

typedef struct {
    int n_offers, ahead, n_moved;    /* ahead below 0: not told */
    agent *with;
    int64_t ticket;
} caller;

typedef struct {
    centre c;
    acd *queue;
    caller callers[CALLERS];
    int n_offers;
    caller *leaves_when_told;        /* in `moved` */
    caller *comes_back;              /* in `offer`: rejected at once, and waits again */
    int64_t a_group, b_group;
} fixture;

static fixture *now;

static int64_t wait_with(fixture *f, caller *who, acd_contact c) {
    c.app_id = APP;
    c.session_id = "s";
    c.contact = who;
    who->with = NULL;
    who->ahead = -1;
    who->ticket = acd_wait(f->queue, &c);
    return who->ticket;
}

static void on_offer(void *ctx, void *contact, agent *a) {
    fixture *f = ctx;
    caller *who = contact;
    assert_ptr_equal(f, now);
    assert_null(who->with);
    assert_int_equal(agent_status_of(a), AGENT_STATUS_BUSY); /* the lease is there before the offer */
    who->with = a;
    who->ticket = 0;
    who->n_offers++;
    f->n_offers++;
    if (who != f->comes_back)
        return;
    f->comes_back = NULL;
    agent *tried[] = { a };
    agent_session_ended(a, AGENT_SESSION_NEITHER);
    assert_true(wait_with(f, who, (acd_contact){ .tried = tried, .n_tried = 1, .since_ms = 1 }) > 0);
}

static void on_moved(void *ctx, void *contact, int ahead) {
    fixture *f = ctx;
    caller *who = contact;
    who->ahead = ahead;
    who->n_moved++;
    if (f->leaves_when_told) {
        caller *leaver = f->leaves_when_told;
        f->leaves_when_told = NULL;
        acd_leave(f->queue, leaver->ticket);
        leaver->ticket = 0;
    }
}

static int open_all(void **state) {
    static fixture f;
    memset(&f, 0, sizeof f);
    centre_open(&f.c);
    f.a_group = centre_group(&f.c, "A");
    f.b_group = centre_group(&f.c, "B");
    static const char *const names[] = { "ann", "bob", "cid", "dan" };
    for (int i = 0; i < 4; i++)
        centre_add(&f.c, names[i]);
    store_put_member(f.c.db, f.a_group, APP, "ann", 1); /* ann A, bob A B, cid B, dan none */
    store_put_member(f.c.db, f.a_group, APP, "bob", 1);
    store_put_member(f.c.db, f.b_group, APP, "bob", 1);
    store_put_member(f.c.db, f.b_group, APP, "cid", 1);
    centre_start(&f.c);
    acd_handler handler = { .offer = on_offer, .moved = on_moved };
    f.queue = acd_new(f.c.agents, f.c.db, f.c.rules, f.c.timers, &quiet, &handler, &f);
    assert_non_null(f.queue);
    *state = now = &f;
    return 0;
}

static int close_all(void **state) {
    fixture *f = *state;
    acd_free(f->queue);
    centre_close(&f->c);
    return 0;
}

static void soon(fixture *f) { clock_run(f->c.timers, 1); }

static int64_t wait_in(fixture *f, int i, int64_t group_id) { return wait_with(f, &f->callers[i], (acd_contact){ .group_id = group_id }); }

static agent *find(fixture *f, const char *user_id) { return agents_find(f->c.agents, APP, user_id); }

static void an_offer_comes_from_the_loop_never_from_inside_wait(void **state) {
    fixture *f = *state;
    agent *ann = centre_sign_in(&f->c, "ann");
    soon(f);
    assert_true(wait_in(f, 0, f->a_group) > 0);
    assert_int_equal(f->n_offers, 0);
    soon(f);
    assert_ptr_equal(f->callers[0].with, ann);
    assert_string_equal(agent_session(ann), "s");
}

static void who_hangs_up_before_the_offer_is_made_gets_none(void **state) {
    fixture *f = *state;
    agent *ann = centre_sign_in(&f->c, "ann");
    wait_in(f, 0, f->a_group);
    acd_leave(f->queue, f->callers[0].ticket);
    acd_leave(f->queue, f->callers[0].ticket); /* twice is harmless */
    wait_in(f, 1, f->a_group);
    soon(f);
    assert_int_equal(f->callers[0].n_offers, 0);
    assert_ptr_equal(f->callers[1].with, ann);
}

static void an_old_ticket_touches_nobody_else(void **state) {
    fixture *f = *state;
    centre_sign_in(&f->c, "ann");
    int64_t old = wait_in(f, 0, f->a_group);
    soon(f);
    int64_t other = wait_in(f, 1, f->a_group);
    acd_leave(f->queue, old);
    acd_leave(f->queue, 0);
    acd_leave(f->queue, -1);
    acd_leave(f->queue, INT64_MAX);
    assert_int_equal(acd_ahead(f->queue, other), 0);
    assert_true(acd_ahead(f->queue, old) < 0);
}

static void the_caller_leaves_while_it_rings_and_the_agent_is_not_stuck(void **state) {
    fixture *f = *state;
    agent *ann = centre_sign_in(&f->c, "ann");
    wait_in(f, 0, f->a_group);
    wait_in(f, 1, f->a_group);
    soon(f);
    assert_ptr_equal(f->callers[0].with, ann);
    agent_session_ended(ann, AGENT_SESSION_NEITHER);
    soon(f);
    assert_ptr_equal(f->callers[1].with, ann);
    assert_int_equal(f->n_offers, 2);
}

/* Every way of becoming free gets the waiting caller. */
static unsigned by_phone(void *ctx, const agent *a) {
    (void)ctx;
    return strcmp(agent_row(a)->user_id, "ann") ? 0 : AGENT_BY_PHONE;
}

static void expect_drain(fixture *f, int i, agent *a) {
    soon(f);
    assert_ptr_equal(f->callers[i].with, a);
}

static void every_way_of_becoming_free_drains_the_queue(void **state) {
    fixture *f = *state;
    agent *a = find(f, "ann");
    int i = 0;
    wait_in(f, i, f->a_group);
    centre_sign_in(&f->c, "ann");
    expect_drain(f, i++, a);
    wait_in(f, i, f->a_group);
    agent_session_ended(a, AGENT_SESSION_NEITHER); /* the session ends */
    expect_drain(f, i++, a);
    centre_set(&f->c, "{\"statusRecovery\":true,\"statusRecoverySeconds\":5}");
    wait_in(f, i, f->a_group);
    agent_session_ended(a, AGENT_SESSION_SERVED);
    clock_run(f->c.timers, 4999);
    assert_null(f->callers[i].with); /* ACD-019 */
    expect_drain(f, i++, a);          /* the countdown is over */
    agent_session_ended(a, AGENT_SESSION_SERVED);
    wait_in(f, i, f->a_group);
    agent_ask(a, AGENT_EVENT_SET_FREE, NULL); /* back early */
    expect_drain(f, i++, a);
    agent_ask(a, AGENT_EVENT_SET_NOT_READY, NULL);
    agent_session_ended(a, AGENT_SESSION_NEITHER);
    wait_in(f, i, f->a_group);
    soon(f);
    assert_null(f->callers[i].with); /* ACD-016 */
    agent_ask(a, AGENT_EVENT_STOP_NOT_READY, NULL);
    expect_drain(f, i++, a);
    agent_session_ended(a, AGENT_SESSION_NEITHER);
    agent_set_connected(a, false);
    wait_in(f, i, f->a_group);
    soon(f);
    assert_null(f->callers[i].with);
    agent_set_connected(a, true); /* its connection is back */
    expect_drain(f, i++, a);
    agent_session_ended(a, AGENT_SESSION_NEITHER);
    agent_set_connected(a, false);
    wait_in(f, i, f->a_group);
    agents_set_reach(f->c.agents, by_phone, NULL); /* its desk phone has registered */
    expect_drain(f, i++, a);
    agent_session_ended(a, AGENT_SESSION_NEITHER);
    wait_in(f, i, f->b_group);
    soon(f);
    assert_null(f->callers[i].with);
    store_put_member(f->c.db, f->b_group, APP, "ann", 1); /* it joins the group */
    assert_int_equal(agents_reload(f->c.agents, APP), 0);
    expect_drain(f, i++, a);
}

static void statuses_that_dispatch_skips(void **state) {
    fixture *f = *state;
    agent *a = centre_sign_in(&f->c, "ann");
    static const enum agent_event asked[] = { AGENT_EVENT_SET_REST, AGENT_EVENT_SET_NOT_READY, AGENT_EVENT_SET_ARRANGE, AGENT_EVENT_OFFLINE };
    for (int i = 0; i < 4; i++) {
        assert_int_equal(agent_ask(a, asked[i], NULL), 1);
        wait_in(f, i, f->a_group);
        clock_run(f->c.timers, 60000);
    }
    assert_int_equal(f->n_offers, 0);
    assert_int_equal(agent_ask(a, AGENT_EVENT_ONLINE, NULL), 1);
    soon(f);
    assert_int_equal(f->n_offers, 1); /* and busy is skipped, too: one at a time */
    assert_ptr_equal(f->callers[0].with, a);
}

static void after_call_work_holds_for_all_groups_of_the_agent(void **state) {
    fixture *f = *state;
    centre_set(&f->c, "{\"statusRecovery\":true,\"statusRecoverySeconds\":5}");
    agent *bob = centre_sign_in(&f->c, "bob");
    wait_in(f, 0, f->a_group);
    soon(f);
    agent_session_ended(bob, AGENT_SESSION_SERVED);
    wait_in(f, 1, f->b_group);
    wait_in(f, 2, f->a_group);
    wait_in(f, 3, 0);
    clock_run(f->c.timers, 4900);
    assert_int_equal(f->n_offers, 1);
    clock_run(f->c.timers, 200);
    assert_int_equal(f->n_offers, 2);
    assert_ptr_equal(f->callers[1].with, bob); /* the oldest of all his groups */
}

static void one_who_never_answers_holds_up_nobody(void **state) {
    fixture *f = *state;
    agent *ann = centre_sign_in(&f->c, "ann"), *tried[] = { ann };
    uint64_t since_ms = clock_ms();
    wait_in(f, 0, f->a_group);
    soon(f);
    wait_in(f, 1, f->a_group);
    assert_ptr_equal(f->callers[0].with, ann);
    centre_set(&f->c, "{\"missedRests\":false}");
    wait_with(f, &f->callers[0], (acd_contact){ .group_id = f->a_group, .since_ms = since_ms, .tried = tried, .n_tried = 1 });
    agent_session_ended(ann, AGENT_SESSION_MISSED);
    assert_int_equal(acd_ahead(f->queue, f->callers[0].ticket), 0); /* it has kept its place */
    soon(f);
    assert_ptr_equal(f->callers[1].with, ann);
    for (int i = 0; i < 20; i++) { /* changing its status brings it no second chance */
        agent_session_ended(ann, AGENT_SESSION_NEITHER);
        agent_ask(ann, AGENT_EVENT_SET_REST, "meal");
        agent_ask(ann, AGENT_EVENT_SET_FREE, NULL);
        soon(f);
    }
    assert_int_equal(f->callers[0].n_offers, 1);
    agent *bob = centre_sign_in(&f->c, "bob");
    soon(f);
    assert_ptr_equal(f->callers[0].with, bob);
}

static void who_missed_rests_and_gets_no_more(void **state) {
    fixture *f = *state;
    agent *ann = centre_sign_in(&f->c, "ann");
    for (int i = 0; i < 3; i++)
        wait_in(f, i, f->a_group);
    soon(f);
    agent_session_ended(ann, AGENT_SESSION_MISSED);
    clock_run(f->c.timers, 60000);
    assert_int_equal(f->n_offers, 1);
}

static void longest_idle_counts_from_the_end_of_the_last_session(void **state) {
    fixture *f = *state;
    agent *ann = centre_sign_in(&f->c, "ann");
    clock_run(f->c.timers, 1000);
    agent *bob = centre_sign_in(&f->c, "bob"), *expected[] = { ann, bob, ann, bob, ann, bob };
    for (int i = 0; i < 6; i++) {
        clock_run(f->c.timers, 1000);
        wait_in(f, i, f->a_group);
        soon(f);
        assert_ptr_equal(f->callers[i].with, expected[i]);
        clock_run(f->c.timers, 500);
        agent_session_ended(expected[i], AGENT_SESSION_SERVED);
    }
}

static void fewest_calls_since_midnight(void **state) {
    fixture *f = *state;
    centre_set(&f->c, "{\"strategy\":\"fewestCalls\"}");
    agent *ann = centre_sign_in(&f->c, "ann"), *bob = centre_sign_in(&f->c, "bob");
    agent_session_answered(ann);
    agent_set_connected(ann, false); /* what the index has is from before */
    agent_set_connected(ann, true);
    clock_run(f->c.timers, 1000);
    wait_in(f, 0, f->a_group);
    soon(f);
    assert_ptr_equal(f->callers[0].with, bob);
    agent_session_answered(bob);
    agent_session_answered(bob);
    agent_session_ended(bob, AGENT_SESSION_SERVED);
    wait_in(f, 1, f->a_group);
    soon(f);
    assert_ptr_equal(f->callers[1].with, ann);
    agent_session_answered(ann); /* ann 2, bob 2; ann is free later */
    agent_session_answered(ann); /* 3 */
    agent_session_ended(ann, AGENT_SESSION_SERVED);
    clock_run(f->c.timers, 24 * 3600 * 1000); /* yesterday counts no more: bob is free for longer all the same */
    wait_in(f, 2, f->a_group);
    soon(f);
    assert_ptr_equal(f->callers[2].with, bob);
    agent_session_answered(bob);
    agent_session_ended(bob, AGENT_SESSION_SERVED);
    wait_in(f, 3, f->a_group);
    soon(f);
    assert_ptr_equal(f->callers[3].with, ann); /* 0 of today, not 3 */
}

static void who_served_the_number_last_is_asked_first(void **state) {
    fixture *f = *state;
    static store_cdr cdr;
    int64_t now_ms = clock_unix_ms();
    cdr = (store_cdr){ .session_id = "s-1", .app_id = APP, .type = CDR_IN, .inbound = true, .caller = "13800138000", .user_id = "bob",
                       .start_ms = now_ms, .accept_ms = now_ms, .end_ms = now_ms, .n_steps = 1 };
    cdr.steps[0] = (cdr_step){ .type = CDR_STAFF_SEAT, .user_id = "bob", .accept_ms = now_ms, .end_ms = now_ms };
    assert_int_equal(store_put_cdr(f->c.db, &cdr), 0);
    agent *ann = centre_sign_in(&f->c, "ann");
    clock_run(f->c.timers, 1000);
    agent *bob = centre_sign_in(&f->c, "bob");
    wait_with(f, &f->callers[0], (acd_contact){ .group_id = f->a_group, .caller = "13800138000" });
    soon(f);
    assert_ptr_equal(f->callers[0].with, ann); /* the setting is off */
    agent_session_ended(ann, AGENT_SESSION_NEITHER);
    centre_set(&f->c, "{\"lastAgentFirst\":true}");
    clock_run(f->c.timers, 10);
    wait_with(f, &f->callers[1], (acd_contact){ .group_id = f->a_group, .caller = "13800138000" });
    wait_with(f, &f->callers[2], (acd_contact){ .group_id = f->a_group, .caller = "13900000000" });
    soon(f);
    assert_ptr_equal(f->callers[1].with, bob);
    assert_ptr_equal(f->callers[2].with, ann);
}

static void only_one_agent(void **state) {
    fixture *f = *state;
    agent *ann = centre_sign_in(&f->c, "ann"), *dan = centre_sign_in(&f->c, "dan");
    agent_ask(dan, AGENT_EVENT_SET_NOT_READY, NULL);
    wait_with(f, &f->callers[0], (acd_contact){ .group_id = f->a_group, .only = dan });
    wait_with(f, &f->callers[1], (acd_contact){ .group_id = f->a_group, .only = dan });
    assert_int_equal(acd_ahead(f->queue, f->callers[1].ticket), 1);
    soon(f);
    assert_ptr_equal(f->callers[0].with, dan); /* ACD-016; ann is free and gets nothing */
    assert_null(f->callers[1].with);
    assert_int_equal(agent_status_of(ann), AGENT_STATUS_FREE);
    agent_session_ended(dan, AGENT_SESSION_SERVED);
    soon(f);
    assert_ptr_equal(f->callers[1].with, dan);
    agent_ask(dan, AGENT_EVENT_SET_REST, NULL);
    agent_session_ended(dan, AGENT_SESSION_SERVED);
    wait_with(f, &f->callers[2], (acd_contact){ .only = dan });
    clock_run(f->c.timers, 1000);
    assert_null(f->callers[2].with); /* ACD-017 */
}

static void places_are_told_as_they_change(void **state) {
    fixture *f = *state;
    for (int i = 0; i < 4; i++)
        wait_in(f, i, f->a_group);
    wait_in(f, 4, f->b_group);
    clock_run(f->c.timers, 1000);
    for (int i = 0; i < 4; i++)
        assert_int_equal(f->callers[i].ahead, i);
    assert_int_equal(f->callers[4].ahead, 0); /* another queue */
    acd_leave(f->queue, f->callers[1].ticket); /* ACD-035 */
    clock_run(f->c.timers, 1000);
    assert_int_equal(f->callers[0].n_moved, 1); /* nothing new */
    assert_int_equal(f->callers[2].ahead, 1);
    assert_int_equal(f->callers[3].ahead, 2);
    f->leaves_when_told = &f->callers[3];
    centre_sign_in(&f->c, "ann"); /* takes the first; who is told then makes the last leave */
    clock_run(f->c.timers, 1000);
    assert_int_equal(f->callers[2].ahead, 0);
    assert_int_equal(f->callers[3].ticket, 0);
    assert_int_equal(acd_length(f->queue, APP, f->a_group).waiting, 1);
}

static void a_full_queue_takes_no_more_but_those_who_come_back(void **state) {
    fixture *f = *state;
    centre_set(&f->c, "{\"queueMax\":3}");
    for (int i = 0; i < 3; i++)
        assert_true(wait_in(f, i, f->a_group) > 0);
    assert_int_equal(wait_in(f, 3, f->a_group), TCCC_E_LIMIT);
    assert_true(wait_in(f, 4, f->b_group) > 0); /* the limit is of each queue */
    assert_true(wait_with(f, &f->callers[5], (acd_contact){ .group_id = f->a_group, .since_ms = 1 }) > 0);
    assert_int_equal(acd_ahead(f->queue, f->callers[5].ticket), 0);
    assert_int_equal(acd_ahead(f->queue, f->callers[0].ticket), 1);
}

static void lengths(void **state) {
    fixture *f = *state;
    wait_in(f, 0, f->a_group);
    clock_run(f->c.timers, 2000);
    wait_in(f, 1, f->a_group);
    wait_in(f, 2, f->b_group);
    clock_run(f->c.timers, 500);
    acd_queue_length a = acd_length(f->queue, APP, f->a_group), b = acd_length(f->queue, APP, f->b_group), all = acd_length(f->queue, APP, 0);
    assert_int_equal(a.waiting, 2);
    assert_int_equal(a.longest_ms, 2500);
    assert_int_equal(b.longest_ms, 500);
    assert_int_equal(all.waiting, 3);
    assert_int_equal(all.longest_ms, 2500);
    assert_int_equal(acd_length(f->queue, 0, 0).waiting, 3);
    assert_int_equal(acd_length(f->queue, APP + 1, 0).waiting, 0);
    assert_int_equal(acd_length(f->queue, APP + 1, f->a_group).waiting, 0);
}

static void anybody_online_and_anybody_free(void **state) {
    fixture *f = *state;
    assert_false(acd_anybody_online(f->queue, APP, f->a_group));
    agent *ann = centre_sign_in(&f->c, "ann");
    assert_true(acd_anybody_online(f->queue, APP, f->a_group) && acd_anybody_online(f->queue, APP, 0));
    assert_false(acd_anybody_online(f->queue, APP, f->b_group) || acd_anybody_online(f->queue, APP + 1, 0));
    assert_true(acd_anybody_free(f->queue, APP, f->a_group));
    agent_session_began(ann, "s");
    assert_false(acd_anybody_free(f->queue, APP, f->a_group));
    assert_true(acd_anybody_online(f->queue, APP, f->a_group)); /* ACD-024: all are busy, but there */
    agent_session_ended(ann, AGENT_SESSION_NEITHER);
    agent_ask(ann, AGENT_EVENT_OFFLINE, NULL);
    assert_false(acd_anybody_online(f->queue, APP, 0));
    agents_set_reach(f->c.agents, by_phone, NULL);
    agent_set_seat(ann, NULL);
    assert_int_equal(agent_ask(ann, AGENT_EVENT_ONLINE, NULL), 1);
    assert_true(acd_anybody_online(f->queue, APP, f->a_group)); /* a desk phone will do */
}

static void an_offer_handler_may_put_the_contact_back(void **state) {
    fixture *f = *state;
    agent *ann = centre_sign_in(&f->c, "ann");
    f->comes_back = &f->callers[0];
    wait_in(f, 0, 0);
    wait_in(f, 1, 0);
    soon(f);
    assert_int_equal(f->callers[0].n_offers, 1);
    assert_ptr_equal(f->callers[1].with, ann);
    assert_int_equal(acd_ahead(f->queue, f->callers[0].ticket), 0);
}

static void a_deleted_agent_gets_nothing_and_its_callers_can_leave(void **state) {
    fixture *f = *state;
    agent *ann = centre_sign_in(&f->c, "ann");
    agent_session_began(ann, "s");
    wait_with(f, &f->callers[0], (acd_contact){ .only = ann });
    wait_in(f, 1, f->a_group);
    assert_int_equal(store_delete_agent(f->c.db, APP, "ann"), 0);
    assert_int_equal(agents_reload(f->c.agents, APP), 0);
    clock_run(f->c.timers, 1000);
    assert_int_equal(f->n_offers, 0);
    acd_leave(f->queue, f->callers[0].ticket);
    agent *bob = centre_sign_in(&f->c, "bob");
    soon(f);
    assert_ptr_equal(f->callers[1].with, bob);
}

static void two_apps_never_meet(void **state) {
    fixture *f = *state;
    centre_sign_in(&f->c, "ann");
    assert_int_equal(store_put_app(f->c.db, APP + 1, "other"), 0);
    assert_true(acd_wait(f->queue, &(acd_contact){ .app_id = APP + 1, .session_id = "s", .contact = &f->callers[0] }) > 0);
    clock_run(f->c.timers, 1000);
    assert_int_equal(f->n_offers, 0);
}

#define SAYS(test, name) { name, test, open_all, close_all, NULL }

int main(void) {
    const struct CMUnitTest tests[] = {
        SAYS(an_offer_comes_from_the_loop_never_from_inside_wait, "an offer comes from the loop, never from inside acd_wait"),
        SAYS(who_hangs_up_before_the_offer_is_made_gets_none, "ACD-035 who hangs up before the offer is made gets none (no zombie call)"),
        SAYS(an_old_ticket_touches_nobody_else, "an old ticket touches nobody else"),
        SAYS(the_caller_leaves_while_it_rings_and_the_agent_is_not_stuck, "the caller leaves while it rings: the agent is not stuck, the queue goes on"),
        SAYS(every_way_of_becoming_free_drains_the_queue, "ACD-016 ACD-019 every way of becoming free drains the queue"),
        SAYS(statuses_that_dispatch_skips, "ACD-012 ACD-014 ACD-016 to ACD-020 statuses that dispatch skips; one contact at a time"),
        SAYS(after_call_work_holds_for_all_groups_of_the_agent, "ACD-019 after-call work holds for all groups of the agent"),
        SAYS(one_who_never_answers_holds_up_nobody, "ACD-001 one who never answers holds up nobody and is not asked again; the contact keeps its place"),
        SAYS(who_missed_rests_and_gets_no_more, "ACD-011 who missed rests and gets no more"),
        SAYS(longest_idle_counts_from_the_end_of_the_last_session, "ACD-008 longest idle counts from the end of the last session"),
        SAYS(fewest_calls_since_midnight, "ACD-009 AMB-23 fewest calls since midnight"),
        SAYS(who_served_the_number_last_is_asked_first, "ACD-010 who served the number last is asked first"),
        SAYS(only_one_agent, "ACD-016 ACD-017 ACD-029 a contact for one agent rings only that one"),
        SAYS(places_are_told_as_they_change, "ACD-022 IVR-016 ACD-035 places are told as they change"),
        SAYS(a_full_queue_takes_no_more_but_those_who_come_back, "a full queue takes no more, but those who come back"),
        SAYS(lengths, "lengths of queues"),
        SAYS(anybody_online_and_anybody_free, "ACD-023 ACD-024 anybody online, anybody free"),
        SAYS(an_offer_handler_may_put_the_contact_back, "an offer handler may put the contact back"),
        SAYS(a_deleted_agent_gets_nothing_and_its_callers_can_leave, "a deleted agent gets nothing, and its callers can leave"),
        SAYS(two_apps_never_meet, "two apps never meet"),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
