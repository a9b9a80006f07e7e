/* call_fsm.h: the life of one call, seen from the page, as a table. Layer: core. */
#ifndef TCCC_CORE_CALL_FSM_H
#define TCCC_CORE_CALL_FSM_H

enum call_state {
    CALL_NONE,                      /* there is no such session, or it was deleted */
    CALL_DIALING,
    CALL_RINGING,                   /* outbound: the customer's telephone rings; the page makes the ringback tone */
    CALL_EARLY,                     /* outbound: the network sends its own tone or announcement */
    CALL_OFFERED,                   /* inbound: the page rings */
    CALL_ACCEPTING,
    CALL_TALKING,
    CALL_HELD,                      /* by this agent */
    CALL_CONSULTING,                /* the customer is on hold, a third party is called or talks */
    CALL_CONFERENCE,                /* three hear each other */
    CALL_MONITORING,                /* a supervisor listens to somebody else's call */
    CALL_LEAVING,                   /* the agent has hung up; the server has not confirmed it */
    CALL_ENDED,
    CALL_STATES
};

enum call_event {
    /* from the server */
    CALL_EV_OUTED,
    CALL_EV_IN,
    CALL_EV_RINGING,
    CALL_EV_EARLY,
    CALL_EV_ANSWERED,               /* calloutAccepted */
    CALL_EV_ACCESSED,               /* userAccessed */
    CALL_EV_HELD,                   /* by this agent */
    CALL_EV_UNHELD,
    CALL_EV_TRANSFERRED,
    CALL_EV_MOVED,                  /* autoTransfer: offered to another agent */
    CALL_EV_ENDED,
    CALL_EV_DELETED,                /* call.delete was carried out */
    CALL_EV_ACCEPT_FAILED,          /* call.accept was refused */
    CALL_EV_CONSULT,                /* a third party rings or talks */
    CALL_EV_CONFERENCE,
    CALL_EV_CONSULT_OVER,
    CALL_EV_MONITORED,              /* call.monitor was carried out */
    CALL_EV_MONITOR_ENDED,
    /* commands of the page */
    CALL_CMD_ACCEPT,
    CALL_CMD_HANGUP,
    CALL_CMD_HOLD,
    CALL_CMD_UNHOLD,
    CALL_CMD_DIGITS,
    CALL_CMD_MUTE,
    CALL_CMD_DELETE,
    CALL_CMD_HAND_OVER,             /* transfer, or a self-service flow and back */
    CALL_CMD_CONSULT,
    CALL_CMD_CONSULT_STEP,          /* complete, cancel, conference */
    CALL_CMD_LEAVE,                 /* the conference */
    CALL_CMD_SUPERVISE,             /* whisper, intercept, stop listening */
    CALL_EVENTS
};

enum call_verdict {
    CALL_IGNORE,                    /* nothing to tell the page (event), or done already (command) */
    CALL_PASS,                      /* tell the page, or carry the command out */
    CALL_REFUSE                     /* a command that does not fit the state */
};

enum call_verdict call_fsm_step(enum call_state *state, enum call_event event);
const char *call_fsm_name(enum call_state state);

#endif
