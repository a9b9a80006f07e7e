/* codec_kind.h: what codec.c expects of each codec. Layer: media, private to codec*.c.
 *
 * `state` is memory of `state_size` bytes that codec.c allocated; a codec allocates nothing itself.
 */
#ifndef TCCC_MEDIA_CODEC_KIND_H
#define TCCC_MEDIA_CODEC_KIND_H

#include "media/codec.h"

typedef struct {
    size_t (*state_size)(void);
    int (*open)(void *state, const tccc_stream_config *config); /* 0, ARG_RANGE */
    int (*encode)(void *state, const float *pcm, int n_samples, uint8_t *out, size_t cap);
    int (*set_loss)(void *state, int percent);
    void (*reset)(void *state);
    int (*frame_ms)(int ptime_ms); /* the codec's frame that is nearest below */
    int delay; /* of encoder and decoder together, samples at CODEC_RATE_HZ */
} codec_encoder_kind;

typedef struct {
    size_t (*state_size)(void);
    int (*open)(void *state, enum tccc_codec codec); /* 0, ARG_RANGE */
    int (*samples)(const uint8_t *payload, size_t len);
    int (*has_fec)(const uint8_t *payload, size_t len);
    int (*decode)(void *state, const uint8_t *payload, size_t len, float *pcm, int max_samples);
    int (*fec)(void *state, const uint8_t *payload, size_t len, float *pcm, int n_samples);
    int (*conceal)(void *state, float *pcm, int n_samples);
    void (*reset)(void *state);
} codec_decoder_kind;

#endif
