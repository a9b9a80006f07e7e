/* codec_opus.h: Opus at 16 kHz behind codec.h. Layer: media. Sources: RFC 6716, RFC 7587.
 *
 * Contracts are those of codec.h: every function here is one column of its table, called by codec.c only.
 */
#ifndef TCCC_MEDIA_CODEC_OPUS_H
#define TCCC_MEDIA_CODEC_OPUS_H

#include "media/codec_kind.h"

extern const codec_encoder_kind codec_opus_encoder;
extern const codec_decoder_kind codec_opus_decoder;

#endif
