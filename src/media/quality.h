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
/* The mean opinion score as a level: 5 from 4.03 on (users satisfied, R 80), 4 from 3.60 (R 70), 3 from 3.10 (R 60), 2 from 2.58 (R 50), else
 * 1. To rise above `before` (0: no level yet) the score must be QUALITY_MARGIN better, so that a call on the edge does not flicker. */
#define QUALITY_MARGIN 0.1f
int quality_level(float mos, int before);

#endif
