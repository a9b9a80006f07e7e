/* test_chat_fsm.c: every cell of a chat's table, seen from a page. Layer: tests. */
#include "core/chat_fsm.h"

#include <string.h>

#include "cmocka_all.h"

/* Two letters a cell, columns in the order of enum chat_event; the first is the next state: . none, w waiting, o offered, a accepting,
 * p open, l leaving, E ended; the second: + pass, - ignore, x refuse. */
static const char letters[] = ".woaplE";
static const char *const expected[CHAT_STATES] = {
    /* STARTED IN ACCESSED QUEUED MESSAGE MOVED TRANSFERRED ENDED DELETED REFUSED | ACCEPT REJECT END TALK LOOK HAND_OVER RATE DELETE */
    "w+o+.-.-.-.-.-.+.-.-.x.x.x.x.x.x.x.x",
    "w-w-p+w+w+w-w-E+w-w-wxwxl+w+w+wxwxwx",
    "o-o-p+o-o-.+o+E+o-o-a+l+l+oxoxoxoxox",
    "a-a-p+a-a-.+a+E+a-o-axl+l+axaxaxaxax",
    "p-p-p+w+p+.+p+E+p-p-pxpxl+p+p+p+pxpx",
    "l-l-l+l-l+.+l+E+l-p-lxl-l-lxl+lxlxlx",
    "E-E-E-E-E-E-E+E-.+E-ExE-E-ExE+ExE+E+",
};

static void every_cell_leads_where_the_rules_say(void **state) {
    (void)state;
    static const char verdicts[] = "-+x";
    for (int from = 0; from < CHAT_STATES; from++) {
        assert_int_equal(strlen(expected[from]), 2 * CHAT_EVENTS);
        for (int event = 0; event < CHAT_EVENTS; event++) {
            enum chat_state now = (enum chat_state)from;
            enum chat_verdict verdict = chat_fsm_step(&now, (enum chat_event)event);
            if (letters[now] != expected[from][2 * event] || verdicts[verdict] != expected[from][2 * event + 1])
                fail_msg("%s, event %d: %c%c", chat_fsm_name((enum chat_state)from), event, letters[now], verdicts[verdict]);
        }
    }
}

static void a_refused_command_never_changes_the_state(void **state) {
    (void)state;
    for (int from = 0; from < CHAT_STATES; from++)
        for (int event = 0; event < CHAT_EVENTS; event++) {
            enum chat_state now = (enum chat_state)from;
            if (chat_fsm_step(&now, (enum chat_event)event) == CHAT_REFUSE) assert_int_equal(now, from);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_leads_where_the_rules_say),
        cmocka_unit_test(a_refused_command_never_changes_the_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
