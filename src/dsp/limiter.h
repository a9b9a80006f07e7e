/* limiter.h: keeps peaks at or below -1 dBFS. Layer: dsp. Source: look-ahead gain ramp (Zoelzer, DAFX, section 4.2).
 *
 * The gain falls in a straight line over the 1.25 ms before a peak and rises again by 30 dB a second, so that nothing
 * clips and nothing clicks.
 */
#ifndef TCCC_DSP_LIMITER_H
#define TCCC_DSP_LIMITER_H

#include "dsp/frame.h"

#define LIMITER_DELAY 20
#define LIMITER_PEAK 0.891251f /* -1 dBFS */

typedef struct {
    float held[LIMITER_DELAY]; /* look-ahead */
    float gain, ceiling;       /* at the start of held, and the most that its own peak allows */
} limiter;

void limiter_start(limiter *state);

/* In place; any finite range in, -LIMITER_PEAK..LIMITER_PEAK out. Delay: LIMITER_DELAY samples. */
void limiter_process(limiter *state, float pcm[FRAME_LEN]);

#endif
