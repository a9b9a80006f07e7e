/* limiter.h: keeps peaks of speech at or below -1 dBTP. Layer: dsp. Source: look-ahead gain ramp (Zoelzer, DAFX, section 4.2).
 *
 * The gain falls in a straight line over the 1.25 ms before a peak and rises again by 30 dB a second, so that nothing
 * clips and nothing clicks.
 */
#ifndef TCCC_DSP_LIMITER_H
#define TCCC_DSP_LIMITER_H

#include "dsp/frame.h"

#define LIMITER_DELAY 20
/* -2.5 dBFS: between its samples speech, even cut off at full scale, rises by up to 1.4 dB (BS.1770-4 annex 2; test_agc.c
 * measures it); white noise rises more. */
#define LIMITER_PEAK 0.749894f

typedef struct {
    float held[LIMITER_DELAY]; /* look-ahead */
    float gain, ceiling;       /* at the start of held, and the most that its own peak allows */
} limiter;

void limiter_start(limiter *state);

/* In place; any finite range in, -LIMITER_PEAK..LIMITER_PEAK out. Delay: LIMITER_DELAY samples. */
void limiter_process(limiter *state, float pcm[FRAME_LEN]);

#endif
