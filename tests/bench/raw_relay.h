/* raw_relay.h: the least that relaying costs on this machine: one epoll loop, the least framing, nothing checked.
 * Layer: tests. Included by bench_relay.c only.
 *
 * One recvfrom and one sendto for each packet, as in the edge. What the edge costs beyond this is its own; what this
 * costs is the kernel's.
 */
#ifndef TCCC_TESTS_RAW_RELAY_H
#define TCCC_TESTS_RAW_RELAY_H

#include "relay_load.h"

#include <sys/epoll.h>

enum { RAW_FRAME_MAX = 4096 };

typedef struct {
    pid_t pid;
    int fd;
    int port;                        /* WebSocket: the listener's */
} raw_relay;

struct raw_call;

typedef struct {
    struct raw_call *call;
    int fd, is_far;
} raw_end;

typedef struct raw_call {
    raw_end near, far;               /* page or telephone; echo */
    struct sockaddr_in near_address;
    uint8_t rx[RAW_FRAME_MAX];       /* WebSocket: what has not made a frame yet */
    size_t rx_len;
    int upgraded;
} raw_call;

static struct {
    enum load_kind kind;
    int epoll, listener;
    struct sockaddr_in echo;
} raw;

static void raw_watch(int fd, void *what) {
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = what };
    epoll_ctl(raw.epoll, EPOLL_CTL_ADD, fd, &event);
}

static raw_call *raw_call_new(int near_fd) {
    raw_call *call = calloc(1, sizeof *call);
    if (!call)
        load_fail("no memory");
    call->near = (raw_end){ call, near_fd, 0 };
    call->far = (raw_end){ call, load_udp_socket(0), 1 };
    raw_watch(call->near.fd, &call->near);
    raw_watch(call->far.fd, &call->far);
    return call;
}

static void raw_to_echo(raw_call *call, const uint8_t *packet, size_t len) {
    if (sendto(call->far.fd, packet, len, 0, (struct sockaddr *)&raw.echo, sizeof raw.echo) < 0)
        return;
}

/* --- WebSocket --- */

static void raw_accept(void) {
    int fd = accept(raw.listener, NULL, NULL), on = 1;
    if (fd < 0)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    raw_call_new(fd);
}

static void raw_upgrade(raw_call *call) {
    static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    call->upgraded = 1;
    call->rx_len = 0;
    load_put(call->near.fd, answer, sizeof answer - 1);
}

/* The load generator's frames: masked, 126 to 65535 bytes long. */
static void raw_frames(raw_call *call) {
    size_t at = 0;
    for (;;) {
        uint8_t *frame = call->rx + at;
        size_t left = call->rx_len - at, len = left >= 8 ? (size_t)frame[2] << 8 | frame[3] : 0;
        if (left < 8 || left < 8 + len)
            break;
        for (size_t i = 0; i < len; i++)
            frame[8 + i] ^= frame[4 + (i & 3)];
        raw_to_echo(call, frame + 8 + 4, len - 4);
        at += 8 + len;
    }
    memmove(call->rx, call->rx + at, call->rx_len - at);
    call->rx_len -= at;
}

static void raw_from_page(raw_call *call) {
    ssize_t n = recv(call->near.fd, call->rx + call->rx_len, sizeof call->rx - call->rx_len, MSG_DONTWAIT);
    call->rx_len += n > 0 ? (size_t)n : 0;
    if (call->upgraded)
        raw_frames(call);
    else if (call->rx_len >= 4 && !memcmp(call->rx + call->rx_len - 4, "\r\n\r\n", 4))
        raw_upgrade(call);
}

/* --- both --- */

static void raw_from_phone(raw_call *call) {
    uint8_t buf[RAW_FRAME_MAX];
    socklen_t len = sizeof call->near_address;
    ssize_t n = recvfrom(call->near.fd, buf, sizeof buf, 0, (struct sockaddr *)&call->near_address, &len);
    if (n > 0)
        raw_to_echo(call, buf, (size_t)n);
}

static void raw_from_echo(raw_call *call) {
    uint8_t buf[RAW_FRAME_MAX] = { 0x82, 126 }, *packet = buf + 4 + 4;
    struct sockaddr_in from;
    socklen_t from_len = sizeof from;
    ssize_t n = recvfrom(call->far.fd, packet, sizeof buf - 8, 0, (struct sockaddr *)&from, &from_len);
    if (n <= 0)
        return;
    buf[2] = (uint8_t)((n + 4) >> 8);
    buf[3] = (uint8_t)(n + 4);
    if (raw.kind == LOAD_WEBSOCKET)
        n = send(call->near.fd, buf, (size_t)n + 8, MSG_NOSIGNAL);
    else
        n = sendto(call->near.fd, packet, (size_t)n, 0, (struct sockaddr *)&call->near_address, sizeof call->near_address);
}

static void raw_event(raw_end *end) {
    if (!end)
        raw_accept();
    else if (end->is_far)
        raw_from_echo(end->call);
    else if (raw.kind == LOAD_WEBSOCKET)
        raw_from_page(end->call);
    else
        raw_from_phone(end->call);
}

static void raw_listen(void) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    raw.listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(raw.listener, (struct sockaddr *)&address, sizeof address) || listen(raw.listener, 4096))
        load_fail("listen");
    raw_watch(raw.listener, NULL);
}

static void raw_run(int parent, int n) {
    raw.epoll = epoll_create1(0);
    if (raw.kind == LOAD_WEBSOCKET) {
        raw_listen();
        int port = load_port_of(raw.listener);
        load_put(parent, &port, sizeof port);
    }
    for (int i = 0; raw.kind == LOAD_UDP && i < n; i++) {
        int port = load_port_of(raw_call_new(load_udp_socket(0))->near.fd);
        load_put(parent, &port, sizeof port);
    }
    for (;;) {
        struct epoll_event events[1024];
        int ready = epoll_wait(raw.epoll, events, 1024, -1);
        for (int i = 0; i < ready; i++)
            raw_event(events[i].data.ptr);
    }
}

/* Starts it for n calls. `kind` is LOAD_UDP or LOAD_WEBSOCKET. */
static raw_relay raw_start(enum load_kind kind, int n, int echo_port) {
    int ends[2];
    raw_relay relay = { 0 };
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
        load_fail("socketpair");
    relay.pid = fork();
    if (!relay.pid) {
        close(ends[0]);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        raw.kind = kind;
        raw.echo = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)echo_port) };
        raw_run(ends[1], n);
    }
    close(ends[1]);
    relay.fd = ends[0];
    if (kind == LOAD_WEBSOCKET)
        load_get(relay.fd, &relay.port, sizeof relay.port);
    return relay;
}

/* LOAD_UDP: where the next call's telephone sends. */
static int raw_next_port(const raw_relay *relay) {
    int port;
    load_get(relay->fd, &port, sizeof port);
    return port;
}

static void raw_stop(raw_relay *relay) {
    kill(relay->pid, SIGKILL);
    waitpid(relay->pid, NULL, 0);
    close(relay->fd);
}

#endif
