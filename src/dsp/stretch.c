/* stretch.c: speech made one pitch period shorter or longer without a click. Layer: dsp. Verhelst & Roelands, WSOLA, ICASSP 1993. */
#include "dsp/stretch.h"

#include <math.h>
#include <string.h>

enum {
    LAG_STEP = 2,               /* coarse search: every second lag over every second sample */
    WINDOW_MIN = 80             /* 5 ms compared at least: shorter ones find likeness in noise */
};

static const float silence_power = 1e-10f; /* -100 dBFS: added so that silence compares as unlike nothing */

/* Normalised correlation of a[n] and b[n], reading every step-th sample. */
static float likeness(const float *a, const float *b, int n, int step) {
    float cross = 0, power_a = silence_power, power_b = silence_power;

    for (int i = 0; i < n; i += step) {
        cross += a[i] * b[i];
        power_a += a[i] * a[i];
        power_b += b[i] * b[i];
    }
    return cross / sqrtf(power_a * power_b);
}

typedef struct {
    int lag;
    float likeness;
} match;

/* Samples that are compared for a lag: the cross-fade's length, at least WINDOW_MIN, as far as there are any. */
static int window_of(int lag, int available) {
    int window = lag > WINDOW_MIN ? lag : WINDOW_MIN;

    return window < available ? window : available;
}

static void match_try(match *best, const float *ahead, const float *behind, int lag, int available, int step) {
    float found = likeness(ahead, behind, window_of(lag, available), step);

    if (found > best->likeness)
        *best = (match){lag, found};
}

/* The lag by which `base` is most like itself later (direction 1) or earlier (-1). n_ahead: samples at base. */
static match match_find(const float *base, int direction, int n_ahead, int lag_max) {
    match best = {0, -1};
    int centre;

    for (int lag = STRETCH_LAG_MIN; lag <= lag_max; lag += LAG_STEP)
        match_try(&best, base, base + direction * lag, lag, direction > 0 ? n_ahead - lag : n_ahead, LAG_STEP);
    centre = best.lag;
    best.likeness = -1;
    for (int lag = centre - 1; lag <= centre + 1; lag++) {
        if (lag >= STRETCH_LAG_MIN && lag <= lag_max)
            match_try(&best, base, base + direction * lag, lag, direction > 0 ? n_ahead - lag : n_ahead, 1);
    }
    return best;
}

/* out[i] goes from a[i] to b[i]. The gain holds the power where the two are unlike (independent signals lose 3 dB in the
 * middle of a plain cross-fade). out may be a or b. */
static void crossfade(float *out, const float *a, const float *b, int n, float alike) {
    float shared = alike > 0 ? alike : 0;

    for (int i = 0; i < n; i++) {
        float up = (i + 0.5f) / n, down = 1 - up;
        float gain = 1 / sqrtf(up * up + down * down + 2 * shared * up * down);

        out[i] = gain * (down * a[i] + up * b[i]);
    }
}

int stretch_shorten(float *pcm, int n, int lag_max, float likeness_min) {
    match found;

    lag_max = lag_max < STRETCH_LAG_MAX ? lag_max : STRETCH_LAG_MAX;
    lag_max = lag_max < n / 2 ? lag_max : n / 2;
    if (lag_max < STRETCH_LAG_MIN)
        return 0;
    found = match_find(pcm, 1, n, lag_max);
    if (found.likeness < likeness_min)
        return 0;
    crossfade(pcm, pcm, pcm + found.lag, found.lag, found.likeness);
    memmove(pcm + found.lag, pcm + 2 * found.lag, (size_t)(n - 2 * found.lag) * sizeof *pcm);
    return found.lag;
}

int stretch_lengthen(float *pcm, int n, int lag_max, float likeness_min) {
    match found;

    lag_max = lag_max < STRETCH_LAG_MAX ? lag_max : STRETCH_LAG_MAX;
    lag_max = lag_max < n ? lag_max : n;
    if (lag_max < STRETCH_LAG_MIN)
        return 0;
    found = match_find(pcm, -1, n, lag_max);
    if (found.likeness < likeness_min)
        return 0;
    memmove(pcm + found.lag, pcm, (size_t)n * sizeof *pcm);
    /* goes on from what was played into pcm's own start, and ends where that start began, one period later */
    crossfade(pcm, pcm + found.lag, pcm - found.lag, found.lag, found.likeness);
    return found.lag;
}
