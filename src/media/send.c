/* send.c: one outgoing stream: frames, codec, RTP, SRTP, queue. Layer: media.
 * Sources: RFC 3550, RFC 3551 section 4.1, RFC 7587, RFC 4733, RFC 3711. */
#include "media/send.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "media/codec.h"
#include "media/rtp.h"
#include "media/srtp.h"
#include "media/telephone_event.h"
#include "tccc/error.h"

typedef struct {
    int len;
    uint8_t bytes[TCCC_PACKET_MAX];
} send_slot;

struct send_stream {
    tccc_stream_config config;
    rtcp_session *session;
    codec_encoder *encoder;
    srtp_sender *srtp;
    telephone_sender digits;
    unsigned flags;
    int loss_percent;
    bool silent; /* the last packet time brought no packet: the next one gets the marker */
    uint16_t seq;
    uint32_t ssrc, timestamp_base;
    uint64_t samples; /* at 16 kHz, since open: the stream's clock */
    int filled;
    float frame[CODEC_FRAME_MAX];
    unsigned head, count;
    send_slot queue[SEND_QUEUE];
    send_stats stats;
};

static uint64_t send_random(uint64_t *seed) { /* splitmix64, Steele, Lea & Flood 2014 */
    uint64_t z = *seed += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static bool send_config_valid(const tccc_stream_config *c) {
    bool opus = c->codec == TCCC_CODEC_OPUS;
    return (unsigned)c->codec <= TCCC_CODEC_OPUS && c->payload_type <= RTP_PAYLOAD_TYPE_MAX &&
           c->dtmf_payload_type <= RTP_PAYLOAD_TYPE_MAX &&
           (c->dtmf_payload_type == 0 ||
            (c->dtmf_payload_type != c->payload_type && c->dtmf_rate_hz >= 8000 && c->dtmf_rate_hz <= 48000)) &&
           c->ptime_ms >= 10 && c->ptime_ms <= 60 && c->ptime_ms % 10 == 0 &&
           (!opus || (c->bitrate_bps >= 6000 && c->bitrate_bps <= 64000 && c->complexity >= 0 && c->complexity <= 10 &&
                      c->expected_loss_percent >= 0 && c->expected_loss_percent <= 100)) &&
           (unsigned)c->srtp <= TCCC_SRTP_AES128_SHA1_32;
}

/* libsrtp allocates for an SSRC at its first packet: let that be a packet that is never sent, one number before ours. */
static int send_prime_srtp(send_stream *stream) {
    uint8_t packet[128] = { 0x80, 200, 0, 6 };
    rtp_packet header = { .payload_type = stream->config.payload_type, .seq = (uint16_t)(stream->seq - 1),
                          .ssrc = stream->ssrc };
    for (int i = 0; i < 4; i++) packet[4 + i] = (uint8_t)(stream->ssrc >> (24 - 8 * i));
    int rtcp = srtp_sender_rtcp(stream->srtp, packet, 28, sizeof packet);
    if (rtcp < 0) return rtcp;
    rtp_packet_write(&header, packet, sizeof packet);
    int rtp = srtp_sender_rtp(stream->srtp, packet, RTP_HEADER_LEN, sizeof packet);
    return rtp < 0 ? rtp : 0;
}

static int send_open_srtp(send_stream *stream) {
    const tccc_stream_config *config = &stream->config;
    int error = 0;
    if (config->srtp == TCCC_SRTP_NONE) return 0;
    stream->srtp = srtp_sender_open((enum srtp_scheme)config->srtp, config->srtp_send_key, TCCC_SRTP_KEY_LEN, &error);
    return stream->srtp ? send_prime_srtp(stream) : error;
}

static int send_start(send_stream *stream, uint64_t seed) {
    int error = 0;
    uint32_t chosen = (uint32_t)send_random(&seed);
    stream->ssrc = stream->config.ssrc ? stream->config.ssrc : chosen ? chosen : 1;
    /* Below 2^15, so that a loss of the first packets cannot upset the roll-over counter (RFC 3711 section 3.3.1). */
    stream->seq = (uint16_t)(1 + send_random(&seed) % 0x7FFE);
    stream->timestamp_base = (uint32_t)send_random(&seed);
    stream->encoder = codec_encoder_new(&stream->config, &error);
    if (!stream->encoder) return error;
    int frame_ms = codec_encoder_frame(stream->encoder) * 1000 / CODEC_RATE_HZ;
    telephone_sender_open(&stream->digits, stream->config.dtmf_rate_hz, frame_ms);
    return send_open_srtp(stream);
}

send_stream *send_open(const tccc_stream_config *config, uint64_t seed, rtcp_session *session, int *error) {
    *error = TCCC_E_ARG_RANGE;
    if (!send_config_valid(config)) return NULL;
    send_stream *stream = calloc(1, sizeof *stream);
    *error = TCCC_E_NO_MEMORY;
    if (!stream) return NULL;
    stream->config = *config;
    stream->session = session;
    stream->loss_percent = config->expected_loss_percent;
    stream->flags = TCCC_STREAM_SEND;
    stream->silent = true;
    *error = send_start(stream, seed);
    if (*error == 0) return stream;
    send_close(stream);
    return NULL;
}

void send_close(send_stream *stream) {
    if (!stream) return;
    codec_encoder_free(stream->encoder);
    srtp_sender_close(stream->srtp);
    memset(stream, 0, sizeof *stream); /* keys */
    free(stream);
}

uint32_t send_ssrc(const send_stream *stream) {
    return stream->ssrc;
}

void send_direct(send_stream *stream, unsigned flags) {
    stream->flags = flags;
}

int send_digits(send_stream *stream, const char *digits) {
    if (stream->config.dtmf_payload_type == 0) return TCCC_E_STATE;
    return telephone_sender_queue(&stream->digits, digits);
}

/* Loss comes in bursts: what was reported is forgotten by a fifth a report (5 s). */
void send_expect_loss(send_stream *stream, int percent) {
    int faded = stream->loss_percent * 4 / 5;
    if (percent < faded) percent = faded;
    if (percent < stream->config.expected_loss_percent) percent = stream->config.expected_loss_percent;
    if (percent == stream->loss_percent || codec_encoder_set_loss(stream->encoder, percent) < 0) return;
    stream->loss_percent = percent;
}

static send_slot *send_reserve(send_stream *stream) {
    if (stream->count == SEND_QUEUE) {
        stream->head = (stream->head + 1) % SEND_QUEUE;
        stream->count--;
        stream->stats.packets_dropped++;
    }
    return &stream->queue[(stream->head + stream->count) % SEND_QUEUE];
}

static void send_commit(send_stream *stream, send_slot *slot, int len) {
    slot->len = len;
    stream->count++;
}

/* slot->bytes holds an RTP packet of `len` bytes: protect, count, queue. */
static void send_rtp(send_stream *stream, send_slot *slot, const rtp_packet *header, int len, uint64_t now_us) {
    rtp_packet sent = *header;
    sent.payload = slot->bytes + RTP_HEADER_LEN;
    sent.payload_len = (size_t)len - RTP_HEADER_LEN;
    rtp_packet_write(header, slot->bytes, sizeof slot->bytes);
    if (stream->srtp) len = srtp_sender_rtp(stream->srtp, slot->bytes, (size_t)len, sizeof slot->bytes);
    stream->seq++;
    if (len < 0) {
        stream->stats.packets_refused++;
        return;
    }
    rtcp_session_sent(stream->session, &sent, now_us);
    send_commit(stream, slot, len);
    stream->silent = false;
}

static uint32_t send_timestamp(const send_stream *stream, uint64_t samples, uint32_t clock_hz) {
    return stream->timestamp_base + (uint32_t)(samples * clock_hz / CODEC_RATE_HZ);
}

static bool send_event(send_stream *stream, uint64_t start, uint64_t now_us) {
    telephone_packet event;
    uint32_t timestamp = send_timestamp(stream, start, stream->config.dtmf_rate_hz);
    if (!telephone_sender_active(&stream->digits)) return false;
    if (!telephone_sender_next(&stream->digits, timestamp, &event)) return false;
    send_slot *slot = send_reserve(stream);
    rtp_packet header = { .marker = event.marker, .payload_type = stream->config.dtmf_payload_type, .seq = stream->seq,
                          .timestamp = event.timestamp, .ssrc = stream->ssrc };
    memcpy(slot->bytes + RTP_HEADER_LEN, event.payload, sizeof event.payload);
    send_rtp(stream, slot, &header, RTP_HEADER_LEN + TELEPHONE_EVENT_LEN, now_us);
    return true;
}

static void send_audio(send_stream *stream, uint64_t start, uint64_t now_us) {
    send_slot *slot = send_reserve(stream);
    size_t room = sizeof slot->bytes - RTP_HEADER_LEN - (stream->srtp ? SRTP_RTP_OVERHEAD_MAX : 0);
    int len = codec_encoder_encode(stream->encoder, stream->frame, slot->bytes + RTP_HEADER_LEN, room);
    if (len <= 0) {
        stream->stats.packets_refused += len < 0;
        stream->silent = true;
        return;
    }
    rtp_packet header = { .marker = stream->silent, .payload_type = stream->config.payload_type, .seq = stream->seq,
                          .timestamp = send_timestamp(stream, start, codec_clock_hz(stream->config.codec)),
                          .ssrc = stream->ssrc };
    send_rtp(stream, slot, &header, RTP_HEADER_LEN + len, now_us);
}

void send_frame(send_stream *stream, const float speech[FRAME_LEN], const float noise[FRAME_LEN], uint64_t now_us) {
    const float *source = stream->flags & TCCC_STREAM_MUTED ? noise : speech;
    memcpy(stream->frame + stream->filled, source, FRAME_LEN * sizeof *source);
    stream->filled += FRAME_LEN;
    stream->samples += FRAME_LEN;
    if (stream->filled < codec_encoder_frame(stream->encoder)) return;
    uint64_t start = stream->samples - (uint64_t)stream->filled;
    stream->filled = 0;
    if (!(stream->flags & TCCC_STREAM_SEND))
        stream->silent = true;
    else if (!send_event(stream, start, now_us))
        send_audio(stream, start, now_us);
}

int send_rtcp(send_stream *stream, const uint8_t *compound, size_t len) {
    if (len > TCCC_PACKET_MAX - SRTP_RTCP_OVERHEAD_MAX) return TCCC_E_TOO_LARGE;
    send_slot *slot = send_reserve(stream);
    memcpy(slot->bytes, compound, len);
    int protected = stream->srtp ? srtp_sender_rtcp(stream->srtp, slot->bytes, len, sizeof slot->bytes) : (int)len;
    if (protected < 0) {
        stream->stats.packets_refused++;
        return protected;
    }
    send_commit(stream, slot, protected);
    return 0;
}

int send_packet(send_stream *stream, uint8_t *buf) {
    if (stream->count == 0) return 0;
    send_slot *slot = &stream->queue[stream->head];
    memcpy(buf, slot->bytes, (size_t)slot->len);
    stream->head = (stream->head + 1) % SEND_QUEUE;
    stream->count--;
    return slot->len;
}

void send_stats_get(const send_stream *stream, send_stats *stats) {
    *stats = stream->stats;
}
