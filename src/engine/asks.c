/* asks.c: requests that wait for their answers: deadlines, sending again, answers that come too late. Layer: engine.
 * Source: docs/protocol.md. */
#include "engine/engine_state.h"

#include <stdlib.h>
#include <string.h>

/* The page was told TIMEOUT, but the answer still matters: a call that starts after all must not stay. */
static bool is_told(const ask *ask) { return ask->due_ms == NEVER; }

static bool starts_call(const ask *ask) { return ask->method == WIRE_CALL_START || ask->method == WIRE_CALL_INTERNAL || ask->method == WIRE_VISIT_START; }

static void ask_free(ask *ask) {
    free(ask->text);
    memset(ask, 0, sizeof *ask);
}

static ask *ask_find(tccc_engine *engine, uint32_t id) {
    for (int i = 0; i < ASKS_MAX; i++)
        if (engine->asks[i].id == id) return &engine->asks[i];
    return NULL;
}

static size_t length_of(const char *text) { return text ? strlen(text) : 0; }

/* Bytes that the request takes at most: each of its own can become six ("\u0001"). */
static size_t print_room(const wire_args *args) {
    const char *const texts[] = { args->session_id, args->phone_number, args->phone_desc, args->uui, args->skill_group_id,
                                  args->caller_phone_number, args->digits, args->rest_reason, args->sdp, args->callee_user_id, args->user_id,
                                  args->extension, args->flow_id, args->remark, args->client_id, args->text, args->url, args->name, args->mime,
                                  args->comment };
    size_t room = 512;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) room += 6 * length_of(texts[i]);
    for (int i = 0; i < args->n_number_groups; i++) room += 6 * length_of(args->number_groups[i]) + 3;
    return room;
}

static int ask_print(ask *ask, const wire_args *args) {
    size_t room = print_room(args);
    wire_message message = { .kind = WIRE_REQ, .request = { .id = ask->id, .method = ask->method, .args = *args } };
    ask->text = malloc(room);
    if (!ask->text) return TCCC_E_NO_MEMORY;
    int length = wire_print_client(&message, ask->text, room);
    ask->length = length < 0 ? 0 : (size_t)length;
    return length < 0 ? length : 0;
}

static void ask_write(tccc_engine *engine, const ask *ask) {
    output_put(&engine->out, TCCC_OUT_WIRE_TEXT, 0, ask->text, ask->length);
    engine->ping_ms = engine->now_ms + engine->heartbeat_ms;
}

int asks_send(tccc_engine *engine, uint32_t command, enum wire_method method, const wire_args *args) {
    ask *ask = ask_find(engine, 0);
    if (engine->forsaken) return TCCC_E_CONNECTION_LOST;
    if (!ask) return TCCC_E_LIMIT;
    ask->id = engine->last_id + 1;
    ask->command = command;
    ask->method = method;
    ask->due_ms = engine->now_ms + ASK_LIMIT_MS;
    if (args->session_id) memcpy(ask->session_id, args->session_id, strlen(args->session_id) + 1);
    int error = ask_print(ask, args);
    if (error < 0) {
        ask_free(ask);
        return error;
    }
    engine->last_id++;
    if (is_connected(engine)) ask_write(engine, ask);
    return 0;
}

/* The call of a startOutboundCall that the page takes for failed. */
static void hang_up_late(tccc_engine *engine, const ask *ask, const wire_answer *answer) {
    wire_result result;
    if (!starts_call(ask) || !answer->ok) return;
    if (wire_read_result(ask->method, answer->raw, &result, NULL) < 0) return;
    enum wire_method end = ask->method == WIRE_VISIT_START ? WIRE_VISIT_END : WIRE_CALL_HANGUP;
    asks_send(engine, 0, end, &(wire_args){ .session_id = result.session_id });
}

static bool is_hold(enum wire_method method) {
    return method == WIRE_CALL_HOLD || method == WIRE_CALL_UNHOLD || method == WIRE_VIDEO_HOLD || method == WIRE_VIDEO_UNHOLD;
}

static void apply_held(tccc_engine *engine, const ask *ask) {
    wire_event event = { .name = WIRE_EV_HELD, .session_id = ask->session_id };
    event.held.held = ask->method == WIRE_CALL_HOLD || ask->method == WIRE_VIDEO_HOLD;
    event.held.by_seat = true;
    calls_event(engine, &event);
}

static void accept_failed(tccc_engine *engine, const ask *ask) {
    call *call = calls_find(engine, ask->session_id);
    if (!call) return;
    call_fsm_step(&call->state, CALL_EV_ACCEPT_FAILED);
    calls_tone(engine);
}

static void succeeded(tccc_engine *engine, const ask *ask, const wire_answer *answer) {
    wire_result result;
    wire_failure why = { 0 };
    if (wire_read_result(ask->method, answer->raw, &result, &why) < 0) {
        if (ask->command) page_refuse(engine, ask->command, TCCC_E_PROTOCOL, why.message);
        return;
    }
    if (is_hold(ask->method)) apply_held(engine, ask);
    if (ask->command) page_result(engine, ask->command, ask->method, &result);
    if (ask->method == WIRE_CALL_MONITOR) calls_monitored(engine, &result);
    if (ask->method == WIRE_CALL_UNMONITOR) calls_unmonitored(engine, ask->session_id);
    if (ask->method == WIRE_CALL_DELETE || ask->method == WIRE_VIDEO_DELETE) calls_deleted(engine, ask->session_id);
    if (ask->method == WIRE_CHAT_DELETE) chats_deleted(engine, ask->session_id);
    if (ask->method == WIRE_CHAT_HISTORY && !ask->command) chats_missed(engine, ask->session_id, &result);
}

static bool leaves_chat(const ask *ask) {
    return ask->method == WIRE_CHAT_ACCEPT || ask->method == WIRE_CHAT_REJECT || ask->method == WIRE_CHAT_END || ask->method == WIRE_VISIT_END;
}

static void failed(tccc_engine *engine, const ask *ask, const wire_error *error) {
    if (ask->method == WIRE_CALL_ACCEPT || ask->method == WIRE_VIDEO_ACCEPT) accept_failed(engine, ask);
    if (leaves_chat(ask)) chats_refused(engine, ask->session_id);
    if (ask->method == WIRE_CHAT_HISTORY && !ask->command) chats_not_missed(engine, ask->session_id);
    if (ask->command) page_failure(engine, ask->command, error);
    else if (ask->method == WIRE_AGENT_ONLINE) engine_emit(engine, &(event){ .kind = EVENT_ERROR, .error = *error });
}

/* The ask's place is free for what the answer leads to. */
void asks_answer(tccc_engine *engine, const wire_answer *answer) {
    ask *place = ask_find(engine, answer->id);
    if (!place) return;
    ask ask = *place;
    memset(place, 0, sizeof *place);
    if (is_told(&ask)) hang_up_late(engine, &ask, answer);
    else if (answer->ok) succeeded(engine, &ask, answer);
    else failed(engine, &ask, &answer->error);
    free(ask.text);
}

/* In the order of their numbers: those are what the server goes by. */
void asks_resend(tccc_engine *engine) {
    uint32_t sent = 0;
    for (;;) {
        const ask *next = NULL;
        for (int i = 0; i < ASKS_MAX; i++) {
            const ask *ask = &engine->asks[i];
            if (ask->id > sent && (!next || ask->id < next->id)) next = ask;
        }
        if (!next) return;
        sent = next->id;
        /* A start that the page takes for failed is not sent again: it would ring somebody's telephone. */
        if (!is_told(next) || !starts_call(next)) ask_write(engine, next);
    }
}

void asks_fail(tccc_engine *engine, int error) {
    for (int i = 0; i < ASKS_MAX; i++) {
        ask ask = engine->asks[i];
        if (ask.id == 0) continue;
        memset(&engine->asks[i], 0, sizeof ask);
        if (leaves_chat(&ask)) chats_refused(engine, ask.session_id);
        if (ask.method == WIRE_CHAT_HISTORY && !ask.command) chats_not_missed(engine, ask.session_id);
        if (ask.command) page_refuse(engine, ask.command, error, NULL);
        free(ask.text);
    }
}

bool asks_take_late_start(tccc_engine *engine) {
    ask *late = NULL;
    for (int i = 0; i < ASKS_MAX; i++) {
        ask *ask = &engine->asks[i];
        if (ask->id == 0 || !starts_call(ask)) continue;
        if (!is_told(ask)) return false; /* the call may be this one's */
        late = ask;
    }
    if (late) ask_free(late);
    return late != NULL;
}

/* What must happen even though the page has given up. */
static bool still_matters(const ask *ask) {
    return starts_call(ask) || ask->method == WIRE_CALL_HANGUP || ask->method == WIRE_CALL_REJECT || ask->method == WIRE_CALL_DELETE ||
           ask->method == WIRE_CHAT_END || ask->method == WIRE_CHAT_REJECT || ask->method == WIRE_CHAT_DELETE || ask->method == WIRE_VISIT_END;
}

static void ask_expire(tccc_engine *engine, ask *place) {
    ask ask = *place;
    wire_error error = wire_error_of(TCCC_E_TIMEOUT, NULL);
    if (still_matters(&ask)) {
        place->due_ms = NEVER;
        place->command = 0;
        failed(engine, &ask, &error);
        return;
    }
    memset(place, 0, sizeof *place);
    failed(engine, &ask, &error);
    free(ask.text);
}

void asks_tick(tccc_engine *engine) {
    for (int i = 0; i < ASKS_MAX; i++)
        if (engine->asks[i].id != 0 && engine->asks[i].due_ms <= engine->now_ms) ask_expire(engine, &engine->asks[i]);
}

uint64_t asks_next_ms(const tccc_engine *engine) {
    uint64_t next = NEVER;
    for (int i = 0; i < ASKS_MAX; i++)
        if (engine->asks[i].id != 0 && engine->asks[i].due_ms < next) next = engine->asks[i].due_ms;
    return next;
}
