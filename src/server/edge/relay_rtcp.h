/* relay_rtcp.h: RTCP of one browser made into RTCP for the other. Layer: server. Sans-IO.
 * RFC 3550 section 6, RFC 4585 (NACK, PLI), RFC 5104 (FIR), draft-alvestrand-rmcat-remb-03.
 *
 * Reports and bandwidth estimates pass with names, numbers and times rewritten, so that loss, round trip and bandwidth are those of
 * the whole way. Wishes for lost packets and for a keyframe are told to the relay, which decides. The rest is dropped. */
#ifndef TCCC_SERVER_RELAY_RTCP_H
#define TCCC_SERVER_RELAY_RTCP_H

#include "relay_stream.h"
#include "sdp_video.h"

enum {
    RELAY_MISSING_MAX = 64,          /* lost packets of one compound; more come again with the next */
    RELAY_RTCP_MAX = 1200            /* bytes of a compound that we send, before SRTP */
};

typedef struct {
    const relay_stream *sends[SDP_KINDS]; /* what the reporting browser's media becomes on the other side */
    const relay_stream *gets[SDP_KINDS];  /* what it gets from there */
} relay_view;

typedef struct {
    uint8_t bytes[RELAY_RTCP_MAX];   /* for the other browser */
    size_t len;                      /* 0: nothing */
    int wants_keyframe;
    uint16_t missing[RELAY_MISSING_MAX]; /* video packets, by the reporting browser's numbers */
    int n_missing;
} relay_report;

/* 0, or TCCC_E_FORMAT: what came before the fault is in *report. */
int relay_rtcp_read(relay_report *report, const relay_view *view, const uint8_t *compound, size_t len);

/* Both write a compound into buf[RELAY_RTCP_MAX] and return its length. sender: the SSRC that the asked browser gets from us;
 * source: its own that is meant. n at most RELAY_MISSING_MAX. */
size_t relay_rtcp_keyframe(uint8_t *buf, uint32_t sender, uint32_t source);
size_t relay_rtcp_missing(uint8_t *buf, uint32_t sender, uint32_t source, const uint16_t *seqs, int n);

#endif
