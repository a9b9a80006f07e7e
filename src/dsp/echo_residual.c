/* echo_residual.c: the power of the echo that the filter leaves. Layer: dsp. Sources: Valin 2007, Habets et al. 2008. */
#include "dsp/echo_residual.h"

#include <string.h>

#include "dsp/elementary.h"

enum { BANDS = ECHO_RESIDUAL_BANDS, DECAY_EVERY = 10, DECAY_BEGIN = 6, DECAY_END = 120, DECAY_LEAST = 3, LAST_PARTITIONS = 4 };

/* Bins of spectrum.h, in bands that widen as hearing's do (sinh of a constant step, 600 Hz at its bend). */
static const short band_begin[BANDS + 1] = { 0,  3,  4,  8,  11, 14, 17,  20,  25,  30,  35,  41, 48,
                                             56, 64, 73, 84, 97, 112, 128, 147, 169, 195, 222, 257 };

static const float LEAK_MIN = 1e-4f, LEAK_KEEP = 0.9f;
static const float MEAN_STEP = 0.02f, VARIANCE_STEP = 0.008f;
static const float ECHO_MIN = 1e4f, ECHO_CLEAR = 1e6f;  /* power of a bin: below the first it says nothing */
static const float FAR_ONLY_STEP = 0.03f, FAR_ONLY_STEP_NEAR = 0.001f, NEAR_UNLIKELY = 0.3f;
static const float LONGER = 0.8f;                       /* power of a 512-window bin over that of a 320-point frame's */
static const float DOUBT_MAX = 2;                       /* times the echo's power */
static const float DOUBT_LEAK = 4;
static const float TAIL = 3;                            /* tails are louder than the weights' mean decay says */
static const float RELEASE = 0.3f;                      /* of the last frame's estimate */
static const float DECAY_MIN = 0.3f, DECAY_MAX = 0.9f, DECAY_STEP = 0.1f, WEIGHT_MIN = 1e-12f;
static const float CLAIM_NEAR = 0.3f, CLAIM_FAR = 6;    /* while the near end speaks, while it does not */
static const float NEAR_RATIO = 4;                      /* error over residual and noise that only speech makes */
static const float NEAR_BANDS_SOME = 2, NEAR_BANDS = 5; /* of those between the outer ones */
static const float NEAR_UP = 0.3f, NEAR_KEEP = 0.92f;

void echo_residual_start(echo_residual *state) {
    memset(state, 0, sizeof *state);
    state->claim = 1;
    for (int b = 0; b < BANDS; b++) state->leak[b] = 1;
}

/* The room's decay: energy of the second half of the partitions behind the strongest against that of the first half. */
static void echo_residual_decay(echo_residual *state, const echo_filter *filter) {
    float energy[ECHO_FILTER_MAX], first = 0, second = 0;
    int peak = 0;
    for (int p = 0; p < filter->n; p++) {
        float sum = WEIGHT_MIN;
        for (int k = DECAY_BEGIN; k < DECAY_END; k++)
            sum += filter->re[p][k] * filter->re[p][k] + filter->im[p][k] * filter->im[p][k];
        energy[p] = sum;
        if (sum > energy[peak]) peak = p;
    }
    int half = (filter->n - peak - 3) / 2;
    if (half < DECAY_LEAST) return;
    for (int i = 0; i < half; i++) {
        first += energy[peak + 2 + i];
        second += energy[peak + 2 + half + i];
    }
    float decay = elementary_exp2(elementary_log2(second / first) / (float)half);
    decay = decay < DECAY_MIN ? DECAY_MIN : decay > DECAY_MAX ? DECAY_MAX : decay;
    state->decay += DECAY_STEP * (decay - state->decay);
}

void echo_residual_follow(echo_residual *state, const echo_filter *filter, const echo_far *far, int delay) {
    float last[FFT_BINS] = { 0 };
    if (state->frames++ % DECAY_EVERY == 0) echo_residual_decay(state, filter);
    if (state->frames == DECAY_EVERY) state->frames = 0;
    for (int p = filter->n - LAST_PARTITIONS; p < filter->n; p++)
        for (int k = 0; k < FFT_BINS; k++)
            last[k] += filter->re[p][k] * filter->re[p][k] + filter->im[p][k] * filter->im[p][k];
    const float *power = far->power[echo_far_at(far, delay + filter->n - 1)];
    for (int k = 0; k < FFT_BINS; k++) {
        float tail = state->decay * (state->tail[k] + (1.0f / LAST_PARTITIONS) * last[k] * power[k]);
        state->tail[k] = tail < WEIGHT_MIN ? 0 : tail;
    }
}

/* Share of the echo in the error, by regression, and not below what was seen while the near end was silent. */
static void echo_residual_leak(echo_residual *state, int b, float error, float echo, float noise) {
    float de = error - state->error_mean[b], dy = echo - state->echo_mean[b], above = error > noise ? error - noise : 0;
    state->error_mean[b] += MEAN_STEP * de;
    state->echo_mean[b] += MEAN_STEP * dy;
    state->covariance[b] = (1 - VARIANCE_STEP) * state->covariance[b] + VARIANCE_STEP * de * dy;
    state->variance[b] = (1 - VARIANCE_STEP) * state->variance[b] + VARIANCE_STEP * dy * dy;
    float leak = state->covariance[b] / (state->variance[b] + ECHO_MIN);
    leak = leak < LEAK_MIN ? LEAK_MIN : leak > 1 ? 1 : leak;
    state->leak[b] = LEAK_KEEP * state->leak[b] + (1 - LEAK_KEEP) * leak;
    if (echo > ECHO_CLEAR) {
        float ratio = above / (echo + ECHO_MIN), step = state->near < NEAR_UNLIKELY ? FAR_ONLY_STEP : FAR_ONLY_STEP_NEAR;
        state->far_only[b] += step * ((ratio > 1 ? 1 : ratio) - state->far_only[b]);
    }
    if (state->leak[b] < state->far_only[b]) state->leak[b] = state->far_only[b];
}

static float echo_residual_bin(echo_residual *state, const echo_filter *filter, float leak, float echo, int k) {
    int bin = k * 5 / 8; /* 31.25 Hz of 50 Hz */
    float doubt = LONGER * filter->doubt[bin], doubt_share = DOUBT_LEAK * leak;
    if (doubt > DOUBT_MAX * echo && !filter->lost) doubt = DOUBT_MAX * echo;
    if (doubt_share < 1) doubt *= doubt_share;
    float now = (leak * echo > doubt ? leak * echo : doubt) + TAIL * LONGER * state->tail[bin];
    float last = RELEASE * state->last[k];
    return state->last[k] = (now > last ? now : last) + WEIGHT_MIN;
}

/* How much of the estimate to claim: all the more, the surer it is that only the far end is heard. */
static void echo_residual_judge(echo_residual *state, int n_bands, bool lost) {
    float instant = (float)n_bands > NEAR_BANDS ? 1 : (float)n_bands > NEAR_BANDS_SOME ? 0.5f : 0;
    float keep = instant > state->near ? NEAR_UP : NEAR_KEEP;
    state->near = lost ? 0 : keep * state->near + (1 - keep) * instant;
    float far = 1 - state->near;
    state->claim = 0.5f * state->claim + 0.5f * (CLAIM_NEAR + (CLAIM_FAR - CLAIM_NEAR) * far * far);
}

void echo_residual_estimate(echo_residual *state, const echo_filter *filter, bool active, const float error[SPECTRUM_BINS],
                            const float echo[SPECTRUM_BINS], const float noise[SPECTRUM_BINS], float residual[SPECTRUM_BINS]) {
    int n_near = 0;
    for (int b = 0; b < BANDS; b++) {
        int begin = band_begin[b], end = band_begin[b + 1];
        float share = 1.0f / (float)(end - begin), error_sum = 0, echo_sum = 0, noise_sum = 0, known = 0;
        for (int k = begin; k < end; k++) {
            error_sum += error[k];
            echo_sum += echo[k];
            noise_sum += noise[k];
        }
        if (filter->lost > 0) state->leak[b] = state->far_only[b] = 1;
        else if (active) echo_residual_leak(state, b, share * error_sum, share * echo_sum, share * noise_sum);
        for (int k = begin; k < end; k++) {
            float power = echo_residual_bin(state, filter, state->leak[b], echo[k], k);
            residual[k] = active ? power : 0;
            known += residual[k];
        }
        if (error_sum > NEAR_RATIO * (known + noise_sum) && b > 1 && b < BANDS - 2) n_near++;
    }
    echo_residual_judge(state, n_near, filter->lost > 0);
    for (int k = 0; k < SPECTRUM_BINS; k++) residual[k] *= state->claim;
}
