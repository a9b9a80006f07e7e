/* fuzz_jitter.c: any packets at any time, under a simulated clock: bounded, in order, once each; every pull is filled. Layer: tests.
 *
 * The first byte says what is run, so that an input does one thing and does it fast (nothing is allocated but by the third):
 * the buffer alone; a playout of an honest sender's packets over a network that loses, repeats, holds back and reorders; or a whole
 * receiver with packets of any content. Time is the input's, also where it leaps (a suspended page).
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "media/jitter.h"
#include "media/playout.h"
#include "media/receive.h"
#include "tccc/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    INPUT_MAX = 800,            /* some 150 packets: more than the ring holds */
    PULLS_MAX = 60,             /* 0.6 s: longer than a late packet is waited for */
    RECEIVED_MAX = 200,         /* bytes of input to a whole receiver */
    DELAY_MIN_MS = 10, DELAY_MAX_MS = 500,
    MADE_AHEAD = PLAYOUT_FIFO,  /* samples counted that still wait */
    PCMA_PT = 8, NOISE_PT = 13, EVENT_PT = 101,
    PCMA_HZ = 8000, TICK = CODEC_RATE_HZ / PCMA_HZ, /* samples played for one of PCMA */
    HELD_MAX = 100              /* packets of the honest sender the network may come back to */
};

typedef struct {
    const uint8_t *next, *end;
} reader;

static uint8_t read8(reader *in) {
    return in->next < in->end ? *in->next++ : 0;
}

static void check_buffer(const jitter *buffer) {
    float target_ms = jitter_delay_target_ms(&buffer->delay);

    assert(buffer->n_used >= 0 && buffer->n_used <= JITTER_SLOTS);
    assert(target_ms >= DELAY_MIN_MS && target_ms <= DELAY_MAX_MS);
    assert(buffer->delay.loss_ratio >= 0 && buffer->delay.loss_ratio <= 1 && isfinite(buffer->delay.drift.ppm));
}

/* ---- the buffer alone ---- */

/* Five bytes of input to one packet: near the stream mostly, sometimes anywhere. */
static rtp_packet read_packet(reader *in, uint16_t *seq, uint32_t *timestamp) {
    uint8_t kind = read8(in);
    rtp_packet packet = {.payload_type = kind & 0x40 ? EVENT_PT : kind & 0x20 ? NOISE_PT : PCMA_PT, .ssrc = kind >> 7};

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

/* What is taken rises in its extended number, until the sender restarts. */
static void buffer_alone(reader in) {
    static jitter buffer;
    uint64_t last = 0, now_us = 1000000;
    uint32_t timestamp = 0, generation = 0, accepted = 0, taken = 0;
    uint16_t seq = 0;

    jitter_open(&buffer, PCMA_HZ, DELAY_MIN_MS, DELAY_MAX_MS);
    while (in.next < in.end) {
        rtp_packet packet = read_packet(&in, &seq, &timestamp);
        uint8_t act = read8(&in);

        now_us += (uint64_t)(act & 0x1f) << 10;
        accepted += jitter_put(&buffer, &packet, packet.payload_type != EVENT_PT, now_us) == 0;
        if (buffer.generation != generation) {
            generation = buffer.generation;
            last = 0;
        }
        check_buffer(&buffer);
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

/* ---- a playout of an honest sender ---- */

typedef struct {
    playout playout;
    codec_decoder *decoder;     /* PCMA, kept from run to run */
    uint64_t now_us;
    int pulls, packet_ticks;    /* RTP clock of each packet */
    uint32_t newest;            /* packet */
} listener;

typedef struct {                /* what must hold from pull to pull */
    uint64_t next_seq, position, comfort, made_up, inserted;
    uint32_t generation;
    enum playout_mode mode;
} heard;

/* media time of the sample that is played next */
static uint64_t position_of(const playout *playout) {
    return playout->media_end - (uint64_t)playout->fifo_n;
}

static heard heard_of(const playout *playout) {
    return (heard){playout->jitter.next_seq, position_of(playout), playout->counts.comfort, playout->counts.concealed,
                   playout->counts.inserted, playout->generation, playout->mode};
}

/* No packet is played twice, no sample of one but where a period was put in, none before it came. */
static void check_once(const listener *listener, const heard *before) {
    const playout *playout = &listener->playout;
    heard now = heard_of(playout);
    uint64_t came_end = playout->jitter.highest_ticks * TICK + (uint64_t)(listener->packet_ticks * TICK);

    if (now.generation != before->generation || before->mode == PLAYOUT_WAITING)
        return;
    assert(now.next_seq >= before->next_seq);
    if (now.mode == PLAYOUT_SPEECH)
        assert(playout->media_end <= came_end);
    if (now.comfort == before->comfort && before->mode == PLAYOUT_SPEECH && now.mode == PLAYOUT_SPEECH)
        assert(now.position + (now.inserted - before->inserted) + (now.made_up - before->made_up) >= before->position + PLAYOUT_FRAME);
}

static void check_told(const listener *listener) {
    const playout_counts *counts = &listener->playout.counts;
    uint64_t all = counts->played + MADE_AHEAD;

    assert(counts->played == (uint64_t)listener->pulls * PLAYOUT_FRAME);
    assert(counts->concealed + counts->comfort + counts->recovered <= all);
    assert(counts->inserted <= all && counts->removed <= counts->played + STRETCH_LAG_MAX);
    assert(counts->recovered == 0 && counts->packets_malformed == 0); /* PCMA has no copies, and any byte is a sample */
    assert(listener->playout.delay_ms >= 0);
    /* nothing is older than the time that passed and what the network let come before it was said */
    assert(listener->playout.delay_ms <= (float)listener->now_us / 1000 + (float)listener->newest * (float)listener->packet_ticks * 1000 / PCMA_HZ);
}

static void listener_pull(listener *listener) {
    playout *playout = &listener->playout;
    heard before = heard_of(playout);
    float pcm[PLAYOUT_FRAME];

    if (listener->pulls == PULLS_MAX)
        return;
    playout_pull(playout, pcm, listener->now_us);
    listener->pulls++;
    listener->now_us += 10000;
    for (int i = 0; i < PLAYOUT_FRAME; i++)
        assert(pcm[i] >= -1 && pcm[i] <= 1); /* not a number fails too */
    assert(playout->fifo_n >= 0 && playout->fifo_n <= PLAYOUT_FIFO);
    check_buffer(&playout->jitter);
    check_once(listener, &before);
    check_told(listener);
}

static void listener_open(listener *listener, uint8_t choice) {
    static const int packet_ticks[] = {160, 80, 240, 20}; /* 20, 10, 30, 2.5 ms */
    int error;

    if (!listener->decoder)
        listener->decoder = codec_decoder_new(TCCC_CODEC_PCMA, &error);
    assert(listener->decoder);
    codec_decoder_reset(listener->decoder);
    listener->now_us = 1000000;
    listener->pulls = 0;
    listener->newest = HELD_MAX;
    listener->packet_ticks = packet_ticks[choice >> 4 & 3];
    playout_open(&listener->playout, &(playout_config){.decoder = listener->decoder, .codec = TCCC_CODEC_PCMA, .payload_type = PCMA_PT,
                                                       .noise_payload_type = NOISE_PT, .seed = choice});
    jitter_open(&listener->playout.jitter, PCMA_HZ, DELAY_MIN_MS, DELAY_MAX_MS);
}

/* The n-th packet of a sender whose clock and numbers go together; its sound is the input's bytes, over and over. */
static void listener_packet(listener *listener, uint32_t n, const reader *sound) {
    uint8_t payload[240];
    size_t len = (size_t)listener->packet_ticks, period = (size_t)(sound->end - sound->next), phase = n * len;
    rtp_packet packet = {.payload_type = PCMA_PT, .ssrc = 1, .seq = (uint16_t)(65500 + n), .payload = payload, .payload_len = len,
                         .timestamp = 0xfffff000u + n * (uint32_t)len};

    for (size_t i = 0, part; i < len; i += part) {
        size_t at = (phase + i) % period;

        part = period - at < len - i ? period - at : len - i;
        memcpy(payload + i, sound->next + at, part);
    }
    jitter_put(&listener->playout.jitter, &packet, true, listener->now_us);
}

/* Two bytes to one step: which packet arrives, and how time goes on. */
static void honest_sender(reader in, uint8_t choice) {
    static listener listener;
    const reader sound = in;

    if (in.next == in.end)
        return;
    listener_open(&listener, choice);
    while (in.next < in.end && listener.pulls < PULLS_MAX) {
        int8_t which = (int8_t)read8(&in);
        uint8_t act = read8(&in);
        uint32_t n = listener.newest + (which < 0 ? 0 - (uint32_t)-which % HELD_MAX : (uint32_t)which % 16);

        listener.newest = n > listener.newest ? n : listener.newest;
        listener_packet(&listener, n, &sound);
        if ((act & 0xe0) == 0xe0)
            listener.now_us += (uint64_t)(act & 0x1f) * 50000; /* nobody pulls for up to 1.5 s */
        for (int i = act & 7; i > 0; i--)
            listener_pull(&listener);
    }
    for (int i = 0; i < 4; i++) /* something is heard of the last one */
        listener_pull(&listener);
}

/* ---- a whole receiver, any bytes ---- */

static void check_stats(const receive *stream, enum tccc_codec codec, int n_played) {
    float all = n_played ? (float)(n_played + MADE_AHEAD) / (float)n_played : 1;
    receive_stats stats;

    receive_stats_get(stream, &stats);
    assert(stats.concealed_ratio >= 0 && stats.concealed_ratio <= all);
    assert(stats.expanded_ratio >= 0 && stats.expanded_ratio <= all && stats.accelerated_ratio >= 0 && stats.accelerated_ratio <= all);
    assert(stats.recovered_ratio >= 0 && stats.recovered_ratio <= (codec == TCCC_CODEC_OPUS ? all : 0)); /* G.711 has no copies */
    assert(stats.buffer_ms >= 0 && isfinite(stats.buffer_ms));
    assert(stats.target_ms >= DELAY_MIN_MS && stats.target_ms <= DELAY_MAX_MS);
    assert(stats.loss_ratio >= 0 && stats.loss_ratio <= 1 && isfinite(stats.drift_ppm));
}

static void whole_receiver(reader in, enum tccc_codec codec) {
    const receive_config config = {.codec = codec, .payload_type = PCMA_PT, .seed = 1};
    int error, n_played = 0;
    receive *stream = receive_open(&config, &error);
    uint64_t now_us = 1000000;
    uint32_t timestamp = 0;
    uint16_t seq = 0;

    assert(stream);
    while (in.next < in.end) {
        rtp_packet packet = read_packet(&in, &seq, &timestamp);
        uint8_t act = read8(&in), bytes[RTP_HEADER_LEN + 256];

        rtp_packet_write(&packet, bytes, sizeof bytes);
        memcpy(bytes + RTP_HEADER_LEN, packet.payload, packet.payload_len);
        receive_packet(stream, bytes, RTP_HEADER_LEN + packet.payload_len, now_us);
        for (int i = act & 1; i > 0; i--) {
            float pcm[RECEIVE_FRAME];

            receive_pull(stream, pcm, now_us);
            now_us += 10000 + ((uint64_t)(act & 0xf0) << 10);
            n_played += RECEIVE_FRAME;
            for (int k = 0; k < RECEIVE_FRAME; k++)
                assert(pcm[k] >= -1 && pcm[k] <= 1);
        }
    }
    check_stats(stream, codec, n_played);
    receive_close(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t choice = size ? data[0] : 0;
    reader in = {data + (size > 0), data + size};

    if (size > INPUT_MAX)
        return 0;
    if (choice % 4 == 0) {
        buffer_alone(in);
    } else if (choice % 4 < 3) {
        honest_sender(in, choice);
    } else if (size <= RECEIVED_MAX) {
        whole_receiver(in, (choice & 0x1c) == 0x1c ? TCCC_CODEC_OPUS : TCCC_CODEC_PCMA); /* Opus takes the most time: an input in 32 */
    }
    return 0;
}
