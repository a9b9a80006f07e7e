/* jitter_delay.h: how long packets take and how long to wait for them. Layer: media. Sans-IO.
 *
 * A packet's delay is its arrival less its timestamp, above the fastest of the last 5 to 10 s (`base`). A histogram of it
 * that forgets within 13 s gives the delay t of least cost t + price * (late(t) + lost * late(t - packet)): where packets
 * carry a copy of the one before, a lost one costs nothing when its successor is in time. Spikes that come again and again
 * are remembered by themselves. Sources: Moon, Kurose & Towsley 1998 (histograms, spikes).
 */
#ifndef TCCC_MEDIA_JITTER_DELAY_H
#define TCCC_MEDIA_JITTER_DELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "media/jitter_drift.h"

enum {
    JITTER_DELAY_BIN_MS = 5,
    JITTER_DELAY_BINS = 200,    /* 1 s */
    JITTER_DELAY_SPIKES = 8
};

typedef struct {                /* one standstill of the network */
    uint64_t at_us;             /* first late packet's arrival */
    uint64_t last_us;           /* newest late packet's arrival */
    float height_ms;            /* longest delay */
} jitter_spike;

typedef struct {
    int min_ms, max_ms;
    bool started;
    float bins[JITTER_DELAY_BINS]; /* sum 1 */
    float weight;               /* packets counted so far, up to the memory's length */
    float usual_ms;             /* delay that nine of ten packets keep */
    float cheapest_ms;          /* delay of least cost */
    int64_t anchor_us;          /* transit (arrival - timestamp) of the first bin's left edge */
    int64_t least_us, least_before_us; /* transit of the fastest packet of this 5 s and of the 5 s before */
    uint64_t window_us;         /* when this 5 s began */
    int faster_run;             /* packets in a row that were each faster, by a bin, than any before */
    jitter_spike spikes[JITTER_DELAY_SPIKES]; /* oldest first */
    int n_spikes;
    float spike_ms;             /* what spikes ask for; 0 = nothing */
    jitter_drift drift;
    float loss_ratio;           /* of the last 200 packets, about */
    float packet_ms;            /* time between packets */
    int fec_packets;            /* packets until the sender is taken to have stopped adding copies */
    bool waits_for_fec;
} jitter_delay;

void jitter_delay_open(jitter_delay *delay, int min_ms, int max_ms);
/* A packet arrived (also one that came too late to play): its media time (timestamp / rate). When several in a row are each
 * faster than any before, it was our clock that stood still (a suspended page), and what was learned is forgotten. */
void jitter_delay_packet(jitter_delay *delay, uint64_t media_us, uint64_t now_us);
/* Whether one more packet number came or never did. */
void jitter_delay_loss(jitter_delay *delay, bool lost);
/* Whether a packet carries a copy of the one before it. */
void jitter_delay_fec(jitter_delay *delay, bool present);

/* Media played now should be this old, measured as base_us is. Bounded by min_ms and max_ms. */
float jitter_delay_target_ms(const jitter_delay *delay);
/* The fastest packet's transit: arrival less media time, any origin. */
int64_t jitter_delay_base_us(const jitter_delay *delay);
#endif
