/* resample.c: polyphase FIR resampler. Layer: dsp.
 * Sources: Crochiere & Rabiner 1983, chapter 2; Kaiser window; J. O. Smith, "Digital Audio Resampling". */
#include "dsp/resample.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tccc/error.h"

enum {
    LANES = 8,            /* taps are summed in this many parallel sums */
    FOLD = LANES / 2,     /* folded ones in this many */
    TABLE_EXACT = 40000,  /* up to so many taps in all, every phase has its own */
    PHASES_BETWEEN = 256, /* else so many, with linear interpolation: error below -90 dB */
    TAPS_MAX = 704,       /* 192 kHz to 8 kHz */
};
static const double ATTENUATION_DB = 60, TRANSITION = 0.125; /* of the lower rate, centred on its half */

typedef float lanes __attribute__((vector_size(16)));

struct resample {
    int in_hz, out_hz;
    int up, down;        /* the ratio without common factor */
    int taps, phases;
    int step, step_part; /* down / up and down % up */
    int position, part;  /* of the next output: input sample and part/up of the way to the next */
    float *filter;       /* [phases + 1][taps] */
    float *folded;       /* rates that divide: [up][taps / 2], see resample_fold; else NULL */
    float past[TAPS_MAX + RESAMPLE_BLOCK];
};

static int resample_common(int a, int b) {
    while (b) {
        int rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static double resample_bessel(double x) { /* I0 */
    double sum = 1, term = 1;
    for (int k = 1; term > sum * 1e-18; k++) {
        term *= x / (2 * k) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

/* Windowed sinc at `t` input samples from the centre. */
static double resample_kernel(double t, double cutoff, double half, double beta) {
    double r = t / half;
    if (r <= -1 || r >= 1) return 0;
    double x = M_PI * cutoff * t;
    double sinc = fabs(x) < 1e-9 ? 1 : sin(x) / x;
    return cutoff * sinc * resample_bessel(beta * sqrt(1 - r * r)) / resample_bessel(beta);
}

static void resample_design(resample *state) {
    double lower = state->in_hz < state->out_hz ? state->in_hz : state->out_hz;
    double cutoff = lower / state->in_hz, half = state->taps / 2.0;
    double attenuation = 7.95 + 14.36 * TRANSITION * cutoff * state->taps; /* what these taps can do */
    double beta = 0.1102 * (attenuation - 8.7);
    for (int phase = 0; phase <= state->phases; phase++) {
        float *taps = state->filter + (size_t)phase * (size_t)state->taps;
        double sum = 0;
        for (int k = 0; k < state->taps; k++) {
            double t = k - (half - 1) - (double)phase / state->phases;
            sum += resample_kernel(t, cutoff, half, beta);
        }
        for (int k = 0; k < state->taps; k++) {
            double t = k - (half - 1) - (double)phase / state->phases;
            taps[k] = (float)(resample_kernel(t, cutoff, half, beta) / sum);
        }
    }
}

/* Where one rate divides the other, phase 0 is even about tap taps / 2 - 1 and phase `up - p` is phase p backwards, about the
 * middle. So two samples that a tap's size belongs to are added first: half the products for phase 0 (its middle counts half,
 * being added to itself), and for two such phases the products of their even and of their odd part serve both.
 * Row 0 is phase 0, rows 2 p - 1 and 2 p are the even and the odd part of phase p, the last row that of up / 2 if up is even. */
static void resample_fold(resample *state) {
    int taps = state->taps, half = taps / 2, up = state->up;
    float *row = state->folded;
    memcpy(row, state->filter, (size_t)half * sizeof *row);
    row[half - 1] *= 0.5f;
    row += half;
    for (int p = 1; 2 * p <= up; p++) {
        const float *phase = state->filter + (size_t)p * (size_t)taps;
        for (int k = 0; k < half; k++) row[k] = 0.5f * (phase[k] + phase[taps - 1 - k]);
        row += half;
        if (2 * p == up) break;
        for (int k = 0; k < half; k++) row[k] = 0.5f * (phase[k] - phase[taps - 1 - k]);
        row += half;
    }
}

static int resample_taps(int in_hz, int out_hz) {
    double lower = in_hz < out_hz ? in_hz : out_hz;
    double taps = (ATTENUATION_DB - 7.95) / (14.36 * TRANSITION * lower / in_hz);
    return ((int)ceil(taps) + LANES - 1) / LANES * LANES;
}

resample *resample_new(int in_hz, int out_hz, int *error) {
    *error = TCCC_E_ARG_RANGE;
    if (in_hz < RESAMPLE_RATE_MIN || in_hz > RESAMPLE_RATE_MAX) return NULL;
    if (out_hz < RESAMPLE_RATE_MIN || out_hz > RESAMPLE_RATE_MAX) return NULL;
    *error = TCCC_E_NO_MEMORY;
    resample *state = calloc(1, sizeof *state);
    if (!state) return NULL;
    int common = resample_common(in_hz, out_hz);
    state->in_hz = in_hz;
    state->out_hz = out_hz;
    state->up = out_hz / common;
    state->down = in_hz / common;
    state->step = state->down / state->up;
    state->step_part = state->down % state->up;
    state->taps = resample_taps(in_hz, out_hz);
    state->phases = state->up <= TABLE_EXACT / state->taps ? state->up : PHASES_BETWEEN;
    size_t taps = (size_t)state->taps;
    bool divides = (state->up == 1) != (state->down == 1);
    state->filter = calloc((size_t)(state->phases + 1) * taps + (divides ? (size_t)state->up * (taps / 2) : 0), sizeof(float));
    if (!state->filter) {
        resample_free(state);
        return NULL;
    }
    if (in_hz != out_hz) resample_design(state);
    if (divides) {
        state->folded = state->filter + (size_t)(state->phases + 1) * taps;
        resample_fold(state);
    }
    *error = 0;
    return state;
}

void resample_free(resample *state) {
    if (!state) return;
    free(state->filter);
    free(state);
}

void resample_reset(resample *state) {
    memset(state->past, 0, sizeof state->past);
    state->position = state->part = 0;
}

int resample_delay(const resample *state) {
    if (state->up == state->down) return 0;
    return (int)lrint(state->taps / 2.0 * state->out_hz / state->in_hz);
}

int resample_out_max(const resample *state, int n_in) {
    return (int)((long long)n_in * state->up / state->down) + 1;
}

static float resample_across(lanes a) {
    return (a[0] + a[2]) + (a[1] + a[3]);
}

static float resample_sum(const float *restrict filter, const float *restrict x, int taps) {
    lanes a = { 0 }, b = { 0 };
    for (int k = 0; k < taps; k += LANES) {
        lanes f, g, y, z;
        memcpy(&f, filter + k, sizeof f);
        memcpy(&g, filter + k + 4, sizeof g);
        memcpy(&y, x + k, sizeof y);
        memcpy(&z, x + k + 4, sizeof z);
        a += f * y;
        b += g * z;
    }
    return resample_across(a + b);
}

static float resample_one(const resample *state, const float *x) {
    int taps = state->taps;
    if (state->phases == state->up) return resample_sum(state->filter + (size_t)state->part * (size_t)taps, x, taps);
    double place = (double)state->part * state->phases / state->up;
    int phase = (int)place;
    const float *filter = state->filter + (size_t)phase * (size_t)taps;
    float left = resample_sum(filter, x, taps), right = resample_sum(filter + taps, x, taps);
    return left + (float)(place - phase) * (right - left);
}

/* x[k] + x[last - k] times row[k], k < half */
static float resample_even(const float *restrict row, const float *restrict x, int half, int last) {
    lanes a = { 0 };
    const float *back = x + last - (FOLD - 1);
    for (int k = 0; k < half; k += FOLD, back -= FOLD) {
        lanes f, y, z;
        memcpy(&f, row + k, sizeof f);
        memcpy(&y, x + k, sizeof y);
        memcpy(&z, back, sizeof z);
        a += f * (y + __builtin_shufflevector(z, z, 3, 2, 1, 0));
    }
    return resample_across(a);
}

/* Phases p and up - p at once, by p's even and odd part. */
static void resample_mirrored(const float *restrict row, const float *restrict x, int half, float *phase, float *mirror) {
    lanes even = { 0 }, odd = { 0 };
    const float *back = x + half * 2 - FOLD, *row_odd = row + half;
    for (int k = 0; k < half; k += FOLD, back -= FOLD) {
        lanes e, o, y, z;
        memcpy(&e, row + k, sizeof e);
        memcpy(&o, row_odd + k, sizeof o);
        memcpy(&y, x + k, sizeof y);
        memcpy(&z, back, sizeof z);
        z = __builtin_shufflevector(z, z, 3, 2, 1, 0);
        even += e * (y + z);
        odd += o * (y - z);
    }
    float sum = resample_across(even), difference = resample_across(odd);
    *phase = sum + difference;
    *mirror = sum - difference;
}

/* All outputs at one input sample, or, downwards, the one. */
static void resample_at(const resample *state, const float *x, float *out) {
    int half = state->taps / 2, up = state->up;
    const float *row = state->folded;
    out[0] = resample_even(row, x, half, state->taps - 2);
    row += half;
    for (int p = 1; 2 * p < up; p++, row += 2 * half) resample_mirrored(row, x, half, &out[p], &out[up - p]);
    if (up % 2 == 0) out[up / 2] = resample_even(row, x, half, state->taps - 1);
}

static int resample_run_folded(resample *state, int n_in, float *out) {
    int n_out = 0;
    for (; state->position < n_in; state->position += state->down, n_out += state->up)
        resample_at(state, state->past + state->position + 1, out + n_out);
    return n_out;
}

static int resample_run_any(resample *state, int n_in, float *out) {
    int n_out = 0;
    while (state->position < n_in) {
        out[n_out++] = resample_one(state, state->past + state->position + 1);
        state->position += state->step;
        state->part += state->step_part;
        if (state->part >= state->up) {
            state->part -= state->up;
            state->position++;
        }
    }
    return n_out;
}

int resample_run(resample *state, const float *in, int n_in, float *out) {
    if (state->up == state->down) {
        memcpy(out, in, (size_t)n_in * sizeof *in);
        return n_in;
    }
    int taps = state->taps;
    memcpy(state->past + taps, in, (size_t)n_in * sizeof *in);
    int n_out = state->folded ? resample_run_folded(state, n_in, out) : resample_run_any(state, n_in, out);
    state->position -= n_in;
    memmove(state->past, state->past + n_in, (size_t)taps * sizeof *in);
    return n_out;
}
