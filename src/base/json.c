/* json.c: bounded reading of JSON over cJSON. Layer: base. Source: RFC 8259.
 *
 * cJSON is lenient (leading zeros, any control byte as blank, no check of UTF-8 or \u digits, strings cut at \u0000),
 * so the text is scanned first: after that its tokens are strict, and cJSON only has to find their structure.
 */
#include "base/json.h"

#include <cJSON.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "tccc/error.h"

typedef struct {
    const char *text;
    size_t at, length;
    int depth;
} json_scan;

static bool scan_is(const json_scan *scan, size_t at, char c) { return at < scan->length && scan->text[at] == c; }

/* The escape at scan->at, a backslash. cJSON reads bad hex digits as 0; surrogates it checks itself. */
static bool scan_escape(json_scan *scan) {
    const char *code = scan->text + scan->at + 1;
    size_t left = scan->length - scan->at - 1;
    scan->at += 2;
    if (!left || !code[0] || !strchr("\"\\/bfnrtu", code[0])) return false;
    if (code[0] != 'u') return true;
    scan->at += 4;
    for (int i = 1; i <= 4; i++)
        if (left < 5 || !isxdigit((unsigned char)code[i])) return false;
    return memcmp(code, "u0000", 5) != 0;
}

static bool scan_string(json_scan *scan) {
    for (scan->at++; scan->at < scan->length;) {
        unsigned char c = (unsigned char)scan->text[scan->at];
        if (c == '"') return scan->at++, true;
        if (c < 0x20) return false;
        if (c == '\\') {
            if (!scan_escape(scan)) return false;
            continue;
        }
        size_t n = utf8_character(scan->text + scan->at, scan->length - scan->at);
        if (!n) return false;
        scan->at += n;
    }
    return false;
}

static size_t scan_digits(json_scan *scan) {
    size_t from = scan->at;
    while (scan->at < scan->length && scan->text[scan->at] >= '0' && scan->text[scan->at] <= '9') scan->at++;
    return scan->at - from;
}

/* number = [ minus ] int [ frac ] [ exp ], RFC 8259 section 6; at most 63 characters, which is what cJSON keeps. */
static bool scan_number(json_scan *scan) {
    size_t from = scan->at;
    if (scan_is(scan, scan->at, '-')) scan->at++;
    bool zero = scan_is(scan, scan->at, '0');
    size_t whole = scan_digits(scan);
    if (!whole || (zero && whole > 1)) return false;
    if (scan_is(scan, scan->at, '.')) {
        scan->at++;
        if (!scan_digits(scan)) return false;
    }
    if (scan_is(scan, scan->at, 'e') || scan_is(scan, scan->at, 'E')) {
        scan->at++;
        if (scan_is(scan, scan->at, '+') || scan_is(scan, scan->at, '-')) scan->at++;
        if (!scan_digits(scan)) return false;
    }
    return scan->at - from <= 63;
}

static bool scan_token(json_scan *scan) {
    switch (scan->text[scan->at]) {
    case '"': return scan_string(scan);
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
        return scan_number(scan);
    case '{': case '[': scan->at++; return ++scan->depth <= JSON_DEPTH_MAX;
    case '}': case ']': scan->at++; return --scan->depth >= 0;
    case ' ': case '\t': case '\n': case '\r': case ',': case ':': scan->at++; return true;
    default: /* a letter of true, false or null; cJSON checks the word */
        return scan->text[scan->at] >= 'a' && scan->text[scan->at++] <= 'u';
    }
}

/* Where the first token that is not strict begins; `length` when there is none. */
static size_t text_first_fault(const char *text, size_t length) {
    json_scan scan = { .text = text, .length = length };
    while (scan.at < length) {
        size_t from = scan.at;
        if (!scan_token(&scan)) return from;
    }
    return length;
}

static bool text_is_blank(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (!strchr(" \t\r\n", text[i]) || !text[i]) return false;
    return true;
}

int json_parse(const char *text, size_t length, size_t limit, json_value **value) {
    *value = NULL;
    if (length > limit) return TCCC_E_TOO_LARGE;
    if (!length || text_first_fault(text, length) < length) return TCCC_E_FORMAT;
    const char *end = NULL;
    cJSON *tree = cJSON_ParseWithLengthOpts(text, length, &end, false);
    if (!tree) return TCCC_E_FORMAT;
    if (!text_is_blank(end, (size_t)(text + length - end))) {
        cJSON_Delete(tree);
        return TCCC_E_FORMAT;
    }
    *value = tree;
    return 0;
}

void json_free(json_value *value) { cJSON_Delete(value); }

static int line_at(const char *text, size_t at) {
    int line = 1;
    for (size_t i = 0; i < at; i++) line += text[i] == '\n';
    return line;
}

static size_t skip_blank(const char *text, size_t length, size_t at) {
    while (at < length && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n')) at++;
    return at;
}

int json_line_of_failure(const char *text, size_t length) {
    size_t at = text_first_fault(text, length);
    if (at < length || !length) return line_at(text, at);
    const char *end = text;
    cJSON_Delete(cJSON_ParseWithLengthOpts(text, length, &end, false));
    at = skip_blank(text, length, (size_t)(end - text));
    return line_at(text, at < length ? at : length - 1); /* a text that only ends too early fails on its last line */
}

/* Counts values as they are written, an outer one before its elements, until it meets `target`. */
static bool count_until(const json_value *value, const json_value *target, size_t *n) {
    if (value == target) return true;
    ++*n;
    for (const json_value *e = json_first(value); e; e = json_next(e))
        if (count_until(e, target, n)) return true;
    return false;
}

/* Behind the string, number or word at `at`; behind the bracket that opens an object or array. */
static size_t skip_token(const char *text, size_t length, size_t at) {
    if (text[at] == '{' || text[at] == '[') return at + 1;
    if (text[at] != '"') {
        while (at < length && !strchr(",]} \t\r\n", text[at])) at++;
        return at;
    }
    for (at++; at < length && text[at] != '"'; at++) at += text[at] == '\\';
    return at + 1;
}

int json_line(const char *text, size_t length, const json_value *tree, const json_value *value) {
    size_t left = 0, name_at = length;
    if (!value || !count_until(tree, value, &left)) return 0;
    for (size_t at = skip_blank(text, length, 0); at < length; at = skip_blank(text, length, at)) {
        if (strchr(",:]}", text[at])) {
            at++;
            continue;
        }
        size_t end = skip_token(text, length, at), behind = skip_blank(text, length, end);
        if (text[at] == '"' && scan_is(&(json_scan){ .text = text, .length = length }, behind, ':')) {
            name_at = at;
        } else {
            if (!left--) return line_at(text, name_at < length ? name_at : at);
            name_at = length;
        }
        at = end;
    }
    return 0;
}

const json_value *json_first(const json_value *value) {
    return cJSON_IsArray(value) || cJSON_IsObject(value) ? value->child : NULL;
}
const json_value *json_next(const json_value *element) { return element->next; }
const char *json_name(const json_value *element) { return element->string; }
bool json_is_object(const json_value *value) { return cJSON_IsObject(value); }
bool json_is_array(const json_value *value) { return cJSON_IsArray(value); }
const char *json_text(const json_value *value) { return cJSON_GetStringValue(value); }

int json_size(const json_value *value) {
    int size = 0;
    for (const json_value *e = json_first(value); e; e = json_next(e)) size++;
    return size;
}

bool json_number(const json_value *value, double *number) {
    if (!cJSON_IsNumber(value)) return false;
    *number = value->valuedouble;
    return true;
}

bool json_whole(const json_value *value, int64_t *number) {
    double x;
    if (!json_number(value, &x) || !(fabs(x) <= (double)JSON_INTEGER_MAX) || x != trunc(x)) return false;
    *number = (int64_t)x;
    return true;
}

const json_value *json_member(const json_value *object, const char *name) {
    return json_is_object(object) ? cJSON_GetObjectItemCaseSensitive(object, name) : NULL;
}

json_reader json_read(const json_value *object) {
    json_reader reader = { .object = object };
    if (json_is_object(object)) return reader;
    reader.error = TCCC_E_ARG_TYPE;
    snprintf(reader.message, sizeof reader.message, "The value must be an object.");
    return reader;
}

void json_fail(json_reader *reader, int error, const char *name, const char *complaint) {
    if (reader->error && !reader->on_failure) return;
    if (!reader->error) reader->error = error;
    snprintf(reader->message, sizeof reader->message, "%.60s %s.", name, complaint);
    if (reader->on_failure) reader->on_failure(reader->context, reader, error, name);
}

/* A member that is there and not null, or NULL; with `required` that is a failure. */
static const json_value *reader_take(json_reader *reader, const char *name, bool required) {
    if (reader->error && !reader->on_failure) return NULL;
    const json_value *member = json_member(reader->object, name);
    if (member && !cJSON_IsNull(member)) return member;
    if (required) json_fail(reader, TCCC_E_ARG_MISSING, name, "is missing");
    return NULL;
}

static const char *value_string(json_reader *reader, const json_value *value, const char *name, size_t min,
                                size_t max) {
    char complaint[96];
    const char *text = json_text(value);
    if (!text) return json_fail(reader, TCCC_E_ARG_TYPE, name, "must be a string"), NULL;
    size_t length = strlen(text);
    if (length >= min && length <= max) return text;
    snprintf(complaint, sizeof complaint, "must have %zu to %zu bytes", min, max);
    return json_fail(reader, TCCC_E_ARG_RANGE, name, complaint), NULL;
}

static int64_t value_integer(json_reader *reader, const json_value *value, const char *name, int64_t min,
                             int64_t max) {
    char complaint[96];
    int64_t number = 0;
    bool whole = json_whole(value, &number);
    if (whole && number >= min && number <= max) return number;
    snprintf(complaint, sizeof complaint, "must be a whole number from %lld to %lld", (long long)min, (long long)max);
    json_fail(reader, cJSON_IsNumber(value) ? TCCC_E_ARG_RANGE : TCCC_E_ARG_TYPE, name, complaint);
    return 0;
}

static double value_real(json_reader *reader, const json_value *value, const char *name, double min, double max) {
    char complaint[96];
    double number = 0;
    bool is_number = json_number(value, &number);
    if (is_number && number >= min && number <= max) return number;
    snprintf(complaint, sizeof complaint, "must be a number from %g to %g", min, max);
    json_fail(reader, is_number ? TCCC_E_ARG_RANGE : TCCC_E_ARG_TYPE, name, complaint);
    return 0;
}

static bool value_bool(json_reader *reader, const json_value *value, const char *name) {
    if (!cJSON_IsBool(value)) json_fail(reader, TCCC_E_ARG_TYPE, name, "must be true or false");
    return cJSON_IsTrue(value);
}

static const json_value *value_object(json_reader *reader, const json_value *value, const char *name) {
    if (json_is_object(value)) return value;
    return json_fail(reader, TCCC_E_ARG_TYPE, name, "must be an object"), NULL;
}

static const json_value *value_array(json_reader *reader, const json_value *value, const char *name, int max_size) {
    char complaint[96];
    if (!json_is_array(value)) return json_fail(reader, TCCC_E_ARG_TYPE, name, "must be an array"), NULL;
    if (json_size(value) <= max_size) return value;
    snprintf(complaint, sizeof complaint, "must have at most %d elements", max_size);
    return json_fail(reader, TCCC_E_ARG_RANGE, name, complaint), NULL;
}

static int value_choice(json_reader *reader, const json_value *value, const char *name,
                        const char *const choices[]) {
    char complaint[96] = "must be one of";
    const char *text = json_text(value);
    if (!text) return json_fail(reader, TCCC_E_ARG_TYPE, name, "must be a string"), -1;
    for (int i = 0; choices[i]; i++) {
        if (strcmp(choices[i], text) == 0) return i;
        size_t length = strlen(complaint);
        snprintf(complaint + length, sizeof complaint - length, "%s %s", i ? "," : "", choices[i]);
    }
    return json_fail(reader, TCCC_E_ARG_RANGE, name, complaint), -1;
}

const char *json_string(json_reader *reader, const char *name, size_t min_length, size_t max_length) {
    const json_value *value = reader_take(reader, name, true);
    return value ? value_string(reader, value, name, min_length, max_length) : NULL;
}

int64_t json_integer(json_reader *reader, const char *name, int64_t min, int64_t max) {
    const json_value *value = reader_take(reader, name, true);
    return value ? value_integer(reader, value, name, min, max) : 0;
}

double json_real(json_reader *reader, const char *name, double min, double max) {
    const json_value *value = reader_take(reader, name, true);
    return value ? value_real(reader, value, name, min, max) : 0;
}

bool json_bool(json_reader *reader, const char *name) {
    const json_value *value = reader_take(reader, name, true);
    return value ? value_bool(reader, value, name) : false;
}

const json_value *json_object(json_reader *reader, const char *name) {
    const json_value *value = reader_take(reader, name, true);
    return value ? value_object(reader, value, name) : NULL;
}

const json_value *json_array(json_reader *reader, const char *name, int max_size) {
    const json_value *value = reader_take(reader, name, true);
    return value ? value_array(reader, value, name, max_size) : NULL;
}

int json_choice(json_reader *reader, const char *name, const char *const choices[]) {
    const json_value *value = reader_take(reader, name, true);
    return value ? value_choice(reader, value, name, choices) : -1;
}

const char *json_string_or(json_reader *reader, const char *name, const char *fallback, size_t max_length) {
    const json_value *value = reader_take(reader, name, false);
    return value ? value_string(reader, value, name, 0, max_length) : fallback;
}

int64_t json_integer_or(json_reader *reader, const char *name, int64_t fallback, int64_t min, int64_t max) {
    const json_value *value = reader_take(reader, name, false);
    return value ? value_integer(reader, value, name, min, max) : fallback;
}

double json_real_or(json_reader *reader, const char *name, double fallback, double min, double max) {
    const json_value *value = reader_take(reader, name, false);
    return value ? value_real(reader, value, name, min, max) : fallback;
}

bool json_bool_or(json_reader *reader, const char *name, bool fallback) {
    const json_value *value = reader_take(reader, name, false);
    return value ? value_bool(reader, value, name) : fallback;
}

const json_value *json_object_or(json_reader *reader, const char *name) {
    const json_value *value = reader_take(reader, name, false);
    return value ? value_object(reader, value, name) : NULL;
}

const json_value *json_array_or(json_reader *reader, const char *name, int max_size) {
    const json_value *value = reader_take(reader, name, false);
    return value ? value_array(reader, value, name, max_size) : NULL;
}

int json_choice_or(json_reader *reader, const char *name, int fallback, const char *const choices[]) {
    const json_value *value = reader_take(reader, name, false);
    return value ? value_choice(reader, value, name, choices) : fallback;
}
