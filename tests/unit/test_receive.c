/* test_receive.c: one incoming stream as calls meet it: hold, silence, restarts, strange packets. Layer: tests. */
#include "media/receive.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocation_count.h"
#include "cmocka_all.h"
#include "media/codec.h"
#include "media/rtp.h"
#include "speech_signal.h"
#include "tccc/error.h"

enum { SECOND = 16000, PACKET = 320, LENGTH_S = 20, PACKETS = LENGTH_S * 50 };

typedef struct {
    enum tccc_codec codec;
    codec_encoder *encoder;
    receive *stream;
    const float *pcm;           /* LENGTH_S of it, repeated */
    rtp_packet header;
    uint32_t ticks;             /* of one packet */
    uint64_t now_us;            /* of the next pull */
    int n_sent;
    float last[RECEIVE_FRAME];
    double heard;               /* power of the newest pulls */
} call;

static float speech[LENGTH_S * SECOND];

static int speech_setup(void **state) {
    (void)state;
    speech_make(speech, LENGTH_S * SECOND, 17);
    return 0;
}

static void call_open(call *call, enum tccc_codec codec, int dtx) {
    const tccc_stream_config sending = {.codec = codec, .ptime_ms = 20, .bitrate_bps = 24000, .complexity = 3, .dtx = dtx};
    const receive_config receiving = {.codec = codec, .payload_type = codec == TCCC_CODEC_OPUS ? 111 : codec == TCCC_CODEC_PCMA ? 8 : 0,
                                      .seed = 1};
    int error = 1;

    memset(call, 0, sizeof *call);
    call->codec = codec;
    call->pcm = speech;
    call->encoder = codec_encoder_new(&sending, &error);
    assert_non_null(call->encoder);
    call->stream = receive_open(&receiving, &error);
    assert_int_equal(error, 0);
    call->header = (rtp_packet){.payload_type = receiving.payload_type, .seq = 65500, .timestamp = 0xffffff00, .ssrc = 7};
    call->ticks = codec_ticks(codec, PACKET);
    call->now_us = 5000000;
}

static void call_close(call *call) {
    codec_encoder_free(call->encoder);
    receive_close(call->stream);
}

static int give(call *call, const rtp_packet *header, const uint8_t *payload, size_t len) {
    uint8_t bytes[TCCC_PACKET_MAX];

    rtp_packet_write(header, bytes, sizeof bytes);
    memcpy(bytes + 12, payload, len);
    return receive_packet(call->stream, bytes, 12 + len, call->now_us);
}

static size_t encode_next(call *call, uint8_t payload[400]) {
    int len = codec_encoder_encode(call->encoder, call->pcm + call->n_sent++ % PACKETS * PACKET, payload, 400);

    assert_true(len >= 0);
    return (size_t)len;
}

/* Sends the next 20 ms, unless DTX keeps silent. */
static int send_next(call *call) {
    uint8_t payload[400];
    size_t len = encode_next(call, payload);
    int result = len ? give(call, &call->header, payload, len) : 0;

    call->header.seq += len > 0;
    call->header.timestamp += call->ticks;
    return result;
}

static void pull(call *call, int n) {
    call->heard = 0;
    for (int i = 0; i < n; i++) {
        receive_pull(call->stream, call->last, call->now_us);
        call->now_us += 10000;
        for (int k = 0; k < RECEIVE_FRAME; k++) {
            assert_true(call->last[k] >= -1 && call->last[k] <= 1);
            call->heard += (double)call->last[k] * call->last[k] / (n * RECEIVE_FRAME);
        }
    }
}

static void talk(call *call, int packets) {
    for (int i = 0; i < packets; i++) {
        send_next(call);
        pull(call, 2);
    }
}

static receive_stats stats_of(const call *call) {
    receive_stats stats;

    receive_stats_get(call->stream, &stats);
    return stats;
}

static void every_codec_is_heard_after_ten_milliseconds(void **state) {
    (void)state;
    for (int codec = TCCC_CODEC_PCMU; codec <= TCCC_CODEC_OPUS; codec++) {
        call call;
        receive_stats stats;

        call_open(&call, (enum tccc_codec)codec, 0);
        talk(&call, 500);
        stats = stats_of(&call);
        assert_int_equal(stats.packets_received, 500);
        assert_float_equal(stats.concealed_ratio, 0, 1e-6);
        assert_float_equal(stats.buffer_ms, 10, 0.5);
        assert_float_equal(stats.target_ms, 10, 0.5);
        assert_true(call.heard > 0);
        call_close(&call);
    }
}

static void nothing_received_is_silence(void **state) {
    call call;

    (void)state;
    call_open(&call, TCCC_CODEC_OPUS, 0);
    pull(&call, 100);
    assert_true(call.heard == 0);
    assert_int_equal(stats_of(&call).underruns, 0);
    assert_float_equal(stats_of(&call).concealed_ratio, 0, 1e-6);
    assert_float_equal(stats_of(&call).buffer_ms, 0, 1e-6);
    call_close(&call);
}

static void bad_settings_are_refused(void **state) {
    static const receive_config bad[] = {
        {.codec = (enum tccc_codec)9}, {.codec = TCCC_CODEC_PCMA, .payload_type = 128},
        {.codec = TCCC_CODEC_PCMA, .delay_min_ms = 5, .delay_max_ms = 100}, {.codec = TCCC_CODEC_PCMA, .delay_min_ms = 20, .delay_max_ms = 1001},
        {.codec = TCCC_CODEC_PCMA, .delay_min_ms = 200, .delay_max_ms = 100},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int error = 0;

        assert_null(receive_open(&bad[i], &error));
        assert_int_equal(error, TCCC_E_ARG_RANGE);
    }
    receive_close(NULL);
}

static void packets_of_another_payload_type_are_refused_and_counted(void **state) {
    call call;
    uint8_t payload[160] = {0};
    rtp_packet other;

    (void)state;
    call_open(&call, TCCC_CODEC_OPUS, 0);
    talk(&call, 100);
    for (int i = 0; i < 50; i++) { /* the peer changes to PCMU without having asked */
        other = call.header;
        other.payload_type = 0;
        assert_int_equal(give(&call, &other, payload, sizeof payload), TCCC_E_NOT_FOUND);
        call.header.seq++;
        call.header.timestamp += call.ticks;
        pull(&call, 2);
    }
    assert_int_equal(stats_of(&call).packets_refused, 50);
    assert_int_equal(stats_of(&call).packets_lost, 0);
    talk(&call, 100);
    assert_int_equal(stats_of(&call).packets_received, 200);
    assert_true(call.heard > 0);
    call_close(&call);
}

static void malformed_packets_are_refused_and_counted(void **state) {
    static const uint8_t not_rtp[20] = {0x00}, opus_without_end[] = {0x03}; /* code 3 needs a count, RFC 6716 section 3.2.5 */
    call call;

    (void)state;
    call_open(&call, TCCC_CODEC_OPUS, 0);
    assert_int_equal(receive_packet(call.stream, not_rtp, sizeof not_rtp, 0), TCCC_E_FORMAT);
    assert_int_equal(give(&call, &call.header, opus_without_end, sizeof opus_without_end), TCCC_E_FORMAT);
    assert_int_equal(give(&call, &call.header, opus_without_end, 0), TCCC_E_FORMAT);
    assert_int_equal(stats_of(&call).packets_refused, 3);
    call_close(&call);
}

/* Both WebSockets carry every packet: the second copy comes at once or a little later. */
static void doubled_packets_are_played_once(void **state) {
    call call;
    uint8_t payload[400], before[400];
    size_t len, before_len = 0;

    (void)state;
    call_open(&call, TCCC_CODEC_PCMA, 0);
    for (int i = 0; i < 300; i++) {
        rtp_packet earlier = call.header;

        earlier.seq--;
        earlier.timestamp -= call.ticks;
        len = encode_next(&call, payload);
        assert_int_equal(give(&call, &call.header, payload, len), 0);
        if (i % 2)
            assert_int_equal(give(&call, &call.header, payload, len), TCCC_E_REPLAY);
        else if (before_len)
            assert_int_equal(give(&call, &earlier, before, before_len), TCCC_E_REPLAY);
        memcpy(before, payload, before_len = len);
        call.header.seq++;
        call.header.timestamp += call.ticks;
        pull(&call, 2);
    }
    assert_int_equal(stats_of(&call).packets_late, 0);
    assert_int_equal(stats_of(&call).packets_duplicate, 299);
    assert_float_equal(stats_of(&call).concealed_ratio, 0, 1e-6);
    call_close(&call);
}

/* Transfer: another source with other numbers. A packet is lost to the check, and a fifth of a second later all is well. */
static void another_source_is_heard_within_two_hundred_milliseconds(void **state) {
    call call;
    receive_stats before, after;

    (void)state;
    call_open(&call, TCCC_CODEC_OPUS, 0);
    talk(&call, 200);
    before = stats_of(&call);
    call.header = (rtp_packet){.payload_type = 111, .seq = 9, .timestamp = 12345, .ssrc = 8};
    talk(&call, 10);
    after = stats_of(&call);
    assert_int_equal(after.restarts, 1);
    talk(&call, 290);
    assert_int_equal(stats_of(&call).restarts, 1);
    assert_true(stats_of(&call).packets_received >= 498);
    assert_float_equal(stats_of(&call).buffer_ms, before.buffer_ms, 10);
    assert_int_equal(stats_of(&call).packets_lost, before.packets_lost);
    call_close(&call);
}

/* Hold: nothing for five seconds, then the stream goes on; timestamps went on meanwhile, or stood still. */
static void a_stream_that_pauses_resumes_without_a_burst(void **state) {
    (void)state;
    for (int stood_still = 0; stood_still <= 1; stood_still++) {
        for (int codec = TCCC_CODEC_PCMA; codec <= TCCC_CODEC_OPUS; codec++) {
            call call;
            receive_stats before, after;

            call_open(&call, (enum tccc_codec)codec, 0);
            talk(&call, 200);
            before = stats_of(&call);
            pull(&call, 450);
            pull(&call, 50);
            assert_true(call.heard < 1e-6); /* no hum: background noise at most */
            if (!stood_still)
                call.header.timestamp += 250 * call.ticks;
            talk(&call, 100);
            after = stats_of(&call);
            assert_float_equal(after.buffer_ms, 20, 15);
            assert_in_range(after.underruns - before.underruns, 0, 1);
            assert_int_equal(after.packets_lost, before.packets_lost);
            assert_true(after.packets_received - before.packets_received >= 99);
            assert_float_equal(after.concealed_ratio, 0, 1e-6);
            assert_true(call.heard > 0);
            call_close(&call);
        }
    }
}

/* The page was suspended: packets came, nobody pulled. The clock may have stood still as well, as an audio clock does. */
static void speech_that_nobody_pulled_is_left_out(void **state) {
    (void)state;
    for (int clock_stood = 0; clock_stood <= 1; clock_stood++) {
        call call;

        call_open(&call, TCCC_CODEC_OPUS, 0);
        talk(&call, 200);
        for (int i = 0; i < 250; i++) {
            send_next(&call);
            call.now_us += clock_stood ? 0 : 20000;
        }
        talk(&call, 25);
        assert_float_equal(stats_of(&call).buffer_ms, 40, 30);
        talk(&call, 200);
        assert_float_equal(stats_of(&call).buffer_ms, 20, 15);
        assert_true(stats_of(&call).packets_dropped >= 200);
        call_close(&call);
    }
}

static void silence_by_dtx_is_comfort_and_no_fault(void **state) {
    static float pauses[LENGTH_S * SECOND];
    call call;
    receive_stats stats;

    (void)state;
    memcpy(pauses, speech, sizeof pauses);
    for (int i = 0; i < LENGTH_S * SECOND; i++) { /* three seconds of every five are silence */
        if (i / SECOND % 5 >= 2)
            pauses[i] = 0.0001f * (i % 17 * 7 % 17 - 8);
    }
    call_open(&call, TCCC_CODEC_OPUS, 1);
    call.pcm = pauses;
    talk(&call, PACKETS + 60); /* ends with speech */
    stats = stats_of(&call);
    assert_true(stats.packets_received < PACKETS * 3 / 4);
    assert_int_equal(stats.packets_lost, 0);
    if (stats.concealed_ratio >= 0.01f || stats.buffer_ms > 50)
        fail_msg("%.2f %% made up, %u underruns, %.0f ms", 100 * stats.concealed_ratio, (unsigned)stats.underruns, stats.buffer_ms);
    call_close(&call);
}

/* RFC 3389: -50 dBov until speech returns. */
static void comfort_noise_packets_set_the_level(void **state) {
    static const uint8_t level[] = {50};
    call call;
    rtp_packet quiet;

    (void)state;
    call_open(&call, TCCC_CODEC_PCMU, 0);
    talk(&call, 100);
    quiet = call.header;
    quiet.payload_type = RECEIVE_COMFORT_NOISE_PT;
    assert_int_equal(give(&call, &quiet, level, 1), 0);
    call.header.seq++;
    pull(&call, 100);
    pull(&call, 100);
    assert_float_equal(10 * log10(call.heard), -50, 2);
    call.header.timestamp += 100 * call.ticks;
    talk(&call, 100);
    assert_int_equal(stats_of(&call).packets_lost, 0);
    assert_true(stats_of(&call).concealed_ratio < 0.01f);
    assert_float_equal(stats_of(&call).buffer_ms, 20, 10);
    call_close(&call);
}

/* The peer presses a key: ten event packets take the place of speech, with one timestamp. */
static void telephone_events_are_not_taken_for_loss(void **state) {
    static const uint8_t event[] = {5, 0x0a, 0, 160};
    call call;

    (void)state;
    call_open(&call, TCCC_CODEC_PCMA, 0);
    talk(&call, 100);
    for (int i = 0; i < 10; i++) {
        rtp_packet header = call.header;

        header.payload_type = 101;
        header.timestamp -= (uint32_t)i * call.ticks;
        assert_int_equal(give(&call, &header, event, sizeof event), TCCC_E_NOT_FOUND);
        call.header.seq++;
        call.header.timestamp += call.ticks;
        pull(&call, 2);
    }
    talk(&call, 200);
    assert_int_equal(stats_of(&call).packets_lost, 0);
    assert_true(stats_of(&call).concealed_ratio < 0.01f);
    assert_float_equal(stats_of(&call).loss_ratio, 0, 1e-6);
    assert_float_equal(stats_of(&call).buffer_ms, 20, 10);
    call_close(&call);
}

static void packets_of_every_length_are_played(void **state) {
    (void)state;
    for (int ptime_ms = 10; ptime_ms <= 60; ptime_ms += 10) {
        call call;
        uint8_t payload[480];
        receive_stats stats;

        call_open(&call, TCCC_CODEC_PCMA, 0);
        memset(payload, 0xd5, sizeof payload);
        for (int i = 0; i < 300; i++) {
            assert_int_equal(give(&call, &call.header, payload, (size_t)ptime_ms * 8), 0);
            call.header.seq++;
            call.header.timestamp += (uint32_t)ptime_ms * 8;
            pull(&call, ptime_ms / 10);
        }
        stats = stats_of(&call);
        assert_float_equal(stats.concealed_ratio, 0, 1e-6);
        assert_true(stats.buffer_ms <= ptime_ms + 15);
        call_close(&call);
    }
}

/* The first packets come out of order: none is thrown away. */
static void a_start_out_of_order_loses_nothing(void **state) {
    static const int order[] = {2, 0, 1, 3};
    call call;
    rtp_packet first;
    uint8_t payload[4][400];

    (void)state;
    call_open(&call, TCCC_CODEC_PCMA, 0);
    first = call.header;
    for (int i = 0; i < 4; i++)
        encode_next(&call, payload[i]);
    for (int i = 0; i < 4; i++) {
        rtp_packet header = first;

        header.seq = (uint16_t)(first.seq + order[i]);
        header.timestamp = first.timestamp + (uint32_t)order[i] * 160;
        assert_int_equal(give(&call, &header, payload[order[i]], 160), 0);
    }
    call.header.seq = (uint16_t)(first.seq + 4);
    call.header.timestamp = first.timestamp + 640;
    pull(&call, 8);
    talk(&call, 100);
    assert_int_equal(stats_of(&call).packets_received, 104);
    assert_int_equal(stats_of(&call).packets_lost + stats_of(&call).packets_late, 0);
    call_close(&call);
}

static void nothing_is_allocated_after_open(void **state) {
    (void)state;
    for (int codec = TCCC_CODEC_PCMA; codec <= TCCC_CODEC_OPUS; codec++) {
        call call;

        call_open(&call, (enum tccc_codec)codec, 0);
        talk(&call, 5);
        allocation_count_start();
        for (int i = 0; i < 500; i++) {
            if (i % 7 == 3) {
                call.header.seq++; /* lost */
                call.header.timestamp += call.ticks;
            }
            send_next(&call);
            if (i % 50 != 49)
                pull(&call, 2 + (i % 50 == 0 ? 2 : 0)); /* late, then two at once */
        }
        assert_int_equal(allocation_count, 0);
        call_close(&call);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_codec_is_heard_after_ten_milliseconds),
        cmocka_unit_test(nothing_received_is_silence),
        cmocka_unit_test(bad_settings_are_refused),
        cmocka_unit_test(packets_of_another_payload_type_are_refused_and_counted),
        cmocka_unit_test(malformed_packets_are_refused_and_counted),
        cmocka_unit_test(doubled_packets_are_played_once),
        cmocka_unit_test(another_source_is_heard_within_two_hundred_milliseconds),
        cmocka_unit_test(a_stream_that_pauses_resumes_without_a_burst),
        cmocka_unit_test(speech_that_nobody_pulled_is_left_out),
        cmocka_unit_test(silence_by_dtx_is_comfort_and_no_fault),
        cmocka_unit_test(comfort_noise_packets_set_the_level),
        cmocka_unit_test(telephone_events_are_not_taken_for_loss),
        cmocka_unit_test(packets_of_every_length_are_played),
        cmocka_unit_test(a_start_out_of_order_loses_nothing),
        cmocka_unit_test(nothing_is_allocated_after_open),
    };

    return cmocka_run_group_tests(tests, speech_setup, NULL);
}
