/* test_digest.c: digest authentication against the examples of RFC 7616 section 3.9.1 and RFC 2617 section 3.5. Layer: tests. */
#include "server/sip/digest.h"

#include "tccc/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static digest_header read_ok(const char *text) {
    digest_header d;
    assert_int_equal(digest_read(&d, text, strlen(text)), 0);
    return d;
}

/* RFC 7616 section 3.9.1: user "Mufasa", password "Circle of Life", realm "http-auth@example.org". */
static const char rfc7616[] =
    "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", algorithm=%s, "
    "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", "
    "qop=auth, response=\"%s\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";

static void check_rfc7616(const char *algorithm, enum digest_algorithm which, const char *response) {
    char text[800], ha1[DIGEST_HEX_MAX];
    snprintf(text, sizeof text, rfc7616, algorithm, response);
    digest_header d = read_ok(text);
    digest_ha1(which, "Mufasa", "http-auth@example.org", "Circle of Life", ha1);
    assert_int_equal(d.algorithm, which);
    assert_true(digest_check(&d, "GET", 3, ha1));
    assert_false(digest_check(&d, "POST", 4, ha1));
    digest_ha1(which, "Mufasa", "http-auth@example.org", "circle of life", ha1);
    assert_false(digest_check(&d, "GET", 3, ha1));
}

static void the_md5_example_of_rfc_7616_is_accepted(void **state) {
    (void)state;
    check_rfc7616("MD5", DIGEST_MD5, "8ca523f5e9506fed4657c9700eebdbec");
}

static void the_sha256_example_of_rfc_7616_is_accepted(void **state) {
    (void)state;
    check_rfc7616("SHA-256", DIGEST_SHA256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

static void the_example_of_rfc_2617_is_what_we_answer(void **state) {
    (void)state;
    char out[600];
    digest_header challenge = read_ok("Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
                                      "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"");
    assert_true(digest_answer(&challenge, "Mufasa", "Circle Of Life", "GET", "/dir/index.html", 1, "0a4f113b", out, sizeof out) > 0);
    assert_non_null(strstr(out, "response=\"6629fae49393a05397450978507c4ef1\""));
    assert_non_null(strstr(out, "qop=auth, nc=00000001, cnonce=\"0a4f113b\""));
    assert_non_null(strstr(out, "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""));
}

static void a_challenge_without_qop_gets_the_old_form(void **state) {
    (void)state;
    char out[600], ha1[DIGEST_HEX_MAX];
    digest_header challenge = read_ok("Digest realm=\"r\", nonce=\"n\"");
    assert_true(digest_answer(&challenge, "u", "p", "REGISTER", "sip:r", 1, "c", out, sizeof out) > 0);
    assert_null(strstr(out, "qop"));
    digest_header answer = read_ok(out);
    digest_ha1(DIGEST_MD5, "u", "r", "p", ha1);
    assert_true(digest_check(&answer, "REGISTER", 8, ha1));
}

static void what_we_cannot_answer_is_refused(void **state) {
    (void)state;
    char out[600];
    digest_header one = read_ok("Digest realm=\"r\", nonce=\"n\", algorithm=SHA-512-256");
    assert_int_equal(digest_answer(&one, "u", "p", "INVITE", "sip:r", 1, "c", out, sizeof out), TCCC_E_ARG_RANGE);
    digest_header two = read_ok("Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"");
    assert_int_equal(digest_answer(&two, "u", "p", "INVITE", "sip:r", 1, "c", out, sizeof out), TCCC_E_ARG_RANGE);
    digest_header three = read_ok("Digest realm=\"r\", nonce=\"n\"");
    assert_int_equal(digest_answer(&three, "u\"x", "p", "INVITE", "sip:r", 1, "c", out, sizeof out), TCCC_E_ARG_RANGE);
    assert_int_equal(digest_answer(&three, "u", "p", "INVITE", "sip:r", 1, "c", out, 40), TCCC_E_TOO_LARGE);
}

static void broken_headers_are_refused(void **state) {
    (void)state;
    static const char *const broken[] = {
        "", "Basic realm=\"r\"", "Digest", "Digest realm=\"r\"", "Digest nonce=\"n\"", "Digest realm=\"r, nonce=\"n\"", "Digest realm", "Digest =x",
        "Digest realm=\"r\", nonce=\"n\", averyveryverylongname=x", "Digestrealm=\"r\", nonce=\"n\"",
    };
    digest_header d;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_int_equal(digest_read(&d, broken[i], strlen(broken[i])), TCCC_E_FORMAT);
}

static void quoted_pairs_and_blanks_are_read(void **state) {
    (void)state;
    digest_header d = read_ok("Digest  realm = \"a \\\"b\\\"\" ,nonce=n , stale = TRUE,algorithm=sha-256");
    assert_string_equal(d.realm, "a \"b\"");
    assert_string_equal(d.nonce, "n");
    assert_true(d.stale);
    assert_int_equal(d.algorithm, DIGEST_SHA256);
}

static void a_nonce_lives_five_minutes_and_cannot_be_made_up(void **state) {
    (void)state;
    uint8_t key[32] = { 7 }, other[32] = { 8 };
    char nonce[64];
    digest_nonce(key, 1000, nonce);
    assert_int_equal(digest_nonce_check(key, 1000, nonce), 0);
    assert_int_equal(digest_nonce_check(key, 1300, nonce), 0);
    assert_int_equal(digest_nonce_check(key, 1301, nonce), TCCC_E_TOKEN_EXPIRED);
    assert_int_equal(digest_nonce_check(other, 1000, nonce), TCCC_E_TOKEN_INVALID);
    nonce[0] = nonce[0] == '0' ? '1' : '0';
    assert_int_equal(digest_nonce_check(key, 1000, nonce), TCCC_E_TOKEN_INVALID);
    assert_int_equal(digest_nonce_check(key, 1000, "short"), TCCC_E_TOKEN_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_md5_example_of_rfc_7616_is_accepted),
        cmocka_unit_test(the_sha256_example_of_rfc_7616_is_accepted),
        cmocka_unit_test(the_example_of_rfc_2617_is_what_we_answer),
        cmocka_unit_test(a_challenge_without_qop_gets_the_old_form),
        cmocka_unit_test(what_we_cannot_answer_is_refused),
        cmocka_unit_test(broken_headers_are_refused),
        cmocka_unit_test(quoted_pairs_and_blanks_are_read),
        cmocka_unit_test(a_nonce_lives_five_minutes_and_cannot_be_made_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
