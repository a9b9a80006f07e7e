/* learned_bands.h: what the learned suppressor sees of a spectrum: bands and features. Layer: dsp.
 *
 * Bands are triangles over the bins of spectrum.h, as wide as harmonics need below 1.5 kHz and wider above. Shared with the
 * training program (tests/bench/voice/train.c), so that both see the same numbers.
 */
#ifndef TCCC_DSP_LEARNED_BANDS_H
#define TCCC_DSP_LEARNED_BANDS_H

#include "dsp/elementary.h"
#include "dsp/spectrum.h"

enum { LEARNED_BANDS = 60, LEARNED_FEATURES = 2 * LEARNED_BANDS };

/* Bins at which the bands are centred. */
static const short learned_centre[LEARNED_BANDS] = {
    1,   3,   5,   7,   9,   11,  13,  15,  17,  19,  21,  23,  25,  27,  29,  31,  33,  35,  37,  39,
    41,  43,  45,  47,  50,  53,  56,  59,  62,  65,  68,  71,  74,  77,  80,  83,  86,  89,  92,  95,
    99,  104, 109, 114, 119, 125, 131, 137, 143, 150, 158, 166, 175, 184, 194, 205, 217, 229, 241, 254,
};

/* power[SPECTRUM_BINS], the scale of s16, -> band[LEARNED_BANDS], mean power of each. */
static inline void learned_band_powers(const float *power, float *band) {
    float weight[LEARNED_BANDS] = { 0 };
    for (int b = 0; b < LEARNED_BANDS; b++) band[b] = 0;
    for (int b = 0; b + 1 < LEARNED_BANDS; b++) {
        int begin = learned_centre[b], n = learned_centre[b + 1] - begin;
        for (int i = 0; i < n; i++) {
            float upper = (float)i / (float)n;
            band[b] += (1 - upper) * power[begin + i];
            band[b + 1] += upper * power[begin + i];
            weight[b] += 1 - upper;
            weight[b + 1] += upper;
        }
    }
    band[LEARNED_BANDS - 1] += power[learned_centre[LEARNED_BANDS - 1]];
    weight[LEARNED_BANDS - 1] += 1;
    for (int b = 0; b < LEARNED_BANDS; b++) band[b] *= 1 / weight[b];
}

/* Gains of bands -> gain[SPECTRUM_BINS], straight lines between the centres. */
static inline void learned_bin_gains(const float *band, float *gain) {
    for (int k = 0; k < learned_centre[0]; k++) gain[k] = band[0];
    for (int b = 0; b + 1 < LEARNED_BANDS; b++) {
        int begin = learned_centre[b], n = learned_centre[b + 1] - begin;
        for (int i = 0; i < n; i++) gain[begin + i] = band[b] + (float)i / (float)n * (band[b + 1] - band[b]);
    }
    for (int k = learned_centre[LEARNED_BANDS - 1]; k < SPECTRUM_BINS; k++) gain[k] = band[LEARNED_BANDS - 1];
}

/* level[LEARNED_BANDS]: a slow floor under each band in octaves of power; started: false at the first frame.
 * feature[LEARNED_FEATURES]: levels, then levels above the floor, both about -3..3. */
static inline void learned_features(const float *band, float *floor, int started, float *feature) {
    const float fall = 0.3f, rise = 0.012f; /* octaves of power a frame: 3.6 dB a second */
    for (int b = 0; b < LEARNED_BANDS; b++) {
        float level = elementary_log2(band[b] + 1);
        if (!started) floor[b] = level;
        floor[b] += level < floor[b] ? fall * (level - floor[b]) : rise;
        if (floor[b] > level) floor[b] = level;
        feature[b] = (level - 16) * 0.2f;
        feature[LEARNED_BANDS + b] = (level - floor[b]) * 0.2f - 1;
    }
}

#endif
