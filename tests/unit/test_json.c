/* test_json.c: reading and writing JSON; texts from RFC 8259 and by hand. Layer: tests. */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "tccc/error.h"

/* Parses from memory of exactly the text's size, so that AddressSanitizer sees a byte read beyond. */
static int parse(const char *text, size_t length, json_value **value) {
    char *exact = malloc(length ? length : 1);
    memcpy(exact, text, length);
    int result = json_parse(exact, length, 65536, value);
    free(exact);
    return result;
}

static json_value *tree(const char *text) {
    json_value *value = NULL;
    assert_int_equal(parse(text, strlen(text), &value), 0);
    return value;
}

static void a_message_is_read_member_by_member(void **state) {
    (void)state;
    json_value *value = tree("{\"id\":7,\"m\":\"call.start\",\"gain\":-2.5,\"held\":true,\"a\":{\"x\":1},\"l\":[1,\"b\"]}");
    json_reader in = json_read(value);
    assert_int_equal(json_integer(&in, "id", 1, INT32_MAX), 7);
    assert_string_equal(json_string(&in, "m", 1, 64), "call.start");
    assert_true(fabs(json_real(&in, "gain", -10, 10) + 2.5) < 1e-12);
    assert_true(json_bool(&in, "held"));
    assert_non_null(json_object(&in, "a"));
    const json_value *list = json_array(&in, "l", 2);
    assert_int_equal(json_size(list), 2);
    assert_string_equal(json_text(json_next(json_first(list))), "b");
    assert_int_equal(in.error, 0);
    assert_string_equal(in.message, "");
    json_free(value);
}

static void a_missing_member_is_named(void **state) {
    (void)state;
    json_value *value = tree("{\"a\":null}");
    json_reader in = json_read(value);
    assert_null(json_string(&in, "a", 0, 9));
    assert_int_equal(in.error, TCCC_E_ARG_MISSING);
    assert_string_equal(in.message, "a is missing.");
    json_free(value);
}

static void the_first_failure_is_kept(void **state) {
    (void)state;
    json_value *value = tree("{\"id\":\"7\",\"m\":1}");
    json_reader in = json_read(value);
    assert_int_equal(json_integer(&in, "id", 1, 9), 0);
    assert_null(json_string(&in, "m", 1, 64));
    assert_int_equal(in.error, TCCC_E_ARG_TYPE);
    assert_string_equal(in.message, "id must be a whole number from 1 to 9.");
    json_free(value);
}

static void values_outside_their_range_are_refused_with_the_range(void **state) {
    (void)state;
    static const char *const names[] = { "free", "rest", NULL };
    json_value *value = tree("{\"n\":10,\"f\":1.5,\"s\":\"abcdef\",\"c\":\"busy\",\"l\":[1,2,3],\"big\":1e999}");
    json_reader in = json_read(value);
    json_integer(&in, "n", 1, 9);
    assert_string_equal(in.message, "n must be a whole number from 1 to 9.");
    in = json_read(value), json_integer(&in, "f", 1, 9);
    assert_int_equal(in.error, TCCC_E_ARG_RANGE);
    in = json_read(value), json_string(&in, "s", 1, 5);
    assert_string_equal(in.message, "s must have 1 to 5 bytes.");
    in = json_read(value), json_choice(&in, "c", names);
    assert_string_equal(in.message, "c must be one of free, rest.");
    in = json_read(value), json_array(&in, "l", 2);
    assert_string_equal(in.message, "l must have at most 2 elements.");
    in = json_read(value), json_real(&in, "big", 0, 1);
    assert_string_equal(in.message, "big must be a number from 0 to 1.");
    assert_int_equal(in.error, TCCC_E_ARG_RANGE);
    json_free(value);
}

static void members_of_a_wrong_type_are_refused_with_the_type(void **state) {
    (void)state;
    json_value *value = tree("{\"x\":[]}");
    json_reader in = json_read(value);
    json_string_or(&in, "x", NULL, 9);
    assert_string_equal(in.message, "x must be a string.");
    in = json_read(value), json_bool_or(&in, "x", true);
    assert_string_equal(in.message, "x must be true or false.");
    in = json_read(value), json_object_or(&in, "x");
    assert_string_equal(in.message, "x must be an object.");
    in = json_read(json_member(value, "x"));
    assert_int_equal(in.error, TCCC_E_ARG_TYPE);
    in = json_read(NULL);
    assert_int_equal(in.error, TCCC_E_ARG_TYPE);
    json_free(value);
}

static void optional_members_fall_back(void **state) {
    (void)state;
    static const char *const names[] = { "free", "rest", NULL };
    json_value *value = tree("{\"b\":null}");
    json_reader in = json_read(value);
    assert_string_equal(json_string_or(&in, "a", "x", 9), "x");
    assert_int_equal(json_integer_or(&in, "b", -3, 0, 9), -3);
    assert_true(json_bool_or(&in, "c", true));
    assert_true(json_real_or(&in, "d", 0.5, 0, 1) == 0.5);
    assert_null(json_object_or(&in, "e"));
    assert_null(json_array_or(&in, "f", 1));
    assert_int_equal(json_choice_or(&in, "g", 1, names), 1);
    assert_int_equal(in.error, 0);
    json_free(value);
}

static void texts_that_are_not_json_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = { "", " ", "{", "}", "[1,]", "{\"a\":}", "{\"a\" 1}", "{a:1}", "nul", "nulll", "01", "+1", "1.", ".5",
                                       "1e", "-", "\"", "\"\\", "\"\\x\"", "\"\t\"", "[1]]", "[1] x", "{\"a\":1,}", "'a'", "\v1",
                                       "\"\\u0000\"", "\"\\ud800\"", "\"\\u12g4\"", "\"\\u12", "\"\\u\\\\\\\xC8\"", "\xEF\xBB\xBF{}", "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "NaN", "[1 2]" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        json_value *value = (json_value *)&value;
        if (parse(bad[i], strlen(bad[i]), &value) != TCCC_E_FORMAT) fail_msg("accepted: %s", bad[i]);
        assert_null(value);
    }
    json_value *value;
    assert_int_equal(parse("1\0", 2, &value), TCCC_E_FORMAT);
}

static void texts_of_the_standard_are_accepted(void **state) {
    (void)state;
    static const char *const good[] = { "null", " true ", "-0", "1.5e-3", "\"\\ud834\\udd1e\"", "[]", "{}", "\r\n\t{ \"a\" : [ 1 , 2 ] }\n",
                                        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\xE5\xAE\xA2\xE6\x9C\x8D\"" };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) json_free(tree(good[i]));
}

static void nesting_and_size_are_bounded(void **state) {
    (void)state;
    char text[2 * JSON_DEPTH_MAX + 3];
    json_value *value;
    memset(text, '[', JSON_DEPTH_MAX), memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    assert_int_equal(parse(text, 2 * JSON_DEPTH_MAX, &value), 0);
    json_free(value);
    memset(text, '[', JSON_DEPTH_MAX + 1), memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
    assert_int_equal(parse(text, 2 * JSON_DEPTH_MAX + 2, &value), TCCC_E_FORMAT);
    assert_int_equal(json_parse("[1]", 3, 2, &value), TCCC_E_TOO_LARGE);
}

static void every_prefix_of_a_message_is_refused_without_harm(void **state) {
    (void)state;
    const char *text = "{\"t\":\"ev\",\"n\":[-1.5e3,true,null],\"s\":\"\\u5ba2\\n\xE5\xAE\xA2\"}";
    for (size_t n = 0; n < strlen(text); n++) {
        json_value *value;
        assert_int_equal(parse(text, n, &value), TCCC_E_FORMAT);
    }
    json_free(tree(text));
}

static void names_are_case_sensitive_and_the_first_counts(void **state) {
    (void)state;
    json_value *value = tree("{\"ID\":1,\"id\":2,\"id\":3}");
    int64_t number = 0;
    assert_true(json_whole(json_member(value, "id"), &number));
    assert_int_equal(number, 2);
    json_free(value);
}

static void whole_numbers_are_those_that_javascript_keeps(void **state) {
    (void)state;
    int64_t number = 0;
    json_value *value = tree("[9007199254740991,-9007199254740991,9007199254740992,1.5,\"1\"]");
    const json_value *e = json_first(value);
    assert_true(json_whole(e, &number) && number == JSON_INTEGER_MAX);
    assert_true(json_whole(e = json_next(e), &number) && number == -JSON_INTEGER_MAX);
    assert_false(json_whole(e = json_next(e), &number));
    assert_false(json_whole(e = json_next(e), &number));
    assert_false(json_whole(json_next(e), &number));
    json_free(value);
}

static void a_message_is_written_value_by_value(void **state) {
    (void)state;
    char text[256];
    json_writer out = json_write(text, sizeof text);
    json_open_object(&out, NULL);
    json_put_string(&out, "t", "ev");
    json_put_integer(&out, "seq", 9007199254740991);
    json_open_object(&out, "d");
    json_put_bool(&out, "held", false);
    json_put_null(&out, "remark");
    json_put_string(&out, "none", NULL);
    json_close(&out);
    json_open_array(&out, "l");
    json_put_real(&out, NULL, 0.1);
    json_put_real(&out, NULL, INFINITY);
    json_open_array(&out, NULL);
    json_close(&out);
    json_put_raw(&out, NULL, "{\"a\":1}");
    json_close(&out);
    json_close(&out);
    const char *expected = "{\"t\":\"ev\",\"seq\":9007199254740991,\"d\":{\"held\":false,\"remark\":null,\"none\":null},"
                           "\"l\":[0.1,null,[],{\"a\":1}]}";
    assert_int_equal(json_finish(&out), strlen(expected));
    assert_string_equal(text, expected);
}

static void written_strings_are_escaped_and_always_utf8(void **state) {
    (void)state;
    char text[128];
    json_writer out = json_write(text, sizeof text);
    json_put_bytes_as_string(&out, NULL, "a\"\\\n\x01\0\xFFz\xE5\xAE\xA2", 11);
    assert_true(json_finish(&out) > 0);
    assert_string_equal(text, "\"a\\\"\\\\\\n\\u0001\xEF\xBF\xBD\xEF\xBF\xBDz\xE5\xAE\xA2\"");
}

static void a_text_that_does_not_fit_is_told_at_the_end(void **state) {
    (void)state;
    char text[8];
    json_writer out = json_write(text, 7);
    json_put_string(&out, NULL, "abcde"); /* 7 bytes and the NUL */
    assert_int_equal(json_finish(&out), TCCC_E_TOO_LARGE);
    assert_string_equal(text, "");
    out = json_write(text, 8);
    json_put_string(&out, NULL, "abcde");
    assert_int_equal(json_finish(&out), 7);
    out = json_write(text, 0);
    assert_int_equal(json_finish(&out), TCCC_E_TOO_LARGE);
}

static void levels_left_open_or_closed_too_often_are_told_at_the_end(void **state) {
    (void)state;
    char text[128];
    json_writer out = json_write(text, sizeof text);
    json_open_object(&out, NULL);
    assert_int_equal(json_finish(&out), TCCC_E_ARG_RANGE);
    out = json_write(text, sizeof text);
    json_close(&out);
    assert_int_equal(json_finish(&out), TCCC_E_ARG_RANGE);
    out = json_write(text, sizeof text);
    for (int i = 0; i <= JSON_DEPTH_MAX; i++) json_open_array(&out, NULL);
    for (int i = 0; i <= JSON_DEPTH_MAX; i++) json_close(&out);
    assert_int_equal(json_finish(&out), TCCC_E_ARG_RANGE);
}

static void a_tree_is_written_as_it_was_read(void **state) {
    (void)state;
    const char *text = "{\"a\":[1,-2.5,1e+300,true,false,null,\"\\u0007\xE5\xAE\xA2\",{}],\"b\":{\"c\":[]}}";
    char copy[256];
    json_value *value = tree(text);
    json_writer out = json_write(copy, sizeof copy);
    json_put_value(&out, NULL, value);
    assert_int_equal(json_finish(&out), strlen(text));
    assert_string_equal(copy, text);
    json_free(value);
}

typedef struct {
    int n, errors[4];
    char names[4][16];
} failures;

static void keep_failure(void *context, const json_reader *reader, int error, const char *name) {
    failures *f = context;
    assert_true(f->n < 4);
    assert_memory_equal(reader->message, name, strlen(name));
    f->errors[f->n] = error;
    strcpy(f->names[f->n++], name);
}

static void a_reader_may_tell_every_failure(void **state) {
    (void)state;
    failures f = { 0 };
    json_value *value = tree("{\"a\":\"x\",\"b\":9,\"d\":5}");
    json_reader in = json_read(value);
    in.on_failure = keep_failure;
    in.context = &f;
    assert_int_equal(json_integer(&in, "a", 0, 5), 0);
    assert_int_equal(json_integer(&in, "b", 0, 5), 0);
    assert_null(json_string(&in, "c", 0, 5));
    assert_int_equal(json_integer(&in, "d", 0, 5), 5);
    assert_int_equal(in.error, TCCC_E_ARG_TYPE);
    assert_int_equal(f.n, 3);
    assert_string_equal(f.names[2], "c");
    assert_int_equal(f.errors[1], TCCC_E_ARG_RANGE);
    assert_int_equal(f.errors[2], TCCC_E_ARG_MISSING);
    json_free(value);
}

static void a_value_has_the_line_of_its_name(void **state) {
    (void)state;
    const char *text = "\n{ \"a\" :\r\n [1, {},\n\"\\\"]:\",\n true],\"b\"\n:\n\"a\", \"b\": null }\n";
    json_value *value = tree(text), *other = tree("{}");
    static const int lines[] = { 3, 3, 4, 5 };
    size_t length = strlen(text);
    const json_value *list = json_member(value, "a"), *b = json_member(value, "b");
    int i = 0;
    assert_int_equal(json_line(text, length, value, value), 2);
    assert_int_equal(json_line(text, length, value, list), 2);
    for (const json_value *e = json_first(list); e; e = json_next(e)) assert_int_equal(json_line(text, length, value, e), lines[i++]);
    assert_int_equal(i, 4);
    assert_int_equal(json_line(text, length, value, b), 5);
    assert_int_equal(json_line(text, length, value, json_next(b)), 7);
    assert_int_equal(json_line(text, length, value, other), 0);
    json_free(value);
    json_free(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_read_member_by_member),
        cmocka_unit_test(a_missing_member_is_named),
        cmocka_unit_test(the_first_failure_is_kept),
        cmocka_unit_test(values_outside_their_range_are_refused_with_the_range),
        cmocka_unit_test(members_of_a_wrong_type_are_refused_with_the_type),
        cmocka_unit_test(optional_members_fall_back),
        cmocka_unit_test(texts_that_are_not_json_are_refused),
        cmocka_unit_test(texts_of_the_standard_are_accepted),
        cmocka_unit_test(nesting_and_size_are_bounded),
        cmocka_unit_test(every_prefix_of_a_message_is_refused_without_harm),
        cmocka_unit_test(names_are_case_sensitive_and_the_first_counts),
        cmocka_unit_test(whole_numbers_are_those_that_javascript_keeps),
        cmocka_unit_test(a_message_is_written_value_by_value),
        cmocka_unit_test(written_strings_are_escaped_and_always_utf8),
        cmocka_unit_test(a_text_that_does_not_fit_is_told_at_the_end),
        cmocka_unit_test(levels_left_open_or_closed_too_often_are_told_at_the_end),
        cmocka_unit_test(a_tree_is_written_as_it_was_read),
        cmocka_unit_test(a_reader_may_tell_every_failure),
        cmocka_unit_test(a_value_has_the_line_of_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
