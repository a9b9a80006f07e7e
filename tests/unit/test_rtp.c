/* test_rtp.c: RTP packets by hand after RFC 3550 section 5.1, RFC 8285 and RFC 5761. Layer: tests. */
#include "media/rtp.h"

#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "tccc/error.h"

/* Version 2, padding, extension, two CSRCs, marker, type 111, seq 0x1234, timestamp 0x01020304, SSRC 0xCAFEBABE; one-byte
 * extension of one word; payload "speech"; two bytes of padding. */
static const uint8_t full[] = {
    0xb2, 0xef, 0x12, 0x34, 0x01, 0x02, 0x03, 0x04, 0xca, 0xfe, 0xba, 0xbe,
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02,
    0xbe, 0xde, 0x00, 0x01, 0x10, 0x42, 0x00, 0x00,
    's', 'p', 'e', 'e', 'c', 'h', 0x00, 0x02,
};

static void a_packet_with_everything_is_read(void **state) {
    rtp_packet packet;

    (void)state;
    assert_int_equal(rtp_packet_parse(&packet, full, sizeof full), 0);
    assert_true(packet.marker);
    assert_int_equal(packet.payload_type, 111);
    assert_int_equal(packet.seq, 0x1234);
    assert_int_equal(packet.timestamp, 0x01020304);
    assert_int_equal(packet.ssrc, 0xcafebabe);
    assert_int_equal(packet.csrc_count, 2);
    assert_int_equal(packet.extension_profile, 0xbede);
    assert_ptr_equal(packet.extension, full + 24);
    assert_int_equal(packet.extension_len, 4);
    assert_int_equal(packet.payload_len, 6);
    assert_memory_equal(packet.payload, "speech", 6);
    assert_int_equal(packet.padding_len, 2);
}

static void every_shorter_cut_is_refused_or_stays_inside(void **state) {
    (void)state;
    for (size_t len = 0; len < sizeof full; len++) {
        uint8_t *exact = malloc(len ? len : 1); /* the sanitizer sees a read past it */
        rtp_packet packet;

        memcpy(exact, full, len);
        if (rtp_packet_parse(&packet, exact, len) == 0) {
            assert_true(packet.payload >= exact);
            assert_true(packet.payload + packet.payload_len + packet.padding_len == exact + len);
        }
        free(exact);
    }
}

static void another_version_is_refused(void **state) {
    uint8_t bytes[12] = {0x40, 0x00};
    rtp_packet packet;

    (void)state;
    assert_int_equal(rtp_packet_parse(&packet, bytes, sizeof bytes), TCCC_E_FORMAT);
    bytes[0] = 0xc0;
    assert_int_equal(rtp_packet_parse(&packet, bytes, sizeof bytes), TCCC_E_FORMAT);
    bytes[0] = 0x80;
    assert_int_equal(rtp_packet_parse(&packet, bytes, sizeof bytes), 0);
    assert_int_equal(packet.payload_len, 0);
}

static void padding_of_nothing_or_of_more_than_there_is_is_refused(void **state) {
    uint8_t bytes[16] = {0xa0, 0x00};
    rtp_packet packet;

    (void)state;
    bytes[15] = 0;
    assert_int_equal(rtp_packet_parse(&packet, bytes, sizeof bytes), TCCC_E_FORMAT);
    bytes[15] = 5;
    assert_int_equal(rtp_packet_parse(&packet, bytes, sizeof bytes), TCCC_E_FORMAT);
    bytes[15] = 4;
    assert_int_equal(rtp_packet_parse(&packet, bytes, sizeof bytes), 0);
    assert_int_equal(packet.payload_len, 0);
}

static void an_extension_longer_than_the_packet_is_refused(void **state) {
    uint8_t bytes[20] = {0x90, 0x00};
    rtp_packet packet;

    (void)state;
    bytes[15] = 2;
    assert_int_equal(rtp_packet_parse(&packet, bytes, sizeof bytes), TCCC_E_FORMAT);
    bytes[15] = 1;
    assert_int_equal(rtp_packet_parse(&packet, bytes, sizeof bytes), 0);
    assert_int_equal(packet.extension_len, 4);
    assert_int_equal(packet.payload_len, 0);
}

static void what_is_written_is_read_back(void **state) {
    const rtp_packet header = {.marker = true, .payload_type = 8, .seq = 65535, .timestamp = 0xfffffff0, .ssrc = 7};
    static const uint8_t expected[] = {0x80, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf0, 0, 0, 0, 7};
    uint8_t bytes[12];
    rtp_packet packet;

    (void)state;
    assert_int_equal(rtp_packet_write(&header, bytes, sizeof bytes), 12);
    assert_memory_equal(bytes, expected, sizeof expected);
    assert_int_equal(rtp_packet_parse(&packet, bytes, sizeof bytes), 0);
    assert_int_equal(packet.seq, 65535);
}

static void writing_refuses_a_small_buffer_and_a_large_payload_type(void **state) {
    rtp_packet header = {.payload_type = 128};
    uint8_t bytes[12];

    (void)state;
    assert_int_equal(rtp_packet_write(&header, bytes, 12), TCCC_E_ARG_RANGE);
    header.payload_type = 127;
    assert_int_equal(rtp_packet_write(&header, bytes, 11), TCCC_E_TOO_LARGE);
}

static void a_relay_changes_fields_in_place(void **state) {
    uint8_t bytes[sizeof full];

    (void)state;
    memcpy(bytes, full, sizeof full);
    rtp_packet_set_payload_type(bytes, 0);
    rtp_packet_set_seq(bytes, 0xabcd);
    rtp_packet_set_timestamp(bytes, 0x11223344);
    rtp_packet_set_ssrc(bytes, 0x55667788);
    assert_int_equal(rtp_packet_payload_type(bytes), 0);
    assert_int_equal(bytes[1], 0x80); /* the marker stays */
    rtp_packet_set_marker(bytes, false);
    assert_int_equal(bytes[1], 0);
    assert_int_equal(rtp_packet_seq(bytes), 0xabcd);
    assert_int_equal(rtp_packet_timestamp(bytes), 0x11223344);
    assert_int_equal(rtp_packet_ssrc(bytes), 0x55667788);
    assert_memory_equal(bytes + 12, full + 12, sizeof full - 12);
}

/* RFC 5761 section 4: RTCP packet types are 192 to 223. */
static void rtp_and_rtcp_on_one_port_are_told_apart(void **state) {
    uint8_t bytes[12] = {0x80};

    (void)state;
    for (int second = 0; second < 256; second++) {
        enum rtp_kind expected = second >= 192 && second <= 223 ? RTP_KIND_RTCP : RTP_KIND_RTP;

        bytes[1] = (uint8_t)second;
        assert_int_equal(rtp_packet_kind(bytes, sizeof bytes), expected);
    }
    bytes[1] = 0;
    assert_int_equal(rtp_packet_kind(bytes, 11), RTP_KIND_OTHER);
    bytes[1] = 201;
    assert_int_equal(rtp_packet_kind(bytes, 8), RTP_KIND_RTCP);
    assert_int_equal(rtp_packet_kind(bytes, 7), RTP_KIND_OTHER);
    bytes[0] = 0x00; /* STUN, RFC 7983 */
    assert_int_equal(rtp_packet_kind(bytes, sizeof bytes), RTP_KIND_OTHER);
    bytes[0] = 20; /* DTLS */
    assert_int_equal(rtp_packet_kind(bytes, sizeof bytes), RTP_KIND_OTHER);
    assert_int_equal(rtp_packet_kind(bytes, 0), RTP_KIND_OTHER);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_with_everything_is_read),
        cmocka_unit_test(every_shorter_cut_is_refused_or_stays_inside),
        cmocka_unit_test(another_version_is_refused),
        cmocka_unit_test(padding_of_nothing_or_of_more_than_there_is_is_refused),
        cmocka_unit_test(an_extension_longer_than_the_packet_is_refused),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(writing_refuses_a_small_buffer_and_a_large_payload_type),
        cmocka_unit_test(a_relay_changes_fields_in_place),
        cmocka_unit_test(rtp_and_rtcp_on_one_port_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
