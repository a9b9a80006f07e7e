/* connection.c: one accepted TCP connection, whatever it speaks; limits per address. Layer: server. */
#include "connection.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

enum { CLOSE_S = 3 };                /* for the peer's close frame */
#define WRITE_CLOSE ((enum lws_write_protocol)4) /* LWS_WRITE_CLOSE of its private headers */

/* IPv4 as itself, IPv6 by its /64, which is what one customer has (RFC 6177); 0 for loopback. */
static uint64_t peer_key(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        uint32_t ip = ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr);
        return ip >> 24 == 127 ? 0 : 1ULL << 32 | ip;
    }
    if (address->sa_family != AF_INET6)
        return 0;
    const struct in6_addr *ip = &((const struct sockaddr_in6 *)address)->sin6_addr;
    if (IN6_IS_ADDR_LOOPBACK(ip))
        return 0;
    if (IN6_IS_ADDR_V4MAPPED(ip)) {
        uint32_t v4;
        memcpy(&v4, ip->s6_addr + 12, 4);
        return ntohl(v4) >> 24 == 127 ? 0 : 1ULL << 32 | ntohl(v4);
    }
    uint64_t prefix;
    memcpy(&prefix, ip->s6_addr, 8);
    return prefix ? prefix : 1;
}

int connection_refused(edge_loop *loop, const struct sockaddr *address)
{
    uint32_t limit = (uint32_t)loop->config.max_connections;
    uint64_t key = peer_key(address);
    if (atomic_load_explicit(&loop->n_connections, memory_order_relaxed) >= limit)
        return 1;
    return key && (uintptr_t)id_map_get(&loop->peers, key) >= limit / 2;
}

static void read_remote(connection *conn, struct sockaddr_storage *address)
{
    socklen_t len = sizeof *address;
    address->ss_family = AF_UNSPEC;
    if (getpeername(lws_get_socket_fd(conn->wsi), (struct sockaddr *)address, &len))
        return;
    getnameinfo((struct sockaddr *)address, len, conn->remote, sizeof conn->remote, NULL, 0, NI_NUMERICHOST);
    if (!strncmp(conn->remote, "::ffff:", 7) && strchr(conn->remote, '.'))
        memmove(conn->remote, conn->remote + 7, strlen(conn->remote + 7) + 1);
}

connection *connection_new(edge_loop *loop, struct lws *wsi)
{
    connection *conn = calloc(1, sizeof *conn);
    if (!conn)
        return NULL;
    struct sockaddr_storage address;
    conn->wsi = wsi;
    conn->loop = loop;
    read_remote(conn, &address);
    int on = 1;
    setsockopt(lws_get_socket_fd(wsi), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    conn->peer_key = peer_key((struct sockaddr *)&address);
    if (conn->peer_key) {
        uintptr_t n = (uintptr_t)id_map_get(&loop->peers, conn->peer_key);
        if (id_map_put(&loop->peers, conn->peer_key, (void *)(n + 1)))
            conn->peer_key = 0;
    }
    atomic_fetch_add_explicit(&loop->n_connections, 1, memory_order_relaxed);
    lws_set_opaque_user_data(wsi, conn);
    return conn;
}

void connection_free(connection *conn)
{
    edge_loop *loop = conn->loop;
    if (conn->peer_key) {
        uintptr_t n = (uintptr_t)id_map_take(&loop->peers, conn->peer_key);
        if (n > 1)
            id_map_put(&loop->peers, conn->peer_key, (void *)(n - 1));
    }
    atomic_fetch_sub_explicit(&loop->n_connections, 1, memory_order_relaxed);
    lws_set_opaque_user_data(conn->wsi, NULL);
    free(conn);
}

int connection_close_ws(connection *conn, int code, const char *reason)
{
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

void connection_header(struct lws *wsi, enum lws_token_indexes token, char *buf, int cap)
{
    if (lws_hdr_copy(wsi, buf, cap, token) < 0)
        buf[0] = 0;
}
