/* track.h: the RTP packets of one participant laid onto the time line of a recording. Layer: server. Sans-IO. RFC 3550.
 *
 * Places come from RTP timestamps, and from arrival times where a stream begins. Packets come out in order and once each; what is
 * missing between them comes out as a loss (short, by gaps in the sequence numbers) or as silence. A sender whose clock differs
 * from ours is followed in steps of one packet, in a quiet moment when there is one, so that two participants stay side by side.
 */
#ifndef TCCC_SERVER_TRACK_H
#define TCCC_SERVER_TRACK_H

#include "media/rtp.h"
#include "tccc/media.h"

enum {
    TRACK_RATE_HZ = 48000,           /* of the time line, as in Ogg Opus (RFC 7845 section 4) */
    TRACK_QUANTUM = 120,             /* losses and silences are multiples of 2.5 ms */
    TRACK_HOLD_MS = 200,             /* a packet that is missing is waited for so long */
    TRACK_LAG_MS = 500,              /* silence is written when nothing has come for so long */
    TRACK_HELD_MAX = 100,            /* packets kept at most */
    TRACK_LOSS_MS = 60               /* a longer loss is silence */
};

enum track_kind { TRACK_PACKET, TRACK_LOSS, TRACK_SILENCE };

typedef struct {
    enum track_kind kind;
    int ticks;                       /* length at TRACK_RATE_HZ */
    enum tccc_codec codec;           /* of a packet, and of the stream in which there is a loss */
    const uint8_t *payload;          /* of a packet; of a loss that of the packet behind it, which may carry a copy, or NULL */
    size_t len;
} track_item;

typedef void track_taker(void *ctx, const track_item *item);

typedef struct {
    uint64_t late, lost, dropped;    /* packets: after their turn; never came; of broken streams or payloads */
    int64_t steps;                   /* of clock correction: above 0 packets that were put in, below 0 taken out, in sum */
} track_counters;

typedef struct track track;

/* start_us: the beginning of the time line on the clock of arrivals. NULL: no memory. */
track *track_new(uint64_t start_us, track_taker *take, void *ctx);
void track_free(track *t);           /* NULL is allowed; gives nothing out */

/* A packet of speech. What cannot be decoded is counted and dropped. */
void track_packet(track *t, enum tccc_codec codec, const rtp_packet *packet, uint64_t arrival_us);
/* Gives out what is due at now_us. Call it some times a second. */
void track_advance(track *t, uint64_t now_us);
/* Gives out all that is held, and silence up to end_us. */
void track_finish(track *t, uint64_t end_us);

/* Ticks given out so far: the end of the time line. */
int64_t track_position(const track *t);
void track_count(const track *t, track_counters *out);

#endif
