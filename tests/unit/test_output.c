/* test_output.c: the queue of outputs: order, growth, its limit. Layer: tests. */
#include "engine/output.h"

#include <string.h>

#include "cmocka_all.h"
#include "tccc/error.h"

static void outputs_come_out_in_order_with_their_data(void **state) {
    (void)state;
    output_queue queue;
    tccc_output out;
    assert_int_equal(output_init(&queue, 64), 0);
    for (int round = 0; round < 3; round++) {
        output_put(&queue, TCCC_OUT_EVENT, 0, "first", 5);
        output_put(&queue, TCCC_OUT_WIRE_CLOSE, 1002, NULL, 0);
        for (int i = 0; i < 100; i++) output_put(&queue, TCCC_OUT_PATH_FRAME, i, &i, sizeof i);
        assert_int_equal(output_poll(&queue, &out), 1);
        assert_true(out.kind == TCCC_OUT_EVENT && out.len == 5 && memcmp(out.data, "first", 5) == 0);
        assert_int_equal(output_poll(&queue, &out), 1);
        assert_true(out.kind == TCCC_OUT_WIRE_CLOSE && out.index == 1002 && out.len == 0);
        for (int i = 0; i < 100; i++) {
            assert_int_equal(output_poll(&queue, &out), 1);
            assert_true(out.index == i && memcmp(out.data, &i, sizeof i) == 0);
        }
        assert_int_equal(output_poll(&queue, &out), 0);
    }
    output_close(&queue);
}

static void a_queue_that_nobody_polls_has_a_limit(void **state) {
    (void)state;
    static uint8_t data[1 << 20];
    output_queue queue;
    tccc_output out;
    assert_int_equal(output_init(&queue, 64), 0);
    for (int i = 0; i < 7; i++) output_put(&queue, TCCC_OUT_EVENT, i, data, sizeof data);
    assert_false(queue.starved);
    assert_int_equal(output_reserve(&queue, sizeof data), TCCC_E_NO_MEMORY);
    output_put(&queue, TCCC_OUT_EVENT, 7, data, sizeof data);
    assert_true(queue.starved);
    int n = 0;
    while (output_poll(&queue, &out)) n++;
    assert_int_equal(n, 7);
    assert_int_equal(output_reserve(&queue, sizeof data), 0);
    output_close(&queue);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_come_out_in_order_with_their_data),
        cmocka_unit_test(a_queue_that_nobody_polls_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
