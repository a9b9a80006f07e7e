/* pcm16.h: f32 at -1..1 to s16 and back. Layer: dsp. */
#ifndef TCCC_DSP_PCM16_H
#define TCCC_DSP_PCM16_H

#include <math.h>
#include <stdint.h>

/* To nearest, ties to even. In WebAssembly this is one instruction, where lrintf would be a call. */
static inline int pcm16_round(float x) {
#ifdef __wasm__
    return (int)__builtin_rintf(x);
#else
    return (int)lrintf(x);
#endif
}

/* Rounds and clips; in must be finite. */
static inline void pcm16_from_f32(const float *in, int16_t *out, int n) {
    for (int i = 0; i < n; i++) {
        float x = in[i] * 32768.0f;
        x = x > 32767.0f ? 32767.0f : x;
        x = x < -32768.0f ? -32768.0f : x;
        out[i] = (int16_t)pcm16_round(x);
    }
}

static inline void pcm16_to_f32(const int16_t *in, float *out, int n) {
    for (int i = 0; i < n; i++) out[i] = (float)in[i] * (1 / 32768.0f);
}

#endif
