/* test_call_fsm.c: every cell of a call's table. Layer: tests. */
#include "core/call_fsm.h"

#include <string.h>

#include "cmocka_all.h"

/* Two letters a cell, columns in the order of enum call_event; the first is the next state: . none, d dialing, r ringing,
 * e early, o offered, a accepting, t talking, h held, k consulting, c conference, m monitoring, l leaving, E ended; the second: + pass, - ignore, x refuse. */
static const char letters[] = ".dreoathkcmlE";
static const char *const expected[CALL_STATES] = {
    /* OUTED IN RINGING EARLY ANSWERED ACCESSED HELD UNHELD TRANSFER MOVED ENDED DELETED ACCEPT_FAILED CONSULT CONFERENCE CONSULT_OVER
     * MONITORED MONITOR_ENDED | ACCEPT HANGUP HOLD UNHOLD DIGITS MUTE DELETE HAND_OVER CONSULT CONSULT_STEP LEAVE SUPERVISE */
    "d+o+.-.-.-.-.-.-.-.-.+.-.-.-.-.-m+.+.x.x.x.x.x.x.x.x.x.x.x.x",
    "d-d-r+e+t+d+d-d-d+d-E+d-d-d-d-d-d-d-dxl+dxdxdxd+dxdxdxdxdxdx",
    "r-r-r-e+t+r+r-r-r+r-E+r-r-r-r-r-r-r-rxl+rxrxrxr+rxrxrxrxrxrx",
    "e-e-e-e-t+e+e-e-e+e-E+e-e-e-e-e-e-e-exl+exexe+e+exexexexexex",
    "o-o-o-o-o-t+o-o-o+.+E+o-o-o-o-o-o-o-a+l+oxoxoxo+oxoxoxoxoxox",
    "a-a-a-a-a-t+a-a-a+.+E+a-o-a-a-a-a-a-axl+axaxaxa+axaxaxaxaxax",
    "t-t-t-t-t-t+h+t-t+t-E+t-t-k+c+t+t-t-txl+t+t-t+t+txt+t+txtxtx",
    "h-h-h-h-h-h-h-t+h+h-E+h-h-k+c+h-h-h-hxl+h-h+hxh+hxh+h+hxhxhx",
    "k-k-k-k-k-k+k+k+k+k-E+k-k-k+c+h+k-k-kxl+kxkxk+k+kxkxkxk+kxkx",
    "c-c-c-c-c-c+c+c+c+c-E+c-c-c-c-t+c-c-cxl+cxcxc+c+cxcxcxc+c+cx",
    "m-m-m-m-m-t+m-m-m-.+E+m-m-m-m-m-m-.+mxmxmxmxmxm+mxmxmxmxmxm+",
    "l-l-l+l+l+l+l+l+l+.+E+l-l-l+l+l+l-l-lxl+lxlxlxl+lxlxlxlxlxlx",
    "E-E-E-E-E-E-E-E-E+E-E-.+E-E-E-E-E-E-ExE-ExExExExE+ExExExExEx",
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
            if (now == CALL_NONE)
                assert_true(event == CALL_EV_MOVED || (from == CALL_ENDED && event == CALL_EV_DELETED) ||
                            (from == CALL_MONITORING && event == CALL_EV_MONITOR_ENDED));
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
