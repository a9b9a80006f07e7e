/* test_push_answer.c: what receivers and token servers answer. Rows PUSH-006, PUSH-010, PUSH-011. Layer: tests. */
#include "../cmocka_all.h"
#include "server/push/transfer.h"

#include <string.h>

static bool success(const char *text, char sentence[SENTENCE_MAX]) { return answer_is_success(text, strlen(text), sentence); }

static void PUSH_006_PUSH_011_only_a_whole_ErrCode_of_0_is_success(void **state) {
    static const char *const bad[] = { "", " ", "{}", "[]", "null", "0", "{\"ErrCode\":1}", "{\"ErrCode\":\"0\"}", "{\"ErrCode\":null}", "{\"ErrCode\":false}",
                                       "{\"ErrCode\":0.5}", "{\"errcode\":0}", "{\"ErrCode\":0", "{\"ErrCode\":0}x", "{\"a\":{\"ErrCode\":0}}" };
    char sentence[SENTENCE_MAX];
    (void)state;
    assert_true(success("{\"ErrCode\":0}", sentence));
    assert_true(success(" {\"ErrMsg\":\"\",\"ErrCode\":0} \n", sentence));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sentence[0] = 0;
        if (success(bad[i], sentence))
            fail_msg("%s is taken", bad[i]);
        assert_true(strlen(sentence) > 10);
    }
}

static void PUSH_010_the_receivers_sentence_is_kept_within_bounds(void **state) {
    char sentence[SENTENCE_MAX], text[2000] = "{\"ErrCode\":-7,\"ErrMsg\":\"";
    (void)state;
    memset(text + strlen(text), 'x', 1500);
    strcat(text, "\"}");
    assert_false(success(text, sentence));
    assert_memory_equal(sentence, "ErrCode -7: xxx", 15);
    assert_true(strlen(sentence) < SENTENCE_MAX);
}

static void a_token_is_visible_ascii_with_a_life(void **state) {
    char token[TOKEN_MAX + 1], text[TOKEN_MAX + 100];
    int64_t life_s = 0;
    (void)state;
#define TOKEN(json) answer_token(json, strlen(json), token, &life_s)
    assert_true(TOKEN("{\"access_token\":\"abc\",\"expires_in\":60}"));
    assert_string_equal(token, "abc");
    assert_int_equal(life_s, 60);
    assert_true(TOKEN("{\"access_token\":\"abc\"}"));
    assert_int_equal(life_s, 300);
    assert_true(TOKEN("{\"access_token\":\"abc\",\"expires_in\":-5}"));
    assert_int_equal(life_s, 300);
    assert_true(TOKEN("{\"access_token\":\"abc\",\"expires_in\":1e15}"));
    assert_int_equal(life_s, 86400);
    assert_false(TOKEN("{\"access_token\":\"\"}"));
    assert_false(TOKEN("{\"access_token\":\"a b\"}"));
    assert_false(TOKEN("{\"access_token\":\"a\\r\\nX: y\"}"));
    assert_false(TOKEN("{\"access_token\":7}"));
    assert_false(TOKEN("token"));
    memset(text, 0, sizeof text);
    strcpy(text, "{\"access_token\":\"");
    memset(text + strlen(text), 'x', TOKEN_MAX + 1);
    strcat(text, "\"}");
    assert_false(TOKEN(text));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(PUSH_006_PUSH_011_only_a_whole_ErrCode_of_0_is_success),
        cmocka_unit_test(PUSH_010_the_receivers_sentence_is_kept_within_bounds),
        cmocka_unit_test(a_token_is_visible_ascii_with_a_life),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
