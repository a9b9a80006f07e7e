/* audio.h: what tccc-audio's commands share: options, signals, errors that name their file. Layer: cli. */
#ifndef TCCC_CLI_AUDIO_H
#define TCCC_CLI_AUDIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "dsp/frame.h"
#include "tccc/media.h"

typedef struct {
    const char *far, *mic, *in, *out, *json, *trace;
    int tail_ms, bitrate_bps;
    enum tccc_codec codec;
    enum tccc_noise level;
    double ppm, delay_ms, loss; /* loss: share, 0..1; below 0: not given */
    bool has_level;             /* --level was given: aec alone takes no noise out otherwise */
} audio_options;

typedef struct {
    float *pcm;                 /* 16 kHz, -1..1; owned; silence follows to a whole frame */
    int n;
} audio_signal;

/* "tccc-audio: <what>: <why>" on stderr, and exit status 1. */
_Noreturn void audio_fail(const char *what, const char *why);
/* fopen's, or audio_fail with the file and the system's reason. */
FILE *audio_open(const char *path, const char *mode);
/* Zeroed, or audio_fail. */
void *audio_memory(size_t size);
/* After each minute of sound, on stderr. i, n: samples at 16 kHz. */
void audio_progress(int i, int n);

/* file.c: a WAV file of one channel, 16000 or 48000 Hz, brought to 16000 Hz; of any length but none. Or audio_fail. */
audio_signal audio_read(const char *path);
/* Zeroed samples for n, filled up to a whole frame. */
float *audio_room(int n);
/* pcm[n] as 16 bits at 16000 Hz. */
void audio_write(const char *path, const float *pcm, int n);
/* The JSON object that `format` makes, into the file; path NULL: nowhere. */
__attribute__((format(printf, 2, 3))) void audio_json(const char *path, const char *format, ...);

/* capture.c */
void audio_aec(const audio_options *options);
void audio_ns(const audio_options *options);
void audio_process(const audio_options *options);
/* network.c */
void audio_jitter(const audio_options *options);
void audio_codec(const audio_options *options);
void audio_quality(const audio_options *options);

#endif
