/* test_url.c: which addresses are taken. Layer: tests. */
#include "server/url.h"

#include "../cmocka_all.h"

static void a_scheme_is_told_in_any_case_with_and_without_tls(void **state) {
    (void)state;
    assert_true(url_has_scheme("http://a", "http"));
    assert_true(url_has_scheme("HTTPS://\xe4\xb8\xad.example/", "http"));
    assert_true(url_has_scheme("wss://a", "ws"));
    static const char *const wrong[] = { "", "http", "http:", "http://", "https://", "httpss://a", "ftp://a", "ws://a", "//a", " http://a" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(url_has_scheme(wrong[i], "http"));
}

static void a_plain_one_names_a_host_and_nothing_that_could_mislead(void **state) {
    (void)state;
    assert_true(url_is_plain("https://a.example:8443/in?x=1", "http"));
    assert_true(url_is_plain("ws://[2001:db8::1]:80/", "ws"));
    static const char *const wrong[] = { "http:///a", "http://?a", "http://:80", "http://user@a", "http://a#b", "http://a/<b>", "http://a b", "http://a\"",
                                         "http://a\\b", "http://\xe4\xb8\xad", "http://a\n", "http://a\x7f", "ws://a" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(url_is_plain(wrong[i], "http"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scheme_is_told_in_any_case_with_and_without_tls),
        cmocka_unit_test(a_plain_one_names_a_host_and_nothing_that_could_mislead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
