/* elementary.h: logarithm, power and angle by polynomials. Layer: dsp. Source: minimax polynomials over one octave, one octant.
 *
 * libm's differ in their last bits from one machine to the next; these are additions and multiplications only, so every
 * scalar build gives the same bits. Errors are the greatest that tests/unit/test_elementary.c finds.
 */
#ifndef TCCC_DSP_ELEMENTARY_H
#define TCCC_DSP_ELEMENTARY_H

#include <stdint.h>
#include <string.h>

/* log2(x), x a normal number above 0; absolute error below 3e-5. */
static inline float elementary_log2(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    float exponent = (float)((int)(bits >> 23) - 127), m;
    bits = (bits & 0x7fffffu) | 0x3f800000u;
    memcpy(&m, &bits, sizeof m);
    float even = 3.11163027f + m * (-3.30958517f + m * (2.57861994f + m * (-1.21774285f + m * (0.313581326f + m * -0.033822046f))));
    return exponent + (m - 1) * even;
}

/* 2^x, x within -120..120 (what lies beyond counts as that); relative error below 3e-7. */
static inline float elementary_exp2(float x) {
    x = x < -120 ? -120 : x > 120 ? 120 : x;
    int whole = (int)(x + 128) - 128;
    float m = x - (float)whole, scale;
    uint32_t bits = (uint32_t)(whole + 127) << 23;
    memcpy(&scale, &bits, sizeof scale);
    return scale * (0.999999898f + m * (0.69315449f + m * (0.240141818f + m * (0.0558603371f + m * (0.00894959042f + m * 0.00189375406f)))));
}

/* atan2(y, x), -pi..pi; 0 for x = y = 0; absolute error below 2e-6. */
static inline float elementary_atan2(float y, float x) {
    float ax = x < 0 ? -x : x, ay = y < 0 ? -y : y, low = ax < ay ? ax : ay, high = ax < ay ? ay : ax;
    if (high <= 0) return 0;
    float t = low / high, s = t * t;
    float a = t * (0.99997726f + s * (-0.33262347f + s * (0.19354346f + s * (-0.11643287f + s * (0.05265332f + s * -0.01172120f)))));
    if (ay > ax) a = 1.57079633f - a;
    if (x < 0) a = 3.14159265f - a;
    return y < 0 ? -a : a;
}

/* cosine and sine of the i-th of n parts of a full turn, 0 <= i < n; absolute error below 1e-14. For tables. */
static inline void elementary_turn(int i, int n, double *cosine, double *sine) {
    int quarter = 4 * i / n;
    double a = 1.57079632679489661923 * (4 * i - quarter * n) / n, c = 0, s = 0, term = 1;
    for (int k = 0; k < 24; k += 2) { /* Taylor's series, a < pi / 2 */
        c += k & 2 ? -term : term;
        term *= a / (k + 1);
        s += k & 2 ? -term : term;
        term *= a / (k + 2);
    }
    *cosine = quarter == 0 ? c : quarter == 1 ? -s : quarter == 2 ? -c : s;
    *sine = quarter == 0 ? s : quarter == 1 ? c : quarter == 2 ? -s : -c;
}

#endif
