/* ogg_repair.h: makes the beginning of an Ogg file a whole one. Layer: server. RFC 3533 section 6.
 *
 * For recordings that a crash or a full disk has cut: whole pages with right checksums and numbers stay, the rest is cut off, and the
 * last page is marked as the end. No room is needed on the disk for it.
 */
#ifndef TCCC_SERVER_OGG_REPAIR_H
#define TCCC_SERVER_OGG_REPAIR_H

#include <stdint.h>

/* fd: open for reading and writing. 0 with the file's length and its last granule position; TCCC_E_FORMAT: there is no page of sound,
 * the file is as it was; TCCC_E_IO. */
int ogg_repair(int fd, int64_t *bytes, int64_t *granule);

#endif
