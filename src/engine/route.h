/* route.h: the page's half of the media carrier: opens paths, probes them, chooses among them, changes without a gap.
 * Layer: engine. Source: docs/protocol.md, "Media"; the figures behind it: doubled WebSockets cut late packets at 2 % loss
 * from 20.9 % to 4.4 %.
 *
 * A plain struct without allocation. Time is milliseconds of any monotonic clock. The owner opens and closes sockets.
 */
#ifndef TCCC_ENGINE_ROUTE_H
#define TCCC_ENGINE_ROUTE_H

#include "engine/carrier.h"

#define ROUTE_NEVER UINT64_MAX
#define ROUTE_PING_LEN (CARRIER_HEADER + 8)
#define ROUTE_BEAT_MS 200u          /* between pings while there is no verdict, or a path in use is silent */
#define ROUTE_CALL_BEAT_MS 1000u    /* in a call */
#define ROUTE_IDLE_BEAT_MS 5000u    /* else */
#define ROUTE_SILENT_MS 600u        /* a path that has been silent for so long is left */
#define ROUTE_PROVE_MS 3000u        /* a better path is taken after it has answered for so long without loss */
#define ROUTE_OVERLAP_MS 500u       /* of sending on old and new paths */

enum route_path_state {
    ROUTE_OFF,                      /* not offered by the server */
    ROUTE_CLOSED,                   /* waits for the next attempt */
    ROUTE_OPENING,
    ROUTE_OPEN
};

typedef struct {
    enum route_path_state state;
    bool good;                      /* answers; fit to be chosen */
    unsigned failures;              /* attempts in a row that did not answer */
    uint64_t due_ms;                /* closed: next attempt; opening: give up; open: next ping */
    uint64_t heard_ms;              /* the last frame */
    uint64_t answering_ms;          /* answers without loss since; ROUTE_NEVER: not */
    uint64_t asked_ms;              /* the oldest ping without answer; ROUTE_NEVER: none */
    uint64_t pinged_ms;             /* the newest ping; ROUTE_NEVER: none */
    uint32_t rtt_ms;                /* smoothed; 0 unknown */
    bool told;                      /* the server has confirmed the present mask on this path */
} route_path;

typedef struct {
    route_path path[CARRIER_PATHS];
    uint8_t wanted;                 /* the choice */
    uint8_t mask;                   /* in force: the choice, and during a change what was before */
    uint64_t changed_ms;
    bool in_call;
    uint64_t network_ms;            /* the last change of network, ROUTE_NEVER: none */
    uint16_t ping_seq, send_seq;
    carrier_window window;
    uint64_t random;
    uint64_t frames_sent, frames_received, frames_doubled; /* doubled: later copies that were dropped */
} route;

void route_init(route *route, uint64_t seed);
/* The paths that the server offers, as a mask; paths no longer offered go off. */
void route_offer(route *route, uint8_t paths, uint64_t now_ms);
/* In a call silence is noticed within ROUTE_SILENT_MS and a change needs proof. */
void route_in_call(route *route, bool in_call, uint64_t now_ms);
/* The network is another one: every path is asked at once, and one that stays silent for 2 s is opened anew. */
void route_network(route *route, uint64_t now_ms);
void route_opened(route *route, int path, uint64_t now_ms);
void route_closed(route *route, int path, uint64_t now_ms);
/* Takes a frame from a path. true: *frame is a packet for the voice engine, first copy, or an echo of a probe. */
bool route_receive(route *route, int path, const uint8_t *bytes, size_t length, carrier_frame *frame, uint64_t now_ms);
/* The paths that sound takes now. */
uint8_t route_paths(const route *route);
/* Header for a packet and the mask of paths to send it on, 0 when none is open. */
uint8_t route_send(route *route, int channel, uint8_t header[CARRIER_HEADER]);

enum route_order { ROUTE_ORDER_NONE, ROUTE_ORDER_OPEN, ROUTE_ORDER_CLOSE, ROUTE_ORDER_PING };
/* What is due now, path by path; call until NONE. With PING, ping[ROUTE_PING_LEN] is to be sent on *path. */
enum route_order route_due(route *route, uint64_t now_ms, int *path, uint8_t ping[ROUTE_PING_LEN]);
/* When route_due has something next. */
uint64_t route_next_ms(const route *route);
/* The choice in words for the page: "dataChannel", "webSocketDoubled", "webSocket", "none". */
const char *route_name(const route *route);
uint8_t route_open_paths(const route *route);

#endif
