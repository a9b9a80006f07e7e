/* leg_fsm.c: the table of leg_fsm.h. Layer: server. Sources: RFC 3261 sections 9, 13-15, RFC 3262, RFC 4028. */
#include "server/sip/leg_fsm.h"

#include <stdbool.h>

typedef struct {
    bool used;
    leg_step step;
} cell;

#define GO(next, action) { true, { LEG_##next, LEG_ACT_##action } }

/* Rows: state; columns: event. A cell that is not named ignores the event. */
static const cell table[LEG_N_STATES][LEG_N_EVENTS] = {
    [LEG_CALLING] = {
        [LEG_EV_GOT_PROVISIONAL] = GO(PROCEEDING, NOTE_PROVISIONAL),
        [LEG_EV_GOT_SUCCESS] = GO(UP, CONNECT_OUT),
        [LEG_EV_GOT_FAILURE] = GO(DONE, REPORT_FAILURE),
        [LEG_EV_NO_REPLY] = GO(DONE, REPORT_FAILURE),
        [LEG_EV_DO_HANGUP] = GO(CANCELLING, CANCEL),
    },
    [LEG_PROCEEDING] = {
        [LEG_EV_GOT_PROVISIONAL] = GO(PROCEEDING, NOTE_PROVISIONAL),
        [LEG_EV_GOT_SUCCESS] = GO(UP, CONNECT_OUT),
        [LEG_EV_GOT_FAILURE] = GO(DONE, REPORT_FAILURE),
        [LEG_EV_NO_REPLY] = GO(DONE, REPORT_FAILURE),
        [LEG_EV_GOT_BYE] = GO(PROCEEDING, CONFIRM_BYE),
        [LEG_EV_DO_HANGUP] = GO(CANCELLING, CANCEL),
    },
    [LEG_CANCELLING] = {
        [LEG_EV_GOT_SUCCESS] = GO(LEAVING, ACK_AND_BYE),
        [LEG_EV_GOT_FAILURE] = GO(DONE, FINISH),
        [LEG_EV_NO_REPLY] = GO(DONE, FINISH),
        [LEG_EV_GOT_BYE] = GO(CANCELLING, CONFIRM_BYE),
    },
    [LEG_OFFERED] = {
        [LEG_EV_DO_RING] = GO(RINGING, PROVISIONAL),
        [LEG_EV_DO_RING_RELIABLY] = GO(PRACKING, RELIABLE_PROVISIONAL),
        [LEG_EV_DO_ANSWER] = GO(ANSWERED, ANSWER),
        [LEG_EV_DO_HANGUP] = GO(DONE, REFUSE),
        [LEG_EV_GOT_CANCEL] = GO(DONE, REPORT_CANCELLED),
    },
    [LEG_RINGING] = {
        [LEG_EV_DO_RING] = GO(RINGING, PROVISIONAL),
        [LEG_EV_DO_RING_RELIABLY] = GO(PRACKING, RELIABLE_PROVISIONAL),
        [LEG_EV_DO_ANSWER] = GO(ANSWERED, ANSWER),
        [LEG_EV_DO_HANGUP] = GO(DONE, REFUSE),
        [LEG_EV_GOT_CANCEL] = GO(DONE, REPORT_CANCELLED),
        [LEG_EV_GOT_BYE] = GO(DONE, REPORT_EARLY_BYE),
        [LEG_EV_GOT_INVITE] = GO(RINGING, REPLY_500),
        [LEG_EV_GOT_BAD_INVITE] = GO(RINGING, REPLY_500),
    },
    [LEG_PRACKING] = {
        [LEG_EV_GOT_PRACK] = GO(RINGING, STOP_PRACK_TIMER),
        [LEG_EV_DO_ANSWER] = GO(ANSWER_DUE, IGNORE),
        [LEG_EV_DO_HANGUP] = GO(DONE, REFUSE),
        [LEG_EV_GOT_CANCEL] = GO(DONE, REPORT_CANCELLED),
        [LEG_EV_GOT_BYE] = GO(DONE, REPORT_EARLY_BYE),
        [LEG_EV_PRACK_LATE] = GO(DONE, REFUSE_UNPRACKED),
        [LEG_EV_GOT_INVITE] = GO(PRACKING, REPLY_500),
        [LEG_EV_GOT_BAD_INVITE] = GO(PRACKING, REPLY_500),
    },
    [LEG_ANSWER_DUE] = {
        [LEG_EV_GOT_PRACK] = GO(ANSWERED, STOP_PRACK_TIMER_AND_ANSWER),
        [LEG_EV_DO_HANGUP] = GO(DONE, REFUSE),
        [LEG_EV_GOT_CANCEL] = GO(DONE, REPORT_CANCELLED),
        [LEG_EV_GOT_BYE] = GO(DONE, REPORT_EARLY_BYE),
        [LEG_EV_PRACK_LATE] = GO(DONE, REFUSE_UNPRACKED),
        [LEG_EV_GOT_INVITE] = GO(ANSWER_DUE, REPLY_500),
        [LEG_EV_GOT_BAD_INVITE] = GO(ANSWER_DUE, REPLY_500),
    },
    [LEG_ANSWERED] = {
        [LEG_EV_GOT_ACK] = GO(UP, CONNECT_IN),
        [LEG_EV_ACK_LATE] = GO(LEAVING, BYE_AND_REPORT),
        [LEG_EV_DO_HANGUP] = GO(HANGUP_DUE, IGNORE),
        [LEG_EV_GOT_BYE] = GO(DONE, REPORT_BYE),
        [LEG_EV_GOT_INVITE] = GO(ANSWERED, REPLY_500),
        [LEG_EV_GOT_BAD_INVITE] = GO(ANSWERED, REPLY_500),
    },
    [LEG_HANGUP_DUE] = {
        [LEG_EV_GOT_ACK] = GO(LEAVING, BYE),
        [LEG_EV_ACK_LATE] = GO(LEAVING, BYE),
        [LEG_EV_GOT_BYE] = GO(DONE, CONFIRM_BYE_AND_FINISH),
        [LEG_EV_GOT_INVITE] = GO(HANGUP_DUE, REPLY_500),
        [LEG_EV_GOT_BAD_INVITE] = GO(HANGUP_DUE, REPLY_500),
    },
    [LEG_UP] = {
        [LEG_EV_GOT_SUCCESS] = GO(UP, ACK_AGAIN),
        [LEG_EV_GOT_BYE] = GO(DONE, REPORT_BYE),
        [LEG_EV_GOT_INVITE] = GO(CHANGED, ANSWER_CHANGE),
        [LEG_EV_GOT_BAD_INVITE] = GO(UP, REPLY_488),
        [LEG_EV_DO_CHANGE] = GO(CHANGING, SEND_CHANGE),
        [LEG_EV_DO_HANGUP] = GO(LEAVING, BYE),
        [LEG_EV_EXPIRED] = GO(LEAVING, BYE_AND_REPORT),
    },
    [LEG_CHANGING] = {
        [LEG_EV_GOT_SUCCESS] = GO(UP, ACK_CHANGE),
        [LEG_EV_GOT_FAILURE] = GO(UP, CHANGE_REFUSED),
        [LEG_EV_GOT_GLARE] = GO(GLARED, WAIT_GLARE),
        [LEG_EV_GOT_GONE] = GO(LEAVING, BYE_AND_REPORT),
        [LEG_EV_NO_REPLY] = GO(LEAVING, BYE_AND_REPORT),
        [LEG_EV_GOT_BYE] = GO(DONE, REPORT_BYE),
        [LEG_EV_GOT_INVITE] = GO(CHANGING, REPLY_491),
        [LEG_EV_GOT_BAD_INVITE] = GO(CHANGING, REPLY_491),
        [LEG_EV_DO_HANGUP] = GO(LEAVING, BYE),
        [LEG_EV_EXPIRED] = GO(LEAVING, BYE_AND_REPORT),
    },
    [LEG_GLARED] = {
        [LEG_EV_GLARE_OVER] = GO(CHANGING, SEND_CHANGE),
        [LEG_EV_GOT_SUCCESS] = GO(GLARED, ACK_AGAIN),
        [LEG_EV_GOT_BYE] = GO(DONE, REPORT_BYE),
        [LEG_EV_GOT_INVITE] = GO(CHANGED, ANSWER_CHANGE),
        [LEG_EV_GOT_BAD_INVITE] = GO(GLARED, REPLY_488),
        [LEG_EV_DO_HANGUP] = GO(LEAVING, BYE),
        [LEG_EV_EXPIRED] = GO(LEAVING, BYE_AND_REPORT),
    },
    [LEG_CHANGED] = {
        [LEG_EV_GOT_ACK] = GO(UP, CHANGE_ACKED),
        [LEG_EV_GOT_SUCCESS] = GO(CHANGED, ACK_AGAIN),
        [LEG_EV_ACK_LATE] = GO(LEAVING, BYE_AND_REPORT),
        [LEG_EV_GOT_BYE] = GO(DONE, REPORT_BYE),
        [LEG_EV_GOT_INVITE] = GO(CHANGED, REPLY_500),
        [LEG_EV_GOT_BAD_INVITE] = GO(CHANGED, REPLY_500),
        [LEG_EV_DO_HANGUP] = GO(LEAVING, BYE),
        [LEG_EV_EXPIRED] = GO(LEAVING, BYE_AND_REPORT),
    },
    [LEG_LEAVING] = {
        [LEG_EV_LEFT] = GO(DONE, FINISH),
        [LEG_EV_NO_REPLY] = GO(LEAVING, IGNORE),
        [LEG_EV_GOT_SUCCESS] = GO(LEAVING, ACK_AGAIN),
        [LEG_EV_GOT_BYE] = GO(LEAVING, CONFIRM_BYE),
        [LEG_EV_GOT_INVITE] = GO(LEAVING, REPLY_481),
        [LEG_EV_GOT_BAD_INVITE] = GO(LEAVING, REPLY_481),
    },
    [LEG_DONE] = { [LEG_EV_GOT_BYE] = GO(DONE, CONFIRM_BYE) },
};

leg_step leg_fsm_step(enum leg_state state, enum leg_event event) {
    const cell *c = &table[state][event];
    return c->used ? c->step : (leg_step){ state, LEG_ACT_IGNORE };
}

#define LEG_NAME(name) #name,
static const char *const state_names[] = { LEG_STATES(LEG_NAME) };
static const char *const event_names[] = { LEG_EVENTS(LEG_NAME) };
static const char *const action_names[] = { LEG_ACTIONS(LEG_NAME) };

const char *leg_state_name(enum leg_state state) { return state_names[state]; }
const char *leg_event_name(enum leg_event event) { return event_names[event]; }
const char *leg_action_name(enum leg_action action) { return action_names[action]; }
