/* call_in.h: asks the interface that is bound to a number (BindNumberCallInInterface) what becomes of a call to it. Layer: server.
 * Source: the cloud's "inbound API calls": POST {"Event":"CallInBound",...}, 5 s for the answer, two more tries.
 */
#ifndef TCCC_SERVER_CLOUDAPI_CALL_IN_H
#define TCCC_SERVER_CLOUDAPI_CALL_IN_H

#include "base/log.h"
#include "server/store/store.h"

struct web;                           /* web.h */

enum { CALL_IN_TIMEOUT_MS = 5000, CALL_IN_TRIES = 3, CALL_IN_ANSWER_MAX = 64 * 1024 };

typedef struct {
    struct web *web;
    const logger *log;
} call_in_config;

typedef enum {
    CALL_IN_AS_BOUND,                 /* nothing else was said, or nobody answered */
    CALL_IN_FLOW,                     /* OverrideIvrId: this flow instead of the number's */
    CALL_IN_HANG_UP                   /* CallInBound is null */
} call_in_kind;

typedef struct call_in call_in;

typedef struct {
    const char *url;
    int64_t app_id, flow_id;          /* flow_id: the number's own; 0: none */
    const char *caller, *callee;
} call_in_question;

/* Asks question->url. answered() is called once, on the control thread, unless call_in_forget was called before; then the handle
 * is dead. NULL: no memory, or too many wait; the call goes as bound. `with` is borrowed until the answer. */
call_in *call_in_ask(const call_in_config *with, const call_in_question *question, const char *session_id,
                     void (*answered)(void *ctx, call_in_kind kind, int64_t flow_id), void *ctx);
void call_in_forget(call_in *asked);  /* NULL is allowed */

/* What an interface's answer says. Anything that is not understood leaves the call as bound. */
call_in_kind call_in_read(const char *text, size_t length, int64_t *flow_id);

#endif
