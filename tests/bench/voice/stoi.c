/* stoi.c: short-time objective intelligibility. Layer: tests. Taal et al. 2011. */
#include "stoi.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "transform.h"

enum { FROM_HZ = 16000, STOI_HZ = 10000, FRAME = 256, HOP = 128, DFT = 512, BINS = DFT / 2 + 1, BANDS = 15, SEGMENT = 30 };

static const double pi = 3.14159265358979323846;
static const double lowest_hz = 150, range_db = 40, clip_db = -15;

/* 16 to 10 kHz by a windowed sinc that ends at 4.8 kHz. */
static float *at_10_khz(const float *x, int n, int *n_out) {
    const double cut = 2 * 4800.0 / FROM_HZ;
    *n_out = (int)((double)n * STOI_HZ / FROM_HZ);
    float *y = calloc((size_t)*n_out + 1, sizeof *y);
    for (int i = 0; i < *n_out; i++) {
        double at = (double)i * FROM_HZ / STOI_HZ, sum = 0;
        for (int k = (int)at - 31; k <= (int)at + 32; k++) {
            double u = k - at, sinc = fabs(u) < 1e-9 ? cut : sin(pi * cut * u) / (pi * u);
            if (k >= 0 && k < n) sum += sinc * (0.5 + 0.5 * cos(pi * u / 33)) * x[k];
        }
        y[i] = (float)sum;
    }
    return y;
}

static double window(int i) { return 0.5 - 0.5 * cos(2 * pi * (i + 1) / (FRAME + 1)); }

/* Leaves frames out where clean speech is 40 dB under its loudest; what is left is added up again. New length. */
static int drop_silence(float *clean, float *processed, int n) {
    int frames = n < FRAME ? 0 : (n - FRAME) / HOP + 1, kept = 0;
    double *level = calloc((size_t)frames + 1, sizeof *level), loudest = -1e9;
    float *a = calloc((size_t)n + FRAME, sizeof *a), *b = calloc((size_t)n + FRAME, sizeof *b);
    for (int f = 0; f < frames; f++) {
        double sum = 1e-20;
        for (int i = 0; i < FRAME; i++) sum += pow(clean[f * HOP + i] * window(i), 2);
        level[f] = 10 * log10(sum);
        loudest = fmax(loudest, level[f]);
    }
    for (int f = 0; f < frames; f++) {
        if (level[f] < loudest - range_db) continue;
        for (int i = 0; i < FRAME; i++) {
            a[kept * HOP + i] += (float)(clean[f * HOP + i] * window(i));
            b[kept * HOP + i] += (float)(processed[f * HOP + i] * window(i));
        }
        kept++;
    }
    int len = kept ? (kept - 1) * HOP + FRAME : 0;
    memcpy(clean, a, (size_t)len * sizeof *a);
    memcpy(processed, b, (size_t)len * sizeof *b);
    free(level);
    free(a);
    free(b);
    return len;
}

/* Magnitudes in third-octave bands: out[frames][BANDS]. */
static double *third_octaves(const float *x, int frames) {
    double *out = calloc((size_t)frames * BANDS + 1, sizeof *out), re[DFT], im[DFT];
    for (int f = 0; f < frames; f++) {
        memset(re, 0, sizeof re);
        memset(im, 0, sizeof im);
        for (int i = 0; i < FRAME; i++) re[i] = x[f * HOP + i] * window(i);
        transform(re, im, DFT);
        for (int band = 0; band < BANDS; band++) {
            double centre = lowest_hz * pow(2, band / 3.0);
            int low = (int)lround(centre * pow(2, -1 / 6.0) * DFT / STOI_HZ), high = (int)lround(centre * pow(2, 1 / 6.0) * DFT / STOI_HZ);
            double sum = 0;
            for (int k = low; k < high && k < BINS; k++) sum += re[k] * re[k] + im[k] * im[k];
            out[f * BANDS + band] = sqrt(sum);
        }
    }
    return out;
}

static double segment_score(const double *clean, const double *processed) {
    double total = 0;
    for (int band = 0; band < BANDS; band++) {
        double x2 = 0, y2 = 0, mx = 0, my = 0, y[SEGMENT], xy = 0, xx = 0, yy = 0;
        for (int i = 0; i < SEGMENT; i++) {
            x2 += pow(clean[i * BANDS + band], 2);
            y2 += pow(processed[i * BANDS + band], 2);
        }
        double gain = sqrt(x2 / (y2 + 1e-20));
        for (int i = 0; i < SEGMENT; i++) {
            y[i] = fmin(processed[i * BANDS + band] * gain, clean[i * BANDS + band] * (1 + pow(10, -clip_db / 20)));
            mx += clean[i * BANDS + band] / SEGMENT;
            my += y[i] / SEGMENT;
        }
        for (int i = 0; i < SEGMENT; i++) {
            double dx = clean[i * BANDS + band] - mx, dy = y[i] - my;
            xy += dx * dy;
            xx += dx * dx;
            yy += dy * dy;
        }
        total += xy / (sqrt(xx * yy) + 1e-20);
    }
    return total / BANDS;
}

double stoi(const float *clean, const float *processed, int n) {
    int len, frames;
    double sum = 0;
    float *a = at_10_khz(clean, n, &len), *b = at_10_khz(processed, n, &len);
    len = drop_silence(a, b, len);
    frames = len < FRAME ? 0 : (len - FRAME) / HOP + 1;
    double *x = third_octaves(a, frames), *y = third_octaves(b, frames);
    for (int f = 0; f + SEGMENT <= frames; f++) sum += segment_score(x + f * BANDS, y + f * BANDS);
    free(x);
    free(y);
    free(a);
    free(b);
    return frames < SEGMENT ? NAN : sum / (frames - SEGMENT + 1);
}
