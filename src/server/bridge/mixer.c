/* mixer.c: what each of up to four parties hears of the others. Layer: server. Sans-IO. */
#include "mixer.h"

#include "dsp/mix.h"
#include "media/codec.h"
#include "media/receive.h"
#include "tccc/error.h"

#include <stdlib.h>

enum { BITRATE_BPS = 24000, COMPLEXITY = 5, PTIME_MS = 20 };

typedef struct {
    mixer_side config;
    receive *in;                     /* NULL: nobody hears it */
    codec_encoder *out;              /* NULL: it hears nothing */
    mix sum;
    float heard[RECEIVE_FRAME];      /* the newest 10 ms of it */
    float frame[CODEC_FRAME_MAX];    /* collected for `out` */
    int n;
} party;

struct mixer {
    party parties[BRIDGE_SIDES];
    uint64_t seed;
};

mixer *mixer_new(uint64_t seed) {
    mixer *m = calloc(1, sizeof *m);
    if (m)
        m->seed = seed;
    return m;
}

static void close_in(party *p) {
    receive_close(p->in);
    p->in = NULL;
}

static void close_out(party *p) {
    codec_encoder_free(p->out);
    p->out = NULL;
    p->n = 0;
}

void mixer_free(mixer *m) {
    for (int i = 0; m && i < BRIDGE_SIDES; i++) {
        close_in(&m->parties[i]);
        close_out(&m->parties[i]);
    }
    free(m);
}

static int open_in(mixer *m, int side) {
    int error = 0;
    party *p = &m->parties[side];
    receive_config config = { .codec = p->config.codec, .payload_type = p->config.payload_type, .seed = m->seed + (uint64_t)side };
    if (!p->in)
        p->in = receive_open(&config, &error);
    return error;
}

static int open_out(party *p) {
    int error = 0, ptime_ms = p->config.ptime_ms ? p->config.ptime_ms : PTIME_MS;
    tccc_stream_config stream = {
        .codec = p->config.codec, .ptime_ms = ptime_ms, .bitrate_bps = BITRATE_BPS, .complexity = COMPLEXITY,
        .payload_type = p->config.codec == TCCC_CODEC_OPUS ? 96 : p->config.codec == TCCC_CODEC_PCMA ? 8 : 0, /* the encoder sends none */
    };
    if (p->out)
        return 0;
    p->out = codec_encoder_new(&stream, &error);
    mix_start(&p->sum);
    return error;
}

static int direct_one(mixer *m, int side, const mixer_side *config, int is_heard) {
    party *p = &m->parties[side];
    mixer_side before = p->config;
    int other_codec = before.codec != config->codec;
    p->config = *config;
    if (!is_heard || other_codec || before.payload_type != config->payload_type)
        close_in(p);
    if (!config->hears || other_codec || before.ptime_ms != config->ptime_ms)
        close_out(p);
    int error = is_heard ? open_in(m, side) : 0;
    return error || !config->hears ? error : open_out(p);
}

int mixer_direct(mixer *m, const mixer_side sides[BRIDGE_SIDES]) {
    unsigned heard = 0;
    int failed = 0;
    for (int i = 0; i < BRIDGE_SIDES; i++)
        heard |= sides[i].hears;
    for (int i = 0; i < BRIDGE_SIDES; i++) {
        int error = direct_one(m, i, &sides[i], heard >> i & 1);
        failed = failed ? failed : error;
    }
    return failed;
}

void mixer_packet(mixer *m, int side, const uint8_t *packet, size_t len, uint64_t now_us) {
    party *p = &m->parties[side];
    if (p->in)
        receive_packet(p->in, packet, len, now_us);
}

static void speak(mixer *m, int side, mixer_payload *payload, void *context) {
    uint8_t bytes[CODEC_PAYLOAD_MAX];
    party *p = &m->parties[side];
    for (int i = 0; i < BRIDGE_SIDES; i++)
        if (p->config.hears >> i & 1 && m->parties[i].in)
            mix_put(&p->sum, m->parties[i].heard);
    mix_take(&p->sum, p->frame + p->n);
    p->n += FRAME_LEN;
    if (p->n < codec_encoder_frame(p->out))
        return;
    int len = codec_encoder_encode(p->out, p->frame, bytes, sizeof bytes);
    if (len > 0)
        payload(context, side, bytes, (size_t)len, codec_ticks(p->config.codec, p->n));
    p->n = 0;
}

void mixer_step(mixer *m, uint64_t now_us, mixer_payload *payload, void *context) {
    for (int i = 0; i < BRIDGE_SIDES; i++)
        if (m->parties[i].in)
            receive_pull(m->parties[i].in, m->parties[i].heard, now_us);
    for (int i = 0; i < BRIDGE_SIDES; i++)
        if (m->parties[i].out)
            speak(m, i, payload, context);
}
