/* remote.c: an external recogniser over HTTP. Layer: server. */
#include "remote.h"

#include "remote_answer.h"

#include "tccc/error.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

enum {
    CONNECT_MS = 3000,
    IN_ALL_MS = ASR_SENTENCE_MS + 20000, /* a sentence, and the rest of its answer */
    POLL_MS = 1000,
    WAV_HEAD = 44
};

typedef struct remote remote;

typedef struct request {
    struct request *next;
    remote *of;
    sentence *sentence;              /* the line's hold */
    CURL *easy;
    struct curl_slist *headers;
    remote_answer answer;
    asr_said said;                   /* the newest, for an end without a final one */
    bool told_final;
    size_t head_sent;
    bool paused;
} request;

struct remote {
    recogniser base;
    pthread_mutex_t lock;
    sentence_line line;
    bool stopping;
    int running_max, waiting_max;
    char *tls_ca;
    CURLM *multi;
    pthread_t thread;
    request *first;                  /* the thread's */
};

/* --- sound out --- */

/* RIFF as it is streamed: the lengths are not known. Microsoft Multimedia Programming Interface, 1991; s16, mono. */
static void wav_head(uint8_t h[WAV_HEAD]) {
    static const uint8_t head[WAV_HEAD] = {
        'R', 'I', 'F', 'F', 0xff, 0xff, 0xff, 0xff, 'W', 'A', 'V', 'E', 'f', 'm', 't', ' ', 16, 0, 0, 0, 1, 0, 1, 0,
        ASR_RATE_HZ & 255, ASR_RATE_HZ >> 8, 0, 0, (2 * ASR_RATE_HZ) & 255, (2 * ASR_RATE_HZ) >> 8, 0, 0, 2, 0, 16, 0,
        'd', 'a', 't', 'a', 0xff, 0xff, 0xff, 0xff,
    };
    memcpy(h, head, WAV_HEAD);
}

static size_t put_head(request *r, char *out, size_t room) {
    uint8_t head[WAV_HEAD];
    wav_head(head);
    size_t n = WAV_HEAD - r->head_sent < room ? WAV_HEAD - r->head_sent : room;
    memcpy(out, head + r->head_sent, n);
    r->head_sent += n;
    return n;
}

static size_t put_sound(request *r, char *out, size_t room) {
    enum { SAMPLES = 1600 };
    int16_t pcm[SAMPLES];
    int n = sentence_take(r->sentence, pcm, room / 2 < SAMPLES ? (int)(room / 2) : SAMPLES);
    for (int i = 0; i < n; i++) {
        out[2 * i] = (char)(pcm[i] & 255);
        out[2 * i + 1] = (char)((uint16_t)pcm[i] >> 8);
    }
    return (size_t)n * 2;
}

static size_t give(char *out, size_t size, size_t n, void *arg) {
    request *r = arg;
    if (sentence_is_cancelled(r->sentence))
        return CURL_READFUNC_ABORT;
    if (r->head_sent < WAV_HEAD)
        return put_head(r, out, size * n);
    size_t put = put_sound(r, out, size * n);
    if (put || sentence_is_over(r->sentence))
        return put;
    r->paused = true;
    return CURL_READFUNC_PAUSE;
}

/* --- text in --- */

static void on_said(void *ctx, asr_said *what) {
    request *r = ctx;
    what->end_ms = sentence_ms(r->sentence);
    r->said = *what;
    r->told_final |= what->final;
    sentence_line_tell(&r->of->line, &r->of->lock, r->sentence, what);
}

static size_t take(char *bytes, size_t size, size_t n, void *arg) {
    request *r = arg;
    long status = 0;
    curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200 || sentence_is_cancelled(r->sentence) || remote_answer_take(&r->answer, bytes, size * n, on_said, r))
        return 0;
    return size * n;
}

/* --- requests --- */

static bool add_header(request *r, const char *line) {
    struct curl_slist *longer = curl_slist_append(r->headers, line);
    if (longer)
        r->headers = longer;
    return longer != NULL;
}

static bool add_headers(request *r) {
    char line[ASR_TOKEN_MAX + 40];
    const char *token = asr_job_token(sentence_job(r->sentence));
    snprintf(line, sizeof line, "Authorization: Bearer %s", token);
    return add_header(r, "Content-Type: audio/wav") && add_header(r, "Accept: application/x-ndjson") && add_header(r, "Expect:") &&
           add_header(r, "Transfer-Encoding: chunked") && (!*token || add_header(r, line)) && !curl_easy_setopt(r->easy, CURLOPT_HTTPHEADER, r->headers);
}

static bool prepare(request *r) {
    CURL *e = r->easy = curl_easy_init();
    if (!e)
        return false;
    curl_easy_setopt(e, CURLOPT_PRIVATE, r);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(e, CURLOPT_PROXY, "");
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)IN_ALL_MS);
    curl_easy_setopt(e, CURLOPT_USERAGENT, "tcccd");
    curl_easy_setopt(e, CURLOPT_POST, 1L);
    curl_easy_setopt(e, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(e, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(e, CURLOPT_READDATA, r);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, r);
    if (r->of->tls_ca)
        curl_easy_setopt(e, CURLOPT_CAINFO, r->of->tls_ca);
    return add_headers(r) && !curl_easy_setopt(e, CURLOPT_URL, asr_job_url(sentence_job(r->sentence)));
}

/* Whatever happened, somebody waits for the final one: what was understood last stays. */
static void finish(remote *all, request *r, sentence *s, bool ok) {
    static const asr_said nothing;
    asr_said last = r ? r->said : nothing;
    if (!r || !r->told_final) {
        last.final = true;
        last.failed = !ok;
        last.end_ms = sentence_ms(s);
        for (int i = 0; i < last.n_words; i++)
            last.words[i].stable = true;
        sentence_line_tell(&all->line, &all->lock, s, &last);
    }
    pthread_mutex_lock(&all->lock);
    sentence_line_done(&all->line, s);
    pthread_mutex_unlock(&all->lock);
}

static void request_free(request *r) {
    curl_easy_cleanup(r->easy);
    curl_slist_free_all(r->headers);
    remote_answer_free(&r->answer);
    free(r);
}

static void begin_one(remote *all, sentence *s) {
    request *r = calloc(1, sizeof *r);
    if (r) {
        r->of = all;
        r->sentence = s;
        if (prepare(r) && !curl_multi_add_handle(all->multi, r->easy)) {
            r->next = all->first;
            all->first = r;
            return;
        }
        request_free(r);
    }
    finish(all, NULL, s, false);
}

static void end_one(remote *all, request *r, CURLcode code) {
    request **at = &all->first;
    long status = 0;
    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    curl_multi_remove_handle(all->multi, r->easy);
    curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
    bool whole = !code && status == 200 && !remote_answer_end(&r->answer, on_said, r);
    finish(all, r, r->sentence, whole || r->told_final);
    request_free(r);
}

/* --- the thread --- */

static bool begin_waiting(remote *all) {
    for (;;) {
        pthread_mutex_lock(&all->lock);
        bool stopping = all->stopping;
        sentence *s = !stopping && all->line.n_running < all->running_max ? sentence_line_next(&all->line) : NULL;
        pthread_mutex_unlock(&all->lock);
        if (!s)
            return !stopping;
        begin_one(all, s);
    }
}

static void go_on(remote *all) {
    for (request *r = all->first, *next; r; r = next) {
        next = r->next;
        if (!r->paused)
            continue;
        r->paused = false;
        curl_easy_pause(r->easy, CURLPAUSE_CONT);
    }
}

static bool end_finished(remote *all) {
    bool any = false;
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(all->multi, &left));) {
        request *r = NULL;
        CURLcode code = m->data.result;
        if (m->msg != CURLMSG_DONE || curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &r) || !r)
            continue;
        end_one(all, r, code);
        any = true;
    }
    return any;
}

static void *work(void *arg) {
    remote *all = arg;
    int running;
    prctl(PR_SET_NAME, "asr-http");
    while (begin_waiting(all)) {
        go_on(all);
        curl_multi_perform(all->multi, &running);
        if (!end_finished(all)) /* one that has ended makes room for the next */
            curl_multi_poll(all->multi, NULL, 0, POLL_MS, NULL);
    }
    while (all->first)
        end_one(all, all->first, CURLE_ABORTED_BY_CALLBACK);
    return NULL;
}

/* --- the interface --- */

static int remote_begin(recogniser *self, sentence *s) {
    remote *all = (remote *)self;
    pthread_mutex_lock(&all->lock);
    bool full = all->line.n_waiting >= all->waiting_max;
    if (!full)
        sentence_line_put(&all->line, sentence_hold(s));
    pthread_mutex_unlock(&all->lock);
    if (!full)
        curl_multi_wakeup(all->multi);
    return full ? TCCC_E_LIMIT : 0;
}

static void remote_more(recogniser *self) {
    curl_multi_wakeup(((remote *)self)->multi);
}

static void remote_count(recogniser *self, recogniser_counters *out) {
    remote *all = (remote *)self;
    pthread_mutex_lock(&all->lock);
    *out = sentence_line_counters(&all->line);
    pthread_mutex_unlock(&all->lock);
}

static void free_all(remote *all) {
    sentence_line_clear(&all->line);
    curl_multi_cleanup(all->multi);
    pthread_mutex_destroy(&all->lock);
    free(all->tls_ca);
    free(all);
}

static void remote_free(recogniser *self) {
    remote *all = (remote *)self;
    pthread_mutex_lock(&all->lock);
    all->stopping = true;
    pthread_mutex_unlock(&all->lock);
    curl_multi_wakeup(all->multi);
    pthread_join(all->thread, NULL);
    free_all(all);
}

recogniser *remote_new(int running_max, int waiting_max, const char *tls_ca) {
    remote *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->base = (recogniser){ remote_begin, remote_more, remote_count, remote_free };
    pthread_mutex_init(&all->lock, NULL);
    sentence_line_init(&all->line);
    all->running_max = running_max;
    all->waiting_max = waiting_max;
    all->multi = curl_multi_init();
    all->tls_ca = tls_ca ? strdup(tls_ca) : NULL;
    if (all->multi && (!tls_ca || all->tls_ca) && !pthread_create(&all->thread, NULL, work, all))
        return &all->base;
    free_all(all);
    return NULL;
}
