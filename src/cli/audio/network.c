/* network.c: a codec, a network's delays and losses, and what the receiving side makes of them. Layer: cli.
 * Time is the trace's; nothing here looks at a clock. */
#include "audio.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "media/codec.h"
#include "media/quality.h"
#include "media/receive.h"
#include "media/rtp.h"
#include "tccc/error.h"
#include "trace.h"

enum { PTIME_MS = 20, PAYLOAD_TYPE = 111, FIRST_SEQ = 65000, PULL_MS = 10, LAST_MS = 1000, DELAY_BINS = 2000, SETTLE_MS = 2000, SECONDS_MAX = 4 * 3600, SECOND_TEXT = 8 };

static const uint64_t start_us = 1000000000; /* time 0 of a trace: anything; not 0, so that it may go below */

typedef struct {
    int len;
    uint8_t bytes[CODEC_PAYLOAD_MAX];
} coded_packet;

static codec_encoder *encoder_of(const audio_options *options) {
    int error;
    tccc_stream_config config = { .codec = options->codec, .payload_type = PAYLOAD_TYPE, .ptime_ms = PTIME_MS, .bitrate_bps = options->bitrate_bps,
                                  .complexity = 5, .expected_loss_percent = options->loss < 0 ? 0 : (int)lround(100 * options->loss) };
    codec_encoder *encoder = codec_encoder_new(&config, &error);
    if (!encoder) audio_fail("--codec", tccc_error_name(error));
    return encoder;
}

/* Samples that the speech has for packet i, silence behind its end. */
static coded_packet code_packet(codec_encoder *encoder, const audio_signal *speech, long i) {
    coded_packet packet;
    float pcm[CODEC_FRAME_MAX] = { 0 };
    int n = codec_encoder_frame(encoder);
    for (int k = 0; k < n && i * n + k < speech->n; k++) pcm[k] = speech->pcm[i * n + k];
    packet.len = codec_encoder_encode(encoder, pcm, packet.bytes, sizeof packet.bytes);
    if (packet.len < 0) audio_fail("codec", tccc_error_name(packet.len));
    return packet;
}

typedef struct {
    double at_ms;
    long index;                 /* of the packet since the first */
    coded_packet coded;
} arrival;

static int arrival_order(const void *a, const void *b) {
    const arrival *x = a, *y = b;
    return x->at_ms < y->at_ms ? -1 : x->at_ms > y->at_ms ? 1 : x->index < y->index ? -1 : 1;
}

/* What arrives, in order of time. ppm: the sender's clock runs faster than ours by so much. */
static arrival *arrivals_of(const audio_options *options, const trace *network, const audio_signal *speech, int *n) {
    codec_encoder *encoder = encoder_of(options);
    arrival *all = audio_memory((size_t)network->n * sizeof *all);
    long next = 0;
    *n = 0;
    for (int i = 0; i < network->n; i++) {
        const trace_packet *packet = &network->packets[i];
        long index = packet->sequence - network->packets[0].sequence;
        coded_packet coded = { 0 };
        for (; next <= index; next++) coded = code_packet(encoder, speech, next);
        if (packet->arrival_ms < 0 || coded.len == 0) continue;
        all[(*n)++] = (arrival){ packet->arrival_ms * (1 - options->ppm * 1e-6), index, coded };
    }
    codec_encoder_free(encoder);
    qsort(all, (size_t)*n, sizeof *all, arrival_order);
    return all;
}

static void deliver(receive *stream, const audio_options *options, const arrival *packet) {
    uint8_t bytes[RTP_HEADER_LEN + CODEC_PAYLOAD_MAX];
    rtp_packet header = { .payload_type = PAYLOAD_TYPE, .seq = (uint16_t)(FIRST_SEQ + packet->index), .ssrc = 1,
                          .timestamp = (uint32_t)packet->index * codec_ticks(options->codec, PTIME_MS * FRAME_RATE_HZ / 1000) };
    rtp_packet_write(&header, bytes, sizeof bytes);
    memcpy(bytes + RTP_HEADER_LEN, packet->coded.bytes, (size_t)packet->coded.len);
    receive_packet(stream, bytes, RTP_HEADER_LEN + (size_t)packet->coded.len, start_us + (uint64_t)(packet->at_ms * 1000));
}

typedef struct {                /* of the buffer's delay at each pull */
    int bins[DELAY_BINS], n;    /* by ms */
    double sum_ms;
    int second_n[SECONDS_MAX];
    float second_ms[SECONDS_MAX]; /* sums of each second of the trace */
} delay_table;

static void delay_note_second(delay_table *table, int second, double ms) {
    if (second >= SECONDS_MAX) return;
    table->second_n[second]++;
    table->second_ms[second] += (float)ms;
}

static void delay_note(delay_table *table, double ms) {
    int bin = ms < 0 ? 0 : ms >= DELAY_BINS ? DELAY_BINS - 1 : (int)ms;
    table->bins[bin]++;
    table->n++;
    table->sum_ms += ms;
}

static int delay_percentile(const delay_table *table, double share) {
    int seen = 0, bin = 0;
    for (; bin < DELAY_BINS - 1 && (seen += table->bins[bin]) < share * table->n;) bin++;
    return bin;
}

/* "20,21.5,...", owned by the caller. */
static char *print_seconds(const delay_table *table) {
    char *text = audio_memory((size_t)SECONDS_MAX * SECOND_TEXT);
    for (int second = 0, at = 0; second < SECONDS_MAX && table->second_n[second]; second++)
        at += snprintf(text + at, SECOND_TEXT, "%s%.1f", second ? "," : "", (double)table->second_ms[second] / table->second_n[second]);
    return text;
}

/* From mouth to ear: a packet's length and what the encoder looks ahead, the fastest packet's way, and the buffer. */
static double mouth_to_ear_ms(const audio_options *options, const trace *network, double buffer_ms) {
    double way_ms = 0;
    codec_encoder *encoder = encoder_of(options);
    for (int i = 0, seen = 0; i < network->n; i++) {
        double ms = network->packets[i].arrival_ms - network->packets[i].send_ms;
        if (network->packets[i].arrival_ms >= 0 && (!seen++ || ms < way_ms)) way_ms = ms;
    }
    way_ms += PTIME_MS + codec_encoder_delay(encoder) * 1000.0 / CODEC_RATE_HZ + buffer_ms;
    codec_encoder_free(encoder);
    return way_ms > 0 ? way_ms : 0;
}

static void write_jitter(const audio_options *options, const trace *network, const receive_stats *stats, const delay_table *delay, int n_arrived) {
    char *seconds = print_seconds(delay);
    double mean_ms = delay->n ? delay->sum_ms / delay->n : 0, delay_ms = mouth_to_ear_ms(options, network, mean_ms);
    float rating = quality_rating(options->codec, (float)delay_ms, stats->concealed_ratio);
    audio_json(options->json,
               "{\"packets_sent\":%d,\"packets_arrived\":%d,\"delay_mean_ms\":%.1f,\"delay_p95_ms\":%d,\"late\":%u,\"lost\":%u,\"recovered\":%u,"
               "\"concealed_share\":%.5f,\"recovered_share\":%.5f,\"expanded_share\":%.5f,\"accelerated_share\":%.5f,\"underruns\":%u,\"restarts\":%u,"
               "\"drift_ppm\":%.1f,\"mouth_to_ear_ms\":%.1f,\"rating\":%.1f,\"mos\":%.2f,\"delay_by_second_ms\":[%s]}\n",
               network->n, n_arrived, mean_ms, delay_percentile(delay, 0.95), stats->packets_late, stats->packets_lost,
               stats->packets_recovered, (double)stats->concealed_ratio, (double)stats->recovered_ratio, (double)stats->expanded_ratio,
               (double)stats->accelerated_ratio, stats->underruns, stats->restarts, (double)stats->drift_ppm, delay_ms, (double)rating, (double)quality_mos(rating), seconds);
    free(seconds);
}

void audio_jitter(const audio_options *options) {
    int error, n_arrivals, next = 0;
    receive_stats stats = { 0 };
    audio_signal speech = audio_read(options->in);
    trace network = trace_read(options->trace, PTIME_MS);
    arrival *arrivals = arrivals_of(options, &network, &speech, &n_arrivals);
    receive *stream = receive_open(&(receive_config){ .codec = options->codec, .payload_type = PAYLOAD_TYPE, .seed = 1 }, &error);
    delay_table *delay = audio_memory(sizeof *delay);
    if (!stream) audio_fail("receiver", tccc_error_name(error));
    if (n_arrivals == 0) audio_fail(options->trace, "has no packet that arrives");
    int n_pulls = (int)((arrivals[n_arrivals - 1].at_ms + LAST_MS) / PULL_MS);
    float *out = audio_memory((size_t)n_pulls * FRAME_LEN * sizeof *out);
    for (int pull = 0; pull < n_pulls; pull++) {
        bool is_running = next < n_arrivals; /* behind the last packet is no network that could be judged */
        for (; next < n_arrivals && arrivals[next].at_ms <= pull * PULL_MS; next++) deliver(stream, options, &arrivals[next]);
        receive_pull(stream, out + pull * FRAME_LEN, start_us + (uint64_t)pull * PULL_MS * 1000);
        if (is_running) receive_stats_get(stream, &stats);
        if (is_running) delay_note_second(delay, pull * PULL_MS / 1000, (double)stats.buffer_ms);
        if (is_running && pull * PULL_MS >= SETTLE_MS) delay_note(delay, (double)stats.buffer_ms);
        audio_progress(pull * FRAME_LEN, n_pulls * FRAME_LEN);
    }
    if (options->out) audio_write(options->out, out, n_pulls * FRAME_LEN);
    write_jitter(options, &network, &stats, delay, n_arrivals);
    receive_close(stream);
    free(delay);
    free(out);
    free(arrivals);
    free(network.packets);
    free(speech.pcm);
}

void audio_codec(const audio_options *options) {
    int error, made = 0;
    long bytes = 0, packets = 0;
    audio_signal in = audio_read(options->in);
    codec_encoder *encoder = encoder_of(options);
    codec_decoder *decoder = codec_decoder_new(options->codec, &error);
    if (!decoder) audio_fail("--codec", tccc_error_name(error));
    int each = codec_encoder_frame(encoder), n = (in.n + each - 1) / each;
    float *out = audio_memory((size_t)(n * each + CODEC_FRAME_MAX) * sizeof *out);
    for (; packets < n; packets++) {
        coded_packet packet = code_packet(encoder, &in, packets);
        int got = codec_decoder_decode(decoder, packet.bytes, (size_t)packet.len, out + made, CODEC_FRAME_MAX);
        if (got < 0) audio_fail("codec", tccc_error_name(got));
        bytes += packet.len;
        made += got;
        audio_progress(made, in.n);
    }
    audio_write(options->out, out, made);
    audio_json(options->json, "{\"packets\":%ld,\"bytes\":%ld,\"bitrate_bps\":%.0f,\"delay_ms\":%.2f}\n", packets, bytes,
               8000.0 * (double)bytes / (double)(packets * PTIME_MS), codec_encoder_delay(encoder) * 1000.0 / CODEC_RATE_HZ);
    codec_encoder_free(encoder);
    codec_decoder_free(decoder);
    free(out);
    free(in.pcm);
}

void audio_quality(const audio_options *options) {
    float rating = quality_rating(options->codec, (float)options->delay_ms, (float)(options->loss < 0 ? 0 : options->loss));
    printf("{\"rating\":%.1f,\"mos\":%.2f}\n", (double)rating, (double)quality_mos(rating));
}
