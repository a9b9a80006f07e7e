/* echo_residual.h: the power of the echo that the filter leaves, by frequency. Layer: dsp.
 * Sources: leakage by regression of the error's power on the echo's (Valin, IEEE TASLP 2007); late reverberation by an
 * exponential decay (Habets, Gannot, Cohen & Sommen, "Joint dereverberation and residual echo suppression", IEEE TASLP 2008);
 * the Kalman filter's own uncertainty (Enzner & Vary 2006).
 *
 * Three parts: what leaks through the filter (loudspeaker's distortion, a path that moves), in proportion to the echo; what it
 * does not know yet; and the room's tail behind its last partition. More is claimed while the near end is silent. Spectra of
 * spectrum.h, s16 scale.
 */
#ifndef TCCC_DSP_ECHO_RESIDUAL_H
#define TCCC_DSP_ECHO_RESIDUAL_H

#include "dsp/echo_filter.h"
#include "dsp/spectrum.h"

enum { ECHO_RESIDUAL_BANDS = 24 };

typedef struct {
    float leak[ECHO_RESIDUAL_BANDS];       /* share of the echo's power that remains */
    float far_only[ECHO_RESIDUAL_BANDS];   /* the same, seen while the near end is silent */
    float error_mean[ECHO_RESIDUAL_BANDS], echo_mean[ECHO_RESIDUAL_BANDS];
    float covariance[ECHO_RESIDUAL_BANDS], variance[ECHO_RESIDUAL_BANDS];
    float last[SPECTRUM_BINS];             /* the estimate, for its decay */
    float tail[FFT_BINS];                  /* power of the echo behind the filter's end */
    float decay;                           /* of the room, a frame, by the filter's weights */
    float near;                            /* 0..1: the near end speaks */
    float claim;                           /* factor on the estimate */
    int frames;
} echo_residual;

void echo_residual_start(echo_residual *state);

/* After each frame of the filter; delay as there. */
void echo_residual_follow(echo_residual *state, const echo_filter *filter, const echo_far *far, int delay);

/* error, echo, noise: power of what the filter left, of the echo it took out and of the background -> residual: power of the
 * echo within error. active: the far end speaks; otherwise residual is 0. */
void echo_residual_estimate(echo_residual *state, const echo_filter *filter, bool active, const float error[SPECTRUM_BINS],
                            const float echo[SPECTRUM_BINS], const float noise[SPECTRUM_BINS], float residual[SPECTRUM_BINS]);

#endif
