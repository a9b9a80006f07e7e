/* http.c: HTTP requests: static files, and the rest forwarded to the control thread. Layer: server. RFC 9110, RFC 9112. */
#include "http.h"

#include "static_files.h"
#include "tccc/error.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    HTTP_REPLY_MS = 30000,           /* the control thread's time to answer; UploadIvrAudio takes up to 25 s of it */
    HTTP_BODY_MS = 30000,            /* a client's time to send its body */
    HTTP_CHUNK = 16 << 10,           /* bytes handed to libwebsockets at once */
    HTTP_HEADERS_CAP = 8 << 10,      /* of a response, and of a forwarded request */
    PATH_CAP = 2048
};

enum exchange_state { READING_BODY, WAITING, REPLYING };

typedef struct http_exchange {
    connection *conn;
    enum exchange_state state;
    edge_request id;                 /* 0 before it is forwarded */
    uint64_t deadline_ms;
    const char *method;
    int head_only, close_after;
    char path[PATH_CAP], query[PATH_CAP], headers[HTTP_HEADERS_CAP];
    char *body;                      /* request's while READING_BODY, response's while REPLYING */
    size_t body_len, body_cap, body_sent;
    int file;                        /* response body from here, or -1 */
    uint64_t file_at;                /* where in the file it begins */
} http_exchange;

typedef struct {                     /* a response's head */
    int status;
    const char *content_type, *headers;
    uint64_t content_length;
} http_head;

/* Pages of our own. 'self' covers ws: and wss: to the same origin (CSP3 section 6.7.2.8). */
static const char web_headers[] =
    "content-security-policy: default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; "
    "connect-src 'self'; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'\n"
    "x-content-type-options: nosniff\n"
    "referrer-policy: same-origin\n"
    "cross-origin-opener-policy: same-origin\n";

/* The SDK is loaded by pages of other origins. */
static const char sdk_headers[] =
    "access-control-allow-origin: *\n"
    "cross-origin-resource-policy: cross-origin\n"
    "timing-allow-origin: *\n"
    "x-content-type-options: nosniff\n";

static const char preflight_headers[] =
    "access-control-allow-origin: *\n"
    "access-control-allow-methods: GET, HEAD\n"
    "access-control-allow-headers: *\n"
    "access-control-max-age: 86400\n";

static http_exchange *exchange_new(connection *conn) {
    http_exchange *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->conn = conn;
    x->file = -1;
    conn->exchange = x;
    conn->loop->n_busy++;
    return x;
}

static void exchange_free(connection *conn) {
    http_exchange *x = conn->exchange;
    if (!x)
        return;
    if (x->id)
        id_map_take(&conn->loop->requests, x->id);
    if (x->file >= 0)
        close(x->file);
    free(x->body);
    free(x);
    conn->exchange = NULL;
    conn->loop->n_busy--;
}

/* The end of a response: 0 to keep the connection, -1 to close it. */
static int exchange_finish(http_exchange *x) {
    connection *conn = x->conn;
    int close_after = x->close_after;
    exchange_free(conn);
    return lws_http_transaction_completed(conn->wsi) || close_after ? -1 : 0;
}

/* One "name: value\n" line of text, moved past; 0 at the end. */
static int header_line(const char **text, char *name, size_t name_cap, const char **value, int *value_len) {
    const char *line = *text, *end = line + strcspn(line, "\n"), *colon = memchr(line, ':', (size_t)(end - line));
    if (!*line)
        return 0;
    *text = *end ? end + 1 : end;
    size_t n = colon ? (size_t)(colon - line) + 1 : 0;
    if (n < 2 || n >= name_cap) {
        name[0] = 0;
        return 1;
    }
    memcpy(name, line, n);
    name[n] = 0;
    *value = colon + 1 + strspn(colon + 1, " \t");
    *value_len = (int)(end - *value);
    if (*value_len > 0 && (*value)[*value_len - 1] == '\r')
        --*value_len;
    return 1;
}

static int write_head(http_exchange *x, const http_head *head) {
    unsigned char buf[LWS_PRE + HTTP_HEADERS_CAP], *at = buf + LWS_PRE, *end = buf + sizeof buf;
    struct lws *wsi = x->conn->wsi;
    int failed = lws_add_http_header_status(wsi, (unsigned)head->status, &at, end);
    if (head->content_type)
        failed |= lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, (const unsigned char *)head->content_type,
                                               (int)strlen(head->content_type), &at, end);
    const char *lines = head->headers ? head->headers : "", *value = "";
    char name[128];
    int value_len = 0;
    while (!failed && header_line(&lines, name, sizeof name, &value, &value_len))
        if (name[0])
            failed |= lws_add_http_header_by_name(wsi, (unsigned char *)name, (const unsigned char *)value, value_len, &at, end);
    if (x->close_after)
        failed |= lws_add_http_header_by_name(wsi, (const unsigned char *)"connection:", (const unsigned char *)"close", 5, &at, end);
    failed |= lws_add_http_header_content_length(wsi, head->content_length, &at, end);
    failed |= lws_finalize_http_header(wsi, &at, end);
    int n = (int)(at - (buf + LWS_PRE));
    return failed || lws_write(wsi, buf + LWS_PRE, (size_t)n, LWS_WRITE_HTTP_HEADERS) < n ? -1 : 0;
}

/* Starts the response; body and file of x follow when the socket takes them. */
static int respond(http_exchange *x, const http_head *head) {
    x->state = REPLYING;
    lws_set_timeout(x->conn->wsi, PENDING_TIMEOUT_HTTP_CONTENT, 30);
    if (write_head(x, head))
        return -1;
    if (x->head_only || !head->content_length)
        return exchange_finish(x);
    lws_callback_on_writable(x->conn->wsi);
    return 0;
}

/* An answer of the edge itself. */
static int respond_status(http_exchange *x, int status, const char *headers, const char *sentence) {
    free(x->body);
    x->body_len = strlen(sentence);
    x->body = strdup(sentence);
    x->body_sent = 0;
    if (!x->body)
        return -1;
    const char *type = x->body_len ? "text/plain; charset=utf-8" : NULL;
    return respond(x, &(http_head){ status, type, headers, x->body_len });
}

static int send_more(http_exchange *x) {
    unsigned char buf[LWS_PRE + HTTP_CHUNK], *data = buf + LWS_PRE;
    size_t n = x->body_len - x->body_sent;
    if (n > HTTP_CHUNK)
        n = HTTP_CHUNK;
    if (x->file >= 0) {
        uint64_t began_ns = uv_hrtime();
        ssize_t got = pread(x->file, data, n, (off_t)(x->file_at + x->body_sent));
        edge_tally_more(x->conn->loop, FILE_BYTES, got > 0 ? (uint64_t)got : 0);
        edge_tally_more(x->conn->loop, FILE_US, (uv_hrtime() - began_ns) / 1000);
        if (got < (ssize_t)n)
            return -1; /* the file became shorter: nothing but a cut connection can tell the client */
    } else
        memcpy(data, x->body + x->body_sent, n);
    x->body_sent += n;
    int last = x->body_sent == x->body_len;
    if (lws_write(x->conn->wsi, data, n, last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < (int)n)
        return -1;
    if (last)
        return exchange_finish(x);
    lws_set_timeout(x->conn->wsi, PENDING_TIMEOUT_HTTP_CONTENT, 30);
    lws_callback_on_writable(x->conn->wsi);
    return 0;
}

/* --- static files --- */

static int respond_file(http_exchange *x, static_file *file, const char *more_headers) {
    char headers[2048], if_none_match[256];
    snprintf(headers, sizeof headers, "%setag: %s\ncache-control: no-cache\nvary: accept-encoding\n%s%s%s", more_headers,
             file->etag, file->encoding ? "content-encoding: " : "", file->encoding ? file->encoding : "",
             file->encoding ? "\n" : "");
    connection_header(x->conn->wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, if_none_match, sizeof if_none_match);
    if (static_file_matches(if_none_match, file->etag)) {
        close(file->fd);
        return respond(x, &(http_head){ 304, NULL, headers, 0 });
    }
    x->file = file->fd;
    x->body_len = file->size;
    /* HEAD tells the length that GET would have */
    return respond(x, &(http_head){ 200, file->content_type, headers, file->size });
}

/* A GET to / may be a call of the cloud API, which is told by what it carries. */
static int is_api_call(const http_exchange *x) {
    static const char name[] = "x-tc-action:";
    char signature[256];
    return lws_hdr_custom_length(x->conn->wsi, name, sizeof name - 1) > 0
        || lws_get_urlarg_by_name(x->conn->wsi, "Signature=", signature, sizeof signature);
}

/* 1 when the path was answered from a folder (*result says how), 0 when it is not a file. */
static int try_static(http_exchange *x, int *result) {
    const edge_config *config = &x->conn->loop->config;
    char accept[256];
    static_file file;
    int sdk = !strncmp(x->path, "/sdk/", 5), get = !strcmp(x->method, "GET");
    if (sdk && !strcmp(x->method, "OPTIONS")) {
        *result = respond_status(x, 204, preflight_headers, "");
        return 1;
    }
    if (sdk && !get) {
        *result = respond_status(x, 405, "allow: GET, HEAD, OPTIONS\n", "Only GET and HEAD are possible here.\n");
        return 1;
    }
    const char *dir = sdk ? config->sdk_dir : config->web_dir;
    if (!get || (!dir && !sdk) || (!sdk && is_api_call(x)))
        return 0;
    connection_header(x->conn->wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING, accept, sizeof accept);
    int missing = !dir || static_file_open(&file, dir, sdk ? x->path + 4 : x->path, accept);
    if (!missing)
        *result = respond_file(x, &file, sdk ? sdk_headers : web_headers);
    else if (sdk)
        *result = respond_status(x, 404, sdk_headers, "There is no such file.\n");
    return !missing || sdk;
}

/* --- requests for the control thread --- */

static size_t append(char *out, size_t at, size_t cap, const char *text, size_t n) {
    if (at + n < cap) {
        memcpy(out + at, text, n);
        out[at + n] = 0;
        return at + n;
    }
    return at;
}

static void append_header(http_exchange *x, const char *name, size_t name_len, const char *value) {
    size_t at = strlen(x->headers), cap = sizeof x->headers;
    if (!value[0] || at + name_len + strlen(value) + 3 >= cap)
        return;
    at = append(x->headers, at, cap, name, name_len);
    at = append(x->headers, at, cap, ": ", 2);
    at = append(x->headers, at, cap, value, strlen(value));
    append(x->headers, at, cap, "\n", 1);
}

/* libwebsockets keeps the headers it knows by token and the others only by name: these are the ones we use. */
static const char *const custom_headers[] = {
    "x-tc-action:", "x-tc-version:", "x-tc-timestamp:", "x-tc-region:", "x-tc-language:", "x-tc-token:",
    "x-tc-requestclient:", "x-tc-content-sha256:", "x-tc-nonce:", "x-forwarded-proto:", "x-forwarded-host:", "x-real-ip:",
    "x-request-id:", "x-csrf-token:", "idempotency-key:", "origin:",
};

static void read_headers(http_exchange *x) {
    struct lws *wsi = x->conn->wsi;
    char value[4096];
    for (int token = 0; token < WSI_TOKEN_COUNT; token++) {
        const char *name = (const char *)lws_token_to_string((enum lws_token_indexes)token);
        size_t n = name ? strlen(name) : 0;
        if (n < 2 || name[n - 1] != ':' || name[0] == ':' || !lws_hdr_total_length(wsi, (enum lws_token_indexes)token))
            continue;
        connection_header(wsi, (enum lws_token_indexes)token, value, sizeof value);
        append_header(x, name, n - 1, value);
    }
    for (size_t i = 0; i < sizeof custom_headers / sizeof *custom_headers; i++) {
        int n = (int)strlen(custom_headers[i]);
        if (lws_hdr_custom_copy(wsi, value, sizeof value, custom_headers[i], n) > 0)
            append_header(x, custom_headers[i], (size_t)n - 1, value);
    }
}

/* libwebsockets has decoded the arguments; encode them again (RFC 3986 section 2.1), so that a '&' in a value stays in it. */
static void append_query(http_exchange *x, const char *argument) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    size_t at = strlen(x->query);
    int in_value = 0;
    if (at)
        at = append(x->query, at, sizeof x->query, "&", 1);
    for (; *argument; argument++) {
        char code[4] = { *argument };
        if (*argument == '=' && !in_value)
            in_value = 1;
        else if (!strchr(plain, *argument))
            snprintf(code, sizeof code, "%%%02X", (unsigned char)*argument);
        at = append(x->query, at, sizeof x->query, code, strlen(code));
    }
}

static void read_query(http_exchange *x) {
    char argument[PATH_CAP];
    for (int i = 0; lws_hdr_copy_fragment(x->conn->wsi, argument, sizeof argument, WSI_TOKEN_HTTP_URI_ARGS, i) >= 0; i++)
        append_query(x, argument);
}

static int forward(http_exchange *x) {
    edge_loop *loop = x->conn->loop;
    char host[256], remote[IP_TEXT_MAX], place[IP_TEXT_MAX];
    ip_address asker = connection_asker(x->conn);
    ip_write(&asker, remote);
    ip_write_place(&asker, place);
    read_headers(x);
    read_query(x);
    connection_header(x->conn->wsi, WSI_TOKEN_HOST, host, sizeof host);
    edge_http_request request = {
        .id = ++loop->next_request, .method = x->method, .path = x->path, .query = x->query, .remote = remote, .place = place,
        .host = host, .headers = x->headers, .body = x->body ? x->body : "", .body_len = x->body_len,
    };
    int failed = loop->stopping || id_map_put(&loop->requests, request.id, x);
    if (!failed) {
        x->id = request.id;
        failed = edge_event_http(loop, &request);
    }
    free(x->body);
    x->body = NULL;
    x->body_len = 0;
    x->state = WAITING;
    x->deadline_ms = uv_now(&loop->uv) + HTTP_REPLY_MS;
    lws_set_timeout(x->conn->wsi, NO_PENDING_TIMEOUT, 0);
    return failed ? respond_status(x, 503, "retry-after: 5\n", "The server is busy. Try again.\n") : 0;
}

/* Outside of a callback of the connection, where -1 would do. LWS_TO_KILL_ASYNC waits for another event of the loop. */
static void close_soon(connection *conn) {
    conn->over = 1;
    lws_callback_on_writable(conn->wsi);
}

void http_answer(edge_loop *loop, edge_request id, int status, const char *content_type, const char *headers,
                const void *body, size_t len) {
    http_exchange *x = id_map_take(&loop->requests, id);
    if (!x)
        return;
    x->id = 0;
    x->body = malloc(len + 1);
    if (x->body && len)
        memcpy(x->body, body, len);
    x->body_len = x->body ? len : 0;
    connection *conn = x->conn;
    if (!x->body || respond(x, &(http_head){ status, content_type, headers, len }))
        close_soon(conn);
}

void http_answer_file(edge_loop *loop, edge_request id, int status, const char *content_type, const char *headers, int fd,
                      uint64_t offset, uint64_t len) {
    http_exchange *x = id_map_take(&loop->requests, id);
    if (!x) {
        close(fd);
        return;
    }
    x->id = 0;
    x->file = fd;
    x->file_at = offset;
    x->body_len = len;
    connection *conn = x->conn;
    if (respond(x, &(http_head){ status, content_type, headers, len }))
        close_soon(conn);
}

void http_check_deadlines(edge_loop *loop) {
    size_t cursor = 0;
    http_exchange *x;
    edge_request late[64];
    int n_late = 0;
    while (n_late < 64 && (x = id_map_next(&loop->requests, &cursor)))
        if (uv_now(&loop->uv) >= x->deadline_ms)
            late[n_late++] = x->id;
    static const char sentence[] = "The server is busy. Try again.\n";
    for (int i = 0; i < n_late; i++)
        http_answer(loop, late[i], 503, "text/plain; charset=utf-8", "retry-after: 5\n", sentence, sizeof sentence - 1);
}

/* --- receiving --- */

/* Content-Length: -1 absent, -2 not a number or beyond any use, else its value. */
static long content_length(struct lws *wsi) {
    char text[32];
    if (!lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH))
        return -1;
    connection_header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, text, sizeof text);
    size_t n = strlen(text);
    return n && n < 18 && strspn(text, "0123456789") == n ? atol(text) : -2;
}

static int refuse_body(http_exchange *x, int status, const char *sentence) {
    x->close_after = 1;
    return respond_status(x, status, NULL, sentence);
}

static int on_request(connection *conn, const char *path, size_t len) {
    static const char *const methods[] = {
        [LWSHUMETH_GET] = "GET", [LWSHUMETH_POST] = "POST", [LWSHUMETH_OPTIONS] = "OPTIONS", [LWSHUMETH_PUT] = "PUT",
        [LWSHUMETH_PATCH] = "PATCH", [LWSHUMETH_DELETE] = "DELETE", [LWSHUMETH_HEAD] = "GET",
    };
    char *uri;
    int uri_len, method = lws_http_get_uri_and_method(conn->wsi, &uri, &uri_len);
    exchange_free(conn);
    if (method < 0 || method >= (int)(sizeof methods / sizeof *methods) || !methods[method])
        return -1;
    http_exchange *x = exchange_new(conn);
    if (!x)
        return -1;
    x->method = methods[method];
    x->head_only = method == LWSHUMETH_HEAD;
    x->deadline_ms = uv_now(&conn->loop->uv) + HTTP_BODY_MS;
    if (len >= sizeof x->path || strnlen(path, len) != len)
        return refuse_body(x, 414, "The path is too long.\n");
    memcpy(x->path, path, len);
    long n = content_length(conn->wsi);
    int takes_body = method == LWSHUMETH_POST || method == LWSHUMETH_PUT || method == LWSHUMETH_PATCH;
    if (n == -2)
        return refuse_body(x, 400, "Content-Length is not a number.\n");
    if ((n < 0 && takes_body) || lws_hdr_total_length(conn->wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING))
        return refuse_body(x, 411, "Send the body with a Content-Length.\n");
    if (n > HTTP_BODY_MAX)
        return refuse_body(x, 413, "The body is larger than 10 MiB.\n");
    if (n > 0 || (n == 0 && method == LWSHUMETH_POST))
        return lws_set_timeout(conn->wsi, PENDING_TIMEOUT_HTTP_CONTENT, 10), 0; /* goes on in on_body */
    int result;
    return try_static(x, &result) ? result : forward(x);
}

static int on_body(connection *conn, const void *in, size_t len) {
    http_exchange *x = conn->exchange;
    if (!x || x->state != READING_BODY)
        return 0; /* answered before its body had come */
    if (uv_now(&conn->loop->uv) > x->deadline_ms)
        return refuse_body(x, 408, "The body came too slowly.\n");
    if (x->body_len + len > HTTP_BODY_MAX)
        return refuse_body(x, 413, "The body is larger than 10 MiB.\n");
    if (x->body_len + len + 1 > x->body_cap) {
        size_t cap = (x->body_len + len + 1) * 2;
        char *body = realloc(x->body, cap);
        if (!body)
            return -1;
        x->body = body;
        x->body_cap = cap;
    }
    if (len)
        memcpy(x->body + x->body_len, in, len);
    x->body_len += len;
    lws_set_timeout(conn->wsi, PENDING_TIMEOUT_HTTP_CONTENT, 10);
    return 0;
}

static int on_body_end(connection *conn) {
    http_exchange *x = conn->exchange;
    if (!x || x->state != READING_BODY)
        return 0;
    int result;
    return try_static(x, &result) ? result : forward(x);
}

static int on_writable(connection *conn) {
    http_exchange *x = conn->exchange;
    return conn->over ? -1 : x && x->state == REPLYING ? send_more(x) : 0;
}

/* WebSocket handshakes go to ws_seat.c and ws_media.c by subprotocol; without one they end here. */
static int refuse_upgrade(struct lws *wsi) {
    return lws_return_http_status(wsi, HTTP_STATUS_BAD_REQUEST, NULL), 1;
}

int http_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len) {
    edge_loop *loop = lws_context_user(lws_get_context(wsi));
    connection *conn = connection_of(wsi);
    switch ((int)reason) {
    case LWS_CALLBACK_FILTER_NETWORK_CONNECTION: {
        const struct lws_filter_network_conn_args *args = user;
        return loop->stopping || connection_refused(loop, (const struct sockaddr *)&args->cli_addr);
    }
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
        return connection_new(loop, wsi) ? 0 : -1;
    case LWS_CALLBACK_WSI_DESTROY:
        if (conn) {
            exchange_free(conn);
            connection_free(conn);
        }
        return 0;
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return refuse_upgrade(wsi);
    case LWS_CALLBACK_HTTP:
        return conn ? on_request(conn, in, len) : -1;
    case LWS_CALLBACK_HTTP_BODY:
        return conn ? on_body(conn, in, len) : -1;
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return conn ? on_body_end(conn) : -1;
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return conn ? on_writable(conn) : -1;
    case LWS_CALLBACK_CLOSED_HTTP:
        if (conn)
            exchange_free(conn);
        return 0;
    }
    return 0;
}
