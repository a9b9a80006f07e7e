/* cloudapi.c: from a signed HTTP request to an action and back to the envelope. Layer: server.
 * Source: Tencent Cloud API v3, "Request structure", "Responses", common error codes. */
#include "server/cloudapi/cloudapi.h"

#include "server/cloudapi/action.h"
#include "server/cloudapi/envelope.h"
#include "server/cloudapi/form.h"
#include "server/cloudapi/parameter.h"
#include "server/cloudapi/signature.h"

#include <stdio.h>
#include <string.h>

static const char VERSION[] = "2020-02-10";
enum { NAME_MAX_BYTES = 64, BODY_MAX = 10 << 20 };

typedef struct {
    char action[NAME_MAX_BYTES], version[NAME_MAX_BYTES];
    bool v3;
    query form;                       /* of a legacy request, or of a GET */
    json_value *tree;
} call_input;

static bool is_get(const edge_http_request *request) {
    return strcmp(request->method, "GET") == 0;
}

static bool has_form(const edge_http_request *request) {
    char type[128];
    return signature_header(request, "content-type", type, sizeof type)
        && strncmp(type, "application/x-www-form-urlencoded", 33) == 0;
}

bool cloudapi_wants(const edge_http_request *request) {
    char action[NAME_MAX_BYTES];
    if (signature_header(request, "x-tc-action", action, sizeof action)) return true;
    const char *text = is_get(request) ? request->query : has_form(request) ? request->body : "";
    return strstr(text, "Signature=") && strstr(text, "Action=");
}

typedef struct {
    store *store;
    store_key found;                  /* the key */
} key_search;

static bool find_key(void *ctx, const char *secret_id, char *key, size_t capacity) {
    key_search *s = ctx;
    return store_get_secret(s->store, secret_id, &s->found, key, capacity) == 0;
}

static void fail_by_verdict(action_call *call, enum signature_verdict verdict) {
    static const struct { const char *code, *message; } words[] = {
        [SIGNATURE_GOOD] = { NULL, NULL },
        [SIGNATURE_MISSING] = { "AuthFailure.InvalidAuthorization", "The request has no signature. Sign it with TC3-HMAC-SHA256." },
        [SIGNATURE_MALFORMED] = { "AuthFailure.InvalidAuthorization", "The signature's form is wrong. Authorization must hold Credential, "
                                  "SignedHeaders and Signature, and X-TC-Timestamp must be there." },
        [SIGNATURE_UNKNOWN_ID] = { "AuthFailure.SecretIdNotFound", "The SecretId is not known here." },
        [SIGNATURE_STALE] = { "AuthFailure.SignatureExpire", "The timestamp is more than 5 minutes from the server's clock, or of "
                              "another day than the credential. Set the clock." },
        [SIGNATURE_WRONG] = { "AuthFailure.SignatureFailure", "The signature does not fit the request. Check the SecretKey." },
    };
    if (words[verdict].code) action_fail(call, words[verdict].code, "%s", words[verdict].message);
}

static void copy(char *out, size_t capacity, const char *text) {
    snprintf(out, capacity, "%s", text ? text : "");
}

/* Checks who signed, and brings the parameters into one form. */
static void read_v3(action_call *call, call_input *in) {
    const edge_http_request *request = call->request;
    if (!signature_header(request, "x-tc-version", in->version, sizeof in->version)) in->version[0] = 0;
    key_search search = { .store = call->api->store };
    fail_by_verdict(call, signature_check_v3(request, call->now_s, find_key, &search));
    call->key_app_id = search.found.app_id;
    call->key_role = search.found.role;
    if (call->code) return;
    call->flat = is_get(request);
    if (is_get(request)) {
        if (query_parse(&in->form, request->query, strlen(request->query)) == 0) in->tree = form_tree(&in->form);
    } else if (json_parse(request->body_len ? request->body : "{}", request->body_len ? request->body_len : 2, BODY_MAX, &in->tree) < 0) {
        in->tree = NULL;
    }
    if (!json_is_object(in->tree)) action_fail(call, "InvalidParameter", "The body is not a JSON object.");
}

static void read_v1(action_call *call, call_input *in) {
    const edge_http_request *request = call->request;
    const char *text = is_get(request) ? request->query : request->body;
    if (query_parse(&in->form, text, strlen(text)) < 0) {
        action_fail(call, "InvalidParameter", "The form cannot be decoded.");
        return;
    }
    copy(in->action, sizeof in->action, query_get(&in->form, "Action"));
    copy(in->version, sizeof in->version, query_get(&in->form, "Version"));
    key_search search = { .store = call->api->store };
    fail_by_verdict(call, signature_check_v1(request, &in->form, call->now_s, find_key, &search));
    call->key_app_id = search.found.app_id;
    call->key_role = search.found.role;
    if (call->code) return;
    call->flat = true;
    in->tree = form_tree(&in->form);
    if (!in->tree) action_fail(call, "InvalidParameter", "The form's names do not fit together.");
}

static const action *find_action(const char *name) {
    for (const action *a = actions; a->name; a++)
        if (strcmp(a->name, name) == 0) return a;
    return NULL;
}

/* The parts that an action needs and that do not run; NULL: all are there. */
static const char *missing_part(const cloudapi *api, unsigned needs) {
    if (needs & NEEDS_AGENTS && !api->agents) return "agents";
    if (needs & NEEDS_WORKERS && (!api->workers || !api->edge)) return "workers";
    if (needs & NEEDS_CALLS && !api->calls) return "calls";
    if (needs & NEEDS_PROMPTS && (!api->prompts || !api->web || !api->edge)) return "sounds";
    return NULL;
}

/* Whether a key of this role may do it. */
static bool is_allowed(const action *a, enum key_role role) {
    switch (role) {
    case KEY_ADMIN: return true;
    case KEY_INSPECTOR: return a->needs & FOR_INSPECTOR;
    case KEY_OPERATOR: return a->needs & (FOR_INSPECTOR | FOR_OPERATOR | FOR_SIGN_IN);
    case KEY_SIGN_IN: return a->needs & FOR_SIGN_IN;
    }
    return false;
}

static void run(action_call *call, const call_input *in) {
    const action *a = find_action(in->action);
    if (!a) action_fail(call, "InvalidAction", "The action `%.64s` is not offered here.", in->action);
    else if (!is_allowed(a, call->key_role))
        action_fail(call, "UnauthorizedOperation", "A key of the role %s may not do %s. Use a key with more rights.", key_role_names[call->key_role], a->name);
    else if (strcmp(in->version, VERSION) != 0) action_fail(call, "NoSuchVersion", "The version must be %s.", VERSION);
    else if (missing_part(call->api, a->needs)) action_fail(call, "ResourceUnavailable", "The server is starting: its %s do not run yet.", missing_part(call->api, a->needs));
    if (call->code) return;
    call->input = in->tree;
    parameters parameters = parameters_of(call);
    parameter_check_members(&parameters, a->members);
    if (!call->code) a->run(call);
}

const char *cloudapi_answer(const cloudapi *api, const edge_http_request *request, int64_t now_s, size_t *length) {
    json_writer out;
    call_input in = { .v3 = signature_header(request, "x-tc-action", in.action, sizeof in.action) };
    action_call call = { .api = api, .request = request, .now_s = now_s, .name = in.action };
    envelope_open(&call, &out);
    if (in.v3) read_v3(&call, &in);
    else read_v1(&call, &in);
    if (!call.code) run(&call, &in);
    json_free(in.tree);
    query_free(&in.form);
    if (call.later) return NULL;
    const char *answer = envelope_close(&call, length);
    envelope_log(&call, request->remote);
    return answer;
}
