/* resample.h: any rate from 8 to 192 kHz to any other, in blocks of any size. Layer: dsp.
 * Sources: polyphase FIR (Crochiere & Rabiner 1983, chapter 2), Kaiser window; where the rates have no small common
 * ratio, interpolated phases (J. O. Smith, "Digital Audio Resampling").
 *
 * Pass band to 7/16 of the lower rate (7 kHz of 16 kHz) within 0.01 dB, stop band from 9/16 of it at least 60 dB down.
 * PCM is mono f32 of any range. Each output sample is one sum in a fixed order, so that scalar and SIMD builds give the
 * same bits.
 */
#ifndef TCCC_DSP_RESAMPLE_H
#define TCCC_DSP_RESAMPLE_H

#define RESAMPLE_RATE_MIN 8000
#define RESAMPLE_RATE_MAX 192000
#define RESAMPLE_BLOCK 480 /* most samples of one resample_run */

typedef struct resample resample;

/* NULL with *error: TCCC_E_ARG_RANGE (a rate outside 8000..192000), TCCC_E_NO_MEMORY. 170 kB at most at usual rates,
 * 730 kB in all. */
resample *resample_new(int in_hz, int out_hz, int *error);
void resample_free(resample *state);
void resample_reset(resample *state); /* as new: past input is silence */

/* By how many samples at out_hz the output lags the input, rounded. */
int resample_delay(const resample *state);

/* Most output samples that n_in more input samples can give. */
int resample_out_max(const resample *state, int n_in);

/* Takes in[n_in] (0..RESAMPLE_BLOCK), writes out[resample_out_max(n_in)] at most. Number written. */
int resample_run(resample *state, const float *in, int n_in, float *out);

#endif
