/* train_network.h: the learned suppressor's network (src/dsp/learned.h) with floats, for many sounds at once, and its gradient. Layer: tests.
 *
 * Values lie as [frame][unit][sound], so that the sounds fill vectors. Sources: Cho et al. 2014; back-propagation through time (Werbos 1990).
 */
#ifndef TCCC_BENCH_VOICE_TRAIN_NETWORK_H
#define TCCC_BENCH_VOICE_TRAIN_NETWORK_H

#include "dsp/learned.h"

enum {
    SOUNDS = 32,          /* at once */
    FRAMES = 100,         /* that a gradient looks back */
    UNITS = LEARNED_UNITS,
    GATES = 3 * UNITS,
    INPUTS = 128,         /* LEARNED_FEATURES and zeros */
    OUTPUTS = 64,         /* LEARNED_BANDS and some that nobody asks */
    BOTH = 2 * UNITS
};

/* Weights, row by row, then biases; of h_*: only the fresh value's has one. */
typedef struct {
    float in[UNITS][INPUTS], in_bias[UNITS];
    struct {
        float x[GATES][UNITS], h[GATES][UNITS], x_bias[GATES], h_bias[UNITS];
    } recurrent[2];
    float out[OUTPUTS][BOTH], out_bias[OUTPUTS];
} network_weights;

enum { NETWORK_WEIGHTS = sizeof(network_weights) / sizeof(float) };

/* Amplitudes of bands to the power of LOSS_POWER: of what is heard, and of the speech in it. */
#define LOSS_POWER 0.3f

typedef struct {
    float input[FRAMES][INPUTS][SOUNDS], heard[FRAMES][LEARNED_BANDS][SOUNDS], speech[FRAMES][LEARNED_BANDS][SOUNDS];
    float memory[2][UNITS][SOUNDS];  /* of the recurrent units, kept from one run to the next */
    network_weights gradient;        /* of the last run */
    float first[FRAMES][UNITS][SOUNDS], gate[2][FRAMES][GATES][SOUNDS], fresh[2][FRAMES][UNITS][SOUNDS], unit[2][FRAMES + 1][UNITS][SOUNDS];
    float d_first[FRAMES][UNITS][SOUNDS], d_x[FRAMES][GATES][SOUNDS], d_h[FRAMES][GATES][SOUNDS], d_unit[2][FRAMES][UNITS][SOUNDS], d_out[FRAMES][OUTPUTS][SOUNDS];
    float turned[FRAMES][SOUNDS][BOTH];
    double loss;                     /* sum over frames, bands and sounds; last, because what is above is read in vectors of 64 bytes */
} network_run; /* aligned to 64 bytes */

/* weight: of each band in the loss. turned: weights with each matrix transposed in its place (network_turn). */
void network_turn(const network_weights *weights, network_weights *turned);
void network_learn(network_run *run, const network_weights *weights, const network_weights *turned, const float weight[LEARNED_BANDS]);

#endif
