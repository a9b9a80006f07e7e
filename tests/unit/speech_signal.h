/* speech_signal.h: a signal with speech's pitch, formants, hiss and pauses, the same from the same seed. Layer: tests.
 *
 * Voiced sounds are a pulse train through three resonators (Klatt 1980), hiss is filtered noise; both rise and fall over 20 ms.
 * Between phrases there is background noise of -65 dBFS only. f32, mono, 16 kHz.
 */
#ifndef TCCC_TESTS_SPEECH_SIGNAL_H
#define TCCC_TESTS_SPEECH_SIGNAL_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum { SPEECH_RATE_HZ = 16000 };

static inline uint32_t speech_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static inline float speech_uniform(uint32_t *state) {
    return speech_random(state) / 16777216.0f;
}

/* Brings pcm[n] to this root mean square. */
static inline void speech_loudness(float *pcm, int n, double rms) {
    double power = 1e-20;
    for (int i = 0; i < n; i++) power += pcm[i] * pcm[i];
    for (int i = 0; i < n; i++) pcm[i] *= (float)(rms * sqrt(n / power));
}

typedef struct {
    float a, b, y1, y2;
} speech_resonator;

static inline void speech_resonate_at(speech_resonator *resonator, float hz, float width_hz) {
    float r = expf(-3.14159265f * width_hz / SPEECH_RATE_HZ);

    resonator->a = 2 * r * cosf(2 * 3.14159265f * hz / SPEECH_RATE_HZ);
    resonator->b = -r * r;
}

static inline float speech_resonate(speech_resonator *resonator, float in) {
    float out = (1 - resonator->a - resonator->b) * in + resonator->a * resonator->y1 + resonator->b * resonator->y2;

    resonator->y2 = resonator->y1;
    resonator->y1 = out;
    return out;
}

static inline float speech_envelope(int i, int n) {
    enum { EDGE = SPEECH_RATE_HZ / 50 };
    int edge = i < n - i ? i : n - i;

    return edge < EDGE ? 0.5f - 0.5f * cosf(3.14159265f * edge / EDGE) : 1;
}

static inline void speech_vowel(float *pcm, int n, uint32_t *random) {
    static const float formants[][3] = {{730, 1090, 2440}, {270, 2290, 3010}, {300, 870, 2240}, {530, 1840, 2480}, {570, 840, 2410}};
    const float *at = formants[speech_random(random) % 5];
    speech_resonator resonators[3] = {{0}};
    float pitch_hz = 90 + 120 * speech_uniform(random), glide = 0.8f + 0.4f * speech_uniform(random), phase = 0, pulse = 0;

    for (int k = 0; k < 3; k++)
        speech_resonate_at(&resonators[k], at[k], 60 + 40 * k);
    for (int i = 0; i < n; i++) {
        float hz = pitch_hz * (1 + (glide - 1) * i / n), x;

        phase += hz / SPEECH_RATE_HZ;
        if (phase >= 1) {
            phase -= 1;
            pulse += 1;
        }
        pulse *= 0.9f; /* the glottis falls off by some 6 dB an octave */
        x = speech_resonate(&resonators[0], pulse + 0.01f * (speech_uniform(random) - 0.5f));
        x += 0.5f * speech_resonate(&resonators[1], pulse) + 0.25f * speech_resonate(&resonators[2], pulse);
        pcm[i] += 0.2f * speech_envelope(i, n) * x;
    }
}

static inline void speech_hiss(float *pcm, int n, uint32_t *random) {
    speech_resonator resonator = {0};

    speech_resonate_at(&resonator, 3000 + 2000 * speech_uniform(random), 1200);
    for (int i = 0; i < n; i++)
        pcm[i] += 0.06f * speech_envelope(i, n) * speech_resonate(&resonator, speech_uniform(random) - 0.5f);
}

/* Fills pcm[n]. Phrases of some seconds with pauses of 0.2 to 0.8 s. */
static inline void speech_make(float *pcm, int n, uint32_t seed) {
    uint32_t random = seed;
    int at = SPEECH_RATE_HZ / 10, syllables = 4;

    for (int i = 0; i < n; i++)
        pcm[i] = 0.002f * (speech_uniform(&random) - 0.5f);
    while (at < n - SPEECH_RATE_HZ) {
        int len = SPEECH_RATE_HZ * (120 + (int)(speech_random(&random) % 160)) / 1000;

        speech_vowel(pcm + at, len, &random);
        at += len - SPEECH_RATE_HZ / 100;
        if (speech_random(&random) % 2) {
            len = SPEECH_RATE_HZ * (50 + (int)(speech_random(&random) % 60)) / 1000;
            speech_hiss(pcm + at, len, &random);
            at += len;
        }
        if (--syllables == 0) {
            at += SPEECH_RATE_HZ * (200 + (int)(speech_random(&random) % 600)) / 1000;
            syllables = 4 + (int)(speech_random(&random) % 8);
        }
    }
}

#endif
