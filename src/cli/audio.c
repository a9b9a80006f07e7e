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
    "--json tells the buffer's delay, what was late, made up, sped up and slowed down, and what quality makes of it all;\n"
    "codec: encoded and decoded; quality: rating and mean opinion score of ITU-T G.107 by delay from mouth to ear and share of loss.\n"
    "Files: WAV of one channel, 16000 or 48000 Hz; --out is written with 16 bits at 16000 Hz.\n"
    "--far is filled up with silence, or cut, to the length of --mic.\n"
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

/* wants: options without which it does nothing; takes: what it knows besides. */
typedef struct {
    const char *name;
    void (*run)(const audio_options *options);
    const char *wants, *takes;
} audio_command;

static const audio_command commands[] = {
    { "aec", audio_aec, "--far --mic --out", "--level --tail-ms --json" },
    { "ns", audio_ns, "--in --out", "--level" },
    { "process", audio_process, "--far --mic --out", "--level --tail-ms --json" },
    { "jitter", audio_jitter, "--in --trace", "--out --json --codec --bitrate --ppm --loss" },
    { "codec", audio_codec, "--in --out", "--json --codec --bitrate --loss" },
    { "quality", audio_quality, "--delay-ms --loss", "--codec" },
};

static bool has_word(const char *words, const char *word) {
    size_t len = strlen(word);
    for (const char *at = words; (at = strstr(at, word)); at += len)
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || !at[len])) return len > 0;
    return false;
}

static void read_options(int argc, char **argv, const audio_command *command, audio_options *options) {
    double tail_ms = options->tail_ms, bitrate = options->bitrate_bps;
    const struct { const char *name, **value; } texts[TEXTS] = { { "--far", &options->far }, { "--mic", &options->mic }, { "--in", &options->in },
                                                                 { "--out", &options->out }, { "--json", &options->json }, { "--trace", &options->trace } };
    const number_option numbers[NUMBERS] = { { "--tail-ms", 32, 500, &tail_ms }, { "--bitrate", 6000, 64000, &bitrate }, { "--ppm", -500, 500, &options->ppm },
                                             { "--loss", 0, 1, &options->loss }, { "--delay-ms", 0, 2000, &options->delay_ms } };
    for (int i = 2; i < argc; i += 2) {
        if (!has_word(command->wants, argv[i]) && !has_word(command->takes, argv[i]))
            audio_fail(argv[i], "is no option of this command; tccc-audio without arguments tells them");
        if (i + 1 == argc) audio_fail(argv[i], "wants a value");
        if (strcmp(argv[i], "--codec") == 0) options->codec = read_codec(argv[i + 1]);
        if (strcmp(argv[i], "--level") == 0) {
            options->level = read_level(argv[i + 1]);
            options->has_level = true;
        }
        for (int k = 0; k < TEXTS; k++)
            if (strcmp(argv[i], texts[k].name) == 0) *texts[k].value = argv[i + 1];
        for (int k = 0; k < NUMBERS; k++)
            if (strcmp(argv[i], numbers[k].name) == 0) *numbers[k].value = read_number(&numbers[k], argv[i + 1]);
    }
    options->tail_ms = (int)lround(tail_ms);
    options->bitrate_bps = (int)lround(bitrate);
}

/* Each word of `wants` was given. */
static void check_wanted(int argc, char **argv, const audio_command *command) {
    char word[16];
    for (const char *at = command->wants; *at; at += strlen(word), at += *at == ' ') {
        int given = 2;
        snprintf(word, sizeof word, "%.*s", (int)strcspn(at, " "), at);
        while (given < argc && strcmp(argv[given], word) != 0) given += 2;
        if (given >= argc) audio_fail(word, "is missing; tccc-audio without arguments tells what it wants");
    }
}

int main(int argc, char **argv) {
    audio_options options = { .tail_ms = 200, .bitrate_bps = 24000, .codec = TCCC_CODEC_OPUS, .level = TCCC_NOISE_MEDIUM, .loss = -1 };
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) != 0) continue;
        read_options(argc, argv, &commands[i], &options);
        check_wanted(argc, argv, &commands[i]);
        commands[i].run(&options);
        return 0;
    }
    fputs(usage, stderr);
    return 2;
}
