/* echo_filter.c: partitioned Kalman filter in the frequency domain with a shadow. Layer: dsp.
 * Sources: Enzner & Vary 2006; Kuech, Mabande & Enzner 2014; Ochiai, Araseki & Ogihara 1977. */
#include "dsp/echo_filter.h"

#include <string.h>

static const float KEEP = 0.9999f * 0.9999f;    /* A^2 of the path's random walk, a frame: paths change over minutes */
static const float VARIANCE_START = 0.05f;      /* of the first partition: an echo of -13 dB a partition */
static const float VARIANCE_DECAY = 0.88692f;   /* from one partition to the next: e^-0.12, a room of 0.58 s */
static const float NEAR_KEEP = 0.7f;            /* of near_power, a frame */
static const float NEAR_START = 100, NEAR_FLOOR = 1e-3f;
static const float NOISE = 100;                 /* s16 rounding and more, a bin */
static const float SHADOW_STEP = 0.5f, SHADOW_NOISE = 1e5f;
static const float ENERGY_KEEP = 0.9f, RECENT_KEEP = 0.8f;
static const float BETTER = 0.5f, WORSE = 0.25f;/* 3 dB for SHADOW_FRAMES; 6 dB */
static const float TAKEN_VARIANCE = 0.3f;       /* of the power of weights taken from the shadow */
static const float DIVERGED = 1.5f; /* error above the microphone's power: the weights are wrong */
static const float ENERGY_MAX = 1e13f;          /* 160 samples 18 dB over full scale: the weights are nonsense */
static const float BACK = 0.5f;                 /* what remains of weights at most that are given up */
static const float MATCH_KEEP = 0.9f;           /* of the products that show whether the path is still the same */
static const float DENIED = 0.4f, ECHO_LEAST = 0.1f; /* share of the estimate that the microphone holds; its least power there */
static const float USELESS = 0.8f;              /* error's power over the microphone's: below it the filter still helps, as with drift */
static const float LEARNT = 0.03f;              /* error's power over the microphone's: the path is known again */
enum { SHADOW_FRAMES = 8, DENIED_FRAMES = 3, LOST_FRAMES = 100, SPECTRA = 5, PAIR = 2 /* partitions summed at once: half the sums' loads and stores */ };

int echo_filter_spectra(int n) {
    return SPECTRA * n;
}

static void echo_filter_doubt_all(echo_filter *filter, int p) {
    float variance = VARIANCE_START;
    for (int i = 0; i < p; i++) variance *= VARIANCE_DECAY;
    for (int k = 0; k < FFT_BINS; k++) filter->variance[p][k] = variance;
}

void echo_filter_start(echo_filter *filter, int n, echo_spectrum *memory) {
    memset(filter, 0, sizeof *filter);
    memset(memory, 0, (size_t)(SPECTRA * n) * sizeof *memory);
    filter->n = n;
    filter->re = memory;
    filter->im = memory + n;
    filter->variance = memory + 2 * n;
    filter->shadow_re = memory + 3 * n;
    filter->shadow_im = memory + 4 * n;
    for (int k = 0; k < FFT_BINS; k++) filter->near_power[k] = NEAR_START;
    for (int p = 0; p < n; p++) echo_filter_doubt_all(filter, p);
    filter->lost = LOST_FRAMES;
}

/* Partition p becomes what p + n_frames was. */
void echo_filter_shift(echo_filter *filter, int n_frames) {
    int n = filter->n, step = n_frames < 0 ? -1 : 1;
    for (int i = 0, p = n_frames < 0 ? n - 1 : 0; i < n; i++, p += step) {
        int from = p + n_frames;
        if (from >= 0 && from < n) {
            memcpy(filter->re[p], filter->re[from], sizeof filter->re[p]);
            memcpy(filter->im[p], filter->im[from], sizeof filter->im[p]);
            memcpy(filter->variance[p], filter->variance[from], sizeof filter->variance[p]);
        } else {
            memset(filter->re[p], 0, sizeof filter->re[p]);
            memset(filter->im[p], 0, sizeof filter->im[p]);
            echo_filter_doubt_all(filter, p);
        }
    }
    memset(filter->shadow_re, 0, (size_t)n * sizeof *filter->shadow_re);
    memset(filter->shadow_im, 0, (size_t)n * sizeof *filter->shadow_im);
}

/* The echo that weights of n partitions make of the far end: the last 160 samples of a transform are free of wrap. */
static void echo_filter_apply(const echo_spectrum *re, const echo_spectrum *im, int n, const echo_far *far, int delay,
                              float echo[FRAME_LEN]) {
    float sum_re[FFT_BINS] = { 0 }, sum_im[FFT_BINS] = { 0 }, pcm[FFT_LEN];
    for (int p = 0; p < n; p += PAIR) { /* n is a multiple of FFT_LANES */
        int at = echo_far_at(far, delay + p), next = echo_far_at(far, delay + p + 1);
        const float *restrict ar = far->re[at], *restrict ai = far->im[at], *restrict vr = re[p], *restrict vi = im[p];
        const float *restrict br = far->re[next], *restrict bi = far->im[next], *restrict wr = re[p + 1], *restrict wi = im[p + 1];
        for (int k = 0; k < FFT_BINS; k++) {
            sum_re[k] = sum_re[k] + (vr[k] * ar[k] - vi[k] * ai[k]) + (wr[k] * br[k] - wi[k] * bi[k]);
            sum_im[k] = sum_im[k] + (vr[k] * ai[k] + vi[k] * ar[k]) + (wr[k] * bi[k] + wi[k] * br[k]);
        }
    }
    fft_inverse(sum_re, sum_im, pcm);
    memcpy(echo, pcm + FFT_LEN - FRAME_LEN, FRAME_LEN * sizeof *echo);
}

/* Cuts four partitions' responses to the 160 samples that are theirs. Every partition has its turn every n / 4 frames. */
static void echo_filter_constrain(echo_spectrum *re, echo_spectrum *im) {
    float lanes_re[FFT_BINS * FFT_LANES], lanes_im[FFT_BINS * FFT_LANES], pcm[FFT_LEN * FFT_LANES];
    for (int k = 0; k < FFT_BINS; k++)
        for (int l = 0; l < FFT_LANES; l++) {
            lanes_re[k * FFT_LANES + l] = re[l][k];
            lanes_im[k * FFT_LANES + l] = im[l][k];
        }
    fft_inverse4(lanes_re, lanes_im, pcm);
    memset(pcm + FRAME_LEN * FFT_LANES, 0, FRAME_LEN * FFT_LANES * sizeof *pcm);
    fft_forward4(pcm, lanes_re, lanes_im);
    for (int k = 0; k < FFT_BINS; k++)
        for (int l = 0; l < FFT_LANES; l++) {
            re[l][k] = lanes_re[k * FFT_LANES + l];
            im[l][k] = lanes_im[k * FFT_LANES + l];
        }
}

static void echo_filter_error_spectrum(const float error[FRAME_LEN], float re[FFT_BINS], float im[FFT_BINS]) {
    float pcm[FFT_LEN] = { 0 };
    memcpy(pcm + FFT_LEN - FRAME_LEN, error, FRAME_LEN * sizeof *error);
    fft_forward(pcm, re, im);
}

/* Power of the error that the weights' variance explains, and of the rest: the near end. */
static void echo_filter_explain(echo_filter *filter, const echo_far *far, int delay, const float re[FFT_BINS],
                                const float im[FFT_BINS]) {
    float explained[FFT_BINS] = { 0 };
    memset(filter->far_sum, 0, sizeof filter->far_sum);
    for (int p = 0; p < filter->n; p += PAIR) {
        const float *restrict power = far->power[echo_far_at(far, delay + p)], *restrict variance = filter->variance[p];
        const float *restrict after = far->power[echo_far_at(far, delay + p + 1)], *restrict doubt = filter->variance[p + 1];
        float *restrict sum = filter->far_sum;
        for (int k = 0; k < FFT_BINS; k++) {
            explained[k] = explained[k] + variance[k] * power[k] + doubt[k] * after[k];
            sum[k] = sum[k] + power[k] + after[k];
        }
    }
    for (int k = 0; k < FFT_BINS; k++) {
        float near = NEAR_KEEP * filter->near_power[k] + (1 - NEAR_KEEP) * (re[k] * re[k] + im[k] * im[k]);
        filter->near_power[k] = near + NEAR_FLOOR;
        filter->doubt[k] = 0.5f * explained[k]; /* half of a transform is the frame's own */
    }
}

static void echo_filter_learn(echo_filter *filter, const echo_far *far, int delay, const float re[FFT_BINS],
                              const float im[FFT_BINS]) {
    float gain[FFT_BINS];
    for (int k = 0; k < FFT_BINS; k++) gain[k] = 1 / (filter->doubt[k] + filter->near_power[k] + NOISE);
    for (int p = 0; p < filter->n; p++) {
        int at = echo_far_at(far, delay + p);
        const float *restrict xr = far->re[at], *restrict xi = far->im[at], *restrict power = far->power[at];
        float *restrict wr = filter->re[p], *restrict wi = filter->im[p], *restrict variance = filter->variance[p];
        for (int k = 0; k < FFT_BINS; k++) {
            float step = variance[k] * gain[k];
            float r = wr[k] + step * (xr[k] * re[k] + xi[k] * im[k]), i = wi[k] + step * (xr[k] * im[k] - xi[k] * re[k]);
            wr[k] = r;
            wi[k] = i;
            variance[k] = KEEP * (1 - 0.5f * step * power[k]) * variance[k] + (1 - KEEP) * (r * r + i * i);
        }
    }
    echo_filter_constrain(filter->re + filter->next, filter->im + filter->next);
}

static void echo_filter_learn_shadow(echo_filter *filter, const echo_far *far, int delay, const float error[FRAME_LEN]) {
    float re[FFT_BINS], im[FFT_BINS], step[FFT_BINS];
    echo_filter_error_spectrum(error, re, im);
    for (int k = 0; k < FFT_BINS; k++) {
        step[k] = SHADOW_STEP / (filter->far_sum[k] + SHADOW_NOISE);
        re[k] *= step[k];
        im[k] *= step[k];
    }
    for (int p = 0; p < filter->n; p++) {
        int at = echo_far_at(far, delay + p);
        const float *restrict xr = far->re[at], *restrict xi = far->im[at];
        float *restrict wr = filter->shadow_re[p], *restrict wi = filter->shadow_im[p];
        for (int k = 0; k < FFT_BINS; k++) {
            wr[k] += xr[k] * re[k] + xi[k] * im[k];
            wi[k] += xr[k] * im[k] - xi[k] * re[k];
        }
    }
    echo_filter_constrain(filter->shadow_re + filter->next, filter->shadow_im + filter->next);
}

static void echo_filter_take_shadow(echo_filter *filter) {
    size_t size = (size_t)filter->n * sizeof *filter->re;
    memcpy(filter->re, filter->shadow_re, size);
    memcpy(filter->im, filter->shadow_im, size);
    for (int p = 0; p < filter->n; p++)
        for (int k = 0; k < FFT_BINS; k++) {
            float power = filter->re[p][k] * filter->re[p][k] + filter->im[p][k] * filter->im[p][k];
            float least = TAKEN_VARIANCE * power;
            if (filter->variance[p][k] < least) filter->variance[p][k] = least;
        }
    filter->energy = filter->shadow_energy;
    filter->shadow_better = 0;
}

/* Who has less error? The shadow's weights are taken when they were much better for a while, and the other way round. */
static void echo_filter_compare(echo_filter *filter, float near, float energy, float shadow) {
    size_t size = (size_t)filter->n * sizeof *filter->re;
    filter->energy = ENERGY_KEEP * filter->energy + energy;
    filter->shadow_energy = ENERGY_KEEP * filter->shadow_energy + shadow;
    if (filter->shadow_energy < BETTER * filter->energy && filter->shadow_energy < BETTER * 9 * near) {
        if (++filter->shadow_better > SHADOW_FRAMES) echo_filter_take_shadow(filter);
        return;
    }
    filter->shadow_better = 0;
    if (filter->energy >= WORSE * filter->shadow_energy) return;
    memcpy(filter->shadow_re, filter->re, size);
    memcpy(filter->shadow_im, filter->im, size);
    filter->shadow_energy = filter->energy;
}

/* The path is not what the weights say: of them remains what the microphone still holds of their echo, and their variance is
 * as at the start (after Yang, Enzner & Yang 2017, where it is raised as soon as the error asks for it). */
static bool echo_filter_give_up(echo_filter *filter, bool known) {
    bool again = filter->lost > 0 || !known;
    float share = filter->near_echo / (filter->echo_echo + 1);
    share = share < 0 ? 0 : share > BACK ? BACK : share;
    for (int p = 0; p < filter->n; p++) {
        for (int k = 0; k < FFT_BINS; k++) {
            filter->re[p][k] *= share;
            filter->im[p][k] *= share;
        }
        if (!again) echo_filter_doubt_all(filter, p);
    }
    filter->denied = 0;
    if (again) return false;
    filter->near_echo = filter->echo_echo = filter->near_near = 0;
    filter->lost = LOST_FRAMES;
    return true;
}

/* The microphone holds the estimated echo, whoever else speaks, unless the path has changed. */
static bool echo_filter_denied(echo_filter *filter, const float near[FRAME_LEN], const float echo[FRAME_LEN]) {
    float near_echo = 0, echo_echo = 0, near_near = 0;
    for (int i = 1; i < FRAME_LEN; i++) {
        float a = near[i] - near[i - 1], b = echo[i] - echo[i - 1];
        near_echo += a * b;
        echo_echo += b * b;
        near_near += a * a;
    }
    filter->near_echo = MATCH_KEEP * filter->near_echo + near_echo;
    filter->echo_echo = MATCH_KEEP * filter->echo_echo + echo_echo;
    filter->near_near = MATCH_KEEP * filter->near_near + near_near;
    bool clear = filter->echo_echo > ECHO_LEAST * filter->near_near + NOISE && filter->error_recent > USELESS * filter->near_recent;
    filter->denied = clear && filter->near_echo < DENIED * filter->echo_echo ? filter->denied + 1 : 0;
    if (filter->lost > 0) filter->lost = filter->error_recent < LEARNT * filter->near_recent ? 0 : filter->lost - 1;
    return filter->denied >= DENIED_FRAMES && filter->lost == 0;
}

/* Weights that add power instead of taking it are given up, and the microphone is passed on meanwhile. */
static bool echo_filter_guard(echo_filter *filter, bool learn, bool known, bool denied, const float near[FRAME_LEN],
                              float near_energy, float energy, float echo[FRAME_LEN], float error[FRAME_LEN]) {
    if (!(energy < ENERGY_MAX)) { /* also not a number */
        echo_filter_start(filter, filter->n, filter->re);
        energy = near_energy;
        filter->error_recent = 4 * DIVERGED * near_energy;
    }
    filter->near_recent = RECENT_KEEP * filter->near_recent + near_energy;
    filter->error_recent = RECENT_KEEP * filter->error_recent + energy;
    bool worse = learn && filter->error_recent > DIVERGED * filter->near_recent;
    if (!worse && !denied) return false;
    memcpy(error, near, FRAME_LEN * sizeof *near);
    memset(echo, 0, FRAME_LEN * sizeof *echo);
    return echo_filter_give_up(filter, known);
}

static void echo_filter_difference(const float *near, const float *echo, float *error) {
    for (int i = 0; i < FRAME_LEN; i++) error[i] = near[i] - echo[i];
}

bool echo_filter_run(echo_filter *filter, const echo_far *far, int delay, bool learn, bool known,
                     const float near[FRAME_LEN], float echo[FRAME_LEN], float error[FRAME_LEN]) {
    float re[FFT_BINS], im[FFT_BINS], shadow[FRAME_LEN];
    bool denied = false;
    echo_filter_apply(filter->re, filter->im, filter->n, far, delay, echo);
    echo_filter_difference(near, echo, error);
    echo_filter_error_spectrum(error, re, im);
    echo_filter_explain(filter, far, delay, re, im);
    float near_energy = frame_energy(near, FRAME_LEN), energy = frame_energy(error, FRAME_LEN);
    if (learn) {
        echo_filter_apply(filter->shadow_re, filter->shadow_im, filter->n, far, delay, shadow);
        echo_filter_difference(near, shadow, shadow);
        echo_filter_learn(filter, far, delay, re, im);
        echo_filter_learn_shadow(filter, far, delay, shadow);
        filter->next = (filter->next + FFT_LANES) % filter->n;
        echo_filter_compare(filter, near_energy, energy, frame_energy(shadow, FRAME_LEN));
        denied = echo_filter_denied(filter, near, echo) && known;
    }
    return echo_filter_guard(filter, learn, known, denied, near, near_energy, energy, echo, error);
}
