/* test_jitter_delay.c: the target delay under constant, jittery and spiky networks, under a simulated clock. Layer: tests. */
#include "media/jitter_delay.h"

#include <math.h>

#include "cmocka_all.h"
#include "network_trace.h"

enum { PACKET_US = 20000 };

typedef struct {
    jitter_delay delay;
    int n;
} feeder;

static void feeder_open(feeder *feeder, int min_ms, int max_ms) {
    jitter_delay_open(&feeder->delay, min_ms, max_ms);
    feeder->n = 0;
}

static void feed(feeder *feeder, double delay_ms) {
    uint64_t sent_us = (uint64_t)feeder->n++ * PACKET_US;

    jitter_delay_packet(&feeder->delay, sent_us + 777777, sent_us + 50000000 + (uint64_t)(delay_ms * 1000));
}

static float target_of(const feeder *feeder) {
    return jitter_delay_target_ms(&feeder->delay);
}

static void a_steady_network_needs_the_least_delay(void **state) {
    feeder feeder;

    (void)state;
    feeder_open(&feeder, 20, 500);
    for (int i = 0; i < 100; i++)
        feed(&feeder, 80);
    assert_float_equal(target_of(&feeder), 20, 0.01);
    feeder_open(&feeder, 40, 500);
    feed(&feeder, 0);
    assert_float_equal(target_of(&feeder), 40, 0.01);
}

/* Uniform from 0 to 50 ms: packets overtake each other, and each 5 ms less would make 10 % late. */
static void evenly_spread_delays_are_covered(void **state) {
    feeder feeder;
    uint64_t random = 1;
    int n_late = 0;

    (void)state;
    feeder_open(&feeder, 20, 500);
    for (int i = 0; i < 1000; i++) {
        double delay_ms = 50 * network_uniform(&random);

        n_late += i > 100 && delay_ms > target_of(&feeder);
        assert_true(target_of(&feeder) <= 60);
        feed(&feeder, delay_ms);
    }
    assert_true(n_late <= 18); /* 2 % */
}

static void the_target_rises_within_half_a_second_and_falls_within_a_minute(void **state) {
    feeder feeder;
    uint64_t random = 2;

    (void)state;
    feeder_open(&feeder, 20, 500);
    for (int i = 0; i < 1500; i++)
        feed(&feeder, 0);
    for (int i = 0; i < 25; i++)
        feed(&feeder, i % 2 ? 100 * network_uniform(&random) : 0);
    assert_true(target_of(&feeder) >= 80);
    for (int i = 0; i < 250; i++)
        feed(&feeder, i % 2 ? 100 * network_uniform(&random) : 0);
    for (int i = 0; i < 250; i++)
        feed(&feeder, 0);
    assert_true(target_of(&feeder) >= 80); /* five seconds later it is still there */
    for (int i = 0; i < 2750; i++)
        feed(&feeder, 0);
    assert_float_equal(target_of(&feeder), 20, 0.01);
}

static void delays_are_bounded_above(void **state) {
    feeder feeder;

    (void)state;
    feeder_open(&feeder, 20, 500);
    for (int i = 0; i < 500; i++)
        feed(&feeder, i % 2 ? 1500 : 0);
    assert_float_equal(target_of(&feeder), 500, 0.01);
}

/* Standstills of 100 ms every 4 s: five packets of 200 are late, too few for the histogram alone. */
static void spikes_that_return_are_remembered_and_forgotten_when_they_stop(void **state) {
    feeder feeder;

    (void)state;
    feeder_open(&feeder, 20, 500);
    for (int i = 0; i < 1000; i++) {
        feed(&feeder, i % 200 >= 100 && i % 200 < 105 ? 100 - 20 * (i % 200 - 100) : 0);
        if (i > 310) /* after the second */
            assert_in_range((int)target_of(&feeder), 95, 110);
    }
    for (int i = 0; i < 2000; i++)
        feed(&feeder, 0);
    assert_float_equal(target_of(&feeder), 20, 0.01);
}

static void a_single_spike_is_soon_forgiven(void **state) {
    feeder feeder;

    (void)state;
    feeder_open(&feeder, 20, 500);
    for (int i = 0; i < 1000; i++)
        feed(&feeder, 0);
    for (int i = 0; i < 45; i++)
        feed(&feeder, 900 - 20 * i);
    for (int i = 0; i < 500; i++)
        feed(&feeder, 0);
    assert_true(target_of(&feeder) <= 400);
    for (int i = 0; i < 2500; i++)
        feed(&feeder, 0);
    assert_float_equal(target_of(&feeder), 20, 0.01);
}

static void a_longer_way_is_the_new_base_after_ten_seconds(void **state) {
    feeder feeder;
    int64_t base_us;

    (void)state;
    feeder_open(&feeder, 20, 500);
    for (int i = 0; i < 1000; i++)
        feed(&feeder, 0);
    base_us = jitter_delay_base_us(&feeder.delay);
    for (int i = 0; i < 520; i++)
        feed(&feeder, 120);
    assert_int_equal(jitter_delay_base_us(&feeder.delay) - base_us, 120000);
    assert_float_equal(target_of(&feeder), 20, 0.01); /* the delays of before are below the first bin now */
    feed(&feeder, 0);                                     /* the short way again: at once */
    assert_int_equal(jitter_delay_base_us(&feeder.delay) - base_us, 0);
}

/* A sound card that stands still for 400 ms stops our clock: from then on all packets seem that much earlier. */
static void a_clock_that_stood_still_is_not_taken_for_jitter(void **state) {
    feeder feeder;

    (void)state;
    feeder_open(&feeder, 20, 500);
    for (int i = 0; i < 10; i++)
        feed(&feeder, 450);
    for (int i = 0; i < 100; i++) {
        feed(&feeder, 50);
        assert_true(target_of(&feeder) <= 25);
    }
}

static void loss_above_one_percent_waits_for_the_copy_in_the_next_packet(void **state) {
    feeder feeder;

    (void)state;
    feeder_open(&feeder, 20, 500);
    for (int i = 0; i < 600; i++) {
        feed(&feeder, 0);
        jitter_delay_loss(&feeder.delay, i % 20 == 0);
    }
    assert_float_equal(feeder.delay.loss_ratio, 0.05f, 0.02f);
    assert_float_equal(target_of(&feeder), 20, 0.01); /* no copies: nothing to wait for */
    for (int i = 0; i < 200; i++) {
        jitter_delay_fec(&feeder.delay, true);
        jitter_delay_loss(&feeder.delay, i % 20 == 0);
        feed(&feeder, 0);
    }
    assert_float_equal(target_of(&feeder), 20 + 1, 0.01); /* one packet, and the reserve */
    for (int i = 0; i < 3000; i++) {
        jitter_delay_loss(&feeder.delay, false);
        feed(&feeder, 0);
    }
    assert_float_equal(target_of(&feeder), 20, 0.01);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steady_network_needs_the_least_delay),
        cmocka_unit_test(evenly_spread_delays_are_covered),
        cmocka_unit_test(the_target_rises_within_half_a_second_and_falls_within_a_minute),
        cmocka_unit_test(delays_are_bounded_above),
        cmocka_unit_test(spikes_that_return_are_remembered_and_forgotten_when_they_stop),
        cmocka_unit_test(a_single_spike_is_soon_forgiven),
        cmocka_unit_test(a_longer_way_is_the_new_base_after_ten_seconds),
        cmocka_unit_test(a_clock_that_stood_still_is_not_taken_for_jitter),
        cmocka_unit_test(loss_above_one_percent_waits_for_the_copy_in_the_next_packet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
