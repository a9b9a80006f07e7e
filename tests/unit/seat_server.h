/* seat_server.h: a small scripted server of one seat, made of the server's own parts: wire, outbox, agent table, carrier.
 * Layer: tests. */
#ifndef TCCC_TESTS_SEAT_SERVER_H
#define TCCC_TESTS_SEAT_SERVER_H

#include "core/outbox.h"
#include "engine/carrier.h"
#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVER_CALLS 4
#define SERVER_TICKET "0123456789abcdef0123456789abcdef"
#define SERVER_TOKEN "sign-in-token"
#define SERVER_LOG_MAX 4096
#define SERVER_WAITING_MAX 64

typedef struct {
    bool used, held, has_media, accepting;
    enum wire_way way;
    enum wire_session_state state;
    char id[40], number[WIRE_NUMBER_MAX + 1];
    int channel;
} server_call;

typedef struct { uint64_t ticket; enum wire_method method; char number[WIRE_NUMBER_MAX + 1]; } server_waiting;

typedef struct {
    void (*send)(void *context, const char *text, size_t length);
    void (*close)(void *context, int code);
    void *context;
    outbox *box;
    bool connected, greeted, has_seat, token_used;
    bool srtp, slow;                /* slow: call.start is answered by server_answer_waiting */
    int refuse;                     /* hello is refused with this error */
    int dtmf_payload_type;
    unsigned welcomes, executed[WIRE_N_METHODS];
    char resume[WIRE_RESUME_LEN + 1], old_resume[WIRE_RESUME_LEN + 1]; /* old: what the last hello came with, until something follows the welcome */
    unsigned resumes;
    enum agent_state agent;
    server_call calls[SERVER_CALLS];
    unsigned n_sessions;
    server_waiting waiting[SERVER_WAITING_MAX];
    int n_waiting;
    carrier carrier;
    char digits[256];
    char *log[SERVER_LOG_MAX];      /* events for the page, as the page shall get them */
    int n_log;
} seat_server;

static inline void server_init(seat_server *s) {
    memset(s, 0, sizeof *s);
    s->box = outbox_new();
    s->dtmf_payload_type = 101;
}

static inline void server_free(seat_server *s) {
    outbox_free(s->box);
    for (int i = 0; i < s->n_log; i++) free(s->log[i]);
}

/* {"t":"ev","seq":1,"e":"callIn","d":{..}} -> {"event":"callIn","data":{..}} */
static inline void server_keep_log(seat_server *s, const char *text) {
    const char *name = strstr(text, "\"e\":") + 4, *data = strstr(name, ",\"d\":") + 5;
    size_t room = strlen(text) + 32;
    char *page = malloc(room);
    snprintf(page, room, "{\"event\":%.*s,\"data\":%s", (int)(data - 5 - name), name, data);
    if (s->n_log == SERVER_LOG_MAX) abort();
    s->log[s->n_log++] = page;
}

static inline void server_event(seat_server *s, const wire_event *event) {
    const char *text;
    size_t length;
    if (outbox_event(s->box, event, &text, &length) < 0) abort();
    if (event->name != WIRE_EV_MEDIA) server_keep_log(s, text);
    if (s->connected && s->greeted) s->send(s->context, text, length);
}

static inline void server_print(seat_server *s, const wire_message *message) {
    static char text[WIRE_TEXT_MAX + 1];
    int length = wire_print(message, text, sizeof text);
    if (length < 0) abort();
    if (s->connected) s->send(s->context, text, (size_t)length);
}

static inline void server_answer(seat_server *s, uint64_t ticket, const wire_answer *answer) {
    const char *text;
    size_t length;
    if (outbox_answer(s->box, ticket, answer, &text, &length) == 0 && s->connected && s->greeted)
        s->send(s->context, text, length);
}

static inline void server_agent(seat_server *s, enum agent_event what) {
    enum agent_status before = agent_fsm_status(s->agent);
    agent_fsm_step(&s->agent, what);
    wire_event event = { .name = WIRE_EV_STATUS_CHANGED, .changed = { .status = agent_fsm_status(s->agent) } };
    if (event.changed.status != before) server_event(s, &event);
}

/* ---- calls */

static inline server_call *server_find(seat_server *s, const char *id) {
    for (int i = 0; i < SERVER_CALLS; i++)
        if (s->calls[i].used && strcmp(s->calls[i].id, id) == 0) return &s->calls[i];
    return NULL;
}

static inline server_call *server_new_call(seat_server *s, enum wire_way way, const char *number) {
    for (int i = 0; i < SERVER_CALLS; i++) {
        server_call *call = &s->calls[i];
        if (call->used && call->state != WIRE_ENDED) continue;
        *call = (server_call){ .used = true, .way = way, .state = way == WIRE_WAY_OUT ? WIRE_DIALING : WIRE_OFFERED, .channel = i };
        snprintf(call->id, sizeof call->id, "session-%u", ++s->n_sessions);
        snprintf(call->number, sizeof call->number, "%s", number);
        return call;
    }
    return NULL;
}

static inline bool server_is_idle(const seat_server *s) {
    for (int i = 0; i < SERVER_CALLS; i++)
        if (s->calls[i].used && s->calls[i].state != WIRE_ENDED) return false;
    return true;
}

static inline wire_media server_media(const seat_server *s, const server_call *call, enum wire_media_op op) {
    return (wire_media){
        .op = op, .channel = call->channel, .direction = WIRE_SENDRECV, .codec = WIRE_PCMA, .payload_type = 8,
        .dtmf_payload_type = s->dtmf_payload_type, .dtmf_rate = s->dtmf_payload_type ? 8000 : 0, .ptime_ms = 20,
        .suite = s->srtp ? WIRE_AES_CM_128_HMAC_SHA1_80 : WIRE_NO_SRTP,
        .send_key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", .receive_key = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB",
    };
}

static inline void server_media_event(seat_server *s, server_call *call, enum wire_media_op op) {
    wire_event event = { .name = WIRE_EV_MEDIA, .session_id = call->id, .media = server_media(s, call, op) };
    call->has_media = op != WIRE_MEDIA_STOP;
    server_event(s, &event);
}

static inline void server_simple(seat_server *s, server_call *call, enum wire_event_name name) {
    wire_event event = { .name = name, .session_id = call->id };
    server_event(s, &event);
}

static inline server_call *server_call_in(seat_server *s, const char *caller) {
    static const wire_ivr_key keys[] = { { "1", "sales" }, { "0", "\xe4\xba\xba" } };
    server_call *call = server_new_call(s, WIRE_WAY_IN, caller);
    if (!call) return NULL;
    server_agent(s, AGENT_EVENT_CALL_STARTED);
    wire_event event = { .name = WIRE_EV_CALL_IN, .session_id = call->id };
    event.call_in = (wire_call_in){ .timeout_s = 20, .callee = "4001234567", .caller = caller, .caller_location = "Shenzhen",
                                    .remark = "a \"good\" customer", .ivr_path = keys, .n_ivr_path = 2 };
    server_event(s, &event);
    return call;
}

static inline void server_talk(seat_server *s, server_call *call) {
    call->state = WIRE_TALKING;
    server_media_event(s, call, WIRE_MEDIA_START);
    server_simple(s, call, call->way == WIRE_WAY_OUT ? WIRE_EV_CALLOUT_ACCEPTED : WIRE_EV_USER_ACCESSED);
}

static inline void server_progress(seat_server *s, server_call *call, bool early_media) {
    wire_event event = { .name = WIRE_EV_PROGRESS, .session_id = call->id };
    event.progress.ringing = !early_media;
    event.progress.early_media = early_media;
    call->state = WIRE_RINGING;
    if (early_media) server_media_event(s, call, WIRE_MEDIA_START);
    server_event(s, &event);
}

static inline void server_end(seat_server *s, server_call *call, enum wire_close_by by, const char *main_reason, const char *sub_reason) {
    if (call->has_media) server_media_event(s, call, WIRE_MEDIA_STOP);
    wire_event event = { .name = WIRE_EV_SESSION_ENDED, .session_id = call->id };
    event.ended = (wire_session_ended){ .duration_s = call->state == WIRE_TALKING ? 9.614 : 0, .close_by = by,
                                        .main_reason = main_reason, .sub_reason = sub_reason };
    call->state = WIRE_ENDED;
    call->held = false;
    server_event(s, &event);
    if (server_is_idle(s)) server_agent(s, AGENT_EVENT_CALL_ENDED);
}

static inline void server_consult(seat_server *s, server_call *call, enum wire_consult state, const char *reason) {
    wire_event event = { .name = WIRE_EV_CONSULT, .session_id = call->id };
    event.consult.state = state;
    event.consult.reason = reason;
    server_event(s, &event);
}

static inline void server_held(seat_server *s, server_call *call, bool held) {
    wire_event event = { .name = WIRE_EV_HELD, .session_id = call->id };
    event.held.held = call->held = held;
    event.held.by_seat = true;
    server_event(s, &event);
}

/* ---- requests */

static inline int server_start_call(seat_server *s, const char *number, wire_answer *answer) {
    if (s->agent == AGENT_OFFLINE) return TCCC_E_AGENT_OFFLINE;
    if (!server_is_idle(s)) return TCCC_E_AGENT_BUSY;
    server_call *call = server_new_call(s, WIRE_WAY_OUT, number);
    wire_event event = { .name = WIRE_EV_CALL_OUTED, .session_id = call->id };
    event.call_outed = (wire_call_outed){ .caller = "075500000001", .callee = call->number };
    server_agent(s, AGENT_EVENT_CALL_STARTED);
    server_event(s, &event);
    answer->result = (wire_result){ .session_id = call->id, .caller = "075500000001", .callee = call->number, .callee_location = "Beijing" };
    return 0;
}

static inline int server_agent_method(seat_server *s, const wire_request *request, wire_answer *answer) {
    static const enum agent_event set[] = { AGENT_EVENT_SET_FREE, AGENT_EVENT_SET_REST, AGENT_EVENT_SET_ARRANGE,
                                            AGENT_EVENT_SET_NOT_READY, AGENT_EVENT_STOP_NOT_READY };
    enum agent_event what = request->method == WIRE_AGENT_ONLINE    ? AGENT_EVENT_ONLINE
                            : request->method == WIRE_AGENT_OFFLINE ? AGENT_EVENT_OFFLINE
                                                                    : set[request->args.status];
    enum agent_state probe = s->agent;
    int error = agent_fsm_step(&probe, what);
    if (error < 0) return error;
    server_agent(s, what);
    answer->result.status = agent_fsm_status(s->agent);
    return 0;
}

static inline int server_call_method(seat_server *s, const wire_request *request) {
    server_call *call = server_find(s, request->args.session_id);
    if (!call) return TCCC_E_NOT_FOUND;
    if (request->method == WIRE_CALL_DELETE) {
        if (call->state != WIRE_ENDED) return TCCC_E_STATE;
        call->used = false;
        return 0;
    }
    if (call->state == WIRE_ENDED) return TCCC_E_STATE;
    switch (request->method) {
    case WIRE_CALL_ACCEPT:
        if (call->state != WIRE_OFFERED) return TCCC_E_STATE;
        server_talk(s, call);
        return 0;
    case WIRE_CALL_REJECT: case WIRE_CALL_HANGUP: server_end(s, call, WIRE_BY_SEAT, NULL, NULL); return 0;
    case WIRE_CALL_HOLD: case WIRE_CALL_UNHOLD:
        if (call->state != WIRE_TALKING) return TCCC_E_STATE;
        server_held(s, call, request->method == WIRE_CALL_HOLD);
        return 0;
    case WIRE_CALL_DIGITS: strncat(s->digits, request->args.digits, sizeof s->digits - strlen(s->digits) - 1); return 0;
    default: return 0;
    }
}

static inline int server_execute(seat_server *s, const wire_request *request, wire_answer *answer) {
    s->executed[request->method]++;
    if (request->method <= WIRE_AGENT_STATUS) return server_agent_method(s, request, answer);
    if (request->method == WIRE_CALL_START) return server_start_call(s, request->args.phone_number, answer);
    if (request->method == WIRE_MEDIA_OFFER) {
        answer->result.sdp = "v=0\r\n";
        return 0;
    }
    if (request->method == WIRE_CALL_MONITOR)
        answer->result = (wire_result){ .session_id = request->args.session_id, .caller = "13900000009", .callee = "4001234567", .text_only = request->args.text_only };
    if (request->method == WIRE_CALL_CONSULT) answer->result.consult_session_id = request->args.session_id;
    return server_call_method(s, request);
}

static inline void server_finish(seat_server *s, uint64_t ticket, const wire_request *request) {
    wire_answer answer = { .ok = true, .method = request->method };
    int error = server_execute(s, request, &answer);
    answer.ok = error == 0;
    if (error) answer.error = wire_error_of(error, NULL);
    server_answer(s, ticket, &answer);
}

/* Carries out and answers what `slow` has left waiting. */
static inline void server_answer_waiting(seat_server *s) {
    for (int i = 0; i < s->n_waiting; i++) {
        wire_request request = { .method = s->waiting[i].method, .args.phone_number = s->waiting[i].number };
        server_finish(s, s->waiting[i].ticket, &request);
    }
    s->n_waiting = 0;
}

static inline void server_request(seat_server *s, const wire_request *request) {
    uint64_t ticket;
    const char *text;
    size_t length;
    switch (outbox_request(s->box, request->id, &ticket, &text, &length)) {
    case OUTBOX_NEW: break;
    case OUTBOX_PENDING: return;
    case OUTBOX_ANSWERED: s->send(s->context, text, length); return;
    case OUTBOX_FORGOTTEN: abort();
    }
    if (!s->slow || request->method != WIRE_CALL_START) {
        server_finish(s, ticket, request);
        return;
    }
    if (s->n_waiting == SERVER_WAITING_MAX) abort();
    server_waiting *waiting = &s->waiting[s->n_waiting++];
    waiting->ticket = ticket;
    waiting->method = request->method;
    snprintf(waiting->number, sizeof waiting->number, "%s", request->args.phone_number);
}

/* ---- the connection */

static inline void server_open(seat_server *s) {
    s->connected = true;
    s->greeted = false;
}

static inline void server_closed(seat_server *s) { s->connected = s->greeted = false; }

static inline void server_refuse(seat_server *s, int error) {
    wire_message refuse = { .kind = WIRE_REFUSE, .refuse = wire_error_of(error, NULL) };
    server_print(s, &refuse);
    s->connected = false;
    s->close(s->context, WIRE_CLOSE_REFUSED);
}

static inline int server_snapshot(const seat_server *s, wire_session sessions[SERVER_CALLS]) {
    int n = 0;
    for (int i = 0; i < SERVER_CALLS; i++) {
        const server_call *call = &s->calls[i];
        if (!call->used) continue;
        sessions[n++] = (wire_session){
            .session_id = call->id, .way = call->way, .state = call->state, .held = call->held,
            .caller = call->way == WIRE_WAY_IN ? call->number : "075500000001",
            .callee = call->way == WIRE_WAY_OUT ? call->number : "4001234567",
            .timeout_s = call->state == WIRE_OFFERED ? 15 : 0, .start_ms = 1700000000000, .has_media = call->has_media,
            .media = server_media(s, call, WIRE_MEDIA_START),
        };
    }
    return n;
}

static inline void server_replay(seat_server *s, uint64_t last_seq) {
    const char *text;
    size_t length;
    for (uint64_t seq = last_seq + 1; (text = outbox_text(s->box, seq, &length)); seq++) s->send(s->context, text, length);
}

static inline void server_welcome(seat_server *s, const wire_hello *hello) {
    wire_session sessions[SERVER_CALLS];
    bool replay = hello->has_last_seq && outbox_replays(s->box, hello->last_seq);
    if (!hello->has_last_seq || hello->heir) outbox_forget_requests(s->box);
    snprintf(s->old_resume, sizeof s->old_resume, "%s", hello->resume ? hello->resume : "");
    snprintf(s->resume, sizeof s->resume, "%064x", ++s->resumes);
    wire_message welcome = { .kind = WIRE_WELCOME };
    welcome.welcome = (wire_welcome){
        .resume = s->resume, .user_id = "agent@example.com", .user_name = "Agent", .status = agent_fsm_status(s->agent), .reason = "",
        .sessions = sessions, .n_sessions = replay ? 0 : server_snapshot(s, sessions), .replay = replay,
        .seq = outbox_last_seq(s->box), .heartbeat_ms = 5000, .resume_window_ms = 60000, .ticket = SERVER_TICKET,
        .data_channel = true, .websocket = true,
    };
    s->welcomes++;
    s->greeted = true;
    server_print(s, &welcome);
    if (replay) server_replay(s, hello->last_seq);
    for (int i = 0; replay && hello->heir && i < SERVER_CALLS; i++)
        if (s->calls[i].used && s->calls[i].state == WIRE_TALKING) server_media_event(s, &s->calls[i], WIRE_MEDIA_START);
}

static inline bool server_knows(const seat_server *s, const char *resume) {
    return s->has_seat && (strcmp(resume, s->resume) == 0 || strcmp(resume, s->old_resume) == 0);
}

static inline void server_hello(seat_server *s, const wire_hello *hello) {
    bool good = hello->resume ? server_knows(s, hello->resume) : strcmp(hello->token, SERVER_TOKEN) == 0 && !s->token_used;
    if (s->refuse) server_refuse(s, s->refuse);
    else if (!good) server_refuse(s, hello->token && s->token_used ? TCCC_E_TOKEN_USED : TCCC_E_TOKEN_INVALID);
    else {
        s->has_seat = true;
        server_welcome(s, hello);
    }
}

/* Something followed the welcome: the tokens before are used up. */
static inline void server_confirmed(seat_server *s) {
    s->token_used = true;
    s->old_resume[0] = 0;
}

static inline void server_text(seat_server *s, const char *text, size_t length) {
    wire_message in;
    wire_failure why;
    if (!s->connected) return;
    int error = wire_parse(&in, WIRE_FROM_CLIENT, text, length, &why);
    if (error < 0) {
        fprintf(stderr, "the client sent %.*s: %s\n", (int)length, text, why.message);
        abort();
    }
    if (s->greeted && in.kind != WIRE_HELLO) server_confirmed(s);
    if (in.kind == WIRE_HELLO) server_hello(s, &in.hello);
    if (in.kind == WIRE_REQ) server_request(s, &in.request);
    if (in.kind == WIRE_ACK && outbox_ack(s->box, in.ack_seq) < 0) abort();
    if (in.kind == WIRE_PING) server_print(s, &(wire_message){ .kind = WIRE_PONG, .ping_n = in.ping_n });
    wire_free(&in);
}

/* The server forgets the seat, as after a restart. */
static inline void server_forget(seat_server *s) { s->has_seat = false; }

#endif
