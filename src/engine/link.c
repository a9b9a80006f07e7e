/* link.c: the signalling connection: greeting, heartbeats, acknowledgements, back-off, resume. Layer: engine.
 * Source: docs/protocol.md. */
#include "engine/engine_state.h"

#include <string.h>

#define CONNECT_LIMIT_MS 10000u     /* for a socket to open */
#define GREETING_LIMIT_MS 5000u     /* for an answer to hello */
#define ACK_PAUSE_MS 500u
#define FORSAKEN_PAUSE_MS 15000u
#define OVERDUE_MS 2000u            /* on top of what the server may take to see that the connection is lost: the seat is gone there by then */
#define HEIR_WINDOW_MS 70000u       /* until the first welcome says how long the window is */
#define NETWORK_ANSWER_MS 2000u     /* a connection that outlives a change of network answers a ping by then */
#define FAULTS_MAX 3u               /* a peer that breaks the protocol so often in a row will not stop */

static void set_ping(tccc_engine *engine) { engine->ping_ms = engine->now_ms + engine->heartbeat_ms; }
static void set_silent(tccc_engine *engine) { engine->silent_ms = engine->now_ms + 2ull * engine->heartbeat_ms; }

static void stop_timers(tccc_engine *engine) {
    engine->limit_ms = engine->silent_ms = engine->ping_ms = engine->ack_ms = engine->retry_ms = NEVER;
}

/* xorshift64 (Marsaglia 2003): jitter needs no more. */
static uint64_t next_random(tccc_engine *engine) {
    uint64_t x = engine->random;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return engine->random = x;
}

/* 0, 0.5, 1, 2, 4, then 5 s; 15 s when nothing hangs on it any more. With up to a fifth more. */
static uint64_t pause_ms(tccc_engine *engine) {
    static const uint16_t pauses_ms[] = { 0, 500, 1000, 2000, 4000, 5000 };
    int last = (int)(sizeof pauses_ms / sizeof *pauses_ms) - 1;
    uint64_t pause = engine->forsaken ? FORSAKEN_PAUSE_MS : pauses_ms[engine->attempt < last ? engine->attempt : last];
    return pause + (pause ? next_random(engine) % (pause / 5 + 1) : 0);
}

static void send_bye(tccc_engine *engine, int error, const char *sentence) {
    wire_message bye = { .kind = WIRE_BYE };
    bye.bye.has_error = error != 0;
    if (error) bye.bye.error = wire_error_of(error, sentence);
    engine_send(engine, &bye);
}

static void close_socket(tccc_engine *engine, int code) { output_put(&engine->out, TCCC_OUT_WIRE_CLOSE, code, NULL, 0); }

static void store_resume(tccc_engine *engine) {
    output_put(&engine->out, TCCC_OUT_STORE, 0, engine->resume, strlen(engine->resume));
}

static void do_nothing(tccc_engine *engine) { (void)engine; }

static void do_connect(tccc_engine *engine) {
    stop_timers(engine);
    engine->limit_ms = engine->now_ms + CONNECT_LIMIT_MS;
    output_put(&engine->out, TCCC_OUT_WIRE_CONNECT, 0, NULL, 0);
}

static void do_hello(tccc_engine *engine) {
    wire_message message = { .kind = WIRE_HELLO };
    wire_hello *hello = &message.hello;
    if (engine->resume[0]) hello->resume = engine->resume;
    else hello->token = engine->token;
    hello->tab = engine->tab;
    hello->sdk = engine->sdk[0] ? engine->sdk : NULL;
    hello->has_last_seq = engine->seat == SEAT_RESUMING;
    hello->last_seq = engine->last_seq;
    hello->heir = engine->heir;
    engine->limit_ms = engine->now_ms + GREETING_LIMIT_MS;
    engine_send(engine, &message);
}

static void live(tccc_engine *engine) {
    stop_timers(engine);
    engine->expire_ms = NEVER;
    engine->attempt = 0;
    set_ping(engine);
    set_silent(engine);
}

/* Existing pages expect to be online when ready has fired. */
static void go_online(tccc_engine *engine) {
    if (engine->auto_online && engine->status == AGENT_STATUS_OFFLINE)
        asks_send(engine, 0, WIRE_AGENT_ONLINE, &(wire_args){ 0 });
}

static void do_ready(tccc_engine *engine) { live(engine); }

static void do_resumed(tccc_engine *engine) { live(engine); }

static void tell_lost(tccc_engine *engine, const char *reason) {
    if (!engine->told_lost) engine_emit(engine, &(event){ .kind = EVENT_CONNECTION_LOST, .text = reason });
    engine->told_lost = true;
}

static void do_wait(tccc_engine *engine) {
    if (engine->heir) tell_lost(engine, "closed"); /* the page before was connected, for all that its own page knows */
    uint64_t pause = pause_ms(engine);
    engine->attempt++;
    stop_timers(engine);
    engine->retry_ms = engine->now_ms + pause;
    engine_emit(engine, &(event){ .kind = EVENT_RECONNECTING, .reconnecting = { engine->attempt, pause } });
}

/* An agent's page that ended its calls while the server still has them could not take them back. */
static uint64_t window_ms(const tccc_engine *engine) {
    return (uint64_t)engine->window_ms + (engine->visitor ? 0 : 2ull * engine->heartbeat_ms + OVERDUE_MS);
}

static void do_inherit(tccc_engine *engine) {
    engine->lost_ms = engine->retry_ms = engine->now_ms;
    engine->window_ms = HEIR_WINDOW_MS;
    engine->expire_ms = engine->forsaken ? NEVER : engine->now_ms + window_ms(engine);
}

static void do_lose(tccc_engine *engine) {
    engine->lost_ms = engine->now_ms;
    engine->expire_ms = engine->now_ms + window_ms(engine);
    do_wait(engine);
}

/* No path, no call, no request is left. */
static void end_all(tccc_engine *engine, int error, const char *call_reason, bool with_open_chats) {
    engine->expire_ms = NEVER;
    calls_end_all(engine, call_reason);
    chats_end_all(engine, call_reason, with_open_chats);
    asks_fail(engine, error);
    engine_end_probe(engine, error);
    for (int i = 0; i < CARRIER_PATHS; i++)
        if (engine->route.path[i].state >= ROUTE_OPENING) output_put(&engine->out, TCCC_OUT_PATH_CLOSE, i, NULL, 0);
    route_offer(&engine->route, 0, engine->now_ms);
    engine_status(engine, &(wire_status_changed){ .status = AGENT_STATUS_OFFLINE });
}

/* The seat is over: there will be no socket any more. */
static void finish(tccc_engine *engine, int error, const char *call_reason) {
    stop_timers(engine);
    engine->end_error = error;
    engine->resume[0] = engine->token[0] = 0;
    store_resume(engine);
    end_all(engine, error, call_reason, true);
}

/* The server has given the seat up, but not who it was: the page comes back when it can, and finds the agent's status as it was. Which
 * chats are still its own the welcome tells then. */
static void do_forsake(tccc_engine *engine) {
    engine->forsaken = true;
    end_all(engine, TCCC_E_CONNECTION_LOST, "connectionLost", false);
    engine_emit_error(engine, TCCC_E_CONNECTION_LOST, NULL);
}

static void do_refuse(tccc_engine *engine) { finish(engine, engine->end_error, "connectionLost"); }

static void do_kick(tccc_engine *engine) { finish(engine, TCCC_E_KICKED, "kickedOut"); }

static void do_end(tccc_engine *engine) {
    int error = engine->end_error ? engine->end_error : TCCC_E_CONNECTION_LOST;
    finish(engine, error, "connectionLost");
    engine_emit_error(engine, error, NULL);
}

static void step(tccc_engine *engine, enum seat_event event) {
    static void (*const act[])(tccc_engine *) = {
        [SEAT_DO_NOTHING] = do_nothing, [SEAT_DO_CONNECT] = do_connect, [SEAT_DO_HELLO] = do_hello, [SEAT_DO_READY] = do_ready,
        [SEAT_DO_RESUMED] = do_resumed, [SEAT_DO_WAIT] = do_wait,       [SEAT_DO_LOSE] = do_lose,   [SEAT_DO_REFUSE] = do_refuse,
        [SEAT_DO_KICK] = do_kick,       [SEAT_DO_END] = do_end,         [SEAT_DO_INHERIT] = do_inherit,
        [SEAT_DO_FORSAKE] = do_forsake,
    };
    act[seat_fsm_step(&engine->seat, event)](engine);
}

static bool has_socket(const tccc_engine *engine) {
    return engine->seat == SEAT_CONNECTING || engine->seat == SEAT_GREETING || engine->seat == SEAT_LIVE ||
           engine->seat == SEAT_RECONNECTING || engine->seat == SEAT_RESUMING;
}

static bool may_send(const tccc_engine *engine) {
    return engine->seat == SEAT_GREETING || engine->seat == SEAT_LIVE || engine->seat == SEAT_RESUMING;
}

static void lost(tccc_engine *engine, const char *reason) {
    if (engine->seat == SEAT_LIVE) tell_lost(engine, reason);
    step(engine, SEAT_EV_BROKEN);
}

void link_start(tccc_engine *engine) {
    stop_timers(engine);
    engine->expire_ms = NEVER;
    step(engine, engine->heir ? SEAT_EV_INHERIT : SEAT_EV_START);
}

void link_open(tccc_engine *engine) { step(engine, SEAT_EV_OPEN); }

void link_closed(tccc_engine *engine) {
    if (has_socket(engine)) lost(engine, "closed");
}

void link_break(tccc_engine *engine, int error, const char *sentence) {
    if (!has_socket(engine)) return;
    if (may_send(engine)) send_bye(engine, error, sentence);
    close_socket(engine, WIRE_CLOSE_PROTOCOL);
    lost(engine, "fault");
}

static void drop_silent(tccc_engine *engine) {
    close_socket(engine, WIRE_CLOSE_NORMAL);
    lost(engine, "silent");
}

static bool is_token_error(int error) {
    return error == TCCC_E_TOKEN_EXPIRED || error == TCCC_E_TOKEN_USED || error == TCCC_E_TOKEN_INVALID;
}

static void kicked(tccc_engine *engine, const char *reason) {
    wire_event event = { .name = WIRE_EV_KICKED_OUT, .reason = reason };
    close_socket(engine, WIRE_CLOSE_NORMAL);
    step(engine, SEAT_EV_KICKED);
    calls_event(engine, &event);
}

/* Refused although the resume token is not good: the sign-in token is left to be tried. */
static bool has_other_token(const tccc_engine *engine) {
    return engine->seat == SEAT_GREETING && engine->resume[0] && engine->token[0];
}

static void refused_token(tccc_engine *engine, int error, const char *sentence) {
    bool first = engine->seat == SEAT_GREETING;
    close_socket(engine, WIRE_CLOSE_NORMAL);
    if (has_other_token(engine)) {
        engine->resume[0] = 0;
        step(engine, SEAT_EV_TRY_TOKEN);
        return;
    }
    engine->end_error = error;
    step(engine, SEAT_EV_REFUSED);
    if (first) engine_emit(engine, &(event){ .kind = EVENT_TOKEN_EXPIRED, .text = sentence });
}

/* A refusal, or a bye: for good, or one to come back from. */
static void dismissed(tccc_engine *engine, const wire_error *why) {
    int error = wire_error_value(why->code);
    if (error == TCCC_E_KICKED) {
        kicked(engine, why->message);
    } else if (is_token_error(error)) {
        refused_token(engine, error, why->message);
    } else {
        if (engine->attempt == 0) engine_emit(engine, &(event){ .kind = EVENT_ERROR, .error = *why });
        close_socket(engine, WIRE_CLOSE_NORMAL);
        lost(engine, "closed");
    }
}

static void on_refuse(tccc_engine *engine, const wire_message *message) {
    if (engine->seat == SEAT_GREETING || engine->seat == SEAT_RESUMING) dismissed(engine, &message->refuse);
    else link_break(engine, TCCC_E_PROTOCOL, "refuse: comes after hello only.");
}

static void on_bye(tccc_engine *engine, const wire_message *message) {
    if (message->bye.has_error) {
        dismissed(engine, &message->bye.error);
    } else {
        close_socket(engine, WIRE_CLOSE_NORMAL);
        lost(engine, "closed");
    }
}

static void send_ack(tccc_engine *engine) {
    wire_message ack = { .kind = WIRE_ACK, .ack_seq = engine->last_seq };
    engine->ack_ms = NEVER;
    engine_send(engine, &ack);
}

/* Before the first path opens: the page gives them to every peer connection. */
static void order_ice_servers(tccc_engine *engine, const json_value *servers) {
    char text[4096];
    json_writer out = json_write(text, sizeof text);
    json_open_object(&out, NULL);
    json_put_string(&out, "op", "iceServers");
    json_put_value(&out, "servers", servers);
    json_close(&out);
    int length = json_finish(&out);
    if (length > 0) output_put(&engine->out, TCCC_OUT_MEDIA, 0, text, (size_t)length);
}

static void take_welcome(tccc_engine *engine, const wire_welcome *welcome) {
    memcpy(engine->resume, welcome->resume, sizeof engine->resume);
    engine->heartbeat_ms = (uint32_t)welcome->heartbeat_ms;
    engine->window_ms = (uint32_t)welcome->resume_window_ms;
    memcpy(engine->ticket, welcome->ticket, strlen(welcome->ticket) + 1);
    if (!welcome->replay) engine->last_seq = welcome->seq;
    store_resume(engine);
    if (welcome->ice_servers) order_ice_servers(engine, welcome->ice_servers);
    route_offer(&engine->route, (uint8_t)((welcome->data_channel ? 1 : 0) | (welcome->websocket ? 6 : 0)), engine->now_ms);
}

static void greeted(tccc_engine *engine, const wire_welcome *welcome) {
    take_welcome(engine, welcome);
    calls_restore(engine, welcome);
    chats_restore(engine, welcome);
    step(engine, SEAT_EV_WELCOME);
    send_ack(engine); /* the server learns that its welcome has arrived, and forgets the token that was used */
    engine_emit(engine, &(event){ .kind = EVENT_READY, .text = engine->tab });
    engine_status(engine, &(wire_status_changed){ .status = welcome->status, .reason = welcome->reason[0] ? welcome->reason : NULL });
    calls_announce(engine);
    chats_announce(engine);
    go_online(engine);
}

static void resumed(tccc_engine *engine, const wire_welcome *welcome) {
    take_welcome(engine, welcome);
    step(engine, SEAT_EV_WELCOME);
    send_ack(engine);
    engine->replay_to = welcome->seq;
    event event = { .kind = EVENT_RECONNECTED, .reconnected = { engine->now_ms - engine->lost_ms, welcome->replay } };
    if (engine->told_lost) engine_emit(engine, &event);
    engine->told_lost = engine->heir = engine->forsaken = false;
    if (!welcome->replay) {
        engine_status(engine, &(wire_status_changed){ .status = welcome->status, .reason = welcome->reason[0] ? welcome->reason : NULL });
        calls_reconcile(engine, welcome);
        chats_reconcile(engine, welcome);
    }
    asks_resend(engine);
}

static void on_welcome(tccc_engine *engine, const wire_message *message) {
    if (engine->seat == SEAT_GREETING) greeted(engine, &message->welcome);
    else if (engine->seat == SEAT_RESUMING) resumed(engine, &message->welcome);
    else link_break(engine, TCCC_E_PROTOCOL, "welcome: comes after hello only.");
}

static void on_event(tccc_engine *engine, const wire_message *message) {
    const wire_event *event = &message->event;
    if (event->seq <= engine->last_seq) return;
    if (event->seq != engine->last_seq + 1) {
        link_break(engine, TCCC_E_PROTOCOL, "ev: seq must rise by one.");
        return;
    }
    engine->last_seq = event->seq;
    engine->faults = 0;
    if (engine->ack_ms == NEVER) engine->ack_ms = engine->now_ms + ACK_PAUSE_MS;
    engine->event_seq = event->seq;
    if (event->name == WIRE_EV_KICKED_OUT) kicked(engine, event->reason);
    else if (!chats_event(engine, event)) calls_event(engine, event);
    engine->event_seq = 0;
}

static void on_answer(tccc_engine *engine, const wire_message *message) { asks_answer(engine, &message->answer); }

static void on_ping(tccc_engine *engine, const wire_message *message) {
    wire_message pong = { .kind = WIRE_PONG, .ping_n = message->ping_n };
    engine_send(engine, &pong);
}

static void on_pong(tccc_engine *engine, const wire_message *message) { (void)engine, (void)message; }

static void on_live(tccc_engine *engine, const wire_message *message) {
    static void (*const take[])(tccc_engine *, const wire_message *) = {
        [WIRE_WELCOME] = on_welcome, [WIRE_REFUSE] = on_refuse, [WIRE_RES] = on_answer, [WIRE_EV] = on_event,
        [WIRE_PING] = on_ping, [WIRE_PONG] = on_pong, [WIRE_BYE] = on_bye,
    };
    take[message->kind](engine, message);
}

/* Before the welcome only these make sense. */
static bool fits_greeting(enum wire_kind kind) {
    return kind == WIRE_WELCOME || kind == WIRE_REFUSE || kind == WIRE_BYE || kind == WIRE_PING || kind == WIRE_PONG;
}

/* A peer that keeps breaking the protocol is given up: it would replay the same message for ever. */
static void on_fault(tccc_engine *engine, int error, const char *sentence) {
    if (error == TCCC_E_NO_MEMORY || ++engine->faults < FAULTS_MAX) {
        link_break(engine, error == TCCC_E_NO_MEMORY ? error : TCCC_E_PROTOCOL, sentence);
        return;
    }
    send_bye(engine, TCCC_E_PROTOCOL, sentence);
    close_socket(engine, WIRE_CLOSE_PROTOCOL);
    engine->end_error = TCCC_E_PROTOCOL;
    bool first = engine->seat == SEAT_GREETING;
    step(engine, SEAT_EV_REFUSED);
    if (first) engine_emit_error(engine, TCCC_E_PROTOCOL, sentence);
}

void link_text(tccc_engine *engine, const char *text, size_t length) {
    wire_message message;
    wire_failure why = { 0 };
    if (!may_send(engine)) return; /* late news of a socket that is being closed */
    if (engine->seat == SEAT_LIVE) set_silent(engine);
    int error = wire_parse(&message, WIRE_FROM_SERVER, text, length, &why);
    if (error < 0) {
        on_fault(engine, error, why.message);
        return;
    }
    if (engine->seat == SEAT_LIVE || fits_greeting(message.kind)) on_live(engine, &message);
    else on_fault(engine, TCCC_E_PROTOCOL, "message: only welcome or refuse may follow hello.");
    wire_free(&message);
}

static void send_ping(tccc_engine *engine) {
    wire_message ping = { .kind = WIRE_PING, .ping_n = ++engine->ping_n };
    engine_send(engine, &ping);
}

void link_network(tccc_engine *engine) {
    if (engine->retry_ms != NEVER) {
        engine->retry_ms = engine->now_ms;
        engine->attempt = 0;
    }
    if (engine->seat != SEAT_LIVE) return;
    send_ping(engine);
    if (engine->silent_ms > engine->now_ms + NETWORK_ANSWER_MS) engine->silent_ms = engine->now_ms + NETWORK_ANSWER_MS;
}

/* A visitor's page signs in anew. */
static void expire(tccc_engine *engine) {
    if (engine->visitor && has_socket(engine)) close_socket(engine, WIRE_CLOSE_NORMAL);
    step(engine, engine->visitor ? SEAT_EV_EXPIRED : SEAT_EV_OVERDUE);
}

void link_tick(tccc_engine *engine) {
    uint64_t now = engine->now_ms;
    if (engine->expire_ms <= now) expire(engine);
    if (engine->limit_ms <= now || engine->silent_ms <= now) drop_silent(engine);
    if (engine->retry_ms <= now) step(engine, SEAT_EV_RETRY);
    if (engine->ack_ms <= now) send_ack(engine);
    if (engine->ping_ms <= now) send_ping(engine);
}

uint64_t link_next_ms(const tccc_engine *engine) {
    const uint64_t due[] = { engine->retry_ms, engine->limit_ms, engine->silent_ms, engine->ping_ms, engine->ack_ms, engine->expire_ms };
    uint64_t next = NEVER;
    for (size_t i = 0; i < sizeof due / sizeof *due; i++)
        if (due[i] < next) next = due[i];
    return next;
}
