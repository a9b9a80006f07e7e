/* chat_fsm.h: the life of one chat, seen from a page (an agent's or the visitor's), as a table. Layer: core. */
#ifndef TCCC_CORE_CHAT_FSM_H
#define TCCC_CORE_CHAT_FSM_H

enum chat_state {
    CHAT_NONE,                      /* there is no such session, or it was deleted */
    CHAT_WAITING,                   /* the visitor's page: no agent yet */
    CHAT_OFFERED,                   /* the agent's page */
    CHAT_ACCEPTING,
    CHAT_OPEN,
    CHAT_LEAVING,                   /* this side has ended or rejected it; the server has not confirmed */
    CHAT_ENDED,
    CHAT_STATES
};

enum chat_event {
    /* from the server */
    CHAT_EV_STARTED,                /* visit.start was answered */
    CHAT_EV_IN,
    CHAT_EV_ACCESSED,               /* userAccessed, joined */
    CHAT_EV_QUEUED,                 /* the visitor waits (again) */
    CHAT_EV_MESSAGE,
    CHAT_EV_MOVED,                  /* autoTransfer: with another agent, or in the queue */
    CHAT_EV_TRANSFERRED,
    CHAT_EV_ENDED,
    CHAT_EV_DELETED,
    CHAT_EV_REFUSED,                /* accept, reject or end was refused */
    /* commands of the page */
    CHAT_CMD_ACCEPT,
    CHAT_CMD_REJECT,
    CHAT_CMD_END,
    CHAT_CMD_TALK,                  /* send, typing, upload */
    CHAT_CMD_LOOK,                  /* read, history: also afterwards */
    CHAT_CMD_HAND_OVER,
    CHAT_CMD_RATE,
    CHAT_CMD_DELETE,
    CHAT_EVENTS
};

enum chat_verdict {
    CHAT_IGNORE,                    /* nothing to tell the page (event), or done already (command) */
    CHAT_PASS,                      /* tell the page, or carry the command out */
    CHAT_REFUSE                     /* a command that does not fit the state */
};

enum chat_verdict chat_fsm_step(enum chat_state *state, enum chat_event event);
const char *chat_fsm_name(enum chat_state state);

#endif
