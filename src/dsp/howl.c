/* howl.c: finds sound that a loop through the room builds up, and damps it. Layer: dsp. Source: van Waterschoot & Moonen 2011. */
#include "dsp/howl.h"

enum { SWELL = 15, AGAIN = 35, EVEN = 150, ALARM = 3000, HOLD = 200, HOLD_MAX = 3200 };

static const short band_begin[HOWL_BANDS + 1] = { 4, 16, 32, 48, 64, 96, 128, 192, SPECTRUM_BINS };
static const float LEAST = 1e7f;                    /* of a band: about -60 dBFS */
static const float LOUD = 1e10f;                    /* about -30 dBFS */
static const float DIP = 0.3162278f;                /* 5 dB under the most since the last dip: voices dip twice a second and more */
static const float ONSET = 2.5f, SLOW_STEP = 0.15f; /* over what was there in the last 70 ms: somebody begins to speak */
static const float MEAN_STEP = 0.003f, OVER = 4;    /* 6 dB over the mean of the last 3 s */
static const float GROWS = 2;                       /* 3 dB in AGAIN frames */
static const float STEP = 0.5011872f, DEPTH = 0.0630957f; /* -6 dB, -24 dB */
static const float RELEASE = 1.00115f;              /* a frame: 1 dB a second */

/* Whether what is in the band builds up. It is looked at SWELL frames after a dip, as voices swell too, and every AGAIN frames from then on. */
static bool howl_builds_up(howl_band *band, float power, int *alarm) {
    band->mean += MEAN_STEP * (power - band->mean);
    band->slow += SLOW_STEP * (power - band->slow);
    if (power < DIP * band->most || power > ONSET * band->slow || power < LEAST) {
        band->most = power;
        band->frames = 0;
        return false;
    }
    if (power > band->most) band->most = power;
    if (++band->frames == SWELL) {
        band->grew = false;
        band->before = power;
    }
    if (band->frames <= SWELL || (band->frames - SWELL) % AGAIN) return false;
    bool grows = power > GROWS * band->before;
    bool sure = (grows && band->grew && power > OVER * band->mean) || (band->frames > EVEN && power > LOUD);
    if (sure) *alarm = ALARM;
    band->grew = grows;
    band->before = power;
    return sure || (grows && *alarm > 0);
}

static float howl_gain(howl_band *band, bool builds_up) {
    float gain = 1 - band->damped;
    if (builds_up) {
        gain = gain * STEP < DEPTH ? DEPTH : gain * STEP;
        band->hold = band->hold == 0 ? HOLD : 2 * band->hold > HOLD_MAX ? HOLD_MAX : 2 * band->hold;
        band->held = 0;
    } else if (band->held < band->hold) {
        band->held++;
    } else {
        gain *= RELEASE;
    }
    if (gain >= 1) {
        gain = 1;
        band->hold = band->held = 0;
    }
    band->damped = 1 - gain;
    return gain;
}

void howl_follow(howl *state, const float smooth[SPECTRUM_BINS], float gain[SPECTRUM_BINS]) {
    if (state->alarm > 0) state->alarm--;
    for (int b = 0; b < HOWL_BANDS; b++) {
        float power = 0;
        for (int k = band_begin[b]; k < band_begin[b + 1]; k++) power += smooth[k];
        float share = howl_gain(state->bands + b, howl_builds_up(state->bands + b, power, &state->alarm));
        for (int k = band_begin[b]; k < band_begin[b + 1] && share < 1; k++) gain[k] *= share;
    }
}
