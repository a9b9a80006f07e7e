/* seat_fsm.h: the life of a seat's connection, seen from the page, as a table. Layer: core. Source: docs/protocol.md. */
#ifndef TCCC_CORE_SEAT_FSM_H
#define TCCC_CORE_SEAT_FSM_H

enum seat_state {
    SEAT_NEW,
    SEAT_CONNECTING,                /* first connection: the socket is being opened */
    SEAT_GREETING,                  /* hello is sent */
    SEAT_WAITING,                   /* it failed; a pause before the next attempt */
    SEAT_LIVE,
    SEAT_LOST,                      /* was live; a pause before the next attempt */
    SEAT_RECONNECTING,
    SEAT_RESUMING,                  /* hello with the resume token is sent */
    SEAT_KICKED,                    /* final: signed in elsewhere */
    SEAT_ENDED,                     /* final: token refused, or the resume window has passed */
    SEAT_STATES
};

enum seat_event {
    SEAT_EV_START,
    SEAT_EV_OPEN,                   /* the socket is open */
    SEAT_EV_WELCOME,
    SEAT_EV_REFUSED,                /* the token or the resume token is not good, and no other is left */
    SEAT_EV_TRY_TOKEN,              /* the resume token is not good, but there is a sign-in token */
    SEAT_EV_KICKED,
    SEAT_EV_BROKEN,                 /* closed, silent, or the peer broke the protocol */
    SEAT_EV_RETRY,                  /* the pause is over */
    SEAT_EV_EXPIRED,                /* the resume window has passed, and that is the end: a visitor signs in anew */
    SEAT_EV_INHERIT,                /* instead of START: another page was live before this one */
    SEAT_EV_OVERDUE,                /* the resume window has passed, and the page may come back later all the same */
    SEAT_EVENTS
};

enum seat_action {
    SEAT_DO_NOTHING,
    SEAT_DO_CONNECT,
    SEAT_DO_HELLO,
    SEAT_DO_READY,                  /* live for the first time */
    SEAT_DO_RESUMED,                /* live again */
    SEAT_DO_WAIT,                   /* set the pause */
    SEAT_DO_LOSE,                   /* tell the page, set the pause */
    SEAT_DO_REFUSE,                 /* tokenExpired */
    SEAT_DO_KICK,                   /* kickedOut */
    SEAT_DO_END,                    /* the seat is gone with its calls */
    SEAT_DO_INHERIT,                /* connect at once */
    SEAT_DO_FORSAKE                 /* the calls are over; trying goes on */
};

/* Takes one step and says what to do. */
enum seat_action seat_fsm_step(enum seat_state *state, enum seat_event event);
const char *seat_fsm_name(enum seat_state state);

#endif
