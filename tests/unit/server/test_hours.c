/* test_hours.c: when somebody is there, at given instants; time zones of the system's database. Layer: tests. */
#include "server/ivr/hours.h"
#include "server/ivr/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cmocka_all.h"

/* Offsets from Python's zoneinfo. */
static void zones_have_their_offsets(void **state) {
    static const struct { const char *zone; int64_t unix_s; int offset_s; } cases[] = {
        { "Europe/Berlin", -3000000000, 3208 }, /* local mean time */
        { "Europe/Berlin", 1774745999, 3600 }, { "Europe/Berlin", 1774746000, 7200 }, /* 2026-03-29 */
        { "Europe/Berlin", 2135000000, 7200 }, { "Asia/Shanghai", -931078800, 32400 }, { "Asia/Shanghai", 1791594000, 28800 },
        { "America/St_Johns", 1774746000, -9000 }, { "Asia/Kathmandu", 0, 19800 }, { "Asia/Kathmandu", 1774746000, 20700 },
        { "Pacific/Apia", 1325203199, -36000 }, { "Pacific/Apia", 1774745999, 46800 }, { "Australia/Lord_Howe", 2135000000, 37800 }, { "UTC", 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zone *z = zone_load(cases[i].zone);
        assert_non_null(z);
        assert_int_equal(zone_offset(z, cases[i].unix_s), cases[i].offset_s);
        zone_free(z);
    }
    static const char *const wrong[] = { "", "Nowhere/City", "../etc/passwd", "/etc/passwd", "Europe", "Europe/Berlin ", "tzdata.zi", "zone.tab", "Europe/./Berlin",
        "Europe/Berlin/Europe/Berlin/Europe/Berlin/Europe/Berlin/Europe/Berlin" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_null(zone_load(wrong[i]));
}

static size_t berlin(uint8_t bytes[8192]) {
    FILE *file = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
    assert_non_null(file);
    size_t n = fread(bytes, 1, 8192, file);
    fclose(file);
    return n;
}

/* At every length, in a block of its own: the sanitizer sees a byte too many. Without its footer's end a file is still whole. */
static void a_zone_that_is_cut_off_or_slim_is_none(void **state) {
    uint8_t whole[8192];
    size_t n = berlin(whole), footer = n - 2;
    (void)state;
    while (whole[footer] != '\n')
        footer--;
    for (size_t length = 0; length <= n; length++) {
        uint8_t *cut = malloc(length ? length : 1);
        memcpy(cut, whole, length);
        zone *z = zone_read(cut, length);
        assert_int_equal(z != NULL, length >= footer);
        zone_free(z);
        free(cut);
    }
    static const char slim[] = /* one type, no transition, a summer time by rule only */
        "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4" "\0\0\x0e\x10\0\0" "CET\0"
        "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4" "\0\0\x0e\x10\0\0" "CET\0";
    uint8_t file[256];
    memcpy(file, slim, sizeof slim - 1);
    strcpy((char *)file + sizeof slim - 1, "\nCET-1\n");
    zone *plain = zone_read(file, sizeof slim - 1 + 7);
    assert_non_null(plain);
    assert_int_equal(zone_offset(plain, 0), 3600);
    zone_free(plain);
    strcpy((char *)file + sizeof slim - 1, "\nCET-1CEST,M3.5.0,M10.5.0/3\n");
    assert_null(zone_read(file, sizeof slim - 1 + 28));
}

static hours *read_hours(const char *json, char sentence[HOURS_SENTENCE_MAX]) {
    json_value *tree = NULL;
    assert_int_equal(json_parse(json, strlen(json), 1 << 20, &tree), 0);
    sentence[0] = 0;
    hours *h = hours_read(tree, sentence);
    json_free(tree);
    return h;
}

#define WEEK "\"weekly\":[{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\"],\"from\":\"09:00\",\"to\":\"18:00\"},{\"days\":[\"sat\"],\"from\":\"22:30\",\"to\":\"24:00\"}]"
#define DAYS ",\"exceptions\":[{\"date\":\"2026-10-01\"},{\"date\":\"2026-10-10\",\"from\":\"09:00\",\"to\":\"12:00\"},{\"date\":\"2026-10-10\",\"from\":\"13:00\",\"to\":\"18:00\"}]"

static void they_are_open_by_the_week_but_for_days_that_differ(void **state) {
    static const struct { const char *zone; int64_t unix_s; bool open; } cases[] = {
        { "Europe/Berlin", 1774598400, true },  { "Europe/Berlin", 1774598399, false }, /* Friday 2026-03-27, 9:00, before the summer time, and a second before */
        { "Europe/Berlin", 1774854000, true },  { "Europe/Berlin", 1774853999, false }, /* Monday 2026-03-30, 9:00, with it: 7:00 UTC */
        { "Europe/Berlin", 1774854000 + 9 * 3600 - 1, true }, { "Europe/Berlin", 1774854000 + 9 * 3600, false }, /* until 18:00 */
        { "Europe/Berlin", 1793001600, true },  /* Monday 2026-10-26, 9:00, after it */
        { "Asia/Shanghai", 1790827200, false }, /* Thursday 2026-10-01, noon: a holiday */
        { "Asia/Shanghai", 1791594000, true },  { "Asia/Shanghai", 1791594000 + 7 * 1800, false }, { "Asia/Shanghai", 1791594000 + 4 * 3600, true }, /* Saturday 2026-10-10: worked, lunch at 12 */
        { "Asia/Shanghai", 1791594000 + 14 * 3600, false }, /* but not the Saturday's own hours, 23:00 */
        { "Asia/Shanghai", 1791594000 + 7 * 86400 + 27 * 1800, true }, /* Saturday 2026-10-17, 22:30 */
        { "Pacific/Kiritimati", 1767564000 - 3 * 3600, true }, /* Monday 2026-01-05, 9:00 at UTC+14: Sunday 19:00 UTC */
        { "America/New_York", 2130076800, true }, /* Wednesday 2037-07-01, noon */
    };
    char json[1024], sentence[HOURS_SENTENCE_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(json, sizeof json, "{\"timeZone\":\"%s\"," WEEK DAYS "}", cases[i].zone);
        hours *h = read_hours(json, sentence);
        assert_string_equal(sentence, "");
        if (hours_are_open(h, cases[i].unix_s) != cases[i].open)
            fail_msg("%s at %lld", cases[i].zone, (long long)cases[i].unix_s);
        hours_free(h);
    }
}

/* Each day of 1970 to 2100 as an exception is open on that day and on no other. */
static void dates_are_those_of_the_calendar(void **state) {
    static const int days_in[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    char json[256], sentence[HOURS_SENTENCE_MAX];
    int64_t day = 0;
    (void)state;
    for (int year = 1970; year <= 2100; year++)
        for (int month = 1; month <= 12; month++) {
            int last = days_in[month - 1] + (month == 2 && year % 4 == 0 && year != 2100);
            for (int date = 1; date <= last; date++, day++) {
                if (date > 1 && date < last)
                    continue;
                snprintf(json, sizeof json, "{\"timeZone\":\"UTC\",\"weekly\":[{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\"],\"from\":\"00:00\",\"to\":\"24:00\"}],"
                                            "\"exceptions\":[{\"date\":\"%04d-%02d-%02d\"}]}", year, month, date);
                hours *h = read_hours(json, sentence);
                assert_non_null(h);
                assert_true(hours_are_open(h, day * 86400 - 1) && !hours_are_open(h, day * 86400) && !hours_are_open(h, day * 86400 + 86399) && hours_are_open(h, day * 86400 + 86400));
                hours_free(h);
            }
        }
}

static void what_is_wrong_is_named(void **state) {
    static const char zone[] = "timeZone must be a zone that this server knows, such as Asia/Shanghai or Europe/Berlin (package tzdata).";
    static const char span[] = "weekly[0] must have from and to as \"09:00\" and \"18:00\", from before to. Give a night two entries.";
    static const char date[] = "exceptions[0] must have a date such as \"2026-10-01\", and from and to unless it is closed all day.";
    static const struct { const char *json, *sentence; } cases[] = {
        { "{" WEEK "}", zone }, { "{\"timeZone\":8," WEEK "}", zone }, { "{\"timeZone\":\"Mars/Base\"," WEEK "}", zone },
        { "{\"timeZone\":\"UTC\"}", "weekly must be a list of 1 to 28 entries." }, { "{\"timeZone\":\"UTC\",\"weekly\":[]}", "weekly must be a list of 1 to 28 entries." },
        { "{\"timeZone\":\"UTC\",\"weekly\":[1]}", "weekly[0] must be an object with days, from and to." },
        { "{\"timeZone\":\"UTC\",\"weekly\":[{\"day\":\"mon\"}]}", "weekly[0] must be an object with days, from and to." },
        { "{\"timeZone\":\"UTC\",\"weekly\":[{\"days\":\"mon\"}]}", "weekly[0].days must name a day: mon, tue, wed, thu, fri, sat or sun." },
        { "{\"timeZone\":\"UTC\",\"weekly\":[{\"days\":[\"Mon\"]}]}", "weekly[0].days must hold mon, tue, wed, thu, fri, sat or sun." },
        { "{\"timeZone\":\"UTC\",\"weekly\":[{\"days\":[\"mon\"],\"from\":\"9:00\",\"to\":\"18:00\"}]}", span },
        { "{\"timeZone\":\"UTC\",\"weekly\":[{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"24:01\"}]}", span },
        { "{\"timeZone\":\"UTC\",\"weekly\":[{\"days\":[\"mon\"],\"from\":\"22:00\",\"to\":\"06:00\"}]}", span },
        { "{\"timeZone\":\"UTC\",\"weekly\":[{\"days\":[\"mon\"],\"from\":\"09:60\",\"to\":\"18:00\"}]}", span },
        { "{\"timeZone\":\"UTC\"," WEEK ",\"exceptions\":{}}", "exceptions must be a list of 400 days at most." },
        { "{\"timeZone\":\"UTC\"," WEEK ",\"exceptions\":[{}]}", date }, { "{\"timeZone\":\"UTC\"," WEEK ",\"exceptions\":[\"2026-10-01\"]}", date },
        { "{\"timeZone\":\"UTC\"," WEEK ",\"exceptions\":[{\"date\":\"2026-02-29\"}]}", date }, { "{\"timeZone\":\"UTC\"," WEEK ",\"exceptions\":[{\"date\":\"2026-13-01\"}]}", date },
        { "{\"timeZone\":\"UTC\"," WEEK ",\"exceptions\":[{\"date\":\"2026-10-00\"}]}", date }, { "{\"timeZone\":\"UTC\"," WEEK ",\"exceptions\":[{\"date\":\"1969-12-31\"}]}", date },
        { "{\"timeZone\":\"UTC\"," WEEK ",\"exceptions\":[{\"date\":\"2026-10-01\",\"note\":\"x\"}]}", date },
        { "{\"timeZone\":\"UTC\"," WEEK ",\"exceptions\":[{\"date\":\"2026-10-01\",\"from\":\"09:00\"}]}",
          "exceptions[0] must have from and to as \"09:00\" and \"18:00\", from before to. Give a night two entries." },
    };
    char sentence[HOURS_SENTENCE_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_null(read_hours(cases[i].json, sentence));
        assert_string_equal(sentence, cases[i].sentence);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_have_their_offsets),
        cmocka_unit_test(a_zone_that_is_cut_off_or_slim_is_none),
        cmocka_unit_test(they_are_open_by_the_week_but_for_days_that_differ),
        cmocka_unit_test(dates_are_those_of_the_calendar),
        cmocka_unit_test(what_is_wrong_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
