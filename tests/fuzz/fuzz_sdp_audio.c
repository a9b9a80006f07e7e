/* fuzz_sdp_audio.c: SDP from outside: what is accepted is within its bounds, can be answered, and is read again the same. Layer: tests. */
#include "server/sip/sdp_audio.h"

#include <stdlib.h>
#include <string.h>

#define MUST(condition) do { if (!(condition)) abort(); } while (0)

static sdp_audio ours(int secure) {
    sdp_audio a = { .address = "192.0.2.1", .port = 40000, .direction = SDP_AUDIO_SENDRECV, .ptime_ms = 20, .n_codecs = 3, .secure = secure };
    a.codecs[0] = (sdp_audio_codec){ TCCC_CODEC_OPUS, 111 };
    a.codecs[1] = (sdp_audio_codec){ TCCC_CODEC_PCMA, 8 };
    a.codecs[2] = (sdp_audio_codec){ TCCC_CODEC_PCMU, 0 };
    a.n_cryptos = secure ? 2 : 0;
    a.cryptos[0].suite = TCCC_SRTP_AES128_SHA1_80;
    a.cryptos[1].suite = TCCC_SRTP_AES128_SHA1_32;
    return a;
}

static void check_bounds(const sdp_audio *a) {
    MUST(a->port > 0 && a->address[0] && strlen(a->address) < sizeof a->address);
    MUST(a->n_codecs > 0 && a->n_codecs <= SDP_AUDIO_CODECS && a->n_events >= 0 && a->n_events <= SDP_AUDIO_EVENTS);
    MUST(a->n_cryptos >= 0 && a->n_cryptos <= SDP_AUDIO_CRYPTOS && (!a->secure || a->n_cryptos > 0));
    MUST(a->line >= 0 && a->line < a->n_lines && a->n_lines <= SDP_AUDIO_LINES);
    for (int i = 0; i < a->n_codecs; i++)
        MUST(a->codecs[i].payload_type < 128);
}

static void check_answer(const sdp_audio *offer) {
    static char text[SDP_AUDIO_TEXT_MAX];
    sdp_audio local = ours(offer->secure), back;
    sdp_audio_agreement agreed, again;
    MUST(sdp_audio_agree(&local, offer, &agreed) == 0);
    MUST(agreed.ptime_ms >= 10 && agreed.ptime_ms <= 60);
    int n = sdp_audio_write(&local, offer, &agreed, text, sizeof text);
    MUST(n > 0);
    MUST(sdp_audio_read(&back, text, (size_t)n) == 0);
    MUST(back.n_lines == offer->n_lines && back.line == offer->line && back.n_codecs == 1 && back.codecs[0].codec == agreed.codec);
    MUST(sdp_audio_agree(&local, &back, &again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sdp_audio a;
    char *exact = malloc(size ? size : 1);
    memcpy(exact, data, size);
    if (sdp_audio_read(&a, exact, size) == 0) {
        check_bounds(&a);
        check_answer(&a);
    }
    free(exact);
    return 0;
}
