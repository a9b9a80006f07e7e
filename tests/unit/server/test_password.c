/* test_password.c: scrypt hashes of people's passwords. Layer: tests. */
#include "server/admin/password.h"

#include "../cmocka_all.h"

#include <string.h>

static void a_password_fits_its_hash_and_no_other(void **state) {
    (void)state;
    char one[PASSWORD_HASH], two[PASSWORD_HASH];
    assert_int_equal(password_hash("correct horse", one), 0);
    assert_int_equal(password_hash("correct horse", two), 0);
    assert_string_not_equal(one, two); /* each has a salt of its own */
    assert_null(strstr(one, "horse"));
    assert_true(password_fits("correct horse", one));
    assert_true(password_fits("correct horse", two));
    assert_false(password_fits("correct horsf", one));
    assert_false(password_fits("", one));
    one[strlen(one) - 1] ^= 1;
    assert_false(password_fits("correct horse", one));
}

/* Reckoned with Python: hashlib.scrypt(b'pleaseletmein', salt=b'SodiumChloride01', n=16384, r=8, p=1, dklen=32). */
static void the_hash_is_scrypt(void **state) {
    (void)state;
    assert_true(password_fits("pleaseletmein", "scrypt$16384$8$1$536f6469756d43686c6f726964653031$"
                              "c62a5014e2fadd06c26f2469d34c425489187c12f7d4f6acb9435974216cc463"));
}

static void other_forms_of_hash_fit_nothing(void **state) {
    (void)state;
    static const char *const forms[] = {
        "", "scrypt", "scrypt$16384$8$1$", "plain", "scrypt$16384$8$1$zz$zz",
        "scrypt$0$0$0$00000000000000000000000000000000$0000000000000000000000000000000000000000000000000000000000000000",
        "scrypt$9999999$99$99$00000000000000000000000000000000$0000000000000000000000000000000000000000000000000000000000000000",
        "scrypt$16384$8$1$0000000000000000000000000000000g$0000000000000000000000000000000000000000000000000000000000000000",
        "bcrypt$16384$8$1$00000000000000000000000000000000$0000000000000000000000000000000000000000000000000000000000000000",
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) assert_false(password_fits("anything", forms[i]));
}

static void weak_passwords_are_not_good(void **state) {
    (void)state;
    char longest[PASSWORD_MAX + 2];
    memset(longest, 'a', sizeof longest);
    longest[0] = 'b';
    longest[PASSWORD_MAX + 1] = 0;
    assert_false(password_is_good(longest));
    longest[PASSWORD_MAX] = 0;
    assert_true(password_is_good(longest));
    assert_true(password_is_good("12345678"));
    assert_true(password_is_good("密码密码"));
    assert_false(password_is_good("1234567"));
    assert_false(password_is_good("aaaaaaaaaa"));
    assert_false(password_is_good("with\ttabulator"));
    assert_false(password_is_good(""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_password_fits_its_hash_and_no_other),
        cmocka_unit_test(the_hash_is_scrypt),
        cmocka_unit_test(other_forms_of_hash_fit_nothing),
        cmocka_unit_test(weak_passwords_are_not_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
