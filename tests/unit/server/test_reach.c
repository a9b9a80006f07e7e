/* test_reach.c: by which way an agent is reached, and when its calls are forwarded. Layer: tests. */
#include "server/call/reach.h"

#include "../cmocka_all.h"

typedef struct {
    const char *what;
    reach_facts facts;
    enum reach_way want;
} row;

static void every_way_in_its_place(void **state) {
    (void)state;
    static const row rows[] = {
        { "a page", { .page = true }, REACH_PAGE },
        { "a page before a desk phone", { .page = true, .extension = true }, REACH_PAGE },
        { "a desk phone without a page", { .extension = true }, REACH_EXTENSION },
        { "nothing", { .mobile = true }, REACH_NOWHERE },
        { "mobile always, before the page", { .page = true, .mobile = true, .mobile_accept = STAFF_MOBILE_ALWAYS }, REACH_MOBILE },
        { "mobile always, without a number", { .page = true, .mobile_accept = STAFF_MOBILE_ALWAYS }, REACH_PAGE },
        { "mobile when offline, with a page", { .page = true, .mobile = true, .mobile_accept = STAFF_MOBILE_WHEN_OFFLINE }, REACH_PAGE },
        { "mobile when offline, with a desk phone", { .extension = true, .mobile = true, .mobile_accept = STAFF_MOBILE_WHEN_OFFLINE }, REACH_EXTENSION },
        { "mobile when offline, without either", { .mobile = true, .mobile_accept = STAFF_MOBILE_WHEN_OFFLINE }, REACH_MOBILE },
        { "ACD-030 forward always", { .page = true, .mobile = true, .mobile_accept = STAFF_MOBILE_ALWAYS, .forward = STAFF_FORWARD_ALWAYS }, REACH_FORWARD },
        { "ACD-031 forward when it cannot answer rings first", { .page = true, .forward = STAFF_FORWARD_CANNOT_ANSWER }, REACH_PAGE },
        { "forwarded so often before: it rings", { .page = true, .forward = STAFF_FORWARD_ALWAYS, .forwarded = REACH_FORWARDS_MAX }, REACH_PAGE },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (reach_choose(&rows[i].facts) != rows[i].want)
            fail_msg("%s: %s", rows[i].what, reach_way_name(reach_choose(&rows[i].facts)));
}

static void cannot_answer_is_busy_and_ring_time_out_only(void **state) {
    (void)state;
    reach_facts facts = { .forward = STAFF_FORWARD_CANNOT_ANSWER };
    assert_true(reach_forwards(&facts, REACH_BUSY));
    assert_true(reach_forwards(&facts, REACH_LATE));
    assert_false(reach_forwards(&facts, REACH_REJECTED));
    assert_false(reach_forwards(&facts, REACH_UNREACHABLE));
    facts.forward = STAFF_FORWARD_OFF;
    assert_false(reach_forwards(&facts, REACH_BUSY));
}

static void a_circle_of_forwards_ends(void **state) {
    (void)state;
    reach_facts facts = { .page = true, .forward = STAFF_FORWARD_ALWAYS };
    int rounds = 0;
    while (reach_choose(&facts) == REACH_FORWARD && rounds < 100) {
        assert_true(reach_forwards(&facts, REACH_UNREACHABLE));
        facts.forwarded = ++rounds;
    }
    assert_int_equal(rounds, REACH_FORWARDS_MAX);
    assert_false(reach_forwards(&facts, REACH_LATE));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_in_its_place),
        cmocka_unit_test(cannot_answer_is_busy_and_ring_time_out_only),
        cmocka_unit_test(a_circle_of_forwards_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
