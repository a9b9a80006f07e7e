/* agent_fsm.c: an agent's status as a table. Layer: core. */
#include "core/agent_fsm.h"

#include "tccc/error.h"

#include <stddef.h>

const char *const agent_status_names[] = { "offline", "free", "busy", "arrange", "notReady", "rest", NULL };

/* The next state; STAY: allowed, nothing changes; below: refused with that error. */
#define STAY AGENT_STATES
enum { NO_STATE = TCCC_E_STATE, NO_OFFLINE = TCCC_E_AGENT_OFFLINE, NO_BUSY = TCCC_E_AGENT_BUSY };

#define FREE AGENT_FREE
#define BUSY AGENT_BUSY
#define BUSY_N AGENT_BUSY_THEN_NOT_READY
#define BUSY_R AGENT_BUSY_THEN_REST
#define ARR AGENT_ARRANGE
#define NR AGENT_NOT_READY
#define REST AGENT_REST
#define OFF AGENT_OFFLINE
#define N_OFF NO_OFFLINE
#define N_BUSY NO_BUSY

/* A call from notReady or rest returns there: the agent did not ask for calls. Asking to be free in a call takes back
 * what was asked for. After-call work in such a call is skipped for the same reason. */
static const signed char cell[AGENT_STATES][AGENT_EVENTS] = {
    /*               ONLINE OFFLINE SET_FREE SET_REST SET_ARR SET_NR  STOP_NR CALL    ENDED  WRAP_UP W_DONE GONE */
    [AGENT_OFFLINE] = { FREE, STAY, N_OFF, N_OFF, N_OFF, N_OFF, N_OFF, N_OFF, STAY, STAY, STAY, STAY },
    [AGENT_FREE] = { STAY, OFF, STAY, REST, ARR, NR, STAY, BUSY, STAY, STAY, STAY, OFF },
    [AGENT_BUSY] = { STAY, N_BUSY, STAY, BUSY_R, N_BUSY, BUSY_N, STAY, STAY, FREE, ARR, STAY, OFF },
    [AGENT_BUSY_THEN_NOT_READY] = { STAY, N_BUSY, BUSY, BUSY_R, N_BUSY, STAY, BUSY, STAY, NR, NR, STAY, OFF },
    [AGENT_BUSY_THEN_REST] = { STAY, N_BUSY, BUSY, STAY, N_BUSY, BUSY_N, STAY, STAY, REST, REST, STAY, OFF },
    [AGENT_ARRANGE] = { STAY, OFF, FREE, REST, STAY, NR, STAY, BUSY, STAY, STAY, FREE, OFF },
    [AGENT_NOT_READY] = { STAY, OFF, FREE, REST, ARR, STAY, FREE, BUSY_N, STAY, STAY, STAY, OFF },
    [AGENT_REST] = { STAY, OFF, FREE, STAY, ARR, NR, STAY, BUSY_R, STAY, STAY, STAY, OFF },
};

int agent_fsm_step(enum agent_state *state, enum agent_event event) {
    int next = cell[*state][event];
    if (next < 0) return next;
    if (next == STAY) return 0;
    *state = (enum agent_state)next;
    return 1;
}

enum agent_status agent_fsm_status(enum agent_state state) {
    static const enum agent_status shown[AGENT_STATES] = {
        [AGENT_OFFLINE] = AGENT_STATUS_OFFLINE,
        [AGENT_FREE] = AGENT_STATUS_FREE,
        [AGENT_BUSY] = AGENT_STATUS_BUSY,
        [AGENT_BUSY_THEN_NOT_READY] = AGENT_STATUS_BUSY,
        [AGENT_BUSY_THEN_REST] = AGENT_STATUS_BUSY,
        [AGENT_ARRANGE] = AGENT_STATUS_ARRANGE,
        [AGENT_NOT_READY] = AGENT_STATUS_NOT_READY,
        [AGENT_REST] = AGENT_STATUS_REST,
    };
    return shown[state];
}

const char *agent_status_name(enum agent_status status) { return agent_status_names[status]; }
