/* vad.c: voice activity by three bands against their noise floors. Layer: dsp.
 * Source: floor by minimum statistics (Martin, IEEE TSAP 2001). */
#include "dsp/vad.h"

#include <math.h>
#include <string.h>

enum { WINDOW_FRAMES = 20, HANGOVER_FRAMES = 20, STEADY_WINDOWS = 8, SETTLED_FRAMES = 10, BLOCK_FRAMES = 5 };
static const float SMOOTH = 0.7f;        /* 30 ms */
static const float FLOOR_MIN = 1e-9f;    /* -90 dBFS: below it nothing is speech */
static const float MINIMUM_BIAS = 2.0f;  /* the least of many blocks of 50 ms of a noise lies up to 3 dB under its mean */
static const float STEADY = 1.6f;        /* 2 dB between the least and the most of eight windows' means: no speech is that even for 1.6 s */
static const float SPEECH_RATIO = 12;    /* product over bands of power / floor, each at least 1: 11 dB in all */

/* Butterworth at 16 kHz: high-pass 100 Hz, low-pass 1 kHz, high-pass 3 kHz; what is left is the middle. */
static const biquad vad_rumble = { 0.97261390f, -1.94522780f, 0.97261390f, -1.94447766f, 0.94597794f };
static const biquad vad_low = { 0.02995458f, 0.05990916f, 0.02995458f, -1.45424359f, 0.57406191f };
static const biquad vad_high = { 0.41816335f, -0.83632669f, 0.41816335f, -0.46293802f, 0.20971536f };

void vad_start(vad *state) {
    memset(state, 0, sizeof *state);
    for (int band = 0; band < VAD_BANDS; band++) {
        state->minimum[band] = INFINITY;
        state->floor[band] = FLOOR_MIN;
        for (int i = 0; i < VAD_WINDOWS; i++) state->minima[band][i] = INFINITY;
    }
}

static void vad_split(vad *state, const float pcm[FRAME_LEN], float energy[VAD_BANDS]) {
    float clean[FRAME_LEN], band[FRAME_LEN];
    biquad_run(&vad_rumble, &state->filters[0], pcm, clean, FRAME_LEN);
    biquad_run(&vad_low, &state->filters[1], clean, band, FRAME_LEN);
    energy[0] = frame_energy(band, FRAME_LEN);
    biquad_run(&vad_high, &state->filters[2], clean, band, FRAME_LEN);
    energy[2] = frame_energy(band, FRAME_LEN);
    energy[1] = fmaxf(0, frame_energy(clean, FRAME_LEN) - energy[0] - energy[2]);
}

/* Of the last n windows. */
static void vad_range(const float list[VAD_WINDOWS], int newest, int n, float *least, float *most) {
    *least = INFINITY, *most = 0;
    for (int i = 0; i < n; i++) {
        float one = list[(newest + VAD_WINDOWS - i) % VAD_WINDOWS];
        *least = fminf(*least, one), *most = fmaxf(*most, one);
    }
}

static void vad_end_block(vad *state) {
    for (int band = 0; band < VAD_BANDS; band++) {
        if (state->sounding == SETTLED_FRAMES) state->minimum[band] = fminf(state->minimum[band], state->block[band] / (BLOCK_FRAMES * FRAME_LEN));
        state->block[band] = 0;
    }
}

/* At the end of each window of 200 ms the floor becomes the smallest power of the last 6 s: nobody speaks for so long without a breath. Noise
 * that has grown is known earlier, because it is even. */
static void vad_turn_window(vad *state) {
    int slot = state->window++ % VAD_WINDOWS;
    for (int band = 0; band < VAD_BANDS; band++) {
        float least, most, smallest;
        state->minima[band][slot] = state->minimum[band];
        state->means[band][slot] = state->sum[band] / WINDOW_FRAMES;
        vad_range(state->means[band], slot, STEADY_WINDOWS, &least, &most);
        bool steady = state->window >= STEADY_WINDOWS && most < STEADY * least;
        vad_range(state->minima[band], slot, steady ? STEADY_WINDOWS : VAD_WINDOWS, &smallest, &most);
        if (smallest < INFINITY) {
            state->floor[band] = fmaxf(FLOOR_MIN, MINIMUM_BIAS * smallest);
            state->known = true;
        }
        state->minimum[band] = INFINITY;
        state->sum[band] = 0;
    }
    state->frames = 0;
}

bool vad_put(vad *state, const float pcm[FRAME_LEN]) {
    float energy[VAD_BANDS], ratio = 1;
    vad_split(state, pcm, energy);
    /* Silent zeros: the device does not run yet. That is no floor, nor is what the filters and means make of its start. */
    bool sounds = energy[0] + energy[1] + energy[2] > FRAME_LEN * FLOOR_MIN;
    state->sounding = sounds ? state->sounding + 1 : 0;
    if (state->sounding > SETTLED_FRAMES) state->sounding = SETTLED_FRAMES;
    for (int band = 0; band < VAD_BANDS; band++) {
        float power = SMOOTH * state->power[band] + (1 - SMOOTH) * energy[band] / FRAME_LEN;
        state->power[band] = power;
        state->sum[band] += energy[band];
        state->block[band] += energy[band];
        ratio *= fmaxf(1, (power + FLOOR_MIN) / state->floor[band]);
    }
    if (++state->frames % BLOCK_FRAMES == 0) vad_end_block(state);
    if (state->frames == WINDOW_FRAMES) vad_turn_window(state);
    if (!state->known) return false;
    if (ratio > SPEECH_RATIO) state->hangover = HANGOVER_FRAMES + 1;
    if (state->hangover > 0) state->hangover--;
    return state->hangover > 0;
}

float vad_floor_power(const vad *state) {
    return state->floor[0] + state->floor[1] + state->floor[2];
}
