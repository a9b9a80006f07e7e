/* test_sdp_audio.c: SDP of telephones and of attackers. Layer: tests. Sources: RFC 3264 section 10, RFC 4568, recorded peers. */
#include "server/sip/sdp_audio.h"

#include "tccc/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define KEY "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz" /* RFC 4568 section 6.1 */

static int read_text(sdp_audio *out, const char *text) { return sdp_audio_read(out, text, strlen(text)); }

static sdp_audio read_ok(const char *text) {
    sdp_audio a;
    assert_int_equal(read_text(&a, text), 0);
    return a;
}

static sdp_audio ours(void) {
    sdp_audio a = { .session_id = 5, .address = "198.51.100.7", .port = 40000, .direction = SDP_AUDIO_SENDRECV, .ptime_ms = 20, .n_codecs = 3, .n_events = 2 };
    a.codecs[0] = (sdp_audio_codec){ TCCC_CODEC_OPUS, 111 };
    a.codecs[1] = (sdp_audio_codec){ TCCC_CODEC_PCMA, 8 };
    a.codecs[2] = (sdp_audio_codec){ TCCC_CODEC_PCMU, 0 };
    a.events[0] = (sdp_audio_event){ 110, 48000 };
    a.events[1] = (sdp_audio_event){ 96, 8000 };
    return a;
}

static sdp_audio ours_secure(void) {
    sdp_audio a = ours();
    a.secure = true;
    a.n_cryptos = 1;
    a.cryptos[0].suite = TCCC_SRTP_AES128_SHA1_80;
    memset(a.cryptos[0].key, 'k', sizeof a.cryptos[0].key);
    return a;
}

static void a_plain_offer_is_read(void **state) {
    (void)state;
    sdp_audio a = read_ok(HEAD "m=audio 49170 RTP/AVP 0 8 97 101\r\na=rtpmap:97 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:30\r\na=rtcp:50001\r\na=rtcp-mux\r\na=sendonly\r\n");
    assert_string_equal(a.address, "192.0.2.1");
    assert_int_equal(a.port, 49170);
    assert_int_equal(a.rtcp_port, 50001);
    assert_true(a.rtcp_mux);
    assert_int_equal(a.n_codecs, 3);
    assert_int_equal(a.codecs[0].codec, TCCC_CODEC_PCMU);
    assert_int_equal(a.codecs[1].codec, TCCC_CODEC_PCMA);
    assert_int_equal(a.codecs[2].codec, TCCC_CODEC_OPUS);
    assert_int_equal(a.codecs[2].payload_type, 97);
    assert_int_equal(a.n_events, 1);
    assert_int_equal(a.ptime_ms, 30);
    assert_int_equal(a.direction, SDP_AUDIO_SENDONLY);
    assert_int_equal(a.version, 2);
}

static void lines_may_end_with_a_bare_line_feed_and_ipv6_is_fine(void **state) {
    (void)state;
    sdp_audio a = read_ok("v=0\no=- 1 1 IN IP6 2001:db8::1\ns=-\nt=0 0\nm=audio 5000 RTP/AVP 8\nc=IN IP6 2001:db8::1\n");
    assert_string_equal(a.address, "2001:db8::1");
}

static void the_first_codec_of_the_caller_that_we_know_is_taken(void **state) {
    (void)state;
    sdp_audio local = ours(), remote = read_ok(HEAD "m=audio 5000 RTP/AVP 18 0 8 96\r\na=rtpmap:18 G729/8000\r\na=rtpmap:96 telephone-event/8000\r\n");
    sdp_audio_agreement agreed;
    assert_int_equal(sdp_audio_agree(&local, &remote, &agreed), 0);
    assert_int_equal(agreed.codec, TCCC_CODEC_PCMU);
    assert_int_equal(agreed.payload_type, 0);
    assert_int_equal(agreed.dtmf_payload_type, 96);
    assert_int_equal(agreed.dtmf_rate_hz, 8000);
    assert_int_equal(agreed.ptime_ms, 20);
}

static void digits_take_the_clock_of_the_codec_where_both_are_offered(void **state) {
    (void)state;
    sdp_audio local = ours(), remote = read_ok(HEAD "m=audio 5000 RTP/AVP 111 8 101 102\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\na=rtpmap:102 telephone-event/48000\r\n");
    sdp_audio_agreement agreed;
    assert_int_equal(sdp_audio_agree(&local, &remote, &agreed), 0);
    assert_int_equal(agreed.dtmf_payload_type, 102);
    remote.codecs[0] = remote.codecs[1];
    assert_int_equal(sdp_audio_agree(&local, &remote, &agreed), 0);
    assert_int_equal(agreed.dtmf_payload_type, 101);
}

static void hold_shows_in_the_direction(void **state) {
    (void)state;
    static const struct { const char *line; enum sdp_audio_direction we; } cases[] = {
        { "a=sendonly", SDP_AUDIO_RECVONLY }, { "a=recvonly", SDP_AUDIO_SENDONLY }, { "a=inactive", SDP_AUDIO_INACTIVE },
        { "a=sendrecv", SDP_AUDIO_SENDRECV }, { "c=IN IP4 0.0.0.0", SDP_AUDIO_RECVONLY },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[400];
        sdp_audio_agreement agreed;
        snprintf(text, sizeof text, HEAD "m=audio 5000 RTP/AVP 8\r\n%s\r\n", cases[i].line);
        sdp_audio local = ours(), remote = read_ok(text);
        assert_int_equal(sdp_audio_agree(&local, &remote, &agreed), 0);
        assert_int_equal(agreed.direction, cases[i].we);
    }
}

static void an_answer_repeats_every_line_and_refuses_what_is_not_audio(void **state) {
    (void)state;
    char text[2000];
    sdp_audio local = ours();
    sdp_audio_agreement agreed;
    sdp_audio offer = read_ok(HEAD "m=video 6000 RTP/AVP 99\r\na=rtpmap:99 VP8/90000\r\nm=audio 5000 RTP/AVP 8\r\nm=audio 5002 RTP/AVP 0\r\nm=message 7000 TCP/MSRP *\r\n");
    assert_int_equal(offer.line, 1);
    assert_int_equal(sdp_audio_agree(&local, &offer, &agreed), 0);
    int n = sdp_audio_write(&local, &offer, &agreed, text, sizeof text);
    assert_true(n > 0 && (size_t)n == strlen(text));
    const char *video = strstr(text, "m=video 0 RTP/AVP 99\r\n"), *audio = strstr(text, "m=audio 40000 RTP/AVP 8\r\n");
    const char *second = strstr(text, "m=audio 0 RTP/AVP 0\r\n"), *message = strstr(text, "m=message 0 TCP/MSRP *\r\n");
    assert_true(video && audio && second && message && video < audio && audio < second && second < message);
}

static void what_we_offer_can_be_read_again(void **state) {
    (void)state;
    char text[2000];
    sdp_audio local = ours_secure();
    int n = sdp_audio_write(&local, NULL, NULL, text, sizeof text);
    assert_true(n > 0);
    sdp_audio back = read_ok(text);
    assert_int_equal(back.n_codecs, 3);
    assert_int_equal(back.n_events, 2);
    assert_true(back.secure);
    assert_memory_equal(back.cryptos[0].key, local.cryptos[0].key, TCCC_SRTP_KEY_LEN);
    assert_int_equal(sdp_audio_write(&local, NULL, NULL, text, 50), TCCC_E_TOO_LARGE);
}

static void sdes_keys_go_both_ways_with_the_tag_of_the_offer(void **state) {
    (void)state;
    char text[2000];
    sdp_audio local = ours_secure();
    sdp_audio_agreement agreed;
    sdp_audio offer = read_ok(HEAD "m=audio 5000 RTP/SAVP 8\r\na=crypto:1 F8_128_HMAC_SHA1_80 inline:" KEY "\r\na=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:" KEY "|2^20\r\n");
    assert_int_equal(offer.n_cryptos, 1);
    assert_int_equal(sdp_audio_agree(&local, &offer, &agreed), 0);
    assert_int_equal(agreed.crypto_tag, 7);
    assert_memory_equal(agreed.srtp_receive_key, "YS___semctl () {\t220;}\n}\nunles", 30);
    assert_memory_equal(agreed.srtp_send_key, local.cryptos[0].key, TCCC_SRTP_KEY_LEN);
    assert_true(sdp_audio_write(&local, &offer, &agreed, text, sizeof text) > 0);
    assert_non_null(strstr(text, "m=audio 40000 RTP/SAVP 8\r\n"));
    assert_non_null(strstr(text, "a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tr\r\n"));
}

static void plain_and_secure_do_not_mix(void **state) {
    (void)state;
    sdp_audio plain = ours(), secure = ours_secure(), offer = read_ok(HEAD "m=audio 5000 RTP/AVP 8\r\n");
    sdp_audio_agreement agreed;
    assert_int_equal(sdp_audio_agree(&secure, &offer, &agreed), TCCC_E_CODEC);
    offer = read_ok(HEAD "m=audio 5000 RTP/SAVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" KEY "\r\n");
    assert_int_equal(sdp_audio_agree(&plain, &offer, &agreed), TCCC_E_CODEC);
}

static void hostile_and_useless_sdp_is_refused(void **state) {
    (void)state;
    static const struct { const char *text; int error; } cases[] = {
        { "", TCCC_E_FORMAT }, { "hello", TCCC_E_FORMAT }, { "v=1\r\n", TCCC_E_FORMAT }, { "s=-\r\nv=0\r\n", TCCC_E_FORMAT },
        { HEAD, TCCC_E_FORMAT }, { HEAD "m=audio\r\n", TCCC_E_FORMAT }, { HEAD "m=audio 70000 RTP/AVP 0\r\n", TCCC_E_FORMAT },
        { HEAD "m=audio -1 RTP/AVP 0\r\n", TCCC_E_FORMAT }, { HEAD "m=audio 5000 RTP/AVP 128\r\n", TCCC_E_FORMAT },
        { HEAD "m=audio 5000 RTP/AVP x\r\n", TCCC_E_FORMAT }, { HEAD "m=audio 5000 RTP/AVP 0\r\nc=IN IP4 not.an.address\r\n", TCCC_E_FORMAT },
        { HEAD "m=audio 5000 RTP/AVP 0\r\na=rtpmap:0 PCMU/\r\n", TCCC_E_FORMAT }, { HEAD "m=audio 5000 RTP/AVP 0\r\na=rtpmap:999 X/8000\r\n", TCCC_E_FORMAT },
        { "v=0\r\no=- x 2 IN IP4 1.2.3.4\r\nm=audio 5000 RTP/AVP 0\r\n", TCCC_E_FORMAT }, { "v=0\r\no=- 1 2 IN IP4 1.2.3.4\r\nm=audio 5000 RTP/AVP 0\r\n", TCCC_E_FORMAT },
        { HEAD "m=audio 0 RTP/AVP 0\r\n", TCCC_E_CODEC }, { HEAD "m=video 5000 RTP/AVP 99\r\n", TCCC_E_CODEC }, { HEAD "m=audio 5000 RTP/AVP 18\r\n", TCCC_E_CODEC },
        { HEAD "m=audio 5000 UDP/TLS/RTP/SAVPF 0\r\n", TCCC_E_CODEC }, { HEAD "m=audio 5000 RTP/SAVP 0\r\n", TCCC_E_CODEC },
        { HEAD "m=audio 5000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:short\r\n", TCCC_E_CODEC },
        { HEAD "m=audio 5000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" KEY " UNENCRYPTED_SRTP\r\n", TCCC_E_CODEC },
        { HEAD "m=audio 5000 RTP/AVP 0\r\na=rtpmap:0 G729/8000\r\n", TCCC_E_CODEC },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sdp_audio a;
        assert_int_equal(read_text(&a, cases[i].text), cases[i].error);
    }
}

static void limits_hold(void **state) {
    (void)state;
    static char text[SDP_AUDIO_TEXT_MAX + 100];
    sdp_audio a;
    memset(text, 'x', sizeof text);
    assert_int_equal(sdp_audio_read(&a, text, sizeof text), TCCC_E_TOO_LARGE);
    strcpy(text, HEAD);
    for (int i = 0; i < 9; i++)
        strcat(text, "m=audio 5000 RTP/AVP 0\r\n");
    assert_int_equal(read_text(&a, text), TCCC_E_TOO_LARGE);
    char zero[] = HEAD "m=audio 5000 RTP/AVP 0\r\na=x\0y\r\n";
    assert_int_equal(sdp_audio_read(&a, zero, sizeof zero - 1), TCCC_E_FORMAT);
    strcpy(text, HEAD "m=audio 5000 RTP/SAVP 8\r\n");
    for (int i = 0; i < 20; i++)
        strcat(text, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" KEY "\r\n");
    assert_int_equal(read_text(&a, text), 0);
    assert_true(a.n_cryptos < SDP_AUDIO_CRYPTOS);
}

static void every_prefix_of_an_offer_is_read_without_harm(void **state) {
    (void)state;
    static const char text[] = HEAD "m=audio 49170 RTP/SAVP 0 8 97 101\r\na=rtpmap:97 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" KEY "|2^20\r\na=sendonly\r\n";
    sdp_audio a;
    for (size_t n = 0; n < sizeof text; n++)
        (void)sdp_audio_read(&a, text, n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_offer_is_read),
        cmocka_unit_test(lines_may_end_with_a_bare_line_feed_and_ipv6_is_fine),
        cmocka_unit_test(the_first_codec_of_the_caller_that_we_know_is_taken),
        cmocka_unit_test(digits_take_the_clock_of_the_codec_where_both_are_offered),
        cmocka_unit_test(hold_shows_in_the_direction),
        cmocka_unit_test(an_answer_repeats_every_line_and_refuses_what_is_not_audio),
        cmocka_unit_test(what_we_offer_can_be_read_again),
        cmocka_unit_test(sdes_keys_go_both_ways_with_the_tag_of_the_offer),
        cmocka_unit_test(plain_and_secure_do_not_mix),
        cmocka_unit_test(hostile_and_useless_sdp_is_refused),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(every_prefix_of_an_offer_is_read_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
