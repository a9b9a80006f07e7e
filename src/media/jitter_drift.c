/* jitter_drift.c: how fast the peer's sample clock runs against ours. Layer: media. Sans-IO. Theil 1950, Sen 1968. */
#include "media/jitter_drift.h"

#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_US = 4000000,
    BLOCKS_MIN = 4,             /* nothing is told from less than 16 s */
    SLOPES_MAX = JITTER_DRIFT_BLOCKS * (JITTER_DRIFT_BLOCKS - 1) / 2
};

void jitter_drift_open(jitter_drift *drift)
{
    memset(drift, 0, sizeof *drift);
    drift->block_us = BLOCK_US;
    drift->stride = 1;
}

static int slope_order(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

static int transit_order(const void *a, const void *b)
{
    const jitter_transit *x = a, *y = b;

    return (x->transit_us > y->transit_us) - (x->transit_us < y->transit_us);
}

static void estimate(jitter_drift *drift)
{
    float slopes[SLOPES_MAX];
    int n_slopes = 0;

    if (drift->n_blocks < BLOCKS_MIN)
        return;
    for (int i = 1; i < drift->n_blocks; i++) {
        for (int j = 0; j < i; j++) {
            const jitter_transit *late = &drift->blocks[i], *early = &drift->blocks[j];

            slopes[n_slopes++] = (float)((double)(late->transit_us - early->transit_us) / (double)(late->at_us - early->at_us));
        }
    }
    qsort(slopes, (size_t)n_slopes, sizeof *slopes, slope_order);
    drift->ppm = -1e6f * slopes[n_slopes / 2]; /* a fast peer's transit shrinks */
}

static void join_neighbours(jitter_drift *drift)
{
    for (int i = 0; i < JITTER_DRIFT_BLOCKS / 2; i++) {
        const jitter_transit *pair = &drift->blocks[2 * i];

        drift->blocks[i] = (jitter_transit){pair[0].transit_us / 2 + pair[1].transit_us / 2, pair[0].at_us / 2 + pair[1].at_us / 2};
    }
    drift->n_blocks = JITTER_DRIFT_BLOCKS / 2;
    drift->block_us *= 2;
    drift->stride *= 2;
}

static void block_end(jitter_drift *drift, uint64_t now_us)
{
    if (drift->n_samples > 0) {
        if (drift->n_blocks == JITTER_DRIFT_BLOCKS)
            join_neighbours(drift);
        qsort(drift->samples, (size_t)drift->n_samples, sizeof drift->samples[0], transit_order);
        drift->blocks[drift->n_blocks++] = drift->samples[drift->n_samples / 4];
        estimate(drift);
    }
    drift->n_samples = drift->skip = 0;
    drift->since_us = now_us;
}

void jitter_drift_packet(jitter_drift *drift, int64_t transit_us, uint64_t now_us)
{
    if (drift->since_us == 0)
        drift->since_us = now_us;
    if (now_us - drift->since_us >= drift->block_us)
        block_end(drift, now_us);
    if (drift->skip++ % drift->stride == 0 && drift->n_samples < JITTER_DRIFT_SAMPLES)
        drift->samples[drift->n_samples++] = (jitter_transit){transit_us, now_us};
}
