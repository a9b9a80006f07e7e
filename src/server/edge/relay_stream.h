/* relay_stream.h: one kind of media in one direction through the video relay, as its receiver knows it. Layer: server. Sans-IO.
 * RFC 3550, RFC 8285.
 *
 * The receiver sees one SSRC whose numbers and times go on for the whole session, whoever sends: after a transfer or a new
 * connection the sender's stream is another one, and only the shifts change. */
#ifndef TCCC_SERVER_RELAY_STREAM_H
#define TCCC_SERVER_RELAY_STREAM_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint32_t ssrc;                   /* the receiver's name for it */
    uint32_t rate_hz;
    int started;
    int begins;                      /* what comes next begins anew, whoever sends it */
    uint32_t source;                 /* SSRC of the sender's present stream */
    uint32_t top, first;             /* highest number sent, with cycles; first of the present source */
    uint32_t seq_shift, time_shift;  /* what is added to the source's */
    uint32_t top_time;
    uint64_t top_ms;
} relay_stream;

/* How a packet is rewritten for its receiver. */
typedef struct {
    int payload_type;
    int extension_from, extension_to; /* ids of the header extension that both sides have; 0: this side has not */
} relay_rewrite;

void relay_stream_open(relay_stream *s, uint32_t ssrc, uint32_t rate_hz);
/* After a pause: the receiver sees no gap in the numbers. */
void relay_stream_resume(relay_stream *s);
/* Rewrites packet[len] in place. 0 with its number in *seq, 1 when it is the first of a new source; or TCCC_E_FORMAT. */
int relay_stream_rtp(relay_stream *s, uint8_t *packet, size_t len, const relay_rewrite *how, uint64_t now_ms, uint16_t *seq);
/* Numbers and times between receiver and source. */
uint16_t relay_stream_seq_back(const relay_stream *s, uint16_t seq);
uint32_t relay_stream_time(const relay_stream *s, uint32_t source_time);
/* The highest number of a report, as the source counts. 0; TCCC_E_NOT_FOUND: it is about a source before the present one. */
int relay_stream_highest_back(const relay_stream *s, uint32_t highest, uint32_t *of_source);

#endif
