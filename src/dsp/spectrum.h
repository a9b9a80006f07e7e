/* spectrum.h: spectra of 32 ms every 10 ms, and back, with little delay. Layer: dsp.
 * Source: analysis and synthesis windows of different lengths whose product overlaps to one (Mauler & Martin, "A low delay,
 * variable resolution, perfect reconstruction spectral analysis-synthesis system for speech enhancement", EUSIPCO 2007).
 *
 * Forth and back without a change gives the signal SPECTRUM_DELAY samples later. Frames as in frame.h, of any range.
 */
#ifndef TCCC_DSP_SPECTRUM_H
#define TCCC_DSP_SPECTRUM_H

#include "dsp/fft.h"
#include "dsp/frame.h"

enum { SPECTRUM_BINS = FFT_LONG_BINS, SPECTRUM_DELAY = 160 };

typedef struct {
    float past[FFT_LONG_LEN];
} spectrum_input; /* zero to start */

typedef struct {
    float sum[FRAME_LEN]; /* the last synthesis window's second half */
} spectrum_output; /* zero to start */

void spectrum_start(void); /* fills the tables: before the first use */
void spectrum_put(spectrum_input *input, const float pcm[FRAME_LEN], float re[SPECTRUM_BINS], float im[SPECTRUM_BINS]);
void spectrum_take(spectrum_output *output, const float re[SPECTRUM_BINS], const float im[SPECTRUM_BINS], float pcm[FRAME_LEN]);

#endif
