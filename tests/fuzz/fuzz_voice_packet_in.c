/* fuzz_voice_packet_in.c: packets of any content to a voice in a call. Layer: tests.
 * Input: a byte that chooses codec and SRTP, then records of a length byte, a byte of milliseconds, and that many bytes of
 * packet; where bit 0 of the choice is set the first bytes are made a plausible RTP header, so that payloads are reached. */
#include <stdlib.h>
#include <string.h>

#include "tccc/error.h"
#include "tccc/media.h"

static void require(int truth) {
    if (!truth) abort();
}

static tccc_voice *open_voice(uint8_t choice) {
    static tccc_voice *voice;
    int error;
    tccc_stream_config config = { .codec = (enum tccc_codec)(choice >> 1 & 3) , .payload_type = 96, .dtmf_payload_type = 101,
                                  .dtmf_rate_hz = 8000, .ptime_ms = 20, .bitrate_bps = 24000, .ssrc = 7,
                                  .srtp = choice & 8 ? TCCC_SRTP_AES128_SHA1_80 : TCCC_SRTP_NONE };
    if (config.codec > TCCC_CODEC_OPUS) config.codec = TCCC_CODEC_OPUS;
    if (!voice) voice = tccc_voice_new(&(tccc_voice_config){ .device_rate_hz = 16000, .tail_ms = 32, .seed = 1 }, &error);
    require(voice && tccc_voice_open(voice, 0, &config) == 0);
    return voice;
}

static void make_header(uint8_t *packet, size_t len) {
    static const uint8_t header[] = { 0x80, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9 };
    if (len < sizeof header) return;
    packet[0] = header[0];
    packet[1] = (packet[1] & 0x80) | header[1];
    memcpy(packet + 8, header + 8, 4);
}

static void check_render(tccc_voice *voice, int n_frames, uint64_t now_us) {
    float block[TCCC_BLOCK_MAX];
    require(tccc_voice_render(voice, block, n_frames, now_us) == 0);
    for (int i = 0; i < n_frames; i++) require(block[i] >= -1 && block[i] <= 1); /* and no NaN */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 3 || size > 4096) return 0;
    tccc_voice *voice = open_voice(data[0]);
    uint8_t choice = data[0], packet[255];
    uint64_t now_us = 0;
    const uint8_t *end = data + size;
    for (data++; end - data >= 2;) {
        size_t len = data[0], left = (size_t)(end - data) - 2;
        if (len > left) len = left;
        int ms = data[1] % 100 + 1;
        memcpy(packet, data + 2, len);
        if (choice & 1) make_header(packet, len);
        int result = tccc_voice_packet_in(voice, 0, packet, len, now_us);
        require(result <= 0 && (result == 0 || strcmp(tccc_error_name(result), "UNKNOWN") != 0));
        check_render(voice, 16 * ms, now_us);
        now_us += 1000u * (unsigned)ms;
        data += 2 + len;
    }
    tccc_voice_stats stats;
    require(tccc_voice_stats_get(voice, 0, &stats) == 0);
    require(stats.mos >= 1 && stats.mos <= 4.5f && stats.concealed_ratio >= 0 && stats.concealed_ratio <= 1);
    require(stats.jitter_ms >= 0 && stats.buffer_ms >= 0);
    return 0;
}
