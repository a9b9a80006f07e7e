/* material.h: signals that the voice benchmark is made of: seeded noise, rooms, files. Layer: tests. All at 16 kHz, f32. */
#ifndef TCCC_BENCH_VOICE_MATERIAL_H
#define TCCC_BENCH_VOICE_MATERIAL_H

#include <stdint.h>

enum { RATE = 16000 };

typedef struct {
    uint64_t state;
} random_source;

/* The same from the same seed on every machine: SplitMix64, and Box & Muller's normal numbers. */
double random_uniform(random_source *random);
double random_normal(random_source *random);

typedef struct {
    float *x;
    int n;
} signal_f32;

signal_f32 signal_new(int n);
/* A WAV file of one channel at 16 kHz, or the program ends with a sentence. */
signal_f32 signal_read(const char *path);
/* With 16 bits; clipped. */
void signal_write(const char *path, const float *x, int n);
void signal_free(signal_f32 *signal);

double power_of(const float *x, int n);
/* Of 10 ms frames within 25 dB of the loudest: the level of speech without its pauses. */
double active_power(const float *x, int n);
/* Scales so that active_power is level_dbfs. */
void set_level(float *x, int n, double level_dbfs);

/* Impulse response from `source` to `microphone` in a box, by images (Allen & Berkley 1979), reverberation time from Eyring's formula,
 * energy 1, without what is under 50 Hz. Metres, seconds. */
signal_f32 room_response(double reverberation_s, const double size[3], const double source[3], const double microphone[3]);

#endif
