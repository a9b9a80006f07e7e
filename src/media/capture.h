/* capture.h: from the microphone to processed 16 kHz frames: resampling, echo, noise, gain. Layer: media. Sans-IO.
 *
 * Order: AEC, residual echo and noise suppression, VAD, AGC (design: echo first, while the path from loudspeaker to
 * microphone is still linear). Stages that are switched fade in or out over one frame. Delay behind the microphone: the
 * resampler's, the frame's 10 ms, SUPPRESS_DELAY while aec or ns is on, LIMITER_DELAY.
 */
#ifndef TCCC_MEDIA_CAPTURE_H
#define TCCC_MEDIA_CAPTURE_H

#include <stdbool.h>

#include "dsp/frame.h"
#include "tccc/media.h"

typedef struct capture capture;

/* What one frame of capture_process gives. */
typedef struct {
    float speech[FRAME_LEN]; /* processed microphone, peaks at -1 dBFS */
    float noise[FRAME_LEN];  /* comfort noise at the floor of the processed microphone */
    bool active;             /* somebody speaks */
} capture_frame;

/* config as tccc_voice_new. NULL with *error: TCCC_E_ARG_RANGE, TCCC_E_NO_MEMORY. */
capture *capture_new(const tccc_voice_config *config, int *error);
void capture_free(capture *state);

/* suppress_model's. */
int capture_model(capture *state, const uint8_t *model, size_t len);

/* Switches stages from the next frame on. 0, or TCCC_E_NOT_READY: AI without a model. */
int capture_configure(capture *state, bool aec, enum tccc_noise ns, bool agc);

/* Takes samples at the device rate from (*pcm)[*n_left] until a frame is complete: 1, with *pcm and *n_left moved on; 0
 * when all were taken and no frame is complete. NaN counts as 0; what is outside -1..1 is clipped. */
int capture_fill(capture *state, const float **pcm, int *n_left);

/* Processes the frame that capture_fill completed; far: its echo reference. Call it once after each 1. */
void capture_process(capture *state, const float far[FRAME_LEN], capture_frame *out);

/* capture_frame's `active` of the last frame. */
bool capture_speaks(const capture *state);

/* Level of the processed microphone (level.h), echo return loss enhancement (aec.h). */
float capture_level_dbfs(const capture *state);
float capture_erle_db(const capture *state);

/* Of what is sent, 0..TCCC_GAIN_MAX; from the next frame on, over its length. */
void capture_gain(capture *state, float gain);
/* What the microphone gave in the last 100 ms, times the gain. */
float capture_raw_dbfs(const capture *state);

#endif
