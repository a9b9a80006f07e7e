/* sender.c: the thread that sends pushes with libcurl. Layer: server. */
#include "server/push/sender.h"

#include "server/deadline.h"
#include "server/libre.h"
#include "server/push/token.h"
#include "tccc/error.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POLL_MS = 60000, CONNECTIONS_MAX = 64 };

/* A request under way: a push, or an access token's. curl gives it back by CURLINFO_PRIVATE. */
typedef struct flight {
    struct flight *next, **at;
    push_job *job;                   /* NULL: it asks for `token` */
    token *token;                    /* a push's with OAuth 2.0, too */
    int serial;                      /* of the token that a push carries */
    transfer transfer;
} flight;

struct sender {
    pthread_mutex_t lock;            /* of the two lists */
    push_job *first, **last;         /* to do */
    push_job *finished, **last_finished;
    struct mqueue *bell;             /* rings the control thread */
    void (*done)(void *ctx, push_job *job);
    void *ctx;
    CURLM *multi;
    pthread_t thread;
    bool running;
    atomic_bool stopping;
    /* the thread's own */
    transfer_limits limits;
    tokens tokens;
    flight *flights;
};

void push_job_free(push_job *job) {
    if (!job)
        return;
    free(job->body);
    free(job);
}

static void free_jobs(push_job *first) {
    while (first) {
        push_job *job = first;
        first = job->next;
        push_job_free(job);
    }
}

/* ---- on the sender's thread ---- */

static void give_back(sender *s, push_job *job) {
    job->next = NULL;
    pthread_mutex_lock(&s->lock);
    bool ring = !s->finished; /* else it has been rung already */
    *s->last_finished = job;
    s->last_finished = &job->next;
    pthread_mutex_unlock(&s->lock);
    if (ring)
        (void)mqueue_push(s->bell, 0, NULL);
}

static void fail(sender *s, push_job *job, const char *sentence) {
    job->ok = false;
    snprintf(job->error, sizeof job->error, "%s", sentence);
    give_back(s, job);
}

static bool prepare(sender *s, flight *f) {
    const token *key = f->token;
    int error = f->job ? transfer_push(&f->transfer, f->job, key ? key->text : NULL, &s->limits, f)
                       : transfer_token(&f->transfer, key->url, key->client_id, key->client_secret, &s->limits, f);
    if (!error && curl_multi_add_handle(s->multi, f->transfer.easy)) {
        transfer_end(&f->transfer);
        error = TCCC_E_NO_MEMORY;
    }
    return !error;
}

/* Puts a request on its way: of a job (with an access token, or NULL), or for the token alone. */
static bool take_off(sender *s, push_job *job, token *key) {
    flight *f = calloc(1, sizeof *f);
    if (!f)
        return false;
    f->job = job;
    f->token = key;
    f->serial = key ? key->serial : 0;
    if (!prepare(s, f)) {
        free(f);
        return false;
    }
    if (key)
        key->users++;
    f->next = s->flights;
    f->at = &s->flights;
    if (f->next)
        f->next->at = &f->next;
    s->flights = f;
    return true;
}

/* The flight is over; its job goes on. */
static void land(sender *s, flight *f) {
    curl_multi_remove_handle(s->multi, f->transfer.easy);
    transfer_end(&f->transfer);
    if (f->token)
        f->token->users--;
    *f->at = f->next;
    if (f->next)
        f->next->at = f->at;
    free(f);
}

static void send_with_token(sender *s, push_job *job) {
    uint64_t now = clock_ms();
    token *key = tokens_find(&s->tokens, &job->receiver, now);
    if (!key)
        fail(s, job, "Too many token servers at once.");
    else if (token_is_good(key, now)) {
        if (!take_off(s, job, key))
            fail(s, job, "Memory is exhausted.");
    } else if (key->state == TOKEN_ASKED || take_off(s, NULL, key)) {
        key->state = TOKEN_ASKED;
        token_wait(key, job);
    } else
        fail(s, job, "Memory is exhausted.");
}

static void send_job(sender *s, push_job *job) {
    if (job->receiver.auth == PUSH_AUTH_OAUTH2)
        send_with_token(s, job);
    else if (!take_off(s, job, NULL))
        fail(s, job, "Memory is exhausted.");
}

/* The answer to a request for an access token: those that waited go on. */
static void on_token(sender *s, flight *f, CURLcode code) {
    static char text[TOKEN_MAX + 1]; /* one thread only */
    char sentence[SENTENCE_MAX] = "";
    int64_t life_s = 0;
    token *key = f->token;
    bool got = transfer_gives_token(&f->transfer, code, text, &life_s, sentence);
    if (got)
        token_set(key, text, life_s, clock_ms());
    else
        key->state = TOKEN_NONE;
    memset(text, 0, sizeof text);
    land(s, f);
    push_job *waiting = key->first;
    key->first = NULL;
    key->last = &key->first;
    while (waiting) {
        push_job *job = waiting;
        waiting = job->next;
        if (!got)
            fail(s, job, sentence);
        else if (!take_off(s, job, key))
            fail(s, job, "Memory is exhausted.");
    }
}

static void on_push(sender *s, flight *f, CURLcode code) {
    push_job *job = f->job;
    token *key = f->token;
    bool refused = !code && key && transfer_status(&f->transfer) == 401;
    if (refused && key->serial == f->serial)
        key->state = TOKEN_NONE; /* whatever it said about its end */
    job->ok = transfer_taken(&f->transfer, code, job->error);
    land(s, f);
    if (refused && !job->again) {
        job->again = true;
        send_job(s, job);
    } else
        give_back(s, job);
}

/* True when there were any: what they set off has to be begun before the thread waits. */
static bool take_answers(sender *s) {
    int left, n = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(s->multi, &left));) {
        flight *f = NULL;
        n++;
        CURLcode code = message->data.result;
        if (message->msg != CURLMSG_DONE || curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &f) || !f)
            continue;
        if (f->job)
            on_push(s, f, code);
        else
            on_token(s, f, code);
    }
    return n > 0;
}

static void take_jobs(sender *s) {
    pthread_mutex_lock(&s->lock);
    push_job *first = s->first;
    s->first = NULL;
    s->last = &s->first;
    pthread_mutex_unlock(&s->lock);
    while (first) {
        push_job *job = first;
        first = job->next;
        send_job(s, job);
    }
}

static void *run(void *arg) {
    sender *s = arg;
    int n_running;
    while (!atomic_load(&s->stopping)) {
        take_jobs(s);
        do
            curl_multi_perform(s->multi, &n_running);
        while (take_answers(s));
        curl_multi_poll(s->multi, NULL, 0, POLL_MS, NULL);
    }
    return NULL;
}

/* ---- on the control thread ---- */

static void on_bell(int id, void *data, void *arg) {
    sender *s = arg;
    (void)id;
    (void)data;
    pthread_mutex_lock(&s->lock);
    push_job *first = s->finished;
    s->finished = NULL;
    s->last_finished = &s->finished;
    pthread_mutex_unlock(&s->lock);
    while (first) {
        push_job *job = first;
        first = job->next;
        s->done(s->ctx, job);
    }
}

static bool start(sender *s) {
    pthread_mutex_init(&s->lock, NULL);
    s->last = &s->first;
    s->last_finished = &s->finished;
    s->multi = curl_multi_init();
    if (!s->multi || mqueue_alloc(&s->bell, on_bell, s))
        return false;
    curl_multi_setopt(s->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_MAX);
    s->running = !pthread_create(&s->thread, NULL, run, s);
    return s->running;
}

sender *sender_new(const transfer_limits *limits, void (*done)(void *ctx, push_job *job), void *ctx) {
    sender *s = curl_global_init(CURL_GLOBAL_DEFAULT) ? NULL : calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->done = done;
    s->ctx = ctx;
    s->limits = *limits;
    if (start(s))
        return s;
    sender_free(s);
    return NULL;
}

void sender_free(sender *s) {
    if (!s)
        return;
    atomic_store(&s->stopping, true);
    if (s->running) {
        curl_multi_wakeup(s->multi);
        pthread_join(s->thread, NULL);
    }
    for (flight *f; (f = s->flights);) {
        push_job_free(f->job);
        land(s, f);
    }
    tokens_free(&s->tokens);
    free_jobs(s->first);
    free_jobs(s->finished);
    curl_multi_cleanup(s->multi);
    mem_deref(s->bell);
    pthread_mutex_destroy(&s->lock);
    free(s);
    curl_global_cleanup();
}

void sender_post(sender *s, push_job *job) {
    job->next = NULL;
    pthread_mutex_lock(&s->lock);
    *s->last = job;
    s->last = &job->next;
    pthread_mutex_unlock(&s->lock);
    curl_multi_wakeup(s->multi);
}
