/* limiter.c: look-ahead peak limiter. Layer: dsp. Source: Zoelzer, DAFX, section 4.2. */
#include "dsp/limiter.h"

#include <math.h>
#include <string.h>

static const float RELEASE = 1.004327f; /* of 1.25 ms: 30 dB a second */

void limiter_start(limiter *state) {
    memset(state, 0, sizeof *state);
    state->gain = state->ceiling = 1;
}

static float limiter_ceiling(const float *pcm) {
    float peak = 0;
    for (int i = 0; i < LIMITER_DELAY; i++) {
        float size = fabsf(pcm[i]);
        peak = size > peak ? size : peak;
    }
    return peak > LIMITER_PEAK ? LIMITER_PEAK / peak : 1;
}

/* `next` enters, what was held leaves: its gain ends where next's peak needs it. */
static void limiter_step(limiter *state, float *next) {
    float out[LIMITER_DELAY];
    float ceiling = limiter_ceiling(next);
    float end = fminf(fminf(state->gain * RELEASE, 1), fminf(ceiling, state->ceiling));
    float slope = (end - state->gain) / LIMITER_DELAY;
    for (int i = 0; i < LIMITER_DELAY; i++) {
        float y = state->held[i] * (state->gain + slope * (float)i);
        out[i] = y > LIMITER_PEAK ? LIMITER_PEAK : y < -LIMITER_PEAK ? -LIMITER_PEAK : y; /* rounding only */
    }
    memcpy(state->held, next, sizeof out);
    memcpy(next, out, sizeof out);
    state->gain = end;
    state->ceiling = ceiling;
}

void limiter_process(limiter *state, float pcm[FRAME_LEN]) {
    for (int i = 0; i < FRAME_LEN; i += LIMITER_DELAY) limiter_step(state, pcm + i);
}
