/* test_timer_heap.c: timers against a sorted list. Layer: tests. */
#include "base/timer_heap.h"
#include "cmocka_all.h"
#include "tccc/error.h"

#define N_TIMERS 200

static void timers_come_out_in_the_order_of_their_due_times(void **state) {
    (void)state;
    timer_node a = { .kind = 1 }, b = { .kind = 2 }, c = { .kind = 3 };
    timer_heap heap;
    timer_heap_init(&heap);
    assert_true(timer_heap_next_us(&heap) == TIMER_HEAP_NEVER);
    assert_int_equal(timer_heap_set(&heap, &a, 300), 0);
    assert_int_equal(timer_heap_set(&heap, &b, 100), 0);
    assert_int_equal(timer_heap_set(&heap, &c, 200), 0);
    assert_int_equal(timer_heap_next_us(&heap), 100);
    assert_null(timer_heap_pop(&heap, 99));
    assert_ptr_equal(timer_heap_pop(&heap, 250), &b);
    assert_ptr_equal(timer_heap_pop(&heap, 250), &c);
    assert_null(timer_heap_pop(&heap, 250));
    assert_ptr_equal(timer_heap_pop(&heap, 300), &a);
    assert_false(timer_heap_is_set(&a));
    timer_heap_close(&heap);
}

static void timers_due_together_come_out_in_the_order_of_setting(void **state) {
    (void)state;
    timer_node nodes[20] = { { 0 } };
    timer_heap heap;
    timer_heap_init(&heap);
    for (int i = 0; i < 20; i++) assert_int_equal(timer_heap_set(&heap, &nodes[i], 7), 0);
    for (int i = 0; i < 20; i++) assert_ptr_equal(timer_heap_pop(&heap, 7), &nodes[i]);
    timer_heap_close(&heap);
}

static void setting_a_set_timer_moves_it(void **state) {
    (void)state;
    timer_node a = { 0 }, b = { 0 };
    timer_heap heap;
    timer_heap_init(&heap);
    timer_heap_set(&heap, &a, 10);
    timer_heap_set(&heap, &b, 20);
    timer_heap_set(&heap, &a, 30);
    assert_int_equal(timer_heap_next_us(&heap), 20);
    timer_heap_set(&heap, &b, 40);
    assert_ptr_equal(timer_heap_pop(&heap, 100), &a);
    assert_ptr_equal(timer_heap_pop(&heap, 100), &b);
    assert_null(timer_heap_pop(&heap, 100));
    timer_heap_close(&heap);
}

static void a_cancelled_timer_never_comes_out(void **state) {
    (void)state;
    timer_node a = { 0 }, b = { 0 };
    timer_heap heap;
    timer_heap_init(&heap);
    timer_heap_set(&heap, &a, 10);
    timer_heap_set(&heap, &b, 20);
    timer_heap_cancel(&heap, &a);
    timer_heap_cancel(&heap, &a);
    assert_ptr_equal(timer_heap_pop(&heap, 100), &b);
    assert_null(timer_heap_pop(&heap, 100));
    timer_heap_close(&heap);
}

static void closing_the_heap_leaves_its_timers_unset(void **state) {
    (void)state;
    timer_node a = { 0 };
    timer_heap heap;
    timer_heap_init(&heap);
    timer_heap_set(&heap, &a, 10);
    timer_heap_close(&heap);
    assert_false(timer_heap_is_set(&a));
}

static void reserved_room_is_enough_for_as_many_timers(void **state) {
    (void)state;
    timer_node nodes[40] = { { 0 } };
    timer_heap heap;
    timer_heap_init(&heap);
    assert_int_equal(timer_heap_reserve(&heap, 40), 0);
    timer_node **before = heap.nodes;
    for (int i = 0; i < 40; i++) assert_int_equal(timer_heap_set(&heap, &nodes[i], 1), 0);
    assert_ptr_equal(heap.nodes, before);
    assert_int_equal(timer_heap_reserve(&heap, SIZE_MAX), TCCC_E_NO_MEMORY);
    timer_heap_close(&heap);
}

static uint32_t random_next(uint32_t *seed) { return *seed = *seed * 1664525u + 1013904223u, *seed >> 8; }

static timer_node *earliest(timer_node *nodes) {
    timer_node *found = NULL;
    for (int i = 0; i < N_TIMERS; i++)
        if (timer_heap_is_set(&nodes[i]) && (!found || nodes[i].due_us < found->due_us ||
                                             (nodes[i].due_us == found->due_us && nodes[i].order < found->order)))
            found = &nodes[i];
    return found;
}

static void random_setting_and_cancelling_agrees_with_a_linear_search(void **state) {
    (void)state;
    static timer_node nodes[N_TIMERS];
    timer_heap heap;
    timer_heap_init(&heap);
    uint32_t seed = 20240601;
    for (int step = 0; step < 20000; step++) {
        timer_node *node = &nodes[random_next(&seed) % N_TIMERS];
        switch (random_next(&seed) % 4) {
        case 0: timer_heap_cancel(&heap, node); break;
        case 1: {
            timer_node *expected = earliest(nodes);
            assert_ptr_equal(timer_heap_pop(&heap, UINT64_MAX), expected);
            break;
        }
        default: timer_heap_set(&heap, node, random_next(&seed) % 50);
        }
    }
    timer_heap_close(&heap);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_come_out_in_the_order_of_their_due_times),
        cmocka_unit_test(timers_due_together_come_out_in_the_order_of_setting),
        cmocka_unit_test(setting_a_set_timer_moves_it),
        cmocka_unit_test(a_cancelled_timer_never_comes_out),
        cmocka_unit_test(closing_the_heap_leaves_its_timers_unset),
        cmocka_unit_test(reserved_room_is_enough_for_as_many_timers),
        cmocka_unit_test(random_setting_and_cancelling_agrees_with_a_linear_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
