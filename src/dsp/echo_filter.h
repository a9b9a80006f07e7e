/* echo_filter.h: the path from far end to microphone, learnt by a partitioned Kalman filter in the frequency domain.
 * Layer: dsp. Sources: Enzner & Vary, "Frequency-domain adaptive Kalman filter for acoustic echo control" (Signal Processing
 * 2006); Kuech, Mabande & Enzner, "State-space architecture of the partitioned-block-based acoustic echo controller" (ICASSP
 * 2014). Shadow filter after Ochiai, Araseki & Ogihara, "Echo canceler with two echo path models" (1977).
 *
 * Each partition of 10 ms holds a spectrum of weights and of the variance of their error; what the near end says raises the
 * noise the filter believes in and so slows it by itself. A normalised-gradient filter runs beside it: where it is better for a
 * while its weights are taken over. Where the path has changed, the microphone does not hold the estimated echo any more, as it
 * would whoever else speaks: then the variance becomes what it was at the start (the idea of recovery after an abrupt change:
 * Yang, Enzner & Yang, "Frequency-domain adaptive Kalman filter with fast recovery of abrupt echo-path changes", IEEE SPL 2017).
 * PCM in s16 scale (32768 is full).
 */
#ifndef TCCC_DSP_ECHO_FILTER_H
#define TCCC_DSP_ECHO_FILTER_H

#include <stdbool.h>

#include "dsp/echo_far.h"

enum { ECHO_FILTER_MAX = 52 /* partitions: 520 ms; a multiple of FFT_LANES */ };

typedef float echo_spectrum[FFT_BINS];

typedef struct {
    int n; /* partitions, a multiple of FFT_LANES */
    echo_spectrum *re, *im;               /* weights */
    echo_spectrum *variance;              /* of their error */
    echo_spectrum *shadow_re, *shadow_im;
    echo_spectrum near_power;             /* of what is not echo, smoothed: psi in the papers */
    echo_spectrum doubt;                  /* power of the echo that the weights' error leaves in this frame */
    float far_sum[FFT_BINS];
    float energy, shadow_energy;          /* of the filters' errors, over some 10 frames */
    float near_recent, error_recent;      /* of microphone and error, over some 5 frames */
    int shadow_better;                    /* frames in a row */
    float near_echo, echo_echo, near_near; /* products of the differences of microphone and estimated echo, over some 10 frames */
    int denied;                           /* frames in a row in which the microphone did not hold the estimated echo */
    int lost;                             /* frames that the path is taken for unknown, unless it is learnt sooner */
    int next;                             /* partition at which the next four are cut to their 160 samples */
} echo_filter;

/* How many spectra echo_filter_start wants for n partitions. */
int echo_filter_spectra(int n);
/* memory: echo_filter_spectra(n) spectra, owned by the caller, which stay in use. */
void echo_filter_start(echo_filter *filter, int n, echo_spectrum *memory);
/* The echo comes n_frames later (earlier if negative) than the weights think. */
void echo_filter_shift(echo_filter *filter, int n_frames);

/* near: the microphone -> echo: what of it is the far end's, error: near - echo. delay: age in far of the first partition's
 * frame. learn: the far end speaks. known: there is an echo. Returns true when it has just given the path up: the echo comes in another way now. */
bool echo_filter_run(echo_filter *filter, const echo_far *far, int delay, bool learn, bool known,
                     const float near[FRAME_LEN], float echo[FRAME_LEN], float error[FRAME_LEN]);

#endif
