/* asr.c: transcripts on the control thread: which bridges they hear, and what is told of them. Layer: server. */
#include "asr.h"

#include "hearing.h"
#include "remote.h"
#include "socket.h"
#include "sphinx.h"

#include "server/bridge/bridge.h"
#include "server/deadline.h"
#include "server/edge/id_map.h"
#include "server/libre.h"
#include "server/url.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    DECODERS_MAX = 4, WAITING_EACH = 8,
    REQUESTS_MAX = 64, REQUESTS_WAITING = 128,
    COMPLAIN_MS = 60000              /* between two log lines about a recogniser that does not answer */
};

enum { BUILT_IN, BY_HTTP, BY_WEBSOCKET, N_RECOGNISERS };

typedef struct {                     /* the sentence of one side that is told now */
    bool open;
    int start_ms;
    int64_t index;
} told_side;

typedef struct {
    uint32_t handle, bridge, taps[ASR_SIDES];
    asr_job *job;
    told_side sides[ASR_SIDES];
} transcript;

struct asr {
    char *model, *tls_ca;            /* NULL: as asr_config */
    edge *edge;
    const logger *log;
    asr_handler handler;
    void *ctx;
    mailbox results;
    bool has_results;
    hearing *hearing;
    recogniser *recognisers[N_RECOGNISERS]; /* NULL: not needed yet */
    id_map transcripts;
    uint32_t next_handle, next_tap;
    uint64_t complained_ms;
};

/* --- what was understood --- */

static void tell(asr *all, transcript *t, int side, enum wire_slice slice, const asr_said *said) {
    wire_asr_word words[ASR_WORDS_MAX];
    const told_side *s = &t->sides[side];
    for (int i = 0; i < said->n_words; i++) {
        const asr_word *w = &said->words[i];
        words[i] = (wire_asr_word){ w->text, s->start_ms + w->start_ms, s->start_ms + w->end_ms, w->stable };
    }
    wire_asr out = { .slice = slice, .index = s->index, .start_ms = s->start_ms, .end_ms = s->start_ms + said->end_ms, .text = said->text,
                     .words = words, .n_words = said->n_words };
    all->handler.said(all->ctx, t->handle, side, &out);
}

static void complain(asr *all) {
    uint64_t now = clock_ms();
    if (all->complained_ms && now - all->complained_ms < COMPLAIN_MS)
        return;
    all->complained_ms = now;
    LOG(all->log, LOG_LEVEL_WARNING, "asr.unanswered",
        log_text("remedy", "See that the recogniser in the settings' section asr runs and answers as docs/asr.md says."));
}

/* From a recogniser's thread. The listener may stop the transcript while it is told. */
static void on_told(void *context, uint32_t handle, int side, int start_ms, const asr_said *said) {
    asr *all = context;
    transcript *t = id_map_get(&all->transcripts, handle);
    if (said->failed)
        complain(all);
    if (!t)
        return;
    told_side *s = &t->sides[side];
    if (s->open && s->start_ms != start_ms) { /* its end was lost for want of memory */
        s->open = false;
        s->index++;
    }
    bool begins = !s->open;
    if ((begins || !said->final) && !said->text[0])
        return;
    s->open = true;
    s->start_ms = start_ms;
    if (begins || !said->final)
        tell(all, t, side, begins ? WIRE_SLICE_BEGIN : WIRE_SLICE_GOES_ON, said);
    if (!said->final || !(t = id_map_get(&all->transcripts, handle)))
        return;
    tell(all, t, side, WIRE_SLICE_END, said);
    if (!(t = id_map_get(&all->transcripts, handle)))
        return;
    t->sides[side].open = false;
    t->sides[side].index++;
}

static void on_results(int flags, void *arg) {
    asr *all = arg;
    (void)flags;
    mailbox_run(&all->results, all);
}

/* --- the threads --- */

static recogniser *make(asr *all, int kind) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int decoders = cores < 1 ? 1 : cores < DECODERS_MAX ? (int)cores : DECODERS_MAX;
    if (kind == BY_WEBSOCKET)
        return socket_recogniser_new(REQUESTS_MAX, REQUESTS_WAITING, all->tls_ca);
    if (kind == BY_HTTP)
        return remote_new(REQUESTS_MAX, REQUESTS_WAITING, all->tls_ca);
    return sphinx_new(all->model ? all->model : SPHINX_MODEL, decoders, decoders * WAITING_EACH);
}

static bool ready(asr *all, int kind) {
    if (!all->hearing)
        all->hearing = hearing_new();
    if (!all->recognisers[kind])
        all->recognisers[kind] = make(all, kind);
    return all->hearing && all->recognisers[kind];
}

/* --- transcripts --- */

static void hear_none(asr *all, transcript *t) {
    for (int side = 0; side < ASR_SIDES; side++) {
        if (!t->taps[side])
            continue;
        bridge_tap(all->edge, t->bridge, side, BRIDGE_EAR_TRANSCRIPT, NULL, 0);
        t->taps[side] = 0;
    }
    t->bridge = 0;
}

uint32_t asr_start(asr *all, const asr_what *what) {
    int kind = !what->external ? BUILT_IN : url_has_scheme(what->url, "ws") ? BY_WEBSOCKET : BY_HTTP;
    transcript *t = ready(all, kind) ? calloc(1, sizeof *t) : NULL;
    uint32_t handle = ++all->next_handle ? all->next_handle : ++all->next_handle;
    if (t)
        t->job = asr_job_new(handle, &all->results, what->external ? what->url : "", what->external ? what->token : "", on_told);
    if (t && t->job && !id_map_put(&all->transcripts, handle, t)) {
        t->handle = handle;
        if (!hearing_start(all->hearing, handle, t->job, all->recognisers[kind]))
            return handle;
        id_map_take(&all->transcripts, handle);
    }
    if (t)
        asr_job_drop(t->job);
    free(t);
    LOG(all->log, LOG_LEVEL_ERROR, "asr.not_started", log_text("recogniser", what->external ? "external" : "builtin"),
        log_text("remedy", what->external ? "Free memory." : "Install the Debian package pocketsphinx-en-us, or choose the recogniser external."));
    return 0;
}

/* The listener first, then the tap: so no packet comes that nobody waits for. */
void asr_move(asr *all, uint32_t handle, uint32_t bridge) {
    transcript *t = id_map_get(&all->transcripts, handle);
    if (!t || t->bridge == bridge)
        return;
    hear_none(all, t);
    t->bridge = bridge;
    for (int side = 0; side < ASR_SIDES; side++) {
        uint32_t tap = bridge ? ++all->next_tap ? all->next_tap : ++all->next_tap : 0;
        if (hearing_listen(all->hearing, handle, side, tap) || !tap)
            continue;
        t->taps[side] = tap;
        bridge_tap(all->edge, bridge, side, BRIDGE_EAR_TRANSCRIPT, hearing_ring(all->hearing), tap);
    }
}

void asr_stop(asr *all, uint32_t handle) {
    transcript *t = id_map_take(&all->transcripts, handle);
    if (!t)
        return;
    hear_none(all, t);
    asr_job_cancel(t->job);
    if (hearing_stop(all->hearing, handle))
        abort(); /* it would hear for ever, and nobody would know */
    asr_job_drop(t->job);
    free(t);
}

/* --- life --- */

static bool keep(char **out, const char *text) {
    *out = text ? strdup(text) : NULL;
    return !text || *out;
}

asr *asr_new(const asr_config *config, edge *e, const logger *log, const asr_handler *handler, void *ctx) {
    asr *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->edge = e;
    all->log = log;
    all->handler = *handler;
    all->ctx = ctx;
    all->has_results = !mailbox_open(&all->results);
    if (keep(&all->model, config->model) && keep(&all->tls_ca, config->tls_ca) && all->has_results &&
        !fd_listen(all->results.fd, FD_READ, on_results, all))
        return all;
    asr_free(all);
    return NULL;
}

void asr_free(asr *all) {
    size_t cursor;
    transcript *t;
    if (!all)
        return;
    while (cursor = 0, (t = id_map_next(&all->transcripts, &cursor)))
        asr_stop(all, t->handle);
    hearing_free(all->hearing); /* ends the sentences that the recognisers wait for */
    for (int kind = 0; kind < N_RECOGNISERS; kind++)
        if (all->recognisers[kind])
            all->recognisers[kind]->free(all->recognisers[kind]);
    if (all->has_results) {
        fd_close(all->results.fd);
        mailbox_close(&all->results);
    }
    id_map_free(&all->transcripts);
    free(all->model);
    free(all->tls_ca);
    free(all);
}

void asr_count(const asr *all, asr_counters *out) {
    hearing_counters heard = { 0 };
    *out = (asr_counters){ .running = (int)all->transcripts.used };
    for (int kind = 0; kind < N_RECOGNISERS; kind++) {
        recogniser_counters c = { 0 };
        if (all->recognisers[kind])
            all->recognisers[kind]->count(all->recognisers[kind], &c);
        out->sentences += c.sentences;
        out->failed += c.failed;
        out->waiting += c.waiting;
    }
    if (all->hearing) {
        hearing_count(all->hearing, &heard);
        out->packets_lost = tap_ring_lost(hearing_ring(all->hearing));
    }
    out->heard_ms = heard.heard_ms + heard.dropped_ms;
    out->dropped_ms = heard.dropped_ms;
    out->packets_unopened = heard.packets_unopened;
}
