/* noise_cases.c: writes speech in noise of several kinds. Layer: tests.
 *
 * usage: voice_noise_cases SPEECH_DIR OUT_DIR [MUSIC.wav KEYS.wav RECORDED.wav]
 * For each of 3 talkers cT.wav, 9 s: one second of nothing, then speech; for each kind and ratio K_T_S.wav, the same in noise at S dB
 * against the speech while it is active. Kinds: white; pink; car (pink under 300 Hz and 30 Hz humming of an engine); hum (50 Hz and its odd
 * harmonics over weak white noise); babble (six others who talk at once); music, keys and recorded
 * scenes from the files, where given.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "material.h"

enum { SECONDS = 9, N = SECONDS * RATE, TALKERS = 3, BABBLE = 6, RATIOS = 4, KINDS = 8, FILES = 3 };

static const double pi = 3.14159265358979323846;
static const int ratios_db[RATIOS] = { 0, 5, 10, 15 };
static const char *const talkers[TALKERS] = { "allison", "carlo", "june" }, *const others[] = { "russian", "spanish", "june", "carlo", "allison" };

typedef struct {
    const char *folder;
    signal_f32 music, keys, recorded;
    random_source random;
} noise_maker;

static signal_f32 read_speech(const char *folder, const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s.wav", folder, name);
    return signal_read(path);
}

static void make_white(noise_maker *from, float *x) {
    for (int i = 0; i < N; i++) x[i] = (float)random_normal(&from->random);
}

static void make_pink(noise_maker *from, float *x) {
    static const double poles[] = { 0.99886, 0.99332, 0.96900, 0.86650, 0.55000, -0.7616 };
    static const double gains[] = { 0.0555179, 0.0750759, 0.1538520, 0.3104856, 0.5329522, -0.0168980 };
    double state[6] = { 0 };
    for (int i = 0; i < N; i++) {
        double white = random_normal(&from->random), sum = white * 0.5362;
        for (int k = 0; k < 6; k++) sum += state[k] = poles[k] * state[k] + gains[k] * white;
        x[i] = (float)sum;
    }
}

static void make_car(noise_maker *from, float *x) {
    double low = 0, pole = exp(-2 * pi * 300 / RATE), phase = 0;
    make_pink(from, x);
    for (int i = 0; i < N; i++) {
        low += (1 - pole) * (x[i] - low);
        phase += 2 * pi * (30 + 3 * sin(2 * pi * 0.2 * i / RATE)) / RATE;
        x[i] = (float)(low + 0.05 * x[i] + 0.3 * (sin(phase) + 0.6 * sin(2 * phase) + 0.4 * sin(4 * phase)));
    }
}

static void make_hum(noise_maker *from, float *x) {
    for (int i = 0; i < N; i++) {
        double sum = 0.05 * random_normal(&from->random);
        for (int harmonic = 1; harmonic <= 15; harmonic += 2) sum += sin(2 * pi * 50 * harmonic * i / RATE + harmonic) / harmonic;
        x[i] = (float)sum;
    }
}

static void make_babble(noise_maker *from, float *x) {
    memset(x, 0, N * sizeof *x);
    for (int k = 0; k < BABBLE; k++) {
        signal_f32 one = read_speech(from->folder, others[k % 5]);
        int room = one.n - N, start = (int)(random_uniform(&from->random) * room);
        float gain = (float)(0.1 / sqrt(active_power(one.x + start, N)));
        for (int i = 0; i < N; i++) x[i] += gain * one.x[start + i];
        signal_free(&one);
    }
}

static void make_from(noise_maker *from, const signal_f32 *file, float *x) {
    int start = (int)(random_uniform(&from->random) * (file->n > N ? file->n - N : 1));
    for (int i = 0; i < N; i++) x[i] = file->x[(start + i) % file->n];
}

static void make_music(noise_maker *from, float *x) { make_from(from, &from->music, x); }
static void make_keys(noise_maker *from, float *x) { make_from(from, &from->keys, x); }
static void make_recorded(noise_maker *from, float *x) { make_from(from, &from->recorded, x); }

static const struct {
    const char *name;
    void (*make)(noise_maker *from, float *x);
} kinds[KINDS] = { { "white", make_white }, { "pink", make_pink }, { "car", make_car }, { "hum", make_hum }, { "babble", make_babble },
                   { "music", make_music }, { "keys", make_keys }, { "recorded", make_recorded } };

static void write_noisy(noise_maker *from, const char *folder, int kind, int talker, const float *clean, double speech_power) {
    static float noise[N], mixed[N];
    char path[512];
    from->random.state = (uint64_t)(kind * 100 + talker);
    kinds[kind].make(from, noise);
    for (int s = 0; s < RATIOS; s++) {
        float gain = (float)sqrt(speech_power / power_of(noise, N) / pow(10, ratios_db[s] / 10.0));
        for (int i = 0; i < N; i++) mixed[i] = clean[i] + gain * noise[i];
        snprintf(path, sizeof path, "%s/%s_%d_%d.wav", folder, kinds[kind].name, talker, ratios_db[s]);
        signal_write(path, mixed, N);
    }
}

int main(int argc, char **argv) {
    static float clean[N];
    char path[512];
    if (argc != 3 && argc != 3 + FILES) {
        fprintf(stderr, "usage: voice_noise_cases SPEECH_DIR OUT_DIR [MUSIC.wav KEYS.wav RECORDED.wav]\n");
        return 2;
    }
    noise_maker from = { .folder = argv[1] };
    if (argc == 3 + FILES) {
        from.music = signal_read(argv[3]);
        from.keys = signal_read(argv[4]);
        from.recorded = signal_read(argv[5]);
    }
    for (int talker = 0; talker < TALKERS; talker++) {
        signal_f32 speech = read_speech(argv[1], talkers[talker]);
        memset(clean, 0, sizeof clean);
        memcpy(clean + RATE, speech.x + 200 * RATE, (N - RATE) * sizeof *clean);
        set_level(clean, N, -26);
        snprintf(path, sizeof path, "%s/c%d.wav", argv[2], talker);
        signal_write(path, clean, N);
        for (int kind = 0; kind < (argc == 3 + FILES ? KINDS : KINDS - FILES); kind++)
            write_noisy(&from, argv[2], kind, talker, clean, active_power(clean, N));
        signal_free(&speech);
    }
    return 0;
}
