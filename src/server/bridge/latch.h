/* latch.h: where a telephone's RTP really comes from. Layer: server. Sans-IO. RFC 4961 (symmetric RTP), RFC 3550 A.1.
 *
 * Packets that match the call's payload types may still come from a stranger. The address in SDP is believed at the
 * first packet. Another source must send two packets in sequence, and once a source is latched only that one is heard,
 * until the next offer or answer, or until it has been silent for LATCH_SILENCE_US and the same SSRC comes from somewhere else
 * (a telephone behind a NAT that has got a new port).
 */
#ifndef TCCC_SERVER_LATCH_H
#define TCCC_SERVER_LATCH_H

#include "server/edge/address.h"

#include <stdint.h>

#define LATCH_SILENCE_US 2000000

typedef struct {
    address expected;                /* from SDP; family 0: unknown */
    int symmetric;                   /* 0: only the expected host is heard, and packets go to `expected` */
    int latched;
    address source;                  /* latched */
    uint32_t ssrc;
    uint64_t heard_us;               /* last packet from `source` */
    address candidate;
    uint32_t candidate_ssrc;
    uint16_t candidate_seq;
} latch;

void latch_open(latch *l, const address *expected, int symmetric);
/* Whether a valid RTP packet from there is the telephone's. */
int latch_packet(latch *l, const address *from, uint32_t ssrc, uint16_t seq, uint64_t now_us);
/* Whether RTCP from there is believed: the host of what is latched, or else of SDP. */
int latch_host(const latch *l, const address *from);
/* Where packets go: family 0 when nowhere yet. */
const address *latch_target(const latch *l);

#endif
