/* receive.c: RTP packets in, 16 kHz speech out. Layer: media. Sans-IO. */
#include "media/receive.h"

#include <stdlib.h>
#include <string.h>

#include "media/playout.h"
#include "tccc/error.h"

enum {
    DELAY_MIN_MS = 10, DELAY_MAX_MS = 500,  /* of the target, unless configured */
    DELAY_LEAST_MS = 10, DELAY_MOST_MS = 1000
};

struct receive {
    codec_decoder *decoder;
    playout playout;
    uint8_t payload_type;
    uint32_t packets_received, packets_refused;
};

static bool config_valid(const receive_config *config) {
    bool usual = config->delay_min_ms == 0 && config->delay_max_ms == 0;

    if (config->codec < TCCC_CODEC_PCMU || config->codec > TCCC_CODEC_OPUS || config->payload_type > RTP_PAYLOAD_TYPE_MAX)
        return false;
    return usual || (config->delay_min_ms >= DELAY_LEAST_MS && config->delay_max_ms <= DELAY_MOST_MS &&
                     config->delay_min_ms <= config->delay_max_ms);
}

receive *receive_open(const receive_config *config, int *error) {
    int min_ms = config->delay_max_ms ? config->delay_min_ms : DELAY_MIN_MS;
    int max_ms = config->delay_max_ms ? config->delay_max_ms : DELAY_MAX_MS;
    receive *stream;

    *error = config_valid(config) ? TCCC_OK : TCCC_E_ARG_RANGE;
    if (*error)
        return NULL;
    stream = calloc(1, sizeof *stream);
    if (!stream) {
        *error = TCCC_E_NO_MEMORY;
        return NULL;
    }
    stream->decoder = codec_decoder_new(config->codec, error);
    if (!stream->decoder) {
        free(stream);
        return NULL;
    }
    stream->payload_type = config->payload_type;
    playout_open(&stream->playout, &(playout_config){
        .decoder = stream->decoder, .codec = config->codec, .payload_type = config->payload_type,
        .noise_payload_type = RECEIVE_COMFORT_NOISE_PT, .seed = config->seed,
    });
    jitter_open(&stream->playout.jitter, codec_clock_hz(config->codec), min_ms, max_ms);
    return stream;
}

void receive_close(receive *stream) {
    if (stream)
        codec_decoder_free(stream->decoder);
    free(stream);
}

/* 0, or why the payload cannot be played. */
static int payload_check(const receive *stream, const rtp_packet *packet) {
    if (packet->payload_type == stream->payload_type) {
        if (codec_decoder_samples(stream->decoder, packet->payload, packet->payload_len) < 0)
            return TCCC_E_FORMAT;
        return TCCC_OK;
    }
    if (packet->payload_type != RECEIVE_COMFORT_NOISE_PT)
        return TCCC_E_NOT_FOUND;
    return packet->payload_len ? TCCC_OK : TCCC_E_FORMAT;
}

int receive_packet(receive *stream, const uint8_t *bytes, size_t len, uint64_t now_us) {
    rtp_packet packet;
    int refused = rtp_packet_parse(&packet, bytes, len), result;

    if (!refused)
        refused = payload_check(stream, &packet);
    if (refused)
        stream->packets_refused++;
    if (refused == TCCC_E_FORMAT)
        return refused;
    result = jitter_put(&stream->playout.jitter, &packet, !refused, now_us);
    if (!refused && result == TCCC_OK)
        stream->packets_received++;
    return refused ? refused : result;
}

void receive_pull(receive *stream, float pcm[RECEIVE_FRAME], uint64_t now_us) {
    playout_pull(&stream->playout, pcm, now_us);
}

static float share(uint64_t part, uint64_t whole) {
    return whole ? (float)part / (float)whole : 0;
}

void receive_stats_get(const receive *stream, receive_stats *stats) {
    const playout *playout = &stream->playout;
    const playout_counts *counts = &playout->counts;
    const jitter *jitter = &playout->jitter;

    *stats = (receive_stats){
        .packets_received = stream->packets_received,
        .packets_late = jitter->packets_late,
        .packets_duplicate = jitter->packets_duplicate,
        .packets_lost = counts->packets_lost,
        .packets_recovered = counts->packets_recovered,
        .packets_refused = stream->packets_refused + counts->packets_malformed,
        .packets_dropped = jitter->packets_dropped,
        .restarts = jitter->generation,
        .underruns = counts->underruns,
        .buffer_ms = playout->delay_ms,
        .target_ms = jitter_delay_target_ms(&jitter->delay),
        .concealed_ratio = share(counts->concealed, counts->played),
        .recovered_ratio = share(counts->recovered, counts->played),
        .expanded_ratio = share(counts->inserted, counts->played),
        .accelerated_ratio = share(counts->removed, counts->played),
        .drift_ppm = jitter->delay.drift.ppm,
        .loss_ratio = jitter->delay.loss_ratio,
    };
}
