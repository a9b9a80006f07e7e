/* fft.h: Fourier transforms of 320 and of 512 real values. Layer: dsp.
 * Source: Stockham's self-sorting transform (Swarztrauber, "FFT algorithms for vector computers", 1984), radix 4, 2 and 5, of
 * half the length over complex values, then the split into real ones.
 *
 * Tables hold the same bits in every build (elementary.h). All functions: any finite values, in and out do not overlap,
 * nothing is allocated.
 */
#ifndef TCCC_DSP_FFT_H
#define TCCC_DSP_FFT_H

enum {
    FFT_LEN = 320, FFT_BINS = 161,           /* two frames: bins of 50 Hz */
    FFT_LONG_LEN = 512, FFT_LONG_BINS = 257, /* 32 ms: bins of 31.25 Hz */
    FFT_LANES = 4
};

/* Fills the tables: before the first transform. Further calls change nothing. */
void fft_start(void);

/* x[FFT_LEN] -> sum of x[n] exp(-2 pi i n k / FFT_LEN) as re[FFT_BINS], im[FFT_BINS]. */
void fft_forward(const float *x, float *re, float *im);
/* Its inverse, scaled so that it gives back x; im[0] and im[FFT_BINS - 1] are taken as 0. */
void fft_inverse(const float *re, const float *im, float *x);

/* Four transforms at once, interleaved: value i of lane l is at [i * FFT_LANES + l]. */
void fft_forward4(const float *x, float *re, float *im);
void fft_inverse4(const float *re, const float *im, float *x);

/* The same for FFT_LONG_LEN values and FFT_LONG_BINS bins. */
void fft_long_forward(const float *x, float *re, float *im);
void fft_long_inverse(const float *re, const float *im, float *x);

#endif
