/* test_jitter_drift.c: the peer's clock against ours, under a simulated clock. Layer: tests. */
#include "media/jitter_drift.h"

#include <math.h>

#include "cmocka_all.h"
#include "network_trace.h"

/* Feeds packets of 20 ms from a peer that is faster by ppm; delay normal with sd_ms, and one in a hundred 200 ms late. */
static float drift_after(double seconds, double ppm, double sd_ms, uint64_t seed) {
    jitter_drift drift;
    uint64_t random = seed;

    jitter_drift_open(&drift);
    for (int i = 0; i < seconds * 50; i++) {
        double media_us = i * 20000.0, sent_us = media_us / (1 + ppm * 1e-6);
        double delay_us = 100000 + 1000 * sd_ms * network_normal(&random);

        if (sd_ms > 0 && network_uniform(&random) < 0.01)
            delay_us += 200000;
        jitter_drift_packet(&drift, (int64_t)(sent_us + delay_us - media_us), 1000000 + (uint64_t)sent_us);
    }
    return drift.ppm;
}

static void nothing_is_claimed_in_the_first_seconds(void **state) {
    (void)state;
    assert_float_equal(drift_after(15, 200, 0, 1), 0, 1e-6);
}

static void a_clean_network_shows_the_drift_within_one_ppm(void **state) {
    (void)state;
    for (int ppm = -200; ppm <= 200; ppm += 50)
        assert_float_equal(drift_after(60, ppm, 0, 1), ppm, 1);
}

static void jitter_of_10_ms_leaves_15_ppm_after_two_minutes(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++)
        assert_float_equal(drift_after(120, 100, 10, seed), 100, 15);
}

static void the_estimate_gets_finer_as_the_call_gets_longer(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++)
        assert_float_equal(drift_after(3600, -150, 10, seed), -150, 0.5);
}

/* The way gets 100 ms longer in the middle: most pairs of blocks lie on one side. */
static void one_change_of_route_does_not_look_like_drift(void **state) {
    jitter_drift drift;

    (void)state;
    jitter_drift_open(&drift);
    for (int i = 0; i < 120 * 50; i++)
        jitter_drift_packet(&drift, i < 90 * 50 ? 50000 : 150000, 1000000 + (uint64_t)i * 20000);
    assert_float_equal(drift.ppm, 0, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_claimed_in_the_first_seconds),
        cmocka_unit_test(a_clean_network_shows_the_drift_within_one_ppm),
        cmocka_unit_test(jitter_of_10_ms_leaves_15_ppm_after_two_minutes),
        cmocka_unit_test(the_estimate_gets_finer_as_the_call_gets_longer),
        cmocka_unit_test(one_change_of_route_does_not_look_like_drift),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
