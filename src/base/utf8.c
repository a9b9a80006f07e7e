/* utf8.c: checking UTF-8. Layer: base. Source: RFC 3629 section 4 (the table of well-formed sequences). */
#include "base/utf8.h"

static const struct { unsigned char first_low, first_high, second_low, second_high, length; } utf8_forms[] = {
    { 0x00, 0x7F, 0, 0, 1 },          { 0xC2, 0xDF, 0x80, 0xBF, 2 }, { 0xE0, 0xE0, 0xA0, 0xBF, 3 },
    { 0xE1, 0xEC, 0x80, 0xBF, 3 },    { 0xED, 0xED, 0x80, 0x9F, 3 }, { 0xEE, 0xEF, 0x80, 0xBF, 3 },
    { 0xF0, 0xF0, 0x90, 0xBF, 4 },    { 0xF1, 0xF3, 0x80, 0xBF, 4 }, { 0xF4, 0xF4, 0x80, 0x8F, 4 },
};

static bool utf8_tail(const unsigned char *bytes, size_t length) {
    for (size_t i = 2; i < length; i++)
        if ((bytes[i] & 0xC0) != 0x80) return false;
    return true;
}

size_t utf8_character(const char *text, size_t length) {
    const unsigned char *bytes = (const unsigned char *)text;
    if (!length) return 0;
    for (size_t i = 0; i < sizeof utf8_forms / sizeof utf8_forms[0]; i++) {
        if (bytes[0] < utf8_forms[i].first_low || bytes[0] > utf8_forms[i].first_high) continue;
        size_t n = utf8_forms[i].length;
        if (n == 1) return 1;
        if (n > length || bytes[1] < utf8_forms[i].second_low || bytes[1] > utf8_forms[i].second_high) return 0;
        return utf8_tail(bytes, n) ? n : 0;
    }
    return 0;
}

bool utf8_valid(const char *text, size_t length) {
    for (size_t at = 0, n; at < length; at += n) {
        n = utf8_character(text + at, length - at);
        if (!n) return false;
    }
    return true;
}
