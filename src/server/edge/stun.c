/* stun.c: STUN messages of ICE connectivity checks. Layer: server. Sans-IO. RFC 8489, RFC 8445 section 7. */
#include "stun.h"

#include "media/network_order.h"
#include "tccc/error.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define COOKIE 0x2112a442u
#define FINGERPRINT_XOR 0x5354554eu /* "STUN" */

enum attribute {
    USERNAME = 0x0006, MESSAGE_INTEGRITY = 0x0008, ERROR_CODE = 0x0009, UNKNOWN_ATTRIBUTES = 0x000a, REALM = 0x0014,
    NONCE = 0x0015, XOR_MAPPED_ADDRESS = 0x0020, PRIORITY = 0x0024, USE_CANDIDATE = 0x0025, FINGERPRINT = 0x8028,
    ICE_CONTROLLED = 0x8029, ICE_CONTROLLING = 0x802a
};

enum {
    INTEGRITY_LEN = 20,
    REQUIRED_MAX = 0x7fff,           /* of the comprehension-required attributes */
    PROTECTED_MAX = 1500             /* bytes before MESSAGE-INTEGRITY that are checked: no request over UDP is longer */
};

int stun_is_message(const uint8_t *bytes, size_t len) {
    return len >= STUN_HEADER_LEN && bytes[0] < 4 && network_get32(bytes + 4) == COOKIE;
}

/* CRC-32 of ITU V.42, four bits at a time. */
static uint32_t crc32(const uint8_t *bytes, size_t len) {
    static const uint32_t table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < len; i++) {
        crc ^= bytes[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

/* HMAC over the message up to an attribute at `at`, as if the message ended after that attribute (RFC 8489 14.5). */
static int hmac(const uint8_t *bytes, size_t at, const char *key, uint8_t digest[INTEGRITY_LEN]) {
    uint8_t copy[PROTECTED_MAX];
    unsigned int digest_len = 0;
    if (at > sizeof copy)
        return 0;
    memcpy(copy, bytes, at);
    network_put16(copy + 2, (uint16_t)(at + 4 + INTEGRITY_LEN - STUN_HEADER_LEN));
    return HMAC(EVP_sha1(), key, (int)strlen(key), copy, at, digest, &digest_len) && digest_len == INTEGRITY_LEN;
}

static int read_mapped(stun_message *m, const uint8_t *value, size_t len) {
    uint8_t mask[16], ip[16];
    size_t n = len == 8 && value[1] == 1 ? 4 : len == 20 && value[1] == 2 ? 16 : 0;
    if (!n)
        return TCCC_E_FORMAT;
    network_put32(mask, COOKIE);
    memcpy(mask + 4, m->transaction, STUN_TRANSACTION_LEN);
    for (size_t i = 0; i < n; i++)
        ip[i] = value[4 + i] ^ mask[i];
    m->has_mapped = 1;
    m->mapped.sa.sa_family = n == 4 ? AF_INET : AF_INET6;
    if (n == 4)
        memcpy(&m->mapped.v4.sin_addr, ip, 4);
    else
        memcpy(&m->mapped.v6.sin6_addr, ip, 16);
    address_set_port(&m->mapped, htons((uint16_t)(network_get16(value + 2) ^ COOKIE >> 16)));
    return 0;
}

static int read_fingerprint(stun_message *m, const uint8_t *bytes, size_t at, size_t len, size_t total) {
    if (len != 4 || at + 8 != total || (crc32(bytes, at) ^ FINGERPRINT_XOR) != network_get32(bytes + at + 4))
        return TCCC_E_FORMAT;
    m->has_fingerprint = 1;
    return 0;
}

static void read_unknown(stun_message *m, uint16_t type) {
    if (type <= REQUIRED_MAX && m->n_unknown < STUN_UNKNOWN_MAX)
        m->unknown[m->n_unknown++] = type;
}

static int read_attribute(stun_message *m, const uint8_t *bytes, size_t at, size_t len, size_t total) {
    uint16_t type = network_get16(bytes + at);
    const uint8_t *value = bytes + at + 4;
    if (m->integrity && type != FINGERPRINT)
        return 0; /* RFC 8489 14.5: what follows MESSAGE-INTEGRITY is not protected and ignored */
    switch (type) {
    case USERNAME:
        m->username = (const char *)value;
        m->username_len = len;
        return 0;
    case MESSAGE_INTEGRITY:
        m->integrity = value;
        m->integrity_at = at;
        return len == INTEGRITY_LEN ? 0 : TCCC_E_FORMAT;
    case XOR_MAPPED_ADDRESS:
        return read_mapped(m, value, len);
    case USE_CANDIDATE:
        m->use_candidate = 1;
        return 0;
    case ICE_CONTROLLED:
        m->controlled = 1;
        return 0;
    case ICE_CONTROLLING:
        m->controlling = 1;
        return 0;
    case FINGERPRINT:
        return read_fingerprint(m, bytes, at, len, total);
    case PRIORITY:
    case ERROR_CODE:
    case UNKNOWN_ATTRIBUTES:
    case REALM:
    case NONCE:
        return 0;
    }
    read_unknown(m, type);
    return 0;
}

int stun_read(stun_message *m, const uint8_t *bytes, size_t len) {
    memset(m, 0, sizeof *m);
    if (!stun_is_message(bytes, len) || network_get16(bytes + 2) != len - STUN_HEADER_LEN || len % 4)
        return TCCC_E_FORMAT;
    m->type = network_get16(bytes);
    m->transaction = bytes + 8;
    for (size_t at = STUN_HEADER_LEN; at < len;) {
        if (len - at < 4 || m->has_fingerprint)
            return TCCC_E_FORMAT; /* FINGERPRINT is the last one */
        size_t value_len = network_get16(bytes + at + 2), padded = (value_len + 3) & ~(size_t)3;
        if (padded > len - at - 4 || read_attribute(m, bytes, at, value_len, len))
            return TCCC_E_FORMAT;
        at += 4 + padded;
    }
    return 0;
}

int stun_authentic(const stun_message *m, const uint8_t *bytes, const char *key) {
    uint8_t digest[INTEGRITY_LEN];
    return m->integrity && hmac(bytes, m->integrity_at, key, digest) && !CRYPTO_memcmp(digest, m->integrity, sizeof digest);
}

/* --- writing --- */

static uint8_t *put_attribute(uint8_t *at, enum attribute type, size_t len) {
    network_put16(at, (uint16_t)type);
    network_put16(at + 2, (uint16_t)len);
    return at + 4;
}

static uint8_t *begin(uint8_t *buf, uint16_t type, const uint8_t *transaction) {
    network_put16(buf, type);
    network_put32(buf + 4, COOKIE);
    memcpy(buf + 8, transaction, STUN_TRANSACTION_LEN);
    return buf + STUN_HEADER_LEN;
}

static size_t finish(uint8_t *buf, uint8_t *at, const char *key) {
    size_t before = (size_t)(at - buf);
    uint8_t *digest = put_attribute(at, MESSAGE_INTEGRITY, INTEGRITY_LEN);
    if (!hmac(buf, before, key, digest))
        return 0;
    at = digest + INTEGRITY_LEN;
    size_t total = (size_t)(at - buf) + 8;
    network_put16(buf + 2, (uint16_t)(total - STUN_HEADER_LEN));
    uint32_t crc = crc32(buf, total - 8) ^ FINGERPRINT_XOR;
    network_put32(put_attribute(at, FINGERPRINT, 4), crc);
    return total;
}

size_t stun_write_success(uint8_t *buf, const uint8_t *transaction, const address *mapped, const char *key) {
    int v6 = mapped->sa.sa_family == AF_INET6;
    size_t n = v6 ? 16 : 4;
    const uint8_t *ip = v6 ? mapped->v6.sin6_addr.s6_addr : (const uint8_t *)&mapped->v4.sin_addr;
    uint8_t *at = put_attribute(begin(buf, STUN_BINDING_SUCCESS, transaction), XOR_MAPPED_ADDRESS, 4 + n);
    at[0] = 0;
    at[1] = v6 ? 2 : 1;
    network_put16(at + 2, (uint16_t)(ntohs(address_port(mapped)) ^ COOKIE >> 16));
    for (size_t i = 0; i < n; i++)
        at[4 + i] = ip[i] ^ buf[4 + i]; /* cookie, then transaction */
    return finish(buf, at + 4 + n, key);
}

static const char *reason(int code) {
    return code == 420 ? "Unknown Attribute" : code == 487 ? "Role Conflict" : "Bad Request";
}

size_t stun_write_error(uint8_t *buf, const stun_message *request, int code, const char *key) {
    const char *text = reason(code);
    size_t len = strlen(text), padded = (len + 3) & ~(size_t)3;
    uint8_t *at = put_attribute(begin(buf, STUN_BINDING_ERROR, request->transaction), ERROR_CODE, 4 + len);
    memset(at, 0, 4 + padded);
    at[2] = (uint8_t)(code / 100);
    at[3] = (uint8_t)(code % 100);
    memcpy(at + 4, text, len);
    at += 4 + padded;
    if (code == 420) {
        at = put_attribute(at, UNKNOWN_ATTRIBUTES, 2 * (size_t)request->n_unknown);
        for (int i = 0; i < request->n_unknown; i++, at += 2)
            network_put16(at, request->unknown[i]);
        if (request->n_unknown % 2) {
            network_put16(at, 0);
            at += 2;
        }
    }
    return finish(buf, at, key);
}

size_t stun_write_check(uint8_t *buf, const uint8_t *transaction, const char *username, const char *key) {
    size_t len = strlen(username), padded = (len + 3) & ~(size_t)3;
    uint8_t *at = put_attribute(begin(buf, STUN_BINDING_REQUEST, transaction), USERNAME, len);
    memset(at, 0, padded);
    memcpy(at, username, len);
    at = put_attribute(at + padded, PRIORITY, 4);
    network_put32(at, 0x7effffff); /* a host candidate's, RFC 8445 section 5.1.2.1 */
    at = put_attribute(at + 4, ICE_CONTROLLING, 8);
    network_put64(at, 1);
    return finish(buf, put_attribute(at + 8, USE_CANDIDATE, 0), key);
}
