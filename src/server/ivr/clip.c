/* clip.c: one sound as samples: loudness, and writing as WAV. Layer: server. Gating after ITU-R BS.1770-4, without its weighting. */
#include "server/ivr/clip.h"

#include "dsp/limiter.h"
#include "dsp/pcm16.h"
#include "tccc/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FADE = CLIP_RATE_HZ / 50, WAV_HEADER = 44 };
static const float TARGET = 5.012e-3f;     /* mean square: -23 dBFS, where dsp/agc.h brings speech */
static const float SILENCE = 1e-6f;        /* -60 dBFS */
static const float GATE = 0.1f;            /* 10 dB below the mean of what is louder than silence */
static const float GAIN_MAX = 10.0f;       /* +20 dB: a quiet file's noise must not become loud */

void clip_free(clip *c) {
    free(c->pcm);
    *c = (clip){ 0 };
}

int64_t clip_ms(const clip *c) { return (int64_t)c->n * 1000 / CLIP_RATE_HZ; }

static void frame_at(const clip *c, size_t at, float frame[FRAME_LEN]) {
    memset(frame, 0, FRAME_LEN * sizeof *frame);
    pcm16_to_f32(c->pcm + at, frame, (int)(c->n - at < FRAME_LEN ? c->n - at : FRAME_LEN));
}

/* Mean square of the frames above the gate; 0 when there are none. */
static float loudness(const clip *c, float gate) {
    double sum = 0;
    size_t n = 0;
    for (size_t at = 0; at < c->n; at += FRAME_LEN) {
        float frame[FRAME_LEN], energy;
        frame_at(c, at, frame);
        energy = frame_energy(frame, FRAME_LEN) / FRAME_LEN;
        if (energy <= gate)
            continue;
        sum += energy;
        n++;
    }
    return n ? (float)(sum / (double)n) : 0;
}

static float gain_of(const clip *c) {
    float rough = loudness(c, SILENCE), mean = rough > 0 ? loudness(c, rough * GATE) : 0;
    return mean > 0 ? fminf(sqrtf(TARGET / mean), GAIN_MAX) : 1;
}

static void fade(clip *c) {
    size_t n = c->n / 2 < FADE ? c->n / 2 : FADE;
    for (size_t i = 0; i < n; i++) {
        float level = 0.5f - 0.5f * cosf((float)M_PI * ((float)i + 0.5f) / (float)n);
        c->pcm[i] = (int16_t)lrintf(level * c->pcm[i]);
        c->pcm[c->n - 1 - i] = (int16_t)lrintf(level * c->pcm[c->n - 1 - i]);
    }
}

void clip_level(clip *c) {
    float gain = gain_of(c);
    limiter limit;
    limiter_start(&limit);
    /* The limiter's output is LIMITER_DELAY samples behind its input: one frame more than there are brings out the end. */
    for (size_t at = 0; at < c->n + LIMITER_DELAY; at += FRAME_LEN) {
        float frame[FRAME_LEN] = { 0 };
        int16_t out[FRAME_LEN];
        if (at < c->n)
            frame_at(c, at, frame);
        for (int i = 0; i < FRAME_LEN; i++)
            frame[i] *= gain;
        limiter_process(&limit, frame);
        pcm16_from_f32(frame, out, FRAME_LEN);
        for (size_t i = 0; i < FRAME_LEN; i++)
            if (at + i >= LIMITER_DELAY && at + i - LIMITER_DELAY < c->n)
                c->pcm[at + i - LIMITER_DELAY] = out[i];
    }
    fade(c);
}

static void put_little(uint8_t *at, int n, uint32_t value) {
    for (int i = 0; i < n; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void put_header(uint8_t header[WAV_HEADER], uint32_t data_bytes) {
    memcpy(header, "RIFF....WAVEfmt ", 16);
    memcpy(header + 36, "data", 4);
    put_little(header + 4, 4, WAV_HEADER - 8 + data_bytes);
    put_little(header + 16, 4, 16);
    put_little(header + 20, 2, 1);                    /* PCM */
    put_little(header + 22, 2, 1);                    /* mono */
    put_little(header + 24, 4, CLIP_RATE_HZ);
    put_little(header + 28, 4, 2 * CLIP_RATE_HZ);
    put_little(header + 32, 2, 2);
    put_little(header + 34, 2, 16);
    put_little(header + 40, 4, data_bytes);
}

static int write_all(const clip *c, FILE *file) {
    uint8_t header[WAV_HEADER], block[2 * FRAME_LEN];
    put_header(header, (uint32_t)c->n * 2);
    int good = fwrite(header, sizeof header, 1, file) == 1;
    for (size_t at = 0; at < c->n && good; at += FRAME_LEN) {
        size_t n = c->n - at < FRAME_LEN ? c->n - at : FRAME_LEN;
        for (size_t i = 0; i < n; i++)
            put_little(block + 2 * i, 2, (uint16_t)c->pcm[at + i]);
        good = fwrite(block, 2, n, file) == n;
    }
    good = good && !fflush(file) && !fsync(fileno(file));
    return fclose(file) || !good;
}

int64_t clip_write(const clip *c, const char *path) {
    char partial[4096];
    if ((size_t)snprintf(partial, sizeof partial, "%s.tmp", path) >= sizeof partial)
        return TCCC_E_IO;
    FILE *file = fopen(partial, "wbe");
    if (!file)
        return TCCC_E_IO;
    if (!write_all(c, file) && !rename(partial, path))
        return WAV_HEADER + (int64_t)c->n * 2;
    unlink(partial);
    return TCCC_E_IO;
}
