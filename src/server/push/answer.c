/* answer.c: what receivers and token servers answer. Layer: server. Sans-IO. */
#include "server/push/transfer.h"

#include "base/json.h"

#include <stdio.h>
#include <string.h>

enum { DEFAULT_LIFE_S = 300, MAX_LIFE_S = 86400 };

bool answer_is_success(const char *text, size_t length, char sentence[SENTENCE_MAX]) {
    json_value *tree = NULL;
    int64_t code = -1;
    bool has_code = !json_parse(text, length, ANSWER_MAX, &tree) && json_whole(json_member(tree, "ErrCode"), &code);
    const char *message = json_text(json_member(tree, "ErrMsg"));
    if (!tree)
        snprintf(sentence, SENTENCE_MAX, "The answer is not JSON.");
    else if (!has_code)
        snprintf(sentence, SENTENCE_MAX, "The answer has no whole number ErrCode.");
    else if (code)
        snprintf(sentence, SENTENCE_MAX, "ErrCode %lld: %.180s", (long long)code, message ? message : "");
    json_free(tree);
    return has_code && code == 0;
}

/* A token goes into a header line: visible ASCII only (RFC 6750 section 2.1 allows less still). */
static bool is_sendable(const char *token) {
    const char *at = token;
    while (*at > ' ' && *at < 127)
        at++;
    return at != token && !*at;
}

bool answer_token(const char *text, size_t length, char token[TOKEN_MAX + 1], int64_t *life_s) {
    json_value *tree = NULL;
    if (json_parse(text, length, ANSWER_MAX, &tree))
        return false;
    const char *given = json_text(json_member(tree, "access_token"));
    bool good = given && strlen(given) <= TOKEN_MAX && is_sendable(given);
    if (good)
        snprintf(token, TOKEN_MAX + 1, "%s", given);
    if (!json_whole(json_member(tree, "expires_in"), life_s) || *life_s < 0)
        *life_s = DEFAULT_LIFE_S;
    if (*life_s > MAX_LIFE_S)
        *life_s = MAX_LIFE_S;
    json_free(tree);
    return good;
}
