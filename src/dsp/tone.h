/* tone.h: cadenced tones of one or two frequencies. Layer: dsp.
 * Sources: ITU-T E.180 and its supplement 2 (ringback, busy), Q.23 (DTMF).
 */
#ifndef TCCC_DSP_TONE_H
#define TCCC_DSP_TONE_H

#include <stdbool.h>

#include "dsp/frame.h"

enum tone_kind {
    TONE_NONE,
    TONE_RINGBACK, /* 450 Hz, 1 s on, 4 s off (China, E.180 supplement 2) */
    TONE_RING,     /* a call comes in: 660 and 880 Hz, 0.4 s on, 0.2 off, 0.4 on, 2 off */
    TONE_BUSY      /* 450 Hz, 0.35 s on and off */
};

typedef struct {
    double turn[2], now[2], before[2]; /* y[n] = turn y[n-1] - y[n-2] */
    int cadence_ms[4];                 /* on, off, on, off; 0 ends it; first 0: no cadence, always on */
    int step, left;                    /* of the cadence: index, samples left */
    bool on;
    float gain;                        /* present, ramped over 5 ms */
} tone;

/* Silence until tone_kind_start or tone_pair_start: zero the struct. */
void tone_kind_start(tone *state, enum tone_kind kind);

/* Frequencies in Hz, each at `amplitude` (0..0.5); 0 Hz leaves one out. No cadence. */
void tone_pair_start(tone *state, double low_hz, double high_hz, double amplitude);

/* The two frequencies of a DTMF digit "0-9*#A-D" (Q.23); false for another character. */
bool tone_digit_hz(char digit, double *low_hz, double *high_hz);

/* The next frame as in frame.h. */
void tone_make(tone *state, float pcm[FRAME_LEN]);

#endif
