/* test_fft.c: transforms against the sum they stand for, in double, and spectra forth and back. */
#include <math.h>
#include <string.h>

#include "cmocka_all.h"
#include "dsp/fft.h"
#include "dsp/spectrum.h"

static uint32_t random_state = 3;

static float white(void) {
    random_state = random_state * 1664525u + 1013904223u;
    return (float)(random_state >> 8) / 8388608.0f - 1;
}

static double worst_bin(const float *x, int n, const float *re, const float *im) {
    double worst = 0;
    for (int k = 0; k <= n / 2; k++) {
        double sum_re = 0, sum_im = 0;
        for (int i = 0; i < n; i++) {
            sum_re += x[i] * cos(2 * M_PI * i * k / n);
            sum_im -= x[i] * sin(2 * M_PI * i * k / n);
        }
        worst = fmax(worst, hypot(re[k] - sum_re, im[k] - sum_im));
    }
    return worst;
}

/* A bin of white noise of 320 values is about 10 large. */
static void both_lengths_give_the_sum_they_stand_for(void **state) {
    float x[FFT_LONG_LEN], re[FFT_LONG_BINS], im[FFT_LONG_BINS], back[FFT_LONG_LEN];
    (void)state;
    fft_start();
    for (int i = 0; i < FFT_LONG_LEN; i++) x[i] = white();
    fft_forward(x, re, im);
    assert_true(worst_bin(x, FFT_LEN, re, im) < 2e-5);
    fft_inverse(re, im, back);
    for (int i = 0; i < FFT_LEN; i++) assert_true(fabsf(back[i] - x[i]) < 1e-6f);
    fft_long_forward(x, re, im);
    assert_true(worst_bin(x, FFT_LONG_LEN, re, im) < 3e-5);
    fft_long_inverse(re, im, back);
    for (int i = 0; i < FFT_LONG_LEN; i++) assert_true(fabsf(back[i] - x[i]) < 1e-6f);
}

static void an_impulse_is_flat_and_a_cosine_is_one_bin(void **state) {
    float x[FFT_LEN] = { 1 }, re[FFT_BINS], im[FFT_BINS];
    (void)state;
    fft_start();
    fft_forward(x, re, im);
    for (int k = 0; k < FFT_BINS; k++) assert_true(fabsf(re[k] - 1) < 1e-6f && fabsf(im[k]) < 1e-6f);
    for (int i = 0; i < FFT_LEN; i++) x[i] = (float)cos(2 * M_PI * 20 * i / FFT_LEN);
    fft_forward(x, re, im);
    for (int k = 0; k < FFT_BINS; k++) assert_true(fabsf(re[k] - (k == 20 ? 160 : 0)) < 1e-4f && fabsf(im[k]) < 1e-4f);
}

static void four_lanes_give_the_bits_of_four_single_ones(void **state) {
    static float x[FFT_LANES][FFT_LEN], mixed[FFT_LEN * FFT_LANES], re4[FFT_BINS * FFT_LANES], im4[FFT_BINS * FFT_LANES];
    float re[FFT_BINS], im[FFT_BINS], back[FFT_LEN];
    (void)state;
    fft_start();
    for (int i = 0; i < FFT_LEN * FFT_LANES; i++) mixed[i] = x[i % FFT_LANES][i / FFT_LANES] = white();
    fft_forward4(mixed, re4, im4);
    fft_inverse4(re4, im4, mixed);
    for (int l = 0; l < FFT_LANES; l++) {
        fft_forward(x[l], re, im);
        fft_inverse(re, im, back);
        for (int k = 0; k < FFT_BINS; k++) assert_true(re[k] == re4[k * FFT_LANES + l] && im[k] == im4[k * FFT_LANES + l]);
        for (int i = 0; i < FFT_LEN; i++) assert_true(back[i] == mixed[i * FFT_LANES + l]);
    }
}

static void a_spectrum_forth_and_back_is_the_signal_one_frame_later(void **state) {
    enum { FRAMES = 20 };
    static float x[FRAMES * FRAME_LEN], y[FRAMES * FRAME_LEN];
    static spectrum_input input;
    static spectrum_output output;
    float re[SPECTRUM_BINS], im[SPECTRUM_BINS];
    (void)state;
    spectrum_start();
    for (int i = 0; i < FRAMES * FRAME_LEN; i++) x[i] = white();
    for (int i = 0; i < FRAMES * FRAME_LEN; i += FRAME_LEN) {
        spectrum_put(&input, x + i, re, im);
        spectrum_take(&output, re, im, y + i);
    }
    for (int i = SPECTRUM_DELAY; i < FRAMES * FRAME_LEN; i++) assert_true(fabsf(y[i] - x[i - SPECTRUM_DELAY]) < 5e-6f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_lengths_give_the_sum_they_stand_for),
        cmocka_unit_test(an_impulse_is_flat_and_a_cosine_is_one_bin),
        cmocka_unit_test(four_lanes_give_the_bits_of_four_single_ones),
        cmocka_unit_test(a_spectrum_forth_and_back_is_the_signal_one_frame_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
