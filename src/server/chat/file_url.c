/* file_url.c: addresses of chats' files. Layer: server. */
#include "server/chat/file_url.h"

#include "tccc/error.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 18 };

static void sign(enum file_url_use use, const char *id, int64_t expires_s, const char *secret, char signature[FILE_URL_SIGNATURE_LEN + 1]) {
    char text[96];
    uint8_t sum[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    int length = snprintf(text, sizeof text, "file %s\n%s\n%lld", use == FILE_URL_PUT ? "put" : "get", id, (long long)expires_s);
    HMAC(EVP_sha256(), secret, (int)strlen(secret), (const uint8_t *)text, (size_t)length, sum, &n);
    for (unsigned i = 0; i < FILE_URL_SIGNATURE_LEN / 2; i++)
        snprintf(signature + 2 * i, 3, "%02x", sum[i]);
}

int file_url_write(enum file_url_use use, const char *id, int64_t expires_s, const char *secret, char *url, size_t capacity) {
    char signature[FILE_URL_SIGNATURE_LEN + 1];
    sign(use, id, expires_s, secret, signature);
    int n = snprintf(url, capacity, FILE_URL_PATH "%s?expires=%lld&signature=%s", id, (long long)expires_s, signature);
    return n >= 0 && (size_t)n < capacity ? 0 : TCCC_E_TOO_LARGE;
}

bool file_url_id(const char *url, char id[FILE_ID_LEN + 1]) {
    const char *at = strstr(url, FILE_URL_PATH);
    if (!at)
        return false;
    at += sizeof FILE_URL_PATH - 1;
    if (strspn(at, "0123456789abcdef") != FILE_ID_LEN || (at[FILE_ID_LEN] && at[FILE_ID_LEN] != '?'))
        return false;
    memcpy(id, at, FILE_ID_LEN);
    id[FILE_ID_LEN] = 0;
    return true;
}

/* The value of `name` in a query; its length, 0 when it is not there. */
static size_t find(const char *query, const char *name, const char **value) {
    size_t n = strlen(name);
    for (const char *at = query; *at; at += strcspn(at, "&"), at += *at == '&')
        if (!strncmp(at, name, n) && at[n] == '=') {
            *value = at + n + 1;
            return strcspn(*value, "&");
        }
    return 0;
}

enum file_url_state file_url_check(enum file_url_use use, const char *id, const char *query, const char *secret, int64_t now_s) {
    const char *expires = "", *signature = "";
    char right[FILE_URL_SIGNATURE_LEN + 1];
    size_t n = find(query, "expires", &expires);
    if (!n || n > NUMBER_MAX || strspn(expires, "0123456789") < n || find(query, "signature", &signature) != FILE_URL_SIGNATURE_LEN)
        return FILE_URL_BAD;
    int64_t expires_s = strtoll(expires, NULL, 10);
    sign(use, id, expires_s, secret, right);
    if (CRYPTO_memcmp(right, signature, FILE_URL_SIGNATURE_LEN))
        return FILE_URL_BAD;
    return now_s < expires_s ? FILE_URL_GOOD : FILE_URL_EXPIRED;
}

const char *file_image_type(const uint8_t *bytes, size_t length) {
    static const struct { const char *type, *at0, *at8; size_t n; } images[] = {
        { "image/png", "\x89PNG\r\n\x1a\n", NULL, 8 }, { "image/jpeg", "\xff\xd8\xff", NULL, 3 },
        { "image/gif", "GIF8", NULL, 4 }, { "image/webp", "RIFF", "WEBP", 4 },
    };
    for (size_t i = 0; i < sizeof images / sizeof *images; i++)
        if (length >= 12 && !memcmp(bytes, images[i].at0, images[i].n) && (!images[i].at8 || !memcmp(bytes + 8, images[i].at8, 4)))
            return images[i].type;
    return NULL;
}
