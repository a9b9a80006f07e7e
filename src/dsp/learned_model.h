/* learned_model.h: the model of learned.h inside a program, from learned.bin; the page loads it as a file instead. Layer: dsp. */
#ifndef TCCC_DSP_LEARNED_MODEL_H
#define TCCC_DSP_LEARNED_MODEL_H

#include "dsp/learned.h"

extern const uint8_t learned_model[LEARNED_MODEL_LEN]; /* the library tccc_model */

#endif
