/* suppress.c: suppressor of noise and of remaining echo. Layer: dsp.
 * Sources: Ephraim & Malah 1985, Cohen & Berdugo 2001, Gerkmann & Hendriks 2012. */
#include "dsp/suppress.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/elementary.h"
#include "dsp/howl.h"
#include "dsp/learned.h"
#include "tccc/error.h"

enum { BINS = SPECTRUM_BINS, SPEECH_BEGIN = 10, SPEECH_END = 128, SPREAD = 10, RUMBLE_END = 3, BEGIN_FRAMES = 20, QUICK_FRAMES = 60, FIRST_WINDOW = 100, WINDOW = 600, STEADY_BANDS = 8, STEADY_FRAMES = 150 };

typedef struct {
    float low, low_log, slope; /* from where on speech is likely at all, and its log2; likelihood an octave */
} zeta_range;

static const float SCALE = 32768;               /* s16: the scale of all powers here and in aec_residual */
/* log2 of the power gain for noise: 0, -20, -10, -30 dB; AI -14 dB: of the light gains below the learned ones */
static const float depths[] = { [TCCC_NOISE_OFF] = 0, [TCCC_NOISE_MEDIUM] = -6.643856f, [TCCC_NOISE_LOW] = -3.321928f, [TCCC_NOISE_HIGH] = -9.965784f, [TCCC_NOISE_AI] = -4.650700f };
static const float LEARNED_LEAST = 0.01f;       /* of amplitude, -40 dB */
static const float ECHO_GAIN = 1e-4f;           /* power gain for echo, -40 dB */
static const float SWITCH = 0.1f;               /* a frame: noise suppression comes and goes in 100 ms */
static const float DEEPER = 1;                  /* a frame: 30 dB in 100 ms */
static const float RUMBLE = -3.321928f;         /* log2 of the gain under 78 Hz, -20 dB beside the floor: engines, wind, desks; no voice */
static const float NOISE_START = 1e3f, NOISE_MIN = 1, POWER_MIN = 1e-3f, POWER_MAX = 1e16f;
static const float NOISE_UP_MAX = 3;
static const float NOISE_STEP = 0.04f;          /* 250 ms; of the first frames each counts about as much */
static const float ECHO_HIDES = 4;              /* claimed echo of a quarter of the noise: nothing is learnt of the noise */
static const float SMOOTH_KEEP = 0.8f;
static const float FALL = 8;                    /* noise is not that much above what was there in the last 50 ms: it was speech or echo */
static const float LOWEST_SHARE = 0.25f;        /* the rest presence learns in 2 s, if it is noise and not a room's tail */
static const float STEADY = 3;                  /* 4.8 dB between the least and the most of a band: no speech is that even for 1.5 s */
static const float STEADY_SHARE = 0.5f;         /* as LOWEST_SHARE, of a power that is not the lowest */
static const short steady_begin[STEADY_BANDS + 1] = { 4, 16, 32, 48, 64, 96, 128, 192, BINS };
static const float PRESENCE_KEEP = 0.9f, PRESENCE_MAX = 0.99f;
static const float PRIOR_SLOPE = 1.398467f;     /* r / (1 + r) / ln 2, r = 15 dB: the ratio that speech is expected to have */
static const float PRIOR_LOG = 5.027706f;       /* log2(1 + r) */
static const float DECISION_KEEP = 0.92f;       /* Ephraim & Malah's decision-directed weight */
static const float RATIO_MIN = 6.309573e-3f;    /* -22 dB: no musical noise */
static const float RATIO_MAX = 1000;
static const float ZETA_KEEP = 0.7f;
static const zeta_range ZETA_NEAR = { 0.1584893f, -2.657542f, 0.602060f }, ZETA_BAND = { 0.2511886f, -1.993157f, 1.003433f }; /* -8 or -6 dB to -3 dB */
static const float ABSENCE_MIN = 0.3f, ABSENCE_MAX = 0.999999f; /* nearer to 1 single peaks of noise do not pass: no musical noise */
static const float LOG2_E = 1.442695f;
static const float FACTOR_ONE = 8;              /* from there on the factor below is 1 */
static const float SURE = 0.999f;               /* speech is there: its gain alone counts, to 0.03 dB */

/* exp(E1(v) / 2), Ephraim & Malah's factor, for v = 2^-12 .. 2^8 in quarters of octaves. */
static const float amplitude_factor[] = {
    47.96144f, 43.98185f, 40.33264f, 36.9864f, 33.918f, 31.10438f, 28.52441f, 26.1587f,
    23.9895f, 22.0005f, 20.17676f, 18.50459f, 16.97142f, 15.56573f, 14.27697f, 13.09546f,
    12.01231f, 11.0194f, 10.10927f, 9.275069f, 8.510545f, 7.809949f, 7.168021f, 6.579936f,
    6.041279f, 5.548003f, 5.096402f, 4.683083f, 4.304943f, 3.95914f, 3.643077f, 3.354379f,
    3.090877f, 2.850592f, 2.631716f, 2.432606f, 2.251762f, 2.087822f, 1.939551f, 1.805827f,
    1.685633f, 1.578049f, 1.482241f, 1.397449f, 1.32298f, 1.258192f, 1.202479f, 1.155255f,
    1.115934f, 1.083907f, 1.058521f, 1.039064f, 1.024752f, 1.014742f, 1.008158f, 1.004137f,
    1.001891f, 1.000765f, 1.000267f, 1.000079f, 1.000019f, 1.000004f, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1,
    1,
};
enum { FACTOR_LAST = sizeof amplitude_factor / sizeof amplitude_factor[0] - 1 };

struct suppress {
    spectrum_input input;
    spectrum_output output;
    float re[BINS], im[BINS], power[BINS];
    float residual[BINS];   /* power of echo */
    float noise[BINS];      /* power of background */
    float presence[BINS];   /* of anything but noise and echo, smoothed */
    float smooth[BINS];     /* power, over some 50 ms */
    float lowest[BINS], lowest_before[BINS]; /* of smooth, in this window and the one before */
    int window;             /* frames in this window */
    bool turned;            /* the first window is over */
    float band_least[STEADY_BANDS], band_most[STEADY_BANDS]; /* of smooth, in the last steady frames */
    int steady;             /* frames they are of */
    float speech[BINS];     /* power of the last frame's speech, as estimated */
    float ratio[BINS];      /* of speech to what is unwanted, a priori */
    float above[BINS];      /* of the frame to what is unwanted */
    float zeta[BINS];       /* ratio, smoothed in time */
    bool claimed;           /* echo was claimed once */
    aec *echo;
    enum tccc_noise level;
    float weight;           /* of noise suppression, 0..1 */
    float depth;            /* log2 of the power gain for noise */
    learned *model;         /* NULL: there is none */
    float learned_share;    /* of the learned gains, 0..1 */
    howl loop;              /* through the room, which the canceller does not know */
    int frames;             /* up to QUICK_FRAMES */
    uint32_t random;
};

suppress *suppress_new(int *error) {
    *error = TCCC_E_NO_MEMORY;
    suppress *state = calloc(1, sizeof *state);
    if (!state) return NULL;
    spectrum_start();
    for (int k = 0; k < BINS; k++) {
        state->noise[k] = NOISE_START;
        state->speech[k] = 1;
        state->lowest[k] = state->lowest_before[k] = POWER_MAX;
    }
    state->random = 1;
    *error = 0;
    return state;
}

void suppress_free(suppress *state) {
    if (!state) return;
    learned_free(state->model);
    free(state);
}

int suppress_model(suppress *state, const uint8_t *model, size_t len) {
    int error;
    learned *made = learned_new(model, len, &error);
    if (!made) return error;
    learned_free(state->model);
    state->model = made;
    return 0;
}

bool suppress_has_model(const suppress *state) {
    return state->model != NULL;
}

void suppress_set(suppress *state, enum tccc_noise noise, aec *echo) {
    state->level = noise;
    state->echo = echo;
    if (state->frames > 0) return;
    state->weight = noise == TCCC_NOISE_OFF ? 0 : 1;
    state->depth = depths[noise];
    state->learned_share = noise == TCCC_NOISE_AI ? 1 : 0;
}

static float suppress_towards(float from, float to, float step) {
    return from < to - step ? from + step : from > to + step ? from - step : to;
}

/* Noise that grew beyond what presence still takes for noise: power does not stay high for 6 s where somebody speaks. What echo
 * may have raised does not count. */
static void suppress_learn_lowest(suppress *state) {
    bool turn = ++state->window >= (state->turned ? WINDOW : FIRST_WINDOW);
    for (int k = 0; k < BINS; k++) {
        float smooth = state->smooth[k], before = state->lowest_before[k];
        if (ECHO_HIDES * state->residual[k] < smooth && smooth < state->lowest[k]) state->lowest[k] = smooth;
        float lowest = state->lowest[k] < before ? state->lowest[k] : before;
        if (LOWEST_SHARE * lowest > state->noise[k] && before < POWER_MAX) state->noise[k] = LOWEST_SHARE * lowest;
        if (!turn || state->lowest[k] >= POWER_MAX) continue;
        state->lowest_before[k] = state->lowest[k];
        state->lowest[k] = POWER_MAX;
    }
    if (!turn) return;
    state->window = 0;
    state->turned = true;
}

/* Noise that begins (a fan) is even from its first second on, as speech never is: it is known long before it is the lowest for 6 s. */
static void suppress_learn_steady(suppress *state) {
    bool echo = state->echo && aec_far_speaks(state->echo), turn = ++state->steady >= STEADY_FRAMES;
    for (int b = 0; b < STEADY_BANDS; b++) {
        float sum = 0;
        for (int k = steady_begin[b]; k < steady_begin[b + 1]; k++) sum += state->smooth[k];
        if (state->steady == 1 || sum < state->band_least[b]) state->band_least[b] = sum;
        if (state->steady == 1 || sum > state->band_most[b]) state->band_most[b] = sum;
        if (echo) state->band_most[b] = POWER_MAX;
        if (!turn || state->band_most[b] > STEADY * state->band_least[b]) continue;
        for (int k = steady_begin[b]; k < steady_begin[b + 1]; k++)
            if (state->noise[k] < STEADY_SHARE * state->smooth[k]) state->noise[k] = STEADY_SHARE * state->smooth[k];
    }
    if (turn) state->steady = 0;
}

/* What comes first is taken for background; if it was speech, its first dip corrects that. From the third frame on the window is full. */
static void suppress_begin_noise(suppress *state) {
    float share = 1.0f / (float)(state->frames < 3 ? 1 : state->frames - 2);
    for (int k = 0; k < BINS; k++) {
        float noise = state->noise[k] + share * (state->power[k] - state->noise[k]);
        state->noise[k] = noise < NOISE_MIN ? NOISE_MIN : noise;
    }
    state->frames++;
}

/* The background's power follows the frame's where neither speech nor echo is likely. */
static void suppress_learn_noise(suppress *state) {
    if (state->frames < BEGIN_FRAMES && !(state->echo && aec_far_speaks(state->echo))) {
        suppress_begin_noise(state);
        return;
    }
    bool quick = state->frames < QUICK_FRAMES;
    float step = quick ? 1.0f / (float)(state->frames + 4) : NOISE_STEP;
    for (int k = 0; k < BINS; k++) {
        float noise = state->noise[k], all = noise + state->residual[k], over = state->power[k] / all;
        float present = 1 / (1 + elementary_exp2(PRIOR_LOG - over * PRIOR_SLOPE));
        state->presence[k] = PRESENCE_KEEP * state->presence[k] + (1 - PRESENCE_KEEP) * present;
        if (state->presence[k] > PRESENCE_MAX && present > PRESENCE_MAX) present = PRESENCE_MAX;
        float heard = 1 - ECHO_HIDES * state->residual[k] / noise, up = state->power[k] - noise;
        if (!quick && up > NOISE_UP_MAX * noise) up = NOISE_UP_MAX * noise;
        if (heard > 0) noise += step * (1 - present) * heard * up;
        if (noise > FALL * state->smooth[k]) noise = FALL * state->smooth[k];
        state->noise[k] = noise < NOISE_MIN ? NOISE_MIN : noise;
    }
    if (quick) state->frames++;
}

static void suppress_ratios(suppress *state) {
    for (int k = 0; k < BINS; k++) {
        float unwanted = 1 / (state->weight * state->noise[k] + state->residual[k] + POWER_MIN);
        float above = state->power[k] * unwanted;
        if (above > RATIO_MAX) above = RATIO_MAX;
        float last = state->speech[k] * unwanted;
        if (last > RATIO_MAX) last = RATIO_MAX;
        float ratio = DECISION_KEEP * last + (1 - DECISION_KEEP) * (above > 1 ? above - 1 : 0);
        state->ratio[k] = ratio < RATIO_MIN ? RATIO_MIN : ratio;
        state->above[k] = above;
        state->zeta[k] = ZETA_KEEP * state->zeta[k] + (1 - ZETA_KEEP) * state->ratio[k];
    }
}

static float suppress_likely(float zeta, zeta_range range) { /* 0..1 */
    if (zeta <= range.low) return 0;
    float likely = (elementary_log2(zeta) - range.low_log) * range.slope;
    return likely > 1 ? 1 : likely;
}

/* Probability a priori that a bin holds no speech: its near and far neighbours and the whole band must agree. */
static void suppress_absence(const suppress *state, float absence[BINS]) {
    float sum[BINS + 1];
    sum[0] = 0;
    for (int k = 0; k < BINS; k++) sum[k + 1] = sum[k] + state->zeta[k];
    float band = suppress_likely((sum[SPEECH_END] - sum[SPEECH_BEGIN]) * (1.0f / (SPEECH_END - SPEECH_BEGIN)), ZETA_BAND);
    for (int k = 0; k < BINS; k++) {
        int below = k > 0 ? k - 1 : 0, over = k < BINS - 1 ? k + 1 : BINS - 1;
        int begin = k > SPREAD ? k - SPREAD : 0, end = k + SPREAD < BINS ? k + SPREAD + 1 : BINS;
        float local = band > 0 ? suppress_likely(0.25f * (state->zeta[below] + state->zeta[over]) + 0.5f * state->zeta[k], ZETA_NEAR) : 0;
        float wide = local > 0 ? suppress_likely((sum[end] - sum[begin]) / (float)(end - begin), ZETA_NEAR) : 0;
        float q = 1 - (1 - ABSENCE_MIN) * local * wide * band;
        absence[k] = q > ABSENCE_MAX ? ABSENCE_MAX : q;
    }
}

/* Ephraim & Malah's gain when speech is there. v: ratio * above / (1 + ratio). */
static float suppress_speech_gain(float wiener, float v) {
    if (v >= FACTOR_ONE) return wiener;
    float place = (elementary_log2(v + 1e-6f) + 12) * 4;
    place = place < 0 ? 0 : place > FACTOR_LAST - 0.01f ? FACTOR_LAST - 0.01f : place;
    int i = (int)place;
    float gain = wiener * (amplitude_factor[i] + (place - (float)i) * (amplitude_factor[i + 1] - amplitude_factor[i]));
    return gain > 1 ? 1 : gain;
}

/* The gain of bin k: between that for speech and that for the floor, by how likely speech is. */
static float suppress_gain(suppress *state, int k, float absence, float noise_gain) {
    float noise = state->noise[k], echo = state->residual[k];
    if (state->weight == 0 && echo == 0) {
        state->speech[k] = state->power[k];
        return 1;
    }
    float wiener = state->ratio[k] / (1 + state->ratio[k]), v = wiener * state->above[k];
    float speech = suppress_speech_gain(wiener, v);
    float odds = absence * (1 + state->ratio[k]) * elementary_exp2(-v * LOG2_E);
    float present = (1 - absence) / (1 - absence + odds);
    state->speech[k] = speech * speech * state->power[k];
    if (present > SURE) return speech;
    float floor_log = 0.5f * (echo > 0 ? elementary_log2((noise * noise_gain + echo * ECHO_GAIN) / (noise + echo)) : state->depth);
    return elementary_exp2(floor_log + present * (elementary_log2(speech) - floor_log));
}

static float suppress_random(suppress *state) { /* -1..1 */
    state->random = state->random * 1664525u + 1013904223u;
    return (float)(int32_t)state->random * (1 / 2147483648.0f);
}

/* Where echo was taken out to below the background's floor, noise is put back up to it. */
static void suppress_apply(suppress *state, int k, float gain, float comfort) {
    state->re[k] *= gain;
    state->im[k] *= gain;
    float wanted = state->noise[k] * comfort, left = gain * gain * state->power[k];
    if (state->residual[k] <= 0 || left >= wanted || k == 0 || k == BINS - 1) return;
    float size = sqrtf(1.5f * (wanted - left)); /* a uniform value's mean square is a third, and there are two */
    state->re[k] += size * suppress_random(state);
    state->im[k] += size * suppress_random(state);
}

/* Until an echo was found it was taken for speech: that must not delay its suppression. */
static void suppress_forget_echo(suppress *state) {
    if (state->claimed || state->residual[0] <= 0) return;
    memset(state->zeta, 0, sizeof state->zeta);
    memset(state->speech, 0, sizeof state->speech);
    state->claimed = true;
}

static void suppress_gains(suppress *state, float gain[BINS], float noise_gain) {
    float absence[BINS];
    suppress_forget_echo(state);
    suppress_ratios(state);
    suppress_absence(state, absence);
    for (int k = 0; k < BINS; k++) gain[k] = suppress_gain(state, k, absence[k], noise_gain);
}

static void suppress_rumble(suppress *state) {
    float gain = elementary_exp2(state->weight * RUMBLE);
    for (int k = 0; k < RUMBLE_END; k++) {
        state->re[k] *= gain;
        state->im[k] *= gain;
    }
}

static void suppress_learned(suppress *state, float gain[BINS]) {
    float wanted[BINS], before = state->learned_share, share = suppress_towards(before, state->level == TCCC_NOISE_AI ? 1 : 0, SWITCH);
    state->learned_share = share;
    if (share <= 0) return;
    if (before <= 0) learned_reset(state->model);
    learned_gains(state->model, state->power, wanted);
    for (int k = 0; k < BINS; k++) gain[k] *= 1 + share * ((wanted[k] < LEARNED_LEAST ? LEARNED_LEAST : wanted[k]) - 1);
}

void suppress_process(suppress *state, float pcm[FRAME_LEN]) {
    float gain[BINS];
    state->weight = suppress_towards(state->weight, state->level == TCCC_NOISE_OFF ? 0 : 1, SWITCH);
    state->depth = suppress_towards(state->depth, depths[state->level], DEEPER);
    float noise_gain = elementary_exp2(state->depth);
    for (int i = 0; i < FRAME_LEN; i++) pcm[i] *= SCALE;
    spectrum_put(&state->input, pcm, state->re, state->im);
    for (int k = 0; k < BINS; k++) state->power[k] = state->re[k] * state->re[k] + state->im[k] * state->im[k] + POWER_MIN;
    if (state->echo)
        aec_residual(state->echo, state->power, state->noise, state->residual);
    else
        memset(state->residual, 0, sizeof state->residual);
    for (int k = 0; k < BINS; k++) state->smooth[k] = SMOOTH_KEEP * state->smooth[k] + (1 - SMOOTH_KEEP) * state->power[k];
    suppress_learn_noise(state);
    suppress_learn_lowest(state);
    suppress_learn_steady(state);
    suppress_gains(state, gain, noise_gain);
    suppress_learned(state, gain);
    if (state->echo) howl_follow(&state->loop, state->smooth, gain);
    float comfort = noise_gain * (1 - state->learned_share);
    for (int k = 0; k < BINS; k++) suppress_apply(state, k, gain[k], comfort);
    suppress_rumble(state);
    spectrum_take(&state->output, state->re, state->im, pcm);
    for (int i = 0; i < FRAME_LEN; i++) pcm[i] *= 1 / SCALE;
}
