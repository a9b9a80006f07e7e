/* test_latch.c: whose packets are the telephone's. Layer: tests. RFC 4961. */
#include "server/bridge/latch.h"

#include <arpa/inet.h>
#include <string.h>

#include "../cmocka_all.h"

static address at(const char *ip, uint16_t port) {
    address a = { 0 };
    a.v4.sin_family = AF_INET;
    a.v4.sin_port = htons(port);
    inet_pton(AF_INET, ip, &a.v4.sin_addr);
    return a;
}

static void the_address_in_sdp_is_believed_at_once(void **state) {
    (void)state;
    latch l;
    address phone = at("192.0.2.10", 4000);
    latch_open(&l, &phone, 1);
    assert_true(latch_packet(&l, &phone, 1, 100, 0));
    assert_true(address_equal(latch_target(&l), &phone));
}

static void a_telephone_behind_a_nat_is_believed_after_two_packets_in_sequence(void **state) {
    (void)state;
    latch l;
    address told = at("10.0.0.5", 4000), real = at("203.0.113.7", 31000);
    latch_open(&l, &told, 1);
    assert_false(latch_packet(&l, &real, 1, 65535, 0));
    assert_true(latch_packet(&l, &real, 1, 0, 20000));
    assert_true(address_equal(latch_target(&l), &real));
}

static void a_stranger_cannot_take_a_running_call(void **state) {
    (void)state;
    latch l;
    address phone = at("192.0.2.10", 4000), stranger = at("198.51.100.66", 9);
    latch_open(&l, &phone, 1);
    latch_packet(&l, &phone, 1, 100, 0);
    for (uint16_t seq = 101; seq < 150; seq++) {
        assert_false(latch_packet(&l, &stranger, 1, seq, seq * 20000u));
        assert_true(latch_packet(&l, &phone, 1, seq, seq * 20000u));
    }
    assert_true(address_equal(latch_target(&l), &phone));
    assert_false(latch_host(&l, &stranger));
}

static void random_packets_do_not_latch(void **state) {
    (void)state;
    latch l;
    address none = { 0 }, stranger = at("198.51.100.66", 9);
    latch_open(&l, &none, 1);
    for (int i = 0; i < 100; i++)
        assert_false(latch_packet(&l, &stranger, (uint32_t)i, (uint16_t)(i * 7), 0));
    assert_int_equal(latch_target(&l)->sa.sa_family, 0);
}

static void after_two_seconds_of_silence_the_same_source_may_come_from_another_port(void **state) {
    (void)state;
    latch l;
    address phone = at("203.0.113.7", 31000), moved = at("203.0.113.7", 32000), stranger = at("198.51.100.66", 9);
    latch_open(&l, &phone, 1);
    latch_packet(&l, &phone, 7, 100, 0);
    assert_false(latch_packet(&l, &moved, 7, 150, 1000000));
    assert_false(latch_packet(&l, &stranger, 8, 1, LATCH_SILENCE_US));
    assert_false(latch_packet(&l, &stranger, 8, 2, LATCH_SILENCE_US));
    assert_false(latch_packet(&l, &moved, 7, 200, LATCH_SILENCE_US));
    assert_true(latch_packet(&l, &moved, 7, 201, LATCH_SILENCE_US));
    assert_true(address_equal(latch_target(&l), &moved));
}

static void without_symmetric_rtp_only_the_host_of_the_sdp_is_heard(void **state) {
    (void)state;
    latch l;
    address phone = at("192.0.2.10", 4000), other_port = at("192.0.2.10", 4002), stranger = at("198.51.100.66", 4000);
    latch_open(&l, &phone, 0);
    assert_true(latch_packet(&l, &other_port, 1, 5, 0));
    assert_false(latch_packet(&l, &stranger, 1, 6, 0));
    assert_true(address_equal(latch_target(&l), &phone));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_address_in_sdp_is_believed_at_once),
        cmocka_unit_test(a_telephone_behind_a_nat_is_believed_after_two_packets_in_sequence),
        cmocka_unit_test(a_stranger_cannot_take_a_running_call),
        cmocka_unit_test(random_packets_do_not_latch),
        cmocka_unit_test(after_two_seconds_of_silence_the_same_source_may_come_from_another_port),
        cmocka_unit_test(without_symmetric_rtp_only_the_host_of_the_sdp_is_heard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
