/* bench_mix.c: what a mixed call costs: jitter buffers, decoders, sums and encoders of the bridge. Layer: bench.
 * One JSON object a line. Processor time, so that other work on the machine does not count. Packets of the relay, which such a call
 * also has, are bench_relay's. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../unit/speech_signal.h"
#include "media/codec.h"
#include "media/rtp.h"
#include "server/bridge/mixer.h"

enum { SECONDS = 60, SPEECH_S = 10, PACKET = CODEC_RATE_HZ / 50, PACKETS = SPEECH_S * 50 };

typedef struct {
    uint8_t bytes[PACKETS][CODEC_PAYLOAD_MAX];
    int len[PACKETS];
} spoken;

static spoken voices[BRIDGE_SIDES];
static long made;

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint8_t type_of(enum tccc_codec codec) { return codec == TCCC_CODEC_OPUS ? 111 : codec == TCCC_CODEC_PCMA ? 8 : 0; }

static void need(bool holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "bench_mix: %s\n", what);
    exit(1);
}

static void speak(int side, enum tccc_codec codec) {
    static float pcm[SPEECH_S * CODEC_RATE_HZ];
    int error;
    tccc_stream_config config = { .codec = codec, .ptime_ms = 20, .bitrate_bps = 24000, .complexity = 5, .payload_type = type_of(codec) };
    codec_encoder *encoder = codec_encoder_new(&config, &error);
    need(encoder != NULL, "no encoder");
    speech_make(pcm, SPEECH_S * CODEC_RATE_HZ, 7u + (unsigned)side);
    for (int n = 0; n < PACKETS; n++)
        voices[side].len[n] = codec_encoder_encode(encoder, pcm + n * PACKET, voices[side].bytes[n], CODEC_PAYLOAD_MAX);
    codec_encoder_free(encoder);
}

static void on_payload(void *context, int side, const uint8_t *payload, size_t len, uint32_t ticks) {
    (void)context, (void)side, (void)payload, (void)ticks;
    made += len > 0;
}

static void say(mixer *m, int side, enum tccc_codec codec, int n, uint64_t now_us) {
    uint8_t packet[RTP_HEADER_LEN + CODEC_PAYLOAD_MAX];
    int at = n % PACKETS;
    rtp_packet header = { .payload_type = type_of(codec), .seq = (uint16_t)n, .timestamp = (uint32_t)n * codec_ticks(codec, PACKET), .ssrc = 5u + (unsigned)side };
    rtp_packet_write(&header, packet, sizeof packet);
    memcpy(packet + RTP_HEADER_LEN, voices[side].bytes[at], (size_t)voices[side].len[at]);
    mixer_packet(m, side, packet, RTP_HEADER_LEN + (size_t)voices[side].len[at], now_us);
}

/* Processor time of one second of such a call, ms. */
static double cost_ms(const enum tccc_codec codecs[BRIDGE_SIDES], const unsigned hears[BRIDGE_SIDES]) {
    mixer_side sides[BRIDGE_SIDES];
    mixer *m = mixer_new(1);
    uint64_t now_us = 1000000;
    unsigned heard = 0;
    for (int i = 0; i < BRIDGE_SIDES; i++) {
        sides[i] = (mixer_side){ codecs[i], type_of(codecs[i]), 20, hears[i] };
        heard |= hears[i];
        speak(i, codecs[i]);
    }
    need(m && !mixer_direct(m, sides), "no mixer");
    made = 0;
    double begun = now_s();
    for (int n = 0; n < SECONDS * 50; n++)
        for (int step = 0; step < 2; step++, now_us += MIXER_STEP_US) {
            for (int i = 0; i < BRIDGE_SIDES && !step; i++)
                if (heard >> i & 1)
                    say(m, i, codecs[i], n, now_us);
            mixer_step(m, now_us, on_payload, NULL);
        }
    double taken = now_s() - begun;
    need(made > 0, "nothing was made");
    mixer_free(m);
    return taken * 1000 / SECONDS;
}

static void tell(const char *name, double ms) {
    printf("{\"name\":\"mix: %s\",\"value\":%.3f,\"unit\":\"ms of processor a second\",\"goal\":null,\"direction\":\"lower\",\"peer\":null,\"peer_value\":null}\n", name, ms);
    printf("{\"name\":\"mix: %s, on one core\",\"value\":%.0f,\"unit\":\"calls\",\"goal\":null,\"direction\":\"higher\",\"peer\":null,\"peer_value\":null}\n", name, 1000 / ms);
}

int main(void) {
    const enum tccc_codec ALAW = TCCC_CODEC_PCMA, OPUS = TCCC_CODEC_OPUS;
    tell("conference of three, PCMA", cost_ms((enum tccc_codec[]){ ALAW, ALAW, ALAW, ALAW }, (unsigned[]){ 6, 5, 3, 0 }));
    tell("conference of three, Opus", cost_ms((enum tccc_codec[]){ OPUS, OPUS, OPUS, OPUS }, (unsigned[]){ 6, 5, 3, 0 }));
    tell("conference of three with a supervisor, PCMA", cost_ms((enum tccc_codec[]){ ALAW, ALAW, ALAW, ALAW }, (unsigned[]){ 6, 5, 3, 7 }));
    tell("supervisor listens, PCMA", cost_ms((enum tccc_codec[]){ ALAW, ALAW, ALAW, ALAW }, (unsigned[]){ 0, 0, 0, 3 }));
    tell("supervisor listens, Opus", cost_ms((enum tccc_codec[]){ OPUS, OPUS, OPUS, OPUS }, (unsigned[]){ 0, 0, 0, 3 }));
    tell("PCMA to Opus and back", cost_ms((enum tccc_codec[]){ ALAW, OPUS, ALAW, ALAW }, (unsigned[]){ 2, 1, 0, 0 }));
    return 0;
}
