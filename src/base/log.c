/* log.c: structured log lines with numbers and secrets masked. Layer: base. */
#include "base/log.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tccc/error.h"

#define PHONE_DIGITS_MIN 7  /* shorter runs are extensions, ports, codes */
#define PHONE_DIGITS_SHOWN 2

typedef struct {
    char text[LOG_LINE_MAX];
    size_t length;
    bool full;
} log_line;

static void line_add(log_line *line, char c) {
    if (line->length + sizeof "..." < LOG_LINE_MAX) line->text[line->length++] = c;
    else line->full = true;
}

static void line_add_text(log_line *line, const char *text) {
    while (*text) line_add(line, *text++);
}

static bool value_is_plain(const char *text) {
    if (!*text) return false;
    for (; *text; text++)
        if ((unsigned char)*text <= ' ' || *text == '"' || *text == '\\' || *text == '=' || *text == 0x7F) return false;
    return true;
}

static void line_add_escaped(log_line *line, unsigned char c) {
    char code[5];
    if (c == '"' || c == '\\') {
        line_add(line, '\\');
        line_add(line, (char)c);
    } else if (c < 0x20 || c == 0x7F) {
        snprintf(code, sizeof code, "\\x%02x", c);
        line_add_text(line, code);
    } else {
        line_add(line, (char)c);
    }
}

static void line_add_value(log_line *line, const char *text) {
    if (value_is_plain(text)) return line_add_text(line, text);
    line_add(line, '"');
    while (*text) line_add_escaped(line, (unsigned char)*text++);
    line_add(line, '"');
}

static void line_add_free_text(log_line *line, const char *text) {
    char copy[LOG_LINE_MAX];
    snprintf(copy, sizeof copy, "%s", text);
    log_redact(copy);
    line_add_value(line, copy);
}

static void line_add_phone(log_line *line, const char *number) {
    size_t digits = 0, seen = 0;
    for (const char *c = number; *c; c++) digits += isdigit((unsigned char)*c) != 0;
    size_t hidden = digits > PHONE_DIGITS_SHOWN ? digits - PHONE_DIGITS_SHOWN : digits;
    for (const char *c = number; *c; c++) {
        bool digit = isdigit((unsigned char)*c);
        line_add(line, digit && seen >= hidden ? *c : '*');
        seen += digit;
    }
}

static void line_add_field(log_line *line, const log_field *field) {
    char number[32];
    line_add(line, ' ');
    line_add_text(line, field->key);
    line_add(line, '=');
    switch (field->kind) {
    case LOG_KIND_TEXT: field->text ? line_add_free_text(line, field->text) : line_add(line, '-'); break;
    case LOG_KIND_PHONE: field->text ? line_add_phone(line, field->text) : line_add(line, '-'); break;
    case LOG_KIND_SECRET: line_add_text(line, field->text ? "***" : "-"); break;
    case LOG_KIND_ERROR: line_add_text(line, field->integer ? tccc_error_name((int)field->integer) : "OK"); break;
    case LOG_KIND_INTEGER:
        snprintf(number, sizeof number, "%lld", (long long)field->integer);
        line_add_text(line, number);
        break;
    case LOG_KIND_REAL:
        snprintf(number, sizeof number, "%.6g", field->real);
        line_add_text(line, number);
        break;
    case LOG_KIND_END: break;
    }
}

void log_write(const logger *log, enum log_level level, const char *event, const log_field *fields) {
    if (!log || !log->sink || level < log->threshold) return;
    log_line line = { .length = 0 };
    line_add_text(&line, event);
    for (; fields->kind != LOG_KIND_END; fields++) line_add_field(&line, fields);
    if (line.full) {
        memcpy(line.text + line.length, "...", 3);
        line.length += 3;
    }
    line.text[line.length] = '\0';
    log->sink(log->context, level, line.text, line.length);
}

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80; }

/* A run of digits inside a word, number with a point or hyphenated identifier is no telephone number. */
static bool joins_identifier(const char *text, size_t at, size_t neighbour) {
    char c = text[neighbour];
    if (is_word(c)) return true;
    if (c != '-' && c != '.') return false;
    char beyond = neighbour < at ? (neighbour ? text[neighbour - 1] : '\0') : text[neighbour + 1];
    return is_word(beyond);
}

static size_t redact_digits(char *text, size_t at) {
    size_t end = at;
    while (isdigit((unsigned char)text[end])) end++;
    bool inside = (at && joins_identifier(text, at, at - 1)) || (text[end] && joins_identifier(text, at, end));
    if (!inside && end - at >= PHONE_DIGITS_MIN) memset(text + at, '*', end - at - PHONE_DIGITS_SHOWN);
    return end;
}

/* The end of a name ("sipPassword", "Proxy-Authorization"), and what ends its value ("": the usual separators). */
static const struct { const char *name, *until; } secrets[] = {
    { "token", "" },          { "ticket", "" },      { "key", "" },  { "password", "" }, { "secret", "" },
    { "response", "" },       { "nonce", "" },       { "resume", "" },
    { "authorization", "\r\n" }, { "cookie", "\r\n" }, { "inline", "" },
};

/* The end of a secret's value: its closing quote, or a blank or separator. */
static size_t secret_end(const char *text, size_t from, const char *until) {
    if (*until) return from + strcspn(text + from, until);
    if (text[from] == '"') return from + 1 + strcspn(text + from + 1, "\"");
    return from + strcspn(text + from, " \t\r\n&;,\"'<>|}");
}

/* Masks the value behind the name at text[at .. end-1], as in token=..., "token": "...", Authorization: ... */
static size_t redact_secret(char *text, size_t at, size_t end, const char *until) {
    size_t from = end + (text[end] == '"');
    if (text[from] != '=' && text[from] != ':') return end;
    from++;
    while (text[from] == ' ') from++;
    size_t stop = secret_end(text, from, until);
    if (text[from] == '"' && stop > from) from++;
    memset(text + from, '*', stop - from);
    return stop > at ? stop : end;
}

static const char *secret_until(const char *word, size_t length) {
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        size_t n = strlen(secrets[i].name);
        if (n <= length && strncasecmp(word + length - n, secrets[i].name, n) == 0) return secrets[i].until;
    }
    return NULL;
}

static size_t redact_word(char *text, size_t at) {
    size_t end = at;
    while (is_word(text[end]) || text[end] == '-') end++;
    const char *until = secret_until(text + at, end - at);
    return until ? redact_secret(text, at, end, until) : end;
}

void log_redact(char *text) {
    for (size_t at = 0; text[at];) {
        if (isdigit((unsigned char)text[at])) at = redact_digits(text, at);
        else if (is_word(text[at])) at = redact_word(text, at);
        else at++;
    }
}
