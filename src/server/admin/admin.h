/* admin.h: the admin API: JSON over HTTP under /v1/admin/, for what the cloud API lacks. Layer: server. docs/administration.md.
 *
 * Who asks is told by a session cookie (after POST /v1/admin/sign-in with userId and password) or by an API key of the cloud API
 * ("Authorization: Bearer <SecretId>:<SecretKey>"). What a role may do is one table (route.c).
 */
#ifndef TCCC_SERVER_ADMIN_H
#define TCCC_SERVER_ADMIN_H

#include "server/acd/queue.h"
#include "server/agent/agent.h"
#include "server/edge/edge.h"
#include "server/ivr/flows.h"
#include "server/ivr/prompt.h"
#include "server/push/push.h"
#include "server/record/record.h"
#include "server/settings/settings.h"
#include "server/sip/registrar.h"
#include "server/sip/trunk.h"
#include "server/worker.h"

typedef struct admin admin;

typedef struct {                      /* all outlive the admin */
    store *store;
    settings *settings;
    agents *agents;
    acd *queues;
    pushes *pushes;
    flows *flows;
    prompts *prompts;
    records *records;
    trunks *trunks;
    registrar *registrar;
    workers *workers;
    edge *edge;                       /* for answers that are files */
    const logger *log;
    const char *realm;                /* of SIP digest */
    const char *public_url;           /* what browsers see, or NULL: the Host they ask */
    bool tls;                         /* browsers come by HTTPS: the cookie is Secure */
    /* Answers a request, as edge_reply does. */
    void (*reply)(void *ctx, edge_request request, int status, const char *content_type, const char *headers, const void *body, size_t length);
    void (*trunk_changed)(void *ctx, const char *name);   /* it is new, other or gone in the store */
    void *ctx;
} admin_parts;

admin *admin_new(const admin_parts *parts);
/* After the workers have ended. */
void admin_free(admin *all);
/* Ends every session of a person: its password is another one. */
void admin_sign_out(admin *all, int64_t app_id, const char *user_id);
/* Whether the request is for /v1/admin/; then it is answered, at once or later. */
bool admin_http(admin *all, const edge_http_request *request);

#endif
