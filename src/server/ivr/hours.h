/* hours.h: when somebody is there: a week, days that differ from it, a time zone. Layer: server. docs/ivr.md has the format. */
#ifndef TCCC_SERVER_IVR_HOURS_H
#define TCCC_SERVER_IVR_HOURS_H

#include "base/json.h"

#include <stdbool.h>
#include <stdint.h>

enum { HOURS_WEEKLY_MAX = 28, HOURS_DAYS_MAX = 400, HOURS_SENTENCE_MAX = 160 };

typedef struct hours hours;

/* From the members timeZone, weekly and exceptions of an object. NULL with a sentence that begins with the member. */
hours *hours_read(const json_value *object, char sentence[HOURS_SENTENCE_MAX]);
void hours_free(hours *h);           /* NULL is allowed */
bool hours_are_open(const hours *h, int64_t unix_s);

#endif
