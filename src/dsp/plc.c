/* plc.c: lost speech made up from the pitch of what was heard. Layer: dsp. In the manner of ITU-T G.711 Appendix I (1999). */
#include "dsp/plc.h"

#include <math.h>
#include <string.h>

enum {
    MS = 16,                    /* samples */
    CORRELATED = 320,           /* 20 ms are compared for the pitch, as in the Appendix */
    BEND = 2 * MS,
    MERGE_MIN = 4 * MS, MERGE_MAX = 10 * MS, /* cross-fade back: 4 ms and 4 more for each 10 ms lost */
    PIECE = 64                  /* made up at a time while merging */
};

void plc_open(plc *plc) {
    memset(plc, 0, sizeof *plc);
}

static void history_add(plc *plc, const float *pcm, int n) {
    if (n > PLC_HISTORY) {
        pcm += n - PLC_HISTORY;
        n = PLC_HISTORY;
    }
    memmove(plc->history, plc->history + n, (size_t)(PLC_HISTORY - n) * sizeof *pcm);
    memcpy(plc->history + PLC_HISTORY - n, pcm, (size_t)n * sizeof *pcm);
}

static float likeness_at(const float *end, int lag, int step) {
    float cross = 0, power = 1e-9f;

    for (int i = -CORRELATED; i < 0; i += step) {
        cross += end[i] * end[i - lag];
        power += end[i - lag] * end[i - lag];
    }
    return cross / sqrtf(power);
}

/* Lag of the best normalised correlation of the last 20 ms; coarse by twos, then exact. */
static int pitch_find(const plc *plc) {
    const float *end = plc->history + PLC_HISTORY;
    int best = PLC_PITCH_MIN, centre;
    float most = likeness_at(end, best, 2);

    for (int lag = PLC_PITCH_MIN + 2; lag <= PLC_PITCH_MAX; lag += 2) {
        float found = likeness_at(end, lag, 2);

        if (found > most) {
            most = found;
            best = lag;
        }
    }
    centre = best;
    most = likeness_at(end, best, 1);
    for (int lag = centre - 1; lag <= centre + 1; lag += 2) {
        float found = lag >= PLC_PITCH_MIN && lag <= PLC_PITCH_MAX ? likeness_at(end, lag, 1) : -1;

        if (found > most) {
            most = found;
            best = lag;
        }
    }
    return best;
}

/* The last `periods` pitch periods, their last quarter period faded into the one before them, so that the end leads into the
 * start. */
static void cycle_make(plc *plc, int periods) {
    int len = periods * plc->pitch, quarter = plc->pitch / 4;
    const float *start = plc->frozen + PLC_HISTORY - len;

    plc->periods = periods;
    memcpy(plc->cycle, start, (size_t)len * sizeof *start);
    for (int i = 0; i < quarter; i++) {
        float up = (i + 1.0f) / (quarter + 1);

        plc->cycle[len - quarter + i] = (1 - up) * plc->cycle[len - quarter + i] + up * start[i - quarter];
    }
}

static void loss_start(plc *plc) {
    memcpy(plc->frozen, plc->history, sizeof plc->frozen);
    plc->pitch = pitch_find(plc);
    cycle_make(plc, 1);
    plc->cycle_at = 0;
    plc->bend = plc->history[PLC_HISTORY - 1] - plc->history[PLC_HISTORY - 1 - plc->pitch];
}

/* The Appendix takes two periods after 10 ms and three after 20 ms: one alone would hum. The change waits for a cycle's end. */
static void cycle_grow(plc *plc) {
    int wanted = plc->lost > 20 * MS ? 3 : plc->lost > 10 * MS ? 2 : 1;

    plc->cycle_at = 0;
    if (wanted != plc->periods)
        cycle_make(plc, wanted);
}

static float fade_at(int lost) {
    float ms = lost / (float)MS;

    if (ms <= PLC_FULL_MS)
        return 1;
    return ms < PLC_FADED_MS ? (PLC_FADED_MS - ms) / (PLC_FADED_MS - PLC_FULL_MS) : 0;
}

/* From 1 to 0 with level ends (a polynomial, so that every build gives the same bits). */
static float bend_at(float x) {
    return 1 - x * x * (3 - 2 * x);
}

static void make(plc *plc, float *pcm, int n, comfort_noise *noise) {
    comfort_noise_make(noise, pcm, n);
    if (plc->lost == 0)
        loss_start(plc);
    for (int i = 0; i < n; i++) {
        float fade = fade_at(plc->lost), bend = 0;

        if (plc->lost < BEND)
            bend = plc->bend * bend_at(plc->lost / (float)BEND);
        if (plc->cycle_at == plc->periods * plc->pitch)
            cycle_grow(plc);
        pcm[i] = fade * (plc->cycle[plc->cycle_at++] + bend) + (1 - fade) * pcm[i];
        plc->lost++;
    }
}

void plc_conceal(plc *plc, float *pcm, int n, comfort_noise *noise) {
    make(plc, pcm, n, noise);
    history_add(plc, pcm, n);
}

void plc_good(plc *plc, float *pcm, int n, comfort_noise *noise) {
    if (plc->lost > 0) {
        int merge = MERGE_MIN + plc->lost * MERGE_MIN / (10 * MS);
        float made[PIECE];

        merge = merge < MERGE_MAX ? merge : MERGE_MAX;
        merge = merge < n ? merge : n;
        for (int i = 0; i < merge; i++) {
            float up = (i + 0.5f) / merge;

            if (i % PIECE == 0)
                make(plc, made, PIECE, noise);
            pcm[i] = (1 - up) * made[i % PIECE] + up * pcm[i];
        }
        plc->lost = 0;
    }
    history_add(plc, pcm, n);
}
