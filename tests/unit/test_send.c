/* test_send.c: the outgoing stream: numbers, times, markers, digits, hold, mute, DTX, queue. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "media/codec.h"
#include "media/rtp.h"
#include "media/send.h"
#include "media/srtp.h"
#include "tccc/error.h"

static rtcp_session session;
static uint64_t clock_us;
static const float silence[FRAME_LEN];
static float speech[FRAME_LEN], noise[FRAME_LEN];

static tccc_stream_config config_of(enum tccc_codec codec) {
    return (tccc_stream_config){ .codec = codec, .payload_type = codec == TCCC_CODEC_OPUS ? 111 : 8, .dtmf_payload_type = 101,
                                 .dtmf_rate_hz = codec_clock_hz(codec), .ptime_ms = 20, .bitrate_bps = 24000, .complexity = 5,
                                 .ssrc = 0x11223344 };
}

static send_stream *open_stream(const tccc_stream_config *config) {
    int error = 1;
    send_stream *stream = send_open(config, 99, &session, &error);
    assert_non_null(stream);
    assert_int_equal(error, 0);
    clock_us = 0;
    rtcp_session_open(&session, &(rtcp_session_config){ .ssrc = send_ssrc(stream), .rate_hz = codec_clock_hz(config->codec),
                                                        .payload_type = config->payload_type, .cname = "", .seed = 1 }, 0);
    for (int i = 0; i < FRAME_LEN; i++) {
        speech[i] = (float)(0.3 * sin(2 * M_PI * 500 * i / 16000.0));
        noise[i] = (float)(0.001 * sin(2 * M_PI * 1000 * i / 16000.0));
    }
    return stream;
}

/* One packet time of 20 ms; the packet that it gave, or 0. */
static int tick(send_stream *stream, const float *pcm, uint8_t buf[TCCC_PACKET_MAX], rtp_packet *packet) {
    for (int i = 0; i < 2; i++, clock_us += 10000) send_frame(stream, pcm, noise, clock_us);
    int len = send_packet(stream, buf);
    if (len > 0) assert_int_equal(rtp_packet_parse(packet, buf, (size_t)len), 0);
    return len;
}

static void packets_count_up_and_only_the_first_has_the_marker(void **state) {
    (void)state;
    static const enum tccc_codec codecs[] = { TCCC_CODEC_PCMA, TCCC_CODEC_OPUS };
    for (int c = 0; c < 2; c++) {
        tccc_stream_config config = config_of(codecs[c]);
        send_stream *stream = open_stream(&config);
        uint8_t buf[TCCC_PACKET_MAX];
        rtp_packet first, packet;
        assert_true(tick(stream, speech, buf, &first) > 0);
        assert_true(first.marker);
        assert_int_equal(first.ssrc, 0x11223344);
        assert_true(first.seq < 0x8000);
        for (int k = 1; k < 100; k++) {
            assert_true(tick(stream, speech, buf, &packet) > 0);
            assert_false(packet.marker);
            assert_int_equal(packet.seq, first.seq + k);
            assert_int_equal(packet.timestamp, (uint32_t)(first.timestamp + (uint32_t)k * (c ? 960 : 160)));
            assert_int_equal(packet.payload_type, config.payload_type);
            if (c == 0) assert_int_equal(packet.payload_len, 160);
        }
        send_close(stream);
    }
}

static void time_runs_on_through_hold_and_the_marker_tells_its_end(void **state) {
    (void)state;
    tccc_stream_config config = config_of(TCCC_CODEC_PCMA);
    send_stream *stream = open_stream(&config);
    uint8_t buf[TCCC_PACKET_MAX];
    rtp_packet before, after;
    tick(stream, speech, buf, &before);
    send_direct(stream, TCCC_STREAM_RECEIVE);
    for (int k = 0; k < 50; k++) assert_int_equal(tick(stream, speech, buf, &after), 0);
    send_direct(stream, TCCC_STREAM_SEND | TCCC_STREAM_RECEIVE);
    assert_true(tick(stream, speech, buf, &after) > 0);
    assert_true(after.marker);
    assert_int_equal(after.seq, before.seq + 1);
    assert_int_equal(after.timestamp, (uint32_t)(before.timestamp + 51 * 160));
    send_close(stream);
}

static void mute_sends_the_noise_in_place_of_the_speech(void **state) {
    (void)state;
    tccc_stream_config config = config_of(TCCC_CODEC_PCMA);
    send_stream *stream = open_stream(&config);
    uint8_t buf[TCCC_PACKET_MAX];
    rtp_packet packet;
    tick(stream, speech, buf, &packet);
    send_direct(stream, TCCC_STREAM_SEND | TCCC_STREAM_MUTED);
    tick(stream, speech, buf, &packet); /* the filter's memory of the speech fades */
    for (int k = 0; k < 10; k++) {
        assert_true(tick(stream, speech, buf, &packet) > 0);
        assert_false(packet.marker);
        for (size_t i = 0; i < packet.payload_len; i++) assert_true(((packet.payload[i] ^ 0x55) & 0x7F) < 0x08); /* below 128 of 32768 */
    }
    send_close(stream);
}

static void a_digit_replaces_audio_for_160_ms_with_one_timestamp(void **state) {
    (void)state;
    tccc_stream_config config = config_of(TCCC_CODEC_OPUS);
    send_stream *stream = open_stream(&config);
    uint8_t buf[TCCC_PACKET_MAX];
    rtp_packet packet;
    uint32_t start = 0, audio = 0;
    int events = 0, ends = 0, last_seq = -1;
    tick(stream, speech, buf, &packet);
    uint32_t first = packet.timestamp;
    assert_int_equal(send_digits(stream, "7"), 1);
    for (int k = 1; k < 25; k++) {
        assert_true(tick(stream, speech, buf, &packet) > 0);
        if (last_seq >= 0) assert_int_equal(packet.seq, last_seq + 1);
        last_seq = packet.seq;
        if (packet.payload_type == 111) {
            assert_int_equal(packet.timestamp, first + (uint32_t)k * 960);
            audio++;
            continue;
        }
        assert_int_equal(packet.payload_type, 101);
        assert_int_equal(packet.payload_len, 4);
        assert_int_equal(packet.payload[0], 7);
        assert_int_equal(packet.marker, events == 0);
        if (events++ == 0) start = packet.timestamp;
        assert_int_equal(packet.timestamp, start);
        ends += packet.payload[1] >> 7;
        if (packet.payload[1] >> 7) assert_int_equal(packet.payload[2] << 8 | packet.payload[3], 160 * 48);
    }
    assert_int_equal(ends, 3); /* RFC 4733 section 2.5.1.4 */
    assert_true(events >= 8 && events <= 11);
    assert_true(audio >= 10);
    send_close(stream);
}

static void digits_need_the_payload_type_and_are_checked(void **state) {
    (void)state;
    tccc_stream_config config = config_of(TCCC_CODEC_PCMA);
    send_stream *stream = open_stream(&config);
    assert_int_equal(send_digits(stream, "1x"), TCCC_E_ARG_RANGE);
    assert_int_equal(send_digits(stream, "0123456789*#ABCD"), 16);
    send_close(stream);
    config.dtmf_payload_type = 0;
    stream = open_stream(&config);
    assert_int_equal(send_digits(stream, "1"), TCCC_E_STATE);
    send_close(stream);
}

static void dtx_leaves_gaps_and_marks_the_next_talkspurt(void **state) {
    (void)state;
    tccc_stream_config config = config_of(TCCC_CODEC_OPUS);
    config.dtx = 1;
    send_stream *stream = open_stream(&config);
    uint8_t buf[TCCC_PACKET_MAX];
    rtp_packet packet;
    int sent = 0;
    for (int k = 0; k < 100; k++) sent += tick(stream, silence, buf, &packet) > 0;
    assert_true(sent < 60);
    while (tick(stream, silence, buf, &packet) > 0) continue;
    assert_true(tick(stream, speech, buf, &packet) > 0);
    assert_true(packet.marker);
    assert_true(tick(stream, speech, buf, &packet) > 0);
    assert_false(packet.marker);
    send_close(stream);
}

static void a_full_queue_drops_the_oldest_and_counts(void **state) {
    (void)state;
    tccc_stream_config config = config_of(TCCC_CODEC_PCMA);
    send_stream *stream = open_stream(&config);
    uint8_t buf[TCCC_PACKET_MAX];
    rtp_packet first, packet;
    send_stats stats;
    tick(stream, speech, buf, &first);
    for (int k = 0; k < 2 * (SEND_QUEUE + 5); k++) send_frame(stream, speech, noise, clock_us);
    send_stats_get(stream, &stats);
    assert_int_equal(stats.packets_dropped, 5);
    int left = 0;
    for (int len; (len = send_packet(stream, buf)) > 0; left++) {
        rtp_packet_parse(&packet, buf, (size_t)len);
        assert_int_equal(packet.seq, first.seq + 6 + left);
    }
    assert_int_equal(left, SEND_QUEUE);
    send_close(stream);
}

static void srtp_packets_open_with_the_key(void **state) {
    (void)state;
    tccc_stream_config config = config_of(TCCC_CODEC_OPUS);
    config.srtp = TCCC_SRTP_AES128_SHA1_80;
    for (int i = 0; i < TCCC_SRTP_KEY_LEN; i++) config.srtp_send_key[i] = (uint8_t)i;
    send_stream *stream = open_stream(&config);
    int error;
    srtp_receiver *receiver = srtp_receiver_open(SRTP_SCHEME_AES128_SHA1_80, config.srtp_send_key, TCCC_SRTP_KEY_LEN, &error);
    uint8_t buf[TCCC_PACKET_MAX];
    for (int k = 0; k < 50; k++) {
        rtp_packet packet;
        int len = tick(stream, speech, buf, &packet);
        assert_int_equal(srtp_receiver_rtp(receiver, buf, (size_t)len), len - 10);
    }
    uint8_t compound[TCCC_PACKET_MAX];
    int len = rtcp_session_bye(&session, compound, 512, clock_us);
    assert_true(len > 0);
    assert_int_equal(send_rtcp(stream, compound, (size_t)len), 0);
    int protected_len = send_packet(stream, buf);
    assert_int_equal(protected_len, len + 14);
    assert_int_equal(srtp_receiver_rtcp(receiver, buf, (size_t)protected_len), len);
    srtp_receiver_close(receiver);
    send_close(stream);
}

static void a_config_outside_its_range_is_refused(void **state) {
    (void)state;
    tccc_stream_config good = config_of(TCCC_CODEC_OPUS), bad[] = { good, good, good, good, good, good, good, good, good, good };
    bad[0].codec = (enum tccc_codec)3;
    bad[1].payload_type = 128;
    bad[2].dtmf_payload_type = 111;
    bad[3].dtmf_rate_hz = 7999;
    bad[4].ptime_ms = 0;
    bad[5].ptime_ms = 25;
    bad[6].bitrate_bps = 5999;
    bad[7].complexity = -1;
    bad[8].expected_loss_percent = 101;
    bad[9].srtp = (enum tccc_srtp_suite)3;
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int error = 0;
        assert_null(send_open(&bad[i], 1, &session, &error));
        assert_int_equal(error, TCCC_E_ARG_RANGE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_count_up_and_only_the_first_has_the_marker),
        cmocka_unit_test(time_runs_on_through_hold_and_the_marker_tells_its_end),
        cmocka_unit_test(mute_sends_the_noise_in_place_of_the_speech),
        cmocka_unit_test(a_digit_replaces_audio_for_160_ms_with_one_timestamp),
        cmocka_unit_test(digits_need_the_payload_type_and_are_checked),
        cmocka_unit_test(dtx_leaves_gaps_and_marks_the_next_talkspurt),
        cmocka_unit_test(a_full_queue_drops_the_oldest_and_counts),
        cmocka_unit_test(srtp_packets_open_with_the_key),
        cmocka_unit_test(a_config_outside_its_range_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
