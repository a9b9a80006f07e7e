/* fuzz_jitter.c: any packets at any time: bounded, ordered, once each, and every pull is filled with finite samples. Layer: tests. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "media/jitter.h"
#include "media/receive.h"
#include "tccc/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    AHEAD_MAX = 3000,
    INPUT_MAX = 3000,   /* some 400 packets: four times the ring; more makes runs slow and finds nothing more */
    STREAM_BYTES = 400 /* of input to the whole stream: up to 100 packets and 3 s of sound, which take milliseconds */
};

typedef struct {
    const uint8_t *next, *end;
} reader;

static uint8_t read8(reader *in)
{
    return in->next < in->end ? *in->next++ : 0;
}

/* Eight bytes of input to one packet: near the stream mostly, sometimes anywhere. */
static rtp_packet read_packet(reader *in, uint16_t *seq, uint32_t *timestamp)
{
    uint8_t kind = read8(in);
    rtp_packet packet = {.payload_type = kind & 0x40 ? 101 : kind & 0x20 ? 13 : 8, .ssrc = kind >> 7};

    *seq = (uint16_t)(*seq + (int8_t)read8(in) % 8);
    *timestamp += (uint32_t)((int8_t)read8(in) % 8 * 160);
    if ((kind & 0x1f) == 0x1f) {
        *seq = (uint16_t)(read8(in) << 8 | read8(in));
        *timestamp = (uint32_t)read8(in) << 24 | read8(in);
    }
    packet.seq = *seq;
    packet.timestamp = *timestamp;
    packet.payload = in->next;
    packet.payload_len = (size_t)(in->end - in->next) < 240u ? (size_t)(in->end - in->next) : (kind & 3) * 80u;
    return packet;
}

/* A recorder of what was played: extended numbers only rise within a generation. */
static void buffer_alone(reader in)
{
    static jitter buffer;
    uint64_t last = 0, now_us = 1000000;
    uint32_t timestamp = 0, generation = 0, accepted = 0, taken = 0;
    uint16_t seq = 0;

    jitter_open(&buffer, 8000, 20, 500);
    while (in.next < in.end) {
        rtp_packet packet = read_packet(&in, &seq, &timestamp);
        uint8_t act = read8(&in);

        now_us += (uint64_t)(act & 0x1f) << 10;
        accepted += jitter_put(&buffer, &packet, packet.payload_type != 101, now_us) == 0;
        if (buffer.generation != generation) {
            generation = buffer.generation;
            last = 0;
        }
        assert(buffer.n_used >= 0 && buffer.n_used <= JITTER_SLOTS);
        assert(jitter_delay_target_ms(&buffer.delay) >= 20 && jitter_delay_target_ms(&buffer.delay) <= 500);
        assert(buffer.delay.loss_ratio >= 0 && isfinite(buffer.delay.drift.ppm));
        for (int i = act >> 6; i > 0 && buffer.n_used > 0; i--) {
            const jitter_slot *slot = jitter_first(&buffer);

            assert(slot->used && slot->seq > last && slot->seq >= buffer.next_seq);
            assert(slot->len <= JITTER_PAYLOAD_MAX);
            last = slot->seq;
            jitter_take(&buffer, slot);
            taken++;
        }
        if ((act & 0x20) && buffer.n_used == 0 && buffer.started)
            jitter_skip(&buffer);
    }
    assert(accepted == taken + (uint32_t)buffer.n_used + buffer.packets_dropped);
}

static void whole_stream(reader in, enum tccc_codec codec)
{
    const receive_config config = {.codec = codec, .payload_type = 8, .seed = 1};
    int error;
    receive *stream = receive_open(&config, &error);
    uint64_t now_us = 1000000;
    uint32_t timestamp = 0;
    uint16_t seq = 0;
    int n_played = 0;
    receive_stats stats;

    while (in.next < in.end) {
        rtp_packet packet = read_packet(&in, &seq, &timestamp);
        uint8_t act = read8(&in), bytes[12 + 256];

        rtp_packet_write(&packet, bytes, sizeof bytes);
        memcpy(bytes + 12, packet.payload, packet.payload_len);
        receive_packet(stream, bytes, 12 + packet.payload_len, now_us);
        for (int i = act & 3; i > 0; i--) {
            float pcm[RECEIVE_FRAME];

            receive_pull(stream, pcm, now_us);
            now_us += 10000;
            n_played += RECEIVE_FRAME;
            for (int k = 0; k < RECEIVE_FRAME; k++)
                assert(pcm[k] >= -1 && pcm[k] <= 1); /* not a number fails too */
        }
    }
    receive_stats_get(stream, &stats);
    /* what is made up is played, but for what still waits: a packet's worth */
    assert(stats.concealed_ratio >= 0 && stats.concealed_ratio * (float)n_played <= (float)(n_played + AHEAD_MAX) * 1.001f);
    assert(codec == TCCC_CODEC_OPUS || stats.recovered_ratio == 0); /* G.711 has no copies */
    receive_close(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const reader in = {data, data + size}, first = {data, data + (size < STREAM_BYTES ? size : STREAM_BYTES)};

    if (size > INPUT_MAX)
        return 0;
    buffer_alone(in);
    whole_stream(first, size % 2 ? TCCC_CODEC_OPUS : TCCC_CODEC_PCMA);
    return 0;
}
