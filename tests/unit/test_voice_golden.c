/* test_voice_golden.c: the voice engine gives the same bits in every scalar build; tests/wasm/voice.test.js is its twin. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "golden_voice.h"
#include "tccc/media.h"

enum { RATE_HZ = 48000, BLOCK = 128, BLOCKS = 5 * RATE_HZ / BLOCK, ECHO_BLOCKS = 15 };

static const struct {
    const char *name;
    enum tccc_codec codec;
    uint8_t payload_type;
    enum tccc_srtp_suite srtp;
} golden_cases[] = {
    { "opus", TCCC_CODEC_OPUS, 111, TCCC_SRTP_AES128_SHA1_80 },
    { "PCMA", TCCC_CODEC_PCMA, 8, TCCC_SRTP_NONE },
    { "PCMU", TCCC_CODEC_PCMU, 0, TCCC_SRTP_AES128_SHA1_32 },
};

static tccc_voice *golden_open(int which) {
    int error;
    tccc_voice *voice = tccc_voice_new(&(tccc_voice_config){ .device_rate_hz = RATE_HZ, .aec = TCCC_PROCESSING_CORE,
                                                             .ns = TCCC_NOISE_MEDIUM, .agc = TCCC_PROCESSING_CORE,
                                                             .tail_ms = 128, .seed = 0x0123456789ABCDEFu },
                                       &error);
    assert_non_null(voice);
    tccc_stream_config config = { .codec = golden_cases[which].codec, .payload_type = golden_cases[which].payload_type,
                                  .dtmf_payload_type = 101,
                                  .dtmf_rate_hz = golden_cases[which].codec == TCCC_CODEC_OPUS ? 48000 : 8000,
                                  .ptime_ms = 20, .bitrate_bps = 24000, .complexity = 5, .expected_loss_percent = 5,
                                  .srtp = golden_cases[which].srtp };
    for (int channel = 0; channel < 2; channel++) {
        for (int i = 0; i < TCCC_SRTP_KEY_LEN; i++) {
            config.srtp_send_key[i] = (uint8_t)(i + 1 + 100 * channel);
            config.srtp_receive_key[i] = (uint8_t)(i + 1 + 100 * (1 - channel));
        }
        assert_int_equal(tccc_voice_open(voice, channel, &config), 0);
    }
    return voice;
}

/* Every packet of one channel goes to the other, but for every ninth, which is lost. */
static uint32_t golden_carry(tccc_voice *voice, uint32_t hash, unsigned *count, uint64_t now_us) {
    uint8_t packet[TCCC_PACKET_MAX];
    int channel;
    for (int len; (len = tccc_voice_packet_out(voice, packet, &channel)) > 0;) {
        hash = golden_hash(hash, packet, (size_t)len);
        if (++*count % 9 != 0) tccc_voice_packet_in(voice, channel ^ 1, packet, (size_t)len, now_us);
    }
    return hash;
}

static uint32_t golden_run(int which) {
    static float echo[ECHO_BLOCKS][BLOCK];
    tccc_voice *voice = golden_open(which);
    golden_voice source = { .random = 1 };
    uint32_t hash = 2166136261u;
    unsigned count = 0;
    memset(echo, 0, sizeof echo);
    for (int i = 0; i < BLOCKS; i++) {
        float *block = echo[i % ECHO_BLOCKS]; /* what was rendered 40 ms ago comes back at a quarter */
        uint64_t now_us = (uint64_t)i * BLOCK * 1000000u / RATE_HZ;
        for (int k = 0; k < BLOCK; k++) block[k] = block[k] * 0.25f + golden_voice_next(&source);
        assert_int_equal(tccc_voice_capture(voice, block, BLOCK, now_us), 0);
        assert_int_equal(tccc_voice_render(voice, block, BLOCK, now_us), 0);
        hash = golden_hash(hash, block, BLOCK * sizeof *block);
        hash = golden_carry(voice, hash, &count, now_us);
        if (i == BLOCKS / 2) assert_int_equal(tccc_voice_digits(voice, 0, "5"), 1);
    }
    assert_in_range(count, 490, 510);
    tccc_voice_free(voice);
    return hash;
}

static uint32_t golden_expected(const char *wanted) {
    char name[16];
    unsigned hash;
    FILE *file = fopen(TCCC_SOURCE_DIR "/tests/unit/golden_voice.txt", "r");
    assert_non_null(file);
    while (fscanf(file, "%15s %x", name, &hash) == 2)
        if (strcmp(name, wanted) == 0) {
            fclose(file);
            return hash;
        }
    fclose(file);
    fail_msg("golden_voice.txt has no line for %s", wanted);
    return 0;
}

static void every_build_gives_the_same_bits(void **state) {
    (void)state;
    bool same = true;
    for (int i = 0; i < 3; i++) {
        uint32_t hash = golden_run(i);
        if (hash == golden_expected(golden_cases[i].name)) continue;
        print_error("%s %08x\n", golden_cases[i].name, hash);
        same = false;
    }
    assert_true(same);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_build_gives_the_same_bits) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
