/* record_url.h: addresses of recordings that expire, signed with HMAC-SHA256 (RFC 2104). Layer: server. */
#ifndef TCCC_SERVER_RECORD_URL_H
#define TCCC_SERVER_RECORD_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_URL_PATH "/v1/records/"
enum { RECORD_ID_MAX = 64, RECORD_SECRET_MAX = 128, RECORD_SIGNATURE_LEN = 64 };

/* Reads the secret from the file, or makes it, readable by its owner only. 0 or IO. */
int record_secret_load(const char *path, char secret[RECORD_SECRET_MAX]);
/* Letters, digits, '_' and '-', 1 to 64. */
bool record_id_valid(const char *id);
/* "<base>/v1/records/<id>.ogg?expires=<Unix seconds>&signature=<hexadecimal>". base may be NULL. 0 or TOO_LARGE. */
int record_url_write(const char *base, const char *id, int64_t expires_s, const char *secret, char *url, size_t capacity);

enum record_url_state { RECORD_URL_GOOD, RECORD_URL_BAD, RECORD_URL_EXPIRED };

/* The id in a path that begins with RECORD_URL_PATH; false when it names none. */
bool record_url_id(const char *path, char id[RECORD_ID_MAX + 1]);
/* Compares in constant time. */
enum record_url_state record_url_check(const char *id, const char *query, const char *secret, int64_t now_s);

/* One byte range of a Range header (RFC 9110 section 14.1.2) over `size` bytes. */
enum record_range { RANGE_NONE, RANGE_PART, RANGE_UNSATISFIABLE };  /* NONE: send everything: absent, malformed, several ranges */
enum record_range record_range_read(const char *value, uint64_t size, uint64_t *first, uint64_t *len);

#endif
