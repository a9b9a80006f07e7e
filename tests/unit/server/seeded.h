/* seeded.h: random numbers that a seed brings back (splitmix64, Steele and others 2014). Layer: tests. */
#ifndef TCCC_TESTS_SEEDED_H
#define TCCC_TESTS_SEEDED_H

#include <math.h>
#include <stdint.h>

static inline uint64_t seeded_next(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* 0 to n - 1. */
static inline int seeded_below(uint64_t *state, int n) { return (int)(seeded_next(state) % (uint64_t)n); }

/* Of events that come by themselves, `mean` apart. */
static inline uint64_t seeded_wait(uint64_t *state, double mean) {
    double u = ((double)(seeded_next(state) >> 11) + 1) / 9007199254740993.0;
    return (uint64_t)(-log(u) * mean);
}

#endif
