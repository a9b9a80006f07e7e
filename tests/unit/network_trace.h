/* network_trace.h: when each packet of a stream arrives, on networks of several kinds, the same from the same seed. Layer: tests. */
#ifndef TCCC_TESTS_NETWORK_TRACE_H
#define TCCC_TESTS_NETWORK_TRACE_H

#include <math.h>
#include <stdint.h>

typedef struct {
    const char *name;
    double loss;                /* Gilbert-Elliott: share lost, in bursts of 2 on average (Gilbert 1960) */
    double jitter_ms;           /* standard deviation of a normal delay, packets may overtake */
    double spike_every_s, spike_low_ms, spike_high_ms; /* the network stands still so long, then delivers all at once */
    double gap_every_s;         /* hand-over: what is sent in gaps of .4, .7 and .9 s comes behind them */
} network_kind;

static const network_kind network_kinds[] = {
    {.name = "clean"},
    {.name = "loss_5", .loss = 0.05},
    {.name = "loss_10", .loss = 0.10},
    {.name = "loss_20", .loss = 0.20},
    {.name = "jitter_10", .jitter_ms = 10},
    {.name = "jitter_30", .jitter_ms = 30},
    {.name = "jitter_50", .jitter_ms = 50},
    {.name = "jitter_30_loss_5", .jitter_ms = 30, .loss = 0.05},
    {.name = "wifi_spikes", .spike_every_s = 3, .spike_low_ms = 60, .spike_high_ms = 150},
    {.name = "wifi_scan", .spike_every_s = 5, .spike_low_ms = 100, .spike_high_ms = 100},
    {.name = "hand_over", .gap_every_s = 20},
};

static inline double network_uniform(uint64_t *random) {
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (*random >> 11) / 9007199254740992.0;
}

static inline double network_normal(uint64_t *random) {
    double radius = sqrt(-2 * log(1 - network_uniform(random)));

    return radius * cos(2 * 3.14159265358979 * network_uniform(random));
}

/* End of the standstill that a packet sent at sent_ms falls into, or 0. */
static inline double network_standstill(const network_kind *kind, double sent_ms, uint64_t seed) {
    static const double gaps_ms[] = {400, 700, 900};
    double every_ms = 1000 * (kind->spike_every_s > 0 ? kind->spike_every_s : kind->gap_every_s), start, len;
    uint64_t n, random;

    if (every_ms <= 0 || sent_ms < every_ms)
        return 0;
    n = (uint64_t)(sent_ms / every_ms);
    random = seed + n * 0x9E3779B97F4A7C15u;
    network_uniform(&random);
    start = (double)n * every_ms;
    len = kind->gap_every_s > 0 ? gaps_ms[n % 3] : kind->spike_low_ms + (kind->spike_high_ms - kind->spike_low_ms) * network_uniform(&random);
    return sent_ms < start + len ? start + len : 0;
}

/* Fills arrival_ms[n] for packets sent every packet_ms from 0 on; -1 = lost. */
static inline void network_trace(const network_kind *kind, double *arrival_ms, int n, double packet_ms, uint64_t seed) {
    double leave_bad = 0.5, enter_bad = kind->loss * leave_bad / (1 - kind->loss);
    uint64_t random = seed;
    int bad = 0;

    network_uniform(&random);
    for (int i = 0; i < n; i++) {
        double sent_ms = i * packet_ms, behind = network_standstill(kind, sent_ms, seed), draw = network_uniform(&random);

        bad = bad ? draw >= leave_bad : draw < enter_bad;
        arrival_ms[i] = behind > 0 ? behind - 0.02 + 0.01 * i / n : sent_ms; /* in order, before what is sent next */
        if (kind->jitter_ms > 0) {
            double delay = 4 * kind->jitter_ms + kind->jitter_ms * network_normal(&random);

            arrival_ms[i] += delay > 0 ? delay : 0;
        }
        if (bad)
            arrival_ms[i] = -1;
    }
}

#endif
