/* test_agent_fsm.c: every cell of the agent's table. Layer: tests. */
#include "core/agent_fsm.h"

#include <string.h>

#include "cmocka_all.h"
#include "tccc/error.h"

/* One letter a cell, columns in the order of enum agent_event: O offline, F free, B busy, N busy then notReady, R busy then
 * rest, K busy then kept after-call work, W busy then after-call work, Z busy then offline, A after-call work that counts down,
 * k kept after-call work, n notReady, r rest, m no microphone; x refused as offline, b as busy, s in this state. Written from the manual's rules. */
static const char letters[] = "OFBNRKWZAknrm";
static const char *const expected[AGENT_STATES] = {
    /* ONLINE OFFLINE FREE REST ARRANGE NOTREADY STOPNOTREADY CALL ENDED WRAPUP MISSED DONE GONE FORBIDDEN MICLOST MICBACK */
    "FOxxxxxZOOOOOOOO", "FOFrknFBFFFFOOmF", "BbBRbNBBFArBZZBB", "NbBRbNBNnnnNZZNN", "RbBRbNRRrrrRZZRR", "KbBRKNKKkkkKZZKK", "WbBRbNWWAArWZZWW",
    "BZxxxxxZOOOZZZZZ", "AOFrknAWAAAFOOAA", "kOFrknkKkkkkOOkk", "nOFrknFNnnnnOOnn", "rOFrknrRrrrrOOrr", "mOsrknsBmmmmOOmF",
};

static void every_cell_leads_where_the_rules_say(void **state) {
    (void)state;
    for (int from = 0; from < AGENT_STATES; from++) {
        assert_int_equal(strlen(expected[from]), AGENT_EVENTS);
        for (int event = 0; event < AGENT_EVENTS; event++) {
            enum agent_state now = (enum agent_state)from;
            int result = agent_fsm_step(&now, (enum agent_event)event);
            char wanted = expected[from][event];
            if (wanted == 'x') assert_int_equal(result, TCCC_E_AGENT_OFFLINE);
            else if (wanted == 'b') assert_int_equal(result, TCCC_E_AGENT_BUSY);
            else if (wanted == 's') assert_int_equal(result, TCCC_E_STATE);
            else assert_int_equal(letters[now], wanted);
            if (result <= 0) assert_int_equal(now, from);
            else assert_int_not_equal(now, from);
        }
    }
}

static void what_is_shown_is_one_of_the_manual_s_words(void **state) {
    (void)state;
    static const char *const shown[AGENT_STATES] = { "offline", "free", "busy", "busy", "busy", "busy", "busy", "busy", "arrange", "arrange",
                                                    "notReady", "rest", "notReady" };
    for (int i = 0; i < AGENT_STATES; i++) assert_string_equal(agent_status_name(agent_fsm_status((enum agent_state)i)), shown[i]);
    assert_null(agent_status_names[AGENT_STATUSES]);
}

static void only_rest_and_not_ready_are_told_as_reserved(void **state) {
    (void)state;
    for (int i = 0; i < AGENT_STATES; i++) {
        enum agent_status told = i == AGENT_BUSY_THEN_REST ? AGENT_STATUS_REST : i == AGENT_BUSY_THEN_NOT_READY ? AGENT_STATUS_NOT_READY : AGENT_STATUS_OFFLINE;
        assert_int_equal(agent_fsm_reserved((enum agent_state)i), told);
    }
}

#define SAYS(test, name) { name, test, NULL, NULL, NULL }

int main(void) {
    const struct CMUnitTest tests[] = {
        SAYS(every_cell_leads_where_the_rules_say, "SDK-079 AMB-09 every cell leads where the rules say"),
        SAYS(what_is_shown_is_one_of_the_manual_s_words, "SDK-016 to SDK-020 what is shown is one of the manual's words"),
        SAYS(only_rest_and_not_ready_are_told_as_reserved, "only rest and notReady are told as reserved"),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
