/* test_file_url.c: signed addresses of chats' files, and what a file really is. Layer: tests. */
#include "server/chat/file_url.h"

#include <stdio.h>
#include <string.h>

#include "../cmocka_all.h"
#include "tccc/error.h"

static const char secret[] = "0123456789abcdef0123456789abcdef", id[] = "00112233445566778899aabbccddeeff";

static const char *query_of(const char *url) { return strchr(url, '?') + 1; }

static void an_address_is_good_for_its_use_and_time(void **state) {
    char url[256], found[FILE_ID_LEN + 1];
    (void)state;
    assert_int_equal(file_url_write(FILE_URL_PUT, id, 1000, secret, url, sizeof url), 0);
    assert_true(file_url_id(url, found));
    assert_string_equal(found, id);
    assert_int_equal(file_url_check(FILE_URL_PUT, id, query_of(url), secret, 999), FILE_URL_GOOD);
    assert_int_equal(file_url_check(FILE_URL_PUT, id, query_of(url), secret, 1000), FILE_URL_EXPIRED);
    assert_int_equal(file_url_check(FILE_URL_GET, id, query_of(url), secret, 999), FILE_URL_BAD);
    assert_int_equal(file_url_check(FILE_URL_PUT, "10112233445566778899aabbccddeeff", query_of(url), secret, 999), FILE_URL_BAD);
    assert_int_equal(file_url_check(FILE_URL_PUT, id, query_of(url), "other", 999), FILE_URL_BAD);
    assert_int_equal(file_url_write(FILE_URL_PUT, id, 1000, secret, url, 40), TCCC_E_TOO_LARGE);
}

static void every_changed_letter_of_a_query_is_noticed(void **state) {
    char url[256], query[256];
    (void)state;
    assert_int_equal(file_url_write(FILE_URL_GET, id, 123456, secret, url, sizeof url), 0);
    for (size_t i = 0; i < strlen(query_of(url)); i++) {
        snprintf(query, sizeof query, "%s", query_of(url));
        query[i] = query[i] == '1' ? '2' : '1';
        assert_int_not_equal(file_url_check(FILE_URL_GET, id, query, secret, 1), FILE_URL_GOOD);
    }
    static const char *const broken[] = { "", "expires=", "expires=1", "signature=", "expires=x&signature=y", "&&&", "expires=99999999999999999999&signature=" };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_int_equal(file_url_check(FILE_URL_GET, id, broken[i], secret, 1), FILE_URL_BAD);
}

static void an_id_is_found_in_paths_and_whole_addresses(void **state) {
    char found[FILE_ID_LEN + 1];
    (void)state;
    assert_true(file_url_id("https://cc.example.com/v1/files/00112233445566778899aabbccddeeff?expires=1", found));
    static const char *const none[] = { "", "/v1/files/", "/v1/files/../../etc/passwd", "/v1/files/00112233445566778899aabbccddeefg", "/v1/files/00112233445566778899aabbccddeeff0",
                                        "/v1/files/00112233445566778899aabbccddeeff/x", "https://evil.example.com/x" };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) assert_false(file_url_id(none[i], found));
}

static void images_are_told_by_their_first_bytes(void **state) {
    (void)state;
    assert_string_equal(file_image_type((const uint8_t *)"\x89PNG\r\n\x1a\n....", 12), "image/png");
    assert_string_equal(file_image_type((const uint8_t *)"\xff\xd8\xff\xe0........", 12), "image/jpeg");
    assert_string_equal(file_image_type((const uint8_t *)"GIF89a......", 12), "image/gif");
    assert_string_equal(file_image_type((const uint8_t *)"RIFF....WEBP", 12), "image/webp");
    assert_null(file_image_type((const uint8_t *)"RIFF....WAVE", 12));
    assert_null(file_image_type((const uint8_t *)"<svg onload=", 12));
    assert_null(file_image_type((const uint8_t *)"\x89PNG", 4));
    assert_null(file_image_type(NULL, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_good_for_its_use_and_time), cmocka_unit_test(every_changed_letter_of_a_query_is_noticed),
        cmocka_unit_test(an_id_is_found_in_paths_and_whole_addresses), cmocka_unit_test(images_are_told_by_their_first_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
