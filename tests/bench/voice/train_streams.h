/* train_streams.h: speech in noise without end, from seeds, to train the learned suppressor with. Layer: tests. 16 kHz, f32. */
#ifndef TCCC_BENCH_VOICE_TRAIN_STREAMS_H
#define TCCC_BENCH_VOICE_TRAIN_STREAMS_H

#include <stdbool.h>

#include "material.h"

enum { STREAM_SECONDS = 10, STREAM_LEN = STREAM_SECONDS * RATE, STREAM_TALKERS = 256, STREAM_PIECES = 256 };

/* Many short sounds, one after the other: piece k is from at[k] to at[k + 1]. */
typedef struct {
    signal_f32 all;
    int at[STREAM_PIECES + 1], n;
} stream_pieces;

typedef struct {
    signal_f32 speech[STREAM_TALKERS];
    double share[STREAM_TALKERS]; /* up to which draw from 0..1 a talker is taken: by the root of what there is of each */
    int n_speech;
    stream_pieces music, keys, scenes;
} stream_sources;

/* What train_material.js has written into this folder, or the program ends with a sentence. */
void stream_sources_read(stream_sources *sources, const char *folder);

typedef struct {
    float power; /* of speech, while somebody speaks */
    bool calm;   /* noise is more than CALM_DB below, or there is none: a suppressor has next to nothing to do */
} stream_kind;

/* mixed[STREAM_LEN] and the clean speech in it. Levels from -40 to -14 dBFS; ratios from -5 to 20 dB in seven of ten, up to 45 dB in two, no
 * noise in one; one kind of noise or two, pauses, colours, reflections, narrow band. */
stream_kind stream_make(const stream_sources *sources, random_source *random, float *mixed, float *clean);

#endif
