/* rtcp_session.c: what one RTP stream pair sent and received, and its reports. Layer: media. Sans-IO. RFC 3550 6.2-6.4, A.1, A.3, A.7, A.8. */
#include "media/rtcp.h"

#include <stdio.h>
#include <string.h>

#include "tccc/error.h"

enum {
    SEQ_MOD = 1 << 16,
    MAX_DROPOUT = 3000,         /* A.1 */
    MAX_MISORDER = 100,
    COMPOUND_MAX = 128,         /* SR with one block (52) and SDES (76 at most) */
    RTT_MAX_MS = 60000          /* a longer one is a wrong LSR or DLSR */
};

static uint32_t random_next(uint32_t *state) {
    *state ^= *state << 13; /* xorshift32, Marsaglia 2003 */
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* The clock in 32.32 seconds; never 0 in its middle 32 bits at the start, where 0 means "none". */
static uint64_t ntp_of(uint64_t now_us) {
    uint64_t seconds = now_us / 1000000 + 1, rest_us = now_us % 1000000;

    return seconds << 32 | (rest_us << 32) / 1000000;
}

static uint32_t ntp_middle(uint64_t now_us) {
    return (uint32_t)(ntp_of(now_us) >> 16);
}

static uint32_t clock_of(uint64_t now_us, uint32_t rate_hz) {
    return (uint32_t)(now_us / 1000000 * rate_hz + now_us % 1000000 * rate_hz / 1000000);
}

/* A.7 for a call of two: the bandwidth term stays below the minimum interval at every rate a call uses (two members' 130
 * bytes at 5 % of 12 kbit/s are 3.5 s), so the interval is the minimum, 0.5..1.5 of it, divided by e - 3/2. */
static uint64_t interval_us(rtcp_session *session, double minimum_ms) {
    double spread = 0.5 + random_next(&session->rng) / 4294967296.0;

    return (uint64_t)(minimum_ms * 1000 * spread / 1.21828);
}

void rtcp_session_open(rtcp_session *session, const rtcp_session_config *config, uint64_t now_us) {
    memset(session, 0, sizeof *session);
    session->ssrc = config->ssrc;
    session->rate_hz = config->rate_hz;
    session->payload_type = config->payload_type;
    session->rng = (uint32_t)(config->seed ^ config->seed >> 32) | 1;
    if (config->cname && config->cname[0])
        snprintf(session->cname, sizeof session->cname, "%s", config->cname);
    else
        snprintf(session->cname, sizeof session->cname, "%016llx", (unsigned long long)config->seed);
    session->rtt_ms = session->remote_loss_ratio = session->remote_jitter_ms = -1;
    session->next_us = now_us + interval_us(session, RTCP_INTERVAL_MIN_MS / 2.0);
}

void rtcp_session_sent(rtcp_session *session, const rtp_packet *packet, uint64_t now_us) {
    session->packets_sent++;
    session->bytes_sent += (uint32_t)packet->payload_len;
    if (packet->payload_type != session->payload_type)
        return;
    session->timestamp = packet->timestamp;
    session->sent_us = now_us;
}

static uint32_t source_expected(const rtcp_source *source) {
    return source->seen ? source->cycles + source->max_seq - source->base_seq + 1 : 0;
}

static void source_restart(rtcp_session *session, uint32_t ssrc, uint16_t seq) {
    rtcp_source *source = &session->source;

    session->received_total += source->received;
    session->lost_total += (int32_t)(source_expected(source) - source->received);
    *source = (rtcp_source){.seen = true, .ssrc = ssrc, .base_seq = seq, .max_seq = seq, .bad_seq = SEQ_MOD + 1};
}

/* A.1 without probation: the SDP answer has already told us that this source is ours. */
static void source_seq(rtcp_session *session, uint16_t seq) {
    rtcp_source *source = &session->source;
    uint16_t delta = (uint16_t)(seq - source->max_seq);

    if (delta < MAX_DROPOUT) {
        if (seq < source->max_seq)
            source->cycles += SEQ_MOD;
        source->max_seq = seq;
    } else if (delta <= SEQ_MOD - MAX_MISORDER) {
        if (seq != source->bad_seq) {
            source->bad_seq = (seq + 1u) & (SEQ_MOD - 1);
            return;
        }
        source_restart(session, source->ssrc, seq); /* two in a row: the peer restarted */
    }
    source->received++;
}

/* A.8 */
static void source_jitter(rtcp_session *session, uint32_t timestamp, uint64_t now_us) {
    rtcp_source *source = &session->source;
    uint32_t transit = clock_of(now_us, session->rate_hz) - timestamp;
    int64_t change = (int32_t)(transit - source->transit);

    source->transit = transit;
    if (!source->timed) {
        source->timed = true;
        return;
    }
    if (change < 0)
        change = -change;
    if (change > (int64_t)session->rate_hz * 10)
        return; /* a new timestamp base, not jitter */
    source->jitter += (uint32_t)change - ((source->jitter + 8) >> 4);
}

void rtcp_session_received(rtcp_session *session, const rtp_packet *packet, uint64_t now_us) {
    if (!session->source.seen || session->source.ssrc != packet->ssrc)
        source_restart(session, packet->ssrc, packet->seq);
    session->bytes_received += (uint32_t)packet->payload_len;
    source_seq(session, packet->seq);
    if (packet->payload_type == session->payload_type)
        source_jitter(session, packet->timestamp, now_us);
}

static void block_input(rtcp_session *session, const rtcp_block *block, uint64_t now_us) {
    int32_t round;

    if (block->ssrc != session->ssrc)
        return;
    session->remote_loss_ratio = block->fraction_lost / 256.0f;
    session->remote_jitter_ms = block->jitter * 1000.0f / session->rate_hz;
    if (!block->lsr)
        return;
    round = (int32_t)(ntp_middle(now_us) - block->lsr - block->dlsr);
    if (round < 0)
        round = 0; /* rounding of a short one */
    if (round * (1000.0f / 65536) <= RTT_MAX_MS)
        session->rtt_ms = round * (1000.0f / 65536);
}

static void item_input(rtcp_session *session, const rtcp_item *item, uint64_t now_us) {
    if (item->type == RTCP_KIND_SR) {
        session->lsr = (uint32_t)(item->ntp >> 16);
        session->sr_ssrc = item->ssrc;
        session->sr_us = now_us;
    }
    for (int i = 0; i < item->n_blocks; i++)
        block_input(session, &item->blocks[i], now_us);
    if (item->type == RTCP_KIND_BYE && (!session->source.seen || item->ssrc == session->source.ssrc))
        session->bye_received = true;
}

int rtcp_session_input(rtcp_session *session, const uint8_t *compound, size_t len, uint64_t now_us) {
    rtcp_cursor cursor;
    rtcp_item item;
    int result = rtcp_compound_parse(&cursor, compound, len);

    while (result >= 0 && (result = rtcp_compound_next(&cursor, &item)) > 0)
        item_input(session, &item, now_us);
    if (result < 0)
        session->packets_malformed++;
    else
        session->reports_received++;
    return result;
}

/* A.3 */
static uint8_t fraction_lost(rtcp_source *source) {
    uint32_t expected = source_expected(source);
    uint32_t expected_interval = expected - source->expected_prior;
    int64_t lost = (int64_t)expected_interval - (source->received - source->received_prior);

    source->expected_prior = expected;
    source->received_prior = source->received;
    if (expected_interval == 0 || lost <= 0)
        return 0;
    return (uint8_t)(lost >= expected_interval ? 255 : (lost << 8) / expected_interval);
}

static void block_make(rtcp_session *session, rtcp_block *block, uint64_t now_us) {
    rtcp_source *source = &session->source;
    int64_t lost = (int64_t)source_expected(source) - source->received;

    *block = (rtcp_block){
        .ssrc = source->ssrc,
        .fraction_lost = fraction_lost(source),
        .lost = (int32_t)(lost > 0x7fffff ? 0x7fffff : lost < -0x800000 ? -0x800000 : lost),
        .highest_seq = source->cycles + source->max_seq,
        .jitter = source->jitter >> 4,
    };
    if (session->sr_us && session->sr_ssrc == source->ssrc) {
        uint64_t since_us = now_us - session->sr_us;

        block->lsr = session->lsr;
        block->dlsr = since_us < 65535000000 ? (uint32_t)((since_us << 16) / 1000000) : UINT32_MAX;
    }
}

static int report_write(rtcp_session *session, uint8_t *buf, size_t capacity, uint64_t now_us) {
    rtcp_item item = {.type = RTCP_KIND_RR, .ssrc = session->ssrc};

    if (session->packets_sent != session->sent_at_report[1]) {
        item.type = RTCP_KIND_SR;
        item.ntp = ntp_of(now_us);
        item.rtp_timestamp = session->timestamp + clock_of(now_us, session->rate_hz) - clock_of(session->sent_us, session->rate_hz);
        item.packets = session->packets_sent;
        item.bytes = session->bytes_sent;
    }
    session->sent_at_report[1] = session->sent_at_report[0];
    session->sent_at_report[0] = session->packets_sent;
    if (session->source.seen) {
        item.n_blocks = 1;
        block_make(session, &item.blocks[0], now_us);
    }
    return rtcp_item_write(&item, buf, capacity);
}

static int compound_write(rtcp_session *session, uint8_t *buf, uint64_t now_us) {
    rtcp_item sdes = {.type = RTCP_KIND_SDES, .ssrc = session->ssrc};
    int len = report_write(session, buf, COMPOUND_MAX, now_us);

    memcpy(sdes.cname, session->cname, sizeof sdes.cname);
    return len + rtcp_item_write(&sdes, buf + len, (size_t)(COMPOUND_MAX - len));
}

int rtcp_session_poll(rtcp_session *session, uint8_t *buf, size_t capacity, uint64_t now_us) {
    if (now_us < session->next_us)
        return 0;
    if (capacity < COMPOUND_MAX)
        return TCCC_E_TOO_LARGE;
    session->next_us = now_us + interval_us(session, RTCP_INTERVAL_MIN_MS);
    return compound_write(session, buf, now_us);
}

int rtcp_session_bye(rtcp_session *session, uint8_t *buf, size_t capacity, uint64_t now_us) {
    rtcp_item bye = {.type = RTCP_KIND_BYE, .ssrc = session->ssrc};
    int len;

    if (capacity < COMPOUND_MAX + 8)
        return TCCC_E_TOO_LARGE;
    len = compound_write(session, buf, now_us);
    return len + rtcp_item_write(&bye, buf + len, capacity - (size_t)len);
}

void rtcp_session_summary(const rtcp_session *session, rtcp_summary *summary) {
    const rtcp_source *source = &session->source;

    *summary = (rtcp_summary){
        .packets_sent = session->packets_sent,
        .bytes_sent = session->bytes_sent,
        .packets_received = session->received_total + source->received,
        .bytes_received = session->bytes_received,
        .packets_lost = session->lost_total + (int32_t)(source_expected(source) - source->received),
        .jitter_ms = (source->jitter >> 4) * 1000.0f / session->rate_hz,
        .rtt_ms = session->rtt_ms,
        .remote_loss_ratio = session->remote_loss_ratio,
        .remote_jitter_ms = session->remote_jitter_ms,
        .reports_received = session->reports_received,
        .packets_malformed = session->packets_malformed,
        .bye_received = session->bye_received,
    };
}
