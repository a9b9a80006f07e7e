/* jitter.c: the packets of one RTP stream, in order, once each. Layer: media. Sans-IO. RFC 3550 sections 5.1 and A.1. */
#include "media/jitter.h"

#include <string.h>

#include "base/seq.h"
#include "tccc/error.h"

enum {
    JUMP_AHEAD = 3000,          /* RFC 3550 A.1 MAX_DROPOUT: one minute of packets */
    JUMP_BACK = 100,            /* MAX_MISORDER */
    TRANSIT_JUMP_US = 2000000,  /* more than any queue we could follow: the peer's clock was set anew, or it paused */
    WORD_BITS = 64,
    REPLAYED_RUN = 6,           /* packets in a row, at their own pace, until numbers heard before are a restart */
    SETTLED = 32,               /* a number this far back that has not come is lost: others only overtook less late ones */
    SEEN_BITS = JITTER_SEEN_WORDS * WORD_BITS
};

static const uint64_t seq_origin = 1u << 20;        /* extended numbers never fall below 0 */
static const uint64_t ticks_origin = 1ull << 34;

void jitter_open(jitter *jitter, uint32_t rate_hz, int delay_min_ms, int delay_max_ms) {
    memset(jitter, 0, sizeof *jitter);
    jitter->rate_hz = rate_hz;
    jitter_delay_open(&jitter->delay, delay_min_ms, delay_max_ms);
}

static jitter_slot *slot_of(jitter *jitter, uint64_t seq) {
    return &jitter->slots[seq % JITTER_SLOTS];
}

static void slot_free(jitter *jitter, jitter_slot *slot) {
    if (!slot->used)
        return;
    jitter->n_used--;
    slot->used = false;
    if (slot->len > JITTER_SHORT_MAX)
        jitter->long_used[(slot->payload - jitter->longs[0]) / JITTER_PAYLOAD_MAX] = false;
}

/* Where a free slot's payload of `len` bytes goes, or NULL. */
static uint8_t *payload_room(jitter *jitter, const jitter_slot *slot, size_t len) {
    if (len <= JITTER_SHORT_MAX)
        return jitter->shorts[slot - jitter->slots];
    for (int i = 0; i < JITTER_LONG_MAX; i++) {
        if (jitter->long_used[i])
            continue;
        jitter->long_used[i] = true;
        return jitter->longs[i];
    }
    return NULL;
}

static uint64_t media_us_of(const jitter *jitter, uint64_t ticks) {
    return ticks / jitter->rate_hz * 1000000 + ticks % jitter->rate_hz * 1000000 / jitter->rate_hz;
}

static void stream_start(jitter *jitter, const rtp_packet *packet) {
    if (jitter->started) {
        jitter->packets_dropped += (uint32_t)jitter->n_used;
        jitter->generation++;
    }
    for (int i = 0; i < JITTER_SLOTS; i++)
        slot_free(jitter, &jitter->slots[i]);
    jitter->started = true;
    jitter->taken = false;
    jitter->suspect.n = 0;
    jitter->ssrc = packet->ssrc;
    jitter->first_seq = jitter->next_seq = jitter->highest_seq = seq_origin + packet->seq;
    jitter->highest_ticks = ticks_origin + packet->timestamp;
    memset(jitter->seen, 0, sizeof jitter->seen);
    jitter_delay_open(&jitter->delay, jitter->delay.min_ms, jitter->delay.max_ms);
}

/* Another source, or number or timestamp far from where the stream is. */
static bool is_far(const jitter *jitter, const rtp_packet *packet, uint64_t seq, bool speech, uint64_t ticks, uint64_t now_us) {
    int64_t ahead = (int64_t)(seq - jitter->highest_seq), transit_us;

    if (packet->ssrc != jitter->ssrc || ahead > JUMP_AHEAD || ahead < -JUMP_BACK)
        return true;
    if (!jitter->delay.started || !speech)
        return false;
    transit_us = (int64_t)(now_us - media_us_of(jitter, ticks)) - jitter_delay_base_us(&jitter->delay);
    return transit_us > TRANSIT_JUMP_US || transit_us < -TRANSIT_JUMP_US;
}

/* Counts a far packet; true when the sender has restarted. Two in a row will do (A.1), unless number and timestamp are ones of
 * the last seconds: those come from a path that held them back (in a burst), or from a sender that plays its recording again
 * (at the recording's pace). */
static bool restart_confirmed(jitter *jitter, const rtp_packet *packet, uint64_t seq, uint64_t ticks, uint64_t now_us) {
    bool heard = packet->ssrc == jitter->ssrc && seq <= jitter->highest_seq && jitter->highest_seq - seq < SEEN_BITS &&
                 ticks <= jitter->highest_ticks;
    uint64_t media_us;

    if (jitter->suspect.n == 0 || packet->seq != jitter->suspect.next_seq || packet->ssrc != jitter->suspect.ssrc) {
        jitter->suspect.n = 0;
        jitter->suspect.ssrc = packet->ssrc;
        jitter->suspect.since_us = now_us;
        jitter->suspect.timestamp = packet->timestamp;
    }
    jitter->suspect.n++;
    jitter->suspect.next_seq = (uint16_t)(packet->seq + 1);
    if (!heard)
        return jitter->suspect.n >= 2;
    media_us = (uint64_t)(packet->timestamp - jitter->suspect.timestamp) * 1000000 / jitter->rate_hz;
    return jitter->suspect.n >= REPLAYED_RUN && now_us - jitter->suspect.since_us >= media_us / 2;
}

static void seen_advance(jitter *jitter, uint64_t steps) {
    uint64_t words = steps / WORD_BITS, bits = steps % WORD_BITS;

    for (int i = JITTER_SEEN_WORDS - 1; i >= 0; i--) {
        uint64_t from = (uint64_t)i - words;
        uint64_t high = (uint64_t)i >= words ? jitter->seen[from] << bits : 0;
        uint64_t low = bits && (uint64_t)i > words ? jitter->seen[from - 1] >> (WORD_BITS - bits) : 0;

        jitter->seen[i] = high | low;
    }
}

/* Marks seq as come; false when it had come before. Too old to be known counts as not come. */
static bool seen_mark(jitter *jitter, uint64_t seq) {
    uint64_t behind, bit;
    bool fresh;

    if (seq > jitter->highest_seq) {
        seen_advance(jitter, seq - jitter->highest_seq);
        jitter->highest_seq = seq;
    }
    behind = jitter->highest_seq - seq;
    if (behind >= SEEN_BITS)
        return true;
    bit = 1ull << behind % WORD_BITS;
    fresh = !(jitter->seen[behind / WORD_BITS] & bit);
    jitter->seen[behind / WORD_BITS] |= bit;
    return fresh;
}

/* Room for seq: what is a whole ring older goes. */
static void make_room(jitter *jitter, uint64_t seq) {
    while (seq >= jitter->next_seq + JITTER_SLOTS) {
        jitter_slot *oldest = slot_of(jitter, jitter->next_seq);

        if (oldest->used)
            jitter->packets_dropped++;
        slot_free(jitter, oldest);
        jitter->next_seq++;
    }
}

static int slot_fill(jitter *jitter, uint64_t seq, uint64_t ticks, const rtp_packet *packet, bool speech) {
    size_t len = speech ? packet->payload_len : 0;
    jitter_slot *slot;

    if (seq < jitter->next_seq && (jitter->taken || jitter->highest_seq - seq >= JITTER_SLOTS)) {
        jitter->packets_late++;
        return TCCC_E_TIMEOUT;
    }
    if (seq < jitter->next_seq)
        jitter->next_seq = seq; /* the stream's first packets came out of order */
    make_room(jitter, seq);
    slot = slot_of(jitter, seq);
    slot->payload = payload_room(jitter, slot, len);
    if (!slot->payload)
        return TCCC_E_TOO_LARGE;
    slot->used = true;
    slot->seq = seq;
    slot->ticks = ticks;
    slot->payload_type = packet->payload_type;
    slot->len = (uint16_t)len;
    if (len)
        memcpy(slot->payload, packet->payload, len);
    jitter->n_used++;
    return TCCC_OK;
}

/* Before anything was played, a packet that is faster than all others shows that those queued in front of us (a sound card
 * that was slow to start), not in the network: what they taught is forgotten. */
static void delay_learn(jitter *jitter, uint64_t ticks, uint64_t now_us) {
    uint64_t media_us = media_us_of(jitter, ticks);

    if (!jitter->taken && jitter->delay.started && (int64_t)(now_us - media_us) < jitter_delay_base_us(&jitter->delay))
        jitter_delay_open(&jitter->delay, jitter->delay.min_ms, jitter->delay.max_ms);
    jitter_delay_packet(&jitter->delay, media_us, now_us);
}

/* The newest number went on from `before`: so did the one from which back it is settled what is lost. */
static void loss_settle(jitter *jitter, uint64_t before) {
    for (uint64_t seq = before + 1; seq <= jitter->highest_seq; seq++) {
        uint64_t behind = jitter->highest_seq - (seq - SETTLED);

        if (seq >= jitter->first_seq + SETTLED)
            jitter_delay_loss(&jitter->delay, behind >= SEEN_BITS || !(jitter->seen[behind / WORD_BITS] >> behind % WORD_BITS & 1));
    }
}

static void statistics_put(jitter *jitter, uint64_t before, uint64_t ticks, bool speech, uint64_t now_us) {
    loss_settle(jitter, before);
    if (!speech)
        return; /* an event's timestamp is its start */
    delay_learn(jitter, ticks, now_us);
    if (ticks > jitter->highest_ticks)
        jitter->highest_ticks = ticks;
}

int jitter_put(jitter *jitter, const rtp_packet *packet, bool speech, uint64_t now_us) {
    uint64_t seq, ticks, before;

    if (packet->payload_len > JITTER_PAYLOAD_MAX)
        return TCCC_E_TOO_LARGE;
    if (!jitter->started)
        stream_start(jitter, packet);
    seq = seq16_extend(jitter->highest_seq, packet->seq);
    ticks = seq32_extend(jitter->highest_ticks, packet->timestamp);
    if (is_far(jitter, packet, seq, speech, ticks, now_us)) {
        if (!restart_confirmed(jitter, packet, seq, ticks, now_us))
            return TCCC_E_AGAIN;
        stream_start(jitter, packet);
        seq = jitter->highest_seq;
        ticks = jitter->highest_ticks;
    } else {
        jitter->suspect.n = 0;
    }
    before = jitter->highest_seq;
    if (!seen_mark(jitter, seq)) {
        jitter->packets_duplicate++;
        return TCCC_E_REPLAY;
    }
    statistics_put(jitter, before, ticks, speech, now_us);
    return slot_fill(jitter, seq, ticks, packet, speech);
}

const jitter_slot *jitter_first(const jitter *jitter) {
    if (jitter->n_used == 0)
        return NULL;
    for (uint64_t seq = jitter->next_seq;; seq++) {
        const jitter_slot *slot = &jitter->slots[seq % JITTER_SLOTS];

        if (slot->used)
            return slot;
    }
}

void jitter_take(jitter *jitter, const jitter_slot *slot) {
    uint64_t seq = slot->seq;

    for (; jitter->next_seq < seq; jitter->next_seq++) {
        if (slot_of(jitter, jitter->next_seq)->used)
            jitter->packets_dropped++;
        slot_free(jitter, slot_of(jitter, jitter->next_seq));
    }
    slot_free(jitter, slot_of(jitter, seq));
    jitter->next_seq = seq + 1;
    jitter->taken = true;
}

void jitter_skip(jitter *jitter) {
    jitter->next_seq++;
    jitter->taken = true;
}
