/* file_url.h: addresses of chats' files that expire, signed with HMAC-SHA256; and what a file really is. Layer: server. */
#ifndef TCCC_SERVER_CHAT_FILE_URL_H
#define TCCC_SERVER_CHAT_FILE_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILE_URL_PATH "/v1/files/"
enum { FILE_ID_LEN = 32, FILE_URL_SIGNATURE_LEN = 64 };

enum file_url_use { FILE_URL_GET, FILE_URL_PUT };
enum file_url_state { FILE_URL_GOOD, FILE_URL_BAD, FILE_URL_EXPIRED };

/* "/v1/files/<id>?expires=<Unix seconds>&signature=<hexadecimal>": a path of this server. 0 or TOO_LARGE. */
int file_url_write(enum file_url_use use, const char *id, int64_t expires_s, const char *secret, char *url, size_t capacity);
/* The id in a path, whole address or address with a query; false when it names none. */
bool file_url_id(const char *url, char id[FILE_ID_LEN + 1]);
/* Compares in constant time. */
enum file_url_state file_url_check(enum file_url_use use, const char *id, const char *query, const char *secret, int64_t now_s);

/* The type of an image that browsers show, by its first bytes; NULL: it is none. */
const char *file_image_type(const uint8_t *bytes, size_t length);

#endif
