/* test_comfort_noise.c: the background is learned in level and colour, speech is not. Layer: tests. */
#include "dsp/comfort_noise.h"

#include <math.h>
#include <string.h>

#include "cmocka_all.h"
#include "speech_signal.h"

enum { SECOND = 16000 };

static double level_db(const float *pcm, int n) {
    double power = 1e-20;

    for (int i = 0; i < n; i++)
        power += (double)pcm[i] * pcm[i] / n;
    return 10 * log10(power);
}

/* Power of neighbouring samples' differences against their sums: above 0 dB = treble, below = bass. */
static double colour_db(const float *pcm, int n) {
    double high = 1e-20, low = 1e-20;

    for (int i = 1; i < n; i++) {
        high += ((double)pcm[i] - pcm[i - 1]) * ((double)pcm[i] - pcm[i - 1]);
        low += ((double)pcm[i] + pcm[i - 1]) * ((double)pcm[i] + pcm[i - 1]);
    }
    return 10 * log10(high / low);
}

static void learn_all(comfort_noise *noise, const float *pcm, int n) {
    for (int at = 0; at + COMFORT_NOISE_FRAME <= n; at += COMFORT_NOISE_FRAME)
        comfort_noise_learn(noise, pcm + at);
}

static void noise_of_any_colour_is_made_again(void **state) {
    static float pcm[4 * SECOND], made[2 * SECOND];

    (void)state;
    for (int colour = -1; colour <= 1; colour++) {
        comfort_noise noise;
        uint32_t random = 3;
        float last = 0;

        for (int i = 0; i < 4 * SECOND; i++)
            pcm[i] = last = 0.8f * (float)colour * last + 0.002f * (speech_uniform(&random) - 0.5f);
        comfort_noise_open(&noise, 1);
        learn_all(&noise, pcm, 4 * SECOND);
        comfort_noise_make(&noise, made, 2 * SECOND);
        assert_float_equal(level_db(made + SECOND, SECOND), level_db(pcm, 4 * SECOND), 1);
        assert_float_equal(colour_db(made + SECOND, SECOND), colour_db(pcm, 4 * SECOND), 1.5);
    }
}

static void speech_over_a_background_teaches_the_background(void **state) {
    static float pcm[20 * SECOND], made[2 * SECOND];
    comfort_noise noise;

    (void)state;
    speech_make(pcm, 20 * SECOND, 6); /* its background: uniform, 0.001 at most: -64.8 dBFS */
    comfort_noise_open(&noise, 1);
    learn_all(&noise, pcm, 20 * SECOND);
    comfort_noise_make(&noise, made, 2 * SECOND);
    assert_float_equal(level_db(made + SECOND, SECOND), -64.8, 3);
}

static void nothing_learned_is_silence(void **state) {
    comfort_noise noise;
    float made[160];

    (void)state;
    comfort_noise_open(&noise, 1);
    comfort_noise_make(&noise, made, 160);
    for (int i = 0; i < 160; i++)
        assert_true(made[i] == 0);
}

/* RFC 3389 section 3.1: 0 dBov is a full-scale square wave; 40 below it an RMS of 0.01. */
static void the_peers_level_is_kept(void **state) {
    static float made[2 * SECOND];
    comfort_noise noise;

    (void)state;
    comfort_noise_open(&noise, 1);
    comfort_noise_level(&noise, 40);
    comfort_noise_make(&noise, made, 2 * SECOND);
    assert_float_equal(level_db(made + SECOND, SECOND), -40, 0.5);
    comfort_noise_level(&noise, -1);
    comfort_noise_make(&noise, made, 2 * SECOND);
    assert_true(level_db(made + SECOND, SECOND) < -100);
}

/* A level that appears within 20 ms and not at once. */
static void noise_sets_in_softly(void **state) {
    static float made[SECOND];
    comfort_noise noise;

    (void)state;
    comfort_noise_open(&noise, 1);
    comfort_noise_level(&noise, 30);
    comfort_noise_make(&noise, made, SECOND);
    assert_true(level_db(made, 32) < -45);
    assert_true(level_db(made + 1600, 1600) > -33);
}

static void the_same_seed_makes_the_same_noise(void **state) {
    comfort_noise one, other;
    float a[320], b[320];

    (void)state;
    comfort_noise_open(&one, 7);
    comfort_noise_open(&other, 7);
    comfort_noise_level(&one, 50);
    comfort_noise_level(&other, 50);
    comfort_noise_make(&one, a, 320);
    comfort_noise_make(&other, b, 100);
    comfort_noise_make(&other, b + 100, 220);
    assert_memory_equal(a, b, sizeof a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_of_any_colour_is_made_again),
        cmocka_unit_test(speech_over_a_background_teaches_the_background),
        cmocka_unit_test(nothing_learned_is_silence),
        cmocka_unit_test(the_peers_level_is_kept),
        cmocka_unit_test(noise_sets_in_softly),
        cmocka_unit_test(the_same_seed_makes_the_same_noise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
