/* fuzz_cloudapi.c: any request gets one well-formed envelope, only a right signature gets past the door, and behind it every action
 * takes any parameters. Layer: tests. */
#include "base/json.h"
#include "server/agent/agent.h"
#include "server/call/call.h"
#include "server/cloudapi/action.h"
#include "server/cloudapi/call_in.h"
#include "server/cloudapi/cloudapi.h"
#include "server/cloudapi/form.h"
#include "server/settings/settings.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { APP = 1400000001, OTHER = 1400000002, NOW = 1551113065, N_ACTIONS = sizeof (const char *[]){
#define COUNT(Name, function, needs) #Name,
    ACTIONS(COUNT)
#undef COUNT
} / sizeof(char *) };

static const logger quiet = { 0 };

/* A centre with something to find, of the store in memory: agents of two apps, a group, a number, an extension. */
static cloudapi *open_api(void) {
    char err[256];
    cloudapi *one = calloc(1, sizeof *one);
    *one = (cloudapi){ .store = store_open(":memory:", &quiet, err, sizeof err), .log = &quiet, .realm = "fuzz", .sip_proxy = "192.0.2.1:5060" };
    store_put_app(one->store, APP, "fuzz");
    store_put_app(one->store, OTHER, "other");
    store_put_agent(one->store, &(store_agent){ .app_id = APP, .user_id = "a@b", .name = "A" });
    store_put_agent(one->store, &(store_agent){ .app_id = OTHER, .user_id = "o@b", .name = "O" });
    store_put_group(one->store, &(store_group){ .app_id = APP, .name = "G" });
    store_put_trunk(one->store, &(store_trunk){ .name = "t", .host = "192.0.2.2" });
    store_put_number(one->store, &(store_number){ .app_id = APP, .number = "020", .trunk = "t", .inbound = true }); /* no call goes out: here is no SIP */
    store_put_extension(one->store, &(store_extension){ .app_id = APP, .extension = "1001", .realm = "fuzz", .ha1_md5 = "x" });
    store_put_secret(one->store, "id", &(store_key){ .app_id = APP }, "key");
    one->settings = settings_new(one->store, &quiet);
    deadlines *timers = deadlines_new();
    one->agents = agents_new(one->store, one->settings, timers, &quiet);
    one->calls = calls_new(&(calls_config){ .music = "" });
    calls_use(one->calls, &(calls_parts){ .store = one->store, .agents = one->agents, .settings = one->settings, .timers = timers, .log = &quiet });
    return one;
}

static cloudapi *api(void) {
    static cloudapi *one;
    if (!one) one = open_api();
    return one;
}

/* The answer's Response; the caller frees *tree. */
static const json_value *ask(const edge_http_request *request, json_value **tree) {
    size_t n = 0;
    const char *answer = cloudapi_answer(api(), request, NOW, &n);
    assert(answer && n > 0 && strlen(answer) == n);
    assert(json_parse(answer, n, CLOUDAPI_ANSWER_MAX, tree) == 0);
    const json_value *response = json_member(*tree, "Response");
    assert(json_text(json_member(response, "RequestId")));
    return response;
}

static void at_the_door(const edge_http_request *request) {
    json_value *tree;
    assert(json_member(ask(request, &tree), "Error")); /* the fuzzer has no key here */
    json_free(tree);
}

static void mac(const void *key, size_t n, const char *text, unsigned char out[32]) {
    unsigned length = 32;
    HMAC(EVP_sha256(), key, (int)n, (const unsigned char *)text, strlen(text), out, &length);
}

static void hash_hex(const char *text, size_t n, char hex[65]) {
    unsigned char d[32];
    EVP_Digest(text, n, d, NULL, EVP_sha256(), NULL);
    for (int i = 0; i < 32; i++) sprintf(hex + 2 * i, "%02x", d[i]);
}

static void sign(const char *action, const char *body, size_t n, char headers[1024]) {
    char hash[65], text[1024], signature[65];
    unsigned char k[32], d[32];
    hash_hex(body, n, hash);
    snprintf(text, sizeof text, "POST\n/\n\nhost:h\n\nhost\n%s", hash);
    hash_hex(text, strlen(text), hash);
    snprintf(text, sizeof text, "TC3-HMAC-SHA256\n%d\n2019-02-25/ccc/tc3_request\n%s", NOW, hash);
    mac("TC3key", 6, "2019-02-25", k);
    mac(k, 32, "ccc", d);
    mac(d, 32, "tc3_request", k);
    mac(k, 32, text, d);
    for (int i = 0; i < 32; i++) sprintf(signature + 2 * i, "%02x", d[i]);
    snprintf(headers, 1024, "x-tc-action: %s\nx-tc-version: 2020-02-10\nx-tc-timestamp: %d\n"
             "authorization: TC3-HMAC-SHA256 Credential=id/2019-02-25/ccc/tc3_request, SignedHeaders=host, Signature=%s\n", action, NOW, signature);
}

/* Nothing of this app's key ever reaches the other app. */
static void check_other_app(void) {
    store_agent o;
    assert(store_get_agent(api()->store, OTHER, "o@b", &o) == 0 && strcmp(o.name, "O") == 0 && !o.forbidden);
}

static bool outside_tells(const json_value *response) {
    const char *code = json_text(json_member(json_member(response, "Error"), "Code"));
    return !code || (strncmp(code, "AuthFailure", 11) != 0 && strcmp(code, "InvalidAction") != 0 && strcmp(code, "NoSuchVersion") != 0);
}

static void behind_the_door(const action *a, const char *body, size_t n) {
    char headers[1024];
    json_value *tree;
    sign(a->name, body, n, headers);
    edge_http_request r = { .method = "POST", .path = "/", .query = "", .remote = "::1", .place = "::1", .host = "h", .headers = headers, .body = body, .body_len = n };
    const json_value *response = ask(&r, &tree);
    assert(outside_tells(response));
    json_free(tree);
    check_other_app();
}

static void form_of(const char *text, size_t length) {
    query q;
    if (query_parse(&q, text, length) < 0) return;
    json_value *tree = form_tree(&q);
    if (tree) assert(json_is_object(tree));
    json_free(tree);
    query_free(&q);
}

static const action *named(const char *name) {
    for (const action *a = actions; a->name; a++)
        if (strcmp(a->name, name) == 0) return a;
    return &actions[0];
}

/* data: a byte below 128: the door: query, headers and body, parted by bytes 1. From 128 on: the action of that number, and its body;
 * 255: an action's name up to a byte 1, and its body. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 8192) return 0;
    char *text = malloc(size + 1), *rest = text + 1;
    int64_t flow;
    memcpy(text, data, size);
    text[size] = 0;
    call_in_read(text + 1, size - 1, &flow);
    if (data[0] == 255) {
        const char *name = strsep(&rest, "\1");
        behind_the_door(named(name), rest ? rest : "", rest ? size - (size_t)(rest - text) : 0);
        free(text);
        return 0;
    }
    if (data[0] >= 128) {
        behind_the_door(&actions[(data[0] - 128) % N_ACTIONS], text + 1, size - 1);
        free(text);
        return 0;
    }
    edge_http_request r = { .method = data[0] & 1 ? "GET" : "POST", .path = "/", .remote = "::1", .place = "::1", .host = "h:1" };
    r.query = strsep(&rest, "\1");
    r.headers = rest ? strsep(&rest, "\1") : "";
    r.body = rest ? rest : "";
    r.body_len = strlen(r.body);
    at_the_door(&r);
    form_of(r.query, strlen(r.query));
    free(text);
    return 0;
}
