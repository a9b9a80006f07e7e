/* sdp_answer.c: a browser's offer of one data channel, and the answer to it. Layer: server. Sans-IO. */
#include "sdp_answer.h"

#include "tccc/error.h"

#include <stdio.h>
#include <string.h>

static const char *read_line(sdp_offer *offer, const sdp_line *l) {
    const char *why = NULL;
    sdp_line value;
    if (sdp_transport_read(&offer->transport, l, &why))
        return why;
    if (sdp_after(l, "a=sctp-port:", &value)) {
        int port = sdp_number(&value, 65535);
        offer->sctp_port = (uint16_t)port;
        return port > 0 ? NULL : "a=sctp-port is not a port.";
    }
    if (sdp_after(l, "a=group:BUNDLE", &value))
        offer->bundled = 1;
    return NULL;
}

/* m=application <port> UDP/DTLS/SCTP webrtc-datachannel */
static int is_data_channel(const sdp_line *media) {
    static const char tail[] = " UDP/DTLS/SCTP webrtc-datachannel";
    sdp_line rest;
    size_t n = sizeof tail - 1;
    return sdp_after(media, "m=application ", &rest) && rest.len > n && !memcmp(rest.at + rest.len - n, tail, n);
}

static const char *judge(const sdp_offer *offer, int n_media) {
    if (n_media != 1)
        return "The offer must have one m=application section and no other.";
    return sdp_transport_judge(&offer->transport);
}

int sdp_offer_read(sdp_offer *offer, const char *sdp, size_t len, const char **why) {
    const char *at = sdp;
    sdp_line l, unused;
    int n_media = 0;
    memset(offer, 0, sizeof *offer);
    offer->sctp_port = 5000; /* RFC 8841 section 5.2 */
    *why = len > SDP_OFFER_MAX ? "The offer is too long." : NULL;
    while (!*why && sdp_next_line(&at, sdp + len, &l)) {
        if (sdp_after(&l, "m=", &unused)) {
            n_media++;
            *why = is_data_channel(&l) ? NULL : "The offer must have one m=application section and no other.";
        } else
            *why = read_line(offer, &l);
    }
    if (!*why)
        *why = judge(offer, n_media);
    return *why ? TCCC_E_FORMAT : 0;
}

int sdp_answer_write(const sdp_ours *ours, const sdp_offer *offer, char *buf, size_t cap) {
    char fingerprint[3 * SDP_FINGERPRINT_LEN + 1];
    sdp_fingerprint_text(fingerprint, ours->fingerprint);
    const char *family = strchr(ours->host, ':') ? "IP6" : "IP4", *group = offer->bundled ? "a=group:BUNDLE " : "";
    int n = snprintf(buf, cap,
                     "v=0\r\n"
                     "o=- %llu 1 IN %s %s\r\n"
                     "s=-\r\n"
                     "t=0 0\r\n"
                     "%s%s%s"
                     "a=ice-lite\r\n"
                     "m=application %d UDP/DTLS/SCTP webrtc-datachannel\r\n"
                     "c=IN %s %s\r\n"
                     "a=candidate:1 1 udp 2130706431 %s %d typ host\r\n" /* RFC 8445 5.1.2.2: 126 << 24 | 65535 << 8 | 255 */
                     "a=end-of-candidates\r\n"
                     "a=ice-ufrag:%s\r\n"
                     "a=ice-pwd:%s\r\n"
                     "a=fingerprint:sha-256 %s\r\n"
                     "a=setup:passive\r\n"
                     "a=mid:%s\r\n"
                     "a=sctp-port:%u\r\n"
                     "a=max-message-size:%d\r\n",
                     (unsigned long long)(ours->session_id >> 2), family, ours->host, group, offer->bundled ? offer->transport.mid : "",
                     offer->bundled ? "\r\n" : "", ours->port, family, ours->host, ours->host, ours->port, ours->ufrag,
                     ours->pwd, fingerprint, offer->transport.mid, ours->sctp_port, ours->max_message);
    return n > 0 && (size_t)n < cap ? n : TCCC_E_TOO_LARGE;
}
