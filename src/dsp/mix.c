/* mix.c: the sum of several streams. Layer: dsp. */
#include "dsp/mix.h"

#include <string.h>

void mix_start(mix *state) {
    memset(state->sum, 0, sizeof state->sum);
    limiter_start(&state->limit);
}

void mix_put(mix *state, const float pcm[FRAME_LEN]) {
    for (int i = 0; i < FRAME_LEN; i++) state->sum[i] += pcm[i];
}

void mix_take(mix *state, float out[FRAME_LEN]) {
    memcpy(out, state->sum, sizeof state->sum);
    memset(state->sum, 0, sizeof state->sum);
    limiter_process(&state->limit, out);
}
