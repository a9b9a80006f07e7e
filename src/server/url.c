/* url.c: what is asked of addresses that somebody else gives. Layer: server. RFC 3986. */
#include "server/url.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char *after_scheme(const char *text, const char *scheme) {
    size_t n = strlen(scheme);
    if (strncasecmp(text, scheme, n))
        return NULL;
    text += n;
    text += *text == 's' || *text == 'S';
    return !strncmp(text, "://", 3) && text[3] ? text + 3 : NULL;
}

bool url_has_scheme(const char *text, const char *scheme) { return after_scheme(text, scheme) != NULL; }

bool url_is_plain(const char *text, const char *scheme) {
    const char *rest = after_scheme(text, scheme);
    if (!rest || strchr("/?:@", *rest) || strpbrk(rest, "#\\\"<>") || strchr(text, '@'))
        return false;
    for (; *rest; rest++)
        if ((unsigned char)*rest <= ' ' || (unsigned char)*rest >= 127)
            return false;
    return true;
}
