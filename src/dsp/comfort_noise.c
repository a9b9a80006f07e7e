/* comfort_noise.c: the background of a speech signal, learned and made anew. Layer: dsp. RFC 3389; Markel & Gray 1976. */
#include "dsp/comfort_noise.h"

#include <math.h>
#include <string.h>

enum {
    BLOCK_FRAMES = 50,          /* half a second: the floor is the least of the last four of them */
    BLOCKS = 4
};

static const double floor_margin = 2.5;      /* frames below this multiple of the floor are background */
static const double floor_power_max = 1e-5;  /* -50 dBFS: a louder "floor" is speech that has not paused yet */
static const double white_correction = 1e-3; /* -30 dB added at lag 0 keeps the predictor well-conditioned */
static const float gain_step = 1 / 320.0f;   /* 20 ms */

void comfort_noise_open(comfort_noise *noise, uint64_t seed) {
    memset(noise, 0, sizeof *noise);
    noise->rng = seed | 1;
    noise->level = -1;
    noise->block_min = 1;
    for (int i = 0; i < BLOCKS; i++)
        noise->blocks[i] = 1;
}

static void floor_follow(comfort_noise *noise, double power) {
    double least;

    if (power < noise->block_min)
        noise->block_min = power;
    if (++noise->n_frames % BLOCK_FRAMES == 0) {
        noise->blocks[noise->n_blocks++ % BLOCKS] = noise->block_min;
        noise->block_min = power;
    }
    least = noise->block_min;
    for (int i = 0; i < BLOCKS; i++)
        least = noise->blocks[i] < least ? noise->blocks[i] : least;
    noise->floor = least;
}

static void spectrum_follow(comfort_noise *noise, const float *pcm) {
    double forget = noise->correlation[0] > 0 ? 0.9 : 0;

    for (int lag = 0; lag <= COMFORT_NOISE_ORDER; lag++) {
        double sum = 0;

        for (int i = lag; i < COMFORT_NOISE_FRAME; i++)
            sum += (double)pcm[i] * pcm[i - lag];
        noise->correlation[lag] = forget * noise->correlation[lag] + (1 - forget) * sum / COMFORT_NOISE_FRAME;
    }
    noise->stale = true;
}

void comfort_noise_learn(comfort_noise *noise, const float *pcm) {
    double power = 0;

    for (int i = 0; i < COMFORT_NOISE_FRAME; i++)
        power += (double)pcm[i] * pcm[i];
    power /= COMFORT_NOISE_FRAME;
    floor_follow(noise, power);
    if (power <= floor_margin * noise->floor && noise->floor < floor_power_max)
        spectrum_follow(noise, pcm);
}

void comfort_noise_level(comfort_noise *noise, int minus_dbov) {
    noise->level = minus_dbov < 0 ? -1 : powf(10, -minus_dbov / 20.0f);
}

/* Levinson-Durbin: predictor and prediction error of the learned correlation. */
static void predictor_solve(comfort_noise *noise) {
    double a[COMFORT_NOISE_ORDER + 1] = {1}, error = noise->correlation[0] * (1 + white_correction);

    for (int m = 1; m <= COMFORT_NOISE_ORDER && error > 0; m++) {
        double sum = noise->correlation[m], reflection;

        for (int i = 1; i < m; i++)
            sum += a[i] * noise->correlation[m - i];
        reflection = -sum / error;
        if (reflection <= -1 || reflection >= 1)
            break; /* rounding only: a true correlation has none */
        for (int i = 1; i <= m / 2; i++) {
            double low = a[i], high = a[m - i];

            a[i] = low + reflection * high;
            a[m - i] = high + reflection * low;
        }
        a[m] = reflection;
        error *= 1 - reflection * reflection;
    }
    for (int i = 0; i < COMFORT_NOISE_ORDER; i++)
        noise->predictor[i] = (float)-a[i + 1];
    noise->excitation = (float)sqrt(error > 0 ? error : 0);
    noise->stale = false;
}

float comfort_noise_rms(comfort_noise *noise) {
    return noise->level >= 0 ? noise->level : (float)sqrt(noise->correlation[0]);
}

static float white_next(comfort_noise *noise) {
    noise->rng = noise->rng * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX generator */
    return (int32_t)(noise->rng >> 32) * (1.7320508f / 2147483648.0f);     /* uniform, RMS 1 */
}

static float filter_next(comfort_noise *noise, float in) {
    for (int i = 0; i < COMFORT_NOISE_ORDER; i++)
        in += noise->predictor[i] * noise->past[i];
    memmove(noise->past + 1, noise->past, (COMFORT_NOISE_ORDER - 1) * sizeof *noise->past);
    noise->past[0] = in;
    return in;
}

void comfort_noise_make(comfort_noise *noise, float *pcm, int n) {
    float rms = (float)sqrt(noise->correlation[0]), aim, unit;

    if (noise->stale)
        predictor_solve(noise);
    unit = rms > 0 ? noise->excitation / rms : 1; /* white noise that comes out of the filter with RMS 1 */
    aim = comfort_noise_rms(noise);
    for (int i = 0; i < n; i++) {
        noise->gain += (aim - noise->gain) * gain_step;
        pcm[i] = noise->gain * filter_next(noise, unit * white_next(noise));
    }
}
