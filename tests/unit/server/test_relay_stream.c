/* test_relay_stream.c: numbers and times that go on over changes of the sender; header extensions; packets kept for resending. Layer: tests. */
#include "server/edge/relay_stream.h"
#include "server/edge/resend.h"

#include <string.h>

#include "../cmocka_all.h"
#include "media/network_order.h"
#include "media/rtp.h"
#include "tccc/error.h"
#include "tccc/media.h"

static const relay_rewrite plain = { 120, 0, 0 };

static int pass(relay_stream *s, uint32_t ssrc, uint16_t seq, uint32_t time, uint64_t now_ms, rtp_packet *out) {
    static uint8_t bytes[16];
    uint16_t number;
    rtp_packet in = { .payload_type = 96, .seq = seq, .timestamp = time, .ssrc = ssrc };
    assert_int_equal(rtp_packet_write(&in, bytes, sizeof bytes), RTP_HEADER_LEN);
    int result = relay_stream_rtp(s, bytes, RTP_HEADER_LEN + 2, &plain, now_ms, &number);
    assert_int_equal(rtp_packet_parse(out, bytes, RTP_HEADER_LEN + 2), 0);
    assert_int_equal(out->seq, number);
    return result;
}

static void the_first_source_keeps_its_numbers_under_the_receivers_name(void **state) {
    (void)state;
    relay_stream s;
    rtp_packet out;
    relay_stream_open(&s, 77, 90000);
    assert_int_equal(pass(&s, 5, 65535, 1000, 10, &out), 1);
    assert_int_equal(out.ssrc, 77);
    assert_int_equal(out.payload_type, 120);
    assert_int_equal(out.seq, 65535);
    assert_int_equal(out.timestamp, 1000);
    assert_int_equal(pass(&s, 5, 0, 4000, 43, &out), 0);
    assert_int_equal(out.seq, 0);
    assert_int_equal(s.top, 65536); /* with its cycle, as RFC 3550 reports count */
}

static void a_new_source_goes_on_by_number_and_by_the_time_that_passed(void **state) {
    (void)state;
    relay_stream s;
    rtp_packet out;
    uint32_t highest;
    relay_stream_open(&s, 77, 90000);
    pass(&s, 5, 65535, 1000, 10, &out);
    assert_int_equal(pass(&s, 6, 300, 5, 1010, &out), 1); /* 1000 ms later */
    assert_int_equal(out.seq, 0);
    assert_int_equal(out.timestamp, 1000 + 90000);
    pass(&s, 6, 302, 3005, 1043, &out);
    assert_int_equal(out.seq, 2);
    assert_int_equal(out.timestamp, 1000 + 90000 + 3000);
    assert_int_equal(relay_stream_seq_back(&s, 1), 301);
    assert_int_equal(relay_stream_time(&s, 5), 91000);
    assert_int_equal(relay_stream_highest_back(&s, 65538, &highest), 0);
    assert_int_equal(highest, 302);
    assert_int_equal(relay_stream_highest_back(&s, 65535, &highest), TCCC_E_NOT_FOUND); /* about the one before */
}

static void late_packets_keep_their_places(void **state) {
    (void)state;
    relay_stream s;
    rtp_packet out;
    relay_stream_open(&s, 77, 48000);
    pass(&s, 5, 10, 0, 0, &out);
    pass(&s, 5, 12, 1920, 40, &out);
    assert_int_equal(pass(&s, 5, 11, 960, 41, &out), 0);
    assert_int_equal(out.seq, 11);
    assert_int_equal(s.top, 12);
    assert_int_equal(s.top_time, 1920);
}

static void of_the_extensions_only_the_one_that_both_know_passes(void **state) {
    (void)state;
    uint8_t packet[] = { 0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0xbe, 0xde, 0, 3, 0x22, 1, 2, 3, 0x41, 9, 9, 0, 0xd0, 7, 0, 0, 'x' };
    const uint8_t expected[] = { 0x32, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 'x' };
    relay_stream s;
    uint16_t seq;
    relay_stream_open(&s, 77, 90000);
    assert_int_equal(relay_stream_rtp(&s, packet, sizeof packet, &(relay_rewrite){ 100, 2, 3 }, 0, &seq), 1);
    assert_memory_equal(packet + 16, expected, sizeof expected);
    network_put16(packet + 12, 0x1000); /* two-byte elements, which nobody agreed on */
    network_put32(packet + 8, 5);
    packet[16] = 2;
    assert_int_equal(relay_stream_rtp(&s, packet, sizeof packet, &(relay_rewrite){ 100, 2, 3 }, 0, &seq), 0);
    assert_memory_equal(packet + 12, ((uint8_t[]){ 0xbe, 0xde, 0, 3, 0, 0, 0, 0, 0 }), 9);
}

static void an_element_that_runs_over_the_end_is_blanked(void **state) {
    (void)state;
    uint8_t packet[] = { 0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0xbe, 0xde, 0, 1, 0x2f, 1, 2, 3 };
    relay_stream s;
    uint16_t seq;
    relay_stream_open(&s, 77, 90000);
    assert_int_equal(relay_stream_rtp(&s, packet, sizeof packet, &(relay_rewrite){ 100, 2, 3 }, 0, &seq), 1);
    assert_int_equal(network_get32(packet + 16), 0);
    assert_int_equal(relay_stream_rtp(&s, packet, 11, &plain, 0, &seq), TCCC_E_FORMAT);
}

static void the_last_packets_are_kept_and_older_ones_are_not_taken_for_them(void **state) {
    (void)state;
    resend *r = resend_new();
    size_t len;
    uint8_t long_one[TCCC_PACKET_MAX + 1] = { 0 };
    assert_non_null(r);
    resend_put(r, 7, (const uint8_t *)"seven", 5);
    assert_memory_equal(resend_get(r, 7, &len), "seven", 5);
    assert_int_equal(len, 5);
    assert_null(resend_get(r, 8, &len));
    assert_null(resend_get(r, 7 + RESEND_PACKETS, &len));
    resend_put(r, 7 + RESEND_PACKETS, (const uint8_t *)"later", 5);
    assert_null(resend_get(r, 7, &len));
    resend_put(r, 8, long_one, sizeof long_one);
    assert_null(resend_get(r, 8, &len));
    resend_clear(r);
    assert_null(resend_get(r, 7 + RESEND_PACKETS, &len));
    resend_free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_source_keeps_its_numbers_under_the_receivers_name),
        cmocka_unit_test(a_new_source_goes_on_by_number_and_by_the_time_that_passed),
        cmocka_unit_test(late_packets_keep_their_places),
        cmocka_unit_test(of_the_extensions_only_the_one_that_both_know_passes),
        cmocka_unit_test(an_element_that_runs_over_the_end_is_blanked),
        cmocka_unit_test(the_last_packets_are_kept_and_older_ones_are_not_taken_for_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
