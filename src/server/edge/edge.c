/* edge.c: the edge thread: start, stop, and the control thread's calls. Layer: server. */
#include "edge.h"

#include "edge_loop.h"
#include "data_channel.h"
#include "http.h"
#include "ice_port.h"
#include "media_seat.h"
#include "video_relay.h"
#include "ws_media.h"
#include "ws_seat.h"

#include "server/bridge/bridges.h"
#include "server/bridge/mix_clock.h"
#include "server/bridge/program.h"
#include "server/bridge/sounds.h"
#include "tccc/error.h"

#include <arpa/inet.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CONNECTIONS_DEFAULT = 4096,
    STOP_MS = 2000,                  /* time for peers to take the close frames */
    STOP_CHECK_MS = 20,
    HEADER_BYTES_MAX = 16 << 10      /* of one request */
};

#define VHOST "tccc"

struct edge {
    edge_loop loop;
    edge_handler handler;
    void *context;
    pthread_t thread;
    uint32_t last_id;
};

edge_loop *edge_loop_of(edge *e) {
    return &e->loop;
}

uint32_t edge_new_id(edge *e) {
    return ++e->last_id;
}

const edge_handler *edge_handler_of(const edge *e) {
    return &e->handler;
}

void *edge_handler_context(const edge *e) {
    return e->context;
}

/* --- the thread --- */

static void begin_stop(edge_loop *loop) {
    static const char *const closing[] = { WS_SEAT_PROTOCOL, WS_MEDIA_PROTOCOL };
    struct lws_vhost *vhost = lws_get_vhost_by_name(loop->lws, VHOST);
    if (loop->stopping)
        return;
    loop->stopping = 1;
    loop->stop_at_ms = uv_now(&loop->uv) + STOP_MS;
    for (int i = 0; i < 2; i++) /* they send their close frames when they are writable */
        lws_callback_on_writable_all_protocol(loop->lws, lws_vhost_name_to_protocol(vhost, closing[i]));
    uv_timer_start(&loop->second, loop->second.timer_cb, STOP_CHECK_MS, STOP_CHECK_MS);
}

static void on_second(uv_timer_t *timer) {
    edge_loop *loop = timer->data;
    if (loop->stopping && (!loop->n_busy || uv_now(&loop->uv) >= loop->stop_at_ms))
        uv_stop(&loop->uv);
    http_check_deadlines(loop);
    bridges_second(loop);
}

static void on_mail(uv_poll_t *poll, int status, int events) {
    edge_loop *loop = poll->data;
    (void)status;
    (void)events;
    mailbox_run(&loop->inbox, loop);
}

static void *run_thread(void *argument) {
    edge_loop *loop = argument;
    pthread_setname_np(pthread_self(), "edge");
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    return NULL;
}

/* --- start and stop --- */

static const struct lws_protocols protocols[] = {
    { "http", http_callback, 0, 4096, 0, NULL, 0 },
    { WS_SEAT_PROTOCOL, ws_seat_callback, 0, 4096, 0, NULL, 0 },
    { WS_MEDIA_PROTOCOL, ws_media_callback, 0, 2048, 0, NULL, 0 },
    { NULL, NULL, 0, 0, 0, NULL, 0 },
};

/* A WebSocket that says nothing is pinged, then dropped: a page that has gone without a word holds nothing for long. */
static const lws_retry_bo_t idle_policy = { .secs_since_valid_ping = 25, .secs_since_valid_hangup = 40 };

static int fail(char *err, size_t cap, const char *sentence, const char *detail) {
    snprintf(err, cap, sentence, detail);
    return TCCC_E_IO;
}

/* Numeric form of a host name; "" for all addresses. 0 or TCCC_E_NOT_FOUND. */
static int resolve(const char *host, char numeric[INET6_ADDRSTRLEN], int *family) {
    struct addrinfo hints = { .ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM }, *found;
    if (getaddrinfo(host, "0", &hints, &found))
        return TCCC_E_NOT_FOUND;
    *family = found->ai_family;
    int failed = getnameinfo(found->ai_addr, found->ai_addrlen, numeric, INET6_ADDRSTRLEN, NULL, 0, NI_NUMERICHOST);
    freeaddrinfo(found);
    if (!strcmp(numeric, "::") || !strcmp(numeric, "0.0.0.0"))
        numeric[0] = 0;
    return failed ? TCCC_E_NOT_FOUND : 0;
}

static int start_web(edge_loop *loop, char *err, size_t cap) {
    const edge_config *config = &loop->config;
    char numeric[INET6_ADDRSTRLEN];
    int family;
    if (resolve(config->host, numeric, &family))
        return fail(err, cap, "The address to listen on, %s, is not known.", config->host);
    void *uv = &loop->uv;
    struct lws_context_creation_info info = {
        .port = config->port, .iface = numeric[0] ? numeric : NULL, .protocols = protocols, .vhost_name = VHOST,
        .foreign_loops = &uv, .user = loop, .retry_and_idle_policy = &idle_policy,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_VALIDATE_UTF8 |
                   LWS_SERVER_OPTION_UV_NO_SIGSEGV_SIGFPE_SPIN | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND |
                   (family == AF_INET ? LWS_SERVER_OPTION_DISABLE_IPV6 : 0),
        .max_http_header_data = HEADER_BYTES_MAX, .max_http_header_pool = (unsigned short)(config->max_connections > 65000 ? 65000 : config->max_connections),
        .timeout_secs = 10, .timeout_secs_ah_idle = 10, .keepalive_timeout = 30, .alpn = "http/1.1",
        .server_string = "tcccd", /* no fd_limit_per_thread: with one, every event searches all connections for its own */
        .ka_time = 60, .ka_probes = 3, .ka_interval = 10,
    };
    if (config->tls_cert) {
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.ssl_cert_filepath = config->tls_cert;
        info.ssl_private_key_filepath = config->tls_key;
    }
    lws_set_log_level(0, NULL);
    /* A context that fails to be made with its listener leaves handles of an unloaded plugin in our loop. */
    loop->lws = lws_create_context(&info);
    struct lws_vhost *vhost = loop->lws ? lws_create_vhost(loop->lws, &info) : NULL;
    if (!vhost)
        return fail(err, cap, "The web server cannot listen on %s: the port is in use, or the certificate cannot be read.", config->host);
    loop->port = lws_get_vhost_listen_port(vhost);
    return 0;
}

static int start_data_channel(edge_loop *loop, char *err, size_t cap) {
    const edge_config *config = &loop->config;
    if (config->dc_port < 0)
        return 0;
    int failed = ice_port_open(loop, config->dc_host, config->dc_port, err, cap);
    if (failed)
        return failed;
    failed = data_channels_start(loop, err, cap);
    if (failed)
        ice_port_close(loop);
    return failed;
}

static const char *keep(const char *text) {
    return text ? strdup(text) : NULL;
}

static void keep_config(edge_loop *loop, const edge_config *config) {
    edge_config *kept = &loop->config;
    *kept = *config;
    kept->host = keep(config->host ? config->host : "127.0.0.1");
    kept->tls_cert = keep(config->tls_cert);
    kept->tls_key = keep(config->tls_key);
    kept->dc_host = keep(config->dc_host);
    kept->sdk_dir = keep(config->sdk_dir);
    kept->web_dir = keep(config->web_dir);
    kept->music_dir = keep(config->music_dir ? config->music_dir : "/usr/share/asterisk/moh");
    if (kept->max_connections <= 0)
        kept->max_connections = CONNECTIONS_DEFAULT;
}

static void free_config(edge_config *kept) {
    const char *const strings[] = { kept->host, kept->tls_cert, kept->tls_key, kept->dc_host, kept->sdk_dir, kept->web_dir,
                                    kept->music_dir };
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        free((char *)strings[i]);
}

static int start_handles(edge_loop *loop) {
    uv_poll_init(&loop->uv, &loop->inbox_poll, loop->inbox.fd);
    loop->inbox_poll.data = loop;
    uv_poll_start(&loop->inbox_poll, UV_READABLE, on_mail);
    uv_timer_init(&loop->uv, &loop->second);
    loop->second.data = loop;
    uv_timer_start(&loop->second, on_second, 1000, 1000);
    int failed = program_clock_open(loop);
    return failed ? failed : mix_clock_open(loop);
}

static int start_thread(edge *e) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the control thread's */
    int failed = pthread_create(&e->thread, NULL, run_thread, &e->loop);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

static void free_all(edge *e) {
    edge_loop *loop = &e->loop;
    id_map_free(&loop->connections);
    id_map_free(&loop->requests);
    id_map_free(&loop->peers);
    id_map_free(&loop->seats);
    id_map_free(&loop->tickets);
    id_map_free(&loop->bridges);
    id_map_free(&loop->videos);
    sounds_free(loop);
    free_config(&loop->config);
    free(e);
}

static void close_loop(edge_loop *loop) {
    struct lws_context *lws = loop->lws;
    size_t cursor;
    media_seat *seat;
    bridges_close_all(loop);
    while (cursor = 0, (seat = id_map_next(&loop->seats, &cursor)))
        media_seat_free(seat);
    if (lws)
        lws_context_destroy(lws);
    if (loop->ice) {
        ice_port_close(loop);
        video_relays_close(loop);
        data_channels_stop();
    }
    program_clock_close(loop);
    mix_clock_close(loop);
    uv_close((uv_handle_t *)&loop->second, NULL);
    uv_close((uv_handle_t *)&loop->inbox_poll, NULL);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    if (lws)
        lws_context_destroy(lws);
    uv_loop_close(&loop->uv);
    mailbox_close(&loop->inbox);
    mailbox_close(&loop->outbox);
}

edge *edge_start(const edge_config *config, const edge_handler *handler, void *ctx, char *err, size_t err_cap) {
    edge *e = calloc(1, sizeof *e);
    if (!e)
        return fail(err, err_cap, "%s", "Memory is exhausted."), NULL;
    edge_loop *loop = &e->loop;
    e->handler = *handler;
    e->context = ctx;
    loop->owner = e;
    keep_config(loop, config);
    if (uv_loop_init(&loop->uv) || mailbox_open(&loop->inbox) || mailbox_open(&loop->outbox))
        return fail(err, err_cap, "%s", "The process has no file descriptors left."), NULL;
    if (!start_handles(loop) && !start_data_channel(loop, err, err_cap) && !start_web(loop, err, err_cap) && !start_thread(e))
        return e;
    close_loop(loop);
    free_all(e);
    return NULL;
}

typedef struct {
    mail mail;
    edge_conn conn;
    edge_request request;
    edge_seat seat;
    int code, has_type, has_headers, has_reason;
    int fd;                          /* of a reply from a file */
    uint64_t offset, size;
    char ticket[33];
    size_t len;
    char bytes[];                    /* body or text, then zero-terminated strings */
} order;

static order *order_new(size_t n_bytes, void (*run)(void *, mail *)) {
    order *o = calloc(1, sizeof *o + n_bytes);
    if (o)
        o->mail.run = run;
    return o;
}

static void run_stop(void *context, mail *self) {
    if (context)
        begin_stop(context);
    free(self);
}

void edge_stop(edge *e) {
    order *o;
    while (!(o = order_new(0, run_stop))) /* nothing else can be done than try again */
        ;
    mailbox_post(&e->loop.inbox, &o->mail);
    pthread_join(e->thread, NULL);
    edge_dispatch(e); /* the last seat_closed */
    close_loop(&e->loop);
    free_all(e);
}

/* --- calls of the control thread --- */

int edge_port(const edge *e) {
    return e->loop.port;
}

int edge_dc_port(const edge *e) {
    return e->loop.ice ? ice_port_offer(&e->loop)->port : 0;
}

int edge_fd(const edge *e) {
    return e->loop.outbox.fd;
}

void edge_dispatch(edge *e) {
    mailbox_run(&e->loop.outbox, e);
}

static void run_send(void *context, mail *self) {
    order *o = (order *)self;
    if (context)
        ws_seat_send(context, o->conn, o->bytes, o->len);
    free(o);
}

int edge_send(edge *e, edge_conn conn, const char *text, size_t len) {
    order *o = order_new(len, run_send);
    if (!o)
        return TCCC_E_NO_MEMORY;
    o->conn = conn;
    o->len = len;
    memcpy(o->bytes, text, len);
    mailbox_post(&e->loop.inbox, &o->mail);
    return 0;
}

static void run_close(void *context, mail *self) {
    order *o = (order *)self;
    if (context)
        ws_seat_close(context, o->conn, o->code, o->bytes);
    free(o);
}

void edge_close(edge *e, edge_conn conn, int code, const char *reason) {
    size_t len = reason ? strlen(reason) : 0;
    order *o = order_new(len + 1, run_close);
    if (!o)
        return; /* the peer's heartbeat finds out */
    o->conn = conn;
    o->code = code;
    if (len)
        memcpy(o->bytes, reason, len);
    mailbox_post(&e->loop.inbox, &o->mail);
}

static void run_reply(void *context, mail *self) {
    order *o = (order *)self;
    const char *type = o->bytes + o->len, *headers = type + strlen(type) + 1;
    if (context)
        http_answer(context, o->request, o->code, o->has_type ? type : NULL, headers, o->bytes, o->len);
    free(o);
}

int edge_reply(edge *e, edge_request request, int status, const char *content_type, const char *headers, const void *body,
               size_t len) {
    size_t type_len = content_type ? strlen(content_type) : 0, headers_len = headers ? strlen(headers) : 0;
    order *o = order_new(len + type_len + headers_len + 2, run_reply);
    if (!o)
        return TCCC_E_NO_MEMORY;
    o->request = request;
    o->code = status;
    o->len = len;
    o->has_type = content_type != NULL;
    if (len)
        memcpy(o->bytes, body, len);
    if (type_len)
        memcpy(o->bytes + len, content_type, type_len);
    if (headers_len)
        memcpy(o->bytes + len + type_len + 1, headers, headers_len);
    mailbox_post(&e->loop.inbox, &o->mail);
    return 0;
}

static void run_reply_file(void *context, mail *self) {
    order *o = (order *)self;
    const char *type = o->bytes, *headers = type + strlen(type) + 1;
    if (context)
        http_answer_file(context, o->request, o->code, o->has_type ? type : NULL, headers, o->fd, o->offset, o->size);
    else
        close(o->fd);
    free(o);
}

int edge_reply_file(edge *e, edge_request request, int status, const char *content_type, const char *headers, int fd,
                    uint64_t offset, uint64_t len) {
    size_t type_len = content_type ? strlen(content_type) : 0, headers_len = headers ? strlen(headers) : 0;
    order *o = order_new(type_len + headers_len + 2, run_reply_file);
    if (!o) {
        close(fd);
        return TCCC_E_NO_MEMORY;
    }
    o->request = request;
    o->code = status;
    o->has_type = content_type != NULL;
    o->fd = fd;
    o->offset = offset;
    o->size = len;
    if (type_len)
        memcpy(o->bytes, content_type, type_len);
    if (headers_len)
        memcpy(o->bytes + type_len + 1, headers, headers_len);
    mailbox_post(&e->loop.inbox, &o->mail);
    return 0;
}

static void run_seat_new(void *context, mail *self) {
    order *o = (order *)self;
    if (context)
        media_seat_new(context, o->seat, o->ticket); /* without memory the seat has no media: its paths are refused */
    OPENSSL_cleanse(o->ticket, sizeof o->ticket);
    free(o);
}

edge_seat edge_seat_new(edge *e, char ticket[33]) {
    uint8_t random[16];
    order *o = order_new(0, run_seat_new);
    if (!o || RAND_bytes(random, sizeof random) != 1) {
        free(o);
        return 0;
    }
    for (int i = 0; i < 16; i++)
        snprintf(ticket + 2 * i, 3, "%02x", random[i]);
    memcpy(o->ticket, ticket, 33);
    edge_seat seat = o->seat = edge_new_id(e);
    mailbox_post(&e->loop.inbox, &o->mail);
    return seat;
}

static void run_seat_free(void *context, mail *self) {
    order *o = (order *)self;
    media_seat *seat = context ? media_seat_find(context, o->seat) : NULL;
    if (seat)
        media_seat_free(seat);
    free(o);
}

void edge_seat_free(edge *e, edge_seat seat) {
    order *o = order_new(0, run_seat_free);
    if (!o)
        return; /* the seat stays until the process ends; its ticket is known to nobody else */
    o->seat = seat;
    mailbox_post(&e->loop.inbox, &o->mail);
}

int edge_data_channel(edge *e, edge_seat seat, const char *offer_sdp, char *answer, size_t cap) {
    return data_channel_answer(&e->loop, seat, offer_sdp, answer, cap);
}

void edge_count(const edge *e, edge_counters *out) {
    const edge_loop *loop = &e->loop;
    *out = (edge_counters){
        .packets_from_pages = atomic_load_explicit(&loop->counts[FROM_PAGES], memory_order_relaxed),
        .packets_to_pages = atomic_load_explicit(&loop->counts[TO_PAGES], memory_order_relaxed),
        .packets_from_phones = atomic_load_explicit(&loop->counts[FROM_PHONES], memory_order_relaxed),
        .packets_to_phones = atomic_load_explicit(&loop->counts[TO_PHONES], memory_order_relaxed),
        .packets_dropped = atomic_load_explicit(&loop->counts[DROPPED], memory_order_relaxed),
        .file_bytes = atomic_load_explicit(&loop->counts[FILE_BYTES], memory_order_relaxed),
        .file_us = atomic_load_explicit(&loop->counts[FILE_US], memory_order_relaxed),
        .packets_lost_from_pages = atomic_load_explicit(&loop->counts[LOST_FROM_PAGES], memory_order_relaxed),
        .packets_lost_from_phones = atomic_load_explicit(&loop->counts[LOST_FROM_PHONES], memory_order_relaxed),
        .connections = atomic_load_explicit(&loop->n_connections, memory_order_relaxed),
        .seats = atomic_load_explicit(&loop->n_seats, memory_order_relaxed),
        .bridges = atomic_load_explicit(&loop->n_bridges, memory_order_relaxed),
    };
}
