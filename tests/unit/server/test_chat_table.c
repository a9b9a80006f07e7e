/* test_chat_table.c: every cell of a chat's life in the centre. Layer: tests. */
#include "server/chat/chat_table.h"

#include <string.h>

#include "../cmocka_all.h"

/* Two letters a cell: next phase (f flow, q queued, o offered, p open, x over) and action (- nothing, ! refuse, O offer, P open, N next,
 * H hand over, W wait, T turn, A after, E end). */
static const char *const expected[CHAT_PHASES] = {
    /* ASSIGNED ACCEPT REJECT LATE LOST GONE AGENT_ENDS TRANSFER VISITOR_ENDS VISITOR_GONE SILENT WAIT_OVER
     * FLOW_QUEUES FLOW_TURNS AGENT_LEAVES FLOW_ENDS */
    "f-f!f!f-f-f-f!f!xExEf-f-qWf-f!xE",
    "oOq!q!q-q-q-q!q!xExEq-xEq-fTq!xE",
    "o-pPqNqNqNqNo!o!xExEo-o-o-fTo!o-",
    "p-p!p!p-p-qNxEqHxExExEp-p-p-fAp-",
    "x-x!x!x-x-x-x!x!x!x-x-x-x-x-x!x-",
};

static void every_cell_leads_where_the_rules_say(void **state) {
    static const char phases[] = "fqopx", actions[] = "-!OPNHWTAE";
    (void)state;
    for (int from = 0; from < CHAT_PHASES; from++) {
        assert_int_equal(strlen(expected[from]), 2 * CHAT_HAPPENINGS);
        for (int what = 0; what < CHAT_HAPPENINGS; what++) {
            chat_cell cell = chat_table_step((enum chat_phase)from, (enum chat_happening)what);
            if (phases[cell.next] != expected[from][2 * what] || actions[cell.action] != expected[from][2 * what + 1])
                fail_msg("%s, %d: %c%c", chat_phase_name((enum chat_phase)from), what, phases[cell.next], actions[cell.action]);
        }
    }
}

static void what_is_over_stays_over(void **state) {
    (void)state;
    for (int what = 0; what < CHAT_HAPPENINGS; what++) {
        chat_cell cell = chat_table_step(CHAT_PHASE_OVER, (enum chat_happening)what);
        assert_int_equal(cell.next, CHAT_PHASE_OVER);
        assert_true(cell.action == CHAT_ACT_NOTHING || cell.action == CHAT_ACT_REFUSE);
    }
}

static void a_phases_name_leads_back_to_it(void **state) {
    (void)state;
    for (int i = 0; i < CHAT_PHASES; i++)
        assert_int_equal(chat_phase_named(chat_phase_name((enum chat_phase)i)), i);
    assert_int_equal(chat_phase_named("of a newer server"), CHAT_PHASE_QUEUED);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_cell_leads_where_the_rules_say), cmocka_unit_test(what_is_over_stays_over),
                                        cmocka_unit_test(a_phases_name_leads_back_to_it) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
