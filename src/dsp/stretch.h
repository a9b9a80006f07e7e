/* stretch.h: speech made one pitch period shorter or longer without a click. Layer: dsp.
 * Source: Verhelst & Roelands, WSOLA, ICASSP 1993; Liang, Faerber & Girod, adaptive playout, IEEE Trans. Multimedia 2003.
 *
 * PCM is f32, mono, 16 kHz. Nothing is kept between calls, nothing is allocated.
 */
#ifndef TCCC_DSP_STRETCH_H
#define TCCC_DSP_STRETCH_H

enum {
    STRETCH_LAG_MIN = 40,       /* 2.5 ms: pitch of 400 Hz */
    STRETCH_LAG_MAX = 240       /* 15 ms: pitch of 67 Hz */
};

/* Cuts lag samples out of pcm[n] near its start: at most lag_max, STRETCH_LAG_MAX and n / 2, none when that is below
 * STRETCH_LAG_MIN. The place is the lag of best likeness; when its normalised correlation is below likeness_min (0..1), nothing is
 * done. Samples removed: pcm[n - removed] remain. The first sample keeps its value and the last STRETCH_LAG_MIN remain as they
 * are, so both ends stay continuous. */
int stretch_shorten(float *pcm, int n, int lag_max, float likeness_min);

/* Puts lag samples in at the start of pcm[n]: at most lag_max, STRETCH_LAG_MAX and n. pcm[-STRETCH_LAG_MAX .. -1] is what was played
 * before and is only read; pcm must have room for n + STRETCH_LAG_MAX samples. Samples inserted (0: likeness below likeness_min). */
int stretch_lengthen(float *pcm, int n, int lag_max, float likeness_min);

#endif
