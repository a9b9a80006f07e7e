/* echo_drift.h: brings the far end to the microphone's clock. Layer: dsp.
 * Sources: windowed-sinc interpolation (Crochiere & Rabiner 1983, chapter 4); the slope of the phase between two estimates of
 * the same path, taken some time apart, is how far it has moved (Pawig, Enzner & Vary, "Adaptive sampling rate correction for
 * acoustic echo control in voice-over-IP", IEEE TSP 2010, for the idea of correcting the far end).
 *
 * Loudspeaker and microphone may have clocks of their own: up to 400 ppm are followed. Delay: ECHO_DRIFT_DELAY samples, so an
 * echo that comes sooner than that (0.6 ms) is not modelled. PCM of any range.
 */
#ifndef TCCC_DSP_ECHO_DRIFT_H
#define TCCC_DSP_ECHO_DRIFT_H

#include "dsp/echo_filter.h"

enum {
    ECHO_DRIFT_DELAY = 9,
    ECHO_DRIFT_TAPS = 16,
    ECHO_DRIFT_PHASES = 64,
    ECHO_DRIFT_HELD = 512, /* samples: a power of two */
    ECHO_DRIFT_FRAMES_MAX = 2
};

typedef struct {
    float taps[ECHO_DRIFT_PHASES + 1][ECHO_DRIFT_TAPS];
    float held[ECHO_DRIFT_HELD];
    int behind;              /* whole samples from the reading place to the newest sample's end */
    double part;             /* of a sample, 0..1, that the reading place is ahead of that */
    double speed;            /* reading speed minus 1: the far clock's lead */
    unsigned end;            /* where the next sample goes in held */
    int n;                   /* partitions of the snapshot */
    echo_spectrum *re, *im;  /* of the filter, `learnt` frames ago */
    int learnt, delay;       /* frames the filter learnt since; where its first partition was then, or -1 */
} echo_drift;

/* Spectra that echo_drift_start wants for a filter of n partitions; memory: those, as for echo_filter_start. */
int echo_drift_spectra(int n);
void echo_drift_start(echo_drift *drift, int n, echo_spectrum *memory);

/* Takes a frame of the far end; gives 0, 1 or 2 frames in out, in the microphone's clock: 1 but where the difference of the
 * clocks has grown to a frame. Whoever gets 0 or 2 must count the echo's delay one frame shorter or longer. With
 * can_lengthen or can_shorten 0 that is put off, and the reading place waits. */
int echo_drift_resample(echo_drift *drift, const float far[FRAME_LEN], int can_shorten, int can_lengthen,
                        float out[ECHO_DRIFT_FRAMES_MAX][FRAME_LEN]);

/* Looks at the filter after each frame that it learnt from; delay: where its first partition is. */
void echo_drift_follow(echo_drift *drift, const echo_filter *filter, int delay);

/* The far end's clock against the microphone's, ppm. */
float echo_drift_ppm(const echo_drift *drift);

#endif
