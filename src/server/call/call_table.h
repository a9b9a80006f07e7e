/* call_table.h: the life of a call in the contact centre as a table. Layer: server. Sans-IO. */
#ifndef TCCC_SERVER_CALL_CALL_TABLE_H
#define TCCC_SERVER_CALL_CALL_TABLE_H

#define CALL_PHASES(X) \
    X(DIALING)      /* outbound: INVITE is out */ \
    X(RINGING)      /* outbound: the customer's telephone rings */ \
    X(QUEUED)       /* inbound: no agent is free */ \
    X(OFFERED)      /* inbound: an agent's page rings */ \
    X(ACCEPTED)     /* inbound: the agent took it, the caller's telephone has not confirmed */ \
    X(TALKING) \
    X(HELD)         /* by the agent */ \
    X(OVER)

#define CALL_HAPPENINGS(X) \
    X(RANG) X(CONNECTED) \
    X(CUSTOMER_LEFT)   /* hung up, or gave up while ringing */ \
    X(FAILED)          /* the telephone's side refused, did not reply, or got lost */ \
    X(ACCEPT) X(REJECT) X(HANGUP) X(HOLD) X(UNHOLD) \
    X(ASSIGNED)        /* an agent was found */ \
    X(OFFER_LATE)      /* the agent did not accept in time */ \
    X(QUEUE_LATE)      /* no agent was found in time */ \
    X(RING_LATE)       /* the customer did not answer in time */ \
    X(SEAT_GONE)       /* the agent's page is lost for good */ \
    X(STOPPED)         /* the server stops */

#define CALL_ACTIONS(X) \
    X(NOTHING) X(REFUSE) /* a request that does not fit: STATE */ \
    X(TELL_RINGING) X(TELL_ANSWERED) X(TELL_ACCESSED) X(OFFER) X(ANSWER) X(NEXT_AGENT) X(NEXT_AGENT_AFTER_REJECT) X(REQUEUE) \
    X(HOLD_ON) X(HOLD_OFF) X(END_BY_CUSTOMER) X(END_BY_SEAT) X(END_UNREACHED) X(END_UNANSWERED) X(END_UNSERVED) X(END_LOST) X(END_STOPPED)

#define CALL_ENUM_PHASE(name) CALL_PHASE_##name,
#define CALL_ENUM_HAPPENING(name) CALL_ON_##name,
#define CALL_ENUM_ACTION(name) CALL_ACT_##name,
enum call_phase { CALL_PHASES(CALL_ENUM_PHASE) CALL_N_PHASES };
enum call_happening { CALL_HAPPENINGS(CALL_ENUM_HAPPENING) CALL_N_HAPPENINGS };
enum call_action { CALL_ACTIONS(CALL_ENUM_ACTION) CALL_N_ACTIONS };

typedef struct {
    enum call_phase next;
    enum call_action action;
} call_move;

call_move call_table_step(enum call_phase phase, enum call_happening happening);
const char *call_phase_name(enum call_phase phase);
const char *call_happening_name(enum call_happening happening);
const char *call_action_name(enum call_action action);

#endif
