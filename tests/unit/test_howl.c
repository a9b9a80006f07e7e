/* test_howl.c: the capture path in rooms where what it sends comes back: over the far end, and past it. Layer: tests. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "cmocka_all.h"
#include "dsp/aec.h"
#include "dsp/howl.h"
#include "dsp/suppress.h"
#include "speech_signal.h"

enum { RATE = 16000, SECONDS = 12, N = SECONDS * RATE, ROOM = 400, ROUND = RATE / 10 };

static float near_end[N], remote[N], far_end[N], back[N], microphone[N], sent[N], response[ROOM];
static uint32_t random_state;

static float white(void) {
    return 2 * speech_uniform(&random_state) - 1;
}

static double dbfs(const float *pcm, double from_s, double to_s) {
    double sum = 1e-12;
    int from = (int)(from_s * RATE), to = (int)(to_s * RATE);
    for (int i = from; i < to; i++) sum += pcm[i] * pcm[i];
    return 10 * log10(sum / (to - from));
}

/* Two people talk; a room whose response is 1 at its loudest frequency. */
static int scene(void **state) {
    (void)state;
    speech_make(near_end, N, 77);
    speech_make(remote, N, 3);
    speech_loudness(near_end, N, 0.05);
    speech_loudness(remote, N, 0.05);
    random_state = 5;
    for (int k = 0; k < ROOM; k++) response[k] = white() * expf(-6.9f * (float)k / 2400);
    double most = 0;
    for (int hz = 100; hz < 7500; hz += 5) {
        double re = 0, im = 0;
        for (int k = 0; k < ROOM; k++) {
            re += response[k] * cos(2 * M_PI * hz / RATE * k);
            im += response[k] * sin(2 * M_PI * hz / RATE * k);
        }
        if (re * re + im * im > most) most = re * re + im * im;
    }
    for (int k = 0; k < ROOM; k++) response[k] *= (float)(1 / sqrt(most));
    return 0;
}

static float clip(float x) {
    return x > 1 ? 1 : x < -1 ? -1 : x;
}

static float heard_at(const float *loudspeaker, int i) {
    float sum = 0;
    for (int k = 0; k < ROOM && k <= i; k++) sum += response[k] * loudspeaker[i - k];
    return sum;
}

typedef struct {
    double gain_db;     /* of the loop at its loudest frequency */
    bool past_the_far_end; /* another device of the room plays what is sent; else the other side's room gives it back */
    bool guarded;       /* with the canceller, and the suppressor knows it */
} loop;

static void run(loop round) {
    int error;
    float gain = (float)pow(10, round.gain_db / 20);
    aec *canceller = aec_new(128, &error);
    suppress *suppressor = suppress_new(&error);
    suppress_set(suppressor, TCCC_NOISE_LOW, round.guarded ? canceller : NULL);
    random_state = 8;
    for (int i = 0; i < N; i += FRAME_LEN) {
        for (int k = i; k < i + FRAME_LEN; k++) {
            float again = k < ROUND ? 0 : gain * sent[k - ROUND];
            far_end[k] = clip(remote[k] + (round.past_the_far_end ? 0 : again));
            back[k] = round.past_the_far_end ? clip(again) : far_end[k];
        }
        for (int k = i; k < i + FRAME_LEN; k++) microphone[k] = clip(near_end[k] + heard_at(back, k) + 3e-4f * white());
        memcpy(sent + i, microphone + i, FRAME_LEN * sizeof *sent);
        if (round.guarded) aec_process(canceller, sent + i, far_end + i, sent + i);
        suppress_process(suppressor, sent + i);
    }
    suppress_free(suppressor);
    aec_free(canceller);
}

/* 12 dB above where it would howl: the canceller learns the room although the far end holds the near end's own speech. */
static void a_loop_over_the_far_end_is_opened_by_the_canceller(void **state) {
    (void)state;
    run((loop){ 12, false, false });
    double howls = dbfs(sent, 6, 12), talk = dbfs(near_end, 6, 12);
    run((loop){ 12, false, true });
    for (int i = 0; i < N; i++) assert_true(fabsf(sent[i]) < 0.8f);
    double level = dbfs(sent, 6, 12);
    if (howls < talk + 12) fail_msg("%.1f dBFS undamped, %.1f are the talker's", howls, talk);
    if (fabs(level - talk) > 4) fail_msg("%.1f dBFS are sent, %.1f are the talker's", level, talk);
}

static void a_loop_past_the_far_end_is_damped(void **state) {
    (void)state;
    for (int gain_db = 3; gain_db <= 6; gain_db += 3) {
        run((loop){ gain_db, true, false });
        double howls = dbfs(microphone, 6, 12);
        run((loop){ gain_db, true, true });
        double level = dbfs(microphone, 6, 12), talk = dbfs(near_end, 6, 12);
        if (howls < talk + 12) fail_msg("loop of %d dB: %.1f dBFS undamped, %.1f are the talker's", gain_db, howls, talk);
        if (level > talk + 4) fail_msg("loop of %d dB: %.1f dBFS, %.1f are the talker's", gain_db, level, talk);
    }
}

/* Nothing builds up in speech: not a bit of it is changed. */
static void a_talker_is_not_damped(void **state) {
    static howl loops;
    spectrum_input input = { 0 };
    float re[SPECTRUM_BINS], im[SPECTRUM_BINS], smooth[SPECTRUM_BINS] = { 0 }, gain[SPECTRUM_BINS], pcm[FRAME_LEN];
    (void)state;
    spectrum_start();
    for (int talker = 0; talker < 2; talker++)
        for (int i = 0; i < N; i += FRAME_LEN) {
            for (int k = 0; k < FRAME_LEN; k++) pcm[k] = 32768 * (talker ? remote : near_end)[i + k];
            spectrum_put(&input, pcm, re, im);
            for (int k = 0; k < SPECTRUM_BINS; k++) {
                smooth[k] = 0.8f * smooth[k] + 0.2f * (re[k] * re[k] + im[k] * im[k]);
                gain[k] = 1;
            }
            howl_follow(&loops, smooth, gain);
            for (int k = 0; k < SPECTRUM_BINS; k++) assert_true(gain[k] == 1);
        }
}

/* 20 dB a second in one band: it is damped alone, to -24 dB and no further, and let go when it is over. */
static void a_band_that_builds_up_is_damped_and_let_go(void **state) {
    enum { BIN = 40 };
    static howl loops;
    float smooth[SPECTRUM_BINS], gain[SPECTRUM_BINS], least = 1;
    (void)state;
    for (int frame = 0; frame < 8000; frame++) {
        for (int k = 0; k < SPECTRUM_BINS; k++) {
            smooth[k] = 1e5f;
            gain[k] = 1;
        }
        if (frame < 300) smooth[BIN] = 1e7f * powf(10, 0.02f * (float)frame);
        howl_follow(&loops, smooth, gain);
        for (int k = 0; k < SPECTRUM_BINS; k++) assert_true((k >= 32 && k < 48) || gain[k] == 1);
        if (gain[BIN] < least) least = gain[BIN];
        if (frame == 150) assert_true(gain[BIN] < 0.51f);
    }
    assert_true(least > 0.062f && least < 0.13f);
    for (int k = 0; k < SPECTRUM_BINS; k++) gain[k] = 1;
    howl_follow(&loops, smooth, gain);
    assert_true(gain[BIN] == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loop_over_the_far_end_is_opened_by_the_canceller),
        cmocka_unit_test(a_loop_past_the_far_end_is_damped),
        cmocka_unit_test(a_talker_is_not_damped),
        cmocka_unit_test(a_band_that_builds_up_is_damped_and_let_go),
    };
    return cmocka_run_group_tests(tests, scene, NULL);
}
