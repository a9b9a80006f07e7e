/* stoi.h: how intelligible processed speech is. Layer: tests.
 * Source: Taal, Hendriks, Heusdens & Jensen, "An algorithm for intelligibility prediction of time-frequency weighted noisy speech",
 * IEEE TASLP 2011. */
#ifndef TCCC_BENCH_VOICE_STOI_H
#define TCCC_BENCH_VOICE_STOI_H

/* clean[n] and processed[n] at 16 kHz, aligned. About 0 (nothing is understood) to 1; NaN when there is less than half a second of speech. */
double stoi(const float *clean, const float *processed, int n);

#endif
