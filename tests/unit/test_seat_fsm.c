/* test_seat_fsm.c: every cell of the seat's table. Layer: tests. */
#include "core/seat_fsm.h"

#include <string.h>

#include "cmocka_all.h"

/* Two letters a cell, columns START OPEN WELCOME REFUSED TRY_TOKEN KICKED BROKEN RETRY EXPIRED INHERIT OVERDUE. State: n new, c connecting,
 * g greeting, w waiting, l live, L lost, r reconnecting, R resuming, k kicked, e ended. Action: - nothing, c connect, h hello,
 * r ready, R resumed, w wait, l lose, t refuse, k kick, e end, i inherit, f forsake. */
static const char states[] = "ncgwlLrRke", actions[] = "-chrRwltkeif";
static const char *const expected[SEAT_STATES] = {
    "ccn-n-n-n-n-n-n-n-Lin-", "c-ghc-c-c-c-wwc-c-c-c-", "g-g-lretcckkwwg-g-g-g-", "w-w-w-w-w-w-w-ccw-w-w-", "l-l-l-eel-kkLll-l-l-l-",
    "L-L-L-L-L-L-L-rceeL-Lf", "r-Rhr-r-r-r-Lwr-eer-rf", "R-R-lReeR-kkLwR-eeR-Rf", "k-k-k-k-k-k-k-k-k-k-k-", "e-e-e-e-e-e-e-e-e-e-e-",
};

static void every_cell_leads_where_the_rules_say(void **state) {
    (void)state;
    for (int from = 0; from < SEAT_STATES; from++) {
        assert_int_equal(strlen(expected[from]), 2 * SEAT_EVENTS);
        for (int event = 0; event < SEAT_EVENTS; event++) {
            enum seat_state now = (enum seat_state)from;
            enum seat_action action = seat_fsm_step(&now, (enum seat_event)event);
            if (states[now] != expected[from][2 * event] || actions[action] != expected[from][2 * event + 1])
                fail_msg("%s, event %d: %c%c", seat_fsm_name((enum seat_state)from), event, states[now], actions[action]);
        }
    }
}

static void ready_happens_once_in_every_life(void **state) {
    (void)state;
    for (int from = SEAT_LIVE; from < SEAT_STATES; from++) {
        for (int event = 0; event < SEAT_EVENTS; event++) {
            enum seat_state now = (enum seat_state)from;
            assert_int_not_equal(seat_fsm_step(&now, (enum seat_event)event), SEAT_DO_READY);
            assert_true(now >= SEAT_LIVE); /* no way back to before ready */
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_leads_where_the_rules_say),
        cmocka_unit_test(ready_happens_once_in_every_life),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
