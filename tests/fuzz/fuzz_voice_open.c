/* fuzz_voice_open.c: the JSON of a stream. What is taken opens a stream; what is refused says why. Layer: tests. */
#include <stdlib.h>
#include <string.h>

#include "media/stream_config.h"
#include "tccc/error.h"
#include "tccc/media.h"

static void require(int truth) {
    if (!truth) abort();
}

static tccc_voice *voice_once(void) {
    static tccc_voice *voice;
    int error;
    if (!voice) voice = tccc_voice_new(&(tccc_voice_config){ .device_rate_hz = 16000, .tail_ms = 32, .seed = 1 }, &error);
    require(voice != NULL);
    return voice;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    tccc_stream_config config;
    char message[STREAM_CONFIG_MESSAGE];
    int error = stream_config_parse(&config, (const char *)data, size, message);
    require(memchr(message, 0, sizeof message) != NULL);
    require(error <= 0 && (error == 0 || strcmp(tccc_error_name(error), "UNKNOWN") != 0));
    if (error < 0) return 0;
    require(message[0] == 0);
    require(config.ptime_ms >= 10 && config.ptime_ms <= 60 && config.payload_type <= 127);
    require(config.dtmf_payload_type == 0 || config.dtmf_payload_type != config.payload_type);
    require(tccc_voice_open(voice_once(), 0, &config) == 0);
    float block[320] = { 0 };
    uint8_t packet[TCCC_PACKET_MAX];
    int channel, sent = 0;
    for (int i = 0; i < 4; i++) {
        require(tccc_voice_capture(voice_once(), block, 320, 20000u * (uint64_t)i) == 0);
        for (int len; (len = tccc_voice_packet_out(voice_once(), packet, &channel)) > 0; sent++) require(len <= TCCC_PACKET_MAX);
    }
    require(sent > 0 && sent <= 8);
    tccc_voice_close(voice_once(), 0);
    return 0;
}
