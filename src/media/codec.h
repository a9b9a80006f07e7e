/* codec.h: one interface over the audio codecs for the send and receive pipelines. Layer: media.
 * Sources: RFC 6716 and RFC 7587 (Opus), ITU-T G.711 and RFC 3551 section 4.5.14 (PCMU, PCMA).
 *
 * PCM on this interface is always mono f32, range -1..1, at CODEC_RATE_HZ, whatever the codec's own rate: G.711
 * runs at 8 kHz behind a half-band filter of its own. All memory is allocated by *_new; the other functions
 * allocate nothing. Arguments are borrowed for the call.
 */
#ifndef TCCC_MEDIA_CODEC_H
#define TCCC_MEDIA_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "tccc/media.h"

#define CODEC_RATE_HZ 16000
#define CODEC_FRAME_MAX 1920      /* samples of the longest packet: 120 ms, RFC 6716 section 3.2.5 (R5) */
#define CODEC_PAYLOAD_MAX 1276    /* bytes one encode call may write; also what is accepted as one Opus frame */

typedef struct codec_encoder codec_encoder;
typedef struct codec_decoder codec_decoder;

/* The codec's RTP clock: 48000 for Opus (RFC 7587 section 4.1), 8000 for G.711. */
uint32_t codec_clock_hz(enum tccc_codec codec);

/* RTP clock ticks of `samples` samples at CODEC_RATE_HZ. */
uint32_t codec_ticks(enum tccc_codec codec, int samples);

/* An encoder for codec, ptime_ms, bitrate_bps, complexity, expected_loss_percent and dtx of `config`, which must have
 * passed the façade's check; or NULL with *error (ARG_RANGE: codec unknown or refused by it, NO_MEMORY).
 * Opus has frames of 10, 20, 40 and 60 ms only: 30 is done as 20 and 50 as 40. */
codec_encoder *codec_encoder_new(const tccc_stream_config *config, int *error);
void codec_encoder_free(codec_encoder *encoder);

/* Samples at CODEC_RATE_HZ that one encode call takes: 160..960, a multiple of 160. */
int codec_encoder_frame(const codec_encoder *encoder);

/* Samples at CODEC_RATE_HZ by which a decoded signal lags the encoded one (both filters or Opus' look-ahead). */
int codec_encoder_delay(const codec_encoder *encoder);

/* Encodes pcm[codec_encoder_frame()] into out[cap]. Bytes written; 0 = nothing needs to be sent (DTX); TOO_LARGE when
 * `cap` is too small; INTERNAL when the codec refuses. NaN and infinity are taken as 0. */
int codec_encoder_encode(codec_encoder *encoder, const float *pcm, uint8_t *out, size_t cap);

/* How much loss Opus' in-band FEC shall withstand, 0..100; from 2 on packets carry a copy of the one before and the bitrate is half
 * as much again (64000 at most). Without effect on G.711. 0 or ARG_RANGE. */
int codec_encoder_set_loss(codec_encoder *encoder, int percent);

/* Forgets the past signal (after a hold), keeping the settings. */
void codec_encoder_reset(codec_encoder *encoder);

/* A decoder, or NULL with *error (ARG_RANGE, NO_MEMORY). */
codec_decoder *codec_decoder_new(enum tccc_codec codec, int *error);
void codec_decoder_free(codec_decoder *decoder);
void codec_decoder_reset(codec_decoder *decoder);

/* Samples at CODEC_RATE_HZ that this payload holds, found without decoding it: 1..CODEC_FRAME_MAX, or FORMAT. */
int codec_decoder_samples(const codec_decoder *decoder, const uint8_t *payload, size_t len);

/* 1 when the payload carries a low-rate copy of the frame before it (Opus LBRR, RFC 6716 section 4.2.4), else 0. */
int codec_decoder_has_fec(const codec_decoder *decoder, const uint8_t *payload, size_t len);

/* Decodes a payload into pcm[max_samples]. Samples written, FORMAT, or TOO_LARGE when max_samples is too small.
 * On an error the decoder's state stays usable. */
int codec_decoder_decode(codec_decoder *decoder, const uint8_t *payload, size_t len, float *pcm, int max_samples);

/* Decodes the copy of the *preceding* frame that `payload` carries into pcm[n_samples]; call it for the lost frame,
 * then decode `payload` itself. n_samples is the length of the gap just before payload, a multiple of 40 (2.5 ms): what
 * the copy does not cover is concealed. n_samples written, FORMAT, ARG_RANGE; G.711 has no copy: STATE. */
int codec_decoder_fec(codec_decoder *decoder, const uint8_t *payload, size_t len, float *pcm, int n_samples);

/* Conceals a loss of n_samples (a multiple of 40, at most CODEC_FRAME_MAX) from the decoder's state. n_samples written,
 * ARG_RANGE; G.711 has no concealment of its own: STATE, use dsp/plc. */
int codec_decoder_conceal(codec_decoder *decoder, float *pcm, int n_samples);

#endif
