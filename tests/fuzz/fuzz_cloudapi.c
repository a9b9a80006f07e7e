/* fuzz_cloudapi.c: any request gets one well-formed envelope; only a right signature gets past the door. Layer: tests. */
#include "base/json.h"
#include "server/cloudapi/cloudapi.h"
#include "server/cloudapi/form.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const logger quiet = { 0 };

static cloudapi *api(void)
{
    static cloudapi one;
    char err[256];
    if (!one.store) {
        one = (cloudapi){ .store = store_open(":memory:", &quiet, err, sizeof err), .log = &quiet };
        store_put_secret(one.store, "id", 0, "key");
    }
    return &one;
}

static void one_envelope(const edge_http_request *request)
{
    json_value *tree;
    size_t n;
    const char *answer = cloudapi_answer(api(), request, 1551113065, &n);
    assert(n > 0 && strlen(answer) == n);
    assert(json_parse(answer, n, CLOUDAPI_ANSWER_MAX, &tree) == 0);
    const json_value *response = json_member(tree, "Response");
    assert(json_text(json_member(response, "RequestId")));
    assert(json_member(response, "Error")); /* the fuzzer has no key */
    json_free(tree);
}

static void form_of(const char *text, size_t length)
{
    query q;
    if (query_parse(&q, text, length) < 0) return;
    json_value *tree = form_tree(&q);
    if (tree) assert(json_is_object(tree));
    json_free(tree);
    query_free(&q);
}

/* data: method byte, then query, headers and body, parted by bytes 1. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 8192) return 0;
    char *text = malloc(size + 1), *rest = text + 1;
    memcpy(text, data, size);
    text[size] = 0;
    edge_http_request r = { .method = data[0] & 1 ? "GET" : "POST", .path = "/", .remote = "::1", .host = "h:1" };
    r.query = strsep(&rest, "\1");
    r.headers = rest ? strsep(&rest, "\1") : "";
    r.body = rest ? rest : "";
    r.body_len = strlen(r.body);
    one_envelope(&r);
    form_of(r.query, strlen(r.query));
    free(text);
    return 0;
}
