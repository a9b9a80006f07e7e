/* cng.h: comfort noise at the microphone's own floor. Layer: dsp.
 * Source: the idea of RFC 3389 (level and a first-order spectrum); nothing of it is sent as such.
 */
#ifndef TCCC_DSP_CNG_H
#define TCCC_DSP_CNG_H

#include <stdint.h>

#include "dsp/frame.h"

typedef struct {
    uint32_t random; /* xorshift32 state, never 0 */
    float power;     /* of the floor, mean square */
    float last;      /* of the first-order filter */
} cng;

/* seed: any value. The floor starts at -70 dBFS. */
void cng_start(cng *state, uint64_t seed);

/* Follows the floor: call it with vad_floor_power once a frame while the microphone is open. Taken within -90..-50 dBFS. */
void cng_learn(cng *state, float floor_power);

/* One frame of noise as in frame.h, at the floor, falling by 6 dB an octave above 1 kHz. */
void cng_make(cng *state, float pcm[FRAME_LEN]);

#endif
