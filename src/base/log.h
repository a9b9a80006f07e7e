/* log.h: structured log lines, `event key=value ...`, in which telephone numbers and secrets are masked. Layer: base.
 *
 * There is no global: whoever logs has a `logger`. The sink adds time and place. Lines longer than LOG_LINE_MAX end
 * with "...". Values with spaces, quotes or control characters are quoted and escaped, so that a line stays a line.
 *
 *     LOG(&log, LOG_LEVEL_INFO, "call.offered", log_text("session", id), log_phone("from", caller));
 */
#ifndef TCCC_BASE_LOG_H
#define TCCC_BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

#define LOG_LINE_MAX 1024 /* bytes, the closing NUL included */

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/* Gets each line, without a line end; `line` is valid during the call. */
typedef void log_sink(void *context, enum log_level level, const char *line, size_t length);

typedef struct {
    log_sink *sink;                 /* NULL: nothing is logged */
    void *context;
    enum log_level threshold;       /* lines below are dropped */
} logger;

enum log_kind {
    LOG_KIND_END, LOG_KIND_TEXT, LOG_KIND_INTEGER, LOG_KIND_REAL, LOG_KIND_PHONE, LOG_KIND_SECRET, LOG_KIND_ERROR
};

typedef struct {
    enum log_kind kind;
    const char *key;
    const char *text;
    int64_t integer;
    double real;
} log_field;

/* Free text: goes through log_redact. NULL is written as "-". */
static inline log_field log_text(const char *key, const char *text) {
    return (log_field){ .kind = LOG_KIND_TEXT, .key = key, .text = text };
}
static inline log_field log_integer(const char *key, int64_t n) {
    return (log_field){ .kind = LOG_KIND_INTEGER, .key = key, .integer = n };
}
static inline log_field log_real(const char *key, double x) {
    return (log_field){ .kind = LOG_KIND_REAL, .key = key, .real = x };
}
/* A telephone number or SIP user: all but its last two digits are masked ("*********38"). */
static inline log_field log_phone(const char *key, const char *number) {
    return (log_field){ .kind = LOG_KIND_PHONE, .key = key, .text = number };
}
/* A token, key or password: only whether it is there is told. */
static inline log_field log_secret(const char *key, const char *secret) {
    return (log_field){ .kind = LOG_KIND_SECRET, .key = key, .text = secret };
}
/* A value of error.h, by name. */
static inline log_field log_error(const char *key, int error) {
    return (log_field){ .kind = LOG_KIND_ERROR, .key = key, .integer = error };
}

void log_write(const logger *log, enum log_level level, const char *event, const log_field *fields);

#define LOG(log, level, event, ...) \
    log_write((log), (level), (event), (const log_field[]){ __VA_ARGS__ __VA_OPT__(,) { .kind = LOG_KIND_END } })

/* Masks, in place, what looks like a telephone number (7 or more digits in a row that are no part of a word, number
 * with a point, or hyphenated identifier; the last two stay) and the values behind names that end with token, ticket,
 * key, password, secret, response, nonce, resume or inline (name=value, name: value, "name": "value"), and behind
 * Authorization and Cookie to the end of the line. */
void log_redact(char *text);

#endif
