/* test_session.c: sessions of the admin API end when they must; guesses are counted. Layer: tests. */
#include "../cmocka_all.h"
#include "server/admin/session.h"

#include <stdio.h>
#include <string.h>

enum { APP = 1400000001, NOW = 1000000 };

static sessions all;
static attempts tried;

static int clear(void **state) {
    (void)state;
    memset(&all, 0, sizeof all);
    memset(&tried, 0, sizeof tried);
    return 0;
}

static void a_session_is_found_by_its_token_only(void **state) {
    char token[SESSION_TOKEN], other[SESSION_TOKEN];
    (void)state;
    assert_true(session_open(&all, APP, "ann", NOW, token));
    assert_int_equal(strlen(token), 64);
    assert_string_equal(session_use(&all, token, NOW)->user_id, "ann");
    memcpy(other, token, sizeof other);
    other[63] = other[63] == '0' ? '1' : '0';
    assert_null(session_use(&all, other, NOW));
    assert_null(session_use(&all, "", NOW));
    session_close(&all, token);
    assert_null(session_use(&all, token, NOW));
}

static void the_token_itself_is_not_kept(void **state) {
    char token[SESSION_TOKEN];
    (void)state;
    assert_true(session_open(&all, APP, "ann", NOW, token));
    assert_null(memmem(&all, sizeof all, token, 32));
}

static void it_ends_when_idle_for_half_an_hour_and_after_twelve_hours(void **state) {
    char token[SESSION_TOKEN];
    uint64_t now = NOW;
    (void)state;
    assert_true(session_open(&all, APP, "ann", now, token));
    assert_non_null(session_use(&all, token, now += SESSION_IDLE_MS - 1));
    assert_null(session_use(&all, token, now + SESSION_IDLE_MS));
    assert_null(session_use(&all, token, now)); /* for good */
    assert_true(session_open(&all, APP, "ann", now, token));
    uint64_t began = now;
    while (now + SESSION_IDLE_MS / 2 < began + SESSION_LIFE_MS)
        assert_non_null(session_use(&all, token, now += SESSION_IDLE_MS / 2));
    assert_null(session_use(&all, token, began + SESSION_LIFE_MS));
}

static void when_all_are_in_use_the_one_not_used_for_longest_goes(void **state) {
    char first[SESSION_TOKEN], second[SESSION_TOKEN], token[SESSION_TOKEN];
    (void)state;
    assert_true(session_open(&all, APP, "first", NOW, first));
    assert_true(session_open(&all, APP, "second", NOW + 1, second));
    for (int i = 2; i < SESSIONS_MAX; i++)
        assert_true(session_open(&all, APP, "more", NOW + 2, token));
    assert_non_null(session_use(&all, first, NOW + 3));
    assert_true(session_open(&all, APP, "new", NOW + 4, token));
    assert_non_null(session_use(&all, first, NOW + 4));
    assert_null(session_use(&all, second, NOW + 4));
    assert_non_null(session_use(&all, token, NOW + 4));
}

static void all_sessions_of_a_person_but_one_can_be_ended(void **state) {
    char one[SESSION_TOKEN], two[SESSION_TOKEN], other[SESSION_TOKEN], elsewhere[SESSION_TOKEN];
    (void)state;
    assert_true(session_open(&all, APP, "ann", NOW, one) && session_open(&all, APP, "ann", NOW, two));
    assert_true(session_open(&all, APP, "bob", NOW, other) && session_open(&all, APP + 1, "ann", NOW, elsewhere));
    session_close_all(&all, APP, "ann", two);
    assert_null(session_use(&all, one, NOW));
    assert_non_null(session_use(&all, two, NOW));
    session_close_all(&all, APP, "ann", NULL);
    assert_null(session_use(&all, two, NOW));
    assert_non_null(session_use(&all, other, NOW));
    assert_non_null(session_use(&all, elsewhere, NOW));
}

static void failures_count_for_a_quarter_of_an_hour(void **state) {
    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_true(attempt_is_allowed(&tried, "ann", 5, NOW));
        attempt_failed(&tried, "ann", NOW);
    }
    assert_false(attempt_is_allowed(&tried, "ann", 5, NOW + ATTEMPTS_MS - 1));
    assert_true(attempt_is_allowed(&tried, "bob", 5, NOW));
    assert_true(attempt_is_allowed(&tried, "ann", 5, NOW + ATTEMPTS_MS));
    attempt_failed(&tried, "ann", NOW + ATTEMPTS_MS);
    assert_true(attempt_is_allowed(&tried, "ann", 2, NOW + ATTEMPTS_MS)); /* counted anew */
    attempt_forget(&tried, "ann");
    assert_true(attempt_is_allowed(&tried, "ann", 1, NOW + ATTEMPTS_MS));
}

static void a_flood_of_names_does_not_free_the_latest(void **state) {
    char who[32];
    (void)state;
    for (int i = 0; i < ATTEMPTS_MAX + 100; i++) {
        snprintf(who, sizeof who, "user %d", i);
        attempt_failed(&tried, who, (uint64_t)(NOW + i));
    }
    assert_false(attempt_is_allowed(&tried, who, 1, NOW + ATTEMPTS_MAX + 100));
    assert_true(attempt_is_allowed(&tried, "user 0", 1, NOW + ATTEMPTS_MAX + 100)); /* the oldest made room */
}

#define TEST(name) cmocka_unit_test_setup(name, clear)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_session_is_found_by_its_token_only),
        TEST(the_token_itself_is_not_kept),
        TEST(it_ends_when_idle_for_half_an_hour_and_after_twelve_hours),
        TEST(when_all_are_in_use_the_one_not_used_for_longest_goes),
        TEST(all_sessions_of_a_person_but_one_can_be_ended),
        TEST(failures_count_for_a_quarter_of_an_hour),
        TEST(a_flood_of_names_does_not_free_the_latest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
