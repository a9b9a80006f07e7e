/* action.h: one action of the cloud API: what it is given and how it answers. Layer: server. */
#ifndef TCCC_SERVER_CLOUDAPI_ACTION_H
#define TCCC_SERVER_CLOUDAPI_ACTION_H

#include "base/json.h"
#include "server/cloudapi/cloudapi.h"

typedef struct {
    const cloudapi *api;
    const edge_http_request *request;
    int64_t now_s;
    const json_value *parameters;     /* an object; its members are in the action's list */
    bool flat;                        /* from a form: every value is text, numbers too */
    json_writer *out;                 /* inside "Response": an action writes its members here, once it cannot fail any more */
    const char *code;                 /* NULL, or the error that action_fail set */
    char message[256];
} action_call;

typedef struct {
    const char *name;
    const char *const *members;       /* parameters it knows, ended by NULL */
    void (*run)(action_call *call);
} action;

extern const action actions[];        /* ended by a name of NULL */

/* Records the first failure; `code` is a constant of the documentation. */
void action_fail(action_call *call, const char *code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Parameters. On failure action_fail is called (MissingParameter, InvalidParameter, InvalidParameterValue) and the result
 * is NULL, 0 or false. */
const char *action_text(action_call *call, const char *name, size_t max_length);
int64_t action_integer(action_call *call, const char *name, int64_t min, int64_t max);
bool action_bool_or(action_call *call, const char *name, bool fallback);

/* login_token.c */
void action_create_sdk_login_token(action_call *call);
extern const char *const create_sdk_login_token_members[];

#endif
