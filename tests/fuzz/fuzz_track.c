/* fuzz_track.c: any RTP, in any order and at any time, onto a recording's time line and into sound. Layer: tests.
 *
 * Each packet of the input: 8 bytes (codec and SSRC, gap of arrival in ms, sequence number, timestamp), a length, a payload. Whatever comes, the line
 * has no gaps, never runs ahead of the clock by more than what is allowed, and has as much sound as it says.
 */
#include <stdlib.h>
#include <string.h>

#include "server/record/voice.h"

enum { HEAD = 9, AHEAD_MAX = 3 * TRACK_RATE_HZ };

static int64_t given;
static voice *heard;

static void take(void *ctx, const track_item *item) {
    float pcm[4096];
    (void)ctx;
    if (item->ticks <= 0 || item->ticks > TRACK_RATE_HZ || (item->kind != TRACK_PACKET && item->ticks % TRACK_QUANTUM))
        abort();
    given += item->ticks;
    voice_item(heard, item);
    for (int n; (n = voice_waiting(heard)) > 0;)
        if (!voice_take(heard, pcm, n < 4096 ? n : 4096))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const enum tccc_codec codecs[] = { TCCC_CODEC_PCMA, TCCC_CODEC_PCMU, TCCC_CODEC_OPUS, TCCC_CODEC_OPUS };
    uint64_t begin = 1000000, now = begin;
    given = 0;
    heard = voice_new();
    track *t = track_new(begin, take, NULL);
    if (!heard || !t)
        abort();
    while (size >= HEAD) {
        size_t len = data[8];
        rtp_packet packet = { .ssrc = data[0] >> 2, .seq = (uint16_t)(data[2] | data[3] << 8), .payload = data + HEAD,
                              .timestamp = data[4] | (uint32_t)data[5] << 8 | (uint32_t)data[6] << 16 | (uint32_t)data[7] << 24 };
        packet.payload_len = len < size - HEAD ? len : size - HEAD;
        now += (uint64_t)data[1] * 1000;
        track_packet(t, codecs[data[0] & 3], &packet, now);
        track_advance(t, now);
        data += HEAD + packet.payload_len;
        size -= HEAD + packet.payload_len;
        if (track_position(t) != given || given > (int64_t)((now - begin) * 48 / 1000) + AHEAD_MAX)
            abort();
    }
    track_finish(t, now);
    if (track_position(t) != given)
        abort();
    track_free(t);
    voice_free(heard);
    return 0;
}
