/* seat_link.c: one signalling WebSocket: messages, heartbeats, its end. Layer: server. Source: docs/protocol.md. */
#include "server/seat/seat_state.h"

#include <string.h>

enum { BUCKETS = 1024 };

static bool conn_is(struct le *le, void *conn) { return ((seat_link *)le->data)->conn == *(edge_conn *)conn; }

static seat_link *find(const seats *all, edge_conn conn) {
    return list_ledata(hash_lookup(all->by_conn, (uint32_t)conn, conn_is, &conn));
}

static void destroy(void *arg) {
    seat_link *link = arg;
    deadline_clear(link->all->timers, &link->hello);
    deadline_clear(link->all->timers, &link->heartbeat);
    hash_unlink(&link->hash);
    list_unlink(&link->le);
    if (!link->seat || link->seat->link != link)
        return;
    link->seat->link = NULL;
    seat_start_window(link->seat, link->silent);
}

void seat_link_drop(seat_link *link) { mem_deref(link); }

void seat_link_send_text(seat_link *link, const char *text, size_t len) {
    link->said_ms = clock_ms();
    (void)edge_send(link->all->edge, link->conn, text, len);
}

void seat_link_send(seat_link *link, const wire_message *message) {
    static char text[WIRE_TEXT_MAX];
    int n = wire_print(message, text, sizeof text);
    if (n > 0)
        seat_link_send_text(link, text, (size_t)n);
}

void seat_link_bye(seat_link *link, int error, const char *sentence, int code) {
    wire_message bye = { .kind = WIRE_BYE, .bye = { .has_error = error != 0 } };
    if (error)
        bye.bye.error = wire_error_of(error, sentence);
    seat_link_send(link, &bye);
    edge_close(link->all->edge, link->conn, code, "");
    seat_link_drop(link);
}

void seat_link_refuse(seat_link *link, int error) {
    wire_message refuse = { .kind = WIRE_REFUSE, .refuse = wire_error_of(error, NULL) };
    LOG(link->all->log, LOG_LEVEL_INFO, "seat.refused", log_error("error", error));
    seat_link_send(link, &refuse);
    edge_close(link->all->edge, link->conn, WIRE_CLOSE_REFUSED, "");
    seat_link_drop(link);
}

static void no_hello(void *owner) { seat_link_bye(owner, TCCC_E_PROTOCOL, "hello must come within 5 s.", WIRE_CLOSE_PROTOCOL); }

static void beat(void *owner) {
    seat_link *link = owner;
    uint64_t now = clock_ms(), period = (uint64_t)link->all->config.heartbeat_ms;
    if (now - link->heard_ms >= 2 * period - period / 4) { /* looked at every quarter: twice the period at the latest */
        link->silent = true;
        edge_close(link->all->edge, link->conn, WIRE_CLOSE_NORMAL, "");
        seat_link_drop(link);
        return;
    }
    /* Who has not been heard for a period is asked, too, though there was something to say to it. */
    if (now - link->said_ms >= period || (now - link->heard_ms >= period && now - link->pinged_ms >= period)) {
        link->pinged_ms = now;
        wire_message ping = { .kind = WIRE_PING, .ping_n = ++link->pings };
        seat_link_send(link, &ping);
    }
    deadline_set(link->all->timers, &link->heartbeat, period / 4, beat, link);
}

void seats_open(seats *all, edge_conn conn) {
    seat_link *link = mem_zalloc(sizeof *link, destroy);
    if (!link) {
        edge_close(all->edge, conn, WIRE_CLOSE_NORMAL, "");
        return;
    }
    link->all = all;
    link->conn = conn;
    link->heard_ms = link->said_ms = clock_ms();
    hash_append(all->by_conn, (uint32_t)conn, &link->hash, link);
    list_append(&all->links, &link->le, link);
    deadline_set(all->timers, &link->hello, SEAT_HELLO_MS, no_hello, link);
    deadline_set(all->timers, &link->heartbeat, (uint64_t)all->config.heartbeat_ms / 4, beat, link);
}

void seats_closed(seats *all, edge_conn conn) {
    seat_link *link = find(all, conn);
    if (link)
        seat_link_drop(link);
}

static void take_media_offer(seat *s, const wire_request *request, uint64_t ticket) {
    static char answer[WIRE_SDP_MAX];
    int error = edge_data_channel(s->all->edge, s->media, request->args.sdp, answer, sizeof answer);
    wire_result result = { .sdp = answer };
    seat_answer(s, ticket, WIRE_MEDIA_OFFER, &result, error, error == TCCC_E_FORMAT ? answer : NULL);
}

/* Whether its kind of seat may send it at all: what is left, its handler judges. */
static bool may_send(const seat *s, enum wire_method method) {
    switch (method) {
    case WIRE_VISIT_START: case WIRE_VISIT_END: case WIRE_CHAT_RATE:
        return s->visitor != NULL;
    case WIRE_MEDIA_OFFER: case WIRE_CHAT_SEND: case WIRE_CHAT_READ: case WIRE_CHAT_TYPING: case WIRE_CHAT_HISTORY: case WIRE_CHAT_UPLOAD:
    case WIRE_CALL_MUTE: case WIRE_CALL_DIGITS: case WIRE_VIDEO_OFFER: case WIRE_VIDEO_MUTE:
        return true;
    default:
        return s->agent != NULL;
    }
}

static void carry_out(seat *s, const wire_request *request, uint64_t ticket) {
    if (!may_send(s, request->method)) {
        seat_answer(s, ticket, request->method, NULL, TCCC_E_FORBIDDEN, s->agent ? "Only visitors' pages may ask for this." : "Only agents' pages may ask for this.");
        return;
    }
    switch (request->method) {
    case WIRE_AGENT_ONLINE: case WIRE_AGENT_OFFLINE: case WIRE_AGENT_STATUS:
        seat_status_request(s, request, ticket);
        break;
    case WIRE_AGENT_DEVICE:
        seat_device_request(s, request, ticket);
        break;
    case WIRE_DIRECTORY_GET:
        if (seat_may_ask(s))
            s->all->handler.directory(s->all->ctx, s, ticket);
        else
            seat_answer(s, ticket, request->method, NULL, TCCC_E_LIMIT, "The directory was asked for more than 20 times in a second.");
        break;
    case WIRE_MEDIA_OFFER:
        take_media_offer(s, request, ticket);
        break;
    default: /* the handler knows whose they are */
        s->all->handler.request(s->all->ctx, s, request, ticket);
        break;
    }
}

/* Anybody may be a visitor: no page of one keeps the server from others. */
static bool is_too_fast(seat *s) {
    uint64_t now = clock_ms();
    if (now - s->requests_ms >= 1000) {
        s->requests_ms = now;
        s->n_requests = 0;
    }
    return s->visitor && ++s->n_requests > SEAT_VISITOR_REQUESTS_PER_S;
}

static void take_request(seat_link *link, const wire_request *request) {
    seat *s = link->seat;
    uint64_t ticket;
    const char *text;
    size_t len;
    switch (outbox_request(s->box, request->id, &ticket, &text, &len)) {
    case OUTBOX_NEW:
        if (is_too_fast(s))
            seat_answer(s, ticket, request->method, NULL, TCCC_E_LIMIT, "More than 100 requests were sent in a second.");
        else
            carry_out(s, request, ticket);
        break;
    case OUTBOX_PENDING: break;
    case OUTBOX_ANSWERED: seat_link_send_text(link, text, len); break;
    case OUTBOX_FORGOTTEN: seat_link_bye(link, TCCC_E_PROTOCOL, "The request is older than the last 64.", WIRE_CLOSE_PROTOCOL); break;
    }
}

static void take_bye(seat_link *link) {
    edge_close(link->all->edge, link->conn, WIRE_CLOSE_NORMAL, "");
    seat_link_drop(link);
}

/* What came with the hello is used up, and events are numbered as the welcome said. */
static void seat_has_welcome(seat *s) {
    s->restored = false;
    if (!s->earlier[0])
        return;
    s->earlier[0] = 0;
    seat_note_change(s);
}

static void take_signed_in(seat_link *link, const wire_message *m) {
    seat_has_welcome(link->seat);
    switch (m->kind) {
    case WIRE_REQ: take_request(link, &m->request); break;
    case WIRE_ACK:
        if (outbox_ack(link->seat->box, m->ack_seq))
            seat_link_bye(link, TCCC_E_PROTOCOL, "ack.seq was never sent.", WIRE_CLOSE_PROTOCOL);
        break;
    case WIRE_PING: {
        wire_message pong = { .kind = WIRE_PONG, .ping_n = m->ping_n };
        seat_link_send(link, &pong);
        break;
    }
    case WIRE_PONG: break;
    case WIRE_BYE: take_bye(link); break;
    case WIRE_HELLO: case WIRE_WELCOME: case WIRE_REFUSE: case WIRE_RES: case WIRE_EV:
        seat_link_bye(link, TCCC_E_PROTOCOL, "hello comes once.", WIRE_CLOSE_PROTOCOL);
        break;
    }
}

static void take_wrong(seat_link *link, const wire_failure *why) {
    uint64_t ticket;
    const char *text;
    size_t len;
    if (!why->answer_id || !link->seat) {
        seat_link_bye(link, TCCC_E_PROTOCOL, why->message, WIRE_CLOSE_PROTOCOL);
        return;
    }
    if (outbox_request(link->seat->box, why->answer_id, &ticket, &text, &len) == OUTBOX_NEW)
        seat_answer(link->seat, ticket, WIRE_CALL_DELETE, NULL, why->error, why->message);
}

void seats_text(seats *all, edge_conn conn, const char *text, size_t len) {
    seat_link *link = find(all, conn);
    wire_message m;
    wire_failure why;
    if (!link)
        return;
    link->heard_ms = clock_ms();
    if (wire_parse(&m, WIRE_FROM_CLIENT, text, len, &why)) {
        take_wrong(link, &why);
        return;
    }
    if (link->seat)
        take_signed_in(link, &m);
    else if (m.kind == WIRE_HELLO)
        seat_hello(link, &m.hello);
    else
        seat_link_bye(link, TCCC_E_PROTOCOL, "hello must come first.", WIRE_CLOSE_PROTOCOL);
    wire_free(&m);
}

seats *seats_new(const seats_config *config, edge *e, store *db, agents *whose, deadlines *timers, const logger *log, const seat_handler *handler,
                 void *ctx) {
    seats *all = calloc(1, sizeof *all);
    if (!all || hash_alloc(&all->by_conn, BUCKETS)) {
        free(all);
        return NULL;
    }
    all->config = *config;
    all->edge = e;
    all->store = db;
    all->agents = whose;
    all->timers = timers;
    all->log = log;
    all->handler = *handler;
    all->ctx = ctx;
    list_init(&all->seats);
    list_init(&all->links);
    list_init(&all->absent);
    agents_listen(whose, &seat_agent_handler, all);
    return all;
}

void seats_free(seats *all) {
    if (!all)
        return;
    seats_save(all);
    all->stopping = true;
    while (all->links.head)
        seat_link_bye(all->links.head->data, TCCC_E_SHUTTING_DOWN, NULL, WIRE_CLOSE_NORMAL);
    while (all->seats.head)
        seat_unmake(all->seats.head->data);
    list_flush(&all->absent);
    mem_deref(all->by_conn);
    free(all);
}
