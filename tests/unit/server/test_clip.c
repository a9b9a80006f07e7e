/* test_clip.c: uploads made by sox and lame become 16 kHz mono of one loudness; hostile ones are refused. Rows ADM-063, ADM-064, AMB-29. Layer: tests. */
#include "../cmocka_all.h"

#include "server/bridge/sound.h"
#include "server/ivr/clip.h"
#include "tccc/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    uint8_t *bytes;
    size_t len;
} file;

static char folder[] = "/tmp/tccc-clip-XXXXXX";
static char sentence[CLIP_SENTENCE_MAX];

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    char command[64];
    (void)state;
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

/* What a shell command leaves in $F; the memory has exactly its size, so that the sanitizer sees a byte too many. */
static file made_by(const char *command) {
    char line[1024], path[64];
    file f = { 0 };
    snprintf(path, sizeof path, "%s/made", folder);
    snprintf(line, sizeof line, "F=%s; rm -f $F; %s", path, command);
    assert_int_equal(system(line), 0);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    fseek(in, 0, SEEK_END);
    f.len = (size_t)ftell(in);
    f.bytes = malloc(f.len);
    rewind(in);
    assert_int_equal(fread(f.bytes, 1, f.len, in), f.len);
    fclose(in);
    return f;
}

static int read_file(clip *c, file f) {
    int error = clip_read(c, f.bytes, f.len, sentence);
    free(f.bytes);
    assert_int_equal(sentence[0] == 0, error == 0);
    assert_int_equal(c->pcm == NULL, error != 0);
    return error;
}

static double rms_dbfs(const clip *c, size_t from, size_t to) {
    double sum = 0;
    for (size_t i = from; i < to; i++) sum += (double)c->pcm[i] * c->pcm[i];
    return 10 * log10(sum / (double)(to - from) / 32768 / 32768 + 1e-12);
}

/* Level of one frequency: 0 for a full-scale sine. */
static double tone_dbfs(const clip *c, double hz) {
    double re = 0, im = 0;
    for (size_t i = 0; i < c->n; i++) {
        double w = 0.5 - 0.5 * cos(2 * M_PI * (double)i / (double)c->n), t = (double)i / CLIP_RATE_HZ;
        re += w * c->pcm[i] * cos(2 * M_PI * hz * t);
        im += w * c->pcm[i] * sin(2 * M_PI * hz * t);
    }
    return 20 * log10(sqrt(re * re + im * im) * 4 / (double)c->n / 32768 + 1e-12);
}

static void every_kind_of_wav_and_mp3_is_read(void **state) {
    static const struct { const char *command; int samples, slack; } kinds[] = {
        { "sox -n -r 16000 -b 16 -c 1 $F.wav synth 1 sine 1000 vol 0.5 && mv $F.wav $F", 16000, 0 },
        { "sox -n -r 8000 -b 8 -c 1 $F.wav synth 1 sine 1000 vol 0.5 && mv $F.wav $F", 16000, 2 },
        { "sox -n -r 48000 -b 24 -c 2 $F.wav synth 1 sine 1000 vol 0.5 && mv $F.wav $F", 16000, 2 },
        { "sox -n -r 44100 -b 32 -c 8 $F.wav synth 1 sine 1000 vol 0.5 && mv $F.wav $F", 16000, 2 },
        { "sox -n -r 22050 -b 32 -e floating-point -c 1 $F.wav synth 1 sine 1000 vol 0.5 && mv $F.wav $F", 16000, 2 },
        { "sox -n -r 8000 -e a-law -c 1 $F.wav synth 1 sine 1000 vol 0.5 && mv $F.wav $F", 16000, 2 },
        { "sox -n -r 8000 -e mu-law -c 2 $F.wav synth 1 sine 1000 vol 0.5 && mv $F.wav $F", 16000, 2 },
        { "sox -n -r 192000 -b 16 -c 1 $F.wav synth 1 sine 1000 vol 0.5 && mv $F.wav $F", 16000, 2 },
        { "sox -n -r 44100 -b 16 -c 2 $F.wav synth 1 sine 1000 vol 0.5 && lame --quiet -b 128 $F.wav $F", 16000, 200 },
        { "sox -n -r 8000 -b 16 -c 1 $F.wav synth 1 sine 1000 vol 0.5 && lame --quiet -b 32 $F.wav $F", 16000, 400 },
        { "sox -n -r 48000 -b 16 -c 2 $F.wav synth 1 sine 1000 vol 0.5 && lame --quiet -V 4 --tt title --id3v2-only $F.wav $F", 16000, 1400 },
        { "sox -n -r 16000 -b 16 -c 1 $F.wav synth 1 sine 1000 vol 0.5 && lame --quiet -b 32 $F.wav $F", 16000, 1400 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        clip c;
        if (read_file(&c, made_by(kinds[i].command))) fail_msg("%s: %s", kinds[i].command, sentence);
        assert_in_range(c.n, kinds[i].samples - kinds[i].slack, kinds[i].samples + kinds[i].slack);
        assert_true(fabs(tone_dbfs(&c, 1000) + 6.02) < 1); /* an encoder may add 80 ms of silence */
        clip_free(&c);
    }
}

static void sound_above_8_khz_does_not_fold_down(void **state) {
    clip c;
    (void)state;
    assert_int_equal(read_file(&c, made_by("sox -n -r 48000 -b 16 -c 1 $F.wav synth 1 sine 10000 vol 0.5 && mv $F.wav $F")), 0);
    assert_true(tone_dbfs(&c, 6000) < -60);
    clip_free(&c);
}

static void loud_and_quiet_files_come_out_alike(void **state) {
    static const char *const gains[] = { "0.1", "0.3", "0.9" };
    double first = 0;
    (void)state;
    for (int i = 0; i < 3; i++) {
        char command[256];
        clip c;
        snprintf(command, sizeof command, "espeak-ng -v en-us 'Your call is important to us. Please hold the line.' --stdout | "
                 "sox -v %s -t wav - $F.wav && mv $F.wav $F", gains[i]);
        assert_int_equal(read_file(&c, made_by(command)), 0);
        clip_level(&c);
        double level = rms_dbfs(&c, 0, c.n);
        if (i == 0) first = level;
        assert_true(fabs(level - first) < 1.0);
        assert_true(level > -28 && level < -21); /* its pauses count here, not in the measure */
        clip_free(&c);
    }
}

static void voices_noise_and_tones_come_out_within_3_db(void **state) {
    static const char *const sounds[] = {
        "espeak-ng -v en-us 'Please press one for sales.' --stdout > $F", "espeak-ng -v cmn '请按一' --stdout > $F",
        "sox -R -n -r 16000 -b 16 $F.wav synth 2 pinknoise vol 0.1 && mv $F.wav $F", "sox -n -r 16000 -b 16 $F.wav synth 2 sine 440 vol 0.9 && mv $F.wav $F",
    };
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        clip c;
        double loudest[3] = { 0 };
        assert_int_equal(read_file(&c, made_by(sounds[i])), 0);
        clip_level(&c);
        /* what is not pause: 100 ms that are louder than -40 dBFS */
        for (size_t at = 0; at + 1600 <= c.n; at += 1600) {
            double db = rms_dbfs(&c, at, at + 1600);
            if (db > -40) loudest[0] += pow(10, db / 10), loudest[1]++;
        }
        double level = 10 * log10(loudest[0] / loudest[1]);
        assert_true(fabs(level + 23) < 3);
        clip_free(&c);
    }
}

static void peaks_stay_below_full_scale_and_silence_stays_silent(void **state) {
    clip c;
    (void)state;
    /* clicks: their mean is far below their peaks, so the gain would clip them */
    assert_int_equal(read_file(&c, made_by("sox -n -r 16000 -b 16 $F.wav synth 0.002 sine 1000 vol 0.9 pad 0.05 0.1 repeat 20 && mv $F.wav $F")), 0);
    clip_level(&c);
    for (size_t i = 0; i < c.n; i++) assert_in_range(abs(c.pcm[i]), 0, 29205); /* -1 dBFS */
    clip_free(&c);
    assert_int_equal(read_file(&c, made_by("sox -n -r 16000 -b 16 -D $F.wav trim 0 1 && mv $F.wav $F")), 0);
    clip_level(&c);
    for (size_t i = 0; i < c.n; i++) assert_int_equal(c.pcm[i], 0);
    clip_free(&c);
    assert_int_equal(read_file(&c, made_by("sox -R -n -r 16000 -b 16 $F.wav synth 1 whitenoise vol 0.005 && mv $F.wav $F")), 0);
    double before = rms_dbfs(&c, 0, c.n);
    clip_level(&c);
    assert_true(rms_dbfs(&c, 0, c.n) < before + 20.1); /* hiss does not become loud */
    clip_free(&c);
}

static void both_ends_are_faded(void **state) {
    clip c;
    (void)state;
    assert_int_equal(read_file(&c, made_by("sox -n -r 16000 -b 16 $F.wav synth 1 square 100 vol 0.1 && mv $F.wav $F")), 0);
    clip_level(&c);
    assert_in_range(abs(c.pcm[0]), 0, 10);
    assert_in_range(abs(c.pcm[c.n - 1]), 0, 10);
    assert_true(rms_dbfs(&c, 0, 160) < rms_dbfs(&c, 400, 800) - 6);
    assert_true(rms_dbfs(&c, c.n - 160, c.n) < rms_dbfs(&c, 400, 800) - 6);
    clip_free(&c);
    int16_t *one = malloc(sizeof *one); /* shorter than the fades */
    *one = 100;
    c = (clip){ one, 1 };
    clip_level(&c);
    clip_free(&c);
}

static void what_is_written_is_read_again(void **state) {
    clip c, again;
    char path[64], partial[80];
    (void)state;
    assert_int_equal(read_file(&c, made_by("sox -R -n -r 16000 -b 16 $F.wav synth 0.7 pinknoise vol 0.2 && mv $F.wav $F")), 0);
    snprintf(path, sizeof path, "%s/written.wav", folder);
    snprintf(partial, sizeof partial, "%s.tmp", path);
    assert_int_equal(clip_write(&c, path), 44 + 2 * (int64_t)c.n);
    assert_int_equal(access(partial, F_OK), -1);
    FILE *in = fopen(path, "rb");
    file f = { malloc(44 + 2 * c.n), 44 + 2 * c.n };
    assert_int_equal(fread(f.bytes, 1, f.len, in), f.len);
    fclose(in);
    assert_int_equal(read_file(&again, f), 0);
    assert_int_equal(again.n, c.n);
    assert_memory_equal(again.pcm, c.pcm, c.n * sizeof *c.pcm);
    int error;
    sound *played = sound_load(path, &error); /* by the bridge's own reader */
    assert_non_null(played);
    assert_true(fabs(sound_seconds(played) - 0.7) < 0.001);
    assert_int_equal(clip_ms(&c), 700);
    sound_drop(played);
    clip_free(&again);
    assert_int_equal(clip_write(&c, "/proc/none/x.wav"), TCCC_E_IO);
    clip_free(&c);
}

static void what_is_no_sound_is_refused_with_a_sentence(void **state) {
    static const struct { const char *command; int error; const char *sentence; } cases[] = {
        { "printf 'hello, this is no sound' > $F", TCCC_E_FORMAT, "The file is neither WAV nor MP3. Upload one of these." },
        { "printf 'RIFF' > $F", TCCC_E_FORMAT, "This WAV file is damaged or of a rare kind. Save it as PCM, 16 bit." },
        { "printf 'RIFF\\044\\0\\0\\0WAVEfmt \\020\\0\\0\\0\\1\\0\\1\\0\\100\\037\\0\\0\\200\\076\\0\\0\\2\\0\\020\\0data\\0\\0\\0\\0' > $F", TCCC_E_FORMAT,
          "There is no sound in the file. Upload another." },
        { "sox -n -r 16000 -e ima-adpcm $F.wav synth 1 sine 100 && mv $F.wav $F", TCCC_E_FORMAT,
          "This WAV file is damaged or of a rare kind. Save it as PCM, 16 bit." },
        { "printf 'ID3\\4\\0\\0\\0\\0\\0\\0' > $F; head -c 2000 /dev/zero >> $F", TCCC_E_FORMAT, "There is no sound in the file. Upload another." },
        { "printf '\\377\\373\\220\\144' > $F", TCCC_E_FORMAT, "There is no sound in the file. Upload another." },
        { "sox -n -r 8000 -c 1 -b 8 $F.wav trim 0 601 && mv $F.wav $F", TCCC_E_TOO_LARGE, "The sound is longer than 10 minutes. Shorten it." },
        /* a bomb: 20 minutes in half a megabyte */
        { "sox -n -r 8000 -c 1 -b 16 $F.wav trim 0 1200 && lame --quiet -b 8 -m m --resample 8 $F.wav $F", TCCC_E_TOO_LARGE,
          "The sound is longer than 10 minutes. Shorten it." },
        /* two files in one, of two rates */
        { "sox -n -r 16000 -c 1 -b 16 $F.wav synth 1 sine 500 && lame --quiet -t -b 32 $F.wav $F.a && sox -n -r 44100 -c 1 -b 16 $F.wav synth 1 sine 500 && "
          "lame --quiet -t -b 64 $F.wav $F.b && cat $F.a $F.b > $F", TCCC_E_FORMAT, "The MP3 file changes its sample rate in the middle. Save it with one rate." },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        clip c;
        int error = read_file(&c, made_by(cases[i].command));
        assert_string_equal(sentence, cases[i].sentence);
        assert_int_equal(error, cases[i].error);
    }
    clip c;
    assert_int_equal(clip_read(&c, (const uint8_t *)"", 0, sentence), TCCC_E_FORMAT);
}

/* Whole files cut and changed by seeds: refused or read, never out of bounds (the sanitizer looks). */
static void damaged_files_do_no_harm(void **state) {
    (void)state;
    file good[] = { made_by("sox -n -r 22050 -b 24 -c 2 $F.wav synth 0.1 sine 500 && mv $F.wav $F"),
                    made_by("sox -n -r 22050 -b 16 -c 2 $F.wav synth 0.5 sine 500 && lame --quiet -b 32 $F.wav $F") };
    for (int which = 0; which < 2; which++)
        for (unsigned seed = 1; seed <= 300; seed++) {
            unsigned random = seed;
            file f = { NULL, seed % 3 ? good[which].len : (size_t)seed * good[which].len / 300 };
            f.bytes = malloc(f.len + !f.len);
            memcpy(f.bytes, good[which].bytes, f.len);
            for (int i = 0; i < 20 && f.len; i++) {
                random = random * 1664525u + 1013904223u;
                f.bytes[(random >> 8) % (i < 10 ? f.len : f.len < 64 ? f.len : 64)] ^= (uint8_t)(random >> 3);
            }
            clip c;
            if (!read_file(&c, f)) {
                assert_in_range(c.n, 1, CLIP_RATE_HZ * CLIP_SECONDS_MAX);
                clip_level(&c);
                clip_free(&c);
            }
        }
    free(good[0].bytes);
    free(good[1].bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_wav_and_mp3_is_read),
        cmocka_unit_test(sound_above_8_khz_does_not_fold_down),
        cmocka_unit_test(loud_and_quiet_files_come_out_alike),
        cmocka_unit_test(voices_noise_and_tones_come_out_within_3_db),
        cmocka_unit_test(peaks_stay_below_full_scale_and_silence_stays_silent),
        cmocka_unit_test(both_ends_are_faded),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(what_is_no_sound_is_refused_with_a_sentence),
        cmocka_unit_test(damaged_files_do_no_harm),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
