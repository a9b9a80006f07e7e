/* login_token.c: CreateSDKLoginToken: a token and the SdkURL that a page loads. Layer: server. Rows SDK-006 to SDK-008. */
#include "server/cloudapi/parameter.h"

#include "tccc/error.h"

#include <ctype.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

enum { TOKEN_LIFE_S = 600, URL_MAX = 2048 };

/* OnlyOnce is taken and changes nothing: every token works once (SDK-006). */
const char *const members_create_sdk_login_token[] = { "SdkAppId", "SeatUserId", "OnlyOnce", NULL };

/* Percent-encodes all but unreserved characters (RFC 3986 section 2.3). */
static void encode(const char *text, char *out, size_t capacity) {
    size_t used = 0;
    for (; *text && used + 4 <= capacity; text++) {
        unsigned char c = (unsigned char)*text;
        bool plain = isalnum(c) || strchr("-._~", c);
        used += (size_t)snprintf(out + used, capacity - used, plain ? "%c" : "%%%02X", c);
    }
    out[used] = 0;
}

static int random_token(char token[33]) {
    unsigned char bytes[16];
    if (RAND_bytes(bytes, sizeof bytes) != 1) return TCCC_E_INTERNAL;
    for (int i = 0; i < 16; i++) snprintf(token + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

/* A Host header goes into a URL that a page will load: only what a host can hold is let in. */
static bool host_is_clean(const char *host) {
    size_t length = strlen(host);
    return length > 0 && length < 256
        && strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]") == length;
}

bool cloudapi_origin(const cloudapi *api, const char *host, char origin[CLOUDAPI_ORIGIN_MAX]) {
    int n = -1;
    if (api->public_url && *api->public_url) n = snprintf(origin, CLOUDAPI_ORIGIN_MAX, "%s", api->public_url);
    else if (host_is_clean(host)) n = snprintf(origin, CLOUDAPI_ORIGIN_MAX, "%s://%s", api->tls ? "https" : "http", host);
    return n > 0 && n < CLOUDAPI_ORIGIN_MAX;
}

int cloudapi_login_url(const cloudapi *api, int64_t app_id, const char *user_id, const char *host, int64_t now_s,
                       char token[33], char *url, size_t capacity) {
    char origin[CLOUDAPI_ORIGIN_MAX], user[3 * STORE_TEXT + 4];
    store_agent agent;
    int error = store_get_agent(api->store, app_id, user_id, &agent);
    if (error) return error;
    if (!cloudapi_origin(api, host, origin)) return TCCC_E_TOO_LARGE;
    error = random_token(token);
    if (!error) error = store_put_token(api->store, token, app_id, user_id, now_s + TOKEN_LIFE_S);
    if (error) return error;
    encode(user_id, user, sizeof user);
    int n = snprintf(url, capacity, "%s/sdk/tcccSdk.js?sdkAppId=%lld&token=%s&userid=%s", origin, (long long)app_id, token, user);
    return n > 0 && (size_t)n < capacity ? 0 : TCCC_E_TOO_LARGE;
}

/* Whoever signs in has the rights of the agent: a key with fewer must not get more that way. */
static void check_rank(action_call *call, int64_t app_id, const char *user_id) {
    store_agent agent;
    if (call->code || call->key_role == KEY_ADMIN || store_get_agent(call->api->store, app_id, user_id, &agent)) return;
    if (agent.role != STAFF_AGENT)
        action_fail(call, "UnauthorizedOperation", "A key of the role %s signs plain agents in, no administrators or inspectors.", key_role_names[call->key_role]);
}

void action_create_sdk_login_token(action_call *call) {
    char token[33], url[URL_MAX];
    parameters in = parameters_of(call);
    int64_t app_id = action_app(call);
    const char *user_id = parameter_text(&in, "SeatUserId", STORE_TEXT - 1);
    parameter_bool_or(&in, "OnlyOnce", true);
    check_rank(call, app_id, user_id);
    if (call->code) return;
    int error = cloudapi_login_url(call->api, app_id, user_id, call->request->host, call->now_s, token, url, sizeof url);
    if (error == TCCC_E_NOT_FOUND)
        parameter_fail(&in, "InvalidParameterValue.AccountNotExist", "SeatUserId", "is not an agent of the app");
    else if (error == TCCC_E_TOO_LARGE)
        action_fail(call, "InvalidParameter", "The Host header cannot stand in a URL.");
    else if (error)
        action_fail(call, "InternalError.DBError", "The token could not be stored.");
    if (call->code) return;
    json_put_string(call->out, "Token", token);
    json_put_integer(call->out, "ExpiredTime", call->now_s + TOKEN_LIFE_S);
    json_put_string(call->out, "SdkURL", url);
}
