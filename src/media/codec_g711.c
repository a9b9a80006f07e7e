/* codec_g711.c: PCMU and PCMA at 8 kHz, brought to and from 16 kHz. Layer: media.
 * Sources: ITU-T G.711, RFC 3551 section 4.5.14. */
#include "media/codec_g711.h"

#include <string.h>

#include "dsp/g711.h"
#include "dsp/halfband.h"
#include "dsp/pcm16.h"
#include "tccc/error.h"

enum { DELAY = 2 * HALFBAND_DELAY };

typedef struct {
    halfband filter;
    enum tccc_codec codec;
} g711_state;

static size_t g711_size(void) {
    return sizeof(g711_state);
}

static void g711_reset(void *state) {
    memset(&((g711_state *)state)->filter, 0, sizeof(halfband));
}

static int g711_start(g711_state *g711, enum tccc_codec codec) {
    g711->codec = codec;
    g711_reset(g711);
    return codec == TCCC_CODEC_PCMU || codec == TCCC_CODEC_PCMA ? 0 : TCCC_E_ARG_RANGE;
}

static int g711_send_open(void *state, const tccc_stream_config *config) {
    return g711_start(state, config->codec);
}

static int16_t g711_round(float sample) {
    float scaled = sample * 32768.0f;
    if (scaled >= 32767.0f) return 32767;
    if (scaled <= -32768.0f) return -32768;
    return (int16_t)pcm16_round(scaled);
}

static int g711_send_encode(void *state, const float *pcm, int n_samples, uint8_t *out, size_t cap) {
    g711_state *g711 = state;
    float narrow[HALFBAND_BLOCK / 2];
    int n = n_samples / 2;
    if (cap < (size_t)n) return TCCC_E_TOO_LARGE;
    halfband_down(&g711->filter, pcm, narrow, n);
    if (g711->codec == TCCC_CODEC_PCMU)
        for (int i = 0; i < n; i++) out[i] = g711_ulaw_encode(g711_round(narrow[i]));
    else
        for (int i = 0; i < n; i++) out[i] = g711_alaw_encode(g711_round(narrow[i]));
    return n;
}

static int g711_send_set_loss(void *state, int percent) {
    (void)state, (void)percent;
    return 0;
}

static int g711_send_frame_ms(int ptime_ms) {
    return ptime_ms < 60 ? ptime_ms / 10 * 10 : 60;
}

static int g711_receive_open(void *state, enum tccc_codec codec) {
    return g711_start(state, codec);
}

static int g711_receive_samples(const uint8_t *payload, size_t len) {
    (void)payload;
    return len > 0 && len <= CODEC_FRAME_MAX / 2 ? (int)len * 2 : TCCC_E_FORMAT;
}

static int g711_receive_has_fec(const uint8_t *payload, size_t len) {
    (void)payload, (void)len;
    return 0;
}

static int g711_receive_decode(void *state, const uint8_t *payload, size_t len, float *pcm, int max_samples) {
    g711_state *g711 = state;
    float narrow[CODEC_FRAME_MAX / 2];
    int n = (int)len;
    (void)max_samples;
    if (g711->codec == TCCC_CODEC_PCMU)
        for (int i = 0; i < n; i++) narrow[i] = (float)g711_ulaw_decode(payload[i]) * (1 / 32768.0f);
    else
        for (int i = 0; i < n; i++) narrow[i] = (float)g711_alaw_decode(payload[i]) * (1 / 32768.0f);
    for (int done = 0; done < n; done += HALFBAND_BLOCK / 2) {
        int left = n - done;
        halfband_up(&g711->filter, narrow + done, pcm + 2 * done, left < HALFBAND_BLOCK / 2 ? left : HALFBAND_BLOCK / 2);
    }
    return 2 * n;
}

static int g711_receive_fec(void *state, const uint8_t *payload, size_t len, float *pcm, int n_samples) {
    (void)state, (void)payload, (void)len, (void)pcm, (void)n_samples;
    return TCCC_E_STATE;
}

static int g711_receive_conceal(void *state, float *pcm, int n_samples) {
    (void)state, (void)pcm, (void)n_samples;
    return TCCC_E_STATE;
}

const codec_encoder_kind codec_g711_encoder = {
    .state_size = g711_size,
    .open = g711_send_open,
    .encode = g711_send_encode,
    .set_loss = g711_send_set_loss,
    .reset = g711_reset,
    .frame_ms = g711_send_frame_ms,
    .delay = DELAY,
};

const codec_decoder_kind codec_g711_decoder = {
    .state_size = g711_size,
    .open = g711_receive_open,
    .samples = g711_receive_samples,
    .has_fec = g711_receive_has_fec,
    .decode = g711_receive_decode,
    .fec = g711_receive_fec,
    .conceal = g711_receive_conceal,
    .reset = g711_reset,
};
