/* test_agc.c: loudness, activity, limiter, mix, meter and comfort noise. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "cmocka_all.h"
#include "dsp/agc.h"
#include "dsp/cng.h"
#include "dsp/level.h"
#include "dsp/mix.h"
#include "dsp/vad.h"

static uint32_t random_state = 1;

static float white(void) { /* -1..1 */
    random_state = random_state * 1664525u + 1013904223u;
    return (float)(random_state >> 8) / 8388608.0f - 1;
}

/* Frame `f` of a voice of the given RMS while it speaks (0.8 of each second), over white noise of noise_rms. */
static void speech(float pcm[FRAME_LEN], int f, double rms, double noise_rms) {
    for (int i = 0; i < FRAME_LEN; i++) {
        double t = (f * FRAME_LEN + i) / 16000.0, sum = 0;
        for (int k = 1; k <= 12; k++) sum += sin(2 * M_PI * 140 * k * t + k * k) / (1 + fabs(k - 4.0));
        bool on = f % 100 < 80;
        pcm[i] = (float)((on ? rms * sum / 1.215 : 0) + noise_rms * 1.732 * white());
    }
}

static double rms_of(const float *pcm) {
    return sqrt(frame_energy(pcm, FRAME_LEN) / FRAME_LEN);
}

/* Runs `seconds` through vad and agc; RMS of the last second's speech. */
static double levelled(agc *gain, vad *activity, double rms, double noise_rms, int seconds) {
    double sum = 0;
    float pcm[FRAME_LEN];
    for (int f = 0; f < seconds * 100; f++) {
        speech(pcm, f, rms, noise_rms);
        bool active = vad_put(activity, pcm);
        agc_process(gain, pcm, active, vad_floor_power(activity));
        if (f >= (seconds - 1) * 100 && f % 100 >= 10 && f % 100 < 80) sum += rms_of(pcm) * rms_of(pcm) / 70;
    }
    return sqrt(sum);
}

/* -23 LUFS is -22.3 dB of K-weighted mean square; K weighting lifts this signal by less than 2 dB. */
static void quiet_and_loud_speech_come_out_alike(void **state) {
    static const double inputs_db[] = { -40, -34, -28, -20, -12 };
    (void)state;
    for (int i = 0; i < 5; i++) {
        agc gain;
        vad activity;
        agc_start(&gain, true);
        vad_start(&activity);
        double out_db = 20 * log10(levelled(&gain, &activity, pow(10, inputs_db[i] / 20), 1e-4, 20));
        if (out_db < -26 || out_db > -21) fail_msg("%.0f dBFS comes out at %.1f", inputs_db[i], out_db);
    }
}

static void pauses_do_not_pump(void **state) {
    agc gain;
    vad activity;
    float pcm[FRAME_LEN];
    (void)state;
    agc_start(&gain, true);
    vad_start(&activity);
    levelled(&gain, &activity, 0.02, 3e-4, 15);
    for (int f = 0; f < 50; f++) { /* the hangover ends */
        for (int i = 0; i < FRAME_LEN; i++) pcm[i] = 3e-4f * 1.732f * white();
        agc_process(&gain, pcm, vad_put(&activity, pcm), vad_floor_power(&activity));
    }
    float before = agc_gain(&gain);
    for (int f = 0; f < 3000; f++) {
        for (int i = 0; i < FRAME_LEN; i++) pcm[i] = 3e-4f * 1.732f * white();
        agc_process(&gain, pcm, vad_put(&activity, pcm), vad_floor_power(&activity));
    }
    assert_true(fabsf(agc_gain(&gain) / before - 1) < 0.06f);
}

/* A voice at -26 dBFS, then another 18 dB under it (of the next desk) for 25 s, a word of the first, and half a minute more of the other. */
static void a_voice_far_under_the_talker_does_not_move_the_gain(void **state) {
    agc gain;
    vad activity;
    (void)state;
    agc_start(&gain, true);
    vad_start(&activity);
    levelled(&gain, &activity, 0.05, 1e-4, 15);
    double talker = agc_gain(&gain);
    levelled(&gain, &activity, 0.05 / 8, 1e-4, 25);
    assert_true(fabs(20 * log10(agc_gain(&gain) / talker)) < 1);
    levelled(&gain, &activity, 0.05, 1e-4, 1);
    levelled(&gain, &activity, 0.05 / 8, 1e-4, 25);
    assert_true(fabs(20 * log10(agc_gain(&gain) / talker)) < 1);
    levelled(&gain, &activity, 0.05 / 8, 1e-4, 25); /* then it is he who is farther away */
    assert_true(20 * log10(agc_gain(&gain) / talker) > 12);
}

/* Half a second of coughing, 20 dB over the voice. */
static void a_cough_does_not_make_the_talker_background(void **state) {
    agc gain;
    vad activity;
    float pcm[FRAME_LEN];
    (void)state;
    agc_start(&gain, true);
    vad_start(&activity);
    levelled(&gain, &activity, 0.02, 1e-4, 15);
    double talker = agc_gain(&gain);
    for (int f = 0; f < 50; f++) {
        for (int i = 0; i < FRAME_LEN; i++) pcm[i] = 0.2f * 1.732f * white();
        agc_process(&gain, pcm, vad_put(&activity, pcm), vad_floor_power(&activity));
    }
    levelled(&gain, &activity, 0.02, 1e-4, 6);
    double left_db = 20 * log10(agc_gain(&gain) / talker);
    if (fabs(left_db) > 2) fail_msg("six seconds later the gain is %.1f dB off", left_db);
}

static void noise_is_not_lifted_over_minus_50_dbfs(void **state) {
    agc gain;
    vad activity;
    (void)state;
    agc_start(&gain, true);
    vad_start(&activity);
    levelled(&gain, &activity, 0.01, 0.001, 20); /* speech -40, noise -60 dBFS: wants 18 dB, gets 10 */
    double noise_db = 20 * log10(0.001 * agc_gain(&gain));
    if (noise_db > -47) fail_msg("noise comes out at %.1f dBFS", noise_db);
}

static void the_gain_moves_slowly_and_turning_off_leads_back_to_one(void **state) {
    agc gain;
    vad activity;
    float pcm[FRAME_LEN], last = 1;
    (void)state;
    agc_start(&gain, true);
    vad_start(&activity);
    for (int f = 0; f < 2000; f++) {
        if (f == 1500) agc_set(&gain, false);
        speech(pcm, f, f < 700 ? 0.01 : 0.3, 1e-4);
        agc_process(&gain, pcm, vad_put(&activity, pcm), vad_floor_power(&activity));
        assert_true(agc_gain(&gain) <= last * 1.00347f); /* 3 dB a second */
        assert_true(agc_gain(&gain) >= last * 0.98627f); /* 12 dB a second */
        last = agc_gain(&gain);
    }
    assert_true(fabsf(last - 1) < 1e-6f);
}

static void speech_is_found_and_noise_is_not(void **state) {
    vad activity;
    float pcm[FRAME_LEN];
    int hits = 0, alarms = 0;
    (void)state;
    vad_start(&activity);
    for (int f = 0; f < 3000; f++) {
        speech(pcm, f, 0.03, 0.002); /* 23 dB over the noise */
        bool active = vad_put(&activity, pcm);
        if (f < 200) continue;
        if (f % 100 >= 3 && f % 100 < 80) hits += active;
    }
    for (int f = 0; f < 3000; f++) {
        speech(pcm, f, 0, 0.002);
        alarms += vad_put(&activity, pcm) && f > 100;
    }
    assert_true(hits > 28 * 77 * 0.99);
    assert_true(alarms < 30);
    double floor_db = 10 * log10(vad_floor_power(&activity));
    assert_true(fabs(floor_db - 20 * log10(0.002)) < 3);
}

/* Vowels of 120 to 240 ms one after the other, 10 dB between the loudest and the softest, over noise 30 dB below, and a breath of
 * 100 ms every 3.6 s; the microphone gives silent zeros first. */
static void speech_without_a_pause_stays_speech_and_a_device_that_starts_is_no_floor(void **state) {
    vad activity;
    float pcm[FRAME_LEN];
    int missed = 0, alarms = 0, vowel = 0, left = 0;
    (void)state;
    vad_start(&activity);
    for (int f = 0; f < 1000; f++) {
        speech(pcm, 0, 0, f < 50 ? 0 : 0.002);
        bool active = vad_put(&activity, pcm);
        if (f >= 150) alarms += active;
    }
    for (int f = 0; f < 1500; f++) {
        if (--left <= 0) vowel++, left = 12 + vowel * 7 % 13;
        bool breath = vowel % 20 == 0 && left <= 10;
        speech(pcm, f % 80, breath ? 0 : 0.06 * pow(10, -0.1 * (vowel * 5 % 6)), 0.002);
        bool active = vad_put(&activity, pcm);
        if (f > 5) missed += !active;
    }
    if (alarms > 5 || missed > 5) fail_msg("%d frames of noise taken for speech, %d of speech for noise", alarms, missed);
}

static void the_limiter_holds_its_peak_without_a_step(void **state) {
    limiter limit;
    float pcm[FRAME_LEN], last = 0;
    (void)state;
    limiter_start(&limit);
    for (int f = 0; f < 300; f++) {
        double peak = f % 50 < 10 ? 4 : 0.5; /* bursts 12 dB over full scale */
        for (int i = 0; i < FRAME_LEN; i++) pcm[i] = (float)(peak * sin(2 * M_PI * 200 * (f * FRAME_LEN + i) / 16000.0));
        limiter_process(&limit, pcm);
        for (int i = 0; i < FRAME_LEN; i++) {
            assert_true(fabsf(pcm[i]) <= LIMITER_PEAK);
            /* 200 Hz at 4.0 before the gain has fallen moves by 0.31 a sample, of which at most the peak's share is left. */
            assert_true(fabsf(pcm[i] - last) < 0.32f);
            last = pcm[i];
        }
    }
}

/* Between samples, too: four times as many, by a windowed sinc (BS.1770-4 annex 2). Speech with peaks from 6 dB under to 18 dB over full scale,
 * and cut off at full scale as by a microphone that is turned up too far. */
static void true_peaks_of_speech_stay_under_minus_1_dbtp(void **state) {
    enum { FRAMES = 300, N = FRAMES * FRAME_LEN, TAPS = 24 };
    static float out[N];
    (void)state;
    for (int which = 0; which < 10; which++) {
        limiter limit;
        double most = 0;
        limiter_start(&limit);
        for (int f = 0; f < FRAMES; f++) {
            speech(out + f * FRAME_LEN, f, 0.125 * pow(10, which / 2 * 6 / 20.0), 1e-3);
            for (int i = f * FRAME_LEN; which % 2 && i < (f + 1) * FRAME_LEN; i++) out[i] = fmaxf(-1, fminf(1, out[i]));
            limiter_process(&limit, out + f * FRAME_LEN);
        }
        for (int phase = 0; phase < 4; phase++)
            for (int i = 0; i + TAPS < N; i++) {
                double y = 0;
                for (int k = 0; k < TAPS; k++) {
                    double u = k - 11 - phase / 4.0;
                    y += out[i + k] * (fabs(u) < 1e-9 ? 1 : sin(M_PI * u) / (M_PI * u)) * (0.5 + 0.5 * cos(M_PI * u / 13));
                }
                most = fmax(most, fabs(y));
            }
        if (most > 0.8913) fail_msg("speech %d: %.2f dBTP", which, 20 * log10(most));
    }
}

/* A voice that speaks on and on at -40 dBFS over noise of -74 dBFS: its quietest moments are no floor to be careful about. */
static void speech_without_pauses_is_lifted_all_the_same(void **state) {
    agc gain;
    vad activity;
    float pcm[FRAME_LEN];
    (void)state;
    agc_start(&gain, true);
    vad_start(&activity);
    for (int f = 0; f < 2000; f++) {
        speech(pcm, f % 80, f < 100 ? 0 : f % 28 < 20 ? 0.01 : 0.0008, 2e-4); /* silence first; then words, 22 dB less between them */
        agc_process(&gain, pcm, vad_put(&activity, pcm), vad_floor_power(&activity));
    }
    double gain_db = 20 * log10(agc_gain(&gain));
    if (gain_db < 15) fail_msg("%.1f dB; the floor is taken for %.1f dBFS", gain_db, 10 * log10(gain.floor_power));
}

static void the_limiter_leaves_normal_speech_alone(void **state) {
    limiter limit;
    float in[2 * FRAME_LEN], out[2 * FRAME_LEN];
    (void)state;
    limiter_start(&limit);
    for (int i = 0; i < 2 * FRAME_LEN; i++) out[i] = in[i] = 0.74f * white();
    limiter_process(&limit, out);
    limiter_process(&limit, out + FRAME_LEN);
    for (int i = LIMITER_DELAY; i < 2 * FRAME_LEN; i++) assert_true(out[i] == in[i - LIMITER_DELAY]);
}

static void a_mix_is_the_sum_of_its_streams(void **state) {
    mix mixer;
    float a[FRAME_LEN], b[FRAME_LEN], out[FRAME_LEN];
    (void)state;
    mix_start(&mixer);
    for (int i = 0; i < FRAME_LEN; i++) a[i] = 0.3f * white(), b[i] = 0.3f * white();
    mix_put(&mixer, a);
    mix_put(&mixer, b);
    mix_take(&mixer, out);
    for (int i = MIX_DELAY; i < FRAME_LEN; i++) assert_true(out[i] == a[i - MIX_DELAY] + b[i - MIX_DELAY]);
    mix_take(&mixer, out); /* nothing was put: only what the delay still holds */
    for (int i = MIX_DELAY; i < FRAME_LEN; i++) assert_true(out[i] == 0);
}

static void four_loud_streams_do_not_clip(void **state) {
    mix mixer;
    float pcm[FRAME_LEN];
    (void)state;
    mix_start(&mixer);
    for (int f = 0; f < 100; f++) {
        for (int k = 0; k < 4; k++) {
            for (int i = 0; i < FRAME_LEN; i++) pcm[i] = (float)sin(2 * M_PI * (200 + 50 * k) * (f * FRAME_LEN + i) / 16000.0);
            mix_put(&mixer, pcm);
        }
        mix_take(&mixer, pcm);
        for (int i = 0; i < FRAME_LEN; i++) assert_true(fabsf(pcm[i]) <= LIMITER_PEAK);
    }
}

/* RFC 6464: 0 dBov is a full-scale square wave; a full-scale sine is 3.01 dB below. */
static void the_meter_reads_dbov_over_100_ms(void **state) {
    level meter;
    float pcm[FRAME_LEN];
    (void)state;
    memset(&meter, 0, sizeof meter);
    assert_true(level_dbfs(&meter) == LEVEL_SILENCE_DBFS);
    for (int f = 0; f < 10; f++) {
        for (int i = 0; i < FRAME_LEN; i++) pcm[i] = (float)sin(2 * M_PI * 1000 * i / 16000.0);
        level_put(&meter, pcm);
    }
    assert_true(fabsf(level_dbfs(&meter) + 3.01f) < 0.01f);
    for (int f = 0; f < 10; f++) {
        for (int i = 0; i < FRAME_LEN; i++) pcm[i] = i % 2 ? 1 : -1;
        level_put(&meter, pcm);
    }
    assert_true(fabsf(level_dbfs(&meter)) < 1e-6f);
    memset(pcm, 0, sizeof pcm);
    for (int f = 0; f < 10; f++) level_put(&meter, pcm);
    assert_true(level_dbfs(&meter) == LEVEL_SILENCE_DBFS);
}

static void comfort_noise_has_the_learnt_level(void **state) {
    static const struct { float learnt_db, made_db; } cases[] = { { -60, -60 }, { -75, -75 }, { -30, -50 }, { -110, -90 } };
    (void)state;
    for (int i = 0; i < 4; i++) {
        cng comfort;
        float pcm[FRAME_LEN];
        double power = 0;
        cng_start(&comfort, 0x1234567890ull + (unsigned)i);
        cng_learn(&comfort, powf(10, cases[i].learnt_db / 10));
        for (int f = 0; f < 200; f++) {
            cng_make(&comfort, pcm);
            power += frame_energy(pcm, FRAME_LEN) / FRAME_LEN / 200;
        }
        assert_true(fabs(10 * log10(power) - cases[i].made_db) < 0.5);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quiet_and_loud_speech_come_out_alike),
        cmocka_unit_test(pauses_do_not_pump),
        cmocka_unit_test(a_voice_far_under_the_talker_does_not_move_the_gain),
        cmocka_unit_test(a_cough_does_not_make_the_talker_background),
        cmocka_unit_test(noise_is_not_lifted_over_minus_50_dbfs),
        cmocka_unit_test(the_gain_moves_slowly_and_turning_off_leads_back_to_one),
        cmocka_unit_test(speech_is_found_and_noise_is_not),
        cmocka_unit_test(speech_without_a_pause_stays_speech_and_a_device_that_starts_is_no_floor),
        cmocka_unit_test(the_limiter_holds_its_peak_without_a_step),
        cmocka_unit_test(true_peaks_of_speech_stay_under_minus_1_dbtp),
        cmocka_unit_test(speech_without_pauses_is_lifted_all_the_same),
        cmocka_unit_test(the_limiter_leaves_normal_speech_alone),
        cmocka_unit_test(a_mix_is_the_sum_of_its_streams),
        cmocka_unit_test(four_loud_streams_do_not_clip),
        cmocka_unit_test(the_meter_reads_dbov_over_100_ms),
        cmocka_unit_test(comfort_noise_has_the_learnt_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
