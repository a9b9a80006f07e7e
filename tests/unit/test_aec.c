/* test_aec.c: echo canceller with residual and noise suppression, and the reference FIFO. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "cmocka_all.h"
#include "dsp/aec.h"
#include "dsp/suppress.h"
#include "media/echo_reference.h"
#include "tccc/error.h"

enum { SECONDS = 16, N = SECONDS * 16000, ROOM = 1600 };
static float far_end[N], echo[N], near_end[N], microphone[N], output[N];

static uint32_t random_state;

static float white(void) {
    random_state = random_state * 1664525u + 1013904223u;
    return (float)(random_state >> 8) / 8388608.0f - 1;
}

/* Noise through two resonances that move, in syllables: speech to an adaptive filter's eyes. */
static void talk(float *pcm, double rms, double syllables_hz) {
    double y1 = 0, y2 = 0, power = 0;
    for (int i = 0; i < N; i++) {
        double t = i / 16000.0, hz = 700 + 400 * sin(2 * M_PI * 1.3 * t);
        double y = white() + 1.9 * cos(2 * M_PI * hz / 16000) * y1 - 0.9025 * y2;
        y2 = y1, y1 = y;
        double envelope = 0.5 - 0.5 * cos(2 * M_PI * syllables_hz * t);
        pcm[i] = (float)(y * envelope + 0.3 * white() * envelope);
        power += pcm[i] * pcm[i];
    }
    for (int i = 0; i < N; i++) pcm[i] *= (float)(rms / sqrt(power / N));
}

/* A room: 40 ms of device delay, then a decay of 60 dB in 0.2 s, 10 dB quieter than the loudspeaker. */
static void add_room(void) {
    static float response[ROOM];
    double power = 0;
    for (int k = 640; k < ROOM; k++) {
        response[k] = white() * (float)exp(-6.9 * (k - 640) / 3200.0);
        power += response[k] * response[k];
    }
    for (int k = 640; k < ROOM; k++) response[k] *= (float)(0.316 / sqrt(power));
    for (int i = 0; i < N; i++) {
        float sum = 0;
        for (int k = 640; k < ROOM && k <= i; k++) sum += response[k] * far_end[i - k];
        echo[i] = sum;
    }
}

static void scene(void) {
    static bool made;
    random_state = 5;
    if (!made) {
        talk(far_end, 0.08, 3);
        add_room();
        talk(near_end, 0.05, 2.3);
        made = true;
    }
    for (int i = 0; i < N; i++) {
        bool near_speaks = i >= 8 * 16000 && i < 12 * 16000;
        microphone[i] = echo[i] + (near_speaks ? near_end[i] : 0) + 0.0005f * white();
    }
}

static double power(const float *x, double from_s, double to_s) {
    double sum = 1e-20;
    for (int i = (int)(from_s * 16000); i < (int)(to_s * 16000); i++) sum += x[i] * x[i];
    return sum;
}

static double erle(double from_s, double to_s) {
    return 10 * log10(power(echo, from_s, to_s) / power(output, from_s, to_s));
}

static void run(aec *canceller, suppress *suppressor) {
    for (int i = 0; i < N; i += FRAME_LEN) {
        aec_process(canceller, microphone + i, far_end + i, output + i);
        if (suppressor) suppress_process(suppressor, output + i);
    }
}

/* Correlation of the differences of two signals: the canceller's DC notch turns the phase of the lowest tones. */
static double likeness(const float *x, const float *y, double from_s, double to_s) {
    double xy = 0, xx = 1e-20, yy = 1e-20;
    for (int i = (int)(from_s * 16000) + 1; i < (int)(to_s * 16000); i++) {
        double a = x[i] - x[i - 1], b = y[i] - y[i - 1];
        xy += a * b, xx += a * a, yy += b * b;
    }
    return xy / sqrt(xx * yy);
}

static void the_echo_is_cancelled_and_the_near_end_kept(void **state) {
    int error;
    (void)state;
    scene();
    aec *canceller = aec_new(128, &error);
    run(canceller, NULL);
    if (erle(5, 8) < 15) fail_msg("ERLE %.1f dB after 5 s", erle(5, 8));
    if (erle(14, 16) < 15) fail_msg("ERLE %.1f dB after double talk", erle(14, 16));
    double r = likeness(output, near_end, 8, 12);
    if (r < 0.95) fail_msg("near end correlates by %.3f in double talk", r);
    assert_true(aec_erle_db(canceller) > 10);
    assert_true(aec_found_echo(canceller));
    aec_reset(canceller);
    assert_false(aec_found_echo(canceller));
    aec_free(canceller);
}

/* A headset: both speak all the time and nothing of the far end is in the microphone. */
static void without_an_echo_not_a_bit_is_changed(void **state) {
    int error;
    (void)state;
    scene();
    for (int i = 0; i < N; i++) microphone[i] = near_end[i] + 0.0005f * white();
    aec *canceller = aec_new(200, &error);
    for (int i = 0; i < N; i += FRAME_LEN) {
        aec_process(canceller, microphone + i, far_end + i, output + i);
        for (int k = 0; k < FRAME_LEN; k++) assert_true(fabsf(output[i + k] - microphone[i + k]) < 1e-9f);
    }
    assert_false(aec_found_echo(canceller));
    assert_true(aec_erle_db(canceller) == 0);
    aec_free(canceller);
}

static void an_echo_is_found_within_two_seconds_of_far_speech(void **state) {
    int error, found_at = -1;
    (void)state;
    scene();
    aec *canceller = aec_new(128, &error);
    for (int i = 0; i < 8 * 16000 && found_at < 0; i += FRAME_LEN) {
        aec_process(canceller, microphone + i, far_end + i, output + i);
        if (aec_found_echo(canceller)) found_at = i;
    }
    assert_in_range(found_at, 1600, 2 * 16000);
    aec_free(canceller);
}

/* The suppressor must add to the canceller's ERLE; it does nothing when its denoiser is off. */
static void the_suppressor_takes_what_echo_remains(void **state) {
    int error;
    (void)state;
    scene();
    aec *canceller = aec_new(128, &error);
    run(canceller, NULL);
    double alone = erle(5, 8);
    aec_reset(canceller);
    suppress *suppressor = suppress_new(&error);
    suppress_set(suppressor, TCCC_NOISE_OFF, canceller);
    run(canceller, suppressor);
    double both = erle(5, 8);
    if (both < alone + 3) fail_msg("ERLE %.1f dB alone, %.1f dB with the suppressor", alone, both);
    suppress_free(suppressor);
    aec_free(canceller);
}

/* Echo that was claimed too high must not be taken from the background: it would then count as somebody's speech. */
static void the_background_is_known_while_the_far_end_speaks(void **state) {
    int error;
    (void)state;
    scene();
    for (int i = 0; i < N; i++) microphone[i] = echo[i] + 0.004f * white();
    aec *canceller = aec_new(200, &error);
    suppress *suppressor = suppress_new(&error);
    suppress_set(suppressor, TCCC_NOISE_MEDIUM, canceller);
    run(canceller, suppressor);
    double left_db = 10 * log10(power(output, 8, 16) / (8 * 16000 * 0.004 * 0.004 / 3));
    if (left_db > -14) fail_msg("%.1f dB of the background are left", left_db);
    suppress_free(suppressor);
    aec_free(canceller);
}

static void stationary_noise_is_suppressed_and_speech_is_not(void **state) {
    int error;
    (void)state;
    scene();
    suppress *suppressor = suppress_new(&error);
    suppress_set(suppressor, TCCC_NOISE_MEDIUM, NULL);
    for (int i = 0; i < N; i++) output[i] = microphone[i] = 0.01f * white() + (i >= 8 * 16000 && i < 12 * 16000 ? 4 * near_end[i] : 0);
    for (int i = 0; i < N; i += FRAME_LEN) suppress_process(suppressor, output + i);
    double noise_db = 10 * log10(power(microphone, 5, 7.5) / power(output, 5, 7.5));
    double speech_db = 10 * log10(power(microphone, 9, 12) / power(output, 9, 12));
    if (noise_db < 10) fail_msg("noise falls by %.1f dB", noise_db);
    if (speech_db > 2) fail_msg("speech falls by %.1f dB", speech_db);
    suppress_free(suppressor);
}

static void with_nothing_to_suppress_only_the_delay_remains(void **state) {
    int error;
    (void)state;
    scene();
    suppress *suppressor = suppress_new(&error);
    memcpy(output, near_end, sizeof output);
    for (int i = 0; i < N; i += FRAME_LEN) suppress_process(suppressor, output + i);
    double xy = 0, xx = 0, yy = 0;
    for (int i = 32000; i < N - SUPPRESS_DELAY; i++)
        xy += near_end[i] * output[i + SUPPRESS_DELAY], xx += near_end[i] * near_end[i], yy += output[i + SUPPRESS_DELAY] * output[i + SUPPRESS_DELAY];
    assert_true(xy / sqrt(xx * yy) > 0.99);
    assert_true(fabs(10 * log10(yy / xx)) < 0.5);
    suppress_free(suppressor);
}

static void a_tail_outside_its_range_is_refused(void **state) {
    int error = 0;
    (void)state;
    assert_null(aec_new(31, &error));
    assert_int_equal(error, TCCC_E_ARG_RANGE);
    assert_null(aec_new(501, &error));
    assert_int_equal(error, TCCC_E_ARG_RANGE);
}

static void put(echo_reference *reference, int number) {
    float frame[FRAME_LEN] = { (float)number };
    echo_reference_put(reference, frame);
}

static int take(echo_reference *reference) {
    float frame[FRAME_LEN];
    echo_reference_take(reference, frame);
    return (int)frame[0];
}

static void the_reference_gives_frames_in_order_and_silence_when_empty(void **state) {
    static echo_reference reference;
    (void)state;
    memset(&reference, 0, sizeof reference);
    assert_int_equal(take(&reference), 0);
    for (int i = 1; i <= 3; i++) put(&reference, i);
    for (int i = 1; i <= 3; i++) assert_int_equal(take(&reference), i);
    assert_int_equal(take(&reference), 0);
    assert_int_equal(reference.missing, 2);
}

static void frames_that_were_not_needed_for_a_second_are_dropped(void **state) {
    static echo_reference reference;
    (void)state;
    memset(&reference, 0, sizeof reference);
    for (int i = 0; i < 6; i++) put(&reference, -1); /* the host rendered 60 ms before it captured */
    for (int i = 0; i < 1000; i++) put(&reference, i), take(&reference);
    assert_int_equal(reference.count, 1);
    assert_int_equal(reference.dropped, 5);
    for (int i = 0; i < 1000; i++) put(&reference, i), take(&reference);
    assert_int_equal(reference.dropped, 5);
}

static void a_flood_drops_the_oldest(void **state) {
    static echo_reference reference;
    (void)state;
    memset(&reference, 0, sizeof reference);
    for (int i = 1; i <= ECHO_REFERENCE_FRAMES + 10; i++) put(&reference, i);
    assert_int_equal(reference.count, ECHO_REFERENCE_FRAMES);
    assert_int_equal(take(&reference), 11);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_echo_is_cancelled_and_the_near_end_kept),
        cmocka_unit_test(without_an_echo_not_a_bit_is_changed),
        cmocka_unit_test(an_echo_is_found_within_two_seconds_of_far_speech),
        cmocka_unit_test(the_suppressor_takes_what_echo_remains),
        cmocka_unit_test(the_background_is_known_while_the_far_end_speaks),
        cmocka_unit_test(stationary_noise_is_suppressed_and_speech_is_not),
        cmocka_unit_test(with_nothing_to_suppress_only_the_delay_remains),
        cmocka_unit_test(a_tail_outside_its_range_is_refused),
        cmocka_unit_test(the_reference_gives_frames_in_order_and_silence_when_empty),
        cmocka_unit_test(frames_that_were_not_needed_for_a_second_are_dropped),
        cmocka_unit_test(a_flood_drops_the_oldest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
