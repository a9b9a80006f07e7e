/* edge.h: everything that speaks HTTP, WebSocket or data channel, on one thread of its own. Layer: server.
 *
 * The control thread (SIP and all decisions) starts the edge thread, which runs libwebsockets on a libuv loop: static
 * files, HTTP requests, agents' signalling WebSockets, media paths (WebSocket and ICE/DTLS/SCTP data channel) and the
 * RTP relay (bridge.h). The two threads share no objects: calls below post messages to the edge thread, and what
 * happens there is posted back and handed out by edge_dispatch on the control thread. All functions below are called
 * on the control thread only. Ids are never reused.
 */
#ifndef TCCC_SERVER_EDGE_H
#define TCCC_SERVER_EDGE_H

#include "forwarded.h"

#include <stddef.h>
#include <stdint.h>

typedef struct edge edge;
typedef uint64_t edge_conn;      /* a signalling WebSocket; never 0 */
typedef uint64_t edge_request;   /* an HTTP request that waits for its reply; never 0 */
typedef uint32_t edge_seat;      /* the media side of a seat; never 0 */

typedef struct {
    const char *host;            /* address to listen on, "::" or "0.0.0.0" for all */
    int port;                    /* 0: any free port, see edge_port */
    const char *tls_cert, *tls_key; /* PEM files for HTTPS and wss; NULL: plain */
    const char *dc_host;         /* address of the data channel's UDP port to listen on and to tell clients */
    int dc_port;                 /* 0: any free port; below 0: no data channel */
    const char *sdk_dir;         /* files under /sdk/ (dist/): CORS for all, CORP cross-origin, application/wasm */
    const char *web_dir;         /* files under / (demo and screens); NULL: none */
    const char *music_dir;       /* hold music, WAV files; NULL: /usr/share/asterisk/moh. Without any: a tune of our own */
    int max_connections;         /* 0: 4096 */
    proxies proxies;             /* whose X-Forwarded-For is believed */
} edge_config;

typedef struct {
    edge_request id;
    const char *method, *path, *query; /* path without query; query may be "" */
    const char *remote;          /* who asks: an address without port (forwarded.h) */
    const char *place;           /* what limits count by: the address, or the /64 of an IPv6 address */
    const char *host;            /* Host header as sent */
    const char *headers;         /* "name: value\n" lines, names in lower case */
    const char *body;            /* body_len bytes and a zero; at most 10 MiB, larger gets 413 without asking */
    size_t body_len;
} edge_http_request;

/* Called by edge_dispatch on the control thread; pointers are borrowed for the call. */
typedef struct {
    void (*seat_open)(void *ctx, edge_conn conn, const char *origin);
    void (*seat_text)(void *ctx, edge_conn conn, const char *text, size_t len);
    void (*seat_closed)(void *ctx, edge_conn conn, int code);
    void (*http)(void *ctx, const edge_http_request *request);   /* not under /sdk/, not a static file: wants edge_reply */
    void (*media_path)(void *ctx, edge_seat seat, int path, int open);
    void (*bridge_event)(void *ctx, uint32_t bridge, int side, int event, int64_t value); /* bridge.h */
    void (*video_event)(void *ctx, uint32_t relay, int side, int up); /* video_relay.h: a side's connection is up, or has gone */
} edge_handler;

/* Starts the thread; when this returns all ports are bound. NULL with a sentence in err[err_cap] otherwise. */
edge *edge_start(const edge_config *config, const edge_handler *handler, void *ctx, char *err, size_t err_cap);
/* Closes all connections (1001), joins the thread, frees. */
void edge_stop(edge *e);
int edge_port(const edge *e);
int edge_dc_port(const edge *e);
/* Readable when edge_dispatch has work; goes into the control thread's loop. */
int edge_fd(const edge *e);
void edge_dispatch(edge *e);

int edge_send(edge *e, edge_conn conn, const char *text, size_t len);     /* copied; 0 or NO_MEMORY */
void edge_close(edge *e, edge_conn conn, int code, const char *reason);
/* headers: more "name: value\n" lines or NULL. Copied. HEAD and keep-alive are the edge's business. */
int edge_reply(edge *e, edge_request request, int status, const char *content_type, const char *headers,
               const void *body, size_t len);
/* The same with len bytes from `offset` of a file as the body. fd becomes the edge's, which closes it, also on an error. */
int edge_reply_file(edge *e, edge_request request, int status, const char *content_type, const char *headers, int fd,
                    uint64_t offset, uint64_t len);

/* The media side of a seat: paths attach to it by ticket. */
edge_seat edge_seat_new(edge *e, char ticket[33]);
void edge_seat_free(edge *e, edge_seat seat);
/* Answers a browser's data channel offer (one m=application section). 0 with the answer in answer[cap],
 * FORMAT with a sentence there, STATE when there is no data channel here. */
int edge_data_channel(edge *e, edge_seat seat, const char *offer_sdp, char *answer, size_t cap);

typedef struct {                 /* counters since start, for /metrics and the bench */
    uint64_t packets_from_pages, packets_to_pages, packets_from_phones, packets_to_phones, packets_dropped;
    uint64_t packets_lost_from_pages, packets_lost_from_phones; /* on the way here: bridge/loss.h */
    uint64_t file_bytes, file_us;    /* read for downloads, and how long the media thread stood still for it */
    uint32_t connections, seats, bridges;
} edge_counters;
void edge_count(const edge *e, edge_counters *out);

#endif
