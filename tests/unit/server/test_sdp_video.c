/* test_sdp_video.c: offers of sound and picture as Chromium and Firefox make them, and the answer. Layer: tests. RFC 8843, RFC 9429. */
#include "server/edge/sdp_video.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cmocka_all.h"
#include "tccc/error.h"

enum { TEXT = 16384 };

/* Recorded from Debian's Chromium and Firefox ESR; the fuzzer starts from them too. */
static void recorded(const char *browser, char text[TEXT]) {
    char path[256];
    snprintf(path, sizeof path, TCCC_SOURCE_DIR "/tests/fuzz/seeds/fuzz_sdp_video/%s", browser);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, TEXT - 1, f);
    text[n] = 0;
    fclose(f);
}

static int read_text(sdp_video_offer *offer, const char *text) {
    const char *why;
    return sdp_video_read(offer, text, strlen(text), &why);
}

static void read_recorded(sdp_video_offer *offer, const char *browser) {
    char text[TEXT];
    recorded(browser, text);
    assert_int_equal(read_text(offer, text), 0);
}

static const char *answer_to(const sdp_video_offer *offer, enum video_codec codec) {
    static char answer[TEXT];
    static const uint8_t fingerprint[SDP_FINGERPRINT_LEN] = { 0xab };
    sdp_video_ours ours = { "uuuuuuuu", "pppppppppppppppppppppppp", "192.0.2.2", 4711, fingerprint, 12, { 111111, 222222 }, codec };
    int len = sdp_video_write(&ours, offer, answer, sizeof answer);
    assert_int_equal(len, strlen(answer));
    return answer;
}

static void has_line(const char *text, const char *line) {
    char whole[256];
    snprintf(whole, sizeof whole, "%s\r\n", line);
    if (!strstr(text, whole))
        fail_msg("%s is not in\n%s", line, text);
}

static void chromium_and_firefox_are_understood(void **state) {
    (void)state;
    static sdp_video_offer offer;
    read_recorded(&offer, "chromium");
    assert_int_equal(offer.n_sections, 2);
    assert_string_equal(offer.transport.ufrag, "ukCw");
    assert_int_equal(offer.opus.payload_type, 111);
    assert_int_equal(offer.video[VIDEO_VP8].payload_type, 96);
    assert_int_equal(offer.send_time, 2);
    read_recorded(&offer, "firefox"); /* fmtp before rtpmap, fingerprint of the session, bundle-only video */
    assert_string_equal(offer.transport.ufrag, "026f6ce9");
    assert_int_equal(offer.transport.fingerprint[0], 0xbe);
    assert_int_equal(offer.opus.payload_type, 109);
    assert_int_equal(offer.video[VIDEO_VP8].payload_type, 120);
    assert_int_equal(offer.send_time, 4);
}

static void the_answer_agrees_on_opus_and_vp8_with_feedback(void **state) {
    (void)state;
    static sdp_video_offer offer;
    read_recorded(&offer, "chromium");
    assert_int_equal(sdp_video_choose(sdp_video_codecs(&offer), VIDEO_NONE), VIDEO_VP8);
    const char *answer = answer_to(&offer, VIDEO_VP8);
    static const char *const lines[] = {
        "a=group:BUNDLE 0 1", "a=ice-lite", "a=setup:passive", "m=audio 4711 UDP/TLS/RTP/SAVPF 111", "a=rtpmap:111 opus/48000/2", "a=sendrecv",
        "m=video 4711 UDP/TLS/RTP/SAVPF 96", "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack pli", "a=rtcp-fb:96 goog-remb", "a=rtcp-mux",
        "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", "a=ssrc:111111 cname:tccc", "a=ssrc:222222 cname:tccc", "b=AS:960",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        has_line(answer, lines[i]);
    assert_null(strstr(answer, "transport-cc")); /* the relay makes no such feedback */
    assert_null(strstr(answer, "rtx"));
}

static const char head[] =
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE a v\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=setup:actpass\r\n"
    "a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B\r\n";
#define AUDIO "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:a\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n"
#define H264 "m=video 9 UDP/TLS/RTP/SAVPF 102 104 106\r\na=mid:v\r\na=rtcp-mux\r\na=recvonly\r\na=rtpmap:102 H264/90000\r\n" \
             "a=fmtp:102 packetization-mode=0;profile-level-id=42e01f\r\na=rtpmap:104 H264/90000\r\n" \
             "a=fmtp:104 packetization-mode=1;profile-level-id=640c1f\r\na=rtpmap:106 H264/90000\r\n" \
             "a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n"

static const char *made(const char *sections) {
    static char text[TEXT];
    snprintf(text, sizeof text, "%s%s", head, sections);
    return text;
}

static void h264_is_taken_in_the_form_that_all_browsers_read(void **state) {
    (void)state;
    static sdp_video_offer offer;
    assert_int_equal(read_text(&offer, made(AUDIO H264)), 0);
    assert_int_equal(sdp_video_choose(sdp_video_codecs(&offer), VIDEO_NONE), VIDEO_H264);
    assert_int_equal(offer.video[VIDEO_H264].payload_type, 106);
    const char *answer = answer_to(&offer, VIDEO_H264);
    has_line(answer, "a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f");
    has_line(answer, "a=sendonly"); /* the browser has no camera */
}

static void a_picture_that_the_other_side_cannot_read_is_refused_and_the_sound_stays(void **state) {
    (void)state;
    static sdp_video_offer offer;
    assert_int_equal(read_text(&offer, made(AUDIO H264)), 0);
    const unsigned vp8 = 1U << VIDEO_NONE | 1U << VIDEO_VP8, both = vp8 | 1U << VIDEO_H264;
    assert_int_equal(sdp_video_choose(sdp_video_codecs(&offer) & vp8, VIDEO_VP8), VIDEO_NONE);
    assert_int_equal(sdp_video_choose(both, VIDEO_H264), VIDEO_H264); /* who has it need not change */
    assert_int_equal(sdp_video_choose(sdp_video_codecs(&offer) & both, VIDEO_VP8), VIDEO_H264);
    const char *answer = answer_to(&offer, VIDEO_NONE);
    has_line(answer, "m=video 0 UDP/TLS/RTP/SAVPF 102");
    has_line(answer, "a=group:BUNDLE a");
    has_line(answer, "m=audio 4711 UDP/TLS/RTP/SAVPF 111");
}

static void offers_that_cannot_work_are_refused_with_a_sentence(void **state) {
    (void)state;
    static sdp_video_offer offer;
    static const struct { const char *sections, *word; } cases[] = {
        { "", "no bundled" },
        { "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:a\r\na=rtcp-mux\r\n", "no bundled" },
        { "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:a\r\na=rtpmap:111 opus/48000/2\r\n", "rtcp-mux" },
        { "m=audio 0 UDP/TLS/RTP/SAVPF 111\r\na=mid:a\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n", "no bundled" },
        { "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:other\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n", "no bundled" },
        { "m=audio\r\n", "m= must have" },
        { AUDIO "a=setup:passive\r\n", "a=setup" },
        { AUDIO AUDIO AUDIO AUDIO AUDIO AUDIO AUDIO AUDIO AUDIO, "more than 8" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *why = NULL, *text = made(cases[i].sections);
        assert_int_equal(sdp_video_read(&offer, text, strlen(text), &why), TCCC_E_FORMAT);
        assert_non_null(strstr(why, cases[i].word));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chromium_and_firefox_are_understood),
        cmocka_unit_test(the_answer_agrees_on_opus_and_vp8_with_feedback),
        cmocka_unit_test(h264_is_taken_in_the_form_that_all_browsers_read),
        cmocka_unit_test(a_picture_that_the_other_side_cannot_read_is_refused_and_the_sound_stays),
        cmocka_unit_test(offers_that_cannot_work_are_refused_with_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
