/* ogg_opus.h: writes an Ogg Opus file, page by page. Layer: server. RFC 3533, RFC 7845. Pages by libogg.
 *
 * What is on the disk is a valid beginning of a file at any time but for its last page: see ogg_repair.h.
 */
#ifndef TCCC_SERVER_OGG_OPUS_H
#define TCCC_SERVER_OGG_OPUS_H

#include <stddef.h>
#include <stdint.h>

enum { OGG_OPUS_RATE_HZ = 48000, OGG_OPUS_PRE_SKIP = 312 }; /* 6.5 ms: the look-ahead of Opus encoders */

typedef struct ogg_opus ogg_opus;

/* fd: an empty file, the caller's. input_rate_hz: of what was encoded, for the reader's information. comments: ended by NULL,
 * each "NAME=text". NULL with *error: NO_MEMORY, IO. */
ogg_opus *ogg_opus_open(int fd, int input_rate_hz, const char *const comments[], int *error);
/* A packet of ticks at OGG_OPUS_RATE_HZ. 0, NO_MEMORY or IO; after an error nothing more is written. */
int ogg_opus_packet(ogg_opus *file, const uint8_t *payload, size_t len, int ticks);
/* The last page. 0, NO_MEMORY or IO; freed in any case. A file needs one packet at least: without any one of silence is written. */
int ogg_opus_close(ogg_opus *file);

uint64_t ogg_opus_bytes(const ogg_opus *file);   /* written so far */
int64_t ogg_opus_ticks(const ogg_opus *file);    /* packets so far */
int ogg_opus_errno(const ogg_opus *file);        /* of an IO error */

#endif
