/* quality.c: R and MOS by the E-model. Layer: media. ITU-T G.107, G.113 Appendix I. */
#include "media/quality.h"

#include <math.h>

/* Equipment impairment Ie and robustness to random loss Bpl. G.711 with Appendix I concealment: G.113 table I.3. Opus has no entry
 * there: at 24 kbit/s it is taken as free of impairment on the narrow-band scale, with the robustness of G.711 with concealment,
 * since its own concealment is at least as good. */
static const struct {
    float ie, bpl;
} impairments[] = {
    [TCCC_CODEC_PCMU] = {0, 25.1f},
    [TCCC_CODEC_PCMA] = {0, 25.1f},
    [TCCC_CODEC_OPUS] = {0, 25.1f},
};

static const float rating_default = 93.2f;  /* G.107 table 2: everything at its default value, no delay */
static const float delay_unheard_ms = 100;  /* G.107 equation 3-28 */

static float clamp(float value, float low, float high) {
    if (!(value > low))
        return low; /* NaN too */
    return value < high ? value : high;
}

/* Idd, equations 3-28 to 3-30, with the default sensitivity (sT = 1, mT = 100 ms). */
static float delay_impairment(float delay_ms) {
    float x;

    if (delay_ms <= delay_unheard_ms)
        return 0;
    x = log2f(delay_ms / delay_unheard_ms);
    return 25 * (powf(1 + powf(x, 6), 1 / 6.0f) - 3 * powf(1 + powf(x / 3, 6), 1 / 6.0f) + 2);
}

/* Ie,eff, equation 3-29 of the 2011 edition (7-29 in 2015), random loss (BurstR = 1). */
static float equipment_impairment(enum tccc_codec codec, float loss_ratio) {
    float percent = 100 * clamp(loss_ratio, 0, 1);

    return impairments[codec].ie + (95 - impairments[codec].ie) * percent / (percent + impairments[codec].bpl);
}

float quality_rating(enum tccc_codec codec, float delay_ms, float loss_ratio) {
    return clamp(rating_default - delay_impairment(clamp(delay_ms, 0, 10000)) - equipment_impairment(codec, loss_ratio), 0, rating_default);
}

float quality_mos(float rating) {
    if (!(rating > 0))
        return 1;
    if (rating >= 100)
        return 4.5f;
    return clamp(1 + 0.035f * rating + rating * (rating - 60) * (100 - rating) * 7e-6f, 1, 4.5f);
}

int quality_level(float mos, int before) {
    static const float least[] = {2.58f, 3.10f, 3.60f, 4.03f}; /* G.107 table B.1 */
    int level = 1;

    for (int i = 0; i < 4; i++)
        if (mos >= least[i] + (before > 0 && i + 2 > before ? QUALITY_MARGIN : 0))
            level = i + 2;
    return level;
}
