/* relay_rtcp.c: RTCP of one browser made into RTCP for the other. Layer: server. Sans-IO. */
#include "relay_rtcp.h"

#include "media/network_order.h"
#include "media/rtcp.h"
#include "tccc/error.h"

#include <string.h>

enum {
    RTPFB = 205, PSFB = 206,         /* RFC 4585 section 6.1 */
    FMT_NACK = 1, FMT_PLI = 1, FMT_FIR = 4, FMT_AFB = 15,
    FEEDBACK_LEN = 12,               /* header with both SSRCs */
    RR_LEN = 8,                      /* an empty one */
    REMB_LEN = 24                    /* with one SSRC */
};

/* The SSRC that the other browser knows the reporting one by. */
static uint32_t sender_of(const relay_view *view, uint32_t ssrc) {
    for (int kind = 0; kind < SDP_KINDS; kind++)
        if (view->sends[kind]->started && view->sends[kind]->source == ssrc)
            return view->sends[kind]->ssrc;
    return view->sends[SDP_VIDEO]->ssrc;
}

static const relay_stream *gets_of(const relay_view *view, uint32_t ssrc) {
    for (int kind = 0; kind < SDP_KINDS; kind++)
        if (view->gets[kind]->started && view->gets[kind]->ssrc == ssrc)
            return view->gets[kind];
    return NULL;
}

/* Leaves the blocks that are about streams of the other browser, in its own terms. */
static void translate_blocks(const relay_view *view, rtcp_item *item) {
    int n = 0;
    for (int i = 0; i < item->n_blocks; i++) {
        rtcp_block block = item->blocks[i];
        const relay_stream *s = gets_of(view, block.ssrc);
        if (!s || relay_stream_highest_back(s, block.highest_seq, &block.highest_seq))
            continue;
        block.ssrc = s->source;
        item->blocks[n++] = block;
    }
    item->n_blocks = n;
}

static void append(relay_report *report, const rtcp_item *item) {
    int n = rtcp_item_write(item, report->bytes + report->len, sizeof report->bytes - report->len);
    if (n > 0)
        report->len += (size_t)n;
}

static void take_report(relay_report *report, const relay_view *view, rtcp_item *item) {
    int known = 0;
    for (int kind = 0; kind < SDP_KINDS && item->type == RTCP_KIND_SR; kind++) {
        const relay_stream *s = view->sends[kind];
        if (!s->started || s->source != item->ssrc)
            continue;
        item->rtp_timestamp = relay_stream_time(s, item->rtp_timestamp);
        known = 1;
    }
    if (item->type == RTCP_KIND_SR && !known)
        return; /* of a stream that has sent nothing yet */
    item->ssrc = sender_of(view, item->ssrc);
    translate_blocks(view, item);
    append(report, item);
}

static void take_missing(relay_report *report, uint16_t seq) {
    if (report->n_missing < RELAY_MISSING_MAX)
        report->missing[report->n_missing++] = seq;
}

/* RFC 4585 section 6.2.1: a number, and 16 bits for those after it. */
static void take_nack(relay_report *report, const relay_view *view, const uint8_t *packet, size_t len) {
    if (gets_of(view, network_get32(packet + 8)) != view->gets[SDP_VIDEO])
        return;
    for (size_t at = FEEDBACK_LEN; at + 4 <= len; at += 4) {
        uint16_t seq = network_get16(packet + at), more = network_get16(packet + at + 2);
        take_missing(report, seq);
        for (int bit = 0; bit < 16; bit++)
            if (more >> bit & 1)
                take_missing(report, (uint16_t)(seq + bit + 1));
    }
}

static void put_feedback(uint8_t *at, int type, int format, size_t len, uint32_t sender, uint32_t source) {
    at[0] = (uint8_t)(0x80 | format);
    at[1] = (uint8_t)type;
    network_put16(at + 2, (uint16_t)(len / 4 - 1));
    network_put32(at + 4, sender);
    network_put32(at + 8, source);
}

static size_t put_receiver_report(uint8_t *at, uint32_t sender) {
    at[0] = 0x80;
    at[1] = RTCP_KIND_RR;
    network_put16(at + 2, 1);
    network_put32(at + 4, sender);
    return RR_LEN;
}

/* "REMB", number of SSRCs, exponent and mantissa, the SSRCs; it passes with the one stream that there is. */
static void take_bandwidth(relay_report *report, const relay_view *view, const uint8_t *packet, size_t len) {
    const relay_stream *video = view->gets[SDP_VIDEO];
    uint8_t *at = report->bytes + report->len;
    uint32_t sender = sender_of(view, network_get32(packet + 4));
    if (len < REMB_LEN - 4 || memcmp(packet + FEEDBACK_LEN, "REMB", 4) || !video->started)
        return;
    if (sizeof report->bytes - report->len < RR_LEN + REMB_LEN)
        return;
    if (!report->len) { /* a compound begins with a report */
        report->len += put_receiver_report(at, sender);
        at += RR_LEN;
    }
    put_feedback(at, PSFB, FMT_AFB, REMB_LEN, sender, 0);
    memcpy(at + 12, packet + 12, 8);
    at[16] = 1;
    network_put32(at + 20, video->source);
    report->len += REMB_LEN;
}

static void take_feedback(relay_report *report, const relay_view *view, const uint8_t *packet, size_t len) {
    int type = packet[1], format = packet[0] & 31;
    if (len < FEEDBACK_LEN)
        return;
    if (type == RTPFB && format == FMT_NACK)
        take_nack(report, view, packet, len);
    else if (type == PSFB && (format == FMT_PLI || format == FMT_FIR))
        report->wants_keyframe = 1;
    else if (type == PSFB && format == FMT_AFB)
        take_bandwidth(report, view, packet, len);
}

int relay_rtcp_read(relay_report *report, const relay_view *view, const uint8_t *compound, size_t len) {
    rtcp_cursor cursor;
    rtcp_item item;
    report->len = 0;
    report->wants_keyframe = report->n_missing = 0;
    if (rtcp_compound_parse(&cursor, compound, len))
        return TCCC_E_FORMAT;
    for (;;) {
        const uint8_t *packet = cursor.next;
        int result = rtcp_compound_next(&cursor, &item);
        if (result <= 0)
            return result;
        if (item.type == RTCP_KIND_SR || item.type == RTCP_KIND_RR)
            take_report(report, view, &item);
        else if (item.type == RTPFB || item.type == PSFB)
            take_feedback(report, view, packet, 4u + 4u * network_get16(packet + 2));
    }
}

size_t relay_rtcp_keyframe(uint8_t *buf, uint32_t sender, uint32_t source) {
    size_t n = put_receiver_report(buf, sender);
    put_feedback(buf + n, PSFB, FMT_PLI, FEEDBACK_LEN, sender, source);
    return n + FEEDBACK_LEN;
}

size_t relay_rtcp_missing(uint8_t *buf, uint32_t sender, uint32_t source, const uint16_t *seqs, int n_seqs) {
    size_t n = put_receiver_report(buf, sender), len = FEEDBACK_LEN + 4u * (size_t)n_seqs;
    put_feedback(buf + n, RTPFB, FMT_NACK, len, sender, source);
    for (int i = 0; i < n_seqs; i++) {
        network_put16(buf + n + FEEDBACK_LEN + 4 * i, seqs[i]);
        network_put16(buf + n + FEEDBACK_LEN + 4 * i + 2, 0);
    }
    return n + len;
}
