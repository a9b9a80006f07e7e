/* stream_config.c: a stream's configuration from JSON. Layer: media. Sources: RFC 8259, RFC 4648 section 4 (base64). */
#include "media/stream_config.h"

#include <stdbool.h>
#include <string.h>

#include "base/json.h"
#include "media/codec.h"
#include "tccc/error.h"

static const char *const stream_members[] = { "codec",   "payloadType", "dtmfPayloadType", "dtmfRate", "ptimeMs", "bitrate",
                                              "complexity", "expectedLoss", "dtx",         "ssrc",     "srtp",    NULL };
static const char *const srtp_members[] = { "suite", "sendKey", "receiveKey", NULL };

static void stream_config_refuse_unknown(json_reader *in, const char *const members[]) {
    for (const json_value *e = json_first(in->object); e; e = json_next(e)) {
        int i = 0;
        while (members[i] && strcmp(members[i], json_name(e)) != 0) i++;
        if (!members[i]) json_fail(in, TCCC_E_ARG_RANGE, "A member", "is not known");
    }
}

static int base64_value(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* 40 characters are exactly the 30 bytes of a key: no padding can occur. */
static bool base64_key(const char *text, uint8_t key[TCCC_SRTP_KEY_LEN]) {
    if (strlen(text) != TCCC_SRTP_KEY_LEN / 3 * 4) return false;
    for (int group = 0; group < TCCC_SRTP_KEY_LEN / 3; group++) {
        int bits = 0;
        for (int i = 0; i < 4; i++) {
            int value = base64_value(text[4 * group + i]);
            if (value < 0) return false;
            bits = bits << 6 | value;
        }
        key[3 * group] = (uint8_t)(bits >> 16);
        key[3 * group + 1] = (uint8_t)(bits >> 8);
        key[3 * group + 2] = (uint8_t)bits;
    }
    return true;
}

static void stream_config_key(json_reader *in, const char *name, uint8_t key[TCCC_SRTP_KEY_LEN]) {
    const char *text = json_string(in, name, 1, 64);
    if (text && !base64_key(text, key)) json_fail(in, TCCC_E_ARG_RANGE, name, "must be base64 of 30 bytes");
}

static void stream_config_srtp(tccc_stream_config *config, json_reader *in) {
    static const char *const suites[] = { "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32", NULL };
    const json_value *object = json_object_or(in, "srtp");
    if (!object || in->error) return;
    json_reader srtp = json_read(object);
    int suite = json_choice(&srtp, "suite", suites);
    stream_config_key(&srtp, "sendKey", config->srtp_send_key);
    stream_config_key(&srtp, "receiveKey", config->srtp_receive_key);
    stream_config_refuse_unknown(&srtp, srtp_members);
    config->srtp = suite == 0 ? TCCC_SRTP_AES128_SHA1_80 : TCCC_SRTP_AES128_SHA1_32;
    if (!srtp.error) return;
    in->error = srtp.error;
    memcpy(in->message, srtp.message, sizeof in->message);
}

static void stream_config_dtmf(tccc_stream_config *config, json_reader *in) {
    int64_t clock_hz = codec_clock_hz(config->codec);
    config->dtmf_payload_type = (uint8_t)json_integer_or(in, "dtmfPayloadType", 0, 0, 127);
    config->dtmf_rate_hz = (uint32_t)json_integer_or(in, "dtmfRate", clock_hz, 8000, 48000);
    if (config->dtmf_payload_type != 0 && config->dtmf_payload_type < 96)
        json_fail(in, TCCC_E_ARG_RANGE, "dtmfPayloadType", "must be 0 or from 96 to 127");
    if (config->dtmf_payload_type != 0 && config->dtmf_payload_type == config->payload_type)
        json_fail(in, TCCC_E_ARG_RANGE, "dtmfPayloadType", "must differ from payloadType");
    if (config->dtmf_rate_hz != 8000 && config->dtmf_rate_hz != 16000 && config->dtmf_rate_hz != 48000)
        json_fail(in, TCCC_E_ARG_RANGE, "dtmfRate", "must be 8000, 16000 or 48000");
}

static void stream_config_read(tccc_stream_config *config, json_reader *in) {
    static const char *const codecs[] = { [TCCC_CODEC_PCMU] = "PCMU", [TCCC_CODEC_PCMA] = "PCMA",
                                          [TCCC_CODEC_OPUS] = "opus", NULL };
    int codec = json_choice(in, "codec", codecs);
    config->codec = codec < 0 ? TCCC_CODEC_OPUS : (enum tccc_codec)codec;
    config->payload_type = (uint8_t)json_integer(in, "payloadType", 0, 127);
    stream_config_dtmf(config, in);
    config->ptime_ms = (int)json_integer_or(in, "ptimeMs", 20, 10, 60);
    if (config->ptime_ms % 10 != 0) json_fail(in, TCCC_E_ARG_RANGE, "ptimeMs", "must be a multiple of 10");
    config->bitrate_bps = (int)json_integer_or(in, "bitrate", 24000, 6000, 64000);
    config->complexity = (int)json_integer_or(in, "complexity", 5, 0, 10);
    config->expected_loss_percent = (int)json_integer_or(in, "expectedLoss", 0, 0, 100);
    config->dtx = json_bool_or(in, "dtx", false);
    config->ssrc = (uint32_t)json_integer_or(in, "ssrc", 0, 0, UINT32_MAX);
    stream_config_srtp(config, in);
    stream_config_refuse_unknown(in, stream_members);
}

int stream_config_parse(tccc_stream_config *config, const char *json, size_t len, char message[STREAM_CONFIG_MESSAGE]) {
    json_value *tree;
    message[0] = 0;
    memset(config, 0, sizeof *config);
    int error = json_parse(json, len, STREAM_CONFIG_JSON_MAX, &tree);
    if (error < 0) return error;
    json_reader in = json_read(tree);
    if (!in.error) stream_config_read(config, &in);
    memcpy(message, in.message, STREAM_CONFIG_MESSAGE);
    json_free(tree);
    return in.error;
}
