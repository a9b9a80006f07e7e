/* rtp.h: RTP packets read and written in place. Layer: media. Sans-IO. RFC 3550 section 5, RFC 8285, RFC 5761.
 *
 * Nothing is copied: a parsed packet points into the bytes it was parsed from and lives as long as they do.
 * Sequence numbers and timestamps are compared modulo 2^16 and 2^32 (src/base/seq.h).
 */
#ifndef TCCC_MEDIA_RTP_H
#define TCCC_MEDIA_RTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RTP_HEADER_LEN = 12,        /* without CSRC list and extension */
    RTP_PAYLOAD_TYPE_MAX = 127
};

typedef struct {
    bool marker;
    uint8_t payload_type;       /* 0..127 */
    uint16_t seq;
    uint32_t timestamp, ssrc;
    uint8_t csrc_count;         /* 0..15 */
    const uint8_t *extension;   /* header extension without its 4-byte head, NULL when there is none */
    size_t extension_len;
    uint16_t extension_profile; /* 0xBEDE: one-byte elements, RFC 8285 */
    const uint8_t *payload;     /* after CSRC list and extension; padding removed */
    size_t payload_len, padding_len;
} rtp_packet;

/* What a datagram on a socket shared by RTP and RTCP is (RFC 5761 section 4): by version and second byte only. */
enum rtp_kind { RTP_KIND_OTHER, RTP_KIND_RTP, RTP_KIND_RTCP };
enum rtp_kind rtp_packet_kind(const uint8_t *packet, size_t len);

/* Reads packet[len]. 0, or TCCC_E_FORMAT: too short, version not 2, CSRC list, extension or padding beyond the end. */
int rtp_packet_parse(rtp_packet *out, const uint8_t *packet, size_t len);

/* Writes the fixed header (marker, payload_type, seq, timestamp, ssrc; no CSRC list, no extension, no padding) to
 * buf[0..11]. RTP_HEADER_LEN, or TCCC_E_TOO_LARGE (capacity below 12), TCCC_E_ARG_RANGE (payload type over 127). */
int rtp_packet_write(const rtp_packet *header, uint8_t *buf, size_t capacity);

/* Fields changed or read in place, for a relay. The packet must have parsed (12 bytes at least). */
uint8_t rtp_packet_payload_type(const uint8_t *packet);
uint16_t rtp_packet_seq(const uint8_t *packet);
uint32_t rtp_packet_timestamp(const uint8_t *packet);
uint32_t rtp_packet_ssrc(const uint8_t *packet);
void rtp_packet_set_payload_type(uint8_t *packet, uint8_t payload_type);
void rtp_packet_set_marker(uint8_t *packet, bool marker);
void rtp_packet_set_seq(uint8_t *packet, uint16_t seq);
void rtp_packet_set_timestamp(uint8_t *packet, uint32_t timestamp);
void rtp_packet_set_ssrc(uint8_t *packet, uint32_t ssrc);

#endif
