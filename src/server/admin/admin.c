/* admin.c: from an HTTP request to a route and back: who asks, what is wrong, the answer. Layer: server. */
#include "server/admin/admin.h"

#include "server/admin/route.h"
#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char prefix[] = "/v1/admin";
static const char fixed_headers[] = "cache-control: no-store\nx-content-type-options: nosniff\n";

admin *admin_new(const admin_parts *parts) {
    admin *all = calloc(1, sizeof *all);
    if (all)
        all->parts = *parts;
    return all;
}

void admin_free(admin *all) { free(all); }

void admin_sign_out(admin *all, int64_t app_id, const char *user_id) {
    session_close_all(&all->sessions, app_id, user_id, NULL);
}

/* ---- failures ---- */

static int http_of(int error) {
    switch (error) {
    case TCCC_E_NOT_FOUND: return 404;
    case TCCC_E_UNAUTHORIZED: return 401;
    case TCCC_E_FORBIDDEN: return 403;
    case TCCC_E_STATE: return 409;
    case TCCC_E_LIMIT: return 429;
    case TCCC_E_TOO_LARGE: return 413;
    case TCCC_E_ARG_MISSING: case TCCC_E_ARG_RANGE: case TCCC_E_ARG_TYPE: case TCCC_E_FORMAT: return 400;
    default: return 500;
    }
}

void admin_fail(admin_call *call, int error, const char *field, const char *sentence) {
    if (call->http)
        return;
    call->http = http_of(error);
    call->code = tccc_error_name(error);
    call->remedy = tccc_error_remedy(error);
    snprintf(call->field, sizeof call->field, "%s", field);
    snprintf(call->message, sizeof call->message, "%s", sentence ? sentence : tccc_error_sentence(error));
}

bool admin_store_failed(admin_call *call, int error, const char *field, const char *missing) {
    if (error)
        admin_fail(call, error, field, error == TCCC_E_NOT_FOUND ? missing : NULL);
    return error != 0;
}

bool admin_failed(admin_call *call) {
    if (call->in.error) {
        char field[64];
        snprintf(field, sizeof field, "%.*s", (int)strcspn(call->in.message, " "), call->in.message);
        admin_fail(call, call->in.error, field, call->in.message);
    }
    return call->http != 0;
}

bool admin_has(const admin_call *call, const char *member) {
    json_reader in = json_read(call->body);
    return !in.error && (json_string(&in, member, 0, SIZE_MAX) || in.error != TCCC_E_ARG_MISSING);
}

int64_t admin_query_integer(admin_call *call, const char *name, int64_t fallback, int64_t min, int64_t max) {
    char sentence[120];
    const char *text = query_get(&call->query, name);
    if (!text)
        return fallback;
    size_t n = strspn(text, "0123456789");
    int64_t number = n && n < 16 && !text[n] ? atoll(text) : -1;
    if (number >= min && number <= max)
        return number;
    snprintf(sentence, sizeof sentence, "%s must be a whole number from %lld to %lld.", name, (long long)min, (long long)max);
    admin_fail(call, TCCC_E_ARG_RANGE, name, sentence);
    return fallback;
}

void admin_page(admin_call *call, int *offset, int *limit) {
    *offset = (int)admin_query_integer(call, "offset", 0, 0, INT32_MAX);
    *limit = (int)admin_query_integer(call, "limit", ADMIN_PAGE, 1, ADMIN_PAGE_MAX);
}

int64_t admin_param_id(admin_call *call, int index) {
    const char *text = call->params[index];
    size_t n = strspn(text, "0123456789");
    int64_t id = n && n < 16 && !text[n] ? atoll(text) : 0;
    if (!id)
        admin_fail(call, TCCC_E_NOT_FOUND, "", "The address has no number where one belongs.");
    return id;
}

void admin_staff_changed(admin_call *call) {
    int error = agents_reload(call->all->parts.agents, call->app_id);
    if (error)
        LOG(call->all->parts.log, LOG_LEVEL_ERROR, "admin.reload", log_error("error", error));
}

/* ---- answers ---- */

static void reply(admin *all, edge_request id, int status, const char *more, const char *json, size_t length) {
    char headers[sizeof fixed_headers + 256];
    snprintf(headers, sizeof headers, "%s%s", fixed_headers, more ? more : "");
    all->parts.reply(all->parts.ctx, id, status, status == 204 ? NULL : "application/json", headers, json, length);
}

void admin_reply_json(admin *all, edge_request id, int status, const char *headers, const char *json) {
    reply(all, id, status, headers, json, strlen(json));
}

static void send_error(admin *all, edge_request id, int http, const char *code, const char *field, const char *message, const char *remedy) {
    char json[2048];
    json_writer out = json_write(json, sizeof json);
    json_open_object(&out, NULL);
    json_open_object(&out, "error");
    json_put_string(&out, "code", code);
    json_put_string(&out, "message", message);
    json_put_string(&out, "field", field);
    json_put_string(&out, "remedy", remedy);
    json_close(&out);
    json_close(&out);
    int n = json_finish(&out);
    reply(all, id, http, NULL, json, n > 0 ? (size_t)n : 0);
}

void admin_reply_error(admin *all, edge_request id, int error, const char *field, const char *sentence) {
    send_error(all, id, http_of(error), tccc_error_name(error), field, sentence ? sentence : tccc_error_sentence(error), tccc_error_remedy(error));
}

static void answer(admin_call *call, const char *json, int length) {
    admin *all = call->all;
    if (!call->http && length < 0)
        admin_fail(call, TCCC_E_TOO_LARGE, "limit", "The answer is too large. Ask for fewer at once.");
    if (call->http)
        send_error(all, call->request->id, call->http, call->code, call->field, call->message, call->remedy);
    else
        reply(all, call->request->id, call->status, call->headers, json, call->status == 204 ? 0 : (size_t)length);
}

/* ---- one request ---- */

static void check_role(admin_call *call, const admin_route *route) {
    if (call->http || (route->may & MAY_ANYBODY))
        return;
    if (!call->who.may)
        admin_fail(call, TCCC_E_UNAUTHORIZED, "", "The request is not signed in. POST /v1/admin/sign-in, or send Authorization: Bearer <SecretId>:<SecretKey>.");
    else if (!(call->who.may & route->may))
        admin_fail(call, TCCC_E_FORBIDDEN, "", NULL);
    else if (call->app_id && call->who.app_id && call->who.app_id != call->app_id)
        admin_fail(call, TCCC_E_FORBIDDEN, "", "You belong to another app.");
    else if (call->app_id && !store_has_app(call->all->parts.store, call->app_id))
        admin_fail(call, TCCC_E_NOT_FOUND, "", "There is no such app.");
}

static void check_members(admin_call *call, const char *const *members) {
    char sentence[160];
    for (const json_value *e = json_first(call->body); e && !call->http; e = json_next(e)) {
        int i = 0;
        while (members[i] && strcmp(members[i], json_name(e)) && strcmp(members[i], "*"))
            i++;
        if (members[i])
            continue;
        snprintf(sentence, sizeof sentence, "%.60s is no member that is known here.", json_name(e));
        admin_fail(call, TCCC_E_ARG_RANGE, json_name(e), sentence);
    }
}

static void read_body(admin_call *call, const char *const *members) {
    const edge_http_request *r = call->request;
    if (call->http || !members)
        return;
    if (r->body_len > ADMIN_BODY_MAX)
        admin_fail(call, TCCC_E_TOO_LARGE, "", "The body is larger than 512 KiB.");
    else if (json_parse(r->body_len ? r->body : "{}", r->body_len ? r->body_len : 2, ADMIN_BODY_MAX, &call->body) || !json_is_object(call->body))
        admin_fail(call, TCCC_E_FORMAT, "", "The body must be a JSON object.");
    call->in = json_read(call->body);
    if (!call->http)
        check_members(call, members);
}

/* Status 0: the answer comes later. */
static void log_call(const admin_call *call, const admin_route *route) {
    bool reads = !strcmp(call->request->method, "GET") && !call->http;
    LOG(call->all->parts.log, reads ? LOG_LEVEL_DEBUG : call->http ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "admin.call",
        log_text("method", call->request->method), log_text("route", route ? route->path : "-"), log_text("user", call->who.user_id),
        log_integer("status", call->http ? call->http : call->later ? 0 : call->status), log_text("from", call->request->remote));
}

bool admin_http(admin *all, const edge_http_request *request) {
    static char json[ADMIN_ANSWER_MAX]; /* the control thread is the only one here */
    if (strncmp(request->path, prefix, sizeof prefix - 1) || !strchr("/", request->path[sizeof prefix - 1]))
        return false;
    json_writer out = json_write(json, sizeof json);
    admin_call call = { .all = all, .request = request, .out = &out, .status = 200 };
    const admin_route *route = admin_route_find(&call);
    if (route && query_parse(&call.query, request->query, strlen(request->query)))
        admin_fail(&call, TCCC_E_FORMAT, "", "The query string cannot be decoded.");
    if (route && !(route->may & MAY_ANYBODY))
        admin_identify(&call);
    if (route) {
        check_role(&call, route);
        read_body(&call, route->members);
    }
    json_open_object(&out, NULL);
    if (!call.http)
        route->run(&call);
    (void)admin_failed(&call);
    json_close(&out);
    log_call(&call, route);
    if (!call.later)
        answer(&call, json, json_finish(&out));
    json_free(call.body);
    query_free(&call.query);
    return true;
}
