/* dtmf.c: keys pressed on a telephone, heard in its sound. Layer: dsp. Sources: ITU-T Q.23, Q.24; Goertzel 1958. */
#include "dsp/dtmf.h"

#include <math.h>
#include <string.h>

enum { LOW_TONES = 4, WINDOW = DTMF_HOP * DTMF_HOPS, HITS_MIN = 4, MISSES_MAX = 3 };

static const float LEVEL_MIN = 1.3e-4f;    /* mean square of both tones: two of -34 dBm0 */
static const float TWIST_LOW = 8.5f;       /* power: low tone louder by at most 9.3 dB */
static const float TWIST_HIGH = 3.4f;      /* high tone louder by at most 5.3 dB */
static const float PURITY = 0.72f;         /* of the window's energy lies in the two tones */
static const float DEVIATION = 0.024f;     /* of the nominal frequency */
static const float STEADY = 0.45f;         /* the weakest of the windows to the strongest: -3.5 dB; PURITY lets the first be at -3 */
static const float STANDING = 0.35f;       /* purity below which a pressed key counts as gone: a break cuts level and purity */

/* Tones in Hz; cos and sin of their turn in one sample, and in one hop. */
static const struct {
    float hz, cos1, sin1, cos_hop, sin_hop;
} dtmf_tones[DTMF_TONES] = {
    { 697, 0.96277435f, 0.27030640f, -0.99556196f, 0.09410831f },
    { 770, 0.95463095f, 0.29779144f, 0.58778525f, -0.80901699f },
    { 852, 0.94454843f, 0.32837213f, -0.06279052f, 0.99802673f },
    { 941, 0.93249726f, 0.36117705f, -0.27899111f, -0.96029369f },
    { 1209, 0.88939643f, 0.45713673f, 0.96029369f, 0.27899111f },
    { 1336, 0.86550133f, 0.50090663f, -0.42577929f, -0.90482705f },
    { 1477, 0.83645358f, 0.54803777f, -0.75011107f, 0.66131187f },
    { 1633, 0.80133213f, 0.59821971f, 0.50904142f, 0.86074203f },
};

/* The last 20 ms at the eight frequencies, phases counted from the window's end. */
typedef struct {
    float re[DTMF_TONES], im[DTMF_TONES], energy;
} dtmf_window;

static void dtmf_turn(float *re, float *im, int tone) {
    float c = dtmf_tones[tone].cos_hop, s = dtmf_tones[tone].sin_hop, r = *re;
    *re = r * c - *im * s;
    *im = r * s + *im * c;
}

/* The hop that has ended takes the place of the oldest; the others are a hop older now. */
static void dtmf_slide(dtmf *state, dtmf_window *window) {
    for (int h = 0; h < DTMF_HOPS; h++)
        for (int k = 0; k < DTMF_TONES; k++) dtmf_turn(&state->hops[h].re[k], &state->hops[h].im[k], k);
    for (int k = 0; k < DTMF_TONES; k++) {
        state->hops[state->place].re[k] = state->s1[k] - dtmf_tones[k].cos1 * state->s2[k];
        state->hops[state->place].im[k] = dtmf_tones[k].sin1 * state->s2[k];
        state->s1[k] = state->s2[k] = 0;
    }
    state->hops[state->place].energy = state->energy;
    state->place = (state->place + 1) % DTMF_HOPS;
    state->energy = 0;
    state->filled = 0;
    memset(window, 0, sizeof *window);
    for (int h = 0; h < DTMF_HOPS; h++) {
        for (int k = 0; k < DTMF_TONES; k++) {
            window->re[k] += state->hops[h].re[k];
            window->im[k] += state->hops[h].im[k];
        }
        window->energy += state->hops[h].energy;
    }
}

static float dtmf_power(const dtmf_window *window, int tone) {
    return window->re[tone] * window->re[tone] + window->im[tone] * window->im[tone];
}

static int dtmf_loudest(const dtmf_window *window, int from) {
    int best = from;
    for (int k = from + 1; k < from + LOW_TONES; k++)
        if (dtmf_power(window, k) > dtmf_power(window, best)) best = k;
    return best;
}

/* The energy of the sine near this tone, by its phase's way since the window before; 0 when it is too far from the tone. */
static float dtmf_sine(const dtmf *state, const dtmf_window *window, int tone) {
    static const float HOP_S = (float)DTMF_HOP / FRAME_RATE_HZ, WINDOW_S = (float)WINDOW / FRAME_RATE_HZ;
    const float pi = 3.14159265f;
    float re = state->before_re[tone], im = state->before_im[tone];
    dtmf_turn(&re, &im, tone);
    float off_hz = atan2f(window->im[tone] * re - window->re[tone] * im, window->re[tone] * re + window->im[tone] * im) / (2 * pi * HOP_S);
    if (fabsf(off_hz) > DEVIATION * dtmf_tones[tone].hz) return 0;
    float x = pi * off_hz * WINDOW_S, seen = fabsf(x) < 1e-3f ? 1 : sinf(x) / x;
    return dtmf_power(window, tone) * 2 / WINDOW / (seen * seen);
}

/* The key whose tones stand in the window, or 0; the energy of both tones. */
static char dtmf_judge(const dtmf *state, const dtmf_window *window, float *both) {
    static const char keys[LOW_TONES][LOW_TONES + 1] = { "123A", "456B", "789C", "*0#D" };
    if (window->energy < LEVEL_MIN * WINDOW) return 0;
    int row = dtmf_loudest(window, 0), column = dtmf_loudest(window, LOW_TONES);
    if ((dtmf_power(window, row) + dtmf_power(window, column)) * 2 / WINDOW < STANDING / 2 * window->energy) return 0;
    float low = dtmf_sine(state, window, row), high = dtmf_sine(state, window, column);
    if (low > high * TWIST_LOW || high > low * TWIST_HIGH || low + high < STANDING * window->energy) return 0;
    *both = low + high;
    return keys[row][column - LOW_TONES];
}

/* Counts the windows that agree. The key, when there are enough of them. */
static char dtmf_count(dtmf *state, char key, float both) {
    if (!key || key != state->candidate || both < state->strongest * STEADY || both > state->weakest / STEADY) {
        state->candidate = key;
        state->hits = key != 0;
        state->weakest = state->strongest = both;
        return 0;
    }
    state->weakest = fminf(state->weakest, both);
    state->strongest = fmaxf(state->strongest, both);
    return ++state->hits >= HITS_MIN ? key : 0;
}

static char dtmf_hop(dtmf *state) {
    dtmf_window window;
    float both = 0;
    dtmf_slide(state, &window);
    char seen = dtmf_judge(state, &window, &both), key = dtmf_count(state, both < PURITY * window.energy ? 0 : seen, both);
    memcpy(state->before_re, window.re, sizeof window.re);
    memcpy(state->before_im, window.im, sizeof window.im);
    if (state->on && seen == state->on) {
        state->misses = 0;
        return 0;
    }
    if (state->on && ++state->misses >= MISSES_MAX) state->on = 0;
    if (!key || key == state->on) return 0;
    state->on = key;
    state->misses = 0;
    return key;
}

int dtmf_put(dtmf *state, const float *pcm, int n, char *keys) {
    int n_keys = 0;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < DTMF_TONES; k++) {
            float s = pcm[i] + 2 * dtmf_tones[k].cos1 * state->s1[k] - state->s2[k];
            state->s2[k] = state->s1[k];
            state->s1[k] = s;
        }
        state->energy += pcm[i] * pcm[i];
        if (++state->filled < DTMF_HOP) continue;
        char key = dtmf_hop(state);
        if (key) keys[n_keys++] = key;
    }
    return n_keys;
}
