/* biquad.h: one second-order section, transposed direct form II. Layer: dsp. Source: Oppenheim & Schafer, section 6.3. */
#ifndef TCCC_DSP_BIQUAD_H
#define TCCC_DSP_BIQUAD_H

typedef struct {
    float b0, b1, b2, a1, a2; /* a0 = 1 */
} biquad;

typedef struct {
    float s1, s2; /* zero to start */
} biquad_state;

/* in and out may be the same. */
static inline void biquad_run(const biquad *filter, biquad_state *state, const float *in, float *out, int n) {
    float s1 = state->s1, s2 = state->s2;
    for (int i = 0; i < n; i++) {
        float x = in[i], y = filter->b0 * x + s1;
        s1 = filter->b1 * x - filter->a1 * y + s2;
        s2 = filter->b2 * x - filter->a2 * y;
        out[i] = y;
    }
    /* Far below one step of any sound card: keeps the decay of silence out of the slow subnormal range. */
    state->s1 = s1 > 1e-15f || s1 < -1e-15f ? s1 : 0;
    state->s2 = s2 > 1e-15f || s2 < -1e-15f ? s2 : 0;
}

#endif
