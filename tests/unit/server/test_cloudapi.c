/* test_cloudapi.c: signatures, parameters and the envelope of the cloud API. Layer: tests. */
#include "server/cloudapi/cloudapi.h"
#include "server/cloudapi/form.h"
#include "server/cloudapi/signature.h"
#include "tccc/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cmocka.h>

enum { APP = 1400000001, NOW = 1551113065 };

static const logger quiet = { 0 };

/* The worked example of the published "Signature v3" page. */
static const char BODY[] = "{\"Limit\": 1, \"Filters\": [{\"Values\": [\"\\u672a\\u547d\\u540d\"], \"Name\": \"instance-name\"}]}";
#define AUTHORIZATION(signature) \
    "authorization: TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******/2019-02-25/cvm/tc3_request, " \
    "SignedHeaders=content-type;host, Signature=" signature "\n"
#define TYPE "content-type: application/json; charset=utf-8\n"
#define GOOD "2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c"

static bool published_key(void *ctx, const char *id, char *key, size_t capacity) {
    (void)ctx;
    snprintf(key, capacity, "Gu5t9xGARNpq86cd98joQYCN3*******");
    return strcmp(id, "AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******") == 0;
}

static edge_http_request example(const char *headers) {
    return (edge_http_request){ .method = "POST", .path = "/", .query = "", .remote = "127.0.0.1", .place = "127.0.0.1", .host = "cvm.tencentcloudapi.com",
                                .headers = headers, .body = BODY, .body_len = sizeof BODY - 1 };
}

static void the_published_example_verifies(void **state) {
    (void)state;
    edge_http_request r = example(AUTHORIZATION(GOOD) TYPE "x-tc-timestamp: 1551113065\n");
    assert_int_equal(signature_check_v3(&r, NOW, published_key, NULL), SIGNATURE_GOOD);
    r.path = "/some/base/path"; /* SDKs in Java and Go sign "/" whatever the path */
    assert_int_equal(signature_check_v3(&r, NOW, published_key, NULL), SIGNATURE_GOOD);
    r.host = "cvm.tencentcloudapi.com:8080"; /* the Node SDK signs the host without its port */
    assert_int_equal(signature_check_v3(&r, NOW, published_key, NULL), SIGNATURE_GOOD);
}

static void a_changed_body_host_or_signature_is_wrong(void **state) {
    (void)state;
    edge_http_request r = example(AUTHORIZATION(GOOD) TYPE "x-tc-timestamp: 1551113065\n");
    r.body_len--;
    assert_int_equal(signature_check_v3(&r, NOW, published_key, NULL), SIGNATURE_WRONG);
    r = example(AUTHORIZATION(GOOD) TYPE "x-tc-timestamp: 1551113065\n");
    r.host = "evil.example";
    assert_int_equal(signature_check_v3(&r, NOW, published_key, NULL), SIGNATURE_WRONG);
    r = example(AUTHORIZATION("2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652d") TYPE "x-tc-timestamp: 1551113065\n");
    assert_int_equal(signature_check_v3(&r, NOW, published_key, NULL), SIGNATURE_WRONG);
}

static void a_stale_or_malformed_signature_is_told_apart(void **state) {
    (void)state;
    edge_http_request r = example(AUTHORIZATION(GOOD) TYPE "x-tc-timestamp: 1551113065\n");
    assert_int_equal(signature_check_v3(&r, NOW + 300, published_key, NULL), SIGNATURE_GOOD);
    assert_int_equal(signature_check_v3(&r, NOW + 301, published_key, NULL), SIGNATURE_STALE);
    assert_int_equal(signature_check_v3(&r, NOW - 301, published_key, NULL), SIGNATURE_STALE);
    r = example(AUTHORIZATION(GOOD) TYPE);
    assert_int_equal(signature_check_v3(&r, NOW, published_key, NULL), SIGNATURE_MALFORMED);
    r = example(TYPE);
    assert_int_equal(signature_check_v3(&r, NOW, published_key, NULL), SIGNATURE_MISSING);
    r = example("authorization: TC3-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=y\nx-tc-timestamp: 1551113065\n");
    assert_int_equal(signature_check_v3(&r, NOW, published_key, NULL), SIGNATURE_MALFORMED);
}

static void the_date_of_the_credential_must_be_the_timestamps(void **state) {
    (void)state;
    edge_http_request r = example(AUTHORIZATION(GOOD) TYPE "x-tc-timestamp: 1551113065\n");
    char headers[1024];
    snprintf(headers, sizeof headers, "%s", r.headers);
    memcpy(strstr(headers, "2019-02-25"), "2019-02-24", 10);
    r.headers = headers;
    assert_int_equal(signature_check_v3(&r, NOW, published_key, NULL), SIGNATURE_STALE);
}

static void hmac_base64(const EVP_MD *md, const char *key, const char *text, char *out) {
    unsigned char mac[64];
    unsigned length;
    HMAC(md, key, (int)strlen(key), (const unsigned char *)text, strlen(text), mac, &length);
    EVP_EncodeBlock((unsigned char *)out, mac, (int)length);
}

static bool any_key(void *ctx, const char *id, char *key, size_t capacity) {
    (void)ctx, (void)id;
    snprintf(key, capacity, "k");
    return true;
}

static void a_legacy_signature_covers_method_host_path_and_sorted_parameters(void **state) {
    (void)state;
    char signature[64];
    hmac_base64(EVP_sha256(), "k", "GEThost:1/?Action=X&Nonce=7&SecretId=i&SignatureMethod=HmacSHA256&Text=a b&Timestamp=1551113065", signature);
    char query_text[512], *out = query_text + snprintf(query_text, sizeof query_text,
        "Timestamp=1551113065&Text=a+b&SignatureMethod=HmacSHA256&SecretId=i&Nonce=7&Action=X&Signature=");
    for (const char *c = signature; *c; c++) out += sprintf(out, strchr("+/=", *c) ? "%%%02X" : "%c", *c);
    edge_http_request r = { .method = "GET", .path = "/", .query = query_text, .host = "host:1", .headers = "", .body = "" };
    query q;
    assert_int_equal(query_parse(&q, query_text, strlen(query_text)), 0);
    assert_int_equal(signature_check_v1(&r, &q, NOW, any_key, NULL), SIGNATURE_GOOD);
    assert_int_equal(signature_check_v1(&r, &q, NOW + 301, any_key, NULL), SIGNATURE_STALE);
    r.path = "/x";
    assert_int_equal(signature_check_v1(&r, &q, NOW, any_key, NULL), SIGNATURE_WRONG);
    query_free(&q);
}

static json_value *tree_of(const char *text) {
    query q;
    assert_int_equal(query_parse(&q, text, strlen(text)), 0);
    json_value *tree = form_tree(&q);
    query_free(&q);
    return tree;
}

static void dotted_names_become_nested_json(void **state) {
    (void)state;
    json_value *tree = tree_of("Staffs.1.Name=Bob&Action=X&Staffs.0.Name=A%20nn&Id=7");
    const json_value *first = json_first(json_member(tree, "Staffs"));
    assert_string_equal(json_text(json_member(first, "Name")), "A nn");
    assert_string_equal(json_text(json_member(json_next(first), "Name")), "Bob");
    assert_string_equal(json_text(json_member(tree, "Id")), "7");
    assert_null(json_member(tree, "Action"));
    json_free(tree);
}

static void forms_that_do_not_fit_together_are_refused(void **state) {
    (void)state;
    assert_null(tree_of("A=1&A.B=2"));
    assert_null(tree_of("A.0=1&A.2=2"));
    assert_null(tree_of("A.0=1&A.x=2"));
    assert_null(tree_of("a.b.c.d.e.f.g.h.i.j.k=1"));
    query q;
    assert_int_equal(query_parse(&q, "a=%zz", 5), TCCC_E_FORMAT);
    assert_int_equal(query_parse(&q, "a=%00", 5), TCCC_E_FORMAT);
}

/* ---- whole requests against a store ---- */

typedef struct {
    cloudapi api;
} fixture;

static int open_api(void **state) {
    char err[256];
    fixture *f = calloc(1, sizeof *f);
    f->api = (cloudapi){ .store = store_open(":memory:", &quiet, err, sizeof err), .log = &quiet, .realm = "tests", .sip_proxy = "192.0.2.1:5060" };
    if (!f->api.store) return -1;
    store_put_app(f->api.store, APP, "test");
    store_put_agent(f->api.store, &(store_agent){ .app_id = APP, .user_id = "ann+1@b.c" });
    store_put_secret(f->api.store, "id", &(store_key){ .app_id = 0 }, "key");
    *state = f;
    return 0;
}

static int close_api(void **state) {
    fixture *f = *state;
    store_close(f->api.store);
    free(f);
    return 0;
}

static void mac32(const void *key, size_t n, const char *text, unsigned char out[32]) {
    unsigned length = 32;
    HMAC(EVP_sha256(), key, (int)n, (const unsigned char *)text, strlen(text), out, &length);
}

static void hex32(const unsigned char in[32], char out[65]) {
    for (int i = 0; i < 32; i++) sprintf(out + 2 * i, "%02x", in[i]);
}

/* Signs as a client would and asks; written from the published description, apart from the verifier. */
static const char *ask(fixture *f, const char *action, const char *body) {
    char hash[65], canonical[1024], to_sign[512], signature[65], headers[1024];
    unsigned char d[32], k[32];
    EVP_Digest(body, strlen(body), d, NULL, EVP_sha256(), NULL);
    hex32(d, hash);
    snprintf(canonical, sizeof canonical, "POST\n/\n\ncontent-type:application/json\nhost:127.0.0.1\n\ncontent-type;host\n%s", hash);
    EVP_Digest(canonical, strlen(canonical), d, NULL, EVP_sha256(), NULL);
    hex32(d, hash);
    snprintf(to_sign, sizeof to_sign, "TC3-HMAC-SHA256\n%d\n2019-02-25/127/tc3_request\n%s", NOW, hash);
    mac32("TC3key", 6, "2019-02-25", k);
    mac32(k, 32, "127", d);
    mac32(d, 32, "tc3_request", k);
    mac32(k, 32, to_sign, d);
    hex32(d, signature);
    snprintf(headers, sizeof headers, "content-type: application/json\nx-tc-action: %s\nx-tc-version: 2020-02-10\nx-tc-timestamp: %d\n"
             "authorization: TC3-HMAC-SHA256 Credential=id/2019-02-25/127/tc3_request, SignedHeaders=content-type;host, Signature=%s\n",
             action, NOW, signature);
    edge_http_request r = { .method = "POST", .path = "/", .query = "", .remote = "::1", .place = "::1", .host = "127.0.0.1:8080", .headers = headers,
                            .body = body, .body_len = strlen(body) };
    assert_true(cloudapi_wants(&r));
    size_t n;
    const char *answer = cloudapi_answer(&f->api, &r, NOW, &n);
    assert_int_equal(n, strlen(answer));
    return answer;
}

static void assert_code(const char *answer, const char *code) {
    char expected[128];
    snprintf(expected, sizeof expected, "{\"Response\":{\"Error\":{\"Code\":\"%s\",", code);
    assert_int_equal(strncmp(answer, expected, strlen(expected)), 0);
    assert_non_null(strstr(answer, "\"RequestId\":\""));
}

static void a_token_is_made_and_works_once(void **state) { /* SDK-006, SDK-007, SDK-008 */
    fixture *f = *state;
    json_value *tree;
    const char *text = ask(f, "CreateSDKLoginToken", "{\"SdkAppId\":1400000001,\"SeatUserId\":\"ann+1@b.c\"}");
    assert_int_equal(json_parse(text, strlen(text), 8192, &tree), 0);
    const json_value *r = json_member(tree, "Response");
    const char *token = json_text(json_member(r, "Token")), *url = json_text(json_member(r, "SdkURL"));
    char expected[256], user[STORE_TEXT];
    int64_t expires, app;
    assert_int_equal(strlen(token), 32);
    assert_true(json_whole(json_member(r, "ExpiredTime"), &expires));
    assert_int_equal(expires, NOW + 600);
    snprintf(expected, sizeof expected, "http://127.0.0.1:8080/sdk/tcccSdk.js?sdkAppId=1400000001&token=%s&userid=ann%%2B1%%40b.c", token);
    assert_string_equal(url, expected);
    assert_int_equal(store_use_token(f->api.store, token, NOW + 599, &app, user, sizeof user), 0);
    assert_string_equal(user, "ann+1@b.c");
    json_free(tree);
}

static void bad_requests_get_the_documented_codes(void **state) {
    fixture *f = *state;
    assert_code(ask(f, "CreateSDKLoginToken", "{\"SeatUserId\":\"a\"}"), "MissingParameter");
    assert_code(ask(f, "CreateSDKLoginToken", "{\"SdkAppId\":\"1400000001\",\"SeatUserId\":\"a\"}"), "InvalidParameter");
    assert_code(ask(f, "CreateSDKLoginToken", "{\"SdkAppId\":1400000001,\"SeatUserId\":\"\"}"), "InvalidParameterValue");
    assert_code(ask(f, "CreateSDKLoginToken", "{\"SdkAppId\":1,\"SeatUserId\":\"a\"}"), "InvalidParameterValue.InstanceNotExist");
    assert_code(ask(f, "CreateSDKLoginToken", "{\"SdkAppId\":1400000001,\"SeatUserId\":\"nobody\"}"), "InvalidParameterValue.AccountNotExist");
    assert_code(ask(f, "CreateSDKLoginToken", "{\"SdkAppId\":1400000001,\"SeatUserId\":\"a\",\"Extra\":1}"), "UnknownParameter");
    assert_code(ask(f, "CreateSDKLoginToken", "[1]"), "InvalidParameter");
    assert_code(ask(f, "CreateSDKLoginToken", "{"), "InvalidParameter");
    assert_code(ask(f, "DropAllTables", "{}"), "InvalidAction");
}

static void an_unsigned_request_is_refused(void **state) {
    fixture *f = *state;
    edge_http_request r = { .method = "POST", .path = "/", .query = "", .remote = "::1", .place = "::1", .host = "h", .body = "{}", .body_len = 2,
                            .headers = "x-tc-action: CreateSDKLoginToken\nx-tc-version: 2020-02-10\n" };
    size_t n;
    assert_code(cloudapi_answer(&f->api, &r, NOW, &n), "AuthFailure.InvalidAuthorization");
}

static void a_host_that_cannot_stand_in_a_url_makes_none(void **state) {
    fixture *f = *state;
    char token[33], url[512];
    assert_int_equal(cloudapi_login_url(&f->api, APP, "ann+1@b.c", "a\"><script>", NOW, token, url, sizeof url), TCCC_E_TOO_LARGE);
    f->api.public_url = "https://cc.example";
    assert_int_equal(cloudapi_login_url(&f->api, APP, "ann+1@b.c", "a\"><script>", NOW, token, url, sizeof url), 0);
    assert_int_equal(strncmp(url, "https://cc.example/sdk/tcccSdk.js?", 34), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_example_verifies),
        cmocka_unit_test(a_changed_body_host_or_signature_is_wrong),
        cmocka_unit_test(a_stale_or_malformed_signature_is_told_apart),
        cmocka_unit_test(the_date_of_the_credential_must_be_the_timestamps),
        cmocka_unit_test(a_legacy_signature_covers_method_host_path_and_sorted_parameters),
        cmocka_unit_test(dotted_names_become_nested_json),
        cmocka_unit_test(forms_that_do_not_fit_together_are_refused),
        cmocka_unit_test_setup_teardown(a_token_is_made_and_works_once, open_api, close_api),
        cmocka_unit_test_setup_teardown(bad_requests_get_the_documented_codes, open_api, close_api),
        cmocka_unit_test_setup_teardown(an_unsigned_request_is_refused, open_api, close_api),
        cmocka_unit_test_setup_teardown(a_host_that_cannot_stand_in_a_url_makes_none, open_api, close_api),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
