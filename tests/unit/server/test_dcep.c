/* test_dcep.c: the message that opens a data channel. Layer: tests. RFC 8832 section 5.1. */
#include "server/edge/dcep.h"

#include <string.h>

#include "../cmocka_all.h"
#include "tccc/error.h"

/* What Chromium sends for createDataChannel("tccc", {ordered: false, maxPacketLifeTime: 150}). */
static const uint8_t browsers[] = { 3, 0x82, 0, 0, 0, 0, 0, 150, 0, 4, 0, 0, 't', 'c', 'c', 'c' };

static void a_browsers_open_is_read(void **state) {
    (void)state;
    dcep_open open;
    assert_int_equal(dcep_read_open(&open, browsers, sizeof browsers), 0);
    assert_int_equal(open.reliability, DCEP_LIMITED_LIFETIME);
    assert_true(open.unordered);
    assert_int_equal(open.limit, 150);
    assert_int_equal(open.label_len, 4);
    assert_memory_equal(open.label, "tccc", 4);
    assert_int_equal(open.protocol_len, 0);
}

static void what_is_written_is_what_a_browser_writes(void **state) {
    (void)state;
    uint8_t buf[16];
    dcep_open open = { .reliability = DCEP_LIMITED_LIFETIME, .unordered = 1, .limit = 150, .label = "tccc", .label_len = 4 };
    assert_int_equal(dcep_write_open(&open, buf, sizeof buf), (int)sizeof browsers);
    assert_memory_equal(buf, browsers, sizeof browsers);
    assert_int_equal(dcep_write_open(&open, buf, sizeof buf - 1), TCCC_E_TOO_LARGE);
}

static void lengths_that_do_not_add_up_are_refused(void **state) {
    (void)state;
    dcep_open open;
    uint8_t longer[sizeof browsers + 1] = { 0 };
    memcpy(longer, browsers, sizeof browsers);
    for (size_t len = 0; len < sizeof browsers; len++)
        assert_int_equal(dcep_read_open(&open, browsers, len), TCCC_E_FORMAT);
    assert_int_equal(dcep_read_open(&open, longer, sizeof longer), TCCC_E_FORMAT);
}

static void unknown_messages_and_reliabilities_are_refused(void **state) {
    (void)state;
    dcep_open open;
    uint8_t copy[sizeof browsers];
    memcpy(copy, browsers, sizeof copy);
    copy[0] = DCEP_TYPE_ACK;
    assert_int_equal(dcep_read_open(&open, copy, sizeof copy), TCCC_E_FORMAT);
    copy[0] = DCEP_TYPE_OPEN;
    copy[1] = 0x83;
    assert_int_equal(dcep_read_open(&open, copy, sizeof copy), TCCC_E_FORMAT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_browsers_open_is_read),
        cmocka_unit_test(what_is_written_is_what_a_browser_writes),
        cmocka_unit_test(lengths_that_do_not_add_up_are_refused),
        cmocka_unit_test(unknown_messages_and_reliabilities_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
