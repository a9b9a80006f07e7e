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
    "DIALING RANG RINGING TELL_RINGING", "DIALING CONNECTED TALKING TELL_ANSWERED", "DIALING CUSTOMER_LEFT OVER END_BY_CUSTOMER", "DIALING FAILED OVER END_UNREACHED",
    "DIALING HANGUP OVER END_BY_SEAT", "DIALING RING_LATE OVER END_UNANSWERED", "DIALING SEAT_GONE OVER END_BY_SEAT", "DIALING STOPPED OVER END_STOPPED",
    "RINGING RANG RINGING TELL_RINGING", "RINGING CONNECTED TALKING TELL_ANSWERED", "RINGING CUSTOMER_LEFT OVER END_BY_CUSTOMER", "RINGING FAILED OVER END_UNREACHED",
    "RINGING HANGUP OVER END_BY_SEAT", "RINGING RING_LATE OVER END_UNANSWERED", "RINGING SEAT_GONE OVER END_BY_SEAT", "RINGING STOPPED OVER END_STOPPED",
    "QUEUED CUSTOMER_LEFT OVER END_BY_CUSTOMER", "QUEUED FAILED OVER END_LOST", "QUEUED ASSIGNED OFFERED OFFER", "QUEUED QUEUE_LATE OVER END_UNSERVED",
    "QUEUED STOPPED OVER END_STOPPED",
    "OFFERED CUSTOMER_LEFT OVER END_BY_CUSTOMER", "OFFERED FAILED OVER END_LOST", "OFFERED ACCEPT ACCEPTED ANSWER", "OFFERED REJECT QUEUED NEXT_AGENT_AFTER_REJECT",
    "OFFERED HANGUP QUEUED NEXT_AGENT_AFTER_REJECT", "OFFERED OFFER_LATE QUEUED NEXT_AGENT", "OFFERED SEAT_GONE QUEUED REQUEUE", "OFFERED STOPPED OVER END_STOPPED",
    "ACCEPTED CONNECTED TALKING TELL_ACCESSED", "ACCEPTED CUSTOMER_LEFT OVER END_BY_CUSTOMER", "ACCEPTED FAILED OVER END_LOST", "ACCEPTED HANGUP OVER END_BY_SEAT",
    "ACCEPTED SEAT_GONE OVER END_BY_SEAT", "ACCEPTED STOPPED OVER END_STOPPED",
    "TALKING CUSTOMER_LEFT OVER END_BY_CUSTOMER", "TALKING FAILED OVER END_LOST", "TALKING HANGUP OVER END_BY_SEAT", "TALKING HOLD HELD HOLD_ON",
    "TALKING SEAT_GONE OVER END_BY_SEAT", "TALKING STOPPED OVER END_STOPPED", "TALKING UNHOLD TALKING NOTHING",
    "HELD CUSTOMER_LEFT OVER END_BY_CUSTOMER", "HELD FAILED OVER END_LOST", "HELD HANGUP OVER END_BY_SEAT", "HELD UNHOLD TALKING HOLD_OFF",
    "HELD SEAT_GONE OVER END_BY_SEAT", "HELD STOPPED OVER END_STOPPED", "HELD HOLD HELD NOTHING",
    "OVER REJECT OVER NOTHING", "OVER HANGUP OVER NOTHING",
};

static const char *find(const char *start) {
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (!strncmp(expected[i], start, strlen(start)))
            return expected[i];
    return NULL;
}

static int is_request(int happening) {
    return happening == CALL_ON_ACCEPT || happening == CALL_ON_REJECT || happening == CALL_ON_HANGUP || happening == CALL_ON_HOLD || happening == CALL_ON_UNHOLD;
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
            snprintf(still, sizeof still, "%s%s %s", start, phase, is_request(h) ? "REFUSE" : "NOTHING");
            const char *want = find(start);
            used += want != NULL;
            assert_string_equal(got, want ? want : still);
        }
    }
    assert_int_equal(used, sizeof expected / sizeof *expected);
}

static void a_caller_who_leaves_ends_the_call_in_every_phase(void **state) {
    (void)state;
    for (int p = 0; p < CALL_N_PHASES; p++)
        assert_int_equal(call_table_step((enum call_phase)p, CALL_ON_CUSTOMER_LEFT).next, CALL_PHASE_OVER);
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
        cmocka_unit_test(only_the_first_accept_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
