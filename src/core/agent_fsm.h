/* agent_fsm.h: an agent's status as a table: which change is allowed, and what follows a call. Layer: core.
 *
 * Pure: the server (server/agent/) owns the status and takes the steps; the page's core is told and knows the same names.
 * A state is a status plus what was asked for while the agent was busy ("rest after this call"), so that the table
 * needs no memory besides the state.
 */
#ifndef TCCC_CORE_AGENT_FSM_H
#define TCCC_CORE_AGENT_FSM_H

/* What the SDK shows (SDK-016 to SDK-020). */
enum agent_status { AGENT_STATUS_OFFLINE, AGENT_STATUS_FREE, AGENT_STATUS_BUSY, AGENT_STATUS_ARRANGE, AGENT_STATUS_NOT_READY, AGENT_STATUS_REST };
#define AGENT_STATUSES 6

enum agent_state {
    AGENT_OFFLINE,
    AGENT_FREE,
    AGENT_BUSY,                     /* free, or after-call work, follows */
    AGENT_BUSY_THEN_NOT_READY,      /* asked for during the call, or the state the agent called out from */
    AGENT_BUSY_THEN_REST,
    AGENT_BUSY_THEN_ARRANGE,        /* called out from after-call work that has no end */
    AGENT_BUSY_THEN_WRAP_UP,        /* called out from after-call work: its time begins anew, whatever became of the call */
    AGENT_BUSY_THEN_OFFLINE,        /* takes calls by mobile while offline, or was sent or went away during the call */
    AGENT_ARRANGE,                  /* after-call work that counts down to free (AMB-19) */
    AGENT_ARRANGE_KEPT,             /* the agent asked to stay in it: no countdown */
    AGENT_NOT_READY,
    AGENT_REST,
    AGENT_NO_MICROPHONE,            /* would be free, but its page has no microphone; shown as notReady */
    AGENT_STATES
};

enum agent_event {
    AGENT_EVENT_ONLINE,             /* Agent.online */
    AGENT_EVENT_OFFLINE,            /* Agent.offline */
    AGENT_EVENT_SET_FREE,           /* Agent.setStatus ... */
    AGENT_EVENT_SET_REST,
    AGENT_EVENT_SET_ARRANGE,        /* during the countdown: stay */
    AGENT_EVENT_SET_NOT_READY,
    AGENT_EVENT_STOP_NOT_READY,     /* AMB-09: back to free, or takes back what was asked for during a call */
    AGENT_EVENT_CALL_STARTED,       /* the agent dials or is offered a call */
    AGENT_EVENT_CALL_ENDED,         /* the last call ended, without after-call work */
    AGENT_EVENT_WRAP_UP,            /* the last call ended, after-call work begins */
    AGENT_EVENT_MISSED,             /* the last call was offered and not answered: rest (AMB-18) */
    AGENT_EVENT_WRAP_UP_DONE,       /* its time is over */
    AGENT_EVENT_GONE,               /* the seat is lost for good */
    AGENT_EVENT_FORBIDDEN,          /* sent offline by an administrator */
    AGENT_EVENT_MIC_LOST,           /* its page, the only way to it, has no microphone */
    AGENT_EVENT_MIC_BACK,
    AGENT_EVENTS
};

/* Takes one step. 1: *state has changed; 0: allowed, nothing changes; or, with *state as it was: AGENT_OFFLINE (go online
 * first), AGENT_BUSY (not during a call) or STATE (not in this status). */
int agent_fsm_step(enum agent_state *state, enum agent_event event);

enum agent_status agent_fsm_status(enum agent_state state);
/* What follows the call because it was asked for: REST or NOT_READY; OFFLINE: nothing was. */
enum agent_status agent_fsm_reserved(enum agent_state state);
/* "offline", "free", "busy", "arrange", "notReady" or "rest". */
const char *agent_status_name(enum agent_status status);
/* The names in the order of the enum, ended by NULL. */
extern const char *const agent_status_names[];

#endif
