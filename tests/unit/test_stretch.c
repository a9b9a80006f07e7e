/* test_stretch.c: stretched speech keeps its pitch and has no clicks. Layer: tests. */
#include "dsp/stretch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "speech_signal.h"

enum { SECOND = 16000, FRAME = 160, HELD = 640 };

/* Ten harmonics of hz, falling by 1/k. */
static void hum(float *pcm, int n, float hz) {
    for (int i = 0; i < n; i++) {
        pcm[i] = 0;
        for (int k = 1; k <= 10; k++)
            pcm[i] += 0.2f / k * sinf(2 * 3.14159265f * hz * k * i / SECOND);
    }
}

/* Power at hz over a Hann window. */
static double power_at(const float *pcm, int n, double hz) {
    double re = 0, im = 0;

    for (int i = 0; i < n; i++) {
        double window = 0.5 - 0.5 * cos(2 * 3.14159265358979 * i / n);

        re += window * pcm[i] * cos(2 * 3.14159265358979 * hz * i / SECOND);
        im += window * pcm[i] * sin(2 * 3.14159265358979 * hz * i / SECOND);
    }
    return re * re + im * im;
}

/* The largest second difference: a click's mark. */
static float roughness(const float *pcm, int n) {
    float most = 0;

    for (int i = 2; i < n; i++)
        most = fmaxf(most, fabsf(pcm[i] - 2 * pcm[i - 1] + pcm[i - 2]));
    return most;
}

/* Streams `in` through frames of 10 ms as the playout does, one period out or in before every second frame; length of out. */
static int stream(const float *in, int n, float *out, int shorten, float likeness) {
    static float samples[STRETCH_LAG_MAX + HELD + FRAME + 2 * STRETCH_LAG_MAX];
    float *held = samples + STRETCH_LAG_MAX;
    int at = 0, held_n = 0, made = 0;

    memset(samples, 0, sizeof samples);
    for (int frame = 0;; frame++) {
        while (held_n < HELD && at + FRAME <= n) {
            memcpy(held + held_n, in + at, FRAME * sizeof *in);
            held_n += FRAME;
            at += FRAME;
        }
        if (held_n < HELD)
            return made;
        if (frame % 2 && shorten)
            held_n -= stretch_shorten(held, held_n, STRETCH_LAG_MAX, likeness);
        else if (frame % 2)
            held_n += stretch_lengthen(held, held_n, STRETCH_LAG_MAX, likeness);
        memcpy(out + made, held, FRAME * sizeof *out);
        made += FRAME;
        held_n -= FRAME;
        memmove(samples, samples + FRAME, (size_t)(STRETCH_LAG_MAX + held_n) * sizeof *samples);
    }
}

static void a_hum_keeps_its_pitch_whether_shorter_or_longer(void **state) {
    static float in[2 * SECOND], out[6 * SECOND];

    (void)state;
    for (int shorten = 0; shorten <= 1; shorten++) {
        for (float hz = 85; hz < 300; hz += 21.3f) {
            int n;

            hum(in, 2 * SECOND, hz);
            n = stream(in, 2 * SECOND, out, shorten, 0.85f);
            assert_true(shorten ? n < 2 * SECOND * 9 / 10 : n > 2 * SECOND * 11 / 10);
            for (int k = 1; k <= 3; k++) {
                double own = power_at(out + 1600, n - 3200, (double)hz * k);

                assert_true(own > 100 * power_at(out + 1600, n - 3200, (double)hz * k * 1.06));
                assert_true(own > 100 * power_at(out + 1600, n - 3200, (double)hz * k * 0.94));
            }
        }
    }
}

static void there_is_no_click_in_a_hum(void **state) {
    static float in[2 * SECOND], out[6 * SECOND];

    (void)state;
    for (int shorten = 0; shorten <= 1; shorten++) {
        int n;

        hum(in, 2 * SECOND, 123.4f);
        n = stream(in, 2 * SECOND, out, shorten, 0.85f);
        assert_true(roughness(out + 320, n - 320) < 1.1f * roughness(in, 2 * SECOND));
    }
}

static void there_is_no_click_and_no_jump_of_level_in_speech(void **state) {
    static float in[10 * SECOND], out[30 * SECOND];

    (void)state;
    speech_make(in, 10 * SECOND, 3);
    for (int shorten = 0; shorten <= 1; shorten++) {
        double power_in = 0, power_out = 0;
        int n = stream(in, 10 * SECOND, out, shorten, 0.5f);

        assert_true(shorten ? n < 9 * SECOND : n > 11 * SECOND);
        assert_true(roughness(out, n) < 1.25f * roughness(in, 10 * SECOND));
        for (int i = 0; i < 10 * SECOND; i++)
            power_in += (double)in[i] * in[i] / (10 * SECOND);
        for (int i = 0; i < n; i++)
            power_out += (double)out[i] * out[i] / n;
        assert_true(fabs(10 * log10(power_out / power_in)) < 1.5);
    }
}

/* White noise has no period: cross-fading unlike parts must not dip by the 3 dB of a plain cross-fade. */
static void noise_keeps_its_level(void **state) {
    static float in[4 * SECOND], out[12 * SECOND];
    uint32_t random = 5;

    (void)state;
    for (int i = 0; i < 4 * SECOND; i++)
        in[i] = speech_uniform(&random) - 0.5f;
    for (int shorten = 0; shorten <= 1; shorten++) {
        int n = stream(in, 4 * SECOND, out, shorten, -1);
        double power = 0;

        for (int i = 0; i < n; i++)
            power += (double)out[i] * out[i] / n;
        assert_true(fabs(10 * log10(power * 12)) < 0.5);
    }
}

static void unlike_parts_are_left_alone(void **state) {
    float pcm[STRETCH_LAG_MAX + 1200];
    uint32_t random = 9;

    (void)state;
    for (int i = 0; i < STRETCH_LAG_MAX + 640; i++)
        pcm[i] = speech_uniform(&random) - 0.5f;
    assert_int_equal(stretch_shorten(pcm + STRETCH_LAG_MAX, 640, STRETCH_LAG_MAX, 0.85f), 0);
    assert_int_equal(stretch_lengthen(pcm + STRETCH_LAG_MAX, 640, STRETCH_LAG_MAX, 0.85f), 0);
    assert_int_equal(stretch_shorten(pcm + STRETCH_LAG_MAX, 2 * STRETCH_LAG_MIN - 1, STRETCH_LAG_MAX, -1), 0); /* too little for one period */
}

/* A period of exactly 100 samples: what is cut or put in is that period or its double, and nothing else changes. */
static void a_true_period_is_cut_without_a_trace(void **state) {
    float pcm[STRETCH_LAG_MAX + 640 + STRETCH_LAG_MAX];
    int removed, inserted;

    (void)state;
    hum(pcm, STRETCH_LAG_MAX + 640, 160);
    removed = stretch_shorten(pcm + STRETCH_LAG_MAX, 640, STRETCH_LAG_MAX, 0.99f);
    assert_true(removed == 100 || removed == 200);
    for (int i = 1; i < 640 - removed; i++)
        assert_float_equal(pcm[STRETCH_LAG_MAX + i], pcm[STRETCH_LAG_MAX % 100 + (i % 100)], 1e-3f);
    hum(pcm, STRETCH_LAG_MAX + 640, 160);
    inserted = stretch_lengthen(pcm + STRETCH_LAG_MAX, 640, STRETCH_LAG_MAX, 0.99f);
    assert_true(inserted == 100 || inserted == 200);
    for (int i = 1; i < 640 + inserted; i++)
        assert_float_equal(pcm[STRETCH_LAG_MAX + i], pcm[STRETCH_LAG_MAX % 100 + (i % 100)], 1e-3f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hum_keeps_its_pitch_whether_shorter_or_longer),
        cmocka_unit_test(there_is_no_click_in_a_hum),
        cmocka_unit_test(there_is_no_click_and_no_jump_of_level_in_speech),
        cmocka_unit_test(noise_keeps_its_level),
        cmocka_unit_test(unlike_parts_are_left_alone),
        cmocka_unit_test(a_true_period_is_cut_without_a_trace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
