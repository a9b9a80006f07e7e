/* test_video_relay.c: two clients of our own on the video relay: ICE, DTLS-SRTP, packets, wishes, a change of one side. Layer: tests. */
#include "server/bridge/bridge.h"
#include "server/edge/dtls.h"
#include "server/edge/edge.h"
#include "server/edge/stun.h"
#include "server/edge/video_relay.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../cmocka_all.h"
#include "media/network_order.h"
#include "media/rtcp.h"
#include "media/rtp.h"
#include "media/srtp.h"
#include "tccc/error.h"

enum { DEADLINE_MS = 10000, TEXT = 8192, PACKET = 1500 };

static edge *the_edge;
static int ups[2], downs[2];

static void on_video(void *ctx, uint32_t relay, int side, int up) {
    (void)ctx;
    (void)relay;
    (up ? ups : downs)[side]++;
}

static int start(void **state) {
    (void)state;
    char err[256];
    edge_handler handler = { .video_event = on_video };
    edge_config config = { .host = "127.0.0.1", .dc_host = "127.0.0.1", .sdk_dir = "." };
    the_edge = edge_start(&config, &handler, NULL, err, sizeof err);
    return the_edge ? 0 : -1;
}

static int stop(void **state) {
    (void)state;
    edge_stop(the_edge);
    return 0;
}

/* --- a client --- */

typedef struct {
    int fd;
    int video_type;                  /* payload type */
    char ufrag[32], pwd[64];
    dtls_identity *identity;
    dtls_peer *dtls;
    srtp_sender *sender;
    srtp_receiver *receiver;
    int checked;
    uint8_t rtp[PACKET], rtcp[PACKET]; /* the last that came */
    int rtp_len, rtcp_len, n_rtp;
} client;

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void on_out(void *context, const uint8_t *datagram, size_t len) {
    assert_int_equal(send(((client *)context)->fd, datagram, len, 0), len);
}

static void on_data(void *context, uint8_t *data, size_t len) {
    (void)context;
    (void)data;
    (void)len;
}

static void on_ready(void *context) {
    client *c = context;
    uint8_t ours[DTLS_SRTP_KEY_LEN], theirs[DTLS_SRTP_KEY_LEN];
    int error;
    assert_int_equal(dtls_peer_srtp_keys(c->dtls, ours, theirs), 0);
    c->sender = srtp_sender_open(SRTP_SCHEME_AES128_SHA1_80, ours, sizeof ours, &error);
    c->receiver = srtp_receiver_open(SRTP_SCHEME_AES128_SHA1_80, theirs, sizeof theirs, &error);
}

static void hex(char *text, const uint8_t *bytes) {
    for (int i = 0; i < DTLS_FINGERPRINT_LEN; i++)
        sprintf(text + 3 * i, i + 1 < DTLS_FINGERPRINT_LEN ? "%02X:" : "%02X", bytes[i]);
}

static void read_answer(client *c, const char *answer, uint8_t fingerprint[DTLS_FINGERPRINT_LEN]) {
    const char *print = strstr(answer, "a=fingerprint:sha-256 ") + 22;
    assert_int_equal(sscanf(strstr(answer, "a=ice-ufrag:"), "a=ice-ufrag:%31s", c->ufrag), 1);
    assert_int_equal(sscanf(strstr(answer, "a=ice-pwd:"), "a=ice-pwd:%63s", c->pwd), 1);
    for (int i = 0; i < DTLS_FINGERPRINT_LEN; i++) {
        unsigned byte;
        assert_int_equal(sscanf(print + 3 * i, "%2x", &byte), 1);
        fingerprint[i] = (uint8_t)byte;
    }
}

static void offer_of(client *c, video_relay *relay, int side, int video_type, const char *formats) {
    char print[3 * DTLS_FINGERPRINT_LEN], text[TEXT], answer[TEXT];
    uint8_t fingerprint[DTLS_FINGERPRINT_LEN];
    memset(c, 0, sizeof *c);
    c->video_type = video_type;
    c->identity = dtls_identity_new();
    hex(print, dtls_identity_fingerprint(c->identity));
    snprintf(text, sizeof text,
             "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=ice-ufrag:theirs\r\na=ice-pwd:0123456789012345678901\r\n"
             "a=fingerprint:sha-256 %s\r\na=setup:actpass\r\n"
             "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n"
             "m=video 9 UDP/TLS/RTP/SAVPF %s\r\n", print, formats);
    assert_int_equal(video_relay_offer(relay, side, text, answer, sizeof answer), 0);
    read_answer(c, answer, fingerprint);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    c->fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(bind(c->fd, (struct sockaddr *)&address, sizeof address), 0);
    address.sin_port = htons((uint16_t)edge_dc_port(the_edge));
    assert_int_equal(connect(c->fd, (struct sockaddr *)&address, sizeof address), 0);
    dtls_events events = { on_out, on_data, on_ready, c };
    c->dtls = dtls_peer_new(c->identity, 0, fingerprint, &events);
}

static void offer(client *c, video_relay *relay, int side, int video_type) {
    char formats[80];
    snprintf(formats, sizeof formats, "%d\r\na=mid:1\r\na=rtcp-mux\r\na=rtpmap:%d VP8/90000", video_type, video_type);
    offer_of(c, relay, side, video_type, formats);
}

static void check_address(client *c) {
    uint8_t buf[STUN_ANSWER_MAX], transaction[STUN_TRANSACTION_LEN] = { 1, 2, 3 };
    char username[64];
    snprintf(username, sizeof username, "%.20s:theirs", c->ufrag);
    size_t n = stun_write_check(buf, transaction, username, c->pwd);
    assert_int_equal(send(c->fd, buf, n, 0), n);
}

static void take(client *c, uint8_t *bytes, size_t len) {
    if (stun_is_message(bytes, len))
        c->checked = 1;
    else if (bytes[0] >= 20 && bytes[0] <= 63)
        assert_int_equal(dtls_peer_input(c->dtls, bytes, len), 0);
    else if (c->receiver && rtp_packet_kind(bytes, len) == RTP_KIND_RTP) {
        c->rtp_len = srtp_receiver_rtp(c->receiver, bytes, len);
        memcpy(c->rtp, bytes, c->rtp_len > 0 ? (size_t)c->rtp_len : 0);
        c->n_rtp++;
    } else if (c->receiver) {
        c->rtcp_len = srtp_receiver_rtcp(c->receiver, bytes, len);
        memcpy(c->rtcp, bytes, c->rtcp_len > 0 ? (size_t)c->rtcp_len : 0);
    }
}

/* Runs the clients until *done. */
static void run(client **clients, int n, const int *done, const char *what) {
    double limit = now_s() + DEADLINE_MS / 1000.0;
    while (!*done) {
        struct pollfd fds[4];
        if (now_s() > limit)
            fail_msg("not within %d ms: %s", DEADLINE_MS, what);
        for (int i = 0; i < n; i++)
            fds[i] = (struct pollfd){ clients[i]->fd, POLLIN, 0 };
        fds[n] = (struct pollfd){ edge_fd(the_edge), POLLIN, 0 };
        poll(fds, (nfds_t)n + 1, 50);
        edge_dispatch(the_edge);
        for (int i = 0; i < n; i++) {
            uint8_t bytes[PACKET];
            ssize_t len;
            while ((len = recv(clients[i]->fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
                take(clients[i], bytes, (size_t)len);
            dtls_peer_timer(clients[i]->dtls);
        }
    }
}

static void take_all(client *c) {
    struct pollfd fds[2] = { { c->fd, POLLIN, 0 }, { edge_fd(the_edge), POLLIN, 0 } };
    uint8_t bytes[PACKET];
    ssize_t len;
    poll(fds, 2, 50);
    edge_dispatch(the_edge);
    while ((len = recv(c->fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
        take(c, bytes, (size_t)len);
}

/* Checks are sent again, as browsers do: the first may overtake the offer on its way to the edge's thread. */
static void connect_client(client *c, int side) {
    int before = ups[side];
    double limit = now_s() + DEADLINE_MS / 1000.0;
    while (!c->checked && now_s() < limit) {
        check_address(c);
        take_all(c);
    }
    dtls_peer_input(c->dtls, NULL, 0); /* its first flight */
    while (ups[side] == before && now_s() < limit)
        take_all(c);
    assert_int_equal(ups[side], before + 1);
    assert_non_null(c->receiver);
}

static void send_video(client *c, uint32_t ssrc, uint16_t seq, uint32_t time, char mark) {
    uint8_t packet[PACKET];
    rtp_packet header = { .payload_type = (uint8_t)c->video_type, .seq = seq, .timestamp = time, .ssrc = ssrc };
    rtp_packet_write(&header, packet, sizeof packet);
    packet[RTP_HEADER_LEN] = (uint8_t)mark;
    int n = srtp_sender_rtp(c->sender, packet, RTP_HEADER_LEN + 1, sizeof packet);
    assert_true(n > 0);
    assert_int_equal(send(c->fd, packet, (size_t)n, 0), n);
}

static void send_rtcp(client *c, const uint8_t *bytes, size_t len) {
    uint8_t packet[PACKET];
    memcpy(packet, bytes, len);
    int n = srtp_sender_rtcp(c->sender, packet, len, sizeof packet);
    assert_true(n > 0);
    assert_int_equal(send(c->fd, packet, (size_t)n, 0), n);
}

static void wait_rtp(client *c, int more) {
    int wanted = c->n_rtp + more;
    double limit = now_s() + DEADLINE_MS / 1000.0;
    while (c->n_rtp < wanted && now_s() < limit)
        take_all(c);
    assert_int_equal(c->n_rtp, wanted);
}

static void close_client(client *c) {
    dtls_peer_free(c->dtls);
    dtls_identity_free(c->identity);
    srtp_sender_close(c->sender);
    srtp_receiver_close(c->receiver);
    close(c->fd);
}

/* --- tests --- */

static void packets_pass_with_the_receivers_type_and_name(void **state) {
    (void)state;
    client a, b;
    rtp_packet got;
    video_relay *relay = video_relay_new(the_edge);
    assert_non_null(relay);
    offer(&a, relay, 0, 96);
    offer(&b, relay, 1, 120);
    assert_int_equal(video_relay_codec(relay), VIDEO_VP8);
    connect_client(&a, 0);
    connect_client(&b, 1);
    send_video(&a, 1234, 700, 9000, 'x');
    wait_rtp(&b, 1);
    assert_int_equal(rtp_packet_parse(&got, b.rtp, (size_t)b.rtp_len), 0);
    assert_int_equal(got.payload_type, 120);
    assert_int_not_equal(got.ssrc, 1234);
    assert_int_equal(got.seq, 700);
    assert_int_equal(got.payload[0], 'x');
    close_client(&a);
    close_client(&b);
    video_relay_free(relay);
}

static void who_joins_later_makes_the_other_send_a_keyframe(void **state) {
    (void)state;
    client a, b, *both[] = { &a, &b };
    rtp_packet got;
    video_relay *relay = video_relay_new(the_edge);
    offer(&a, relay, 0, 96);
    connect_client(&a, 0);
    send_video(&a, 1234, 1, 0, 'x'); /* nobody is there to get it */
    offer(&b, relay, 1, 96);
    connect_client(&b, 1);
    send_video(&a, 1234, 2, 3000, 'y');
    run(both, 2, &a.rtcp_len, "the wish for a keyframe");
    assert_int_equal(a.rtcp[9], 206); /* behind an empty report */
    assert_int_equal(network_get32(a.rtcp + 16), 1234);
    assert_int_equal(rtp_packet_parse(&got, b.rtp, (size_t)b.rtp_len), 0);
    assert_int_equal(got.seq, 2);
    close_client(&a);
    close_client(&b);
    video_relay_free(relay);
}

static void a_lost_packet_comes_from_the_relay_or_from_the_sender(void **state) {
    (void)state;
    client a, b, *both[] = { &a, &b };
    video_relay *relay = video_relay_new(the_edge);
    offer(&a, relay, 0, 96);
    offer(&b, relay, 1, 96);
    connect_client(&a, 0);
    connect_client(&b, 1);
    send_video(&a, 1234, 10, 0, 'x');
    wait_rtp(&b, 1);
    send_video(&a, 1234, 12, 3000, 'z'); /* 11 was lost before the relay */
    wait_rtp(&b, 1);
    uint32_t ssrc = rtp_packet_ssrc(b.rtp);
    uint8_t nack[28] = { 0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 205, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 10, 0, 1, 0, 10, 0, 0 };
    network_put32(nack + 16, ssrc);
    srtp_receiver_close(b.receiver); /* so that the packet that comes again is not refused as a replay: count it undecrypted */
    b.receiver = NULL;
    a.rtcp_len = 0;
    send_rtcp(&b, nack, sizeof nack);
    run(both, 2, &a.rtcp_len, "the wish passed on");
    /* keyframe wishes come this way too */
    while (a.rtcp[9] != 205) {
        a.rtcp_len = 0;
        run(both, 2, &a.rtcp_len, "the wish passed on");
    }
    assert_int_equal(network_get32(a.rtcp + 16), 1234);
    assert_int_equal(network_get16(a.rtcp + 20), 11); /* 10 came from the relay */
    close_client(&a);
    close_client(&b);
    video_relay_free(relay);
}

static void another_browser_takes_a_side_and_the_numbers_go_on(void **state) {
    (void)state;
    client a, b, second;
    rtp_packet got;
    video_relay *relay = video_relay_new(the_edge);
    offer(&a, relay, 0, 96);
    offer(&b, relay, 1, 96);
    connect_client(&a, 0);
    connect_client(&b, 1);
    send_video(&a, 1234, 500, 0, 'x');
    wait_rtp(&b, 1);
    uint32_t name = rtp_packet_ssrc(b.rtp);
    video_relay_clear(relay, 0);
    offer(&second, relay, 0, 100);
    connect_client(&second, 0);
    send_video(&second, 999, 7, 123456, 'y');
    wait_rtp(&b, 1);
    assert_int_equal(rtp_packet_parse(&got, b.rtp, (size_t)b.rtp_len), 0);
    assert_int_equal(got.ssrc, name);
    assert_int_equal(got.seq, 501);
    assert_int_equal(got.payload[0], 'y');
    send_video(&a, 1234, 501, 3000, 'x'); /* whose place was taken is not heard */
    send_video(&second, 999, 8, 126456, 'z');
    wait_rtp(&b, 1);
    assert_int_equal(b.rtp[RTP_HEADER_LEN], 'z');
    close_client(&a);
    close_client(&b);
    close_client(&second);
    video_relay_free(relay);
}

static void bytes_of_strangers_do_nothing(void **state) {
    (void)state;
    client a, b;
    uint8_t junk[200];
    video_relay *relay = video_relay_new(the_edge);
    offer(&a, relay, 0, 96);
    offer(&b, relay, 1, 96);
    connect_client(&a, 0);
    connect_client(&b, 1);
    for (int first = 0; first < 256; first++) {
        memset(junk, first, sizeof junk);
        assert_int_equal(send(a.fd, junk, sizeof junk, 0), sizeof junk);
    }
    send_video(&a, 1234, 1, 0, 'x');
    wait_rtp(&b, 1);
    assert_int_equal(b.rtp[RTP_HEADER_LEN], 'x');
    close_client(&a);
    close_client(&b);
    video_relay_free(relay);
}

static void an_offer_without_a_codec_in_common_is_refused(void **state) {
    (void)state;
    char answer[TEXT];
    video_relay *relay = video_relay_new(the_edge);
    assert_int_equal(video_relay_offer(relay, 0, "v=0\r\n", answer, sizeof answer), TCCC_E_FORMAT);
    assert_non_null(strstr(answer, "opus"));
    assert_int_equal(video_relay_codec(relay), -1);
    video_relay_free(relay);
}

#define H264_OF(type) "a=rtpmap:" type " H264/90000\r\na=fmtp:" type " packetization-mode=1;profile-level-id=42e01f"
#define IN_SECTION "\r\na=mid:1\r\na=rtcp-mux\r\n"

static void who_has_a_codec_that_the_other_lacks_comes_again_with_one_that_both_have(void **state) {
    (void)state;
    static const char both[] = "96 102" IN_SECTION "a=rtpmap:96 VP8/90000\r\n" H264_OF("102");
    client a, again, b;
    video_relay *relay = video_relay_new(the_edge);
    offer_of(&a, relay, 0, 96, both);
    assert_int_equal(video_relay_codec(relay), -1);
    offer_of(&b, relay, 1, 102, "102" IN_SECTION H264_OF("102"));
    assert_int_equal(video_relay_codec(relay), VIDEO_H264);
    connect_client(&a, 0);
    connect_client(&b, 1);
    send_video(&a, 1234, 1, 0, 'x');  /* VP8, which b would take for H.264 */
    offer_of(&again, relay, 0, 102, both);
    assert_int_equal(video_relay_codec(relay), VIDEO_H264);
    connect_client(&again, 0);
    send_video(&again, 1234, 2, 0, 'y');
    wait_rtp(&b, 1);
    assert_int_equal(b.rtp[RTP_HEADER_LEN], 'y');
    close_client(&a);
    close_client(&again);
    close_client(&b);
    video_relay_free(relay);
}

static void wait_arrived(client *a, client *b, uint64_t packets) {
    edge_counters counters;
    double limit = now_s() + DEADLINE_MS / 1000.0;
    while (edge_count(the_edge, &counters), counters.packets_from_pages < packets && now_s() < limit) {
        take_all(a);
        take_all(b);
    }
    assert_int_equal(counters.packets_from_pages, packets);
}

static void on_hold_nothing_passes_and_afterwards_the_numbers_go_on(void **state) {
    (void)state;
    client a, again, b, *both[] = { &again, &b };
    rtp_packet got;
    edge_counters counters;
    video_relay *relay = video_relay_new(the_edge);
    offer(&a, relay, 0, 96);
    offer(&b, relay, 1, 96);
    video_relay_pause(relay, 1);
    connect_client(&a, 0); /* which comes behind the pause */
    connect_client(&b, 1);
    edge_count(the_edge, &counters);
    send_video(&a, 1234, 1, 0, 'h');
    send_video(&b, 77, 9, 3000, 'h');
    wait_arrived(&a, &b, counters.packets_from_pages + 2);
    video_relay_pause(relay, 0);
    video_relay_pause(relay, 0); /* is so already */
    offer(&again, relay, 0, 96);
    connect_client(&again, 0);
    send_video(&again, 1234, 400, 6000, 'z');
    wait_rtp(&b, 1);
    assert_int_equal(b.rtp[RTP_HEADER_LEN], 'z');
    assert_int_equal(again.n_rtp, 0);
    video_relay_pause(relay, 1);
    video_relay_pause(relay, 0);
    again.rtcp_len = 0;
    run(both, 2, &again.rtcp_len, "the wish for a keyframe");
    send_video(&again, 1234, 900, 9000, 'k');
    wait_rtp(&b, 1);
    assert_int_equal(rtp_packet_parse(&got, b.rtp, (size_t)b.rtp_len), 0);
    assert_int_equal(got.seq, 401);
    close_client(&a);
    close_client(&again);
    close_client(&b);
    video_relay_free(relay);
}

static void what_a_side_says_is_copied_for_a_recording(void **state) {
    (void)state;
    client a, b;
    tap_head head;
    uint8_t packet[PACKET], taken[PACKET];
    tap_ring *ring = tap_ring_new(4096);
    video_relay *relay = video_relay_new(the_edge);
    offer(&a, relay, 0, 96);
    offer(&b, relay, 1, 96);
    bridge_tap(the_edge, video_relay_id(relay), 0, BRIDGE_EAR_RECORD, ring, 7);
    connect_client(&a, 0);
    connect_client(&b, 1);
    rtp_packet header = { .payload_type = 111, .seq = 5, .timestamp = 960, .ssrc = 4321 };
    rtp_packet_write(&header, packet, sizeof packet);
    packet[RTP_HEADER_LEN] = 'o';
    int n = srtp_sender_rtp(a.sender, packet, RTP_HEADER_LEN + 1, sizeof packet);
    assert_int_equal(send(a.fd, packet, (size_t)n, 0), n);
    send_video(&a, 1234, 1, 0, 'x'); /* the picture is not */
    wait_rtp(&b, 2);
    assert_int_equal(tap_ring_take(ring, tap_ring_end(ring), &head, taken, sizeof taken), 1);
    assert_int_equal(head.tap, 7);
    assert_int_equal(head.kind, TAP_PACKET);
    assert_int_equal(head.codec, TCCC_CODEC_OPUS);
    assert_int_equal(head.flags, TAP_SPEECH);
    assert_int_equal(head.len, RTP_HEADER_LEN + 1);
    assert_int_equal(taken[RTP_HEADER_LEN], 'o');
    assert_int_equal(tap_ring_take(ring, tap_ring_end(ring), &head, taken, sizeof taken), 0);
    close_client(&a);
    close_client(&b);
    video_relay_free(relay);
    tap_ring_drop(ring);
}

static void without_a_codec_in_common_both_are_known_to_have_no_picture(void **state) {
    (void)state;
    client a, b, second;
    video_relay *relay = video_relay_new(the_edge);
    offer(&a, relay, 0, 96);
    offer_of(&b, relay, 1, 102, "102" IN_SECTION H264_OF("102"));
    assert_int_equal(video_relay_codec(relay), VIDEO_NONE);
    video_relay_clear(relay, 0);
    assert_int_equal(video_relay_codec(relay), -1);
    offer_of(&second, relay, 0, 102, "102" IN_SECTION H264_OF("102")); /* the next agent has it */
    assert_int_equal(video_relay_codec(relay), VIDEO_H264);
    close_client(&a);
    close_client(&b);
    close_client(&second);
    video_relay_free(relay);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_pass_with_the_receivers_type_and_name),
        cmocka_unit_test(who_joins_later_makes_the_other_send_a_keyframe),
        cmocka_unit_test(a_lost_packet_comes_from_the_relay_or_from_the_sender),
        cmocka_unit_test(another_browser_takes_a_side_and_the_numbers_go_on),
        cmocka_unit_test(bytes_of_strangers_do_nothing),
        cmocka_unit_test(who_has_a_codec_that_the_other_lacks_comes_again_with_one_that_both_have),
        cmocka_unit_test(on_hold_nothing_passes_and_afterwards_the_numbers_go_on),
        cmocka_unit_test(what_a_side_says_is_copied_for_a_recording),
        cmocka_unit_test(without_a_codec_in_common_both_are_known_to_have_no_picture),
        cmocka_unit_test(an_offer_without_a_codec_in_common_is_refused),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
