/* chat_fsm.c: the life of one chat as a table. Layer: core. */
#include "core/chat_fsm.h"

typedef struct {
    unsigned char next, verdict;
} step;

#define P(state) { CHAT_##state, CHAT_PASS }
#define I(state) { CHAT_##state, CHAT_IGNORE }
#define R(state) { CHAT_##state, CHAT_REFUSE }

/* Columns in the order of the enum: STARTED IN ACCESSED QUEUED MESSAGE MOVED TRANSFERRED ENDED DELETED REFUSED |
 * ACCEPT REJECT END TALK LOOK HAND_OVER RATE DELETE */
static const step cell[CHAT_STATES][CHAT_EVENTS] = {
    /* The end of a session that is not known here is told all the same. */
    [CHAT_NONE] = { P(WAITING), P(OFFERED), I(NONE), I(NONE), I(NONE), I(NONE), I(NONE), P(NONE), I(NONE), I(NONE),
                    R(NONE), R(NONE), R(NONE), R(NONE), R(NONE), R(NONE), R(NONE), R(NONE) },
    /* A visitor may write while no agent is there yet. */
    [CHAT_WAITING] = { I(WAITING), I(WAITING), P(OPEN), P(WAITING), P(WAITING), I(WAITING), I(WAITING), P(ENDED), I(WAITING), I(WAITING),
                       R(WAITING), R(WAITING), P(LEAVING), P(WAITING), P(WAITING), R(WAITING), R(WAITING), R(WAITING) },
    [CHAT_OFFERED] = { I(OFFERED), I(OFFERED), P(OPEN), I(OFFERED), I(OFFERED), P(NONE), P(OFFERED), P(ENDED), I(OFFERED), I(OFFERED),
                       P(ACCEPTING), P(LEAVING), P(LEAVING), R(OFFERED), R(OFFERED), R(OFFERED), R(OFFERED), R(OFFERED) },
    [CHAT_ACCEPTING] = { I(ACCEPTING), I(ACCEPTING), P(OPEN), I(ACCEPTING), I(ACCEPTING), P(NONE), P(ACCEPTING), P(ENDED), I(ACCEPTING), I(OFFERED),
                         R(ACCEPTING), P(LEAVING), P(LEAVING), R(ACCEPTING), R(ACCEPTING), R(ACCEPTING), R(ACCEPTING), R(ACCEPTING) },
    [CHAT_OPEN] = { I(OPEN), I(OPEN), P(OPEN), P(WAITING), P(OPEN), P(NONE), P(OPEN), P(ENDED), I(OPEN), I(OPEN),
                    R(OPEN), R(OPEN), P(LEAVING), P(OPEN), P(OPEN), P(OPEN), R(OPEN), R(OPEN) },
    /* What the server did before it heard of the end is told as it comes. */
    [CHAT_LEAVING] = { I(LEAVING), I(LEAVING), P(LEAVING), I(LEAVING), P(LEAVING), P(NONE), P(LEAVING), P(ENDED), I(LEAVING), I(OPEN),
                       R(LEAVING), I(LEAVING), I(LEAVING), R(LEAVING), P(LEAVING), R(LEAVING), R(LEAVING), R(LEAVING) },
    [CHAT_ENDED] = { I(ENDED), I(ENDED), I(ENDED), I(ENDED), I(ENDED), I(ENDED), P(ENDED), I(ENDED), P(NONE), I(ENDED),
                     R(ENDED), I(ENDED), I(ENDED), R(ENDED), P(ENDED), R(ENDED), P(ENDED), P(ENDED) },
};

enum chat_verdict chat_fsm_step(enum chat_state *state, enum chat_event event) {
    step one = cell[*state][event];
    *state = (enum chat_state)one.next;
    return (enum chat_verdict)one.verdict;
}

const char *chat_fsm_name(enum chat_state state) {
    static const char *const names[] = { "unknown", "waiting", "offered", "accepting", "open", "leaving", "ended" };
    return names[state];
}
