/* stream_simulation.h: a coded signal through a network to a playout, under a simulated clock. Layer: tests. */
#ifndef TCCC_TESTS_STREAM_SIMULATION_H
#define TCCC_TESTS_STREAM_SIMULATION_H

#include <stdlib.h>
#include <string.h>

#include "media/codec.h"
#include "media/playout.h"
#include "media/rtp.h"
#include "network_trace.h"

typedef struct {
    int len;
    uint8_t bytes[400];
} simulation_packet;

typedef struct {
    enum tccc_codec codec;
    int n_packets, packet_n;    /* samples of one */
    simulation_packet *packets;
} simulation_coded;

static inline simulation_coded simulation_encode(enum tccc_codec codec, const float *pcm, int n, int loss_percent) {
    const tccc_stream_config config = {.codec = codec, .payload_type = codec == TCCC_CODEC_OPUS ? 111 : 8, .ptime_ms = 20,
                                       .bitrate_bps = 24000, .complexity = 5, .expected_loss_percent = loss_percent};
    simulation_coded coded = {.codec = codec};
    int error = 0;
    codec_encoder *encoder = codec_encoder_new(&config, &error);

    coded.packet_n = codec_encoder_frame(encoder);
    coded.n_packets = n / coded.packet_n;
    coded.packets = calloc((size_t)coded.n_packets, sizeof *coded.packets);
    for (int i = 0; i < coded.n_packets; i++) {
        simulation_packet *packet = &coded.packets[i];

        packet->len = codec_encoder_encode(encoder, pcm + i * coded.packet_n, packet->bytes, sizeof packet->bytes);
    }
    codec_encoder_free(encoder);
    return coded;
}

typedef struct {
    double delay_ms;            /* mean age of what is played, above the trace's fastest packet */
    double delay_max_ms;
    double concealed, recovered, stretched; /* shares of what is played */
    playout_counts counts;
    float drift_ppm, target_ms;
} simulation_result;

typedef struct {
    double at_ms;
    int packet;
} simulation_arrival;

static inline int simulation_order(const void *a, const void *b) {
    const simulation_arrival *x = a, *y = b;

    return x->at_ms < y->at_ms ? -1 : x->at_ms > y->at_ms ? 1 : x->packet - y->packet;
}

typedef struct {
    const simulation_coded *coded;
    const double *arrival_ms;
    double ppm;                 /* the peer's clock runs faster than ours by this */
    float *out;                 /* n_out samples are written, unless NULL */
    double *media_ms;           /* media time of each pull's first sample, n_out / 160, unless NULL */
    int n_out;
    playout *playout;           /* caller's memory */
    codec_decoder *decoder;
} simulation;

static inline void simulation_deliver(const simulation *run, int packet, uint64_t now_us) {
    const simulation_packet *bytes = &run->coded->packets[packet];
    rtp_packet header = {.payload_type = run->playout->config.payload_type, .seq = (uint16_t)(65000 + packet), .ssrc = 1,
                         .timestamp = 0xfffff000u + (uint32_t)packet * codec_ticks(run->coded->codec, run->coded->packet_n),
                         .payload = bytes->bytes, .payload_len = (size_t)bytes->len};

    jitter_put(&run->playout->jitter, &header, true, now_us);
}

/* Media time, in ms since the trace's first packet was made, of the sample that a pull would play first. */
static inline double simulation_media_ms(const playout *playout, uint64_t origin) {
    return ((double)playout->media_end - playout->fifo_n - (double)origin) / 16;
}

static inline simulation_result simulation_run(simulation *run) {
    static const uint64_t start_us = 1000000000;
    size_t n_packets = run->coded->n_packets > 0 ? (size_t)run->coded->n_packets : 0;
    simulation_arrival *arrivals = calloc(n_packets + 1, sizeof *arrivals);
    double fastest_ms = 1e9, sum_ms = 0;
    uint64_t origin = 0;
    int n_arrivals = 0, next = 0, n_sum = 0;
    simulation_result result = {0};
    playout *playout = run->playout;

    for (int i = 0; i < run->coded->n_packets; i++) {
        if (run->arrival_ms[i] < 0 || run->coded->packets[i].len <= 0)
            continue;
        arrivals[n_arrivals++] = (simulation_arrival){run->arrival_ms[i] * (1 - run->ppm * 1e-6), i};
        fastest_ms = fmin(fastest_ms, run->arrival_ms[i] - i * run->coded->packet_n / 16.0);
    }
    qsort(arrivals, (size_t)n_arrivals, sizeof *arrivals, simulation_order);
    for (int pull = 0; pull < run->n_out / PLAYOUT_FRAME; pull++) {
        double now_ms = pull * 10;
        uint64_t now_us = start_us + (uint64_t)(now_ms * 1000);
        float pcm[PLAYOUT_FRAME];

        for (; next < n_arrivals && arrivals[next].at_ms <= now_ms; next++) {
            simulation_deliver(run, arrivals[next].packet, start_us + (uint64_t)(arrivals[next].at_ms * 1000));
            if (!origin)
                origin = (playout->jitter.highest_ticks * 16000) / playout->jitter.rate_hz - (uint64_t)(arrivals[next].packet * run->coded->packet_n);
        }
        playout_pull(playout, pcm, now_us);
        if (run->out)
            memcpy(run->out + pull * PLAYOUT_FRAME, pcm, sizeof pcm);
        double media_ms = simulation_media_ms(playout, origin) - 10;
        if (run->media_ms)
            run->media_ms[pull] = media_ms;
        if (now_ms > 2000) {
            double delay_ms = now_ms / (1 - run->ppm * 1e-6) - media_ms - fastest_ms;

            sum_ms += delay_ms;
            n_sum++;
            result.delay_max_ms = fmax(result.delay_max_ms, delay_ms);
        }
    }
    free(arrivals);
    result.counts = playout->counts;
    result.delay_ms = sum_ms / n_sum;
    result.concealed = (double)playout->counts.concealed / (double)playout->counts.played;
    result.recovered = (double)playout->counts.recovered / (double)playout->counts.played;
    result.stretched = (double)(playout->counts.inserted + playout->counts.removed) / (double)playout->counts.played;
    result.drift_ppm = playout->jitter.delay.drift.ppm;
    result.target_ms = jitter_delay_target_ms(&playout->jitter.delay);
    return result;
}

#endif
