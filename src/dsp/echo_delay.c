/* echo_delay.c: how many frames the echo is behind the far end, by coherence. Layer: dsp. Source: Carter et al. 1973. */
#include "dsp/echo_delay.h"

#include <string.h>

enum { BIN_BEGIN = 6, BIN_STEP = 2, TURNS = 4, TURN_LEN = ECHO_DELAY_FRAMES / TURNS, AGREED = 7, LATE = 3 };

static const float KEEP = 0.985f;      /* of a frame: 0.67 s */
static const float POWER_MIN = 1e6f;   /* of both, multiplied: below it there is only rounding */
static const float SCORE_MIN = 0.06f;  /* two independent voices moved the delay in none of 72 runs of 15 s */
static const float FIRST = 0.5f;       /* share of the best score that an earlier delay needs to be the echo's beginning */

void echo_delay_start(echo_delay *state)
{
    memset(state, 0, sizeof *state);
    state->candidate = -1;
}

static void echo_delay_average(echo_delay *state, const echo_far *far, const float *near_re, const float *near_im)
{
    float re[ECHO_DELAY_BINS], im[ECHO_DELAY_BINS];
    const float *power = far->power[far->newest];
    for (int b = 0; b < ECHO_DELAY_BINS; b++) {
        int k = BIN_BEGIN + BIN_STEP * b;
        re[b] = (1 - KEEP) * near_re[k];
        im[b] = (1 - KEEP) * near_im[k];
        state->near_power[b] = KEEP * state->near_power[b] + (re[b] * near_re[k] + im[b] * near_im[k]);
        state->far_power[b] = KEEP * state->far_power[b] + (1 - KEEP) * power[k];
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

static void echo_delay_score(echo_delay *state)
{
    float weight[ECHO_DELAY_BINS];
    for (int b = 0; b < ECHO_DELAY_BINS; b++)
        weight[b] = 1.0f / ECHO_DELAY_BINS / (state->far_power[b] * state->near_power[b] + POWER_MIN);
    for (int i = 0; i < TURN_LEN; i++) {
        int delay = state->turn * TURN_LEN + i;
        const float *re = state->cross_re[delay], *im = state->cross_im[delay];
        float sum = 0;
        for (int b = 0; b < ECHO_DELAY_BINS; b++) sum += weight[b] * (re[b] * re[b] + im[b] * im[b]);
        state->score[delay] = sum;
    }
    state->turn = (state->turn + 1) % TURNS;
}

/* The delay at which the echo begins, one frame early; -1: none is clear. */
static int echo_delay_first(const echo_delay *state)
{
    float best = 0;
    for (int delay = 0; delay < ECHO_DELAY_FRAMES; delay++)
        if (state->score[delay] > best) best = state->score[delay];
    if (best <= SCORE_MIN) return -1;
    int delay = 0;
    while (state->score[delay] <= FIRST * best) delay++;
    return delay > 0 ? delay - 1 : 0;
}

int echo_delay_put(echo_delay *state, const echo_far *far, const float *near_re, const float *near_im, int present)
{
    echo_delay_average(state, far, near_re, near_im);
    echo_delay_score(state);
    if (state->turn != 0) return -1;
    int found = echo_delay_first(state);
    if (found < 0) return -1;
    state->agreed = found == state->candidate ? state->agreed + 1 : 0;
    state->candidate = found;
    if (state->agreed < AGREED || (found >= present && found <= present + LATE)) return -1;
    state->agreed = 0;
    return found;
}
