/* echo_far.h: the far end's recent past as spectra. Layer: dsp.
 *
 * Each frame makes one spectrum of its own 160 samples and the 160 before (fft.h, FFT_LEN). Scale: s16 (32768 is full).
 */
#ifndef TCCC_DSP_ECHO_FAR_H
#define TCCC_DSP_ECHO_FAR_H

#include "dsp/fft.h"
#include "dsp/frame.h"

enum {
    ECHO_FAR_FRAMES = 128,                              /* 1.28 s; a power of two */
    ECHO_FAR_SPEECH_BEGIN = 4, ECHO_FAR_SPEECH_END = 80 /* bins that `speech` counts: 200 to 4000 Hz */
};

typedef struct {
    float re[ECHO_FAR_FRAMES][FFT_BINS], im[ECHO_FAR_FRAMES][FFT_BINS], power[ECHO_FAR_FRAMES][FFT_BINS];
    float speech[ECHO_FAR_FRAMES]; /* sum of power over the speech bins */
    float all[ECHO_FAR_FRAMES];    /* over all bins */
    float past[FFT_LEN];
    int newest;
} echo_far; /* zero to start */

/* Where the spectrum of `age` frames ago is: 0 the newest, below ECHO_FAR_FRAMES. */
static inline int echo_far_at(const echo_far *far, int age) {
    return (far->newest - age) & (ECHO_FAR_FRAMES - 1);
}

void echo_far_put(echo_far *far, const float pcm[FRAME_LEN]);

#endif
