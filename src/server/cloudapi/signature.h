/* signature.h: who signed a cloud API request. Layer: server.
 * Sources: Tencent Cloud API v3 "Signature v3" (TC3-HMAC-SHA256) and "Signature v1" (HmacSHA1, HmacSHA256).
 *
 * Real SDKs differ in what they sign: the host with or without its port, "/" or the real path, the service named after
 * any label of the endpoint. Each of these is tried; the key decides.
 */
#ifndef TCCC_SERVER_CLOUDAPI_SIGNATURE_H
#define TCCC_SERVER_CLOUDAPI_SIGNATURE_H

#include "server/cloudapi/query.h"
#include "server/edge/edge.h"

#include <stdbool.h>

enum signature_verdict {
    SIGNATURE_GOOD,
    SIGNATURE_MISSING,            /* there is none */
    SIGNATURE_MALFORMED,
    SIGNATURE_UNKNOWN_ID,
    SIGNATURE_STALE,              /* more than 300 s from our clock, or its date is another day's */
    SIGNATURE_WRONG
};

/* Finds the key of an id; false: there is none. */
typedef bool signature_key(void *ctx, const char *secret_id, char *key, size_t capacity);

/* Value of a header of the request ("name: value\n" lines, names in lower case) into value[capacity]; false: not there or
 * too long. */
bool signature_header(const edge_http_request *request, const char *name, char *value, size_t capacity);

enum signature_verdict signature_check_v3(const edge_http_request *request, int64_t now_s, signature_key *key, void *ctx);
/* `parameters` of the query string or form body; sorts them. */
enum signature_verdict signature_check_v1(const edge_http_request *request, query *parameters, int64_t now_s,
                                          signature_key *key, void *ctx);

#endif
