/* test_resample.c: pass band, stop band, delay and block sizes of the resampler, and of the half-band filter. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "dsp/halfband.h"
#include "dsp/resample.h"
#include "tccc/error.h"

enum { RATE_MAX = RESAMPLE_RATE_MAX };
static float input[RATE_MAX], output[2 * RATE_MAX];
static const int rates_hz[] = { 8000, 11025, 16000, 22050, 24000, 32000, 37837, 44100, 48000, 96000, 192000 };
enum { RATES = sizeof rates_hz / sizeof rates_hz[0] };

static void sine(double hz, int rate_hz) {
    for (int i = 0; i < rate_hz; i++) input[i] = (float)sin(2 * M_PI * hz * i / rate_hz);
}

/* One second through the resampler in blocks of `block`; number of output samples. */
static int run(resample *state, int in_hz, int block) {
    int n_out = 0;
    resample_reset(state);
    for (int i = 0; i < in_hz; i += block) {
        int n = in_hz - i < block ? in_hz - i : block;
        int made = resample_run(state, input + i, n, output + n_out);
        assert_true(made <= resample_out_max(state, n));
        n_out += made;
    }
    return n_out;
}

/* Power of output against the best fitting sine of `hz`, gain of that sine in dB, its delay in samples. */
static double fit(double hz, int rate_hz, int n, double *gain_db, double *delay) {
    double cc = 0, ss = 0, cs = 0, yc = 0, ys = 0, yy = 0, w = 2 * M_PI * hz / rate_hz;
    for (int i = n / 4; i < n * 3 / 4; i++) {
        double c = cos(w * i), s = sin(w * i);
        cc += c * c, ss += s * s, cs += c * s, yc += output[i] * c, ys += output[i] * s, yy += output[i] * output[i];
    }
    double det = cc * ss - cs * cs, a = (yc * ss - ys * cs) / det, b = (ys * cc - yc * cs) / det;
    *gain_db = 20 * log10(hypot(a, b));
    *delay = atan2(-a, b) / w;
    return 10 * log10((a * yc + b * ys) / fabs(yy - a * yc - b * ys));
}

static void every_rate_keeps_speech_as_it_is(void **state) {
    (void)state;
    for (int i = 0; i < 2 * RATES; i++) {
        int in_hz = i % 2 ? 16000 : rates_hz[i / 2], out_hz = i % 2 ? rates_hz[i / 2] : 16000, error = 1;
        resample *resampler = resample_new(in_hz, out_hz, &error);
        assert_non_null(resampler);
        assert_int_equal(error, 0);
        double lower = in_hz < out_hz ? in_hz : out_hz;
        const double hz[] = { 50, lower / 5, lower * 7 / 16 };
        for (int k = 0; k < 3; k++) {
            double gain_db, delay;
            sine(hz[k], in_hz);
            int n = run(resampler, in_hz, 97);
            assert_in_range(n, out_hz - 1, out_hz + 1);
            double snr = fit(hz[k], out_hz, n, &gain_db, &delay);
            if (fabs(gain_db) > 0.02 || snr < 60) fail_msg("%d to %d Hz at %.0f Hz: %.3f dB, SNR %.0f dB", in_hz, out_hz, hz[k], gain_db, snr);
            if (k == 0 && fabs(delay - resample_delay(resampler)) > 1) fail_msg("%d to %d: delay %.2f, told %d", in_hz, out_hz, delay, resample_delay(resampler));
        }
        resample_free(resampler);
    }
}

static void what_would_alias_is_taken_out(void **state) {
    (void)state;
    for (int i = 0; i < RATES; i++) {
        int error, in_hz = rates_hz[i];
        if (in_hz <= 16000) continue;
        resample *resampler = resample_new(in_hz, 16000, &error);
        for (double hz = 9000; hz < in_hz / 2; hz *= 1.3) {
            double power = 1e-15;
            sine(hz, in_hz);
            int n = run(resampler, in_hz, 480);
            for (int k = n / 4; k < n * 3 / 4; k++) power += output[k] * output[k] * 2 / (n / 2);
            if (power > 1.3e-6) fail_msg("%.0f Hz at %d Hz comes through at %.1f dB", hz, in_hz, 10 * log10(power));
        }
        resample_free(resampler);
    }
}

static void the_block_size_changes_no_bit(void **state) {
    static float whole[2 * RATE_MAX];
    static const int blocks[] = { 1, 2, 3, 7, 128, 441, RESAMPLE_BLOCK };
    (void)state;
    for (int i = 0; i < 2 * RATES; i++) {
        int in_hz = i % 2 ? 16000 : rates_hz[i / 2], out_hz = i % 2 ? rates_hz[i / 2] : 16000, error;
        resample *resampler = resample_new(in_hz, out_hz, &error);
        sine(1000, in_hz);
        int n = run(resampler, in_hz, 480);
        memcpy(whole, output, (size_t)n * sizeof *whole);
        for (unsigned k = 0; k < sizeof blocks / sizeof blocks[0]; k++) {
            assert_int_equal(run(resampler, in_hz, blocks[k]), n);
            assert_memory_equal(output, whole, (size_t)n * sizeof *whole);
        }
        resample_free(resampler);
    }
}

static void rates_outside_the_range_are_refused(void **state) {
    static const int wrong[][2] = { { 7999, 16000 }, { 192001, 16000 }, { 16000, 7999 }, { 16000, 192001 }, { 0, 0 }, { -1, 16000 } };
    (void)state;
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int error = 0;
        assert_null(resample_new(wrong[i][0], wrong[i][1], &error));
        assert_int_equal(error, TCCC_E_ARG_RANGE);
    }
}

static void awkward_rates_stay_within_their_memory(void **state) {
    static const int awkward[][2] = { { 191999, 8000 }, { 192000, 8001 }, { 8000, 191999 }, { 191992, 8000 }, { 8009, 8011 } };
    (void)state;
    for (unsigned i = 0; i < sizeof awkward / sizeof awkward[0]; i++) {
        int error;
        resample *resampler = resample_new(awkward[i][0], awkward[i][1], &error);
        assert_non_null(resampler);
        double gain_db, delay;
        sine(500, awkward[i][0]);
        int n = run(resampler, awkward[i][0], 480);
        assert_true(fit(500, awkward[i][1], n, &gain_db, &delay) > 60);
        assert_true(fabs(gain_db) < 0.02);
        resample_free(resampler);
    }
}

static void the_half_band_filter_keeps_the_telephone_band_only(void **state) {
    static const struct { double hz, least_db, most_db; } points[] = {
        { 200, -0.06, 0.06 }, { 1000, -0.06, 0.06 }, { 3400, -0.06, 0.06 }, { 4600, -200, -50 }, { 7000, -200, -50 } };
    (void)state;
    for (unsigned i = 0; i < sizeof points / sizeof points[0]; i++) {
        halfband down = { { 0 }, { 0 } };
        double power = 1e-15;
        sine(points[i].hz, 16000);
        for (int k = 0; k < 16000; k += 320) halfband_down(&down, input + k, output + k / 2, 160);
        for (int k = 2000; k < 6000; k++) power += output[k] * output[k] * 2 / 4000;
        double db = 10 * log10(power);
        if (db < points[i].least_db || db > points[i].most_db) fail_msg("%.0f Hz: %.2f dB", points[i].hz, db);
    }
}

static void the_half_band_filter_has_its_told_delay_there_and_back(void **state) {
    halfband down = { { 0 }, { 0 } }, up = { { 0 }, { 0 } };
    static float narrow[8000];
    double gain_db, delay;
    (void)state;
    sine(300, 16000);
    for (int k = 0; k < 16000; k += 2 * 83) {
        int n = (16000 - k) / 2 < 83 ? (16000 - k) / 2 : 83;
        halfband_down(&down, input + k, narrow + k / 2, n);
        halfband_up(&up, narrow + k / 2, output + k, n);
    }
    assert_true(fit(300, 16000, 16000, &gain_db, &delay) > 50);
    /* 300 Hz has a period of 53.3 samples, 46 of delay are 7.3 before the next. */
    if (delay < 0) delay += 16000 / 300.0;
    assert_true(fabs(delay - 2 * HALFBAND_DELAY) < 0.1);
    assert_true(fabs(gain_db) < 0.1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rate_keeps_speech_as_it_is),
        cmocka_unit_test(what_would_alias_is_taken_out),
        cmocka_unit_test(the_block_size_changes_no_bit),
        cmocka_unit_test(rates_outside_the_range_are_refused),
        cmocka_unit_test(awkward_rates_stay_within_their_memory),
        cmocka_unit_test(the_half_band_filter_keeps_the_telephone_band_only),
        cmocka_unit_test(the_half_band_filter_has_its_told_delay_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
