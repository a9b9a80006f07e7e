/* vad.h: is somebody speaking? Layer: dsp.
 * Sources: three-band energy against a tracked noise floor; floor by minimum statistics (Martin, IEEE TSAP 2001).
 */
#ifndef TCCC_DSP_VAD_H
#define TCCC_DSP_VAD_H

#include <stdbool.h>

#include "dsp/biquad.h"
#include "dsp/frame.h"

enum { VAD_BANDS = 3, VAD_WINDOWS = 30 };

typedef struct {
    biquad_state filters[VAD_BANDS];
    float power[VAD_BANDS];                /* smoothed over 30 ms, per sample */
    float block[VAD_BANDS];                /* energy of the present 50 ms */
    float floor[VAD_BANDS];                /* noise, per sample */
    float minima[VAD_BANDS][VAD_WINDOWS];  /* of blocks' powers in the last windows of 200 ms */
    float minimum[VAD_BANDS];              /* of the present window */
    float means[VAD_BANDS][VAD_WINDOWS];   /* energy of a frame, of the same windows */
    float sum[VAD_BANDS];                  /* of the present window */
    int frames, window;                    /* in the present window; windows so far */
    bool known;                            /* the floor is */
    int sounding;                          /* frames since the last of silent zeros, up to a limit */
    int hangover;                          /* frames that still count as speech */
} vad;

void vad_start(vad *state);

/* Takes one frame as in frame.h; true while speech is on, and 200 ms after it. Needs about 0.2 s to know the noise. */
bool vad_put(vad *state, const float pcm[FRAME_LEN]);

/* The noise floor of all bands as mean square (1e-5 is -50 dBFS), from the quietest moments of the last 6 s, or of the last 1.6 s where they
 * were even. */
float vad_floor_power(const vad *state);

#endif
