/* render.h: from mixed 16 kHz frames to device blocks of any size. Layer: media. Sans-IO. */
#ifndef TCCC_MEDIA_RENDER_H
#define TCCC_MEDIA_RENDER_H

#include "dsp/frame.h"

typedef struct render render;

/* rate_hz: the device's, 8000..192000. NULL with *error: TCCC_E_ARG_RANGE, TCCC_E_NO_MEMORY. */
render *render_new(int rate_hz, int *error);
void render_free(render *state);

/* Writes what is ready into pcm[n_frames], -1..1; number written. When it is less than n_frames, give the next frame by
 * render_put and go on. */
int render_take(render *state, float *pcm, int n_frames);

/* The next 10 ms; only when render_take has taken all that was ready. */
void render_put(render *state, const float frame[FRAME_LEN]);

#endif
