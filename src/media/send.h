/* send.h: one outgoing stream: 16 kHz frames in, RTP or SRTP packets out. Layer: media. Sans-IO.
 * Sources: RFC 3550 section 5.1, RFC 3551 section 4.1 (marker), RFC 7587, RFC 4733, RFC 3711.
 *
 * Exactly one frame is given every 10 ms, whatever the stream does: the RTP timestamp counts these frames, so that it
 * runs on through hold, mute, DTX and digits. All memory is allocated by send_open. Not thread-safe.
 */
#ifndef TCCC_MEDIA_SEND_H
#define TCCC_MEDIA_SEND_H

#include "dsp/frame.h"
#include "media/rtcp.h"
#include "tccc/media.h"

#define SEND_QUEUE 32 /* packets that wait; one more drops the oldest */

typedef struct send_stream send_stream;

typedef struct {
    uint32_t packets_dropped; /* by a full queue */
    uint32_t packets_refused; /* by codec or SRTP: our own fault, normally 0 */
} send_stats;

/* config: checked here. session: the stream pair's RTCP session, which learns every RTP packet sent; it must outlive the
 * stream and be opened by the caller with send_ssrc. NULL with *error: TCCC_E_ARG_RANGE, TCCC_E_NO_MEMORY. */
send_stream *send_open(const tccc_stream_config *config, uint64_t seed, rtcp_session *session, int *error);
void send_close(send_stream *stream); /* NULL is allowed */

/* The SSRC in use: config's, or one made of the seed; never 0. */
uint32_t send_ssrc(const send_stream *stream);

/* enum tccc_stream_flags; RECEIVE is without meaning here. The first packet after a pause has the marker bit. */
void send_direct(send_stream *stream, unsigned flags);

/* As tccc_voice_digits. STATE: telephone-event was not negotiated. */
int send_digits(send_stream *stream, const char *digits);

/* In-band FEC against so much loss, 0..100, which was just reported; never below the config's. */
void send_expect_loss(send_stream *stream, int percent);

/* The next 10 ms: the processed microphone, and the comfort noise that replaces it while muted. */
void send_frame(send_stream *stream, const float speech[FRAME_LEN], const float noise[FRAME_LEN], uint64_t now_us);

/* Puts an RTCP compound (of the session) into the queue, as SRTCP where configured. 0 or TCCC_E_TOO_LARGE, TCCC_E_LIMIT. */
int send_rtcp(send_stream *stream, const uint8_t *compound, size_t len);

/* The oldest queued packet into buf[TCCC_PACKET_MAX]: its length, 0 when there is none. */
int send_packet(send_stream *stream, uint8_t *buf);

void send_stats_get(const send_stream *stream, send_stats *stats);

#endif
