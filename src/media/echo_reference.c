/* echo_reference.c: FIFO of rendered frames for the echo canceller. Layer: media. */
#include "media/echo_reference.h"

#include <string.h>

static void echo_reference_drop(echo_reference *reference) {
    reference->head = (reference->head + 1) % ECHO_REFERENCE_FRAMES;
    reference->count--;
    reference->dropped++;
}

void echo_reference_put(echo_reference *reference, const float pcm[FRAME_LEN]) {
    if (reference->count == ECHO_REFERENCE_FRAMES) echo_reference_drop(reference);
    int slot = (reference->head + reference->count) % ECHO_REFERENCE_FRAMES;
    memcpy(reference->frames[slot], pcm, FRAME_LEN * sizeof *pcm);
    reference->count++;
}

void echo_reference_take(echo_reference *reference, float pcm[FRAME_LEN]) {
    if (reference->count == 0) {
        memset(pcm, 0, FRAME_LEN * sizeof *pcm);
        reference->missing++;
    } else {
        memcpy(pcm, reference->frames[reference->head], FRAME_LEN * sizeof *pcm);
        reference->head = (reference->head + 1) % ECHO_REFERENCE_FRAMES;
        reference->count--;
    }
    if (reference->takes == 0 || reference->count < reference->spare) reference->spare = reference->count;
    if (++reference->takes < FRAMES_PER_SECOND) return;
    reference->takes = 0;
    /* One frame may always wait: render works a frame ahead of the block it fills. */
    for (int spare = reference->spare; spare > 1; spare--) echo_reference_drop(reference);
}
