/* test_leg_fsm.c: every cell of the leg's table. Layer: tests. Sources: RFC 3261 sections 9, 13-15, RFC 3262. */
#include "server/sip/leg_fsm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* "STATE EVENT NEXT ACTION", written from the RFCs; whatever is not here must keep the state and do nothing. */
static const char *const expected[] = {
    "CALLING GOT_PROVISIONAL PROCEEDING NOTE_PROVISIONAL", "CALLING GOT_SUCCESS UP CONNECT_OUT", "CALLING GOT_FAILURE DONE REPORT_FAILURE",
    "CALLING NO_REPLY DONE REPORT_FAILURE", "CALLING DO_HANGUP CANCELLING CANCEL",
    "PROCEEDING GOT_PROVISIONAL PROCEEDING NOTE_PROVISIONAL", "PROCEEDING GOT_SUCCESS UP CONNECT_OUT", "PROCEEDING GOT_FAILURE DONE REPORT_FAILURE",
    "PROCEEDING NO_REPLY DONE REPORT_FAILURE", "PROCEEDING GOT_BYE PROCEEDING CONFIRM_BYE", "PROCEEDING DO_HANGUP CANCELLING CANCEL",
    "CANCELLING GOT_SUCCESS LEAVING ACK_AND_BYE", "CANCELLING GOT_FAILURE DONE FINISH", "CANCELLING NO_REPLY DONE FINISH", "CANCELLING GOT_BYE CANCELLING CONFIRM_BYE",
    "OFFERED DO_RING RINGING PROVISIONAL", "OFFERED DO_RING_RELIABLY PRACKING RELIABLE_PROVISIONAL", "OFFERED DO_ANSWER ANSWERED ANSWER",
    "OFFERED DO_HANGUP DONE REFUSE", "OFFERED GOT_CANCEL DONE REPORT_CANCELLED",
    "RINGING DO_RING RINGING PROVISIONAL", "RINGING DO_RING_RELIABLY PRACKING RELIABLE_PROVISIONAL", "RINGING DO_ANSWER ANSWERED ANSWER",
    "RINGING DO_HANGUP DONE REFUSE", "RINGING GOT_CANCEL DONE REPORT_CANCELLED", "RINGING GOT_BYE DONE REPORT_EARLY_BYE",
    "RINGING GOT_INVITE RINGING REPLY_500", "RINGING GOT_BAD_INVITE RINGING REPLY_500",
    "PRACKING GOT_PRACK RINGING STOP_PRACK_TIMER", "PRACKING DO_ANSWER ANSWER_DUE IGNORE", "PRACKING DO_HANGUP DONE REFUSE",
    "PRACKING GOT_CANCEL DONE REPORT_CANCELLED", "PRACKING GOT_BYE DONE REPORT_EARLY_BYE", "PRACKING PRACK_LATE DONE REFUSE_UNPRACKED",
    "PRACKING GOT_INVITE PRACKING REPLY_500", "PRACKING GOT_BAD_INVITE PRACKING REPLY_500",
    "ANSWER_DUE GOT_PRACK ANSWERED STOP_PRACK_TIMER_AND_ANSWER", "ANSWER_DUE DO_HANGUP DONE REFUSE", "ANSWER_DUE GOT_CANCEL DONE REPORT_CANCELLED",
    "ANSWER_DUE GOT_BYE DONE REPORT_EARLY_BYE", "ANSWER_DUE PRACK_LATE DONE REFUSE_UNPRACKED", "ANSWER_DUE GOT_INVITE ANSWER_DUE REPLY_500",
    "ANSWER_DUE GOT_BAD_INVITE ANSWER_DUE REPLY_500",
    "ANSWERED GOT_ACK UP CONNECT_IN", "ANSWERED ACK_LATE LEAVING BYE_AND_REPORT", "ANSWERED DO_HANGUP HANGUP_DUE IGNORE", "ANSWERED GOT_BYE DONE REPORT_BYE",
    "ANSWERED GOT_INVITE ANSWERED REPLY_500", "ANSWERED GOT_BAD_INVITE ANSWERED REPLY_500",
    "HANGUP_DUE GOT_ACK LEAVING BYE", "HANGUP_DUE ACK_LATE LEAVING BYE", "HANGUP_DUE GOT_BYE DONE CONFIRM_BYE_AND_FINISH",
    "HANGUP_DUE GOT_INVITE HANGUP_DUE REPLY_500", "HANGUP_DUE GOT_BAD_INVITE HANGUP_DUE REPLY_500",
    "UP GOT_SUCCESS UP ACK_AGAIN", "UP GOT_BYE DONE REPORT_BYE", "UP GOT_INVITE CHANGED ANSWER_CHANGE", "UP GOT_BAD_INVITE UP REPLY_488",
    "UP DO_CHANGE CHANGING SEND_CHANGE", "UP DO_HANGUP LEAVING BYE", "UP EXPIRED LEAVING BYE_AND_REPORT",
    "CHANGING GOT_SUCCESS UP ACK_CHANGE", "CHANGING GOT_FAILURE UP CHANGE_REFUSED", "CHANGING GOT_GLARE GLARED WAIT_GLARE", "CHANGING GOT_GONE LEAVING BYE_AND_REPORT",
    "CHANGING NO_REPLY LEAVING BYE_AND_REPORT", "CHANGING GOT_BYE DONE REPORT_BYE", "CHANGING GOT_INVITE CHANGING REPLY_491", "CHANGING GOT_BAD_INVITE CHANGING REPLY_491",
    "CHANGING DO_HANGUP LEAVING BYE", "CHANGING EXPIRED LEAVING BYE_AND_REPORT",
    "GLARED GLARE_OVER CHANGING SEND_CHANGE", "GLARED GOT_SUCCESS GLARED ACK_AGAIN", "GLARED GOT_BYE DONE REPORT_BYE", "GLARED GOT_INVITE CHANGED ANSWER_CHANGE",
    "GLARED GOT_BAD_INVITE GLARED REPLY_488", "GLARED DO_HANGUP LEAVING BYE", "GLARED EXPIRED LEAVING BYE_AND_REPORT",
    "CHANGED GOT_ACK UP CHANGE_ACKED", "CHANGED GOT_SUCCESS CHANGED ACK_AGAIN", "CHANGED ACK_LATE LEAVING BYE_AND_REPORT", "CHANGED GOT_BYE DONE REPORT_BYE",
    "CHANGED GOT_INVITE CHANGED REPLY_500", "CHANGED GOT_BAD_INVITE CHANGED REPLY_500", "CHANGED DO_HANGUP LEAVING BYE", "CHANGED EXPIRED LEAVING BYE_AND_REPORT",
    "LEAVING LEFT DONE FINISH", "LEAVING GOT_SUCCESS LEAVING ACK_AGAIN", "LEAVING GOT_BYE LEAVING CONFIRM_BYE", "LEAVING GOT_INVITE LEAVING REPLY_481",
    "LEAVING GOT_BAD_INVITE LEAVING REPLY_481", "DONE GOT_BYE DONE CONFIRM_BYE",
};

static const char *find(const char *start) {
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (!strncmp(expected[i], start, strlen(start)))
            return expected[i];
    return NULL;
}

static void every_cell_does_what_the_rfcs_say(void **state) {
    (void)state;
    size_t used = 0;
    for (int s = 0; s < LEG_N_STATES; s++) {
        for (int e = 0; e < LEG_N_EVENTS; e++) {
            char start[80], got[160], nothing[160];
            leg_step step = leg_fsm_step((enum leg_state)s, (enum leg_event)e);
            snprintf(start, sizeof start, "%s %s ", leg_state_name((enum leg_state)s), leg_event_name((enum leg_event)e));
            snprintf(got, sizeof got, "%s%s %s", start, leg_state_name(step.next), leg_action_name(step.action));
            snprintf(nothing, sizeof nothing, "%s%s IGNORE", start, leg_state_name((enum leg_state)s));
            const char *want = find(start);
            used += want != NULL;
            assert_string_equal(got, want ? want : nothing);
        }
    }
    assert_int_equal(used, sizeof expected / sizeof *expected);
}

static void a_bye_from_the_peer_is_answered_in_every_state_that_has_a_dialog(void **state) {
    (void)state;
    for (int s = 0; s < LEG_N_STATES; s++) {
        if (s == LEG_CALLING || s == LEG_OFFERED)
            continue;
        enum leg_action action = leg_fsm_step((enum leg_state)s, LEG_EV_GOT_BYE).action;
        assert_true(action == LEG_ACT_CONFIRM_BYE || action == LEG_ACT_REPORT_BYE || action == LEG_ACT_REPORT_EARLY_BYE || action == LEG_ACT_CONFIRM_BYE_AND_FINISH);
    }
}

static void a_hang_up_ends_every_state_by_the_means_that_fit_it(void **state) {
    (void)state;
    for (int s = 0; s < LEG_N_STATES; s++) {
        enum leg_state next = leg_fsm_step((enum leg_state)s, LEG_EV_DO_HANGUP).next;
        assert_true(next == LEG_CANCELLING || next == LEG_HANGUP_DUE || next == LEG_LEAVING || next == LEG_DONE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_does_what_the_rfcs_say),
        cmocka_unit_test(a_bye_from_the_peer_is_answered_in_every_state_that_has_a_dialog),
        cmocka_unit_test(a_hang_up_ends_every_state_by_the_means_that_fit_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
