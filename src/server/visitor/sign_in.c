/* sign_in.c: reads what a page says of its visitor. Layer: server. */
#include "server/url.h"
#include "server/visitor/sign_in.h"

#include "base/json.h"
#include "tccc/error.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static void take(json_reader *in, const char *name, char *into, size_t capacity) {
    const char *text = json_string_or(in, name, "", capacity - 1);
    snprintf(into, capacity, "%s", text ? text : "");
}

static void take_hex(json_reader *in, const char *name, char *into, size_t capacity) {
    take(in, name, into, capacity);
    if (into[0] && (strlen(into) != capacity - 1 || into[strspn(into, "0123456789abcdef")]))
        json_fail(in, TCCC_E_ARG_RANGE, name, "must be what an earlier sign-in gave");
}

static void check_avatar(json_reader *in, const char *avatar) {
    bool fits = !avatar[0] || url_has_scheme(avatar, "http");
    for (; fits && *avatar; avatar++)
        fits = (unsigned char)*avatar > ' ' && !strchr("\"<>\\", *avatar);
    if (!fits)
        json_fail(in, TCCC_E_ARG_RANGE, "avatar", "must be an http or https URL");
}

static void check_printable(json_reader *in, const char *name, const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 127)
            json_fail(in, TCCC_E_ARG_RANGE, name, "must not hold control characters");
}

int sign_in_read(const char *body, size_t length, sign_in *out, char *err, size_t err_cap) {
    json_value *tree = NULL;
    memset(out, 0, sizeof *out);
    int error = json_parse(body, length, SIGN_IN_BODY_MAX, &tree);
    if (error) {
        snprintf(err, err_cap, error == TCCC_E_TOO_LARGE ? "The body is larger than 8 KiB." : "The body must be a JSON object.");
        return error;
    }
    json_reader in = json_read(tree);
    const char *channel = json_string(&in, "channel", 1, sizeof out->channel - 1);
    snprintf(out->channel, sizeof out->channel, "%s", channel ? channel : "");
    take_hex(&in, "visitorId", out->visitor_id, sizeof out->visitor_id);
    take_hex(&in, "visitorKey", out->visitor_key, sizeof out->visitor_key);
    take(&in, "nickname", out->nickname, 256);
    take(&in, "avatar", out->avatar, sizeof out->avatar);
    take(&in, "language", out->language, sizeof out->language);
    if (out->language[strspn(out->language, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")])
        json_fail(&in, TCCC_E_ARG_RANGE, "language", "must be a language tag such as en or zh-CN");
    take(&in, "clientData", out->client_data, sizeof out->client_data);
    check_printable(&in, "nickname", out->nickname);
    check_avatar(&in, out->avatar);
    if (!out->visitor_id[0] != !out->visitor_key[0])
        json_fail(&in, TCCC_E_ARG_MISSING, "visitorKey", "and visitorId come together");
    snprintf(err, err_cap, "%s", in.message);
    error = in.error;
    json_free(tree);
    return error;
}

int sign_in_origin_fits(const char *origins, const char *origin) {
    size_t n = strlen(origin);
    const char *at = origins + strspn(origins, " ");
    if (!*at)
        return 1;
    while (*at) {
        size_t length = strcspn(at, " ");
        if (n && length == n && !strncasecmp(at, origin, n))
            return 1;
        at += length;
        at += strspn(at, " ");
    }
    return 0;
}
