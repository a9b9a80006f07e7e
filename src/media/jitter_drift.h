/* jitter_drift.h: how fast the peer's sample clock runs against ours, from its packets' transits. Layer: media. Sans-IO.
 *
 * The lower quartile of the transit (arrival less timestamp) of each block of time; the median of the slopes between all pairs of
 * blocks. When all blocks are full, neighbours are joined: the longer the call, the finer the estimate. Source: Theil 1950, Sen 1968.
 */
#ifndef TCCC_MEDIA_JITTER_DRIFT_H
#define TCCC_MEDIA_JITTER_DRIFT_H

#include <stdint.h>

enum {
    JITTER_DRIFT_BLOCKS = 32,   /* of 4 s, later of 8 s, 16 s ... */
    JITTER_DRIFT_SAMPLES = 256  /* transits kept of one block */
};

typedef struct {
    int64_t transit_us;
    uint64_t at_us;             /* arrival */
} jitter_transit;

typedef struct {
    jitter_transit samples[JITTER_DRIFT_SAMPLES]; /* in the present block */
    int n_samples, skip, stride; /* every stride-th packet is sampled */
    uint64_t since_us, block_us;
    jitter_transit blocks[JITTER_DRIFT_BLOCKS]; /* lower quartile of each */
    int n_blocks;
    float ppm;
} jitter_drift;

void jitter_drift_open(jitter_drift *drift);
/* A packet arrived, transit_us after its media time (any origin). drift->ppm: above 0 = the peer's clock is faster; 0 until known. */
void jitter_drift_packet(jitter_drift *drift, int64_t transit_us, uint64_t now_us);

#endif
