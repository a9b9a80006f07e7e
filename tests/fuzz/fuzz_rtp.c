/* fuzz_rtp.c: a packet that parses lies inside its bytes, and what is written of it parses to the same. Layer: tests. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "media/rtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(const rtp_packet *packet, const uint8_t *data, size_t size) {
    assert(packet->payload >= data + RTP_HEADER_LEN);
    assert(packet->payload + packet->payload_len + packet->padding_len == data + size);
    assert(packet->payload_type <= RTP_PAYLOAD_TYPE_MAX && packet->csrc_count <= 15);
    if (packet->extension) {
        assert(packet->extension >= data + RTP_HEADER_LEN + 4);
        assert(packet->extension + packet->extension_len == packet->payload);
        assert(packet->extension_len % 4 == 0);
    }
}

static void check_written(const rtp_packet *packet, const uint8_t *data) {
    uint8_t bytes[RTP_HEADER_LEN];
    rtp_packet again;

    assert(rtp_packet_write(packet, bytes, sizeof bytes) == RTP_HEADER_LEN);
    assert(bytes[1] == data[1] && memcmp(bytes + 2, data + 2, RTP_HEADER_LEN - 2) == 0);
    assert(rtp_packet_parse(&again, bytes, sizeof bytes) == 0);
    assert(again.seq == packet->seq && again.timestamp == packet->timestamp && again.ssrc == packet->ssrc);
    assert(rtp_packet_seq(data) == packet->seq && rtp_packet_timestamp(data) == packet->timestamp);
    assert(rtp_packet_ssrc(data) == packet->ssrc && rtp_packet_payload_type(data) == packet->payload_type);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    rtp_packet packet;
    int result = rtp_packet_parse(&packet, data, size);

    rtp_packet_kind(data, size);
    if (result == 0) {
        check_inside(&packet, data, size);
        check_written(&packet, data);
        assert(rtp_packet_kind(data, size) != RTP_KIND_OTHER);
    }
    return 0;
}
