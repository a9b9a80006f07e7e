/* test_aec_parts.c: delay search, drift, filter and residual of the echo canceller, each by itself and together. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "dsp/aec.h"
#include "dsp/echo_delay.h"
#include "dsp/echo_drift.h"
#include "dsp/echo_filter.h"
#include "dsp/suppress.h"

enum { PARTITIONS = 8, N = 20 * 16000, ROOM = 240 };

static uint32_t random_state;
static float far_end[N], microphone[N], output[N];

static float white(void) {
    random_state = random_state * 1664525u + 1013904223u;
    return (float)(random_state >> 8) / 8388608.0f - 1;
}

static double decibels(const float *a, const float *b, int from, int to) {
    double x = 1e-20, y = 1e-20;
    for (int i = from; i < to; i++) x += a[i] * a[i], y += b[i] * b[i];
    return 10 * log10(x / y);
}

/* Noise in the far end, and the echo as a short room that begins after delay samples; ppm: the microphone's clock is slow. */
static void noise_scene(int n, int delay, double ppm) {
    static float room[ROOM];
    random_state = 11;
    for (int k = 0; k < ROOM; k++) room[k] = 0.04f * white() * (float)exp(-k / 60.0);
    for (int i = 0; i < n; i++) far_end[i] = 0.2f * white();
    for (int pass = 0; ppm != 0 && pass < 2; pass++) /* little above 4 kHz, where the interpolation below is poor */
        for (int i = 1; i < n; i++) far_end[i] = 0.8f * far_end[i - 1] + 0.5f * far_end[i];
    for (int i = 0; i < n; i++) {
        double place = i * (1 + ppm * 1e-6) - delay, sum = 0;
        for (int k = 0; k < ROOM; k++) {
            double at = place - k;
            int whole = (int)floor(at);
            if (whole < 1 || whole + 2 >= n) continue;
            double t = at - whole, a = far_end[whole - 1], b = far_end[whole], c = far_end[whole + 1], d = far_end[whole + 2];
            sum += room[k] * (ppm == 0 ? b : b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))));
        }
        microphone[i] = (float)sum + 1e-4f * white();
    }
}

static void run(aec *canceller, int from, int to) {
    for (int i = from; i < to; i += FRAME_LEN) aec_process(canceller, microphone + i, far_end + i, output + i);
}

static void white_noise_is_learnt_to_the_microphones_floor(void **state) {
    static echo_far far;
    static echo_filter filter;
    float near[FRAME_LEN], echo[FRAME_LEN], error[FRAME_LEN], past[2 * FRAME_LEN] = { 0 };
    double in = 0, left = 0;
    (void)state;
    fft_start();
    random_state = 1;
    echo_spectrum *memory = calloc((size_t)echo_filter_spectra(PARTITIONS), sizeof *memory);
    echo_filter_start(&filter, PARTITIONS, memory);
    for (int frame = 0; frame < 300; frame++) {
        memcpy(past, past + FRAME_LEN, sizeof near);
        for (int i = 0; i < FRAME_LEN; i++) past[FRAME_LEN + i] = 3000 * white();
        for (int i = 0; i < FRAME_LEN; i++) near[i] = 0.5f * past[FRAME_LEN + i - 3] - 0.25f * past[FRAME_LEN + i - 100] + 3 * white();
        echo_far_put(&far, past + FRAME_LEN);
        echo_filter_run(&filter, &far, 0, true, true, near, echo, error);
        for (int i = 0; i < FRAME_LEN; i++) assert_true(fabsf(near[i] - echo[i] - error[i]) < 1e-2f);
        if (frame >= 250) in += frame_energy(near, FRAME_LEN), left += frame_energy(error, FRAME_LEN);
    }
    double db = 10 * log10(in / left); /* the floor: 0.559 * 3000 over 3, 55 dB */
    if (db < 40) fail_msg("%.1f dB", db);
    float re[FFT_BINS], im[FFT_BINS], response[FFT_LEN];
    memcpy(re, filter.re[0], sizeof re);
    memcpy(im, filter.im[0], sizeof im);
    fft_inverse(re, im, response);
    assert_true(fabsf(response[3] - 0.5f) < 0.01f && fabsf(response[100] + 0.25f) < 0.01f);
    free(memory);
}

/* A shift by two partitions moves the response by 320 samples. */
static void a_shift_moves_the_weights(void **state) {
    static echo_filter filter;
    (void)state;
    echo_spectrum *memory = calloc((size_t)echo_filter_spectra(PARTITIONS), sizeof *memory);
    echo_filter_start(&filter, PARTITIONS, memory);
    for (int p = 0; p < PARTITIONS; p++) filter.re[p][7] = (float)(p + 1);
    echo_filter_shift(&filter, 2);
    for (int p = 0; p < PARTITIONS; p++) assert_true(filter.re[p][7] == (p + 2 < PARTITIONS ? (float)(p + 3) : 0));
    echo_filter_shift(&filter, -2);
    for (int p = 0; p < PARTITIONS; p++) assert_true(filter.re[p][7] == (p >= 2 ? (float)(p + 1) : 0));
    echo_filter_shift(&filter, -60);
    for (int p = 0; p < PARTITIONS; p++) assert_true(filter.re[p][7] == 0);
    free(memory);
}

static void delays_up_to_half_a_second_are_found(void **state) {
    static const int delays_ms[] = { 0, 95, 250, 500 };
    int error;
    (void)state;
    for (int i = 0; i < 4; i++) {
        noise_scene(6 * 16000, delays_ms[i] * 16 + 20, 0);
        aec *canceller = aec_new(128, &error);
        run(canceller, 0, 6 * 16000);
        int wanted = delays_ms[i], found = aec_delay_ms(canceller);
        if (found > wanted || found < wanted - 120) fail_msg("echo at %d ms, first partition at %d ms", wanted, found);
        double db = decibels(microphone, output, 4 * 16000, 6 * 16000);
        if (db < 30) fail_msg("delay %d ms: ERLE %.1f dB", wanted, db);
        aec_free(canceller);
    }
}

static void independent_noise_has_no_delay(void **state) {
    static echo_far far;
    static echo_delay search;
    float pcm[FRAME_LEN], near[FFT_LEN], re[FFT_BINS], im[FFT_BINS];
    (void)state;
    fft_start();
    random_state = 2;
    echo_delay_start(&search);
    for (int frame = 0; frame < 3000; frame++) {
        for (int i = 0; i < FRAME_LEN; i++) pcm[i] = 3000 * white();
        for (int i = 0; i < FFT_LEN; i++) near[i] = 3000 * white();
        echo_far_put(&far, pcm);
        fft_forward(near, re, im);
        assert_int_equal(echo_delay_put(&search, &far, re, im, 40), -1);
    }
}

/* Without drift the far end comes out ECHO_DRIFT_DELAY samples late, bit by bit. */
static void without_drift_the_far_end_is_only_delayed(void **state) {
    static echo_drift drift;
    float out[ECHO_DRIFT_FRAMES_MAX][FRAME_LEN];
    (void)state;
    echo_spectrum *memory = calloc((size_t)echo_drift_spectra(PARTITIONS), sizeof *memory);
    echo_drift_start(&drift, PARTITIONS, memory);
    random_state = 3;
    for (int i = 0; i < N; i++) far_end[i] = white();
    for (int i = 0; i < 100 * FRAME_LEN; i += FRAME_LEN) {
        assert_int_equal(echo_drift_resample(&drift, far_end + i, 1, 1, out), 1);
        for (int k = 0; k < FRAME_LEN; k++)
            assert_true(out[0][k] == (i + k < ECHO_DRIFT_DELAY ? 0 : far_end[i + k - ECHO_DRIFT_DELAY]));
    }
    free(memory);
}

/* Read at 1 + speed, a sine of 1 kHz keeps its phase to that clock, also where a frame more or less is given. */
static void a_resampled_sine_keeps_its_clock(void **state) {
    static echo_drift drift;
    static const double speeds[] = { 2e-4, -2e-4 };
    float in[FRAME_LEN], out[ECHO_DRIFT_FRAMES_MAX][FRAME_LEN];
    (void)state;
    echo_spectrum *memory = calloc((size_t)echo_drift_spectra(PARTITIONS), sizeof *memory);
    for (int s = 0; s < 2; s++) {
        int given = 0, odd = 0;
        echo_drift_start(&drift, PARTITIONS, memory);
        drift.speed = speeds[s];
        for (int frame = 0; frame < 12000; frame++) {
            for (int i = 0; i < FRAME_LEN; i++) in[i] = (float)sin(2 * M_PI * 1000 / 16000 * (double)(frame * FRAME_LEN + i));
            int n = echo_drift_resample(&drift, in, 1, 1, out);
            odd += n - 1;
            for (int f = 0; f < n; f++, given++)
                for (int i = 0; i < FRAME_LEN && frame > 2; i++) {
                    double place = ((double)given * FRAME_LEN + i) * (1 + speeds[s]) - ECHO_DRIFT_DELAY;
                    double wanted = sin(2 * M_PI * 1000 / 16000 * place);
                    if (fabs(out[f][i] - wanted) > 2e-3) fail_msg("frame %d sample %d: %f instead of %f", frame, i, out[f][i], wanted);
                }
        }
        assert_int_equal(odd, s == 0 ? -3 : 2); /* 120 s at 200 ppm are 384 samples */
    }
    free(memory);
}

static void drift_is_followed_both_ways(void **state) {
    int error;
    (void)state;
    for (int ppm = -150; ppm <= 150; ppm += 300) {
        noise_scene(20 * 16000, 60 * 16, ppm);
        aec *canceller = aec_new(128, &error);
        run(canceller, 0, 20 * 16000);
        float seen = aec_drift_ppm(canceller);
        if (fabsf(seen - (float)ppm) > 10) fail_msg("%d ppm told as %.1f", ppm, seen);
        double db = decibels(microphone, output, 16 * 16000, 20 * 16000);
        if (db < 25) fail_msg("%d ppm: ERLE %.1f dB", ppm, db);
        aec_free(canceller);
    }
}

/* Four seconds in which the near end is as loud as the echo must not cost what was learnt. */
static void double_talk_does_not_spoil_the_filter(void **state) {
    int error;
    (void)state;
    noise_scene(12 * 16000, 40 * 16, 0);
    aec *canceller = aec_new(128, &error);
    run(canceller, 0, 4 * 16000);
    for (int i = 4 * 16000; i < 8 * 16000; i++) microphone[i] += 0.02f * white();
    run(canceller, 4 * 16000, 12 * 16000);
    double before = decibels(microphone, output, 3 * 16000, 4 * 16000), after = decibels(microphone, output, 8 * 16000, 8 * 16000 + 1600);
    if (before < 30 || after < 20) fail_msg("ERLE %.1f dB before, %.1f dB right after", before, after);
    aec_free(canceller);
}

static void a_jump_of_the_delay_is_followed_in_two_seconds(void **state) {
    int error;
    (void)state;
    noise_scene(10 * 16000, 40 * 16, 0);
    memmove(microphone + 4 * 16000 + 3200, microphone + 4 * 16000, (6 * 16000 - 3200) * sizeof *microphone);
    memset(microphone + 4 * 16000, 0, 3200 * sizeof *microphone);
    aec *canceller = aec_new(128, &error);
    run(canceller, 0, 10 * 16000);
    double db = decibels(microphone, output, 6 * 16000 + 8000, 8 * 16000);
    if (db < 25) fail_msg("ERLE %.1f dB", db);
    aec_free(canceller);
}

/* Whatever comes in, what goes out is a number within -1..1; and after it, the canceller works again. */
static void no_input_breaks_it(void **state) {
    int error;
    (void)state;
    aec *canceller = aec_new(500, &error);
    suppress *suppressor = suppress_new(&error);
    suppress_set(suppressor, TCCC_NOISE_MEDIUM, canceller);
    random_state = 9;
    for (int frame = 0; frame < 4000; frame++) {
        float near[FRAME_LEN], far[FRAME_LEN], out[FRAME_LEN];
        for (int i = 0; i < FRAME_LEN; i++) {
            float noise = white(), square = i / 40 % 2 ? 1 : -1;
            int kind = frame / 250 % 8;
            far[i] = kind == 0 ? 0 : kind == 1 ? 1 : kind == 2 ? square : kind == 3 ? noise : kind == 4 ? (noise > 0 ? 1 : -1) : kind == 5 ? 1e-38f : kind == 6 ? -1 : (i == 7 ? 1 : 0);
            near[i] = frame / 2000 ? far[i] : kind == 3 ? square : kind == 6 ? noise : -far[i];
        }
        aec_process(canceller, near, far, out);
        for (int i = 0; i < FRAME_LEN; i++) assert_true(out[i] >= -1 && out[i] <= 1);
        suppress_process(suppressor, out);
        for (int i = 0; i < FRAME_LEN; i++) assert_true(out[i] >= -4 && out[i] <= 4);
    }
    noise_scene(6 * 16000, 40 * 16, 0);
    run(canceller, 0, 6 * 16000);
    double db = decibels(microphone, output, 5 * 16000, 6 * 16000);
    if (db < 20) fail_msg("ERLE %.1f dB afterwards", db);
    suppress_free(suppressor);
    aec_free(canceller);
}

static void switching_noise_suppression_does_not_click(void **state) {
    int error;
    (void)state;
    suppress *suppressor = suppress_new(&error);
    for (int i = 0; i < 4 * 16000; i++) output[i] = (float)(0.3 * sin(2 * M_PI * 300 * i / 16000.0));
    for (int i = 0; i < 4 * 16000; i += FRAME_LEN) {
        suppress_set(suppressor, i / 8000 % 2 ? TCCC_NOISE_MEDIUM : TCCC_NOISE_OFF, NULL);
        suppress_process(suppressor, output + i);
    }
    for (int i = 1600; i < 4 * 16000; i++) assert_true(fabsf(output[i] - output[i - 1]) < 0.05f); /* a sine of 0.42 at most */
    suppress_free(suppressor);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(white_noise_is_learnt_to_the_microphones_floor),
        cmocka_unit_test(a_shift_moves_the_weights),
        cmocka_unit_test(delays_up_to_half_a_second_are_found),
        cmocka_unit_test(independent_noise_has_no_delay),
        cmocka_unit_test(without_drift_the_far_end_is_only_delayed),
        cmocka_unit_test(a_resampled_sine_keeps_its_clock),
        cmocka_unit_test(drift_is_followed_both_ways),
        cmocka_unit_test(double_talk_does_not_spoil_the_filter),
        cmocka_unit_test(a_jump_of_the_delay_is_followed_in_two_seconds),
        cmocka_unit_test(no_input_breaks_it),
        cmocka_unit_test(switching_noise_suppression_does_not_click),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
