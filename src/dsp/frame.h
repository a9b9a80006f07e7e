/* frame.h: the unit of all processing inside the voice engine. Layer: dsp.
 *
 * A frame is 10 ms of mono f32 at 16 kHz, range -1..1 (what lies beyond is allowed inside and limited at the ends).
 * Every value is finite: tccc_voice_capture and the decoders see to it.
 */
#ifndef TCCC_DSP_FRAME_H
#define TCCC_DSP_FRAME_H

#define FRAME_RATE_HZ 16000
#define FRAME_LEN 160
#define FRAME_MS 10
#define FRAMES_PER_SECOND 100

/* Sum of squares of x[n], in one fixed order. */
static inline float frame_energy(const float *x, int n) {
    float sum[4] = { 0 };
    int i = 0;
    for (; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++) sum[k] += x[i + k] * x[i + k];
    for (; i < n; i++) sum[0] += x[i] * x[i];
    return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

#endif
