/* fuzz_learned.c: any bytes as the learned suppressor's model, with and without a right sum; gains stay within 0..1. Layer: tests. */
#include <stdlib.h>
#include <string.h>

#include "dsp/learned.h"

enum { FRAMES = 3 }; /* the third hears what the second left behind in all units */

static uint8_t model[LEARNED_MODEL_LEN];

static void run(learned *network, const uint8_t *data, size_t size) {
    float power[SPECTRUM_BINS], gain[SPECTRUM_BINS];
    for (int frame = 0; frame < FRAMES; frame++) {
        for (int k = 0; k < SPECTRUM_BINS; k++) power[k] = (float)(1ull << (data[(size_t)(frame * SPECTRUM_BINS + k) % size] & 55));
        learned_gains(network, power, gain);
        for (int k = 0; k < SPECTRUM_BINS; k++)
            if (!(gain[k] >= 0 && gain[k] <= 1.0001f)) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    int error;
    learned *network = learned_new(data, size, &error);
    if (network) run(network, data, size);
    learned_free(network);
    if (size == 0) return 0;
    for (size_t i = 0; i < sizeof model; i += size) memcpy(model + i, data, size < sizeof model - i ? size : sizeof model - i);
    memcpy(model, "TCN1", 4);
    uint32_t sum = 2166136261u;
    for (size_t i = LEARNED_MODEL_HEAD; i < sizeof model; i++) sum = (sum ^ model[i]) * 16777619u;
    for (int i = 0; i < 4; i++) model[4 + i] = (uint8_t)(sum >> 8 * i);
    network = learned_new(model, sizeof model, &error);
    if (network) run(network, data, size);
    learned_free(network);
    return 0;
}
