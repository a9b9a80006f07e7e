/* signature_v3.c: TC3-HMAC-SHA256. Layer: server. Source: Tencent Cloud API v3 "Signature v3". */
#include "server/cloudapi/signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { SKEW_S = 300, HEADERS_MAX = 16, FIELD_MAX = 512, CANONICAL_MAX = 16384, HEX = 65 };

static const char ALGORITHM[] = "TC3-HMAC-SHA256";

typedef struct {
    char id[FIELD_MAX], date[16], service[FIELD_MAX], signed_headers[FIELD_MAX], signature[HEX + 1];
    char timestamp[24];
} claim;

static void hex_of(const unsigned char digest[32], char text[HEX]) {
    for (int i = 0; i < 32; i++) snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

static void sha256_hex(const void *data, size_t length, char text[HEX]) {
    unsigned char digest[32];
    EVP_Digest(data, length, digest, NULL, EVP_sha256(), NULL);
    hex_of(digest, text);
}

static void hmac(const void *key, size_t key_length, const char *text, unsigned char out[32]) {
    unsigned length = 32;
    HMAC(EVP_sha256(), key, (int)key_length, (const unsigned char *)text, strlen(text), out, &length);
}

bool signature_header(const edge_http_request *request, const char *name, char *value, size_t capacity) {
    size_t n = strlen(name);
    for (const char *line = request->headers; line && *line;) {
        const char *end = strchrnul(line, '\n');
        if ((size_t)(end - line) > n && strncasecmp(line, name, n) == 0 && line[n] == ':') {
            const char *start = line + n + 1;
            while (start < end && (*start == ' ' || *start == '\t')) start++;
            while (end > start && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r')) end--;
            if ((size_t)(end - start) >= capacity) return false;
            memcpy(value, start, (size_t)(end - start));
            value[end - start] = 0;
            return true;
        }
        line = *end ? end + 1 : end;
    }
    return false;
}

/* `name=value` of the Authorization header, up to a comma. */
static bool field(const char *authorization, const char *name, char *value, size_t capacity) {
    const char *at = strstr(authorization, name);
    if (!at) return false;
    at += strlen(name);
    size_t length = strcspn(at, ", ");
    if (length == 0 || length >= capacity) return false;
    memcpy(value, at, length);
    value[length] = 0;
    return true;
}

/* id/date/service.../tc3_request; the service may itself hold slashes, so it is what stands between. */
static bool split_credential(char *credential, claim *c) {
    char *last = strrchr(credential, '/');
    if (!last || strcmp(last, "/tc3_request") != 0) return false;
    *last = 0;
    char *date = strchr(credential, '/');
    if (!date) return false;
    *date++ = 0;
    char *service = strchr(date, '/');
    if (!service || service - date != 10 || !service[1]) return false;
    *service++ = 0;
    snprintf(c->id, sizeof c->id, "%s", credential);
    snprintf(c->date, sizeof c->date, "%s", date);
    snprintf(c->service, sizeof c->service, "%s", service);
    return true;
}

static enum signature_verdict read_claim(const edge_http_request *request, claim *c) {
    char authorization[4 * FIELD_MAX], credential[FIELD_MAX];
    if (!signature_header(request, "authorization", authorization, sizeof authorization)) return SIGNATURE_MISSING;
    if (strncmp(authorization, ALGORITHM, sizeof ALGORITHM - 1) != 0
        || !field(authorization, "Credential=", credential, sizeof credential)
        || !field(authorization, "SignedHeaders=", c->signed_headers, sizeof c->signed_headers)
        || !field(authorization, "Signature=", c->signature, sizeof c->signature)
        || !split_credential(credential, c)
        || !signature_header(request, "x-tc-timestamp", c->timestamp, sizeof c->timestamp))
        return SIGNATURE_MALFORMED;
    return SIGNATURE_GOOD;
}

static bool is_fresh(const claim *c, int64_t now_s) {
    char *end, date[16];
    long long at = strtoll(c->timestamp, &end, 10);
    if (*end || at < now_s - SKEW_S || at > now_s + SKEW_S) return false;
    time_t t = (time_t)at;
    struct tm utc;
    gmtime_r(&t, &utc);
    strftime(date, sizeof date, "%Y-%m-%d", &utc);
    return strcmp(date, c->date) == 0;
}

/* What a client may have taken for the host: as sent, without the port, with the default port. */
static void host_form(const char *host, int form, char *out, size_t capacity) {
    const char *bracket = strrchr(host, ']'), *colon = strrchr(bracket ? bracket : host, ':');
    int name = colon ? (int)(colon - host) : (int)strlen(host);
    if (form == 0) snprintf(out, capacity, "%s", host);
    else snprintf(out, capacity, "%.*s%s", name, host, form == 1 ? "" : form == 2 ? ":80" : ":443");
}

static void lower(char *text) {
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z') *text += 'a' - 'A';
}

/* The signed headers' lines. Values are signed in lower case by all SDKs but `content-type` of some: both are tried. */
static bool canonical_headers(const edge_http_request *request, const claim *c, const char *host, bool lower_values,
                              char *out, size_t capacity) {
    char names[FIELD_MAX], value[2 * FIELD_MAX], *rest = names;
    size_t used = 0;
    snprintf(names, sizeof names, "%s", c->signed_headers);
    for (char *name; (name = strsep(&rest, ";"));) {
        if (strcmp(name, "host") == 0) snprintf(value, sizeof value, "%s", host);
        else if (!signature_header(request, name, value, sizeof value)) return false;
        if (lower_values) lower(value);
        int n = snprintf(out + used, capacity - used, "%s:%s\n", name, value);
        if (n < 0 || (size_t)n >= capacity - used) return false;
        used += (size_t)n;
    }
    return true;
}

typedef struct {
    unsigned char key[32];
    char scope[2 * FIELD_MAX], hash[2][HEX];
    int n_hashes;
} secret;

static void derive(const claim *c, const char *secret_key, secret *s) {
    char start[FIELD_MAX + 8];
    unsigned char date[32], service[32];
    snprintf(start, sizeof start, "TC3%s", secret_key);
    hmac(start, strlen(start), c->date, date);
    hmac(date, 32, c->service, service);
    hmac(service, 32, "tc3_request", s->key);
    snprintf(s->scope, sizeof s->scope, "%s/%s/tc3_request", c->date, c->service);
    OPENSSL_cleanse(start, sizeof start);
}

static void body_hashes(const edge_http_request *request, secret *s) {
    char declared[64];
    bool get = strcmp(request->method, "GET") == 0;
    sha256_hex(get ? "" : request->body, get ? 0 : request->body_len, s->hash[0]);
    s->n_hashes = 1;
    if (signature_header(request, "x-tc-content-sha256", declared, sizeof declared) && strcmp(declared, "UNSIGNED-PAYLOAD") == 0)
        sha256_hex(declared, strlen(declared), s->hash[s->n_hashes++]);
}

static bool fits(const edge_http_request *request, const claim *c, const secret *s, const char *path, const char *headers,
                 const char *hash) {
    char canonical[CANONICAL_MAX], digest[HEX], to_sign[4 * FIELD_MAX], signature[HEX];
    unsigned char mac[32];
    const char *search = strcmp(request->method, "GET") == 0 ? request->query : "";
    int n = snprintf(canonical, sizeof canonical, "%s\n%s\n%s\n%s\n%s\n%s", request->method, path, search, headers,
                     c->signed_headers, hash);
    if (n < 0 || (size_t)n >= sizeof canonical) return false;
    sha256_hex(canonical, (size_t)n, digest);
    snprintf(to_sign, sizeof to_sign, "%s\n%s\n%s\n%s", ALGORITHM, c->timestamp, s->scope, digest);
    hmac(s->key, 32, to_sign, mac);
    hex_of(mac, signature);
    return strlen(c->signature) == 64 && CRYPTO_memcmp(signature, c->signature, 64) == 0;
}

static bool any_fits(const edge_http_request *request, const claim *c, const secret *s) {
    char host[FIELD_MAX], headers[CANONICAL_MAX / 2];
    const char *paths[] = { request->path, "/" };
    bool good = false;
    for (int form = 0; form < 4; form++) {
        host_form(request->host, form, host, sizeof host);
        for (int lowered = 0; lowered < 2; lowered++) {
            if (!canonical_headers(request, c, host, lowered, headers, sizeof headers)) continue;
            for (int p = 0; p < 2; p++)
                for (int h = 0; h < s->n_hashes; h++) good |= fits(request, c, s, paths[p], headers, s->hash[h]);
        }
    }
    return good;
}

enum signature_verdict signature_check_v3(const edge_http_request *request, int64_t now_s, signature_key *key, void *ctx) {
    claim c;
    secret s;
    char secret_key[FIELD_MAX];
    enum signature_verdict verdict = read_claim(request, &c);
    if (verdict != SIGNATURE_GOOD) return verdict;
    if (!is_fresh(&c, now_s)) return SIGNATURE_STALE;
    if (!key(ctx, c.id, secret_key, sizeof secret_key)) return SIGNATURE_UNKNOWN_ID;
    derive(&c, secret_key, &s);
    OPENSSL_cleanse(secret_key, sizeof secret_key);
    body_hashes(request, &s);
    return any_fits(request, &c, &s) ? SIGNATURE_GOOD : SIGNATURE_WRONG;
}
