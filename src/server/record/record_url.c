/* record_url.c: addresses of recordings that expire, signed with HMAC-SHA256. Layer: server. */
#include "record_url.h"

#include "tccc/error.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECRET_BYTES = 32, NUMBER_MAX = 18 };

static const char hex_digits[] = "0123456789abcdef";

static void to_hex(const uint8_t *bytes, size_t n, char *text) {
    for (size_t i = 0; i < n; i++) {
        text[2 * i] = hex_digits[bytes[i] >> 4];
        text[2 * i + 1] = hex_digits[bytes[i] & 15];
    }
    text[2 * n] = 0;
}

/* --- the secret --- */

static int read_secret(const char *path, char secret[RECORD_SECRET_MAX]) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, secret, RECORD_SECRET_MAX - 1);
    if (fd >= 0)
        close(fd);
    secret[n > 0 ? n : 0] = 0;
    secret[strspn(secret, hex_digits)] = 0;
    return strlen(secret) >= 2 * SECRET_BYTES ? 0 : TCCC_E_IO;
}

int record_secret_load(const char *path, char secret[RECORD_SECRET_MAX]) {
    uint8_t bytes[SECRET_BYTES];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST ? read_secret(path, secret) : TCCC_E_IO;
    int made = RAND_bytes(bytes, sizeof bytes) == 1;
    to_hex(bytes, sizeof bytes, secret);
    size_t len = strlen(secret);
    int written = made && write(fd, secret, len) == (ssize_t)len && !fsync(fd);
    close(fd);
    OPENSSL_cleanse(bytes, sizeof bytes);
    if (written)
        return 0;
    unlink(path);
    return TCCC_E_IO;
}

/* --- signing --- */

bool record_id_valid(const char *id) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t n = strlen(id);
    return n >= 1 && n <= RECORD_ID_MAX && strspn(id, plain) == n;
}

static void sign(const char *id, int64_t expires_s, const char *secret, char signature[RECORD_SIGNATURE_LEN + 1]) {
    char text[RECORD_ID_MAX + 48];
    uint8_t sum[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    int len = snprintf(text, sizeof text, "record\n%s\n%lld", id, (long long)expires_s);
    HMAC(EVP_sha256(), secret, (int)strlen(secret), (const uint8_t *)text, (size_t)len, sum, &n);
    to_hex(sum, RECORD_SIGNATURE_LEN / 2, signature);
}

int record_url_write(const char *base, const char *id, int64_t expires_s, const char *secret, char *url, size_t capacity) {
    char signature[RECORD_SIGNATURE_LEN + 1];
    sign(id, expires_s, secret, signature);
    int n = snprintf(url, capacity, "%s" RECORD_URL_PATH "%s.ogg?expires=%lld&signature=%s", base ? base : "", id, (long long)expires_s, signature);
    return n >= 0 && (size_t)n < capacity ? 0 : TCCC_E_TOO_LARGE;
}

bool record_url_id(const char *path, char id[RECORD_ID_MAX + 1]) {
    static const char ending[] = ".ogg";
    const char *name = path + sizeof RECORD_URL_PATH - 1;
    size_t n = strlen(name), ending_len = sizeof ending - 1;
    if (n <= ending_len || n - ending_len > RECORD_ID_MAX || strcmp(name + n - ending_len, ending))
        return false;
    memcpy(id, name, n - ending_len);
    id[n - ending_len] = 0;
    return record_id_valid(id);
}

/* The value of `name=` in a query, ended by & or the end; its length, 0 when it is not there. */
static size_t find_argument(const char *query, const char *name, const char **value) {
    size_t n = strlen(name);
    for (const char *at = query; *at; at += strcspn(at, "&"), at += *at == '&')
        if (!strncmp(at, name, n) && at[n] == '=') {
            *value = at + n + 1;
            return strcspn(*value, "&");
        }
    return 0;
}

enum record_url_state record_url_check(const char *id, const char *query, const char *secret, int64_t now_s) {
    const char *expires = "", *signature = "";
    char right[RECORD_SIGNATURE_LEN + 1];
    size_t n_expires = find_argument(query, "expires", &expires), n_signature = find_argument(query, "signature", &signature);
    if (!n_expires || n_expires > NUMBER_MAX || strspn(expires, "0123456789") < n_expires || n_signature != RECORD_SIGNATURE_LEN)
        return RECORD_URL_BAD;
    int64_t expires_s = strtoll(expires, NULL, 10);
    sign(id, expires_s, secret, right);
    if (CRYPTO_memcmp(right, signature, RECORD_SIGNATURE_LEN))
        return RECORD_URL_BAD;
    return now_s < expires_s ? RECORD_URL_GOOD : RECORD_URL_EXPIRED;
}

/* --- ranges --- */

/* Digits at *at, moved past; -1: none, or more than any file has. */
static int64_t read_number(const char **at) {
    size_t n = strspn(*at, "0123456789");
    int64_t value = n && n <= NUMBER_MAX ? strtoll(*at, NULL, 10) : -1;
    *at += n;
    return value;
}

enum record_range record_range_read(const char *value, uint64_t size, uint64_t *first, uint64_t *len) {
    static const char unit[] = "bytes=";
    if (!value || strncmp(value, unit, sizeof unit - 1))
        return RANGE_NONE;
    const char *at = value + sizeof unit - 1;
    int64_t from = read_number(&at);
    if (*at++ != '-')
        return RANGE_NONE;
    int64_t to = read_number(&at);
    if (*at || (from < 0 && to < 0) || (from >= 0 && to >= 0 && to < from))
        return RANGE_NONE;
    if (from < 0) { /* the last `to` bytes */
        *len = (uint64_t)to < size ? (uint64_t)to : size;
        *first = size - *len;
        return *len ? RANGE_PART : RANGE_UNSATISFIABLE;
    }
    if ((uint64_t)from >= size)
        return RANGE_UNSATISFIABLE;
    *first = (uint64_t)from;
    *len = to < 0 || (uint64_t)to >= size ? size - *first : (uint64_t)(to - from) + 1;
    return RANGE_PART;
}
