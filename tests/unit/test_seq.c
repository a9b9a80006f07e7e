/* test_seq.c: serial number arithmetic; the expected orders are those of RFC 1982 section 5 and by hand. Layer: tests. */
#include "base/seq.h"
#include "cmocka_all.h"

static void a_number_is_before_its_successors_across_the_wrap(void **state) {
    (void)state;
    assert_true(seq16_before(0, 1));
    assert_true(seq16_before(65535, 0));
    assert_true(seq16_before(65000, 100));
    assert_false(seq16_before(100, 65000));
    assert_true(seq32_before(0xFFFFFFFFu, 0));
    assert_false(seq32_before(5, 5));
    assert_false(seq16_before(5, 5));
}

static void numbers_half_the_circle_apart_have_no_order(void **state) {
    (void)state;
    assert_false(seq16_before(0, 0x8000));
    assert_false(seq16_before(0x8000, 0));
    assert_true(seq16_before(0, 0x7FFF));
    assert_false(seq32_before(1, 0x80000001u));
    assert_false(seq32_before(0x80000001u, 1));
}

static void steps_go_the_short_way_round(void **state) {
    (void)state;
    assert_int_equal(seq16_steps(65535, 2), 3);
    assert_int_equal(seq16_steps(2, 65535), -3);
    assert_int_equal(seq16_steps(0, 0x8000), -0x8000);
    assert_int_equal(seq32_steps(0xFFFFFFFEu, 3), 5);
    assert_int_equal(seq32_steps(3, 0xFFFFFFFEu), -5);
}

static void an_extended_number_follows_its_reference_over_many_wraps(void **state) {
    (void)state;
    uint64_t reference = 0x10000 + 65530;
    for (uint64_t expected = reference; expected < 300000; expected += 7) {
        reference = seq16_extend(reference, (uint16_t)expected);
        assert_true(reference == expected);
    }
}

static void an_extended_number_goes_back_for_a_late_packet(void **state) {
    (void)state;
    assert_int_equal(seq16_extend(0x20002, 0xFFFE), 0x1FFFE);
    assert_true(seq32_extend(0x200000005ull, 0xFFFFFFF0u) == 0x1FFFFFFF0ull);
    assert_true(seq32_extend(0x1FFFFFFF0ull, 5) == 0x200000005ull);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_before_its_successors_across_the_wrap),
        cmocka_unit_test(numbers_half_the_circle_apart_have_no_order),
        cmocka_unit_test(steps_go_the_short_way_round),
        cmocka_unit_test(an_extended_number_follows_its_reference_over_many_wraps),
        cmocka_unit_test(an_extended_number_goes_back_for_a_late_packet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
