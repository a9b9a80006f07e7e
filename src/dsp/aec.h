/* aec.h: echo canceller. Layer: dsp.
 * Parts: echo_drift.h (the far end's clock), echo_delay.h (where the echo is), echo_filter.h (what it sounds like),
 * echo_residual.h (what of it the filter leaves). What it leaves is removed by suppress.h, which asks it for its power.
 *
 * Without an echo to learn (a headset) a filter fits the near end's speech to the far end's by chance and mangles it. So its
 * output is taken only once it has shown an echo: 2.5 dB less power than the microphone's over 50 ms while the far end
 * speaks. Without one the most was 1.0 dB in 72 runs of 15 s (two people in rooms, floors of -90 to -30 dBFS); of 88 other runs one,
 * with a talker under -50 dBFS and no noise at all, was taken for an echo.
 *
 * Until then the far end's first words would be sent back. So what is heard within 0.63 s after the far end is claimed as echo, unless
 * somebody was talking before the far end did: until an echo was found, for half a second of sound at most, and not after a second
 * of far speech that nothing was heard of. A headset's talker who begins in that second over the far end loses up to half a second.
 *
 * Another path (a loudspeaker that was moved, a delay that jumped, another device) is noticed within 50 ms of loud far speech and
 * learnt like the first one; until then all that the variance of the filter's weights can explain is claimed as echo, so that
 * for about half a second only one side is heard.
 *
 * Frames as in frame.h. No delay: out[i] belongs to near[i]. Tones below 60 Hz are taken out once an echo was found. An echo of
 * 0.6 to 500 ms of delay is found by itself, and up to 400 ppm between the clocks of far and near are followed. Memory:
 * 280 KB and 18 KB for each 40 ms of tail (0.52 MB at most), all of it from aec_new.
 */
#ifndef TCCC_DSP_AEC_H
#define TCCC_DSP_AEC_H

#include <stdbool.h>

#include "dsp/frame.h"
#include "dsp/spectrum.h"

#define AEC_TAIL_MIN_MS 32
#define AEC_TAIL_MAX_MS 500

typedef struct aec aec;

/* tail_ms: how long the room is modelled, rounded up to 40 ms, counted from 10 to 20 ms before the echo begins: the delay of
 * devices is not part of it. NULL with *error: TCCC_E_ARG_RANGE, TCCC_E_NO_MEMORY. */
aec *aec_new(int tail_ms, int *error);
void aec_free(aec *state);
/* Another device: nothing is known any more. */
void aec_reset(aec *state);

/* near: microphone; far: what the loudspeaker got in the same 10 ms or before; out: near without the modelled echo.
 * out may be near. Clipped to -1..1. */
void aec_process(aec *state, const float near[FRAME_LEN], const float far[FRAME_LEN], float out[FRAME_LEN]);

/* Echo return loss enhancement of the last second in which the far end spoke: power of near over power of out, dB.
 * 0 until then. The near end's own speech counts into both and lowers it; what suppress.h does is not part of it. */
float aec_erle_db(const aec *state);

/* True once an echo was found, until aec_reset. */
bool aec_found_echo(const aec *state);

/* The far end speaks, or did in the last frames, so that the microphone may hear echo. */
bool aec_far_speaks(const aec *state);

/* The far end's clock against the microphone's, ppm; the echo's delay, ms, to 10 ms below. */
float aec_drift_ppm(const aec *state);
int aec_delay_ms(const aec *state);

/* Power of the echo in the out of the aec_process before, in spectra of spectrum.h and s16 scale: error is out's, noise what
 * of it is background. All 0 while none is expected. Call it once after each aec_process, or never. */
void aec_residual(aec *state, const float error[SPECTRUM_BINS], const float noise[SPECTRUM_BINS], float residual[SPECTRUM_BINS]);

#endif
