/* digest.h: SIP digest authentication, both sides, MD5 and SHA-256. Layer: server. Sans-IO.
 * Sources: RFC 3261 section 22, RFC 7616, RFC 8760.
 */
#ifndef TCCC_SERVER_SIP_DIGEST_H
#define TCCC_SERVER_SIP_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum digest_algorithm { DIGEST_MD5, DIGEST_SHA256, DIGEST_UNKNOWN };

#define DIGEST_HEX_MAX 65        /* hex text of the longest hash and a zero */
#define DIGEST_NONCE_LIFE_S 300

/* Parameters of a WWW-/Proxy-Authenticate or (Proxy-)Authorization header. Texts too long for their place make the
 * whole header unreadable. */
typedef struct {
    char realm[128], nonce[128], opaque[128], username[128], uri[512], response[DIGEST_HEX_MAX];
    char cnonce[128], nc[12], qop[32];
    enum digest_algorithm algorithm;
    bool stale;
} digest_header;

/* Reads value[len] ("Digest realm=..."). 0 or FORMAT. */
int digest_read(digest_header *out, const char *value, size_t len);

/* H(username:realm:password) as hex text. */
void digest_ha1(enum digest_algorithm algorithm, const char *username, const char *realm, const char *password, char hex[DIGEST_HEX_MAX]);

/* The value of an (Proxy-)Authorization header that answers `challenge`. Its length; TOO_LARGE, or ARG_RANGE when the
 * challenge wants an algorithm or a quality of protection that we do not have. */
int digest_answer(const digest_header *challenge, const char *username, const char *password, const char *method,
                  const char *uri, uint32_t nc, const char *cnonce, char *out, size_t capacity);

/* Compares, in constant time, the response in `credentials` with what ha1 gives. The caller checks realm and nonce. */
bool digest_check(const digest_header *credentials, const char *method, size_t method_len, const char *ha1);

/* A nonce that carries its time, sealed with secret[32]; and its check: 0, TOKEN_EXPIRED (stale) or TOKEN_INVALID. */
void digest_nonce(const uint8_t secret[32], int64_t now_s, char nonce[64]);
int digest_nonce_check(const uint8_t secret[32], int64_t now_s, const char *nonce);

const char *digest_algorithm_name(enum digest_algorithm algorithm); /* "MD5", "SHA-256" */

#endif
