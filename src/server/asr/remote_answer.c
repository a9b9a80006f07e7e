/* remote_answer.c: reads what an external recogniser answers. Layer: server. */
#include "remote_answer.h"

#include "base/json.h"
#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_words(json_reader *in, asr_said *said) {
    const json_value *list = json_array_or(in, "words", ASR_WORDS_MAX);
    for (const json_value *e = json_first(list); e && !in->error; e = json_next(e)) {
        json_reader word = json_read(e);
        asr_word *w = &said->words[said->n_words];
        const char *text = json_string(&word, "word", 1, ASR_WORD_MAX);
        w->start_ms = (int)json_integer(&word, "startMs", 0, 2 * ASR_SENTENCE_MS);
        w->end_ms = (int)json_integer(&word, "endMs", w->start_ms, 2 * ASR_SENTENCE_MS);
        w->stable = json_bool_or(&word, "stable", false) || said->final;
        if (word.error) {
            json_fail(in, word.error, "words", "must hold objects with word, startMs and endMs");
            return;
        }
        snprintf(w->text, sizeof w->text, "%s", text);
        said->n_words++;
    }
}

static int read_line(const char *line, size_t n, asr_said *said) {
    json_value *tree;
    int error = json_parse(line, n, REMOTE_LINE_MAX, &tree);
    if (error)
        return error;
    json_reader in = json_read(tree);
    said->final = json_bool_or(&in, "final", false);
    said->failed = false;
    said->n_words = 0;
    said->end_ms = 0;
    const char *text = json_string(&in, "text", 0, ASR_TEXT_MAX);
    snprintf(said->text, sizeof said->text, "%s", text ? text : "");
    read_words(&in, said);
    json_free(tree);
    return in.error;
}

static bool is_blank(const char *line, size_t n) {
    while (n && strchr(" \t\r", line[n - 1]) && line[n - 1])
        n--;
    return !n;
}

static void take_line(remote_answer *a, void (*said)(void *ctx, asr_said *what), void *ctx) {
    asr_said what;
    size_t n = a->n;
    a->n = 0;
    if (is_blank(a->line, n) || a->final)
        return;
    a->error = read_line(a->line, n, &what);
    if (a->error)
        return;
    a->final = what.final;
    said(ctx, &what);
}

static int add(remote_answer *a, const char *bytes, size_t n) {
    if (!a->line && !(a->line = malloc(REMOTE_LINE_MAX)))
        return TCCC_E_NO_MEMORY;
    if (a->n + n > REMOTE_LINE_MAX)
        return TCCC_E_TOO_LARGE;
    memcpy(a->line + a->n, bytes, n);
    a->n += n;
    return 0;
}

int remote_answer_take(remote_answer *a, const char *bytes, size_t n, void (*said)(void *ctx, asr_said *what), void *ctx) {
    a->total += n;
    if (!a->error && a->total > REMOTE_ANSWER_MAX)
        a->error = TCCC_E_TOO_LARGE;
    while (n && !a->error) {
        const char *end = memchr(bytes, '\n', n);
        size_t part = end ? (size_t)(end - bytes) : n;
        a->error = add(a, bytes, part);
        if (!a->error && end)
            take_line(a, said, ctx);
        part += end != NULL;
        bytes += part;
        n -= part;
    }
    return a->error;
}

int remote_answer_end(remote_answer *a, void (*said)(void *ctx, asr_said *what), void *ctx) {
    if (!a->error && a->n)
        take_line(a, said, ctx);
    return a->error;
}

void remote_answer_free(remote_answer *a) {
    free(a->line);
    *a = (remote_answer){ 0 };
}
