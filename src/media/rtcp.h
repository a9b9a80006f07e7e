/* rtcp.h: RTCP packets, and the report session of one RTP stream pair. Layer: media. Sans-IO. RFC 3550 sections 6, A.3, A.7, A.8.
 *
 * The wall clock of sender reports is `now_us` itself (RFC 3550 section 4 allows the elapsed time of any clock):
 * round trips need only the sender's own clock.
 */
#ifndef TCCC_MEDIA_RTCP_H
#define TCCC_MEDIA_RTCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/rtp.h"

enum {
    RTCP_BLOCKS_MAX = 31,       /* report blocks in one SR or RR */
    RTCP_CNAME_MAX = 63,        /* bytes of our own CNAME; a peer's is cut to this */
    RTCP_INTERVAL_MIN_MS = 5000 /* RFC 3550 section 6.2; the first report comes after half of it */
};

enum rtcp_kind { RTCP_KIND_SR = 200, RTCP_KIND_RR = 201, RTCP_KIND_SDES = 202, RTCP_KIND_BYE = 203, RTCP_KIND_APP = 204 };

typedef struct {
    uint32_t ssrc;              /* the stream this block reports on */
    uint8_t fraction_lost;      /* 1/256 */
    int32_t lost;               /* since start, -2^23..2^23-1 */
    uint32_t highest_seq;       /* with cycles in the upper half */
    uint32_t jitter;            /* units of the stream's RTP clock */
    uint32_t lsr, dlsr;         /* middle 32 bits of the NTP time of the last SR; delay since, 1/65536 s; 0 = none */
} rtcp_block;

typedef struct {                /* one packet of a compound */
    uint8_t type;               /* enum rtcp_kind; unknown types are passed through with ssrc only */
    uint32_t ssrc;              /* sender; of SDES and BYE: the first source */
    uint64_t ntp;               /* SR: 32.32 fixed point seconds */
    uint32_t rtp_timestamp, packets, bytes; /* SR */
    int n_blocks;               /* SR and RR */
    rtcp_block blocks[RTCP_BLOCKS_MAX];
    char cname[RTCP_CNAME_MAX + 1]; /* SDES: of the first chunk, "" when absent */
} rtcp_item;

typedef struct {
    const uint8_t *next, *end;
} rtcp_cursor;

/* Checks compound[len] (RFC 3550 A.2: version, lengths add up, padding only in the last packet) and sets the cursor to its
 * first packet. A compound that begins with neither SR nor RR is allowed (RFC 5506). 0 or TCCC_E_FORMAT. */
int rtcp_compound_parse(rtcp_cursor *cursor, const uint8_t *compound, size_t len);
/* Reads the next packet: 1, 0 at the end, TCCC_E_FORMAT when its inside is too short (the rest is then not read). */
int rtcp_compound_next(rtcp_cursor *cursor, rtcp_item *item);

/* Appends one packet to buf[capacity]. Its length, or TCCC_E_TOO_LARGE, TCCC_E_ARG_RANGE (n_blocks, type). */
int rtcp_item_write(const rtcp_item *item, uint8_t *buf, size_t capacity);

typedef struct {
    uint32_t ssrc;              /* ours */
    uint32_t rate_hz;           /* RTP clock of the codec, both directions */
    uint8_t payload_type;       /* of the codec: only its packets count for jitter and timestamps (RFC 4733 events do not) */
    const char *cname;          /* copied; "" is replaced by one made of the seed (RFC 7022) */
    uint64_t seed;
} rtcp_session_config;

typedef struct {
    uint32_t packets_sent, bytes_sent;         /* bytes: payload only */
    uint32_t packets_received, bytes_received;
    int32_t packets_lost;                      /* RFC 3550 A.3: expected - received, may be below 0 by duplicates */
    float jitter_ms;                           /* A.8 */
    float rtt_ms;                              /* -1 = not known */
    float remote_loss_ratio, remote_jitter_ms; /* from the peer's newest block about us; -1 = not known */
    uint32_t reports_received, packets_malformed;
    bool bye_received;
} rtcp_summary;

typedef struct {                /* one remote source; A.1 and A.8 */
    bool seen;
    uint32_t ssrc, cycles, bad_seq, base_seq, received, expected_prior, received_prior;
    uint32_t transit, jitter;   /* RTP clock; jitter times 16 */
    uint16_t max_seq;
    bool timed;                 /* transit is valid */
} rtcp_source;

typedef struct {
    uint32_t ssrc, rate_hz, rng;
    uint8_t payload_type;
    char cname[RTCP_CNAME_MAX + 1];
    rtcp_source source;
    uint64_t next_us, sent_us, sr_us; /* sent_us: newest RTP sent; sr_us: newest SR received */
    uint32_t timestamp;         /* RTP timestamp at sent_us */
    uint32_t lsr, sr_ssrc;      /* of the SR at sr_us */
    uint32_t packets_sent, bytes_sent, bytes_received, reports_received, packets_malformed;
    uint32_t sent_at_report[2]; /* packets_sent at the last two reports: sender when it grew since (section 6.3.8) */
    float rtt_ms, remote_loss_ratio, remote_jitter_ms;
    int32_t lost_total;         /* of sources before the present one */
    uint32_t received_total;
    bool bye_received;
} rtcp_session;

void rtcp_session_open(rtcp_session *session, const rtcp_session_config *config, uint64_t now_us);
void rtcp_session_sent(rtcp_session *session, const rtp_packet *packet, uint64_t now_us);
void rtcp_session_received(rtcp_session *session, const rtp_packet *packet, uint64_t now_us);
/* A compound packet from the peer. 0 or TCCC_E_FORMAT (counted). */
int rtcp_session_input(rtcp_session *session, const uint8_t *compound, size_t len, uint64_t now_us);
/* The next compound packet if one is due: SR (after sending) or RR, and SDES with CNAME. Its length, 0 when none is due
 * (session->next_us says when), TCCC_E_TOO_LARGE (capacity below 128). */
int rtcp_session_poll(rtcp_session *session, uint8_t *buf, size_t capacity, uint64_t now_us);
/* The compound that ends the session (RR or SR, SDES, BYE). Its length or TCCC_E_TOO_LARGE (capacity below 136). */
int rtcp_session_bye(rtcp_session *session, uint8_t *buf, size_t capacity, uint64_t now_us);
void rtcp_session_summary(const rtcp_session *session, rtcp_summary *summary);

#endif
