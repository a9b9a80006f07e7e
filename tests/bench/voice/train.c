/* train.c: trains the learned suppressor and writes its model. Layer: tests.
 *
 * usage: voice_train MATERIAL_DIR MODEL.bin STEPS [WEIGHTS]
 * MATERIAL_DIR: of train_material.js. MODEL.bin: as src/dsp/learned.bin; the weights with floats go beside it as MODEL.bin.f32, every 100 steps;
 * WEIGHTS: such a file to go on from. A step is 64 sounds of a second, 0.15 s of processor; 3000 are a start, more is better. What the tree
 * has was made in two goes, 1500 steps from 0.002 on and then from 0.001 on, that ended by the clock: another run gives other weights of like quality.
 * Source of the optimiser: Kingma & Ba, "Adam", 2015; rate falls as a cosine; the mean of late weights is what is written (Polyak & Juditsky 1992).
 */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "train_network.h"
#include "train_streams.h"

enum { THREADS = 2, BEGIN_STEPS = 100, WEIGH_STEP = 5, TELL_STEPS = 100, BANDS = LEARNED_BANDS };

static const float RATE_FIRST = 0.002f, RATE_AGAIN = 0.0012f;

typedef struct {
    network_run run;
    float *mixed[SOUNDS], *clean[SOUNDS], scale[SOUNDS], floor[SOUNDS][BANDS];
    int at[SOUNDS], started[SOUNDS];
    spectrum_input mixed_input[SOUNDS], clean_input[SOUNDS];
    random_source random;
    double speech[BANDS]; /* sum of squares of what the loss sees */
} trainer;

static trainer *trainers[THREADS];
static network_weights weights, turned, mean;
static float first_moment[NETWORK_WEIGHTS], second_moment[NETWORK_WEIGHTS], band_weight[BANDS];
static stream_sources sources;
static pthread_barrier_t barrier;

/* ---- what the network sees ---- */

static void begin_sound(trainer *one, int s)
{
    float power = stream_make(&sources, &one->random, one->mixed[s], one->clean[s]);
    one->scale[s] = 1 / (power * 32768 * 32768 * 100 + 1); /* speech has about 1 in its bands */
    one->at[s] = one->started[s] = 0;
    memset(&one->mixed_input[s], 0, sizeof one->mixed_input[s]);
    memset(&one->clean_input[s], 0, sizeof one->clean_input[s]);
}

static void bands_of(spectrum_input *input, const float *sound, float band[BANDS])
{
    float re[SPECTRUM_BINS], im[SPECTRUM_BINS], power[SPECTRUM_BINS], pcm[FRAME_LEN];
    for (int i = 0; i < FRAME_LEN; i++) pcm[i] = sound[i] * 32768;
    spectrum_put(input, pcm, re, im);
    for (int k = 0; k < SPECTRUM_BINS; k++) power[k] = re[k] * re[k] + im[k] * im[k];
    learned_band_powers(power, band);
}

static float for_loss(float power, float scale)
{
    return elementary_exp2(0.5f * LOSS_POWER * elementary_log2(power * scale + 1e-9f));
}

static void see(trainer *one, int s, int t)
{
    float band[BANDS], feature[LEARNED_FEATURES];
    if (one->at[s] + FRAME_LEN > STREAM_LEN) begin_sound(one, s);
    bands_of(&one->mixed_input[s], one->mixed[s] + one->at[s], band);
    learned_features(band, one->floor[s], one->started[s], feature);
    one->started[s] = 1;
    for (int i = 0; i < LEARNED_FEATURES; i++) one->run.input[t][i][s] = feature[i];
    for (int b = 0; b < BANDS; b++) one->run.heard[t][b][s] = for_loss(band[b], one->scale[s]);
    bands_of(&one->clean_input[s], one->clean[s] + one->at[s], band);
    for (int b = 0; b < BANDS; b++) {
        float speech = one->run.speech[t][b][s] = for_loss(band[b], one->scale[s]);
        one->speech[b] += (double)speech * speech;
    }
    one->at[s] += FRAME_LEN;
}

static void *train(void *of)
{
    trainer *one = of;
    for (;;) {
        pthread_barrier_wait(&barrier);
        for (int s = 0; s < SOUNDS; s++)
            for (int t = 0; t < FRAMES; t++) see(one, s, t);
        network_learn(&one->run, &weights, &turned, band_weight);
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

static void start_trainer(int k)
{
    pthread_t thread;
    trainer *one = aligned_alloc(64, (sizeof *one + 63) / 64 * 64);
    if (!one) exit(1);
    memset(one, 0, sizeof *one);
    one->random.state = (uint64_t)(1000 + k);
    for (int s = 0; s < SOUNDS; s++) {
        one->mixed[s] = malloc(STREAM_LEN * sizeof(float));
        one->clean[s] = malloc(STREAM_LEN * sizeof(float));
        begin_sound(one, s);
        one->at[s] = s * (STREAM_LEN / SOUNDS) / FRAME_LEN * FRAME_LEN; /* they do not all end at once */
    }
    trainers[k] = one;
    pthread_create(&thread, NULL, train, one);
}

/* ---- weights ---- */

static void randomise(random_source *random, float *w, int m, int n)
{
    for (int i = 0; i < m * n; i++) w[i] = (float)((2 * random_uniform(random) - 1) / sqrt(n));
}

static void begin_weights(const char *path)
{
    random_source random = { 7 };
    randomise(&random, weights.in[0], UNITS, INPUTS);
    for (int layer = 0; layer < 2; layer++) {
        randomise(&random, weights.recurrent[layer].x[0], GATES, UNITS);
        randomise(&random, weights.recurrent[layer].h[0], GATES, UNITS);
    }
    randomise(&random, weights.out[0], OUTPUTS, BOTH);
    FILE *file = path ? fopen(path, "rb") : NULL;
    if (path && (!file || fread(&weights, sizeof weights, 1, file) != 1)) {
        fprintf(stderr, "%s: holds no weights of this network\n", path);
        exit(1);
    }
    if (file) fclose(file);
    mean = weights;
}

/* A quiet band counts nearly as much as a loud one. */
static void weigh_bands(void)
{
    float sum = 0;
    for (int b = 0; b < BANDS; b++) {
        double speech = 0;
        for (int k = 0; k < THREADS; k++) speech += trainers[k]->speech[b];
        sum += band_weight[b] = (float)pow(speech, -0.7);
    }
    for (int b = 0; b < BANDS; b++) band_weight[b] *= BANDS / sum;
}

/* One step against the gradient, whose length is held to 1. Returns the loss. */
static double step_weights(int step, float rate)
{
    float *all = (float *)&weights, *late = (float *)&mean, *gradient = (float *)&trainers[0]->run.gradient, keep = step < 1000 ? 0.99f : 0.998f;
    double loss = 0, length = 0, share = 1.0 / (THREADS * SOUNDS * FRAMES);
    for (int k = 0; k < THREADS; k++) loss += trainers[k]->run.loss * share / BANDS;
    for (int k = 1; k < THREADS; k++)
        for (int i = 0; i < NETWORK_WEIGHTS; i++) gradient[i] += ((float *)&trainers[k]->run.gradient)[i];
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

static uint8_t *put_u32(uint8_t *to, uint32_t bits)
{
    for (int i = 0; i < 4; i++) *to++ = (uint8_t)(bits >> 8 * i);
    return to;
}

static uint8_t *put_f32(uint8_t *to, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return put_u32(to, bits);
}

/* Rows of n of `step` weights: scale, bias (NULL: none), weights of 8 bits. */
static uint8_t *put_rows(uint8_t *to, int rows, int n, int step, const float *w, const float *bias)
{
    for (int row = 0; row < rows; row++, w += step) {
        float most = 1e-9f;
        for (int i = 0; i < n; i++) most = fmaxf(most, fabsf(w[i]));
        to = put_f32(put_f32(to, most / 127), bias ? bias[row] : 0);
        for (int i = 0; i < n; i++) *to++ = (uint8_t)(int8_t)lrintf(w[i] * 127 / most);
    }
    return to;
}

static void write_file(const char *path, const void *bytes, size_t len)
{
    FILE *file = fopen(path, "wb");
    if (file && fwrite(bytes, len, 1, file) == 1 && fclose(file) == 0) return;
    fprintf(stderr, "%s: cannot be written\n", path);
    exit(1);
}

static void write_model(const char *path)
{
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
}

int main(int argc, char **argv)
{
    char beside[512];
    int steps = argc > 3 ? atoi(argv[3]) : 0;
    if (argc < 4 || argc > 5 || steps < 1) {
        fprintf(stderr, "usage: voice_train MATERIAL_DIR MODEL.bin STEPS [WEIGHTS]\n");
        return 2;
    }
    snprintf(beside, sizeof beside, "%s.f32", argv[2]);
    spectrum_start();
    stream_sources_read(&sources, argv[1]);
    begin_weights(argc > 4 ? argv[4] : NULL);
    for (int b = 0; b < BANDS; b++) band_weight[b] = 1;
    pthread_barrier_init(&barrier, NULL, THREADS + 1);
    for (int k = 0; k < THREADS; k++) start_trainer(k);
    double smooth = 0;
    for (int step = 0; step < steps; step++) {
        float rate = (argc > 4 ? RATE_AGAIN : RATE_FIRST) * (0.51f + 0.5f * cosf(3.14159265f * (float)step / (float)steps));
        network_turn(&weights, &turned);
        pthread_barrier_wait(&barrier);
        pthread_barrier_wait(&barrier);
        double loss = step_weights(step, step < BEGIN_STEPS ? rate * (float)(step + 1) / BEGIN_STEPS : rate);
        smooth = step < 20 ? loss : 0.99 * smooth + 0.01 * loss;
        if (step == WEIGH_STEP) weigh_bands();
        if (step % TELL_STEPS != 0) continue;
        fprintf(stderr, "step %d of %d: loss %.5f\n", step, steps, smooth);
        write_file(beside, &mean, sizeof mean);
    }
    write_file(beside, &mean, sizeof mean);
    write_model(argv[2]);
    return 0;
}
