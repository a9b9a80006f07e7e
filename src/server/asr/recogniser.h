/* recogniser.h: what turns speech into text: the one interface, and what both of its kinds share. Layer: server.
 *
 * The hearing thread cuts each side of a call into sentences, from a pause to the next, and gives each to a recogniser, which has
 * threads of its own, as a `sentence`: its sound grows at one end while the recogniser takes it at the other. What is understood is
 * told through the mailbox of the control thread: any number of times as it may change, once and last of all as final, whatever
 * happens.
 */
#ifndef TCCC_SERVER_ASR_RECOGNISER_H
#define TCCC_SERVER_ASR_RECOGNISER_H

#include "server/edge/mailbox.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ASR_RATE_HZ = 16000,             /* of all sound here: s16, mono */
    ASR_SAMPLES_PER_MS = ASR_RATE_HZ / 1000,
    ASR_SENTENCE_MS = 15000,         /* a longer one is cut */
    ASR_TEXT_MAX = 2048, ASR_WORDS_MAX = 128, ASR_WORD_MAX = 64, /* bytes; as core/wire.h has them */
    ASR_SIDES = 2, ASR_VOICE = 16,
    ASR_URL_MAX = 1024, ASR_TOKEN_MAX = 256
};

typedef struct {
    char text[ASR_WORD_MAX + 1];
    int start_ms, end_ms;            /* since the beginning of the sentence */
    bool stable;
} asr_word;

typedef struct {                     /* what was understood of a sentence so far */
    bool final;
    bool failed;                     /* a final one: it was not recognised, or not to its end */
    int end_ms;                      /* as those of words */
    char text[ASR_TEXT_MAX + 1];
    asr_word words[ASR_WORDS_MAX];
    int n_words;
} asr_said;

/* --- whose sentences they are: one for each transcript. Shared by counting holders --- */

typedef struct asr_job asr_job;

/* `told` is called on the thread that runs `out`, with its context. url and token: of an external recogniser, copied. NULL: no memory.
 */
asr_job *asr_job_new(uint32_t handle, mailbox *out, const char *url, const char *token,
                     void (*told)(void *context, uint32_t handle, int side, int start_ms, const asr_said *said));
asr_job *asr_job_hold(asr_job *job);
void asr_job_drop(asr_job *job);     /* NULL is allowed */
/* Any thread: nobody wants to know any more. Its sentences are left out. */
void asr_job_cancel(asr_job *job);
const char *asr_job_url(const asr_job *job);
const char *asr_job_token(const asr_job *job);

/* --- a sentence --- */

typedef struct sentence sentence;

typedef struct {                     /* what a recogniser remembers of a side's voice from one sentence to the next */
    bool known;
    float mean[ASR_VOICE];
} asr_voice;

/* The hearing thread. Begins at start_ms of its transcript. NULL: no memory. */
sentence *sentence_new(asr_job *job, int side, int start_ms);
sentence *sentence_hold(sentence *s);
void sentence_drop(sentence *s);
/* Copies pcm[n]. 0 or NO_MEMORY, or LIMIT: more than ASR_SENTENCE_MS with what goes before it; then the sound is left out. */
int sentence_put(sentence *s, const int16_t *pcm, int n);
/* Nothing more comes. */
void sentence_end(sentence *s);

/* The recogniser. Takes at most `capacity` samples; 0: there are none now. */
int sentence_take(sentence *s, int16_t *pcm, int capacity);
/* The same, but waits; 0: the sentence has ended, or nobody wants it any more. */
int sentence_wait(sentence *s, int16_t *pcm, int capacity);
/* All of its sound was taken, and no more comes. */
bool sentence_is_over(sentence *s);
bool sentence_is_cancelled(const sentence *s);
int sentence_ms(sentence *s);        /* taken so far */
/* All of it may be taken once more. */
void sentence_again(sentence *s);
/* Only for who recognises it now. */
asr_voice *sentence_voice(const sentence *s);
asr_job *sentence_job(const sentence *s);
void sentence_tell(const sentence *s, const asr_said *said);

/* --- sentences that wait for a recogniser; guarded by its lock --- */

typedef struct {
    sentence *first, **last, *running;
    int n_waiting, n_running;
    uint64_t n_told, n_failed;       /* as final */
} sentence_line;

void sentence_line_init(sentence_line *line);
/* Takes the hold of the caller. */
void sentence_line_put(sentence_line *line, sentence *s);
/* The one to recognise next: the oldest of whose side no earlier one runs. Now it runs. NULL: there is none. */
sentence *sentence_line_next(sentence_line *line);
/* Takes the lock itself. Tells what was understood of one that runs; a final one is counted first, so that who hears of it finds it counted. */
void sentence_line_tell(sentence_line *line, pthread_mutex_t *lock, const sentence *s, const asr_said *said);
/* It has been told as final. Drops it. */
void sentence_line_done(sentence_line *line, sentence *s);
/* All that wait are told as final, with nothing. */
void sentence_line_clear(sentence_line *line);

/* --- recognisers --- */

typedef struct {
    uint64_t sentences;              /* told as final */
    uint64_t failed;                 /* of them without an answer: no model, no connection, a wrong one */
    int waiting, running;
} recogniser_counters;

/* Under its lock. */
recogniser_counters sentence_line_counters(const sentence_line *line);

typedef struct recogniser recogniser;
struct recogniser {
    /* The hearing thread: a sentence begins; keeps a hold of it. Does not wait. 0, or LIMIT: it cannot keep up. */
    int (*begin)(recogniser *self, sentence *s);
    /* The hearing thread: there is more of one, or its end. NULL: it waits by itself. */
    void (*more)(recogniser *self);
    /* Any thread. */
    void (*count)(recogniser *self, recogniser_counters *out);
    /* Ends its threads and frees it. No `begin` may follow. */
    void (*free)(recogniser *self);
};

#endif
