/* echo_reference.h: hands each captured frame the far-end frame that belongs to it. Layer: media. Sans-IO.
 *
 * Capture and render come in pairs, of any block sizes: what was rendered waits here as 16 kHz frames until a captured
 * frame is complete. A host that renders before it captures, or renders more than it captures, would let frames pile up
 * and the echo run ahead of its reference; so what was never needed for a second is dropped, all at once: the canceller
 * finds one new delay sooner than a row of them.
 */
#ifndef TCCC_MEDIA_ECHO_REFERENCE_H
#define TCCC_MEDIA_ECHO_REFERENCE_H

#include <stdint.h>

#include "dsp/frame.h"

#define ECHO_REFERENCE_FRAMES 64 /* 640 ms: TCCC_BLOCK_MAX at 8 kHz is 512 ms */

typedef struct {
    float frames[ECHO_REFERENCE_FRAMES][FRAME_LEN];
    int head, count;
    int spare;   /* smallest count after a take, in the present second */
    int takes;   /* in the present second */
    uint32_t missing, dropped; /* frames since the start: silence given; too many */
} echo_reference; /* zero to start */

void echo_reference_put(echo_reference *reference, const float pcm[FRAME_LEN]);

/* The far-end frame for the next captured one; silence when there is none. */
void echo_reference_take(echo_reference *reference, float pcm[FRAME_LEN]);

#endif
