/* visitor_http.c: POST /v1/visitor: a page signs its visitor in. Layer: server. docs/chat.md. */
#include "server/visitor/sign_in.h"
#include "server/visitor/visitor_state.h"
#include "tccc/error.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

static const char headers[] =
    "access-control-allow-origin: *\n"
    "access-control-allow-methods: POST\n"
    "access-control-allow-headers: content-type\n"
    "access-control-max-age: 86400\n"
    "cache-control: no-store\n"
    "x-content-type-options: nosniff\n";

static int http_of(int error) {
    switch (error) {
    case TCCC_E_NOT_FOUND: return 404;
    case TCCC_E_UNAUTHORIZED: return 401;
    case TCCC_E_FORBIDDEN: return 403;
    case TCCC_E_LIMIT: return 429;
    case TCCC_E_TOO_LARGE: return 413;
    case TCCC_E_ARG_MISSING: case TCCC_E_ARG_RANGE: case TCCC_E_ARG_TYPE: case TCCC_E_FORMAT: return 400;
    default: return 500;
    }
}

static void fail(visitors *all, edge_request id, int error, const char *sentence) {
    char json[1024];
    json_writer out = json_write(json, sizeof json);
    json_open_object(&out, NULL);
    json_open_object(&out, "error");
    json_put_string(&out, "code", tccc_error_name(error));
    json_put_string(&out, "message", sentence ? sentence : tccc_error_sentence(error));
    json_put_string(&out, "remedy", tccc_error_remedy(error));
    json_close(&out);
    json_close(&out);
    int n = json_finish(&out);
    edge_reply(all->parts.edge, id, http_of(error), "application/json", headers, json, n > 0 ? (size_t)n : 0);
}

static bool may_sign_in(visitors *all, const char *place) {
    return visitor_take(&visitor_address_of(all, place)->sign_ins, 1, all->parts.sign_ins_per_minute, 60000);
}

/* What a visitor is known again by: nobody else can say it. */
static void key_of(const visitors *all, int64_t app_id, const char *id, char key[SIGN_IN_KEY_LEN + 1]) {
    char text[96];
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    int length = snprintf(text, sizeof text, "visitor\n%lld\n%s", (long long)app_id, id);
    HMAC(EVP_sha256(), all->secret, (int)strlen(all->secret), (const unsigned char *)text, (size_t)length, sum, &n);
    for (unsigned i = 0; i < n && i < SIGN_IN_KEY_LEN / 2; i++)
        snprintf(key + 2 * i, 3, "%02x", sum[i]);
}

static void header_of(const char *lines, const char *name, char *value, size_t capacity) {
    size_t n = strlen(name);
    value[0] = 0;
    for (const char *at = lines; *at; at += strcspn(at, "\n"), at += *at == '\n')
        if (!strncmp(at, name, n) && at[n] == ':') {
            at += n + 1 + strspn(at + n + 1, " ");
            snprintf(value, capacity, "%.*s", (int)strcspn(at, "\n"), at);
            return;
        }
}

static int find_channel(visitors *all, const edge_http_request *request, const sign_in *who, store_channel *channel, const char **sentence) {
    char origin[512];
    int error = store_get_channel(all->parts.store, who->channel, channel);
    if (error == TCCC_E_NOT_FOUND || (!error && !channel->enabled)) {
        *sentence = "channel: there is no such channel.";
        return TCCC_E_NOT_FOUND;
    }
    header_of(request->headers, "origin", origin, sizeof origin);
    if (!error && !sign_in_origin_fits(channel->origins, origin)) {
        *sentence = "channel: this page's origin is not among the channel's. Add it in the channel's origins.";
        return TCCC_E_FORBIDDEN;
    }
    return error;
}

static int find_visitor(visitors *all, const store_channel *channel, const sign_in *who, visitor **out, const char **sentence) {
    char id[VISITOR_ID_LEN + 1], key[SIGN_IN_KEY_LEN + 1] = "";
    if (who->visitor_id[0]) {
        key_of(all, channel->app_id, who->visitor_id, key);
        if (CRYPTO_memcmp(key, who->visitor_key, SIGN_IN_KEY_LEN)) {
            *sentence = "visitorKey is not this visitor's. Sign in without visitorId.";
            return TCCC_E_UNAUTHORIZED;
        }
        snprintf(id, sizeof id, "%s", who->visitor_id);
    } else {
        visitor_random_hex(id, VISITOR_ID_LEN);
    }
    *out = visitor_need(all, channel->app_id, id);
    if (!*out)
        *sentence = "Too many visitors are here. Try again later.";
    return *out ? 0 : TCCC_E_LIMIT;
}

static void put_facts(visitor *v, const store_channel *channel, const sign_in *who) {
    visitor_facts *facts = &v->facts;
    snprintf(facts->nickname, sizeof facts->nickname, "%s", who->nickname);
    snprintf(facts->avatar, sizeof facts->avatar, "%s", who->avatar);
    snprintf(facts->language, sizeof facts->language, "%s", who->language);
    snprintf(facts->client_data, sizeof facts->client_data, "%s", who->client_data);
    snprintf(facts->channel, sizeof facts->channel, "%s", channel->id);
    snprintf(facts->channel_name, sizeof facts->channel_name, "%s", channel->name);
}

static void put_channel(json_writer *out, const store_channel *channel) {
    static const char *const types[] = { "im", "voip", "video" };
    json_open_object(out, "channel");
    json_put_string(out, "id", channel->id);
    json_put_string(out, "name", channel->name);
    json_open_array(out, "types");
    for (int i = 0; i < 3; i++)
        if (channel->types & 1 << i)
            json_put_string(out, NULL, types[i]);
    json_close(out);
    json_close(out);
}

static void welcome(visitors *all, edge_request id, const visitor *v, const store_channel *channel) {
    char json[2048], key[SIGN_IN_KEY_LEN + 1] = "";
    key_of(all, v->facts.app_id, v->facts.id, key);
    json_writer out = json_write(json, sizeof json);
    json_open_object(&out, NULL);
    json_put_string(&out, "token", v->token);
    json_put_integer(&out, "expiresIn", VISITOR_TOKEN_S);
    json_put_string(&out, "visitorId", v->facts.id);
    json_put_string(&out, "visitorKey", key);
    put_channel(&out, channel);
    json_close(&out);
    int n = json_finish(&out);
    edge_reply(all->parts.edge, id, 200, "application/json", headers, json, n > 0 ? (size_t)n : 0);
}

static void sign(visitors *all, const edge_http_request *request) {
    sign_in who;
    store_channel channel;
    visitor *v = NULL;
    char err[200];
    const char *sentence = err;
    int error = may_sign_in(all, request->place) ? 0 : TCCC_E_LIMIT;
    if (error)
        sentence = "This address signs in too often. Wait a minute.";
    if (!error)
        error = sign_in_read(request->body, request->body_len, &who, err, sizeof err);
    if (!error)
        error = find_channel(all, request, &who, &channel, &sentence);
    if (!error)
        error = find_visitor(all, &channel, &who, &v, &sentence);
    if (!error) {
        put_facts(v, &channel, &who);
        visitor_note_address(v, request->place);
        error = visitor_make_token(v);
    }
    LOG(all->parts.log, LOG_LEVEL_INFO, "visitor.sign_in", log_text("from", request->remote), log_error("error", error));
    if (error)
        fail(all, request->id, error, sentence);
    else
        welcome(all, request->id, v, &channel);
}

bool visitors_http(visitors *all, const edge_http_request *request) {
    if (strcmp(request->path, "/v1/visitor"))
        return false;
    if (!strcmp(request->method, "POST"))
        sign(all, request);
    else if (!strcmp(request->method, "OPTIONS"))
        edge_reply(all->parts.edge, request->id, 204, NULL, headers, "", 0);
    else
        edge_reply(all->parts.edge, request->id, 405, NULL, "allow: POST, OPTIONS\n", "", 0);
    return true;
}
