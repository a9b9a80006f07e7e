/* audio.c: tccc-audio, the voice engine on files. Layer: cli.
 *
 * The code that runs in the page, natively or as WebAssembly under Node; scalar builds give the same bits. Commands are in audio/.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/audio.h"

static const char usage[] =
    "usage: tccc-audio aec     --far FAR.wav --mic MIC.wav --out OUT.wav [--level off] [--tail-ms 200] [--json STATS.json]\n"
    "       tccc-audio ns      --in NOISY.wav --out CLEAN.wav [--level medium]\n"
    "       tccc-audio process --far FAR.wav --mic MIC.wav --out OUT.wav [--level medium] [--tail-ms 200] [--json STATS.json]\n"
    "       tccc-audio jitter  --in SPEECH.wav --trace ARRIVALS.csv [--out OUT.wav] [--json STATS.json] [--codec opus] [--ppm 0]\n"
    "       tccc-audio codec   --in SPEECH.wav --out OUT.wav [--json STATS.json] [--codec opus]\n"
    "       tccc-audio quality --delay-ms MS --loss SHARE [--codec opus]\n"
    "aec: echo canceller and its residual suppressor; ns: noise suppressor; process: the capture chain with both and gain;\n"
    "jitter: a receiver's sound when packets of 20 ms arrive as the trace says (lines of sequence,send_ms,arrival_ms; no arrival: lost);\n"
    "codec: encoded and decoded; quality: rating and mean opinion score of ITU-T G.107.\n"
    "Files: WAV of one channel, 16000 or 48000 Hz; --out is written with 16 bits at 16000 Hz.\n"
    "--tail-ms: 32 to 500. --level: how much noise is taken out, off, low, medium, high, ai. --codec: opus, pcma, pcmu. --bitrate: Opus, 6000\n"
    "to 64000 (24000). --ppm: how much faster the sender's clock is, -500 to 500. --loss: of jitter and codec, what Opus expects, 0 to 1 (0). --delay-ms: mouth to ear, 0 to 2000.\n";

enum { TEXTS = 6, NUMBERS = 5 };

typedef struct {
    const char *name;
    double least, most, *value;
} number_option;

static double read_number(const number_option *option, const char *text) {
    char *end, sentence[80];
    double value = strtod(text, &end);
    if (*text && !*end && value >= option->least && value <= option->most) return value;
    snprintf(sentence, sizeof sentence, "must be %g to %g", option->least, option->most);
    audio_fail(option->name, sentence);
}

static enum tccc_codec read_codec(const char *text) {
    static const char *const names[] = { [TCCC_CODEC_PCMU] = "pcmu", [TCCC_CODEC_PCMA] = "pcma", [TCCC_CODEC_OPUS] = "opus" };
    for (int codec = TCCC_CODEC_PCMU; codec <= TCCC_CODEC_OPUS; codec++)
        if (strcmp(text, names[codec]) == 0) return (enum tccc_codec)codec;
    audio_fail("--codec", "must be opus, pcma or pcmu");
}

static enum tccc_noise read_level(const char *text) {
    static const char *const names[] = { [TCCC_NOISE_OFF] = "off", [TCCC_NOISE_LOW] = "low", [TCCC_NOISE_MEDIUM] = "medium", [TCCC_NOISE_HIGH] = "high", [TCCC_NOISE_AI] = "ai" };
    for (int level = TCCC_NOISE_OFF; level <= TCCC_NOISE_AI; level++)
        if (strcmp(text, names[level]) == 0) return (enum tccc_noise)level;
    audio_fail("--level", "must be off, low, medium, high or ai");
}

static void read_options(int argc, char **argv, audio_options *options) {
    double tail_ms = options->tail_ms, bitrate = options->bitrate_bps;
    const struct { const char *name, **value; } texts[TEXTS] = { { "--far", &options->far }, { "--mic", &options->mic }, { "--in", &options->in },
                                                                 { "--out", &options->out }, { "--json", &options->json }, { "--trace", &options->trace } };
    const number_option numbers[NUMBERS] = { { "--tail-ms", 32, 500, &tail_ms }, { "--bitrate", 6000, 64000, &bitrate }, { "--ppm", -500, 500, &options->ppm },
                                             { "--loss", 0, 1, &options->loss }, { "--delay-ms", 0, 2000, &options->delay_ms } };
    for (int i = 2; i < argc; i += 2) {
        bool is_codec = strcmp(argv[i], "--codec") == 0, is_level = strcmp(argv[i], "--level") == 0, known = is_codec || is_level;
        if (i + 1 == argc) audio_fail(argv[i], "wants a value");
        if (is_codec) options->codec = read_codec(argv[i + 1]);
        if (is_level) {
            options->level = read_level(argv[i + 1]);
            options->has_level = true;
        }
        for (int k = 0; k < TEXTS; k++)
            if (strcmp(argv[i], texts[k].name) == 0) *texts[k].value = argv[i + 1], known = true;
        for (int k = 0; k < NUMBERS; k++)
            if (strcmp(argv[i], numbers[k].name) == 0) *numbers[k].value = read_number(&numbers[k], argv[i + 1]), known = true;
        if (!known) audio_fail(argv[i], "is no option of tccc-audio");
    }
    options->tail_ms = (int)lround(tail_ms);
    options->bitrate_bps = (int)lround(bitrate);
}

typedef struct {
    const char *name;
    void (*run)(const audio_options *options);
    bool wants_echo, wants_in, wants_out, wants_trace;
} audio_command;

static const audio_command commands[] = {
    { "aec", audio_aec, .wants_echo = true, .wants_out = true }, { "process", audio_process, .wants_echo = true, .wants_out = true },
    { "ns", audio_ns, .wants_in = true, .wants_out = true },     { "jitter", audio_jitter, .wants_in = true, .wants_trace = true },
    { "codec", audio_codec, .wants_in = true, .wants_out = true }, { .name = "quality", .run = audio_quality },
};

static void check_files(const audio_command *command, const audio_options *options) {
    const struct { const char *name, *value; bool wanted; } files[] = { { "--far", options->far, command->wants_echo }, { "--mic", options->mic, command->wants_echo },
                                                                        { "--in", options->in, command->wants_in }, { "--trace", options->trace, command->wants_trace },
                                                                        { "--out", options->out, command->wants_out } };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (files[i].wanted && !files[i].value) audio_fail(files[i].name, "is missing; tccc-audio without arguments tells what it wants");
}

int main(int argc, char **argv) {
    audio_options options = { .tail_ms = 200, .bitrate_bps = 24000, .codec = TCCC_CODEC_OPUS, .level = TCCC_NOISE_MEDIUM, .loss = -1 };
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) != 0) continue;
        read_options(argc, argv, &options);
        check_files(&commands[i], &options);
        commands[i].run(&options);
        return 0;
    }
    fputs(usage, stderr);
    return 2;
}
