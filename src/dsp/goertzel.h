/* goertzel.h: DTMF digits in audio. Layer: dsp. Sources: Goertzel 1958; ITU-T Q.23 and Q.24 (twist of AT&T, durations of the Danish administration).
 *
 * A digit is taken when the same pair stands in two blocks of 12.75 ms in a row: never below 19 ms, always from 40 ms on.
 * Frequencies within 1.5 % are taken, beyond 3.5 % refused; twist from -8 (low group louder) to +4 dB; levels from -36 dBFS
 * on. Input: frames as in frame.h.
 */
#ifndef TCCC_DSP_GOERTZEL_H
#define TCCC_DSP_GOERTZEL_H

#include "dsp/frame.h"

enum { GOERTZEL_TONES = 8, GOERTZEL_BLOCK = 204 };

typedef struct {
    float s1[GOERTZEL_TONES], s2[GOERTZEL_TONES];
    float energy;
    int filled;          /* samples of the present block */
    char candidate, on;  /* digit of the last block, digit that stands; 0 = none */
    int misses;          /* blocks without it */
} goertzel; /* zero to start */

/* Takes one frame. The digit that begins in it ('0'..'9' '*' '#' 'A'..'D'), or 0. Each press is told once; the same digit
 * again needs a pause of 25 ms between. */
char goertzel_put(goertzel *state, const float pcm[FRAME_LEN]);

#endif
