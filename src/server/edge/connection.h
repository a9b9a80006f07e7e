/* connection.h: one accepted TCP connection, whatever it speaks; limits per address. Layer: server. */
#ifndef TCCC_SERVER_CONNECTION_H
#define TCCC_SERVER_CONNECTION_H

#include "edge_loop.h"

typedef struct connection {
    struct lws *wsi;
    edge_loop *loop;
    ip_address peer;                 /* who connected: for HTTP requests see connection_asker */
    uint64_t place;                  /* counted in loop->peers; 0: not (loopback, a proxy's HTTP) */
    struct http_exchange *exchange;  /* the present HTTP request, http.c */
    struct ws_seat *seat;            /* ws_seat.c */
    struct ws_media *media;          /* ws_media.c */
    int over;                        /* HTTP: the last answer has gone; its next turn closes it */
    int close_sent;                  /* WebSocket: our close frame is out, the peer's is awaited */
} connection;

/* 0 when one more connection from this address is within the limits: config.max_connections in all, of which no place (ip_place)
 * but loopback may hold more than half. A trusted proxy's connections count for nobody, until one becomes a WebSocket. */
int connection_refused(edge_loop *loop, const struct sockaddr *address);
/* For a socket that was accepted; NULL: no memory. Sets TCP_NODELAY. */
connection *connection_new(edge_loop *loop, struct lws *wsi);
void connection_free(connection *conn);
/* Who asks, by the headers of the present request. */
ip_address connection_asker(const connection *conn);
/* In a WebSocket's handshake: from now on it counts for who asks. 0, or -1: that one has too many, and was answered. */
int connection_becomes_ws(connection *conn);

static inline connection *connection_of(struct lws *wsi) {
    return lws_get_opaque_user_data(wsi);
}

/* A request header into buf[cap], "" when absent or too long. */
void connection_header(struct lws *wsi, enum lws_token_indexes token, char *buf, int cap);

/* Sends a close frame (RFC 6455 section 5.5.1; reason at most 123 bytes) and waits a little for the peer's. Messages that
 * still arrive are to be ignored. To be called in a callback of the connection. Always 0, to be returned from it.
 * libwebsockets' own way (lws_close_reason and -1) loses the frame: Debian builds 4.1.6 with _DEBUG, which closes
 * every libuv connection twice as a self-test, and the second time at once. */
int connection_close_ws(connection *conn, int code, const char *reason);

#endif
