/* fuzz_remote_answer.c: whatever an external recogniser answers, in whatever parts, stays within bounds and means the same. Layer: tests. */
#include "server/asr/remote_answer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    int n, n_final;
    uint32_t hash;
} told;

static void on_said(void *ctx, asr_said *said) {
    told *t = ctx;
    assert(t->n_final == 0);                        /* nothing follows the final one */
    assert(memchr(said->text, 0, sizeof said->text));
    assert(said->n_words >= 0 && said->n_words <= ASR_WORDS_MAX);
    for (int i = 0; i < said->n_words; i++) {
        assert(said->words[i].text[0] && memchr(said->words[i].text, 0, sizeof said->words[i].text));
        assert(said->words[i].start_ms >= 0 && said->words[i].end_ms >= said->words[i].start_ms);
        assert(!said->final || said->words[i].stable);
    }
    t->n++;
    t->n_final += said->final;
    for (const char *c = said->text; *c; c++)
        t->hash = (t->hash ^ (uint8_t)*c) * 16777619u;
}

static int run(const char *bytes, size_t size, size_t step, told *t) {
    remote_answer a = { 0 };
    for (size_t at = 0; at < size; at += step) {
        size_t n = size - at < step ? size - at : step;
        char *exact = malloc(n); /* AddressSanitizer stands guard behind it */
        memcpy(exact, bytes + at, n);
        int error = remote_answer_take(&a, exact, n, on_said, t);
        free(exact);
        if (error)
            break;
    }
    int error = remote_answer_end(&a, on_said, t);
    remote_answer_free(&a);
    return error;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    told whole = { 0 }, parts = { 0 };
    int error = run((const char *)data, size, size ? size : 1, &whole);
    assert(run((const char *)data, size, size ? data[0] % 7 + 1 : 1, &parts) == error);
    assert(whole.n == parts.n && whole.hash == parts.hash);
    return 0;
}
