/* record_thread.c: the thread that takes packets from a ring and writes recordings. Layer: server. */
#include "record_thread.h"

#include "recording.h"

#include "server/bridge/tap_reader.h"
#include "server/edge/id_map.h"
#include "tccc/error.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <time.h>

enum {
    LOOK_MS = 40,                    /* how often the ring is emptied: 16 MiB hold a second of a thousand calls */
    ADVANCE_MS = 100,
    ROOM_MS = 1000,
    RING_BYTES = 16 << 20,
    LISTENERS_MAX = 4,               /* of one tap: the participant's recording, the mixed one */
    ROOM_MIN = 64 << 20, ROOM_SHARE = 20 /* recording stops when less is free, or less than a twentieth of a small disk: the store needs it */
};

typedef struct slot {
    struct slot *next;
    uint32_t handle;
    bool withheld_too;
    uint64_t limit_us;
    recording *recording;
} slot;

typedef struct {                     /* of one tap */
    tap_reader reader;
    int n;
    struct { slot *slot; int voice; } listeners[LISTENERS_MAX];
} source;

struct record_thread {
    pthread_t thread;
    mailbox inbox, *out;
    void (*closed)(void *context, const record_closed *result);
    char *folder;
    tap_ring *ring;
    id_map slots, sources;           /* by handle, by tap */
    slot *first;
    struct order *late, **late_end;  /* orders that wait until the ring is empty up to them */
    uint64_t advanced_us, looked_us;
    bool stopping;                   /* the thread's */
    bool ended;                      /* the control thread's: it has been joined */
    atomic_bool disk_full;
    _Atomic uint64_t unopened;
};

enum order_kind { ORDER_START, ORDER_LISTEN, ORDER_FORGET, ORDER_STOP, ORDER_END };

typedef struct order {
    mail mail;
    enum order_kind kind;
    struct order *next;              /* late ones */
    uint64_t place;                  /* in the ring: runs when it is empty up to there */
    record_job job;
    uint32_t handle, tap;
    int voice;
    char texts[];
} order;

typedef struct {
    mail mail;
    void (*closed)(void *context, const record_closed *result);
    record_closed result;
} report;

static uint64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* --- results --- */

static void run_report(void *context, mail *self) {
    report *r = (report *)self;
    if (context)
        r->closed(context, &r->result);
    free(r);
}

static void tell(record_thread *t, const record_closed *result) {
    report *r = calloc(1, sizeof *r);
    if (!r)
        abort(); /* a call would wait for its recording for ever */
    r->mail.run = run_report;
    r->closed = t->closed;
    r->result = *result;
    mailbox_post(t->out, &r->mail);
}

static void source_free(record_thread *t, uint32_t tap) {
    source *s = id_map_take(&t->sources, tap);
    if (s)
        tap_reader_close(&s->reader);
    free(s);
}

static void forget_slot(record_thread *t, const slot *gone) {
    size_t cursor = 0;
    source *s;
    while ((s = id_map_next(&t->sources, &cursor)))
        for (int i = 0; i < s->n;)
            if (s->listeners[i].slot == gone)
                s->listeners[i] = s->listeners[--s->n];
            else
                i++;
}

static void close_slot(record_thread *t, slot *s, enum record_end why, int error, bool disk_full) {
    record_closed result = { .handle = s->handle, .why = why, .error = error, .disk_full = disk_full, .has_file = true };
    slot **at = &t->first;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    id_map_take(&t->slots, s->handle);
    forget_slot(t, s);
    int failed = recording_close(s->recording, now_us(), &result.counters, &result.ticks);
    if (failed && why != RECORD_FAILED) {
        result.why = RECORD_FAILED;
        result.error = failed;
    }
    free(s);
    tell(t, &result);
}

/* --- orders --- */

static slot *slot_new(record_thread *t, const record_job *job, int *error, bool *disk_full) {
    recording_config config = {
        .n_voices = job->n_voices, .part_path = job->part_path, .meta_path = job->meta_path, .record_id = job->record_id, .meta = job->meta,
        .start_us = job->start_us, .silence_ms = job->silence_ms,
    };
    slot *s = calloc(1, sizeof *s);
    *error = TCCC_E_NO_MEMORY;
    *disk_full = false;
    if (!s)
        return NULL;
    s->handle = job->handle;
    s->withheld_too = job->withheld_too;
    s->limit_us = job->start_us + (uint64_t)job->limit_ms * 1000;
    s->recording = recording_open(&config, error, disk_full);
    if (s->recording && id_map_put(&t->slots, s->handle, s)) {
        track_counters counters;
        int64_t ticks;
        recording_close(s->recording, job->start_us, &counters, &ticks);
        s->recording = NULL;
        *error = TCCC_E_NO_MEMORY;
    }
    if (s->recording)
        return s;
    free(s);
    return NULL;
}

static void start(record_thread *t, const record_job *job) {
    int error = TCCC_E_IO;
    bool disk_full = atomic_load_explicit(&t->disk_full, memory_order_relaxed);
    slot *s = disk_full ? NULL : slot_new(t, job, &error, &disk_full);
    if (!s) {
        tell(t, &(record_closed){ .handle = job->handle, .why = RECORD_FAILED, .error = error, .disk_full = disk_full });
        return;
    }
    s->next = t->first;
    t->first = s;
}

static void listen_to(record_thread *t, const order *o) {
    slot *s = id_map_get(&t->slots, o->handle);
    source *from = id_map_get(&t->sources, o->tap);
    if (!s)
        return;
    if (!from && (!(from = calloc(1, sizeof *from)) || id_map_put(&t->sources, o->tap, from))) {
        free(from);
        return;
    }
    if (from->n < LISTENERS_MAX) {
        from->listeners[from->n].slot = s;
        from->listeners[from->n++].voice = o->voice;
    }
}

static void forget(record_thread *t, const order *o) {
    source *from = id_map_get(&t->sources, o->tap);
    for (int i = 0; from && i < from->n; i++)
        if (from->listeners[i].slot->handle == o->handle && from->listeners[i].voice == o->voice) {
            from->listeners[i] = from->listeners[--from->n];
            break;
        }
    if (from && !from->n)
        source_free(t, o->tap);
}

static void stop(record_thread *t, const order *o) {
    slot *s = id_map_get(&t->slots, o->handle);
    if (s)
        close_slot(t, s, RECORD_STOPPED, 0, false);
}

static void run_late(record_thread *t) {
    while (t->late && t->late->place <= tap_ring_begin(t->ring)) {
        order *o = t->late;
        t->late = o->next;
        if (!t->late)
            t->late_end = &t->late;
        if (o->kind == ORDER_FORGET)
            forget(t, o);
        else if (o->kind == ORDER_STOP)
            stop(t, o);
        else
            t->stopping = true;
        free(o);
    }
}

/* What begins does so before the packets that lie in the ring now; what ends does so after them. */
static void run_order(void *context, mail *self) {
    record_thread *t = context;
    order *o = (order *)self;
    if (t && o->kind > ORDER_LISTEN) {
        o->place = tap_ring_end(t->ring);
        *t->late_end = o;
        t->late_end = &o->next;
        return;
    }
    if (t && o->kind == ORDER_START)
        start(t, &o->job);
    else if (t)
        listen_to(t, o);
    free(o);
}

/* --- packets --- */

static void take_packet(record_thread *t, const tap_head *head, uint8_t *packet) {
    rtp_packet rtp;
    source *from = id_map_get(&t->sources, head->tap);
    int error = from ? tap_reader_take(&from->reader, head, packet, &rtp) : 0;
    if (error && head->srtp != TCCC_SRTP_NONE)
        atomic_fetch_add_explicit(&t->unopened, 1, memory_order_relaxed);
    if (!from || error || !(head->flags & TAP_SPEECH))
        return;
    for (int i = 0; i < from->n; i++) {
        slot *s = from->listeners[i].slot;
        if (!(head->flags & TAP_WITHHELD) || s->withheld_too)
            recording_packet(s->recording, from->listeners[i].voice, (enum tccc_codec)head->codec, &rtp, head->arrival_us);
    }
}

static void take_keys(record_thread *t, const tap_head *head, uint8_t *bytes) {
    source *from = id_map_get(&t->sources, head->tap);
    tap_reader_keys(from ? &from->reader : NULL, head, bytes);
}

static void empty_ring(record_thread *t, uint64_t end) {
    uint8_t bytes[2048];
    tap_head head;
    while (tap_ring_take(t->ring, end, &head, bytes, sizeof bytes))
        if (head.kind == TAP_KEYS)
            take_keys(t, &head, bytes);
        else
            take_packet(t, &head, bytes);
}

/* --- time --- */

static void advance(record_thread *t, slot *s, uint64_t now) {
    bool disk_full = false;
    int error = recording_advance(s->recording, now, &disk_full);
    if (!error && atomic_load_explicit(&t->disk_full, memory_order_relaxed)) {
        error = TCCC_E_IO;
        disk_full = true;
    }
    if (error)
        close_slot(t, s, RECORD_FAILED, error, disk_full);
    else if (now >= s->limit_us)
        close_slot(t, s, RECORD_LIMIT, 0, false);
    else if (recording_is_silent(s->recording))
        close_slot(t, s, RECORD_SILENCE, 0, false);
}

static void advance_all(record_thread *t, uint64_t now) {
    if (now - t->advanced_us < ADVANCE_MS * 1000)
        return;
    t->advanced_us = now;
    for (slot *s = t->first, *next; s; s = next) {
        next = s->next;
        advance(t, s, now);
    }
}

static void look_at_disk(record_thread *t, uint64_t now) {
    struct statvfs disk;
    if (now - t->looked_us < ROOM_MS * 1000 || statvfs(t->folder, &disk))
        return;
    t->looked_us = now;
    uint64_t room = (uint64_t)disk.f_bavail * disk.f_frsize, size = (uint64_t)disk.f_blocks * disk.f_frsize;
    uint64_t wanted = size / ROOM_SHARE < ROOM_MIN ? size / ROOM_SHARE : ROOM_MIN;
    atomic_store_explicit(&t->disk_full, room < wanted, memory_order_relaxed);
}

static void look(record_thread *t) {
    uint64_t end = tap_ring_end(t->ring), now = now_us();
    look_at_disk(t, now);
    mailbox_run(&t->inbox, t);
    empty_ring(t, end);
    run_late(t);
    advance_all(t, now);
}

static void *work(void *arg) {
    record_thread *t = arg;
    prctl(PR_SET_NAME, "record");
    while (!t->stopping) {
        struct pollfd bell = { .fd = t->inbox.fd, .events = POLLIN };
        poll(&bell, 1, t->late ? 0 : t->first ? LOOK_MS : -1);
        look(t);
    }
    while (t->first)
        close_slot(t, t->first, RECORD_STOPPED, 0, false);
    return NULL;
}

/* --- the control thread's half --- */

static order *order_new(enum order_kind kind, uint32_t handle, size_t n_texts) {
    order *o = calloc(1, sizeof *o + n_texts);
    if (!o)
        return NULL;
    o->mail.run = run_order;
    o->kind = kind;
    o->handle = handle;
    return o;
}

static int post(record_thread *t, order *o) {
    if (!o)
        return TCCC_E_NO_MEMORY;
    mailbox_post(&t->inbox, &o->mail);
    return 0;
}

static const char *keep(char **at, const char *text) {
    char *copy = *at;
    size_t n = strlen(text) + 1;
    memcpy(copy, text, n);
    *at += n;
    return copy;
}

int record_thread_start(record_thread *t, const record_job *job) {
    size_t n = strlen(job->record_id) + strlen(job->part_path) + strlen(job->meta_path) + strlen(job->meta) + 4;
    order *o = order_new(ORDER_START, job->handle, n);
    if (!o)
        return TCCC_E_NO_MEMORY;
    char *at = o->texts;
    o->job = *job;
    o->job.record_id = keep(&at, job->record_id);
    o->job.part_path = keep(&at, job->part_path);
    o->job.meta_path = keep(&at, job->meta_path);
    o->job.meta = keep(&at, job->meta);
    return post(t, o);
}

int record_thread_listen(record_thread *t, uint32_t handle, int voice, uint32_t tap, bool on) {
    order *o = order_new(on ? ORDER_LISTEN : ORDER_FORGET, handle, 0);
    if (o) {
        o->voice = voice;
        o->tap = tap;
    }
    return post(t, o);
}

int record_thread_stop(record_thread *t, uint32_t handle) {
    return post(t, order_new(ORDER_STOP, handle, 0));
}

record_thread *record_thread_new(const char *folder, mailbox *out, void (*closed)(void *context, const record_closed *result)) {
    record_thread *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->out = out;
    t->closed = closed;
    t->late_end = &t->late;
    t->folder = strdup(folder);
    t->ring = tap_ring_new(RING_BYTES);
    int no_box = mailbox_open(&t->inbox);
    if (t->folder && t->ring && !no_box && !pthread_create(&t->thread, NULL, work, t))
        return t;
    if (!no_box)
        mailbox_close(&t->inbox);
    tap_ring_drop(t->ring);
    free(t->folder);
    free(t);
    return NULL;
}

void record_thread_end(record_thread *t) {
    order *o = t->ended ? NULL : order_new(ORDER_END, 0, 0);
    if (!o && !t->ended)
        abort(); /* the thread could not be ended */
    if (o)
        mailbox_post(&t->inbox, &o->mail);
    if (o)
        pthread_join(t->thread, NULL);
    t->ended = true;
}

void record_thread_free(record_thread *t) {
    if (!t)
        return;
    record_thread_end(t);
    for (order *o; (o = t->late);) {
        t->late = o->next;
        free(o);
    }
    size_t cursor = 0;
    for (source *s; cursor = 0, (s = id_map_next(&t->sources, &cursor));)
        source_free(t, (uint32_t)t->sources.cells[cursor - 1].key);
    id_map_free(&t->sources);
    id_map_free(&t->slots);
    mailbox_close(&t->inbox);
    tap_ring_drop(t->ring);
    free(t->folder);
    free(t);
}

tap_ring *record_thread_ring(record_thread *t) {
    return t->ring;
}

bool record_thread_disk_full(const record_thread *t) {
    return atomic_load_explicit(&t->disk_full, memory_order_relaxed);
}

uint64_t record_thread_unopened(const record_thread *t) {
    return atomic_load_explicit(&t->unopened, memory_order_relaxed);
}
