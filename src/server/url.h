/* url.h: what is asked of addresses that somebody else gives. Layer: server. RFC 3986. */
#ifndef TCCC_SERVER_URL_H
#define TCCC_SERVER_URL_H

#include <stdbool.h>

/* Whether text begins with `scheme`, or that over TLS (http: http and https; ws: ws and wss), followed by :// and something more. */
bool url_has_scheme(const char *text, const char *scheme);
/* And names a host in ASCII, without a user, without blanks, quotes, backslashes, angle brackets and fragment: it may be shown and logged. */
bool url_is_plain(const char *text, const char *scheme);

#endif
