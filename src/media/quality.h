/* quality.h: how good a call sounds, from what the network does to it. Layer: media.
 * Sources: ITU-T G.107 (E-model, 2015, narrow band, default values), G.113 Appendix I (impairment of codecs).
 */
#ifndef TCCC_MEDIA_QUALITY_H
#define TCCC_MEDIA_QUALITY_H

#include "tccc/media.h"

/* Transmission rating R, 0..93.2. delay_ms: mouth to ear, one way; loss_ratio: packets lost after the jitter buffer, 0..1.
 * Values outside are taken as the nearest inside. */
float quality_rating(enum tccc_codec codec, float delay_ms, float loss_ratio);
/* Mean opinion score of a rating, 1..4.5: G.107 Annex B. */
float quality_mos(float rating);

#endif
