/* spectrum.c: 32 ms spectra every 10 ms and back. Layer: dsp. Source: Mauler & Martin 2007. */
#include "dsp/spectrum.h"

#include <stdbool.h>
#include <string.h>

#include "dsp/elementary.h"

enum { RISE = FFT_LONG_LEN - FRAME_LEN, BACK = 2 * FRAME_LEN, BACK_BEGIN = FFT_LONG_LEN - BACK };

/* Analysis rises over 352 samples and falls over 160; synthesis covers the last 320: a Hann window over the analysis. */
static float window_in[FFT_LONG_LEN], window_out[BACK];

void spectrum_start(void) {
    static bool started;
    double cosine, sine;
    if (started) return;
    fft_start();
    for (int i = 0; i < RISE; i++) {
        elementary_turn(2 * i + 1, 8 * RISE, &cosine, &sine);
        window_in[i] = (float)sine;
    }
    for (int i = 0; i < FRAME_LEN; i++) {
        elementary_turn(2 * i + 1, 8 * FRAME_LEN, &cosine, &sine);
        window_in[RISE + i] = (float)cosine;
    }
    for (int i = 0; i < BACK; i++) {
        elementary_turn(2 * i + 1, 4 * BACK, &cosine, &sine);
        window_out[i] = (float)(sine * sine / (double)window_in[BACK_BEGIN + i]);
    }
    started = true;
}

void spectrum_put(spectrum_input *input, const float pcm[FRAME_LEN], float re[SPECTRUM_BINS], float im[SPECTRUM_BINS]) {
    float windowed[FFT_LONG_LEN];
    memmove(input->past, input->past + FRAME_LEN, RISE * sizeof *pcm);
    memcpy(input->past + RISE, pcm, FRAME_LEN * sizeof *pcm);
    for (int i = 0; i < FFT_LONG_LEN; i++) windowed[i] = input->past[i] * window_in[i];
    fft_long_forward(windowed, re, im);
}

void spectrum_take(spectrum_output *output, const float re[SPECTRUM_BINS], const float im[SPECTRUM_BINS], float pcm[FRAME_LEN]) {
    float windowed[FFT_LONG_LEN];
    fft_long_inverse(re, im, windowed);
    float *sum = output->sum;
    for (int i = 0; i < FRAME_LEN; i++) {
        pcm[i] = sum[i] + windowed[BACK_BEGIN + i] * window_out[i];
        sum[i] = windowed[BACK_BEGIN + FRAME_LEN + i] * window_out[FRAME_LEN + i];
    }
}
