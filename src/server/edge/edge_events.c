/* edge_events.c: what happens on the edge thread, told to the control thread. Layer: server. */
#include "edge_loop.h"

#include "tccc/error.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    mail mail;
    edge_loop *loop;
    size_t weight;                   /* of the backlog */
    edge_conn conn;
    edge_http_request request;
    uint32_t seat, bridge;
    int path, open, side, event, code;
    int64_t value;
    const char *text, *origin;
    size_t len;
    char bytes[];                    /* what the pointers above point to */
} event;

static void event_free(event *e) {
    atomic_fetch_sub_explicit(&e->loop->backlog, e->weight, memory_order_relaxed);
    free(e);
}

static event *event_new(edge_loop *loop, size_t n_bytes, void (*run)(void *, mail *)) {
    event *e = calloc(1, sizeof *e + n_bytes);
    if (!e)
        return NULL;
    e->mail.run = run;
    e->loop = loop;
    e->weight = sizeof *e + n_bytes;
    atomic_fetch_add_explicit(&loop->backlog, e->weight, memory_order_relaxed);
    return e;
}

static int backlog_full(edge_loop *loop) {
    return atomic_load_explicit(&loop->backlog, memory_order_relaxed) > BACKLOG_MAX;
}

/* Copies text[len] and a zero to *at and moves *at behind. */
static const char *keep(char **at, const char *text, size_t len) {
    char *copy = *at;
    if (len)
        memcpy(copy, text, len);
    copy[len] = 0;
    *at += len + 1;
    return copy;
}

static const char *keep_string(char **at, const char *text) {
    return keep(at, text, strlen(text));
}

#define HANDLER(context, name, ...)                                     \
    do {                                                                \
        edge *e_ = (context);                                           \
        if (e_ && edge_handler_of(e_)->name)                            \
            edge_handler_of(e_)->name(edge_handler_context(e_), __VA_ARGS__); \
    } while (0)

static void run_seat_open(void *context, mail *self) {
    event *e = (event *)self;
    HANDLER(context, seat_open, e->conn, e->origin);
    event_free(e);
}

int edge_event_seat_open(edge_loop *loop, edge_conn conn, const char *origin) {
    if (backlog_full(loop))
        return TCCC_E_LIMIT;
    event *e = event_new(loop, strlen(origin) + 1, run_seat_open);
    if (!e)
        return TCCC_E_NO_MEMORY;
    char *at = e->bytes;
    e->conn = conn;
    e->origin = keep_string(&at, origin);
    mailbox_post(&loop->outbox, &e->mail);
    return 0;
}

static void run_seat_text(void *context, mail *self) {
    event *e = (event *)self;
    HANDLER(context, seat_text, e->conn, e->text, e->len);
    event_free(e);
}

int edge_event_seat_text(edge_loop *loop, edge_conn conn, const char *text, size_t len) {
    if (backlog_full(loop))
        return TCCC_E_LIMIT;
    event *e = event_new(loop, len + 1, run_seat_text);
    if (!e)
        return TCCC_E_NO_MEMORY;
    char *at = e->bytes;
    e->conn = conn;
    e->text = keep(&at, text, len);
    e->len = len;
    mailbox_post(&loop->outbox, &e->mail);
    return 0;
}

static void run_seat_closed(void *context, mail *self) {
    event *e = (event *)self;
    HANDLER(context, seat_closed, e->conn, e->code);
    event_free(e);
}

void edge_event_seat_closed(edge_loop *loop, edge_conn conn, int code) {
    event *e = event_new(loop, 0, run_seat_closed);
    if (!e)
        abort(); /* the control thread would keep the seat for ever */
    e->conn = conn;
    e->code = code;
    mailbox_post(&loop->outbox, &e->mail);
}

static void run_http(void *context, mail *self) {
    event *e = (event *)self;
    HANDLER(context, http, &e->request);
    event_free(e);
}

int edge_event_http(edge_loop *loop, const edge_http_request *request) {
    if (backlog_full(loop))
        return TCCC_E_LIMIT;
    const edge_http_request *r = request;
    size_t n = strlen(r->method) + strlen(r->path) + strlen(r->query) + strlen(r->remote) + strlen(r->place) + strlen(r->host) +
               strlen(r->headers) + r->body_len + 8;
    event *e = event_new(loop, n, run_http);
    if (!e)
        return TCCC_E_NO_MEMORY;
    char *at = e->bytes;
    e->request.id = r->id;
    e->request.method = keep_string(&at, r->method);
    e->request.path = keep_string(&at, r->path);
    e->request.query = keep_string(&at, r->query);
    e->request.remote = keep_string(&at, r->remote);
    e->request.place = keep_string(&at, r->place);
    e->request.host = keep_string(&at, r->host);
    e->request.headers = keep_string(&at, r->headers);
    e->request.body = keep(&at, r->body, r->body_len);
    e->request.body_len = r->body_len;
    mailbox_post(&loop->outbox, &e->mail);
    return 0;
}

static void run_media_path(void *context, mail *self) {
    event *e = (event *)self;
    HANDLER(context, media_path, e->seat, e->path, e->open);
    event_free(e);
}

void edge_event_media_path(edge_loop *loop, edge_seat seat, int path, int open) {
    event *e = event_new(loop, 0, run_media_path);
    if (!e)
        return; /* a page learns of its paths by pings; this is for the records */
    e->seat = seat;
    e->path = path;
    e->open = open;
    mailbox_post(&loop->outbox, &e->mail);
}

static void run_bridge_event(void *context, mail *self) {
    event *e = (event *)self;
    HANDLER(context, bridge_event, e->bridge, e->side, e->event, e->value);
    event_free(e);
}

void edge_event_bridge(edge_loop *loop, uint32_t bridge, int side, int event_kind, int64_t value) {
    event *e = event_new(loop, 0, run_bridge_event);
    if (!e)
        abort(); /* a call would never end */
    e->bridge = bridge;
    e->side = side;
    e->event = event_kind;
    e->value = value;
    mailbox_post(&loop->outbox, &e->mail);
}

static void run_video_event(void *context, mail *self) {
    event *e = (event *)self;
    HANDLER(context, video_event, e->bridge, e->side, e->open);
    event_free(e);
}

void edge_event_video(edge_loop *loop, uint32_t relay, int side, int up) {
    event *e = event_new(loop, 0, run_video_event);
    if (!e)
        return; /* the browsers see it for themselves; this is for the records */
    e->bridge = relay;
    e->side = side;
    e->open = up;
    mailbox_post(&loop->outbox, &e->mail);
}
