/* leg_fsm.h: the life of one INVITE dialog as a table, for both sides of a call. Layer: server. Sans-IO.
 * Sources: RFC 3261 sections 9, 13-15, RFC 3262 (reliable 1xx), RFC 4028 (session timers).
 */
#ifndef TCCC_SERVER_SIP_LEG_FSM_H
#define TCCC_SERVER_SIP_LEG_FSM_H

#define LEG_STATES(X) \
    X(CALLING)      /* our INVITE is out, nothing came back */ \
    X(PROCEEDING)   /* ... a 1xx came */ \
    X(CANCELLING)   /* ... we want it cancelled */ \
    X(OFFERED)      /* their INVITE is here, the owner has not decided */ \
    X(RINGING)      /* ... a 180 or 183 went out */ \
    X(PRACKING)     /* ... reliably, and its PRACK is missing */ \
    X(ANSWER_DUE)   /* ... and the 200 waits for that PRACK */ \
    X(ANSWERED)     /* our 200 is out, its ACK is missing */ \
    X(HANGUP_DUE)   /* ... and our BYE waits for that ACK (RFC 3261 section 15) */ \
    X(UP) \
    X(CHANGING)     /* our re-INVITE is out */ \
    X(GLARED)       /* ... was refused with 491 and waits for its second try */ \
    X(CHANGED)      /* our 200 to their re-INVITE is out, its ACK is missing */ \
    X(LEAVING)      /* our BYE is out */ \
    X(DONE)

#define LEG_EVENTS(X) \
    X(GOT_PROVISIONAL) X(GOT_SUCCESS) X(GOT_FAILURE) X(GOT_GLARE) /* 491 to our re-INVITE */ \
    X(GOT_GONE)     /* 408 or 481 to our re-INVITE: there is no dialog any more */ \
    X(NO_REPLY)     /* timer B or F, or the transport failed */ \
    X(GOT_CANCEL) X(GOT_ACK) X(GOT_BYE) X(GOT_PRACK) \
    X(GOT_INVITE)   /* re-INVITE that we can take */ \
    X(GOT_BAD_INVITE) /* re-INVITE whose offer we cannot take */ \
    X(DO_RING) X(DO_RING_RELIABLY) X(DO_ANSWER) X(DO_HANGUP) X(DO_CHANGE) \
    X(ACK_LATE)     /* 64*T1 without ACK */ \
    X(PRACK_LATE)   /* 64*T1 without PRACK */ \
    X(GLARE_OVER) X(EXPIRED) /* session timer */ \
    X(LEFT)         /* our BYE is answered, or nobody answers it */

#define LEG_ACTIONS(X) \
    X(IGNORE) \
    X(NOTE_PROVISIONAL) X(CONNECT_OUT) X(ACK_AGAIN) X(CANCEL) X(ACK_AND_BYE) X(REPORT_FAILURE) X(FINISH) \
    X(PROVISIONAL) X(RELIABLE_PROVISIONAL) X(STOP_PRACK_TIMER) X(ANSWER) X(STOP_PRACK_TIMER_AND_ANSWER) X(REFUSE) \
    X(REFUSE_UNPRACKED) X(REPORT_CANCELLED) X(REPORT_EARLY_BYE) X(CONNECT_IN) \
    X(REPORT_BYE) X(CONFIRM_BYE) X(CONFIRM_BYE_AND_FINISH) X(BYE) X(BYE_AND_REPORT) \
    X(SEND_CHANGE) X(ACK_CHANGE) X(CHANGE_REFUSED) X(WAIT_GLARE) X(ANSWER_CHANGE) X(CHANGE_ACKED) \
    X(REPLY_491) X(REPLY_500) X(REPLY_488) X(REPLY_481)

#define LEG_ENUM_STATE(name) LEG_##name,
#define LEG_ENUM_EVENT(name) LEG_EV_##name,
#define LEG_ENUM_ACTION(name) LEG_ACT_##name,
enum leg_state { LEG_STATES(LEG_ENUM_STATE) LEG_N_STATES };
enum leg_event { LEG_EVENTS(LEG_ENUM_EVENT) LEG_N_EVENTS };
enum leg_action { LEG_ACTIONS(LEG_ENUM_ACTION) LEG_N_ACTIONS };

typedef struct {
    enum leg_state next;
    enum leg_action action;
} leg_step;

/* What follows from `event` in `state`. An event that means nothing there keeps the state, with LEG_ACT_IGNORE. */
leg_step leg_fsm_step(enum leg_state state, enum leg_event event);

const char *leg_state_name(enum leg_state state);
const char *leg_event_name(enum leg_event event);
const char *leg_action_name(enum leg_action action);

#endif
