/* relay_load.h: a process that is N calls' pages or telephones and a UDP echo. Layer: tests. Included by bench_relay.c only.
 *
 * The parent talks to it over a socket pair: hello from the child; a job and N calls from the parent; an empty line when
 * all are connected and warm, and another LOAD_COUNT_S later, when the measurement begins; the result at the end.
 */
#ifndef TCCC_TESTS_RELAY_LOAD_H
#define TCCC_TESTS_RELAY_LOAD_H

#include "server/edge/association.h"
#include "server/edge/dcep.h"
#include "server/edge/dtls.h"
#include "server/edge/stun.h"

#include <arpa/inet.h>
#include <math.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum load_kind { LOAD_UDP, LOAD_WEBSOCKET, LOAD_DATA_CHANNEL };

enum {
    LOAD_RTP = 172,                  /* 20 ms of G.711 */
    LOAD_FRAME = 4 + LOAD_RTP,
    LOAD_WARM_S = 2,
    LOAD_COUNT_S = 1,                /* system calls are counted, which slows them */
    LOAD_DRAIN_S = 1,                /* for the last packets to come back, while the load goes on */
    LOAD_BUCKETS = 20000             /* of 0.05 ms: up to a second */
};

typedef struct {
    int echo_port;
    uint8_t fingerprint[DTLS_FINGERPRINT_LEN];
} load_hello;

typedef struct {
    int port;                        /* WebSocket: the server's; data channel: its UDP port */
} load_job;

typedef struct {
    int port;                        /* telephone: where its RTP goes */
    uint16_t sctp_port;
    char ticket[33], ufrag[9], pwd[25];
    uint8_t fingerprint[DTLS_FINGERPRINT_LEN];
} load_call;

typedef struct {
    uint64_t sent, received;
    double p50_ms, p99_ms;
} load_result;

typedef struct {
    pid_t pid;
    int fd;
    load_hello hello;
} load_process;

static void load_fail(const char *why) {
    fprintf(stderr, "bench_relay: %s\n", why);
    exit(1);
}

static double load_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void load_put(int fd, const void *bytes, size_t len) {
    if (write(fd, bytes, len) != (ssize_t)len)
        load_fail("the load generator has gone");
}

static void load_get(int fd, void *bytes, size_t len) {
    if (recv(fd, bytes, len, MSG_WAITALL) != (ssize_t)len)
        load_fail("the other process has gone");
}

static void load_wait(int fd) {
    char line;
    load_get(fd, &line, 1);
}

/* --- the child --- */

typedef struct load_client {
    int fd;
    load_call call;
    uint16_t seq;
    int open;                        /* sound may be sent */
    double due;                      /* of the next packet, or of the next try to open */
    uint8_t rx[4096];
    size_t rx_len;
    dtls_peer *dtls;
    association *association;
    int dcep_sent;
} load_client;

static struct {
    enum load_kind kind;
    int n, seconds, epoll, echo;
    double from, to;                 /* packets sent in this time count */
    load_job job;
    load_client *clients;
    dtls_identity *identity;
    load_result result;
    uint32_t latencies[LOAD_BUCKETS];
} load;

static int load_udp_socket(int port) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), size = 4 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address))
        load_fail("no UDP socket");
    address.sin_port = htons((uint16_t)port);
    if (port && connect(fd, (struct sockaddr *)&address, sizeof address))
        load_fail("connect");
    return fd;
}

static int load_port_of(int fd) {
    struct sockaddr_in address;
    socklen_t len = sizeof address;
    getsockname(fd, (struct sockaddr *)&address, &len);
    return ntohs(address.sin_port);
}

static void load_echo(void) {
    enum { BATCH = 64 };
    static uint8_t data[BATCH][1500];
    static struct sockaddr_in from[BATCH];
    struct mmsghdr batch[BATCH];
    struct iovec parts[BATCH];
    for (int i = 0; i < BATCH; i++) {
        parts[i] = (struct iovec){ data[i], sizeof data[i] };
        batch[i] = (struct mmsghdr){ .msg_hdr = { .msg_name = &from[i], .msg_namelen = sizeof from[i], .msg_iov = &parts[i], .msg_iovlen = 1 } };
    }
    int n = recvmmsg(load.echo, batch, BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++)
        parts[i].iov_len = batch[i].msg_len;
    for (int done = 0; done < n;) {
        int sent = sendmmsg(load.echo, batch + done, (unsigned)(n - done), 0);
        done += sent > 0 ? sent : 1;
    }
}

static void load_packet(load_client *c, uint8_t *rtp) {
    double now = load_now();
    memset(rtp, 0xff, LOAD_RTP);
    uint32_t stamp = htonl((uint32_t)c->seq * 160), ssrc = htonl((uint32_t)(c - load.clients) + 1);
    uint16_t seq = htons(c->seq++);
    rtp[0] = 0x80;
    rtp[1] = 0;
    memcpy(rtp + 2, &seq, 2);
    memcpy(rtp + 4, &stamp, 4);
    memcpy(rtp + 8, &ssrc, 4);
    memcpy(rtp + 12, &now, sizeof now);
    load.result.sent += now >= load.from && now < load.to;
}

static void load_take(const uint8_t *rtp) {
    double sent;
    memcpy(&sent, rtp + 12, sizeof sent);
    if (sent < load.from || sent >= load.to)
        return;
    load.result.received++;
    double ms = 1000 * (load_now() - sent);
    int bucket = (int)(ms / 0.05);
    load.latencies[bucket < 0 ? 0 : bucket < LOAD_BUCKETS ? bucket : LOAD_BUCKETS - 1]++;
}

/* --- data channel --- */

static void load_dtls_send(void *context, const uint8_t *datagram, size_t len) {
    if (send(((load_client *)context)->fd, datagram, len, 0) < 0)
        return;
}

static void load_sctp_send(void *context, const uint8_t *packet, size_t len) {
    dtls_peer_send(((load_client *)context)->dtls, packet, len);
}

static void load_sctp_message(void *context, uint16_t stream, uint32_t ppid, const uint8_t *data, size_t len) {
    (void)stream;
    if (ppid == DCEP_PPID)
        ((load_client *)context)->open = 1;
    else if (len == LOAD_FRAME)
        load_take(data + 4);
}

static void load_sctp_reset(void *context, uint16_t stream) {
    (void)context;
    (void)stream;
}

static void load_sctp_down(void *context) {
    (void)context;
    load_fail("an association went down");
}

static void load_dtls_ready(void *context) {
    load_client *c = context;
    association_events events = { load_sctp_send, load_sctp_message, load_sctp_reset, load_sctp_down, c };
    c->association = association_open(5000, c->call.sctp_port, &events);
}

static void load_dtls_data(void *context, uint8_t *data, size_t len) {
    association_input(((load_client *)context)->association, data, len);
}

static void load_check(load_client *c) {
    uint8_t buf[STUN_ANSWER_MAX], transaction[STUN_TRANSACTION_LEN] = { 1, 2, 3 };
    char username[32];
    snprintf(username, sizeof username, "%s:load", c->call.ufrag);
    size_t n = stun_write_check(buf, transaction, username, c->call.pwd);
    load_dtls_send(c, buf, n);
}

static void load_datagram(load_client *c, const uint8_t *bytes, size_t len) {
    if (!stun_is_message(bytes, len)) {
        if (c->dtls && dtls_peer_input(c->dtls, bytes, len))
            load_fail("DTLS ended");
        return;
    }
    if (c->dtls)
        return;
    dtls_events events = { load_dtls_send, load_dtls_data, load_dtls_ready, c };
    c->dtls = dtls_peer_new(load.identity, 0, c->call.fingerprint, &events);
    dtls_peer_input(c->dtls, NULL, 0);
}

static void load_open_channel(load_client *c) {
    uint8_t buf[64];
    dcep_open open = { .reliability = DCEP_LIMITED_LIFETIME, .unordered = 1, .limit = 150, .label = "tccc", .label_len = 4 };
    association_message how = { .ppid = DCEP_PPID };
    int n = dcep_write_open(&open, buf, sizeof buf);
    c->dcep_sent = c->association && !association_send(c->association, &how, buf, (size_t)n);
}

/* --- WebSocket --- */

static void load_connect_ws(load_client *c) {
    char text[1024];
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)load.job.port) };
    int on = 1, n;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(c->fd, (struct sockaddr *)&address, sizeof address))
        load_fail("the server does not accept");
    n = snprintf(text, sizeof text,
                 "GET /v1/media?ticket=%s&path=1 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Protocol: tccc.media.v1\r\n\r\n",
                 c->call.ticket);
    load_put(c->fd, text, (size_t)n);
    n = (int)recv(c->fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = 0;
    if (strncmp(text, "HTTP/1.1 101", 12))
        load_fail("the server does not upgrade");
    c->open = 1;
}

/* Complete frames of the server: none is masked, all are shorter than 64 kB. */
static void load_read_ws(load_client *c) {
    ssize_t n = recv(c->fd, c->rx + c->rx_len, sizeof c->rx - c->rx_len, MSG_DONTWAIT);
    if (n == 0)
        load_fail("the server closed");
    c->rx_len += n > 0 ? (size_t)n : 0;
    size_t at = 0;
    while (c->rx_len - at >= 2) {
        size_t len = c->rx[at + 1], head = 2;
        if (len == 126) {
            if (c->rx_len - at < 4)
                break;
            len = (size_t)c->rx[at + 2] << 8 | c->rx[at + 3];
            head = 4;
        }
        if (c->rx_len - at < head + len)
            break;
        if (len == LOAD_FRAME)
            load_take(c->rx + at + head + 4);
        at += head + len;
    }
    memmove(c->rx, c->rx + at, c->rx_len - at);
    c->rx_len -= at;
}

/* --- all kinds --- */

static void load_send(load_client *c) {
    uint8_t buf[8 + LOAD_FRAME] = { 0x82, 0x80 | 126, 0, LOAD_FRAME, 0, 0, 0, 0 }, *frame = buf + 8; /* masked with zeros */
    association_message how = { .ppid = DCEP_PPID_BINARY, .unordered = 1, .lifetime_ms = 150 };
    frame[0] = frame[1] = 0;
    frame[2] = (uint8_t)(c->seq >> 8);
    frame[3] = (uint8_t)c->seq;
    load_packet(c, frame + 4);
    if (load.kind == LOAD_UDP && send(c->fd, frame + 4, LOAD_RTP, 0) < 0)
        return;
    if (load.kind == LOAD_WEBSOCKET && send(c->fd, buf, sizeof buf, 0) < 0)
        load_fail("the server closed");
    if (load.kind == LOAD_DATA_CHANNEL)
        association_send(c->association, &how, frame, LOAD_FRAME);
}

static void load_read(load_client *c) {
    uint8_t buf[1600];
    if (load.kind == LOAD_WEBSOCKET) {
        load_read_ws(c);
        return;
    }
    ssize_t n = recv(c->fd, buf, sizeof buf, MSG_DONTWAIT);
    if (n > 0 && load.kind == LOAD_DATA_CHANNEL)
        load_datagram(c, buf, (size_t)n);
    else if (n == LOAD_RTP)
        load_take(buf);
}

static void load_connect(load_client *c) {
    if (load.kind == LOAD_WEBSOCKET)
        load_connect_ws(c);
    else
        c->fd = load_udp_socket(load.kind == LOAD_UDP ? c->call.port : load.job.port);
    c->open |= load.kind == LOAD_UDP;
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
    epoll_ctl(load.epoll, EPOLL_CTL_ADD, c->fd, &event);
}

static void load_try_open(load_client *c, double now) {
    if (now < c->due)
        return;
    c->due = now + 0.02;
    if (!c->dtls)
        load_check(c);
    else if (!dtls_peer_ready(c->dtls))
        dtls_peer_timer(c->dtls);
    else if (!c->dcep_sent)
        load_open_channel(c);
}

static void load_poll(int timeout_ms) {
    struct epoll_event events[256];
    int n = epoll_wait(load.epoll, events, 256, timeout_ms);
    for (int i = 0; i < n; i++)
        if (events[i].data.ptr)
            load_read(events[i].data.ptr);
        else
            load_echo();
}

static void load_step(double now) {
    static double ticked;
    for (load_client *c = load.clients; c < load.clients + load.n; c++)
        if (!c->open)
            load_try_open(c, now);
        else if (now >= c->due) {
            load_send(c);
            c->due = now - c->due > 0.2 ? now + 0.02 : c->due + 0.02;
        }
    if (load.kind == LOAD_DATA_CHANNEL && now - ticked >= 0.01) {
        association_stack_tick(ticked ? (uint32_t)(1000 * (now - ticked)) : 0);
        ticked = now;
    }
    load_poll(1);
}

static int load_all_open(void) {
    for (int i = 0; i < load.n; i++)
        if (!load.clients[i].open)
            return 0;
    return 1;
}

static double load_percentile(double part) {
    uint64_t seen = 0;
    for (int i = 0; i < LOAD_BUCKETS; i++)
        if ((seen += load.latencies[i]) >= part * (double)load.result.received)
            return 0.05 * (i + 1);
    return 0;
}

static void load_until(double end) {
    for (double now; (now = load_now()) < end;)
        load_step(now);
}

static void load_run(int fd) {
    load_hello hello = { .echo_port = 0 };
    load.from = load.to = INFINITY;
    load.epoll = epoll_create1(0);
    load.echo = load_udp_socket(0);
    load.identity = dtls_identity_new();
    load.clients = calloc((size_t)load.n, sizeof *load.clients);
    association_stack_start();
    hello.echo_port = load_port_of(load.echo);
    memcpy(hello.fingerprint, dtls_identity_fingerprint(load.identity), sizeof hello.fingerprint);
    struct epoll_event event = { .events = EPOLLIN };
    epoll_ctl(load.epoll, EPOLL_CTL_ADD, load.echo, &event);
    load_put(fd, &hello, sizeof hello);
    load_get(fd, &load.job, sizeof load.job);
    for (int i = 0; i < load.n; i++)
        load_get(fd, &load.clients[i].call, sizeof load.clients[i].call);
    for (int i = 0; i < load.n; i++) {
        load_connect(&load.clients[i]);
        load.clients[i].due = load_now() + 0.02 * i / load.n;
    }
    for (double end = load_now() + 30; !load_all_open();) {
        load_step(load_now());
        if (load_now() > end)
            load_fail("not all calls could connect within 30 s");
    }
    load_until(load_now() + LOAD_WARM_S);
    load_put(fd, "\n", 1);
    load_until(load_now() + LOAD_COUNT_S);
    load_put(fd, "\n", 1);
    load.from = load_now();
    load.to = load.from + load.seconds;
    load_until(load.to + LOAD_DRAIN_S);
    load.result.p50_ms = load_percentile(0.5);
    load.result.p99_ms = load_percentile(0.99);
    load_put(fd, &load.result, sizeof load.result);
    load_wait(fd); /* connections stay until the server is stopped */
    _exit(0);
}

/* --- the parent --- */

static load_process load_start(enum load_kind kind, int n, int seconds) {
    int ends[2];
    load_process child;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
        load_fail("socketpair");
    child.pid = fork(); /* before any thread is started */
    if (child.pid < 0)
        load_fail("fork");
    if (!child.pid) {
        close(ends[0]);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        load.kind = kind;
        load.n = n;
        load.seconds = seconds;
        load_run(ends[1]);
    }
    close(ends[1]);
    child.fd = ends[0];
    load_get(child.fd, &child.hello, sizeof child.hello);
    return child;
}

static void load_end(load_process *child) {
    kill(child->pid, SIGKILL);
    waitpid(child->pid, NULL, 0);
    close(child->fd);
}

#endif
