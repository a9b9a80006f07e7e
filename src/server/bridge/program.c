/* program.c: what the bridge itself plays: silence, files, ringback, hold music; as codec payloads in time. Layer: server.
 * Ringback: ITU-T E.180 (425 Hz, 1 s on, 4 s off). */
#include "program.h"

#include "media/codec.h"
#include "tccc/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TICK_MS = 10,
    LATE_MAX_US = 200000,            /* after a stall longer than this the clock starts anew instead of catching up */
    RINGBACK_HZ = 425, RINGBACK_ON_MS = 1000, RINGBACK_PERIOD_MS = 5000,
    MUSIC_BITRATE_BPS = 24000, MUSIC_COMPLEXITY = 5,
    BEND_MS = 5                      /* where one sound follows another, its start is bent onto the end of the last */
};

#define RINGBACK_LEVEL 0.16f         /* -16 dBFS peak, about -13 dBm0 as E.180 has it for tones */
#define RAMP_MS 10                   /* no clicks at the edges of the tone */

typedef struct station {             /* one encoder and those who hear it */
    struct station *next;
    edge_loop *loop;
    program_config config;
    int shared;
    codec_encoder *encoder;
    sound_reader *reader;            /* file, music */
    uint64_t position;               /* samples played: ringback's phase */
    uint64_t due_us;
    uint32_t ticks;
    program *listeners;
    int ended;                       /* the sound has; silence goes on */
    float last;                      /* newest sample */
    int bends;                       /* the next packet begins something new */
} station;

struct program {
    struct program *next;
    station *station;
    program_listener listener;
};

struct program_clock {
    uv_timer_t timer;
    station *stations;
};

static float ringback_sample(uint64_t position) {
    int at = (int)(position % (RINGBACK_PERIOD_MS * (uint64_t)CODEC_RATE_HZ / 1000)), on = RINGBACK_ON_MS * CODEC_RATE_HZ / 1000;
    if (at >= on)
        return 0;
    int edge = at < on - at ? at : on - at, ramp = RAMP_MS * CODEC_RATE_HZ / 1000;
    float level = edge < ramp ? (float)edge / ramp : 1;
    /* 425 Hz repeats every 640 samples of 16 kHz: the argument stays small */
    return RINGBACK_LEVEL * level * sinf(6.2831853f * RINGBACK_HZ * (float)(position % 640) / CODEC_RATE_HZ);
}

/* The next packet's samples. A sound that ends is told by `ended`. */
static void make_sound(station *s, float *pcm, int n) {
    if (s->reader && !s->ended)
        s->ended = !sound_read(s->reader, pcm, n);
    else if (s->config.kind == PROGRAM_RINGBACK)
        for (int i = 0; i < n; i++)
            pcm[i] = ringback_sample(s->position + (uint64_t)i);
    else
        memset(pcm, 0, (size_t)n * sizeof *pcm);
    s->position += (uint64_t)n;
}

/* Takes the step out of the join of two sounds. */
static void bend(station *s, float *pcm) {
    enum { N = BEND_MS * CODEC_RATE_HZ / 1000 };
    float step = s->last - pcm[0];
    for (int i = 0; i < N; i++)
        pcm[i] += step * (float)(N - i) / N;
    s->bends = 0;
}

static void play_packet(station *s) {
    float pcm[CODEC_FRAME_MAX];
    uint8_t payload[CODEC_PAYLOAD_MAX];
    int n = codec_encoder_frame(s->encoder);
    make_sound(s, pcm, n);
    if (s->bends)
        bend(s, pcm);
    s->last = pcm[n - 1];
    int len = codec_encoder_encode(s->encoder, pcm, payload, sizeof payload);
    for (program *p = s->listeners; len > 0 && p; p = p->next)
        p->listener.payload(p->listener.context, payload, (size_t)len, s->ticks);
}

static void tell_end(station *s) {
    for (program *p = s->listeners; p; p = p->next)
        p->listener.done(p->listener.context);
}

static void play_due(station *s, uint64_t now_us) {
    uint64_t packet_us = (uint64_t)codec_encoder_frame(s->encoder) * 1000000 / CODEC_RATE_HZ;
    if (now_us > s->due_us + LATE_MAX_US)
        s->due_us = now_us;
    for (; s->due_us <= now_us; s->due_us += packet_us)
        play_packet(s);
}

static void on_tick(uv_timer_t *timer) {
    edge_loop *loop = timer->data;
    for (station *s = loop->programs->stations; s; s = s->next) {
        int was_ended = s->ended;
        play_due(s, edge_now_us(loop));
        if (s->ended && !was_ended)
            tell_end(s);
    }
}

/* Several may share what has no beginning that matters. */
static int sharable(const program_config *config) {
    return config->kind == PROGRAM_MUSIC || config->kind == PROGRAM_SILENCE;
}

static station *find_shared(edge_loop *loop, const program_config *config) {
    for (station *s = sharable(config) ? loop->programs->stations : NULL; s; s = s->next)
        if (s->shared && s->config.kind == config->kind && s->config.codec == config->codec && s->config.ptime_ms == config->ptime_ms &&
            s->config.sound == config->sound)
            return s;
    return NULL;
}

static void station_free(station *s) {
    codec_encoder_free(s->encoder);
    sound_reader_close(s->reader);
    free(s);
}

static station *station_new(edge_loop *loop, const program_config *config, int *error) {
    tccc_stream_config stream = {
        .codec = config->codec, .ptime_ms = config->ptime_ms, .bitrate_bps = MUSIC_BITRATE_BPS, .complexity = MUSIC_COMPLEXITY,
        .payload_type = config->codec == TCCC_CODEC_OPUS ? 96 : config->codec == TCCC_CODEC_PCMA ? 8 : 0, /* the encoder sends none */
    };
    station *s = calloc(1, sizeof *s);
    *error = TCCC_E_NO_MEMORY;
    if (!s)
        return NULL;
    s->loop = loop;
    s->config = *config;
    s->shared = sharable(config);
    s->due_us = edge_now_us(loop);
    s->encoder = codec_encoder_new(&stream, error);
    if (s->encoder && config->sound && !(s->reader = sound_reader_open(config->sound, config->loop)))
        *error = TCCC_E_NO_MEMORY;
    if (!s->encoder || (config->sound && !s->reader)) {
        station_free(s);
        return NULL;
    }
    s->ticks = codec_ticks(config->codec, codec_encoder_frame(s->encoder));
    s->next = loop->programs->stations;
    loop->programs->stations = s;
    uv_timer_start(&loop->programs->timer, on_tick, 0, TICK_MS);
    return s;
}

static void station_stop(station *s) {
    struct program_clock *clock = s->loop->programs;
    station **at = &clock->stations;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    station_free(s);
    if (!clock->stations)
        uv_timer_stop(&clock->timer);
}

/* A new source in the rhythm of another. */
static void follow(station *s, const station *before) {
    s->due_us = before->due_us;
    s->last = before->last;
    s->bends = !s->shared;
}

program *program_start(edge_loop *loop, const program_config *config, const program *after, const program_listener *listener, int *error) {
    program *p = calloc(1, sizeof *p);
    *error = TCCC_E_NO_MEMORY;
    station *s = p ? find_shared(loop, config) : NULL;
    if (p && !s)
        s = station_new(loop, config, error);
    if (!s) {
        free(p);
        return NULL;
    }
    if (after && !s->listeners)
        follow(s, after->station);
    p->station = s;
    p->listener = *listener;
    p->next = s->listeners;
    s->listeners = p;
    return p;
}

int program_switch(program *p, const program_config *config) {
    station *s = p->station;
    const program_config *now = &s->config;
    if (s->shared || config->kind == PROGRAM_MUSIC || now->codec != config->codec || now->ptime_ms != config->ptime_ms)
        return 0;
    sound_reader *reader = config->sound ? sound_reader_open(config->sound, config->loop) : NULL;
    if (config->sound && !reader)
        return 0;
    sound_reader_close(s->reader);
    s->reader = reader;
    s->config = *config;
    s->position = 0;
    s->ended = 0;
    s->bends = 1;
    return 1;
}

void program_stop(program *p) {
    station *s = p->station;
    program **at = &s->listeners;
    while (*at != p)
        at = &(*at)->next;
    *at = p->next;
    free(p);
    if (!s->listeners)
        station_stop(s);
}

int program_clock_open(edge_loop *loop) {
    loop->programs = calloc(1, sizeof *loop->programs);
    if (!loop->programs)
        return TCCC_E_NO_MEMORY;
    uv_timer_init(&loop->uv, &loop->programs->timer);
    loop->programs->timer.data = loop;
    return 0;
}

static void on_clock_closed(uv_handle_t *handle) {
    free(handle->data);
}

void program_clock_close(edge_loop *loop) {
    if (!loop->programs)
        return;
    loop->programs->timer.data = loop->programs;
    uv_close((uv_handle_t *)&loop->programs->timer, on_clock_closed);
    loop->programs = NULL;
}
