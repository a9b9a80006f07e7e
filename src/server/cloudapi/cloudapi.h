/* cloudapi.h: the Tencent Cloud API v3 face of tcccd: signed requests in, the JSON envelope out. Layer: server.
 *
 * Always HTTP 200 with Content-Type exactly `application/json`: {"Response":{...,"RequestId":"uuid"}} or
 * {"Response":{"Error":{"Code","Message"},"RequestId"}}. Actions are a table (action.h). docs/cloud-api.md.
 */
#ifndef TCCC_SERVER_CLOUDAPI_H
#define TCCC_SERVER_CLOUDAPI_H

#include "server/edge/edge.h"
#include "server/store/store.h"

#define CLOUDAPI_ANSWER_MAX (8 << 20) /* bytes of an answer: 9,999 agents in some groups each fit */
#define CLOUDAPI_CONTENT_TYPE "application/json"
#define CLOUDAPI_ORIGIN_MAX 768       /* config http.publicUrl has 512 bytes at most */

struct agents;                        /* agent/agent.h */
struct settings;                      /* settings/settings.h */
struct registrar;                     /* sip/registrar.h */
struct workers;                       /* worker.h */
struct web;                           /* web.h */
struct calls;                         /* call/call.h */
struct flows;                         /* ivr/flows.h */
struct prompts;                       /* ivr/prompt.h */
struct records;                       /* record/record.h */
struct admin;                         /* admin/admin.h */

typedef struct {
    store *store;
    const logger *log;
    const char *public_url;           /* "https://cc.example", without a slash at the end; NULL: http(s) and the Host header */
    bool tls;                         /* the edge speaks HTTPS */
    const char *realm;                /* of SIP digest */
    const char *sip_proxy;            /* "host:port" that desk phones register at */
    /* What actions need besides. NULL while it does not run: an action that needs it fails with ResourceUnavailable. */
    edge *edge;
    struct agents *agents;
    struct settings *settings;
    struct registrar *registrar;
    struct workers *workers;
    struct web *web;
    struct calls *calls;
    struct flows *flows;
    struct prompts *prompts;
    struct records *records;
    struct admin *admin;
} cloudapi;

/* Whether a request is meant for the cloud API: X-TC-Action, or the legacy signature's parameters. */
bool cloudapi_wants(const edge_http_request *request);
/* The answer to it and its length; valid until the next call. NULL: it comes later, by edge_reply. */
const char *cloudapi_answer(const cloudapi *api, const edge_http_request *request, int64_t now_s, size_t *length);
/* What stands before a path in an address for clients; false: the Host header cannot stand in one. */
bool cloudapi_origin(const cloudapi *api, const char *host, char origin[CLOUDAPI_ORIGIN_MAX]);
/* Makes a sign-in token for an agent and its SdkURL (the demo page signs in this way, too). 0, NOT_FOUND (app or agent),
 * TOO_LARGE or IO. */
int cloudapi_login_url(const cloudapi *api, int64_t app_id, const char *user_id, const char *host, int64_t now_s,
                       char token[33], char *url, size_t capacity);

#endif
