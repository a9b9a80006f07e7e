/* jitter.h: the packets of one RTP stream, in order, once each. Layer: media. Sans-IO. RFC 3550 sections 5.1 and A.1.
 *
 * A fixed ring of slots by sequence number (about 63 kB): room for a short payload each, and some room for long ones. It knows nothing of codecs: a slot with length 0 stands for a packet
 * that is not speech (an RFC 4733 event), so that its number does not look lost. The delay to aim at is in jitter_delay.h.
 */
#ifndef TCCC_MEDIA_JITTER_H
#define TCCC_MEDIA_JITTER_H

#include <stdbool.h>
#include <stdint.h>

#include "media/jitter_delay.h"
#include "media/rtp.h"
#include "tccc/media.h"

enum {
    JITTER_SLOTS = 96,          /* 1.9 s of 20 ms packets, 0.96 s of 10 ms ones */
    JITTER_SHORT_MAX = 480,     /* bytes: G.711 of 60 ms, the longest that is negotiated; Opus of 60 ms at 64 kbit/s */
    JITTER_LONG_MAX = 8,        /* longer payloads held at a time: 0.96 s of 120 ms packets */
    JITTER_PAYLOAD_MAX = TCCC_PACKET_MAX - RTP_HEADER_LEN,
    JITTER_SEEN_WORDS = 16      /* duplicates are told from late packets this many times 64 packets back */
};

typedef struct {
    uint64_t seq, ticks;        /* extended, RTP clock */
    bool used;
    uint8_t payload_type;
    uint16_t len;
    uint8_t *payload;           /* in the buffer's `shorts` or `longs` */
} jitter_slot;

typedef struct {
    jitter_slot slots[JITTER_SLOTS];
    uint8_t shorts[JITTER_SLOTS][JITTER_SHORT_MAX], longs[JITTER_LONG_MAX][JITTER_PAYLOAD_MAX];
    bool long_used[JITTER_LONG_MAX];
    uint32_t rate_hz, ssrc;
    bool started, taken;        /* a packet came; one was taken: from then on nothing older is kept */
    uint64_t next_seq;          /* the next to be taken */
    uint64_t first_seq, highest_seq, highest_ticks;
    uint64_t seen[JITTER_SEEN_WORDS]; /* bit n: highest_seq - n came */
    struct {                    /* packets in a row that are far off: did the sender restart? RFC 3550 A.1 */
        int n;
        uint32_t ssrc;
        uint16_t next_seq;
        uint32_t timestamp;     /* of the first */
        uint64_t since_us;      /* arrival of the first */
    } suspect;
    int n_used;
    uint32_t generation;        /* counts the sender's restarts: everything held was thrown away */
    uint32_t packets_late, packets_duplicate, packets_dropped;
    jitter_delay delay;
} jitter;

void jitter_open(jitter *jitter, uint32_t rate_hz, int delay_min_ms, int delay_max_ms);

/* Keeps a copy of the packet's payload; `speech` false: only its number. 0, TCCC_E_REPLAY (came before), TCCC_E_TIMEOUT (its turn
 * is over), TCCC_E_TOO_LARGE (over JITTER_PAYLOAD_MAX, or long ones fill their room), TCCC_E_AGAIN (another SSRC, or a number far off: taken for
 * a restart when the next ones confirm it). */
int jitter_put(jitter *jitter, const rtp_packet *packet, bool speech, uint64_t now_us);

/* The held packet with the lowest number, or NULL. Valid until the next put, take or skip. */
const jitter_slot *jitter_first(const jitter *jitter);
/* Frees a held packet; next_seq becomes the number behind it, and older ones held are dropped and counted. */
void jitter_take(jitter *jitter, const jitter_slot *slot);
/* Gives up waiting for next_seq, which is not held. */
void jitter_skip(jitter *jitter);

#endif
