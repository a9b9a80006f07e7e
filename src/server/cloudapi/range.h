/* range.h: a stretch of time that an action asks about. Layer: server. */
#ifndef TCCC_SERVER_CLOUDAPI_RANGE_H
#define TCCC_SERVER_CLOUDAPI_RANGE_H

#include "server/cloudapi/parameter.h"

enum { RANGE_DAY_S = 86400, RANGE_HISTORY_DAYS = 180 };   /* documented: nothing older is shown */

typedef struct {
    int64_t from_ms, to_ms;           /* Unix ms; to_ms exclusive */
} range;

/* Two parameters in Unix seconds, the second one included; at most max_days apart, from the last 180 days on. */
range range_read(const parameters *in, const char *start_name, const char *end_name, int max_days);
/* Midnight of the server's own time zone: "today" is the centre's day. */
int64_t range_midnight_ms(int64_t now_ms);

#endif
