/* signature_v1.c: the legacy HmacSHA1 and HmacSHA256 signatures. Layer: server.
 * Source: Tencent Cloud API "Signature v1": METHOD + host + path + "?" + parameters sorted by name, in Base64. */
#include "server/cloudapi/signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SKEW_S = 300, KEY_MAX = 512, TEXT_MAX = 1 << 16 };

static bool append(char *text, size_t *used, const char *more) {
    size_t length = strlen(more);
    if (*used + length >= TEXT_MAX) return false;
    memcpy(text + *used, more, length + 1);
    *used += length;
    return true;
}

/* The text that was signed, in text[TEXT_MAX]. Values stand there decoded. */
static bool signed_text(const edge_http_request *request, const char *host, const query *q, char *text) {
    size_t used = 0;
    bool fits = append(text, &used, request->method) && append(text, &used, host) && append(text, &used, request->path)
             && append(text, &used, "?");
    for (int i = 0, n = 0; fits && i < q->n; i++) {
        if (strcmp(q->pairs[i].name, "Signature") == 0) continue;
        fits = (n++ == 0 || append(text, &used, "&")) && append(text, &used, q->pairs[i].name) && append(text, &used, "=")
            && append(text, &used, q->pairs[i].value);
    }
    return fits;
}

static bool matches(const char *text, const char *key, bool sha256, const char *signature) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    char base64[2 * EVP_MAX_MD_SIZE];
    unsigned length = sizeof mac;
    HMAC(sha256 ? EVP_sha256() : EVP_sha1(), key, (int)strlen(key), (const unsigned char *)text, strlen(text), mac, &length);
    EVP_EncodeBlock((unsigned char *)base64, mac, (int)length);
    size_t n = strlen(base64);
    return strlen(signature) == n && CRYPTO_memcmp(base64, signature, n) == 0;
}

static bool any_matches(const edge_http_request *request, const query *q, const char *key, bool sha256, const char *signature) {
    char *text = malloc(TEXT_MAX), host[KEY_MAX];
    if (!text) return false;
    snprintf(host, sizeof host, "%s", request->host);
    bool good = signed_text(request, host, q, text) && matches(text, key, sha256, signature);
    char *colon = strrchr(host, ':');
    if (!good && colon) {
        *colon = 0;
        good = signed_text(request, host, q, text) && matches(text, key, sha256, signature);
    }
    free(text);
    return good;
}

static bool is_fresh(const char *timestamp, int64_t now_s) {
    char *end;
    long long at = strtoll(timestamp, &end, 10);
    return *timestamp && !*end && at >= now_s - SKEW_S && at <= now_s + SKEW_S;
}

enum signature_verdict signature_check_v1(const edge_http_request *request, query *q, int64_t now_s, signature_key *key, void *ctx) {
    char secret_key[KEY_MAX];
    const char *id = query_get(q, "SecretId"), *timestamp = query_get(q, "Timestamp"), *signature = query_get(q, "Signature");
    const char *method = query_get(q, "SignatureMethod");
    if (!signature) return SIGNATURE_MISSING;
    if (!id || !timestamp || !query_get(q, "Nonce")) return SIGNATURE_MALFORMED;
    bool sha256 = method && strcmp(method, "HmacSHA256") == 0;
    if (method && !sha256 && strcmp(method, "HmacSHA1") != 0) return SIGNATURE_MALFORMED;
    if (!is_fresh(timestamp, now_s)) return SIGNATURE_STALE;
    if (!key(ctx, id, secret_key, sizeof secret_key)) return SIGNATURE_UNKNOWN_ID;
    query_sort(q);
    bool good = any_matches(request, q, secret_key, sha256, signature);
    OPENSSL_cleanse(secret_key, sizeof secret_key);
    return good ? SIGNATURE_GOOD : SIGNATURE_WRONG;
}
