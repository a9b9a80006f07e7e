/* test_tap_ring.c: what one thread puts the other takes, in order and whole, or it was counted as lost. Layer: tests. */
#include "server/bridge/tap_ring.h"

#include <pthread.h>
#include <string.h>

#include "../cmocka_all.h"
#include "tccc/error.h"

enum { PACKETS = 300000 };

static size_t make(uint32_t n, uint8_t *bytes) {
    size_t len = 1 + n * 2654435761u % 400;
    memset(bytes, (int)(n & 0xff), len);
    return len;
}

static void *put_all(void *arg) {
    uint8_t bytes[512];
    for (uint32_t n = 0; n < PACKETS; n++) {
        tap_head head = { .tap = n, .kind = TAP_PACKET, .len = (uint16_t)make(n, bytes), .arrival_us = n * 7ull };
        (void)tap_ring_put(arg, &head, bytes);
    }
    return NULL;
}

static void two_threads_lose_nothing_that_is_not_counted(void **state) {
    (void)state;
    tap_ring *ring = tap_ring_new(1 << 16);
    pthread_t thread;
    uint32_t taken = 0, last = 0;
    pthread_create(&thread, NULL, put_all, tap_ring_hold(ring));
    for (tap_head head; taken + tap_ring_lost(ring) < PACKETS;) {
        uint8_t bytes[512], expected[512];
        if (!tap_ring_take(ring, tap_ring_end(ring), &head, bytes, sizeof bytes))
            continue;
        if (taken && head.tap <= last)
            fail_msg("%u after %u", head.tap, last);
        last = head.tap;
        taken++;
        if (head.len != make(head.tap, expected) || memcmp(bytes, expected, head.len) || head.arrival_us != head.tap * 7ull)
            fail_msg("packet %u is not as it was", head.tap);
    }
    pthread_join(thread, NULL);
    assert_int_equal(tap_ring_begin(ring), tap_ring_end(ring));
    print_message("%u taken, %llu lost\n", taken, (unsigned long long)tap_ring_lost(ring));
    assert_true(taken > 100);
    tap_ring_drop(ring);
    tap_ring_drop(ring);
}

static void what_lies_behind_the_end_asked_for_is_left(void **state) {
    (void)state;
    uint8_t bytes[64] = { 1 };
    tap_head head = { .tap = 1, .kind = TAP_PACKET, .len = 64 };
    tap_ring *ring = tap_ring_new(4096);
    assert_int_equal(tap_ring_put(ring, &head, bytes), 0);
    uint64_t end = tap_ring_end(ring);
    head.tap = 2;
    assert_int_equal(tap_ring_put(ring, &head, bytes), 0);
    assert_true(tap_ring_take(ring, end, &head, bytes, sizeof bytes));
    assert_int_equal(head.tap, 1);
    assert_false(tap_ring_take(ring, end, &head, bytes, sizeof bytes));
    assert_true(tap_ring_take(ring, tap_ring_end(ring), &head, bytes, 10));
    assert_int_equal(head.len, 10); /* cut, and the place is right all the same */
    assert_int_equal(tap_ring_begin(ring), tap_ring_end(ring));
    tap_ring_drop(ring);
}

static void keys_that_find_no_room_are_told_and_not_counted(void **state) {
    (void)state;
    uint8_t bytes[1024] = { 0 };
    tap_head packet = { .kind = TAP_PACKET, .len = sizeof bytes }, keys = { .kind = TAP_KEYS, .len = sizeof bytes };
    tap_ring *ring = tap_ring_new(4096);
    while (!tap_ring_put(ring, &packet, bytes))
        ;
    assert_int_equal(tap_ring_lost(ring), 1);
    assert_int_equal(tap_ring_put(ring, &keys, bytes), TCCC_E_LIMIT);
    assert_int_equal(tap_ring_lost(ring), 1);
    tap_ring_drop(ring);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_threads_lose_nothing_that_is_not_counted),
        cmocka_unit_test(what_lies_behind_the_end_asked_for_is_left),
        cmocka_unit_test(keys_that_find_no_room_are_told_and_not_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
