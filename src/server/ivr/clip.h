/* clip.h: one sound as samples: read from WAV or MP3 bytes, brought to one loudness, written as WAV. Layer: server. Any thread.
 * Rows ADM-064, AMB-29. MP3: ISO/IEC 11172-3 and 13818-3 by libmpg123.
 */
#ifndef TCCC_SERVER_IVR_CLIP_H
#define TCCC_SERVER_IVR_CLIP_H

#include <stddef.h>
#include <stdint.h>

enum {
    CLIP_RATE_HZ = 16000,
    CLIP_SECONDS_MAX = 600,
    CLIP_SENTENCE_MAX = 160
};

typedef struct {
    int16_t *pcm;                    /* mono, CLIP_RATE_HZ; malloc'ed */
    size_t n;                        /* samples: 1 to CLIP_RATE_HZ * CLIP_SECONDS_MAX */
} clip;

/* 0 or, with a sentence: FORMAT (neither WAV nor MP3, or nothing in it), TOO_LARGE (longer than 10 minutes), NO_MEMORY. Memory is
 * bounded by the 10 minutes, whatever the file says. */
int clip_read(clip *c, const uint8_t *bytes, size_t len, char sentence[CLIP_SENTENCE_MAX]);
void clip_free(clip *c);

/* To a root mean square of -23 dBFS over what is not silence (by at most +20 dB; peaks stay below -1 dBFS), with fades of 20 ms at
 * both ends. */
void clip_level(clip *c);
int64_t clip_ms(const clip *c);

/* As a WAV file: through <path>.tmp, so that the path holds a whole file or none. Its size in bytes, or IO. */
int64_t clip_write(const clip *c, const char *path);

#endif
