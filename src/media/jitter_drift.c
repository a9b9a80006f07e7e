/* jitter_drift.c: how fast the peer's sample clock runs against ours. Layer: media. Sans-IO. Theil 1950, Sen 1968. */
#include "media/jitter_drift.h"

#include <math.h>
#include <string.h>

enum {
    BLOCK_US = 4000000,
    BLOCKS_MIN = 4,             /* nothing is told from less than 16 s */
    SLOPE_UNIT = 1000000000,
    SLOPES_MAX = JITTER_DRIFT_BLOCKS * (JITTER_DRIFT_BLOCKS - 1) / 2
};

void jitter_drift_open(jitter_drift *drift) {
    memset(drift, 0, sizeof *drift);
    drift->block_us = BLOCK_US;
    drift->stride = 1;
}

/* The k-th smallest of values[n], which it reorders. Hoare's FIND (1961); qsort would allocate. */
static int64_t nth(int64_t *values, int n, int k) {
    int low = 0, high = n - 1;

    while (low < high) {
        int64_t pivot = values[k];
        int i = low, j = high;

        while (i <= j) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i <= j) {
                int64_t swapped = values[i];

                values[i++] = values[j];
                values[j--] = swapped;
            }
        }
        if (j < k)
            low = i;
        if (i > k)
            high = j;
    }
    return values[k];
}

static void estimate(jitter_drift *drift) {
    int64_t slopes[SLOPES_MAX];
    int n_slopes = 0;

    if (drift->n_blocks < BLOCKS_MIN)
        return;
    for (int i = 1; i < drift->n_blocks; i++) {
        for (int j = 0; j < i; j++) {
            const jitter_transit *late = &drift->blocks[i], *early = &drift->blocks[j];
            double change_us = (double)(late->transit_us - early->transit_us), apart_us = (double)(int64_t)(late->at_us - early->at_us);

            if (fabs(change_us) < apart_us) /* no clock is wrong by a whole second a second */
                slopes[n_slopes++] = (int64_t)(change_us / apart_us * SLOPE_UNIT);
        }
    }
    if (n_slopes == 0)
        return;
    drift->ppm = -1e6f / SLOPE_UNIT * (float)nth(slopes, n_slopes, n_slopes / 2); /* a fast peer's transit shrinks */
}

/* The lower quartile of the present block's samples. */
static jitter_transit quartile(const jitter_drift *drift) {
    int64_t transits_us[JITTER_DRIFT_SAMPLES], wanted_us;
    int at = 0;

    for (int i = 0; i < drift->n_samples; i++)
        transits_us[i] = drift->samples[i].transit_us;
    wanted_us = nth(transits_us, drift->n_samples, drift->n_samples / 4);
    while (drift->samples[at].transit_us != wanted_us)
        at++;
    return drift->samples[at];
}

static void join_neighbours(jitter_drift *drift) {
    for (int i = 0; i < JITTER_DRIFT_BLOCKS / 2; i++) {
        const jitter_transit *pair = &drift->blocks[2 * i];

        drift->blocks[i] = (jitter_transit){pair[0].transit_us / 2 + pair[1].transit_us / 2, pair[0].at_us / 2 + pair[1].at_us / 2};
    }
    drift->n_blocks = JITTER_DRIFT_BLOCKS / 2;
    drift->block_us *= 2;
    drift->stride *= 2;
}

static void block_end(jitter_drift *drift, uint64_t now_us) {
    if (drift->n_samples > 0) {
        if (drift->n_blocks == JITTER_DRIFT_BLOCKS)
            join_neighbours(drift);
        drift->blocks[drift->n_blocks++] = quartile(drift);
        estimate(drift);
    }
    drift->n_samples = drift->skip = 0;
    drift->since_us = now_us;
}

void jitter_drift_packet(jitter_drift *drift, int64_t transit_us, uint64_t now_us) {
    if (drift->since_us == 0)
        drift->since_us = now_us;
    if (now_us - drift->since_us >= drift->block_us)
        block_end(drift, now_us);
    if (drift->skip++ % drift->stride == 0 && drift->n_samples < JITTER_DRIFT_SAMPLES)
        drift->samples[drift->n_samples++] = (jitter_transit){transit_us, now_us};
}
