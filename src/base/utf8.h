/* utf8.h: checking UTF-8 (RFC 3629). Layer: base. */
#ifndef TCCC_BASE_UTF8_H
#define TCCC_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the well-formed character at text[0 .. length-1]: 1 to 4; 0 when it is not well-formed, cut off, overlong, a
 * surrogate, above U+10FFFF, or length is 0. */
size_t utf8_character(const char *text, size_t length);
/* Whether text[length] is UTF-8 as a whole. */
bool utf8_valid(const char *text, size_t length);

#endif
