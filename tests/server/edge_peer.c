/* edge_peer.c: the edge and its bridges without SIP, steered over HTTP, for edge.test.js. Layer: tests.
 *
 * Prints {"port","dcPort"} and runs until its standard input ends. Signalling text is sent back as it came; "close N" is
 * answered by closing with N, "flood N" by N texts of 60 kB. Orders, all in the query:
 *   /control/seat                          {"seat","ticket"}
 *   /control/seat-free?seat=               {}
 *   /control/offer?seat=  (body: SDP)      {"sdp"} or status 400
 *   /control/port                          {"port"}: an RTP port for the next phone side
 *   /control/bridge?a=..&b=..&codec=..     {"bridge"}; a side is page:SEAT:CHANNEL, phone:IP:PORT, silence, echo,
 *                                          file:PATH, ringback, music or none; options below in read_side
 *   /control/update?bridge=&side=&a=..     {}   (side's new value in a)
 *   /control/hold?bridge=&side=&on=        {}
 *   /control/close?bridge=                 {}
 *   /control/events                        [{"event","id","side","value"},..] since the start
 *   /control/counts                        edge_counters
 *   /control/asker                         {"remote","place"} of this request
 *   /control/echo                          method, path, query, host, headers and body of this request
 *   /control/never                         no answer
 */
#include "server/bridge/bridge.h"
#include "server/edge/edge.h"

#include "base/json.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_CAP = 1 << 20, EVENTS_CAP = 4096 };

typedef struct {
    edge *edge;
    rtp_port *port;                  /* for the next phone side */
    struct { const char *event; uint64_t id; int side; int64_t value; } events[EVENTS_CAP];
    int n_events;
} peer;

/* The value of `name` in a query, decoded, in one of a few static buffers; NULL when absent. */
static const char *argument(const char *query, const char *name) {
    static char buffers[8][1024];
    static int turn;
    size_t n = strlen(name);
    for (const char *at = query; *at; at += strcspn(at, "&"), at += *at == '&') {
        if (strncmp(at, name, n) || at[n] != '=')
            continue;
        char *out = buffers[turn++ % 8], *end = out;
        for (at += n + 1; *at && *at != '&' && end < out + 1023; at++) {
            unsigned code;
            if (*at == '%' && sscanf(at + 1, "%2x", &code) == 1)
                *end++ = (char)code, at += 2;
            else
                *end++ = *at;
        }
        *end = 0;
        return out;
    }
    return NULL;
}

static int number(const char *query, const char *name, int otherwise) {
    const char *text = argument(query, name);
    return text ? atoi(text) : otherwise;
}

static void note(peer *p, const char *event, uint64_t id, int side, int64_t value) {
    if (p->n_events == EVENTS_CAP)
        return;
    p->events[p->n_events].event = event;
    p->events[p->n_events].id = id;
    p->events[p->n_events].side = side;
    p->events[p->n_events++].value = value;
}

static void hex_key(const char *text, uint8_t key[TCCC_SRTP_KEY_LEN]) {
    for (int i = 0; text && i < TCCC_SRTP_KEY_LEN; i++) {
        unsigned byte = 0;
        if (sscanf(text + 2 * i, "%2x", &byte) != 1)
            return;
        key[i] = (uint8_t)byte;
    }
}

static void read_phone(peer *p, bridge_side *side, const char *where) {
    char ip[64];
    int port;
    struct sockaddr_in *remote = (struct sockaddr_in *)&side->remote;
    side->kind = BRIDGE_PHONE;
    side->port = p->port;
    p->port = NULL;
    if (sscanf(where, "%63[^:]:%d", ip, &port) == 2 && port > 0) {
        remote->sin_family = AF_INET;
        remote->sin_port = htons((uint16_t)port);
        inet_pton(AF_INET, ip, &remote->sin_addr);
    }
}

static void read_options(const char *query, bridge_side *side) {
    const char *codec = argument(query, "codec");
    side->codec = codec && !strcmp(codec, "opus") ? TCCC_CODEC_OPUS : codec && !strcmp(codec, "pcma") ? TCCC_CODEC_PCMA : TCCC_CODEC_PCMU;
    side->payload_type = (uint8_t)number(query, "pt", side->codec == TCCC_CODEC_OPUS ? 96 : side->codec == TCCC_CODEC_PCMA ? 8 : 0);
    side->dtmf_payload_type = (uint8_t)number(query, "dtmf", 101);
    side->dtmf_rate_hz = number(query, "dtmfrate", 8000);
    side->ptime_ms = number(query, "ptime", 20);
    side->rtcp_mux = number(query, "mux", 0);
    side->symmetric = number(query, "symmetric", 1);
    side->send_on_hold = number(query, "sending", 1);
    side->hang_after_ms = number(query, "hang", 0);
    side->loop = number(query, "loop", 0);
}

static void read_srtp(const char *query, bridge_side *side) {
    side->srtp = (enum tccc_srtp_suite)number(query, "srtp", TCCC_SRTP_NONE);
    side->srtp_terminate = number(query, "terminate", 0);
    hex_key(argument(query, "sendkey"), side->srtp_send_key);
    hex_key(argument(query, "receivekey"), side->srtp_receive_key);
}

static bridge_side read_side(peer *p, const char *query, const char *text) {
    static const char *const programs[] = { "silence", "echo", "file", "ringback", "music" };
    bridge_side side = { .kind = BRIDGE_NONE };
    text = text ? text : "none";
    read_options(query, &side);
    if (sscanf(text, "page:%u:%d", &side.seat, &side.channel) == 2)
        side.kind = BRIDGE_PAGE;
    if (!strncmp(text, "phone:", 6)) {
        read_phone(p, &side, text + 6);
        read_srtp(query, &side);
    }
    for (int i = 0; i < 5; i++)
        if (!strncmp(text, programs[i], strlen(programs[i]))) {
            side.kind = BRIDGE_PROGRAM;
            side.program = (enum bridge_program)i;
            side.file = i == PROGRAM_FILE ? text + 5 : NULL;
        }
    return side;
}

static void reply(peer *p, const edge_http_request *r, int status, const char *json) {
    edge_reply(p->edge, r->id, status, "application/json", "x-peer: edge\n", json, strlen(json));
}

static void reply_offer(peer *p, const edge_http_request *r) {
    static char answer[8192], json[16384];
    json_writer out = json_write(json, sizeof json);
    int failed = edge_data_channel(p->edge, (edge_seat)number(r->query, "seat", 0), r->body, answer, sizeof answer);
    json_open_object(&out, NULL);
    json_put_string(&out, failed ? "error" : "sdp", answer);
    json_close(&out);
    json_finish(&out);
    reply(p, r, failed ? 400 : 200, json);
}

static void reply_events(peer *p, const edge_http_request *r) {
    static char json[TEXT_CAP];
    size_t at = (size_t)snprintf(json, sizeof json, "[");
    for (int i = 0; i < p->n_events && at < sizeof json - 200; i++)
        at += (size_t)snprintf(json + at, sizeof json - at, "%s{\"event\":\"%s\",\"id\":%llu,\"side\":%d,\"value\":%lld}", i ? "," : "",
                               p->events[i].event, (unsigned long long)p->events[i].id, p->events[i].side, (long long)p->events[i].value);
    snprintf(json + at, sizeof json - at, "]");
    reply(p, r, 200, json);
}

static void reply_counts(peer *p, const edge_http_request *r) {
    edge_counters c;
    char json[512];
    edge_count(p->edge, &c);
    snprintf(json, sizeof json,
             "{\"fromPages\":%llu,\"toPages\":%llu,\"fromPhones\":%llu,\"toPhones\":%llu,\"dropped\":%llu,"
             "\"connections\":%u,\"seats\":%u,\"bridges\":%u}",
             (unsigned long long)c.packets_from_pages, (unsigned long long)c.packets_to_pages,
             (unsigned long long)c.packets_from_phones, (unsigned long long)c.packets_to_phones,
             (unsigned long long)c.packets_dropped, c.connections, c.seats, c.bridges);
    reply(p, r, 200, json);
}

static void reply_echo(peer *p, const edge_http_request *r) {
    static char text[12 << 20];
    int n = snprintf(text, sizeof text, "%s\n%s\n%s\n%s\n%s\n\n%s", r->method, r->path, r->query, r->host, r->headers, r->body);
    edge_reply(p->edge, r->id, 200, "text/plain", NULL, text, (size_t)n);
}

static void reply_asker(peer *p, const edge_http_request *r) {
    char json[2 * IP_TEXT_MAX + 32];
    snprintf(json, sizeof json, "{\"remote\":\"%s\",\"place\":\"%s\"}", r->remote, r->place);
    reply(p, r, 200, json);
}

static void reply_bridge(peer *p, const edge_http_request *r) {
    char json[64];
    bridge_side a = read_side(p, r->query, argument(r->query, "a")), b = read_side(p, r->query, argument(r->query, "b"));
    snprintf(json, sizeof json, "{\"bridge\":%u}", bridge_open(p->edge, &a, &b));
    reply(p, r, 200, json);
}

static void reply_port(peer *p, const edge_http_request *r) {
    char json[64];
    rtp_port_close(p->port);
    p->port = rtp_port_bind("127.0.0.1", 0, 0);
    snprintf(json, sizeof json, "{\"port\":%d}", p->port ? rtp_port_number(p->port) : 0);
    reply(p, r, 200, json);
}

static void reply_seat(peer *p, const edge_http_request *r) {
    char json[128], ticket[33];
    edge_seat seat = edge_seat_new(p->edge, ticket);
    snprintf(json, sizeof json, "{\"seat\":%u,\"ticket\":\"%s\"}", seat, ticket);
    reply(p, r, 200, json);
}

static void reply_update(peer *p, const edge_http_request *r) {
    bridge_side side = read_side(p, r->query, argument(r->query, "a"));
    bridge_update(p->edge, (uint32_t)number(r->query, "bridge", 0), number(r->query, "side", 0), &side);
    reply(p, r, 200, "{}");
}

static void reply_hold(peer *p, const edge_http_request *r) {
    bridge_hold(p->edge, (uint32_t)number(r->query, "bridge", 0), number(r->query, "side", 0), number(r->query, "on", 0));
    reply(p, r, 200, "{}");
}

static void reply_close(peer *p, const edge_http_request *r) {
    bridge_close(p->edge, (uint32_t)number(r->query, "bridge", 0));
    reply(p, r, 200, "{}");
}

static void reply_seat_free(peer *p, const edge_http_request *r) {
    edge_seat_free(p->edge, (edge_seat)number(r->query, "seat", 0));
    reply(p, r, 200, "{}");
}

static void no_reply(peer *p, const edge_http_request *r) {
    note(p, "never", r->id, 0, 0);
}

static void on_http(void *ctx, const edge_http_request *r) {
    static const struct { const char *path; void (*answer)(peer *, const edge_http_request *); } orders[] = {
        { "seat", reply_seat }, { "seat-free", reply_seat_free }, { "offer", reply_offer }, { "port", reply_port },
        { "bridge", reply_bridge }, { "update", reply_update }, { "hold", reply_hold }, { "close", reply_close },
        { "events", reply_events }, { "counts", reply_counts }, { "echo", reply_echo }, { "asker", reply_asker }, { "never", no_reply },
    };
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (!strncmp(r->path, "/control/", 9) && !strcmp(r->path + 9, orders[i].path)) {
            orders[i].answer(ctx, r);
            return;
        }
    reply(ctx, r, 404, "{}");
}

static void on_seat_open(void *ctx, edge_conn conn, const char *origin) {
    (void)origin;
    note(ctx, "seat_open", conn, 0, 0);
}

static void on_seat_text(void *ctx, edge_conn conn, const char *text, size_t len) {
    peer *p = ctx;
    static char big[60000];
    if (!strncmp(text, "close ", 6))
        edge_close(p->edge, conn, atoi(text + 6), "as asked");
    else if (!strncmp(text, "flood ", 6)) {
        memset(big, 'x', sizeof big);
        for (int i = atoi(text + 6); i > 0; i--)
            edge_send(p->edge, conn, big, sizeof big);
    } else
        edge_send(p->edge, conn, text, len);
}

static void on_seat_closed(void *ctx, edge_conn conn, int code) {
    note(ctx, "seat_closed", conn, 0, code);
}

static void on_media_path(void *ctx, edge_seat seat, int path, int open) {
    note(ctx, open ? "path_open" : "path_closed", seat, path, 0);
}

static void on_bridge(void *ctx, uint32_t bridge, int side, int event, int64_t value) {
    static const char *const names[] = { "first_packet", "silent", "digit", "done", "failed" };
    note(ctx, names[event], bridge, side, value);
}

int main(int argc, char **argv) {
    static peer p;
    char err[256];
    const edge_handler handler = { .seat_open = on_seat_open, .seat_text = on_seat_text, .seat_closed = on_seat_closed, .http = on_http,
                                   .media_path = on_media_path, .bridge_event = on_bridge };
    edge_config config = {
        .host = "127.0.0.1", .port = 0, .dc_host = argc > 3 ? argv[3] : "127.0.0.1", .dc_port = 0,
        .sdk_dir = argc > 1 ? argv[1] : ".", .web_dir = argc > 2 && argv[2][0] ? argv[2] : NULL,
        .tls_cert = argc > 5 && argv[4][0] ? argv[4] : NULL, .tls_key = argc > 5 ? argv[5] : NULL,
        .max_connections = argc > 6 ? atoi(argv[6]) : 0,
    };
    if (argc > 7 && proxies_add(&config.proxies, argv[7]))
        return 1;
    p.edge = edge_start(&config, &handler, &p, err, sizeof err);
    if (!p.edge) {
        fprintf(stderr, "%s\n", err);
        return 1;
    }
    printf("{\"port\":%d,\"dcPort\":%d}\n", edge_port(p.edge), edge_dc_port(p.edge));
    fflush(stdout);
    struct pollfd fds[] = { { .fd = edge_fd(p.edge), .events = POLLIN }, { .fd = 0, .events = POLLIN } };
    char input[64];
    while (poll(fds, 2, -1) >= 0) {
        if (fds[0].revents)
            edge_dispatch(p.edge);
        if (fds[1].revents && read(0, input, sizeof input) <= 0)
            break;
    }
    rtp_port_close(p.port);
    edge_stop(p.edge);
    return 0;
}
