/* test_plc.c: made-up speech goes on with the pitch, fades, and meets what follows without a click. Layer: tests. */
#include "dsp/plc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "speech_signal.h"

enum { SECOND = 16000, PACKET = 320 };

static void hum(float *pcm, int n, float hz) {
    for (int i = 0; i < n; i++) {
        pcm[i] = 0;
        for (int k = 1; k <= 10; k++)
            pcm[i] += 0.2f / k * sinf(2 * 3.14159265f * hz * k * i / SECOND + k);
    }
}

static float roughness(const float *pcm, int n) {
    float most = 0;

    for (int i = 2; i < n; i++)
        most = fmaxf(most, fabsf(pcm[i] - 2 * pcm[i - 1] + pcm[i - 2]));
    return most;
}

static double rms_of(const float *pcm, int n) {
    double power = 0;

    for (int i = 0; i < n; i++)
        power += (double)pcm[i] * pcm[i] / n;
    return sqrt(power);
}

typedef struct {
    plc plc;
    comfort_noise noise;
} concealer;

static void concealer_open(concealer *concealer) {
    plc_open(&concealer->plc);
    comfort_noise_open(&concealer->noise, 1);
}

/* Plays in[n] with the packets lost where lost(i) says so; in place. */
static void play(concealer *concealer, float *pcm, int n, bool (*lost)(int packet)) {
    for (int at = 0; at + PACKET <= n; at += PACKET) {
        if (lost(at / PACKET))
            plc_conceal(&concealer->plc, pcm + at, PACKET, &concealer->noise);
        else
            plc_good(&concealer->plc, pcm + at, PACKET, &concealer->noise);
    }
}

static bool tenth(int packet) {
    return packet % 10 == 9;
}

static bool none(int packet) {
    (void)packet;
    return false;
}

static void a_lost_packet_of_a_hum_is_hardly_to_be_told(void **state) {
    static float pcm[2 * SECOND], expected[2 * SECOND];
    concealer concealer;

    (void)state;
    for (float hz = 75; hz < 260; hz += 14.7f) {
        double error = 0, power = 0;

        hum(expected, 2 * SECOND, hz);
        memcpy(pcm, expected, sizeof pcm);
        concealer_open(&concealer);
        play(&concealer, pcm, 2 * SECOND, tenth);
        for (int i = 0; i < 2 * SECOND; i++) {
            error += ((double)pcm[i] - expected[i]) * ((double)pcm[i] - expected[i]);
            power += (double)expected[i] * expected[i];
        }
        assert_true(10 * log10(power / error) > 15); /* silence instead would be 10 dB */
    }
}

static void good_packets_pass_unchanged(void **state) {
    static float pcm[SECOND], expected[SECOND];
    concealer concealer;

    (void)state;
    speech_make(expected, SECOND, 2);
    memcpy(pcm, expected, sizeof pcm);
    concealer_open(&concealer);
    play(&concealer, pcm, SECOND, none);
    assert_memory_equal(pcm, expected, sizeof pcm);
}

static void lost_speech_has_no_clicks(void **state) {
    static float pcm[20 * SECOND], expected[20 * SECOND];
    concealer concealer;

    (void)state;
    speech_make(expected, 20 * SECOND, 4);
    memcpy(pcm, expected, sizeof pcm);
    concealer_open(&concealer);
    play(&concealer, pcm, 20 * SECOND, tenth);
    assert_true(roughness(pcm, 20 * SECOND) < 1.3f * roughness(expected, 20 * SECOND));
}

static void a_long_loss_fades_out_in_60_ms(void **state) {
    static float pcm[SECOND], made[SECOND / 2];
    concealer concealer;
    double before;

    (void)state;
    hum(pcm, SECOND, 120);
    concealer_open(&concealer);
    play(&concealer, pcm, SECOND, none);
    before = rms_of(pcm, SECOND);
    plc_conceal(&concealer.plc, made, SECOND / 2, &concealer.noise);
    assert_true(fabs(20 * log10(rms_of(made, 160) / before)) < 2);   /* the first 10 ms are in full */
    assert_true(rms_of(made + 400, 160) < 0.75 * before);
    assert_true(rms_of(made + 960, 160) < 1e-6);                       /* nothing was learned of a background */
}

static void a_long_loss_ends_in_the_background(void **state) {
    static float pcm[3 * SECOND], made[SECOND];
    concealer concealer;
    uint32_t random = 1;
    double background;

    (void)state;
    for (int i = 0; i < 3 * SECOND; i++)
        pcm[i] = 0.003f * (speech_uniform(&random) - 0.5f);
    concealer_open(&concealer);
    for (int at = 0; at < 3 * SECOND; at += 160) {
        plc_good(&concealer.plc, pcm + at, 160, &concealer.noise);
        comfort_noise_learn(&concealer.noise, pcm + at);
    }
    background = rms_of(pcm, 3 * SECOND);
    plc_conceal(&concealer.plc, made, SECOND, &concealer.noise);
    assert_true(fabs(20 * log10(rms_of(made + SECOND / 2, SECOND / 2) / background)) < 1.5);
}

static void silence_before_anything_is_silence(void **state) {
    float made[PACKET];
    concealer concealer;

    (void)state;
    concealer_open(&concealer);
    plc_conceal(&concealer.plc, made, PACKET, &concealer.noise);
    for (int i = 0; i < PACKET; i++)
        assert_true(made[i] == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_packet_of_a_hum_is_hardly_to_be_told),
        cmocka_unit_test(good_packets_pass_unchanged),
        cmocka_unit_test(lost_speech_has_no_clicks),
        cmocka_unit_test(a_long_loss_fades_out_in_60_ms),
        cmocka_unit_test(a_long_loss_ends_in_the_background),
        cmocka_unit_test(silence_before_anything_is_silence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
