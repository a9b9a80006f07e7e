/* codec.c: picks the codec and guards its inputs. Layer: media. Sources: RFC 7587, RFC 3551. */
#include "media/codec.h"

#include <math.h>
#include <stdlib.h>

#include "media/codec_g711.h"
#include "media/codec_opus.h"
#include "tccc/error.h"

struct codec_encoder {
    const codec_encoder_kind *kind;
    int frame;
    _Alignas(16) unsigned char state[];
};

struct codec_decoder {
    const codec_decoder_kind *kind;
    _Alignas(16) unsigned char state[];
};

static const struct {
    uint32_t clock_hz;
    const codec_encoder_kind *encoder;
    const codec_decoder_kind *decoder;
} codecs[] = {
    [TCCC_CODEC_PCMU] = { 8000, &codec_g711_encoder, &codec_g711_decoder },
    [TCCC_CODEC_PCMA] = { 8000, &codec_g711_encoder, &codec_g711_decoder },
    [TCCC_CODEC_OPUS] = { 48000, &codec_opus_encoder, &codec_opus_decoder },
};

static int codec_known(enum tccc_codec codec) {
    return (unsigned)codec < sizeof codecs / sizeof codecs[0];
}

uint32_t codec_clock_hz(enum tccc_codec codec) {
    return codecs[codec].clock_hz;
}

uint32_t codec_ticks(enum tccc_codec codec, int samples) {
    return (uint32_t)((int64_t)samples * codecs[codec].clock_hz / CODEC_RATE_HZ);
}

codec_encoder *codec_encoder_new(const tccc_stream_config *config, int *error) {
    *error = TCCC_E_ARG_RANGE;
    if (!codec_known(config->codec) || config->ptime_ms < 10) return NULL;
    const codec_encoder_kind *kind = codecs[config->codec].encoder;
    codec_encoder *encoder = calloc(1, sizeof *encoder + kind->state_size());
    if (!encoder) {
        *error = TCCC_E_NO_MEMORY;
        return NULL;
    }
    encoder->kind = kind;
    encoder->frame = kind->frame_ms(config->ptime_ms) * CODEC_RATE_HZ / 1000;
    *error = kind->open(encoder->state, config);
    if (*error == 0) return encoder;
    free(encoder);
    return NULL;
}

void codec_encoder_free(codec_encoder *encoder) {
    free(encoder);
}

int codec_encoder_frame(const codec_encoder *encoder) {
    return encoder->frame;
}

int codec_encoder_delay(const codec_encoder *encoder) {
    return encoder->kind->delay;
}

static float codec_clean(float x) {
    if (x >= -1 && x <= 1) return x;
    return isfinite(x) ? copysignf(1, x) : 0;
}

int codec_encoder_encode(codec_encoder *encoder, const float *pcm, uint8_t *out, size_t cap) {
    float clean[CODEC_FRAME_MAX];
    for (int i = 0; i < encoder->frame; i++) clean[i] = codec_clean(pcm[i]);
    return encoder->kind->encode(encoder->state, clean, encoder->frame, out, cap);
}

int codec_encoder_set_loss(codec_encoder *encoder, int percent) {
    if (percent < 0 || percent > 100) return TCCC_E_ARG_RANGE;
    return encoder->kind->set_loss(encoder->state, percent);
}

void codec_encoder_reset(codec_encoder *encoder) {
    encoder->kind->reset(encoder->state);
}

codec_decoder *codec_decoder_new(enum tccc_codec codec, int *error) {
    *error = TCCC_E_ARG_RANGE;
    if (!codec_known(codec)) return NULL;
    const codec_decoder_kind *kind = codecs[codec].decoder;
    codec_decoder *decoder = calloc(1, sizeof *decoder + kind->state_size());
    if (!decoder) {
        *error = TCCC_E_NO_MEMORY;
        return NULL;
    }
    decoder->kind = kind;
    *error = kind->open(decoder->state, codec);
    if (*error == 0) return decoder;
    free(decoder);
    return NULL;
}

void codec_decoder_free(codec_decoder *decoder) {
    free(decoder);
}

void codec_decoder_reset(codec_decoder *decoder) {
    decoder->kind->reset(decoder->state);
}

int codec_decoder_samples(const codec_decoder *decoder, const uint8_t *payload, size_t len) {
    return decoder->kind->samples(payload, len);
}

int codec_decoder_has_fec(const codec_decoder *decoder, const uint8_t *payload, size_t len) {
    return decoder->kind->samples(payload, len) > 0 && decoder->kind->has_fec(payload, len);
}

int codec_decoder_decode(codec_decoder *decoder, const uint8_t *payload, size_t len, float *pcm, int max_samples) {
    int samples = decoder->kind->samples(payload, len);
    if (samples < 0) return samples;
    if (samples > max_samples) return TCCC_E_TOO_LARGE;
    return decoder->kind->decode(decoder->state, payload, len, pcm, max_samples);
}

static int codec_gap_valid(int n_samples) {
    return n_samples > 0 && n_samples <= CODEC_FRAME_MAX && n_samples % (CODEC_RATE_HZ / 400) == 0;
}

int codec_decoder_fec(codec_decoder *decoder, const uint8_t *payload, size_t len, float *pcm, int n_samples) {
    if (!codec_gap_valid(n_samples)) return TCCC_E_ARG_RANGE;
    int samples = decoder->kind->samples(payload, len);
    if (samples < 0) return samples;
    return decoder->kind->fec(decoder->state, payload, len, pcm, n_samples);
}

int codec_decoder_conceal(codec_decoder *decoder, float *pcm, int n_samples) {
    if (!codec_gap_valid(n_samples)) return TCCC_E_ARG_RANGE;
    return decoder->kind->conceal(decoder->state, pcm, n_samples);
}
