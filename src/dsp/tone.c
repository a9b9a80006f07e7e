/* tone.c: cadenced tones of one or two frequencies. Layer: dsp. Sources: ITU-T E.180, Q.23. */
#include "dsp/tone.h"

#include <math.h>
#include <string.h>

static const float RAMP = 1.0f / 80; /* 5 ms: no click at the edges */
static const double LOCAL_AMPLITUDE = 0.1;

static const struct {
    double hz[2];
    int cadence_ms[4];
} tone_kinds[] = {
    [TONE_NONE] = { { 0, 0 }, { 0 } },
    [TONE_RINGBACK] = { { 450, 0 }, { 1000, 4000 } },
    [TONE_RING] = { { 660, 880 }, { 400, 200, 400, 2000 } },
    [TONE_BUSY] = { { 450, 0 }, { 350, 350 } },
};

void tone_pair_start(tone *state, double low_hz, double high_hz, double amplitude) {
    const double hz[2] = { low_hz, high_hz };
    float gain = state->gain;
    memset(state, 0, sizeof *state);
    for (int i = 0; i < 2; i++) {
        double step = 2 * M_PI * hz[i] / FRAME_RATE_HZ;
        state->turn[i] = 2 * cos(step);
        state->before[i] = hz[i] > 0 ? -amplitude * sin(step) : 0;
    }
    state->gain = gain;
    state->on = low_hz > 0 || high_hz > 0;
}

void tone_kind_start(tone *state, enum tone_kind kind) {
    tone_pair_start(state, tone_kinds[kind].hz[0], tone_kinds[kind].hz[1], LOCAL_AMPLITUDE);
    memcpy(state->cadence_ms, tone_kinds[kind].cadence_ms, sizeof state->cadence_ms);
    state->left = state->cadence_ms[0] * (FRAME_RATE_HZ / 1000);
}

bool tone_digit_hz(char digit, double *low_hz, double *high_hz) {
    static const char digits[] = "123A456B789C*0#D";
    static const double low[] = { 697, 770, 852, 941 }, high[] = { 1209, 1336, 1477, 1633 };
    const char *found = digit ? strchr(digits, digit) : NULL;
    if (!found) return false;
    *low_hz = low[(found - digits) / 4];
    *high_hz = high[(found - digits) % 4];
    return true;
}

static void tone_cadence(tone *state) {
    if (state->cadence_ms[0] == 0 || state->left-- > 0) return;
    state->step = (state->step + 1) % 4;
    if (state->cadence_ms[state->step] == 0) state->step = 0;
    state->left = state->cadence_ms[state->step] * (FRAME_RATE_HZ / 1000) - 1;
    state->on = state->step % 2 == 0;
}

void tone_make(tone *state, float pcm[FRAME_LEN]) {
    if (!state->on && state->gain == 0 && state->cadence_ms[0] == 0) {
        memset(pcm, 0, FRAME_LEN * sizeof *pcm);
        return;
    }
    for (int i = 0; i < FRAME_LEN; i++) {
        double sum = 0;
        tone_cadence(state);
        for (int k = 0; k < 2; k++) {
            double next = state->turn[k] * state->now[k] - state->before[k];
            state->before[k] = state->now[k];
            state->now[k] = next;
            sum += next;
        }
        state->gain = state->on ? fminf(1, state->gain + RAMP) : fmaxf(0, state->gain - RAMP);
        pcm[i] = state->gain * (float)sum;
    }
}
