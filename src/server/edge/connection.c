/* connection.c: one accepted TCP connection, whatever it speaks; limits per address. Layer: server. */
#include "connection.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

enum {
    CLOSE_S = 3,                     /* for the peer's close frame */
    FORWARDED_MAX = 4096             /* as edge.c has all headers of a request together */
};
#define WRITE_CLOSE ((enum lws_write_protocol)4) /* LWS_WRITE_CLOSE of its private headers */

static bool has_room(const edge_loop *loop, uint64_t place) {
    return !place || (uintptr_t)id_map_get(&loop->peers, place) < (uint32_t)loop->config.max_connections / 2;
}

static uint64_t place_of(const edge_loop *loop, const ip_address *peer) {
    return proxies_trust(&loop->config.proxies, peer) ? 0 : ip_place(peer);
}

int connection_refused(edge_loop *loop, const struct sockaddr *address) {
    ip_address peer = ip_of(address);
    return atomic_load_explicit(&loop->n_connections, memory_order_relaxed) >= (uint32_t)loop->config.max_connections ||
           !has_room(loop, place_of(loop, &peer));
}

static ip_address read_peer(struct lws *wsi) {
    struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
    socklen_t len = sizeof address;
    getpeername(lws_get_socket_fd(wsi), (struct sockaddr *)&address, &len);
    return ip_of((struct sockaddr *)&address);
}

/* Without memory it is not counted. */
static void count_in(connection *conn, uint64_t place) {
    id_map *peers = &conn->loop->peers;
    if (place && !id_map_put(peers, place, (void *)((uintptr_t)id_map_get(peers, place) + 1)))
        conn->place = place;
}

static void count_out(connection *conn) {
    uintptr_t n = conn->place ? (uintptr_t)id_map_take(&conn->loop->peers, conn->place) : 0;
    if (n > 1)
        id_map_put(&conn->loop->peers, conn->place, (void *)(n - 1));
    conn->place = 0;
}

connection *connection_new(edge_loop *loop, struct lws *wsi) {
    connection *conn = calloc(1, sizeof *conn);
    if (!conn)
        return NULL;
    conn->wsi = wsi;
    conn->loop = loop;
    conn->peer = read_peer(wsi);
    int on = 1;
    setsockopt(lws_get_socket_fd(wsi), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    count_in(conn, place_of(loop, &conn->peer));
    atomic_fetch_add_explicit(&loop->n_connections, 1, memory_order_relaxed);
    lws_set_opaque_user_data(wsi, conn);
    return conn;
}

void connection_free(connection *conn) {
    count_out(conn);
    atomic_fetch_sub_explicit(&conn->loop->n_connections, 1, memory_order_relaxed);
    lws_set_opaque_user_data(conn->wsi, NULL);
    free(conn);
}

ip_address connection_asker(const connection *conn) {
    char header[FORWARDED_MAX];
    if (!proxies_trust(&conn->loop->config.proxies, &conn->peer))
        return conn->peer;
    connection_header(conn->wsi, WSI_TOKEN_X_FORWARDED_FOR, header, sizeof header);
    return forwarded_asker(&conn->loop->config.proxies, &conn->peer, header);
}

int connection_becomes_ws(connection *conn) {
    ip_address asker = connection_asker(conn);
    uint64_t place = ip_place(&asker);
    if (place == conn->place)
        return 0;
    count_out(conn);
    if (!has_room(conn->loop, place))
        return lws_return_http_status(conn->wsi, HTTP_STATUS_SERVICE_UNAVAILABLE, NULL), -1;
    count_in(conn, place);
    return 0;
}

int connection_close_ws(connection *conn, int code, const char *reason) {
    unsigned char buf[LWS_PRE + 125], *frame = buf + LWS_PRE;
    size_t n = strnlen(reason, 123);
    if (conn->close_sent)
        return 0;
    conn->close_sent = 1;
    frame[0] = (unsigned char)(code >> 8);
    frame[1] = (unsigned char)code;
    memcpy(frame + 2, reason, n);
    int failed = lws_write(conn->wsi, frame, n + 2, WRITE_CLOSE) < 0;
    lws_set_timeout(conn->wsi, PENDING_TIMEOUT_USER_REASON_BASE, failed ? LWS_TO_KILL_ASYNC : CLOSE_S);
    return 0;
}

void connection_header(struct lws *wsi, enum lws_token_indexes token, char *buf, int cap) {
    if (lws_hdr_copy(wsi, buf, cap, token) < 0)
        buf[0] = 0;
}
