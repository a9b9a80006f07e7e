/* sphinx.c: the built-in recogniser: PocketSphinx. Layer: server. Source: pocketsphinx.h of 5prealpha. */
#include "sphinx.h"

#include "tccc/error.h"

#include <pocketsphinx.h>
#include <sphinxbase/cmn.h>
#include <sphinxbase/err.h>
#include <sphinxbase/feat.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    DECODERS_MAX = 8,
    BLOCK = ASR_RATE_HZ / 10,        /* samples at once */
    TELL_MS = 400,                   /* of sound between two words on what was understood so far */
    FRAME_MS_SPHINX = 10,            /* -frate 100 */
    LEAST_SHARE = 19,
    PATH_ROOM = 600
};

typedef struct {
    recogniser base;
    pthread_mutex_t lock;
    pthread_cond_t come;             /* a sentence, or the end */
    sentence_line line;
    bool stopping;
    pthread_t threads[DECODERS_MAX];
    int n_threads, n_max, waiting_max;
    char model[512];
} sphinx;

/* --- one decoder --- */

static bool model_part(const char *model, const char *name, char path[PATH_ROOM]) {
    return snprintf(path, PATH_ROOM, "%s/%s", model, name) < PATH_ROOM && !access(path, R_OK);
}

static bool find_model(const char *model, char hmm[PATH_ROOM], char lm[PATH_ROOM], char dict[PATH_ROOM]) {
    return model_part(model, "en-us", hmm) && model_part(model, "en-us.lm.bin", lm) && model_part(model, "cmudict-en-us.dict", dict);
}

static ps_decoder_t *load(const sphinx *s) {
    char hmm[PATH_ROOM], lm[PATH_ROOM], dict[PATH_ROOM];
    if (!find_model(s->model, hmm, lm, dict))
        return NULL;
    cmd_ln_t *options = cmd_ln_init(NULL, ps_args(), TRUE, "-hmm", hmm, "-lm", lm, "-dict", dict, NULL);
    ps_decoder_t *decoder = options ? ps_init(options) : NULL;
    cmd_ln_free_r(options); /* the decoder has a hold of its own */
    return decoder;
}

/* "read(2)" is the second way to say "read"; "<sil>" and "[NOISE]" are no words. */
static void add_word(asr_said *said, const char *text, int start_ms, int end_ms) {
    asr_word *w = &said->words[said->n_words];
    size_t n = strcspn(text, "(");
    if (said->n_words == ASR_WORDS_MAX || !n || strchr("<[+", *text))
        return;
    snprintf(w->text, sizeof w->text, "%.*s", (int)n, text);
    w->start_ms = start_ms;
    w->end_ms = end_ms;
    w->stable = said->final;
    said->n_words++;
}

static void add_text(asr_said *said) {
    size_t at = 0;
    for (int i = 0; i < said->n_words; i++) {
        size_t n = strlen(said->words[i].text) + 1;
        if (at + n > ASR_TEXT_MAX) {
            said->n_words = i;
            break;
        }
        at += (size_t)snprintf(said->text + at, sizeof said->text - at, "%s%s", i ? " " : "", said->words[i].text);
    }
}

static void read_said(ps_decoder_t *decoder, asr_said *said, bool final, int end_ms) {
    *said = (asr_said){ .final = final, .end_ms = end_ms };
    for (ps_seg_t *seg = ps_seg_iter(decoder); seg; seg = ps_seg_next(seg)) {
        int from, to;
        ps_seg_frames(seg, &from, &to);
        add_word(said, ps_seg_word(seg), from * FRAME_MS_SPHINX, (to + 1) * FRAME_MS_SPHINX);
    }
    add_text(said);
}

static bool is_stopping(sphinx *s) {
    pthread_mutex_lock(&s->lock);
    bool stopping = s->stopping;
    pthread_mutex_unlock(&s->lock);
    return stopping;
}

/* The mean of a voice in the telephone's band, from recordings of Debian's asterisk-core-sounds-en over G.711 at -22 dBFS: without one
 * nothing is understood of a first sentence. */
static const float telephone_mean[ASR_VOICE] = { 50, 32, -29, 46, -21, 3, 14, -23, 24, -11, 0, 8, -14 };

static void recall(ps_decoder_t *decoder, const asr_voice *voice) {
    cmn_t *cmn = ps_get_feat(decoder)->cmn_struct;
    mfcc_t mean[ASR_VOICE];
    for (int i = 0; i < ASR_VOICE; i++)
        mean[i] = FLOAT2MFCC(voice->known ? voice->mean[i] : telephone_mean[i]);
    if (cmn->veclen > ASR_VOICE)
        return;
    cmn_live_set(cmn, mean);
    if (voice->known)
        return;
    cmn->nframe = 0;                 /* a guess: what is heard counts alone */
    memset(cmn->sum, 0, (size_t)cmn->veclen * sizeof *cmn->sum);
}

static void remember(ps_decoder_t *decoder, asr_voice *voice) {
    const cmn_t *cmn = ps_get_feat(decoder)->cmn_struct;
    for (int i = 0; i < cmn->veclen && i < ASR_VOICE; i++)
        voice->mean[i] = MFCC2FLOAT(cmn->cmn_mean[i]);
    voice->known = true;
}

static bool start(ps_decoder_t *decoder) {
    return !ps_start_stream(decoder) && !ps_start_utt(decoder);
}

/* Once more, with the mean of all of it: for the first sentence of a voice, of which none was known before. */
static void decode_whole(ps_decoder_t *decoder, sentence *one) {
    int n = sentence_ms(one) * ASR_SAMPLES_PER_MS;
    int16_t *pcm = malloc((size_t)n * sizeof *pcm);
    if (!pcm || !start(decoder)) {
        free(pcm);
        return; /* what was understood before stays */
    }
    sentence_again(one);
    n = sentence_take(one, pcm, n);
    ps_process_raw(decoder, pcm, (size_t)n, FALSE, TRUE);
    ps_end_utt(decoder);
    free(pcm);
}

/* False: the decoder failed. */
static bool decode(sphinx *s, ps_decoder_t *decoder, sentence *one) {
    int16_t pcm[BLOCK];
    asr_said said = { 0 }, newer;
    asr_voice *voice = sentence_voice(one);
    int told_ms = 0;
    recall(decoder, voice);
    if (!start(decoder))
        return false;
    for (int n; (n = sentence_wait(one, pcm, BLOCK)) > 0 && !is_stopping(s);) {
        ps_process_raw(decoder, pcm, (size_t)n, FALSE, FALSE);
        if (sentence_ms(one) - told_ms < TELL_MS)
            continue;
        told_ms = sentence_ms(one);
        read_said(decoder, &newer, false, told_ms);
        if (strcmp(newer.text, said.text))
            sentence_line_tell(&s->line, &s->lock, one, &newer);
        said = newer;
    }
    ps_end_utt(decoder);
    if (!voice->known && !sentence_is_cancelled(one))
        decode_whole(decoder, one);
    read_said(decoder, &said, true, sentence_ms(one));
    if (said.n_words) /* noise is no voice */
        remember(decoder, voice);
    sentence_line_tell(&s->line, &s->lock, one, &said);
    return true;
}

/* --- threads --- */

static sentence *next(sphinx *s) {
    sentence *one = NULL;
    pthread_mutex_lock(&s->lock);
    while (!s->stopping && !(one = sentence_line_next(&s->line)))
        pthread_cond_wait(&s->come, &s->lock);
    pthread_mutex_unlock(&s->lock);
    return one;
}

static void done(sphinx *s, sentence *one) {
    pthread_mutex_lock(&s->lock);
    sentence_line_done(&s->line, one);
    pthread_cond_broadcast(&s->come); /* the next of the same side may begin */
    pthread_mutex_unlock(&s->lock);
}

static void *work(void *arg) {
    static const asr_said nothing = { .final = true, .failed = true };
    sphinx *s = arg;
    prctl(PR_SET_NAME, "asr-sphinx");
    setpriority(PRIO_PROCESS, (id_t)gettid(), LEAST_SHARE);
    ps_decoder_t *decoder = load(s);
    for (sentence *one; (one = next(s));) {
        bool ok = decoder && decode(s, decoder, one);
        if (!ok)
            sentence_line_tell(&s->line, &s->lock, one, &nothing);
        done(s, one);
    }
    if (decoder)
        ps_free(decoder);
    return NULL;
}

/* --- the interface --- */

/* A thread more when all are busy. */
static void hire(sphinx *s) {
    bool enough = s->line.n_waiting + s->line.n_running <= s->n_threads;
    if (!enough && s->n_threads < s->n_max && !pthread_create(&s->threads[s->n_threads], NULL, work, s))
        s->n_threads++;
}

static int sphinx_begin(recogniser *self, sentence *one) {
    sphinx *s = (sphinx *)self;
    pthread_mutex_lock(&s->lock);
    bool full = s->line.n_waiting >= s->waiting_max;
    if (!full) {
        sentence_line_put(&s->line, sentence_hold(one));
        hire(s);
        pthread_cond_signal(&s->come);
    }
    pthread_mutex_unlock(&s->lock);
    return full ? TCCC_E_LIMIT : 0;
}

static void sphinx_count(recogniser *self, recogniser_counters *out) {
    sphinx *s = (sphinx *)self;
    pthread_mutex_lock(&s->lock);
    *out = sentence_line_counters(&s->line);
    pthread_mutex_unlock(&s->lock);
}

static void sphinx_free(recogniser *self) {
    sphinx *s = (sphinx *)self;
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_broadcast(&s->come);
    pthread_mutex_unlock(&s->lock);
    for (int i = 0; i < s->n_threads; i++)
        pthread_join(s->threads[i], NULL);
    sentence_line_clear(&s->line);
    pthread_cond_destroy(&s->come);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* The library would tell everything it does on the standard error. */
static void say_nothing(void *ctx, err_lvl_t level, const char *format, ...) {
    (void)ctx;
    (void)level;
    (void)format;
}

recogniser *sphinx_new(const char *model, int n_decoders, int waiting_max) {
    char hmm[PATH_ROOM], lm[PATH_ROOM], dict[PATH_ROOM];
    sphinx *s = find_model(model, hmm, lm, dict) ? calloc(1, sizeof *s) : NULL;
    if (!s)
        return NULL;
    err_set_callback(say_nothing, NULL);
    err_set_logfp(NULL); /* the list of its options goes there without asking */
    s->base = (recogniser){ sphinx_begin, NULL, sphinx_count, sphinx_free };
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->come, NULL);
    sentence_line_init(&s->line);
    s->n_max = n_decoders < DECODERS_MAX ? n_decoders : DECODERS_MAX;
    s->waiting_max = waiting_max;
    snprintf(s->model, sizeof s->model, "%s", model);
    return &s->base;
}
