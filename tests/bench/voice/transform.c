/* transform.c: Fourier transform of any power of two, convolution and correlation by it. Layer: tests. */
#include "transform.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double pi = 3.14159265358979323846;

static double *numbers(int n) {
    double *x = calloc((size_t)n, sizeof *x);
    if (!x) {
        fprintf(stderr, "there is not enough memory\n");
        exit(1);
    }
    return x;
}

static void swap(double *a, double *b) {
    double kept = *a;
    *a = *b;
    *b = kept;
}

static void reorder(double *re, double *im, int n) {
    for (int i = 1, j = 0; i < n; i++) {
        int bit = n >> 1;
        for (; j & bit; bit >>= 1) j ^= bit;
        j ^= bit;
        if (i >= j) continue;
        swap(&re[i], &re[j]);
        swap(&im[i], &im[j]);
    }
}

/* cos and -sin of 2 pi k / n for k below n / 2, kept for the next transform of that length. */
static const double *turns(int n) {
    static double *table;
    static int length;
    if (length == n) return table;
    free(table);
    table = numbers(n);
    length = n;
    for (int k = 0; k < n / 2; k++) {
        table[2 * k] = cos(2 * pi * k / n);
        table[2 * k + 1] = -sin(2 * pi * k / n);
    }
    return table;
}

void transform(double *re, double *im, int n) {
    const double *turn = turns(n);
    reorder(re, im, n);
    for (int half = 1; half < n; half *= 2)
        for (int from = 0; from < n; from += 2 * half)
            for (int k = 0, t = 0; k < half; k++, t += n / half) {
                int a = from + k, b = a + half;
                double x = re[b] * turn[t] - im[b] * turn[t + 1], y = re[b] * turn[t + 1] + im[b] * turn[t];
                re[b] = re[a] - x;
                im[b] = im[a] - y;
                re[a] += x;
                im[a] += y;
            }
}

static int power_of_two(int least) {
    int n = 1;
    while (n < least) n *= 2;
    return n;
}

/* The spectrum of x + i y holds those of both: their product, or that of x's conjugate and y's, back in time. */
static void multiply(double *re, double *im, int n, int conjugate) {
    double *out_re = numbers(n), *out_im = numbers(n);
    for (int k = 0; k < n; k++) {
        int m = (n - k) % n;
        double x_re = (re[k] + re[m]) / 2, x_im = (im[k] - im[m]) / 2, y_re = (im[k] + im[m]) / 2, y_im = (re[m] - re[k]) / 2;
        if (conjugate) x_im = -x_im;
        out_re[k] = (x_re * y_re - x_im * y_im) / n;
        out_im[k] = (x_re * y_im + x_im * y_re) / n;
    }
    transform(out_im, out_re, n);
    for (int k = 0; k < n; k++) re[k] = out_re[k];
    free(out_re);
    free(out_im);
}

void convolve(const float *x, int n, const float *h, int n_h, float *y) {
    int len = power_of_two(n + n_h);
    double *re = numbers(len), *im = numbers(len);
    for (int i = 0; i < n; i++) re[i] = x[i];
    for (int i = 0; i < n_h; i++) im[i] = h[i];
    transform(re, im, len);
    multiply(re, im, len, 0);
    for (int i = 0; i < n; i++) y[i] = (float)re[i];
    free(re);
    free(im);
}

void correlate(const float *x, const float *y, int n, double *out, int lags) {
    int len = power_of_two(n + lags);
    double *re = numbers(len), *im = numbers(len);
    for (int i = 0; i < n; i++) {
        re[i] = x[i];
        im[i] = y[i];
    }
    transform(re, im, len);
    multiply(re, im, len, 1);
    for (int k = 0; k < lags; k++) out[k] = re[k];
    free(re);
    free(im);
}
