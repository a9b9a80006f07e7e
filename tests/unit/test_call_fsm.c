/* test_call_fsm.c: every cell of a call's table. Layer: tests. */
#include "core/call_fsm.h"

#include <string.h>

#include "cmocka_all.h"

/* Two letters a cell, columns in the order of enum call_event; the first is the next state: . none, d dialing, r ringing,
 * e early, o offered, a accepting, t talking, h held, l leaving, E ended; the second: + pass, - ignore, x refuse. */
static const char letters[] = ".dreoathlE";
static const char *const expected[CALL_STATES] = {
    /* OUTED IN RINGING EARLY ANSWERED ACCESSED HELD UNHELD TRANSFER MOVED ENDED DELETED ACCEPT_FAILED | ACCEPT HANGUP HOLD UNHOLD DIGITS MUTE DELETE HAND_OVER */
    "d+o+.-.-.-.-.-.-.-.-.+.-.-.x.x.x.x.x.x.x.x",
    "d-d-r+e+t+d+d-d-d+d-E+d-d-dxl+dxdxdxd+dxdx",
    "r-r-r-e+t+r+r-r-r+r-E+r-r-rxl+rxrxrxr+rxrx",
    "e-e-e-e-t+e+e-e-e+e-E+e-e-exl+exexe+e+exex",
    "o-o-o-o-o-t+o-o-o+.+E+o-o-a+l+oxoxoxo+oxox",
    "a-a-a-a-a-t+a-a-a+.+E+a-o-axl+axaxaxa+axax",
    "t-t-t-t-t-t+h+t-t+t-E+t-t-txl+t+t-t+t+txt+",
    "h-h-h-h-h-h-h-t+h+h-E+h-h-hxl+h-h+hxh+hxh+",
    "l-l-l+l+l+l+l+l+l+.+E+l-l-lxl+lxlxlxl+lxlx",
    "E-E-E-E-E-E-E-E-E+E-E-.+E-ExE-ExExExExE+Ex",
};

static void every_cell_leads_where_the_rules_say(void **state) {
    (void)state;
    static const char verdicts[] = "-+x";
    for (int from = 0; from < CALL_STATES; from++) {
        assert_int_equal(strlen(expected[from]), 2 * CALL_EVENTS);
        for (int event = 0; event < CALL_EVENTS; event++) {
            enum call_state now = (enum call_state)from;
            enum call_verdict verdict = call_fsm_step(&now, (enum call_event)event);
            if (letters[now] != expected[from][2 * event] || verdicts[verdict] != expected[from][2 * event + 1])
                fail_msg("%s, event %d: %c%c", call_fsm_name((enum call_state)from), event, letters[now], verdicts[verdict]);
        }
    }
}

static void a_refused_command_never_changes_the_state(void **state) {
    (void)state;
    for (int from = 0; from < CALL_STATES; from++) {
        for (int event = 0; event < CALL_EVENTS; event++) {
            enum call_state now = (enum call_state)from;
            if (call_fsm_step(&now, (enum call_event)event) == CALL_REFUSE) assert_int_equal(now, from);
        }
    }
}

static void only_a_session_that_ended_or_moved_can_go(void **state) {
    (void)state;
    for (int from = CALL_DIALING; from < CALL_STATES; from++) {
        for (int event = 0; event < CALL_EVENTS; event++) {
            enum call_state now = (enum call_state)from;
            call_fsm_step(&now, (enum call_event)event);
            if (now == CALL_NONE) assert_true(event == CALL_EV_MOVED || (from == CALL_ENDED && event == CALL_EV_DELETED));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_leads_where_the_rules_say),
        cmocka_unit_test(a_refused_command_never_changes_the_state),
        cmocka_unit_test(only_a_session_that_ended_or_moved_can_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
