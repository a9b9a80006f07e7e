/* test_voice.c: two voice engines talk to each other. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "allocation_count.h"
#include "cmocka_all.h"
#include "speech_signal.h"
#include "tccc/error.h"
#include "tccc/media.h"
#include "voice_pair.h"

static void exchange(enum tccc_codec codec, enum tccc_srtp_suite srtp, int rate_hz) {
    tccc_voice *a = voice_of(rate_hz, TCCC_PROCESSING_OFF, 1), *b = voice_of(rate_hz, TCCC_PROCESSING_OFF, 2);
    tccc_stream_config to_b = stream_of(codec, srtp, false), to_a = stream_of(codec, srtp, true);
    assert_int_equal(tccc_voice_open(a, 0, &to_b), 0);
    assert_int_equal(tccc_voice_open(b, 0, &to_a), 0);
    int n = 4 * rate_hz;
    double lag_ms = 0;
    speak(spoken, n, rate_hz);
    talk(a, b, n, rate_hz * 128 / 48000 + 1, rate_hz);
    double r = similarity(2 * rate_hz, rate_hz, rate_hz, 250, &lag_ms);
    if (r < 0.9) fail_msg("codec %d srtp %d at %d Hz: correlation %.3f at %.1f ms", codec, srtp, rate_hz, r, lag_ms);
    tccc_voice_free(a);
    tccc_voice_free(b);
}

static void opus_is_heard_as_spoken(void **state) {
    (void)state;
    exchange(TCCC_CODEC_OPUS, TCCC_SRTP_NONE, 48000);
    exchange(TCCC_CODEC_OPUS, TCCC_SRTP_AES128_SHA1_80, 16000);
    exchange(TCCC_CODEC_OPUS, TCCC_SRTP_AES128_SHA1_32, 16000);
}

static void g711_is_heard_as_spoken(void **state) {
    (void)state;
    exchange(TCCC_CODEC_PCMA, TCCC_SRTP_NONE, 16000);
    exchange(TCCC_CODEC_PCMU, TCCC_SRTP_NONE, 16000);
    exchange(TCCC_CODEC_PCMA, TCCC_SRTP_AES128_SHA1_80, 16000);
    exchange(TCCC_CODEC_PCMU, TCCC_SRTP_AES128_SHA1_32, 16000);
}

static void every_usual_device_rate_works(void **state) {
    static const int rates_hz[] = { 8000, 16000, 44100, 48000, 96000 };
    (void)state;
    for (unsigned i = 0; i < sizeof rates_hz / sizeof rates_hz[0]; i++) exchange(TCCC_CODEC_OPUS, TCCC_SRTP_NONE, rates_hz[i]);
}

/* 1 to 20, then every few sizes, the largest at last. */
static int next_block(int block) {
    if (block < 20) return block + 1;
    int next = block * 5 / 4;
    return block < TCCC_BLOCK_MAX && next > TCCC_BLOCK_MAX ? TCCC_BLOCK_MAX : next;
}

static void every_block_size_gives_the_same_packets(void **state) {
    static uint8_t expected[60][TCCC_PACKET_MAX];
    static const int rates_hz[] = { 8000, 48000 };
    int expected_len[60];
    (void)state;
    for (int r = 0; r < 2; r++) {
        int rate_hz = rates_hz[r], n = rate_hz * 6 / 10;
        speak(spoken, n, rate_hz);
        for (int block = 0; block <= TCCC_BLOCK_MAX; block = next_block(block)) {
            tccc_voice *voice = voice_of(rate_hz, TCCC_PROCESSING_OFF, 7);
            tccc_stream_config config = stream_of(TCCC_CODEC_PCMA, TCCC_SRTP_NONE, false);
            assert_int_equal(tccc_voice_open(voice, 0, &config), 0);
            int count = 0, size = block ? block : rate_hz / 100;
            for (int i = 0; i + size <= n; i += size) {
                uint8_t packet[TCCC_PACKET_MAX];
                int channel;
                float rendered[TCCC_BLOCK_MAX];
                assert_int_equal(tccc_voice_capture(voice, spoken + i, size, 1000), 0);
                assert_int_equal(tccc_voice_render(voice, rendered, size, 1000), 0);
                for (int len; (len = tccc_voice_packet_out(voice, packet, &channel)) > 0; count++) {
                    if (block == 0) memcpy(expected[count], packet, (size_t)len), expected_len[count] = len;
                    assert_int_equal(len, expected_len[count]);
                    assert_memory_equal(packet, expected[count], (size_t)len);
                }
            }
            assert_in_range(count, 30 - (size * 1000 / rate_hz) / 20 - 2, 30);
            tccc_voice_free(voice);
        }
    }
}

static void nothing_is_allocated_after_open(void **state) {
    (void)state;
    tccc_voice *a = voice_of(48000, TCCC_PROCESSING_CORE, 1), *b = voice_of(48000, TCCC_PROCESSING_CORE, 2);
    for (int codec = TCCC_CODEC_PCMU; codec <= TCCC_CODEC_OPUS; codec++) {
        tccc_stream_config to_b = stream_of((enum tccc_codec)codec, TCCC_SRTP_AES128_SHA1_80, false);
        tccc_stream_config to_a = stream_of((enum tccc_codec)codec, TCCC_SRTP_AES128_SHA1_80, true);
        assert_int_equal(tccc_voice_open(a, 0, &to_b), 0);
        assert_int_equal(tccc_voice_open(b, 0, &to_a), 0);
        speak(spoken, 48000, 48000);
        talk(a, b, 4800, 480, 48000); /* libsrtp learns each peer's SSRC at its first packet */
        allocation_count_start();
        for (int pass = 0; pass < 3; pass++) {
            for (int i = 0; i < 48000; i += 128)
                turn(a, b, spoken + i, heard, 128, 100000 + (uint64_t)(pass * 48000 + i) * 1000000u / 48000u);
            tccc_voice_digits(a, 0, "12");
            tccc_voice_direct(a, 0, TCCC_STREAM_SEND | TCCC_STREAM_RECEIVE | (pass % 2 ? TCCC_STREAM_MUTED : 0));
            tccc_voice_configure(a, pass % 2, TCCC_NOISE_MEDIUM, pass % 2);
        }
        assert_int_equal(allocation_count, 0);
    }
    tccc_voice_free(a);
    tccc_voice_free(b);
}

/* The filter alone is told (erle_db): a buzz whose harmonics glide over all bins is the hardest there is to learn from.
 * A block plays once it is rendered; the microphone hears it 30 ms later at a third: power of what the peer then gets. */
static double echo_power(enum tccc_processing aec, int block, float *erle_db) {
    enum { RATE_HZ = 48000, DELAY = RATE_HZ * 30 / 1000, N = 5 * RATE_HZ, CHUNK = 480 };
    static float loud[N + 2 * TCCC_BLOCK_MAX + DELAY], quiet[TCCC_BLOCK_MAX], mic[TCCC_BLOCK_MAX];
    int error;
    tccc_voice *a = tccc_voice_new(&(tccc_voice_config){ .device_rate_hz = RATE_HZ, .aec = aec, .tail_ms = 128, .seed = 1 }, &error);
    tccc_voice *b = voice_of(RATE_HZ, TCCC_PROCESSING_OFF, 2);
    tccc_stream_config to_b = stream_of(TCCC_CODEC_PCMA, TCCC_SRTP_NONE, false), to_a = stream_of(TCCC_CODEC_PCMA, TCCC_SRTP_NONE, true);
    assert_int_equal(tccc_voice_open(a, 0, &to_b), 0);
    assert_int_equal(tccc_voice_open(b, 0, &to_a), 0);
    memset(loud, 0, sizeof loud);
    speak(spoken, N, RATE_HZ);
    double power = 0;
    for (int i = 0; i + block <= N; i += block) {
        uint64_t now_us = (uint64_t)i * 1000000u / RATE_HZ;
        for (int k = 0; k < block; k++) mic[k] = 0.33f * loud[i + k];
        tccc_voice_capture(a, mic, block, now_us);
        tccc_voice_render(a, loud + i + block + DELAY, block, now_us);
        for (int k = 0; k < block; k += CHUNK) {
            int n = block - k < CHUNK ? block - k : CHUNK;
            uint64_t then_us = now_us + (uint64_t)k * 1000000u / RATE_HZ;
            tccc_voice_capture(b, spoken + i + k, n, then_us);
            carry(b, a, then_us);
            carry(a, b, then_us);
            tccc_voice_render(b, quiet, n, then_us);
            for (int j = 0; j < n && i > 3 * RATE_HZ; j++) power += quiet[j] * quiet[j];
        }
    }
    tccc_voice_stats stats;
    assert_int_equal(tccc_voice_stats_get(a, 0, &stats), 0);
    *erle_db = stats.erle_db;
    tccc_voice_free(a);
    tccc_voice_free(b);
    return power;
}

static void the_peer_does_not_hear_itself(void **state) {
    static const int blocks[] = { 128, 480, 1024, 4096 };
    (void)state;
    for (int i = 0; i < 4; i++) {
        float off_db, on_db;
        double off = echo_power(TCCC_PROCESSING_OFF, blocks[i], &off_db), on = echo_power(TCCC_PROCESSING_CORE, blocks[i], &on_db);
        assert_true(off_db == 0);
        if (10 * log10(off / on) < 20 || on_db < 8)
            fail_msg("block %d: the echo falls by %.1f dB, %.1f dB told", blocks[i], 10 * log10(off / on), on_db);
    }
}

static void not_a_number_from_the_device_does_no_harm(void **state) {
    (void)state;
    static const float poison[] = { NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 1e-42f };
    tccc_voice *a = voice_of(48000, TCCC_PROCESSING_CORE, 1), *b = voice_of(48000, TCCC_PROCESSING_CORE, 2);
    tccc_stream_config to_b = stream_of(TCCC_CODEC_OPUS, TCCC_SRTP_NONE, false), to_a = stream_of(TCCC_CODEC_OPUS, TCCC_SRTP_NONE, true);
    assert_int_equal(tccc_voice_open(a, 0, &to_b), 0);
    assert_int_equal(tccc_voice_open(b, 0, &to_a), 0);
    speak(spoken, 4 * 48000, 48000);
    for (int i = 0; i < 48000; i += 7) spoken[i] = poison[i / 7 % 6];
    talk(a, b, 4 * 48000, 128, 48000);
    double power = 0;
    for (int i = 0; i < 4 * 48000; i++) {
        assert_true(heard[i] >= -1 && heard[i] <= 1);
        if (i >= 3 * 48000) power += heard[i] * heard[i];
    }
    assert_true(power / 48000 > 1e-5); /* what comes after the poison is still heard */
    tccc_voice_free(a);
    tccc_voice_free(b);
}

static void a_muted_stream_keeps_sending_quiet_packets(void **state) {
    (void)state;
    tccc_voice *a = voice_of(16000, TCCC_PROCESSING_OFF, 1), *b = voice_of(16000, TCCC_PROCESSING_OFF, 2);
    tccc_stream_config to_b = stream_of(TCCC_CODEC_PCMU, TCCC_SRTP_NONE, false), to_a = stream_of(TCCC_CODEC_PCMU, TCCC_SRTP_NONE, true);
    tccc_voice_stats before, after;
    tccc_voice_open(a, 0, &to_b);
    tccc_voice_open(b, 0, &to_a);
    speak(spoken, 4 * 16000, 16000);
    talk(a, b, 16000, 160, 16000);
    assert_int_equal(tccc_voice_direct(a, 0, TCCC_STREAM_SEND | TCCC_STREAM_RECEIVE | TCCC_STREAM_MUTED), 0);
    tccc_voice_stats_get(a, 0, &before);
    for (int i = 16000; i < 64000; i += 160) turn(a, b, spoken + i, heard + i, 160, (uint64_t)i * 1000000u / 16000u);
    tccc_voice_stats_get(a, 0, &after);
    assert_in_range(after.packets_sent - before.packets_sent, 149, 151);
    double power = 0;
    for (int i = 32000; i < 64000; i++) power += heard[i] * heard[i] / 32000;
    assert_true(power < 1e-5); /* -50 dBFS */
    assert_true(power > 1e-10);
    tccc_voice_free(a);
    tccc_voice_free(b);
}

static void stats_tell_round_trip_and_levels(void **state) {
    (void)state;
    tccc_voice *a = voice_of(16000, TCCC_PROCESSING_OFF, 1), *b = voice_of(16000, TCCC_PROCESSING_OFF, 2);
    tccc_stream_config to_b = stream_of(TCCC_CODEC_OPUS, TCCC_SRTP_AES128_SHA1_80, false), to_a = stream_of(TCCC_CODEC_OPUS, TCCC_SRTP_AES128_SHA1_80, true);
    tccc_voice_stats stats;
    tccc_voice_open(a, 0, &to_b);
    tccc_voice_open(b, 0, &to_a);
    assert_int_equal(tccc_voice_stats_get(a, 1, &stats), TCCC_E_NOT_FOUND);
    assert_int_equal(tccc_voice_stats_get(a, 0, &stats), 0);
    assert_true(stats.rtt_ms < 0);
    assert_true(stats.input_dbfs == -127);
    speak(spoken, 16000, 16000);
    for (int i = 0; i < 16000 * 25; i += 160) turn(a, b, spoken + i % 16000, heard, 160, (uint64_t)i * 1000000u / 16000u);
    tccc_voice_stats_get(a, 0, &stats);
    assert_true(stats.rtt_ms >= 0 && stats.rtt_ms < 20);
    assert_true(stats.remote_loss_ratio == 0);
    assert_true(stats.input_dbfs > -40 && stats.input_dbfs < -5);
    assert_in_range(stats.packets_sent, 1248, 1251);
    tccc_voice_stats_get(b, 0, &stats);
    assert_int_equal(stats.packets_lost, 0);
    assert_in_range(stats.packets_received, 1248, 1251);
    assert_true(stats.output_dbfs > -40 && stats.output_dbfs < -5);
    assert_true(stats.mos > 3.5f && stats.mos <= 4.5f);
    tccc_voice_free(a);
    tccc_voice_free(b);
}

/* RMS of heard[from, to) in dB of full scale of a square wave. */
static double heard_db(int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) sum += heard[i] * heard[i];
    return 10 * log10(sum / (to - from) + 1e-20);
}

static void volumes_change_what_is_sent_and_heard_and_the_levels(void **state) {
    (void)state;
    tccc_voice *a = voice_of(16000, TCCC_PROCESSING_OFF, 1), *b = voice_of(16000, TCCC_PROCESSING_OFF, 2);
    tccc_stream_config to_b = stream_of(TCCC_CODEC_PCMU, TCCC_SRTP_NONE, false), to_a = stream_of(TCCC_CODEC_PCMU, TCCC_SRTP_NONE, true);
    tccc_voice_levels levels;
    double full = 0, half = 0;
    tccc_voice_open(a, 0, &to_b);
    tccc_voice_open(b, 0, &to_a);
    for (int i = 0; i < 6 * 16000; i++) spoken[i] = (float)(0.2 * sin(2 * M_PI * 300 * i / 16000.0));
    for (int i = 0; i < 6 * 16000; i += 160) {
        if (i == 32000) assert_int_equal(tccc_voice_gain(a, 0.5f, 1), 0);
        if (i == 64000) assert_int_equal(tccc_voice_gain(b, 1, 0), 0);
        turn(a, b, spoken + i, heard + i, 160, (uint64_t)i * 1000000u / 16000u);
        if (i != 28800 && i != 60800 && i != 92800) continue;
        tccc_voice_levels_get(a, &levels); /* -14 dBFS square, a sine 3 dB less */
        assert_float_equal(levels.input_dbfs, i == 28800 ? -17 : -23, 0.2);
        tccc_voice_levels_get(b, &levels);
        if (i == 28800) full = levels.output_dbfs;
        if (i == 60800) half = levels.output_dbfs;
    }
    assert_float_equal(full - half, 6, 0.3);
    assert_float_equal(heard_db(24000, 31000) - heard_db(56000, 63000), 6, 0.3);
    assert_true(levels.output_dbfs == -127 && heard_db(72000, 95000) < -90);
    for (int i = 16001; i < 6 * 16000; i++) assert_true(fabsf(heard[i] - heard[i - 1]) < 0.06f); /* no click: 0.024 a sample and G.711's steps */
    assert_int_equal(tccc_voice_gain(a, -0.1f, 1), TCCC_E_ARG_RANGE);
    assert_int_equal(tccc_voice_gain(a, 1, 2.1f), TCCC_E_ARG_RANGE);
    assert_int_equal(tccc_voice_gain(a, NAN, 1), TCCC_E_ARG_RANGE);
    assert_true(tccc_level_share(-127) == 0 && tccc_level_share(0) == 1 && fabsf(tccc_level_share(-30) - 0.5f) < 1e-6f);
    tccc_voice_free(a);
    tccc_voice_free(b);
}

/* Two seconds of quiet, two of words, two of quiet again; and the same with the microphone turned down to nothing. */
static void who_speaks_is_told_also_while_he_is_not_heard(void **state) {
    (void)state;
    for (int muted = 0; muted < 2; muted++) {
        tccc_voice *a = voice_of(16000, TCCC_PROCESSING_OFF, 1);
        tccc_voice_levels levels;
        speech_make(spoken, 6 * 16000, 9);
        for (int i = 0; i < 6 * 16000; i++)
            if (i < 32000 || i >= 64000) spoken[i] = 1e-3f * (float)(i * 7919 % 211) / 211;
        if (muted) assert_int_equal(tccc_voice_gain(a, 0, 1), 0);
        for (int i = 0; i < 6 * 16000; i += 160) {
            assert_int_equal(tccc_voice_capture(a, spoken + i, 160, (uint64_t)i * 1000000u / 16000u), 0);
            tccc_voice_levels_get(a, &levels);
            if (i > 16000 && i < 32000) assert_int_equal(levels.input_speaks, 0);
            if (i == 48000) assert_int_equal(levels.input_speaks, 1);
            if (i > 72000) assert_int_equal(levels.input_speaks, 0);
        }
        tccc_voice_free(a);
    }
}

static void a_stream_that_falls_silent_is_of_level_0_until_it_comes_back(void **state) {
    (void)state;
    tccc_voice *a = voice_of(16000, TCCC_PROCESSING_OFF, 1), *b = voice_of(16000, TCCC_PROCESSING_OFF, 2);
    tccc_stream_config to_b = stream_of(TCCC_CODEC_OPUS, TCCC_SRTP_NONE, false), to_a = stream_of(TCCC_CODEC_OPUS, TCCC_SRTP_NONE, true);
    tccc_voice_stats stats;
    tccc_voice_open(a, 0, &to_b);
    tccc_voice_open(b, 0, &to_a);
    speak(spoken, 16000, 16000);
    for (int i = 0; i < 16000 * 9; i += 160) {
        uint64_t now_us = (uint64_t)i * 1000000u / 16000u;
        if (i == 16000 * 2) tccc_voice_direct(a, 0, TCCC_STREAM_RECEIVE);
        if (i == 16000 * 8) tccc_voice_direct(a, 0, TCCC_STREAM_SEND | TCCC_STREAM_RECEIVE);
        turn(a, b, spoken + i % 16000, heard, 160, now_us);
        tccc_voice_stats_get(b, 0, &stats);
        if (i == 16000 || i == 16000 * 6) assert_int_equal(stats.level, 5);
        if (i == 16000 * 7 + 1600) assert_int_equal(stats.level, 0);
    }
    assert_true(stats.level >= 4);
    tccc_voice_free(a);
    tccc_voice_free(b);
}

static void wrong_arguments_are_refused(void **state) {
    (void)state;
    static const tccc_voice_config wrong[] = {
        { .device_rate_hz = 7999, .tail_ms = 128 },
        { .device_rate_hz = 192001, .tail_ms = 128 },
        { .device_rate_hz = 48000, .tail_ms = 31 },
        { .device_rate_hz = 48000, .tail_ms = 501 },
        { .device_rate_hz = 48000, .tail_ms = 128, .aec = (enum tccc_processing)2 },
    };
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int error = 0;
        assert_null(tccc_voice_new(&wrong[i], &error));
        assert_int_equal(error, TCCC_E_ARG_RANGE);
    }
    tccc_voice *voice = voice_of(48000, TCCC_PROCESSING_OFF, 1);
    tccc_stream_config config = stream_of(TCCC_CODEC_OPUS, TCCC_SRTP_NONE, false);
    float block[1] = { 0 };
    uint8_t packet[12] = { 0x80, 111 };
    assert_int_equal(tccc_voice_open(voice, -1, &config), TCCC_E_ARG_RANGE);
    assert_int_equal(tccc_voice_open(voice, TCCC_VOICE_STREAMS, &config), TCCC_E_ARG_RANGE);
    assert_int_equal(tccc_voice_direct(voice, 0, TCCC_STREAM_SEND), TCCC_E_NOT_FOUND);
    assert_int_equal(tccc_voice_digits(voice, 0, "1"), TCCC_E_NOT_FOUND);
    assert_int_equal(tccc_voice_capture(voice, block, 0, 0), TCCC_E_ARG_RANGE);
    assert_int_equal(tccc_voice_capture(voice, block, TCCC_BLOCK_MAX + 1, 0), TCCC_E_ARG_RANGE);
    assert_int_equal(tccc_voice_render(voice, block, 0, 0), TCCC_E_ARG_RANGE);
    assert_int_equal(tccc_voice_packet_in(voice, 0, packet, sizeof packet, 0), TCCC_E_NOT_FOUND);
    assert_int_equal(tccc_voice_tone(voice, (enum tccc_tone)9), TCCC_E_ARG_RANGE);
    config.complexity = 11;
    assert_int_equal(tccc_voice_open(voice, 0, &config), TCCC_E_ARG_RANGE);
    config.complexity = 5;
    config.dtmf_payload_type = 0;
    assert_int_equal(tccc_voice_open(voice, 0, &config), 0);
    assert_int_equal(tccc_voice_digits(voice, 0, "1"), TCCC_E_STATE);
    assert_int_equal(tccc_voice_direct(voice, 0, 8), TCCC_E_ARG_RANGE);
    assert_int_equal(tccc_voice_packet_in(voice, 0, packet, 3, 0), TCCC_E_FORMAT);
    assert_int_equal(tccc_voice_packet_in(voice, 0, packet, TCCC_PACKET_MAX + 1, 0), TCCC_E_TOO_LARGE);
    tccc_voice_free(voice);
}

static void a_local_tone_is_rendered_and_stops(void **state) {
    (void)state;
    tccc_voice *voice = voice_of(16000, TCCC_PROCESSING_OFF, 1);
    double loud = 0, quiet = 0;
    assert_int_equal(tccc_voice_tone(voice, TCCC_TONE_RINGBACK), 0);
    tccc_voice_render(voice, heard, 4000, 0);
    for (int i = 1000; i < 4000; i++) loud += heard[i] * heard[i] / 3000;
    assert_int_equal(tccc_voice_tone(voice, TCCC_TONE_NONE), 0);
    tccc_voice_render(voice, heard, 4000, 250000);
    for (int i = 1000; i < 4000; i++) quiet += heard[i] * heard[i] / 3000;
    assert_true(loud > 0.004 && loud < 0.006); /* 0.1^2 / 2 */
    assert_true(quiet < 1e-12);
    tccc_voice_free(voice);
}

static void switching_the_processing_in_a_call_does_not_click(void **state) {
    (void)state;
    tccc_voice *a = voice_of(16000, TCCC_PROCESSING_OFF, 1), *b = voice_of(16000, TCCC_PROCESSING_OFF, 2);
    tccc_stream_config to_b = stream_of(TCCC_CODEC_PCMU, TCCC_SRTP_NONE, false), to_a = stream_of(TCCC_CODEC_PCMU, TCCC_SRTP_NONE, true);
    tccc_voice_open(a, 0, &to_b);
    tccc_voice_open(b, 0, &to_a);
    for (int i = 0; i < 6 * 16000; i++) spoken[i] = (float)(0.3 * sin(2 * M_PI * 300 * i / 16000.0));
    for (int i = 0; i < 6 * 16000; i += 160) {
        if (i % 8000 == 0 && i >= 16000)
            assert_int_equal(tccc_voice_configure(a, i / 8000 & 1, i / 8000 >> 1 & 3, i / 8000 >> 2 & 1), 0);
        turn(a, b, spoken + i, heard + i, 160, (uint64_t)i * 1000000u / 16000u);
    }
    /* A 300 Hz sine of 0.9 at most moves by 0.106 a sample; G.711 adds steps of 1/32 at its peaks. */
    for (int i = 16001; i < 6 * 16000; i++) assert_true(fabsf(heard[i] - heard[i - 1]) < 0.15f);
    tccc_voice_free(a);
    tccc_voice_free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opus_is_heard_as_spoken),
        cmocka_unit_test(g711_is_heard_as_spoken),
        cmocka_unit_test(every_usual_device_rate_works),
        cmocka_unit_test(every_block_size_gives_the_same_packets),
        cmocka_unit_test(nothing_is_allocated_after_open),
        cmocka_unit_test(the_peer_does_not_hear_itself),
        cmocka_unit_test(not_a_number_from_the_device_does_no_harm),
        cmocka_unit_test(a_muted_stream_keeps_sending_quiet_packets),
        cmocka_unit_test(stats_tell_round_trip_and_levels),
        cmocka_unit_test(volumes_change_what_is_sent_and_heard_and_the_levels),
        cmocka_unit_test(who_speaks_is_told_also_while_he_is_not_heard),
        cmocka_unit_test(a_stream_that_falls_silent_is_of_level_0_until_it_comes_back),
        cmocka_unit_test(wrong_arguments_are_refused),
        cmocka_unit_test(a_local_tone_is_rendered_and_stops),
        cmocka_unit_test(switching_the_processing_in_a_call_does_not_click),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
