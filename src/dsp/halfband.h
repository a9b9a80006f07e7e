/* halfband.h: 8 kHz <-> 16 kHz for the telephone band. Layer: dsp.
 * Source: half-band FIR, Kaiser window (Crochiere & Rabiner 1983, section 2.7).
 *
 * 47 taps: within 0.05 dB to 3.4 kHz, 52 dB down from 4.6 kHz; delay HALFBAND_DELAY samples at 16 kHz in each
 * direction. PCM is mono f32 of any range. The state belongs to the caller; zero it to start.
 */
#ifndef TCCC_DSP_HALFBAND_H
#define TCCC_DSP_HALFBAND_H

#define HALFBAND_DELAY 23
#define HALFBAND_BLOCK 960 /* most samples at 16 kHz of one call */

typedef struct {
    float odd[24], even[24]; /* the newest 24 of each phase (halfband_down), of the input (halfband_up uses odd) */
} halfband;

/* in[2 * n_out] at 16 kHz -> out[n_out] at 8 kHz; n_out 1..HALFBAND_BLOCK / 2. */
void halfband_down(halfband *state, const float *in, float *out, int n_out);

/* in[n_in] at 8 kHz -> out[2 * n_in] at 16 kHz; n_in 1..HALFBAND_BLOCK / 2. */
void halfband_up(halfband *state, const float *in, float *out, int n_in);

#endif
