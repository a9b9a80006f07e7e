/* resample.c: polyphase FIR resampler. Layer: dsp.
 * Sources: Crochiere & Rabiner 1983, chapter 2; Kaiser window; J. O. Smith, "Digital Audio Resampling". */
#include "dsp/resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tccc/error.h"

enum {
    LANES = 8,            /* taps are summed in this many parallel sums */
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
    float past[TAPS_MAX + RESAMPLE_BLOCK];
};

static int resample_common(int a, int b)
{
    while (b) {
        int rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static double resample_bessel(double x) /* I0 */
{
    double sum = 1, term = 1;
    for (int k = 1; term > sum * 1e-18; k++) {
        term *= x / (2 * k) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

/* Windowed sinc at `t` input samples from the centre. */
static double resample_kernel(double t, double cutoff, double half, double beta)
{
    double r = t / half;
    if (r <= -1 || r >= 1) return 0;
    double x = M_PI * cutoff * t;
    double sinc = fabs(x) < 1e-9 ? 1 : sin(x) / x;
    return cutoff * sinc * resample_bessel(beta * sqrt(1 - r * r)) / resample_bessel(beta);
}

static void resample_design(resample *state)
{
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

static int resample_taps(int in_hz, int out_hz)
{
    double lower = in_hz < out_hz ? in_hz : out_hz;
    double taps = (ATTENUATION_DB - 7.95) / (14.36 * TRANSITION * lower / in_hz);
    return ((int)ceil(taps) + LANES - 1) / LANES * LANES;
}

resample *resample_new(int in_hz, int out_hz, int *error)
{
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
    state->filter = calloc((size_t)(state->phases + 1) * (size_t)state->taps, sizeof(float));
    if (!state->filter) {
        resample_free(state);
        return NULL;
    }
    if (in_hz != out_hz) resample_design(state);
    *error = 0;
    return state;
}

void resample_free(resample *state)
{
    if (!state) return;
    free(state->filter);
    free(state);
}

void resample_reset(resample *state)
{
    memset(state->past, 0, sizeof state->past);
    state->position = state->part = 0;
}

int resample_delay(const resample *state)
{
    if (state->up == state->down) return 0;
    return (int)lrint(state->taps / 2.0 * state->out_hz / state->in_hz);
}

int resample_out_max(const resample *state, int n_in)
{
    return (int)((long long)n_in * state->up / state->down) + 1;
}

static float resample_sum(const float *restrict filter, const float *restrict x, int taps)
{
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
    a += b;
    return (a[0] + a[2]) + (a[1] + a[3]);
}

static float resample_one(const resample *state, const float *x)
{
    int taps = state->taps;
    if (state->phases == state->up) return resample_sum(state->filter + (size_t)state->part * (size_t)taps, x, taps);
    double place = (double)state->part * state->phases / state->up;
    int phase = (int)place;
    const float *filter = state->filter + (size_t)phase * (size_t)taps;
    float left = resample_sum(filter, x, taps), right = resample_sum(filter + taps, x, taps);
    return left + (float)(place - phase) * (right - left);
}

int resample_run(resample *state, const float *in, int n_in, float *out)
{
    if (state->up == state->down) {
        memcpy(out, in, (size_t)n_in * sizeof *in);
        return n_in;
    }
    int n_out = 0, taps = state->taps;
    memcpy(state->past + taps, in, (size_t)n_in * sizeof *in);
    while (state->position < n_in) {
        out[n_out++] = resample_one(state, state->past + state->position + 1);
        state->position += state->step;
        state->part += state->step_part;
        if (state->part >= state->up) {
            state->part -= state->up;
            state->position++;
        }
    }
    state->position -= n_in;
    memmove(state->past, state->past + n_in, (size_t)taps * sizeof *in);
    return n_out;
}
