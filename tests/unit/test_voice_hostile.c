/* test_voice_hostile.c: the voice engine on what no studio sends: silence, clipping, noise, devices that change, clocks that differ. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "dsp/learned_model.h"
#include "tccc/media.h"
#include "voice_pair.h"

enum { RATE_HZ = 16000, BLOCK = RATE_HZ / 100 };

static uint32_t random_state = 1;

static float white(void) { /* -1..1 */
    random_state = random_state * 1664525u + 1013904223u;
    return (float)(random_state >> 8) / 8388608.0f - 1;
}

/* An engine with everything on, and a telephone with nothing, in a call. */
static void call_of(tccc_voice **agent, tccc_voice **telephone, int rate_hz, enum tccc_noise noise, enum tccc_codec codec) {
    *agent = voice_of(rate_hz, TCCC_PROCESSING_CORE, 1), *telephone = voice_of(rate_hz, TCCC_PROCESSING_OFF, 2);
    tccc_stream_config there = stream_of(codec, TCCC_SRTP_NONE, false), back = stream_of(codec, TCCC_SRTP_NONE, true);
    assert_int_equal(tccc_voice_model(*agent, learned_model, LEARNED_MODEL_LEN), 0);
    assert_int_equal(tccc_voice_configure(*agent, TCCC_PROCESSING_CORE, noise, TCCC_PROCESSING_CORE), 0);
    assert_int_equal(tccc_voice_open(*agent, 0, &there), 0);
    assert_int_equal(tccc_voice_open(*telephone, 0, &back), 0);
}

static void hang_up(tccc_voice *agent, tccc_voice *telephone) {
    tccc_voice_free(agent);
    tccc_voice_free(telephone);
}

static double power(const float *pcm, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) sum += (double)pcm[i] * pcm[i];
    return sum / n;
}

static void all_in_range(const float *pcm, int n) {
    for (int i = 0; i < n; i++)
        if (!(pcm[i] >= -1 && pcm[i] <= 1)) fail_msg("sample %d of %d is %g", i, n, (double)pcm[i]);
}

static void stats_are_numbers(tccc_voice *voice) {
    tccc_voice_stats s;
    assert_int_equal(tccc_voice_stats_get(voice, 0, &s), 0);
    const float values[] = { s.rtt_ms, s.jitter_ms, s.buffer_ms, s.target_ms, s.concealed_ratio, s.stretched_ratio, s.remote_loss_ratio, s.remote_jitter_ms,
                             s.drift_ppm, s.input_dbfs, s.output_dbfs, s.mos, s.erle_db, s.loss_ratio };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (!isfinite(values[i])) fail_msg("figure %d is %g", (int)i, (double)values[i]);
}

static void silence_stays_silence_with_every_suppression(void **state) {
    (void)state;
    for (int noise = TCCC_NOISE_OFF; noise <= TCCC_NOISE_AI; noise++) {
        tccc_voice *agent, *telephone;
        call_of(&agent, &telephone, RATE_HZ, (enum tccc_noise)noise, TCCC_CODEC_OPUS);
        memset(spoken, 0, sizeof spoken);
        talk(agent, telephone, 3 * RATE_HZ, BLOCK, RATE_HZ);
        double level_db = 10 * log10(power(heard, 3 * RATE_HZ) + 1e-20);
        if (level_db > -70) fail_msg("suppression %d makes %.1f dBFS of silence", noise, level_db);
        stats_are_numbers(agent);
        stats_are_numbers(telephone);
        hang_up(agent, telephone);
    }
}

/* What the telephone hears of `spoken` against `wanted`, a second from the third on. */
static void is_heard_as(const char *what, const float *wanted, double least) {
    tccc_voice *agent, *telephone;
    double lag_ms;
    call_of(&agent, &telephone, RATE_HZ, TCCC_NOISE_MEDIUM, TCCC_CODEC_OPUS);
    talk(agent, telephone, 4 * RATE_HZ, BLOCK, RATE_HZ);
    all_in_range(heard, 4 * RATE_HZ);
    memcpy(spoken, wanted, 4 * RATE_HZ * sizeof *spoken);
    double r = similarity(2 * RATE_HZ, RATE_HZ, RATE_HZ, 300, &lag_ms), mean = 0;
    for (int i = 2 * RATE_HZ; i < 4 * RATE_HZ; i++) mean += heard[i] / (2 * RATE_HZ);
    if (r < least || fabs(mean) > 0.003 || power(heard + 2 * RATE_HZ, RATE_HZ) < 1e-4)
        fail_msg("%s: correlation %.3f, mean %.4f, %.1f dBFS", what, r, mean, 10 * log10(power(heard + 2 * RATE_HZ, RATE_HZ)));
    stats_are_numbers(agent);
    hang_up(agent, telephone);
}

static void a_microphone_that_clips_or_has_an_offset_is_heard(void **state) {
    static float voice[4 * RATE_HZ], wanted[4 * RATE_HZ];
    (void)state;
    speak(voice, 4 * RATE_HZ, RATE_HZ);
    for (int i = 0; i < 4 * RATE_HZ; i++) wanted[i] = spoken[i] = fmaxf(-1, fminf(1, 30 * voice[i]));
    is_heard_as("30 dB too loud", wanted, 0.8);
    for (int i = 0; i < 4 * RATE_HZ; i++) spoken[i] = 0.3f * voice[i] + 0.6f;
    is_heard_as("an offset of 0.6", voice, 0.9);
}

static void speech_comes_back_after_noise_of_full_scale(void **state) {
    enum { NOISE_S = 2, SPEECH_S = 4, N = (NOISE_S + SPEECH_S) * RATE_HZ };
    tccc_voice *agent, *telephone;
    double lag_ms;
    (void)state;
    call_of(&agent, &telephone, RATE_HZ, TCCC_NOISE_MEDIUM, TCCC_CODEC_OPUS);
    speak(spoken, N, RATE_HZ);
    for (int i = 0; i < NOISE_S * RATE_HZ; i++) spoken[i] = white() < 0 ? -1 : 1;
    talk(agent, telephone, N, BLOCK, RATE_HZ);
    all_in_range(heard, N);
    double r = similarity(N - 3 * RATE_HZ / 2, RATE_HZ, RATE_HZ, 300, &lag_ms), level_db = 10 * log10(power(heard + N - RATE_HZ, RATE_HZ) + 1e-20);
    if (r < 0.85 || level_db < -50) fail_msg("correlation %.3f at %.1f dBFS", r, level_db);
    hang_up(agent, telephone);
}

/* Both ends get anything at all in blocks of changing lengths; then speech, which must be heard. */
static void nothing_but_numbers_comes_out_whatever_goes_in(void **state) {
    static const float poison[] = { NAN, INFINITY, -INFINITY, 3.4e38f, -1e30f, 1e-42f, -0.0f, 1, -1 };
    enum { N = 4 * 44100 };
    (void)state;
    for (int noise = TCCC_NOISE_OFF; noise <= TCCC_NOISE_AI; noise++) {
        tccc_voice *agent, *telephone;
        static float back[TCCC_BLOCK_MAX], mic[TCCC_BLOCK_MAX];
        call_of(&agent, &telephone, 44100, (enum tccc_noise)noise, TCCC_CODEC_PCMA);
        speak(spoken, N, 44100);
        for (int i = 0; i < 44100; i++)
            if (white() > 0) spoken[i] = poison[(unsigned)(4.5f * white() + 4.5f) % 9];
        for (int i = 0, block = 1; i < N; i += block, block = 1 + (int)(350 * (white() + 1))) {
            uint64_t now_us = (uint64_t)i * 1000000u / 44100u;
            block = block < N - i ? block : N - i;
            for (int k = 0; k < block; k++) mic[k] = i < 44100 ? poison[(i + k) % 9] : 0;
            tccc_voice_capture(agent, spoken + i, block, now_us);
            tccc_voice_capture(telephone, mic, block, now_us);
            carry(agent, telephone, now_us);
            carry(telephone, agent, now_us);
            tccc_voice_render(agent, back, block, now_us);
            all_in_range(back, block);
            tccc_voice_render(telephone, heard + i, block, now_us);
        }
        all_in_range(heard, N);
        assert_true(power(heard + 3 * 44100, 44100) > 1e-5);
        stats_are_numbers(agent);
        stats_are_numbers(telephone);
        hang_up(agent, telephone);
    }
}

/* At 44.1 kHz no length of a block is a whole number of frames. */
static void every_block_length_gives_the_same_packets_with_all_processing(void **state) {
    static const int blocks[] = { 441, 1, 7, 128, 160, 480, 1000, 4096 };
    static uint8_t expected[60][TCCC_PACKET_MAX];
    enum { N = 44100 };
    int expected_len[60], expected_n = 0;
    (void)state;
    speak(spoken, N, 44100);
    for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++) {
        tccc_voice *agent, *telephone;
        int count = 0, channel;
        uint8_t packet[TCCC_PACKET_MAX];
        call_of(&agent, &telephone, 44100, TCCC_NOISE_HIGH, TCCC_CODEC_PCMA);
        for (int i = 0, n; i < N; i += n) {
            n = blocks[b] < N - i ? blocks[b] : N - i;
            assert_int_equal(tccc_voice_capture(agent, spoken + i, n, 1000), 0);
            for (int len; (len = tccc_voice_packet_out(agent, packet, &channel)) > 0; count++) {
                if (b == 0) memcpy(expected[count], packet, (size_t)len), expected_len[count] = len;
                assert_int_equal(len, expected_len[count]);
                assert_memory_equal(packet, expected[count], (size_t)len);
            }
        }
        if (b == 0) expected_n = count;
        assert_int_equal(count, expected_n);
        assert_in_range(count, 48, 51);
        hang_up(agent, telephone);
    }
}

/* At 10 s the agent plugs in another loudspeaker and microphone: 300 ms of nothing, then 150 ms more delay, half the echo and the other sign.
 * dB by which the telephone hears its echo less than the microphone does: from 8 s on, and from 13 s on. */
static void echo_over_a_change(int rate_hz, double *before_db, double *after_db) {
    enum { SECONDS = 15, CHANGE_S = 10 };
    int n = SECONDS * rate_hz, change = CHANGE_S * rate_hz, block = rate_hz / 100, first_delay = rate_hz * 40 / 1000, second_delay = rate_hz * 190 / 1000;
    float *loud = calloc((size_t)n, sizeof *loud), *said = calloc((size_t)n, sizeof *said), mic[TCCC_BLOCK_MAX], quiet[TCCC_BLOCK_MAX];
    double echo[2] = { 0 }, left[2] = { 0 };
    tccc_voice *agent, *telephone;
    call_of(&agent, &telephone, rate_hz, TCCC_NOISE_LOW, TCCC_CODEC_PCMA);
    tccc_voice_configure(agent, TCCC_PROCESSING_CORE, TCCC_NOISE_LOW, TCCC_PROCESSING_OFF); /* gain would count as echo */
    speak(said, n, rate_hz);
    for (int i = 0; i + block <= n; i += block) {
        uint64_t now_us = (uint64_t)i * 1000000u / (unsigned)rate_hz;
        bool changed = i >= change, gap = changed && i < change + 3 * rate_hz / 10;
        int delay = changed ? second_delay : first_delay, part = i >= 13 * rate_hz, judged = part || (i >= 8 * rate_hz && !changed);
        for (int k = 0; k < block; k++) mic[k] = gap || i + k < delay ? 0 : (changed ? -0.15f : 0.3f) * loud[i + k - delay];
        tccc_voice_capture(agent, mic, block, now_us);
        tccc_voice_capture(telephone, said + i, block, now_us);
        carry(agent, telephone, now_us);
        carry(telephone, agent, now_us);
        tccc_voice_render(agent, loud + i, block, now_us);
        tccc_voice_render(telephone, quiet, block, now_us);
        all_in_range(quiet, block);
        if (judged) echo[part] += power(mic, block), left[part] += power(quiet, block);
    }
    *before_db = 10 * log10(echo[0] / (left[0] + 1e-12));
    *after_db = 10 * log10(echo[1] / (left[1] + 1e-12));
    hang_up(agent, telephone);
    free(loud);
    free(said);
}

static void a_change_of_devices_in_a_call_brings_the_echo_back_for_a_moment_only(void **state) {
    (void)state;
    double before_db, after_db;
    echo_over_a_change(44100, &before_db, &after_db);
    if (before_db < 20 || after_db < 20) fail_msg("echo taken out: %.1f dB before, %.1f dB after", before_db, after_db);
}

/* The telephone's clock is faster or slower than the agent's. voice_long_call of make bench-voice does it for ten minutes, with echo. */
static void clocks_that_differ_by_200_ppm_cost_nothing_in_a_minute(void **state) {
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        enum { SECONDS = 60, N = 4 * RATE_HZ };
        double rate = 1 + sign * 200e-6;
        tccc_voice *agent = voice_of(RATE_HZ, TCCC_PROCESSING_OFF, 1), *telephone = voice_of(RATE_HZ, TCCC_PROCESSING_OFF, 2);
        tccc_stream_config there = stream_of(TCCC_CODEC_PCMA, TCCC_SRTP_NONE, false), back = stream_of(TCCC_CODEC_PCMA, TCCC_SRTP_NONE, true);
        tccc_voice_stats stats;
        float block[BLOCK];
        assert_int_equal(tccc_voice_open(agent, 0, &there), 0);
        assert_int_equal(tccc_voice_open(telephone, 0, &back), 0);
        speak(spoken, N, RATE_HZ);
        for (int a = 0, t = 0; a < SECONDS * 100; a++) {
            uint64_t now_us = (uint64_t)a * 10000u;
            tccc_voice_capture(agent, spoken + a * BLOCK % N, BLOCK, now_us);
            carry(agent, telephone, (uint64_t)((double)now_us * rate));
            for (; t < a * rate; t++) {
                tccc_voice_capture(telephone, spoken + t * BLOCK % N, BLOCK, (uint64_t)t * 10000u);
                tccc_voice_render(telephone, heard + t * BLOCK % N, BLOCK, (uint64_t)t * 10000u);
                all_in_range(heard + t * BLOCK % N, BLOCK);
                carry(telephone, agent, (uint64_t)((double)t * 10000 / rate));
            }
            tccc_voice_render(agent, block, BLOCK, now_us);
            all_in_range(block, BLOCK);
        }
        for (int end = 0; end < 2; end++) {
            assert_int_equal(tccc_voice_stats_get(end ? telephone : agent, 0, &stats), 0);
            if (stats.concealed_ratio > 0.001f || stats.buffer_ms > 80 || stats.packets_lost)
                fail_msg("%d ppm, end %d: %.4f concealed, buffer %.1f ms", sign * 200, end, (double)stats.concealed_ratio, (double)stats.buffer_ms);
        }
        hang_up(agent, telephone);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_stays_silence_with_every_suppression),
        cmocka_unit_test(a_microphone_that_clips_or_has_an_offset_is_heard),
        cmocka_unit_test(speech_comes_back_after_noise_of_full_scale),
        cmocka_unit_test(nothing_but_numbers_comes_out_whatever_goes_in),
        cmocka_unit_test(every_block_length_gives_the_same_packets_with_all_processing),
        cmocka_unit_test(a_change_of_devices_in_a_call_brings_the_echo_back_for_a_moment_only),
        cmocka_unit_test(clocks_that_differ_by_200_ppm_cost_nothing_in_a_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
