/* ws_seat.h: agents' signalling WebSockets: JSON text in both directions. Layer: server. docs/protocol.md, "Signalling". */
#ifndef TCCC_SERVER_WS_SEAT_H
#define TCCC_SERVER_WS_SEAT_H

#include "connection.h"

#define WS_SEAT_PROTOCOL "tccc.v1"

/* libwebsockets callback of the subprotocol. */
int ws_seat_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);

/* Queues a text. A peer that does not read (SEAT_QUEUE_MAX bytes wait) is closed with 1013; unknown ids are ignored. */
void ws_seat_send(edge_loop *loop, edge_conn id, const char *text, size_t len);
/* Closes when what is queued has been sent. */
void ws_seat_close(edge_loop *loop, edge_conn id, int code, const char *reason);

#endif
