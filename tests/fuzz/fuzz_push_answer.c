/* fuzz_push_answer.c: any answer of a receiver or token server is judged within bounds. Layer: tests. */
#include "server/push/transfer.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char sentence[SENTENCE_MAX] = "", token[TOKEN_MAX + 1];
    int64_t life_s = 0;
    bool taken = answer_is_success((const char *)data, size, sentence);
    assert(taken || (sentence[0] && strlen(sentence) < SENTENCE_MAX));
    if (answer_token((const char *)data, size, token, &life_s)) {
        size_t n = strlen(token);
        assert(n > 0 && n <= TOKEN_MAX && life_s >= 0 && life_s <= 86400);
        for (size_t i = 0; i < n; i++)
            assert(token[i] > ' ' && token[i] < 127);
    }
    return 0;
}
