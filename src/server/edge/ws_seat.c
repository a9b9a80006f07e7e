/* ws_seat.c: agents' signalling WebSockets: JSON text in both directions. Layer: server. docs/protocol.md, "Signalling". */
#include "ws_seat.h"

#include "tccc/error.h"

#include <stdlib.h>
#include <string.h>

enum {
    SEAT_QUEUE_MAX = 4 << 20,        /* bytes that wait for a peer: 1024 events for a replay fit */
    CLOSE_S = 5,                     /* time for the peer to take the end */
    SEAT_RATE = 200,                 /* messages a second that one peer may send in the long run, */
    SEAT_BURST = 1000                /* and at once */
};

enum { CLOSE_TRY_AGAIN = 1013 };     /* IANA WebSocket close codes */

typedef struct outgoing {
    struct outgoing *next;
    size_t len;
    unsigned char buf[];             /* LWS_PRE, then the text */
} outgoing;

typedef struct ws_seat {
    connection *conn;
    edge_conn id;
    outgoing *first, **last;
    size_t queued;
    int close_code;                  /* 0: stays open */
    int closed_code;                 /* what the peer gave as reason */
    char close_reason[124];          /* RFC 6455 section 5.5: at most 123 bytes */
    char *text;                      /* message that is being collected */
    size_t text_len, text_cap;
    double allowance;                /* token bucket of SEAT_RATE and SEAT_BURST */
    uint64_t allowance_ms;
} ws_seat;

static void seat_free(ws_seat *seat) {
    while (seat->first) {
        outgoing *next = seat->first->next;
        free(seat->first);
        seat->first = next;
    }
    free(seat->text);
    free(seat);
}

/* A peer that does not take what is queued and the close frame is cut off. */
static void closing(ws_seat *seat) {
    lws_set_timeout(seat->conn->wsi, PENDING_TIMEOUT_USER_REASON_BASE, CLOSE_S);
    lws_callback_on_writable(seat->conn->wsi);
}

/* Gives up at once: what is queued is dropped. */
static void seat_abandon(ws_seat *seat, int code, const char *reason) {
    while (seat->first) {
        outgoing *next = seat->first->next;
        free(seat->first);
        seat->first = next;
    }
    seat->last = &seat->first;
    seat->queued = 0;
    seat->close_code = code;
    strncpy(seat->close_reason, reason, sizeof seat->close_reason - 1);
    closing(seat);
}

void ws_seat_send(edge_loop *loop, edge_conn id, const char *text, size_t len) {
    ws_seat *seat = id_map_get(&loop->connections, id);
    if (!seat || seat->close_code)
        return;
    outgoing *out = seat->queued + len <= SEAT_QUEUE_MAX ? malloc(sizeof *out + LWS_PRE + len) : NULL;
    if (!out) {
        seat_abandon(seat, CLOSE_TRY_AGAIN, "too slow");
        return;
    }
    out->next = NULL;
    out->len = len;
    memcpy(out->buf + LWS_PRE, text, len);
    *seat->last = out;
    seat->last = &out->next;
    seat->queued += len;
    lws_callback_on_writable(seat->conn->wsi);
}

void ws_seat_close(edge_loop *loop, edge_conn id, int code, const char *reason) {
    ws_seat *seat = id_map_get(&loop->connections, id);
    if (!seat || seat->close_code)
        return;
    seat->close_code = code ? code : LWS_CLOSE_STATUS_NORMAL;
    strncpy(seat->close_reason, reason ? reason : "", sizeof seat->close_reason - 1);
    closing(seat);
}

static int on_handshake(struct lws *wsi, edge_loop *loop) {
    char uri[64];
    connection_header(wsi, WSI_TOKEN_GET_URI, uri, sizeof uri);
    if (!loop->stopping && !strcmp(uri, "/v1/seat"))
        return connection_becomes_ws(connection_of(wsi)) ? 1 : 0;
    return lws_return_http_status(wsi, HTTP_STATUS_NOT_FOUND, NULL), 1;
}

static int on_open(connection *conn) {
    edge_loop *loop = conn->loop;
    char origin[512];
    ws_seat *seat = calloc(1, sizeof *seat);
    if (!seat)
        return -1;
    seat->conn = conn;
    seat->id = ++loop->next_connection;
    seat->last = &seat->first;
    seat->allowance = SEAT_BURST;
    seat->allowance_ms = uv_now(&loop->uv);
    connection_header(conn->wsi, WSI_TOKEN_ORIGIN, origin, sizeof origin);
    if (id_map_put(&loop->connections, seat->id, seat)) {
        free(seat);
        return -1;
    }
    if (edge_event_seat_open(loop, seat->id, origin)) {
        id_map_take(&loop->connections, seat->id);
        free(seat);
        return connection_close_ws(conn, CLOSE_TRY_AGAIN, "busy");
    }
    conn->seat = seat;
    loop->n_busy++;
    return 0;
}

static int within_rate(ws_seat *seat) {
    uint64_t now = uv_now(&seat->conn->loop->uv);
    seat->allowance += (double)(now - seat->allowance_ms) * SEAT_RATE / 1000;
    seat->allowance_ms = now;
    if (seat->allowance > SEAT_BURST)
        seat->allowance = SEAT_BURST;
    return --seat->allowance >= 0;
}

static int collect(ws_seat *seat, const void *in, size_t len) {
    if (lws_is_first_fragment(seat->conn->wsi))
        seat->text_len = 0;
    if (seat->text_len + len > SEAT_TEXT_MAX)
        return LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE;
    if (seat->text_len + len > seat->text_cap) {
        size_t cap = (seat->text_len + len) * 2;
        char *text = realloc(seat->text, cap);
        if (!text)
            return CLOSE_TRY_AGAIN;
        seat->text = text;
        seat->text_cap = cap;
    }
    if (len)
        memcpy(seat->text + seat->text_len, in, len);
    seat->text_len += len;
    return 0;
}

/* 0, or the code to close with. */
static int receive(ws_seat *seat, const void *in, size_t len) {
    if (lws_frame_is_binary(seat->conn->wsi))
        return LWS_CLOSE_STATUS_PROTOCOL_ERR;
    int code = collect(seat, in, len);
    if (code || !lws_is_final_fragment(seat->conn->wsi))
        return code;
    if (!within_rate(seat))
        return LWS_CLOSE_STATUS_POLICY_VIOLATION;
    return edge_event_seat_text(seat->conn->loop, seat->id, seat->text ? seat->text : "", seat->text_len) ? CLOSE_TRY_AGAIN : 0;
}

static int on_receive(ws_seat *seat, const void *in, size_t len) {
    int code = seat->close_code || seat->conn->close_sent ? 0 : receive(seat, in, len);
    if (!code)
        return 0;
    seat->closed_code = code;
    return connection_close_ws(seat->conn, code, "");
}

static int on_writable(ws_seat *seat) {
    struct lws *wsi = seat->conn->wsi;
    outgoing *out = seat->first;
    if (out && !seat->conn->close_sent) {
        seat->first = out->next;
        if (!seat->first)
            seat->last = &seat->first;
        seat->queued -= out->len;
        int written = lws_write(wsi, out->buf + LWS_PRE, out->len, LWS_WRITE_TEXT);
        free(out);
        if (written < 0)
            return -1;
        if (seat->first || seat->close_code || seat->conn->loop->stopping)
            lws_callback_on_writable(wsi);
        return 0;
    }
    int code = seat->close_code ? seat->close_code : seat->conn->loop->stopping ? LWS_CLOSE_STATUS_GOINGAWAY : 0;
    if (!code || seat->conn->close_sent)
        return 0;
    seat->closed_code = code;
    return connection_close_ws(seat->conn, code, seat->close_reason);
}

static void on_closed(connection *conn) {
    ws_seat *seat = conn->seat;
    if (!seat)
        return;
    id_map_take(&conn->loop->connections, seat->id);
    edge_event_seat_closed(conn->loop, seat->id, seat->closed_code ? seat->closed_code : LWS_CLOSE_STATUS_ABNORMAL_CLOSE);
    seat_free(seat);
    conn->seat = NULL;
    conn->loop->n_busy--;
}

int ws_seat_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len) {
    (void)user;
    edge_loop *loop = lws_context_user(lws_get_context(wsi));
    connection *conn = connection_of(wsi);
    ws_seat *seat = conn ? conn->seat : NULL;
    switch ((int)reason) {
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return on_handshake(wsi, loop);
    case LWS_CALLBACK_ESTABLISHED:
        return conn ? on_open(conn) : -1;
    case LWS_CALLBACK_RECEIVE:
        return seat ? on_receive(seat, in, len) : -1;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return seat ? on_writable(seat) : -1;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        if (conn && conn->close_sent)
            return 1; /* the answer to ours: no third frame */
        if (seat)
            seat->closed_code = len >= 2 ? ((uint8_t *)in)[0] << 8 | ((uint8_t *)in)[1] : 1005;
        return 0;
    case LWS_CALLBACK_CLOSED:
        if (conn)
            on_closed(conn);
        return 0;
    }
    return 0;
}
