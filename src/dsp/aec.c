/* aec.c: echo canceller. Layer: dsp. */
#include "dsp/aec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/echo_delay.h"
#include "dsp/echo_drift.h"
#include "dsp/echo_filter.h"
#include "dsp/echo_residual.h"
#include "tccc/error.h"

static const float SCALE = 32768;                     /* s16, in which the parts' powers are given */
static const float NOTCH = 0.975f;                    /* high pass of 64 Hz: no loudspeaker has less, and no DC remains */
static const float TINY = 1e-9f;                      /* of a filter's memory: below it numbers would become denormal */
static const float FAR_ACTIVE = FRAME_LEN * 1e-5f;    /* -50 dBFS */
static const float NEAR_ACTIVE = FRAME_LEN * 1e-7f;   /* -70 dBFS */
static const float FAR_HEARD = 30.0f * FFT_LEN * FFT_LEN;  /* a spectrum's power: -75 dBFS */
static const float FAR_LEARNT = 2e5f * FFT_LEN;       /* mean of the speech bins' over the tail: -57 dBFS */
static const float ERLE_KEEP = 0.99f;                 /* time constant 1 s */
static const float FOUND_RATIO = 1.778279f;           /* 2.5 dB */
static const float FADE = 0.5f;                       /* a frame: 20 ms from microphone to filter */
static const float TALKER = FRAME_LEN * 1.5e-6f;      /* of the difference signal: speech of about -50 dBFS, or something else is heard */
static const float CAUTION = 6;                       /* claimed echo over the microphone's power: nothing passes */
enum {
    FOUND_FRAMES = 5,
    TAIL_STEP_MS = FFT_LANES * FRAME_MS,
    TALKER_FRAMES = 30,    /* he may pause */
    CAUTION_FRAMES = 100,  /* a second of far speech nothing was heard of: a headset */
    CAUTION_HEARD = 50     /* half a second of something: that would have been found if it were echo */
};

typedef struct {
    float in, out;
} aec_notch;

typedef struct {
    float near, out; /* energies of the difference signal: no DC, which the filter takes out by itself */
} aec_frame;

/* Whether what is heard may be an echo that was not found yet. */
typedef struct {
    int silent;            /* frames since the far end spoke, up to ECHO_DELAY_FRAMES: no echo comes later */
    int talker;            /* frames that somebody is taken to be talking who began before the far end did */
    int waited, heard;     /* frames in which echo could come, and in which anything came */
    bool on;
} aec_caution;

struct aec {
    echo_far far;
    echo_delay search;
    echo_drift drift;
    echo_filter filter;
    echo_residual rest;
    aec_notch near_notch, far_notch;
    float near_past[FRAME_LEN];     /* behind the notch, for the search */
    float echo[FRAME_LEN];          /* that the filter took out, s16 scale */
    spectrum_input echo_spectrum;
    int delay;                      /* frames */
    bool active;                    /* the far end speaks, within the tail */
    float near_energy, out_energy;
    aec_frame recent[FOUND_FRAMES];
    int n_recent;                   /* frames in a row that recent holds, up to FOUND_FRAMES */
    int next;
    bool found;
    aec_caution caution;
    float share;                    /* of the filter in the output, 0..1 */
    int n;                          /* partitions */
    echo_spectrum memory[];
};

aec *aec_new(int tail_ms, int *error) {
    *error = TCCC_E_ARG_RANGE;
    if (tail_ms < AEC_TAIL_MIN_MS || tail_ms > AEC_TAIL_MAX_MS) return NULL;
    *error = TCCC_E_NO_MEMORY;
    int n = (tail_ms + TAIL_STEP_MS - 1) / TAIL_STEP_MS * FFT_LANES;
    size_t spectra = (size_t)(echo_filter_spectra(n) + echo_drift_spectra(n));
    aec *state = calloc(1, sizeof *state + spectra * sizeof(echo_spectrum));
    if (!state) return NULL;
    state->n = n;
    spectrum_start();
    aec_reset(state);
    *error = 0;
    return state;
}

void aec_free(aec *state) {
    free(state);
}

void aec_reset(aec *state) {
    int n = state->n;
    memset(state, 0, sizeof *state);
    state->n = n;
    echo_delay_start(&state->search);
    echo_filter_start(&state->filter, n, state->memory);
    echo_drift_start(&state->drift, n, state->memory + echo_filter_spectra(n));
    echo_residual_start(&state->rest);
    state->caution.silent = ECHO_DELAY_FRAMES;
}

static void aec_notch_run(aec_notch *notch, const float in[FRAME_LEN], float out[FRAME_LEN]) {
    for (int i = 0; i < FRAME_LEN; i++) {
        float x = SCALE * in[i];
        notch->out = x - notch->in + NOTCH * notch->out;
        notch->in = x;
        out[i] = notch->out;
    }
    if (fabsf(notch->out) < TINY) notch->out = 0;
}

static void aec_put_far(aec *state, const float far[FRAME_LEN]) {
    float frames[ECHO_DRIFT_FRAMES_MAX][FRAME_LEN], pcm[FRAME_LEN];
    int n = echo_drift_resample(&state->drift, far, state->delay > 0, state->delay < ECHO_DELAY_FRAMES - 1, frames);
    for (int i = 0; i < n; i++) {
        aec_notch_run(&state->far_notch, frames[i], pcm);
        echo_far_put(&state->far, pcm);
    }
    state->delay += n - 1;
    float power = 0;
    for (int p = 0; p < state->n; p += 2) power += state->far.speech[echo_far_at(&state->far, state->delay + p)];
    state->active = power > FAR_LEARNT * (float)(state->n / 2);
}

/* Moves the filter where the echo was found to begin. */
static void aec_search(aec *state, const float near[FRAME_LEN]) {
    float pcm[FFT_LEN], re[FFT_BINS], im[FFT_BINS];
    memcpy(pcm, state->near_past, sizeof state->near_past);
    memcpy(pcm + FRAME_LEN, near, FRAME_LEN * sizeof *near);
    memcpy(state->near_past, near, sizeof state->near_past);
    if (!state->active && state->far.all[state->far.newest] <= FAR_HEARD) return;
    fft_forward(pcm, re, im);
    int delay = echo_delay_put(&state->search, &state->far, re, im, state->delay);
    if (delay < 0) return;
    echo_filter_shift(&state->filter, delay - state->delay);
    state->delay = delay;
}

static float aec_difference_energy(const float x[FRAME_LEN]) {
    float sum = 0;
    for (int i = 1; i < FRAME_LEN; i++) sum += (x[i] - x[i - 1]) * (x[i] - x[i - 1]);
    return sum;
}

/* Has the filter taken 2.5 dB out of 50 ms in which both microphone and far end were active? */
static void aec_look_for_echo(aec *state, const float near[FRAME_LEN], const float out[FRAME_LEN]) {
    aec_frame sum = { 0, 0 };
    state->recent[state->next] = (aec_frame){ aec_difference_energy(near), aec_difference_energy(out) };
    state->next = (state->next + 1) % FOUND_FRAMES;
    if (++state->n_recent < FOUND_FRAMES) return;
    state->n_recent = FOUND_FRAMES;
    for (int i = 0; i < FOUND_FRAMES; i++) {
        sum.near += state->recent[i].near;
        sum.out += state->recent[i].out;
    }
    state->found = sum.near > FOUND_RATIO * sum.out;
}

static void aec_measure(aec *state, const float near[FRAME_LEN], const float out[FRAME_LEN]) {
    float near_energy = frame_energy(near, FRAME_LEN);
    if (!state->found && near_energy >= NEAR_ACTIVE)
        aec_look_for_echo(state, near, out);
    else
        state->n_recent = 0;
    state->near_energy = ERLE_KEEP * state->near_energy + (1 - ERLE_KEEP) * near_energy;
    state->out_energy = ERLE_KEEP * state->out_energy + (1 - ERLE_KEEP) * frame_energy(out, FRAME_LEN);
}

/* The far end's first words are not sent back while their echo is being learnt, unless somebody was talking already. */
static void aec_expect_echo(aec *state, float far_energy, float near_energy) {
    aec_caution *caution = &state->caution;
    bool loud = near_energy >= TALKER;
    if (far_energy >= FAR_ACTIVE) caution->silent = 0;
    else if (caution->silent < ECHO_DELAY_FRAMES) caution->silent++;
    if (caution->silent == ECHO_DELAY_FRAMES) caution->talker = loud ? TALKER_FRAMES : caution->talker > 0 ? caution->talker - 1 : 0;
    caution->on = caution->silent < ECHO_DELAY_FRAMES && caution->talker == 0 && caution->waited < CAUTION_FRAMES && caution->heard < CAUTION_HEARD;
    if (caution->silent == ECHO_DELAY_FRAMES) return;
    if (caution->waited < CAUTION_FRAMES) caution->waited++;
    if (loud && caution->heard < CAUTION_HEARD) caution->heard++;
}

/* clean comes from the filter; out is the mixture of it and the microphone. */
static void aec_fade(aec *state, const float near[FRAME_LEN], const float clean[FRAME_LEN], float out[FRAME_LEN]) {
    float begin = state->share, end = state->found ? fminf(1, begin + FADE) : 0;
    state->share = end;
    for (int i = 0; i < FRAME_LEN; i++) {
        float share = begin + (end - begin) * (float)(i + 1) / FRAME_LEN;
        float x = share == 1 ? clean[i] : near[i] + share * (clean[i] - near[i]);
        out[i] = x > 1 ? 1 : x < -1 ? -1 : x;
    }
}

void aec_process(aec *state, const float near[FRAME_LEN], const float far[FRAME_LEN], float out[FRAME_LEN]) {
    float microphone[FRAME_LEN], clean[FRAME_LEN];
    aec_put_far(state, far);
    aec_notch_run(&state->near_notch, near, microphone);
    aec_search(state, microphone);
    if (echo_filter_run(&state->filter, &state->far, state->delay, state->active, state->found, microphone, state->echo,
                        clean))
        echo_delay_again(&state->search);
    if (state->active) echo_drift_follow(&state->drift, &state->filter, state->delay);
    echo_residual_follow(&state->rest, &state->filter, &state->far, state->delay);
    for (int i = 0; i < FRAME_LEN; i++) clean[i] *= 1 / SCALE;
    float far_energy = frame_energy(far, FRAME_LEN);
    if (!state->found) aec_expect_echo(state, far_energy, aec_difference_energy(near));
    if (far_energy >= FAR_ACTIVE) aec_measure(state, near, clean);
    aec_fade(state, near, clean, out);
}

void aec_residual(aec *state, const float error[SPECTRUM_BINS], const float noise[SPECTRUM_BINS], float residual[SPECTRUM_BINS]) {
    float re[SPECTRUM_BINS], im[SPECTRUM_BINS], power[SPECTRUM_BINS];
    spectrum_put(&state->echo_spectrum, state->echo, re, im);
    for (int k = 0; k < SPECTRUM_BINS; k++) power[k] = re[k] * re[k] + im[k] * im[k];
    echo_residual_estimate(&state->rest, &state->filter, state->active, error, power, noise, residual);
    float claim = state->caution.on ? CAUTION : 0;
    for (int k = 0; k < SPECTRUM_BINS && !state->found; k++) residual[k] = claim * error[k];
}

float aec_erle_db(const aec *state) {
    const float floor = FRAME_LEN * 1e-9f; /* -90 dBFS */
    if (!state->found || state->near_energy < floor) return 0;
    return 10 * log10f(state->near_energy / (state->out_energy + floor));
}

bool aec_found_echo(const aec *state) {
    return state->found;
}

bool aec_far_speaks(const aec *state) {
    return state->active;
}

float aec_drift_ppm(const aec *state) {
    return echo_drift_ppm(&state->drift);
}

int aec_delay_ms(const aec *state) {
    return state->delay * FRAME_MS;
}
