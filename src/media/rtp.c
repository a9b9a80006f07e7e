/* rtp.c: RTP packets read and written in place. Layer: media. Sans-IO. RFC 3550 section 5, RFC 8285, RFC 5761. */
#include "media/rtp.h"

#include "media/network_order.h"
#include "tccc/error.h"

enum rtp_kind rtp_packet_kind(const uint8_t *packet, size_t len) {
    if (len < 4 || packet[0] >> 6 != 2)
        return RTP_KIND_OTHER;
    /* RFC 5761 section 4: RTCP packet types 192..223 lie where RTP payload types 64..95 with a marker would. */
    if (packet[1] >= 192 && packet[1] <= 223)
        return len >= 8 ? RTP_KIND_RTCP : RTP_KIND_OTHER;
    return len >= RTP_HEADER_LEN ? RTP_KIND_RTP : RTP_KIND_OTHER;
}

/* Length of header, CSRC list and extension; 0 when they run past the end. */
static size_t parse_head(rtp_packet *out, const uint8_t *packet, size_t len) {
    size_t head = RTP_HEADER_LEN + 4u * out->csrc_count;

    if (head > len)
        return 0;
    if (!(packet[0] & 0x10))
        return head;
    if (head + 4 > len)
        return 0;
    out->extension_profile = network_get16(packet + head);
    out->extension_len = 4u * network_get16(packet + head + 2);
    out->extension = packet + head + 4;
    head += 4 + out->extension_len;
    return head <= len ? head : 0;
}

int rtp_packet_parse(rtp_packet *out, const uint8_t *packet, size_t len) {
    size_t head;

    if (len < RTP_HEADER_LEN || packet[0] >> 6 != 2)
        return TCCC_E_FORMAT;
    *out = (rtp_packet){
        .marker = packet[1] >> 7,
        .payload_type = packet[1] & 0x7f,
        .seq = network_get16(packet + 2),
        .timestamp = network_get32(packet + 4),
        .ssrc = network_get32(packet + 8),
        .csrc_count = packet[0] & 0x0f,
    };
    head = parse_head(out, packet, len);
    if (!head)
        return TCCC_E_FORMAT;
    if (packet[0] & 0x20) {
        out->padding_len = packet[len - 1];
        if (out->padding_len == 0 || out->padding_len > len - head)
            return TCCC_E_FORMAT;
    }
    out->payload = packet + head;
    out->payload_len = len - head - out->padding_len;
    return TCCC_OK;
}

int rtp_packet_write(const rtp_packet *header, uint8_t *buf, size_t capacity) {
    if (capacity < RTP_HEADER_LEN)
        return TCCC_E_TOO_LARGE;
    if (header->payload_type > RTP_PAYLOAD_TYPE_MAX)
        return TCCC_E_ARG_RANGE;
    buf[0] = 0x80;
    buf[1] = (uint8_t)(header->marker << 7 | header->payload_type);
    network_put16(buf + 2, header->seq);
    network_put32(buf + 4, header->timestamp);
    network_put32(buf + 8, header->ssrc);
    return RTP_HEADER_LEN;
}

uint8_t rtp_packet_payload_type(const uint8_t *packet) {
    return packet[1] & 0x7f;
}

uint16_t rtp_packet_seq(const uint8_t *packet) {
    return network_get16(packet + 2);
}

uint32_t rtp_packet_timestamp(const uint8_t *packet) {
    return network_get32(packet + 4);
}

uint32_t rtp_packet_ssrc(const uint8_t *packet) {
    return network_get32(packet + 8);
}

void rtp_packet_set_payload_type(uint8_t *packet, uint8_t payload_type) {
    packet[1] = (uint8_t)((packet[1] & 0x80) | (payload_type & 0x7f));
}

void rtp_packet_set_marker(uint8_t *packet, bool marker) {
    packet[1] = (uint8_t)((packet[1] & 0x7f) | marker << 7);
}

void rtp_packet_set_seq(uint8_t *packet, uint16_t seq) {
    network_put16(packet + 2, seq);
}

void rtp_packet_set_timestamp(uint8_t *packet, uint32_t timestamp) {
    network_put32(packet + 4, timestamp);
}

void rtp_packet_set_ssrc(uint8_t *packet, uint32_t ssrc) {
    network_put32(packet + 8, ssrc);
}
