/* fuzz_rtcp.c: compounds parse within their bytes, what can be written reads back alike, a session stays sane. Layer: tests. */
#include <assert.h>
#include <string.h>

#include "media/rtcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_written(const rtcp_item *item) {
    uint8_t bytes[8 + 20 + RTCP_BLOCKS_MAX * 24];
    rtcp_cursor cursor;
    rtcp_item again;
    int len = rtcp_item_write(item, bytes, sizeof bytes);

    if (len < 0)
        return; /* a type that is not ours to write */
    assert(len % 4 == 0);
    assert(rtcp_compound_parse(&cursor, bytes, (size_t)len) == 0);
    assert(rtcp_compound_next(&cursor, &again) == 1);
    assert(again.type == item->type && again.n_blocks == item->n_blocks);
    assert(memcmp(again.blocks, item->blocks, sizeof item->blocks) == 0);
    if (item->type == RTCP_KIND_SDES)
        assert(strcmp(again.cname, item->cname) == 0);
}

static void check_session(rtcp_session *session, uint64_t now_us) {
    uint8_t bytes[256];
    rtcp_cursor cursor;
    rtcp_item item;
    rtcp_summary summary;
    int len = rtcp_session_poll(session, bytes, sizeof bytes, now_us), result = 0;

    assert(len >= 0 && len <= 128 && session->next_us > now_us);
    if (len > 0) {
        assert(rtcp_compound_parse(&cursor, bytes, (size_t)len) == 0);
        while ((result = rtcp_compound_next(&cursor, &item)) > 0)
            assert(item.ssrc == session->ssrc);
        assert(result == 0);
    }
    rtcp_session_summary(session, &summary);
    assert(summary.rtt_ms == -1 || (summary.rtt_ms >= 0 && summary.rtt_ms <= 60000));
    assert(summary.remote_loss_ratio <= 1 && summary.jitter_ms >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    rtcp_session session;
    rtcp_cursor cursor;
    rtcp_item item;
    uint64_t now_us = 1000000;

    if (rtcp_compound_parse(&cursor, data, size) == 0) {
        int n = 0;

        while (rtcp_compound_next(&cursor, &item) > 0) {
            assert(item.n_blocks >= 0 && item.n_blocks <= RTCP_BLOCKS_MAX && strlen(item.cname) <= RTCP_CNAME_MAX);
            check_written(&item);
            n++;
        }
        assert((size_t)n <= size / 4);
    }
    rtcp_session_open(&session, &(rtcp_session_config){.ssrc = 1, .rate_hz = 8000, .payload_type = 0, .seed = size}, now_us);
    /* the same bytes as a run of RTP packets, eight for each, and at last as a report */
    for (size_t at = 0; at + 8 <= size && at < 4096; at += 8) {
        rtp_packet packet = {.seq = (uint16_t)(data[at] << 8 | data[at + 1]), .timestamp = (uint32_t)data[at + 2] << 24 | data[at + 3],
                             .ssrc = data[at + 4] & 1, .payload_type = data[at + 5] & 1, .payload_len = data[at + 6]};

        now_us += (uint64_t)data[at + 7] << 14;
        rtcp_session_received(&session, &packet, now_us);
        rtcp_session_sent(&session, &packet, now_us);
        check_session(&session, now_us);
    }
    rtcp_session_input(&session, data, size, now_us);
    check_session(&session, now_us + 10000000);
    return 0;
}
