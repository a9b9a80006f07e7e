/* jitter_delay.h: how long packets take, how long to wait for them, and how fast the peer's clock runs. Layer: media. Sans-IO.
 *
 * A packet's delay is its arrival less its timestamp, above the fastest of the last 5 to 10 s (`base`). Two histograms of it
 * with forgetting (3 s and 13 s of speech) each give the delay t of least cost t + price * late(t); the larger one counts, so the
 * target rises at once and falls slowly. Sources: Moon, Kurose & Towsley 1998 (histograms); Sen 1968 (slope).
 */
#ifndef TCCC_MEDIA_JITTER_DELAY_H
#define TCCC_MEDIA_JITTER_DELAY_H

#include <stdbool.h>
#include <stdint.h>

enum {
    JITTER_DELAY_BIN_MS = 5,
    JITTER_DELAY_BINS = 200,    /* 1 s */
    JITTER_DELAY_BLOCKS = 32    /* of 4 s: what the drift is seen over */
};

typedef struct {
    float bins[JITTER_DELAY_BINS];
    float weight;               /* packets counted so far, up to the memory's length */
    float memory_s;
    float target_ms;
} jitter_histogram;

typedef struct {
    int min_ms, max_ms;
    bool started;
    jitter_histogram fast, slow;
    int64_t anchor_us;          /* transit (arrival - timestamp) of the first bin's left edge */
    int64_t least_us, least_before_us; /* transit of the fastest packet of this 5 s and of the 5 s before */
    uint64_t window_us;         /* when this 5 s began */
    uint64_t block_us;
    int64_t block_least_us, blocks[JITTER_DELAY_BLOCKS];
    uint64_t block_at_us[JITTER_DELAY_BLOCKS]; /* arrival of that block's fastest packet */
    uint64_t block_least_at_us;
    int n_blocks;
    float drift_ppm;
    float loss_ratio;           /* of the last 200 packets, about */
    float packet_ms;            /* time between packets */
    bool fec, waits_for_fec;
} jitter_delay;

void jitter_delay_open(jitter_delay *delay, int min_ms, int max_ms);
/* A packet arrived (also one that came too late to play): its media time (timestamp / rate). */
void jitter_delay_packet(jitter_delay *delay, uint64_t media_us, uint64_t now_us);
/* n packets were found missing (a gap in the numbers), or -1: one of them came after all; and how far the numbers advanced. */
void jitter_delay_loss(jitter_delay *delay, int missing, int advanced);
/* Whether lost packets can be rebuilt from their successor. */
void jitter_delay_fec(jitter_delay *delay, bool available);

/* Media played now should be this old, measured as base_us is. Bounded by min_ms and max_ms. */
float jitter_delay_target_ms(const jitter_delay *delay);
/* The fastest packet's transit: arrival less media time, any origin. */
int64_t jitter_delay_base_us(const jitter_delay *delay);
#endif
