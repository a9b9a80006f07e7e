/* gain.h: a gain that changes over a frame instead of at its edge, which would click. Layer: dsp. */
#ifndef TCCC_DSP_GAIN_H
#define TCCC_DSP_GAIN_H

#include "dsp/frame.h"

static inline void gain_ramp(float pcm[FRAME_LEN], float from, float to) {
    if (from == 1 && to == 1) return;
    for (int i = 0; i < FRAME_LEN; i++) pcm[i] *= from + (to - from) * (float)(i + 1) / FRAME_LEN;
}

#endif
