/* splitter.h: cuts what one side says into sentences, from a pause to the next. Layer: server. Sans-IO. By dsp/vad.h. */
#ifndef TCCC_SERVER_ASR_SPLITTER_H
#define TCCC_SERVER_ASR_SPLITTER_H

#include "dsp/vad.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SPLITTER_BEFORE_MS = 300,        /* sound before speech was noticed that belongs to it */
    SPLITTER_SPEECH_MS = 80,         /* of speech begin a sentence */
    SPLITTER_PAUSE_MS = 400,         /* without speech end it; 200 ms of hang-over in the vad come before them */
    SPLITTER_LONG_MS = 9000,         /* from here on a shorter pause will do */
    SPLITTER_SHORT_PAUSE_MS = 50,
    SPLITTER_MAX_MS = 15000,
    SPLITTER_BEFORE = SPLITTER_BEFORE_MS * FRAME_RATE_HZ / 1000
};

enum splitter_move { SPLITTER_SILENCE, SPLITTER_BEGIN, SPLITTER_SOUND, SPLITTER_END };

typedef struct {
    vad vad;
    bool inside;
    int speech_ms, quiet_ms, length_ms;
    int16_t before[SPLITTER_BEFORE]; /* a ring */
    int at, n_before;
} splitter;

void splitter_start(splitter *s);
/* Takes one frame. SILENCE: it belongs to no sentence. BEGIN: one begins, and splitter_before holds this frame, too. SOUND, END: it belongs to
 * the sentence; END: as the last of it. */
enum splitter_move splitter_put(splitter *s, const float pcm[FRAME_LEN], int16_t out[FRAME_LEN]);
/* After BEGIN: copies what the sentence begins with. Samples. */
int splitter_before(const splitter *s, int16_t pcm[SPLITTER_BEFORE]);

#endif
