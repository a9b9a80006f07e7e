/* comfort_noise.h: the background of a speech signal, learned and made anew. Layer: dsp.
 * Sources: RFC 3389 (level), Markel & Gray 1976 (linear prediction).
 *
 * The learner follows the quietest frames' level and spectrum (order 8); the maker filters white noise to match. f32, 16 kHz.
 */
#ifndef TCCC_DSP_COMFORT_NOISE_H
#define TCCC_DSP_COMFORT_NOISE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    COMFORT_NOISE_FRAME = 160,
    COMFORT_NOISE_ORDER = 8
};

typedef struct {
    uint64_t rng;
    double floor, block_min, blocks[4]; /* power of the quietest frame: present, and of past half seconds */
    int n_frames, n_blocks;
    double correlation[COMFORT_NOISE_ORDER + 1];
    float predictor[COMFORT_NOISE_ORDER], excitation; /* of `correlation`; excitation: RMS of the white noise */
    bool stale;                     /* predictor is older than correlation */
    float level;                    /* RMS asked for by the peer; below 0 = as learned */
    float gain;                     /* present one, moving to its aim sample by sample */
    float past[COMFORT_NOISE_ORDER];
} comfort_noise;

void comfort_noise_open(comfort_noise *noise, uint64_t seed);
/* Ten milliseconds that were heard: pcm[COMFORT_NOISE_FRAME]. Speech is told from background by its power. */
void comfort_noise_learn(comfort_noise *noise, const float *pcm);
/* Level by RFC 3389 section 3.1: 0..127, in -dBov; the spectrum stays as learned (the peer's coefficients may be ignored,
 * section 3). -1: back to the learned level. */
void comfort_noise_level(comfort_noise *noise, int minus_dbov);
/* RMS that comfort_noise_make tends to; 0 when nothing is known. */
float comfort_noise_rms(comfort_noise *noise);
/* Fills pcm[n]. The level moves without a step (20 ms). */
void comfort_noise_make(comfort_noise *noise, float *pcm, int n);

#endif
