/* test_loss.c: packets that are missing in sequences made by hand. Layer: tests. RFC 3550 appendices A.1, A.3. */
#include "server/bridge/loss.h"

#include "../cmocka_all.h"

enum { SSRC = 7 };

static void put(loss *l, const int *seqs, int n) {
    for (int i = 0; i < n; i++)
        loss_packet(l, SSRC, (uint16_t)seqs[i]);
}

#define PUT(l, ...) put(l, (const int[]){ __VA_ARGS__ }, (int)(sizeof((int[]){ __VA_ARGS__ }) / sizeof(int)))

static void nothing_is_lost_where_none_is_missing(void **state) {
    (void)state;
    loss l = { 0 };
    assert_int_equal(loss_settle(&l), 0);
    for (int seq = 0; seq < 200000; seq++)
        loss_packet(&l, SSRC, (uint16_t)seq); /* three wraps */
    assert_int_equal(loss_settle(&l), 0);
    assert_int_equal(loss_end(&l), 0);
}

static void gaps_are_counted_also_over_the_wrap(void **state) {
    (void)state;
    loss l = { 0 };
    PUT(&l, 65530, 65531, 65534, 1, 2);       /* 65532, 65533, 65535 and 0 are missing */
    assert_int_equal(loss_end(&l), 4);
    PUT(&l, 10, 12);
    assert_int_equal(loss_end(&l), 1);        /* ended: begins anew */
}

static void packets_that_come_late_are_not_lost(void **state) {
    (void)state;
    loss l = { 0 };
    PUT(&l, 65533, 1, 0, 65534, 65535, 2);
    assert_int_equal(loss_end(&l), 0);
}

static void a_packet_before_the_first_changes_nothing(void **state) {
    (void)state;
    loss l = { 0 };
    PUT(&l, 100, 99, 98, 102);
    assert_int_equal(loss_end(&l), 1);
}

static void a_duplicate_does_not_stand_for_a_missing_packet(void **state) {
    (void)state;
    loss l = { 0 };
    PUT(&l, 1, 2, 2, 2, 5, 5, 2, 1);
    assert_int_equal(loss_end(&l), 2);
}

static void later_than_the_window_is_lost(void **state) {
    (void)state;
    loss l = { 0 };
    PUT(&l, 0, 3, 1);                         /* 2 is missing, 1 is late */
    for (int seq = 4; seq <= 2 + LOSS_WINDOW; seq++)
        loss_packet(&l, SSRC, (uint16_t)seq);
    loss_packet(&l, SSRC, 2);
    assert_int_equal(loss_end(&l), 1);
    PUT(&l, 0, LOSS_WINDOW, 1, 1);            /* the last place in the window */
    assert_int_equal(loss_end(&l), LOSS_WINDOW - 2);
}

static void another_source_begins_anew_and_keeps_what_is_known(void **state) {
    (void)state;
    loss l = { 0 };
    PUT(&l, 1, 3);
    loss_packet(&l, SSRC + 1, 40000);
    loss_packet(&l, SSRC + 1, 40002);
    assert_int_equal(loss_end(&l), 2);
}

static void a_source_that_starts_anew_is_believed_at_its_second_packet(void **state) {
    (void)state;
    loss l = { 0 };
    PUT(&l, 1, 3, 30000, 30001, 30003);
    assert_int_equal(loss_end(&l), 2);
    PUT(&l, 500, 501, 390, 391, 392, 394);    /* backwards, by more than a late packet */
    assert_int_equal(loss_end(&l), 1);
}

static void a_single_slip_is_no_loss(void **state) {
    (void)state;
    loss l = { 0 };
    PUT(&l, 1, 2, 30000, 3, 30001, 4, 5);
    assert_int_equal(loss_end(&l), 0);
}

static void the_longest_gap_is_loss_and_a_longer_one_a_new_start(void **state) {
    (void)state;
    loss l = { 0 };
    PUT(&l, 1, LOSS_GAP_MAX);
    assert_int_equal(loss_end(&l), LOSS_GAP_MAX - 2);
    PUT(&l, 1, LOSS_GAP_MAX + 1, LOSS_GAP_MAX + 2);
    assert_int_equal(loss_end(&l), 0);
}

static void a_gap_is_told_once_it_is_a_tick_old(void **state) {
    (void)state;
    loss l = { 0 };
    PUT(&l, 1, 4);
    assert_int_equal(loss_settle(&l), 0);
    PUT(&l, 2, 7);                            /* 3 stays missing, 5 and 6 are new */
    assert_int_equal(loss_settle(&l), 2);
    PUT(&l, 3, 5, 6);                         /* all came after all */
    assert_int_equal(loss_settle(&l), 0);
    PUT(&l, 9, 11, 13);                       /* 8, 10, 12: two of them were told already */
    assert_int_equal(loss_settle(&l), 0);
    assert_int_equal(loss_settle(&l), 1);
    assert_int_equal(loss_end(&l), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost_where_none_is_missing),
        cmocka_unit_test(gaps_are_counted_also_over_the_wrap),
        cmocka_unit_test(packets_that_come_late_are_not_lost),
        cmocka_unit_test(a_packet_before_the_first_changes_nothing),
        cmocka_unit_test(a_duplicate_does_not_stand_for_a_missing_packet),
        cmocka_unit_test(later_than_the_window_is_lost),
        cmocka_unit_test(another_source_begins_anew_and_keeps_what_is_known),
        cmocka_unit_test(a_source_that_starts_anew_is_believed_at_its_second_packet),
        cmocka_unit_test(a_single_slip_is_no_loss),
        cmocka_unit_test(the_longest_gap_is_loss_and_a_longer_one_a_new_start),
        cmocka_unit_test(a_gap_is_told_once_it_is_a_tick_old),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
