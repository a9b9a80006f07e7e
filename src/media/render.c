/* render.c: from mixed 16 kHz frames to device blocks of any size. Layer: media. */
#include "media/render.h"

#include <stdlib.h>
#include <string.h>

#include "dsp/resample.h"
#include "tccc/error.h"

enum { READY_MAX = FRAME_LEN * RESAMPLE_RATE_MAX / FRAME_RATE_HZ + 1 };

struct render {
    resample *rate;
    int begin, end; /* of ready, not yet taken */
    float ready[READY_MAX];
};

render *render_new(int rate_hz, int *error) {
    resample *rate = resample_new(FRAME_RATE_HZ, rate_hz, error);
    render *state = rate ? calloc(1, sizeof *state) : NULL;
    if (!state) {
        resample_free(rate);
        if (rate) *error = TCCC_E_NO_MEMORY;
        return NULL;
    }
    state->rate = rate;
    return state;
}

void render_free(render *state) {
    if (!state) return;
    resample_free(state->rate);
    free(state);
}

int render_take(render *state, float *pcm, int n_frames) {
    int n = state->end - state->begin;
    if (n > n_frames) n = n_frames;
    memcpy(pcm, state->ready + state->begin, (size_t)n * sizeof *pcm);
    state->begin += n;
    return n;
}

void render_put(render *state, const float frame[FRAME_LEN]) {
    state->begin = 0;
    state->end = resample_run(state->rate, frame, FRAME_LEN, state->ready);
    for (int i = 0; i < state->end; i++) {
        float x = state->ready[i];
        state->ready[i] = x > 1 ? 1 : x < -1 ? -1 : x;
    }
}
