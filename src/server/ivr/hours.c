/* hours.c: when somebody is there. Layer: server. */
#include "server/ivr/hours.h"
#include "server/ivr/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, DAYS = 7, THURSDAY = 3 /* of 1970-01-01, counted from Monday */ };

typedef struct { int from_s, to_s; } span; /* of a local day; from == to: closed */

struct hours {
    zone *zone;
    struct { unsigned days; span span; } weekly[HOURS_WEEKLY_MAX]; /* days: bit 0 is Monday */
    struct { int64_t day; span span; } exceptions[HOURS_DAYS_MAX]; /* day: since 1970-01-01 */
    int n_weekly, n_exceptions;
};

typedef struct {
    hours *h;
    char *sentence;
} reading;

static bool fail(reading *r, const char *list, int index, const char *complaint) {
    if (index < 0)
        snprintf(r->sentence, HOURS_SENTENCE_MAX, "%s%s", list, complaint);
    else
        snprintf(r->sentence, HOURS_SENTENCE_MAX, "%s[%d]%s", list, index, complaint);
    return false;
}

/* --- times and dates --- */

static int two_digits(const char *at) { return at[0] >= '0' && at[0] <= '9' && at[1] >= '0' && at[1] <= '9' ? 10 * (at[0] - '0') + at[1] - '0' : -1; }

/* "09:30" in seconds; "24:00" is the day's end. -1: it is none. */
static int read_time(const char *text) {
    if (!text || strlen(text) != 5 || text[2] != ':')
        return -1;
    int hour = two_digits(text), minute = two_digits(text + 3);
    bool fits = hour >= 0 && minute >= 0 && minute < 60 && (hour < 24 || (hour == 24 && !minute));
    return fits ? hour * 3600 + minute * 60 : -1;
}

static bool is_leap(int year) { return (year % 4 == 0 && year % 100) || year % 400 == 0; }

/* "2026-10-01" as days since 1970-01-01. False: there is no such day from 1970 to 9999. */
static bool read_date(const char *text, int64_t *day) {
    static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };
    if (!text || strlen(text) != 10 || text[4] != '-' || text[7] != '-' || two_digits(text) < 0 || two_digits(text + 2) < 0)
        return false;
    int year = 100 * two_digits(text) + two_digits(text + 2), month = two_digits(text + 5), date = two_digits(text + 8);
    if (year < 1970 || month < 1 || month > 12 || date < 1 || date > before[month] - before[month - 1] + (month == 2 && is_leap(year)))
        return false;
    int past = year - 1; /* leap days up to then */
    *day = (int64_t)(year - 1970) * 365 + (past / 4 - past / 100 + past / 400) - (1969 / 4 - 1969 / 100 + 1969 / 400) + before[month - 1] +
           (month > 2 && is_leap(year)) + date - 1;
    return true;
}

/* --- the document --- */

static bool only(const json_value *object, const char *const names[]) {
    for (const json_value *e = json_first(object); e; e = json_next(e)) {
        int i = 0;
        while (names[i] && strcmp(names[i], json_name(e)))
            i++;
        if (!names[i] || json_member(object, json_name(e)) != e)
            return false;
    }
    return json_is_object(object);
}

static bool read_span(reading *r, const json_value *value, const char *list, int index, span *out) {
    out->from_s = read_time(json_text(json_member(value, "from")));
    out->to_s = read_time(json_text(json_member(value, "to")));
    if (out->from_s >= 0 && out->to_s > out->from_s)
        return true;
    return fail(r, list, index, " must have from and to as \"09:00\" and \"18:00\", from before to. Give a night two entries.");
}

static bool read_days(reading *r, const json_value *list, int index, unsigned *days) {
    static const char *const names[DAYS] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
    for (const json_value *e = json_is_array(list) ? json_first(list) : NULL; e; e = json_next(e)) {
        int i = 0;
        while (i < DAYS && (!json_text(e) || strcmp(names[i], json_text(e))))
            i++;
        if (i == DAYS)
            return fail(r, "weekly", index, ".days must hold mon, tue, wed, thu, fri, sat or sun.");
        *days |= 1u << i;
    }
    return *days || fail(r, "weekly", index, ".days must name a day: mon, tue, wed, thu, fri, sat or sun.");
}

static bool read_weekly(reading *r, const json_value *list) {
    hours *h = r->h;
    if (!json_is_array(list) || json_size(list) < 1 || json_size(list) > HOURS_WEEKLY_MAX)
        return fail(r, "weekly", -1, " must be a list of 1 to 28 entries.");
    for (const json_value *e = json_first(list); e; e = json_next(e), h->n_weekly++) {
        if (!only(e, (const char *const[]){ "days", "from", "to", NULL }))
            return fail(r, "weekly", h->n_weekly, " must be an object with days, from and to.");
        if (!read_days(r, json_member(e, "days"), h->n_weekly, &h->weekly[h->n_weekly].days) ||
            !read_span(r, e, "weekly", h->n_weekly, &h->weekly[h->n_weekly].span))
            return false;
    }
    return true;
}

static bool read_exceptions(reading *r, const json_value *list) {
    hours *h = r->h;
    if (!list)
        return true;
    if (!json_is_array(list) || json_size(list) > HOURS_DAYS_MAX)
        return fail(r, "exceptions", -1, " must be a list of 400 days at most.");
    for (const json_value *e = json_first(list); e; e = json_next(e), h->n_exceptions++) {
        bool closed = !json_member(e, "from") && !json_member(e, "to");
        if (!only(e, (const char *const[]){ "date", "from", "to", NULL }) || !read_date(json_text(json_member(e, "date")), &h->exceptions[h->n_exceptions].day))
            return fail(r, "exceptions", h->n_exceptions, " must have a date such as \"2026-10-01\", and from and to unless it is closed all day.");
        if (!closed && !read_span(r, e, "exceptions", h->n_exceptions, &h->exceptions[h->n_exceptions].span))
            return false;
    }
    return true;
}

static bool read_zone(reading *r, const json_value *name) {
    r->h->zone = json_text(name) ? zone_load(json_text(name)) : NULL;
    return r->h->zone || fail(r, "timeZone", -1, " must be a zone that this server knows, such as Asia/Shanghai or Europe/Berlin (package tzdata).");
}

hours *hours_read(const json_value *object, char sentence[HOURS_SENTENCE_MAX]) {
    reading r = { .h = calloc(1, sizeof *r.h), .sentence = sentence };
    if (!r.h) {
        fail(&r, "", -1, "Memory is exhausted. Try again later.");
        return NULL;
    }
    if (read_zone(&r, json_member(object, "timeZone")) && read_weekly(&r, json_member(object, "weekly")) && read_exceptions(&r, json_member(object, "exceptions")))
        return r.h;
    hours_free(r.h);
    return NULL;
}

void hours_free(hours *h) {
    if (!h)
        return;
    zone_free(h->zone);
    free(h);
}

/* --- now --- */

static bool is_in(const span *s, int time_s) { return time_s >= s->from_s && time_s < s->to_s; }

bool hours_are_open(const hours *h, int64_t unix_s) {
    int64_t local_s = unix_s + zone_offset(h->zone, unix_s), day = local_s / DAY_S - (local_s % DAY_S < 0);
    int time_s = (int)(local_s - day * DAY_S), weekday = (int)(((day + THURSDAY) % DAYS + DAYS) % DAYS);
    bool named = false, open = false;
    for (int i = 0; i < h->n_exceptions; i++) {
        if (h->exceptions[i].day != day)
            continue;
        named = true;
        open |= is_in(&h->exceptions[i].span, time_s);
    }
    for (int i = 0; i < h->n_weekly && !named; i++)
        open |= h->weekly[i].days >> weekday & 1 && is_in(&h->weekly[i].span, time_s);
    return open;
}
