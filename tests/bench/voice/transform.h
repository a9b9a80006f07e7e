/* transform.h: Fourier transform of any power of two, convolution and correlation by it. Layer: tests. Cooley and Tukey 1965. */
#ifndef TCCC_BENCH_VOICE_TRANSFORM_H
#define TCCC_BENCH_VOICE_TRANSFORM_H

/* re[n] + i im[n] -> sum of x[t] exp(-2 pi i t k / n), in place; n a power of two. The inverse is the same with re and im swapped,
 * and n times too large. */
void transform(double *re, double *im, int n);

/* y[n] = x[n] * h[n_h], what comes after n left away; y may be x. */
void convolve(const float *x, int n, const float *h, int n_h, float *y);

/* out[k] = sum over t of x[t] y[t + k], 0 <= k < lags; nothing is outside of x[n] and y[n]. */
void correlate(const float *x, const float *y, int n, double *out, int lags);

#endif
