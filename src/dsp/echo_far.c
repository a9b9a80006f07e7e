/* echo_far.c: the far end's recent past as spectra. Layer: dsp. */
#include "dsp/echo_far.h"

#include <string.h>

void echo_far_put(echo_far *far, const float pcm[FRAME_LEN]) {
    float speech = 0, all = 0;
    far->newest = (far->newest + 1) & (ECHO_FAR_FRAMES - 1);
    float *re = far->re[far->newest], *im = far->im[far->newest], *power = far->power[far->newest];
    memmove(far->past, far->past + FRAME_LEN, (FFT_LEN - FRAME_LEN) * sizeof *pcm);
    memcpy(far->past + FFT_LEN - FRAME_LEN, pcm, FRAME_LEN * sizeof *pcm);
    fft_forward(far->past, re, im);
    for (int k = 0; k < FFT_BINS; k++) power[k] = re[k] * re[k] + im[k] * im[k];
    for (int k = 0; k < FFT_BINS; k++) all += power[k];
    for (int k = ECHO_FAR_SPEECH_BEGIN; k < ECHO_FAR_SPEECH_END; k++) speech += power[k];
    far->speech[far->newest] = speech;
    far->all[far->newest] = all;
}
