/* latch.c: where a telephone's RTP really comes from. Layer: server. Sans-IO. RFC 4961 (symmetric RTP), RFC 3550 A.1. */
#include "latch.h"

#include <string.h>

void latch_open(latch *l, const address *expected, int symmetric) {
    memset(l, 0, sizeof *l);
    l->expected = *expected;
    l->symmetric = symmetric;
}

static int accept_source(latch *l, const address *from, uint32_t ssrc, uint64_t now_us) {
    l->latched = 1;
    l->source = *from;
    l->ssrc = ssrc;
    l->heard_us = now_us;
    l->candidate.sa.sa_family = 0;
    return 1;
}

/* Two packets in sequence from the same place. */
static int probation(latch *l, const address *from, uint32_t ssrc, uint16_t seq) {
    int second = address_equal(&l->candidate, from) && l->candidate_ssrc == ssrc && seq == (uint16_t)(l->candidate_seq + 1);
    l->candidate = *from;
    l->candidate_ssrc = ssrc;
    l->candidate_seq = seq;
    return second;
}

int latch_packet(latch *l, const address *from, uint32_t ssrc, uint16_t seq, uint64_t now_us) {
    if (!l->symmetric)
        return address_same_host(from, &l->expected);
    if (l->latched && address_equal(from, &l->source)) {
        l->ssrc = ssrc;
        l->heard_us = now_us;
        return 1;
    }
    if (l->latched && (now_us - l->heard_us < LATCH_SILENCE_US || ssrc != l->ssrc))
        return 0;
    if (address_equal(from, &l->expected) || probation(l, from, ssrc, seq))
        return accept_source(l, from, ssrc, now_us);
    return 0;
}

int latch_host(const latch *l, const address *from) {
    return address_same_host(from, l->symmetric && l->latched ? &l->source : &l->expected);
}

const address *latch_target(const latch *l) {
    return l->symmetric && l->latched ? &l->source : &l->expected;
}
