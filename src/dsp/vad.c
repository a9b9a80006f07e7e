/* vad.c: voice activity by three bands against their noise floors. Layer: dsp.
 * Source: floor by minimum statistics (Martin, IEEE TSAP 2001). */
#include "dsp/vad.h"

#include <math.h>
#include <string.h>

enum { WINDOW_FRAMES = 20, HANGOVER_FRAMES = 20 };
static const float SMOOTH = 0.7f;        /* 30 ms */
static const float FLOOR_MIN = 1e-9f;    /* -90 dBFS: below it nothing is speech */
static const float MINIMUM_BIAS = 2.0f;  /* the minimum of a smoothed noise lies about 3 dB under its mean */
static const float SPEECH_RATIO = 32;    /* product over bands of power / floor, each at least 1: 15 dB in all */

/* Butterworth at 16 kHz: high-pass 100 Hz, low-pass 1 kHz, high-pass 3 kHz; what is left is the middle. */
static const biquad vad_rumble = { 0.97261390f, -1.94522780f, 0.97261390f, -1.94447766f, 0.94597794f };
static const biquad vad_low = { 0.02995458f, 0.05990916f, 0.02995458f, -1.45424359f, 0.57406191f };
static const biquad vad_high = { 0.41816335f, -0.83632669f, 0.41816335f, -0.46293802f, 0.20971536f };

void vad_start(vad *state)
{
    memset(state, 0, sizeof *state);
    for (int band = 0; band < VAD_BANDS; band++) {
        state->minimum[band] = INFINITY;
        state->floor[band] = FLOOR_MIN;
        for (int i = 0; i < VAD_WINDOWS; i++) state->minima[band][i] = INFINITY;
    }
}

static void vad_split(vad *state, const float pcm[FRAME_LEN], float energy[VAD_BANDS])
{
    float clean[FRAME_LEN], band[FRAME_LEN];
    biquad_run(&vad_rumble, &state->filters[0], pcm, clean, FRAME_LEN);
    biquad_run(&vad_low, &state->filters[1], clean, band, FRAME_LEN);
    energy[0] = frame_energy(band, FRAME_LEN);
    biquad_run(&vad_high, &state->filters[2], clean, band, FRAME_LEN);
    energy[2] = frame_energy(band, FRAME_LEN);
    energy[1] = fmaxf(0, frame_energy(clean, FRAME_LEN) - energy[0] - energy[2]);
}

/* At the end of each window of 200 ms the floor becomes the smallest power of the last eight. */
static void vad_turn_window(vad *state)
{
    int slot = state->window++ % VAD_WINDOWS;
    for (int band = 0; band < VAD_BANDS; band++) {
        state->minima[band][slot] = state->minimum[band];
        state->minimum[band] = INFINITY;
        float smallest = INFINITY;
        for (int i = 0; i < VAD_WINDOWS; i++) smallest = fminf(smallest, state->minima[band][i]);
        state->floor[band] = fmaxf(FLOOR_MIN, MINIMUM_BIAS * smallest);
    }
    state->frames = 0;
}

bool vad_put(vad *state, const float pcm[FRAME_LEN])
{
    float energy[VAD_BANDS], ratio = 1;
    vad_split(state, pcm, energy);
    for (int band = 0; band < VAD_BANDS; band++) {
        float power = SMOOTH * state->power[band] + (1 - SMOOTH) * energy[band] / FRAME_LEN;
        state->power[band] = power;
        state->minimum[band] = fminf(state->minimum[band], power);
        ratio *= fmaxf(1, (power + FLOOR_MIN) / state->floor[band]);
    }
    if (++state->frames == WINDOW_FRAMES) vad_turn_window(state);
    if (state->window == 0) return false;
    if (ratio > SPEECH_RATIO) state->hangover = HANGOVER_FRAMES + 1;
    if (state->hangover > 0) state->hangover--;
    return state->hangover > 0;
}

float vad_floor_power(const vad *state)
{
    return state->floor[0] + state->floor[1] + state->floor[2];
}
