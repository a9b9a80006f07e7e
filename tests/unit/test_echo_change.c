/* test_echo_change.c: what the echo canceller with its suppressor promises at first and when the world changes in a call. Layer: tests. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "dsp/aec.h"
#include "dsp/resample.h"
#include "dsp/suppress.h"
#include "media/capture.h"
#include "speech_signal.h"

enum { RATE = 16000, SECONDS = 14, N = SECONDS * RATE, ROOM = 1000, CHANGE = 7 * RATE, DELAY = 60 * 16 };

static float far_end[N], near_end[N], echo[N], other[N], microphone[N], output[N];
static uint32_t random_state;

static float white(void) {
    return 2 * speech_uniform(&random_state) - 1;
}

/* A room that decays by 60 dB in 0.2 s; what it gives back is as loud as gain times the far end, delay samples later. */
static void room(float gain, int delay, uint32_t seed, float *out) {
    static float response[ROOM];
    double power = 0;
    random_state = seed;
    for (int k = 0; k < ROOM; k++) {
        response[k] = white() * expf(-6.9f * (float)k / 3200);
        power += response[k] * response[k];
    }
    for (int k = 0; k < ROOM; k++) response[k] *= (float)(gain / sqrt(power));
    for (int i = 0; i < N; i++) {
        float sum = 0;
        for (int k = 0, from = i - delay; k < ROOM && from - k >= 0; k++) sum += response[k] * far_end[from - k];
        out[i] = sum;
    }
}

/* echo: 10 dB below the far end after 60 ms. other: the loudspeaker elsewhere, 4 dB louder, later by 15 ms. */
static int scene(void **state) {
    (void)state;
    speech_make(far_end, N, 3);
    speech_make(near_end, N, 77);
    speech_loudness(far_end, N, 0.06);
    speech_loudness(near_end, N, 0.06);
    room(0.316f, DELAY, 5, echo);
    room(0.5f, DELAY + 240, 6, other);
    return 0;
}

static void listen(int from, int to, const float *heard, int later, float gain) {
    random_state = 1 + (uint32_t)from;
    for (int i = from; i < to; i++) microphone[i] = gain * heard[i - later] + 3e-4f * white();
}

static void run(int from, int to, aec *canceller, suppress *suppressor) {
    for (int i = from; i < to; i += FRAME_LEN) {
        aec_process(canceller, microphone + i, far_end + i, output + i);
        suppress_process(suppressor, output + i);
    }
}

static void run_all(void) {
    int error;
    aec *canceller = aec_new(128, &error);
    suppress *suppressor = suppress_new(&error);
    suppress_set(suppressor, TCCC_NOISE_MEDIUM, canceller);
    run(0, N, canceller, suppressor);
    suppress_free(suppressor);
    aec_free(canceller);
}

static double decibels(const float *a, const float *b, double from_s, double to_s) {
    double x = 1e-20, y = 1e-20;
    for (int i = (int)(from_s * RATE); i < (int)(to_s * RATE); i++) x += a[i] * a[i], y += b[i] * b[i];
    return 10 * log10(x / y);
}

#define assert_erle(from_s, to_s, least)                                                                              \
    do {                                                                                                              \
        double db = decibels(microphone, output, from_s, to_s);                                                       \
        if (db < (least)) fail_msg("ERLE %.1f dB between %g and %g s", db, (double)(from_s), (double)(to_s));         \
    } while (0)

static void an_echo_is_20_db_down_from_the_first_word_on_and_30_after_one_second(void **state) {
    (void)state;
    for (int later = 0; later <= 320 * 16; later += 160 * 16) {
        listen(0, later, echo, 0, 0);
        listen(later, N, echo, later, 1);
        run_all();
        assert_erle(0, 0.5 + later / 16000.0, 20);
        assert_erle(1 + later / 16000.0, 14, 30);
    }
}

/* A cheap sound card: 0.1 of DC is nobody's voice. */
static void a_microphone_with_dc_does_not_send_the_first_words_back(void **state) {
    (void)state;
    listen(0, N, echo, 0, 1);
    for (int i = 0; i < N; i++) microphone[i] += 0.1f;
    run_all();
    for (int i = 0; i < N; i++) microphone[i] -= 0.1f;
    assert_erle(0.1, 1, 20);
    assert_erle(1, 14, 30);
}

/* Correlation of the talker's and the sent signal's differences. */
static double likeness(double from_s, double to_s) {
    double xy = 0, xx = 1e-20, yy = 1e-20;
    for (int i = (int)(from_s * RATE) + 1; i < (int)(to_s * RATE); i++) {
        float x = near_end[i] - near_end[i - 1], y = output[i + SUPPRESS_DELAY] - output[i + SUPPRESS_DELAY - 1];
        xy += x * y, xx += x * x, yy += y * y;
    }
    return xy / sqrt(xx * yy);
}

/* A headset: nothing comes back, and what is expected to come back must not cost the talker his words. */
static void somebody_who_talks_already_is_not_taken_for_an_echo(void **state) {
    enum { BEGIN = RATE };
    static float kept[N];
    (void)state;
    memcpy(kept, far_end, sizeof kept);
    memset(far_end, 0, BEGIN * sizeof *far_end);
    listen(0, N, near_end, 0, 1);
    run_all();
    memcpy(far_end, kept, sizeof kept);
    if (likeness(1, 3) < 0.98) fail_msg("the talker correlates by %.3f", likeness(1, 3));
}

static void somebody_who_begins_after_the_far_end_is_heard_after_half_a_second(void **state) {
    (void)state;
    listen(0, N, near_end, 0, 1);
    run_all();
    if (likeness(0.6, 3) < 0.98) fail_msg("the talker correlates by %.3f", likeness(0.6, 3));
}

static void somebody_who_answers_is_heard_at_once(void **state) {
    (void)state;
    listen(0, 3 * RATE / 2, near_end, 0, 0);
    listen(3 * RATE / 2, N, near_end, 0, 1);
    run_all();
    if (likeness(1.5, 3) < 0.98) fail_msg("the talker correlates by %.3f", likeness(1.5, 3));
}

static void one_second_after_the_loudspeaker_moved_the_echo_is_30_db_down(void **state) {
    (void)state;
    listen(0, CHANGE, echo, 0, 1);
    listen(CHANGE, N, other, 0, 1);
    run_all();
    assert_erle(7, 8, 5);
    assert_erle(8, 14, 30);
}

static void a_delay_that_jumps_by_60_ms_is_followed_in_one_second(void **state) {
    (void)state;
    listen(0, CHANGE, echo, 0, 1);
    listen(CHANGE, N, echo, 60 * 16, 1);
    run_all();
    assert_erle(7, 8, 5);
    assert_erle(8, 14, 30);
}

/* An echo that does not come is not taken from the talker; when it comes back it is learnt as fast as another path. */
static void a_muted_loudspeaker_costs_the_talker_little_and_is_learnt_again_when_it_is_back(void **state) {
    enum { MUTED = 5 * RATE, BACK = 9 * RATE };
    (void)state;
    listen(0, N, echo, 0, 1);
    listen(MUTED, BACK, near_end, 0, 1);
    run_all();
    if (likeness(5, 9) < 0.97) fail_msg("the talker correlates by %.3f while the loudspeaker is muted", likeness(5, 9));
    assert_erle(9, 10, 5);
    assert_erle(10, 14, 28);
}

/* Muted from the beginning: nothing is claimed, and the first word it plays is not sent back. */
static void a_loudspeaker_that_is_muted_at_first_is_learnt_when_it_plays(void **state) {
    enum { PLAYS = 6 * RATE };
    (void)state;
    listen(0, PLAYS, near_end, 0, 1);
    listen(PLAYS, N, echo, 0, 1);
    run_all();
    if (likeness(1, 6) < 0.98) fail_msg("the talker correlates by %.3f", likeness(1, 6));
    assert_erle(7, 8, 20);
    assert_erle(8, 14, 28);
}

/* Nothing but more error tells the two apart at first. */
static void a_loud_talker_is_not_taken_for_another_path(void **state) {
    (void)state;
    listen(0, N, echo, 0, 1);
    for (int i = CHANGE; i < CHANGE + 4 * RATE; i++) microphone[i] += near_end[i];
    run_all();
    if (likeness(7, 11) < 0.97) fail_msg("the talker correlates by %.3f in double talk", likeness(7, 11));
    assert_erle(11.2, 14, 28);
}

/* A microphone is chosen in a call: 0.3 s of nothing, the reference starts anew, and place, gain and delay are others. */
static void another_device_is_learnt_in_two_seconds(void **state) {
    enum { GAP = 4800 };
    int error;
    (void)state;
    listen(0, CHANGE, echo, 0, 1);
    listen(CHANGE + GAP, N, other, 30 * 16, 2);
    memset(microphone + CHANGE, 0, GAP * sizeof *microphone);
    aec *canceller = aec_new(128, &error);
    suppress *suppressor = suppress_new(&error);
    suppress_set(suppressor, TCCC_NOISE_MEDIUM, canceller);
    run(0, CHANGE, canceller, suppressor);
    for (int i = CHANGE; i < CHANGE + GAP; i += FRAME_LEN) {
        float nothing[FRAME_LEN] = { 0 }, out[FRAME_LEN];
        aec_process(canceller, nothing, nothing, out);
        suppress_process(suppressor, out);
    }
    run(CHANGE + GAP, N, canceller, suppressor);
    assert_erle(8.3, 9.3, 12);
    assert_erle(9.3, 14, 28);
    suppress_free(suppressor);
    aec_free(canceller);
}

/* The whole way from a microphone: its samples come in blocks of the browser's. */
static void a_microphone_of_44100_hz_is_no_worse(void **state) {
    enum { BLOCK = 128 };
    int error, made = 0;
    float piece[BLOCK], device[BLOCK * 3];
    (void)state;
    listen(0, N, echo, 0, 1);
    resample *rate = resample_new(RATE, 44100, &error);
    capture *chain = capture_new(&(tccc_voice_config){ .device_rate_hz = 44100, .aec = TCCC_PROCESSING_CORE,
                                                       .ns = TCCC_NOISE_MEDIUM, .agc = TCCC_PROCESSING_OFF, .tail_ms = 128, .seed = 1 },
                                 &error);
    for (int i = 0; i + BLOCK <= N; i += BLOCK) {
        memcpy(piece, microphone + i, sizeof piece);
        int left = resample_run(rate, piece, BLOCK, device);
        for (const float *pcm = device; capture_fill(chain, &pcm, &left);) {
            capture_frame frame;
            capture_process(chain, far_end + made, &frame);
            memcpy(output + made, frame.speech, sizeof frame.speech);
            made += FRAME_LEN;
        }
    }
    assert_in_range(made, 13 * RATE, N);
    assert_erle(1, 13, 28);
    capture_free(chain);
    resample_free(rate);
}

/* Where the echo is at once, the far end cannot be read ahead: a drift that is not there must not be found. */
static void without_delay_and_drift_none_is_found(void **state) {
    int error;
    (void)state;
    room(0.316f, 12, 5, microphone);
    aec *canceller = aec_new(128, &error);
    suppress *suppressor = suppress_new(&error);
    suppress_set(suppressor, TCCC_NOISE_MEDIUM, canceller);
    run(0, N, canceller, suppressor);
    if (fabsf(aec_drift_ppm(canceller)) > 5) fail_msg("%.1f ppm", aec_drift_ppm(canceller));
    assert_int_equal(aec_delay_ms(canceller), 0);
    assert_erle(1, 14, 27);
    suppress_free(suppressor);
    aec_free(canceller);
}

/* Ten minutes at 200 ppm: 120 ms, over which the delay walks; and two the other way. Noise of speech's colour; the room is three reflections. */
static void drift(double ppm, int seconds) {
    enum { RING = 1 << 15 };
    static float past[RING];
    int error;
    double seen_near = 0, seen_out = 0;
    float y = 0;
    aec *canceller = aec_new(32, &error);
    memset(past, 0, sizeof past);
    random_state = 9;
    for (int i = 0; i < seconds * RATE; i += FRAME_LEN) {
        float near[FRAME_LEN], far[FRAME_LEN], out[FRAME_LEN];
        for (int k = 0; k < FRAME_LEN; k++) {
            y = 0.9f * y + 0.05f * white();
            past[(i + k) & (RING - 1)] = far[k] = y;
        }
        for (int k = 0; k < FRAME_LEN; k++) {
            double at = (i + k) - 3200 + (i + k) * ppm * 1e-6;
            float sum = 0;
            for (int r = 0; r < 3; r++) {
                int whole = (int)floor(at) - 37 * r;
                float t = (float)(at - floor(at)), a = past[(whole - 1) & (RING - 1)], b = past[whole & (RING - 1)],
                      c = past[(whole + 1) & (RING - 1)], d = past[(whole + 2) & (RING - 1)];
                sum += (0.3f - 0.12f * (float)r) * (b + 0.5f * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))));
            }
            near[k] = sum;
        }
        aec_process(canceller, near, far, out);
        if (i < 10 * RATE) continue;
        for (int k = 0; k < FRAME_LEN; k++) seen_near += near[k] * near[k], seen_out += out[k] * out[k];
    }
    double db = 10 * log10(seen_near / seen_out);
    if (db < 20 || fabs(aec_drift_ppm(canceller) - ppm) > 10) fail_msg("%g ppm seen as %.1f, ERLE %.1f dB", ppm, aec_drift_ppm(canceller), db);
    aec_free(canceller);
}

static void ten_minutes_at_200_ppm_are_followed(void **state) {
    (void)state;
    drift(200, 600);
    drift(-200, 120);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_echo_is_20_db_down_from_the_first_word_on_and_30_after_one_second),
        cmocka_unit_test(a_microphone_with_dc_does_not_send_the_first_words_back),
        cmocka_unit_test(somebody_who_talks_already_is_not_taken_for_an_echo),
        cmocka_unit_test(somebody_who_begins_after_the_far_end_is_heard_after_half_a_second),
        cmocka_unit_test(somebody_who_answers_is_heard_at_once),
        cmocka_unit_test(one_second_after_the_loudspeaker_moved_the_echo_is_30_db_down),
        cmocka_unit_test(a_delay_that_jumps_by_60_ms_is_followed_in_one_second),
        cmocka_unit_test(a_muted_loudspeaker_costs_the_talker_little_and_is_learnt_again_when_it_is_back),
        cmocka_unit_test(a_loudspeaker_that_is_muted_at_first_is_learnt_when_it_plays),
        cmocka_unit_test(a_loud_talker_is_not_taken_for_another_path),
        cmocka_unit_test(another_device_is_learnt_in_two_seconds),
        cmocka_unit_test(a_microphone_of_44100_hz_is_no_worse),
        cmocka_unit_test(without_delay_and_drift_none_is_found),
        cmocka_unit_test(ten_minutes_at_200_ppm_are_followed),
    };
    return cmocka_run_group_tests(tests, scene, NULL);
}
