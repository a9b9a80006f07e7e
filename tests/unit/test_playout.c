/* test_playout.c: coded speech through simulated networks stays whole, near its target delay and in tune. Layer: tests. */
#include "media/playout.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "speech_signal.h"
#include "stream_simulation.h"

enum { SECOND = 16000, LENGTH_S = 30, N = LENGTH_S * SECOND };

static const enum tccc_codec codecs[] = {TCCC_CODEC_OPUS, TCCC_CODEC_PCMA};

static float speech[N], out[N];
static double arrivals[N / 320], media_ms[N / PLAYOUT_FRAME];
static playout player;
static simulation_coded coded[2];

static int codes_make(void **state) {
    (void)state;
    speech_make(speech, N, 11);
    for (int i = 0; i < 2; i++)
        coded[i] = simulation_encode(codecs[i], speech, N, 10);
    return 0;
}

static int codes_free(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++)
        free(coded[i].packets);
    return 0;
}

static void player_open(codec_decoder *decoder, enum tccc_codec codec) {
    playout_open(&player, &(playout_config){.decoder = decoder, .codec = codec, .payload_type = codec == TCCC_CODEC_OPUS ? 111 : 8,
                                            .noise_payload_type = 13, .seed = 5});
    jitter_open(&player.jitter, codec_clock_hz(codec), 20, 500);
}

static simulation_result through(const simulation_coded *coding, const network_kind *kind, double ppm, uint64_t seed) {
    int error;
    codec_decoder *decoder = codec_decoder_new(coding->codec, &error);
    simulation run = {.coded = coding, .arrival_ms = arrivals, .ppm = ppm, .out = out, .media_ms = media_ms, .n_out = N - SECOND,
                      .playout = &player, .decoder = decoder};
    simulation_result result;

    player_open(decoder, coding->codec);
    network_trace(kind, arrivals, coding->n_packets, 20, seed);
    result = simulation_run(&run);
    codec_decoder_free(decoder);
    return result;
}

/* What the decoder makes of all packets in their order. */
static void decode_all(const simulation_coded *coding, float *pcm) {
    int error;
    codec_decoder *decoder = codec_decoder_new(coding->codec, &error);

    for (int i = 0; i < coding->n_packets; i++)
        codec_decoder_decode(decoder, coding->packets[i].bytes, (size_t)coding->packets[i].len, pcm + i * coding->packet_n, coding->packet_n);
    codec_decoder_free(decoder);
}

static void a_clean_network_changes_nothing(void **state) {
    static float expected[N];

    (void)state;
    for (int c = 0; c < 2; c++) {
        simulation_result result = through(&coded[c], &(network_kind){.name = "clean"}, 0, 1);

        decode_all(&coded[c], expected);
        assert_float_equal(result.delay_ms, 20, 0.01);
        assert_true(result.counts.concealed == 0 && result.counts.inserted == 0 && result.counts.removed == 0);
        assert_memory_equal(out + 320, expected, (N - SECOND - 320) * sizeof *out); /* 20 ms later, bit for bit */
    }
}

/* The first 1.5 s of packets come at once, as from a sound card that starts late. */
static void a_heap_of_packets_at_the_start_is_not_heard_late(void **state) {
    static const double late_ms = 1500;
    int error;
    codec_decoder *decoder = codec_decoder_new(TCCC_CODEC_PCMA, &error);
    simulation run = {.coded = &coded[1], .arrival_ms = arrivals, .out = out, .media_ms = media_ms, .n_out = N - SECOND, .playout = &player,
                      .decoder = decoder};

    (void)state;
    player_open(decoder, TCCC_CODEC_PCMA);
    for (int i = 0; i < coded[1].n_packets; i++)
        arrivals[i] = fmax(late_ms, 20.0 * (i + 1));
    simulation_run(&run);
    codec_decoder_free(decoder);
    for (int pull = (int)late_ms / 10 + 10; pull < run.n_out / PLAYOUT_FRAME; pull++)
        assert_true(10.0 * pull - media_ms[pull] <= 100); /* 20 ms of packet, 20 of buffer, 40 that are tolerated, 20 until they come */
}

/* Nothing comes for 400 ms, then all at once: two seconds into a call, and later. */
static void a_standstill_is_caught_up_with_within_three_seconds_and_without_haste(void **state) {
    static const int standing_ms = 400, soon_ms = 3000, starts_ms[] = {2000, 12000};

    (void)state;
    for (int k = 0; k < 4; k++) {
        int at_ms = starts_ms[k % 2], end_ms = at_ms + standing_ms, error;
        const simulation_coded *coding = &coded[k / 2];
        codec_decoder *decoder = codec_decoder_new(coding->codec, &error);
        simulation run = {.coded = coding, .arrival_ms = arrivals, .out = out, .media_ms = media_ms, .n_out = N - SECOND, .playout = &player,
                          .decoder = decoder};

        player_open(decoder, coding->codec);
        for (int i = 0; i < coding->n_packets; i++)
            arrivals[i] = 20 * i >= at_ms && 20 * i < end_ms ? end_ms - 1 + 1e-4 * i : 20 * i;
        simulation_run(&run);
        codec_decoder_free(decoder);
        assert_true(end_ms - media_ms[end_ms / 10] >= standing_ms - 20); /* it was waited for, not left out */
        for (int pull = end_ms / 10; pull < run.n_out / PLAYOUT_FRAME - 50; pull++) {
            double said_ms = media_ms[pull + 50] - media_ms[pull]; /* in half a second */

            if (said_ms > 500 * 1.35)
                fail_msg("%.0f ms of speech in 500 at %d", said_ms, pull * 10);
            if (pull * 10 >= end_ms + soon_ms)
                assert_true(pull * 10 - media_ms[pull] <= 60);
        }
    }
}

typedef struct {
    const char *network;
    double delay_ms, concealed;  /* at most; what is made up besides three quarters of the packets lost */
} bound;

/* Half of the lost packets are the last of their burst, and most of those can be rebuilt. The first spikes cannot be foreseen. */
static const bound bounds[] = {
    {"clean", 21, 0}, {"loss_5", 45, 0.005}, {"loss_10", 50, 0.005}, {"loss_20", 55, 0.005}, {"jitter_10", 90, 0.004},
    {"jitter_30", 240, 0.006}, {"jitter_50", 380, 0.01}, {"jitter_30_loss_5", 260, 0.01}, {"wifi_spikes", 150, 0.015},
    {"wifi_scan", 110, 0.012}, {"hand_over", 150, 0.03},
};

static double lost_share(int n) {
    int lost = 0;

    for (int i = 0; i < n; i++)
        lost += arrivals[i] < 0;
    return (double)lost / n;
}

static void every_network_keeps_its_bounds_of_delay_and_concealment(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof network_kinds / sizeof network_kinds[0]; i++) {
        simulation_result result = through(&coded[0], &network_kinds[i], 0, 42);

        assert_string_equal(network_kinds[i].name, bounds[i].network);
        if (result.delay_ms > bounds[i].delay_ms || result.concealed > bounds[i].concealed + 0.75 * lost_share(coded[0].n_packets))
            fail_msg("%s: %.1f ms, %.2f %% made up of %.2f %% lost", bounds[i].network, result.delay_ms, 100 * result.concealed,
                     100 * lost_share(coded[0].n_packets));
        assert_true(result.counts.packets_malformed == 0);
    }
}

static void copies_in_the_next_packet_replace_single_losses(void **state) {
    simulation_result result = through(&coded[0], &(network_kind){.loss = 0.1}, 0, 3);

    (void)state;
    assert_true(result.recovered > 0.025); /* half of 10 % are a burst's last; in pauses Opus adds no copies */
    result = through(&coded[1], &(network_kind){.loss = 0.1}, 0, 3);
    assert_true(result.recovered == 0);
}

/* Media time moves on by 10 ms a pull, less or more one pitch period, and by the rest of a packet that is given up: it never leaps
 * further and never runs back far. */
static void media_time_never_leaps_without_loss(void **state) {
    static const char *const names[] = {"jitter_30", "wifi_spikes", "wifi_scan"};

    (void)state;
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        for (size_t i = 0; i < sizeof network_kinds / sizeof network_kinds[0]; i++) {
            if (strcmp(network_kinds[i].name, names[k]) != 0)
                continue;
            through(&coded[1], &network_kinds[i], 0, 9);
            for (int pull = 100; pull < (N - SECOND) / PLAYOUT_FRAME; pull++)
                assert_in_range((int)(100 + media_ms[pull] - media_ms[pull - 1]), 100 - 16, 100 + 10 + 15 + 20);
        }
    }
}

/* Correlation of what is played with what the decoder makes of the same media time, second by second of speech. */
static void correlations(const simulation_coded *coding, double *least, double *mean) {
    static float expected[N];
    double sum = 0;
    int n = 0;

    decode_all(coding, expected);
    *least = 1;
    for (int second = 2; second < LENGTH_S - 2; second++) {
        double cross = 0, power_a = 1e-9, power_b = 1e-9, r;

        for (int i = second * SECOND; i < (second + 1) * SECOND; i++) {
            int at = (int)lrint(media_ms[i / PLAYOUT_FRAME] * 16) + i % PLAYOUT_FRAME;

            cross += (double)out[i] * expected[at];
            power_a += (double)out[i] * out[i];
            power_b += (double)expected[at] * expected[at];
        }
        r = cross / sqrt(power_a * power_b);
        *least = fmin(*least, r);
        sum += r;
        n++;
    }
    *mean = sum / n;
}

/* 10 % loss and delays spread over 60 ms: what the call must survive. */
static void ten_percent_loss_and_sixty_ms_of_jitter_leave_speech_intact(void **state) {
    enum { NETWORKS = 4 };

    (void)state;
    for (int c = 0; c < 2; c++) {
        double leasts = 0, means = 0, delay_ms = 0;

        for (int i = 0; i < NETWORKS; i++) {
            double least, mean;
            simulation_result result = through(&coded[c], &(network_kind){.loss = 0.1, .jitter_ms = 10}, 0, 21 + (uint64_t)i);

            correlations(&coded[c], &least, &mean);
            leasts += least / NETWORKS;
            means += mean / NETWORKS;
            delay_ms += result.delay_ms / NETWORKS;
        }
        if (leasts < 0.7 || means < 0.9 || delay_ms > 100)
            fail_msg("%s: correlation %.2f at least, %.2f in the mean; %.0f ms", c ? "PCMA" : "Opus", leasts, means, delay_ms);
    }
}

static void drift_is_followed_in_tune(void **state) {
    (void)state;
    for (int ppm = -200; ppm <= 200; ppm += 400) {
        simulation_result result = through(&coded[1], &(network_kind){.loss = 0}, ppm, 1);

        assert_float_equal(result.drift_ppm, ppm, 2);
        assert_true(result.counts.concealed == 0);
        assert_true(result.delay_ms < 45);
    }
}

/* An hour at 200 ppm is 720 ms: it is taken up by single pitch periods of at most 12 ms, with no underrun and no step. */
static void an_hour_of_drift_makes_no_step(void **state) {
    (void)state;
    for (int ppm = -200; ppm <= 200; ppm += 400) {
        int error, next = 0;
        codec_decoder *decoder = codec_decoder_new(TCCC_CODEC_PCMA, &error);
        double least_ms = 1e9, most_ms = 0, before_ms = 0;

        player_open(decoder, TCCC_CODEC_PCMA);
        for (int pull = 0; pull < 360000; pull++) {
            uint64_t before, media, now_us = 1000000 + (uint64_t)pull * 10000;
            float pcm[PLAYOUT_FRAME];

            for (; next * 20000.0 * (1 - ppm * 1e-6) <= pull * 10000.0; next++) {
                const simulation_packet *packet = &coded[1].packets[next % coded[1].n_packets];
                const rtp_packet header = {.payload_type = 8, .seq = (uint16_t)next, .timestamp = (uint32_t)next * 160, .ssrc = 1,
                                           .payload = packet->bytes, .payload_len = (size_t)packet->len};

                jitter_put(&player.jitter, &header, true, 1000000 + (uint64_t)(next * 20000.0 * (1 - ppm * 1e-6)));
            }
            before = player.media_end - (uint64_t)player.fifo_n;
            playout_pull(&player, pcm, now_us);
            media = player.media_end - (uint64_t)player.fifo_n;
            if (pull < 100)
                continue;
            assert_in_range(media - before + 320, 320 - STRETCH_LAG_MAX + 160, 320 + STRETCH_LAG_MAX + 160);
            least_ms = fmin(least_ms, player.delay_ms);
            most_ms = fmax(most_ms, player.delay_ms);
            if (pull % 100)
                continue;
            assert_true(pull < 500 || fabs(player.delay_ms - before_ms) < 13);
            before_ms = player.delay_ms;
        }
        assert_true(player.counts.concealed == 0 && player.counts.underruns == 0);
        assert_true(least_ms > 10 && most_ms < 40);
        assert_float_equal(player.jitter.delay.drift.ppm, ppm, 1);
        codec_decoder_free(decoder);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_network_changes_nothing),
        cmocka_unit_test(a_heap_of_packets_at_the_start_is_not_heard_late),
        cmocka_unit_test(a_standstill_is_caught_up_with_within_three_seconds_and_without_haste),
        cmocka_unit_test(every_network_keeps_its_bounds_of_delay_and_concealment),
        cmocka_unit_test(copies_in_the_next_packet_replace_single_losses),
        cmocka_unit_test(media_time_never_leaps_without_loss),
        cmocka_unit_test(ten_percent_loss_and_sixty_ms_of_jitter_leave_speech_intact),
        cmocka_unit_test(drift_is_followed_in_tune),
        cmocka_unit_test(an_hour_of_drift_makes_no_step),
    };

    return cmocka_run_group_tests(tests, codes_make, codes_free);
}
