/* voice.c: the decoded sound of one participant, lost packets concealed, gaps as silence. Layer: server. */
#include "voice.h"

#include "dsp/plc.h"

#include <stdlib.h>
#include <string.h>

enum {
    TICKS_PER_SAMPLE = TRACK_RATE_HZ / CODEC_RATE_HZ,
    ROOM_MIN = CODEC_RATE_HZ / 4, ROOM_MAX = 30 * CODEC_RATE_HZ, /* samples kept */
    FADE = CODEC_RATE_HZ / 200       /* 5 ms: into silence and out of it, so that nothing clicks */
};

struct voice {
    codec_decoder *decoder;          /* NULL before the first packet */
    enum tccc_codec codec;
    plc plc;                         /* G.711 conceals by it, Opus by itself */
    comfort_noise noise;
    float learned[COMFORT_NOISE_FRAME];
    int n_learned;
    float last;                      /* newest sample */
    bool was_silent;                 /* the newest were silence, not sound */
    float *pcm;
    int begin, end, room;            /* in pcm */
};

voice *voice_new(void) {
    voice *v = calloc(1, sizeof *v);
    if (!v)
        return NULL;
    plc_open(&v->plc);
    comfort_noise_open(&v->noise, 1);
    v->was_silent = true;
    return v;
}

void voice_free(voice *v) {
    if (!v)
        return;
    codec_decoder_free(v->decoder);
    free(v->pcm);
    free(v);
}

int voice_waiting(const voice *v) {
    return v->end - v->begin;
}

bool voice_take(voice *v, float *pcm, int n) {
    if (voice_waiting(v) < n)
        return false;
    memcpy(pcm, v->pcm + v->begin, (size_t)n * sizeof *pcm);
    v->begin += n;
    return true;
}

bool voice_is_wide(const voice *v) {
    return v->decoder && v->codec == TCCC_CODEC_OPUS;
}

/* Room for n samples behind what waits, or NULL. */
static float *extend(voice *v, int n) {
    int waiting = voice_waiting(v);
    if (v->begin && v->end + n > v->room) {
        memmove(v->pcm, v->pcm + v->begin, (size_t)waiting * sizeof *v->pcm);
        v->begin = 0;
        v->end = waiting;
    }
    if (v->end + n > v->room) {
        int room = 2 * (v->end + n) > ROOM_MIN ? 2 * (v->end + n) : ROOM_MIN;
        float *pcm = room <= ROOM_MAX ? realloc(v->pcm, (size_t)room * sizeof *pcm) : NULL;
        if (!pcm)
            return NULL;
        v->pcm = pcm;
        v->room = room;
    }
    v->end += n;
    return v->pcm + v->end - n;
}

void voice_silence(voice *v, int n) {
    float *pcm = n > 0 ? extend(v, n) : NULL;
    for (int i = 0; pcm && i < n; i++)
        pcm[i] = v->was_silent || i >= FADE ? 0 : v->last * (float)(FADE - i) / FADE;
    v->last = 0;
    v->was_silent = true;
}

static void learn(voice *v, const float *pcm, int n) {
    for (int i = 0; i < n; i++) {
        v->learned[v->n_learned++] = pcm[i];
        if (v->n_learned < COMFORT_NOISE_FRAME)
            continue;
        comfort_noise_learn(&v->noise, v->learned);
        v->n_learned = 0;
    }
}

static void add(voice *v, const float *sound, int n) {
    float *pcm = extend(v, n);
    if (!pcm)
        return;
    memcpy(pcm, sound, (size_t)n * sizeof *pcm);
    for (int i = 0; v->was_silent && i < n && i < FADE; i++)
        pcm[i] *= (float)i / FADE;
    v->last = pcm[n - 1];
    v->was_silent = false;
}

static void use_codec(voice *v, enum tccc_codec codec) {
    int error;
    if (v->decoder && v->codec == codec)
        return;
    codec_decoder_free(v->decoder);
    v->decoder = codec_decoder_new(codec, &error);
    v->codec = codec;
    plc_open(&v->plc);
}

static void add_packet(voice *v, const track_item *item, int n) {
    float pcm[CODEC_FRAME_MAX];
    use_codec(v, item->codec);
    int got = v->decoder ? codec_decoder_decode(v->decoder, item->payload, item->len, pcm, CODEC_FRAME_MAX) : 0;
    if (got != n) {
        voice_silence(v, n);
        return;
    }
    if (v->codec != TCCC_CODEC_OPUS) {
        plc_good(&v->plc, pcm, n, &v->noise);
        learn(v, pcm, n);
    }
    add(v, pcm, n);
}

static int conceal_opus(voice *v, const track_item *item, float *pcm, int n) {
    if (item->payload && codec_decoder_has_fec(v->decoder, item->payload, item->len))
        return codec_decoder_fec(v->decoder, item->payload, item->len, pcm, n);
    return codec_decoder_conceal(v->decoder, pcm, n);
}

static void add_loss(voice *v, const track_item *item, int n) {
    float pcm[CODEC_FRAME_MAX];
    if (!v->decoder || v->codec != item->codec || n > CODEC_FRAME_MAX) {
        voice_silence(v, n);
        return;
    }
    if (v->codec != TCCC_CODEC_OPUS)
        plc_conceal(&v->plc, pcm, n, &v->noise);
    else if (conceal_opus(v, item, pcm, n) != n)
        memset(pcm, 0, sizeof pcm);
    add(v, pcm, n);
}

void voice_item(voice *v, const track_item *item) {
    int n = item->ticks / TICKS_PER_SAMPLE;
    switch (item->kind) {
    case TRACK_PACKET: add_packet(v, item, n); break;
    case TRACK_LOSS: add_loss(v, item, n); break;
    case TRACK_SILENCE: voice_silence(v, n); break;
    }
}
