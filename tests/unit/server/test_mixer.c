/* test_mixer.c: who hears whom of four voices, and how loud, by correlation with what was said. Layer: tests. */
#include "server/bridge/mixer.h"

#include "media/codec.h"
#include "media/rtp.h"
#include "tccc/error.h"

#include "../cmocka_all.h"
#include "../speech_signal.h"

#include <string.h>

enum { SECONDS = 4, N = SECONDS * CODEC_RATE_HZ, PACKET = CODEC_RATE_HZ / 50, LAG_MAX = CODEC_RATE_HZ / 5, LAG_STEP = 4, FROM = CODEC_RATE_HZ };

/* Opus keeps the sound of a hiss, not its waveform; two independent voices have something in common by chance. */
#define HEARD 0.5
#define NOT_HEARD 0.25

typedef struct {
    enum tccc_codec codec;
    float said[N], heard[N + CODEC_FRAME_MAX];
    int n_heard;
    codec_encoder *encoder;
    codec_decoder *decoder;
    uint16_t seq;
    uint32_t timestamp;
} speaker;

static speaker four[BRIDGE_SIDES];

static uint8_t type_of(enum tccc_codec codec) { return codec == TCCC_CODEC_OPUS ? 111 : codec == TCCC_CODEC_PCMA ? 8 : 0; }

static void speakers_start(const enum tccc_codec codecs[BRIDGE_SIDES], float level) {
    for (int i = 0; i < BRIDGE_SIDES; i++) {
        int error;
        speaker *s = &four[i];
        memset(s, 0, sizeof *s);
        s->codec = codecs[i];
        tccc_stream_config config = { .codec = codecs[i], .ptime_ms = 20, .bitrate_bps = 32000, .complexity = 5, .payload_type = type_of(codecs[i]) };
        s->encoder = codec_encoder_new(&config, &error);
        s->decoder = codec_decoder_new(codecs[i], &error);
        assert_non_null(s->encoder);
        assert_non_null(s->decoder);
        speech_make(s->said, N, 71u + (unsigned)i);
        for (int at = 0; at < N; at++)
            s->said[at] *= level;
    }
}

static void speakers_stop(void) {
    for (int i = 0; i < BRIDGE_SIDES; i++) {
        codec_encoder_free(four[i].encoder);
        codec_decoder_free(four[i].decoder);
    }
}

static void on_payload(void *context, int side, const uint8_t *payload, size_t len, uint32_t ticks) {
    (void)context;
    speaker *s = &four[side];
    assert_int_equal(ticks, codec_ticks(s->codec, PACKET));
    if (s->n_heard + PACKET <= N)
        s->n_heard += codec_decoder_decode(s->decoder, payload, len, s->heard + s->n_heard, CODEC_FRAME_MAX);
}

static void say(mixer *m, int side, int at, uint64_t now_us) {
    speaker *s = &four[side];
    uint8_t packet[RTP_HEADER_LEN + CODEC_PAYLOAD_MAX];
    rtp_packet header = { .payload_type = type_of(s->codec), .seq = s->seq++, .timestamp = s->timestamp, .ssrc = 100u + (unsigned)side };
    rtp_packet_write(&header, packet, sizeof packet);
    int len = codec_encoder_encode(s->encoder, s->said + at, packet + RTP_HEADER_LEN, CODEC_PAYLOAD_MAX);
    assert_true(len > 0);
    s->timestamp += codec_ticks(s->codec, PACKET);
    mixer_packet(m, side, packet, RTP_HEADER_LEN + (size_t)len, now_us);
}

static void direct(mixer *m, const unsigned hears[BRIDGE_SIDES]) {
    mixer_side sides[BRIDGE_SIDES];
    for (int i = 0; i < BRIDGE_SIDES; i++)
        sides[i] = (mixer_side){ four[i].codec, type_of(four[i].codec), 20, hears[i] };
    assert_int_equal(mixer_direct(m, sides), 0);
}

static void talk(const unsigned hears[BRIDGE_SIDES]) {
    uint64_t now_us = 1000000;
    mixer *m = mixer_new(5);
    assert_non_null(m);
    direct(m, hears);
    for (int at = 0; at + PACKET <= N; at += PACKET)
        for (int step = 0; step < 2; step++, now_us += MIXER_STEP_US) {
            for (int i = 0; i < BRIDGE_SIDES && !step; i++)
                say(m, i, at, now_us);
            mixer_step(m, now_us, on_payload, NULL);
        }
    mixer_free(m);
}

static double dot(const float *a, const float *b, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += (double)a[i] * b[i];
    return sum;
}

/* How much of `said` is in what is heard (1: as loud as it was said). */
static double share_at(const speaker *listener, const float *said, int lag) {
    int n = N - FROM - LAG_MAX;
    return dot(listener->heard + FROM + lag, said + FROM, n) / dot(said + FROM, said + FROM, n);
}

/* At the lag where most is. */
static double share(const speaker *listener, const float *said) {
    double most = 0;
    int near = 0;
    for (int lag = 0; lag < LAG_MAX; lag += LAG_STEP)
        if (share_at(listener, said, lag) > most) {
            most = share_at(listener, said, lag);
            near = lag;
        }
    for (int lag = near > LAG_STEP ? near - LAG_STEP : 0; lag < near + LAG_STEP; lag++)
        most = fmax(most, share_at(listener, said, lag));
    return most;
}

static void assert_hears(const unsigned hears[BRIDGE_SIDES]) {
    for (int i = 0; i < BRIDGE_SIDES; i++)
        for (int k = 0; k < BRIDGE_SIDES; k++) {
            if (!hears[i]) {
                assert_int_equal(four[i].n_heard, 0);
                continue;
            }
            double part = share(&four[i], four[k].said);
            if (hears[i] >> k & 1 ? part < HEARD || part > 1.15 : part > NOT_HEARD)
                fail_msg("%d hears %.2f of %d", i, part, k);
        }
}

static double level_db(const float *pcm) {
    return 10 * log10(dot(pcm + FROM, pcm + FROM, N - FROM - LAG_MAX));
}

static void three_hear_each_other_and_nobody_himself(void **state) {
    (void)state;
    static const enum tccc_codec codecs[] = { TCCC_CODEC_OPUS, TCCC_CODEC_PCMA, TCCC_CODEC_PCMU, TCCC_CODEC_OPUS };
    const unsigned hears[] = { 6, 5, 3, 0 };
    speakers_start(codecs, 0.5f);
    talk(hears);
    assert_hears(hears);
    speakers_stop();
}

static void a_fourth_hears_all_and_is_heard_by_the_first_only(void **state) {
    (void)state;
    static const enum tccc_codec codecs[] = { TCCC_CODEC_PCMA, TCCC_CODEC_PCMA, TCCC_CODEC_OPUS, TCCC_CODEC_OPUS };
    const unsigned hears[] = { 2 + 4 + 8, 1 + 4, 1 + 2, 1 + 2 + 4 };
    speakers_start(codecs, 0.4f);
    talk(hears);
    assert_hears(hears);
    speakers_stop();
}

static void one_voice_is_brought_from_any_codec_to_any(void **state) {
    (void)state;
    for (int from = TCCC_CODEC_PCMU; from <= TCCC_CODEC_OPUS; from++)
        for (int to = TCCC_CODEC_PCMU; to <= TCCC_CODEC_OPUS; to++) {
            enum tccc_codec codecs[] = { (enum tccc_codec)from, (enum tccc_codec)to, TCCC_CODEC_OPUS, TCCC_CODEC_OPUS };
            const unsigned hears[] = { 0, 1, 0, 0 };
            speakers_start(codecs, 0.7f);
            talk(hears);
            double part = share(&four[1], four[0].said), louder = level_db(four[1].heard) - level_db(four[0].said);
            int exact = from != TCCC_CODEC_OPUS && to != TCCC_CODEC_OPUS;
            if (part < (exact ? 0.95 : HEARD) || part > 1.05 || fabs(louder) > 1.5)
                fail_msg("from %d to %d: %.2f, %.1f dB louder", from, to, part, louder);
            speakers_stop();
        }
}

static void voices_that_are_too_loud_together_do_not_clip(void **state) {
    (void)state;
    static const enum tccc_codec codecs[] = { TCCC_CODEC_PCMA, TCCC_CODEC_PCMA, TCCC_CODEC_PCMA, TCCC_CODEC_OPUS };
    const unsigned hears[] = { 0, 0, 0, 7 };
    float peak = 0;
    speakers_start(codecs, 3.0f);
    talk(hears);
    for (int i = 0; i < four[3].n_heard; i++)
        peak = fabsf(four[3].heard[i]) > peak ? fabsf(four[3].heard[i]) : peak;
    assert_true(peak > 0.5f && peak < 1.1f); /* Opus overshoots a little; three of them are more than 3 */
    speakers_stop();
}

static void who_comes_later_is_heard_and_who_leaves_is_not(void **state) {
    (void)state;
    static const enum tccc_codec codecs[] = { TCCC_CODEC_PCMU, TCCC_CODEC_PCMU, TCCC_CODEC_PCMU, TCCC_CODEC_PCMU };
    const unsigned two[] = { 2, 0, 0, 0 }, other[] = { 4, 0, 0, 0 };
    uint64_t now_us = 1000000;
    mixer *m = mixer_new(5);
    speakers_start(codecs, 0.5f);
    direct(m, other);
    for (int at = 0; at + PACKET <= N; at += PACKET) {
        if (at == CODEC_RATE_HZ / 2)
            direct(m, two);
        for (int i = 1; i < 3; i++)
            say(m, i, at, now_us);
        for (int step = 0; step < 2; step++, now_us += MIXER_STEP_US)
            mixer_step(m, now_us, on_payload, NULL);
    }
    mixer_free(m);
    assert_true(share(&four[0], four[1].said) > 0.85);
    assert_true(share(&four[0], four[2].said) < NOT_HEARD);
    speakers_stop();
}

static void a_codec_that_there_is_not_is_refused(void **state) {
    (void)state;
    mixer *m = mixer_new(5);
    mixer_side sides[BRIDGE_SIDES] = { { TCCC_CODEC_PCMA, 8, 20, 2 }, { (enum tccc_codec)9, 8, 20, 1 } };
    assert_int_equal(mixer_direct(m, sides), TCCC_E_ARG_RANGE);
    mixer_step(m, 0, on_payload, NULL); /* and nothing breaks */
    mixer_free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_hear_each_other_and_nobody_himself),
        cmocka_unit_test(a_fourth_hears_all_and_is_heard_by_the_first_only),
        cmocka_unit_test(one_voice_is_brought_from_any_codec_to_any),
        cmocka_unit_test(voices_that_are_too_loud_together_do_not_clip),
        cmocka_unit_test(who_comes_later_is_heard_and_who_leaves_is_not),
        cmocka_unit_test(a_codec_that_there_is_not_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
