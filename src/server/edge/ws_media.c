/* ws_media.c: media paths 1 and 2 of a seat: binary WebSocket frames. Layer: server. docs/protocol.md, "Media". */
#include "ws_media.h"

#include "media_seat.h"

#include <stdlib.h>
#include <string.h>

typedef struct ws_media {
    connection *conn;
    media_seat *seat;                /* NULL once detached */
    int path;
    size_t len;                      /* of the frame that is being collected */
    uint8_t *frame;                  /* NULL until TCP has cut a frame */
} ws_media;

enum { FRAME_CAP = PACKET_HEADROOM + PACKET_MAX + PACKET_TAILROOM };

/* A page that takes packets more slowly than they come loses the newest: nothing is queued. The packet is written
 * straight from here, not in a writable callback, which would cost a pass through the event loop for each. */
static void media_send(void *context, uint8_t *frame, size_t len) {
    ws_media *media = context;
    if (lws_partial_buffered(media->conn->wsi) || media->conn->close_sent) {
        edge_tally(media->conn->loop, DROPPED);
        return;
    }
    if (lws_write(media->conn->wsi, frame, len, LWS_WRITE_BINARY) < 0)
        lws_set_timeout(media->conn->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
}

static void media_detach(void *context) {
    ws_media *media = context;
    media->seat = NULL;
    lws_set_timeout(media->conn->wsi, PENDING_TIMEOUT_USER_REASON_BASE, 5);
    lws_callback_on_writable(media->conn->wsi); /* closes there */
}

/* Path number and seat of the request's arguments; 0 when either is wrong. */
static int read_arguments(struct lws *wsi, edge_loop *loop, media_seat **seat) {
    char ticket[256] = "", path[256] = ""; /* each is asked for among all arguments */
    const char *t = lws_get_urlarg_by_name(wsi, "ticket=", ticket, sizeof ticket);
    const char *p = lws_get_urlarg_by_name(wsi, "path=", path, sizeof path);
    *seat = t ? media_seat_by_ticket(loop, t) : NULL;
    return *seat && p && (!strcmp(p, "1") || !strcmp(p, "2")) ? *p - '0' : 0;
}

static int on_handshake(struct lws *wsi, edge_loop *loop) {
    media_seat *seat;
    char uri[64];
    connection_header(wsi, WSI_TOKEN_GET_URI, uri, sizeof uri);
    if (!loop->stopping && !strcmp(uri, "/v1/media") && read_arguments(wsi, loop, &seat))
        return connection_becomes_ws(connection_of(wsi)) ? 1 : 0;
    return lws_return_http_status(wsi, HTTP_STATUS_FORBIDDEN, NULL), 1;
}

static int on_open(connection *conn) {
    media_seat *seat;
    int path = read_arguments(conn->wsi, conn->loop, &seat);
    ws_media *media = path ? calloc(1, sizeof *media) : NULL;
    if (!media)
        return -1;
    media->conn = conn;
    media->seat = seat;
    media->path = path;
    conn->media = media;
    conn->loop->n_busy++;
    media_seat_attach(seat, path, &(media_path){ media_send, media_detach, media });
    return 0;
}

/* The usual frame comes whole. It is worked on in a buffer that all connections share, which stays in the processor's
 * cache: one for each connection would be fetched from memory for every packet. */
static int on_whole(ws_media *media, const uint8_t *in, size_t len) {
    uint8_t frame[FRAME_CAP];
    if (!media->seat)
        return 0;
    memcpy(frame + PACKET_HEADROOM, in, len);
    media_seat_frame(media->seat, media->path, frame + PACKET_HEADROOM, len);
    return 0;
}

static int on_part(ws_media *media, const uint8_t *in, size_t len, int is_last) {
    if (!media->frame && !(media->frame = malloc(FRAME_CAP)))
        return -1;
    memcpy(media->frame + PACKET_HEADROOM + media->len, in, len);
    media->len += len;
    if (media->seat && is_last)
        media_seat_frame(media->seat, media->path, media->frame + PACKET_HEADROOM, media->len);
    return 0;
}

/* A message may come in pieces when TCP cuts it. */
static int on_piece(ws_media *media, const uint8_t *in, size_t len) {
    struct lws *wsi = media->conn->wsi;
    int is_first = lws_is_first_fragment(wsi), is_last = lws_is_final_fragment(wsi);
    if (is_first)
        media->len = 0;
    if (media->conn->close_sent)
        return 0;
    if (!lws_frame_is_binary(wsi) || media->len + len > PACKET_MAX)
        return connection_close_ws(media->conn, LWS_CLOSE_STATUS_PROTOCOL_ERR, "");
    return is_first && is_last ? on_whole(media, in, len) : on_part(media, in, len, is_last);
}

static void on_closed(connection *conn) {
    if (!conn->media)
        return;
    conn->loop->n_busy--;
    if (conn->media->seat)
        media_seat_lost(conn->media->seat, conn->media->path, conn->media);
    free(conn->media->frame);
    free(conn->media);
    conn->media = NULL;
}

int ws_media_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len) {
    (void)user;
    edge_loop *loop = lws_context_user(lws_get_context(wsi));
    connection *conn = connection_of(wsi);
    switch ((int)reason) {
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return on_handshake(wsi, loop);
    case LWS_CALLBACK_ESTABLISHED:
        return conn ? on_open(conn) : -1;
    case LWS_CALLBACK_RECEIVE:
        return conn && conn->media ? on_piece(conn->media, in, len) : -1;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        if (conn && conn->media && conn->media->seat && !loop->stopping)
            return 0;
        return conn ? connection_close_ws(conn, loop->stopping ? LWS_CLOSE_STATUS_GOINGAWAY : LWS_CLOSE_STATUS_NORMAL, "") : -1;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        return conn && conn->close_sent;
    case LWS_CALLBACK_CLOSED:
        if (conn)
            on_closed(conn);
        return 0;
    }
    return 0;
}
