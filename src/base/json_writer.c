/* json_writer.c: writing JSON into the caller's memory. Layer: base. Source: RFC 8259. */
#include <cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "tccc/error.h"

json_writer json_write(char *text, size_t capacity) {
    return (json_writer){ .text = text, .capacity = capacity, .error = capacity ? 0 : TCCC_E_TOO_LARGE };
}

static void writer_fail(json_writer *writer, int error) {
    if (!writer->error) writer->error = error;
}

/* Room for the closing NUL is always kept. */
static void writer_add(json_writer *writer, const char *bytes, size_t length) {
    if (writer->error) return;
    if (length >= writer->capacity - writer->length) return writer_fail(writer, TCCC_E_TOO_LARGE);
    memcpy(writer->text + writer->length, bytes, length);
    writer->length += length;
}

static void writer_add_text(json_writer *writer, const char *text) { writer_add(writer, text, strlen(text)); }

static void writer_escape(json_writer *writer, unsigned char c) {
    static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    char code[7];
    const char *found = strchr(plain, c);
    if (found) {
        snprintf(code, sizeof code, "\\%c", letters[found - plain]);
    } else {
        snprintf(code, sizeof code, "\\u%04x", c);
    }
    writer_add_text(writer, code);
}

/* The character at text[0]; returns how many bytes it took. */
static size_t writer_character(json_writer *writer, const char *text, size_t length) {
    unsigned char c = (unsigned char)text[0];
    size_t n = utf8_character(text, length);
    if (!n || !c) return writer_add(writer, "\xEF\xBF\xBD", 3), 1; /* U+FFFD; json_parse takes no NUL */
    if (c < 0x20 || c == '"' || c == '\\') return writer_escape(writer, c), 1;
    writer_add(writer, text, n);
    return n;
}

static void writer_quoted(json_writer *writer, const char *text, size_t length) {
    writer_add(writer, "\"", 1);
    for (size_t at = 0; at < length && !writer->error;) at += writer_character(writer, text + at, length - at);
    writer_add(writer, "\"", 1);
}

static void writer_begin(json_writer *writer, const char *name) {
    uint64_t level = 1ull << writer->depth;
    if (writer->has_member & level) writer_add(writer, ",", 1);
    writer->has_member |= level;
    if (!name || !writer->depth || (writer->is_array & level)) return;
    writer_quoted(writer, name, strlen(name));
    writer_add(writer, ":", 1);
}

static void writer_open(json_writer *writer, const char *name, bool array) {
    if (writer->depth >= JSON_DEPTH_MAX) return writer_fail(writer, TCCC_E_ARG_RANGE);
    writer_begin(writer, name);
    writer_add(writer, array ? "[" : "{", 1);
    uint64_t level = 1ull << ++writer->depth;
    writer->has_member &= ~level;
    writer->is_array = array ? writer->is_array | level : writer->is_array & ~level;
}

void json_open_object(json_writer *writer, const char *name) { writer_open(writer, name, false); }
void json_open_array(json_writer *writer, const char *name) { writer_open(writer, name, true); }

void json_close(json_writer *writer) {
    if (writer->depth == 0) return writer_fail(writer, TCCC_E_ARG_RANGE);
    writer_add(writer, writer->is_array & (1ull << writer->depth) ? "]" : "}", 1);
    writer->depth--;
}

void json_put_raw(json_writer *writer, const char *name, const char *json) {
    writer_begin(writer, name);
    writer_add_text(writer, json ? json : "null");
}

void json_put_null(json_writer *writer, const char *name) { json_put_raw(writer, name, "null"); }
void json_put_bool(json_writer *writer, const char *name, bool truth) {
    json_put_raw(writer, name, truth ? "true" : "false");
}

void json_put_bytes_as_string(json_writer *writer, const char *name, const char *text, size_t length) {
    if (!text) return json_put_null(writer, name);
    writer_begin(writer, name);
    writer_quoted(writer, text, length);
}

void json_put_string(json_writer *writer, const char *name, const char *text) {
    json_put_bytes_as_string(writer, name, text, text ? strlen(text) : 0);
}

void json_put_integer(json_writer *writer, const char *name, int64_t number) {
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", (long long)number);
    json_put_raw(writer, name, digits);
}

/* The shorter of two forms that reads back as the same double. */
void json_put_real(json_writer *writer, const char *name, double number) {
    char digits[32];
    if (!isfinite(number)) return json_put_null(writer, name);
    snprintf(digits, sizeof digits, "%.15g", number);
    if (strtod(digits, NULL) != number) snprintf(digits, sizeof digits, "%.17g", number);
    json_put_raw(writer, name, digits);
}

static void writer_put_number(json_writer *writer, const char *name, const json_value *value) {
    int64_t whole;
    if (json_whole(value, &whole) && (whole != 0 || !signbit(value->valuedouble))) {
        json_put_integer(writer, name, whole);
    } else {
        json_put_real(writer, name, value->valuedouble);
    }
}

void json_put_value(json_writer *writer, const char *name, const json_value *value) {
    if (cJSON_IsString(value)) return json_put_string(writer, name, json_text(value));
    if (cJSON_IsNumber(value)) return writer_put_number(writer, name, value);
    if (cJSON_IsBool(value)) return json_put_bool(writer, name, cJSON_IsTrue(value));
    if (!json_is_object(value) && !json_is_array(value)) return json_put_null(writer, name);
    if (writer->depth >= JSON_DEPTH_MAX) return writer_fail(writer, TCCC_E_ARG_RANGE);
    writer_open(writer, name, json_is_array(value));
    for (const json_value *e = json_first(value); e; e = json_next(e)) json_put_value(writer, json_name(e), e);
    json_close(writer);
}

int json_finish(json_writer *writer) {
    if (writer->depth) writer_fail(writer, TCCC_E_ARG_RANGE);
    if (writer->capacity) writer->text[writer->error ? 0 : writer->length] = '\0';
    return writer->error ? writer->error : (int)writer->length;
}
