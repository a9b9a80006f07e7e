/* fuzz_relay_rtcp.c: any bytes as a browser's RTCP and RTP on their way through the video relay. Layer: tests. */
#include <stdlib.h>
#include <string.h>

#include "media/rtcp.h"
#include "media/rtp.h"
#include "server/edge/relay_rtcp.h"

static void require(int truth) {
    if (!truth)
        abort();
}

/* What goes to the other browser is a compound that can be read and begins with a report. */
static void check_compound(const uint8_t *bytes, size_t len) {
    rtcp_cursor cursor;
    rtcp_item item;
    int result, n = 0;
    require(len <= RELAY_RTCP_MAX && !rtcp_compound_parse(&cursor, bytes, len));
    while ((result = rtcp_compound_next(&cursor, &item)) > 0)
        require(n++ || item.type == RTCP_KIND_SR || item.type == RTCP_KIND_RR);
    require(result == 0);
}

static void pass_rtp(relay_stream *s, const uint8_t *data, size_t size) {
    uint8_t packet[1500];
    relay_rewrite how = { 96, 3, 4 };
    rtp_packet out;
    uint16_t seq;
    if (size > sizeof packet)
        return;
    memcpy(packet, data, size);
    if (relay_stream_rtp(s, packet, size, &how, 1000 + size, &seq) < 0)
        return;
    require(!rtp_packet_parse(&out, packet, size) && out.ssrc == s->ssrc && out.seq == seq && out.payload_type == 96);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    relay_stream sends[SDP_KINDS], gets[SDP_KINDS];
    relay_report report;
    uint8_t packet[12] = { 0x80, 96, 0xff, 0xfe, 0, 0, 0, 9, 0, 0, 0, 7 }, out[RELAY_RTCP_MAX];
    uint16_t seq;
    relay_view view = { { &sends[0], &sends[1] }, { &gets[0], &gets[1] } };
    for (int kind = 0; kind < SDP_KINDS; kind++) {
        relay_stream_open(&sends[kind], 10 + (uint32_t)kind, 90000);
        relay_stream_open(&gets[kind], 20 + (uint32_t)kind, 90000);
        relay_stream_rtp(&sends[kind], packet, sizeof packet, &(relay_rewrite){ 96, 0, 0 }, 0, &seq);
        relay_stream_rtp(&gets[kind], packet, sizeof packet, &(relay_rewrite){ 96, 0, 0 }, 0, &seq);
    }
    relay_rtcp_read(&report, &view, data, size);
    if (report.len)
        check_compound(report.bytes, report.len);
    require(report.n_missing >= 0 && report.n_missing <= RELAY_MISSING_MAX);
    check_compound(out, relay_rtcp_missing(out, 1, 2, report.missing, report.n_missing));
    pass_rtp(&sends[SDP_VIDEO], data, size);
    pass_rtp(&sends[SDP_VIDEO], data, size);
    return 0;
}
