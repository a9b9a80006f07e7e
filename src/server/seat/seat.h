/* seat.h: endpoints of agents and visitors: sign-in, resume, events that survive a lost connection. An agent's status is agent/'s, who
 * visitors are is visitor/'s. Layer: server. Source: docs/protocol.md.
 *
 * There is one seat per agent, and one for each page of a visitor. Calls (call/) use a seat by pointer as long as `gone` has not been called for it.
 */
#ifndef TCCC_SERVER_SEAT_SEAT_H
#define TCCC_SERVER_SEAT_SEAT_H

#include "core/outbox.h"
#include "server/agent/agent.h"
#include "server/deadline.h"
#include "server/edge/edge.h"
#include "server/store/store.h"
#include "tccc/error.h"

typedef struct seat seat;
typedef struct seats seats;
struct visitor;

typedef struct {
    /* A request other than agent.* and media.offer, which its kind of seat may send; answer it with seat_answer, now or later. */
    void (*request)(void *ctx, seat *s, const wire_request *request, uint64_t ticket);
    /* directory.get; to be answered with seat_answer. */
    void (*directory)(void *ctx, seat *s, uint64_t ticket);
    /* The sessions of a snapshot: fills list[WIRE_SESSIONS_MAX], returns how many. The texts must live until the next call. */
    int (*snapshot)(void *ctx, seat *s, wire_session *list);
    /* Another of the agent's pages goes on with its calls: their media is told again. */
    void (*tell_media)(void *ctx, seat *s);
    /* The visitor of a token that no agent has, once; NULL: nobody's. */
    struct visitor *(*visitor)(void *ctx, const char *token);
    /* The visitor with this id, if it has a session that goes on after a restart; else NULL. */
    struct visitor *(*visitor_who_stays)(void *ctx, int64_t app_id, const char *id);
    /* The connection is lost and has not come back soon: what rings at this page must go elsewhere. */
    void (*unreachable)(void *ctx, seat *s);
    /* The resume window has passed: its sessions must end now; afterwards the pointer is dead. */
    void (*gone)(void *ctx, seat *s);
} seat_handler;

typedef struct {
    int heartbeat_ms, resume_s;
    bool data_channel;
    const json_value *ice_servers;       /* as the configuration has them (ice_servers.h); NULL: none. Outlives the seats */
} seats_config;

/* The agents outlive the seats. */
seats *seats_new(const seats_config *config, edge *e, store *db, agents *whose, deadlines *timers, const logger *log, const seat_handler *handler,
                 void *ctx);
/* Seats that were there when the server ended: their pages have the resume window to come back. After everything that listens to agents
 * is there, and the visitors whose sessions go on. */
void seats_restore(seats *all);
/* Says bye (SHUTTING_DOWN) to everybody; whoever is kept in the store comes back after the start. */
void seats_free(seats *all);
int seats_count(const seats *all);

/* From the edge's handler. */
void seats_open(seats *all, edge_conn conn);
void seats_text(seats *all, edge_conn conn, const char *text, size_t len);
void seats_closed(seats *all, edge_conn conn);

/* Sends an event; kept until it is acknowledged. seq is filled in. */
void seat_event(seat *s, const wire_event *event);
/* Answers a request; error 0: ok with result (NULL: none), else a TCCC_E_* with a sentence or NULL. */
void seat_answer(seat *s, uint64_t ticket, enum wire_method method, const wire_result *result, int error, const char *sentence);

/* From now on it outlives the server. Agents' seats do; a visitor's when it has a session that does. 0 or an error of the store. */
int seat_keep(seat *s);

agent *seat_whose(const seat *s);               /* NULL: a visitor's */
struct visitor *seat_visitor(const seat *s);    /* NULL: an agent's */
const store_agent *seat_agent(const seat *s);   /* its agent's row */
const char *seat_name(const seat *s);           /* userId or visitor's id, for logs */
edge_seat seat_media(const seat *s);
bool seat_is_connected(const seat *s);
/* Its page was connected before a restart, not long ago: what it asks again may have been done then. */
bool seat_is_restored(const seat *s);
/* A free media channel, or -1. */
int seat_take_channel(seat *s);
void seat_give_channel(seat *s, int channel);

#endif
