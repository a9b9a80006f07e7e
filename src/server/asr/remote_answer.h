/* remote_answer.h: reads what an external recogniser answers: lines of JSON. Layer: server. docs/asr.md.
 *
 * Each line is an object: text (required), final, words: [{word, startMs, endMs, stable}]. What is unknown is ignored.
 */
#ifndef TCCC_SERVER_ASR_REMOTE_ANSWER_H
#define TCCC_SERVER_ASR_REMOTE_ANSWER_H

#include "recogniser.h"

enum { REMOTE_LINE_MAX = 32 << 10, REMOTE_ANSWER_MAX = 1 << 20 /* bytes */ };

typedef struct {
    char *line;                      /* REMOTE_LINE_MAX bytes, made when they are needed */
    size_t n, total;
    bool final;                      /* the final one has come: the rest is left out */
    int error;                       /* the first, which stays */
} remote_answer;

/* Takes the next bytes of an answer; `said` is called for each whole line. 0, or for good: FORMAT, ARG_* (no such line), TOO_LARGE,
 * NO_MEMORY. */
int remote_answer_take(remote_answer *a, const char *bytes, size_t n, void (*said)(void *ctx, asr_said *what), void *ctx);
/* The body has ended: its last line may have no end. As remote_answer_take. */
int remote_answer_end(remote_answer *a, void (*said)(void *ctx, asr_said *what), void *ctx);
void remote_answer_free(remote_answer *a);

#endif
