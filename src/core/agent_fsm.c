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
#define BUSY_A AGENT_BUSY_THEN_ARRANGE
#define BUSY_W AGENT_BUSY_THEN_WRAP_UP
#define BUSY_O AGENT_BUSY_THEN_OFFLINE
#define ARR AGENT_ARRANGE
#define KEPT AGENT_ARRANGE_KEPT
#define NR AGENT_NOT_READY
#define REST AGENT_REST
#define NO_MIC AGENT_NO_MICROPHONE
#define OFF AGENT_OFFLINE
#define N_OFF NO_OFFLINE
#define N_BUSY NO_BUSY

/* A call from notReady, rest or kept after-call work returns there: the agent did not ask for calls. Asking to be free in
 * a call takes back what was asked for. After-call work in such a call is skipped for the same reason. Whoever is sent
 * offline, or whose page is lost, in a call that goes on (a desk phone, a mobile) is offline when that ends. A lost microphone
 * takes the place of being free and of nothing else, so that its return undoes only what the loss did. */
static const signed char cell[AGENT_STATES][AGENT_EVENTS] = {
    /*               ONLINE OFFLINE SET_FREE SET_REST SET_ARR SET_NR  STOP_NR CALL    ENDED  WRAP_UP MISSED W_DONE GONE FORBIDDEN MIC_LOST MIC_BACK */
    [AGENT_OFFLINE] = { FREE, STAY, N_OFF, N_OFF, N_OFF, N_OFF, N_OFF, BUSY_O, STAY, STAY, STAY, STAY, STAY, STAY, STAY, STAY },
    [AGENT_FREE] = { STAY, OFF, STAY, REST, KEPT, NR, STAY, BUSY, STAY, STAY, STAY, STAY, OFF, OFF, NO_MIC, STAY },
    [AGENT_BUSY] = { STAY, N_BUSY, STAY, BUSY_R, N_BUSY, BUSY_N, STAY, STAY, FREE, ARR, REST, STAY, BUSY_O, BUSY_O, STAY, STAY },
    [AGENT_BUSY_THEN_NOT_READY] = { STAY, N_BUSY, BUSY, BUSY_R, N_BUSY, STAY, BUSY, STAY, NR, NR, NR, STAY, BUSY_O, BUSY_O, STAY, STAY },
    [AGENT_BUSY_THEN_REST] = { STAY, N_BUSY, BUSY, STAY, N_BUSY, BUSY_N, STAY, STAY, REST, REST, REST, STAY, BUSY_O, BUSY_O, STAY, STAY },
    [AGENT_BUSY_THEN_ARRANGE] = { STAY, N_BUSY, BUSY, BUSY_R, STAY, BUSY_N, STAY, STAY, KEPT, KEPT, KEPT, STAY, BUSY_O, BUSY_O, STAY, STAY },
    [AGENT_BUSY_THEN_WRAP_UP] = { STAY, N_BUSY, BUSY, BUSY_R, N_BUSY, BUSY_N, STAY, STAY, ARR, ARR, REST, STAY, BUSY_O, BUSY_O, STAY, STAY },
    [AGENT_BUSY_THEN_OFFLINE] = { BUSY, STAY, N_OFF, N_OFF, N_OFF, N_OFF, N_OFF, STAY, OFF, OFF, OFF, STAY, STAY, STAY, STAY, STAY },
    [AGENT_ARRANGE] = { STAY, OFF, FREE, REST, KEPT, NR, STAY, BUSY_W, STAY, STAY, STAY, FREE, OFF, OFF, STAY, STAY },
    [AGENT_ARRANGE_KEPT] = { STAY, OFF, FREE, REST, STAY, NR, STAY, BUSY_A, STAY, STAY, STAY, STAY, OFF, OFF, STAY, STAY },
    [AGENT_NOT_READY] = { STAY, OFF, FREE, REST, KEPT, STAY, FREE, BUSY_N, STAY, STAY, STAY, STAY, OFF, OFF, STAY, STAY },
    [AGENT_REST] = { STAY, OFF, FREE, STAY, KEPT, NR, STAY, BUSY_R, STAY, STAY, STAY, STAY, OFF, OFF, STAY, STAY },
    [AGENT_NO_MICROPHONE] = { STAY, OFF, NO_STATE, REST, KEPT, NR, NO_STATE, BUSY, STAY, STAY, STAY, STAY, OFF, OFF, STAY, FREE },
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
        [AGENT_BUSY_THEN_ARRANGE] = AGENT_STATUS_BUSY,
        [AGENT_BUSY_THEN_WRAP_UP] = AGENT_STATUS_BUSY,
        [AGENT_BUSY_THEN_OFFLINE] = AGENT_STATUS_BUSY,
        [AGENT_ARRANGE] = AGENT_STATUS_ARRANGE,
        [AGENT_ARRANGE_KEPT] = AGENT_STATUS_ARRANGE,
        [AGENT_NOT_READY] = AGENT_STATUS_NOT_READY,
        [AGENT_REST] = AGENT_STATUS_REST,
        [AGENT_NO_MICROPHONE] = AGENT_STATUS_NOT_READY,
    };
    return shown[state];
}

enum agent_status agent_fsm_reserved(enum agent_state state) {
    if (state == AGENT_BUSY_THEN_REST) return AGENT_STATUS_REST;
    return state == AGENT_BUSY_THEN_NOT_READY ? AGENT_STATUS_NOT_READY : AGENT_STATUS_OFFLINE;
}

const char *agent_status_name(enum agent_status status) { return agent_status_names[status]; }
