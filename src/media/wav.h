/* wav.h: reads a WAV file from memory. Layer: media. Multimedia Programming Interface 1.0 (RIFF WAVE), RFC 2361.
 *
 * PCM of 8, 16, 24 and 32 bits, IEEE float of 32 bits, A-law and mu-law; 1 to 8 channels; 4000 to 192000 Hz; also as
 * WAVE_FORMAT_EXTENSIBLE. A data chunk that is longer than the file (a recorder that was killed) ends with the file.
 */
#ifndef TCCC_MEDIA_WAV_H
#define TCCC_MEDIA_WAV_H

#include <stddef.h>
#include <stdint.h>

enum wav_coding { WAV_PCM = 1, WAV_FLOAT = 3, WAV_ALAW = 6, WAV_MULAW = 7 };

typedef struct {
    enum wav_coding coding;
    int channels, rate_hz, bytes_per_sample;
    const uint8_t *data;             /* inside the bytes parsed */
    size_t n_frames;
} wav;

/* 0, or TCCC_E_FORMAT: not a WAV file, or not of the kinds above. */
int wav_parse(wav *out, const uint8_t *bytes, size_t len);
/* The frame's channels mixed to one sample, s16. frame < n_frames. */
int16_t wav_mono(const wav *w, size_t frame);

#endif
