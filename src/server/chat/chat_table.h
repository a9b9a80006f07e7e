/* chat_table.h: the life of a chat in the contact centre as a table. Layer: server. Sans-IO. */
#ifndef TCCC_SERVER_CHAT_TABLE_H
#define TCCC_SERVER_CHAT_TABLE_H

enum chat_phase {
    CHAT_PHASE_FLOW,                  /* its flow talks with the visitor: at the beginning, or after the agent */
    CHAT_PHASE_QUEUED,                /* the visitor waits for an agent */
    CHAT_PHASE_OFFERED,               /* an agent's page rings */
    CHAT_PHASE_OPEN,
    CHAT_PHASE_OVER,
    CHAT_PHASES
};

enum chat_happening {
    CHAT_ON_ASSIGNED,                 /* an agent was found */
    CHAT_ON_ACCEPT, CHAT_ON_REJECT,
    CHAT_ON_OFFER_LATE,               /* not accepted in time */
    CHAT_ON_AGENT_LOST,               /* its page's connection */
    CHAT_ON_AGENT_GONE,               /* its page for good, or it was deleted */
    CHAT_ON_AGENT_ENDS, CHAT_ON_TRANSFER,
    CHAT_ON_VISITOR_ENDS, CHAT_ON_VISITOR_GONE,
    CHAT_ON_SILENT,                   /* the visitor has not answered in time */
    CHAT_ON_WAIT_OVER,                /* no agent was found in time, or none is there */
    CHAT_ON_FLOW_QUEUES,              /* the flow leads to agents, or there is none */
    CHAT_ON_FLOW_TURNS,               /* the flow leads elsewhere: the visitor chose to leave the queue, or it is over */
    CHAT_ON_AGENT_LEAVES,             /* the agent ends, and the flow goes on */
    CHAT_ON_FLOW_ENDS,
    CHAT_HAPPENINGS
};

enum chat_action { CHAT_ACT_NOTHING, CHAT_ACT_REFUSE, CHAT_ACT_OFFER, CHAT_ACT_OPEN, CHAT_ACT_NEXT, CHAT_ACT_HAND_OVER, CHAT_ACT_WAIT, CHAT_ACT_TURN, CHAT_ACT_AFTER,
                   CHAT_ACT_END };

typedef struct {
    unsigned char next, action;       /* enum chat_phase, enum chat_action */
} chat_cell;

chat_cell chat_table_step(enum chat_phase phase, enum chat_happening what);
const char *chat_phase_name(enum chat_phase phase);   /* also in the store: names stay */
enum chat_phase chat_phase_named(const char *name);   /* QUEUED for any other */

#endif
