/* test_bridge.c: bridges on a running edge thread, with UDP sockets as telephones. Layer: tests. */
#include "server/bridge/bridge.h"
#include "server/edge/edge.h"

#include "media/codec.h"
#include "media/rtcp.h"
#include "media/rtp.h"
#include "media/srtp.h"
#include "media/telephone_event.h"

#include <arpa/inet.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../allocation_count.h"
#include "../cmocka_all.h"
#include "tccc/error.h"

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

static void on_bridge_event(void *ctx, uint32_t bridge, int side, int event, int64_t value)
{
    (void)ctx;
    if (test.n_events < EVENTS_MAX)
        test.events[test.n_events++] = (noted){ bridge, side, event, value };
}

static int start(void **state)
{
    (void)state;
    char err[256];
    edge_handler handler = { .bridge_event = on_bridge_event };
    edge_config config = { .host = "127.0.0.1", .dc_port = -1, .sdk_dir = ".", .music_dir = "/nonexistent" };
    test.edge = edge_start(&config, &handler, NULL, err, sizeof err);
    return test.edge ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    edge_stop(test.edge);
    return 0;
}

static int forget(void **state)
{
    (void)state;
    test.n_events = 0;
    return 0;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void wait_event(int event, int side, int64_t value)
{
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

static int count_events(int event)
{
    int n = 0;
    for (int i = 0; i < test.n_events; i++)
        n += test.events[i].event == event;
    return n;
}

/* --- telephones --- */

static int bind_at(int port)
{
    struct sockaddr_in local = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port) };
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (!bind(fd, (struct sockaddr *)&local, sizeof local))
        return fd;
    close(fd);
    return -1;
}

static int port_of(int fd)
{
    struct sockaddr_in local;
    socklen_t len = sizeof local;
    assert_int_equal(getsockname(fd, (struct sockaddr *)&local, &len), 0);
    return ntohs(local.sin_port);
}

/* A telephone with RTP and RTCP on neighbouring ports, and the bridge's side for it. */
static phone_peer phone_start(bridge_side *side)
{
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

static void phone_stop(phone_peer *p)
{
    close(p->rtp);
    close(p->rtcp);
}

static void phone_send_bytes(phone_peer *p, int fd, int port, const uint8_t *bytes, size_t len)
{
    (void)p;
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port) };
    assert_int_equal(sendto(fd, bytes, len, 0, (struct sockaddr *)&to, sizeof to), len);
}

/* The next RTP packet: 20 ms of this byte. */
static size_t phone_packet(phone_peer *p, uint8_t *packet, uint8_t payload_type, uint8_t byte)
{
    rtp_packet header = { .payload_type = payload_type, .seq = p->seq++, .timestamp = p->timestamp, .ssrc = p->ssrc };
    p->timestamp += 160;
    assert_int_equal(rtp_packet_write(&header, packet, RTP_HEADER_LEN), RTP_HEADER_LEN);
    memset(packet + RTP_HEADER_LEN, byte, 160);
    return RTP_HEADER_LEN + 160;
}

static void phone_talk(phone_peer *p, uint8_t byte)
{
    uint8_t packet[200];
    phone_send_bytes(p, p->rtp, p->bridge_port, packet, phone_packet(p, packet, 8, byte));
}

/* The next datagram; its length. 0 when none comes in wait_ms. */
static size_t hear_from(int fd, uint8_t *packet, size_t cap, int wait_ms)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
    if (poll(&poll_fd, 1, wait_ms) < 1)
        return 0;
    ssize_t n = recv(fd, packet, cap, 0);
    return n > 0 ? (size_t)n : 0;
}

static size_t phone_hear(phone_peer *p, uint8_t *packet, rtp_packet *rtp)
{
    size_t n = hear_from(p->rtp, packet, 1500, DEADLINE_MS);
    assert_true(n > 0);
    assert_int_equal(rtp_packet_parse(rtp, packet, n), 0);
    return n;
}

/* Talks until the other side hears: the first packets go while the bridge is being opened. */
static void talk_until_heard(phone_peer *from, phone_peer *to, uint8_t *packet, rtp_packet *rtp)
{
    for (int i = 0; i < DEADLINE_MS / 20; i++) {
        phone_talk(from, 0xd5);
        size_t n = hear_from(to->rtp, packet, 1500, 20);
        if (n && rtp_packet_parse(rtp, packet, n) == 0)
            return;
    }
    fail_msg("nothing is heard");
}

/* Speech level of n packets of sound, decoded, in dBFS. */
static double hear_level(phone_peer *p, enum tccc_codec codec, int n_packets)
{
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

static bridge_side program(enum bridge_program kind)
{
    return (bridge_side){ .kind = BRIDGE_PROGRAM, .program = kind };
}

/* --- tests --- */

static void packets_pass_between_two_telephones_untouched(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer a = phone_start(&sides[0]), b = phone_start(&sides[1]);
    uint8_t sent[200], packet[1500];
    rtp_packet rtp;
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&a, &b, packet, &rtp);
    size_t len = phone_packet(&a, sent, 8, 0x2a);
    phone_send_bytes(&a, a.rtp, a.bridge_port, sent, len);
    do
        phone_hear(&b, packet, &rtp);
    while (rtp.seq != rtp_packet_seq(sent));
    assert_memory_equal(packet, sent, len);
    talk_until_heard(&b, &a, packet, &rtp);
    wait_event(BRIDGE_EVENT_FIRST_PACKET, 0, 0);
    wait_event(BRIDGE_EVENT_FIRST_PACKET, 1, 0);
    assert_int_equal(count_events(BRIDGE_EVENT_FIRST_PACKET), 2);
    bridge_close(test.edge, bridge);
    phone_stop(&a);
    phone_stop(&b);
}

static void rtcp_goes_by_its_own_port(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer a = phone_start(&sides[0]), b = phone_start(&sides[1]);
    uint8_t packet[1500], report[64];
    rtp_packet rtp;
    rtcp_item item = { .type = RTCP_KIND_RR, .ssrc = 7 };
    int len = rtcp_item_write(&item, report, sizeof report);
    assert_true(len > 0);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&a, &b, packet, &rtp);
    phone_send_bytes(&a, a.rtcp, a.bridge_port + 1, report, (size_t)len);
    assert_int_equal(hear_from(b.rtcp, packet, sizeof packet, DEADLINE_MS), len);
    assert_memory_equal(packet, report, len);
    bridge_close(test.edge, bridge);
    phone_stop(&a);
    phone_stop(&b);
}

static void a_stranger_on_the_port_is_not_heard(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer a = phone_start(&sides[0]), b = phone_start(&sides[1]), stranger = a;
    uint8_t packet[1500], strange[200];
    rtp_packet rtp;
    stranger.rtp = bind_at(0);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&a, &b, packet, &rtp);
    for (int i = 0; i < 5; i++)
        phone_send_bytes(&stranger, stranger.rtp, a.bridge_port, strange, phone_packet(&stranger, strange, 8, 0x66));
    phone_talk(&a, 0x11); /* after the stranger's, on the same socket: when it is heard, those were dropped */
    do {
        phone_hear(&b, packet, &rtp);
        assert_int_not_equal(rtp.payload[0], 0x66);
    } while (rtp.payload[0] != 0x11);
    bridge_close(test.edge, bridge);
    close(stranger.rtp);
    phone_stop(&a);
    phone_stop(&b);
}

/* Keys counted up from `from`: any 30 bytes are a key. */
static void fill_key(uint8_t key[TCCC_SRTP_KEY_LEN], uint8_t from)
{
    for (int i = 0; i < TCCC_SRTP_KEY_LEN; i++)
        key[i] = (uint8_t)(from + i);
}

static void srtp_ends_at_the_bridge_in_both_directions(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer plain = phone_start(&sides[0]), secure = phone_start(&sides[1]);
    uint8_t packet[1500], sent[256];
    rtp_packet rtp;
    int error, len;
    sides[1].srtp = TCCC_SRTP_AES128_SHA1_80;
    sides[1].srtp_terminate = 1;
    fill_key(sides[1].srtp_send_key, 1);
    fill_key(sides[1].srtp_receive_key, 101);
    srtp_sender *sender = srtp_sender_open(SRTP_SCHEME_AES128_SHA1_80, sides[1].srtp_receive_key, TCCC_SRTP_KEY_LEN, &error);
    srtp_receiver *receiver = srtp_receiver_open(SRTP_SCHEME_AES128_SHA1_80, sides[1].srtp_send_key, TCCC_SRTP_KEY_LEN, &error);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&plain, &secure, packet, &rtp);
    phone_talk(&plain, 0x5a);
    do {
        len = (int)phone_hear(&secure, packet, &rtp);
        assert_int_equal(len, RTP_HEADER_LEN + 160 + 10); /* an 80 bit tag */
        len = srtp_receiver_rtp(receiver, packet, (size_t)len);
        assert_int_equal(len, RTP_HEADER_LEN + 160);
    } while (packet[RTP_HEADER_LEN] != 0x5a);
    for (int i = 0; i < 3; i++) {
        size_t n = phone_packet(&secure, sent, 8, 0x77);
        len = srtp_sender_rtp(sender, sent, n, sizeof sent);
        phone_send_bytes(&secure, secure.rtp, secure.bridge_port, sent, (size_t)len);
    }
    assert_int_equal(phone_hear(&plain, packet, &rtp), RTP_HEADER_LEN + 160);
    assert_int_equal(packet[RTP_HEADER_LEN], 0x77);
    sent[RTP_HEADER_LEN] ^= 1; /* a forged packet is dropped: the next one heard is not it */
    phone_send_bytes(&secure, secure.rtp, secure.bridge_port, sent, (size_t)len);
    srtp_sender_close(sender);
    srtp_receiver_close(receiver);
    bridge_close(test.edge, bridge);
    phone_stop(&plain);
    phone_stop(&secure);
}

static void srtp_that_does_not_end_here_passes_as_it_is(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer a = phone_start(&sides[0]), b = phone_start(&sides[1]);
    uint8_t sent[200], packet[1500];
    rtp_packet rtp;
    sides[0].srtp = sides[1].srtp = TCCC_SRTP_AES128_SHA1_80; /* keys for what the bridge makes itself */
    fill_key(sides[1].srtp_send_key, 9);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&a, &b, packet, &rtp);
    size_t len = phone_packet(&a, sent, 8, 0x2a);
    phone_send_bytes(&a, a.rtp, a.bridge_port, sent, len);
    do
        phone_hear(&b, packet, &rtp);
    while (rtp.seq != rtp_packet_seq(sent));
    assert_memory_equal(packet, sent, len);
    bridge_close(test.edge, bridge);
    phone_stop(&a);
    phone_stop(&b);
}

static void on_hold_one_side_hears_music_and_the_other_nothing(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer agent = phone_start(&sides[0]), customer = phone_start(&sides[1]);
    uint8_t packet[1500];
    rtp_packet rtp, first;
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&agent, &customer, packet, &rtp);
    bridge_hold(test.edge, bridge, 1, 1);
    do
        phone_hear(&customer, packet, &first);
    while (first.ssrc == agent.ssrc);
    assert_true(first.marker);
    assert_int_equal(first.payload_type, 8);
    for (int i = 1; i <= 10; i++) {
        phone_talk(&customer, 0x33);
        phone_hear(&customer, packet, &rtp);
        assert_int_equal(rtp.ssrc, first.ssrc);
        assert_int_equal(rtp.seq, (uint16_t)(first.seq + i));
        assert_int_equal(rtp.timestamp, first.timestamp + 160u * (uint32_t)i);
    }
    assert_true(hear_level(&customer, TCCC_CODEC_PCMA, 100) > -40); /* 2 s */
    assert_int_equal(hear_from(agent.rtp, packet, sizeof packet, 0), 0);
    bridge_hold(test.edge, bridge, 1, 0);
    do {
        phone_talk(&agent, 0x44);
        phone_hear(&customer, packet, &rtp);
    } while (rtp.ssrc != agent.ssrc);
    bridge_close(test.edge, bridge);
    phone_stop(&agent);
    phone_stop(&customer);
}

static void of_srtp_on_hold_one_packet_in_512_passes_so_that_the_receiver_keeps_count(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer a = phone_start(&sides[0]), b = phone_start(&sides[1]);
    uint8_t packet[1500];
    rtp_packet rtp;
    sides[0].srtp = sides[1].srtp = TCCC_SRTP_AES128_SHA1_80;
    fill_key(sides[1].srtp_send_key, 9);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&b, &a, packet, &rtp);
    bridge_hold(test.edge, bridge, 1, 1);
    do
        phone_hear(&b, packet, &rtp);
    while (rtp.payload_type != 8 || rtp.ssrc == a.ssrc); /* music: the hold is on */
    while (hear_from(a.rtp, packet, sizeof packet, 40))
        ;
    for (int i = 0; i < 1024; i++) {
        phone_talk(&b, 0x2a);
        if (i % 64 == 0)
            phone_hear(&b, packet, &rtp); /* not faster than the bridge reads */
    }
    phone_hear(&a, packet, &rtp);
    uint16_t first = rtp.seq;
    phone_hear(&a, packet, &rtp);
    assert_int_equal((uint16_t)(rtp.seq - first), 512);
    assert_int_equal(hear_from(a.rtp, packet, sizeof packet, 0), 0);
    bridge_close(test.edge, bridge);
    phone_stop(&a);
    phone_stop(&b);
}

static void music_is_encrypted_for_a_telephone_with_srtp(void **state)
{
    (void)state;
    bridge_side sides[2] = { program(PROGRAM_MUSIC) };
    phone_peer p = phone_start(&sides[1]);
    uint8_t packet[1500];
    rtp_packet rtp;
    int error;
    sides[1].srtp = TCCC_SRTP_AES128_SHA1_32;
    fill_key(sides[1].srtp_send_key, 50);
    srtp_receiver *receiver = srtp_receiver_open(SRTP_SCHEME_AES128_SHA1_32, sides[1].srtp_send_key, TCCC_SRTP_KEY_LEN, &error);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    for (int i = 0; i < 10; i++) {
        int len = (int)phone_hear(&p, packet, &rtp);
        assert_int_equal(srtp_receiver_rtp(receiver, packet, (size_t)len), RTP_HEADER_LEN + 160);
    }
    srtp_receiver_close(receiver);
    bridge_close(test.edge, bridge);
    phone_stop(&p);
}

static void music_comes_in_the_telephones_codec(void **state)
{
    (void)state;
    static const enum tccc_codec codecs[] = { TCCC_CODEC_PCMU, TCCC_CODEC_PCMA, TCCC_CODEC_OPUS };
    static const uint8_t types[] = { 0, 8, 111 };
    for (int i = 0; i < 3; i++) {
        bridge_side sides[2] = { program(PROGRAM_MUSIC) };
        phone_peer p = phone_start(&sides[1]);
        sides[1].codec = codecs[i];
        sides[1].payload_type = types[i];
        uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
        assert_true(hear_level(&p, codecs[i], 75) > -40);
        bridge_close(test.edge, bridge);
        phone_stop(&p);
    }
}

static void ringback_is_one_second_of_tone_and_then_silence(void **state)
{
    (void)state;
    bridge_side sides[2] = { program(PROGRAM_RINGBACK) };
    phone_peer p = phone_start(&sides[1]);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    double tone = hear_level(&p, TCCC_CODEC_PCMA, 45), edge = hear_level(&p, TCCC_CODEC_PCMA, 10), pause = hear_level(&p, TCCC_CODEC_PCMA, 45);
    (void)edge;
    assert_true(fabs(tone + 18.9) < 1.5); /* 0.16 / sqrt(2) is -18.9 dBFS */
    assert_true(pause < -60);
    bridge_close(test.edge, bridge);
    phone_stop(&p);
}

static void what_the_bridge_sends_is_reported_by_rtcp(void **state)
{
    (void)state;
    bridge_side sides[2] = { program(PROGRAM_SILENCE) };
    phone_peer p = phone_start(&sides[1]);
    uint8_t packet[1500], report[1500];
    rtp_packet rtp;
    rtcp_cursor cursor;
    rtcp_item item;
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    phone_hear(&p, packet, &rtp);
    size_t len = hear_from(p.rtcp, report, sizeof report, DEADLINE_MS);
    assert_int_equal(rtcp_compound_parse(&cursor, report, len), 0);
    assert_int_equal(rtcp_compound_next(&cursor, &item), 1);
    assert_int_equal(item.type, RTCP_KIND_SR);
    assert_int_equal(item.ssrc, rtp.ssrc);
    assert_true(item.packets > 0);
    bridge_close(test.edge, bridge);
    phone_stop(&p);
}

static void a_program_answers_sender_reports_so_that_the_peer_knows_its_round_trip(void **state)
{
    (void)state;
    bridge_side sides[2] = { program(PROGRAM_ECHO) };
    phone_peer p = phone_start(&sides[1]);
    uint8_t packet[1500], report[1500];
    rtp_packet rtp;
    rtcp_cursor cursor;
    rtcp_item item = { .type = RTCP_KIND_SR, .ssrc = p.ssrc, .ntp = 0x1122334455667788, .rtp_timestamp = 1, .packets = 1 };
    int len = rtcp_item_write(&item, report, sizeof report);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&p, &p, packet, &rtp);
    for (double end = now() + 2 * DEADLINE_MS / 1000.0;;) {
        assert_true(now() < end);
        phone_talk(&p, 0x2a);
        phone_send_bytes(&p, p.rtcp, p.bridge_port + 1, report, (size_t)len);
        size_t n = hear_from(p.rtcp, packet, sizeof packet, 50);
        if (!n || rtcp_compound_parse(&cursor, packet, n) || rtcp_compound_next(&cursor, &item) != 1 || !item.n_blocks)
            continue;
        assert_int_equal(item.type, RTCP_KIND_SR);
        assert_int_equal(item.blocks[0].ssrc, p.ssrc);
        assert_int_equal(item.blocks[0].lsr, 0x33445566); /* the middle of the NTP time, RFC 3550 section 6.4.1 */
        assert_true(item.blocks[0].dlsr < 65536 / 2);     /* the newest report came less than half a second before */
        break;
    }
    bridge_close(test.edge, bridge);
    phone_stop(&p);
}

static void the_echo_gives_back_what_it_hears_as_a_source_of_its_own(void **state)
{
    (void)state;
    bridge_side sides[2] = { program(PROGRAM_ECHO) };
    phone_peer p = phone_start(&sides[1]);
    uint8_t packet[1500];
    rtp_packet rtp, first;
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&p, &p, packet, &first);
    assert_int_not_equal(first.ssrc, p.ssrc);
    uint16_t last = first.seq;
    for (int i = 0; i < 10; i++) {
        phone_talk(&p, (uint8_t)(0x10 + i));
        do
            phone_hear(&p, packet, &rtp);
        while (rtp.payload[0] == 0xd5); /* of the beginning */
        assert_int_equal(rtp.payload[0], 0x10 + i);
        assert_int_equal(rtp.ssrc, first.ssrc);
        assert_true((int16_t)(rtp.seq - last) > 0);
        last = rtp.seq;
    }
    bridge_close(test.edge, bridge);
    phone_stop(&p);
}

/* Half a second of 400 Hz at 11025 Hz. */
static void write_wav(const char *path)
{
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

static void a_file_plays_once_and_its_end_is_told(void **state)
{
    (void)state;
    char path[] = "/tmp/tccc_bridge_XXXXXX";
    close(mkstemp(path));
    write_wav(path);
    bridge_side sides[2] = { program(PROGRAM_FILE) };
    sides[0].file = path;
    phone_peer p = phone_start(&sides[1]);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    assert_true(fabs(hear_level(&p, TCCC_CODEC_PCMA, 24) + 15.3) < 1.5); /* 8000/32768 / sqrt(2) is -15.3 dBFS */
    wait_event(BRIDGE_EVENT_DONE, 0, 0);
    bridge_update(test.edge, bridge, 0, &sides[0]); /* the same prompt again */
    assert_true(hear_level(&p, TCCC_CODEC_PCMA, 24) > -20);
    bridge_close(test.edge, bridge);
    unlink(path);
    phone_stop(&p);
}

static void a_file_that_is_missing_ends_at_once_and_a_program_hangs_up_when_told(void **state)
{
    (void)state;
    bridge_side sides[2] = { program(PROGRAM_FILE) };
    sides[0].file = "/nonexistent.wav";
    phone_peer p = phone_start(&sides[1]);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    wait_event(BRIDGE_EVENT_DONE, 0, 0);
    test.n_events = 0;
    bridge_side echo = program(PROGRAM_ECHO);
    echo.hang_after_ms = 300;
    bridge_update(test.edge, bridge, 0, &echo);
    wait_event(BRIDGE_EVENT_DONE, 0, 0);
    bridge_close(test.edge, bridge);
    phone_stop(&p);
}

static void digits_are_told_once_each(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer a = phone_start(&sides[0]), b = phone_start(&sides[1]);
    uint8_t packet[1500];
    rtp_packet rtp;
    telephone_sender sender;
    telephone_packet event;
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&a, &b, packet, &rtp);
    telephone_sender_open(&sender, 8000, 20);
    telephone_sender_queue(&sender, "4#");
    while (telephone_sender_active(&sender)) {
        a.timestamp += 160;
        if (!telephone_sender_next(&sender, a.timestamp, &event))
            continue;
        rtp_packet header = { .marker = event.marker, .payload_type = 101, .seq = a.seq++, .timestamp = event.timestamp, .ssrc = a.ssrc };
        rtp_packet_write(&header, packet, RTP_HEADER_LEN);
        memcpy(packet + RTP_HEADER_LEN, event.payload, TELEPHONE_EVENT_LEN);
        phone_send_bytes(&a, a.rtp, a.bridge_port, packet, RTP_HEADER_LEN + TELEPHONE_EVENT_LEN);
    }
    wait_event(BRIDGE_EVENT_DIGIT, 0, '4');
    wait_event(BRIDGE_EVENT_DIGIT, 0, '#');
    assert_int_equal(count_events(BRIDGE_EVENT_DIGIT), 2);
    bridge_close(test.edge, bridge);
    phone_stop(&a);
    phone_stop(&b);
}

static void a_telephone_that_holds_us_gets_nothing_until_it_resumes(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer a = phone_start(&sides[0]), b = phone_start(&sides[1]);
    uint8_t packet[1500];
    rtp_packet rtp;
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&a, &b, packet, &rtp);
    sides[1].port = NULL;
    sides[1].send_on_hold = 0;
    bridge_update(test.edge, bridge, 1, &sides[1]);
    while (hear_from(b.rtp, packet, sizeof packet, 40)) /* those under way */
        ;
    phone_talk(&b, 0x01); /* heard by a: the update before it has been done */
    phone_hear(&a, packet, &rtp);
    phone_talk(&a, 0x02);
    phone_talk(&b, 0x03);
    do
        phone_hear(&a, packet, &rtp);
    while (rtp.payload[0] != 0x03);
    assert_int_equal(hear_from(b.rtp, packet, sizeof packet, 0), 0);
    sides[1].send_on_hold = 1;
    bridge_update(test.edge, bridge, 1, &sides[1]);
    talk_until_heard(&a, &b, packet, &rtp);
    bridge_close(test.edge, bridge);
    phone_stop(&a);
    phone_stop(&b);
}

static void packets_of_a_running_call_allocate_nothing(void **state)
{
    (void)state;
    bridge_side sides[2];
    phone_peer a = phone_start(&sides[0]), b = phone_start(&sides[1]);
    uint8_t packet[1500];
    rtp_packet rtp;
    sides[1].srtp = TCCC_SRTP_AES128_SHA1_80;
    sides[1].srtp_terminate = 1;
    fill_key(sides[1].srtp_send_key, 1);
    uint32_t bridge = bridge_open(test.edge, &sides[0], &sides[1]);
    talk_until_heard(&a, &b, packet, &rtp);
    wait_event(BRIDGE_EVENT_FIRST_PACKET, 0, 0);
    while (hear_from(b.rtp, packet, sizeof packet, 40))
        ;
    allocation_count_start();
    for (int i = 0; i < 50; i++) {
        phone_talk(&a, 0x2a);
        phone_hear(&b, packet, &rtp);
    }
    assert_int_equal(allocation_count, 0);
    bridge_hold(test.edge, bridge, 1, 1);
    for (int i = 0; i < 5; i++)
        phone_hear(&b, packet, &rtp);
    allocation_count_start();
    for (int i = 0; i < 50; i++)
        phone_hear(&b, packet, &rtp);
    assert_int_equal(allocation_count, 0);
    bridge_close(test.edge, bridge);
    phone_stop(&a);
    phone_stop(&b);
}

static void a_page_that_does_not_exist_fails_the_bridge(void **state)
{
    (void)state;
    bridge_side sides[2] = { { .kind = BRIDGE_PAGE, .seat = 999999, .codec = TCCC_CODEC_PCMA, .ptime_ms = 20 } };
    phone_peer p = phone_start(&sides[1]);
    bridge_open(test.edge, &sides[0], &sides[1]);
    wait_event(BRIDGE_EVENT_FAILED, 0, TCCC_E_NOT_FOUND);
    phone_stop(&p);
}

static void rtp_ports_are_even_and_outside_the_ephemeral_range(void **state)
{
    (void)state;
    int low = 32768, high = 60999;
    FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "r");
    if (file && fscanf(file, "%d %d", &low, &high) != 2)
        fail();
    if (file)
        fclose(file);
    rtp_port *ports[20];
    for (int i = 0; i < 20; i++) {
        ports[i] = rtp_port_bind("127.0.0.1", 0, 0);
        assert_non_null(ports[i]);
        int n = rtp_port_number(ports[i]);
        assert_true(n % 2 == 0 && (n + 1 < low || n > high));
        assert_int_equal(bind_at(n), -1);
        assert_int_equal(bind_at(n + 1), -1);
    }
    for (int i = 0; i < 20; i++)
        rtp_port_close(ports[i]);
    rtp_port *two[2] = { rtp_port_bind("127.0.0.1", 23450, 23452), rtp_port_bind("127.0.0.1", 23450, 23452) };
    assert_null(rtp_port_bind("127.0.0.1", 23450, 23452));
    rtp_port_close(two[0]);
    rtp_port_close(two[1]);
    assert_null(rtp_port_bind("no address", 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(packets_pass_between_two_telephones_untouched, forget),
        cmocka_unit_test_setup(rtcp_goes_by_its_own_port, forget),
        cmocka_unit_test_setup(a_stranger_on_the_port_is_not_heard, forget),
        cmocka_unit_test_setup(srtp_ends_at_the_bridge_in_both_directions, forget),
        cmocka_unit_test_setup(srtp_that_does_not_end_here_passes_as_it_is, forget),
        cmocka_unit_test_setup(on_hold_one_side_hears_music_and_the_other_nothing, forget),
        cmocka_unit_test_setup(of_srtp_on_hold_one_packet_in_512_passes_so_that_the_receiver_keeps_count, forget),
        cmocka_unit_test_setup(music_is_encrypted_for_a_telephone_with_srtp, forget),
        cmocka_unit_test_setup(music_comes_in_the_telephones_codec, forget),
        cmocka_unit_test_setup(ringback_is_one_second_of_tone_and_then_silence, forget),
        cmocka_unit_test_setup(what_the_bridge_sends_is_reported_by_rtcp, forget),
        cmocka_unit_test_setup(a_program_answers_sender_reports_so_that_the_peer_knows_its_round_trip, forget),
        cmocka_unit_test_setup(the_echo_gives_back_what_it_hears_as_a_source_of_its_own, forget),
        cmocka_unit_test_setup(a_file_plays_once_and_its_end_is_told, forget),
        cmocka_unit_test_setup(a_file_that_is_missing_ends_at_once_and_a_program_hangs_up_when_told, forget),
        cmocka_unit_test_setup(digits_are_told_once_each, forget),
        cmocka_unit_test_setup(a_telephone_that_holds_us_gets_nothing_until_it_resumes, forget),
        cmocka_unit_test_setup(packets_of_a_running_call_allocate_nothing, forget),
        cmocka_unit_test_setup(a_page_that_does_not_exist_fails_the_bridge, forget),
        cmocka_unit_test_setup(rtp_ports_are_even_and_outside_the_ephemeral_range, forget),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
