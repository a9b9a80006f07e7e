/* learned.h: gains against noise from a small recurrent network. Layer: dsp.
 * Sources: gains of bands by gated recurrent units (Valin, "A hybrid DSP/deep learning approach to real-time full-band speech
 * enhancement", MMSP 2018; Cho et al. 2014); weights of 8 bits with a scale per row.
 *
 * The model is data of LEARNED_MODEL_LEN bytes (voice-ai.bin; docs/devices.md tells where it comes from): it is handed over
 * before use, and nothing is allocated after that. Weights and inputs are whole numbers, so scalar builds give the same bits.
 * No delay of its own: a frame's gains come from that frame and those before it.
 */
#ifndef TCCC_DSP_LEARNED_H
#define TCCC_DSP_LEARNED_H

#include <stddef.h>
#include <stdint.h>

#include "dsp/learned_bands.h"

enum {
    LEARNED_UNITS = 96,
    LEARNED_ROW_HEAD = 8, /* scale and bias, f32 */
    LEARNED_MODEL_HEAD = 8, /* "TCN1" and the FNV-1a sum of what follows, little-endian */
    LEARNED_MODEL_LEN = LEARNED_MODEL_HEAD + LEARNED_UNITS * (LEARNED_ROW_HEAD + LEARNED_FEATURES) +
                        4 * 3 * LEARNED_UNITS * (LEARNED_ROW_HEAD + LEARNED_UNITS) + LEARNED_BANDS * (LEARNED_ROW_HEAD + 2 * LEARNED_UNITS)
};

typedef struct learned learned;

/* Copies model[len]. NULL with *error: TCCC_E_FORMAT (it is no such model, or was damaged), TCCC_E_NO_MEMORY. 145 KB. */
learned *learned_new(const uint8_t *model, size_t len, int *error);
void learned_free(learned *state);
void learned_reset(learned *state); /* forgets what it heard */

/* power[SPECTRUM_BINS] of spectrum_put's frames in the scale of s16 -> gain[SPECTRUM_BINS] of amplitude, 0..1. */
void learned_gains(learned *state, const float *power, float *gain);

#endif
