/* echo_delay.h: how many frames the echo is behind the far end. Layer: dsp.
 * Source: generalized coherence (Carter, Knapp & Nuttall, "Estimation of the magnitude-squared coherence function via
 * overlapped FFT processing", 1973): averaged over 300 to 3500 Hz, for every delay of 0 to 630 ms.
 */
#ifndef TCCC_DSP_ECHO_DELAY_H
#define TCCC_DSP_ECHO_DELAY_H

#include "dsp/echo_far.h"

enum {
    ECHO_DELAY_FRAMES = 64, /* delays looked at */
    ECHO_DELAY_BINS = 32    /* every other bin of 300 to 3500 Hz */
};

typedef struct {
    float cross_re[ECHO_DELAY_FRAMES][ECHO_DELAY_BINS], cross_im[ECHO_DELAY_FRAMES][ECHO_DELAY_BINS];
    float far_power[ECHO_DELAY_BINS], near_power[ECHO_DELAY_BINS];
    float past[ECHO_DELAY_FRAMES][ECHO_DELAY_BINS]; /* 1 / far_power in the last frames, which is what belongs to each delay */
    int newest;
    int frames;                     /* averaged since the start */
    float score[ECHO_DELAY_FRAMES]; /* mean coherence, 0..1 */
    int turn;                       /* which quarter of the scores is computed next */
    int candidate, agreed;          /* the delay found last, and how often in a row */
} echo_delay;

void echo_delay_start(echo_delay *state);
/* The echo comes in another way now: what was averaged is forgotten. */
void echo_delay_again(echo_delay *state);

/* Takes the microphone's spectrum (as echo_far.h makes it) of the frame that was put last into far. Call it only while the
 * far end speaks. Returns the delay in frames, made one smaller so that the filter also sees the echo's beginning, once
 * the same was found for 0.3 s, or 0.12 s where it is very clear; otherwise -1. Moves away from `present` only if the echo begins before it or more than
 * 30 ms after it. */
int echo_delay_put(echo_delay *state, const echo_far *far, const float *near_re, const float *near_im, int present);

#endif
