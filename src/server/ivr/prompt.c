/* prompt.c: paths of sounds for callers; texts are spoken once and kept. Layer: server. */
#include "server/ivr/prompt_state.h"

#include "server/deadline.h"
#include "server/ivr/clip.h"
#include "server/ivr/shelf.h"
#include "server/ivr/speech.h"
#include "tccc/error.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    TEXT_MAX = 4096,                  /* with variables filled in */
    JOBS_MAX = 2000,
    RUNNING_MAX = 2,                  /* of the server's workers: others need some, too */
    SERVICE_REST_MS = 30000           /* a service that has failed is not asked for so long */
};
static const int64_t SPEECH_BYTES = INT64_C(256) << 20;

typedef struct waiter {
    struct waiter *next;
    uint64_t ticket;
    void (*ready)(void *ctx, const char *path);
    void *ctx;
} waiter;

struct speech_job {
    prompts *owner;                   /* NULL: it has been freed */
    speech_job *next, *next_queued;
    waiter *waiters;
    bool running;
    const char *voice;                /* of speech_voice: inside `configured` or static */
    char *configured, *url, *text;    /* its own: read by a worker */
    char path[PROMPT_PATH_MAX], spare[PROMPT_PATH_MAX]; /* spare: espeak-ng's, when the service fails; "" without a service */
    /* results */
    const char *made;                 /* path or spare; NULL: neither */
    int64_t bytes;
    bool service_failed;
    char sentence[SPEECH_SENTENCE_MAX], service_sentence[SPEECH_SENTENCE_MAX];
};

/* --- making one text, on a worker's thread --- */

static int64_t keep(const speech_bytes *wav, const char *path, char sentence[SPEECH_SENTENCE_MAX]) {
    clip c;
    char why[CLIP_SENTENCE_MAX];
    int error = clip_read(&c, wav->data, wav->n, why);
    if (error) {
        snprintf(sentence, SPEECH_SENTENCE_MAX, "What came as speech is no sound: %s", why);
        return error;
    }
    clip_level(&c);
    int64_t bytes = clip_write(&c, path);
    clip_free(&c);
    if (bytes < 0)
        snprintf(sentence, SPEECH_SENTENCE_MAX, "The speech could not be written: %s.", strerror(errno));
    return bytes;
}

static bool make_by_service(speech_job *job) {
    speech_bytes wav;
    if (speech_by_http(job->url, job->text, job->voice, SPEECH_LIMIT_MS, &wav, job->service_sentence))
        return false;
    job->bytes = keep(&wav, job->path, job->service_sentence);
    free(wav.data);
    return job->bytes >= 0;
}

static bool make_by_process(speech_job *job, const char *path) {
    speech_bytes wav;
    if (speech_by_process("espeak-ng", job->text, job->voice, SPEECH_LIMIT_MS, &wav, job->sentence))
        return false;
    job->bytes = keep(&wav, path, job->sentence);
    free(wav.data);
    return job->bytes >= 0;
}

static void run_job(void *arg) {
    speech_job *job = arg;
    if (!job->url[0])
        job->made = make_by_process(job, job->path) ? job->path : NULL;
    else if (make_by_service(job))
        job->made = job->path;
    else {
        job->service_failed = true;
        job->bytes = 0;
        if (!access(job->spare, R_OK) || make_by_process(job, job->spare))
            job->made = job->spare;
    }
}

/* --- keeping the folder small --- */

typedef struct trim {
    prompts *owner;
    char *folder;
    int64_t max, left;
} trim;

static void run_trim(void *arg) {
    trim *t = arg;
    t->left = shelf_trim(t->folder, t->max);
}

static void free_trim(trim *t) {
    free(t->folder);
    free(t);
}

static void trim_done(void *arg, int started) {
    trim *t = arg;
    if (t->owner) {
        t->owner->trim = NULL;
        if (started)
            t->owner->speech_bytes = t->left;
    }
    free_trim(t);
}

/* To nine tenths: not once more for every new text. */
static void trim_speech(prompts *p) {
    if (p->trim || p->closing || p->speech_bytes <= p->speech_max)
        return;
    trim *t = calloc(1, sizeof *t);
    if (!t)
        return;
    *t = (trim){ .owner = p, .folder = strdup(p->speech), .max = p->speech_max / 10 * 9 };
    if (!t->folder || workers_do(p->pool, run_trim, trim_done, t)) {
        free_trim(t);
        return;
    }
    p->trim = t;
}

/* --- jobs --- */

static void free_job(speech_job *job) {
    while (job->waiters) {
        waiter *w = job->waiters;
        job->waiters = w->next;
        free(w);
    }
    free(job->configured);
    free(job->url);
    free(job->text);
    free(job);
}

static void unlink_job(prompts *p, speech_job *job) {
    for (speech_job **at = &p->jobs; *at; at = &(*at)->next)
        if (*at == job) {
            *at = job->next;
            return;
        }
}

static void start_jobs(prompts *p);

/* Waiters may ask for the next sound, forget others, or free it all, while they are called. */
static void tell(speech_job *job) {
    job->running = true; /* prompts_free leaves it to its caller */
    while (job->waiters) {
        waiter *w = job->waiters;
        job->waiters = w->next;
        w->ready(w->ctx, job->made);
        free(w);
        if (!job->owner)
            return;
    }
    unlink_job(job->owner, job);
}

static void note(prompts *p, const speech_job *job, int started) {
    if (job->service_failed) {
        p->service_back_ms = clock_ms() + SERVICE_REST_MS;
        LOG(p->log, LOG_LEVEL_WARNING, "speech.service_failed", log_text("why", job->service_sentence));
    }
    if (!job->made && started)
        LOG(p->log, LOG_LEVEL_ERROR, "speech.failed", log_text("voice", job->voice), log_text("why", job->sentence));
}

static void job_done(void *arg, int started) {
    speech_job *job = arg;
    prompts *p = job->owner;
    if (p) {
        p->n_running--;
        p->closing |= !started;
        p->speech_bytes += job->made ? job->bytes : 0;
        note(p, job, started);
        trim_speech(p);
        start_jobs(p);
        tell(job);
    }
    free_job(job);
}

static speech_job *next_job(prompts *p) {
    speech_job *job = p->live ? p->live : p->ahead;
    if (!job)
        return NULL;
    if (job == p->live) {
        p->live = job->next_queued;
        if (!p->live)
            p->live_end = &p->live;
    } else {
        p->ahead = job->next_queued;
        if (!p->ahead)
            p->ahead_end = &p->ahead;
    }
    job->next_queued = NULL;
    return job;
}

static void start_jobs(prompts *p) {
    while (p->n_running < RUNNING_MAX && !p->closing) {
        speech_job *job = next_job(p);
        if (!job)
            return;
        int error = workers_do(p->pool, run_job, job_done, job);
        if (!error) {
            job->running = true;
            p->n_running++;
            continue;
        }
        LOG(p->log, LOG_LEVEL_ERROR, "speech.failed", log_error("error", error));
        tell(job);
        bool freed = !job->owner;
        free_job(job);
        if (freed)
            return;
    }
}

static void queue_job(speech_job ***end, speech_job *job) {
    **end = job;
    *end = &job->next_queued;
}

static int count_jobs(const prompts *p) {
    int n = 0;
    for (const speech_job *job = p->jobs; job; job = job->next)
        n++;
    return n;
}

/* A caller waits now for what was to be made ahead: it goes before the others. */
static void hurry(prompts *p, speech_job *job) {
    for (speech_job **at = &p->ahead; *at; at = &(*at)->next_queued)
        if (*at == job) {
            *at = job->next_queued;
            if (!*at)
                p->ahead_end = at;
            job->next_queued = NULL;
            queue_job(&p->live_end, job);
            return;
        }
}

/* --- texts --- */

/* Digits one by one: staff 1001 is not one thousand and one. */
static size_t spell(char *out, size_t room, const char *staff_no) {
    size_t n = 0;
    for (; *staff_no && n + 2 < room; staff_no++) {
        out[n++] = *staff_no;
        if (staff_no[0] >= '0' && staff_no[0] <= '9' && staff_no[1] >= '0' && staff_no[1] <= '9')
            out[n++] = ' ';
    }
    return n;
}

/* "" when nobody has given it. */
static const char *value_of(const prompt_values *values, const char *name, size_t n) {
    for (int i = 0; values && i < values->n_variables; i++)
        if (strlen(values->variables[i].name) == n && !memcmp(values->variables[i].name, name, n))
            return values->variables[i].value;
    return "";
}

/* ${WaitNo}, ${StaffNo} and ${var.Name} filled in; what is not known, left out. What comes in is text only. */
static void fill_in(char out[TEXT_MAX], const char *text, const prompt_values *values) {
    size_t n = 0;
    while (*text && n + 1 < TEXT_MAX) {
        if (!strncmp(text, "${WaitNo}", 9)) {
            if (values && values->wait_no >= 0)
                n += (size_t)snprintf(out + n, TEXT_MAX - n, "%d", values->wait_no);
            text += 9;
        } else if (!strncmp(text, "${StaffNo}", 10)) {
            if (values && values->staff_no)
                n += spell(out + n, TEXT_MAX - n, values->staff_no);
            text += 10;
        } else if (!strncmp(text, "${var.", 6) && strchr(text, '}')) {
            size_t length = strcspn(text + 6, "}");
            n += (size_t)snprintf(out + n, TEXT_MAX - n, "%s", value_of(values, text + 6, length));
            text += 6 + length + 1;
        } else
            out[n++] = *text++;
        if (n >= TEXT_MAX)
            n = TEXT_MAX - 1;
    }
    out[n] = 0;
}

/* speech/<SHA-256 of who speaks, voice and text>.wav */
static bool path_of(const prompts *p, const char *url, const char *voice, const char *text, char path[PROMPT_PATH_MAX]) {
    char *all = malloc(strlen(url) + strlen(voice) + strlen(text) + 8), hex[2 * EVP_MAX_MD_SIZE + 1];
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned n_hash = 0;
    if (!all)
        return false;
    int n = sprintf(all, "1\n%s\n%s\n%s", url, voice, text); /* 1: changes with what clip_level does */
    int good = EVP_Digest(all, (size_t)n, hash, &n_hash, EVP_sha256(), NULL);
    free(all);
    for (unsigned i = 0; i < n_hash; i++)
        sprintf(hex + 2 * i, "%02x", hash[i]);
    return good && (size_t)snprintf(path, PROMPT_PATH_MAX, "%s/%s.wav", p->speech, hex) < PROMPT_PATH_MAX;
}

static speech_job *find_job(prompts *p, const char *path) {
    for (speech_job *job = p->jobs; job; job = job->next)
        if (!strcmp(job->path, path))
            return job;
    return NULL;
}

static speech_job *new_job(prompts *p, const char *url, const char *text, const char *path) {
    speech_job *job = count_jobs(p) < JOBS_MAX ? calloc(1, sizeof *job) : NULL;
    if (!job)
        return NULL;
    job->owner = p;
    job->configured = strdup(p->voice);
    job->url = strdup(url);
    job->text = strdup(text);
    if (!job->configured || !job->url || !job->text) {
        free_job(job);
        return NULL;
    }
    job->voice = speech_voice(job->text, job->configured);
    snprintf(job->path, sizeof job->path, "%s", path);
    if (job->url[0] && !path_of(p, "", job->voice, text, job->spare)) {
        free_job(job);
        return NULL;
    }
    job->next = p->jobs;
    p->jobs = job;
    return job;
}

/* Whether the file is there; it counts as used now. */
static bool is_kept(const char *path) { return !utimensat(AT_FDCWD, path, NULL, 0); }

/* The job that makes the text, or NULL: it is there already (*kept), or cannot be made. */
static speech_job *job_for(prompts *p, const char *text, bool live, char path[PROMPT_PATH_MAX], bool *kept) {
    const char *voice = speech_voice(text, p->voice), *url = p->url[0] && clock_ms() < p->service_back_ms ? "" : p->url;
    *kept = false;
    if ((p->url[0] && !*url && path_of(p, p->url, voice, text, path) && is_kept(path)) || /* the service rests, but has spoken this before */
        (path_of(p, url, voice, text, path) && is_kept(path))) {
        *kept = true;
        return NULL;
    }
    if (p->closing)
        return NULL;
    speech_job *job = find_job(p, path);
    if (job) {
        if (live)
            hurry(p, job);
        return job;
    }
    job = new_job(p, url, text, path);
    if (job)
        queue_job(live ? &p->live_end : &p->ahead_end, job);
    return job;
}

static bool is_waiting(const prompts *p, uint64_t ticket) {
    for (const speech_job *job = p->jobs; job; job = job->next)
        for (const waiter *w = job->waiters; w; w = w->next)
            if (w->ticket == ticket)
                return true;
    return false;
}

static uint64_t get_speech(prompts *p, const char *raw, const prompt_values *values, void (*ready)(void *ctx, const char *path), void *ctx) {
    char text[TEXT_MAX], path[PROMPT_PATH_MAX];
    bool kept;
    fill_in(text, raw, values);
    waiter *w = calloc(1, sizeof *w);
    speech_job *job = w ? job_for(p, text, true, path, &kept) : NULL;
    if (!job) {
        bool there = w && kept;
        free(w);
        if (!there)
            LOG(p->log, LOG_LEVEL_ERROR, "speech.failed", log_text("why", "too many texts wait, memory is exhausted, or the server stops"));
        ready(ctx, there ? path : NULL);
        return 0;
    }
    uint64_t ticket = ++p->last_ticket;
    *w = (waiter){ job->waiters, ticket, ready, ctx };
    job->waiters = w;
    start_jobs(p);
    return is_waiting(p, ticket) ? ticket : 0; /* the workers may have refused it */
}

uint64_t prompt_get(prompts *p, int64_t app_id, const flow_sound *sound, const prompt_values *values,
                    void (*ready)(void *ctx, const char *path), void *ctx) {
    char path[PROMPT_PATH_MAX];
    if (!sound->sound_id && sound->text && !strcmp(sound->text, FLOW_BEEP)) {
        ready(ctx, p->beep);
        return 0;
    }
    if (!sound->sound_id && sound->text)
        return get_speech(p, sound->text, values, ready, ctx);
    int error = prompt_sound_path(p, app_id, sound->sound_id, false, path, sizeof path);
    if (error)
        LOG(p->log, LOG_LEVEL_ERROR, "sound.missing", log_integer("sound", sound->sound_id), log_error("error", error));
    ready(ctx, error ? NULL : path);
    return 0;
}

void prompt_forget(prompts *p, uint64_t ticket) {
    for (speech_job *job = p->jobs; job && ticket; job = job->next)
        for (waiter **at = &job->waiters; *at; at = &(*at)->next)
            if ((*at)->ticket == ticket) {
                waiter *w = *at;
                *at = w->next;
                free(w);
                return;
            }
}

static bool make_one(void *ctx, const char *module, const flow_sound *sound) {
    prompts *p = ctx;
    char path[PROMPT_PATH_MAX];
    bool kept;
    (void)module;
    if (sound->text && !strstr(sound->text, "${"))
        job_for(p, sound->text, false, path, &kept);
    return true;
}

void prompt_make_ahead(prompts *p, const flow *f) {
    flow_each_sound(f, make_one, p);
    start_jobs(p);
}

/* --- life --- */

static char *joined(const char *folder, const char *name) {
    char *path = malloc(strlen(folder) + strlen(name) + 2);
    if (path)
        sprintf(path, "%s/%s", folder, name);
    return path;
}

/* 1000 Hz for 0.4 s. */
static bool make_beep(const prompts *p) {
    enum { SAMPLES = CLIP_RATE_HZ * 2 / 5 };
    clip c = { calloc(SAMPLES, sizeof(int16_t)), SAMPLES };
    if (!c.pcm)
        return false;
    for (int i = 0; i < SAMPLES; i++)
        c.pcm[i] = (int16_t)lrint(8000 * sin(2 * M_PI * 1000 * i / CLIP_RATE_HZ));
    clip_level(&c);
    int64_t bytes = clip_write(&c, p->beep);
    clip_free(&c);
    if (bytes < 0)
        LOG(p->log, LOG_LEVEL_ERROR, "sounds.folder", log_text("file", p->beep), log_text("why", strerror(errno)));
    return bytes > 0;
}

static bool make_folder(const prompts *p, const char *folder) {
    if (strlen(folder) + 80 < PROMPT_PATH_MAX && !shelf_make(folder)) {
        shelf_sweep(folder);
        return true;
    }
    LOG(p->log, LOG_LEVEL_ERROR, "sounds.folder", log_text("folder", folder), log_text("why", strerror(errno)));
    return false;
}

prompts *prompts_new(const prompts_config *config, store *db, workers *pool, const logger *log) {
    prompts *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    *p = (prompts){ .db = db, .pool = pool, .log = log, .review = config->review,
                    .speech_max = config->speech_bytes_max > 0 ? config->speech_bytes_max : SPEECH_BYTES,
                    .sounds = joined(config->folder, "sounds"), .speech = joined(config->folder, "speech"),
                    .voice = strdup(config->voice ? config->voice : ""), .url = strdup(config->speech_url ? config->speech_url : "") };
    p->live_end = &p->live;
    p->ahead_end = &p->ahead;
    p->beep = p->sounds ? joined(p->sounds, "beep.wav") : NULL;
    if (!p->beep || !p->speech || !p->voice || !p->url || !make_folder(p, p->sounds) || !make_folder(p, p->speech) || !make_beep(p)) {
        prompts_free(p);
        return NULL;
    }
    prompt_sweep_sounds(p);
    p->speech_bytes = shelf_trim(p->speech, p->speech_max);
    return p;
}

void prompts_free(prompts *p) {
    if (!p)
        return;
    for (speech_job *job = p->jobs, *next; job; job = next) {
        next = job->next;
        job->owner = NULL;
        if (!job->running)
            free_job(job); /* a running one ends by itself */
    }
    if (p->trim)
        p->trim->owner = NULL;
    prompt_leave_uploads(p);
    free(p->sounds);
    free(p->speech);
    free(p->voice);
    free(p->url);
    free(p->beep);
    free(p);
}
