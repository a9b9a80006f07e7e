/* learned.c: the network of the learned suppressor. Layer: dsp. Sources: Valin 2018, Cho et al. 2014. */
#include "dsp/learned.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tccc/error.h"

enum { UNITS = LEARNED_UNITS, BANDS = LEARNED_BANDS, FEATURES = LEARNED_FEATURES, GATES = 3 * UNITS, ROWS_MAX = GATES };

static const float FEATURE_SCALE = 4096, FEATURE_MAX = 7.9f; /* inputs as s16: features by 2^12, the others by 2^15 */
static const float UNIT_SCALE = 32767;
static const float LOG2_E = 1.442695f;
static const float SCALE_MAX = 1, BIAS_MAX = 100; /* of a row: what is beyond was not trained but damaged */

/* rows of n weights; y = scale * (weights . x) + bias */
typedef struct {
    int rows, n;
    const int8_t *weights;
    const float *scale, *bias;
} learned_layer;

enum { LAYER_IN, LAYER_X1, LAYER_H1, LAYER_X2, LAYER_H2, LAYER_OUT, LAYERS };

static const struct { short rows, n; } shapes[LAYERS] = { { UNITS, FEATURES }, { GATES, UNITS }, { GATES, UNITS }, { GATES, UNITS }, { GATES, UNITS }, { BANDS, 2 * UNITS } };

enum { ROWS = UNITS + 4 * GATES + BANDS, WEIGHTS = UNITS * FEATURES + 4 * GATES * UNITS + BANDS * 2 * UNITS };

struct learned {
    learned_layer layers[LAYERS];
    float scales[ROWS], biases[ROWS];
    float floor[BANDS];
    bool started;
    float unit[2][UNITS];
    int16_t features[FEATURES], first[UNITS], both[2 * UNITS]; /* what the layers read: both holds the two recurrent ones */
    int8_t weights[WEIGHTS];
};

static uint32_t learned_u32(const uint8_t *bytes) {
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static float learned_f32(const uint8_t *bytes) {
    uint32_t bits = learned_u32(bytes);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool learned_intact(const uint8_t *model, size_t len) {
    uint32_t sum = 2166136261u;
    if (len != LEARNED_MODEL_LEN || memcmp(model, "TCN1", 4) != 0) return false;
    for (size_t i = LEARNED_MODEL_HEAD; i < len; i++) sum = (sum ^ model[i]) * 16777619u;
    return sum == learned_u32(model + 4);
}

static bool learned_within(float value, float most) {
    return value >= -most && value <= most; /* NaN is not */
}

static bool learned_read(learned *state, const uint8_t *model) {
    int8_t *weights = state->weights;
    float *scale = state->scales, *bias = state->biases;
    model += LEARNED_MODEL_HEAD;
    for (int k = 0; k < LAYERS; k++) {
        int n = shapes[k].n;
        state->layers[k] = (learned_layer){ shapes[k].rows, n, weights, scale, bias };
        for (int row = 0; row < shapes[k].rows; row++, weights += n) {
            *scale = learned_f32(model);
            *bias = learned_f32(model + 4);
            if (!learned_within(*scale++, SCALE_MAX) || !learned_within(*bias++, BIAS_MAX)) return false;
            memcpy(weights, model + LEARNED_ROW_HEAD, (size_t)n);
            model += LEARNED_ROW_HEAD + n;
        }
    }
    return true;
}

learned *learned_new(const uint8_t *model, size_t len, int *error) {
    *error = TCCC_E_FORMAT;
    if (!learned_intact(model, len)) return NULL;
    *error = TCCC_E_NO_MEMORY;
    learned *state = calloc(1, sizeof *state);
    if (!state) return NULL;
    *error = TCCC_E_FORMAT;
    if (!learned_read(state, model)) {
        learned_free(state);
        return NULL;
    }
    *error = 0;
    return state;
}

void learned_free(learned *state) {
    free(state);
}

void learned_reset(learned *state) {
    state->started = false;
    memset(state->unit, 0, sizeof state->unit);
    memset(state->both, 0, sizeof state->both);
}

/* y[layer->rows] = scale * (weights . x) * unit + bias; unit: what 1 of x stands for. At most 192 products of 2^7 * 2^15 fit an int32. */
static void learned_layer_run(const learned_layer *layer, const int16_t *x, float unit, float *y) {
    const int8_t *weights = layer->weights;
    for (int row = 0; row < layer->rows; row++, weights += layer->n) {
        int32_t sum = 0;
        for (int i = 0; i < layer->n; i++) sum += (int32_t)weights[i] * x[i];
        y[row] = (float)sum * (layer->scale[row] * unit) + layer->bias[row];
    }
}

static int16_t learned_s16(float x, float scale) {
    float scaled = x * scale;
    return (int16_t)(scaled + (scaled < 0 ? -0.5f : 0.5f));
}

static float learned_sigmoid(float x) {
    return 1 / (1 + elementary_exp2(-x * LOG2_E));
}

static float learned_tanh(float x) {
    return 2 / (1 + elementary_exp2(-2 * x * LOG2_E)) - 1;
}

/* One step of a gated recurrent unit, the reset gate after the product. x: its input; h: its memory, as float and as s16. */
static void learned_recur(const learned_layer *in, const learned_layer *back, const int16_t *x, float h[UNITS], int16_t h16[UNITS]) {
    float from_x[ROWS_MAX], from_h[ROWS_MAX];
    learned_layer_run(in, x, 1 / UNIT_SCALE, from_x);
    learned_layer_run(back, h16, 1 / UNIT_SCALE, from_h);
    for (int i = 0; i < UNITS; i++) {
        float keep = learned_sigmoid(from_x[i] + from_h[i]);
        float reset = learned_sigmoid(from_x[UNITS + i] + from_h[UNITS + i]);
        float fresh = learned_tanh(from_x[2 * UNITS + i] + reset * from_h[2 * UNITS + i]);
        h[i] = fresh + keep * (h[i] - fresh);
        h16[i] = learned_s16(h[i], UNIT_SCALE);
    }
}

void learned_gains(learned *state, const float *power, float *gain) {
    float band[BANDS], feature[FEATURES], out[ROWS_MAX];
    learned_band_powers(power, band);
    learned_features(band, state->floor, state->started, feature);
    state->started = true;
    for (int i = 0; i < FEATURES; i++) {
        float x = feature[i] < -FEATURE_MAX ? -FEATURE_MAX : feature[i] > FEATURE_MAX ? FEATURE_MAX : feature[i];
        state->features[i] = learned_s16(x, FEATURE_SCALE);
    }
    learned_layer_run(&state->layers[LAYER_IN], state->features, 1 / FEATURE_SCALE, out);
    for (int i = 0; i < UNITS; i++) state->first[i] = learned_s16(learned_tanh(out[i]), UNIT_SCALE);
    learned_recur(&state->layers[LAYER_X1], &state->layers[LAYER_H1], state->first, state->unit[0], state->both);
    learned_recur(&state->layers[LAYER_X2], &state->layers[LAYER_H2], state->both, state->unit[1], state->both + UNITS);
    learned_layer_run(&state->layers[LAYER_OUT], state->both, 1 / UNIT_SCALE, out);
    for (int b = 0; b < BANDS; b++) out[b] = learned_sigmoid(out[b]);
    learned_bin_gains(out, gain);
}
