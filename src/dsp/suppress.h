/* suppress.h: suppressor of noise and of what echo the canceller leaves, in one. Layer: dsp.
 * Sources: log-spectral amplitude gain under speech presence uncertainty (Cohen & Berdugo, "Speech enhancement for
 * non-stationary noise environments", Signal Processing 2001; Ephraim & Malah 1985); noise by speech presence with a fixed
 * prior (Gerkmann & Hendriks, "Unbiased MMSE-based noise power estimation", IEEE TASLP 2012).
 *
 * Frames as in frame.h; inside spectra of spectrum.h, power in s16 scale. Delay: SUPPRESS_DELAY samples (10 ms), always: what
 * goes in with one frame comes out with the next. The 32 ms window looks back only: it ends with the newest sample, and the
 * synthesis window covers its last 20 ms. One object does both because each needs the other's estimate: a gain that knows only
 * noise would bring the echo back up. Where it takes echo out it leaves comfort noise in the colour of the background.
 *
 * Steady noise is known after half a second and followed within a second where nobody speaks; one that jumps up is taken for
 * speech for at most 3 s if it is even, else for up to 12 s. What babbles, plays or clicks is only taken out as far as it is
 * steady. What is under 78 Hz is cut by 20 dB more: no voice is there. With a canceller, what a loop through the room builds up is damped
 * (howl.h). Memory: 16 KB.
 */
#ifndef TCCC_DSP_SUPPRESS_H
#define TCCC_DSP_SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/aec.h"
#include "dsp/frame.h"
#include "dsp/spectrum.h"
#include "tccc/media.h"

#define SUPPRESS_DELAY SPECTRUM_DELAY

typedef struct suppress suppress;

/* NULL with *error: TCCC_E_NO_MEMORY. Starts with neither noise nor echo suppression. */
suppress *suppress_new(int *error);
void suppress_free(suppress *state);

/* noise: by how much steady noise comes out quieter: LOW 10 dB, MEDIUM 20 dB, HIGH 30 dB, AI (only after suppress_model) 40 dB
 * and more; a change takes 100 ms, so that it does not click. echo: the canceller that runs before this, whose remaining echo is
 * suppressed (by up to 40 dB), or NULL; it must outlive its use here. Nothing is done but what aec_residual claims. With
 * neither, nothing but the delay remains. */
void suppress_set(suppress *state, enum tccc_noise noise, aec *echo);

/* The model that TCCC_NOISE_AI needs, copied (learned.h; 145 KB). The learned gains come on top of light ones, so that what varies within a
 * band is still taken out bin by bin; they fade in and out over 100 ms. 0, TCCC_E_FORMAT, TCCC_E_NO_MEMORY; what was there stays then. */
int suppress_model(suppress *state, const uint8_t *model, size_t len);
bool suppress_has_model(const suppress *state);

/* In place. */
void suppress_process(suppress *state, float pcm[FRAME_LEN]);

#endif
