/* halfband.c: 8 kHz <-> 16 kHz by a half-band FIR in two phases. Layer: dsp.
 * Source: Crochiere & Rabiner 1983, section 2.7; Kaiser window, beta 5.0. */
#include "dsp/halfband.h"

#include <string.h>

enum { SIDE = 12, PAST = 24 };

/* Taps 1, 3, 5 .. 23 away from the centre (which is 0.5; the even ones are 0); they sum to 0.25. */
static const float halfband_taps[SIDE] = {
    0.317361898f,   -0.102544026f,  0.0577782342f,  -0.0375005878f,  0.0255939526f,  -0.0176923238f,
    0.0121252782f,  -0.00810670555f, 0.0052033345f, -0.00314111529f, 0.00172491339f, -0.00080285235f,
};

/* sum over the 24 side taps of x[0..23], the newest last. */
static float halfband_side(const float *x) {
    float sum = 0;
    for (int k = 0; k < SIDE; k++) sum += halfband_taps[k] * (x[SIDE - 1 - k] + x[SIDE + k]);
    return sum;
}

void halfband_down(halfband *state, const float *in, float *out, int n_out) {
    float odd[PAST + HALFBAND_BLOCK / 2], even[PAST + HALFBAND_BLOCK / 2];
    memcpy(odd, state->odd, sizeof state->odd);
    memcpy(even, state->even, sizeof state->even);
    for (int i = 0; i < n_out; i++) {
        even[PAST + i] = in[2 * i];
        odd[PAST + i] = in[2 * i + 1];
    }
    /* Output i is centred on odd sample i - 12 + 1: its side taps are the even samples i - 23 .. i. */
    for (int i = 0; i < n_out; i++) out[i] = 0.5f * odd[PAST + i - SIDE] + halfband_side(even + i + 1);
    memcpy(state->odd, odd + n_out, sizeof state->odd);
    memcpy(state->even, even + n_out, sizeof state->even);
}

void halfband_up(halfband *state, const float *in, float *out, int n_in) {
    float x[PAST + HALFBAND_BLOCK / 2];
    memcpy(x, state->odd, sizeof state->odd);
    memcpy(x + PAST, in, (size_t)n_in * sizeof *in);
    for (int i = 0; i < n_in; i++) {
        out[2 * i] = 2 * halfband_side(x + i + 1);
        out[2 * i + 1] = x[PAST + i - SIDE + 1];
    }
    memcpy(state->odd, x + n_in, sizeof state->odd);
}
