/* sound.c: sounds that programs play: files, hold music. Layer: server. */
#include "sound.h"

#include "media/wav.h"
#include "tccc/error.h"

#include <dirent.h>
#include <math.h>
#include <speex/speex_resampler.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MUSIC_FILES_MAX = 64,
    READ_BLOCK = 480,                /* samples converted at once */
    RESAMPLE_QUALITY = 3,            /* of 10; telephone sound */
    TUNE_RATE_HZ = 8000
};

struct sound {
    atomic_int holders;
    sound *next;                     /* music: played after this one; held by this one */
    int rate_hz;
    size_t n_samples;
    int16_t samples[];
};

static sound *sound_alloc(size_t n_samples, int rate_hz) {
    sound *s = malloc(sizeof *s + n_samples * sizeof *s->samples);
    if (!s)
        return NULL;
    atomic_init(&s->holders, 1);
    s->next = NULL;
    s->rate_hz = rate_hz;
    s->n_samples = n_samples;
    return s;
}

sound *sound_new(const int16_t *samples, size_t n_samples, int rate_hz) {
    sound *s = sound_alloc(n_samples, rate_hz);
    if (s && n_samples)
        memcpy(s->samples, samples, n_samples * sizeof *samples);
    return s;
}

sound *sound_hold(sound *s) {
    if (s)
        atomic_fetch_add_explicit(&s->holders, 1, memory_order_relaxed);
    return s;
}

void sound_drop(sound *s) {
    while (s && atomic_fetch_sub_explicit(&s->holders, 1, memory_order_acq_rel) == 1) {
        sound *next = s->next;
        free(s);
        s = next;
    }
}

double sound_seconds(const sound *s) {
    double seconds = 0;
    for (; s; s = s->next)
        seconds += (double)s->n_samples / s->rate_hz;
    return seconds;
}

static uint8_t *read_file(const char *path, size_t *len, int *error) {
    FILE *file = fopen(path, "rbe");
    *error = TCCC_E_NOT_FOUND;
    if (!file)
        return NULL;
    uint8_t *bytes = NULL;
    long size = fseek(file, 0, SEEK_END) ? -1 : ftell(file);
    *error = size < 0 ? TCCC_E_IO : size > SOUND_FILE_MAX ? TCCC_E_TOO_LARGE : 0;
    if (!*error && !(bytes = malloc((size_t)size + 1)))
        *error = TCCC_E_NO_MEMORY;
    rewind(file);
    if (bytes && fread(bytes, 1, (size_t)size, file) != (size_t)size) {
        free(bytes);
        bytes = NULL;
        *error = TCCC_E_IO;
    }
    fclose(file);
    *len = (size_t)size;
    return bytes;
}

/* Prompts are 16 bits, mono: the control thread waits for them, ten minutes in half the time of the other kinds. */
static void take_samples(sound *s, const wav *w) {
    if (w->coding != WAV_PCM || w->channels != 1 || w->bytes_per_sample != 2) {
        for (size_t i = 0; i < w->n_frames; i++)
            s->samples[i] = wav_mono(w, i);
        return;
    }
    const uint8_t *from = w->data;
    for (size_t i = 0, n = w->n_frames; i < n; i++)
        s->samples[i] = (int16_t)(uint16_t)(from[2 * i] | from[2 * i + 1] << 8);
}

sound *sound_load(const char *path, int *error) {
    wav w;
    size_t len;
    uint8_t *bytes = read_file(path, &len, error);
    if (!bytes)
        return NULL;
    sound *s = NULL;
    *error = wav_parse(&w, bytes, len);
    if (!*error) {
        s = sound_alloc(w.n_frames, w.rate_hz);
        *error = s ? 0 : TCCC_E_NO_MEMORY;
    }
    if (s)
        take_samples(s, &w);
    free(bytes);
    return s;
}

static int is_wav(const struct dirent *entry) {
    const char *dot = strrchr(entry->d_name, '.');
    return dot && !strcmp(dot, ".wav");
}

/* 16 s of slow broken chords, soft sines with a gentle attack: C, a, F, G in the middle octave. */
static sound *tune(void) {
    static const float chords[4][4] = {
        { 261.63f, 329.63f, 392.00f, 523.25f }, { 220.00f, 261.63f, 329.63f, 440.00f },
        { 174.61f, 220.00f, 261.63f, 349.23f }, { 196.00f, 246.94f, 293.66f, 392.00f },
    };
    const int note = TUNE_RATE_HZ / 2, n_notes = 32;
    sound *s = sound_alloc((size_t)(note * n_notes), TUNE_RATE_HZ);
    for (int i = 0; s && i < note * n_notes; i++) {
        float hz = chords[i / note / 8][i / note % 4], t = (float)(i % note) / TUNE_RATE_HZ;
        float level = fminf(t / 0.03f, 1) * expf(-3 * t) * fminf((0.5f - t) / 0.02f, 1);
        s->samples[i] = (int16_t)(6000 * level * (sinf(6.2831853f * hz * t) + 0.3f * sinf(12.566371f * hz * t)));
    }
    return s;
}

sound *sound_load_music(const char *dir) {
    struct dirent **entries = NULL;
    sound *first = NULL, **last = &first;
    int n = scandir(dir, &entries, is_wav, alphasort), error;
    for (int i = 0; i < n; i++) {
        char path[1024];
        if (i < MUSIC_FILES_MAX && (size_t)snprintf(path, sizeof path, "%s/%s", dir, entries[i]->d_name) < sizeof path)
            *last = sound_load(path, &error);
        if (*last)
            last = &(*last)->next;
        free(entries[i]);
    }
    free(entries);
    return first ? first : tune();
}

/* --- reading --- */

struct sound_reader {
    sound *first, *now;              /* `first` is held */
    size_t at;                       /* next sample of `now` */
    int loop, rate_hz;               /* rate_hz: what the resampler is set to */
    SpeexResamplerState *resampler;  /* NULL while `now` has SOUND_RATE_HZ */
};

static int set_rate(sound_reader *reader, int rate_hz) {
    int error = 0;
    if (rate_hz == reader->rate_hz)
        return 0;
    reader->rate_hz = rate_hz;
    if (reader->resampler)
        return speex_resampler_set_rate(reader->resampler, (spx_uint32_t)rate_hz, SOUND_RATE_HZ);
    if (rate_hz != SOUND_RATE_HZ)
        reader->resampler = speex_resampler_init(1, (spx_uint32_t)rate_hz, SOUND_RATE_HZ, RESAMPLE_QUALITY, &error);
    return error;
}

sound_reader *sound_reader_open(sound *s, int loop) {
    sound_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return NULL;
    reader->first = reader->now = sound_hold(s);
    reader->loop = loop && s->n_samples > 0;
    reader->rate_hz = SOUND_RATE_HZ;
    if (!set_rate(reader, s->rate_hz))
        return reader;
    sound_reader_close(reader);
    return NULL;
}

void sound_reader_close(sound_reader *reader) {
    if (!reader)
        return;
    if (reader->resampler)
        speex_resampler_destroy(reader->resampler);
    sound_drop(reader->first);
    free(reader);
}

/* Moves on where a sound ends. 0 at the end of everything. */
static int more(sound_reader *reader) {
    while (reader->now && reader->at == reader->now->n_samples) {
        reader->at = 0;
        reader->now = reader->now->next ? reader->now->next : reader->loop ? reader->first : NULL;
        if (reader->now && set_rate(reader, reader->now->rate_hz))
            reader->now = NULL;
    }
    return reader->now != NULL;
}

static int read_block(sound_reader *reader, float *pcm, int n_frames) {
    float block[READ_BLOCK];
    size_t left = reader->now->n_samples - reader->at;
    spx_uint32_t n_in = left < READ_BLOCK ? (spx_uint32_t)left : READ_BLOCK, n_out = (spx_uint32_t)n_frames;
    if (!reader->resampler && n_in > n_out)
        n_in = n_out;
    for (spx_uint32_t i = 0; i < n_in; i++)
        block[i] = reader->now->samples[reader->at + i] * (1.0f / 32768);
    if (reader->resampler)
        speex_resampler_process_float(reader->resampler, 0, block, &n_in, pcm, &n_out);
    else {
        memcpy(pcm, block, n_in * sizeof *block);
        n_out = n_in;
    }
    reader->at += n_in;
    return (int)n_out;
}

int sound_read(sound_reader *reader, float *pcm, int n_frames) {
    int done = 0;
    while (done < n_frames && more(reader))
        done += read_block(reader, pcm + done, n_frames - done);
    memset(pcm + done, 0, (size_t)(n_frames - done) * sizeof *pcm);
    return done;
}
