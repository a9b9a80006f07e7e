/* test_call_table.c: every cell of the call's table. Layer: tests. */
#include "server/call/call_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* "PHASE HAPPENING NEXT ACTION"; whatever is not here keeps the phase: requests are refused, the rest does nothing. */
static const char *const expected[] = {
    "FETCHING ACCEPT DIALING DIAL", "FETCHING REJECT OVER END_BY_SEAT", "FETCHING HANGUP OVER END_BY_SEAT",
    "FETCHING HANGUP_TO_FLOW OVER END_BY_SEAT", "FETCHING NOT_REACHED OVER END_UNFETCHED", "FETCHING AGENT_GONE OVER END_BY_SEAT",
    "FETCHING RING_LATE OVER END_UNFETCHED", "FETCHING ADMIN_HANGUP OVER END_BY_ADMIN", "FETCHING STOPPED OVER END_STOPPED",
    "DIALING RANG RINGING TELL_RINGING", "DIALING CONNECTED TALKING TELL_ANSWERED", "DIALING CONNECTED_TO_FLOW FLOW RUN_FLOW",
    "DIALING CUSTOMER_LEFT OVER END_BY_CUSTOMER", "DIALING FAILED OVER END_UNREACHED", "DIALING HANGUP OVER END_BY_SEAT",
    "DIALING HANGUP_TO_FLOW OVER END_BY_SEAT", "DIALING AGENT_GONE OVER END_BY_SEAT", "DIALING RING_LATE OVER END_UNANSWERED",
    "DIALING ADMIN_HANGUP OVER END_BY_ADMIN", "DIALING STOPPED OVER END_STOPPED",
    "RINGING RANG RINGING TELL_RINGING", "RINGING CONNECTED TALKING TELL_ANSWERED", "RINGING CONNECTED_TO_FLOW FLOW RUN_FLOW",
    "RINGING CUSTOMER_LEFT OVER END_BY_CUSTOMER", "RINGING FAILED OVER END_UNREACHED", "RINGING HANGUP OVER END_BY_SEAT",
    "RINGING HANGUP_TO_FLOW OVER END_BY_SEAT", "RINGING AGENT_GONE OVER END_BY_SEAT", "RINGING RING_LATE OVER END_UNANSWERED",
    "RINGING ADMIN_HANGUP OVER END_BY_ADMIN", "RINGING STOPPED OVER END_STOPPED",
    "FLOW CONNECTED FLOW RUN_FLOW", "FLOW CUSTOMER_LEFT OVER END_BY_CUSTOMER", "FLOW FAILED OVER END_LOST", "FLOW FLOW_QUEUES QUEUED QUEUE",
    "FLOW FLOW_RETURNS OVER END_BY_FLOW", "FLOW FLOW_HANGS_UP OVER END_BY_FLOW", "FLOW ADMIN_HANGUP OVER END_BY_ADMIN",
    "FLOW STOPPED OVER END_STOPPED",
    "QUEUED CUSTOMER_LEFT OVER END_BY_CUSTOMER", "QUEUED FAILED OVER END_LOST", "QUEUED ASSIGNED OFFERED OFFER", "QUEUED WAIT_OVER OVER END_UNSERVED",
    "QUEUED WAIT_OVER_IN_FLOW FLOW FLOW_WAIT_OVER", "QUEUED FLOW_TURNS FLOW LEAVE_QUEUE", "QUEUED ADMIN_HANGUP OVER END_BY_ADMIN", "QUEUED STOPPED OVER END_STOPPED",
    "OFFERED CUSTOMER_LEFT OVER END_BY_CUSTOMER", "OFFERED FAILED OVER END_LOST", "OFFERED ACCEPT ACCEPTED ANSWER",
    "OFFERED REJECT QUEUED NEXT_AGENT_AFTER_REJECT", "OFFERED HANGUP QUEUED NEXT_AGENT_AFTER_REJECT",
    "OFFERED HANGUP_TO_FLOW QUEUED NEXT_AGENT_AFTER_REJECT", "OFFERED NOT_REACHED QUEUED NEXT_AGENT_UNREACHED", "OFFERED AGENT_GONE QUEUED REQUEUE",
    "OFFERED OFFER_LATE QUEUED NEXT_AGENT", "OFFERED FLOW_TURNS FLOW WITHDRAW", "OFFERED ADMIN_HANGUP OVER END_BY_ADMIN", "OFFERED STOPPED OVER END_STOPPED",
    "ACCEPTED CONNECTED TALKING TELL_ACCESSED", "ACCEPTED CUSTOMER_LEFT OVER END_BY_CUSTOMER", "ACCEPTED FAILED OVER END_LOST",
    "ACCEPTED HANGUP OVER END_BY_SEAT", "ACCEPTED HANGUP_TO_FLOW OVER END_BY_SEAT", "ACCEPTED AGENT_GONE OVER END_BY_SEAT",
    "ACCEPTED ADMIN_HANGUP OVER END_BY_ADMIN", "ACCEPTED STOPPED OVER END_STOPPED",
    "TALKING CUSTOMER_LEFT OVER END_BY_CUSTOMER", "TALKING FAILED OVER END_LOST", "TALKING HANGUP OVER END_BY_SEAT",
    "TALKING HANGUP_TO_FLOW AFTER LEAVE_TO_FLOW", "TALKING HOLD HELD HOLD_ON", "TALKING UNHOLD TALKING SETTLED", "TALKING TRANSFER QUEUED HAND_OVER",
    "TALKING ASK_FLOW ASIDE STEP_ASIDE", "TALKING AGENT_GONE OVER END_BY_SEAT", "TALKING ADMIN_HANGUP OVER END_BY_ADMIN",
    "TALKING STOPPED OVER END_STOPPED",
    "HELD CUSTOMER_LEFT OVER END_BY_CUSTOMER", "HELD FAILED OVER END_LOST", "HELD HANGUP OVER END_BY_SEAT", "HELD HANGUP_TO_FLOW AFTER LEAVE_TO_FLOW",
    "HELD HOLD HELD SETTLED", "HELD UNHOLD TALKING HOLD_OFF", "HELD TRANSFER QUEUED HAND_OVER", "HELD ASK_FLOW ASIDE STEP_ASIDE",
    "HELD AGENT_GONE OVER END_BY_SEAT", "HELD ADMIN_HANGUP OVER END_BY_ADMIN", "HELD STOPPED OVER END_STOPPED",
    "TALKING FAR_HOLD FAR_HELD FAR_HOLD_ON", "TALKING FAR_UNHOLD TALKING SETTLED", "TALKING CONSULT CONSULTING BEGIN_CONSULT",
    "TALKING INTERCEPT TALKING TAKE_OVER", "HELD FAR_HOLD BOTH_HELD FAR_HOLD_ON", "HELD FAR_UNHOLD HELD SETTLED",
    "HELD CONSULT CONSULTING BEGIN_CONSULT", "HELD INTERCEPT TALKING TAKE_OVER",
    "FAR_HELD CUSTOMER_LEFT OVER END_BY_CUSTOMER", "FAR_HELD FAILED OVER END_LOST", "FAR_HELD HANGUP OVER END_BY_SEAT",
    "FAR_HELD HANGUP_TO_FLOW OVER END_BY_SEAT", "FAR_HELD HOLD BOTH_HELD HOLD_ON", "FAR_HELD UNHOLD FAR_HELD SETTLED",
    "FAR_HELD FAR_HOLD FAR_HELD SETTLED", "FAR_HELD FAR_UNHOLD TALKING FAR_HOLD_OFF", "FAR_HELD TRANSFER QUEUED HAND_OVER",
    "FAR_HELD AGENT_GONE OVER END_BY_SEAT", "FAR_HELD ADMIN_HANGUP OVER END_BY_ADMIN", "FAR_HELD STOPPED OVER END_STOPPED",
    "BOTH_HELD CUSTOMER_LEFT OVER END_BY_CUSTOMER", "BOTH_HELD FAILED OVER END_LOST", "BOTH_HELD HANGUP OVER END_BY_SEAT",
    "BOTH_HELD HANGUP_TO_FLOW OVER END_BY_SEAT", "BOTH_HELD HOLD BOTH_HELD SETTLED", "BOTH_HELD UNHOLD FAR_HELD HOLD_OFF",
    "BOTH_HELD FAR_HOLD BOTH_HELD SETTLED", "BOTH_HELD FAR_UNHOLD HELD FAR_HOLD_OFF", "BOTH_HELD TRANSFER QUEUED HAND_OVER",
    "BOTH_HELD AGENT_GONE OVER END_BY_SEAT", "BOTH_HELD ADMIN_HANGUP OVER END_BY_ADMIN", "BOTH_HELD STOPPED OVER END_STOPPED",
    "CONSULTING CUSTOMER_LEFT OVER END_BY_CUSTOMER", "CONSULTING FAILED OVER END_LOST", "CONSULTING HANGUP OVER END_BY_SEAT",
    "CONSULTING HANGUP_TO_FLOW OVER END_BY_SEAT", "CONSULTING CONSULT_COMPLETE TALKING THIRD_TAKES", "CONSULTING CONSULT_CANCEL TALKING DROP_THIRD",
    "CONSULTING CONFER CONFERENCE JOIN_THIRD", "CONSULTING CONSULT_OVER HELD TELL_CONSULT_OVER", "CONSULTING AGENT_GONE OVER END_BY_SEAT",
    "CONSULTING ADMIN_HANGUP OVER END_BY_ADMIN", "CONSULTING STOPPED OVER END_STOPPED",
    "CONFERENCE CUSTOMER_LEFT OVER END_BY_CUSTOMER", "CONFERENCE FAILED OVER END_LOST", "CONFERENCE HANGUP TALKING THIRD_TAKES",
    "CONFERENCE HANGUP_TO_FLOW TALKING THIRD_TAKES", "CONFERENCE CONSULT_COMPLETE TALKING THIRD_TAKES", "CONFERENCE LEAVE_CONFERENCE TALKING THIRD_TAKES",
    "CONFERENCE CONSULT_CANCEL TALKING DROP_THIRD", "CONFERENCE CONFER CONFERENCE SETTLED", "CONFERENCE CONSULT_OVER TALKING TELL_CONSULT_OVER",
    "CONFERENCE AGENT_GONE TALKING THIRD_TAKES", "CONFERENCE ADMIN_HANGUP OVER END_BY_ADMIN", "CONFERENCE STOPPED OVER END_STOPPED",
    "ASIDE CUSTOMER_LEFT OVER END_BY_CUSTOMER", "ASIDE FAILED OVER END_LOST", "ASIDE HANGUP OVER END_BY_SEAT",
    "ASIDE HANGUP_TO_FLOW OVER END_BY_SEAT", "ASIDE ASK_BACK TALKING COME_BACK", "ASIDE AGENT_GONE OVER END_BY_SEAT",
    "ASIDE FLOW_RETURNS TALKING COME_BACK", "ASIDE FLOW_HANGS_UP TALKING COME_BACK", "ASIDE ADMIN_HANGUP OVER END_BY_ADMIN",
    "ASIDE STOPPED OVER END_STOPPED",
    "AFTER CUSTOMER_LEFT OVER END_BY_CUSTOMER", "AFTER FAILED OVER END_LOST", "AFTER REJECT AFTER SETTLED", "AFTER HANGUP AFTER SETTLED",
    "AFTER HANGUP_TO_FLOW AFTER SETTLED", "AFTER FLOW_QUEUES QUEUED QUEUE", "AFTER FLOW_RETURNS OVER END_BY_FLOW",
    "AFTER FLOW_HANGS_UP OVER END_BY_FLOW", "AFTER ADMIN_HANGUP OVER END_BY_ADMIN", "AFTER STOPPED OVER END_STOPPED",
    "OVER REJECT OVER SETTLED", "OVER HANGUP OVER SETTLED", "OVER HANGUP_TO_FLOW OVER SETTLED",
};

static const char *find(const char *start) {
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (!strncmp(expected[i], start, strlen(start)))
            return expected[i];
    return NULL;
}

static int is_request(const char *happening) {
    static const char *const requests[] = { "ACCEPT", "REJECT", "HANGUP", "HANGUP_TO_FLOW", "HOLD", "UNHOLD", "TRANSFER", "ASK_FLOW", "ASK_BACK",
                                            "FAR_HOLD", "FAR_UNHOLD", "CONSULT", "CONSULT_COMPLETE", "CONSULT_CANCEL", "CONFER", "LEAVE_CONFERENCE", "INTERCEPT" };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        if (!strcmp(happening, requests[i]))
            return 1;
    return 0;
}

static void every_cell_does_what_is_written(void **state) {
    (void)state;
    size_t used = 0;
    for (int p = 0; p < CALL_N_PHASES; p++) {
        for (int h = 0; h < CALL_N_HAPPENINGS; h++) {
            char start[80], got[160], still[160];
            call_move move = call_table_step((enum call_phase)p, (enum call_happening)h);
            const char *phase = call_phase_name((enum call_phase)p);
            snprintf(start, sizeof start, "%s %s ", phase, call_happening_name((enum call_happening)h));
            snprintf(got, sizeof got, "%s%s %s", start, call_phase_name(move.next), call_action_name(move.action));
            snprintf(still, sizeof still, "%s%s %s", start, phase, is_request(call_happening_name((enum call_happening)h)) ? "REFUSE" : "NOTHING");
            const char *want = find(start);
            used += want != NULL;
            assert_string_equal(got, want ? want : still);
        }
    }
    assert_int_equal(used, sizeof expected / sizeof *expected);
}

/* FETCHING has no customer yet. */
static void a_caller_who_leaves_ends_the_call_in_every_phase(void **state) {
    (void)state;
    for (int p = CALL_PHASE_DIALING; p < CALL_N_PHASES; p++)
        assert_int_equal(call_table_step((enum call_phase)p, CALL_ON_CUSTOMER_LEFT).next, CALL_PHASE_OVER);
}

static void an_administrator_and_a_stop_end_the_call_in_every_phase(void **state) {
    (void)state;
    for (int p = 0; p < CALL_N_PHASES; p++) {
        assert_int_equal(call_table_step((enum call_phase)p, CALL_ON_ADMIN_HANGUP).next, CALL_PHASE_OVER);
        assert_int_equal(call_table_step((enum call_phase)p, CALL_ON_STOPPED).next, CALL_PHASE_OVER);
    }
}

/* An agent who is lost leaves no call behind that counts on it. */
static void no_phase_with_an_agent_survives_its_loss(void **state) {
    (void)state;
    static const enum call_phase with_agent[] = { CALL_PHASE_FETCHING, CALL_PHASE_DIALING, CALL_PHASE_RINGING, CALL_PHASE_ACCEPTED, CALL_PHASE_TALKING, CALL_PHASE_HELD, CALL_PHASE_ASIDE };
    for (size_t i = 0; i < sizeof with_agent / sizeof *with_agent; i++)
        assert_int_equal(call_table_step(with_agent[i], CALL_ON_AGENT_GONE).next, CALL_PHASE_OVER);
    assert_int_equal(call_table_step(CALL_PHASE_OFFERED, CALL_ON_AGENT_GONE).next, CALL_PHASE_QUEUED);
}

static void nothing_comes_back_from_over(void **state) {
    (void)state;
    for (int h = 0; h < CALL_N_HAPPENINGS; h++)
        assert_int_equal(call_table_step(CALL_PHASE_OVER, (enum call_happening)h).next, CALL_PHASE_OVER);
}

static void only_one_of_two_transfers_counts(void **state) {
    (void)state;
    call_move first = call_table_step(CALL_PHASE_TALKING, CALL_ON_TRANSFER);
    assert_int_equal(first.action, CALL_ACT_HAND_OVER);
    assert_int_equal(call_table_step(first.next, CALL_ON_TRANSFER).action, CALL_ACT_REFUSE);
}

static void only_the_first_accept_counts(void **state) {
    (void)state;
    call_move first = call_table_step(CALL_PHASE_OFFERED, CALL_ON_ACCEPT);
    assert_int_equal(first.action, CALL_ACT_ANSWER);
    assert_int_equal(call_table_step(first.next, CALL_ON_ACCEPT).action, CALL_ACT_REFUSE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_does_what_is_written),
        cmocka_unit_test(a_caller_who_leaves_ends_the_call_in_every_phase),
        cmocka_unit_test(an_administrator_and_a_stop_end_the_call_in_every_phase),
        cmocka_unit_test(no_phase_with_an_agent_survives_its_loss),
        cmocka_unit_test(nothing_comes_back_from_over),
        cmocka_unit_test(only_one_of_two_transfers_counts),
        cmocka_unit_test(only_the_first_accept_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
