/* jitter_delay.c: how long packets take and how long to wait for them. Layer: media. Sans-IO. */
#include "media/jitter_delay.h"

#include <string.h>

enum {
    BIN_US = JITTER_DELAY_BIN_MS * 1000,
    WINDOW_US = 5000000,        /* the base is the least of two of these */
    MEMORY_S = 13,
    BEGIN_MS = 2000,            /* of nothing late are taken for granted: one standstill right after the start is one of few, not of all */
    CATCH_UP_MS = 500,          /* age above the aim falls to a third in this time */
    SILENCE_MAX_MS = 1000,      /* of the sender: more of it changes nothing */
    FASTER_RUN = 5,             /* on a network, new records become rare: the n-th packet is one by a chance of 1/n */
    FEC_PACKETS = 100,          /* a sender adds no copies in silence: it is taken to do so this long after one */
    STEP_BINS = 8               /* 40 ms: our own clock stood still (the sound card's, on a busy machine), or a new route */
};

/* Measured with tests/bench/voice: PESQ and delay over all its networks. */
static const float price_ms = 58;       /* of 1 % made up */
static const float wait_price = 1.7f;   /* of a millisecond waited, against one lost: it is caught up with afterwards, which is heard too */
static const float waited_max_ms = 150; /* of one wait counts: to be spared a long one, speech would have to be as old all the time */
static const float catch_up = 0.05f;    /* of age above the aim, in ms per ms, beside CATCH_UP_MS */
static const float recent_fall = 0.5f;  /* ms per ms: packets that a standstill held back arrive at once, each less late by its length */
static const float cost_step_ms = 0.01f; /* of two that cost the same the shorter one */
static const float reserve_ms = 1;      /* speech leaves in frames of 10 ms: a packet may be needed before its frame's end */
static const float loss_memory = 1 / 200.0f;
static const float fec_on = 0.01f, fec_off = 0.005f; /* loss from which waiting for copies pays */
static const float packet_usual_ms = 20;

static float larger(float a, float b) {
    return a > b ? a : b;
}

static float smaller(float a, float b) {
    return a < b ? a : b;
}

static float aim_of(int i) {
    return (float)((i + 1) * JITTER_DELAY_BIN_MS);
}

static void candidates_forget(jitter_delay *delay) {
    memset(delay->candidates, 0, sizeof delay->candidates);
    for (int i = 0; i < JITTER_DELAY_BINS; i++)
        delay->candidates[i].mean_ms = aim_of(i);
    delay->weight = BEGIN_MS / packet_usual_ms;
}

void jitter_delay_open(jitter_delay *delay, int min_ms, int max_ms) {
    memset(delay, 0, sizeof *delay);
    delay->min_ms = min_ms;
    delay->max_ms = max_ms;
    delay->packet_ms = packet_usual_ms;
    candidates_forget(delay);
    jitter_drift_open(&delay->drift);
}

/* The base moved by `bins`: candidates follow so that they keep their place in time; what leaves at an edge is forgotten. */
static void candidates_shift(jitter_delay *delay, int64_t bins) {
    jitter_candidate moved[JITTER_DELAY_BINS];

    for (int i = 0; i < JITTER_DELAY_BINS; i++) {
        int64_t from = i + bins;

        from = from < 0 ? 0 : from >= JITTER_DELAY_BINS ? JITTER_DELAY_BINS - 1 : from;
        moved[i] = delay->candidates[from];
        moved[i].age_ms = larger(moved[i].age_ms - (float)(bins * JITTER_DELAY_BIN_MS), aim_of(i));
        moved[i].mean_ms = larger(moved[i].mean_ms - (float)(bins * JITTER_DELAY_BIN_MS), aim_of(i));
    }
    memcpy(delay->candidates, moved, sizeof moved);
}

/* Older than its aim, it catches up, unless packets still take that long. */
static void candidate_catch_up(jitter_candidate *one, float aim_ms, float recent_ms, float since_ms) {
    float rest_ms = larger(aim_ms, recent_ms), above_ms = one->age_ms - rest_ms;

    if (above_ms > 0)
        one->age_ms = rest_ms + larger(above_ms - catch_up * since_ms - above_ms * smaller(since_ms / CATCH_UP_MS, 1), 0);
    one->age_ms = larger(one->age_ms, aim_ms);
}

/* A late packet is waited for: what is played is older from then on. One that others overtook is not. The share made up. */
static float candidate_packet(jitter_candidate *one, float delay_ms, float packet_ms, bool overtaken) {
    float late_ms = delay_ms - one->age_ms;

    if (late_ms <= 0)
        return 0;
    if (overtaken)
        return 1;
    one->age_ms = delay_ms;
    return wait_price * smaller(late_ms, waited_max_ms) / packet_ms;
}

static void candidates_packet(jitter_delay *delay, float delay_ms, float since_ms, bool overtaken) {
    float memory = MEMORY_S * 1000 / delay->packet_ms, keep, least = 1e9f, lost = delay->waits_for_fec ? delay->loss_ratio : 0;

    if (delay->weight < memory)
        delay->weight++;
    keep = 1 - 1 / delay->weight;
    delay->recent_ms -= recent_fall * since_ms;
    for (int i = 0; i < JITTER_DELAY_BINS; i++) {
        jitter_candidate *one = &delay->candidates[i];
        float made_up, cost;

        candidate_catch_up(one, aim_of(i), delay->recent_ms, since_ms);
        made_up = delay_ms > one->age_ms - delay->packet_ms ? lost : 0; /* the copy that it carries is too late */
        made_up += candidate_packet(one, delay_ms, delay->packet_ms, overtaken);
        one->mean_ms = keep * one->mean_ms + (1 - keep) * one->age_ms;
        one->made_up = keep * one->made_up + (1 - keep) * made_up;
        cost = one->mean_ms + price_ms * 100 * one->made_up;
        if (cost < least) {
            least = cost - cost_step_ms;
            delay->cheapest = i;
        }
    }
    if (!overtaken)
        delay->recent_ms = larger(delay->recent_ms, delay_ms);
}

int64_t jitter_delay_base_us(const jitter_delay *delay) {
    return delay->least_us < delay->least_before_us ? delay->least_us : delay->least_before_us;
}

static void base_follow(jitter_delay *delay, int64_t transit_us, uint64_t now_us) {
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
        candidates_shift(delay, bins);
    delay->anchor_us += bins * BIN_US;
}

static void clock_follow(jitter_delay *delay, int64_t transit_us) {
    bool faster = delay->started && transit_us < jitter_delay_base_us(delay) - BIN_US; /* clocks that drift give microseconds */

    delay->faster_run = faster ? delay->faster_run + 1 : 0;
    if (delay->faster_run < FASTER_RUN)
        return;
    candidates_forget(delay);
    jitter_drift_open(&delay->drift);
}

void jitter_delay_packet(jitter_delay *delay, uint64_t media_us, uint64_t now_us) {
    int64_t transit_us = (int64_t)(now_us - media_us);
    bool overtaken;
    float since_ms;

    clock_follow(delay, transit_us);
    base_follow(delay, transit_us, now_us);
    jitter_drift_packet(&delay->drift, transit_us, now_us);
    overtaken = media_us < delay->newest_us;
    since_ms = overtaken ? 0 : (float)(media_us - delay->newest_us) / 1000;
    delay->newest_us = overtaken ? delay->newest_us : media_us;
    candidates_packet(delay, (float)(transit_us - delay->anchor_us) / 1000.0f, smaller(since_ms, SILENCE_MAX_MS), overtaken);
}

void jitter_delay_loss(jitter_delay *delay, bool lost) {
    delay->loss_ratio += loss_memory * ((lost ? 1 : 0) - delay->loss_ratio);
    delay->waits_for_fec = delay->fec_packets > 0 && delay->loss_ratio > (delay->waits_for_fec ? fec_off : fec_on);
}

void jitter_delay_fec(jitter_delay *delay, bool present) {
    if (present)
        delay->fec_packets = FEC_PACKETS;
    else if (delay->fec_packets > 0)
        delay->fec_packets--;
}

float jitter_delay_target_ms(const jitter_delay *delay) {
    float target = delay->candidates[delay->cheapest].age_ms + reserve_ms;

    target = target > delay->min_ms ? target : delay->min_ms;
    return target < delay->max_ms ? target : delay->max_ms;
}
