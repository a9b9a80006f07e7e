/* cng.c: comfort noise. Layer: dsp. Sources: RFC 3389 (idea), Marsaglia, "Xorshift RNGs" (2003). */
#include "dsp/cng.h"

#include <math.h>

static const float FLOOR_START = 1e-7f, FLOOR_MIN = 1e-9f, FLOOR_MAX = 1e-5f;
static const float POLE = 0.67f; /* exp(-2 pi 1000 / 16000) */

void cng_start(cng *state, uint64_t seed) {
    uint32_t mixed = (uint32_t)(seed ^ seed >> 32) * 2654435761u;
    *state = (cng){ .random = mixed ? mixed : 1, .power = FLOOR_START };
}

void cng_learn(cng *state, float floor_power) {
    state->power = fmaxf(FLOOR_MIN, fminf(FLOOR_MAX, floor_power));
}

static float cng_white(cng *state) { /* -1..1, mean square 1/3 */
    state->random ^= state->random << 13;
    state->random ^= state->random >> 17;
    state->random ^= state->random << 5;
    return (float)(int32_t)state->random * (1 / 2147483648.0f);
}

void cng_make(cng *state, float pcm[FRAME_LEN]) {
    float gain = sqrtf(3 * state->power * (1 - POLE * POLE)); /* the filter multiplies power by 1 / (1 - POLE^2) */
    for (int i = 0; i < FRAME_LEN; i++) {
        state->last = gain * cng_white(state) + POLE * state->last;
        pcm[i] = state->last;
    }
}
