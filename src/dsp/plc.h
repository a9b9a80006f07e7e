/* plc.h: lost speech made up from the pitch of what was heard. Layer: dsp. In the manner of ITU-T G.711 Appendix I (1999).
 *
 * For codecs without concealment of their own. f32, mono, 16 kHz. Unlike the Appendix there is no added delay: the start of
 * the made-up signal is bent onto the last good sample instead of cross-fading samples that have been played.
 */
#ifndef TCCC_DSP_PLC_H
#define TCCC_DSP_PLC_H

#include "dsp/comfort_noise.h"

enum {
    PLC_PITCH_MIN = 60,         /* 3.75 ms: 267 Hz; a higher pitch repeats in twos */
    PLC_PITCH_MAX = 240,        /* 15 ms: 67 Hz */
    PLC_HISTORY = 3 * PLC_PITCH_MAX + PLC_PITCH_MAX / 4,
    PLC_FULL_MS = 10,           /* no fading so long, as in the Appendix */
    PLC_FADED_MS = 60           /* gone after this */
};

typedef struct {
    float history[PLC_HISTORY]; /* newest last */
    float frozen[PLC_HISTORY];  /* as it was when the loss began */
    float cycle[3 * PLC_PITCH_MAX]; /* what is repeated */
    int pitch, periods, cycle_at;
    int lost;                   /* samples made up in this loss, 0 = none */
    float bend;                 /* step between the last good sample and the cycle's start */
} plc;

void plc_open(plc *plc);
/* pcm[n] was decoded. Directly after a loss its first 4 to 10 ms are cross-faded, in place, with the made-up signal. */
void plc_good(plc *plc, float *pcm, int n, comfort_noise *noise);
/* Makes up pcm[n], a continuation of what came before; fades into `noise`. */
void plc_conceal(plc *plc, float *pcm, int n, comfort_noise *noise);

#endif
