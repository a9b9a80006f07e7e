/* echo_drift.c: resampler of the far end and the estimate of its clock. Layer: dsp. */
#include "dsp/echo_drift.h"

#include <math.h>
#include <string.h>

#include "dsp/elementary.h"

enum { FOLLOW_FRAMES = 40, BIN_BEGIN = 8, BIN_END = 110, BEFORE = ECHO_DRIFT_TAPS / 2 - 1, SPECTRA = 2 };

static const double SPEED_MAX = 4e-4, STEP_MAX = 3e-4, STEP_SHARE = 0.5;
static const float CERTAIN = 0.3f; /* share of the cross power that is in phase: a path of which most is known */

int echo_drift_spectra(int n) {
    return SPECTRA * n;
}

/* Hann-windowed sinc of 17 samples' width, for reading places 1 / PHASES of a sample apart. */
static void echo_drift_fill(echo_drift *drift) {
    const double pi = 3.14159265358979323846;
    for (int phase = 0; phase <= ECHO_DRIFT_PHASES; phase++)
        for (int tap = 0; tap < ECHO_DRIFT_TAPS; tap++) {
            int at = (tap - BEFORE) * ECHO_DRIFT_PHASES - phase, size = at < 0 ? -at : at; /* in 1 / PHASES of a sample */
            double cosine, sine, hann;
            elementary_turn(size % (2 * ECHO_DRIFT_PHASES), 2 * ECHO_DRIFT_PHASES, &cosine, &sine);
            elementary_turn(size, ECHO_DRIFT_PHASES * (ECHO_DRIFT_TAPS + 1), &hann, &cosine);
            double x = pi * size / ECHO_DRIFT_PHASES;
            drift->taps[phase][tap] = (float)(size ? sine / x * (0.5 + 0.5 * hann) : 1);
        }
}

void echo_drift_start(echo_drift *drift, int n, echo_spectrum *memory) {
    memset(drift, 0, sizeof *drift);
    memset(memory, 0, (size_t)(SPECTRA * n) * sizeof *memory);
    echo_drift_fill(drift);
    drift->behind = ECHO_DRIFT_DELAY;
    drift->n = n;
    drift->re = memory;
    drift->im = memory + n;
    drift->delay = -1;
}

static void echo_drift_phase(const echo_drift *drift, double part, float taps[ECHO_DRIFT_TAPS]) {
    double place = part * ECHO_DRIFT_PHASES;
    int phase = place < ECHO_DRIFT_PHASES - 1 ? (int)place : ECHO_DRIFT_PHASES - 1;
    float share = (float)(place - phase);
    for (int i = 0; i < ECHO_DRIFT_TAPS; i++)
        taps[i] = drift->taps[phase][i] + share * (drift->taps[phase + 1][i] - drift->taps[phase][i]);
}

/* Reads n samples from the reading place on, whose part of a sample moves from `part` by n * speed and stays in 0..1. The
 * taps of both ends are mixed: they differ by less than 0.07 samples. */
static void echo_drift_read(const echo_drift *drift, int behind, double part, int n, float *out) {
    float first[ECHO_DRIFT_TAPS], last[ECHO_DRIFT_TAPS];
    unsigned place = drift->end - (unsigned)behind - BEFORE;
    double end = part + drift->speed * n;
    echo_drift_phase(drift, part, first);
    echo_drift_phase(drift, end < 0 ? 0 : end > 1 ? 1 : end, last);
    for (int i = 0; i < n; i++) {
        float a = 0, b = 0;
        for (int k = 0; k < ECHO_DRIFT_TAPS; k++) {
            float x = drift->held[(place + (unsigned)(i + k)) & (ECHO_DRIFT_HELD - 1)];
            a += first[k] * x;
            b += last[k] * x;
        }
        out[i] = a + (float)i / (float)n * (b - a);
    }
}

/* One frame out; the reading place moves on by it. Where it passes a whole sample, the frame is read in two pieces. */
static void echo_drift_frame(echo_drift *drift, float out[FRAME_LEN]) {
    double part = drift->part, end = part + drift->speed * FRAME_LEN;
    int first = FRAME_LEN, passed = end >= 1 ? 1 : end < 0 ? -1 : 0;
    if (passed) first = (int)(((passed > 0 ? 1 : 0) - part) / drift->speed);
    if (first > FRAME_LEN) first = FRAME_LEN;
    if (first > 0) echo_drift_read(drift, drift->behind, part, first, out);
    part += drift->speed * first - passed;
    int behind = drift->behind - first - passed;
    if (first < FRAME_LEN) echo_drift_read(drift, behind, part < 0 ? 0 : part > 1 ? 1 : part, FRAME_LEN - first, out + first);
    end -= passed;
    drift->behind -= FRAME_LEN + passed;
    drift->part = end < 0 ? 0 : end > 1 ? 1 : end;
}

int echo_drift_resample(echo_drift *drift, const float far[FRAME_LEN], int can_shorten, int can_lengthen,
                        float out[ECHO_DRIFT_FRAMES_MAX][FRAME_LEN]) {
    for (int i = 0; i < FRAME_LEN; i++) drift->held[(drift->end + (unsigned)i) & (ECHO_DRIFT_HELD - 1)] = far[i];
    drift->end += FRAME_LEN;
    drift->behind += FRAME_LEN;
    int least = FRAME_LEN + ECHO_DRIFT_DELAY; /* a frame's samples, what the taps look ahead, and one that may be passed */
    if (drift->behind < least && can_shorten) return 0;
    if (drift->behind < least || (drift->behind == least && drift->speed > 0 && !can_shorten)) {
        drift->behind = least; /* what lies further ahead is not there yet: without a delay to shorten, drift is the filter's */
        drift->part = drift->speed = 0;
    }
    echo_drift_frame(drift, out[0]);
    if (drift->behind < least) return 1;
    if (can_lengthen) {
        echo_drift_frame(drift, out[1]);
        return 2;
    }
    drift->behind -= FRAME_LEN;
    return 1;
}

/* Seconds that the path has moved since the snapshot, by the slope of its phase; false: not clear. */
static bool echo_drift_moved(const echo_drift *drift, const echo_filter *filter, double *samples) {
    double slope = 0, weight = 1e-12, in_phase = 0, all = 1e-12;
    for (int k = BIN_BEGIN; k < BIN_END; k++) {
        float re = 0, im = 0;
        for (int p = 0; p < drift->n; p++) {
            re += filter->re[p][k] * drift->re[p][k] + filter->im[p][k] * drift->im[p][k];
            im += filter->im[p][k] * drift->re[p][k] - filter->re[p][k] * drift->im[p][k];
        }
        double size = sqrt((double)re * re + (double)im * im);
        slope += size * k * (double)elementary_atan2(im, re);
        weight += size * k * k;
        in_phase += re;
        all += size;
    }
    *samples = -slope / weight * FFT_LEN / (2 * 3.14159265358979323846);
    return in_phase > (double)CERTAIN * all;
}

void echo_drift_follow(echo_drift *drift, const echo_filter *filter, int delay) {
    double samples;
    if (++drift->learnt < FOLLOW_FRAMES) return;
    if (drift->delay == delay && echo_drift_moved(drift, filter, &samples)) {
        double step = samples / (drift->learnt * FRAME_LEN);
        step = step > STEP_MAX ? STEP_MAX : step < -STEP_MAX ? -STEP_MAX : step;
        drift->speed -= STEP_SHARE * step;
        if (drift->speed > SPEED_MAX) drift->speed = SPEED_MAX;
        if (drift->speed < -SPEED_MAX) drift->speed = -SPEED_MAX;
    }
    memcpy(drift->re, filter->re, (size_t)drift->n * sizeof *drift->re);
    memcpy(drift->im, filter->im, (size_t)drift->n * sizeof *drift->im);
    drift->learnt = 0;
    drift->delay = delay;
}

float echo_drift_ppm(const echo_drift *drift) {
    return (float)(drift->speed * 1e6);
}
