/* test_ring.c: records through the ring, on one thread and between two. Layer: tests. */
#include "base/ring.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "tccc/error.h"

#define N_RECORDS 200000

static void records_come_out_whole_and_in_order(void **state) {
    (void)state;
    ring *r = ring_new(256);
    size_t length = 99;
    assert_null(ring_peek(r, &length));
    assert_int_equal(ring_put(r, "first", 5), 0);
    assert_int_equal(ring_put(r, "", 0), 0);
    assert_int_equal(ring_put(r, "second", 6), 0);
    assert_memory_equal(ring_peek(r, &length), "first", 5);
    assert_int_equal(length, 5);
    ring_drop(r);
    assert_non_null(ring_peek(r, &length));
    assert_int_equal(length, 0);
    ring_drop(r);
    assert_memory_equal(ring_peek(r, &length), "second", 6);
    ring_drop(r);
    assert_null(ring_peek(r, &length));
    ring_drop(r);
    ring_free(r);
}

static void a_full_ring_says_again_and_takes_records_after_a_drop(void **state) {
    (void)state;
    ring *r = ring_new(64);
    int n = 0;
    while (ring_put(r, "123456789012", 12) == 0) n++;
    assert_int_equal(n, 4); /* 64 / (4 + 12) */
    assert_int_equal(ring_put(r, "x", 1), TCCC_E_AGAIN);
    ring_drop(r);
    assert_int_equal(ring_put(r, "x", 1), 0);
    ring_free(r);
}

static void a_record_above_half_of_the_ring_is_too_large(void **state) {
    (void)state;
    char record[128] = { 0 };
    ring *r = ring_new(128);
    assert_int_equal(ring_put(r, record, 57), TCCC_E_TOO_LARGE);
    assert_int_equal(ring_put(r, record, 56), 0);
    ring_free(r);
}

static void records_of_every_length_survive_the_wrap(void **state) {
    (void)state;
    ring *r = ring_new(256);
    unsigned char record[120];
    for (unsigned i = 0; i < 5000; i++) {
        size_t length = i % 120, got;
        memset(record, (int)(i & 0xFF), sizeof record);
        assert_int_equal(ring_put(r, record, length), 0);
        const void *out = ring_peek(r, &got);
        assert_int_equal(got, length);
        assert_memory_equal(out, record, length);
        ring_drop(r);
    }
    ring_free(r);
}

static void *put_all(void *argument) {
    ring *r = argument;
    for (uint32_t i = 0; i < N_RECORDS; i++) {
        uint32_t record[8];
        for (int k = 0; k < 8; k++) record[k] = i;
        while (ring_put(r, record, 4 + 4 * (i % 8)) == TCCC_E_AGAIN) sched_yield();
    }
    return NULL;
}

static void records_cross_between_threads_in_order(void **state) {
    (void)state;
    ring *r = ring_new(1024);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, put_all, r), 0);
    for (uint32_t i = 0; i < N_RECORDS;) {
        size_t length;
        const unsigned char *record = ring_peek(r, &length);
        if (!record) {
            sched_yield();
            continue;
        }
        uint32_t first, last;
        memcpy(&first, record, 4);
        memcpy(&last, record + length - 4, 4);
        if (length != 4 + 4 * (i % 8) || first != i || last != i) fail_msg("record %u is broken", i);
        ring_drop(r);
        i++;
    }
    pthread_join(thread, NULL);
    ring_free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_out_whole_and_in_order),
        cmocka_unit_test(a_full_ring_says_again_and_takes_records_after_a_drop),
        cmocka_unit_test(a_record_above_half_of_the_ring_is_too_large),
        cmocka_unit_test(records_of_every_length_survive_the_wrap),
        cmocka_unit_test(records_cross_between_threads_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
