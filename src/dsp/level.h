/* level.h: level meter of the last 100 ms. Layer: dsp. Source: RFC 6464 section 3 (dBov: relative to the overload point).
 */
#ifndef TCCC_DSP_LEVEL_H
#define TCCC_DSP_LEVEL_H

#include "dsp/frame.h"

#define LEVEL_SILENCE_DBFS (-127.0f)
#define LEVEL_FRAMES 10

typedef struct {
    float energy[LEVEL_FRAMES];
    int next;
} level; /* zero to start */

/* Takes one frame as in frame.h. */
void level_put(level *meter, const float pcm[FRAME_LEN]);

/* The same for a frame that is heard `gain` times as loud. */
void level_put_scaled(level *meter, const float pcm[FRAME_LEN], float gain);

/* Root mean square of the last 100 ms against a full-scale square wave, dB: -127..0 (a full-scale sine is -3). */
float level_dbfs(const level *meter);

#endif
