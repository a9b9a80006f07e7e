/* jitter_delay.h: how long packets take and how long to wait for them. Layer: media. Sans-IO.
 *
 * A packet's delay is its arrival less its timestamp, above the fastest of the last 5 to 10 s (`base`). Each of 200 aims is tried by
 * an imagined playout: a packet that comes too late for it is waited for, and what it plays is older until it has caught up. The
 * one that cost least in the last 13 s is followed: mean age + price * share made up, of one wait no more than 150 ms. Where
 * packets carry a copy of the one before, a lost one costs nothing when its successor is in time. So one rule weighs jitter,
 * standstills that come again, and queues that fill. Source: Moon, Kurose & Towsley 1998 (delay against late packets).
 */
#ifndef TCCC_MEDIA_JITTER_DELAY_H
#define TCCC_MEDIA_JITTER_DELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "media/jitter_drift.h"

enum {
    JITTER_DELAY_BIN_MS = 5,
    JITTER_DELAY_BINS = 200     /* 1 s */
};

typedef struct {                /* what would have become of a playout that aims at one delay */
    float age_ms;               /* of what it plays now: above its aim since a late packet was waited for */
    float mean_ms;              /* of age_ms */
    float made_up;              /* share of speech that came too late, or never with no copy in time */
} jitter_candidate;

typedef struct {
    int min_ms, max_ms;
    bool started;
    jitter_candidate candidates[JITTER_DELAY_BINS]; /* the n-th aims at n + 1 bins */
    int cheapest;               /* index of the one of least cost */
    float recent_ms;            /* longest delay of late, sinking */
    float weight;               /* packets counted so far, up to the memory's length */
    uint64_t newest_us;         /* highest media time so far */
    int64_t anchor_us;          /* transit (arrival - timestamp) of delay 0 */
    int64_t least_us, least_before_us; /* least transit of these 5 s and of the 5 s before */
    uint64_t window_us;         /* when this 5 s began */
    int faster_run;             /* packets in a row that were each faster, by a bin, than any before */
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

/* Media played now should be this old, measured as base_us is; after a wait it falls bit by bit. Bounded by min_ms and max_ms. */
float jitter_delay_target_ms(const jitter_delay *delay);
/* The fastest packet's transit: arrival less media time, any origin. */
int64_t jitter_delay_base_us(const jitter_delay *delay);
#endif
