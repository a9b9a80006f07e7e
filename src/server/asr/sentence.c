/* sentence.c: the sound of a sentence on its way to a recogniser, and what was understood on its way back. Layer: server. */
#include "recogniser.h"

#include "tccc/error.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES_MAX = (ASR_SENTENCE_MS + 1000) * ASR_SAMPLES_PER_MS /* with what was said before it was noticed */ };

struct asr_job {
    atomic_int holders;
    atomic_bool cancelled;
    uint32_t handle;
    mailbox *out;
    void (*told)(void *context, uint32_t handle, int side, int start_ms, const asr_said *said);
    asr_voice voices[ASR_SIDES];     /* of who recognises the side's sentence: one at a time */
    char url[ASR_URL_MAX], token[ASR_TOKEN_MAX];
};

struct sentence {
    atomic_int holders;
    asr_job *job;                    /* held */
    int side, start_ms;
    sentence *next;                  /* in a sentence_line */
    pthread_mutex_t lock;
    pthread_cond_t grown;
    int16_t *pcm;
    int begin, end, room;            /* in pcm: taken, put */
    bool ended;
};

/* --- jobs --- */

asr_job *asr_job_new(uint32_t handle, mailbox *out, const char *url, const char *token,
                     void (*told)(void *context, uint32_t handle, int side, int start_ms, const asr_said *said)) {
    asr_job *job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    atomic_init(&job->holders, 1);
    job->handle = handle;
    job->out = out;
    job->told = told;
    snprintf(job->url, sizeof job->url, "%s", url);
    snprintf(job->token, sizeof job->token, "%s", token);
    return job;
}

asr_job *asr_job_hold(asr_job *job) {
    atomic_fetch_add_explicit(&job->holders, 1, memory_order_relaxed);
    return job;
}

void asr_job_drop(asr_job *job) {
    if (!job || atomic_fetch_sub_explicit(&job->holders, 1, memory_order_acq_rel) != 1)
        return;
    OPENSSL_cleanse(job->token, sizeof job->token);
    free(job);
}

void asr_job_cancel(asr_job *job) {
    atomic_store_explicit(&job->cancelled, true, memory_order_relaxed);
}

const char *asr_job_url(const asr_job *job) {
    return job->url;
}

const char *asr_job_token(const asr_job *job) {
    return job->token;
}

/* --- a sentence's sound --- */

sentence *sentence_new(asr_job *job, int side, int start_ms) {
    sentence *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    atomic_init(&s->holders, 1);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->grown, NULL);
    s->job = asr_job_hold(job);
    s->side = side;
    s->start_ms = start_ms;
    return s;
}

sentence *sentence_hold(sentence *s) {
    atomic_fetch_add_explicit(&s->holders, 1, memory_order_relaxed);
    return s;
}

void sentence_drop(sentence *s) {
    if (!s || atomic_fetch_sub_explicit(&s->holders, 1, memory_order_acq_rel) != 1)
        return;
    pthread_cond_destroy(&s->grown);
    pthread_mutex_destroy(&s->lock);
    asr_job_drop(s->job);
    free(s->pcm);
    free(s);
}

static int make_room(sentence *s, int n) {
    int room = s->room ? s->room : 2 * ASR_RATE_HZ;
    while (room < s->end + n)
        room *= 2;
    int16_t *pcm = room == s->room ? s->pcm : realloc(s->pcm, (size_t)room * sizeof *pcm);
    if (!pcm)
        return TCCC_E_NO_MEMORY;
    s->pcm = pcm;
    s->room = room;
    return 0;
}

int sentence_put(sentence *s, const int16_t *pcm, int n) {
    pthread_mutex_lock(&s->lock);
    int error = s->end + n > SAMPLES_MAX ? TCCC_E_LIMIT : make_room(s, n);
    if (!error) {
        memcpy(s->pcm + s->end, pcm, (size_t)n * sizeof *pcm);
        s->end += n;
        pthread_cond_signal(&s->grown);
    }
    pthread_mutex_unlock(&s->lock);
    return error;
}

void sentence_end(sentence *s) {
    pthread_mutex_lock(&s->lock);
    s->ended = true;
    pthread_cond_signal(&s->grown);
    pthread_mutex_unlock(&s->lock);
}

static int take(sentence *s, int16_t *pcm, int capacity) {
    int n = s->end - s->begin < capacity ? s->end - s->begin : capacity;
    if (n)
        memcpy(pcm, s->pcm + s->begin, (size_t)n * sizeof *pcm);
    s->begin += n;
    return n;
}

int sentence_take(sentence *s, int16_t *pcm, int capacity) {
    pthread_mutex_lock(&s->lock);
    int n = take(s, pcm, capacity);
    pthread_mutex_unlock(&s->lock);
    return n;
}

int sentence_wait(sentence *s, int16_t *pcm, int capacity) {
    pthread_mutex_lock(&s->lock);
    while (s->begin == s->end && !s->ended)
        pthread_cond_wait(&s->grown, &s->lock); /* who hears ends each sentence, also one that nobody wants any more */
    int n = sentence_is_cancelled(s) ? 0 : take(s, pcm, capacity);
    pthread_mutex_unlock(&s->lock);
    return n;
}

bool sentence_is_over(sentence *s) {
    pthread_mutex_lock(&s->lock);
    bool over = s->ended && s->begin == s->end;
    pthread_mutex_unlock(&s->lock);
    return over;
}

bool sentence_is_cancelled(const sentence *s) {
    return atomic_load_explicit(&s->job->cancelled, memory_order_relaxed);
}

int sentence_ms(sentence *s) {
    pthread_mutex_lock(&s->lock);
    int n = s->begin;
    pthread_mutex_unlock(&s->lock);
    return n / ASR_SAMPLES_PER_MS;
}

void sentence_again(sentence *s) {
    pthread_mutex_lock(&s->lock);
    s->begin = 0;
    pthread_mutex_unlock(&s->lock);
}

asr_voice *sentence_voice(const sentence *s) {
    return &s->job->voices[s->side];
}

asr_job *sentence_job(const sentence *s) {
    return s->job;
}

/* --- what was understood --- */

typedef struct {
    mail mail;
    asr_job *job;                    /* held */
    int side, start_ms;
    asr_said said;
} report;

static void run_report(void *context, mail *self) {
    report *r = (report *)self;
    if (context && !atomic_load_explicit(&r->job->cancelled, memory_order_relaxed))
        r->job->told(context, r->job->handle, r->side, r->start_ms, &r->said);
    asr_job_drop(r->job);
    free(r);
}

void sentence_tell(const sentence *s, const asr_said *said) {
    report *r = sentence_is_cancelled(s) ? NULL : malloc(sizeof *r);
    if (!r)
        return; /* without memory the next one tells it */
    r->mail.run = run_report;
    r->job = asr_job_hold(s->job);
    r->side = s->side;
    r->start_ms = s->start_ms;
    r->said = *said;
    mailbox_post(s->job->out, &r->mail);
}

/* --- lines --- */

void sentence_line_init(sentence_line *line) {
    *line = (sentence_line){ .last = &line->first };
}

void sentence_line_put(sentence_line *line, sentence *s) {
    s->next = NULL;
    *line->last = s;
    line->last = &s->next;
    line->n_waiting++;
}

static bool one_runs(const sentence_line *line, const sentence *of) {
    for (const sentence *s = line->running; s; s = s->next)
        if (s->job == of->job && s->side == of->side)
            return true;
    return false;
}

static sentence *unlink_at(sentence **at) {
    sentence *s = *at;
    *at = s->next;
    return s;
}

sentence *sentence_line_next(sentence_line *line) {
    for (sentence **at = &line->first; *at; at = &(*at)->next) {
        if (one_runs(line, *at))
            continue;
        if (line->last == &(*at)->next)
            line->last = at;
        sentence *s = unlink_at(at);
        s->next = line->running;
        line->running = s;
        line->n_waiting--;
        line->n_running++;
        return s;
    }
    return NULL;
}

void sentence_line_tell(sentence_line *line, pthread_mutex_t *lock, const sentence *s, const asr_said *said) {
    pthread_mutex_lock(lock);
    line->n_told += said->final;
    line->n_failed += said->final && said->failed && !sentence_is_cancelled(s);
    pthread_mutex_unlock(lock);
    sentence_tell(s, said);
}

recogniser_counters sentence_line_counters(const sentence_line *line) {
    return (recogniser_counters){ line->n_told, line->n_failed, line->n_waiting, line->n_running };
}

void sentence_line_done(sentence_line *line, sentence *s) {
    sentence **at = &line->running;
    while (*at != s)
        at = &(*at)->next;
    unlink_at(at);
    line->n_running--;
    sentence_drop(s);
}

void sentence_line_clear(sentence_line *line) {
    static const asr_said nothing = { .final = true };
    while (line->first) {
        sentence *s = unlink_at(&line->first);
        sentence_tell(s, &nothing);
        sentence_drop(s);
    }
    line->last = &line->first;
    line->n_waiting = 0;
}
