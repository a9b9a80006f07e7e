/* test_rtcp.c: RTCP packets by hand after RFC 3550 section 6.4, and the formulas of its appendix A. Layer: tests. */
#include "media/rtcp.h"

#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "tccc/error.h"

/* An SR with one block, then SDES with CNAME "me@x", then BYE. */
static const uint8_t compound[] = {
    0x81, 200, 0x00, 0x0c, 0x11, 0x11, 0x11, 0x11,
    0x00, 0x00, 0x00, 0x05, 0x80, 0x00, 0x00, 0x00, /* 5.5 s */
    0x00, 0x00, 0xac, 0x44, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0xa0, 0x00,
    0x22, 0x22, 0x22, 0x22, 0x40, 0xff, 0xff, 0xfe, 0x00, 0x01, 0x00, 0x10,
    0x00, 0x00, 0x00, 0x50, 0x00, 0x05, 0x80, 0x00, 0x00, 0x01, 0x00, 0x00,
    0x81, 202, 0x00, 0x03, 0x11, 0x11, 0x11, 0x11, 0x01, 0x04, 'm', 'e', '@', 'x', 0x00, 0x00,
    0x81, 203, 0x00, 0x01, 0x11, 0x11, 0x11, 0x11,
};

static void a_compound_is_read_packet_by_packet(void **state) {
    rtcp_cursor cursor;
    rtcp_item item;

    (void)state;
    assert_int_equal(rtcp_compound_parse(&cursor, compound, sizeof compound), 0);
    assert_int_equal(rtcp_compound_next(&cursor, &item), 1);
    assert_int_equal(item.type, RTCP_KIND_SR);
    assert_int_equal(item.ssrc, 0x11111111);
    assert_true(item.ntp == 0x0000000580000000ull);
    assert_int_equal(item.rtp_timestamp, 44100);
    assert_int_equal(item.packets, 256);
    assert_int_equal(item.bytes, 40960);
    assert_int_equal(item.n_blocks, 1);
    assert_int_equal(item.blocks[0].ssrc, 0x22222222);
    assert_int_equal(item.blocks[0].fraction_lost, 64);
    assert_int_equal(item.blocks[0].lost, -2); /* duplicates: 24 bits with sign */
    assert_int_equal(item.blocks[0].highest_seq, 0x10010);
    assert_int_equal(item.blocks[0].jitter, 80);
    assert_int_equal(item.blocks[0].lsr, 0x00058000);
    assert_int_equal(item.blocks[0].dlsr, 65536);
    assert_int_equal(rtcp_compound_next(&cursor, &item), 1);
    assert_int_equal(item.type, RTCP_KIND_SDES);
    assert_string_equal(item.cname, "me@x");
    assert_int_equal(rtcp_compound_next(&cursor, &item), 1);
    assert_int_equal(item.type, RTCP_KIND_BYE);
    assert_int_equal(item.ssrc, 0x11111111);
    assert_int_equal(rtcp_compound_next(&cursor, &item), 0);
}

static void every_packet_read_is_written_back_bit_for_bit(void **state) {
    uint8_t bytes[sizeof compound];
    rtcp_cursor cursor;
    rtcp_item item;
    size_t len = 0;

    (void)state;
    assert_int_equal(rtcp_compound_parse(&cursor, compound, sizeof compound), 0);
    while (rtcp_compound_next(&cursor, &item) == 1) {
        int n = rtcp_item_write(&item, bytes + len, sizeof bytes - len);

        assert_true(n > 0);
        len += (size_t)n;
    }
    assert_int_equal(len, sizeof compound);
    assert_memory_equal(bytes, compound, sizeof compound);
}

static void every_cut_is_refused_or_ends_at_a_packet(void **state) {
    (void)state;
    for (size_t len = 0; len < sizeof compound; len++) {
        uint8_t *exact = malloc(len ? len : 1);
        rtcp_cursor cursor;
        int result;

        memcpy(exact, compound, len);
        result = rtcp_compound_parse(&cursor, exact, len);
        assert_int_equal(result, len == 52 || len == 68 ? 0 : TCCC_E_FORMAT);
        free(exact);
    }
}

static void insides_that_are_too_short_are_refused(void **state) {
    static const uint8_t block_missing[] = {0x81, 201, 0, 1, 0, 0, 0, 1};
    static const uint8_t sender_missing[] = {0x80, 200, 0, 1, 0, 0, 0, 1};
    static const uint8_t text_too_long[] = {0x81, 202, 0, 2, 0, 0, 0, 1, 1, 9, 'a', 'b'};
    static const uint8_t text_without_end[] = {0x81, 202, 0, 2, 0, 0, 0, 1, 1, 2, 'a', 'b'};
    static const struct {
        const uint8_t *bytes;
        size_t len;
    } cases[] = {{block_missing, 8}, {sender_missing, 8}, {text_too_long, 12}, {text_without_end, 12}};
    rtcp_cursor cursor;
    rtcp_item item;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(rtcp_compound_parse(&cursor, cases[i].bytes, cases[i].len), 0);
        assert_int_equal(rtcp_compound_next(&cursor, &item), TCCC_E_FORMAT);
    }
}

static void padding_is_for_the_last_packet_only(void **state) {
    uint8_t bytes[] = {0xa0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4, 0x80, 201, 0, 1, 0, 0, 0, 1};
    rtcp_cursor cursor;
    rtcp_item item;

    (void)state;
    assert_int_equal(rtcp_compound_parse(&cursor, bytes, sizeof bytes), TCCC_E_FORMAT);
    assert_int_equal(rtcp_compound_parse(&cursor, bytes, 12), 0);
    assert_int_equal(rtcp_compound_next(&cursor, &item), 1);
    bytes[11] = 12;
    assert_int_equal(rtcp_compound_parse(&cursor, bytes, 12), 0);
    assert_int_equal(rtcp_compound_next(&cursor, &item), TCCC_E_FORMAT);
}

static void a_write_that_does_not_fit_is_refused(void **state) {
    rtcp_item item = {.type = RTCP_KIND_RR, .n_blocks = 31};
    uint8_t bytes[8 + 31 * 24];

    (void)state;
    assert_int_equal(rtcp_item_write(&item, bytes, sizeof bytes - 1), TCCC_E_TOO_LARGE);
    assert_int_equal(rtcp_item_write(&item, bytes, sizeof bytes), sizeof bytes);
    item.n_blocks = 32;
    assert_int_equal(rtcp_item_write(&item, bytes, sizeof bytes), TCCC_E_ARG_RANGE);
    item = (rtcp_item){.type = RTCP_KIND_APP};
    assert_int_equal(rtcp_item_write(&item, bytes, sizeof bytes), TCCC_E_ARG_RANGE);
}

static rtcp_session session_of(uint32_t ssrc, uint64_t now_us) {
    rtcp_session session;

    rtcp_session_open(&session, &(rtcp_session_config){.ssrc = ssrc, .rate_hz = 8000, .payload_type = 8, .cname = "a", .seed = ssrc}, now_us);
    return session;
}

static void receive(rtcp_session *session, uint16_t seq, uint32_t timestamp, uint64_t now_us) {
    const rtp_packet packet = {.payload_type = 8, .seq = seq, .timestamp = timestamp, .ssrc = 99, .payload_len = 160};

    rtcp_session_received(session, &packet, now_us);
}

static rtcp_item report_of(rtcp_session *session, uint64_t now_us) {
    uint8_t bytes[256];
    rtcp_cursor cursor;
    rtcp_item item;
    int len = rtcp_session_poll(session, bytes, sizeof bytes, now_us);

    assert_true(len > 0);
    assert_int_equal(rtcp_compound_parse(&cursor, bytes, (size_t)len), 0);
    assert_int_equal(rtcp_compound_next(&cursor, &item), 1);
    return item;
}

/* 1000 packets from 65000 on, every tenth missing: 900 received, 1000 expected less the last, which is received. */
static void loss_is_counted_across_the_wrap_of_sequence_numbers(void **state) {
    rtcp_session session = session_of(1, 0);
    rtcp_summary summary;
    rtcp_item report;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        if (i % 10 != 5)
            receive(&session, (uint16_t)(65000 + i), (uint32_t)i * 160, (uint64_t)i * 20000);
    }
    rtcp_session_summary(&session, &summary);
    assert_int_equal(summary.packets_received, 900);
    assert_int_equal(summary.packets_lost, 100);
    assert_int_equal(summary.bytes_received, 900 * 160);
    report = report_of(&session, 20000000);
    assert_int_equal(report.type, RTCP_KIND_RR);
    assert_int_equal(report.blocks[0].lost, 100);
    assert_int_equal(report.blocks[0].fraction_lost, 25); /* 256 / 10, rounded down */
    assert_int_equal(report.blocks[0].highest_seq, 65000 + 999);
}

/* A.3: the fraction is of the interval, the count since the start. */
static void a_second_report_tells_the_loss_since_the_first(void **state) {
    rtcp_session session = session_of(1, 0);
    rtcp_item report;

    (void)state;
    for (int i = 0; i < 100; i += 2)
        receive(&session, (uint16_t)i, (uint32_t)i * 160, 0);
    report = report_of(&session, 10000000);
    assert_int_equal(report.blocks[0].lost, 49);
    assert_int_equal(report.blocks[0].fraction_lost, 49 * 256 / 99);
    for (int i = 99; i < 199; i++)
        receive(&session, (uint16_t)i, (uint32_t)i * 160, 0);
    report = report_of(&session, 30000000);
    assert_int_equal(report.blocks[0].lost, 49);
    assert_int_equal(report.blocks[0].fraction_lost, 0);
}

static void duplicates_make_the_loss_negative_and_its_fraction_zero(void **state) {
    rtcp_session session = session_of(1, 0);
    rtcp_item report;

    (void)state;
    for (int i = 0; i < 10; i++) {
        receive(&session, (uint16_t)i, 0, 0);
        receive(&session, (uint16_t)i, 0, 0);
    }
    report = report_of(&session, 10000000);
    assert_int_equal(report.blocks[0].lost, -10);
    assert_int_equal(report.blocks[0].fraction_lost, 0);
}

/* A.8 with transits that alternate by 10 ms (80 ticks): J tends to 80. After one change J = 80/16 = 5 ticks = 0.625 ms. */
static void jitter_follows_the_formula(void **state) {
    rtcp_session session = session_of(1, 0);
    rtcp_summary summary;

    (void)state;
    receive(&session, 0, 0, 0);
    receive(&session, 1, 160, 30000);
    rtcp_session_summary(&session, &summary);
    assert_float_equal(summary.jitter_ms, 0.625f, 1e-6f);
    for (int i = 2; i < 400; i++)
        receive(&session, (uint16_t)i, (uint32_t)i * 160, (uint64_t)i * 20000 + (i % 2 ? 10000 : 0));
    rtcp_session_summary(&session, &summary);
    assert_float_equal(summary.jitter_ms, 10, 0.2f);
}

static void events_do_not_count_for_jitter(void **state) {
    rtcp_session session = session_of(1, 0);
    rtcp_summary summary;

    (void)state;
    receive(&session, 0, 0, 0);
    for (int i = 1; i < 9; i++) {
        const rtp_packet event = {.payload_type = 101, .seq = (uint16_t)i, .timestamp = 160, .ssrc = 99, .payload_len = 4};

        rtcp_session_received(&session, &event, (uint64_t)i * 20000);
    }
    receive(&session, 9, 1440, 180000);
    rtcp_session_summary(&session, &summary);
    assert_float_equal(summary.jitter_ms, 0, 1e-6f);
    assert_int_equal(summary.packets_lost, 0);
}

static void a_restarted_sender_is_followed_after_two_packets(void **state) {
    rtcp_session session = session_of(1, 0);
    rtcp_summary summary;

    (void)state;
    for (int i = 0; i < 100; i++)
        receive(&session, (uint16_t)i, 0, 0);
    for (int i = 0; i < 100; i++)
        receive(&session, (uint16_t)(40000 + i), 0, 0);
    rtcp_session_summary(&session, &summary);
    assert_int_equal(summary.packets_lost, 0);
    assert_int_equal(summary.packets_received, 199); /* the first of the new run is not counted: it could have been a stray one */
}

/* The peer answers 1 s after our report with DLSR 1 s, and both ways take 25 ms: 50 ms. */
static void the_round_trip_comes_from_lsr_and_dlsr(void **state) {
    rtcp_session ours = session_of(1, 0), peer = session_of(99, 0);
    const rtp_packet packet = {.payload_type = 8, .seq = 1, .ssrc = 1, .payload_len = 160};
    uint8_t bytes[256];
    rtcp_summary summary;
    int len;

    (void)state;
    rtcp_session_sent(&ours, &packet, 5000000);
    rtcp_session_received(&peer, &packet, 5025000);
    len = rtcp_session_poll(&ours, bytes, sizeof bytes, 6000000);
    assert_true(len > 0);
    assert_int_equal(bytes[1], RTCP_KIND_SR);
    assert_int_equal(rtcp_session_input(&peer, bytes, (size_t)len, 6025000), 0);
    rtcp_session_summary(&ours, &summary);
    assert_true(summary.rtt_ms < 0);
    len = rtcp_session_poll(&peer, bytes, sizeof bytes, 7025000);
    assert_int_equal(bytes[1], RTCP_KIND_RR);
    assert_int_equal(rtcp_session_input(&ours, bytes, (size_t)len, 7050000), 0);
    rtcp_session_summary(&ours, &summary);
    assert_float_equal(summary.rtt_ms, 50, 0.1f);
    assert_float_equal(summary.remote_loss_ratio, 0, 1e-6f);
    assert_int_equal(summary.reports_received, 1);
}

static void a_sender_report_maps_its_time_to_the_rtp_clock(void **state) {
    rtcp_session session = session_of(1, 0);
    const rtp_packet packet = {.payload_type = 8, .seq = 1, .timestamp = 1000, .ssrc = 1, .payload_len = 160};
    rtcp_item report;

    (void)state;
    rtcp_session_sent(&session, &packet, 9900000);
    report = report_of(&session, 10000000); /* 100 ms later: 800 ticks */
    assert_int_equal(report.rtp_timestamp, 1800);
    assert_int_equal(report.packets, 1);
    assert_int_equal(report.bytes, 160);
}

/* Section 6.3.8: without packets for two intervals it is a receiver again. */
static void who_stops_sending_reports_as_a_receiver_after_two_intervals(void **state) {
    rtcp_session session = session_of(1, 0);
    const rtp_packet packet = {.payload_type = 8, .seq = 1, .ssrc = 1, .payload_len = 160};

    (void)state;
    rtcp_session_sent(&session, &packet, 0);
    assert_int_equal(report_of(&session, 10000000).type, RTCP_KIND_SR);
    assert_int_equal(report_of(&session, 20000000).type, RTCP_KIND_SR);
    assert_int_equal(report_of(&session, 30000000).type, RTCP_KIND_RR);
}

/* 6.2 and A.7: half the minimum for the first, then the minimum, times 0.5 to 1.5, divided by e - 1.5. */
static void intervals_are_random_between_their_bounds(void **state) {
    float least = 1e9f, most = 0;
    uint8_t bytes[256];

    (void)state;
    for (uint32_t seed = 1; seed <= 200; seed++) {
        rtcp_session session = session_of(seed, 1000);
        float first_s = (float)(session.next_us - 1000) / 1e6f, then_s;
        uint64_t at_us = session.next_us;

        assert_in_range((uintmax_t)(first_s * 1000), 1026, 3078);
        assert_int_equal(rtcp_session_poll(&session, bytes, sizeof bytes, at_us - 1), 0);
        assert_true(rtcp_session_poll(&session, bytes, sizeof bytes, at_us) > 0);
        then_s = (float)(session.next_us - at_us) / 1e6f;
        assert_in_range((uintmax_t)(then_s * 1000), 2052, 6156);
        least = then_s < least ? then_s : least;
        most = then_s > most ? then_s : most;
    }
    assert_true(least < 2.6f && most > 5.6f);
}

static void the_end_is_told_once_with_a_bye(void **state) {
    rtcp_session ours = session_of(1, 0), peer = session_of(99, 0);
    rtcp_summary summary;
    uint8_t bytes[136];
    int len = rtcp_session_bye(&ours, bytes, sizeof bytes, 1000);

    (void)state;
    assert_true(len > 0);
    assert_int_equal(rtcp_session_input(&peer, bytes, (size_t)len, 2000), 0);
    rtcp_session_summary(&peer, &summary);
    assert_true(summary.bye_received);
    assert_int_equal(rtcp_session_bye(&ours, bytes, sizeof bytes - 1, 3000), TCCC_E_TOO_LARGE);
}

static void a_malformed_report_is_counted_and_changes_nothing(void **state) {
    rtcp_session session = session_of(1, 0);
    static const uint8_t bad[] = {0x81, 201, 0, 1, 0, 0, 0, 1};
    rtcp_summary summary;

    (void)state;
    assert_int_equal(rtcp_session_input(&session, bad, sizeof bad, 0), TCCC_E_FORMAT);
    rtcp_session_summary(&session, &summary);
    assert_int_equal(summary.packets_malformed, 1);
    assert_int_equal(summary.reports_received, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_compound_is_read_packet_by_packet),
        cmocka_unit_test(every_packet_read_is_written_back_bit_for_bit),
        cmocka_unit_test(every_cut_is_refused_or_ends_at_a_packet),
        cmocka_unit_test(insides_that_are_too_short_are_refused),
        cmocka_unit_test(padding_is_for_the_last_packet_only),
        cmocka_unit_test(a_write_that_does_not_fit_is_refused),
        cmocka_unit_test(loss_is_counted_across_the_wrap_of_sequence_numbers),
        cmocka_unit_test(a_second_report_tells_the_loss_since_the_first),
        cmocka_unit_test(duplicates_make_the_loss_negative_and_its_fraction_zero),
        cmocka_unit_test(jitter_follows_the_formula),
        cmocka_unit_test(events_do_not_count_for_jitter),
        cmocka_unit_test(a_restarted_sender_is_followed_after_two_packets),
        cmocka_unit_test(the_round_trip_comes_from_lsr_and_dlsr),
        cmocka_unit_test(a_sender_report_maps_its_time_to_the_rtp_clock),
        cmocka_unit_test(who_stops_sending_reports_as_a_receiver_after_two_intervals),
        cmocka_unit_test(intervals_are_random_between_their_bounds),
        cmocka_unit_test(the_end_is_told_once_with_a_bye),
        cmocka_unit_test(a_malformed_report_is_counted_and_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
