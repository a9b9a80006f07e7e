/* splitter.c: cuts what one side says into sentences, from a pause to the next. Layer: server. */
#include "splitter.h"

#include <math.h>
#include <string.h>

void splitter_start(splitter *s) {
    memset(s, 0, sizeof *s);
    vad_start(&s->vad);
}

static void to_s16(const float pcm[FRAME_LEN], int16_t out[FRAME_LEN]) {
    for (int i = 0; i < FRAME_LEN; i++) {
        float x = pcm[i] * 32768;
        out[i] = x >= 32767 ? 32767 : x <= -32768 ? -32768 : (int16_t)lrintf(x);
    }
}

static void keep(splitter *s, const int16_t pcm[FRAME_LEN]) {
    memcpy(s->before + s->at, pcm, FRAME_LEN * sizeof *pcm); /* the ring is a whole number of frames */
    s->at = (s->at + FRAME_LEN) % SPLITTER_BEFORE;
    s->n_before = s->n_before + FRAME_LEN < SPLITTER_BEFORE ? s->n_before + FRAME_LEN : SPLITTER_BEFORE;
}

int splitter_before(const splitter *s, int16_t pcm[SPLITTER_BEFORE]) {
    int n = s->n_before, from = (s->at - n + SPLITTER_BEFORE) % SPLITTER_BEFORE;
    for (int i = 0; i < n; i++)
        pcm[i] = s->before[(from + i) % SPLITTER_BEFORE];
    return n;
}

static enum splitter_move outside(splitter *s, bool speech) {
    s->speech_ms = speech ? s->speech_ms + FRAME_MS : 0;
    if (s->speech_ms < SPLITTER_SPEECH_MS)
        return SPLITTER_SILENCE;
    s->inside = true;
    s->length_ms = s->n_before * FRAME_MS / FRAME_LEN;
    s->quiet_ms = 0;
    return SPLITTER_BEGIN;
}

static enum splitter_move inside(splitter *s, bool speech) {
    s->length_ms += FRAME_MS;
    s->quiet_ms = speech ? 0 : s->quiet_ms + FRAME_MS;
    int pause_ms = s->length_ms < SPLITTER_LONG_MS ? SPLITTER_PAUSE_MS : SPLITTER_SHORT_PAUSE_MS;
    if (s->quiet_ms < pause_ms && s->length_ms < SPLITTER_MAX_MS)
        return SPLITTER_SOUND;
    s->inside = false;
    s->speech_ms = 0;
    s->n_before = 0; /* it was said already */
    return SPLITTER_END;
}

enum splitter_move splitter_put(splitter *s, const float pcm[FRAME_LEN], int16_t out[FRAME_LEN]) {
    bool speech = vad_put(&s->vad, pcm);
    to_s16(pcm, out);
    if (s->inside)
        return inside(s, speech);
    keep(s, out);
    return outside(s, speech);
}
