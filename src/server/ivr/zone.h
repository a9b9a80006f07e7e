/* zone.h: a time zone of the system's (IANA) database, without the process-wide TZ. Layer: server. RFC 8536 (TZif). */
#ifndef TCCC_SERVER_IVR_ZONE_H
#define TCCC_SERVER_IVR_ZONE_H

#include <stddef.h>
#include <stdint.h>

enum { ZONE_NAME_MAX = 64 };

typedef struct zone zone;

/* By a name such as Europe/Berlin, below /usr/share/zoneinfo. NULL: there is none, or its file is none that zone_read takes. */
zone *zone_load(const char *name);
/* A TZif file of version 2 or later. NULL: it is none, has no transitions up to 2037 though its zone has a summer time ("slim" files leave
 * them to a rule, which is not read), or there is no memory. */
zone *zone_read(const uint8_t *bytes, size_t n);
void zone_free(zone *z);             /* NULL is allowed */
/* Seconds that local time is ahead of UTC then. Behind the last transition its offset stays. */
int zone_offset(const zone *z, int64_t unix_s);

#endif
