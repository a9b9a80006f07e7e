/* edge_loop.h: what the modules of the edge thread share. Layer: server. Private to edge/ and bridge/.
 *
 * The edge thread is one libuv loop. Everything in edge_loop belongs to it, except the two mailboxes and the atomics.
 * What peers cause is bounded before it is posted to the control thread: see BACKLOG_MAX.
 */
#ifndef TCCC_SERVER_EDGE_LOOP_H
#define TCCC_SERVER_EDGE_LOOP_H

#include "edge.h"
#include "id_map.h"
#include "mailbox.h"

#include <libwebsockets.h>
#include <stdatomic.h>
#include <uv.h>

enum {
    PACKET_MAX = 1500,               /* docs/protocol.md: bytes of a frame on a media path */
    PACKET_HEADROOM = LWS_PRE + 4,   /* before a packet: WebSocket header, then carrier header */
    PACKET_TAILROOM = 64,            /* after it: SRTP tag and index */
    BACKLOG_MAX = 64 << 20,          /* bytes that wait for the control thread; peers are turned away above */
    SEAT_TEXT_MAX = 64 << 10,        /* docs/protocol.md: bytes of a signalling message */
    HTTP_BODY_MAX = 10 << 20         /* edge.h */
};

enum edge_count_of { FROM_PAGES, TO_PAGES, FROM_PHONES, TO_PHONES, DROPPED, LOST_FROM_PAGES, LOST_FROM_PHONES,
                     FILE_BYTES, FILE_US, EDGE_COUNTS };

typedef struct edge_loop edge_loop;

struct edge_loop {
    edge *owner;
    edge_config config;              /* strings are owned */
    uv_loop_t uv;
    uv_poll_t inbox_poll;
    uv_timer_t second;               /* deadlines of requests, bridges and paths */
    mailbox inbox, outbox;           /* to the edge thread; to the control thread */
    struct lws_context *lws;
    int port;
    int stopping;                    /* connections are being closed; no new ones */
    uint64_t stop_at_ms;
    int n_busy;                      /* WebSockets and HTTP requests under way: what stopping waits for */

    id_map connections;              /* signalling WebSockets by edge_conn */
    id_map requests;                 /* HTTP requests that wait for a reply, by edge_request */
    id_map peers;                    /* connections per address: limits */
    uint64_t next_connection, next_request;

    id_map seats, tickets;           /* media_seat by edge_seat, and by the ticket's first half */
    struct ice_port *ice;            /* NULL: no UDP port for browsers */

    id_map bridges;                  /* bridge.c */
    id_map videos;                   /* video_relay.c */
    struct program_clock *programs;  /* program.c */
    struct mix_clock *mixes;         /* mix_clock.c */
    struct sounds *sounds;           /* sounds.c; the control thread's */

    atomic_size_t backlog;           /* bytes posted to the control thread and not yet handled */
    _Atomic uint64_t counts[EDGE_COUNTS];
    _Atomic uint32_t n_connections, n_seats, n_bridges;
};

/* Of the owner: bridge/ posts its own mail. */
edge_loop *edge_loop_of(edge *e);
uint32_t edge_new_id(edge *e);       /* seats and bridges; never 0 */
const edge_handler *edge_handler_of(const edge *e);
void *edge_handler_context(const edge *e);

/* Only the edge thread writes a count, so no locked instruction is needed. */
static inline void edge_tally_more(edge_loop *loop, enum edge_count_of which, uint64_t more) {
    uint64_t n = atomic_load_explicit(&loop->counts[which], memory_order_relaxed);
    atomic_store_explicit(&loop->counts[which], n + more, memory_order_relaxed);
}

static inline void edge_tally(edge_loop *loop, enum edge_count_of which) {
    edge_tally_more(loop, which, 1);
}

static inline uint64_t edge_now_us(const edge_loop *loop) {
    return uv_now(&loop->uv) * 1000;
}

/* Events for the control thread (edge_events.c). Those that carry a peer's text fail with TCCC_E_LIMIT when the control
 * thread is BACKLOG_MAX behind, or TCCC_E_NO_MEMORY. */
int edge_event_seat_open(edge_loop *loop, edge_conn conn, const char *origin);
int edge_event_seat_text(edge_loop *loop, edge_conn conn, const char *text, size_t len);
void edge_event_seat_closed(edge_loop *loop, edge_conn conn, int code);
int edge_event_http(edge_loop *loop, const edge_http_request *request);
void edge_event_media_path(edge_loop *loop, edge_seat seat, int path, int open);
void edge_event_video(edge_loop *loop, uint32_t relay, int side, int up);
void edge_event_bridge(edge_loop *loop, uint32_t bridge, int side, int event, int64_t value);

#endif
