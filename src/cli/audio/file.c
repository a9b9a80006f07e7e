/* file.c: WAV files as 16 kHz signals, and JSON files of figures. Layer: cli. */
#include "audio.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/pcm16.h"
#include "dsp/resample.h"
#include "media/wav.h"
#include "tccc/error.h"

enum { HEADER_LEN = 44, FILE_MAX = 1 << 30, PROGRESS_FRAMES = 60 * FRAMES_PER_SECOND };

_Noreturn void audio_fail(const char *what, const char *why) {
    fprintf(stderr, "tccc-audio: %s: %s\n", what, why);
    exit(1);
}

static _Noreturn void fail_file(const char *path, const char *what) {
    char sentence[160];
    snprintf(sentence, sizeof sentence, "%s: %s", what, strerror(errno));
    audio_fail(path, sentence);
}

FILE *audio_open(const char *path, const char *mode) {
    FILE *file = fopen(path, mode);
    if (!file) fail_file(path, *mode == 'r' ? "cannot be read" : "cannot be written");
    return file;
}

void *audio_memory(size_t size) {
    void *memory = calloc(1, size ? size : 1);
    if (!memory) audio_fail("memory", "there is not enough of it for these files");
    return memory;
}

void audio_progress(int i, int n) {
    if (i > 0 && i / FRAME_LEN % PROGRESS_FRAMES == 0) fprintf(stderr, "%d of %d s\n", i / FRAME_RATE_HZ, n / FRAME_RATE_HZ);
}

/* The whole file; a pipe has no length, so it is read until it ends. */
static uint8_t *file_bytes(const char *path, size_t *len) {
    size_t room = 1 << 20, got;
    uint8_t *bytes = audio_memory(room);
    FILE *file = audio_open(path, "rb");
    for (*len = 0; (got = fread(bytes + *len, 1, room - *len, file)) > 0;) {
        *len += got;
        if (*len < room) continue;
        if (room >= FILE_MAX) audio_fail(path, "is longer than 1 GB");
        bytes = realloc(bytes, room *= 2);
        if (!bytes) audio_fail(path, "is too long for this machine's memory");
    }
    if (ferror(file)) fail_file(path, "cannot be read");
    fclose(file);
    return bytes;
}

float *audio_room(int n) {
    return audio_memory((size_t)(n + FRAME_LEN) * sizeof(float));
}

static audio_signal signal_at_16k(float *pcm, int n, int rate_hz) {
    int error, n_out = 0;
    if (rate_hz == FRAME_RATE_HZ) return (audio_signal){ pcm, n };
    resample *rate = resample_new(rate_hz, FRAME_RATE_HZ, &error);
    float *out = audio_room(n / 3 + RESAMPLE_BLOCK);
    if (!rate) audio_fail("resampler", tccc_error_name(error));
    for (int i = 0; i < n; i += RESAMPLE_BLOCK)
        n_out += resample_run(rate, pcm + i, n - i < RESAMPLE_BLOCK ? n - i : RESAMPLE_BLOCK, out + n_out);
    resample_free(rate);
    free(pcm);
    return (audio_signal){ out, n_out };
}

audio_signal audio_read(const char *path) {
    wav sound;
    size_t len;
    uint8_t *bytes = file_bytes(path, &len);
    if (wav_parse(&sound, bytes, len)) audio_fail(path, "is not a WAV file that can be read: PCM, float, A-law or mu-law");
    if (sound.channels != 1) audio_fail(path, "has more than one channel");
    if (sound.rate_hz != FRAME_RATE_HZ && sound.rate_hz != 48000) audio_fail(path, "has neither 16000 nor 48000 Hz");
    if (sound.n_frames < 1) audio_fail(path, "has no sound");
    float *pcm = audio_room((int)sound.n_frames);
    for (size_t i = 0; i < sound.n_frames; i++) pcm[i] = (float)wav_mono(&sound, i) * (1 / 32768.0f);
    free(bytes);
    return signal_at_16k(pcm, (int)sound.n_frames, sound.rate_hz);
}

static void put_number(uint8_t *bytes, uint32_t value, int n) {
    for (int i = 0; i < n; i++) bytes[i] = (uint8_t)(value >> 8 * i);
}

void audio_write(const char *path, const float *pcm, int n) {
    uint8_t header[HEADER_LEN] = "RIFF....WAVEfmt ";
    FILE *file = audio_open(path, "wb");
    put_number(header + 4, HEADER_LEN - 8 + 2 * (uint32_t)n, 4);
    put_number(header + 16, 16, 4);
    put_number(header + 20, 1, 2);
    put_number(header + 22, 1, 2);
    put_number(header + 24, FRAME_RATE_HZ, 4);
    put_number(header + 28, 2 * FRAME_RATE_HZ, 4);
    put_number(header + 32, 2, 2);
    put_number(header + 34, 16, 2);
    memcpy(header + 36, "data", 4);
    put_number(header + 40, 2 * (uint32_t)n, 4);
    bool written = fwrite(header, HEADER_LEN, 1, file) == 1;
    for (int i = 0; i < n && written; i++) {
        int16_t sample;
        uint8_t bytes[2];
        pcm16_from_f32(pcm + i, &sample, 1);
        put_number(bytes, (uint16_t)sample, 2);
        written = fwrite(bytes, 2, 1, file) == 1;
    }
    if (fclose(file) != 0 || !written) fail_file(path, "could not be written to its end");
}

void audio_json(const char *path, const char *format, ...) {
    va_list values;
    if (!path) return;
    FILE *file = audio_open(path, "w");
    va_start(values, format);
    vfprintf(file, format, values);
    va_end(values);
    if (fclose(file) != 0) fail_file(path, "could not be written to its end");
}
