/* telephone_event.c: DTMF digits as RTP events, sent and received. Layer: media. Sans-IO. RFC 4733 section 2.5. */
#include "media/telephone_event.h"

#include <string.h>

#include "media/network_order.h"
#include "tccc/error.h"

enum {
    END_BIT = 0x80,
    EVENT_DTMF_MAX = 15,        /* section 3.2, table 4 */
    SEGMENT_DURATION = 0xffff,  /* section 2.5.1.3: a longer event goes on in a new segment this much later */
    SILENT_END_MS = 200,        /* END packets lost: three packets at the longest usual packet time of 60 ms, and some */
    CONTINUATION_MS = 20,       /* an event's start this close behind the same event is no new key press */
    STALE_S = 10                /* a start further back than this is a restarted clock, not a late packet */
};

static const char digits[EVENT_DTMF_MAX + 2] = "0123456789*#ABCD";

int telephone_event_code(char digit) {
    const char *found;

    if (digit >= 'a' && digit <= 'd')
        digit = (char)(digit - 'a' + 'A');
    found = digit ? strchr(digits, digit) : NULL;
    return found ? (int)(found - digits) : -1;
}

char telephone_event_digit(uint8_t event) {
    return event <= EVENT_DTMF_MAX ? digits[event] : 0;
}

void telephone_sender_open(telephone_sender *sender, uint32_t rate_hz, int ptime_ms) {
    memset(sender, 0, sizeof *sender);
    sender->rate_hz = rate_hz;
    sender->ptime_ms = ptime_ms;
}

int telephone_sender_queue(telephone_sender *sender, const char *text) {
    size_t n = strlen(text);

    for (size_t i = 0; i < n; i++) {
        if (telephone_event_code(text[i]) < 0)
            return TCCC_E_ARG_RANGE;
    }
    if (n > (size_t)(TCCC_DIGITS_MAX - sender->n_queued))
        return TCCC_E_LIMIT;
    memcpy(sender->queue + sender->n_queued, text, n);
    sender->n_queued += (int)n;
    return (int)n;
}

bool telephone_sender_active(const telephone_sender *sender) {
    return sender->state != TELEPHONE_IDLE || sender->n_queued > 0;
}

static void tone_start(telephone_sender *sender, uint32_t timestamp) {
    sender->event = (uint8_t)telephone_event_code(sender->queue[0]);
    sender->n_queued--;
    memmove(sender->queue, sender->queue + 1, (size_t)sender->n_queued);
    sender->timestamp = timestamp;
    sender->tone_ms = sender->gap_ms = 0;
    sender->state = TELEPHONE_TONE;
}

/* The frame now due is part of the tone, of a repeated END or of the gap; `true` while packets are sent. */
static bool frame_pass(telephone_sender *sender) {
    switch (sender->state) {
    case TELEPHONE_TONE:
        sender->tone_ms += sender->ptime_ms;
        if (sender->tone_ms >= TELEPHONE_EVENT_ON_MS) {
            sender->ends_left = TELEPHONE_EVENT_END_PACKETS - 1;
            sender->state = TELEPHONE_ENDING;
        }
        return true;
    case TELEPHONE_ENDING:
        sender->gap_ms += sender->ptime_ms;
        if (--sender->ends_left == 0)
            sender->state = sender->gap_ms < TELEPHONE_EVENT_GAP_MS ? TELEPHONE_GAP : TELEPHONE_IDLE;
        return true;
    case TELEPHONE_GAP:
        sender->gap_ms += sender->ptime_ms;
        if (sender->gap_ms >= TELEPHONE_EVENT_GAP_MS)
            sender->state = TELEPHONE_IDLE;
        return false;
    case TELEPHONE_IDLE:
        break;
    }
    return false;
}

int telephone_sender_next(telephone_sender *sender, uint32_t timestamp, telephone_packet *packet) {
    bool starts = sender->state == TELEPHONE_IDLE && sender->n_queued > 0;

    if (starts)
        tone_start(sender, timestamp);
    if (!frame_pass(sender))
        return 0;
    packet->marker = starts;
    packet->timestamp = sender->timestamp;
    packet->payload[0] = sender->event;
    packet->payload[1] = TELEPHONE_EVENT_VOLUME_DBM0;
    if (sender->state != TELEPHONE_TONE)
        packet->payload[1] |= END_BIT;
    network_put16(packet->payload + 2, (uint16_t)((uint32_t)sender->tone_ms * (sender->rate_hz / 1000)));
    return 1;
}

void telephone_receiver_open(telephone_receiver *receiver, uint32_t rate_hz) {
    memset(receiver, 0, sizeof *receiver);
    receiver->rate_hz = rate_hz;
}

static void report(telephone_receiver *receiver, enum telephone_phase phase) {
    uint64_t ticks = (uint64_t)receiver->segment_base + receiver->duration;

    if (receiver->n_reports == TELEPHONE_REPORTS_MAX) {
        receiver->reports_dropped++;
        return;
    }
    receiver->reports[receiver->n_reports++] = (telephone_report){
        .phase = phase,
        .digit = telephone_event_digit(receiver->event),
        .duration_ms = (uint32_t)(ticks * 1000 / receiver->rate_hz),
    };
}

static void event_end(telephone_receiver *receiver) {
    if (!receiver->running)
        return;
    receiver->running = false;
    receiver->ended_timestamp = receiver->timestamp;
    report(receiver, TELEPHONE_ENDED);
}

static void event_start(telephone_receiver *receiver, const rtp_packet *packet, uint16_t duration) {
    receiver->running = receiver->seen = true;
    receiver->event = packet->payload[0];
    receiver->timestamp = packet->timestamp;
    receiver->ssrc = packet->ssrc;
    receiver->segment_base = 0;
    receiver->duration = duration;
    report(receiver, TELEPHONE_STARTED);
}

/* Whether a packet with another start than the running event's continues it: the next segment of a long press, or a peer
 * that wrongly moves the timestamp along with the duration. */
static bool event_continues(const telephone_receiver *receiver, const rtp_packet *packet) {
    uint32_t ahead = packet->timestamp - receiver->timestamp;

    if (packet->payload[0] != receiver->event || packet->marker)
        return false;
    return ahead == SEGMENT_DURATION || ahead <= receiver->duration + receiver->rate_hz / 1000 * CONTINUATION_MS;
}

static void duration_grow(telephone_receiver *receiver, uint16_t duration) {
    int32_t ahead = (int32_t)duration - (int32_t)receiver->duration;

    if (ahead < -0x8000)
        receiver->segment_base += 0x10000; /* a peer that lets the 16 bits wrap instead of starting a segment */
    else if (ahead < 0 || (ahead > 0x8000 && receiver->segment_base > 0))
        return; /* reordered */
    receiver->duration = duration;
}

/* A packet that belongs to nothing newer than what was already reported. */
static bool is_stale(const telephone_receiver *receiver, const rtp_packet *packet) {
    int32_t ahead = (int32_t)(packet->timestamp - (receiver->running ? receiver->timestamp : receiver->ended_timestamp));

    if (!receiver->seen || (receiver->running && ahead == 0 && packet->payload[0] == receiver->event))
        return false;
    return ahead <= 0 && ahead > -(int32_t)(receiver->rate_hz * STALE_S);
}

static void event_packet(telephone_receiver *receiver, const rtp_packet *packet, uint16_t duration) {
    if (receiver->running && packet->timestamp == receiver->timestamp) {
        duration_grow(receiver, duration);
    } else if (receiver->running && event_continues(receiver, packet)) {
        receiver->segment_base += packet->timestamp - receiver->timestamp;
        receiver->timestamp = packet->timestamp;
        receiver->duration = duration;
    } else {
        event_end(receiver);
        event_start(receiver, packet, duration);
    }
}

int telephone_receiver_packet(telephone_receiver *receiver, const rtp_packet *packet, uint64_t now_us) {
    if (packet->payload_len < TELEPHONE_EVENT_LEN) {
        receiver->packets_malformed++;
        return TCCC_E_FORMAT;
    }
    if (packet->payload[0] > EVENT_DTMF_MAX)
        return TCCC_OK;
    if (receiver->seen && packet->ssrc != receiver->ssrc) {
        event_end(receiver);
        receiver->seen = false;
    }
    if (is_stale(receiver, packet))
        return TCCC_OK;
    event_packet(receiver, packet, network_get16(packet->payload + 2));
    receiver->packet_us = now_us;
    if (packet->payload[1] & END_BIT)
        event_end(receiver);
    return TCCC_OK;
}

int telephone_receiver_poll(telephone_receiver *receiver, uint64_t now_us, telephone_report *out) {
    if (receiver->running && now_us - receiver->packet_us > SILENT_END_MS * 1000u)
        event_end(receiver);
    if (receiver->n_reports == 0)
        return 0;
    *out = receiver->reports[0];
    receiver->n_reports--;
    memmove(receiver->reports, receiver->reports + 1, (size_t)receiver->n_reports * sizeof *out);
    return 1;
}
