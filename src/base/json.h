/* json.h: bounded reading and writing of JSON (RFC 8259) over cJSON. Layer: base.
 *
 * Reading: json_parse gives a tree; a json_reader takes typed members from one object of it and remembers the
 * first that is wrong, so that a message is read in one go and judged once:
 *
 *     json_reader in = json_read(tree);
 *     int64_t id = json_integer(&in, "id", 1, INT32_MAX);
 *     const char *method = json_string(&in, "m", 1, 64);
 *     const char *uui = json_string_or(&in, "uui", NULL, 1024);
 *     if (in.error) return in.error;               // in.message: "id must be a whole number from 1 to 2147483647."
 *
 * Writing: a json_writer puts text into the caller's memory; it never allocates, and an overflow is told once, by
 * json_finish.
 */
#ifndef TCCC_BASE_JSON_H
#define TCCC_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_DEPTH_MAX 32           /* nested objects and arrays that json_parse accepts */
#define JSON_INTEGER_MAX 9007199254740991 /* 2^53 - 1: whole numbers that JavaScript keeps exactly */

typedef struct cJSON json_value;

/* Parses text[length] (UTF-8, no NUL needed, at most `limit` bytes) as one JSON value. The caller frees *value with
 * json_free. 0, or TOO_LARGE (longer than limit) or FORMAT (not JSON, not UTF-8, a NUL in a string, nested deeper than
 * JSON_DEPTH_MAX, or memory exhausted, which cJSON does not tell apart); *value is NULL then. */
int json_parse(const char *text, size_t length, size_t limit, json_value **value);
void json_free(json_value *value);

/* Where things are, for sentences about files; lines count from 1 and end with LF or CRLF. For a text that json_parse refuses as FORMAT:
 * the line of what is no JSON. For one that it took: the line where a value of the tree begins, with its name; 0 for a value of
 * another tree. Each call walks the text once. */
int json_line_of_failure(const char *text, size_t length);
int json_line(const char *text, size_t length, const json_value *tree, const json_value *value);

/* Elements of an array or object, in order: for (e = json_first(v); e; e = json_next(e)). NULL for other values. */
const json_value *json_first(const json_value *value);
const json_value *json_next(const json_value *element);
int json_size(const json_value *value);
/* An element's member name, or NULL in an array. Valid as long as the tree. */
const char *json_name(const json_value *element);
bool json_is_object(const json_value *value);
bool json_is_array(const json_value *value);
/* The text or number of a value, for elements of arrays. NULL or false when it has another type. */
const char *json_text(const json_value *value);
bool json_number(const json_value *value, double *number);
bool json_whole(const json_value *value, int64_t *number); /* a number without fraction within JSON_INTEGER_MAX */
/* Member `name` of an object (the first of that name), or NULL. */
const json_value *json_member(const json_value *object, const char *name);

typedef struct json_reader {
    const json_value *object;
    int error;                      /* 0, or the first failure: ARG_MISSING, ARG_TYPE or ARG_RANGE */
    char message[160];              /* a sentence that names the member; "" without a failure */
    /* NULL, or told of every failure, not only the first: then reading goes on after one, and message is the last one's. */
    void (*on_failure)(void *context, const struct json_reader *reader, int error, const char *name);
    void *context;
} json_reader;

/* A reader of `object`; when that is NULL or no object, error is ARG_TYPE at once. */
json_reader json_read(const json_value *object);

/* Required members. After a failure the result is NULL, 0 or false. JSON null counts as missing. Strings are valid as
 * long as the tree; their lengths are counted in bytes. */
const char *json_string(json_reader *reader, const char *name, size_t min_length, size_t max_length);
int64_t json_integer(json_reader *reader, const char *name, int64_t min, int64_t max);
double json_real(json_reader *reader, const char *name, double min, double max);
bool json_bool(json_reader *reader, const char *name);
const json_value *json_object(json_reader *reader, const char *name);
const json_value *json_array(json_reader *reader, const char *name, int max_size);
/* The index of the member's text in choices[] (ended by NULL); -1 after a failure. */
int json_choice(json_reader *reader, const char *name, const char *const choices[]);

/* The same for members that may be missing or null: `fallback` then. */
const char *json_string_or(json_reader *reader, const char *name, const char *fallback, size_t max_length);
int64_t json_integer_or(json_reader *reader, const char *name, int64_t fallback, int64_t min, int64_t max);
double json_real_or(json_reader *reader, const char *name, double fallback, double min, double max);
bool json_bool_or(json_reader *reader, const char *name, bool fallback);
const json_value *json_object_or(json_reader *reader, const char *name);                /* NULL when missing */
const json_value *json_array_or(json_reader *reader, const char *name, int max_size);   /* NULL when missing */
int json_choice_or(json_reader *reader, const char *name, int fallback, const char *const choices[]);

/* Records a failure found by the caller, unless one is recorded: "<name> <complaint>." */
void json_fail(json_reader *reader, int error, const char *name, const char *complaint);

typedef struct {
    char *text;                     /* borrowed until json_finish */
    size_t length, capacity;        /* bytes written, and room in all, the closing NUL included */
    int depth;
    int error;
    uint64_t is_array, has_member;  /* one bit for each open level */
} json_writer;

json_writer json_write(char *text, size_t capacity);

/* Values. `name` is the member's name inside an object, and NULL inside an array and for the outermost value.
 * A NULL string, value or raw text is written as null. */
void json_open_object(json_writer *writer, const char *name);
void json_open_array(json_writer *writer, const char *name);
void json_close(json_writer *writer);
void json_put_string(json_writer *writer, const char *name, const char *text);
/* text[length] need not end with NUL; NULs and bytes that are no UTF-8 become U+FFFD. */
void json_put_bytes_as_string(json_writer *writer, const char *name, const char *text, size_t length);
void json_put_integer(json_writer *writer, const char *name, int64_t number);
void json_put_real(json_writer *writer, const char *name, double number); /* not finite: null */
void json_put_bool(json_writer *writer, const char *name, bool truth);
void json_put_null(json_writer *writer, const char *name);
void json_put_value(json_writer *writer, const char *name, const json_value *value);
/* JSON text made elsewhere, copied as it is. */
void json_put_raw(json_writer *writer, const char *name, const char *json);

/* Ends the text with NUL. Its length, or TOO_LARGE when it did not fit, or ARG_RANGE when a level is still open, more
 * were closed than opened, or levels were nested deeper than JSON_DEPTH_MAX. */
int json_finish(json_writer *writer);

#endif
