/* level.c: level meter of the last 100 ms. Layer: dsp. Source: RFC 6464 section 3. */
#include "dsp/level.h"

#include <math.h>

void level_put(level *meter, const float pcm[FRAME_LEN]) {
    level_put_scaled(meter, pcm, 1);
}

void level_put_scaled(level *meter, const float pcm[FRAME_LEN], float gain) {
    meter->energy[meter->next] = gain * gain * frame_energy(pcm, FRAME_LEN);
    meter->next = (meter->next + 1) % LEVEL_FRAMES;
}

float level_dbfs(const level *meter) {
    float sum = 0;
    for (int i = 0; i < LEVEL_FRAMES; i++) sum += meter->energy[i];
    float mean = sum / (LEVEL_FRAMES * FRAME_LEN);
    if (mean < 2e-13f) return LEVEL_SILENCE_DBFS; /* -127 dB */
    return fminf(0, 10 * log10f(mean));
}
