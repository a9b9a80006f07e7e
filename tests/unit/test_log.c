/* test_log.c: log lines and what is masked in them. Layer: tests. */
#include "base/log.h"

#include <stdio.h>
#include <string.h>

#include "cmocka_all.h"
#include "tccc/error.h"

static char last_line[LOG_LINE_MAX];
static int n_lines;

static void keep_line(void *context, enum log_level level, const char *line, size_t length) {
    (void)context, (void)level;
    assert_int_equal(strlen(line), length);
    snprintf(last_line, sizeof last_line, "%s", line);
    n_lines++;
}

static const logger log_all = { .sink = keep_line, .threshold = LOG_LEVEL_DEBUG };

static void a_line_is_the_event_and_its_fields(void **state) {
    (void)state;
    LOG(&log_all, LOG_LEVEL_INFO, "call.offered", log_text("session", "s1"), log_integer("wait_ms", -5), log_real("mos", 4.25),
        log_error("error", TCCC_E_TIMEOUT), log_error("other", 0));
    assert_string_equal(last_line, "call.offered session=s1 wait_ms=-5 mos=4.25 error=TIMEOUT other=OK");
}

static void an_event_without_fields_is_a_line(void **state) {
    (void)state;
    LOG(&log_all, LOG_LEVEL_INFO, "started");
    assert_string_equal(last_line, "started");
}

static void a_telephone_number_keeps_its_last_two_digits(void **state) {
    (void)state;
    LOG(&log_all, LOG_LEVEL_INFO, "dial", log_phone("to", "+8613812345638"), log_phone("ext", "12"), log_phone("none", NULL));
    assert_string_equal(last_line, "dial to=************38 ext=** none=-");
}

static void a_secret_is_never_written(void **state) {
    (void)state;
    LOG(&log_all, LOG_LEVEL_INFO, "hello", log_secret("token", "abcdef"), log_secret("resume", NULL));
    assert_string_equal(last_line, "hello token=*** resume=-");
}

static void a_value_cannot_forge_a_line_or_a_field(void **state) {
    (void)state;
    LOG(&log_all, LOG_LEVEL_INFO, "x", log_text("ua", "a\nerror b=\"c\" \\"), log_text("empty", ""));
    assert_string_equal(last_line, "x ua=\"a\\x0aerror b=\\\"c\\\" \\\\\" empty=\"\"");
}

static void a_long_line_is_cut_and_says_so(void **state) {
    (void)state;
    char text[3 * LOG_LINE_MAX];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    LOG(&log_all, LOG_LEVEL_INFO, "x", log_text("a", text), log_text("b", text));
    assert_int_equal(strlen(last_line), LOG_LINE_MAX - 1);
    assert_string_equal(last_line + LOG_LINE_MAX - 4, "...");
}

static void lines_below_the_threshold_are_dropped(void **state) {
    (void)state;
    const logger quiet = { .sink = keep_line, .threshold = LOG_LEVEL_WARNING }, none = { .sink = NULL };
    n_lines = 0;
    LOG(&quiet, LOG_LEVEL_INFO, "a");
    LOG(&quiet, LOG_LEVEL_ERROR, "b");
    LOG(&none, LOG_LEVEL_ERROR, "c");
    assert_int_equal(n_lines, 1);
}

static void expect_redacted(const char *text, const char *expected) {
    char copy[256];
    snprintf(copy, sizeof copy, "%s", text);
    log_redact(copy);
    assert_string_equal(copy, expected);
}

static void numbers_in_free_text_are_masked(void **state) {
    (void)state;
    expect_redacted("INVITE sip:+8613812345638@10.0.0.1:50608", "INVITE sip:+***********38@10.0.0.1:50608");
    expect_redacted("call to 02012345678.", "call to *********78.");
    expect_redacted("extension 1001, code 480", "extension 1001, code 480");
}

static void identifiers_and_fractions_in_free_text_stay(void **state) {
    (void)state;
    expect_redacted("session 12345678-1234-4234-8234-123456789012", "session 12345678-1234-4234-8234-123456789012");
    expect_redacted("a1234567890 1234567890b 0.12345678", "a1234567890 1234567890b 0.12345678");
}

static void secrets_in_free_text_are_masked(void **state) {
    (void)state;
    expect_redacted("GET /v1/media?ticket=abc123&path=1", "GET /v1/media?ticket=******&path=1");
    expect_redacted("{\"token\": \"ab c\",\"t\":\"hello\"}", "{\"token\": \"****\",\"t\":\"hello\"}");
    expect_redacted("a=crypto:1 X inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20",
                    "a=crypto:1 X inline:****************************************|2^20");
    expect_redacted("Proxy-Authorization: Digest a=1, b=2\r\nVia: x", "Proxy-Authorization: ***************\r\nVia: x");
    expect_redacted("sipPassword=geheim tokens=3", "sipPassword=****** tokens=3");
    expect_redacted("token", "token");
    expect_redacted("token=", "token=");
    expect_redacted("token=\"", "token=\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_the_event_and_its_fields),
        cmocka_unit_test(an_event_without_fields_is_a_line),
        cmocka_unit_test(a_telephone_number_keeps_its_last_two_digits),
        cmocka_unit_test(a_secret_is_never_written),
        cmocka_unit_test(a_value_cannot_forge_a_line_or_a_field),
        cmocka_unit_test(a_long_line_is_cut_and_says_so),
        cmocka_unit_test(lines_below_the_threshold_are_dropped),
        cmocka_unit_test(numbers_in_free_text_are_masked),
        cmocka_unit_test(identifiers_and_fractions_in_free_text_stay),
        cmocka_unit_test(secrets_in_free_text_are_masked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
