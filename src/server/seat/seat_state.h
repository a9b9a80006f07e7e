/* seat_state.h: the inside of a seat, shared by the seat's files. Layer: server. */
#ifndef TCCC_SERVER_SEAT_SEAT_STATE_H
#define TCCC_SERVER_SEAT_SEAT_STATE_H

#include "server/libre.h"
#include "server/seat/seat.h"
#include "server/store/seat.h"
#include "server/visitor/visitor.h"

enum { SEAT_HELLO_MS = 5000, SEAT_AWAY_MS = 5000 /* a page that is loaded again is back by then */, SEAT_CHANNELS = 4, SEAT_WELCOME_MAX = WIRE_TEXT_MAX, SEAT_ASKS_PER_S = 20 /* each becomes a row of the history */,
       SEAT_VISITOR_REQUESTS_PER_S = 100 };

typedef struct seat_link {           /* one signalling WebSocket */
    struct le le, hash;
    seats *all;
    edge_conn conn;
    seat *seat;                      /* NULL before hello */
    deadline hello, heartbeat;
    uint64_t heard_ms, said_ms, pinged_ms;
    uint32_t pings;
    bool silent;                     /* given up, not closed */
} seat_link;

struct seat {
    struct le le;
    seats *all;
    agent *agent;                    /* one of these two */
    visitor *visitor;
    int n_asks;                      /* for its status, in the second that began at asks_ms */
    uint64_t asks_ms;
    int n_requests;                  /* a visitor's, in the second that began at requests_ms */
    uint64_t requests_ms;
    bool answering, has_news;        /* a status that a request changes is told after its answer */
    seat_link *link;                 /* NULL: the connection is lost */
    edge_seat media;
    char ticket[33];
    char tab[WIRE_TAB_LEN + 1];      /* the page that said hello last */
    char id[SEAT_ID_LEN + 1];        /* in the store */
    char resume[SEAT_HASH_LEN + 1];  /* SHA-256 of its resume token */
    /* what the last hello came with stays good until anything else arrives: the welcome may be lost with its connection */
    char earlier[SEAT_HASH_LEN + 1];
    bool kept, changed;              /* in the store; and not as it is now */
    enum agent_status kept_status;
    uint64_t restored_ms;            /* 0: it began after the start */
    bool restored;                   /* its page numbers events as before the restart, until it has shown that it has the welcome */
    outbox *box;
    deadline window, away;           /* to come back in; and until what rings there goes elsewhere */
    unsigned channels;               /* bit mask of those in use */
};

struct seats {
    seats_config config;
    edge *edge;
    store *store;
    agents *agents;
    deadlines *timers;
    const logger *log;
    seat_handler handler;
    void *ctx;
    struct list seats;
    struct list links;
    struct list absent;              /* seat_absent.c */
    struct hash *by_conn;
    int n_seats;
    deadline save;                   /* of seats that have changed */
    bool stopping;                   /* what ends now goes on after the restart */
};

/* seat_link.c */
void seat_link_send(seat_link *link, const wire_message *message);
void seat_link_send_text(seat_link *link, const char *text, size_t len);
/* bye with an error, then close. */
void seat_link_bye(seat_link *link, int error, const char *sentence, int code);
void seat_link_refuse(seat_link *link, int error);
void seat_link_drop(seat_link *link);

/* seat_hello.c */
void seat_hello(seat_link *link, const wire_hello *hello);

/* seat_status.c */
void seat_status_request(seat *s, const wire_request *request, uint64_t ticket);
/* agent.device: what the page says of its microphone. */
void seat_device_request(seat *s, const wire_request *request, uint64_t ticket);
/* Whether it asks no more often than a person and a page's script together would. */
bool seat_may_ask(seat *s);
/* Tells the page its agent's status as it is. */
void seat_tell_status(seat *s);
/* For agents_listen, with the seats as ctx. */
extern const agent_handler seat_agent_handler;

/* seat_keep.c */
void seat_hash(const char *token, char hash[SEAT_HASH_LEN + 1]);
/* Its row is to be as it is, a tenth of a second later, or now; seats that are not kept stay so. */
void seat_note_change(seat *s);
void seat_unkeep(seat *s);
void seats_save(seats *all);         /* what has changed */
/* As it is kept; a seat as it was kept (NULL: whose it was is not there, or has another one); and its agent's status as it was. */
store_seat seat_row(const seat *s);
seat *seat_from_row(seats *all, const store_seat *row);
void seat_restore_status(seat *s, const store_seat *row);

/* seat_absent.c */
/* This agent's page may come back after its window; ousted: no more, because the agent signs in elsewhere. */
void seat_note_absent(const seat *s, bool ousted);
/* The agent signs in: pages of it that are absent are ousted. */
void seat_oust_absent(seats *all, const agent *whose);
/* An absent page is back: its seat, anew. 0, KICKED or TOKEN_INVALID. */
int seat_return(seats *all, const wire_hello *hello, const char *hash, seat **out);

/* seat.c */
seat *seat_make(seats *all, agent *whose, visitor *v);
void seat_unmake(seat *s);
/* The connection is lost: a window of time to come back in. */
void seat_start_window(seat *s, bool silent);

#endif
