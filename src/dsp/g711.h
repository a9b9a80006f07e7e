/* g711.h: mu-law and A-law. Layer: dsp. Source: ITU-T G.711 (11/88), tables 1a to 2b; 16-bit scaling of G.191.
 *
 * Samples are s16, 8 kHz by definition of the codec; the law itself knows no rate.
 */
#ifndef TCCC_DSP_G711_H
#define TCCC_DSP_G711_H

#include <stdint.h>

#define G711_ULAW_SILENCE 0xFF /* decodes to 0 */
#define G711_ALAW_SILENCE 0xD5 /* decodes to 8, the value nearest 0 */

uint8_t g711_ulaw_encode(int16_t sample);
int16_t g711_ulaw_decode(uint8_t code);
uint8_t g711_alaw_encode(int16_t sample);
int16_t g711_alaw_decode(uint8_t code);

#endif
