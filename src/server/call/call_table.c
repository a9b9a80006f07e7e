/* call_table.c: the table of call_table.h. Layer: server. */
#include "server/call/call_table.h"

#define GO(phase, action) { CALL_PHASE_##phase, CALL_ACT_##action }
#define STAY(phase) GO(phase, NOTHING)
#define NO(phase) GO(phase, REFUSE)

/* In the order of CALL_HAPPENINGS: RANG, CONNECTED, CUSTOMER_LEFT, FAILED, | ACCEPT, REJECT, HANGUP, HOLD, UNHOLD, |
 * ASSIGNED, OFFER_LATE, QUEUE_LATE, RING_LATE, SEAT_GONE, STOPPED */
static const call_move table[CALL_N_PHASES][CALL_N_HAPPENINGS] = {
    [CALL_PHASE_DIALING] = {
        GO(RINGING, TELL_RINGING), GO(TALKING, TELL_ANSWERED), GO(OVER, END_BY_CUSTOMER), GO(OVER, END_UNREACHED),
        NO(DIALING), NO(DIALING), GO(OVER, END_BY_SEAT), NO(DIALING), NO(DIALING),
        STAY(DIALING), STAY(DIALING), STAY(DIALING), GO(OVER, END_UNANSWERED), GO(OVER, END_BY_SEAT), GO(OVER, END_STOPPED) },
    [CALL_PHASE_RINGING] = {
        GO(RINGING, TELL_RINGING), GO(TALKING, TELL_ANSWERED), GO(OVER, END_BY_CUSTOMER), GO(OVER, END_UNREACHED),
        NO(RINGING), NO(RINGING), GO(OVER, END_BY_SEAT), NO(RINGING), NO(RINGING),
        STAY(RINGING), STAY(RINGING), STAY(RINGING), GO(OVER, END_UNANSWERED), GO(OVER, END_BY_SEAT), GO(OVER, END_STOPPED) },
    [CALL_PHASE_QUEUED] = {
        STAY(QUEUED), STAY(QUEUED), GO(OVER, END_BY_CUSTOMER), GO(OVER, END_LOST),
        NO(QUEUED), NO(QUEUED), NO(QUEUED), NO(QUEUED), NO(QUEUED),
        GO(OFFERED, OFFER), STAY(QUEUED), GO(OVER, END_UNSERVED), STAY(QUEUED), STAY(QUEUED), GO(OVER, END_STOPPED) },
    [CALL_PHASE_OFFERED] = {
        STAY(OFFERED), STAY(OFFERED), GO(OVER, END_BY_CUSTOMER), GO(OVER, END_LOST),
        GO(ACCEPTED, ANSWER), GO(QUEUED, NEXT_AGENT_AFTER_REJECT), GO(QUEUED, NEXT_AGENT_AFTER_REJECT), NO(OFFERED), NO(OFFERED),
        STAY(OFFERED), GO(QUEUED, NEXT_AGENT), STAY(OFFERED), STAY(OFFERED), GO(QUEUED, REQUEUE), GO(OVER, END_STOPPED) },
    [CALL_PHASE_ACCEPTED] = {
        STAY(ACCEPTED), GO(TALKING, TELL_ACCESSED), GO(OVER, END_BY_CUSTOMER), GO(OVER, END_LOST),
        NO(ACCEPTED), NO(ACCEPTED), GO(OVER, END_BY_SEAT), NO(ACCEPTED), NO(ACCEPTED),
        STAY(ACCEPTED), STAY(ACCEPTED), STAY(ACCEPTED), STAY(ACCEPTED), GO(OVER, END_BY_SEAT), GO(OVER, END_STOPPED) },
    [CALL_PHASE_TALKING] = {
        STAY(TALKING), STAY(TALKING), GO(OVER, END_BY_CUSTOMER), GO(OVER, END_LOST),
        NO(TALKING), NO(TALKING), GO(OVER, END_BY_SEAT), GO(HELD, HOLD_ON), STAY(TALKING),
        STAY(TALKING), STAY(TALKING), STAY(TALKING), STAY(TALKING), GO(OVER, END_BY_SEAT), GO(OVER, END_STOPPED) },
    [CALL_PHASE_HELD] = {
        STAY(HELD), STAY(HELD), GO(OVER, END_BY_CUSTOMER), GO(OVER, END_LOST),
        NO(HELD), NO(HELD), GO(OVER, END_BY_SEAT), STAY(HELD), GO(TALKING, HOLD_OFF),
        STAY(HELD), STAY(HELD), STAY(HELD), STAY(HELD), GO(OVER, END_BY_SEAT), GO(OVER, END_STOPPED) },
    /* A hang-up that crosses the other side's is fine; everything else came too late. */
    [CALL_PHASE_OVER] = {
        STAY(OVER), STAY(OVER), STAY(OVER), STAY(OVER),
        NO(OVER), STAY(OVER), STAY(OVER), NO(OVER), NO(OVER),
        STAY(OVER), STAY(OVER), STAY(OVER), STAY(OVER), STAY(OVER), STAY(OVER) },
};

call_move call_table_step(enum call_phase phase, enum call_happening happening) { return table[phase][happening]; }

#define CALL_NAME(name) #name,
static const char *const phase_names[] = { CALL_PHASES(CALL_NAME) };
static const char *const happening_names[] = { CALL_HAPPENINGS(CALL_NAME) };
static const char *const action_names[] = { CALL_ACTIONS(CALL_NAME) };

const char *call_phase_name(enum call_phase phase) { return phase_names[phase]; }
const char *call_happening_name(enum call_happening happening) { return happening_names[happening]; }
const char *call_action_name(enum call_action action) { return action_names[action]; }
