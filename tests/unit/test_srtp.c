/* test_srtp.c: SRTP with the master key of RFC 3711 appendix B.3. Layer: tests.
 *
 * The expected packets were made from B.3's derived keys (cipher C61E7A93..., salt 30CBBC08..., authentication CEBE321F...) with
 * OpenSSL's AES and HMAC after RFC 3711 sections 4.1.1 and 4.2.1, outside this project.
 */
#include "media/srtp.h"

#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "media/rtp.h"
#include "tccc/error.h"

static const uint8_t key[30] = {
    0xe1, 0xf9, 0x7a, 0x0d, 0x3e, 0x01, 0x8b, 0xe0, 0xd6, 0x4f, 0xa3, 0x2c, 0x06, 0xde, 0x41, 0x39,
    0x0e, 0xc6, 0x75, 0xad, 0x49, 0x8a, 0xfe, 0xeb, 0xb6, 0x96, 0x0b, 0x3a, 0xab, 0xe6,
};
static const uint8_t plain[28] = {
    0x80, 0x0f, 0x12, 0x34, 0xde, 0xca, 0xfb, 0xad, 0xca, 0xfe, 0xba, 0xbe,
    0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab,
};
static const uint8_t protected_80[38] = {
    0x80, 0x0f, 0x12, 0x34, 0xde, 0xca, 0xfb, 0xad, 0xca, 0xfe, 0xba, 0xbe,
    0x4e, 0x55, 0xdc, 0x4c, 0xe7, 0x99, 0x78, 0xd8, 0x8c, 0xa4, 0xd2, 0x15, 0x94, 0x9d, 0x24, 0x02,
    0xb7, 0x8d, 0x6a, 0xcc, 0x99, 0xea, 0x17, 0x9b, 0x8d, 0xbb,
};
static const uint8_t control_head[8] = {0x81, 0xc8, 0x00, 0x0b, 0xca, 0xfe, 0xba, 0xbe}; /* then 40 bytes of 0xab */
static const uint8_t protected_control[62] = {
    0x81, 0xc8, 0x00, 0x0b, 0xca, 0xfe, 0xba, 0xbe,
    0x71, 0x28, 0x03, 0x5b, 0xe4, 0x87, 0xb9, 0xbd, 0xbe, 0xf8, 0x90, 0x41, 0xf9, 0x77, 0xa5, 0xa8, 0xd5, 0xef, 0xb8, 0x81, 0x6a, 0xbf,
    0x86, 0x8c, 0x34, 0x0e, 0x50, 0x82, 0xbe, 0x1e, 0x90, 0xca, 0x6b, 0xdd, 0x31, 0x95, 0x4a, 0x81, 0xa4, 0x7d,
    0x80, 0x00, 0x00, 0x01, 0x63, 0xa5, 0x0d, 0x16, 0xb5, 0x14, 0x39, 0x56, 0x30, 0x31,
};

static srtp_sender *sender_of(enum srtp_scheme scheme) {
    int error = 1;
    srtp_sender *sender = srtp_sender_open(scheme, key, sizeof key, &error);

    assert_int_equal(error, 0);
    return sender;
}

static srtp_receiver *receiver_of(enum srtp_scheme scheme) {
    int error = 1;
    srtp_receiver *receiver = srtp_receiver_open(scheme, key, sizeof key, &error);

    assert_int_equal(error, 0);
    return receiver;
}

static void rtp_is_protected_as_rfc_3711_derives_its_keys(void **state) {
    srtp_sender *sender = sender_of(SRTP_SCHEME_AES128_SHA1_80);
    srtp_receiver *receiver = receiver_of(SRTP_SCHEME_AES128_SHA1_80);
    uint8_t bytes[64];

    (void)state;
    memcpy(bytes, plain, sizeof plain);
    assert_int_equal(srtp_sender_rtp(sender, bytes, sizeof plain, sizeof bytes), sizeof protected_80);
    assert_memory_equal(bytes, protected_80, sizeof protected_80);
    assert_int_equal(srtp_receiver_rtp(receiver, bytes, sizeof protected_80), sizeof plain);
    assert_memory_equal(bytes, plain, sizeof plain);
    srtp_sender_close(sender);
    srtp_receiver_close(receiver);
}

static void the_short_tag_is_the_long_ones_start(void **state) {
    srtp_sender *sender = sender_of(SRTP_SCHEME_AES128_SHA1_32);
    uint8_t bytes[64];

    (void)state;
    memcpy(bytes, plain, sizeof plain);
    assert_int_equal(srtp_sender_rtp(sender, bytes, sizeof plain, sizeof bytes), 32);
    assert_memory_equal(bytes, protected_80, 32);
    srtp_sender_close(sender);
}

static void rtcp_is_protected_with_index_and_long_tag_in_both_suites(void **state) {
    (void)state;
    for (int scheme = SRTP_SCHEME_AES128_SHA1_80; scheme <= SRTP_SCHEME_AES128_SHA1_32; scheme++) {
        srtp_sender *sender = sender_of((enum srtp_scheme)scheme);
        srtp_receiver *receiver = receiver_of((enum srtp_scheme)scheme);
        uint8_t bytes[80];

        memset(bytes, 0xab, sizeof bytes);
        memcpy(bytes, control_head, sizeof control_head);
        assert_int_equal(srtp_sender_rtcp(sender, bytes, 48, sizeof bytes), sizeof protected_control);
        assert_memory_equal(bytes, protected_control, sizeof protected_control);
        assert_int_equal(srtp_receiver_rtcp(receiver, bytes, sizeof protected_control), 48);
        assert_memory_equal(bytes, control_head, sizeof control_head);
        assert_int_equal(bytes[47], 0xab);
        srtp_sender_close(sender);
        srtp_receiver_close(receiver);
    }
}

static void a_changed_packet_fails_its_authentication(void **state) {
    srtp_receiver *receiver = receiver_of(SRTP_SCHEME_AES128_SHA1_80);

    (void)state;
    for (size_t i = 2; i < sizeof protected_80; i++) {
        uint8_t bytes[sizeof protected_80];

        memcpy(bytes, protected_80, sizeof bytes);
        bytes[i] ^= 1;
        assert_int_equal(srtp_receiver_rtp(receiver, bytes, sizeof bytes), TCCC_E_AUTH);
    }
    srtp_receiver_close(receiver);
}

static void a_packet_is_taken_once(void **state) {
    srtp_receiver *receiver = receiver_of(SRTP_SCHEME_AES128_SHA1_80);
    uint8_t bytes[sizeof protected_80];

    (void)state;
    memcpy(bytes, protected_80, sizeof bytes);
    assert_int_equal(srtp_receiver_rtp(receiver, bytes, sizeof bytes), sizeof plain);
    memcpy(bytes, protected_80, sizeof bytes);
    assert_int_equal(srtp_receiver_rtp(receiver, bytes, sizeof bytes), TCCC_E_REPLAY);
    srtp_receiver_close(receiver);
}

static size_t make_plain(uint8_t *bytes, uint16_t seq, uint32_t ssrc) {
    rtp_packet_write(&(rtp_packet){.payload_type = 111, .seq = seq, .timestamp = seq * 960u, .ssrc = ssrc}, bytes, 12);
    memset(bytes + 12, (uint8_t)seq, 20);
    return 32;
}

/* Packet 200 arrives first: of the older ones the window of 128 takes those from 73 on. */
static void packets_older_than_the_window_are_replays(void **state) {
    srtp_sender *sender = sender_of(SRTP_SCHEME_AES128_SHA1_80);
    srtp_receiver *receiver = receiver_of(SRTP_SCHEME_AES128_SHA1_80);
    static uint8_t packets[201][64];
    int len = 0;

    (void)state;
    for (int i = 0; i <= 200; i++) {
        len = (int)make_plain(packets[i], (uint16_t)i, 5);
        len = srtp_sender_rtp(sender, packets[i], (size_t)len, sizeof packets[i]);
    }
    assert_int_equal(srtp_receiver_rtp(receiver, packets[200], (size_t)len), 32);
    for (int i = 199; i >= 0; i--) {
        int result = srtp_receiver_rtp(receiver, packets[i], (size_t)len);

        if (i > 73)
            assert_int_equal(result, 32);
        else if (i < 72)
            assert_int_equal(result, TCCC_E_REPLAY);
    }
    srtp_sender_close(sender);
    srtp_receiver_close(receiver);
}

static void the_rollover_counter_follows_the_wrap(void **state) {
    srtp_sender *sender = sender_of(SRTP_SCHEME_AES128_SHA1_32);
    srtp_receiver *receiver = receiver_of(SRTP_SCHEME_AES128_SHA1_32);

    (void)state;
    for (int i = 0; i < 200; i++) {
        uint8_t bytes[64], expected[64];
        int len = (int)make_plain(bytes, (uint16_t)(65450 + i), 5);

        memcpy(expected, bytes, (size_t)len);
        len = srtp_sender_rtp(sender, bytes, (size_t)len, sizeof bytes);
        assert_int_equal(len, 36);
        assert_int_equal(srtp_receiver_rtp(receiver, bytes, (size_t)len), 32);
        assert_memory_equal(bytes, expected, 32);
    }
    srtp_sender_close(sender);
    srtp_receiver_close(receiver);
}

static void a_receiver_that_comes_late_joins_at_the_count_it_is_told(void **state) {
    srtp_sender *sender = sender_of(SRTP_SCHEME_AES128_SHA1_80);
    srtp_receiver *late = receiver_of(SRTP_SCHEME_AES128_SHA1_80), *joined = NULL;
    int error;

    (void)state;
    for (int i = 0; i < 300; i++) {
        uint8_t bytes[64], copy[64];
        int len = (int)make_plain(bytes, (uint16_t)(65450 + i), 5);

        if (i == 200)
            joined = srtp_receiver_join(SRTP_SCHEME_AES128_SHA1_80, key, sizeof key, rtp_packet_ssrc(bytes), 1, &error);
        len = srtp_sender_rtp(sender, bytes, (size_t)len, sizeof bytes);
        memcpy(copy, bytes, (size_t)len);
        if (i < 200)
            continue;
        assert_int_equal(srtp_receiver_rtp(late, copy, (size_t)len), TCCC_E_AUTH);
        assert_int_equal(srtp_receiver_rtp(joined, bytes, (size_t)len), 32);
    }
    srtp_sender_close(sender);
    srtp_receiver_close(late);
    srtp_receiver_close(joined);
}

static void any_ssrc_is_taken_up_to_a_bound(void **state) {
    srtp_sender *sender = sender_of(SRTP_SCHEME_AES128_SHA1_80);
    uint8_t bytes[64];

    (void)state;
    for (uint32_t ssrc = 1; ssrc <= SRTP_SSRC_MAX; ssrc++) {
        make_plain(bytes, 1, ssrc);
        assert_int_equal(srtp_sender_rtp(sender, bytes, 32, sizeof bytes), 42);
    }
    make_plain(bytes, 1, 1000);
    assert_int_equal(srtp_sender_rtp(sender, bytes, 32, sizeof bytes), TCCC_E_LIMIT);
    make_plain(bytes, 2, 1);
    assert_int_equal(srtp_sender_rtp(sender, bytes, 32, sizeof bytes), 42);
    srtp_sender_close(sender);
}

static void a_number_sent_twice_is_refused(void **state) {
    srtp_sender *sender = sender_of(SRTP_SCHEME_AES128_SHA1_80);
    uint8_t bytes[64];

    (void)state;
    make_plain(bytes, 1, 1);
    assert_int_equal(srtp_sender_rtp(sender, bytes, 32, sizeof bytes), 42);
    make_plain(bytes, 1, 1);
    assert_int_equal(srtp_sender_rtp(sender, bytes, 32, sizeof bytes), TCCC_E_REPLAY);
    srtp_sender_close(sender);
}

static void what_is_not_rtp_or_has_no_room_is_refused(void **state) {
    srtp_sender *sender = sender_of(SRTP_SCHEME_AES128_SHA1_80);
    srtp_receiver *receiver = receiver_of(SRTP_SCHEME_AES128_SHA1_80);
    uint8_t bytes[TCCC_PACKET_MAX + 64] = {0x80};

    (void)state;
    assert_int_equal(srtp_sender_rtp(sender, bytes, 11, sizeof bytes), TCCC_E_FORMAT);
    assert_int_equal(srtp_sender_rtcp(sender, bytes, 7, sizeof bytes), TCCC_E_FORMAT);
    assert_int_equal(srtp_sender_rtp(sender, bytes, 32, 41), TCCC_E_TOO_LARGE);
    assert_int_equal(srtp_sender_rtcp(sender, bytes, 32, 45), TCCC_E_TOO_LARGE);
    assert_int_equal(srtp_sender_rtp(sender, bytes, TCCC_PACKET_MAX + 1, sizeof bytes), TCCC_E_TOO_LARGE);
    assert_int_equal(srtp_receiver_rtp(receiver, bytes, 21), TCCC_E_FORMAT);
    assert_int_equal(srtp_receiver_rtcp(receiver, bytes, 21), TCCC_E_FORMAT);
    bytes[0] = 0x40;
    assert_int_equal(srtp_receiver_rtp(receiver, bytes, 64), TCCC_E_FORMAT);
    srtp_sender_close(sender);
    srtp_receiver_close(receiver);
}

static void a_packet_at_an_odd_address_is_no_trouble(void **state) {
    srtp_receiver *receiver = receiver_of(SRTP_SCHEME_AES128_SHA1_80);
    uint8_t bytes[sizeof protected_80 + 1];

    (void)state;
    memcpy(bytes + 1, protected_80, sizeof protected_80);
    assert_int_equal(srtp_receiver_rtp(receiver, bytes + 1, sizeof protected_80), sizeof plain);
    assert_memory_equal(bytes + 1, plain, sizeof plain);
    srtp_receiver_close(receiver);
}

static void suites_are_found_by_their_sdes_names(void **state) {
    (void)state;
    assert_int_equal(srtp_scheme_find("AES_CM_128_HMAC_SHA1_80", 23), SRTP_SCHEME_AES128_SHA1_80);
    assert_int_equal(srtp_scheme_find("AES_CM_128_HMAC_SHA1_32", 23), SRTP_SCHEME_AES128_SHA1_32);
    assert_int_equal(srtp_scheme_find("AES_CM_128_HMAC_SHA1_8", 22), SRTP_SCHEME_NONE);
    assert_int_equal(srtp_scheme_find("NULL", 4), SRTP_SCHEME_NONE);
    assert_string_equal(srtp_scheme_name(SRTP_SCHEME_AES128_SHA1_32), "AES_CM_128_HMAC_SHA1_32");
    assert_null(srtp_scheme_name(SRTP_SCHEME_NONE));
    assert_int_equal(srtp_scheme_key_len(SRTP_SCHEME_AES128_SHA1_80), TCCC_SRTP_KEY_LEN);
    assert_int_equal(srtp_scheme_key_len(SRTP_SCHEME_NONE), 0);
}

static void a_key_of_another_length_or_no_suite_is_refused(void **state) {
    int error = 0;

    (void)state;
    assert_null(srtp_sender_open(SRTP_SCHEME_AES128_SHA1_80, key, 29, &error));
    assert_int_equal(error, TCCC_E_ARG_RANGE);
    error = 0;
    assert_null(srtp_receiver_open(SRTP_SCHEME_NONE, key, 0, &error));
    assert_int_equal(error, TCCC_E_ARG_RANGE);
    error = 0;
    assert_null(srtp_receiver_open((enum srtp_scheme)99, key, sizeof key, &error));
    assert_int_equal(error, TCCC_E_ARG_RANGE);
}

static void gcm_works_where_the_library_has_it(void **state) {
    enum srtp_scheme scheme = srtp_scheme_find("AEAD_AES_128_GCM", 16);
    srtp_sender *sender;
    srtp_receiver *receiver;
    uint8_t bytes[64];
    int error;

    (void)state;
    if (scheme == SRTP_SCHEME_NONE) {
        assert_null(srtp_sender_open(SRTP_SCHEME_AES128_GCM, key, 28, &error));
        assert_int_equal(error, TCCC_E_ARG_RANGE);
        return;
    }
    sender = srtp_sender_open(scheme, key, 28, &error);
    receiver = srtp_receiver_open(scheme, key, 28, &error);
    memcpy(bytes, plain, sizeof plain);
    assert_int_equal(srtp_sender_rtp(sender, bytes, sizeof plain, sizeof bytes), 44);
    assert_int_equal(srtp_receiver_rtp(receiver, bytes, 44), sizeof plain);
    assert_memory_equal(bytes, plain, sizeof plain);
    srtp_sender_close(sender);
    srtp_receiver_close(receiver);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rtp_is_protected_as_rfc_3711_derives_its_keys),
        cmocka_unit_test(the_short_tag_is_the_long_ones_start),
        cmocka_unit_test(rtcp_is_protected_with_index_and_long_tag_in_both_suites),
        cmocka_unit_test(a_changed_packet_fails_its_authentication),
        cmocka_unit_test(a_packet_is_taken_once),
        cmocka_unit_test(packets_older_than_the_window_are_replays),
        cmocka_unit_test(the_rollover_counter_follows_the_wrap),
        cmocka_unit_test(a_receiver_that_comes_late_joins_at_the_count_it_is_told),
        cmocka_unit_test(any_ssrc_is_taken_up_to_a_bound),
        cmocka_unit_test(a_number_sent_twice_is_refused),
        cmocka_unit_test(what_is_not_rtp_or_has_no_room_is_refused),
        cmocka_unit_test(a_packet_at_an_odd_address_is_no_trouble),
        cmocka_unit_test(suites_are_found_by_their_sdes_names),
        cmocka_unit_test(a_key_of_another_length_or_no_suite_is_refused),
        cmocka_unit_test(gcm_works_where_the_library_has_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
