/* train_streams.c: speech in noise of eleven kinds. Layer: tests. */
#include "train_streams.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = STREAM_LEN, KINDS = 11, CALM_DB = 20, EDGE = RATE / 100, HARMONICS = 40 };

static const float TURN = 6.2831853f;

static double between(random_source *random, double low, double high) { return low + (high - low) * random_uniform(random); }
static int pick(random_source *random, int n) { return (int)(random_uniform(random) * n); }
static float amplitude(double level_db) { return (float)pow(10, level_db / 20); }

/* Nearly normal and fast: three steps of Marsaglia's xorshift. */
static uint32_t quick_state = 1;

static float quick_noise(void) {
    float sum = 0;
    for (int i = 0; i < 3; i++) {
        quick_state ^= quick_state << 13;
        quick_state ^= quick_state >> 17;
        quick_state ^= quick_state << 5;
        sum += (float)(int32_t)quick_state;
    }
    return sum / 2147483648.0f;
}

static float *buffer_new(void) {
    float *made = malloc(N * sizeof *made);
    if (!made) exit(1);
    return made;
}

static void add(float *x, const float *y, double gain) {
    for (int i = 0; i < N; i++) x[i] += (float)gain * y[i];
}

static void to_power_one(float *x) {
    float gain = (float)(1 / sqrt(power_of(x, N) + 1e-12));
    for (int i = 0; i < N; i++) x[i] *= gain;
}

/* n samples from `at` on, at another speed: Catmull & Rom's cubic. */
static void take(const signal_f32 *from, double at, double speed, float *x, int n) {
    for (int i = 0; i < n; i++, at += speed) {
        while (at >= from->n - 4) at -= from->n - 8;
        int k = (int)at + 1;
        float f = (float)(at + 1 - k);
        const float *p = from->x + k;
        x[i] = p[0] + 0.5f * f * (p[1] - p[-1] + f * (2 * p[-1] - 5 * p[0] + 4 * p[1] - p[2] + f * (3 * (p[0] - p[1]) + p[2] - p[-1])));
    }
}

/* ---- filters: R. Bristow-Johnson's cookbook ---- */

typedef struct {
    float b0, b1, b2, a1, a2;
} filter;

static void filter_run(const filter *q, float *x) {
    float z1 = 0, z2 = 0;
    for (int i = 0; i < N; i++) {
        float y = q->b0 * x[i] + z1;
        z1 = q->b1 * x[i] - q->a1 * y + z2;
        z2 = q->b2 * x[i] - q->a2 * y;
        x[i] = y;
    }
}

static filter filter_of(double b0, double b1, double b2, double a0, double a1, double a2) {
    return (filter){ (float)(b0 / a0), (float)(b1 / a0), (float)(b2 / a0), (float)(a1 / a0), (float)(a2 / a0) };
}

static filter peak(double hz, double q, double gain_db) {
    double a = pow(10, gain_db / 40), w = TURN * hz / RATE, alpha = sin(w) / 2 / q, c = cos(w);
    return filter_of(1 + alpha * a, -2 * c, 1 - alpha * a, 1 + alpha / a, -2 * c, 1 - alpha / a);
}

static filter low_pass(double hz, double q) {
    double w = TURN * hz / RATE, alpha = sin(w) / 2 / q, c = cos(w);
    return filter_of((1 - c) / 2, 1 - c, (1 - c) / 2, 1 + alpha, -2 * c, 1 - alpha);
}

static filter high_pass(double hz, double q) {
    double w = TURN * hz / RATE, alpha = sin(w) / 2 / q, c = cos(w);
    return filter_of((1 + c) / 2, -(1 + c), (1 + c) / 2, 1 + alpha, -2 * c, 1 - alpha);
}

static void colour(random_source *random, float *x, double most_db, int peaks) {
    for (int i = 0; i < peaks; i++) {
        filter q = peak(60 * pow(100, random_uniform(random)), between(random, 0.3, 1.5), between(random, -most_db, most_db));
        filter_run(&q, x);
    }
}

/* ---- kinds of noise ---- */

/* Somebody, higher or lower by up to so many octaves. */
static void make_voice(const stream_sources *from, random_source *random, float *x, double octaves) {
    double draw = random_uniform(random);
    int talker = 0;
    while (talker < from->n_speech - 1 && draw >= from->share[talker]) talker++;
    const signal_f32 *speech = &from->speech[talker];
    double at = between(random, 0, speech->n - 8);
    take(speech, at, pow(2, between(random, -octaves, octaves)), x, N);
}

static void make_white(float *x) {
    for (int i = 0; i < N; i++) x[i] = quick_noise();
}

static void make_pink(float *x) {
    float a = 0, b = 0, c = 0;
    for (int i = 0; i < N; i++) { /* P. Kellet's three poles */
        float white = quick_noise();
        a = 0.99765f * a + white * 0.0990460f;
        b = 0.963f * b + white * 0.2965164f;
        c = 0.57f * c + white * 1.0526913f;
        x[i] = a + b + c + white * 0.1848f;
    }
}

static void make_slope(random_source *random, float *x) {
    float pole = (float)between(random, 0.5, 0.995), low = 0, rest = (float)between(random, 0, 0.3);
    for (int i = 0; i < N; i++) {
        float white = (1 - pole) * quick_noise();
        low = pole * low + white;
        x[i] = low + rest * white;
    }
}

static void make_harmonics(random_source *random, float *x, double low_hz, double high_hz) {
    double base_hz = between(random, low_hz, high_hz), wobble = between(random, 0, 0.05), wobble_hz = between(random, 0.05, 1), phase = 0, tilt = between(random, 0, 1.5);
    int n = 1 + pick(random, HARMONICS / 2 - 2), step = 1 + pick(random, 2);
    float sizes[HARMONICS];
    for (int k = 0; k < n; k++) sizes[k] = (float)(between(random, 0.2, 1) / pow(k + 1, tilt));
    for (int i = 0; i < N; i++) {
        phase += TURN * base_hz * (1 + wobble * sin(TURN * wobble_hz * i / RATE)) / RATE;
        if (phase > TURN) phase -= TURN;
        float sine = sinf((float)phase), cosine = cosf((float)phase), s = 0, c = 1, sum = 0;
        for (int k = 0; k < n * step; k++) {
            float next = s * cosine + c * sine;
            c = c * cosine - s * sine;
            s = next;
            if (k % step == 0) sum += sizes[k / step] * s;
        }
        x[i] = sum;
    }
}

static void make_car(random_source *random, float *x) {
    float *other = buffer_new();
    filter q = low_pass(between(random, 120, 600), 0.6);
    make_pink(x);
    for (int i = 0; i <= pick(random, 2); i++) filter_run(&q, x);
    to_power_one(x);
    make_white(other);
    to_power_one(other);
    add(x, other, amplitude(between(random, -35, -12)));
    make_harmonics(random, other, 20, 90);
    to_power_one(other);
    add(x, other, amplitude(between(random, -15, 6)));
    free(other);
}

static void add_hiss(random_source *random, float *x, double least_db, double most_db, void (*make)(float *)) {
    float *other = buffer_new();
    make(other);
    to_power_one(other);
    to_power_one(x);
    add(x, other, amplitude(between(random, least_db, most_db)));
    free(other);
}

static void make_hum(random_source *random, float *x) {
    make_harmonics(random, x, 40 + 9 * pick(random, 2), pick(random, 2) ? 61 : 180);
    add_hiss(random, x, -40, -12, make_white);
}

static void make_babble(const stream_sources *from, random_source *random, float *x) {
    float *one = buffer_new();
    memset(x, 0, N * sizeof *x);
    for (int k = 3 + pick(random, 7); k > 0; k--) {
        make_voice(from, random, one, 0.25);
        to_power_one(one);
        add(x, one, between(random, 0.5, 1));
    }
    colour(random, x, 8, pick(random, 2));
    free(one);
}

static signal_f32 piece_of(const stream_pieces *pieces, random_source *random) {
    int k = pick(random, pieces->n);
    return (signal_f32){ pieces->all.x + pieces->at[k], pieces->at[k + 1] - pieces->at[k] };
}

static void make_keys(const stream_sources *from, random_source *random, float *x) {
    double least_s = between(random, 0.03, 0.15), more_s = between(random, 0.1, 0.6), speed = between(random, 0.8, 1.3);
    float *one = buffer_new();
    memset(x, 0, N * sizeof *x);
    for (int at = 0; at < N; at += (int)((least_s + more_s * random_uniform(random)) * RATE)) {
        signal_f32 click = piece_of(&from->keys, random);
        int n = (int)(click.n / speed) - 4;
        float gain = amplitude(between(random, -9, 3));
        if (n > N - at) n = N - at;
        if (n > 0) take(&click, 0, speed, one, n);
        for (int i = 0; i < n; i++) x[at + i] += gain * one[i];
    }
    colour(random, x, 10, 2 * pick(random, 2));
    free(one);
}

/* Knocks: up to four modes that ring for 1 to 40 ms. */
static void make_knocks(random_source *random, float *x) {
    double gap_s = between(random, 0.03, 0.8);
    memset(x, 0, N * sizeof *x);
    for (int at = 0; at < N; at += 1 + (int)(RATE * gap_s * -log(1 - random_uniform(random)))) {
        float gain = amplitude(between(random, -12, 0));
        for (int mode = 1 + pick(random, 4); mode > 0; mode--) {
            double hz = 150 * pow(40, random_uniform(random)), rings_s = between(random, 0.001, 0.04);
            float tone = (float)random_uniform(random), keep = (float)exp(-1 / rings_s / RATE), phase = 0, size = gain;
            for (int i = at; i < N && size > 1e-4f; i++, size *= keep, phase += (float)(TURN * hz / RATE)) x[i] += size * (tone * sinf(phase) + (1 - tone) * quick_noise());
        }
    }
    add_hiss(random, x, -50, -15, make_pink);
}

/* Wind, traffic, rustling: coloured noise that swells and fades. */
static void make_gusts(random_source *random, float *x) {
    if (pick(random, 2)) make_slope(random, x);
    else make_white(x);
    colour(random, x, 18, 3);
    float level = 0, wanted = 0, step = 4 / (float)(RATE * between(random, 0.01, 0.5));
    double depth_db = between(random, 3, 20);
    int next = 0;
    for (int i = 0; i < N; i++) {
        if (i == next) {
            wanted = (float)(between(random, -depth_db, 0) * 0.1151);
            next += 1 + (int)(RATE * between(random, 0.02, 1.0));
        }
        level += step * (wanted - level);
        x[i] *= expf(level);
    }
}

/* Bells, beeps, tunes: notes of up to six harmonics, some of which glide. */
static void make_notes(random_source *random, float *x) {
    int glides = pick(random, 3) == 0;
    memset(x, 0, N * sizeof *x);
    for (int voice = 1 + pick(random, 5); voice > 0; voice--)
        for (int at = 0; at < N;) {
            int n = (int)(RATE * between(random, 0.05, 0.8)), rest = pick(random, 3) ? 0 : (int)(RATE * between(random, 0.02, 0.5)), harmonics = 1 + pick(random, 6);
            double from_hz = 80 * pow(2, pick(random, 50) / 12.0), to_hz = glides ? from_hz * between(random, 0.7, 1.5) : from_hz, phase = 0, fade = between(random, 0, 6);
            for (int i = 0; i < n && at + i < N; i++) {
                phase += TURN * (from_hz + (to_hz - from_hz) * i / n) / RATE;
                float sum = 0, size = expf(-(float)(fade * i / RATE)) * (i < EDGE ? (float)i / EDGE : 1);
                for (int k = 1; k <= harmonics; k++) sum += sinf((float)fmod(phase * k, TURN)) / (float)k;
                x[at + i] += size * sum;
            }
            at += n + rest;
        }
    add_hiss(random, x, -50, -15, make_pink);
}

static void make_music(const stream_sources *from, random_source *random, float *x) {
    signal_f32 piece = piece_of(&from->music, random);
    double at = between(random, 0, piece.n - 8);
    take(&piece, at, pow(2, between(random, -0.4, 0.4)), x, N);
    colour(random, x, 10, 2 * pick(random, 2));
}

/* A recorded place, over and over. */
static void make_scene(const stream_sources *from, random_source *random, float *x) {
    signal_f32 scene = piece_of(&from->scenes, random);
    double at = between(random, 0, scene.n - 8);
    take(&scene, at, pow(2, between(random, -0.5, 0.5)), x, N);
    colour(random, x, 10, 2 * pick(random, 2));
}

static void make_noise(const stream_sources *from, random_source *random, float *x) {
    static const int percent[KINDS] = { 8, 8, 10, 8, 15, 11, 13, 8, 5, 4, 10 };
    int draw = pick(random, 100), kind = 0;
    while (draw >= percent[kind]) draw -= percent[kind++];
    switch (kind) {
    case 0: make_white(x); break;
    case 1:
        if (pick(random, 2)) make_pink(x);
        else make_slope(random, x);
        break;
    case 2: make_car(random, x); break;
    case 3: make_hum(random, x); break;
    case 4: make_babble(from, random, x); break;
    case 5: make_keys(from, random, x); break;
    case 6: make_music(from, random, x); break;
    case 7: make_gusts(random, x); break;
    case 8: make_knocks(random, x); break;
    case 9: make_notes(random, x); break;
    default: make_scene(from, random, x); break;
    }
    if (kind <= 1 && pick(random, 2)) colour(random, x, 15, 1 + pick(random, 3));
    to_power_one(x);
}

/* ---- speech ---- */

static void make_speech(const stream_sources *from, random_source *random, float *x) {
    make_voice(from, random, x, 0.3);
    colour(random, x, 8, 2 * pick(random, 2));
    int reflections = pick(random, 3) ? 0 : 6;
    for (int k = 0; k < reflections; k++) { /* of a desk, a wall; they ring, as each goes over those before */
        int lag = EDGE / 10 + pick(random, RATE / 32);
        float gain = amplitude(between(random, -26, -8));
        for (int i = N - 1; i >= lag; i--) x[i] += gain * x[i - lag];
    }
    set_level(x, N, -26);
}

static void make_pauses(random_source *random, float *x) {
    for (int pause = pick(random, 4); pause > 0; pause--) {
        int begin = pick(random, 4) == 0 ? 0 : pick(random, N), end = begin + (int)(RATE * between(random, 0.3, 2.5));
        if (end > N) end = N;
        for (int i = begin; i < end; i++) {
            int fade_out = begin > 0 && i - begin < EDGE ? EDGE - (i - begin) : 0, fade_in = end - i < EDGE ? EDGE - (end - i) : 0;
            x[i] *= (float)(fade_out + fade_in) / EDGE;
        }
    }
}

static void both(const filter *q, float *mixed, float *clean) {
    filter_run(q, mixed);
    filter_run(q, clean);
}

stream_kind stream_make(const stream_sources *from, random_source *random, float *mixed, float *clean) {
    float *noise = buffer_new(), *other = buffer_new();
    quick_state = (uint32_t)(random_uniform(random) * 4e9) | 1;
    make_speech(from, random, clean);
    float speech = (float)active_power(clean, N), gain = amplitude(between(random, -14, 12));
    double draw = random_uniform(random), ratio_db = draw < 0.7 ? between(random, -5, CALM_DB) : between(random, CALM_DB, 45);
    make_pauses(random, clean);
    memcpy(mixed, clean, N * sizeof *mixed);
    if (draw < 0.9) {
        make_noise(from, random, noise);
        if (pick(random, 3) == 0) {
            make_noise(from, random, other);
            add(noise, other, amplitude(between(random, -15, 3)));
            to_power_one(noise);
        }
        add(mixed, noise, sqrt(speech) * amplitude(-ratio_db));
    }
    if (pick(random, 3)) { /* the microphone's own */
        make_white(noise);
        to_power_one(noise);
        add(mixed, noise, amplitude(between(random, -85, -60)));
    }
    filter narrow = low_pass(between(random, 3000, 5000), 0.7), high = high_pass(between(random, 60, 250), 0.7);
    for (int i = pick(random, 12) ? 0 : 2; i > 0; i--) both(&narrow, mixed, clean);
    if (pick(random, 4) == 0) both(&high, mixed, clean);
    for (int i = 0; i < N; i++) {
        clean[i] *= gain;
        mixed[i] = fmaxf(-1, fminf(1, gain * mixed[i]));
    }
    free(noise);
    free(other);
    return (stream_kind){ speech * gain * gain, draw >= 0.7 };
}

/* ---- files ---- */

static signal_f32 read_wav(const char *folder, const char *name) {
    char path[1100];
    snprintf(path, sizeof path, "%s/%s.wav", folder, name);
    return signal_read(path);
}

static FILE *open_list(const char *folder, const char *name) {
    char path[1100];
    snprintf(path, sizeof path, "%s/%s.txt", folder, name);
    FILE *file = fopen(path, "r");
    if (file) return file;
    fprintf(stderr, "%s: cannot be read; train_material.js makes it\n", path);
    exit(1);
}

static void read_pieces(stream_pieces *pieces, const char *folder, const char *name) {
    FILE *file = open_list(folder, name);
    pieces->all = read_wav(folder, name);
    while (pieces->n < STREAM_PIECES && fscanf(file, "%d", &pieces->at[pieces->n + 1]) == 1) pieces->n++;
    fclose(file);
}

static void read_talkers(stream_sources *sources, const char *folder) {
    char name[64];
    double seconds, sum = 0;
    FILE *file = open_list(folder, "talkers");
    while (sources->n_speech < STREAM_TALKERS && fscanf(file, "%63s %lf", name, &seconds) == 2) {
        sources->speech[sources->n_speech] = read_wav(folder, name);
        sources->share[sources->n_speech++] = sum += sqrt(seconds);
    }
    for (int i = 0; i < sources->n_speech; i++) sources->share[i] /= sum;
    fclose(file);
}

void stream_sources_read(stream_sources *sources, const char *folder) {
    read_talkers(sources, folder);
    read_pieces(&sources->music, folder, "music");
    read_pieces(&sources->keys, folder, "keys");
    read_pieces(&sources->scenes, folder, "scenes");
    if (sources->n_speech > 0 && sources->music.n > 0 && sources->keys.n > 0 && sources->scenes.n > 0) return;
    fprintf(stderr, "%s: has no talkers, music, clicks or scenes\n", folder);
    exit(1);
}
