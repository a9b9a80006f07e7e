/* password.c: scrypt by OpenSSL. Layer: server. RFC 7914. */
#include "server/admin/password.h"

#include "tccc/error.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* N = 2^14, r = 8, p = 1: 16 MiB, the interactive setting of RFC 7914 section 2's paper. */
enum { COST = 16384, BLOCK = 8, PARALLEL = 1, MEMORY_MAX = 64 << 20, SALT = 16, KEY = 32 };

bool password_is_good(const char *password) {
    size_t n = strlen(password), same = 0;
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)password[i] < 0x20 || password[i] == 0x7f) return false;
        same += password[i] == password[0];
    }
    return n >= PASSWORD_MIN && n <= PASSWORD_MAX && same < n;
}

static bool derive(const char *password, const unsigned char *salt, uint64_t cost, uint64_t block, uint64_t parallel, unsigned char key[KEY]) {
    return EVP_PBE_scrypt(password, strlen(password), salt, SALT, cost, block, parallel, MEMORY_MAX, key, KEY) == 1;
}

static void to_hex(const unsigned char *bytes, size_t n, char *text) {
    for (size_t i = 0; i < n; i++) snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

static bool from_hex(const char *text, unsigned char *bytes, size_t n) {
    if (strspn(text, "0123456789abcdef") < 2 * n) return false;
    for (size_t i = 0; i < n; i++) {
        unsigned byte;
        if (sscanf(text + 2 * i, "%2x", &byte) != 1) return false;
        bytes[i] = (unsigned char)byte;
    }
    return true;
}

int password_hash(const char *password, char hash[PASSWORD_HASH]) {
    unsigned char salt[SALT], key[KEY];
    char salt_hex[2 * SALT + 1], key_hex[2 * KEY + 1];
    if (RAND_bytes(salt, sizeof salt) != 1 || !derive(password, salt, COST, BLOCK, PARALLEL, key)) return TCCC_E_INTERNAL;
    to_hex(salt, sizeof salt, salt_hex);
    to_hex(key, sizeof key, key_hex);
    snprintf(hash, PASSWORD_HASH, "scrypt$%d$%d$%d$%s$%s", COST, BLOCK, PARALLEL, salt_hex, key_hex);
    OPENSSL_cleanse(key, sizeof key);
    OPENSSL_cleanse(key_hex, sizeof key_hex);
    return 0;
}

bool password_fits(const char *password, const char *hash) {
    unsigned char salt[SALT], kept[KEY], key[KEY];
    unsigned cost, block, parallel;
    int at = 0;
    if (sscanf(hash, "scrypt$%7u$%2u$%2u$%n", &cost, &block, &parallel, &at) != 3 || at == 0) return false;
    if (strlen(hash + at) != 2 * SALT + 1 + 2 * KEY || hash[at + 2 * SALT] != '$') return false;
    if (!from_hex(hash + at, salt, SALT) || !from_hex(hash + at + 2 * SALT + 1, kept, KEY)) return false;
    bool fits = derive(password, salt, cost, block, parallel, key) && CRYPTO_memcmp(key, kept, KEY) == 0;
    OPENSSL_cleanse(key, sizeof key);
    return fits;
}
