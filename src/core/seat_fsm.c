/* seat_fsm.c: the life of a seat's connection as a table. Layer: core. Source: docs/protocol.md. */
#include "core/seat_fsm.h"

typedef struct {
    unsigned char next, action;
} step;

#define GO(state, what) { SEAT_##state, SEAT_DO_##what }
#define NO(state) { SEAT_##state, SEAT_DO_NOTHING } /* stays: late news of an earlier socket or of a finished wait */

static const step cell[SEAT_STATES][SEAT_EVENTS] = {
    [SEAT_NEW] = {
        GO(CONNECTING, CONNECT), NO(NEW), NO(NEW), NO(NEW), NO(NEW), NO(NEW), NO(NEW), NO(NEW), NO(NEW), GO(LOST, INHERIT), NO(NEW) },
    [SEAT_CONNECTING] = {
        NO(CONNECTING), GO(GREETING, HELLO), NO(CONNECTING), NO(CONNECTING), NO(CONNECTING), NO(CONNECTING),
        GO(WAITING, WAIT), NO(CONNECTING), NO(CONNECTING), NO(CONNECTING), NO(CONNECTING) },
    [SEAT_GREETING] = {
        NO(GREETING), NO(GREETING), GO(LIVE, READY), GO(ENDED, REFUSE), GO(CONNECTING, CONNECT), GO(KICKED, KICK),
        GO(WAITING, WAIT), NO(GREETING), NO(GREETING), NO(GREETING), NO(GREETING) },
    [SEAT_WAITING] = {
        NO(WAITING), NO(WAITING), NO(WAITING), NO(WAITING), NO(WAITING), NO(WAITING),
        NO(WAITING), GO(CONNECTING, CONNECT), NO(WAITING), NO(WAITING), NO(WAITING) },
    [SEAT_LIVE] = {
        NO(LIVE), NO(LIVE), NO(LIVE), GO(ENDED, END), NO(LIVE), GO(KICKED, KICK),
        GO(LOST, LOSE), NO(LIVE), NO(LIVE), NO(LIVE), NO(LIVE) },
    [SEAT_LOST] = {
        NO(LOST), NO(LOST), NO(LOST), NO(LOST), NO(LOST), NO(LOST),
        NO(LOST), GO(RECONNECTING, CONNECT), GO(ENDED, END), NO(LOST), GO(LOST, FORSAKE) },
    [SEAT_RECONNECTING] = {
        NO(RECONNECTING), GO(RESUMING, HELLO), NO(RECONNECTING), NO(RECONNECTING), NO(RECONNECTING), NO(RECONNECTING),
        GO(LOST, WAIT), NO(RECONNECTING), GO(ENDED, END), NO(RECONNECTING), GO(RECONNECTING, FORSAKE) },
    [SEAT_RESUMING] = {
        NO(RESUMING), NO(RESUMING), GO(LIVE, RESUMED), GO(ENDED, END), NO(RESUMING), GO(KICKED, KICK),
        GO(LOST, WAIT), NO(RESUMING), GO(ENDED, END), NO(RESUMING), GO(RESUMING, FORSAKE) },
    [SEAT_KICKED] = {
        NO(KICKED), NO(KICKED), NO(KICKED), NO(KICKED), NO(KICKED), NO(KICKED), NO(KICKED), NO(KICKED), NO(KICKED), NO(KICKED), NO(KICKED) },
    [SEAT_ENDED] = {
        NO(ENDED), NO(ENDED), NO(ENDED), NO(ENDED), NO(ENDED), NO(ENDED), NO(ENDED), NO(ENDED), NO(ENDED), NO(ENDED), NO(ENDED) },
};

enum seat_action seat_fsm_step(enum seat_state *state, enum seat_event event) {
    step taken = cell[*state][event];
    *state = (enum seat_state)taken.next;
    return (enum seat_action)taken.action;
}

const char *seat_fsm_name(enum seat_state state) {
    static const char *const names[SEAT_STATES] = {
        "new", "connecting", "greeting", "waiting", "live", "lost", "reconnecting", "resuming", "kicked", "ended",
    };
    return names[state];
}
