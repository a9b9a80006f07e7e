/* train.c: trains the learned suppressor and writes its model. Layer: tests.
 *
 * usage: voice_train MATERIAL_DIR MODEL.bin STEPS [EARLIER.bin]
 * MATERIAL_DIR: of train_material.js. MODEL.bin: as src/dsp/learned.bin. EARLIER.bin: a model to go on from, with other sounds, at a
 * lower rate, and for what the light suppressor leaves; without one, gains are for sounds as they come. The same material, steps and
 * compiler give the same model bit for bit on every processor with fused multiply-add: seeds are fixed, there is one thread, sums have
 * one order. A step is 32 sounds of a second, 0.07 s of processor. A first training's rate stays for three quarters of the
 * steps, then falls; SIGINT lets it fall at once, and the program says how many STEPS would have given the same. Going on it stays. docs/voice-quality.md tells what came of it.
 * Source of the optimiser: Kingma & Ba, "Adam", 2015; the mean of late weights is what is written (Polyak & Juditsky 1992).
 */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

#include "dsp/suppress.h"
#include "train_network.h"
#include "train_streams.h"

enum { BEGIN_STEPS = 100, WEIGH_STEP = 5, TELL_STEPS = 100, BANDS = LEARNED_BANDS };
enum { TAKES = 1536, TAKE_FRAMES = STREAM_LEN / FRAME_LEN, USES = 4, USES_AGAIN = 8 }; /* a take is heard about so often, and each time at another level */

static const float RATE_FIRST = 0.002f, RATE_AGAIN = 0.0008f, RATE_LAST = 0.00004f, CALM_WEIGHT = 1.5f; /* of amplitudes in the loss: 2.2 of squares */

/* Some seconds of speech in noise: powers of bands, as they come, what the gains are for, and of speech alone. */
typedef struct {
    float mixed[TAKE_FRAMES][BANDS], heard[TAKE_FRAMES][BANDS], clean[TAKE_FRAMES][BANDS], power;
    bool calm;
} take;

typedef struct {
    network_run run;
    const take *take[SOUNDS];
    float gain[SOUNDS], scale[SOUNDS], weight[SOUNDS], floor[SOUNDS][BANDS]; /* gain: of power */
    int at[SOUNDS], started[SOUNDS], n_takes;
    bool again; /* goes on from an earlier model */
    take takes[TAKES];
    random_source random;
    double speech[BANDS]; /* sum of squares of what the loss sees */
} trainer;

static trainer *trained;
static network_weights weights, turned, mean;
static float first_moment[NETWORK_WEIGHTS], second_moment[NETWORK_WEIGHTS], band_weight[BANDS];
static stream_sources sources;
static volatile sig_atomic_t asked_to_end;

/* ---- what the network sees ---- */

static void see_bands(const float *sound, float band[TAKE_FRAMES][BANDS]) {
    spectrum_input input = { 0 };
    float re[SPECTRUM_BINS], im[SPECTRUM_BINS], power[SPECTRUM_BINS], pcm[FRAME_LEN];
    for (int t = 0; t < TAKE_FRAMES; t++, sound += FRAME_LEN) {
        for (int i = 0; i < FRAME_LEN; i++) pcm[i] = sound[i] * 32768;
        spectrum_put(&input, pcm, re, im);
        for (int k = 0; k < SPECTRUM_BINS; k++) power[k] = re[k] * re[k] + im[k] * im[k];
        learned_band_powers(power, band[t]);
    }
}

/* The learned gains come on top of light ones (suppress.h): they have to do what those leave. LOW has about those of AI. */
static void lighten(const float *mixed, float light[STREAM_LEN]) {
    static float out[STREAM_LEN + SUPPRESS_DELAY];
    int error;
    suppress *state = suppress_new(&error);
    if (!state) exit(1);
    suppress_set(state, TCCC_NOISE_LOW, NULL);
    memcpy(out, mixed, STREAM_LEN * sizeof *out);
    memset(out + STREAM_LEN, 0, SUPPRESS_DELAY * sizeof *out);
    for (int i = 0; i < STREAM_LEN + SUPPRESS_DELAY; i += FRAME_LEN) suppress_process(state, out + i);
    memcpy(light, out + SUPPRESS_DELAY, STREAM_LEN * sizeof *light);
    suppress_free(state);
}

static void make_take(take *made, random_source *random, bool again) {
    static float mixed[STREAM_LEN], light[STREAM_LEN], clean[STREAM_LEN];
    stream_kind kind = stream_make(&sources, random, mixed, clean);
    made->power = kind.power;
    made->calm = kind.calm;
    see_bands(mixed, made->mixed);
    if (again) lighten(mixed, light);
    see_bands(again ? light : mixed, made->heard);
    see_bands(clean, made->clean);
}

static bool is_heard(const trainer *one, const take *which) {
    for (int s = 0; s < SOUNDS; s++)
        if (one->take[s] == which) return true;
    return false;
}

static take *any_take(trainer *one) {
    take *any;
    do {
        any = &one->takes[(int)(random_uniform(&one->random) * TAKES)];
    } while (is_heard(one, any));
    return any;
}

/* New ones until there are enough; then each USES-th is new and takes the place of another. */
static const take *next_take(trainer *one) {
    bool is_full = one->n_takes == TAKES, is_new = !is_full || random_uniform(&one->random) < 1.0 / (one->again ? USES_AGAIN : USES);
    take *next = is_full ? any_take(one) : &one->takes[one->n_takes++];
    if (is_new) make_take(next, &one->random, one->again);
    return next;
}

static void begin_sound(trainer *one, int s) {
    const take *next = one->take[s] = next_take(one);
    one->gain[s] = exp2f((float)(4 * random_uniform(&one->random) - 2));
    one->scale[s] = 1 / (next->power * one->gain[s] * 32768 * 32768 * 100 + 1); /* speech has about 1 in its bands */
    one->weight[s] = next->calm ? CALM_WEIGHT : 1;
    one->at[s] = one->started[s] = 0;
}

static float for_loss(float power, float scale, float weight) {
    return weight * elementary_exp2(0.5f * LOSS_POWER * elementary_log2(power * scale + 1e-9f));
}

static void see(trainer *one, int s, int t) {
    if (one->at[s] == TAKE_FRAMES) begin_sound(one, s);
    float band[BANDS], feature[LEARNED_FEATURES], gain = one->gain[s], scale = one->scale[s] * gain;
    const float *mixed = one->take[s]->mixed[one->at[s]], *heard = one->take[s]->heard[one->at[s]], *clean = one->take[s]->clean[one->at[s]];
    for (int b = 0; b < BANDS; b++) band[b] = gain * mixed[b];
    learned_features(band, one->floor[s], one->started[s], feature);
    one->started[s] = 1;
    one->at[s]++;
    for (int i = 0; i < LEARNED_FEATURES; i++) one->run.input[t][i][s] = feature[i];
    for (int b = 0; b < BANDS; b++) {
        float speech = one->run.speech[t][b][s] = for_loss(clean[b], scale, one->weight[s]);
        one->run.heard[t][b][s] = for_loss(heard[b], scale, one->weight[s]);
        one->speech[b] += (double)speech * speech;
    }
}

/* What has nearly died away is nothing: numbers that small are slow. */
static void forget_small_numbers(void) {
#ifdef __SSE__
    _mm_setcsr(_mm_getcsr() | 0x8040);
#endif
}

static void start_trainer(bool again) {
    trained = aligned_alloc(64, (sizeof *trained + 63) / 64 * 64);
    if (!trained) exit(1);
    memset(trained, 0, sizeof *trained);
    trained->again = again;
    trained->random.state = again ? 2000 : 1000;
    for (int s = 0; s < SOUNDS; s++) {
        begin_sound(trained, s);
        trained->at[s] = s * TAKE_FRAMES / SOUNDS; /* they do not all end at once */
    }
}

/* ---- weights ---- */

static void randomise(random_source *random, float *w, int m, int n) {
    for (int i = 0; i < m * n; i++) w[i] = (float)((2 * random_uniform(random) - 1) / sqrt(n));
}

static const uint8_t *get_rows(const uint8_t *from, int rows, int n, int step, float *w, float *bias) {
    for (int row = 0; row < rows; row++, w += step) {
        float scale, own;
        memcpy(&scale, from, sizeof scale);
        memcpy(&own, from + 4, sizeof own);
        if (bias) bias[row] = own;
        from += LEARNED_ROW_HEAD;
        for (int i = 0; i < n; i++) w[i] = scale * (float)(int8_t)*from++;
    }
    return from;
}

static void read_weights(const char *path) {
    static uint8_t model[LEARNED_MODEL_LEN];
    FILE *file = fopen(path, "rb");
    if (!file || fread(model, sizeof model, 1, file) != 1 || memcmp(model, "TCN1", 4) != 0) {
        fprintf(stderr, "%s: is no model of this network\n", path);
        exit(1);
    }
    fclose(file);
    const uint8_t *from = get_rows(model + LEARNED_MODEL_HEAD, UNITS, LEARNED_FEATURES, INPUTS, weights.in[0], weights.in_bias);
    for (int layer = 0; layer < 2; layer++) {
        from = get_rows(from, GATES, UNITS, UNITS, weights.recurrent[layer].x[0], weights.recurrent[layer].x_bias);
        from = get_rows(from, 2 * UNITS, UNITS, UNITS, weights.recurrent[layer].h[0], NULL);
        from = get_rows(from, UNITS, UNITS, UNITS, weights.recurrent[layer].h[2 * UNITS], weights.recurrent[layer].h_bias);
    }
    get_rows(from, BANDS, BOTH, BOTH, weights.out[0], weights.out_bias);
    mean = weights;
}

static void begin_weights(void) {
    random_source random = { 7 };
    randomise(&random, weights.in[0], UNITS, INPUTS);
    for (int layer = 0; layer < 2; layer++) {
        randomise(&random, weights.recurrent[layer].x[0], GATES, UNITS);
        randomise(&random, weights.recurrent[layer].h[0], GATES, UNITS);
    }
    randomise(&random, weights.out[0], OUTPUTS, BOTH);
    mean = weights;
}

/* A quiet band counts nearly as much as a loud one. */
static void weigh_bands(void) {
    float sum = 0;
    for (int b = 0; b < BANDS; b++) sum += band_weight[b] = (float)pow(trained->speech[b], -0.7);
    for (int b = 0; b < BANDS; b++) band_weight[b] *= BANDS / sum;
}

/* One step against the gradient, whose length is held to 1. Returns the loss. */
static double step_weights(int step, float rate) {
    float *all = (float *)&weights, *late = (float *)&mean, *gradient = (float *)&trained->run.gradient, keep = step < 1000 ? 0.99f : 0.998f;
    double length = 0, share = 1.0 / (SOUNDS * FRAMES), loss = trained->run.loss * share / BANDS;
    for (int i = 0; i < NETWORK_WEIGHTS; i++) length += share * gradient[i] * share * gradient[i];
    float held = (float)(share / fmax(1, sqrt(length))), first_part = 1 - powf(0.9f, (float)step + 1), second_part = 1 - powf(0.999f, (float)step + 1);
    for (int i = 0; i < NETWORK_WEIGHTS; i++) {
        float g = gradient[i] * held;
        first_moment[i] = 0.9f * first_moment[i] + 0.1f * g;
        second_moment[i] = 0.999f * second_moment[i] + 0.001f * g * g;
        all[i] -= rate * (first_moment[i] / first_part) / (sqrtf(second_moment[i] / second_part) + 1e-8f);
        late[i] = keep * late[i] + (1 - keep) * all[i];
    }
    return loss;
}

/* ---- the model ---- */

static uint8_t *put_u32(uint8_t *to, uint32_t bits) {
    for (int i = 0; i < 4; i++) *to++ = (uint8_t)(bits >> 8 * i);
    return to;
}

static uint8_t *put_f32(uint8_t *to, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return put_u32(to, bits);
}

/* Rows of n of `step` weights: scale, bias (NULL: none), weights of 8 bits. */
static uint8_t *put_rows(uint8_t *to, int rows, int n, int step, const float *w, const float *bias) {
    for (int row = 0; row < rows; row++, w += step) {
        float most = 1e-9f;
        for (int i = 0; i < n; i++) most = fmaxf(most, fabsf(w[i]));
        to = put_f32(put_f32(to, most / 127), bias ? bias[row] : 0);
        for (int i = 0; i < n; i++) *to++ = (uint8_t)(int8_t)lrintf(w[i] * 127 / most);
    }
    return to;
}

static void write_file(const char *path, const void *bytes, size_t len) {
    FILE *file = fopen(path, "wb");
    if (file && fwrite(bytes, len, 1, file) == 1 && fclose(file) == 0) return;
    fprintf(stderr, "%s: cannot be written\n", path);
    exit(1);
}

/* Returns the sum that the model carries. */
static uint32_t write_model(const char *path) {
    static uint8_t model[LEARNED_MODEL_LEN];
    uint8_t *to = put_rows(model + LEARNED_MODEL_HEAD, UNITS, LEARNED_FEATURES, INPUTS, mean.in[0], mean.in_bias);
    for (int layer = 0; layer < 2; layer++) {
        to = put_rows(to, GATES, UNITS, UNITS, mean.recurrent[layer].x[0], mean.recurrent[layer].x_bias);
        to = put_rows(to, 2 * UNITS, UNITS, UNITS, mean.recurrent[layer].h[0], NULL);
        to = put_rows(to, UNITS, UNITS, UNITS, mean.recurrent[layer].h[2 * UNITS], mean.recurrent[layer].h_bias);
    }
    put_rows(to, BANDS, BOTH, BOTH, mean.out[0], mean.out_bias);
    uint32_t sum = 2166136261u;
    for (size_t i = LEARNED_MODEL_HEAD; i < sizeof model; i++) sum = (sum ^ model[i]) * 16777619u;
    memcpy(model, "TCN1", 4);
    put_u32(model + 4, sum);
    write_file(path, model, sizeof model);
    return sum;
}

static void ask_to_end(int signal) {
    (void)signal;
    asked_to_end = 1;
}

static int falls_from(int steps) { return steps / 4 * 3; }

static float rate_of(int step, int steps, bool again) {
    int from = again ? steps : falls_from(steps);
    float first = again ? RATE_AGAIN : RATE_FIRST;
    if (step < BEGIN_STEPS) return first * (float)(step + 1) / BEGIN_STEPS;
    return step < from ? first : RATE_LAST + (first - RATE_LAST) * (float)(steps - step) / (float)(steps - from);
}

static double learn(int step, float rate) {
    for (int s = 0; s < SOUNDS; s++)
        for (int t = 0; t < FRAMES; t++) see(trained, s, t);
    network_turn(&weights, &turned);
    network_learn(&trained->run, &weights, &turned, band_weight);
    double loss = step_weights(step, rate);
    if (step == WEIGH_STEP) weigh_bands();
    return loss;
}

int main(int argc, char **argv) {
    bool again = argc == 5;
    int steps = again ? atoi(argv[3]) : argc == 4 ? atoi(argv[3]) / 4 * 4 : 0;
    double smooth = 0;
    if (steps < 4) {
        fprintf(stderr, "usage: voice_train MATERIAL_DIR MODEL.bin STEPS [EARLIER.bin] (4 steps or more)\n");
        return 2;
    }
    forget_small_numbers();
    spectrum_start();
    stream_sources_read(&sources, argv[1]);
    if (again) read_weights(argv[4]);
    else begin_weights();
    for (int b = 0; b < BANDS; b++) band_weight[b] = 1;
    start_trainer(again);
    signal(SIGINT, ask_to_end);
    for (int step = 0; step < steps; step++) {
        if (asked_to_end && again) break;
        if (asked_to_end && step < falls_from(steps)) steps = (step / 3 + 1) * 4;
        double loss = learn(step, rate_of(step, steps, again));
        smooth = step < 20 ? loss : 0.99 * smooth + 0.01 * loss;
        if (step % TELL_STEPS != 0) continue;
        fprintf(stderr, "step %d of %d: loss %.5f\n", step, steps, smooth);
        write_model(argv[2]);
    }
    fprintf(stderr, "%d steps, loss %.5f: model %08x\n", steps, smooth, (unsigned)write_model(argv[2]));
    return 0;
}
