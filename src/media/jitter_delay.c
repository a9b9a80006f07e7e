/* jitter_delay.c: how long packets take, how long to wait for them, and how fast the peer's clock runs. Layer: media. Sans-IO. */
#include "media/jitter_delay.h"

#include <stdlib.h>
#include <string.h>

enum {
    BIN_US = JITTER_DELAY_BIN_MS * 1000,
    WINDOW_US = 5000000,        /* the base is the least of two of these */
    BLOCK_US = 4000000,
    BLOCKS_MIN = 4,             /* no drift is told from less than 16 s */
    PULL_MS = 10,               /* speech leaves in frames this long: their first sample is the oldest */
    MEMORY_FAST_S = 3, MEMORY_SLOW_S = 13,
    SLOPES_MAX = JITTER_DELAY_BLOCKS * (JITTER_DELAY_BLOCKS - 1) / 2
};

static const float price_ms = 60;       /* of 1 % late packets; measured, see tests/bench/bench_receive.c */
static const float late_negligible = 1e-4f;
static const float loss_memory = 1 / 200.0f;
static const float fec_on = 0.01f, fec_off = 0.005f; /* loss from which one packet more of delay pays */
static const float packet_usual_ms = 20;

static void histogram_open(jitter_histogram *histogram, float memory_s)
{
    memset(histogram, 0, sizeof *histogram);
    histogram->memory_s = memory_s;
}

void jitter_delay_open(jitter_delay *delay, int min_ms, int max_ms)
{
    memset(delay, 0, sizeof *delay);
    delay->min_ms = min_ms;
    delay->max_ms = max_ms;
    delay->packet_ms = packet_usual_ms;
    histogram_open(&delay->fast, MEMORY_FAST_S);
    histogram_open(&delay->slow, MEMORY_SLOW_S);
}

/* The base moved by `bins`: contents follow so that they keep their place in time; what leaves at an edge stays in it. */
static void histogram_shift(jitter_histogram *histogram, int64_t bins)
{
    float moved[JITTER_DELAY_BINS] = {0};

    for (int i = 0; i < JITTER_DELAY_BINS; i++) {
        int64_t to = i - bins;

        to = to < 0 ? 0 : to >= JITTER_DELAY_BINS ? JITTER_DELAY_BINS - 1 : to;
        moved[to] += histogram->bins[i];
    }
    memcpy(histogram->bins, moved, sizeof moved);
}

static void histogram_add(jitter_histogram *histogram, int bin, float packet_ms)
{
    float memory = histogram->memory_s * 1000 / packet_ms, keep;

    if (histogram->weight < memory)
        histogram->weight++;
    keep = 1 - 1 / histogram->weight;
    for (int i = 0; i < JITTER_DELAY_BINS; i++)
        histogram->bins[i] *= keep;
    histogram->bins[bin] += 1 - keep;
}

/* The delay of least cost; bins sum to 1. */
static void histogram_target(jitter_histogram *histogram)
{
    float in_time = 0, least = 1e9f;

    for (int i = 0; i < JITTER_DELAY_BINS; i++) {
        float late, cost;

        in_time += histogram->bins[i];
        late = 1 - in_time;
        cost = (i + 1) * JITTER_DELAY_BIN_MS + price_ms * 100 * late;
        if (cost < least) {
            least = cost;
            histogram->target_ms = (i + 1) * JITTER_DELAY_BIN_MS;
        }
        if (late < late_negligible)
            break;
    }
}

int64_t jitter_delay_base_us(const jitter_delay *delay)
{
    return delay->least_us < delay->least_before_us ? delay->least_us : delay->least_before_us;
}

static void base_follow(jitter_delay *delay, int64_t transit_us, uint64_t now_us)
{
    int64_t bins;

    if (!delay->started) {
        delay->started = true;
        delay->anchor_us = delay->least_us = delay->least_before_us = transit_us;
        delay->window_us = now_us;
    } else if (now_us - delay->window_us >= WINDOW_US) {
        delay->least_before_us = delay->least_us;
        delay->least_us = transit_us;
        delay->window_us = now_us;
    } else if (transit_us < delay->least_us) {
        delay->least_us = transit_us;
    }
    bins = (jitter_delay_base_us(delay) - delay->anchor_us) / BIN_US;
    if (jitter_delay_base_us(delay) < delay->anchor_us)
        bins--; /* no packet may fall left of the first bin */
    if (bins == 0)
        return;
    histogram_shift(&delay->fast, bins);
    histogram_shift(&delay->slow, bins);
    delay->anchor_us += bins * BIN_US;
}

static int slope_order(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

/* Theil and Sen: the median of the slopes between all pairs of blocks, which a few odd blocks do not move. */
static void drift_estimate(jitter_delay *delay)
{
    int n = delay->n_blocks < JITTER_DELAY_BLOCKS ? delay->n_blocks : JITTER_DELAY_BLOCKS, n_slopes = 0;
    float slopes[SLOPES_MAX];

    if (n < BLOCKS_MIN)
        return;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) {
            double apart_us = (double)((int64_t)(delay->block_at_us[i] - delay->block_at_us[j]));

            if (apart_us != 0)
                slopes[n_slopes++] = (float)((double)(delay->blocks[i] - delay->blocks[j]) / apart_us);
        }
    }
    if (n_slopes == 0)
        return;
    qsort(slopes, (size_t)n_slopes, sizeof *slopes, slope_order);
    delay->drift_ppm = -1e6f * slopes[n_slopes / 2]; /* a fast peer's transit shrinks */
}

static void drift_follow(jitter_delay *delay, int64_t transit_us, uint64_t now_us)
{
    if (delay->block_us == 0 || now_us - delay->block_us >= BLOCK_US) {
        int at = delay->n_blocks % JITTER_DELAY_BLOCKS;

        if (delay->block_us) {
            delay->blocks[at] = delay->block_least_us;
            delay->block_at_us[at] = delay->block_least_at_us;
            delay->n_blocks++;
            drift_estimate(delay);
        }
        delay->block_us = now_us;
        delay->block_least_us = INT64_MAX;
    }
    if (transit_us < delay->block_least_us) {
        delay->block_least_us = transit_us;
        delay->block_least_at_us = now_us;
    }
}

void jitter_delay_packet(jitter_delay *delay, uint64_t media_us, uint64_t now_us)
{
    int64_t transit_us = (int64_t)(now_us - media_us), bin;

    base_follow(delay, transit_us, now_us);
    drift_follow(delay, transit_us, now_us);
    bin = (transit_us - delay->anchor_us) / BIN_US;
    bin = bin < 0 ? 0 : bin >= JITTER_DELAY_BINS ? JITTER_DELAY_BINS - 1 : bin;
    histogram_add(&delay->fast, (int)bin, delay->packet_ms);
    histogram_add(&delay->slow, (int)bin, delay->packet_ms);
    histogram_target(&delay->fast);
    histogram_target(&delay->slow);
}

void jitter_delay_loss(jitter_delay *delay, int missing, int advanced)
{
    for (int i = 0; i < advanced; i++)
        delay->loss_ratio *= 1 - loss_memory;
    delay->loss_ratio += loss_memory * missing;
    if (delay->loss_ratio < 0)
        delay->loss_ratio = 0;
    delay->waits_for_fec = delay->fec && delay->loss_ratio > (delay->waits_for_fec ? fec_off : fec_on);
}

void jitter_delay_fec(jitter_delay *delay, bool available)
{
    delay->fec = available;
}

float jitter_delay_target_ms(const jitter_delay *delay)
{
    float target = delay->fast.target_ms > delay->slow.target_ms ? delay->fast.target_ms : delay->slow.target_ms;

    target += PULL_MS;
    if (delay->waits_for_fec)
        target += delay->packet_ms;
    target = target > delay->min_ms ? target : delay->min_ms;
    return target < delay->max_ms ? target : delay->max_ms;
}
