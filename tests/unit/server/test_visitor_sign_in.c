/* test_visitor_sign_in.c: what a page says of its visitor, and whether its origin fits. Layer: tests. */
#include "server/visitor/sign_in.h"

#include <stdio.h>
#include <string.h>

#include "../cmocka_all.h"
#include "tccc/error.h"

static sign_in who;
static char err[200];

static int reading(const char *text) { return sign_in_read(text, strlen(text), &who, err, sizeof err); }

static void every_member_is_taken(void **state) {
    (void)state;
    assert_int_equal(reading("{\"channel\":\"shop\",\"visitorId\":\"00112233445566778899aabbccddeeff\",\"visitorKey\":\""
                             "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\",\"nickname\":\"\xe5\xb0\x8f\",\"avatar\":\"https://a/b.png\","
                             "\"clientData\":\"{}\\n\",\"more\":1}"), 0);
    assert_string_equal(who.channel, "shop");
    assert_string_equal(who.visitor_id, "00112233445566778899aabbccddeeff");
    assert_string_equal(who.nickname, "\xe5\xb0\x8f");
    assert_string_equal(who.avatar, "https://a/b.png");
    assert_string_equal(who.client_data, "{}\n");
    assert_int_equal(reading("{\"channel\":\"shop\",\"nickname\":null}"), 0);
    assert_string_equal(who.nickname, "");
}

static void assert_wrong(const char *text, int error, const char *word) {
    assert_int_equal(reading(text), error);
    if (!strstr(err, word)) fail_msg("%s: %s", text, err);
}

static void what_is_wrong_is_named(void **state) {
    (void)state;
    assert_wrong("", TCCC_E_FORMAT, "body");
    assert_wrong("[]", TCCC_E_ARG_TYPE, "object");
    assert_wrong("{}", TCCC_E_ARG_MISSING, "channel");
    assert_wrong("{\"channel\":1}", TCCC_E_ARG_TYPE, "channel");
    assert_wrong("{\"channel\":\"c\",\"visitorId\":\"ZZ\",\"visitorKey\":\"x\"}", TCCC_E_ARG_RANGE, "visitorId");
    assert_wrong("{\"channel\":\"c\",\"visitorId\":\"00112233445566778899aabbccddeeff\"}", TCCC_E_ARG_MISSING, "visitorKey");
    assert_wrong("{\"channel\":\"c\",\"avatar\":\"javascript:alert(1)\"}", TCCC_E_ARG_RANGE, "avatar");
    assert_wrong("{\"channel\":\"c\",\"avatar\":\"https://a/\\\"><b>\"}", TCCC_E_ARG_RANGE, "avatar");
    assert_wrong("{\"channel\":\"c\",\"nickname\":\"a\\u0007\"}", TCCC_E_ARG_RANGE, "nickname");
    static char large[SIGN_IN_BODY_MAX + 2];
    memset(large, ' ', sizeof large - 1);
    assert_wrong(large, TCCC_E_TOO_LARGE, "8 KiB");
}

static void origins_fit_whole_or_not_at_all(void **state) {
    (void)state;
    assert_true(sign_in_origin_fits("", "https://a.example"));
    assert_true(sign_in_origin_fits("", ""));
    assert_true(sign_in_origin_fits("https://a.example https://b.example:8443", "https://b.example:8443"));
    assert_true(sign_in_origin_fits(" https://A.example ", "https://a.example"));
    assert_false(sign_in_origin_fits("https://a.example", ""));
    assert_false(sign_in_origin_fits("https://a.example", "https://a.example.evil.com"));
    assert_false(sign_in_origin_fits("https://a.example", "https://a.exampl"));
    assert_false(sign_in_origin_fits("https://a.example", "http://a.example"));
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_member_is_taken), cmocka_unit_test(what_is_wrong_is_named), cmocka_unit_test(origins_fit_whole_or_not_at_all) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
