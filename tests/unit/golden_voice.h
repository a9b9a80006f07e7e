/* golden_voice.h: the input of the bit-identity test, in integers so that C and JavaScript make the same. Layer: tests.
 * tests/wasm/voice.test.js holds the same in JavaScript. */
#ifndef TCCC_TESTS_GOLDEN_VOICE_H
#define TCCC_TESTS_GOLDEN_VOICE_H

#include <stdint.h>

typedef struct {
    uint32_t random, phase;
    int32_t low;
    uint32_t sample;
} golden_voice;

/* A buzzing voice at 48 kHz: a pitch of 110 to 206 Hz that changes every 170 ms, every third such stretch silent but for
 * noise. */
static inline float golden_voice_next(golden_voice *state) {
    uint32_t stretch = state->sample / 8192u, place = state->sample % 8192u;
    state->sample++;
    state->random = state->random * 1664525u + 1013904223u;
    state->phase += 9842600u + (stretch * 7u % 12u) * 787410u;
    int32_t noise = (int32_t)(state->random >> 22) - 512;
    int32_t rise = (int32_t)(place < 4096 ? place : 8192 - place);
    int32_t buzz = ((int32_t)(state->phase >> 17) - 16384) * rise / 8192;
    int32_t drive = stretch % 3 == 2 ? noise / 16 : buzz + noise;
    state->low += (drive - state->low) / 8;
    return (float)state->low / 32768.0f;
}

/* FNV-1a, 32 bits. */
static inline uint32_t golden_hash(uint32_t hash, const void *bytes, size_t len) {
    const uint8_t *p = bytes;
    for (size_t i = 0; i < len; i++) hash = (hash ^ p[i]) * 16777619u;
    return hash;
}

#endif
