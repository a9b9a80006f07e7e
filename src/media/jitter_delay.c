/* jitter_delay.c: how long packets take and how long to wait for them. Layer: media. Sans-IO. */
#include "media/jitter_delay.h"

#include <string.h>

enum {
    BIN_US = JITTER_DELAY_BIN_MS * 1000,
    WINDOW_US = 5000000,        /* the base is the least of two of these */
    MEMORY_S = 13,
    FASTER_RUN = 5,             /* on a network, new records become rare: the n-th packet is one by a chance of 1/n */
    FEC_PACKETS = 100,          /* a sender adds no copies in silence: it is taken to do so this long after one */
    STEP_BINS = 8,              /* 40 ms: our own clock stood still (the sound card's, on a busy machine), or a new route */
    PULL_MS = 10,               /* speech leaves in frames this long: their first sample is the oldest */
    SPIKE_PERIOD_MAX_US = 12000000, /* rarer ones are not worth a constant delay */
    SPIKE_APART_US = 500000     /* late packets closer than this belong to one spike */
};

static const float price_ms = 60;       /* of 1 % late packets; measured, see tests/bench/bench_receive.c */
static const float usual_late = 0.1f;
static const float late_negligible = 1e-4f;
static const float spike_ms = 30;       /* above the usual delay */
static const float loss_memory = 1 / 200.0f;
static const float fec_on = 0.01f, fec_off = 0.005f; /* loss from which waiting for copies pays */
static const float packet_usual_ms = 20;

void jitter_delay_open(jitter_delay *delay, int min_ms, int max_ms)
{
    memset(delay, 0, sizeof *delay);
    delay->min_ms = min_ms;
    delay->max_ms = max_ms;
    delay->packet_ms = packet_usual_ms;
    jitter_drift_open(&delay->drift);
}

/* The base moved by `bins`: contents follow so that they keep their place in time; what leaves at an edge stays in it. */
static void histogram_shift(jitter_delay *delay, int64_t bins)
{
    float moved[JITTER_DELAY_BINS] = {0};

    for (int i = 0; i < JITTER_DELAY_BINS; i++) {
        int64_t to = i - bins;

        to = to < 0 ? 0 : to >= JITTER_DELAY_BINS ? JITTER_DELAY_BINS - 1 : to;
        moved[to] += delay->bins[i];
    }
    memcpy(delay->bins, moved, sizeof moved);
}

static void histogram_add(jitter_delay *delay, int bin)
{
    float memory = MEMORY_S * 1000 / delay->packet_ms, keep;

    if (delay->weight < memory)
        delay->weight++;
    keep = 1 - 1 / delay->weight;
    for (int i = 0; i < JITTER_DELAY_BINS; i++)
        delay->bins[i] *= keep;
    delay->bins[bin] += 1 - keep;
}

/* A packet later than t is made up; a lost one is too when the packet behind it, with its copy, is later than that. */
static void histogram_evaluate(jitter_delay *delay)
{
    float late[JITTER_DELAY_BINS], in_time = 0, least = 1e9f, lost = delay->waits_for_fec ? delay->loss_ratio : 0;
    int packet = (int)(delay->packet_ms + JITTER_DELAY_BIN_MS - 1) / JITTER_DELAY_BIN_MS;

    delay->usual_ms = 0;
    for (int i = 0; i < JITTER_DELAY_BINS; i++) {
        float copy_late = i >= packet ? late[i - packet] : 1, cost;

        in_time += delay->bins[i];
        late[i] = 1 - in_time;
        if (late[i] > usual_late)
            delay->usual_ms = (i + 1) * JITTER_DELAY_BIN_MS;
        cost = (i + 1) * JITTER_DELAY_BIN_MS + price_ms * 100 * (late[i] + lost * copy_late);
        if (cost < least) {
            least = cost;
            delay->cheapest_ms = (i + 1) * JITTER_DELAY_BIN_MS;
        }
        if (late[i] + lost * copy_late < late_negligible)
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
    if (bins > -STEP_BINS) /* else the way became shorter at once: what it varied by before is as good a guess as any */
        histogram_shift(delay, bins);
    delay->anchor_us += bins * BIN_US;
}

static void spike_note(jitter_delay *delay, float delay_ms, uint64_t now_us)
{
    jitter_spike *newest = delay->n_spikes ? &delay->spikes[delay->n_spikes - 1] : NULL;

    if (newest && now_us - newest->last_us < SPIKE_APART_US) {
        newest->last_us = now_us;
        newest->height_ms = delay_ms > newest->height_ms ? delay_ms : newest->height_ms;
        return;
    }
    if (delay->n_spikes == JITTER_DELAY_SPIKES) {
        memmove(delay->spikes, delay->spikes + 1, (JITTER_DELAY_SPIKES - 1) * sizeof delay->spikes[0]);
        delay->n_spikes--;
    }
    delay->spikes[delay->n_spikes++] = (jitter_spike){now_us, now_us, delay_ms};
}

/* Spikes count while the next one may be due: for twice the longest time between the last ones. */
static bool spikes_due(jitter_delay *delay, uint64_t now_us)
{
    uint64_t period_us = 0;

    for (int i = 1; i < delay->n_spikes; i++) {
        uint64_t apart_us = delay->spikes[i].at_us - delay->spikes[i - 1].at_us;

        period_us = apart_us > period_us ? apart_us : period_us;
    }
    if (delay->n_spikes > 0 && now_us - delay->spikes[delay->n_spikes - 1].last_us > SPIKE_PERIOD_MAX_US)
        delay->n_spikes = 0;
    return delay->n_spikes >= 2 && period_us <= SPIKE_PERIOD_MAX_US &&
           now_us - delay->spikes[delay->n_spikes - 1].last_us < 2 * period_us;
}

/* The delay that all but the highest of the last spikes keep. */
static void spikes_follow(jitter_delay *delay, float delay_ms, uint64_t now_us)
{
    float highest = 0, second = 0;

    if (delay_ms > delay->usual_ms + spike_ms)
        spike_note(delay, delay_ms, now_us);
    delay->spike_ms = 0;
    if (!spikes_due(delay, now_us))
        return;
    for (int i = 0; i < delay->n_spikes; i++) {
        float height = delay->spikes[i].height_ms;

        if (height > highest) {
            second = highest;
            highest = height;
        } else if (height > second) {
            second = height;
        }
    }
    delay->spike_ms = second;
}

static void clock_follow(jitter_delay *delay, int64_t transit_us)
{
    bool faster = delay->started && transit_us < jitter_delay_base_us(delay) - BIN_US; /* clocks that drift give microseconds */

    delay->faster_run = faster ? delay->faster_run + 1 : 0;
    if (delay->faster_run < FASTER_RUN)
        return;
    memset(delay->bins, 0, sizeof delay->bins);
    delay->weight = 0;
    delay->n_spikes = 0;
    jitter_drift_open(&delay->drift);
}

void jitter_delay_packet(jitter_delay *delay, uint64_t media_us, uint64_t now_us)
{
    int64_t transit_us = (int64_t)(now_us - media_us), bin;

    clock_follow(delay, transit_us);
    base_follow(delay, transit_us, now_us);
    jitter_drift_packet(&delay->drift, transit_us, now_us);
    bin = (transit_us - delay->anchor_us) / BIN_US;
    bin = bin < 0 ? 0 : bin >= JITTER_DELAY_BINS ? JITTER_DELAY_BINS - 1 : bin;
    histogram_add(delay, (int)bin);
    histogram_evaluate(delay);
    spikes_follow(delay, (float)(transit_us - jitter_delay_base_us(delay)) / 1000.0f, now_us);
}

void jitter_delay_loss(jitter_delay *delay, bool lost)
{
    delay->loss_ratio += loss_memory * ((lost ? 1 : 0) - delay->loss_ratio);
    delay->waits_for_fec = delay->fec_packets > 0 && delay->loss_ratio > (delay->waits_for_fec ? fec_off : fec_on);
}

void jitter_delay_fec(jitter_delay *delay, bool present)
{
    if (present)
        delay->fec_packets = FEC_PACKETS;
    else if (delay->fec_packets > 0)
        delay->fec_packets--;
}

float jitter_delay_target_ms(const jitter_delay *delay)
{
    float target = (delay->cheapest_ms > delay->spike_ms ? delay->cheapest_ms : delay->spike_ms) + PULL_MS;

    target = target > delay->min_ms ? target : delay->min_ms;
    return target < delay->max_ms ? target : delay->max_ms;
}
