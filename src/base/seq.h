/* seq.h: serial number arithmetic (RFC 1982) for 16 and 32 bits, and extension to 64. Layer: base.
 *
 * a is before b when b is 1 .. 2^(bits-1) - 1 steps ahead of a, modulo 2^bits. Two numbers exactly half the circle
 * apart have no order (RFC 1982 section 3.2): neither is before the other.
 */
#ifndef TCCC_BASE_SEQ_H
#define TCCC_BASE_SEQ_H

#include <stdbool.h>
#include <stdint.h>

static inline bool seq16_before(uint16_t a, uint16_t b) {
    uint16_t ahead = (uint16_t)(b - a);
    return ahead != 0 && ahead < 0x8000;
}

static inline bool seq32_before(uint32_t a, uint32_t b) {
    uint32_t ahead = b - a;
    return ahead != 0 && ahead < 0x80000000u;
}

/* Steps from a to b, the short way round: -2^(bits-1) .. 2^(bits-1) - 1. */
static inline int32_t seq16_steps(uint16_t a, uint16_t b) {
    int32_t ahead = (uint16_t)(b - a);
    return ahead < 0x8000 ? ahead : ahead - 0x10000;
}

static inline int64_t seq32_steps(uint32_t a, uint32_t b) {
    int64_t ahead = (uint32_t)(b - a);
    return ahead < 0x80000000ll ? ahead : ahead - 0x100000000ll;
}

/* The 64-bit number with these low bits that is nearest to `reference` (RFC 3550 appendix A.1 counts cycles alike).
 * Start the reference at or above 2^bits so that it cannot fall below 0. */
static inline uint64_t seq16_extend(uint64_t reference, uint16_t low) {
    return reference + (uint64_t)(int64_t)seq16_steps((uint16_t)reference, low);
}

static inline uint64_t seq32_extend(uint64_t reference, uint32_t low) {
    return reference + (uint64_t)seq32_steps((uint32_t)reference, low);
}

#endif
