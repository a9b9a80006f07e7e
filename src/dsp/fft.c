/* fft.c: Stockham transforms of 160 and of 256 complex values and the split into real ones. Layer: dsp.
 * Source: Swarztrauber, "FFT algorithms for vector computers" (1984). */
#include "dsp/fft.h"

#include <stdbool.h>

#include "dsp/elementary.h"

enum { SHORT = FFT_LEN / 2, LONG = FFT_LONG_LEN / 2 };

/* turn: exp(-2 pi i j / n), split: exp(-pi i k / n), for n complex values. */
typedef struct {
    float turn_re[LONG], turn_im[LONG], split_re[LONG + 1], split_im[LONG + 1];
} fft_table;

static fft_table table_short, table_long;

static void fft_fill(fft_table *table, int n) {
    double cosine, sine;
    for (int i = 0; i < n; i++) {
        elementary_turn(i, n, &cosine, &sine);
        table->turn_re[i] = (float)cosine;
        table->turn_im[i] = (float)-sine;
    }
    for (int i = 0; i <= n; i++) {
        elementary_turn(i, 2 * n, &cosine, &sine);
        table->split_re[i] = (float)cosine;
        table->split_im[i] = (float)-sine;
    }
}

void fft_start(void) {
    static bool started;
    if (started) return;
    fft_fill(&table_short, SHORT);
    fft_fill(&table_long, LONG);
    started = true;
}

/* Inlined so that lengths and lanes are constants in each of the four transforms. */
#define INLINE static inline __attribute__((always_inline))

/* One step of radix 2, 4 or 5 over the last n of all values with stride s; x to y. */
INLINE void step2(const fft_table *table, int all, int n, int s, const float *restrict xr, const float *restrict xi, float *restrict yr, float *restrict yi) {
    int m = n / 2, t = all / n;
    for (int p = 0; p < m; p++) {
        float wr = table->turn_re[p * t], wi = table->turn_im[p * t];
        const float *ar = xr + s * p, *ai = xi + s * p, *br = ar + s * m, *bi = ai + s * m;
        float *cr = yr + s * 2 * p, *ci = yi + s * 2 * p, *dr = cr + s, *di = ci + s;
        for (int q = 0; q < s; q++) {
            float ur = ar[q] - br[q], ui = ai[q] - bi[q];
            cr[q] = ar[q] + br[q];
            ci[q] = ai[q] + bi[q];
            dr[q] = ur * wr - ui * wi;
            di[q] = ur * wi + ui * wr;
        }
    }
}

INLINE void step4(const fft_table *table, int all, int n, int s, const float *restrict xr, const float *restrict xi, float *restrict yr, float *restrict yi) {
    int m = n / 4, t = all / n;
    for (int p = 0; p < m; p++) {
        float w1r = table->turn_re[p * t], w1i = table->turn_im[p * t], w2r = table->turn_re[2 * p * t], w2i = table->turn_im[2 * p * t], w3r = table->turn_re[3 * p * t], w3i = table->turn_im[3 * p * t];
        const float *ar = xr + s * p, *ai = xi + s * p;
        float *or_ = yr + s * 4 * p, *oi = yi + s * 4 * p;
        for (int q = 0; q < s; q++) {
            float a0r = ar[q], a0i = ai[q], a1r = ar[q + s * m], a1i = ai[q + s * m], a2r = ar[q + 2 * s * m], a2i = ai[q + 2 * s * m], a3r = ar[q + 3 * s * m], a3i = ai[q + 3 * s * m];
            float b0r = a0r + a2r, b0i = a0i + a2i, b1r = a0r - a2r, b1i = a0i - a2i, b2r = a1r + a3r, b2i = a1i + a3i, b3r = a1r - a3r, b3i = a1i - a3i;
            float c1r = b1r + b3i, c1i = b1i - b3r, c2r = b0r - b2r, c2i = b0i - b2i, c3r = b1r - b3i, c3i = b1i + b3r;
            or_[q] = b0r + b2r;
            oi[q] = b0i + b2i;
            or_[q + s] = c1r * w1r - c1i * w1i;
            oi[q + s] = c1r * w1i + c1i * w1r;
            or_[q + 2 * s] = c2r * w2r - c2i * w2i;
            oi[q + 2 * s] = c2r * w2i + c2i * w2r;
            or_[q + 3 * s] = c3r * w3r - c3i * w3i;
            oi[q + 3 * s] = c3r * w3i + c3i * w3r;
        }
    }
}

/* radix 5: the last step, n = 5, no twiddles */
INLINE void step5_last(int s, const float *restrict xr, const float *restrict xi, float *restrict yr, float *restrict yi) {
    const float c1 = 0.309016994f, s1 = 0.951056516f, c2 = -0.809016994f, s2 = 0.587785252f;
    for (int q = 0; q < s; q++) {
        float a0r = xr[q], a0i = xi[q];
        float t1r = xr[q + s] + xr[q + 4 * s], t1i = xi[q + s] + xi[q + 4 * s], t2r = xr[q + 2 * s] + xr[q + 3 * s], t2i = xi[q + 2 * s] + xi[q + 3 * s];
        float t3r = xr[q + s] - xr[q + 4 * s], t3i = xi[q + s] - xi[q + 4 * s], t4r = xr[q + 2 * s] - xr[q + 3 * s], t4i = xi[q + 2 * s] - xi[q + 3 * s];
        float m1r = a0r + c1 * t1r + c2 * t2r, m1i = a0i + c1 * t1i + c2 * t2i, m2r = a0r + c2 * t1r + c1 * t2r, m2i = a0i + c2 * t1i + c1 * t2i;
        float n1r = s1 * t3i + s2 * t4i, n1i = -s1 * t3r - s2 * t4r, n2r = s2 * t3i - s1 * t4i, n2i = -s2 * t3r + s1 * t4r;
        yr[q] = a0r + t1r + t2r;
        yi[q] = a0i + t1i + t2i;
        yr[q + s] = m1r + n1r;
        yi[q + s] = m1i + n1i;
        yr[q + 4 * s] = m1r - n1r;
        yi[q + 4 * s] = m1i - n1i;
        yr[q + 2 * s] = m2r + n2r;
        yi[q + 2 * s] = m2i + n2i;
        yr[q + 3 * s] = m2r - n2r;
        yi[q + 3 * s] = m2i - n2i;
    }
}

/* 160 = 4 * 4 * 2 * 5, 256 = 4^4; the result is in x. */
INLINE void transform(int n, int lanes, float *xr, float *xi, float *yr, float *yi) {
    if (n == SHORT) {
        step4(&table_short, SHORT, 160, lanes, xr, xi, yr, yi);
        step4(&table_short, SHORT, 40, 4 * lanes, yr, yi, xr, xi);
        step2(&table_short, SHORT, 10, 16 * lanes, xr, xi, yr, yi);
        step5_last(32 * lanes, yr, yi, xr, xi);
    } else {
        step4(&table_long, LONG, 256, lanes, xr, xi, yr, yi);
        step4(&table_long, LONG, 64, 4 * lanes, yr, yi, xr, xi);
        step4(&table_long, LONG, 16, 16 * lanes, xr, xi, yr, yi);
        step4(&table_long, LONG, 4, 64 * lanes, yr, yi, xr, xi);
    }
}

INLINE void forward(const fft_table *table, int n, int lanes, const float *x, float *re, float *im) {
    float ar[SHORT * FFT_LANES], ai[SHORT * FFT_LANES], br[SHORT * FFT_LANES], bi[SHORT * FFT_LANES];
    for (int i = 0; i < n; i++)
        for (int l = 0; l < lanes; l++) {
            ar[i * lanes + l] = x[2 * i * lanes + l];
            ai[i * lanes + l] = x[(2 * i + 1) * lanes + l];
        }
    transform(n, lanes, ar, ai, br, bi);
    for (int l = 0; l < lanes; l++) {
        re[l] = ar[l] + ai[l];
        re[n * lanes + l] = ar[l] - ai[l];
        im[l] = im[n * lanes + l] = 0;
    }
    for (int k = 1; k <= n / 2; k++) {
        float wr = table->split_re[k], wi = table->split_im[k];
        for (int l = 0; l < lanes; l++) {
            int a = k * lanes + l, b = (n - k) * lanes + l;
            float er = 0.5f * (ar[a] + ar[b]), ei = 0.5f * (ai[a] - ai[b]);
            float dr = 0.5f * (ai[a] + ai[b]), di = 0.5f * (ar[b] - ar[a]);
            float tr = dr * wr - di * wi, ti = dr * wi + di * wr;
            re[a] = er + tr;
            im[a] = ei + ti;
            re[b] = er - tr;
            im[b] = ti - ei;
        }
    }
}

INLINE void inverse(const fft_table *table, int n, int lanes, const float *re, const float *im, float *x) {
    float ar[SHORT * FFT_LANES], ai[SHORT * FFT_LANES], br[SHORT * FFT_LANES], bi[SHORT * FFT_LANES];
    const float scale = 0.5f / (float)n;
    /* z = even + i odd, conjugated so that the forward transform does the inverse */
    for (int l = 0; l < lanes; l++) {
        ar[l] = (re[l] + re[n * lanes + l]) * scale;
        ai[l] = -(re[l] - re[n * lanes + l]) * scale;
    }
    for (int k = 1; k <= n / 2; k++) {
        float wr = table->split_re[k], wi = table->split_im[k];
        for (int l = 0; l < lanes; l++) {
            int a = k * lanes + l, b = (n - k) * lanes + l;
            float er = re[a] + re[b], ei = im[a] - im[b], tr = re[a] - re[b], ti = im[a] + im[b];
            float dr = tr * wr + ti * wi, di = ti * wr - tr * wi;
            ar[a] = (er - di) * scale;
            ai[a] = -(ei + dr) * scale;
            ar[b] = (er + di) * scale;
            ai[b] = -(dr - ei) * scale;
        }
    }
    transform(n, lanes, ar, ai, br, bi);
    for (int i = 0; i < n; i++)
        for (int l = 0; l < lanes; l++) {
            x[2 * i * lanes + l] = ar[i * lanes + l];
            x[(2 * i + 1) * lanes + l] = -ai[i * lanes + l];
        }
}

void fft_forward(const float *x, float *re, float *im) { forward(&table_short, SHORT, 1, x, re, im); }
void fft_inverse(const float *re, const float *im, float *x) { inverse(&table_short, SHORT, 1, re, im, x); }
void fft_forward4(const float *x, float *re, float *im) { forward(&table_short, SHORT, FFT_LANES, x, re, im); }
void fft_inverse4(const float *re, const float *im, float *x) { inverse(&table_short, SHORT, FFT_LANES, re, im, x); }
void fft_long_forward(const float *x, float *re, float *im) { forward(&table_long, LONG, 1, x, re, im); }
void fft_long_inverse(const float *re, const float *im, float *x) { inverse(&table_long, LONG, 1, re, im, x); }
