/* agc.h: brings speech to one loudness. Layer: dsp.
 * Sources: loudness after ITU-R BS.1770-4 (K weighting, at 16 kHz), target after EBU R 128; gated by vad.h instead of by
 * level.
 *
 * Only speech moves the gain, up by at most 3 dB and down by at most 12 dB a second, within -24..+24 dB, and never so far
 * that the noise floor would rise above -50 dBFS; so pauses do not pump. What is 10 dB or more under the talker (keys, music, others in the
 * room) does not move it either, unless nothing else is heard for half a minute of it: then the talker is farther away. A limiter keeps peaks at -1 dBTP. Frames as in
 * frame.h. Delay: LIMITER_DELAY samples, always, also while off (the gain then glides to 1).
 */
#ifndef TCCC_DSP_AGC_H
#define TCCC_DSP_AGC_H

#include <stdbool.h>

#include "dsp/biquad.h"
#include "dsp/limiter.h"

#define AGC_TARGET_LUFS (-23)

typedef struct {
    biquad_state shelf, high_pass;
    limiter limit;
    bool on;
    float gain;
    float loudness;    /* mean square of K-weighted speech, before the gain */
    float recent;      /* the same of the last 0.25 s, whoever was heard */
    int background_frames; /* in a row that were speech, but far under loudness */
    float floor_power; /* of the noise, as known from pauses */
    int speech_frames; /* that loudness has seen, up to a limit */
} agc;

void agc_start(agc *state, bool on);
void agc_set(agc *state, bool on); /* keeps what was learnt */

/* In place. speech: vad_put's answer for this frame; floor_power: vad_floor_power. */
void agc_process(agc *state, float pcm[FRAME_LEN], bool speech, float floor_power);

/* The present gain, linear. */
float agc_gain(const agc *state);

#endif
