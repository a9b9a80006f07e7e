/* chat_table.c: the life of a chat as a table. Layer: server. */
#include "server/chat/chat_table.h"

#include <string.h>

#define N(phase) { CHAT_PHASE_##phase, CHAT_ACT_NOTHING }
#define R(phase) { CHAT_PHASE_##phase, CHAT_ACT_REFUSE }
#define OFFER { CHAT_PHASE_OFFERED, CHAT_ACT_OFFER }
#define OPEN { CHAT_PHASE_OPEN, CHAT_ACT_OPEN }
#define NEXT { CHAT_PHASE_QUEUED, CHAT_ACT_NEXT }
#define HAND_OVER { CHAT_PHASE_QUEUED, CHAT_ACT_HAND_OVER }
#define WAIT { CHAT_PHASE_QUEUED, CHAT_ACT_WAIT }
#define TURN { CHAT_PHASE_FLOW, CHAT_ACT_TURN }
#define AFTER { CHAT_PHASE_FLOW, CHAT_ACT_AFTER }
#define END { CHAT_PHASE_OVER, CHAT_ACT_END }

/* Columns in the order of the enum: ASSIGNED ACCEPT REJECT OFFER_LATE AGENT_LOST AGENT_GONE AGENT_ENDS TRANSFER VISITOR_ENDS VISITOR_GONE
 * SILENT WAIT_OVER FLOW_QUEUES FLOW_TURNS AGENT_LEAVES FLOW_ENDS */
static const chat_cell cells[CHAT_PHASES][CHAT_HAPPENINGS] = {
    [CHAT_PHASE_FLOW] = { N(FLOW), R(FLOW), R(FLOW), N(FLOW), N(FLOW), N(FLOW), R(FLOW), R(FLOW), END, END, N(FLOW), N(FLOW), WAIT, N(FLOW), R(FLOW), END },
    [CHAT_PHASE_QUEUED] = { OFFER, R(QUEUED), R(QUEUED), N(QUEUED), N(QUEUED), N(QUEUED), R(QUEUED), R(QUEUED), END, END, N(QUEUED), END, N(QUEUED), TURN, R(QUEUED), END },
    [CHAT_PHASE_OFFERED] = { N(OFFERED), OPEN, NEXT, NEXT, NEXT, NEXT, R(OFFERED), R(OFFERED), END, END, N(OFFERED), N(OFFERED), N(OFFERED), TURN, R(OFFERED), N(OFFERED) },
    /* An agent whose connection is lost for a moment comes back to its chats. */
    [CHAT_PHASE_OPEN] = { N(OPEN), R(OPEN), R(OPEN), N(OPEN), N(OPEN), NEXT, END, HAND_OVER, END, END, END, N(OPEN), N(OPEN), N(OPEN), AFTER, N(OPEN) },
    [CHAT_PHASE_OVER] = { N(OVER), R(OVER), R(OVER), N(OVER), N(OVER), N(OVER), R(OVER), R(OVER), R(OVER), N(OVER), N(OVER), N(OVER), N(OVER), N(OVER), R(OVER), N(OVER) },
};

chat_cell chat_table_step(enum chat_phase phase, enum chat_happening what) { return cells[phase][what]; }

static const char *const names[CHAT_PHASES] = { "flow", "queued", "offered", "open", "over" };

const char *chat_phase_name(enum chat_phase phase) { return names[phase]; }

enum chat_phase chat_phase_named(const char *name) {
    for (int i = 0; i < CHAT_PHASES; i++)
        if (!strcmp(names[i], name))
            return (enum chat_phase)i;
    return CHAT_PHASE_QUEUED;
}
