/* test_stun.c: STUN messages, with the test vectors of RFC 5769. Layer: tests. */
#include "server/edge/stun.h"

#include <arpa/inet.h>
#include <string.h>

#include "../cmocka_all.h"
#include "tccc/error.h"

static const char password[] = "VOkJxbRl1RmTxUk/WvJxBt";

static const uint8_t request[] = { /* RFC 5769 section 2.1 */
    0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae,
    0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4e, 0x20, 0x74, 0x65, 0x73, 0x74, 0x20, 0x63, 0x6c, 0x69, 0x65, 0x6e, 0x74,
    0x00, 0x24, 0x00, 0x04, 0x6e, 0x00, 0x01, 0xff, 0x80, 0x29, 0x00, 0x08, 0x93, 0x2f, 0xf9, 0xb1, 0x51, 0x26, 0x3b, 0x36,
    0x00, 0x06, 0x00, 0x09, 0x65, 0x76, 0x74, 0x6a, 0x3a, 0x68, 0x36, 0x76, 0x59, 0x20, 0x20, 0x20,
    0x00, 0x08, 0x00, 0x14, 0x9a, 0xea, 0xa7, 0x0c, 0xbf, 0xd8, 0xcb, 0x56, 0x78, 0x1e, 0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49,
    0xc1, 0xb5, 0x71, 0xa2, 0x80, 0x28, 0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf,
};

static const uint8_t response_v4[] = { /* section 2.2 */
    0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae,
    0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20,
    0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43,
    0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99, 0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9, 0x2a, 0xf9, 0xba, 0x53,
    0xf0, 0x6b, 0xe7, 0xd7, 0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96,
};

static const uint8_t response_v6[] = { /* section 2.3 */
    0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae,
    0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20,
    0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5,
    0xbe, 0xd2, 0xb9, 0xd9,
    0x00, 0x08, 0x00, 0x14, 0xa3, 0x82, 0x95, 0x4e, 0x4b, 0xe6, 0x7b, 0xf1, 0x17, 0x84, 0xc9, 0x7c, 0x82, 0x92, 0xc2, 0x75,
    0xbf, 0xe3, 0xed, 0x41, 0x80, 0x28, 0x00, 0x04, 0xc8, 0xfb, 0x0b, 0x4c,
};

static address v4(const char *ip, uint16_t port) {
    address a = { 0 };
    a.v4.sin_family = AF_INET;
    a.v4.sin_port = htons(port);
    inet_pton(AF_INET, ip, &a.v4.sin_addr);
    return a;
}

static address v6(const char *ip, uint16_t port) {
    address a = { 0 };
    a.v6.sin6_family = AF_INET6;
    a.v6.sin6_port = htons(port);
    inet_pton(AF_INET6, ip, &a.v6.sin6_addr);
    return a;
}

static void the_sample_request_of_rfc_5769_is_read_and_authentic(void **state) {
    (void)state;
    stun_message m;
    assert_int_equal(stun_read(&m, request, sizeof request), 0);
    assert_int_equal(m.type, STUN_BINDING_REQUEST);
    assert_int_equal(m.username_len, 9);
    assert_memory_equal(m.username, "evtj:h6vY", 9);
    assert_true(m.controlled && !m.controlling && !m.use_candidate);
    assert_true(m.has_fingerprint);
    assert_int_equal(m.n_unknown, 0);
    assert_true(stun_authentic(&m, request, password));
    assert_false(stun_authentic(&m, request, "another password, 22 long"));
}

static void the_sample_responses_of_rfc_5769_give_the_mapped_address(void **state) {
    (void)state;
    stun_message m;
    address four = v4("192.0.2.1", 32853), six = v6("2001:db8:1234:5678:11:2233:4455:6677", 32853);
    assert_int_equal(stun_read(&m, response_v4, sizeof response_v4), 0);
    assert_true(m.has_mapped && address_equal(&m.mapped, &four));
    assert_true(stun_authentic(&m, response_v4, password));
    assert_int_equal(stun_read(&m, response_v6, sizeof response_v6), 0);
    assert_true(m.has_mapped && address_equal(&m.mapped, &six));
    assert_true(stun_authentic(&m, response_v6, password));
}

static void one_changed_bit_is_noticed_by_fingerprint_or_integrity(void **state) {
    (void)state;
    uint8_t copy[sizeof request];
    stun_message m;
    for (size_t bit = 0; bit < 8 * sizeof request; bit++) {
        memcpy(copy, request, sizeof copy);
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_true(stun_read(&m, copy, sizeof copy) == TCCC_E_FORMAT || !m.has_fingerprint || !stun_authentic(&m, copy, password));
    }
}

static void every_cut_message_is_refused(void **state) {
    (void)state;
    stun_message m;
    for (size_t len = 0; len < sizeof request; len++)
        assert_int_equal(stun_read(&m, request, len), TCCC_E_FORMAT);
}

static void what_we_answer_can_be_read_and_is_authentic(void **state) {
    (void)state;
    uint8_t answer[STUN_ANSWER_MAX];
    stun_message m;
    address ends[] = { v4("203.0.113.9", 1), v6("2001:db8::1", 65535) };
    for (int i = 0; i < 2; i++) {
        size_t n = stun_write_success(answer, request + 8, &ends[i], password);
        assert_int_equal(stun_read(&m, answer, n), 0);
        assert_int_equal(m.type, STUN_BINDING_SUCCESS);
        assert_memory_equal(m.transaction, request + 8, STUN_TRANSACTION_LEN);
        assert_true(address_equal(&m.mapped, &ends[i]));
        assert_true(stun_authentic(&m, answer, password));
    }
}

static void an_unknown_required_attribute_is_named_in_a_420(void **state) {
    (void)state;
    static const uint8_t strange[] = {
        0x00, 0x01, 0x00, 0x08, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, /* header */
        0x7f, 0xee, 0x00, 0x01, 0xaa, 0x00, 0x00, 0x00,                                        /* 0x7fee: required */
    };
    uint8_t answer[STUN_ANSWER_MAX];
    stun_message m, reply;
    assert_int_equal(stun_read(&m, strange, sizeof strange), 0);
    assert_int_equal(m.n_unknown, 1);
    size_t n = stun_write_error(answer, &m, 420, password);
    assert_int_equal(stun_read(&reply, answer, n), 0);
    assert_int_equal(reply.type, STUN_BINDING_ERROR);
    assert_true(stun_authentic(&reply, answer, password));
    /* ERROR-CODE 4 and 20, "Unknown Attribute" is 17 bytes in 20; then UNKNOWN-ATTRIBUTES with 0x7fee and padding */
    static const uint8_t tail[] = { 0x00, 0x0a, 0x00, 0x02, 0x7f, 0xee, 0x00, 0x00 };
    assert_int_equal(answer[26], 4);
    assert_int_equal(answer[27], 20);
    assert_memory_equal(answer + 20 + 4 + 4 + 20, tail, sizeof tail);
}

static void attributes_behind_the_integrity_are_not_believed(void **state) {
    (void)state;
    uint8_t longer[sizeof request + 4];
    stun_message m;
    memcpy(longer, request, sizeof request - 8);                      /* without FINGERPRINT */
    memcpy(longer + sizeof request - 8, (uint8_t[]){ 0, 0x25, 0, 0 }, 4); /* USE-CANDIDATE added by somebody else */
    size_t len = sizeof request - 4;
    longer[3] = (uint8_t)(len - 20);
    assert_int_equal(stun_read(&m, longer, len), 0);
    assert_false(m.use_candidate);
}

static void dtls_and_rtp_are_not_taken_for_stun(void **state) {
    (void)state;
    uint8_t packet[20];
    memcpy(packet, request, sizeof packet);
    for (int first = 4; first < 256; first++) {
        packet[0] = (uint8_t)first;
        assert_false(stun_is_message(packet, sizeof packet));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_request_of_rfc_5769_is_read_and_authentic),
        cmocka_unit_test(the_sample_responses_of_rfc_5769_give_the_mapped_address),
        cmocka_unit_test(one_changed_bit_is_noticed_by_fingerprint_or_integrity),
        cmocka_unit_test(every_cut_message_is_refused),
        cmocka_unit_test(what_we_answer_can_be_read_and_is_authentic),
        cmocka_unit_test(an_unknown_required_attribute_is_named_in_a_420),
        cmocka_unit_test(attributes_behind_the_integrity_are_not_believed),
        cmocka_unit_test(dtls_and_rtp_are_not_taken_for_stun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
