/* test_learned.c: the learned suppressor takes out what the light one cannot, is switched without a click, and trusts no file. Layer: tests. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "allocation_count.h"
#include "cmocka_all.h"
#include "dsp/fft.h"
#include "dsp/learned_model.h"
#include "dsp/suppress.h"
#include "speech_signal.h"
#include "tccc/error.h"
#include "tccc/media.h"

enum { SECONDS = 8, N = SECONDS * FRAME_RATE_HZ, SECOND = FRAME_RATE_HZ };

static float speech[N], noisy[N];

static suppress *suppress_of(enum tccc_noise level) {
    int error;
    suppress *made = suppress_new(&error);
    assert_non_null(made);
    assert_int_equal(suppress_model(made, learned_model, LEARNED_MODEL_LEN), 0);
    suppress_set(made, level, NULL);
    return made;
}

static double power(const float *pcm, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) sum += (double)pcm[i] * pcm[i];
    return sum / n + 1e-15;
}

static double db(double ratio) { return 10 * log10(ratio); }

/* dB by which the last second of noisy comes out quieter. */
static double quieter(enum tccc_noise level) {
    suppress *made = suppress_of(level);
    double before = power(noisy + N - SECOND, SECOND);
    for (int i = 0; i < N; i += FRAME_LEN) suppress_process(made, noisy + i);
    suppress_free(made);
    return db(before / power(noisy + N - SECOND, SECOND));
}

static void make_hiss(void) {
    uint32_t random = 5;
    for (int i = 0; i < N; i++) noisy[i] = 0.02f * (speech_uniform(&random) - 0.5f);
}

/* Strokes of 20 ms on wood, five a second: what no estimate of a steady background knows. */
static void make_knocks(void) {
    uint32_t random = 9;
    for (int i = 0; i < N; i++) {
        int since = i % (SECOND / 5);
        noisy[i] = 0.2f * expf(-(float)since / 100) * (sinf(0.35f * (float)since) + speech_uniform(&random) - 0.5f);
    }
}

static void noise_of_all_kinds_is_gone_where_nobody_speaks(void **state) {
    (void)state;
    make_hiss();
    assert_true(quieter(TCCC_NOISE_AI) > 30);
    make_knocks();
    double light = quieter(TCCC_NOISE_HIGH);
    make_knocks();
    double learned = quieter(TCCC_NOISE_AI);
    if (learned < 15 || light > 10) fail_msg("knocks: light %.1f dB, learned %.1f dB", light, learned);
}

static void speech_passes(void **state) {
    (void)state;
    suppress *made = suppress_of(TCCC_NOISE_AI);
    speech_make(speech, N, 3);
    memcpy(noisy, speech, sizeof noisy);
    for (int i = 0; i < N; i += FRAME_LEN) suppress_process(made, noisy + i);
    double loss = db(power(speech + SECOND, N - 2 * SECOND) / power(noisy + SECOND + SUPPRESS_DELAY, N - 2 * SECOND));
    if (loss > 2 || loss < -0.5) fail_msg("speech is %.1f dB quieter", loss);
    suppress_free(made);
}

/* The strongest of all 20 ms in the band over 6.5 kHz, where the signal has nothing: a click reaches there. */
static double click(const float *pcm, int n) {
    double most = 0;
    fft_start();
    for (int at = 0; at + FFT_LEN <= n; at += FFT_LEN / 4) {
        float windowed[FFT_LEN], re[FFT_BINS], im[FFT_BINS];
        double sum = 0;
        for (int i = 0; i < FFT_LEN; i++) windowed[i] = pcm[at + i] * (0.5f - 0.5f * cosf(6.2831853f * ((float)i + 0.5f) / FFT_LEN));
        fft_forward(windowed, re, im);
        for (int k = 130; k < FFT_BINS; k++) sum += (double)re[k] * re[k] + (double)im[k] * im[k];
        if (sum > most) most = sum;
    }
    return most;
}

/* A chord that lasts, of which the learned gains take most: after each second another level. */
static void switching_does_not_click(void **state) {
    static const enum tccc_noise levels[] = { TCCC_NOISE_MEDIUM, TCCC_NOISE_AI, TCCC_NOISE_OFF, TCCC_NOISE_AI, TCCC_NOISE_HIGH, TCCC_NOISE_AI, TCCC_NOISE_LOW, TCCC_NOISE_AI };
    (void)state;
    suppress *made = suppress_of(levels[0]);
    for (int i = 0; i < N; i++) noisy[i] = 0.1f * sinf(0.05f * (float)(i % 40212)) + 0.1f * sinf(0.0625f * (float)(i % 32170));
    double all = power(noisy, N) * FFT_LEN * FFT_LEN / 4;
    memcpy(speech, noisy, sizeof noisy);
    int cut = N / 2;
    while (fabsf(speech[cut]) < 0.15f) cut++;
    for (int i = cut; i < N; i++) speech[i] *= 0.5f; /* what a switch without care would do */
    assert_true(db(click(speech, N) / all) > -50);
    for (int i = 0; i < N; i += FRAME_LEN) {
        suppress_set(made, levels[i / SECOND], NULL);
        suppress_process(made, noisy + i);
    }
    suppress_free(made);
    double heard = db(click(noisy + SECOND / 2, N - SECOND / 2) / all);
    if (heard > -70) fail_msg("a click of %.1f dB", heard);
}

static void switching_keeps_the_delay(void **state) {
    (void)state;
    suppress *one = suppress_of(TCCC_NOISE_OFF);
    speech_make(speech, N, 4);
    memcpy(noisy, speech, sizeof noisy);
    for (int i = 0; i < N; i += FRAME_LEN) {
        suppress_set(one, i < N / 2 ? TCCC_NOISE_AI : TCCC_NOISE_OFF, NULL);
        suppress_process(one, noisy + i);
    }
    suppress_free(one);
    for (int half = 0; half < 2; half++) {
        const float *said = speech + half * N / 2 + SECOND, *heard = noisy + half * N / 2 + SECOND;
        double most = 0;
        int lag = 0;
        for (int k = 0; k < 2 * SUPPRESS_DELAY; k++) {
            double sum = 0;
            for (int i = 0; i < 2 * SECOND; i++) sum += (double)said[i] * heard[i + k];
            if (sum > most) most = sum, lag = k;
        }
        assert_int_equal(lag, SUPPRESS_DELAY);
    }
}

static void nothing_is_allocated_while_it_runs(void **state) {
    (void)state;
    suppress *made = suppress_of(TCCC_NOISE_MEDIUM);
    make_hiss();
    allocation_count_start();
    for (int i = 0; i < 2 * SECOND; i += FRAME_LEN) {
        suppress_set(made, i < SECOND ? TCCC_NOISE_AI : TCCC_NOISE_LOW, NULL);
        suppress_process(made, noisy + i);
    }
    assert_int_equal(allocation_count, 0);
    suppress_free(made);
}

static uint32_t sum_of(const uint8_t *model) {
    uint32_t sum = 2166136261u;
    for (size_t i = LEARNED_MODEL_HEAD; i < LEARNED_MODEL_LEN; i++) sum = (sum ^ model[i]) * 16777619u;
    return sum;
}

static int load(const uint8_t *model, size_t len) {
    int error;
    learned_free(learned_new(model, len, &error));
    return error;
}

static void a_damaged_model_is_refused(void **state) {
    (void)state;
    uint8_t *model = malloc(LEARNED_MODEL_LEN);
    memcpy(model, learned_model, LEARNED_MODEL_LEN);
    assert_int_equal(load(model, LEARNED_MODEL_LEN), 0);
    assert_int_equal(load(model, LEARNED_MODEL_LEN - 1), TCCC_E_FORMAT);
    assert_int_equal(load(model, 0), TCCC_E_FORMAT);
    model[LEARNED_MODEL_LEN / 2] ^= 4;
    assert_int_equal(load(model, LEARNED_MODEL_LEN), TCCC_E_FORMAT);
    memcpy(model, learned_model, LEARNED_MODEL_LEN);
    memset(model + LEARNED_MODEL_HEAD, 0xff, 4); /* the first scale is no number; the sum is right */
    for (int i = 0; i < 4; i++) model[4 + i] = (uint8_t)(sum_of(model) >> 8 * i);
    assert_int_equal(load(model, LEARNED_MODEL_LEN), TCCC_E_FORMAT);
    free(model);
}

static void a_voice_takes_the_level_only_with_a_model(void **state) {
    (void)state;
    int error;
    tccc_voice_config config = { .device_rate_hz = 48000, .aec = TCCC_PROCESSING_CORE, .ns = TCCC_NOISE_AI, .agc = TCCC_PROCESSING_CORE, .tail_ms = 128, .seed = 1 };
    assert_null(tccc_voice_new(&config, &error));
    assert_int_equal(error, TCCC_E_ARG_RANGE);
    config.ns = TCCC_NOISE_MEDIUM;
    tccc_voice *voice = tccc_voice_new(&config, &error);
    assert_int_equal(tccc_voice_configure(voice, TCCC_PROCESSING_CORE, TCCC_NOISE_AI, TCCC_PROCESSING_CORE), TCCC_E_NOT_READY);
    assert_int_equal(tccc_voice_model(voice, learned_model, 100), TCCC_E_FORMAT);
    assert_int_equal(tccc_voice_model(voice, learned_model, LEARNED_MODEL_LEN), 0);
    assert_int_equal(tccc_voice_model(voice, learned_model, LEARNED_MODEL_LEN), 0); /* another takes its place */
    assert_int_equal(tccc_voice_configure(voice, TCCC_PROCESSING_CORE, TCCC_NOISE_AI, TCCC_PROCESSING_CORE), 0);
    tccc_voice_free(voice);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_of_all_kinds_is_gone_where_nobody_speaks),
        cmocka_unit_test(speech_passes),
        cmocka_unit_test(switching_does_not_click),
        cmocka_unit_test(switching_keeps_the_delay),
        cmocka_unit_test(nothing_is_allocated_while_it_runs),
        cmocka_unit_test(a_damaged_model_is_refused),
        cmocka_unit_test(a_voice_takes_the_level_only_with_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
