/* test_goertzel.c: DTMF made by tone.c is heard, what Q.24 refuses is not. */
#include <math.h>
#include <string.h>

#include "cmocka_all.h"
#include "dsp/goertzel.h"
#include "dsp/tone.h"

static const char all_digits[] = "0123456789*#ABCD";

typedef struct {
    double low_hz, high_hz, low_peak, high_peak; /* amplitudes 0..1 */
    int on_ms, off_ms;
} press;

/* Plays `times` presses with a little white noise (-70 dBFS); the digits heard, as text. */
static void play(const press *p, int times, char heard[64])
{
    goertzel detector;
    float frame[FRAME_LEN];
    unsigned random = 1;
    int filled = 0, n = 0, total = times * (p->on_ms + p->off_ms) * 16 + 1600;
    memset(&detector, 0, sizeof detector);
    for (int i = 0; i < total; i++) {
        int place = i % ((p->on_ms + p->off_ms) * 16);
        int on = i < times * (p->on_ms + p->off_ms) * 16 && place < p->on_ms * 16;
        double t = i / 16000.0;
        random = random * 1664525u + 1013904223u;
        double noise = ((double)(random >> 8) / 8388608.0 - 1) * 5.5e-4;
        double tone = p->low_peak * sin(2 * M_PI * p->low_hz * t) + p->high_peak * sin(2 * M_PI * p->high_hz * t);
        frame[filled++] = (float)(noise + (on ? tone : 0));
        if (filled < FRAME_LEN) continue;
        filled = 0;
        char digit = goertzel_put(&detector, frame);
        if (digit && n < 63) heard[n++] = digit;
    }
    heard[n] = 0;
}

static press press_of(char digit, double peak, int on_ms, int off_ms)
{
    press p = { .low_peak = peak, .high_peak = peak, .on_ms = on_ms, .off_ms = off_ms };
    assert_true(tone_digit_hz(digit, &p.low_hz, &p.high_hz));
    return p;
}

static void every_digit_of_40_ms_is_heard_once(void **state)
{
    char heard[64], wanted[11];
    (void)state;
    for (const char *digit = all_digits; *digit; digit++) {
        press p = press_of(*digit, 0.1, 40, 43); /* 83 ms: the presses move through the blocks */
        play(&p, 10, heard);
        memset(wanted, *digit, 10);
        wanted[10] = 0;
        assert_string_equal(heard, wanted);
    }
}

static void a_long_press_is_one_digit(void **state)
{
    char heard[64];
    press p = press_of('5', 0.1, 2000, 100);
    (void)state;
    play(&p, 1, heard);
    assert_string_equal(heard, "5");
}

static void bursts_below_19_ms_are_not_heard(void **state)
{
    char heard[64];
    (void)state;
    for (const char *digit = all_digits; *digit; digit++) {
        press p = press_of(*digit, 0.2, 19, 63);
        play(&p, 20, heard);
        assert_string_equal(heard, "");
    }
}

static void frequencies_off_by_one_and_a_half_percent_are_heard(void **state)
{
    char heard[64], wanted[2] = "";
    (void)state;
    for (const char *digit = all_digits; *digit; digit++)
        for (int sign = -1; sign <= 1; sign += 2) {
            press p = press_of(*digit, 0.1, 60, 60);
            p.low_hz *= 1 + sign * 0.015;
            p.high_hz *= 1 - sign * 0.015;
            play(&p, 1, heard);
            wanted[0] = *digit;
            assert_string_equal(heard, wanted);
        }
}

static void frequencies_between_the_tones_are_refused(void **state)
{
    static const double between_hz[] = { 733, 811, 896 };
    char heard[64];
    (void)state;
    for (int i = 0; i < 3; i++) {
        press p = { .low_hz = between_hz[i], .high_hz = 1336, .low_peak = 0.1, .high_peak = 0.1, .on_ms = 100, .off_ms = 60 };
        play(&p, 3, heard);
        assert_string_equal(heard, "");
    }
}

static void twist_is_heard_up_to_the_limits_of_q24(void **state)
{
    static const struct { double low_db, high_db; const char *heard; } cases[] = {
        { 0, -7, "5" }, { -3, 0, "5" }, { 0, -11, "" }, { -8, 0, "" } };
    char heard[64];
    (void)state;
    for (int i = 0; i < 4; i++) {
        press p = press_of('5', 0.2, 60, 60);
        p.low_peak *= pow(10, cases[i].low_db / 20);
        p.high_peak *= pow(10, cases[i].high_db / 20);
        play(&p, 1, heard);
        assert_string_equal(heard, cases[i].heard);
    }
}

static void quiet_digits_are_heard_down_to_minus_35_dbfs(void **state)
{
    char heard[64];
    press p = press_of('9', 0.0178, 60, 60); /* two tones of -38 dBFS each (a sine's mean square is half its peak's square) */
    (void)state;
    play(&p, 1, heard);
    assert_string_equal(heard, "9");
    p = press_of('9', 0.005, 60, 60);
    play(&p, 1, heard);
    assert_string_equal(heard, "");
}

static void noise_and_single_tones_are_no_digits(void **state)
{
    goertzel detector;
    float frame[FRAME_LEN];
    unsigned random = 7;
    (void)state;
    memset(&detector, 0, sizeof detector);
    for (int f = 0; f < 100 * 600; f++) {
        for (int i = 0; i < FRAME_LEN; i++) {
            random = random * 1664525u + 1013904223u;
            frame[i] = (float)(random >> 8) / 8388608.0f - 1;
        }
        assert_int_equal(goertzel_put(&detector, frame), 0);
    }
    for (double hz = 300; hz < 3400; hz += 13) {
        for (int f = 0; f < 10; f++) {
            for (int i = 0; i < FRAME_LEN; i++) frame[i] = (float)(0.3 * sin(2 * M_PI * hz * (f * FRAME_LEN + i) / 16000));
            assert_int_equal(goertzel_put(&detector, frame), 0);
        }
    }
}

static void the_generator_and_the_detector_agree(void **state)
{
    (void)state;
    for (const char *digit = all_digits; *digit; digit++) {
        goertzel detector;
        tone generator;
        float frame[FRAME_LEN];
        double low_hz, high_hz;
        char heard = 0;
        memset(&detector, 0, sizeof detector);
        memset(&generator, 0, sizeof generator);
        assert_true(tone_digit_hz(*digit, &low_hz, &high_hz));
        tone_pair_start(&generator, low_hz, high_hz, 0.2);
        for (int f = 0; f < 8; f++) {
            tone_make(&generator, frame);
            char digit_heard = goertzel_put(&detector, frame);
            if (digit_heard) heard = digit_heard;
        }
        assert_int_equal(heard, *digit);
    }
    double hz;
    assert_false(tone_digit_hz('x', &hz, &hz));
    assert_false(tone_digit_hz(0, &hz, &hz));
}

/* E.180 supplement 2, China: ringback 450 Hz, 1 s on, 4 s off. */
static void ringback_has_its_cadence_and_frequency(void **state)
{
    tone generator;
    float frame[FRAME_LEN];
    int crossings = 0, loud_frames = 0;
    float last = 0;
    (void)state;
    memset(&generator, 0, sizeof generator);
    tone_kind_start(&generator, TONE_RINGBACK);
    for (int f = 0; f < 1000; f++) {
        tone_make(&generator, frame);
        float energy = frame_energy(frame, FRAME_LEN);
        loud_frames += energy > 0.1f;
        for (int i = 0; i < FRAME_LEN; i++) {
            crossings += f < 100 && last < 0 && frame[i] >= 0;
            last = frame[i];
            assert_true(fabsf(frame[i]) <= 0.101f);
        }
    }
    assert_in_range(loud_frames, 198, 202);
    assert_in_range(crossings, 448, 451);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_digit_of_40_ms_is_heard_once),
        cmocka_unit_test(a_long_press_is_one_digit),
        cmocka_unit_test(bursts_below_19_ms_are_not_heard),
        cmocka_unit_test(frequencies_off_by_one_and_a_half_percent_are_heard),
        cmocka_unit_test(frequencies_between_the_tones_are_refused),
        cmocka_unit_test(twist_is_heard_up_to_the_limits_of_q24),
        cmocka_unit_test(quiet_digits_are_heard_down_to_minus_35_dbfs),
        cmocka_unit_test(noise_and_single_tones_are_no_digits),
        cmocka_unit_test(the_generator_and_the_detector_agree),
        cmocka_unit_test(ringback_has_its_cadence_and_frequency),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
