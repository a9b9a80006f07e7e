/* call_fsm.c: the life of one call as a table. Layer: core. */
#include "core/call_fsm.h"

typedef struct {
    unsigned char next, verdict;
} step;

#define P(state) { CALL_##state, CALL_PASS }
#define I(state) { CALL_##state, CALL_IGNORE }
#define R(state) { CALL_##state, CALL_REFUSE }

/* Columns in the order of the enum: OUTED IN RINGING EARLY ANSWERED ACCESSED HELD UNHELD TRANSFERRED MOVED ENDED DELETED
 * ACCEPT_FAILED | ACCEPT HANGUP HOLD UNHOLD DIGITS MUTE DELETE HAND_OVER */
static const step cell[CALL_STATES][CALL_EVENTS] = {
    /* The end of a session that is not known here is told all the same: nothing the server says of an end gets lost. */
    [CALL_NONE] = {
        P(DIALING), P(OFFERED), I(NONE), I(NONE), I(NONE), I(NONE), I(NONE), I(NONE), I(NONE), I(NONE), P(NONE), I(NONE),
        I(NONE), R(NONE), R(NONE), R(NONE), R(NONE), R(NONE), R(NONE), R(NONE), R(NONE) },
    [CALL_DIALING] = {
        I(DIALING), I(DIALING), P(RINGING), P(EARLY), P(TALKING), P(DIALING), I(DIALING), I(DIALING), P(DIALING), I(DIALING),
        P(ENDED), I(DIALING), I(DIALING), R(DIALING), P(LEAVING), R(DIALING), R(DIALING), R(DIALING), P(DIALING), R(DIALING), R(DIALING) },
    [CALL_RINGING] = {
        I(RINGING), I(RINGING), I(RINGING), P(EARLY), P(TALKING), P(RINGING), I(RINGING), I(RINGING), P(RINGING), I(RINGING),
        P(ENDED), I(RINGING), I(RINGING), R(RINGING), P(LEAVING), R(RINGING), R(RINGING), R(RINGING), P(RINGING), R(RINGING), R(RINGING) },
    /* An announcement before the answer may ask for digits. A 180 after a 183 does not stop it. */
    [CALL_EARLY] = {
        I(EARLY), I(EARLY), I(EARLY), I(EARLY), P(TALKING), P(EARLY), I(EARLY), I(EARLY), P(EARLY), I(EARLY),
        P(ENDED), I(EARLY), I(EARLY), R(EARLY), P(LEAVING), R(EARLY), R(EARLY), P(EARLY), P(EARLY), R(EARLY), R(EARLY) },
    [CALL_OFFERED] = {
        I(OFFERED), I(OFFERED), I(OFFERED), I(OFFERED), I(OFFERED), P(TALKING), I(OFFERED), I(OFFERED), P(OFFERED), P(NONE),
        P(ENDED), I(OFFERED), I(OFFERED), P(ACCEPTING), P(LEAVING), R(OFFERED), R(OFFERED), R(OFFERED), P(OFFERED), R(OFFERED), R(OFFERED) },
    [CALL_ACCEPTING] = {
        I(ACCEPTING), I(ACCEPTING), I(ACCEPTING), I(ACCEPTING), I(ACCEPTING), P(TALKING), I(ACCEPTING), I(ACCEPTING),
        P(ACCEPTING), P(NONE), P(ENDED), I(ACCEPTING), I(OFFERED), R(ACCEPTING), P(LEAVING), R(ACCEPTING), R(ACCEPTING),
        R(ACCEPTING), P(ACCEPTING), R(ACCEPTING), R(ACCEPTING) },
    [CALL_TALKING] = {
        I(TALKING), I(TALKING), I(TALKING), I(TALKING), I(TALKING), P(TALKING), P(HELD), I(TALKING), P(TALKING), I(TALKING),
        P(ENDED), I(TALKING), I(TALKING), R(TALKING), P(LEAVING), P(TALKING), I(TALKING), P(TALKING), P(TALKING), R(TALKING), P(TALKING) },
    [CALL_HELD] = {
        I(HELD), I(HELD), I(HELD), I(HELD), I(HELD), I(HELD), I(HELD), P(TALKING), P(HELD), I(HELD),
        P(ENDED), I(HELD), I(HELD), R(HELD), P(LEAVING), I(HELD), P(HELD), R(HELD), P(HELD), R(HELD), P(HELD) },
    /* What the server did before it heard of the hang-up is told as it comes. */
    [CALL_LEAVING] = {
        I(LEAVING), I(LEAVING), P(LEAVING), P(LEAVING), P(LEAVING), P(LEAVING), P(LEAVING), P(LEAVING), P(LEAVING), P(NONE),
        P(ENDED), I(LEAVING), I(LEAVING), R(LEAVING), P(LEAVING), R(LEAVING), R(LEAVING), R(LEAVING), P(LEAVING), R(LEAVING), R(LEAVING) },
    [CALL_ENDED] = {
        I(ENDED), I(ENDED), I(ENDED), I(ENDED), I(ENDED), I(ENDED), I(ENDED), I(ENDED), P(ENDED), I(ENDED),
        I(ENDED), P(NONE), I(ENDED), R(ENDED), I(ENDED), R(ENDED), R(ENDED), R(ENDED), R(ENDED), P(ENDED), R(ENDED) },
};

enum call_verdict call_fsm_step(enum call_state *state, enum call_event event) {
    step taken = cell[*state][event];
    *state = (enum call_state)taken.next;
    return (enum call_verdict)taken.verdict;
}

const char *call_fsm_name(enum call_state state) {
    static const char *const names[CALL_STATES] = {
        "deleted", "dialing", "ringing", "ringing", "offered", "accepting", "talking", "held", "hanging up", "ended",
    };
    return names[state];
}
