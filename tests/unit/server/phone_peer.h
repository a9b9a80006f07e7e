/* phone_peer.h: an edge thread and UDP sockets as telephones, for tests of bridges. Layer: tests. */
#ifndef TCCC_TESTS_PHONE_PEER_H
#define TCCC_TESTS_PHONE_PEER_H

#include "server/bridge/bridge.h"
#include "server/edge/edge.h"

#include "media/codec.h"
#include "media/rtp.h"

#include <arpa/inet.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../cmocka_all.h"

enum { DEADLINE_MS = 10000, EVENTS_MAX = 64 };

typedef struct {
    uint32_t bridge;
    int side, event;
    int64_t value;
} noted;

static struct {
    edge *edge;
    noted events[EVENTS_MAX];
    int n_events;
} test;

typedef struct {                     /* a telephone: its sockets, and the port of the bridge's side it talks to */
    int rtp, rtcp;
    int bridge_port;
    uint16_t seq;
    uint32_t timestamp, ssrc;
} phone_peer;

static inline void on_bridge_event(void *ctx, uint32_t bridge, int side, int event, int64_t value) {
    (void)ctx;
    if (test.n_events < EVENTS_MAX)
        test.events[test.n_events++] = (noted){ bridge, side, event, value };
}

static inline int start(void **state) {
    (void)state;
    char err[256];
    edge_handler handler = { .bridge_event = on_bridge_event };
    edge_config config = { .host = "127.0.0.1", .dc_port = -1, .sdk_dir = ".", .music_dir = "/nonexistent" };
    test.edge = edge_start(&config, &handler, NULL, err, sizeof err);
    return test.edge ? 0 : -1;
}

static inline int stop(void **state) {
    (void)state;
    edge_stop(test.edge);
    return 0;
}

static inline int forget(void **state) {
    (void)state;
    test.n_events = 0;
    return 0;
}

static inline double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline void wait_event(int event, int side, int64_t value) {
    for (double end = now() + DEADLINE_MS / 1000.0; now() < end;) {
        for (int i = 0; i < test.n_events; i++)
            if (test.events[i].event == event && test.events[i].side == side && test.events[i].value == value)
                return;
        struct pollfd fd = { .fd = edge_fd(test.edge), .events = POLLIN };
        poll(&fd, 1, 100);
        edge_dispatch(test.edge);
    }
    fail_msg("no event %d of side %d with value %lld", event, side, (long long)value);
}

static inline int count_events(int event) {
    int n = 0;
    for (int i = 0; i < test.n_events; i++)
        n += test.events[i].event == event;
    return n;
}

/* --- telephones --- */

static inline int bind_at(int port) {
    struct sockaddr_in local = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port) };
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (!bind(fd, (struct sockaddr *)&local, sizeof local))
        return fd;
    close(fd);
    return -1;
}

static inline int port_of(int fd) {
    struct sockaddr_in local;
    socklen_t len = sizeof local;
    assert_int_equal(getsockname(fd, (struct sockaddr *)&local, &len), 0);
    return ntohs(local.sin_port);
}

/* A telephone with RTP and RTCP on neighbouring ports, and the bridge's side for it. */
static inline phone_peer phone_start(bridge_side *side) {
    phone_peer p = { .rtp = -1, .rtcp = -1, .seq = 100, .timestamp = 1000, .ssrc = 0x1234 };
    while (p.rtcp < 0) {
        if (p.rtp >= 0)
            close(p.rtp);
        p.rtp = bind_at(0);
        assert_true(p.rtp >= 0);
        p.rtcp = bind_at(port_of(p.rtp) + 1);
    }
    rtp_port *port = rtp_port_bind("127.0.0.1", 0, 0);
    assert_non_null(port);
    p.bridge_port = rtp_port_number(port);
    *side = (bridge_side){
        .kind = BRIDGE_PHONE, .port = port, .symmetric = 1, .send_on_hold = 1, .codec = TCCC_CODEC_PCMA, .payload_type = 8,
        .dtmf_payload_type = 101, .dtmf_rate_hz = 8000, .ptime_ms = 20,
    };
    struct sockaddr_in *remote = (struct sockaddr_in *)&side->remote;
    remote->sin_family = AF_INET;
    remote->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    remote->sin_port = htons((uint16_t)port_of(p.rtp));
    return p;
}

static inline void phone_stop(phone_peer *p) {
    close(p->rtp);
    close(p->rtcp);
}

/* Two telephones, or a program and one, and the bridge between them. */
typedef struct {
    bridge_side sides[2];
    phone_peer a, b;                 /* a's sockets are -1 where a program is */
    uint32_t bridge;
} phone_pair;

static inline phone_pair pair_of_phones(void) {
    phone_pair c;
    c.a = phone_start(&c.sides[0]);
    c.b = phone_start(&c.sides[1]);
    c.bridge = 0;
    return c;
}

static inline phone_pair pair_with_program(enum bridge_program kind) {
    phone_pair c = { .sides = { { .kind = BRIDGE_PROGRAM, .program = kind } }, .a = { .rtp = -1, .rtcp = -1 } };
    c.b = phone_start(&c.sides[1]);
    return c;
}

static inline void pair_open(phone_pair *c) {
    c->bridge = bridge_open(test.edge, &c->sides[0], &c->sides[1]);
}

static inline void pair_end(phone_pair *c) {
    bridge_close(test.edge, c->bridge);
    if (c->a.rtp >= 0)
        phone_stop(&c->a);
    phone_stop(&c->b);
}

static inline void phone_send_bytes(phone_peer *p, int fd, int port, const uint8_t *bytes, size_t len) {
    (void)p;
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port) };
    assert_int_equal(sendto(fd, bytes, len, 0, (struct sockaddr *)&to, sizeof to), len);
}

/* The next RTP packet: 20 ms of this byte. */
static inline size_t phone_packet(phone_peer *p, uint8_t *packet, uint8_t payload_type, uint8_t byte) {
    rtp_packet header = { .payload_type = payload_type, .seq = p->seq++, .timestamp = p->timestamp, .ssrc = p->ssrc };
    p->timestamp += 160;
    assert_int_equal(rtp_packet_write(&header, packet, RTP_HEADER_LEN), RTP_HEADER_LEN);
    memset(packet + RTP_HEADER_LEN, byte, 160);
    return RTP_HEADER_LEN + 160;
}

static inline void phone_talk(phone_peer *p, uint8_t byte) {
    uint8_t packet[200];
    phone_send_bytes(p, p->rtp, p->bridge_port, packet, phone_packet(p, packet, 8, byte));
}

/* The next datagram; its length. 0 when none comes in wait_ms. */
static inline size_t hear_from(int fd, uint8_t *packet, size_t cap, int wait_ms) {
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
    if (poll(&poll_fd, 1, wait_ms) < 1)
        return 0;
    ssize_t n = recv(fd, packet, cap, 0);
    return n > 0 ? (size_t)n : 0;
}

static inline size_t phone_hear(phone_peer *p, uint8_t *packet, rtp_packet *rtp) {
    size_t n = hear_from(p->rtp, packet, 1500, DEADLINE_MS);
    assert_true(n > 0);
    assert_int_equal(rtp_packet_parse(rtp, packet, n), 0);
    return n;
}

/* Talks until the other side hears: the first packets go while the bridge is being opened. */
static inline void talk_until_heard(phone_peer *from, phone_peer *to, uint8_t *packet, rtp_packet *rtp) {
    for (int i = 0; i < DEADLINE_MS / 20; i++) {
        phone_talk(from, 0xd5);
        size_t n = hear_from(to->rtp, packet, 1500, 20);
        if (n && rtp_packet_parse(rtp, packet, n) == 0)
            return;
    }
    fail_msg("nothing is heard");
}

/* Speech level of n packets of sound, decoded, in dBFS. */
static inline double hear_level(phone_peer *p, enum tccc_codec codec, int n_packets) {
    int error;
    uint8_t packet[1500];
    float pcm[CODEC_FRAME_MAX];
    rtp_packet rtp;
    double sum = 0, n = 0;
    codec_decoder *decoder = codec_decoder_new(codec, &error);
    assert_non_null(decoder);
    for (int i = 0; i < n_packets; i++) {
        phone_hear(p, packet, &rtp);
        int samples = codec_decoder_decode(decoder, rtp.payload, rtp.payload_len, pcm, CODEC_FRAME_MAX);
        assert_true(samples > 0);
        for (int s = 0; s < samples; s++, n++)
            sum += (double)pcm[s] * pcm[s];
    }
    codec_decoder_free(decoder);
    return 10 * log10(sum / n + 1e-12);
}

static inline bridge_side program(enum bridge_program kind) {
    return (bridge_side){ .kind = BRIDGE_PROGRAM, .program = kind };
}

/* Keys counted up from `from`: any 30 bytes are a key. */
static inline void fill_key(uint8_t key[TCCC_SRTP_KEY_LEN], uint8_t from) {
    for (int i = 0; i < TCCC_SRTP_KEY_LEN; i++)
        key[i] = (uint8_t)(from + i);
}

/* Half a second of 400 Hz at 11025 Hz. */
static inline void write_wav(const char *path) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    static const uint8_t head[44] = {
        'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'A', 'V', 'E', 'f', 'm', 't', ' ', 16, 0, 0, 0, 1, 0, 1, 0,
        0x11, 0x2b, 0, 0, 0x22, 0x56, 0, 0, 2, 0, 16, 0, 'd', 'a', 't', 'a', 0, 0, 1, 0,
    };
    fwrite(head, 1, sizeof head, file);
    for (int i = 0; i < 5512; i++) {
        int16_t sample = (int16_t)(8000 * sin(6.283185307 * 400 * i / 11025));
        fwrite(&sample, 2, 1, file);
    }
    fclose(file);
}

#endif
