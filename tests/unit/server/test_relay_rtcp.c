/* test_relay_rtcp.c: reports, bandwidth and wishes on their way through the video relay. Layer: tests. RFC 3550, RFC 4585, RFC 5104. */
#include "server/edge/relay_rtcp.h"

#include <string.h>

#include "../cmocka_all.h"
#include "media/network_order.h"
#include "media/rtcp.h"
#include "tccc/error.h"

/* The reporting browser sends video 500, known over there as 50; it gets 700 of the other's, known to it as 70, whose numbers
 * were moved by 1000 when the present source came. */
enum { OWN = 500, OWN_THERE = 50, PEER = 700, PEER_HERE = 70, PEER_AUDIO_HERE = 71 };

static relay_stream sends[SDP_KINDS], gets[SDP_KINDS];
static const relay_view view = { { &sends[0], &sends[1] }, { &gets[0], &gets[1] } };
static relay_report report;

static int start(void **state) {
    (void)state;
    relay_stream_open(&sends[SDP_AUDIO], 51, 48000);
    relay_stream_open(&gets[SDP_AUDIO], PEER_AUDIO_HERE, 48000);
    sends[SDP_VIDEO] = (relay_stream){ .ssrc = OWN_THERE, .rate_hz = 90000, .started = 1, .source = OWN, .first = 5, .top = 9, .time_shift = 40 };
    gets[SDP_VIDEO] = (relay_stream){ .ssrc = PEER_HERE, .rate_hz = 90000, .started = 1, .source = PEER, .first = 2000, .top = 70000, .seq_shift = 1000 };
    return 0;
}

static size_t put(uint8_t *at, int first, int type, const uint32_t *words, size_t n) {
    at[0] = (uint8_t)first;
    at[1] = (uint8_t)type;
    network_put16(at + 2, (uint16_t)n);
    for (size_t i = 0; i < n; i++)
        network_put32(at + 4 + 4 * i, words[i]);
    return 4 + 4 * n;
}

static void first_item(rtcp_item *item) {
    rtcp_cursor cursor;
    assert_int_equal(rtcp_compound_parse(&cursor, report.bytes, report.len), 0);
    assert_int_equal(rtcp_compound_next(&cursor, item), 1);
}

static void a_senders_report_passes_with_names_numbers_and_times_rewritten(void **state) {
    (void)state;
    uint8_t bytes[200];
    rtcp_item item = { .type = RTCP_KIND_SR, .ssrc = OWN, .ntp = 1ull << 40, .rtp_timestamp = 9000, .packets = 5, .bytes = 500, .n_blocks = 2 };
    item.blocks[0] = (rtcp_block){ .ssrc = PEER_HERE, .fraction_lost = 25, .lost = 3, .highest_seq = 69000, .jitter = 7, .lsr = 8, .dlsr = 9 };
    item.blocks[1] = (rtcp_block){ .ssrc = 999, .highest_seq = 1 };
    int len = rtcp_item_write(&item, bytes, sizeof bytes);
    assert_int_equal(relay_rtcp_read(&report, &view, bytes, (size_t)len), 0);
    first_item(&item);
    assert_int_equal(item.type, RTCP_KIND_SR);
    assert_int_equal(item.ssrc, OWN_THERE);
    assert_int_equal(item.rtp_timestamp, 9040);
    assert_int_equal(item.ntp, 1ull << 40);
    assert_int_equal(item.n_blocks, 1); /* the other block is about nothing that goes through here */
    assert_int_equal(item.blocks[0].ssrc, PEER);
    assert_int_equal(item.blocks[0].highest_seq, 68000);
    assert_int_equal(item.blocks[0].fraction_lost, 25);
    assert_int_equal(item.blocks[0].lsr, 8); /* so round trips are those of the whole way */
}

static void a_report_of_a_stream_that_has_sent_nothing_is_dropped(void **state) {
    (void)state;
    uint8_t bytes[64];
    rtcp_item item = { .type = RTCP_KIND_SR, .ssrc = 12345 };
    int len = rtcp_item_write(&item, bytes, sizeof bytes);
    assert_int_equal(relay_rtcp_read(&report, &view, bytes, (size_t)len), 0);
    assert_int_equal(report.len, 0);
}

static void lost_packets_are_listed_by_the_numbers_of_who_lacks_them(void **state) {
    (void)state;
    uint8_t bytes[64];
    size_t len = put(bytes, 0x81, 205, (uint32_t[]){ OWN, PEER_HERE, 0xffffu << 16 | 0x8001 }, 3);
    assert_int_equal(relay_rtcp_read(&report, &view, bytes, len), 0);
    assert_int_equal(report.n_missing, 3);
    assert_int_equal(report.missing[0], 0xffff);
    assert_int_equal(report.missing[1], 0);
    assert_int_equal(report.missing[2], 15);
    len = put(bytes, 0x81, 205, (uint32_t[]){ OWN, PEER_AUDIO_HERE, 1 }, 3);
    assert_int_equal(relay_rtcp_read(&report, &view, bytes, len), 0);
    assert_int_equal(report.n_missing, 0);
}

static void a_compound_that_lacks_thousands_of_packets_is_bounded(void **state) {
    (void)state;
    uint32_t words[300] = { OWN, PEER_HERE };
    uint8_t bytes[1400];
    for (int i = 2; i < 300; i++)
        words[i] = 0xffffffff;
    assert_int_equal(relay_rtcp_read(&report, &view, bytes, put(bytes, 0x81, 205, words, 300)), 0);
    assert_int_equal(report.n_missing, RELAY_MISSING_MAX);
}

static void pli_and_fir_ask_for_a_keyframe(void **state) {
    (void)state;
    uint8_t bytes[64];
    assert_int_equal(relay_rtcp_read(&report, &view, bytes, put(bytes, 0x81, 206, (uint32_t[]){ OWN, PEER_HERE }, 2)), 0);
    assert_true(report.wants_keyframe);
    assert_int_equal(relay_rtcp_read(&report, &view, bytes, put(bytes, 0x84, 206, (uint32_t[]){ OWN, 0, PEER_HERE, 1 << 24 }, 4)), 0);
    assert_true(report.wants_keyframe);
    assert_int_equal(report.len, 0);
}

static void a_bandwidth_estimate_passes_with_the_senders_name(void **state) {
    (void)state;
    uint8_t bytes[64];
    uint32_t remb = (uint32_t)'R' << 24 | 'E' << 16 | 'M' << 8 | 'B';
    size_t len = put(bytes, 0x8f, 206, (uint32_t[]){ OWN, 0, remb, 0x010bffff, PEER_HERE }, 5);
    assert_int_equal(relay_rtcp_read(&report, &view, bytes, len), 0);
    assert_int_equal(report.len, 8 + 24); /* behind a report, as RFC 3550 section 6.1 wants */
    assert_int_equal(report.bytes[1], RTCP_KIND_RR);
    assert_int_equal(network_get32(report.bytes + 8 + 4), OWN_THERE);
    assert_int_equal(network_get32(report.bytes + 8 + 16), 0x010bffff);
    assert_int_equal(network_get32(report.bytes + 8 + 20), PEER);
}

static void other_feedback_does_not_pass(void **state) {
    (void)state;
    uint8_t bytes[64];
    assert_int_equal(relay_rtcp_read(&report, &view, bytes, put(bytes, 0x8f, 205, (uint32_t[]){ OWN, PEER_HERE, 1, 2 }, 4)), 0); /* transport-cc */
    assert_int_equal(report.len + (size_t)report.n_missing + (size_t)report.wants_keyframe, 0);
    assert_int_equal(relay_rtcp_read(&report, &view, bytes, 7), TCCC_E_FORMAT);
}

static void what_we_ask_ourselves_is_a_compound_of_a_report_and_feedback(void **state) {
    (void)state;
    uint8_t bytes[RELAY_RTCP_MAX];
    uint16_t seqs[] = { 65535, 3 };
    static const uint8_t pli[] = { 0x80, 201, 0, 1, 0, 0, 0, 9, 0x81, 206, 0, 2, 0, 0, 0, 9, 0, 0, 0, 8 };
    assert_int_equal(relay_rtcp_keyframe(bytes, 9, 8), sizeof pli);
    assert_memory_equal(bytes, pli, sizeof pli);
    static const uint8_t nack[] = { 0x80, 201, 0, 1, 0, 0, 0, 9, 0x81, 205, 0, 4, 0, 0, 0, 9, 0, 0, 0, 8, 0xff, 0xff, 0, 0, 0, 3, 0, 0 };
    assert_int_equal(relay_rtcp_missing(bytes, 9, 8, seqs, 2), sizeof nack);
    assert_memory_equal(bytes, nack, sizeof nack);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_senders_report_passes_with_names_numbers_and_times_rewritten),
        cmocka_unit_test(a_report_of_a_stream_that_has_sent_nothing_is_dropped),
        cmocka_unit_test(lost_packets_are_listed_by_the_numbers_of_who_lacks_them),
        cmocka_unit_test(a_compound_that_lacks_thousands_of_packets_is_bounded),
        cmocka_unit_test(pli_and_fir_ask_for_a_keyframe),
        cmocka_unit_test(a_bandwidth_estimate_passes_with_the_senders_name),
        cmocka_unit_test(other_feedback_does_not_pass),
        cmocka_unit_test(what_we_ask_ourselves_is_a_compound_of_a_report_and_feedback),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
