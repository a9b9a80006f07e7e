/* ws_media.h: media paths 1 and 2 of a seat: binary WebSocket frames. Layer: server. docs/protocol.md, "Media". */
#ifndef TCCC_SERVER_WS_MEDIA_H
#define TCCC_SERVER_WS_MEDIA_H

#include "connection.h"

#define WS_MEDIA_PROTOCOL "tccc.media.v1"

/* libwebsockets callback of the subprotocol. */
int ws_media_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);

#endif
