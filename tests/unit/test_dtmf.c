/* test_dtmf.c: keys made by sox are heard, alone and under speech; speech is no key. Rows IVR-020, IVR-027: keys by in-band tones. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "dsp/dtmf.h"
#include "dsp/g711.h"
#include "dsp/pcm16.h"
#include "dsp/tone.h"

enum { CHUNK = 320, HEARD_MAX = 256, RATE = FRAME_RATE_HZ };

static const char all_keys[] = "0123456789*#ABCD";
static const double DBM0_DBFS = -3.14; /* a sine of 0 dBm0, G.711 A-law */

typedef struct {
    float *pcm;
    int n;
} sound;

/* What a command writes to its output as s16, mono, 16 kHz. */
static sound sound_made_by(const char *command) {
    sound made = { 0 };
    int16_t block[4096];
    int room = 0, n;
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    while ((n = (int)fread(block, sizeof *block, 4096, pipe)) > 0) {
        if (made.n + n > room) made.pcm = realloc(made.pcm, (size_t)(room = 2 * (made.n + n)) * sizeof *made.pcm);
        assert_non_null(made.pcm);
        pcm16_to_f32(block, made.pcm + made.n, n);
        made.n += n;
    }
    assert_int_equal(pclose(pipe), 0);
    assert_true(made.n > 0);
    return made;
}

static double amplitude_of(double dbm0) {
    return pow(10, (dbm0 + DBM0_DBFS) / 20);
}

/* Presses of one key made by sox: 40 ms long, 53 ms apart, so that they move through the windows. */
static sound presses_by_sox(char key, double dbm0, int times) {
    char command[512];
    double low_hz, high_hz;
    assert_true(tone_digit_hz(key, &low_hz, &high_hz));
    snprintf(command, sizeof command,
             "sox -r 16000 -c 2 -n -c 1 -b 16 -e signed -t raw - synth 0.04 sine %g sine %g remix 1v%.5f,2v%.5f pad 0 0.053 repeat %d",
             low_hz, high_hz, amplitude_of(dbm0), amplitude_of(dbm0), times - 1);
    return sound_made_by(command);
}

static int hear(const sound *s, float gain, char heard[HEARD_MAX]) {
    dtmf detector;
    int n_heard = 0;
    memset(&detector, 0, sizeof detector);
    for (int at = 0; at + CHUNK <= s->n; at += CHUNK) {
        float chunk[CHUNK];
        char keys[DTMF_KEYS_MAX(CHUNK)];
        for (int i = 0; i < CHUNK; i++) chunk[i] = gain * s->pcm[at + i];
        int n = dtmf_put(&detector, chunk, CHUNK, keys);
        assert_in_range(n, 0, DTMF_KEYS_MAX(CHUNK));
        for (int i = 0; i < n && n_heard < HEARD_MAX - 1; i++) heard[n_heard++] = keys[i];
    }
    heard[n_heard] = 0;
    return n_heard;
}

static void assert_heard(const sound *s, char key, int times) {
    char heard[HEARD_MAX], wanted[HEARD_MAX];
    memset(wanted, key, (size_t)times);
    wanted[times] = 0;
    hear(s, 1, heard);
    assert_string_equal(heard, wanted);
}

static void every_key_of_40_ms_is_heard_at_every_level(void **state) {
    (void)state;
    for (const char *key = all_keys; *key; key++)
        for (int dbm0 = -3; dbm0 >= -30; dbm0 -= 9) {
            sound s = presses_by_sox(*key, dbm0, 20);
            assert_heard(&s, *key, 20);
            free(s.pcm);
        }
}

static double mean_square(const sound *s, float above) {
    double sum = 0;
    int n = 0;
    for (int at = 0; at + FRAME_LEN <= s->n; at += FRAME_LEN) {
        float energy = frame_energy(s->pcm + at, FRAME_LEN) / FRAME_LEN;
        if (energy <= above) continue;
        sum += energy;
        n++;
    }
    return n ? sum / n : 0;
}

/* Adds `other` so that its frames with sound in them are on average `db` below two tones of `dbm0` each. */
static void disturb(sound *s, const sound *other, double dbm0, double db) {
    double both = amplitude_of(dbm0) * amplitude_of(dbm0); /* two sines of half that mean square each */
    float gain = (float)sqrt(both * pow(10, -db / 10) / mean_square(other, 1e-4f));
    for (int i = 0; i < s->n; i++) s->pcm[i] += gain * other->pcm[i % other->n];
}

static void keys_are_heard_under_noise(void **state) {
    (void)state;
    sound noise = sound_made_by("sox -R -r 16000 -c 1 -n -b 16 -e signed -t raw - synth 10 whitenoise vol 0.3");
    for (const char *key = all_keys; *key; key++) {
        sound s = presses_by_sox(*key, -10, 20);
        disturb(&s, &noise, -10, 12);
        assert_heard(&s, *key, 20);
        free(s.pcm);
    }
    free(noise.pcm);
}

/* The prompt's echo, or the caller speaking. A word may hide a press of 40 ms; the text allows one in a hundred. */
static void keys_are_heard_under_speech(void **state) {
    int missed = 0;
    (void)state;
    sound speech = sound_made_by("head -n 30 /usr/share/common-licenses/GPL-3 | espeak-ng -v en-us -a 60 --stdout | sox -t wav - -r 16000 -c 1 -b 16 -t raw -");
    for (const char *key = all_keys; *key; key++) {
        char heard[HEARD_MAX];
        sound s = presses_by_sox(*key, -10, 100);
        disturb(&s, &speech, -10, 12);
        int n = hear(&s, 1, heard);
        assert_int_equal(strspn(heard, (char[]){ *key, 0 }), n); /* never another key */
        missed += abs(100 - n);
        free(s.pcm);
    }
    free(speech.pcm);
    assert_in_range(missed, 0, 16);
}

/* Ten minutes and more of speech by seven voices, at three levels. */
static void speech_is_no_key(void **state) {
    static const char *const voices[] = { "en-us", "en-gb+f3", "cmn", "de+m4", "fr+f2", "es", "en-us+f5" };
    static const float gains[] = { 0.05f, 0.3f, 1 };
    double seconds = 0;
    char heard[HEARD_MAX];
    (void)state;
    for (size_t v = 0; v < sizeof voices / sizeof *voices; v++) {
        char command[256];
        snprintf(command, sizeof command, "head -n 40 /usr/share/common-licenses/GPL-3 | espeak-ng -v %s -s 150 -a 60 --stdout | "
                 "sox -t wav - -r 16000 -c 1 -b 16 -t raw -", voices[v]);
        sound s = sound_made_by(command);
        for (int g = 0; g < 3; g++) assert_int_equal(hear(&s, gains[g], heard), 0);
        seconds += (double)s.n / RATE;
        free(s.pcm);
    }
    assert_true(seconds >= 600);
}

/* --- lengths, frequencies, twist: tones of our own, so that each value is exact --- */

typedef struct {
    double low_hz, high_hz, low_dbm0, high_dbm0, on_ms, off_ms, break_ms; /* break: silence in the middle of a press */
} press;

static press press_of(char key, double on_ms) {
    press p = { .low_dbm0 = -10, .high_dbm0 = -10, .on_ms = on_ms, .off_ms = 61 };
    assert_true(tone_digit_hz(key, &p.low_hz, &p.high_hz));
    return p;
}

static int times_heard(const press *p, int times, char key) {
    char heard[HEARD_MAX];
    int period = (int)((p->on_ms + p->off_ms) * 16) + 7; /* not a number of hops: all alignments come up */
    sound s = { calloc((size_t)(period * times + RATE), sizeof(float)), period * times + RATE };
    assert_non_null(s.pcm);
    for (int i = 0; i < period * times; i++) {
        double t = (double)i / RATE, ms = i % period / 16.0, middle = p->on_ms / 2;
        if (ms >= p->on_ms || (p->break_ms > 0 && fabs(ms - middle) < p->break_ms / 2)) continue;
        s.pcm[i] = (float)(amplitude_of(p->low_dbm0) * sin(2 * M_PI * p->low_hz * t) +
                           amplitude_of(p->high_dbm0) * sin(2 * M_PI * p->high_hz * t));
    }
    int n = hear(&s, 1, heard);
    assert_int_equal(strspn(heard, (char[]){ key, 0 }), n);
    free(s.pcm);
    return n;
}

static void lengths_are_those_of_q24(void **state) {
    (void)state;
    for (const char *key = all_keys; *key; key++) {
        press p = press_of(*key, 40);
        assert_int_equal(times_heard(&p, 80, *key), 80);
        p.on_ms = 22;
        assert_int_equal(times_heard(&p, 80, *key), 0);
        p.on_ms = 1000;
        assert_int_equal(times_heard(&p, 2, *key), 2);
    }
}

static void a_break_of_10_ms_is_one_press_and_of_30_ms_two(void **state) {
    (void)state;
    for (const char *key = all_keys; *key; key++) {
        press p = press_of(*key, 120);
        p.break_ms = 10;
        assert_int_equal(times_heard(&p, 40, *key), 40);
        p.break_ms = 30;
        assert_int_equal(times_heard(&p, 40, *key), 80);
    }
}

static void frequencies_are_heard_within_1_5_percent_and_refused_from_3_5(void **state) {
    static const struct { double low, high; int heard; } cases[] = {
        { .015, -.015, 1 }, { -.015, .015, 1 }, { .015, .015, 1 }, { -.015, -.015, 1 },
        { .035, 0, 0 }, { -.035, 0, 0 }, { 0, .035, 0 }, { 0, -.035, 0 } };
    (void)state;
    for (const char *key = all_keys; *key; key++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            press p = press_of(*key, 40);
            p.low_hz *= 1 + cases[i].low;
            p.high_hz *= 1 + cases[i].high;
            assert_int_equal(times_heard(&p, 20, *key), cases[i].heard ? 20 : 0);
        }
}

static void twist_is_heard_from_minus_8_to_4_db(void **state) {
    static const struct { double low_dbm0, high_dbm0; int heard; } cases[] = {
        { -10, -18, 1 }, { -14, -10, 1 }, { -22, -30, 1 }, { -10, -22, 0 }, { -18, -10, 0 } };
    (void)state;
    for (const char *key = all_keys; *key; key++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            press p = press_of(*key, 40);
            p.low_dbm0 = cases[i].low_dbm0;
            p.high_dbm0 = cases[i].high_dbm0;
            assert_int_equal(times_heard(&p, 20, *key), cases[i].heard ? 20 : 0);
        }
}

static void what_is_too_quiet_is_not_heard(void **state) {
    (void)state;
    press p = press_of('7', 60);
    p.low_dbm0 = p.high_dbm0 = -32;
    assert_int_equal(times_heard(&p, 20, '7'), 20);
    p.low_dbm0 = p.high_dbm0 = -38;
    assert_int_equal(times_heard(&p, 20, '7'), 0);
}

/* A-law at 8 kHz, as a trunk sends it: every second sample, coded and held; what the decoder's filter takes away is left in. */
static void keys_survive_a_law(void **state) {
    (void)state;
    for (const char *key = all_keys; *key; key++)
        for (int dbm0 = -3; dbm0 >= -30; dbm0 -= 27) {
            sound s = presses_by_sox(*key, dbm0, 20);
            for (int i = 0; i + 1 < s.n; i += 2) {
                int16_t sample;
                pcm16_from_f32(&s.pcm[i], &sample, 1);
                sample = g711_alaw_decode(g711_alaw_encode(sample));
                pcm16_to_f32(&sample, &s.pcm[i], 1);
                s.pcm[i + 1] = s.pcm[i];
            }
            assert_heard(&s, *key, 20);
            free(s.pcm);
        }
}

static void noise_and_single_tones_are_no_keys(void **state) {
    dtmf detector;
    float frame[FRAME_LEN];
    char keys[DTMF_KEYS_MAX(FRAME_LEN)];
    unsigned random = 7;
    (void)state;
    memset(&detector, 0, sizeof detector);
    for (int f = 0; f < 100 * 300; f++) {
        for (int i = 0; i < FRAME_LEN; i++) {
            random = random * 1664525u + 1013904223u;
            frame[i] = (float)(random >> 8) / 8388608.0f - 1;
        }
        assert_int_equal(dtmf_put(&detector, frame, FRAME_LEN, keys), 0);
    }
    for (double hz = 300; hz < 3400; hz += 13)
        for (int f = 0; f < 10; f++) {
            for (int i = 0; i < FRAME_LEN; i++) frame[i] = (float)(0.3 * sin(2 * M_PI * hz * (f * FRAME_LEN + i) / RATE));
            assert_int_equal(dtmf_put(&detector, frame, FRAME_LEN, keys), 0);
        }
}

static void pieces_of_any_size_give_the_same_keys(void **state) {
    static const int sizes[] = { 1, 7, 79, 80, 81, 960, 1920 };
    (void)state;
    sound s = presses_by_sox('#', -10, 30);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        dtmf detector;
        int heard = 0;
        memset(&detector, 0, sizeof detector);
        for (int at = 0; at < s.n; at += sizes[i]) {
            int n = s.n - at < sizes[i] ? s.n - at : sizes[i];
            char *keys = malloc((size_t)DTMF_KEYS_MAX(n)); /* of its size: the sanitizer sees a key too many */
            int found = dtmf_put(&detector, s.pcm + at, n, keys);
            for (int k = 0; k < found; k++) assert_int_equal(keys[k], '#');
            heard += found;
            free(keys);
        }
        assert_int_equal(heard, 30);
    }
    free(s.pcm);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_of_40_ms_is_heard_at_every_level),
        cmocka_unit_test(keys_are_heard_under_noise),
        cmocka_unit_test(keys_are_heard_under_speech),
        cmocka_unit_test(speech_is_no_key),
        cmocka_unit_test(lengths_are_those_of_q24),
        cmocka_unit_test(a_break_of_10_ms_is_one_press_and_of_30_ms_two),
        cmocka_unit_test(frequencies_are_heard_within_1_5_percent_and_refused_from_3_5),
        cmocka_unit_test(twist_is_heard_from_minus_8_to_4_db),
        cmocka_unit_test(what_is_too_quiet_is_not_heard),
        cmocka_unit_test(keys_survive_a_law),
        cmocka_unit_test(noise_and_single_tones_are_no_keys),
        cmocka_unit_test(pieces_of_any_size_give_the_same_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
