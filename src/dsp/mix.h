/* mix.h: the sum of several streams. Layer: dsp.
 *
 * Streams are added at their own level; where the sum would clip, limiter.h turns it down. Frames as in frame.h.
 */
#ifndef TCCC_DSP_MIX_H
#define TCCC_DSP_MIX_H

#include "dsp/limiter.h"

#define MIX_DELAY LIMITER_DELAY

typedef struct {
    float sum[FRAME_LEN];
    limiter limit;
} mix;

void mix_start(mix *state);
/* Adds one stream to the frame that mix_take will give. */
void mix_put(mix *state, const float pcm[FRAME_LEN]);
/* The limited sum; the next frame begins empty. Delay: MIX_DELAY samples. */
void mix_take(mix *state, float out[FRAME_LEN]);

#endif
