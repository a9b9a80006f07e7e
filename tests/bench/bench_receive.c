/* bench_receive.c: what receiving costs, and the delay and concealment it gets out of several networks. Layer: tests.
 *
 * Two minutes of a speech-like signal, Opus 24 kbit/s with in-band copies and PCMA, 20 ms packets. Networks are those of
 * tests/unit/network_trace.h. The NetEQ figures beside ours were measured once with WebRTC's NetEQ on traces of the same
 * description, not on these very ones. One JSON object a line: {name,value,unit,goal,direction,peer,peer_value}.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <speex/speex_jitter.h>

#include "../unit/speech_signal.h"
#include "../unit/stream_simulation.h"
#include "media/receive.h"

enum { SECONDS = 120, N = SECONDS * SPEECH_RATE_HZ, ROUNDS = 5 };

static double now_us(void) {
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void print_result(const char *name, double value, const char *unit, double goal, const char *peer, double peer_value) {
    printf("{\"name\":\"receive: %s\",\"value\":%.4g,\"unit\":\"%s\",", name, value, unit);
    if (goal >= 0)
        printf("\"goal\":%.4g,", goal);
    else
        printf("\"goal\":null,");
    if (peer)
        printf("\"direction\":\"lower\",\"peer\":\"%s\",\"peer_value\":%.4g}\n", peer, peer_value);
    else
        printf("\"direction\":\"lower\",\"peer\":null,\"peer_value\":null}\n");
}

static simulation_result run_once(const simulation_coded *coded, const double *arrivals, double *us_per_10_ms) {
    static playout player;
    int error;
    codec_decoder *decoder = codec_decoder_new(coded->codec, &error);
    simulation run = {.coded = coded, .arrival_ms = arrivals, .n_out = N - SPEECH_RATE_HZ, .playout = &player, .decoder = decoder};
    simulation_result result;
    double start_us;

    playout_open(&player, &(playout_config){.decoder = decoder, .codec = coded->codec, .payload_type = 111, .noise_payload_type = 13});
    jitter_open(&player.jitter, codec_clock_hz(coded->codec), 20, 500);
    start_us = now_us();
    result = simulation_run(&run);
    *us_per_10_ms = (now_us() - start_us) / (run.n_out / PLAYOUT_FRAME);
    codec_decoder_free(decoder);
    return result;
}

static double best_cost(const simulation_coded *coded, const double *arrivals) {
    double best = 1e9, us;

    for (int i = 0; i < ROUNDS; i++) {
        run_once(coded, arrivals, &us);
        best = fmin(best, us);
    }
    return best;
}

static void bench_cost(const simulation_coded *coded, const char *codec, double *arrivals) {
    static const network_kind kinds[] = {{.name = "clean"}, {.name = "10 % loss", .loss = 0.1}};
    char name[80];

    for (size_t i = 0; i < 2; i++) {
        network_trace(&kinds[i], arrivals, coded->n_packets, 20, 42);
        snprintf(name, sizeof name, "jitter buffer, %s, concealment, stretching, %s", codec, kinds[i].name);
        print_result(name, best_cost(coded, arrivals), "us per 10 ms", 25, coded->codec == TCCC_CODEC_OPUS ? "NetEQ" : NULL, 21);
    }
}

typedef struct {
    const char *network;
    double delay_ms, concealed; /* NetEQ: above the fastest packet's; percent */
    double delay_goal_ms, concealed_goal;
} peer_figures;

static const peer_figures peers[] = {
    {"clean", 18, 0, 25, 0.01},       {"loss_5", 33, 2.9, 45, 3.5},        {"loss_10", 37, 5.6, 45, 6.5},
    {"loss_20", 36, 12.2, 45, 13},    {"jitter_10", 75, 0, 90, 0.1},       {"jitter_30", 226, 0.03, 230, 0.2},
    {"jitter_50", 346, 0.1, 370, 0.3}, {"jitter_30_loss_5", 199, 3.2, 240, 4}, {"wifi_spikes", 124, 0.15, 150, 0.5},
    {"wifi_scan", 89, 0, 110, 0.3},   {"hand_over", 102, 1.5, 110, 2.1},
};

static void bench_networks(const simulation_coded *coded, double *arrivals) {
    char name[80];
    double us;

    for (size_t i = 0; i < sizeof network_kinds / sizeof network_kinds[0]; i++) {
        simulation_result result;

        network_trace(&network_kinds[i], arrivals, coded->n_packets, 20, 42);
        result = run_once(coded, arrivals, &us);
        snprintf(name, sizeof name, "delay, %s, Opus", network_kinds[i].name);
        print_result(name, result.delay_ms, "ms", peers[i].delay_goal_ms, "NetEQ on a like trace", peers[i].delay_ms);
        snprintf(name, sizeof name, "made-up speech, %s, Opus", network_kinds[i].name);
        print_result(name, 100 * result.concealed, "%", peers[i].concealed_goal, "NetEQ on a like trace", peers[i].concealed);
    }
}

/* Put, target and take of every packet, without decoding: ours and SpeexDSP's. */
static double buffer_ours(const simulation_coded *coded, const double *arrivals) {
    static jitter buffer;
    double start_us = now_us();
    int next = 0;

    jitter_open(&buffer, 48000, 20, 500);
    for (int pull = 0; pull < coded->n_packets * 2; pull++) {
        for (; next < coded->n_packets && arrivals[next] <= pull * 10; next++) {
            const rtp_packet packet = {.seq = (uint16_t)next, .timestamp = (uint32_t)next * 960, .payload = coded->packets[next].bytes,
                                       .payload_len = (size_t)coded->packets[next].len};

            if (arrivals[next] >= 0)
                jitter_put(&buffer, &packet, true, 1000000 + (uint64_t)(arrivals[next] * 1000));
        }
        if (pull % 2 && jitter_first(&buffer))
            jitter_take(&buffer, jitter_first(&buffer));
    }
    return (now_us() - start_us) / (coded->n_packets * 2);
}

static double buffer_speex(const simulation_coded *coded, const double *arrivals) {
    JitterBuffer *buffer = jitter_buffer_init(960);
    double start_us = now_us(), us;
    int next = 0;

    for (int pull = 0; pull < coded->n_packets * 2; pull++) {
        char bytes[400];
        JitterBufferPacket out = {.data = bytes, .len = sizeof bytes};
        spx_int32_t offset;

        for (; next < coded->n_packets && arrivals[next] <= pull * 10; next++) {
            JitterBufferPacket packet = {.data = (char *)coded->packets[next].bytes, .len = (spx_uint32_t)coded->packets[next].len,
                                         .timestamp = (spx_uint32_t)next * 960, .span = 960, .sequence = (spx_uint16_t)next};

            if (arrivals[next] >= 0)
                jitter_buffer_put(buffer, &packet);
        }
        if (pull % 2) {
            jitter_buffer_get(buffer, &out, 960, &offset);
            jitter_buffer_tick(buffer);
        }
    }
    us = (now_us() - start_us) / (coded->n_packets * 2);
    jitter_buffer_destroy(buffer);
    return us;
}

static void bench_buffer(const simulation_coded *coded, double *arrivals) {
    double ours = 1e9, theirs = 1e9;

    network_trace(&(network_kind){.loss = 0.05, .jitter_ms = 0}, arrivals, coded->n_packets, 20, 42);
    for (int i = 0; i < ROUNDS; i++) {
        ours = fmin(ours, buffer_ours(coded, arrivals));
        theirs = fmin(theirs, buffer_speex(coded, arrivals));
    }
    print_result("jitter buffer alone, 5 % loss", ours, "us per 10 ms", 2, "SpeexDSP jitter buffer", theirs);
}

int main(void) {
    float *speech = malloc(N * sizeof *speech);
    double *arrivals = malloc(N / 320 * sizeof *arrivals);
    simulation_coded opus, pcma;

    if (!speech || !arrivals)
        return 1;
    speech_make(speech, N, 7);
    opus = simulation_encode(TCCC_CODEC_OPUS, speech, N, 15);
    pcma = simulation_encode(TCCC_CODEC_PCMA, speech, N, 0);
    bench_buffer(&opus, arrivals);
    bench_cost(&opus, "Opus", arrivals);
    bench_cost(&pcma, "PCMA", arrivals);
    bench_networks(&opus, arrivals);
    print_result("memory of one stream without its decoder", sizeof(playout) / 1024.0, "kB", 200, NULL, 0);
    free(opus.packets);
    free(pcma.packets);
    free(speech);
    free(arrivals);
    return 0;
}
