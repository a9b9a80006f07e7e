/* hearing.c: the thread that hears calls. Layer: server. */
#include "hearing.h"

#include "splitter.h"

#include "server/bridge/tap_reader.h"
#include "server/edge/id_map.h"
#include "server/record/voice.h"
#include "tccc/error.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

enum {
    LOOK_MS = 40,                    /* how often the ring is emptied */
    RING_BYTES = 8 << 20             /* half a second of a thousand calls */
};

typedef struct transcript transcript;

typedef struct {                     /* what one side says */
    transcript *of;
    int side;
    uint32_t tap;                    /* 0: is not heard */
    tap_reader reader;
    track *track;
    voice *voice;
    splitter splitter;
    sentence *now;                   /* NULL: none, or one that is left out */
    uint64_t start_us;               /* of the track */
    int64_t frames;                  /* of the track that the splitter has had */
} ear;

struct transcript {
    transcript *next;
    uint32_t handle;
    asr_job *job;                    /* held */
    recogniser *by;
    uint64_t start_us;
    ear ears[ASR_SIDES];
};

struct hearing {
    pthread_t thread;
    mailbox inbox;
    tap_ring *ring;
    id_map transcripts, ears;        /* by handle, by tap */
    transcript *first;
    bool stopping;
    _Atomic uint64_t heard_ms, dropped_ms, unopened;
};

enum order_kind { ORDER_START, ORDER_LISTEN, ORDER_STOP, ORDER_END };

typedef struct {
    mail mail;
    enum order_kind kind;
    uint32_t handle, tap;
    int side;
    uint64_t start_us;
    asr_job *job;                    /* held */
    recogniser *by;
} order;

static uint64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* --- sentences --- */

static void end_sentence(ear *e) {
    if (!e->now)
        return;
    sentence_end(e->now);
    if (e->of->by->more)
        e->of->by->more(e->of->by);
    sentence_drop(e->now);
    e->now = NULL;
}

static void note(hearing *h, int n, bool dropped) {
    atomic_fetch_add_explicit(dropped ? &h->dropped_ms : &h->heard_ms, (uint64_t)(n / ASR_SAMPLES_PER_MS), memory_order_relaxed);
}

static void say(hearing *h, ear *e, const int16_t *pcm, int n) {
    note(h, n, !e->now || sentence_put(e->now, pcm, n));
}

/* Milliseconds of the transcript at the end of what the splitter has had, less n samples. */
static int place_ms(const ear *e, int n) {
    int64_t ms = (int64_t)(e->start_us - e->of->start_us) / 1000 + e->frames * FRAME_MS - n / ASR_SAMPLES_PER_MS;
    return ms > 0 ? (int)ms : 0;
}

static void begin_sentence(hearing *h, ear *e) {
    int16_t pcm[SPLITTER_BEFORE];
    recogniser *by = e->of->by;
    int n = splitter_before(&e->splitter, pcm);
    e->now = sentence_new(e->of->job, e->side, place_ms(e, n));
    if (e->now && by->begin(by, e->now)) {
        sentence_drop(e->now);
        e->now = NULL;
    }
    say(h, e, pcm, n);
}

static void split(hearing *h, ear *e) {
    float pcm[FRAME_LEN];
    int16_t sound[FRAME_LEN];
    bool more = false;
    while (voice_take(e->voice, pcm, FRAME_LEN)) {
        enum splitter_move move = splitter_put(&e->splitter, pcm, sound);
        e->frames++;
        switch (move) {
        case SPLITTER_SILENCE: break;
        case SPLITTER_BEGIN: begin_sentence(h, e); break;
        case SPLITTER_SOUND: say(h, e, sound, FRAME_LEN); break;
        case SPLITTER_END: say(h, e, sound, FRAME_LEN); end_sentence(e); break;
        }
        more |= e->now != NULL;
    }
    if (more && e->of->by->more)
        e->of->by->more(e->of->by);
}

/* --- ears --- */

static void take_item(void *ctx, const track_item *item) {
    voice_item(((ear *)ctx)->voice, item);
}

static void ear_close(hearing *h, ear *e) {
    if (!e->tap)
        return;
    end_sentence(e);
    id_map_take(&h->ears, e->tap);
    tap_reader_close(&e->reader);
    track_free(e->track);
    voice_free(e->voice);
    e->track = NULL;
    e->voice = NULL;
    e->tap = 0;
}

static void ear_open(hearing *h, ear *e, uint32_t tap) {
    e->start_us = now_us();
    e->frames = 0;
    e->track = track_new(e->start_us, take_item, e);
    e->voice = voice_new();
    splitter_start(&e->splitter);
    e->tap = tap;
    if (!e->track || !e->voice || id_map_put(&h->ears, tap, e))
        ear_close(h, e);
}

static void advance(hearing *h, ear *e, uint64_t now) {
    if (!e->tap)
        return;
    track_advance(e->track, now);
    split(h, e);
}

/* --- orders --- */

static void start(hearing *h, order *o) {
    transcript *t = calloc(1, sizeof *t);
    if (!t || id_map_put(&h->transcripts, o->handle, t)) {
        free(t);
        return; /* its packets find no ear */
    }
    t->handle = o->handle;
    t->job = asr_job_hold(o->job);
    t->by = o->by;
    t->start_us = o->start_us;
    for (int side = 0; side < ASR_SIDES; side++) {
        t->ears[side].of = t;
        t->ears[side].side = side;
    }
    t->next = h->first;
    h->first = t;
}

static void listen_to(hearing *h, const order *o) {
    transcript *t = id_map_get(&h->transcripts, o->handle);
    if (!t)
        return;
    ear_close(h, &t->ears[o->side]);
    if (o->tap)
        ear_open(h, &t->ears[o->side], o->tap);
}

static void stop(hearing *h, uint32_t handle) {
    transcript *t = id_map_take(&h->transcripts, handle);
    if (!t)
        return;
    transcript **at = &h->first;
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    for (int side = 0; side < ASR_SIDES; side++)
        ear_close(h, &t->ears[side]);
    asr_job_drop(t->job);
    free(t);
}

static void run_order(void *context, mail *self) {
    hearing *h = context;
    order *o = (order *)self;
    if (h && o->kind == ORDER_START)
        start(h, o);
    else if (h && o->kind == ORDER_LISTEN)
        listen_to(h, o);
    else if (h && o->kind == ORDER_STOP)
        stop(h, o->handle);
    else if (h)
        h->stopping = true;
    asr_job_drop(o->job);
    free(o);
}

/* --- packets --- */

static void take_packet(hearing *h, ear *e, const tap_head *head, uint8_t *bytes) {
    rtp_packet rtp;
    int error = tap_reader_take(&e->reader, head, bytes, &rtp);
    if (error && head->srtp != TCCC_SRTP_NONE)
        atomic_fetch_add_explicit(&h->unopened, 1, memory_order_relaxed);
    if (!error && head->flags == TAP_SPEECH) /* what is withheld, nobody hears */
        track_packet(e->track, (enum tccc_codec)head->codec, &rtp, head->arrival_us);
}

static void empty_ring(hearing *h, uint64_t end) {
    uint8_t bytes[2048];
    tap_head head;
    while (tap_ring_take(h->ring, end, &head, bytes, sizeof bytes)) {
        ear *e = id_map_get(&h->ears, head.tap);
        if (head.kind == TAP_KEYS)
            tap_reader_keys(e ? &e->reader : NULL, &head, bytes);
        else if (e)
            take_packet(h, e, &head, bytes);
    }
}

static void look(hearing *h) {
    uint64_t end = tap_ring_end(h->ring), now = now_us();
    mailbox_run(&h->inbox, h);
    empty_ring(h, end);
    for (transcript *t = h->first; t; t = t->next)
        for (int side = 0; side < ASR_SIDES; side++)
            advance(h, &t->ears[side], now);
}

static void *work(void *arg) {
    hearing *h = arg;
    prctl(PR_SET_NAME, "asr");
    while (!h->stopping) {
        struct pollfd bell = { .fd = h->inbox.fd, .events = POLLIN };
        poll(&bell, 1, h->first ? LOOK_MS : -1);
        look(h);
    }
    while (h->first)
        stop(h, h->first->handle);
    return NULL;
}

/* --- the control thread's half --- */

static int post(hearing *h, const order *what) {
    order *o = malloc(sizeof *o);
    if (!o)
        return TCCC_E_NO_MEMORY;
    *o = *what;
    o->mail.run = run_order;
    if (o->job)
        asr_job_hold(o->job);
    mailbox_post(&h->inbox, &o->mail);
    return 0;
}

int hearing_start(hearing *h, uint32_t handle, asr_job *job, recogniser *by) {
    return post(h, &(order){ .kind = ORDER_START, .handle = handle, .job = job, .by = by, .start_us = now_us() });
}

int hearing_listen(hearing *h, uint32_t handle, int side, uint32_t tap) {
    return post(h, &(order){ .kind = ORDER_LISTEN, .handle = handle, .side = side, .tap = tap });
}

int hearing_stop(hearing *h, uint32_t handle) {
    return post(h, &(order){ .kind = ORDER_STOP, .handle = handle });
}

hearing *hearing_new(void) {
    hearing *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->ring = tap_ring_new(RING_BYTES);
    int no_box = mailbox_open(&h->inbox);
    if (h->ring && !no_box && !pthread_create(&h->thread, NULL, work, h))
        return h;
    if (!no_box)
        mailbox_close(&h->inbox);
    tap_ring_drop(h->ring);
    free(h);
    return NULL;
}

void hearing_free(hearing *h) {
    if (!h)
        return;
    if (post(h, &(order){ .kind = ORDER_END }))
        abort(); /* the thread could not be ended */
    pthread_join(h->thread, NULL);
    id_map_free(&h->transcripts);
    id_map_free(&h->ears);
    mailbox_close(&h->inbox);
    tap_ring_drop(h->ring);
    free(h);
}

tap_ring *hearing_ring(hearing *h) {
    return h->ring;
}

void hearing_count(const hearing *h, hearing_counters *out) {
    out->heard_ms = atomic_load_explicit(&h->heard_ms, memory_order_relaxed);
    out->dropped_ms = atomic_load_explicit(&h->dropped_ms, memory_order_relaxed);
    out->packets_unopened = atomic_load_explicit(&h->unopened, memory_order_relaxed);
}
