/* agc.c: brings speech to one loudness. Layer: dsp. Sources: ITU-R BS.1770-4, EBU R 128. */
#include "dsp/agc.h"

#include <math.h>
#include <string.h>

/* BS.1770-4 table 1 and 2 at 16 kHz, by bilinear transform of the same analogue filters. */
static const biquad agc_shelf = { 1.44329522f, -1.83157538f, 0.68165876f, -1.10153377f, 0.39491237f };
static const biquad agc_high_pass = { 1, -2, 1, -1.97028953f, 0.97051049f };

static const float TARGET = 0.00587489f;   /* -23 LUFS: 10^((-23 + 0.691) / 10) */
static const float GAIN_MAX = 15.848932f;  /* +24 dB */
static const float GAIN_MIN = 0.063096f;   /* -24 dB */
static const float UP = 1.003460f;         /* of 10 ms: 3 dB a second */
static const float DOWN = 0.986279f;       /* 12 dB a second */
static const float NOISE_MAX = 1e-5f;      /* -50 dBFS */
static const float RECENT = 0.04f;         /* 0.25 s */
static const float BACKGROUND = 0.1f;      /* 10 dB under the talker: the gate of BS.1770 */
static const float OUTBURST = 10;          /* a frame counts as 10 dB over the talker at most: a cough does not make him background */
enum { MEMORY_FRAMES = 600, TRUST_FRAMES = 20, BACKGROUND_FRAMES = 3000 }; /* of speech: 6 s; before the first change 0.2 s; 30 s */

void agc_start(agc *state, bool on) {
    memset(state, 0, sizeof *state);
    limiter_start(&state->limit);
    state->gain = 1;
    state->on = on;
}

void agc_set(agc *state, bool on) {
    state->on = on;
}

/* Whether what is heard is far under the talker. When nobody else was heard for long it is the talker, and he is got to know anew. */
static bool agc_is_background(agc *state) {
    if (state->speech_frames < TRUST_FRAMES || state->recent >= BACKGROUND * state->loudness) {
        state->background_frames = 0;
        return false;
    }
    if (++state->background_frames < BACKGROUND_FRAMES) return true;
    state->speech_frames = state->background_frames = 0;
    return false;
}

static void agc_listen(agc *state, const float pcm[FRAME_LEN], bool speech) {
    float weighted[FRAME_LEN];
    biquad_run(&agc_shelf, &state->shelf, pcm, weighted, FRAME_LEN);
    biquad_run(&agc_high_pass, &state->high_pass, weighted, weighted, FRAME_LEN);
    float power = frame_energy(weighted, FRAME_LEN) / FRAME_LEN;
    state->recent += RECENT * (power - state->recent);
    if (!speech || agc_is_background(state)) return;
    if (state->speech_frames >= TRUST_FRAMES) power = fminf(power, OUTBURST * state->loudness);
    if (state->speech_frames < MEMORY_FRAMES) state->speech_frames++;
    state->loudness += (power - state->loudness) / (float)state->speech_frames;
}

/* A voice that goes on without a pause lifts the floor that is measured: what is known from the last pause holds, or less. */
static void agc_follow_floor(agc *state, bool speech, float floor_power) {
    if (!speech || floor_power < state->floor_power) state->floor_power = floor_power;
}

static float agc_wanted(const agc *state) {
    if (!state->on) return 1;
    if (state->speech_frames < TRUST_FRAMES || state->loudness <= 0) return state->gain;
    float gain = sqrtf(TARGET / state->loudness);
    float quiet = state->floor_power > 0 ? fmaxf(1, sqrtf(NOISE_MAX / state->floor_power)) : GAIN_MAX;
    return fmaxf(GAIN_MIN, fminf(gain, fminf(quiet, GAIN_MAX)));
}

void agc_process(agc *state, float pcm[FRAME_LEN], bool speech, float floor_power) {
    agc_listen(state, pcm, speech);
    agc_follow_floor(state, speech, floor_power);
    float end = state->gain;
    if (speech || !state->on) {
        float wanted = agc_wanted(state);
        end = fmaxf(fminf(wanted, state->gain * UP), state->gain * DOWN);
    }
    float slope = (end - state->gain) / FRAME_LEN;
    for (int i = 0; i < FRAME_LEN; i++) pcm[i] *= state->gain + slope * (float)i;
    state->gain = end;
    limiter_process(&state->limit, pcm);
}

float agc_gain(const agc *state) {
    return state->gain;
}
