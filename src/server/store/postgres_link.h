/* postgres_link.h: the connection to PostgreSQL: reading its URL, opening, losing and opening again. Layer: server. */
#ifndef TCCC_SERVER_STORE_POSTGRES_LINK_H
#define TCCC_SERVER_STORE_POSTGRES_LINK_H

#include "server/deadline.h"
#include "server/store/sql.h"

#include <libpq-fe.h>

enum {
    REPLY_MS = 6000,              /* an answer may take so long; the server itself gives up after STATEMENT_MS */
    UPGRADE_MS = 600000,          /* a step of the schema, at start, may rewrite large tables */
    STATEMENT_MS = 5000,
    LOCK_MS = 3000,
    OPEN_MS = 10000,              /* at start the connection may take so long */
    CONNECT_MS = 5000,            /* later a new one may, while calls go on: each call of the store looks once, */
    CONNECT_WAIT_MS = 200,        /* and only the first one waits, for so long */
    LAST_WORDS_MS = 50,           /* between a server's farewell and the end of the connection */
    CONNECT_PAUSE_MS = 1000,      /* between two attempts */
};

typedef struct {
    PGconn *conn;                 /* NULL: none, and no attempt runs */
    PQconninfoOption *options;    /* what the URL says */
    uint64_t reply_ms;            /* REPLY_MS or UPGRADE_MS */
    bool ready;
    bool in_group;                /* a group of writes is open, maybe on a connection that is lost */
    PostgresPollingStatusType wanted; /* by the running attempt */
    uint64_t give_up_ms;          /* the running attempt's end */
    uint64_t next_ms;             /* no attempt before */
    unsigned generation;          /* of the connection; 0: none yet */
    size_t n_names;               /* of prepared statements */
    char reason[320];             /* of the last loss, for the log */
} postgres_link;

bool link_is_url(const char *where);
/* Whether libpq can read the URL. 0 or FORMAT with a sentence. */
int link_check(const char *where, char *err, size_t capacity);
int postgres_link_open(store *s, const char *where, char *err, size_t capacity);
void link_close(store *s);
/* 0 with a connection that was alive a moment ago; IO at once when there is none, after at most CONNECT_WAIT_MS when one is tried. */
int link_ready(store *s);
/* Gives the connection up. */
void link_lose(store *s, const char *reason);
/* Waits until the socket can be read (or also written). False: the deadline passed, or there is no socket. */
bool link_wait(PGconn *conn, bool also_write, uint64_t deadline_ms);
/* libpq's last complaint, one line, without the password. Valid until the next call. */
const char *link_reason(postgres_link *link);

#endif
