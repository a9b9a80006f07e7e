/* fuzz_srtp.c: foreign bytes never authenticate; protected packets come back as they were, changed ones do not. Layer: tests. */
#include <assert.h>
#include <string.h>

#include "media/srtp.h"
#include "tccc/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t key[TCCC_SRTP_KEY_LEN] = "a key only this test knows....";

/* A foreign packet: an error, or (one chance in 2^80) ours. */
static void foreign(const uint8_t *data, size_t size) {
    static srtp_receiver *receiver; /* opened once: that takes most of a run's time */
    uint8_t bytes[TCCC_PACKET_MAX + 64];
    int error;

    if (!receiver)
        receiver = srtp_receiver_open(SRTP_SCHEME_AES128_SHA1_80, key, sizeof key, &error);
    memcpy(bytes, data, size);
    assert(srtp_receiver_rtp(receiver, bytes, size) < 0);
    memcpy(bytes, data, size);
    assert(srtp_receiver_rtcp(receiver, bytes, size) < 0);
}

static void ours(const uint8_t *data, size_t size, enum srtp_scheme scheme) {
    uint8_t bytes[TCCC_PACKET_MAX + 64], changed[TCCC_PACKET_MAX + 64];
    int error, len, result;
    srtp_sender *sender = srtp_sender_open(scheme, key, sizeof key, &error);
    srtp_receiver *receiver = srtp_receiver_open(scheme, key, sizeof key, &error);

    memcpy(bytes, data, size);
    bytes[0] = (uint8_t)(0x80 | (bytes[0] & 0x2f)); /* no extension: its length could lie beyond the packet */
    len = srtp_sender_rtp(sender, bytes, size, sizeof bytes);
    if (len > 0) {
        assert((size_t)len <= size + SRTP_RTP_OVERHEAD_MAX && (size_t)len > size);
        memcpy(changed, bytes, (size_t)len);
        changed[2 + data[0] % (len - 2)] ^= 0x10;
        result = srtp_receiver_rtp(receiver, changed, (size_t)len);
        assert(result < 0);
        if (len <= TCCC_PACKET_MAX) {
            assert(srtp_receiver_rtp(receiver, bytes, (size_t)len) == (int)size);
            assert(memcmp(bytes + 1, data + 1, size - 1) == 0);
        }
    } else {
        assert(len == TCCC_E_FORMAT || len == TCCC_E_TOO_LARGE);
    }
    srtp_sender_close(sender);
    srtp_receiver_close(receiver);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    enum srtp_scheme scheme = size && data[0] & 0x40 ? SRTP_SCHEME_AES128_SHA1_80 : SRTP_SCHEME_AES128_SHA1_32;

    if (size > TCCC_PACKET_MAX)
        return 0;
    foreign(data, size);
    if (size >= 12)
        ours(data, size, scheme);
    return 0;
}
