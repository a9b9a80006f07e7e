/* password.h: people's passwords, kept as scrypt hashes (RFC 7914). Layer: server.
 *
 * Hashing takes tens of milliseconds and 16 MiB on purpose: call both on a worker (worker.h). Both may run on several threads.
 */
#ifndef TCCC_SERVER_ADMIN_PASSWORD_H
#define TCCC_SERVER_ADMIN_PASSWORD_H

#include <stdbool.h>

enum { PASSWORD_MIN = 8, PASSWORD_MAX = 128, PASSWORD_HASH = 160 };   /* bytes; the NUL is counted in PASSWORD_HASH only */

/* Whether somebody may have this password: PASSWORD_MIN to PASSWORD_MAX bytes without control characters, and not all the same. */
bool password_is_good(const char *password);
/* "scrypt$16384$8$1$<salt>$<key>", salt and key in hexadecimal. 0, or INTERNAL (no randomness, no memory). */
int password_hash(const char *password, char hash[PASSWORD_HASH]);
/* Compares in constant time. False for a hash that is "" or of another form. */
bool password_fits(const char *password, const char *hash);

#endif
