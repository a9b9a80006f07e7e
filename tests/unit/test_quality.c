/* test_quality.c: R and MOS, worked by hand from ITU-T G.107 (equations 3-28 to 3-30, annex B). Layer: tests. */
#include "media/quality.h"

#include <math.h>

#include "cmocka_all.h"

static void an_undisturbed_call_has_the_default_rating(void **state) {
    (void)state;
    assert_float_equal(quality_rating(TCCC_CODEC_PCMU, 0, 0), 93.2f, 1e-4f);
    assert_float_equal(quality_rating(TCCC_CODEC_OPUS, 100, 0), 93.2f, 1e-4f);
    assert_float_equal(quality_mos(93.2f), 4.4093f, 1e-3f); /* 1 + 3.262 + 93.2 * 33.2 * 6.8 * 7e-6 */
}

/* 150 ms: X = log2 1.5, Idd = 0.164; 400 ms: X = 2, Idd = 25 (65^(1/6) - 3 (1 + (2/3)^6)^(1/6) + 2) = 24.07. */
static void delay_is_heard_above_100_ms(void **state) {
    (void)state;
    assert_float_equal(quality_rating(TCCC_CODEC_PCMA, 150, 0), 93.2f - 0.1635f, 1e-3f);
    assert_float_equal(quality_rating(TCCC_CODEC_PCMA, 400, 0), 93.2f - 24.070f, 1e-2f);
}

/* Ie,eff = 95 Ppl / (Ppl + 25.1): 1 % -> 3.640, 5 % -> 15.781. */
static void loss_costs_what_the_codec_is_robust_to(void **state) {
    (void)state;
    assert_float_equal(quality_rating(TCCC_CODEC_PCMA, 0, 0.01f), 93.2f - 3.640f, 1e-2f);
    assert_float_equal(quality_rating(TCCC_CODEC_PCMU, 0, 0.05f), 93.2f - 15.781f, 1e-2f);
}

static void the_score_stays_between_1_and_4_5(void **state) {
    float last = 1;

    (void)state;
    assert_float_equal(quality_mos(0), 1, 1e-6f);
    assert_float_equal(quality_mos(-5), 1, 1e-6f);
    assert_float_equal(quality_mos(100), 4.5f, 1e-6f);
    assert_float_equal(quality_mos(60), 3.1f, 1e-5f); /* the cubic term is 0 */
    for (int rating = 10; rating <= 100; rating++) {
        assert_true(quality_mos((float)rating) >= last);
        last = quality_mos((float)rating);
    }
}

static void nonsense_is_taken_as_the_nearest_sense(void **state) {
    (void)state;
    assert_float_equal(quality_rating(TCCC_CODEC_OPUS, -10, -1), 93.2f, 1e-4f);
    assert_true(quality_rating(TCCC_CODEC_OPUS, 1e9f, 2) >= 0);
    assert_float_equal(quality_rating(TCCC_CODEC_OPUS, NAN, NAN), 93.2f, 1e-4f);
}

static void levels_are_those_of_the_rating_table_and_do_not_flicker(void **state) {
    static const float ratings[] = {49.5f, 51, 61, 71, 81}; /* G.107 table B.1: 50, 60, 70 and 80 are the borders */

    (void)state;
    for (int i = 0; i < 5; i++) assert_int_equal(quality_level(quality_mos(ratings[i]), 0), i + 1);
    assert_int_equal(quality_level(3.65f, 4), 4);
    assert_int_equal(quality_level(3.65f, 3), 3);
    assert_int_equal(quality_level(3.71f, 3), 4);
    assert_int_equal(quality_level(3.59f, 4), 3);
    assert_int_equal(quality_level(4.4f, 1), 5);
    assert_int_equal(quality_level(NAN, 5), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_undisturbed_call_has_the_default_rating),
        cmocka_unit_test(delay_is_heard_above_100_ms),
        cmocka_unit_test(loss_costs_what_the_codec_is_robust_to),
        cmocka_unit_test(the_score_stays_between_1_and_4_5),
        cmocka_unit_test(levels_are_those_of_the_rating_table_and_do_not_flicker),
        cmocka_unit_test(nonsense_is_taken_as_the_nearest_sense),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
