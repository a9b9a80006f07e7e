/* train_streams.h: speech in noise without end, from seeds, to train the learned suppressor with. Layer: tests. 16 kHz, f32. */
#ifndef TCCC_BENCH_VOICE_TRAIN_STREAMS_H
#define TCCC_BENCH_VOICE_TRAIN_STREAMS_H

#include "material.h"

enum { STREAM_SECONDS = 10, STREAM_LEN = STREAM_SECONDS * RATE, STREAM_FILES = 8, STREAM_KEYS = 256 };

typedef struct {
    signal_f32 speech[STREAM_FILES], music[STREAM_FILES], keys;
    int n_speech, n_music, key_at[STREAM_KEYS + 1], n_keys; /* where each click begins in keys */
} stream_sources;

/* What train_material.js has written into this folder, or the program ends with a sentence. */
void stream_sources_read(stream_sources *sources, const char *folder);

/* mixed[STREAM_LEN] and the clean speech in it; returned: the speech's power while somebody speaks. Levels from -40 to -14 dBFS, ratios from
 * -4 to 24 dB and without noise, one kind of noise or two, pauses, colours, reflections, narrow band. */
float stream_make(const stream_sources *sources, random_source *random, float *mixed, float *clean);

#endif
