/* test_utf8.c: UTF-8 against RFC 3629 and the Unicode standard's table 3-8. Layer: tests. */
#include "base/utf8.h"

#include <string.h>

#include "cmocka_all.h"

static void well_formed_characters_have_their_lengths(void **state) {
    (void)state;
    assert_int_equal(utf8_character("a", 1), 1);
    assert_int_equal(utf8_character("\xC3\xA9", 2), 2);
    assert_int_equal(utf8_character("\xE5\xAE\xA2", 3), 3);
    assert_int_equal(utf8_character("\xF0\x9F\x93\x9E", 4), 4);
    assert_int_equal(utf8_character("\xF4\x8F\xBF\xBF", 4), 4); /* U+10FFFF */
}

static void malformed_characters_have_none(void **state) {
    (void)state;
    static const char *const bad[] = { "\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                                       "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE5\xAE\x41", "\xC3\x41" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_int_equal(utf8_character(bad[i], strlen(bad[i])), 0);
    assert_int_equal(utf8_character("", 0), 0);
}

static void a_character_cut_off_is_not_well_formed(void **state) {
    (void)state;
    assert_int_equal(utf8_character("\xF0\x9F\x93\x9E", 3), 0);
    assert_int_equal(utf8_character("\xE5\xAE\xA2", 2), 0);
    assert_int_equal(utf8_character("\xC3", 1), 0);
}

static void a_text_is_valid_when_all_of_it_is(void **state) {
    (void)state;
    assert_true(utf8_valid("", 0));
    assert_true(utf8_valid("\xE5\xAE\xA2 ok", 6));
    assert_false(utf8_valid("ok \xE5\xAE", 5));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_characters_have_their_lengths),
        cmocka_unit_test(malformed_characters_have_none),
        cmocka_unit_test(a_character_cut_off_is_not_well_formed),
        cmocka_unit_test(a_text_is_valid_when_all_of_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
