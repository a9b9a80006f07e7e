/* test_codec.c: Opus and G.711 behind one interface. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "media/codec.h"
#include "tccc/error.h"

enum { N = 5 * CODEC_RATE_HZ };
static float spoken[N], heard[N];

static tccc_stream_config config_of(enum tccc_codec codec, int ptime_ms) {
    return (tccc_stream_config){ .codec = codec, .ptime_ms = ptime_ms, .bitrate_bps = 24000, .complexity = 5, .expected_loss_percent = 20 };
}

static void make_speech(void) {
    double phase = 0;
    for (int i = 0; i < N; i++) {
        double t = (double)i / CODEC_RATE_HZ, sum = 0, pitch = 150 + 30 * sin(2 * M_PI * 0.37 * t);
        phase += pitch / CODEC_RATE_HZ;
        for (int k = 1; k * pitch < 3000; k++) {
            double low = (k * pitch - 600) / 200, high = (k * pitch - 1800) / 200;
            sum += sin(2 * M_PI * k * phase + k * k) * (1 / (1 + low * low) + 0.3 / (1 + high * high));
        }
        spoken[i] = (float)(0.12 * (0.5 - 0.5 * cos(2 * M_PI * 4 * t)) * sum);
    }
}

static double correlation_at(int lag) {
    double xy = 0, xx = 1e-12, yy = 1e-12;
    for (int i = CODEC_RATE_HZ; i < N - 2000; i++)
        xy += spoken[i] * heard[i + lag], xx += spoken[i] * spoken[i], yy += heard[i + lag] * heard[i + lag];
    return xy / sqrt(xx * yy);
}

static void every_codec_and_packet_time_carries_speech(void **state) {
    (void)state;
    make_speech();
    for (int codec = TCCC_CODEC_PCMU; codec <= TCCC_CODEC_OPUS; codec++)
        for (int ptime_ms = 10; ptime_ms <= 60; ptime_ms += 10) {
            uint8_t payload[CODEC_PAYLOAD_MAX];
            int error = 1;
            tccc_stream_config config = config_of((enum tccc_codec)codec, ptime_ms);
            config.expected_loss_percent = 0;
            codec_encoder *encoder = codec_encoder_new(&config, &error);
            codec_decoder *decoder = codec_decoder_new((enum tccc_codec)codec, &error);
            assert_non_null(encoder);
            assert_non_null(decoder);
            int n = codec_encoder_frame(encoder);
            assert_true(n <= ptime_ms * 16 && n % 160 == 0);
            for (int i = 0; i + n <= N; i += n) {
                int len = codec_encoder_encode(encoder, spoken + i, payload, sizeof payload);
                assert_true(len > 0);
                assert_int_equal(codec_decoder_samples(decoder, payload, (size_t)len), n);
                assert_int_equal(codec_decoder_decode(decoder, payload, (size_t)len, heard + i, n), n);
            }
            double best = 0, wanted = codec == TCCC_CODEC_OPUS ? 0.9 : 0.99;
            int at = 0;
            for (int lag = 0; lag < 160; lag++) {
                double r = correlation_at(lag);
                if (r > best) best = r, at = lag;
            }
            if (best < wanted || abs(at - codec_encoder_delay(encoder)) > 2)
                fail_msg("codec %d at %d ms: correlation %.3f at %d, told %d", codec, ptime_ms, best, at, codec_encoder_delay(encoder));
            codec_encoder_free(encoder);
            codec_decoder_free(decoder);
        }
}

/* RFC 7587 section 4.1 and RFC 3551 section 4.5.14. */
static void clocks_are_those_of_the_rfcs(void **state) {
    (void)state;
    assert_int_equal(codec_clock_hz(TCCC_CODEC_OPUS), 48000);
    assert_int_equal(codec_clock_hz(TCCC_CODEC_PCMA), 8000);
    assert_int_equal(codec_clock_hz(TCCC_CODEC_PCMU), 8000);
    assert_int_equal(codec_ticks(TCCC_CODEC_OPUS, 320), 960);
    assert_int_equal(codec_ticks(TCCC_CODEC_PCMA, 320), 160);
}

/* A packet that is lost is rebuilt from the next one far better than it is concealed. */
static void in_band_fec_rebuilds_a_lost_packet(void **state) {
    enum { FRAME = 320 };
    static uint8_t payloads[N / FRAME][CODEC_PAYLOAD_MAX];
    static float whole[N];
    int lens[N / FRAME], error, with_fec = 0;
    double fec_error = 0, plc_error = 0, total = 0;
    (void)state;
    make_speech();
    tccc_stream_config config = config_of(TCCC_CODEC_OPUS, 20);
    codec_encoder *encoder = codec_encoder_new(&config, &error);
    codec_decoder *all = codec_decoder_new(TCCC_CODEC_OPUS, &error), *fec = codec_decoder_new(TCCC_CODEC_OPUS, &error),
                  *plc = codec_decoder_new(TCCC_CODEC_OPUS, &error);
    for (int k = 0; k < N / FRAME; k++) {
        lens[k] = codec_encoder_encode(encoder, spoken + k * FRAME, payloads[k], CODEC_PAYLOAD_MAX);
        codec_decoder_decode(all, payloads[k], (size_t)lens[k], whole + k * FRAME, FRAME);
    }
    for (int k = 0; k + 1 < N / FRAME; k++) {
        float a[FRAME], b[FRAME];
        if (k % 5 != 4 || !codec_decoder_has_fec(fec, payloads[k + 1], (size_t)lens[k + 1])) {
            codec_decoder_decode(fec, payloads[k], (size_t)lens[k], a, FRAME);
            codec_decoder_decode(plc, payloads[k], (size_t)lens[k], b, FRAME);
            continue;
        }
        with_fec++;
        assert_int_equal(codec_decoder_fec(fec, payloads[k + 1], (size_t)lens[k + 1], a, FRAME), FRAME);
        assert_int_equal(codec_decoder_conceal(plc, b, FRAME), FRAME);
        for (int i = 0; i < FRAME; i++) {
            float x = whole[k * FRAME + i];
            fec_error += (a[i] - x) * (a[i] - x), plc_error += (b[i] - x) * (b[i] - x), total += x * x;
        }
    }
    assert_true(with_fec > 20);
    if (fec_error > 0.35 * total || fec_error > 0.5 * plc_error)
        fail_msg("error %.2f of the signal with FEC, %.2f concealed", fec_error / total, plc_error / total);
    codec_encoder_free(encoder);
    codec_decoder_free(all);
    codec_decoder_free(fec);
    codec_decoder_free(plc);
}

static void dtx_stops_sending_in_silence(void **state) {
    int error, sent = 0;
    uint8_t payload[CODEC_PAYLOAD_MAX];
    float silence[320] = { 0 };
    (void)state;
    tccc_stream_config config = config_of(TCCC_CODEC_OPUS, 20);
    config.dtx = 1;
    codec_encoder *encoder = codec_encoder_new(&config, &error);
    for (int k = 0; k < 200; k++) sent += codec_encoder_encode(encoder, silence, payload, sizeof payload) > 0;
    assert_true(sent < 60);
    codec_encoder_free(encoder);
}

static void g711_has_no_fec_or_concealment_of_its_own(void **state) {
    int error;
    float pcm[CODEC_FRAME_MAX];
    uint8_t payload[160] = { 0 };
    (void)state;
    codec_decoder *decoder = codec_decoder_new(TCCC_CODEC_PCMA, &error);
    assert_int_equal(codec_decoder_has_fec(decoder, payload, 160), 0);
    assert_int_equal(codec_decoder_fec(decoder, payload, 160, pcm, 320), TCCC_E_STATE);
    assert_int_equal(codec_decoder_conceal(decoder, pcm, 320), TCCC_E_STATE);
    assert_int_equal(codec_decoder_samples(decoder, payload, 0), TCCC_E_FORMAT);
    assert_int_equal(codec_decoder_samples(decoder, payload, 961), TCCC_E_FORMAT);
    codec_decoder_free(decoder);
}

static void wrong_input_is_refused_and_leaves_the_decoder_usable(void **state) {
    static const uint8_t packets[][4] = { { 0xFF, 0, 0, 0 }, { 0x03, 0x3F, 0, 0 }, { 0x02, 0xFF, 0xFF, 0 }, { 0x03, 0x00, 0, 0 } };
    static const size_t lens[] = { 2, 2, 3, 2 };
    int error;
    float pcm[CODEC_FRAME_MAX];
    uint8_t payload[CODEC_PAYLOAD_MAX];
    (void)state;
    tccc_stream_config config = config_of(TCCC_CODEC_OPUS, 20);
    codec_encoder *encoder = codec_encoder_new(&config, &error);
    codec_decoder *decoder = codec_decoder_new(TCCC_CODEC_OPUS, &error);
    assert_int_equal(codec_decoder_decode(decoder, payload, 0, pcm, 320), TCCC_E_FORMAT);
    for (unsigned i = 0; i < sizeof lens / sizeof lens[0]; i++)
        assert_int_equal(codec_decoder_decode(decoder, packets[i], lens[i], pcm, CODEC_FRAME_MAX), TCCC_E_FORMAT);
    int len = codec_encoder_encode(encoder, spoken, payload, sizeof payload);
    assert_int_equal(codec_decoder_decode(decoder, payload, (size_t)len, pcm, 319), TCCC_E_TOO_LARGE);
    assert_int_equal(codec_decoder_decode(decoder, payload, (size_t)len, pcm, 320), 320);
    assert_int_equal(codec_decoder_conceal(decoder, pcm, 39), TCCC_E_ARG_RANGE);
    assert_int_equal(codec_decoder_conceal(decoder, pcm, CODEC_FRAME_MAX + 40), TCCC_E_ARG_RANGE);
    assert_int_equal(codec_encoder_encode(encoder, spoken, payload, 0), TCCC_E_TOO_LARGE);
    assert_int_equal(codec_encoder_set_loss(encoder, 101), TCCC_E_ARG_RANGE);
    config.codec = (enum tccc_codec)7;
    assert_null(codec_encoder_new(&config, &error));
    assert_int_equal(error, TCCC_E_ARG_RANGE);
    assert_null(codec_decoder_new((enum tccc_codec)7, &error));
    assert_int_equal(error, TCCC_E_ARG_RANGE);
    codec_encoder_free(encoder);
    codec_decoder_free(decoder);
}

static void not_a_number_is_encoded_as_silence(void **state) {
    int error;
    uint8_t payload[CODEC_PAYLOAD_MAX];
    float pcm[320];
    (void)state;
    for (int i = 0; i < 320; i++) pcm[i] = i % 2 ? NAN : INFINITY;
    tccc_stream_config config = config_of(TCCC_CODEC_PCMU, 20);
    codec_encoder *encoder = codec_encoder_new(&config, &error);
    assert_int_equal(codec_encoder_encode(encoder, pcm, payload, sizeof payload), 160);
    for (int i = 0; i < 160; i++) assert_int_equal(payload[i], 0xFF);
    codec_encoder_free(encoder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_codec_and_packet_time_carries_speech),
        cmocka_unit_test(clocks_are_those_of_the_rfcs),
        cmocka_unit_test(in_band_fec_rebuilds_a_lost_packet),
        cmocka_unit_test(dtx_stops_sending_in_silence),
        cmocka_unit_test(g711_has_no_fec_or_concealment_of_its_own),
        cmocka_unit_test(wrong_input_is_refused_and_leaves_the_decoder_usable),
        cmocka_unit_test(not_a_number_is_encoded_as_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
