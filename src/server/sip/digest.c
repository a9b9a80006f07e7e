/* digest.c: SIP digest authentication, both sides. Layer: server. Sources: RFC 7616, RFC 8760, RFC 3261 section 22. */
#include "server/sip/digest.h"

#include "tccc/error.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const algorithm_names[] = { "MD5", "SHA-256", "unknown" };

const char *digest_algorithm_name(enum digest_algorithm algorithm) { return algorithm_names[algorithm]; }

static void to_hex(const unsigned char *bytes, size_t n, char *hex) {
    for (size_t i = 0; i < n; i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
}

typedef struct { EVP_MD_CTX *md; } hasher;

static hasher hash_begin(enum digest_algorithm algorithm) {
    hasher h = { EVP_MD_CTX_new() };
    EVP_DigestInit_ex(h.md, algorithm == DIGEST_SHA256 ? EVP_sha256() : EVP_md5(), NULL);
    return h;
}

static void hash_text(hasher h, const char *text) { EVP_DigestUpdate(h.md, text, strlen(text)); }

static void hash_end(hasher h, char hex[DIGEST_HEX_MAX]) {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    EVP_DigestFinal_ex(h.md, bytes, &n);
    EVP_MD_CTX_free(h.md);
    to_hex(bytes, n, hex);
}

static void hash_join(enum digest_algorithm algorithm, char hex[DIGEST_HEX_MAX], const char *const parts[], int n) {
    hasher h = hash_begin(algorithm);
    for (int i = 0; i < n; i++) {
        if (i)
            hash_text(h, ":");
        hash_text(h, parts[i]);
    }
    hash_end(h, hex);
}

void digest_ha1(enum digest_algorithm algorithm, const char *username, const char *realm, const char *password, char hex[DIGEST_HEX_MAX]) {
    hash_join(algorithm, hex, (const char *const[]){ username, realm, password }, 3);
}

static void compute(enum digest_algorithm algorithm, const char *ha1, const digest_header *d, const char *method, char hex[DIGEST_HEX_MAX]) {
    char ha2[DIGEST_HEX_MAX];
    hash_join(algorithm, ha2, (const char *const[]){ method, d->uri }, 2);
    if (d->qop[0])
        hash_join(algorithm, hex, (const char *const[]){ ha1, d->nonce, d->nc, d->cnonce, d->qop, ha2 }, 6);
    else
        hash_join(algorithm, hex, (const char *const[]){ ha1, d->nonce, ha2 }, 3);
}

typedef struct { const char *at, *end; } cursor;

static void skip(cursor *c, const char *set) {
    while (c->at < c->end && strchr(set, *c->at) && *c->at)
        c->at++;
}

/* A token or a quoted string into to[capacity]. False when it does not fit or has no end. */
static bool read_value(cursor *c, char *to, size_t capacity) {
    size_t n = 0;
    bool quoted = c->at < c->end && *c->at == '"';
    if (quoted)
        c->at++;
    for (; c->at < c->end; c->at++) {
        char ch = *c->at;
        if (quoted ? ch == '"' : ch == ',' || ch == ' ' || ch == '\t')
            break;
        if (quoted && ch == '\\' && c->at + 1 < c->end)
            ch = *++c->at;
        if (!ch || n + 1 >= capacity)
            return false;
        to[n++] = ch;
    }
    to[n] = 0;
    if (!quoted)
        return true;
    return c->at < c->end && *c->at++ == '"';
}

static bool read_name(cursor *c, char name[16]) {
    size_t n = 0;
    for (; c->at < c->end && *c->at != '=' && *c->at != ' ' && *c->at != ','; c->at++) {
        if (n == 15)
            return false;
        name[n++] = *c->at;
    }
    name[n] = 0;
    skip(c, " \t\r\n");
    return n && c->at < c->end && *c->at++ == '=';
}

static void take(digest_header *out, const char *name, const char *value, bool *too_long) {
    struct { const char *name; char *to; size_t capacity; } places[] = {
        { "realm", out->realm, sizeof out->realm },          { "nonce", out->nonce, sizeof out->nonce },
        { "opaque", out->opaque, sizeof out->opaque },       { "username", out->username, sizeof out->username },
        { "uri", out->uri, sizeof out->uri },                { "response", out->response, sizeof out->response },
        { "cnonce", out->cnonce, sizeof out->cnonce },       { "nc", out->nc, sizeof out->nc },
        { "qop", out->qop, sizeof out->qop },
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (strcasecmp(places[i].name, name))
            continue;
        if (strlen(value) >= places[i].capacity)
            *too_long = true;
        else
            strcpy(places[i].to, value);
    }
    if (!strcasecmp(name, "algorithm"))
        out->algorithm = !strcasecmp(value, "MD5") ? DIGEST_MD5 : !strcasecmp(value, "SHA-256") ? DIGEST_SHA256 : DIGEST_UNKNOWN;
    if (!strcasecmp(name, "stale"))
        out->stale = !strcasecmp(value, "true");
}

int digest_read(digest_header *out, const char *value, size_t len) {
    memset(out, 0, sizeof *out);
    cursor c = { value, value + len };
    skip(&c, " \t");
    if (c.end - c.at < 7 || strncasecmp(c.at, "Digest", 6) || (c.at[6] != ' ' && c.at[6] != '\t'))
        return TCCC_E_FORMAT;
    c.at += 7;
    bool too_long = false;
    for (;;) {
        char name[16], text[512];
        skip(&c, " \t\r\n,");
        if (c.at == c.end)
            break;
        if (!read_name(&c, name))
            return TCCC_E_FORMAT;
        skip(&c, " \t\r\n");
        if (!read_value(&c, text, sizeof text))
            return TCCC_E_FORMAT;
        take(out, name, text, &too_long);
    }
    return too_long || !out->realm[0] || !out->nonce[0] ? TCCC_E_FORMAT : 0;
}

/* Whether the list qop ("auth,auth-int") has the plain "auth". */
static bool offers_auth(const char *qop) {
    for (const char *at = qop; *at;) {
        at += strspn(at, ", \t");
        size_t n = strcspn(at, ", \t");
        if (n == 4 && !strncasecmp(at, "auth", 4))
            return true;
        at += n;
    }
    return false;
}

/* Quotes and backslashes in what we send would end the quoted string early. */
static bool quotable(const char *text) { return !strpbrk(text, "\"\\\r\n"); }

int digest_answer(const digest_header *challenge, const char *username, const char *password, const char *method,
                  const char *uri, uint32_t nc, const char *cnonce, char *out, size_t capacity) {
    if (challenge->algorithm == DIGEST_UNKNOWN || (challenge->qop[0] && !offers_auth(challenge->qop)))
        return TCCC_E_ARG_RANGE;
    if (!quotable(username) || !quotable(uri) || !quotable(challenge->realm) || !quotable(challenge->nonce) || !quotable(challenge->opaque))
        return TCCC_E_ARG_RANGE;
    digest_header d = *challenge;
    char ha1[DIGEST_HEX_MAX], response[DIGEST_HEX_MAX];
    if (snprintf(d.uri, sizeof d.uri, "%s", uri) >= (int)sizeof d.uri || snprintf(d.cnonce, sizeof d.cnonce, "%s", cnonce) >= (int)sizeof d.cnonce)
        return TCCC_E_TOO_LARGE;
    snprintf(d.nc, sizeof d.nc, "%08x", nc);
    snprintf(d.qop, sizeof d.qop, "%s", challenge->qop[0] ? "auth" : "");
    digest_ha1(d.algorithm, username, d.realm, password, ha1);
    compute(d.algorithm, ha1, &d, method, response);
    char quality[200] = "", opaque[160] = "";
    if (d.qop[0])
        snprintf(quality, sizeof quality, ", qop=auth, nc=%s, cnonce=\"%s\"", d.nc, d.cnonce);
    if (d.opaque[0])
        snprintf(opaque, sizeof opaque, ", opaque=\"%s\"", d.opaque);
    int n = snprintf(out, capacity, "Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", response=\"%s\", algorithm=%s%s%s",
                     username, d.realm, d.nonce, d.uri, response, algorithm_names[d.algorithm], quality, opaque);
    return n < 0 || (size_t)n >= capacity ? TCCC_E_TOO_LARGE : n;
}

bool digest_check(const digest_header *credentials, const char *method, size_t method_len, const char *ha1) {
    char name[32], wanted[DIGEST_HEX_MAX] = "";
    size_t length = credentials->algorithm == DIGEST_SHA256 ? 64 : 32;
    if (method_len >= sizeof name || credentials->algorithm == DIGEST_UNKNOWN || strlen(credentials->response) != length)
        return false;
    memcpy(name, method, method_len);
    name[method_len] = 0;
    compute(credentials->algorithm, ha1, credentials, name, wanted);
    char given[DIGEST_HEX_MAX];
    for (size_t i = 0; i <= length; i++)
        given[i] = credentials->response[i] >= 'A' && credentials->response[i] <= 'F' ? (char)(credentials->response[i] + 32) : credentials->response[i];
    return CRYPTO_memcmp(given, wanted, length) == 0;
}

/* "<seconds, 8 hex>-<first 16 bytes of HMAC-SHA256(secret, seconds), 32 hex>" */
void digest_nonce(const uint8_t secret[32], int64_t now_s, char nonce[64]) {
    unsigned char seal[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    snprintf(nonce, 64, "%08llx", (unsigned long long)(now_s & 0xffffffff));
    HMAC(EVP_sha256(), secret, 32, (const unsigned char *)nonce, 8, seal, &n);
    nonce[8] = '-';
    to_hex(seal, 16, nonce + 9);
}

int digest_nonce_check(const uint8_t secret[32], int64_t now_s, const char *nonce) {
    char wanted[64];
    if (strlen(nonce) != 41 || strspn(nonce, "0123456789abcdef") != 8)
        return TCCC_E_TOKEN_INVALID;
    int64_t made_s = (int64_t)strtoull(nonce, NULL, 16);
    digest_nonce(secret, made_s, wanted);
    if (CRYPTO_memcmp(wanted, nonce, 41))
        return TCCC_E_TOKEN_INVALID;
    return now_s < made_s || now_s - made_s > DIGEST_NONCE_LIFE_S ? TCCC_E_TOKEN_EXPIRED : 0;
}
