/* sdp_audio.h: the one audio stream of a call in SDP: reading, choosing, writing. Layer: server. Sans-IO.
 * Sources: RFC 8866 (SDP), 3264 (offer/answer), 3551 (static payload types), 4568 (SDES), 4733, 5761 (rtcp-mux), 7587.
 */
#ifndef TCCC_SERVER_SIP_SDP_AUDIO_H
#define TCCC_SERVER_SIP_SDP_AUDIO_H

#include "tccc/media.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SDP_AUDIO_TEXT_MAX 8192
#define SDP_AUDIO_CODECS 8
#define SDP_AUDIO_EVENTS 4
#define SDP_AUDIO_CRYPTOS 4
#define SDP_AUDIO_LINES 8        /* m= lines that an answer must repeat */
#define SDP_AUDIO_ADDRESS 46     /* INET6_ADDRSTRLEN */

enum sdp_audio_direction { SDP_AUDIO_INACTIVE, SDP_AUDIO_RECVONLY, SDP_AUDIO_SENDONLY, SDP_AUDIO_SENDRECV };

typedef struct { enum tccc_codec codec; uint8_t payload_type; } sdp_audio_codec;
typedef struct { uint8_t payload_type; int rate_hz; } sdp_audio_event;
typedef struct { int tag; enum tccc_srtp_suite suite; uint8_t key[TCCC_SRTP_KEY_LEN]; } sdp_audio_crypto;
typedef struct { char media[16], protocol[32], format[16]; } sdp_audio_line;

/* One side's description of its audio. */
typedef struct {
    uint64_t session_id, version;                /* o= line */
    char address[SDP_AUDIO_ADDRESS];             /* where it wants RTP; an IPv4 or IPv6 literal */
    uint16_t port, rtcp_port;                    /* rtcp_port 0: port + 1 */
    bool rtcp_mux;
    bool secure;                                 /* RTP/SAVP: crypto holds the keys it sends with */
    enum sdp_audio_direction direction;          /* as this side does it */
    int ptime_ms;                                /* 0: not told */
    int n_codecs, n_events, n_cryptos;
    sdp_audio_codec codecs[SDP_AUDIO_CODECS];    /* those we know, preferred first */
    sdp_audio_event events[SDP_AUDIO_EVENTS];    /* telephone-event */
    sdp_audio_crypto cryptos[SDP_AUDIO_CRYPTOS]; /* those we know */
    int n_lines, line;                           /* all m= lines, and which of them this is */
    sdp_audio_line lines[SDP_AUDIO_LINES];
} sdp_audio;

/* What both sides agreed on, from our point of view. */
typedef struct {
    enum tccc_codec codec;
    uint8_t payload_type, dtmf_payload_type;     /* dtmf 0: none */
    int dtmf_rate_hz, ptime_ms;
    enum sdp_audio_direction direction;          /* as we do it */
    enum tccc_srtp_suite srtp;
    int crypto_tag;
    uint8_t srtp_send_key[TCCC_SRTP_KEY_LEN], srtp_receive_key[TCCC_SRTP_KEY_LEN];
} sdp_audio_agreement;

/* Reads text[len]. 0; TOO_LARGE; FORMAT (not SDP, or a value out of its range); CODEC (no audio stream that we can
 * take: other media only, an unknown profile, no known codec, SAVP without a known key, port 0). */
int sdp_audio_read(sdp_audio *out, const char *text, size_t len);

/* Agrees on a remote offer or on the answer to our offer. `local` is ours: the codecs, the profile and the key we send
 * with; its key is used with the suite and tag that the remote side names. The first codec of `remote` that `local`
 * has too is taken. 0 or CODEC. */
int sdp_audio_agree(const sdp_audio *local, const sdp_audio *remote, sdp_audio_agreement *out);

/* Writes `local` as an offer (offer NULL, agreed NULL) or as the answer to `offer` with what was agreed.
 * Length of the text, or TOO_LARGE. */
int sdp_audio_write(const sdp_audio *local, const sdp_audio *offer, const sdp_audio_agreement *agreed, char *text, size_t capacity);

/* The direction in which the other side sees `direction`. */
enum sdp_audio_direction sdp_audio_mirror(enum sdp_audio_direction direction);
const char *sdp_audio_direction_name(enum sdp_audio_direction direction);
const char *sdp_audio_suite_name(enum tccc_srtp_suite suite);  /* "" for none */
const char *sdp_audio_codec_name(enum tccc_codec codec);       /* "opus", "PCMA", "PCMU" */

#endif
