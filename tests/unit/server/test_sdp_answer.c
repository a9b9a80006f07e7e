/* test_sdp_answer.c: offers of Chromium and Firefox, and the answer. Layer: tests. RFC 8839, RFC 8841, RFC 8842. */
#include "server/edge/sdp_answer.h"

#include <stdio.h>
#include <string.h>

#include "../cmocka_all.h"
#include "tccc/error.h"

#define FINGERPRINT "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B"

static const char chromium[] =
    "v=0\r\no=- 4611733054762223410 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=extmap-allow-mixed\r\n"
    "a=msid-semantic: WMS\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n"
    "a=candidate:1 1 udp 2113937151 5d0b2a9f-5f2c-4f2c-b3c0-7c2f7c7f8f11.local 54321 typ host generation 0 network-cost 999\r\n"
    "a=ice-ufrag:EsAw\r\na=ice-pwd:bP+XJMM09aR8AiX1jdukzR6Y\r\na=ice-options:trickle\r\na=fingerprint:sha-256 " FINGERPRINT
    "\r\na=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n";

static const char firefox[] = /* fingerprint and ICE options at session level */
    "v=0\r\no=mozilla...THIS_IS_SDPARTA-99.0 7710459265193212389 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=sendrecv\r\n"
    "a=fingerprint:sha-256 " FINGERPRINT "\r\na=group:BUNDLE 0\r\na=ice-options:trickle\r\na=msid-semantic:WMS *\r\n"
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=sendrecv\r\n"
    "a=ice-pwd:00ef2e2d8a61b2ec5a4fce6ed6f0d4c1\r\na=ice-ufrag:5a6b7c8d\r\na=mid:0\r\na=setup:actpass\r\na=sctp-port:5000\r\n"
    "a=max-message-size:1073741823\r\n";

static int read_text(sdp_offer *offer, const char *text, const char **why) {
    return sdp_offer_read(offer, text, strlen(text), why);
}

static void offers_of_browsers_are_read(void **state) {
    (void)state;
    sdp_offer offer;
    const char *why;
    assert_int_equal(read_text(&offer, chromium, &why), 0);
    assert_string_equal(offer.transport.ufrag, "EsAw");
    assert_string_equal(offer.transport.pwd, "bP+XJMM09aR8AiX1jdukzR6Y");
    assert_string_equal(offer.transport.mid, "0");
    assert_int_equal(offer.sctp_port, 5000);
    assert_int_equal(offer.transport.fingerprint[0], 0x4a);
    assert_int_equal(offer.transport.fingerprint[31], 0x6b);
    assert_int_equal(read_text(&offer, firefox, &why), 0);
    assert_string_equal(offer.transport.ufrag, "5a6b7c8d");
    assert_true(offer.bundled);
}

static void the_answer_is_ice_lite_and_passive_and_names_one_candidate(void **state) {
    (void)state;
    sdp_offer offer;
    const char *why;
    char answer[2048], line[200];
    uint8_t fingerprint[32] = { 0xab, 0x01, [31] = 0xff };
    sdp_ours ours = { "uuuuuuuu", "pppppppppppppppppppppppp", "192.0.2.2", 4711, fingerprint, 12, 5000, 1500 };
    assert_int_equal(read_text(&offer, chromium, &why), 0);
    int len = sdp_answer_write(&ours, &offer, answer, sizeof answer);
    assert_int_equal(len, strlen(answer));
    const char *lines[] = {
        "a=group:BUNDLE 0", "a=ice-lite", "a=setup:passive", "m=application 4711 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:0",
        "c=IN IP4 192.0.2.2", "a=candidate:1 1 udp 2130706431 192.0.2.2 4711 typ host", "a=ice-ufrag:uuuuuuuu",
        "a=ice-pwd:pppppppppppppppppppppppp", "a=sctp-port:5000", "a=max-message-size:1500",
        "a=fingerprint:sha-256 AB:01:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:FF",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        snprintf(line, sizeof line, "\r\n%s\r\n", lines[i]);
        assert_non_null(strstr(answer, line));
    }
    assert_int_equal(sdp_answer_write(&ours, &offer, answer, 300), TCCC_E_TOO_LARGE);
}

/* The Chromium offer with one piece replaced. */
static void refuses(const char *from, const char *to, const char *expected) {
    char text[4096];
    sdp_offer offer;
    const char *why, *at = strstr(chromium, from);
    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - chromium), chromium, to, at + strlen(from));
    assert_int_equal(read_text(&offer, text, &why), TCCC_E_FORMAT);
    assert_string_equal(why, expected);
}

static void an_offer_that_cannot_work_is_refused_with_a_sentence(void **state) {
    (void)state;
    refuses("a=ice-ufrag:EsAw\r\n", "", "a=ice-ufrag or a=ice-pwd is missing.");
    refuses("a=ice-ufrag:EsAw", "a=ice-ufrag:E\"w!", "a=ice-ufrag is not one.");
    refuses("a=setup:actpass", "a=setup:passive", "a=setup must let the browser be the DTLS client.");
    refuses("sha-256 4A", "sha-512 4A", "a=fingerprint with sha-256 is missing.");
    refuses("sha-256 4A:", "sha-256 4A", "a=fingerprint is not one.");
    refuses("a=mid:0\r\n", "", "a=mid is missing.");
    refuses("a=sctp-port:5000", "a=sctp-port:70000", "a=sctp-port is not a port.");
    refuses("m=application 9", "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\nm=application 9", "The offer must have one m=application section and no other.");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offers_of_browsers_are_read),
        cmocka_unit_test(the_answer_is_ice_lite_and_passive_and_names_one_candidate),
        cmocka_unit_test(an_offer_that_cannot_work_is_refused_with_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
