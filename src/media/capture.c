/* capture.c: from the microphone to processed 16 kHz frames. Layer: media. */
#include "media/capture.h"

#include <stdlib.h>
#include <string.h>

#include "dsp/aec.h"
#include "dsp/agc.h"
#include "dsp/cng.h"
#include "dsp/gain.h"
#include "dsp/level.h"
#include "dsp/resample.h"
#include "dsp/suppress.h"
#include "dsp/vad.h"
#include "tccc/error.h"

enum { PIECE = RESAMPLE_BLOCK, PIECE_OUT = 2 * PIECE + 1 }; /* 8 kHz doubles */

/* A stage's share in its output: 0 or 1 at rest, in between for one frame after a switch. */
typedef struct {
    bool on;
    float share;
} capture_stage;

struct capture {
    resample *rate;
    aec *echo;
    suppress *suppress;
    vad activity;
    agc gain;
    cng comfort;
    level meter, raw_meter;
    bool speaks;
    float gain_now, gain_wanted; /* of the agent's choice */
    capture_stage aec, ns;
    int filled; /* of raw */
    float raw[FRAME_LEN + PIECE_OUT];
};

capture *capture_new(const tccc_voice_config *config, int *error) {
    *error = TCCC_E_NO_MEMORY;
    capture *state = calloc(1, sizeof *state);
    if (!state) return NULL;
    state->rate = resample_new(config->device_rate_hz, FRAME_RATE_HZ, error);
    if (state->rate) state->echo = aec_new(config->tail_ms, error);
    if (state->echo) state->suppress = suppress_new(error);
    if (!state->suppress) {
        capture_free(state);
        return NULL;
    }
    vad_start(&state->activity);
    agc_start(&state->gain, config->agc != TCCC_PROCESSING_OFF);
    cng_start(&state->comfort, config->seed);
    state->gain_now = state->gain_wanted = 1;
    capture_configure(state, config->aec != TCCC_PROCESSING_OFF, config->ns, config->agc != TCCC_PROCESSING_OFF);
    state->aec.share = state->aec.on;
    state->ns.share = state->ns.on;
    return state;
}

void capture_free(capture *state) {
    if (!state) return;
    resample_free(state->rate);
    aec_free(state->echo);
    suppress_free(state->suppress);
    free(state);
}

int capture_model(capture *state, const uint8_t *model, size_t len) {
    return suppress_model(state->suppress, model, len);
}

int capture_configure(capture *state, bool aec, enum tccc_noise ns, bool agc) {
    if (ns == TCCC_NOISE_AI && !suppress_has_model(state->suppress)) return TCCC_E_NOT_READY;
    if (aec && state->aec.share == 0) aec_reset(state->echo);
    state->aec.on = aec;
    state->ns.on = aec || ns != TCCC_NOISE_OFF; /* the canceller needs the suppressor too */
    if (state->ns.on) suppress_set(state->suppress, ns, aec ? state->echo : NULL);
    agc_set(&state->gain, agc);
    return 0;
}

static float capture_clean(float x) {
    if (x >= -1 && x <= 1) return x;
    return x > 1 ? 1 : x < -1 ? -1 : 0;
}

int capture_fill(capture *state, const float **pcm, int *n_left) {
    float piece[PIECE];
    while (state->filled < FRAME_LEN && *n_left > 0) {
        int n = *n_left < PIECE ? *n_left : PIECE;
        for (int i = 0; i < n; i++) piece[i] = capture_clean((*pcm)[i]);
        state->filled += resample_run(state->rate, piece, n, state->raw + state->filled);
        *pcm += n;
        *n_left -= n;
    }
    return state->filled >= FRAME_LEN;
}

/* Runs from what went into a stage to what came out, where it was just switched. */
static void capture_blend(capture_stage *stage, const float dry[FRAME_LEN], float wet[FRAME_LEN]) {
    float begin = stage->share, end = stage->on ? 1 : 0;
    stage->share = end;
    if (begin == end) return;
    for (int i = 0; i < FRAME_LEN; i++) {
        float share = begin + (end - begin) * (float)(i + 1) / FRAME_LEN;
        wet[i] = dry[i] + share * (wet[i] - dry[i]);
    }
}

static void capture_clear_echo(capture *state, float pcm[FRAME_LEN], const float far[FRAME_LEN]) {
    float dry[FRAME_LEN];
    if (!state->aec.on && state->aec.share == 0) return;
    memcpy(dry, pcm, sizeof dry);
    aec_process(state->echo, dry, far, pcm);
    capture_blend(&state->aec, dry, pcm);
}

static void capture_clear_noise(capture *state, float pcm[FRAME_LEN]) {
    float dry[FRAME_LEN];
    if (!state->ns.on && state->ns.share == 0) return;
    memcpy(dry, pcm, sizeof dry);
    suppress_process(state->suppress, pcm);
    capture_blend(&state->ns, dry, pcm);
}

void capture_process(capture *state, const float far[FRAME_LEN], capture_frame *out) {
    memcpy(out->speech, state->raw, sizeof out->speech);
    level_put_scaled(&state->raw_meter, out->speech, state->gain_wanted);
    state->filled -= FRAME_LEN;
    memmove(state->raw, state->raw + FRAME_LEN, (size_t)state->filled * sizeof state->raw[0]);
    capture_clear_echo(state, out->speech, far);
    capture_clear_noise(state, out->speech);
    out->active = state->speaks = vad_put(&state->activity, out->speech);
    float floor_power = vad_floor_power(&state->activity), gain = agc_gain(&state->gain);
    agc_process(&state->gain, out->speech, out->active, floor_power);
    cng_learn(&state->comfort, floor_power * gain * gain);
    cng_make(&state->comfort, out->noise);
    gain_ramp(out->noise, state->gain_now, state->gain_wanted);
    gain_ramp(out->speech, state->gain_now, state->gain_wanted);
    state->gain_now = state->gain_wanted;
    for (int i = 0; i < FRAME_LEN; i++) out->speech[i] = capture_clean(out->speech[i]);
    level_put(&state->meter, out->speech);
}

void capture_gain(capture *state, float gain) {
    state->gain_wanted = gain;
}

bool capture_speaks(const capture *state) {
    return state->speaks;
}

float capture_raw_dbfs(const capture *state) {
    return level_dbfs(&state->raw_meter);
}

float capture_level_dbfs(const capture *state) {
    return level_dbfs(&state->meter);
}

float capture_erle_db(const capture *state) {
    return state->aec.on ? aec_erle_db(state->echo) : 0;
}
