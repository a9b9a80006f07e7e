/* test_suppress.c: what the noise suppressor promises: how much, how soon, of what, and what it leaves alone. Layer: tests. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "dsp/suppress.h"

enum { SECOND = 100, SECOND_LEN = SECOND * FRAME_LEN }; /* frames, samples */

typedef struct {
    suppress *suppressor;
    unsigned random;
} listener;

static float uniform(listener *one) { /* -1..1 */
    one->random = one->random * 1664525u + 1013904223u;
    return (float)(int)one->random / 2147483648.0f;
}

/* dB by which `frames` frames of noise of this amplitude come out quieter than they went in. */
static double heard(listener *one, float amplitude, int frames) {
    double in = 0, out = 0;
    for (int f = 0; f < frames; f++) {
        float pcm[FRAME_LEN];
        for (int i = 0; i < FRAME_LEN; i++) {
            pcm[i] = amplitude * uniform(one);
            in += (double)pcm[i] * pcm[i];
        }
        suppress_process(one->suppressor, pcm);
        for (int i = 0; i < FRAME_LEN; i++) out += (double)pcm[i] * pcm[i];
    }
    return 10 * log10(in / (out + 1e-12));
}

static listener listener_of(enum tccc_noise level) {
    int error;
    listener one = { suppress_new(&error), 1 };
    assert_non_null(one.suppressor);
    suppress_set(one.suppressor, level, NULL);
    return one;
}

static listener listener_new(void) {
    return listener_of(TCCC_NOISE_MEDIUM);
}

static void noise_of_any_level_is_quieter_after_half_a_second(void **state) {
    static const float amplitudes[] = { 0.001f, 0.01f, 0.05f, 0.2f };
    (void)state;
    for (unsigned i = 0; i < sizeof amplitudes / sizeof *amplitudes; i++) {
        listener one = listener_new();
        heard(&one, amplitudes[i], SECOND / 2);
        assert_true(heard(&one, amplitudes[i], SECOND) > 16);
        suppress_free(one.suppressor);
    }
}

static void each_level_takes_out_what_it_says(void **state) {
    static const struct { enum tccc_noise level; double least_db, most_db; } levels[] = {
        { TCCC_NOISE_LOW, 9.5, 10.5 }, { TCCC_NOISE_MEDIUM, 19.3, 20.5 }, { TCCC_NOISE_HIGH, 29, 30.5 }
    };
    (void)state;
    for (unsigned i = 0; i < sizeof levels / sizeof *levels; i++) {
        listener one = listener_of(levels[i].level);
        heard(&one, 0.05f, 2 * SECOND);
        double db = heard(&one, 0.05f, 5 * SECOND);
        assert_true(db > levels[i].least_db && db < levels[i].most_db);
        suppress_free(one.suppressor);
    }
}

/* A level that is changed in a call is there after 100 ms and a window. */
static void a_change_of_level_takes_a_tenth_of_a_second(void **state) {
    (void)state;
    listener one = listener_of(TCCC_NOISE_LOW);
    heard(&one, 0.05f, 2 * SECOND);
    suppress_set(one.suppressor, TCCC_NOISE_MEDIUM, NULL);
    heard(&one, 0.05f, 14);
    assert_true(heard(&one, 0.05f, SECOND) > 16);
    suppress_set(one.suppressor, TCCC_NOISE_OFF, NULL);
    heard(&one, 0.05f, 14);
    assert_true(fabs(heard(&one, 0.05f, SECOND)) < 0.3);
    suppress_free(one.suppressor);
}

static void a_loud_beginning_is_forgotten_when_it_is_over(void **state) {
    (void)state;
    listener one = listener_new();
    heard(&one, 0.3f, SECOND / 2);
    heard(&one, 0.001f, SECOND / 2);
    assert_true(heard(&one, 0.001f, SECOND) > 11);
    heard(&one, 0.05f, 10);
    assert_true(heard(&one, 0.1f, 10) < 3); /* what is louder than the background passes */
    suppress_free(one.suppressor);
}

static void a_fan_that_starts_is_known_after_three_seconds_and_a_half(void **state) {
    (void)state;
    listener one = listener_new();
    heard(&one, 0.003f, 3 * SECOND);
    assert_true(heard(&one, 0.05f, SECOND) < 1);
    heard(&one, 0.05f, 5 * SECOND / 2);
    assert_true(heard(&one, 0.05f, SECOND) > 16);
    suppress_free(one.suppressor);
}

static void without_noise_suppression_all_passes(void **state) {
    (void)state;
    listener one = listener_of(TCCC_NOISE_OFF);
    heard(&one, 0.05f, SECOND / 2);
    assert_true(fabs(heard(&one, 0.05f, SECOND)) < 0.2);
    suppress_free(one.suppressor);
}

/* Syllables of 200 ms, every 400 ms: harmonics of 120 to 180 Hz under three formants, at about -26 dBFS while they last. */
static float syllable(int i) {
    static const double formants_hz[] = { 500, 1500, 2500 };
    int n = i / (SECOND_LEN * 2 / 5), place = i % (SECOND_LEN * 2 / 5), len = SECOND_LEN / 5;
    double pitch_hz = 120 + 15 * (n % 5), sum = 0;
    if (place >= len) return 0;
    for (int h = 1; h * pitch_hz < 4000; h++)
        for (int f = 0; f < 3; f++)
            sum += exp(-pow((h * pitch_hz - formants_hz[f]) / 150, 2)) / (1 + f) * sin(2 * M_PI * h * pitch_hz * place / FRAME_RATE_HZ);
    return (float)(0.07 * sum * sin(M_PI * place / len));
}

/* Signal-to-noise ratio in dB of what comes out over that of what went in, from the fourth second on; *level_db: of the speech in it. */
static double speech_gains(enum tccc_noise level, float noise, double *level_db) {
    static float clean[8 * SECOND_LEN], out[8 * SECOND_LEN];
    listener one = listener_of(level);
    double cross = 0, energy = 0, before = 0, after = 0;
    for (int i = 0; i < 8 * SECOND_LEN; i += FRAME_LEN) {
        for (int k = i; k < i + FRAME_LEN; k++) {
            clean[k] = k < SECOND_LEN ? 0 : syllable(k);
            out[k] = clean[k] + noise * uniform(&one);
            if (k >= 3 * SECOND_LEN) before += pow((double)out[k] - (double)clean[k], 2);
        }
        suppress_process(one.suppressor, out + i);
    }
    for (int i = 3 * SECOND_LEN; i < 8 * SECOND_LEN - SUPPRESS_DELAY; i++) {
        cross += (double)clean[i] * (double)out[i + SUPPRESS_DELAY];
        energy += (double)clean[i] * (double)clean[i];
    }
    double gain = cross / energy;
    for (int i = 3 * SECOND_LEN; i < 8 * SECOND_LEN - SUPPRESS_DELAY; i++)
        after += pow((double)out[i + SUPPRESS_DELAY] / gain - (double)clean[i], 2);
    suppress_free(one.suppressor);
    *level_db = 20 * log10(gain);
    return 10 * log10(before / after);
}

static void speech_in_noise_keeps_its_level_and_stands_out(void **state) {
    double level_db;
    (void)state;
    assert_true(speech_gains(TCCC_NOISE_MEDIUM, 0.01f, &level_db) > 8);
    assert_true(fabs(level_db) < 0.5);
    assert_true(speech_gains(TCCC_NOISE_HIGH, 0.03f, &level_db) > 9);
    assert_true(fabs(level_db) < 1.5);
}

/* 10 ms, as the header says: the delay at which the output equals the input of a suppressor that has nothing to do. */
static void speech_without_noise_is_not_touched(void **state) {
    double level_db;
    (void)state;
    assert_true(speech_gains(TCCC_NOISE_MEDIUM, 1e-5f, &level_db) > -12); /* what is lost is 50 dB under the speech and more */
    assert_true(fabs(level_db) < 0.05);
    assert_int_equal(SUPPRESS_DELAY, FRAME_RATE_HZ / 100);
}

/* Spectral kurtosis: mean square of the powers of a bin over the square of their mean, averaged over bins; 2 for noise that nobody touched.
 * Tones that come and go, as suppressors leave them, raise it (Uemura et al. 2008 take such a ratio for musical noise). */
static double kurtosis_of(const float *x, int n) {
    static spectrum_input input;
    float re[SPECTRUM_BINS], im[SPECTRUM_BINS];
    double mean[SPECTRUM_BINS] = { 0 }, square[SPECTRUM_BINS] = { 0 }, sum = 0;
    int frames = n / FRAME_LEN;
    memset(&input, 0, sizeof input);
    for (int f = 0; f < frames; f++) {
        spectrum_put(&input, x + f * FRAME_LEN, re, im);
        for (int k = 10; k < SPECTRUM_BINS - 10; k++) {
            double power = (double)re[k] * (double)re[k] + (double)im[k] * (double)im[k];
            mean[k] += power / frames;
            square[k] += power * power / frames;
        }
    }
    for (int k = 10; k < SPECTRUM_BINS - 10; k++) sum += square[k] / (mean[k] * mean[k]);
    return sum / (SPECTRUM_BINS - 20);
}

static void what_is_left_of_noise_does_not_tinkle(void **state) {
    static float noise[10 * SECOND_LEN], left[10 * SECOND_LEN];
    (void)state;
    for (int level = TCCC_NOISE_MEDIUM; level <= TCCC_NOISE_HIGH; level++) {
        listener one = listener_of((enum tccc_noise)level);
        for (int i = 0; i < 10 * SECOND_LEN; i++) left[i] = noise[i] = 0.05f * uniform(&one);
        for (int i = 0; i < 10 * SECOND_LEN; i += FRAME_LEN) suppress_process(one.suppressor, left + i);
        double before = kurtosis_of(noise + 2 * SECOND_LEN, 8 * SECOND_LEN), after = kurtosis_of(left + 2 * SECOND_LEN, 8 * SECOND_LEN);
        assert_true(before > 1.95 && before < 2.05);
        assert_true(after < 1.05 * before);
        suppress_free(one.suppressor);
    }
}

/* What is under 78 Hz is no voice; what is at 150 Hz may be one. */
static void rumble_is_cut_and_low_voices_are_not(void **state) {
    static const struct { double hz, least_db, most_db; } tones[] = { { 25, 15, 90 }, { 40, 15, 90 }, { 150, -0.5, 0.5 } };
    (void)state;
    for (unsigned t = 0; t < sizeof tones / sizeof *tones; t++) {
        listener one = listener_new();
        double in = 0, out = 0;
        heard(&one, 0.001f, SECOND);
        for (int i = 0; i < SECOND_LEN / 2; i += FRAME_LEN) {
            float pcm[FRAME_LEN];
            for (int k = 0; k < FRAME_LEN; k++) {
                pcm[k] = (float)(0.2 * sin(2 * M_PI * tones[t].hz * (i + k) / FRAME_RATE_HZ));
                if (i >= SECOND_LEN / 10) in += (double)pcm[k] * (double)pcm[k];
            }
            suppress_process(one.suppressor, pcm);
            for (int k = 0; k < FRAME_LEN && i >= SECOND_LEN / 10; k++) out += (double)pcm[k] * (double)pcm[k];
        }
        double db = 10 * log10(in / out);
        assert_true(db > tones[t].least_db && db < tones[t].most_db);
        suppress_free(one.suppressor);
    }
}

/* A voice engine hears finite values only (frame.h), of any size: a constant, full scale, silence, a click, and what comes after. */
static void whatever_comes_in_what_comes_out_is_finite_and_no_louder(void **state) {
    (void)state;
    for (int level = TCCC_NOISE_OFF; level <= TCCC_NOISE_HIGH; level++) {
        listener one = listener_of((enum tccc_noise)level);
        for (int f = 0; f < 6 * SECOND; f++) {
            float pcm[FRAME_LEN], most = 0;
            for (int i = 0; i < FRAME_LEN; i++) {
                float inputs[] = { 0, 1, uniform(&one) > 0 ? 1 : -1, 0.5f, i == 0 ? 1 : 0, 1e-30f };
                pcm[i] = inputs[f / SECOND];
            }
            suppress_process(one.suppressor, pcm);
            for (int i = 0; i < FRAME_LEN; i++) most = fmaxf(most, isfinite(pcm[i]) ? fabsf(pcm[i]) : INFINITY);
            assert_true(most < 3);
            if (f % SECOND > 5 && (f / SECOND == 0 || f / SECOND == 5)) assert_true(most < 1e-3f);
        }
        assert_true(heard(&one, 0.05f, 3) < 60);
        suppress_free(one.suppressor);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_of_any_level_is_quieter_after_half_a_second),
        cmocka_unit_test(each_level_takes_out_what_it_says),
        cmocka_unit_test(a_change_of_level_takes_a_tenth_of_a_second),
        cmocka_unit_test(a_loud_beginning_is_forgotten_when_it_is_over),
        cmocka_unit_test(a_fan_that_starts_is_known_after_three_seconds_and_a_half),
        cmocka_unit_test(without_noise_suppression_all_passes),
        cmocka_unit_test(speech_in_noise_keeps_its_level_and_stands_out),
        cmocka_unit_test(speech_without_noise_is_not_touched),
        cmocka_unit_test(what_is_left_of_noise_does_not_tinkle),
        cmocka_unit_test(rumble_is_cut_and_low_voices_are_not),
        cmocka_unit_test(whatever_comes_in_what_comes_out_is_finite_and_no_louder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
