/* tap_reader.c: opens what a tap has copied. Layer: server. */
#include "tap_reader.h"

#include "tccc/error.h"

#include <openssl/crypto.h>
#include <string.h>

void tap_reader_keys(tap_reader *r, const tap_head *head, uint8_t *bytes) {
    tap_keys keys;
    int error;
    if (r && head->len == sizeof keys) {
        memcpy(&keys, bytes, sizeof keys);
        srtp_receiver_close(r->receiver);
        r->receiver = srtp_receiver_join((enum srtp_scheme)head->srtp, keys.key, sizeof keys.key, keys.ssrc, keys.roc, &error);
        OPENSSL_cleanse(&keys, sizeof keys);
    }
    OPENSSL_cleanse(bytes, head->len);
}

int tap_reader_take(tap_reader *r, const tap_head *head, uint8_t *bytes, rtp_packet *rtp) {
    int len = head->len;
    if (head->srtp != TCCC_SRTP_NONE)
        len = r->receiver ? srtp_receiver_rtp(r->receiver, bytes, head->len) : TCCC_E_AUTH;
    return len < 0 ? len : rtp_packet_parse(rtp, bytes, (size_t)len);
}

void tap_reader_close(tap_reader *r) {
    srtp_receiver_close(r->receiver);
    r->receiver = NULL;
}
