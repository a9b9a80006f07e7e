/* howl.h: finds sound that a loop through the room builds up, and damps it. Layer: dsp.
 * Source: growth and persistence as signs of feedback (van Waterschoot & Moonen, "Fifty years of acoustic feedback control", Proceedings
 * of the IEEE 2011), by bands: a loop of 100 ms or more can sound every 10 Hz or less.
 *
 * Two telephones of one call in a room hear each other: what a microphone sends comes back from the other's loudspeaker, but is not in
 * its own far end, so no echo canceller knows of it. With a loop gain above 1 it grows until something clips.
 *
 * A voice swells for a tenth of a second, dips twice a second, and does not stay high. What grows by 3 dB in 0.35 s twice in a row without
 * a dip, to 6 dB over the last seconds' mean, is taken for a loop, and so is what stays loud for 1.5 s without a dip. Its band comes out
 * 6 dB quieter, again and again down to 24 dB as long as that goes on. For 30 s from then on growing once is enough. A band is
 * held down for 2 s, twice as long each time it is needed again (up to 32 s), and then let go by 1 dB a second.
 *
 * In 15 minutes of three people's speech no band was damped; in a minute of music a third of all bands and frames was.
 * Loops whose gain is over 6 dB, or that take over 0.2 s, are heard for seconds before they are caught.
 */
#ifndef TCCC_DSP_HOWL_H
#define TCCC_DSP_HOWL_H

#include <stdbool.h>

#include "dsp/spectrum.h"

enum { HOWL_BANDS = 8 };

typedef struct {
    float mean, slow;  /* power over 3 s and over 70 ms */
    float most;        /* since the last dip */
    float before;      /* when it was looked at last */
    bool grew;         /* then */
    int frames;        /* since the last dip */
    float damped;      /* 1 less the gain of amplitude */
    int hold, held;    /* frames that the gain is kept, and was */
} howl_band;

typedef struct {
    howl_band bands[HOWL_BANDS];
    int alarm;         /* frames that growing once is enough */
} howl; /* zero to start */

/* smooth: power of what the canceller left, in spectra of spectrum.h and s16 scale, over some 50 ms. Lowers the gains (of amplitude) of
 * the bands that build up. Once a frame. */
void howl_follow(howl *state, const float smooth[SPECTRUM_BINS], float gain[SPECTRUM_BINS]);

#endif
