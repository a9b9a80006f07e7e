/* echo_delay.c: how many frames the echo is behind the far end, by coherence. Layer: dsp. Source: Carter et al. 1973. */
#include "dsp/echo_delay.h"

#include <stdbool.h>
#include <string.h>

enum { BIN_BEGIN = 6, BIN_STEP = 2, TURNS = 4, TURN_LEN = ECHO_DELAY_FRAMES / TURNS, AGREED = 7, AGREED_CLEAR = 3, LATE = 3 };

static const float KEEP = 0.985f;      /* of a frame: 0.67 s */
static const float POWER_MIN = 1e3f;   /* of each: below it there is only rounding */
static const float SCORE_MIN = 0.06f;  /* two independent voices moved the delay in none of 72 runs of 15 s */
static const float SCORE_CLEAR = 0.2f;
static const float SCORE_CHANCE = 3;   /* over the frames averaged: what chance makes */
static const float FIRST = 0.5f;       /* share of the best score that an earlier delay needs to be the echo's beginning */

void echo_delay_start(echo_delay *state) {
    memset(state, 0, sizeof *state);
    state->candidate = -1;
}

void echo_delay_again(echo_delay *state) {
    memset(state->cross_re, 0, sizeof state->cross_re);
    memset(state->cross_im, 0, sizeof state->cross_im);
    memset(state->near_power, 0, sizeof state->near_power);
    memset(state->score, 0, sizeof state->score);
    state->frames = state->agreed = 0;
    state->candidate = -1;
}

static void echo_delay_average(echo_delay *state, const echo_far *far, const float *near_re, const float *near_im) {
    float re[ECHO_DELAY_BINS], im[ECHO_DELAY_BINS];
    const float *power = far->power[far->newest];
    state->newest = (state->newest + 1) % ECHO_DELAY_FRAMES;
    state->frames++;
    for (int b = 0; b < ECHO_DELAY_BINS; b++) {
        int k = BIN_BEGIN + BIN_STEP * b;
        re[b] = (1 - KEEP) * near_re[k];
        im[b] = (1 - KEEP) * near_im[k];
        state->near_power[b] = KEEP * state->near_power[b] + (re[b] * near_re[k] + im[b] * near_im[k]);
        state->far_power[b] = KEEP * state->far_power[b] + (1 - KEEP) * power[k];
        state->past[state->newest][b] = 1 / (state->far_power[b] + POWER_MIN);
    }
    for (int delay = 0; delay < ECHO_DELAY_FRAMES; delay++) {
        int at = echo_far_at(far, delay);
        const float *far_re = far->re[at] + BIN_BEGIN, *far_im = far->im[at] + BIN_BEGIN;
        float *cross_re = state->cross_re[delay], *cross_im = state->cross_im[delay];
        for (int b = 0; b < ECHO_DELAY_BINS; b++) {
            float x = far_re[BIN_STEP * b], y = far_im[BIN_STEP * b];
            cross_re[b] = KEEP * cross_re[b] + (re[b] * x + im[b] * y);
            cross_im[b] = KEEP * cross_im[b] + (im[b] * x - re[b] * y);
        }
    }
}

static void echo_delay_score(echo_delay *state) {
    float weight[ECHO_DELAY_BINS];
    for (int b = 0; b < ECHO_DELAY_BINS; b++)
        weight[b] = 1.0f / ECHO_DELAY_BINS / (state->near_power[b] + POWER_MIN);
    for (int i = 0; i < TURN_LEN; i++) {
        int delay = state->turn * TURN_LEN + i;
        const float *re = state->cross_re[delay], *im = state->cross_im[delay];
        const float *past = state->past[(state->newest - delay + ECHO_DELAY_FRAMES) % ECHO_DELAY_FRAMES];
        float sum = 0;
        for (int b = 0; b < ECHO_DELAY_BINS; b++) sum += weight[b] * past[b] * (re[b] * re[b] + im[b] * im[b]);
        state->score[delay] = sum;
    }
    state->turn = (state->turn + 1) % TURNS;
}

/* The delay at which the echo begins, one frame early; -1: there is none. clear: beyond doubt. */
static int echo_delay_first(const echo_delay *state, bool *clear) {
    float best = 0, chance = SCORE_CHANCE / (float)state->frames;
    for (int delay = 0; delay < ECHO_DELAY_FRAMES; delay++)
        if (state->score[delay] > best) best = state->score[delay];
    *clear = best > SCORE_CLEAR + chance;
    if (best <= SCORE_MIN + chance) return -1;
    int delay = 0;
    while (state->score[delay] <= FIRST * best) delay++;
    return delay > 0 ? delay - 1 : 0;
}

int echo_delay_put(echo_delay *state, const echo_far *far, const float *near_re, const float *near_im, int present) {
    echo_delay_average(state, far, near_re, near_im);
    echo_delay_score(state);
    if (state->turn != 0) return -1;
    bool clear;
    int found = echo_delay_first(state, &clear);
    if (found < 0) return -1;
    state->agreed = found == state->candidate ? state->agreed + 1 : 0;
    state->candidate = found;
    if (state->agreed < (clear ? AGREED_CLEAR : AGREED) || (found >= present && found <= present + LATE)) return -1;
    state->agreed = 0;
    return found;
}
