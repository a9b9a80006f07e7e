/* range.c: time ranges of actions. Layer: server. */
#include "server/cloudapi/range.h"

#include <stdio.h>
#include <time.h>

range range_read(const parameters *in, const char *start_name, const char *end_name, int max_days) {
    char complaint[80];
    int64_t now_s = in->call->now_s, start = parameter_integer(in, start_name, 0, JSON_INTEGER_MAX / 1000);
    int64_t end = parameter_integer(in, end_name, 0, JSON_INTEGER_MAX / 1000);
    if (in->call->code) return (range){ 0 };
    if (end < start) {
        parameter_fail(in, "InvalidParameterValue", end_name, "must not be before the start");
    } else if (end - start > (int64_t)max_days * RANGE_DAY_S) {
        snprintf(complaint, sizeof complaint, "must be at most %d days after the start", max_days);
        parameter_fail(in, "InvalidParameterValue", end_name, complaint);
    } else if (start < now_s - (int64_t)RANGE_HISTORY_DAYS * RANGE_DAY_S) {
        parameter_fail(in, "InvalidParameterValue", start_name, "must be in the last 180 days, as Unix time in seconds");
    }
    return (range){ start * 1000, (end + 1) * 1000 };
}

int64_t range_midnight_ms(int64_t now_ms) {
    time_t now = (time_t)(now_ms / 1000);
    struct tm day;
    localtime_r(&now, &day);
    day.tm_hour = day.tm_min = day.tm_sec = 0;
    day.tm_isdst = -1;
    return (int64_t)mktime(&day) * 1000;
}
