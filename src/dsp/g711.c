/* g711.c: mu-law and A-law in closed form. Layer: dsp. Source: ITU-T G.711 (11/88), 16-bit scaling of G.191. */
#include "dsp/g711.h"

enum {
    ULAW_BIAS = 132,  /* 33 at 14 bits, G.711 table 2a note: makes every segment start at a power of two */
    ULAW_CLIP = 32635 /* largest magnitude that does not overflow with the bias */
};

static int g711_top_bit(unsigned value) {
    return 31 - __builtin_clz(value | 1u);
}

uint8_t g711_ulaw_encode(int16_t sample) {
    unsigned sign = sample < 0 ? 0x80u : 0u;
    int magnitude = sample < 0 ? -(int)sample : sample;
    if (magnitude > ULAW_CLIP) magnitude = ULAW_CLIP;
    unsigned biased = (unsigned)magnitude + ULAW_BIAS;
    int segment = g711_top_bit(biased) - 7;
    unsigned step = (biased >> (segment + 3)) & 0x0Fu;
    return (uint8_t)~(sign | (unsigned)segment << 4 | step);
}

int16_t g711_ulaw_decode(uint8_t code) {
    unsigned bits = (uint8_t)~code;
    int segment = (bits >> 4) & 7;
    int magnitude = ((((int)bits & 0x0F) << 3) + ULAW_BIAS) << segment;
    magnitude -= ULAW_BIAS;
    return (int16_t)(bits & 0x80 ? -magnitude : magnitude);
}

/* The even bits of A-law are inverted on the line (G.711 table 1a note 2): 0x55. A positive sample has sign bit 1. */
uint8_t g711_alaw_encode(int16_t sample) {
    unsigned sign = sample < 0 ? 0u : 0x80u;
    unsigned magnitude = (unsigned)(sample < 0 ? ~sample : sample) >> 4; /* 11 bits */
    unsigned code = magnitude;
    if (magnitude > 31) {
        int segment = g711_top_bit(magnitude) - 4;
        code = (magnitude >> segment) & 0x0Fu;
        code |= (unsigned)(segment + 1) << 4;
    }
    return (uint8_t)((sign | code) ^ 0x55u);
}

int16_t g711_alaw_decode(uint8_t code) {
    unsigned bits = code ^ 0x55u;
    int segment = (bits >> 4) & 7;
    int magnitude = ((int)(bits & 0x0F) << 4) + 8;
    if (segment > 0) magnitude = (magnitude + 0x100) << (segment - 1);
    return (int16_t)(bits & 0x80 ? magnitude : -magnitude);
}
