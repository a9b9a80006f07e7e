/* test_tone.c: keys made by tone.c are heard by dtmf.c; ringback has its cadence. */
#include <math.h>
#include <string.h>

#include "cmocka_all.h"
#include "dsp/dtmf.h"
#include "dsp/tone.h"

static const char all_digits[] = "0123456789*#ABCD";

static void the_generator_and_the_detector_agree(void **state) {
    (void)state;
    for (const char *digit = all_digits; *digit; digit++) {
        dtmf detector;
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
            char keys[DTMF_KEYS_MAX(FRAME_LEN)];
            if (dtmf_put(&detector, frame, FRAME_LEN, keys)) heard = keys[0];
        }
        assert_int_equal(heard, *digit);
    }
    double hz;
    assert_false(tone_digit_hz('x', &hz, &hz));
    assert_false(tone_digit_hz(0, &hz, &hz));
}

/* E.180 supplement 2, China: ringback 450 Hz, 1 s on, 4 s off. */
static void ringback_has_its_cadence_and_frequency(void **state) {
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_generator_and_the_detector_agree),
        cmocka_unit_test(ringback_has_its_cadence_and_frequency),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
