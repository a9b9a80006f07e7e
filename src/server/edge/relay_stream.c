/* relay_stream.c: one kind of media in one direction through the video relay. Layer: server. Sans-IO. */
#include "relay_stream.h"

#include "base/seq.h"
#include "media/network_order.h"
#include "media/rtp.h"
#include "tccc/error.h"

#include <string.h>

enum { ONE_BYTE = 0xbede };          /* RFC 8285 section 4.2 */

void relay_stream_open(relay_stream *s, uint32_t ssrc, uint32_t rate_hz) {
    *s = (relay_stream){ .ssrc = ssrc, .rate_hz = rate_hz };
}

void relay_stream_resume(relay_stream *s) {
    s->begins = 1;
}

/* The first source passes as it is; a later one goes on where the one before stopped, later by the time that has passed. */
static void begin_source(relay_stream *s, const rtp_packet *packet, uint64_t now_ms) {
    uint32_t passed = (uint32_t)((now_ms - s->top_ms) * s->rate_hz / 1000);
    s->first = s->started ? s->top + 1 : packet->seq;
    s->seq_shift = s->first - packet->seq;
    s->time_shift = s->started ? s->top_time + (passed ? passed : 1) - packet->timestamp : 0;
    s->source = packet->ssrc;
    s->top = s->first;
    s->started = 1;
    s->begins = 0;
}

/* Renames the one element that both sides have and blanks the others: their ids mean something else over there. */
static void rewrite_extension(const rtp_packet *packet, uint8_t *at, const relay_rewrite *how) {
    uint8_t *end = at + packet->extension_len;
    if (packet->extension_profile != ONE_BYTE) {
        network_put16(at - 4, ONE_BYTE);
        memset(at, 0, packet->extension_len);
        return;
    }
    while (at < end) {
        int id = *at >> 4;
        size_t len = id ? 2u + (*at & 15) : 1;
        if (id == 15 || len > (size_t)(end - at)) {
            memset(at, 0, (size_t)(end - at));
            return;
        }
        if (id && id == how->extension_from && how->extension_to)
            *at = (uint8_t)(how->extension_to << 4 | (*at & 15));
        else
            memset(at, 0, len);
        at += len;
    }
}

int relay_stream_rtp(relay_stream *s, uint8_t *packet, size_t len, const relay_rewrite *how, uint64_t now_ms, uint16_t *seq) {
    rtp_packet in;
    if (rtp_packet_parse(&in, packet, len))
        return TCCC_E_FORMAT;
    int is_new = !s->started || s->begins || in.ssrc != s->source;
    if (is_new)
        begin_source(s, &in, now_ms);
    uint32_t number = s->top + (uint32_t)seq16_steps((uint16_t)s->top, (uint16_t)(in.seq + s->seq_shift));
    uint32_t time = in.timestamp + s->time_shift;
    if (is_new || seq32_before(s->top, number)) {
        s->top = number;
        s->top_time = time;
        s->top_ms = now_ms;
    }
    if (in.extension)
        rewrite_extension(&in, packet + (in.extension - packet), how);
    rtp_packet_set_payload_type(packet, (uint8_t)how->payload_type);
    rtp_packet_set_seq(packet, (uint16_t)number);
    rtp_packet_set_timestamp(packet, time);
    rtp_packet_set_ssrc(packet, s->ssrc);
    *seq = (uint16_t)number;
    return is_new;
}

uint16_t relay_stream_seq_back(const relay_stream *s, uint16_t seq) {
    return (uint16_t)(seq - s->seq_shift);
}

uint32_t relay_stream_time(const relay_stream *s, uint32_t source_time) {
    return source_time + s->time_shift;
}

int relay_stream_highest_back(const relay_stream *s, uint32_t highest, uint32_t *of_source) {
    if (!s->started || seq32_before(highest, s->first))
        return TCCC_E_NOT_FOUND;
    *of_source = highest - s->seq_shift;
    return 0;
}
