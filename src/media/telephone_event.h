/* telephone_event.h: DTMF digits as RTP events, sent and received. Layer: media. Sans-IO. RFC 4733.
 *
 * The sender replaces audio packets while it has something to send; the receiver reports every digit once, whatever the
 * network lost, doubled or reordered.
 */
#ifndef TCCC_MEDIA_TELEPHONE_EVENT_H
#define TCCC_MEDIA_TELEPHONE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/rtp.h"
#include "tccc/media.h"

enum {
    TELEPHONE_EVENT_LEN = 4,            /* bytes of one event payload, RFC 4733 section 2.3 */
    TELEPHONE_EVENT_ON_MS = 160,
    TELEPHONE_EVENT_GAP_MS = 80,
    TELEPHONE_EVENT_END_PACKETS = 3,    /* RFC 4733 section 2.5.1.4 */
    TELEPHONE_EVENT_VOLUME_DBM0 = 10    /* sent as -10 dBm0 */
};

/* '0'..'9' '*' '#' 'A'..'D' (and 'a'..'d') to 0..15; -1 for another character. And back; 0 when event > 15. */
int telephone_event_code(char digit);
char telephone_event_digit(uint8_t event);

typedef struct {
    uint32_t rate_hz;
    int ptime_ms;
    char queue[TCCC_DIGITS_MAX];
    int n_queued;
    enum { TELEPHONE_IDLE, TELEPHONE_TONE, TELEPHONE_ENDING, TELEPHONE_GAP } state;
    uint8_t event;
    int ends_left;
    uint32_t timestamp;                 /* of the event's start */
    int tone_ms, gap_ms;                /* so far */
} telephone_sender;

typedef struct {                        /* one packet to send */
    uint8_t payload[TELEPHONE_EVENT_LEN];
    bool marker;                        /* first packet of an event */
    uint32_t timestamp;                 /* of the event's start, in the events' clock */
} telephone_packet;

/* rate_hz: clock of the events' payload type (8000, 48000); ptime_ms: time between calls of telephone_sender_next. */
void telephone_sender_open(telephone_sender *sender, uint32_t rate_hz, int ptime_ms);
/* Queues digits. Number queued; TCCC_E_ARG_RANGE (a character that is no digit; nothing is queued) or TCCC_E_LIMIT (they do
 * not fit; nothing is queued). */
int telephone_sender_queue(telephone_sender *sender, const char *digits);
/* 1 while an event, its END packets or the gap after it runs or digits are queued. */
bool telephone_sender_active(const telephone_sender *sender);
/* Call once in every ptime_ms, with the RTP timestamp (events' clock) of the frame that would be sent now. 1: send *packet
 * instead of the audio frame; 0: send audio (also in the gap between digits). */
int telephone_sender_next(telephone_sender *sender, uint32_t timestamp, telephone_packet *packet);

enum telephone_phase { TELEPHONE_STARTED, TELEPHONE_ENDED };

typedef struct {
    enum telephone_phase phase;
    char digit;
    uint32_t duration_ms;               /* so far; of ENDED: the whole, as far as received */
} telephone_report;

enum { TELEPHONE_REPORTS_MAX = 8 };

typedef struct {
    uint32_t rate_hz;
    bool running, seen;                 /* an event is on; any event was received */
    uint8_t event;
    uint32_t timestamp, segment_base, duration; /* present event: start, duration of earlier segments, newest */
    uint32_t ended_timestamp;           /* start of the newest finished event (its last segment) */
    uint32_t ssrc;
    uint64_t packet_us;                 /* newest packet of the present event */
    telephone_report reports[TELEPHONE_REPORTS_MAX];
    int n_reports;
    uint32_t packets_malformed, reports_dropped;
} telephone_receiver;

void telephone_receiver_open(telephone_receiver *receiver, uint32_t rate_hz);
/* An RTP packet of the events' payload type. 0 or TCCC_E_FORMAT (shorter than 4 bytes; counted). Events above 15 are ignored. */
int telephone_receiver_packet(telephone_receiver *receiver, const rtp_packet *packet, uint64_t now_us);
/* 1 with *report set, 0 when there is none. An event whose END packets are lost ends 200 ms after its last packet, or when the
 * next one starts. Call until it returns 0. */
int telephone_receiver_poll(telephone_receiver *receiver, uint64_t now_us, telephone_report *report);

#endif
