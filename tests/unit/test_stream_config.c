/* test_stream_config.c: a stream's configuration from JSON. tests/wasm/voice.test.js holds the refusals by name. */
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "media/stream_config.h"
#include "tccc/error.h"

static int parse(tccc_stream_config *config, const char *json, char message[STREAM_CONFIG_MESSAGE]) {
    return stream_config_parse(config, json, strlen(json), message);
}

static void what_is_left_out_has_its_default(void **state) {
    tccc_stream_config c;
    char message[STREAM_CONFIG_MESSAGE];
    (void)state;
    assert_int_equal(parse(&c, "{\"codec\":\"opus\",\"payloadType\":111}", message), 0);
    assert_int_equal(c.codec, TCCC_CODEC_OPUS);
    assert_int_equal(c.payload_type, 111);
    assert_int_equal(c.dtmf_payload_type, 0);
    assert_int_equal(c.dtmf_rate_hz, 48000);
    assert_int_equal(c.ptime_ms, 20);
    assert_int_equal(c.bitrate_bps, 24000);
    assert_int_equal(c.complexity, 5);
    assert_int_equal(c.expected_loss_percent, 0);
    assert_int_equal(c.dtx, 0);
    assert_int_equal(c.ssrc, 0);
    assert_int_equal(c.srtp, TCCC_SRTP_NONE);
    assert_int_equal(parse(&c, "{\"codec\":\"PCMA\",\"payloadType\":8,\"srtp\":null}", message), 0);
    assert_int_equal(c.dtmf_rate_hz, 8000);
}

/* The key is that of RFC 4568 section 6.1's example: its 40 characters are 30 bytes. */
static void every_member_is_read(void **state) {
    tccc_stream_config c;
    char message[STREAM_CONFIG_MESSAGE];
    static const uint8_t zero[TCCC_SRTP_KEY_LEN] = { 0 };
    (void)state;
    assert_int_equal(parse(&c,
                           "{\"codec\":\"PCMU\",\"payloadType\":0,\"dtmfPayloadType\":101,\"dtmfRate\":8000,\"ptimeMs\":30,"
                           "\"bitrate\":16000,\"complexity\":9,\"expectedLoss\":20,\"dtx\":true,\"ssrc\":4294967295,"
                           "\"srtp\":{\"suite\":\"AES_CM_128_HMAC_SHA1_32\","
                           "\"sendKey\":\"WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\","
                           "\"receiveKey\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}}",
                           message),
                     0);
    assert_int_equal(c.codec, TCCC_CODEC_PCMU);
    assert_int_equal(c.dtmf_payload_type, 101);
    assert_int_equal(c.dtmf_rate_hz, 8000);
    assert_int_equal(c.ptime_ms, 30);
    assert_int_equal(c.bitrate_bps, 16000);
    assert_int_equal(c.complexity, 9);
    assert_int_equal(c.expected_loss_percent, 20);
    assert_int_equal(c.dtx, 1);
    assert_int_equal(c.ssrc, 4294967295u);
    assert_int_equal(c.srtp, TCCC_SRTP_AES128_SHA1_32);
    assert_memory_equal(c.srtp_send_key, "YS___semctl () {\t220;}\n}\nunles", TCCC_SRTP_KEY_LEN);
    assert_memory_equal(c.srtp_receive_key, zero, TCCC_SRTP_KEY_LEN);
}

static void a_wrong_member_is_named(void **state) {
    tccc_stream_config c;
    char message[STREAM_CONFIG_MESSAGE];
    (void)state;
    assert_int_equal(parse(&c, "{\"codec\":\"opus\"}", message), TCCC_E_ARG_MISSING);
    assert_non_null(strstr(message, "payloadType"));
    assert_int_equal(parse(&c, "{\"codec\":\"opus\",\"payloadType\":111,\"ptimeMs\":15}", message), TCCC_E_ARG_RANGE);
    assert_non_null(strstr(message, "ptimeMs"));
    assert_int_equal(parse(&c, "{\"codec\":\"opus\",\"payloadType\":111,\"srtp\":{\"suite\":\"AES_CM_128_HMAC_SHA1_80\"}}", message), TCCC_E_ARG_MISSING);
    assert_non_null(strstr(message, "sendKey"));
    assert_int_equal(parse(&c, "nonsense", message), TCCC_E_FORMAT);
    assert_string_equal(message, "");
}

/* Cut at every byte it is refused, in memory that ends there. */
static void a_cut_text_is_refused(void **state) {
    static const char json[] = "{\"codec\":\"opus\",\"payloadType\":111,\"dtx\":false}";
    tccc_stream_config c;
    char message[STREAM_CONFIG_MESSAGE];
    (void)state;
    for (size_t len = 0; len < sizeof json - 1; len++) {
        char *cut = malloc(len ? len : 1);
        memcpy(cut, json, len);
        assert_true(stream_config_parse(&c, cut, len, message) < 0);
        free(cut);
    }
    assert_int_equal(stream_config_parse(&c, json, sizeof json - 1, message), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_out_has_its_default),
        cmocka_unit_test(every_member_is_read),
        cmocka_unit_test(a_wrong_member_is_named),
        cmocka_unit_test(a_cut_text_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
