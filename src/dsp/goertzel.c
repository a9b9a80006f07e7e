/* goertzel.c: DTMF digits in audio. Layer: dsp. Sources: Goertzel 1958; ITU-T Q.23, Q.24. */
#include "dsp/goertzel.h"

enum { LOW_TONES = 4 };
static const float LEVEL_MIN = 2.5e-4f;  /* mean square: -36 dBFS */
static const float PEAK_RATIO = 6.3f;    /* 8 dB over every other tone of its group */
static const float TWIST_LOW = 6.3f;     /* low group louder by at most 8 dB (Q.24, AT&T) */
static const float TWIST_HIGH = 2.5f;    /* high group louder by at most 4 dB */
static const float PURITY = 0.80f;       /* of the block's energy lies in the two tones */

/* 2 cos(2 pi f / 16000) for 697 770 852 941 1209 1336 1477 1633 Hz. */
static const float goertzel_turn[GOERTZEL_TONES] = {
    1.9255487f, 1.90926191f, 1.88909687f, 1.86499452f, 1.77879286f, 1.73100266f, 1.67290717f, 1.60266425f,
};

static int goertzel_peak(const float power[LOW_TONES])
{
    int best = 0;
    for (int i = 1; i < LOW_TONES; i++)
        if (power[i] > power[best]) best = i;
    for (int i = 0; i < LOW_TONES; i++)
        if (i != best && power[i] * PEAK_RATIO > power[best]) return -1;
    return best;
}

/* The digit that stands in the finished block, or 0. */
static char goertzel_judge(const goertzel *state)
{
    static const char digits[LOW_TONES][LOW_TONES + 1] = { "123A", "456B", "789C", "*0#D" };
    float power[GOERTZEL_TONES];
    for (int k = 0; k < GOERTZEL_TONES; k++) {
        float s1 = state->s1[k], s2 = state->s2[k];
        power[k] = s1 * s1 + s2 * s2 - goertzel_turn[k] * s1 * s2;
    }
    if (state->energy < LEVEL_MIN * GOERTZEL_BLOCK) return 0;
    int row = goertzel_peak(power), column = goertzel_peak(power + LOW_TONES);
    if (row < 0 || column < 0) return 0;
    float low = power[row], high = power[LOW_TONES + column];
    if (low > high * TWIST_LOW || high > low * TWIST_HIGH) return 0;
    /* A sine of the block's own energy E gives power E * block / 2. */
    if (low + high < PURITY * state->energy * GOERTZEL_BLOCK / 2) return 0;
    return digits[row][column];
}

static char goertzel_block(goertzel *state)
{
    char digit = goertzel_judge(state), begun = 0;
    if (state->on && digit != state->on && ++state->misses >= 2) state->on = 0;
    if (state->on && digit == state->on) state->misses = 0;
    if (digit && digit == state->candidate && digit != state->on) {
        state->on = begun = digit;
        state->misses = 0;
    }
    state->candidate = digit;
    for (int k = 0; k < GOERTZEL_TONES; k++) state->s1[k] = state->s2[k] = 0;
    state->energy = 0;
    state->filled = 0;
    return begun;
}

char goertzel_put(goertzel *state, const float pcm[FRAME_LEN])
{
    char begun = 0;
    for (int i = 0; i < FRAME_LEN; i++) {
        for (int k = 0; k < GOERTZEL_TONES; k++) {
            float s = pcm[i] + goertzel_turn[k] * state->s1[k] - state->s2[k];
            state->s2[k] = state->s1[k];
            state->s1[k] = s;
        }
        state->energy += pcm[i] * pcm[i];
        if (++state->filled < GOERTZEL_BLOCK) continue;
        char digit = goertzel_block(state);
        if (digit) begun = digit;
    }
    return begun;
}
