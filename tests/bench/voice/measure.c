/* measure.c: judges what canceller or suppressor made of a case; prints one JSON object. Layer: tests.
 *
 * usage: voice_measure echo MIC.wav OUT.wav NEAR.wav   cases of voice_echo_cases
 *        voice_measure change MIC.wav OUT.wav          rR_change.wav
 *        voice_measure noise CLEAN.wav NOISY.wav OUT.wav
 *        voice_measure loudness IN.wav OUT.wav
 *        voice_measure activity CLEAN.wav DECISIONS.wav   a sample for each 10 ms, above 0 where somebody is said to speak
 * Times are those of voice_echo_cases. OUT may lag by up to 50 ms; the lag is found and taken out where speech is compared.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "material.h"
#include "stoi.h"
#include "transform.h"

enum { FRAME = RATE / 100, LAG_MAX = RATE / 20, STEP = RATE / 20, WINDOW = RATE / 5 };

static const double pi = 3.14159265358979323846;

static double decibel(double ratio) { return 10 * log10(ratio + 1e-20); }

static double erle_db(const signal_f32 *mic, const signal_f32 *out, double from_s, double to_s) {
    int from = (int)(from_s * RATE), n = (int)((to_s - from_s) * RATE);
    if (from + n > mic->n || from + n > out->n) return NAN;
    return decibel(power_of(mic->x + from, n) / power_of(out->x + from, n));
}

/* When 200 ms are first 20 dB quieter than the microphone; -1: never in 15 s. */
static double time_to_20_db(const signal_f32 *mic, const signal_f32 *out, double from_s) {
    for (int at = (int)(from_s * RATE); at + WINDOW <= (int)((from_s + 15) * RATE) && at + WINDOW <= out->n; at += STEP)
        if (power_of(mic->x + at, WINDOW) > 1e-7 && power_of(mic->x + at, WINDOW) > 100 * power_of(out->x + at, WINDOW))
            return (double)(at + WINDOW) / RATE - from_s;
    return -1;
}

/* Samples by which out lags ref. */
static int lag_of(const float *ref, const float *out, int n) {
    static double scores[LAG_MAX];
    int lag = 0;
    correlate(ref, out, n, scores, LAG_MAX);
    for (int k = 1; k < LAG_MAX; k++)
        if (scores[k] > scores[lag]) lag = k;
    return lag;
}

/* Scale-invariant (Le Roux et al. 2019): of out against ref. */
static double si_sdr_db(const float *ref, const float *out, int n) {
    double cross = 0, energy = 1e-20, error = 0;
    for (int i = 0; i < n; i++) {
        cross += (double)ref[i] * out[i];
        energy += (double)ref[i] * ref[i];
    }
    double gain = cross / energy;
    for (int i = 0; i < n; i++) error += pow(out[i] - gain * ref[i], 2);
    return decibel(gain * gain * energy / (error + 1e-20));
}

/* The same when any filter of 512 samples on ref is forgiven (BSS eval, Vincent et al. 2006), as a change of colour is: normal equations by
 * Levinson's recursion; what the best filter explains is its inner product with the correlation. */
static double sdr_db(const float *ref, const float *out, int n) {
    enum { TAPS = 512 };
    static double r[TAPS], c[TAPS], filter[TAPS], predictor[TAPS], next[TAPS];
    double left, wanted = 0, all = power_of(out, n) * n;
    correlate(ref, ref, n, r, TAPS);
    correlate(ref, out, n, c, TAPS);
    memset(predictor, 0, sizeof predictor);
    left = r[0] = r[0] * (1 + 1e-9) + 1e-20;
    predictor[0] = 1;
    filter[0] = c[0] / r[0];
    for (int m = 1; m < TAPS; m++) {
        double ahead = 0, miss = c[m];
        for (int i = 0; i < m; i++) ahead += predictor[i] * r[m - i];
        double reflection = -ahead / left;
        for (int i = 0; i <= m; i++) next[i] = predictor[i] + reflection * predictor[m - i];
        memcpy(predictor, next, (size_t)(m + 1) * sizeof *next);
        left *= 1 - reflection * reflection;
        for (int i = 0; i < m; i++) miss -= filter[i] * r[m - i];
        filter[m] = 0;
        for (int i = 0; i <= m; i++) filter[i] += miss / left * predictor[m - i];
    }
    for (int k = 0; k < TAPS; k++) wanted += filter[k] * c[k];
    return decibel(wanted / (fmax(all - wanted, 0) + 1e-20));
}

static void measure_echo(const signal_f32 *mic, const signal_f32 *out, const signal_f32 *near) {
    int talk = 15 * RATE, talk_n = 12 * RATE - LAG_MAX, alone = 38 * RATE, alone_n = 6 * RATE;
    int lag = lag_of(near->x + talk, out->x + talk, talk_n);
    printf("{\"converge_s\":%.2f,\"erle_db\":%.1f,\"erle_start_db\":%.1f,\"talk_sdr_db\":%.1f,\"alone_sdr_db\":%.1f,\"talk_stoi\":%.3f,\"lag_ms\":%.1f}\n",
           time_to_20_db(mic, out, 0), erle_db(mic, out, 28, 37), erle_db(mic, out, 0, 3), sdr_db(near->x + talk, out->x + talk + lag, talk_n),
           sdr_db(near->x + alone, out->x + alone + lag, alone_n), stoi(near->x + talk, out->x + talk + lag, talk_n), lag * 1000.0 / RATE);
}

static void measure_change(const signal_f32 *mic, const signal_f32 *out) {
    printf("{\"before_db\":%.1f,\"first_2_s_db\":%.1f,\"after_2_s_db\":%.1f,\"again_s\":%.2f}\n", erle_db(mic, out, 20, 25), erle_db(mic, out, 25, 27),
           erle_db(mic, out, 27, 30), time_to_20_db(mic, out, 25.1));
}

/* Whether the clean signal is silent for 50 ms before and after i: there a frame's windows see nothing of speech. */
static int is_pause(const signal_f32 *clean, int i, double quiet) {
    enum { MARGIN = 5 };
    for (int k = -MARGIN; k <= MARGIN; k++)
        if (i + k * FRAME < 0 || i + (k + 1) * FRAME > clean->n || power_of(clean->x + i + k * FRAME, FRAME) > quiet) return 0;
    return 1;
}

static void measure_noise(const signal_f32 *clean, const signal_f32 *noisy, const signal_f32 *out) {
    enum { PAUSE_FROM = 7 * RATE / 10 };
    int n = (out->n < clean->n ? out->n : clean->n) - LAG_MAX, speech = RATE, speech_n = n - RATE - LAG_MAX;
    int lag = lag_of(clean->x + speech, out->x + speech, speech_n);
    double before = 0, after = 1e-20, step = pow(2, -30) / 12, quiet = active_power(clean->x, clean->n) * 1e-4;
    for (int i = PAUSE_FROM; i + FRAME + lag <= n; i += FRAME) { /* before, the noise is being found */
        if (!is_pause(clean, i, quiet)) continue;
        before += power_of(noisy->x + i, FRAME);
        after += power_of(out->x + i + lag, FRAME) + step; /* a file of 16 bits is not quieter than its rounding */
    }
    printf("{\"pauses_db\":%.1f,\"si_sdr_before_db\":%.1f,\"si_sdr_db\":%.1f,\"stoi_before\":%.3f,\"stoi\":%.3f,\"lag_ms\":%.1f}\n", decibel(before / after),
           si_sdr_db(clean->x + speech, noisy->x + speech, speech_n), si_sdr_db(clean->x + speech, out->x + speech + lag, speech_n),
           stoi(clean->x + speech, noisy->x + speech, speech_n), stoi(clean->x + speech, out->x + speech + lag, speech_n), lag * 1000.0 / RATE);
}

/* Speech: 10 ms of the clean file within 20 dB of its level. Pause: nothing within 40 dB for 300 ms before (a detector may hold on for so long)
 * and 50 ms after. What is between is not judged, nor are the first 0.7 s, in which noise is got to know. */
static void measure_activity(const signal_f32 *clean, const signal_f32 *decisions) {
    enum { FROM = 70, BEFORE = 30, AFTER = 5 };
    double level = active_power(clean->x, clean->n);
    int n = decisions->n < clean->n / FRAME ? decisions->n : clean->n / FRAME, speech = 0, hits = 0, pauses = 0, alarms = 0, silent = 0;
    for (int f = 0; f < n; f++) {
        double power = power_of(clean->x + f * FRAME, FRAME);
        silent = power > level * 1e-4 ? 0 : silent + 1;
        if (f >= FROM && power > level * 1e-2) speech++, hits += decisions->x[f] > 0;
        if (f - AFTER >= FROM && silent > AFTER + BEFORE) pauses++, alarms += decisions->x[f - AFTER] > 0;
    }
    printf("{\"speech\":%d,\"hits\":%d,\"pauses\":%d,\"alarms\":%d}\n", speech, hits, pauses, alarms);
}

typedef struct {
    double b[3], a[2], x[2], y[2];
} section;

static double section_run(section *s, double x) {
    double y = s->b[0] * x + s->b[1] * s->x[0] + s->b[2] * s->x[1] - s->a[0] * s->y[0] - s->a[1] * s->y[1];
    s->x[1] = s->x[0];
    s->x[0] = x;
    s->y[1] = s->y[0];
    s->y[0] = y;
    return y;
}

/* ITU-R BS.1770-4's weighting: its two filters' analogue prototypes (a shelf of 4 dB and a high pass) brought to RATE by the bilinear transform. */
static void weighting(section *shelf, section *high_pass) {
    double k = tan(pi * 1681.974450955533 / RATE), q = 0.7071752369554196, top = pow(10, 3.999843853973347 / 20), middle = pow(top, 0.4996667741545416);
    double a = 1 + k / q + k * k;
    *shelf = (section){ { (top + middle * k / q + k * k) / a, 2 * (k * k - top) / a, (top - middle * k / q + k * k) / a },
                        { 2 * (k * k - 1) / a, (1 - k / q + k * k) / a }, { 0 }, { 0 } };
    k = tan(pi * 38.13547087602444 / RATE);
    q = 0.5003270373238773;
    a = 1 + k / q + k * k;
    *high_pass = (section){ { 1, -2, 1 }, { 2 * (k * k - 1) / a, (1 - k / q + k * k) / a }, { 0 }, { 0 } };
}

static double lufs(double power) { return -0.691 + decibel(power); }

/* Of blocks of 400 ms every 100 ms, those above -70 LUFS and less than 10 LU under the mean of these. blocks[i]: power, weighted. */
static double integrated_lufs(const double *blocks, int n) {
    double gate = -70;
    for (int pass = 0;; pass++) {
        double sum = 1e-20;
        int kept = 0;
        for (int i = 0; i < n; i++) {
            if (lufs(blocks[i]) <= gate) continue;
            sum += blocks[i];
            kept++;
        }
        if (pass || !kept) return lufs(sum / (kept ? kept : 1));
        gate = lufs(sum / kept) - 10;
    }
}

enum { BLOCK = RATE * 2 / 5, BLOCK_STEP = RATE / 10, BLOCKS_MAX = 10000 };

static int weighted_blocks(const signal_f32 *x, int from, double *blocks) {
    section shelf, high_pass;
    double *power = calloc((size_t)x->n + 1, sizeof *power);
    int n = 0;
    weighting(&shelf, &high_pass);
    for (int i = 0; i < x->n; i++) power[i] = pow(section_run(&high_pass, section_run(&shelf, x->x[i])), 2);
    for (int at = from; at + BLOCK <= x->n && n < BLOCKS_MAX; at += BLOCK_STEP, n++) {
        blocks[n] = 0;
        for (int i = 0; i < BLOCK; i++) blocks[n] += power[at + i] / BLOCK;
    }
    free(power);
    return n;
}

/* Greatest value between samples as well: four times as many (BS.1770-4, annex 2). */
static double true_peak(const signal_f32 *x) {
    double most = 1e-10;
    for (int phase = 0; phase < 4; phase++) {
        double taps[24];
        for (int k = 0; k < 24; k++) {
            double u = k - 11 - phase / 4.0;
            taps[k] = (fabs(u) < 1e-9 ? 1 : sin(pi * u) / (pi * u)) * (0.5 + 0.5 * cos(pi * u / 13));
        }
        for (int i = 12; i + 12 < x->n; i++) {
            double y = 0;
            for (int k = 0; k < 24; k++) y += taps[k] * x->x[i + k - 11];
            most = fmax(most, fabs(y));
        }
    }
    return 2 * decibel(most);
}

/* From the 15th second on; the peak from the second one. gain_deviation: of the gain over blocks of speech. */
static void measure_loudness(const signal_f32 *in, const signal_f32 *out) {
    static double before[BLOCKS_MAX], after[BLOCKS_MAX];
    int from = 15 * RATE, n = weighted_blocks(in, from, before), speech = 0;
    double sum = 0, square = 0, level = integrated_lufs(before, n);
    if (weighted_blocks(out, from, after) < n) n = weighted_blocks(out, from, after);
    for (int i = 0; i < n; i++) {
        if (lufs(before[i]) < level - 6) continue;
        double gain = decibel(after[i] / before[i]);
        sum += gain;
        square += gain * gain;
        speech++;
    }
    double mean = sum / (speech ? speech : 1);
    printf("{\"lufs\":%.1f,\"in_lufs\":%.1f,\"peak_dbtp\":%.2f,\"gain_db\":%.1f,\"gain_deviation_db\":%.2f}\n", integrated_lufs(after, n), level, true_peak(out),
           mean, sqrt(fmax(0, square / (speech ? speech : 1) - mean * mean)));
}

int main(int argc, char **argv) {
    signal_f32 files[3] = { { 0 } };
    int n = argc - 2;
    if (n < 2 || n > 3) {
        fprintf(stderr, "usage: voice_measure echo MIC OUT NEAR | change MIC OUT | noise CLEAN NOISY OUT | loudness IN OUT | activity CLEAN DECISIONS\n");
        return 2;
    }
    for (int i = 0; i < n; i++) files[i] = signal_read(argv[2 + i]);
    if (!strcmp(argv[1], "echo") && n == 3) measure_echo(&files[0], &files[1], &files[2]);
    else if (!strcmp(argv[1], "change") && n == 2) measure_change(&files[0], &files[1]);
    else if (!strcmp(argv[1], "noise") && n == 3) measure_noise(&files[0], &files[1], &files[2]);
    else if (!strcmp(argv[1], "loudness") && n == 2) measure_loudness(&files[0], &files[1]);
    else if (!strcmp(argv[1], "activity") && n == 2) measure_activity(&files[0], &files[1]);
    else return 2;
    for (int i = 0; i < n; i++) signal_free(&files[i]);
    return 0;
}
