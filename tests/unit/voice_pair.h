/* voice_pair.h: two voice engines that talk to each other by packets, and a voice for them. Layer: tests.
 *
 * Included by one file of a test. `spoken` is what the first one's microphone gets, `heard` what the second one plays.
 */
#ifndef TCCC_TESTS_VOICE_PAIR_H
#define TCCC_TESTS_VOICE_PAIR_H

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "cmocka_all.h"
#include "tccc/media.h"

enum { SECONDS_MAX = 6, RATE_MAX = 96000 };
static float spoken[SECONDS_MAX * RATE_MAX], heard[SECONDS_MAX * RATE_MAX];

/* A voice-like signal: 120..180 Hz pitch, formants at 600 and 1800 Hz, four syllables a second. */
static inline void speak(float *pcm, int n, int rate_hz) {
    double phase = 0;
    for (int i = 0; i < n; i++) {
        double t = (double)i / rate_hz, sum = 0;
        double pitch = 150 + 30 * sin(2 * M_PI * 0.37 * t);
        phase += pitch / rate_hz;
        for (int k = 1; k * pitch < 3000; k++) {
            double low = (k * pitch - 600) / 200, high = (k * pitch - 1800) / 200;
            sum += sin(2 * M_PI * k * phase + k * k) * (1 / (1 + low * low) + 0.3 / (1 + high * high));
        }
        double syllable = 0.5 - 0.5 * cos(2 * M_PI * 4 * t);
        pcm[i] = (float)(0.12 * syllable * sum);
    }
}

static inline double correlation(const float *a, const float *b, int n, int stride) {
    double ab = 0, aa = 1e-12, bb = 1e-12;
    for (int i = 0; i < n; i += stride) ab += a[i] * b[i], aa += a[i] * a[i], bb += b[i] * b[i];
    return ab / sqrt(aa * bb);
}

/* Best correlation of spoken[from..] with heard[from + lag..], lag up to lag_max_ms; *lag_ms is where. */
static inline double similarity(int from, int n, int rate_hz, int lag_max_ms, double *lag_ms) {
    double best = -1;
    int stride = rate_hz > 16000 ? rate_hz / 16000 : 1;
    for (int lag = 0; lag < lag_max_ms * rate_hz / 1000; lag += stride) {
        double r = correlation(spoken + from, heard + from + lag, n, stride);
        if (r > best) best = r, *lag_ms = lag * 1000.0 / rate_hz;
    }
    return best;
}

static const uint8_t key_a[TCCC_SRTP_KEY_LEN] = "the first key of thirty bytes", key_b[TCCC_SRTP_KEY_LEN] = "another key of thirty bytes..";

static inline tccc_stream_config stream_of(enum tccc_codec codec, enum tccc_srtp_suite srtp, bool second) {
    tccc_stream_config config = { .codec = codec, .payload_type = codec == TCCC_CODEC_OPUS ? 111 : codec == TCCC_CODEC_PCMA ? 8 : 0,
                                  .dtmf_payload_type = 101, .dtmf_rate_hz = codec == TCCC_CODEC_OPUS ? 48000 : 8000,
                                  .ptime_ms = 20, .bitrate_bps = 24000, .complexity = 5, .expected_loss_percent = 10, .srtp = srtp };
    memcpy(config.srtp_send_key, second ? key_b : key_a, sizeof key_a);
    memcpy(config.srtp_receive_key, second ? key_a : key_b, sizeof key_a);
    return config;
}

static inline tccc_voice *voice_of(int rate_hz, enum tccc_processing processing, uint64_t seed) {
    int error = 1;
    tccc_voice *voice = tccc_voice_new(&(tccc_voice_config){ .device_rate_hz = rate_hz, .aec = processing,
                                                             .ns = processing ? TCCC_NOISE_MEDIUM : TCCC_NOISE_OFF,
                                                             .agc = processing, .tail_ms = 128, .seed = seed },
                                       &error);
    assert_non_null(voice);
    assert_int_equal(error, 0);
    return voice;
}

static inline void carry(tccc_voice *from, tccc_voice *to, uint64_t now_us) {
    uint8_t packet[TCCC_PACKET_MAX];
    int channel;
    for (int len; (len = tccc_voice_packet_out(from, packet, &channel)) > 0;)
        assert_int_equal(tccc_voice_packet_in(to, channel, packet, (size_t)len, now_us), 0);
}

/* One block of time: both capture, exchange packets, render. `b` hears into heard_block. */
static inline void turn(tccc_voice *a, tccc_voice *b, const float *mic_a, float *heard_block, int n, uint64_t now_us) {
    static float silence[TCCC_BLOCK_MAX], unheard[TCCC_BLOCK_MAX];
    assert_int_equal(tccc_voice_capture(a, mic_a, n, now_us), 0);
    assert_int_equal(tccc_voice_capture(b, silence, n, now_us), 0);
    carry(a, b, now_us);
    carry(b, a, now_us);
    assert_int_equal(tccc_voice_render(a, unheard, n, now_us), 0);
    assert_int_equal(tccc_voice_render(b, heard_block, n, now_us), 0);
}

static inline void talk(tccc_voice *a, tccc_voice *b, int n, int block, int rate_hz) {
    for (int i = 0; i < n; i += block) {
        int len = n - i < block ? n - i : block;
        turn(a, b, spoken + i, heard + i, len, (uint64_t)i * 1000000u / (unsigned)rate_hz);
    }
}

#endif
