/* cloudapi.c: from a signed HTTP request to an action and back to the envelope. Layer: server.
 * Source: Tencent Cloud API v3, "Request structure", "Responses", common error codes. */
#include "server/cloudapi/cloudapi.h"

#include "server/cloudapi/action.h"
#include "server/cloudapi/form.h"
#include "server/cloudapi/signature.h"

#include "tccc/error.h"

#include <openssl/rand.h>
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

static bool is_get(const edge_http_request *request)
{
    return strcmp(request->method, "GET") == 0;
}

static bool has_form(const edge_http_request *request)
{
    char type[128];
    return signature_header(request, "content-type", type, sizeof type)
        && strncmp(type, "application/x-www-form-urlencoded", 33) == 0;
}

bool cloudapi_wants(const edge_http_request *request)
{
    char action[NAME_MAX_BYTES];
    if (signature_header(request, "x-tc-action", action, sizeof action)) return true;
    const char *text = is_get(request) ? request->query : has_form(request) ? request->body : "";
    return strstr(text, "Signature=") && strstr(text, "Action=");
}

static bool find_key(void *ctx, const char *secret_id, char *key, size_t capacity)
{
    const cloudapi *api = ctx;
    int64_t app_id;
    return store_get_secret(api->store, secret_id, &app_id, key, capacity) == 0;
}

static void fail_by_verdict(action_call *call, enum signature_verdict verdict)
{
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

static void copy(char *out, size_t capacity, const char *text)
{
    snprintf(out, capacity, "%s", text ? text : "");
}

/* Checks who signed, and brings the parameters into one form. */
static void read_v3(action_call *call, call_input *in)
{
    const edge_http_request *request = call->request;
    if (!signature_header(request, "x-tc-version", in->version, sizeof in->version)) in->version[0] = 0;
    fail_by_verdict(call, signature_check_v3(request, call->now_s, find_key, (void *)call->api));
    if (call->code) return;
    call->flat = is_get(request);
    if (is_get(request)) {
        if (query_parse(&in->form, request->query, strlen(request->query)) == 0) in->tree = form_tree(&in->form);
    } else if (json_parse(request->body_len ? request->body : "{}", request->body_len ? request->body_len : 2, BODY_MAX, &in->tree) < 0) {
        in->tree = NULL;
    }
    if (!json_is_object(in->tree)) action_fail(call, "InvalidParameter", "The body is not a JSON object.");
}

static void read_v1(action_call *call, call_input *in)
{
    const edge_http_request *request = call->request;
    const char *text = is_get(request) ? request->query : request->body;
    if (query_parse(&in->form, text, strlen(text)) < 0) {
        action_fail(call, "InvalidParameter", "The form cannot be decoded.");
        return;
    }
    copy(in->action, sizeof in->action, query_get(&in->form, "Action"));
    copy(in->version, sizeof in->version, query_get(&in->form, "Version"));
    fail_by_verdict(call, signature_check_v1(request, &in->form, call->now_s, find_key, (void *)call->api));
    if (call->code) return;
    call->flat = true;
    in->tree = form_tree(&in->form);
    if (!in->tree) action_fail(call, "InvalidParameter", "The form's names do not fit together.");
}

static const action *find_action(const char *name)
{
    for (const action *a = actions; a->name; a++)
        if (strcmp(a->name, name) == 0) return a;
    return NULL;
}

static void check_members(action_call *call, const action *a)
{
    for (const json_value *member = json_first(call->parameters); member; member = json_next(member)) {
        int i = 0;
        while (a->members[i] && strcmp(a->members[i], json_name(member)) != 0) i++;
        if (!a->members[i]) action_fail(call, "UnknownParameter", "The parameter `%.64s` is not known to %s.", json_name(member), a->name);
    }
}

static void run(action_call *call, const call_input *in)
{
    const action *a = find_action(in->action);
    if (!a) action_fail(call, "InvalidAction", "The action `%.64s` is not offered here.", in->action);
    else if (strcmp(in->version, VERSION) != 0) action_fail(call, "NoSuchVersion", "The version must be %s.", VERSION);
    if (call->code) return;
    call->parameters = in->tree;
    check_members(call, a);
    if (!call->code) a->run(call);
}

static void make_uuid(char uuid[37])
{
    unsigned char b[16];
    if (RAND_bytes(b, sizeof b) != 1) memset(b, 0, sizeof b);
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    snprintf(uuid, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4], b[5],
             b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

/* The whole answer, with the error in place of the action's members where there is one. */
static size_t envelope(const action_call *call, const char *members, char *answer, size_t capacity)
{
    char uuid[37];
    make_uuid(uuid);
    if (!call->code) {
        int n = snprintf(answer, capacity, "{\"Response\":{%s%s\"RequestId\":\"%s\"}}", members, *members ? "," : "", uuid);
        if (n > 0 && (size_t)n < capacity) return (size_t)n;
    }
    json_writer out = json_write(answer, capacity);
    json_open_object(&out, NULL);
    json_open_object(&out, "Response");
    json_open_object(&out, "Error");
    json_put_string(&out, "Code", call->code ? call->code : "InternalError");
    json_put_string(&out, "Message", call->code ? call->message : "The answer is too large.");
    json_close(&out);
    json_put_string(&out, "RequestId", uuid);
    json_close(&out);
    json_close(&out);
    int n = json_finish(&out);
    return n < 0 ? 0 : (size_t)n;
}

static void log_call(const action_call *call, const call_input *in)
{
    LOG(call->api->log, call->code ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "cloudapi.call", log_text("action", in->action),
        log_text("result", call->code ? call->code : "ok"), log_text("from", call->request->remote));
}

size_t cloudapi_answer(const cloudapi *api, const edge_http_request *request, int64_t now_s, char *answer, size_t capacity)
{
    static char members[CLOUDAPI_ANSWER_MAX]; /* the control thread is the only one here */
    json_writer out = json_write(members, sizeof members);
    action_call call = { .api = api, .request = request, .now_s = now_s, .out = &out };
    call_input in = { .v3 = signature_header(request, "x-tc-action", in.action, sizeof in.action) };
    json_open_object(&out, NULL);
    if (in.v3) read_v3(&call, &in);
    else read_v1(&call, &in);
    if (!call.code) run(&call, &in);
    json_close(&out);
    int n = json_finish(&out);
    if (n < 2 && !call.code) action_fail(&call, "InternalError", "The answer is too large.");
    log_call(&call, &in);
    json_free(in.tree);
    query_free(&in.form);
    if (n >= 2) members[n - 1] = 0; /* without the braces */
    return envelope(&call, n >= 2 ? members + 1 : "", answer, capacity);
}
