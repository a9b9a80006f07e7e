/* measure.c: judges what canceller or suppressor made of a case; prints one JSON object. Layer: tests.
 *
 * usage: voice_measure echo MIC.wav OUT.wav NEAR.wav   cases of voice_echo_cases
 *        voice_measure change MIC.wav OUT.wav          rR_change.wav
 *        voice_measure noise CLEAN.wav NOISY.wav OUT.wav
 * Times are those of voice_echo_cases. OUT may lag by up to 50 ms; the lag is found and taken out where speech is compared.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "material.h"
#include "stoi.h"

enum { LAG_MAX = RATE / 20, STEP = RATE / 20, WINDOW = RATE / 5 };

static double decibel(double ratio) { return 10 * log10(ratio + 1e-20); }

static double erle_db(const signal_f32 *mic, const signal_f32 *out, double from_s, double to_s)
{
    int from = (int)(from_s * RATE), n = (int)((to_s - from_s) * RATE);
    if (from + n > mic->n || from + n > out->n) return NAN;
    return decibel(power_of(mic->x + from, n) / power_of(out->x + from, n));
}

/* When 200 ms are first 20 dB quieter than the microphone; -1: never in 15 s. */
static double time_to_20_db(const signal_f32 *mic, const signal_f32 *out, double from_s)
{
    for (int at = (int)(from_s * RATE); at + WINDOW <= (int)((from_s + 15) * RATE) && at + WINDOW <= out->n; at += STEP)
        if (power_of(mic->x + at, WINDOW) > 1e-7 && power_of(mic->x + at, WINDOW) > 100 * power_of(out->x + at, WINDOW))
            return (double)(at + WINDOW) / RATE - from_s;
    return -1;
}

/* Samples by which out lags ref. */
static int lag_of(const float *ref, const float *out, int n)
{
    double most = -1;
    int lag = 0;
    for (int k = 0; k < LAG_MAX; k++) {
        double sum = 0;
        for (int i = 0; i + LAG_MAX < n; i += 2) sum += (double)ref[i] * out[i + k];
        if (sum <= most) continue;
        most = sum;
        lag = k;
    }
    return lag;
}

/* Scale-invariant (Le Roux et al. 2019): of out against ref. */
static double si_sdr_db(const float *ref, const float *out, int n)
{
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
 * Levinson's recursion. */
static double sdr_db(const float *ref, const float *out, int n)
{
    enum { TAPS = 512 };
    static double r[TAPS], c[TAPS], filter[TAPS], predictor[TAPS], next[TAPS];
    double left, wanted = 0, error = 0;
    for (int k = 0; k < TAPS; k++) {
        r[k] = c[k] = 0;
        for (int i = k; i < n; i++) {
            r[k] += (double)ref[i] * ref[i - k];
            c[k] += (double)out[i] * ref[i - k];
        }
    }
    left = r[0] *= 1 + 1e-9;
    predictor[0] = 1;
    filter[0] = c[0] / r[0];
    for (int m = 1; m < TAPS; m++) {
        double ahead = 0, miss = c[m];
        for (int i = 0; i < m; i++) ahead += predictor[i] * r[m - i];
        double reflection = -ahead / left;
        predictor[m] = 0;
        for (int i = 0; i <= m; i++) next[i] = predictor[i] + reflection * predictor[m - i];
        memcpy(predictor, next, (size_t)(m + 1) * sizeof *next);
        left *= 1 - reflection * reflection;
        for (int i = 0; i < m; i++) miss -= filter[i] * r[m - i];
        filter[m] = 0;
        for (int i = 0; i <= m; i++) filter[i] += miss / left * predictor[m - i];
    }
    for (int i = TAPS; i < n; i++) {
        double y = 0;
        for (int k = 0; k < TAPS; k++) y += filter[k] * ref[i - k];
        wanted += y * y;
        error += (out[i] - y) * (out[i] - y);
    }
    return decibel(wanted / (error + 1e-20));
}

static void measure_echo(const signal_f32 *mic, const signal_f32 *out, const signal_f32 *near)
{
    int talk = 15 * RATE, talk_n = 12 * RATE - LAG_MAX, alone = 38 * RATE, alone_n = 6 * RATE;
    int lag = lag_of(near->x + talk, out->x + talk, talk_n);
    printf("{\"converge_s\":%.2f,\"erle_db\":%.1f,\"erle_start_db\":%.1f,\"talk_sdr_db\":%.1f,\"alone_sdr_db\":%.1f,\"talk_stoi\":%.3f,\"lag_ms\":%.1f}\n",
           time_to_20_db(mic, out, 0), erle_db(mic, out, 28, 37), erle_db(mic, out, 0, 3), sdr_db(near->x + talk, out->x + talk + lag, talk_n),
           sdr_db(near->x + alone, out->x + alone + lag, alone_n), stoi(near->x + talk, out->x + talk + lag, talk_n), lag * 1000.0 / RATE);
}

static void measure_change(const signal_f32 *mic, const signal_f32 *out)
{
    printf("{\"before_db\":%.1f,\"second_1_db\":%.1f,\"second_2_db\":%.1f,\"second_3_db\":%.1f,\"after_2_s_db\":%.1f,\"again_s\":%.2f}\n", erle_db(mic, out, 20, 25),
           erle_db(mic, out, 25, 26), erle_db(mic, out, 26, 27), erle_db(mic, out, 27, 28), erle_db(mic, out, 27, 30), time_to_20_db(mic, out, 25.1));
}

static void measure_noise(const signal_f32 *clean, const signal_f32 *noisy, const signal_f32 *out)
{
    enum { FRAME = RATE / 100, PAUSE_FROM = RATE / 2 };
    int n = (out->n < clean->n ? out->n : clean->n) - LAG_MAX, speech = RATE, speech_n = n - RATE - LAG_MAX;
    int lag = lag_of(clean->x + speech, out->x + speech, speech_n);
    double before = 0, after = 0, quiet = active_power(clean->x, clean->n) * 1e-4;
    for (int i = PAUSE_FROM; i + FRAME + lag <= n; i += FRAME) { /* the first half second is for finding the noise */
        if (power_of(clean->x + i, FRAME) > quiet) continue;
        before += power_of(noisy->x + i, FRAME);
        after += power_of(out->x + i + lag, FRAME);
    }
    printf("{\"pauses_db\":%.1f,\"si_sdr_before_db\":%.1f,\"si_sdr_db\":%.1f,\"stoi_before\":%.3f,\"stoi\":%.3f,\"lag_ms\":%.1f}\n", decibel(before / (after + 1e-20)),
           si_sdr_db(clean->x + speech, noisy->x + speech, speech_n), si_sdr_db(clean->x + speech, out->x + speech + lag, speech_n),
           stoi(clean->x + speech, noisy->x + speech, speech_n), stoi(clean->x + speech, out->x + speech + lag, speech_n), lag * 1000.0 / RATE);
}

int main(int argc, char **argv)
{
    signal_f32 files[3] = { { 0 } };
    int n = argc - 2;
    if (n < 2 || n > 3) {
        fprintf(stderr, "usage: voice_measure echo MIC OUT NEAR | change MIC OUT | noise CLEAN NOISY OUT\n");
        return 2;
    }
    for (int i = 0; i < n; i++) files[i] = signal_read(argv[2 + i]);
    if (!strcmp(argv[1], "echo") && n == 3) measure_echo(&files[0], &files[1], &files[2]);
    else if (!strcmp(argv[1], "change") && n == 2) measure_change(&files[0], &files[1]);
    else if (!strcmp(argv[1], "noise") && n == 3) measure_noise(&files[0], &files[1], &files[2]);
    else return 2;
    for (int i = 0; i < n; i++) signal_free(&files[i]);
    return 0;
}
