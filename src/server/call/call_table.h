/* call_table.h: the life of a call in the contact centre as a table. Layer: server. Sans-IO.
 *
 * A call has a customer's side, which stays, and a serving side, which changes: a flow, the queue's music, an agent's page or
 * telephone. What the agent's page asks for and what its telephone does are the same happenings.
 */
#ifndef TCCC_SERVER_CALL_CALL_TABLE_H
#define TCCC_SERVER_CALL_CALL_TABLE_H

#define CALL_PHASES(X) \
    X(FETCHING)     /* outbound: the agent's own telephone is called first */ \
    X(DIALING)      /* outbound: the INVITE to the customer is out */ \
    X(RINGING)      /* outbound: the customer's telephone rings */ \
    X(FLOW)         /* a flow talks with the customer, no agent has yet */ \
    X(QUEUED)       /* the customer waits for an agent */ \
    X(OFFERED)      /* an agent's page or telephone rings */ \
    X(ACCEPTED)     /* the agent took it; the caller's telephone has not confirmed, or hears the sound before */ \
    X(TALKING) \
    X(HELD)         /* by the agent */ \
    X(FAR_HELD)     /* an internal call, by who called */ \
    X(BOTH_HELD)    /* by both */ \
    X(CONSULTING)   /* the customer is on hold, the agent calls a third party or talks with it */ \
    X(CONFERENCE)   /* customer, agent and third party hear each other */ \
    X(ASIDE)        /* a self-service flow talks with the customer, the agent waits */ \
    X(AFTER)        /* the agent has hung up, a flow talks with the customer */ \
    X(OVER)

#define CALL_HAPPENINGS(X) \
    /* the customer's side */ \
    X(RANG) X(CONNECTED) \
    X(CONNECTED_TO_FLOW) /* the called customer answered, and a flow waits for it */ \
    X(CUSTOMER_LEFT)   /* hung up, or gave up while ringing */ \
    X(FAILED)          /* the telephone refused, did not reply, or got lost */ \
    /* the agent */ \
    X(ACCEPT) X(REJECT) X(HANGUP) \
    X(HANGUP_TO_FLOW)  /* the agent hangs up, and a flow goes on with the customer */ \
    X(HOLD) X(UNHOLD) X(TRANSFER) X(ASK_FLOW) X(ASK_BACK) \
    X(FAR_HOLD) X(FAR_UNHOLD)  /* who called, of an internal call */ \
    X(CONSULT) X(CONSULT_COMPLETE) X(CONSULT_CANCEL) X(CONFER) X(LEAVE_CONFERENCE) \
    X(INTERCEPT)       /* the supervisor who listens takes the agent's place */ \
    X(NOT_REACHED)     /* the agent's telephone does not ring or refuses */ \
    X(CONSULT_OVER)    /* the third party was not reached, or left */ \
    X(AGENT_GONE)      /* its page or telephone is lost for good, or it was deleted */ \
    /* the centre */ \
    X(ASSIGNED)        /* an agent was found */ \
    X(OFFER_LATE)      /* the agent did not accept in time */ \
    X(WAIT_OVER)       /* no agent was found in time, or none is there */ \
    X(WAIT_OVER_IN_FLOW) /* ... and the flow goes on */ \
    X(RING_LATE)       /* the customer, or the agent's own telephone, did not answer in time */ \
    X(FLOW_QUEUES) \
    X(FLOW_TURNS)      /* a key takes the customer out of the queue */ \
    X(FLOW_RETURNS) X(FLOW_HANGS_UP) \
    X(ADMIN_HANGUP) \
    X(STOPPED)         /* the server stops */

#define CALL_ACTIONS(X) \
    X(UNWRITTEN) X(NOTHING) \
    X(SETTLED)      /* a request for what is so already */ \
    X(REFUSE)       /* a request that does not fit: STATE */ \
    X(DIAL) X(TELL_RINGING) X(TELL_ANSWERED) X(TELL_ACCESSED) X(OFFER) X(ANSWER) X(NEXT_AGENT) X(NEXT_AGENT_AFTER_REJECT) \
    X(NEXT_AGENT_UNREACHED) X(REQUEUE) X(HOLD_ON) X(HOLD_OFF) X(HAND_OVER) X(STEP_ASIDE) X(COME_BACK) X(LEAVE_TO_FLOW) X(QUEUE) X(LEAVE_QUEUE) X(WITHDRAW) X(RUN_FLOW) \
    X(FLOW_WAIT_OVER) \
    X(FAR_HOLD_ON) X(FAR_HOLD_OFF) X(BEGIN_CONSULT) X(THIRD_TAKES) X(DROP_THIRD) X(TELL_CONSULT_OVER) X(JOIN_THIRD) X(TAKE_OVER) \
    X(END_BY_CUSTOMER) X(END_BY_SEAT) X(END_BY_FLOW) X(END_BY_ADMIN) X(END_UNREACHED) X(END_UNFETCHED) X(END_UNANSWERED) X(END_UNSERVED) \
    X(END_LOST) X(END_STOPPED)

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
