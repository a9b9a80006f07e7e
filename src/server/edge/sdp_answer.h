/* sdp_answer.h: a browser's offer of one data channel, and the answer to it. Layer: server. Sans-IO.
 * RFC 8866 (SDP), RFC 8839 (ICE), RFC 8842 (DTLS), RFC 8841 (SCTP), RFC 9429 section 5.3 (JSEP answers). */
#ifndef TCCC_SERVER_SDP_ANSWER_H
#define TCCC_SERVER_SDP_ANSWER_H

#include "sdp_line.h"

typedef struct {
    sdp_transport transport;
    int bundled;                     /* the offer has a=group:BUNDLE */
    uint16_t sctp_port;
} sdp_offer;

/* 0; or TCCC_E_FORMAT with *why set to a sentence. The offer must have exactly one m= section, m=application. */
int sdp_offer_read(sdp_offer *offer, const char *sdp, size_t len, const char **why);

typedef struct {
    const char *ufrag, *pwd, *host;  /* ours; host numeric */
    int port;
    const uint8_t *fingerprint;      /* [SDP_FINGERPRINT_LEN] of our certificate */
    uint64_t session_id;
    uint16_t sctp_port;
    int max_message;
} sdp_ours;

/* Length written, or TCCC_E_TOO_LARGE. */
int sdp_answer_write(const sdp_ours *ours, const sdp_offer *offer, char *buf, size_t cap);

#endif
