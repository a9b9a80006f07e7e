/* codec_g711.h: PCMU and PCMA behind codec.h. Layer: media. Sources: ITU-T G.711, RFC 3551 section 4.5.14.
 *
 * Contracts are those of codec.h: every function here is one column of its table, called by codec.c only.
 */
#ifndef TCCC_MEDIA_CODEC_G711_H
#define TCCC_MEDIA_CODEC_G711_H

#include "media/codec_kind.h"

extern const codec_encoder_kind codec_g711_encoder;
extern const codec_decoder_kind codec_g711_decoder;

#endif
