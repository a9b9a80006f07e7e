/* test_error.c: the error table. Layer: tests. */
#include <ctype.h>
#include <string.h>

#include "cmocka_all.h"
#include "tccc/error.h"

static const int errors[] = {
#define ERROR_VALUE(name, value, sentence, remedy) TCCC_E_##name,
    TCCC_ERRORS(ERROR_VALUE)
#undef ERROR_VALUE
};
#define N_ERRORS (sizeof errors / sizeof errors[0])

static void the_texts_of_an_error_are_those_of_the_table(void **state) {
    (void)state;
    assert_string_equal(tccc_error_name(TCCC_E_ARG_MISSING), "ARG_MISSING");
    assert_string_equal(tccc_error_sentence(TCCC_E_ARG_MISSING), "A required option is missing.");
    assert_string_equal(tccc_error_remedy(TCCC_E_ARG_MISSING), "Pass the option that the message names.");
}

static void every_error_is_negative_and_has_a_value_of_its_own(void **state) {
    (void)state;
    for (size_t i = 0; i < N_ERRORS; i++) {
        assert_true(errors[i] < 0);
        for (size_t k = 0; k < i; k++) assert_int_not_equal(errors[i], errors[k]);
    }
}

static void every_error_says_what_is_wrong_and_what_to_do_in_sentences(void **state) {
    (void)state;
    for (size_t i = 0; i < N_ERRORS; i++) {
        const char *texts[] = { tccc_error_sentence(errors[i]), tccc_error_remedy(errors[i]) };
        for (int k = 0; k < 2; k++) {
            assert_true(isupper((unsigned char)texts[k][0]));
            assert_int_equal(texts[k][strlen(texts[k]) - 1], '.');
        }
    }
}

static void a_value_outside_the_table_is_unknown(void **state) {
    (void)state;
    assert_string_equal(tccc_error_name(0), "UNKNOWN");
    assert_string_equal(tccc_error_name(-9999), "UNKNOWN");
    assert_non_null(tccc_error_sentence(1));
    assert_non_null(tccc_error_remedy(1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_texts_of_an_error_are_those_of_the_table),
        cmocka_unit_test(every_error_is_negative_and_has_a_value_of_its_own),
        cmocka_unit_test(every_error_says_what_is_wrong_and_what_to_do_in_sentences),
        cmocka_unit_test(a_value_outside_the_table_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
