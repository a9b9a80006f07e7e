/* audio.c: tccc-audio, the voice engine on files. Layer: cli.
 *
 * The code that runs in the page, on WAV files: PCM of 16 bits, one channel, 16000 or 48000 Hz. What is written has 16000 Hz,
 * at which the engine works. Results are the same in every scalar build.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/aec.h"
#include "dsp/pcm16.h"
#include "dsp/resample.h"
#include "dsp/suppress.h"
#include "media/capture.h"
#include "tccc/error.h"

enum { HEADER_LEN = 44, SAMPLES_MAX = 4 * 3600 * 48000, PROGRESS_FRAMES = 60 * FRAMES_PER_SECOND };

static const char usage[] =
    "usage: tccc-audio aec --far FAR.wav --mic MIC.wav --out OUT.wav [--tail-ms 200] [--json STATS.json]\n"
    "       tccc-audio ns --in NOISY.wav --out CLEAN.wav\n"
    "       tccc-audio process --far FAR.wav --mic MIC.wav --out OUT.wav [--tail-ms 200] [--json STATS.json]\n"
    "aec: echo canceller and its residual suppressor; ns: noise suppressor; process: the capture chain with both and gain.\n"
    "Files: WAV, PCM of 16 bits, one channel, 16000 or 48000 Hz; --out is written at 16000 Hz. --tail-ms: 32 to 500.\n";

typedef struct {
    const char *far, *mic, *in, *out, *json;
    int tail_ms;
} audio_options;

typedef struct {
    float *pcm; /* 16 kHz, -1..1 */
    int n;
} audio_signal;

static _Noreturn void audio_fail(const char *what, const char *why)
{
    fprintf(stderr, "tccc-audio: %s: %s\n", what, why);
    exit(1);
}

static void *audio_memory(size_t size)
{
    void *memory = calloc(1, size ? size : 1);
    if (!memory) audio_fail("memory", "there is not enough of it for these files");
    return memory;
}

static uint32_t audio_number(const uint8_t *bytes, int n)
{
    uint32_t value = 0;
    for (int i = 0; i < n; i++) value |= (uint32_t)bytes[i] << 8 * i;
    return value;
}

/* Walks the chunks up to "data", which is left to be read; its length, with *rate_hz from "fmt ". */
static uint32_t audio_open_data(FILE *file, const char *path, int *rate_hz)
{
    uint8_t head[12], chunk[8], format[16];
    if (fread(head, 1, 12, file) != 12 || memcmp(head, "RIFF", 4) || memcmp(head + 8, "WAVE", 4))
        audio_fail(path, "is not a WAV file");
    *rate_hz = 0;
    while (fread(chunk, 1, 8, file) == 8) {
        uint32_t len = audio_number(chunk + 4, 4);
        if (memcmp(chunk, "data", 4) == 0) {
            if (!*rate_hz) audio_fail(path, "has no format before its data");
            return len;
        }
        long skip = (long)len + (long)(len & 1);
        if (memcmp(chunk, "fmt ", 4) == 0) {
            if (len < sizeof format || fread(format, 1, sizeof format, file) != sizeof format) audio_fail(path, "has a broken format");
            skip -= (long)sizeof format;
            if (audio_number(format, 2) != 1 || audio_number(format + 14, 2) != 16) audio_fail(path, "is not PCM of 16 bits");
            if (audio_number(format + 2, 2) != 1) audio_fail(path, "has more than one channel");
            *rate_hz = (int)audio_number(format + 4, 4);
            if (*rate_hz != 16000 && *rate_hz != 48000) audio_fail(path, "has neither 16000 nor 48000 Hz");
        }
        if (fseek(file, skip, SEEK_CUR) != 0) break;
    }
    audio_fail(path, "has no data");
}

static audio_signal audio_to_frames(float *pcm, int n, int rate_hz)
{
    int error, n_out = 0;
    if (rate_hz == FRAME_RATE_HZ) return (audio_signal){ pcm, n };
    resample *rate = resample_new(rate_hz, FRAME_RATE_HZ, &error);
    float *out = audio_memory((size_t)(n / 3 + RESAMPLE_BLOCK) * sizeof *out);
    if (!rate) audio_fail("resampler", tccc_error_name(error));
    for (int i = 0; i < n; i += RESAMPLE_BLOCK)
        n_out += resample_run(rate, pcm + i, n - i < RESAMPLE_BLOCK ? n - i : RESAMPLE_BLOCK, out + n_out);
    resample_free(rate);
    free(pcm);
    return (audio_signal){ out, n_out };
}

static audio_signal audio_read(const char *path)
{
    int rate_hz;
    FILE *file = fopen(path, "rb");
    if (!file) audio_fail(path, "cannot be read");
    uint32_t len = audio_open_data(file, path, &rate_hz);
    size_t n = len / 2 < SAMPLES_MAX ? len / 2 : SAMPLES_MAX; /* a pipe's header may claim any length */
    uint8_t *bytes = audio_memory(2 * n);
    n = fread(bytes, 2, n, file);
    float *pcm = audio_memory(n * sizeof *pcm);
    for (size_t i = 0; i < n; i++) pcm[i] = (float)(int16_t)audio_number(bytes + 2 * i, 2) * (1 / 32768.0f);
    free(bytes);
    fclose(file);
    if (n < FRAME_LEN) audio_fail(path, "is shorter than 10 ms");
    return audio_to_frames(pcm, (int)n, rate_hz);
}

static void audio_put(uint8_t *bytes, uint32_t value, int n)
{
    for (int i = 0; i < n; i++) bytes[i] = (uint8_t)(value >> 8 * i);
}

static void audio_write(const char *path, const float *pcm, int n)
{
    uint8_t header[HEADER_LEN] = "RIFF....WAVEfmt ";
    FILE *file = fopen(path, "wb");
    if (!file) audio_fail(path, "cannot be written");
    audio_put(header + 4, HEADER_LEN - 8 + 2 * (uint32_t)n, 4);
    audio_put(header + 16, 16, 4);
    audio_put(header + 20, 1, 2);
    audio_put(header + 22, 1, 2);
    audio_put(header + 24, FRAME_RATE_HZ, 4);
    audio_put(header + 28, 2 * FRAME_RATE_HZ, 4);
    audio_put(header + 32, 2, 2);
    audio_put(header + 34, 16, 2);
    memcpy(header + 36, "data", 4);
    audio_put(header + 40, 2 * (uint32_t)n, 4);
    bool written = fwrite(header, HEADER_LEN, 1, file) == 1;
    for (int i = 0; i < n && written; i++) {
        int16_t sample;
        uint8_t bytes[2];
        pcm16_from_f32(pcm + i, &sample, 1);
        audio_put(bytes, (uint16_t)sample, 2);
        written = fwrite(bytes, 2, 1, file) == 1;
    }
    if (fclose(file) != 0 || !written) audio_fail(path, "could not be written to its end");
}

static void audio_progress(int i, int n)
{
    if (i > 0 && i / FRAME_LEN % PROGRESS_FRAMES == 0) fprintf(stderr, "%d of %d s\n", i / FRAME_RATE_HZ, n / FRAME_RATE_HZ);
}

static void audio_stats(const char *path, const char *format, double erle_db, bool found, int delay_ms, double drift_ppm)
{
    if (!path) return;
    FILE *file = fopen(path, "w");
    if (!file) audio_fail(path, "cannot be written");
    fprintf(file, format, erle_db, found ? "true" : "false", delay_ms, drift_ppm);
    if (fclose(file) != 0) audio_fail(path, "could not be written to its end");
}

/* far, filled up with silence to the microphone's length. */
static audio_signal audio_read_far(const char *path, int n)
{
    audio_signal far = audio_read(path);
    float *pcm = audio_memory((size_t)n * sizeof *pcm);
    memcpy(pcm, far.pcm, (size_t)(far.n < n ? far.n : n) * sizeof *pcm);
    free(far.pcm);
    return (audio_signal){ pcm, n };
}

static int audio_aec(const audio_options *options)
{
    int error;
    audio_signal mic = audio_read(options->mic), far = audio_read_far(options->far, mic.n);
    aec *canceller = aec_new(options->tail_ms, &error);
    suppress *suppressor = canceller ? suppress_new(&error) : NULL;
    if (!suppressor) audio_fail("--tail-ms", error == TCCC_E_ARG_RANGE ? "must be 32 to 500" : tccc_error_name(error));
    suppress_set(suppressor, false, canceller);
    for (int i = 0; i + FRAME_LEN <= mic.n; i += FRAME_LEN) {
        audio_progress(i, mic.n);
        aec_process(canceller, mic.pcm + i, far.pcm + i, mic.pcm + i);
        suppress_process(suppressor, mic.pcm + i);
    }
    audio_write(options->out, mic.pcm, mic.n / FRAME_LEN * FRAME_LEN);
    audio_stats(options->json, "{\"erle_db\":%.2f,\"found\":%s,\"delay_ms\":%d,\"drift_ppm\":%.1f}\n", (double)aec_erle_db(canceller),
                aec_found_echo(canceller), aec_delay_ms(canceller), (double)aec_drift_ppm(canceller));
    suppress_free(suppressor);
    aec_free(canceller);
    free(mic.pcm);
    free(far.pcm);
    return 0;
}

static int audio_ns(const audio_options *options)
{
    int error;
    audio_signal in = audio_read(options->in);
    suppress *suppressor = suppress_new(&error);
    if (!suppressor) audio_fail("suppressor", tccc_error_name(error));
    suppress_set(suppressor, true, NULL);
    for (int i = 0; i + FRAME_LEN <= in.n; i += FRAME_LEN) {
        audio_progress(i, in.n);
        suppress_process(suppressor, in.pcm + i);
    }
    audio_write(options->out, in.pcm, in.n / FRAME_LEN * FRAME_LEN);
    suppress_free(suppressor);
    free(in.pcm);
    return 0;
}

static int audio_process(const audio_options *options)
{
    int error, n_out = 0;
    audio_signal mic = audio_read(options->mic), far = audio_read_far(options->far, mic.n);
    capture *chain = capture_new(&(tccc_voice_config){ .device_rate_hz = FRAME_RATE_HZ, .aec = TCCC_PROCESSING_CORE,
                                                       .ns = TCCC_PROCESSING_CORE, .agc = TCCC_PROCESSING_CORE,
                                                       .tail_ms = options->tail_ms, .seed = 1 }, &error);
    if (!chain) audio_fail("--tail-ms", error == TCCC_E_ARG_RANGE ? "must be 32 to 500" : tccc_error_name(error));
    const float *left = mic.pcm;
    float *out = audio_memory((size_t)mic.n * sizeof *out);
    for (int n_left = mic.n; capture_fill(chain, &left, &n_left); n_out += FRAME_LEN) {
        capture_frame frame;
        audio_progress(n_out, mic.n);
        capture_process(chain, far.pcm + n_out, &frame);
        memcpy(out + n_out, frame.speech, sizeof frame.speech);
    }
    audio_write(options->out, out, n_out);
    audio_stats(options->json, "{\"erle_db\":%.2f}\n", (double)capture_erle_db(chain), false, 0, 0);
    capture_free(chain);
    free(out);
    free(mic.pcm);
    free(far.pcm);
    return 0;
}

static int audio_tail(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (*end || value < AEC_TAIL_MIN_MS || value > AEC_TAIL_MAX_MS) audio_fail("--tail-ms", "must be 32 to 500");
    return (int)value;
}

static void audio_parse(int argc, char **argv, audio_options *options)
{
    struct { const char *name, **value; } texts[] = { { "--far", &options->far }, { "--mic", &options->mic }, { "--in", &options->in },
                                                      { "--out", &options->out }, { "--json", &options->json } };
    for (int i = 2; i < argc; i += 2) {
        bool known = strcmp(argv[i], "--tail-ms") == 0;
        if (i + 1 == argc) audio_fail(argv[i], "wants a value");
        if (known) options->tail_ms = audio_tail(argv[i + 1]);
        for (int k = 0; k < 5; k++)
            if (strcmp(argv[i], texts[k].name) == 0) *texts[k].value = argv[i + 1], known = true;
        if (!known) audio_fail(argv[i], "is no option of tccc-audio");
    }
}

int main(int argc, char **argv)
{
    audio_options options = { .tail_ms = 200 };
    const char *command = argc > 1 ? argv[1] : "";
    bool ns = strcmp(command, "ns") == 0, aec = strcmp(command, "aec") == 0, process = strcmp(command, "process") == 0;
    if (ns || aec || process) audio_parse(argc, argv, &options);
    if (options.out && ns && options.in) return audio_ns(&options);
    if (options.out && aec && options.far && options.mic) return audio_aec(&options);
    if (options.out && process && options.far && options.mic) return audio_process(&options);
    fputs(usage, stderr);
    return 2;
}
