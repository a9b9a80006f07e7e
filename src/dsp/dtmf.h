/* dtmf.h: keys pressed on a telephone, heard in its sound. Layer: dsp. Sources: ITU-T Q.23, Q.24 (table of AT&T's values), Goertzel 1958.
 *
 * For telephones that send keys as tones only; a telephone that has agreed on RFC 4733 sends each key twice, so its sound
 * is not listened to. Windows of 20 ms, a new one every 5 ms. A key is told when four windows in a row hold the same two
 * tones, steady, and little else. By measurement (tests/unit/test_dtmf.c):
 *
 *     length      heard from 40 ms on (in silence from 32), never up to 22 ms (Q.24: 40 and 23); a break of up to 10 ms does not end a press,
 *                 one of 30 ms does (Q.24: 10 and 40)
 *     frequency   heard within 1.5 %, refused from 3.5 % on
 *     twist       heard from -8 dB (low tone louder) to +4 dB, refused beyond -12 and +8 dB
 *     level       heard from -3 to -32 dBm0 for each tone, refused from -38 on, 0 dBm0 being a sine of -3.14 dBFS (G.711)
 *     disturbance heard under noise or speech 12 dB below the tones, 99 of 100 of those of 40 ms under speech
 *     talk-off    no key in ten minutes of speech
 */
#ifndef TCCC_DSP_DTMF_H
#define TCCC_DSP_DTMF_H

#include "dsp/frame.h"

enum { DTMF_TONES = 8, DTMF_HOP = 80, DTMF_HOPS = 4 };   /* samples of 5 ms; of them in a window */

/* Keys that can begin in n samples: one needs 20 ms and more. */
#define DTMF_KEYS_MAX(n) ((n) / (4 * DTMF_HOP) + 1)

typedef struct {
    float s1[DTMF_TONES], s2[DTMF_TONES];   /* of the present hop */
    float energy;
    int filled;
    struct { float re[DTMF_TONES], im[DTMF_TONES], energy; } hops[DTMF_HOPS]; /* turned to the present hop's end */
    int place;                              /* of the oldest hop */
    float before_re[DTMF_TONES], before_im[DTMF_TONES]; /* the window before */
    char candidate, on;                     /* key of the last windows, key that is pressed; 0 = none */
    int hits, misses;                       /* windows in a row */
    float weakest, strongest;               /* of the hits: energy of both tones */
} dtmf;                                     /* zero to start */

/* Takes pcm[n], f32, mono, FRAME_RATE_HZ; n is any number. The keys that begin in it, each press once, '0'..'9' '*' '#'
 * 'A'..'D', go to keys[DTMF_KEYS_MAX(n)]; how many is returned. */
int dtmf_put(dtmf *state, const float *pcm, int n, char *keys);

#endif
