/* flows.h: the flows of an app: saving, publishing, withdrawing, binding; and the parsed ones that run. Layer: server.
 * Rows IVR-001 to IVR-011, IVR-042. */
#ifndef TCCC_SERVER_IVR_FLOWS_H
#define TCCC_SERVER_IVR_FLOWS_H

#include "server/ivr/flow.h"
#include "server/store/flow.h"

typedef struct flows flows;

flows *flows_new(store *db, const logger *log);
void flows_free(flows *all);
/* Tells each flow that is published from now on, so that its speech can be made ahead. */
void flows_tell(flows *all, void (*published)(void *ctx, const flow *f), void *ctx);
/* New (id 0) or changed; an unpublished draft may be incomplete, but must be JSON with modules. publish: all checks. Errors:
 * ARG_RANGE with a sentence (check failed), STATE (published or in use: IVR-008, IVR-011), NOT_FOUND, IO. */
int flows_save(flows *all, store_flow *row, const char *document, bool publish, char sentence[FLOW_SENTENCE_MAX]);
int flows_publish(flows *all, int64_t app_id, int64_t id, char sentence[FLOW_SENTENCE_MAX]);
int flows_withdraw(flows *all, int64_t app_id, int64_t id, char sentence[FLOW_SENTENCE_MAX]);  /* IVR-007 */
int flows_delete(flows *all, int64_t app_id, int64_t id, char sentence[FLOW_SENTENCE_MAX]);    /* IVR-010 */
/* Binds an inbound number to a published flow of kind "ivr", at once (IVR-001, ADM-020); id 0 unbinds. NOT_FOUND (number, flow), STATE,
 * ARG_RANGE, IO. */
int flows_bind(flows *all, int64_t app_id, const char *number, int64_t id, char sentence[FLOW_SENTENCE_MAX]);
/* "unpublished", "published", "inUse". */
const char *flows_state(flows *all, const store_flow *row);
/* A published flow, parsed, held for the caller; NULL when there is none. */
flow *flows_open(flows *all, int64_t app_id, int64_t id);
/* A version that a session began with, if it is still there; *version 0: as flows_open, and the version is filled in. */
flow *flows_open_version(flows *all, int64_t app_id, int64_t id, int *version);
/* Makes the default skill group (of all agents) and the default flow (a greeting, then the group) of an app that has a number, where
 * one of them is missing (IVR-042, ADM-021). Numbers are not bound by it. */
int flows_provision_default(flows *all, int64_t app_id);

#endif
