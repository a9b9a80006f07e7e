/* test_suppress.c: background noise is known soon, whatever the microphone hears first. Layer: tests. */
#include <math.h>
#include <stdlib.h>

#include "cmocka_all.h"
#include "dsp/suppress.h"

enum { SECOND = 100 }; /* frames */

typedef struct {
    suppress *suppressor;
    unsigned random;
} listener;

static float uniform(listener *one) /* -1..1 */
{
    one->random = one->random * 1664525u + 1013904223u;
    return (float)(int)one->random / 2147483648.0f;
}

/* dB by which `frames` frames of noise of this amplitude come out quieter than they went in. */
static double heard(listener *one, float amplitude, int frames)
{
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

static listener listener_new(void)
{
    int error;
    listener one = { suppress_new(&error), 1 };
    assert_non_null(one.suppressor);
    suppress_set(one.suppressor, TCCC_NOISE_MEDIUM, NULL);
    return one;
}

static void noise_of_any_level_is_quieter_after_half_a_second(void **state)
{
    static const float amplitudes[] = { 0.001f, 0.01f, 0.05f, 0.2f };
    (void)state;
    for (unsigned i = 0; i < sizeof amplitudes / sizeof *amplitudes; i++) {
        listener one = listener_new();
        heard(&one, amplitudes[i], SECOND / 2);
        assert_true(heard(&one, amplitudes[i], SECOND) > 11);
        suppress_free(one.suppressor);
    }
}

static void a_loud_beginning_is_forgotten_when_it_is_over(void **state)
{
    (void)state;
    listener one = listener_new();
    heard(&one, 0.3f, SECOND / 2);
    heard(&one, 0.001f, SECOND / 2);
    assert_true(heard(&one, 0.001f, SECOND) > 11);
    heard(&one, 0.05f, 10);
    assert_true(heard(&one, 0.1f, 10) < 3); /* what is louder than the background passes */
    suppress_free(one.suppressor);
}

static void without_noise_suppression_all_passes(void **state)
{
    (void)state;
    listener one = listener_new();
    suppress_set(one.suppressor, TCCC_NOISE_OFF, NULL);
    heard(&one, 0.05f, SECOND / 2);
    assert_true(fabs(heard(&one, 0.05f, SECOND)) < 0.2);
    suppress_free(one.suppressor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_of_any_level_is_quieter_after_half_a_second),
        cmocka_unit_test(a_loud_beginning_is_forgotten_when_it_is_over),
        cmocka_unit_test(without_noise_suppression_all_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
