/* chats.c: the chats of a seat: what the page is told of them, and messages in order, each once. Layer: engine.
 *
 * Messages of a session are numbered without gaps. One that comes after a gap (the connection was lost for so long that the server
 * sent a snapshot, or the chat comes from another agent) is not handed on: the missing ones are asked for with chat.history, from the
 * last that the page has, until the page has them all.
 */
#include "engine/engine_state.h"

#include <stdlib.h>
#include <string.h>

#define EARLIER_MAX 50u             /* messages from before that a page gets with a chat it has just taken */

static void copy(char *to, size_t capacity, const char *from) {
    size_t length = from ? strlen(from) : 0;
    if (length >= capacity) length = capacity - 1;
    memcpy(to, from ? from : "", length);
    to[length] = 0;
}

chat *chats_find(tccc_engine *engine, const char *session_id) {
    for (int i = 0; i < WIRE_SESSIONS_MAX; i++) {
        chat *chat = &engine->chats[i];
        if (chat->state != CHAT_NONE && strcmp(chat->id, session_id) == 0) return chat;
    }
    return NULL;
}

static void chat_clear(chat *chat) {
    free(chat->texts);
    memset(chat, 0, sizeof *chat);
}

void chats_free(tccc_engine *engine) {
    for (int i = 0; i < WIRE_SESSIONS_MAX; i++) chat_clear(&engine->chats[i]);
}

static chat *chat_new(tccc_engine *engine, const char *session_id) {
    chat *place = NULL;
    for (int i = 0; i < WIRE_SESSIONS_MAX; i++) {
        chat *chat = &engine->chats[i];
        bool fits = chat->state == CHAT_NONE || (chat->state == CHAT_ENDED && (!place || chat->ended_ms < place->ended_ms));
        if (fits) place = chat;
        if (chat->state == CHAT_NONE) break;
    }
    if (!place) return NULL;
    chat_clear(place);
    copy(place->id, sizeof place->id, session_id);
    return place;
}

char *chats_keep_visitor(wire_visitor *to, const char **to_remark, const wire_visitor *from, const char *remark) {
    const char *const given[] = { from->user_id, from->nickname, from->avatar, from->peer_source, from->channel_name, from->client_data,
                                  from->callee, from->callee_remark, remark };
    const char **const kept[] = { &to->user_id, &to->nickname, &to->avatar, &to->peer_source, &to->channel_name, &to->client_data,
                                  &to->callee, &to->callee_remark, to_remark };
    enum { N = sizeof given / sizeof *given };
    size_t room = 0;
    for (int i = 0; i < N; i++) room += given[i] ? strlen(given[i]) + 1 : 0;
    char *block = room ? malloc(room) : NULL, *at = block;
    for (int i = 0; i < N; i++) {
        *kept[i] = NULL;
        if (!given[i] || !block) continue;
        size_t length = strlen(given[i]) + 1;
        memcpy(at, given[i], length);
        *kept[i] = at;
        at += length;
    }
    return block;
}

static void keep_visitor(chat *chat, const wire_visitor *from, const char *remark) {
    chat->texts = chats_keep_visitor(&chat->visitor, &chat->remark, from, remark);
}

static bool step(tccc_engine *engine, chat *chat, enum chat_event event) {
    enum chat_state before = chat->state;
    bool passes = chat_fsm_step(&chat->state, event) == CHAT_PASS;
    if (chat->state == CHAT_OPEN && chat->open_ms == 0) chat->open_ms = engine->now_ms;
    if (chat->state == CHAT_ENDED && before != CHAT_ENDED) chat->ended_ms = engine->now_ms;
    if (chat->state == CHAT_NONE) chat_clear(chat);
    calls_tone(engine);
    return passes;
}

static void tell(tccc_engine *engine, const wire_event *wire) { engine_emit(engine, &(event){ .kind = EVENT_WIRE, .wire = wire }); }

/* ---- messages */

static void fill(tccc_engine *engine, chat *chat) {
    if (chat->asked || chat->want <= chat->have) return;
    wire_args args = { .session_id = chat->id, .forward = true, .after_seq = chat->have, .limit = WIRE_HISTORY_MAX };
    chat->asked = asks_send(engine, 0, WIRE_CHAT_HISTORY, &args) == 0;
}

static void hand_on(tccc_engine *engine, chat *chat, const wire_chat *message) {
    if (message->seq != chat->have + 1) return;
    wire_event event = { .name = WIRE_EV_MESSAGE, .session_id = chat->id, .message = *message };
    chat->have = message->seq;
    tell(engine, &event);
}

static void on_message(tccc_engine *engine, chat *chat, const wire_event *event) {
    uint64_t seq = event->message.seq;
    if (!step(engine, chat, CHAT_EV_MESSAGE)) return;
    if (seq > chat->want) chat->want = seq;
    hand_on(engine, chat, &event->message);
    fill(engine, chat);
}

void chats_missed(tccc_engine *engine, const char *session_id, const wire_result *result) {
    chat *chat = chats_find(engine, session_id);
    if (!chat) return;
    uint64_t before = chat->have;
    wire_chat message;
    chat->asked = false;
    for (const json_value *e = json_first(result->raw_messages); e; e = json_next(e))
        if (wire_read_chat(e, &message, NULL) == 0) hand_on(engine, chat, &message);
    if (chat->have == before) chat->have = chat->want; /* the server has no more of them */
    fill(engine, chat);
}

void chats_not_missed(tccc_engine *engine, const char *session_id) {
    chat *chat = chats_find(engine, session_id);
    if (chat) chat->asked = false; /* asked again with the next message */
}

/* The page gets what was written before it came in, the last EARLIER_MAX of it. */
static void open_messages(tccc_engine *engine, chat *chat) {
    if (chat->open) return;
    chat->open = true;
    if (chat->have == 0 && chat->want > EARLIER_MAX) chat->have = chat->want - EARLIER_MAX;
    fill(engine, chat);
}

/* ---- events of the server */

static void on_in(tccc_engine *engine, const wire_event *event) {
    chat *known = chats_find(engine, event->session_id);
    if (known && known->state != CHAT_ENDED) return;
    if (known) chat_clear(known); /* handed over, and it comes back */
    chat *chat = chat_new(engine, event->session_id);
    if (chat) {
        chat->timeout_s = event->call_in.timeout_s;
        chat->want = event->call_in.last_seq;
        keep_visitor(chat, &event->call_in.visitor, event->call_in.remark);
        step(engine, chat, CHAT_EV_IN);
    }
    tell(engine, event);
}

static void pass(tccc_engine *engine, chat *chat, const wire_event *event, enum chat_event what) {
    if (step(engine, chat, what)) tell(engine, event);
}

static bool begins(const tccc_engine *engine, const wire_event *event) {
    return engine->visitor && (event->name == WIRE_EV_MESSAGE || (event->name == WIRE_EV_QUEUED && event->queued.type == WIRE_IM));
}

/* The session's, or on a visitor's page a new one: its first event may be here before the answer to visit.start. */
static chat *named(tccc_engine *engine, const wire_event *event) {
    chat *chat = event->session_id ? chats_find(engine, event->session_id) : NULL;
    if (chat || !begins(engine, event) || calls_find(engine, event->session_id)) return chat;
    chat = chat_new(engine, event->session_id);
    if (!chat) return NULL;
    chat->open = true;
    step(engine, chat, CHAT_EV_STARTED);
    return chat;
}

static void accessed(tccc_engine *engine, chat *chat, const wire_event *event) {
    pass(engine, chat, event, CHAT_EV_ACCESSED);
    open_messages(engine, chat);
}

bool chats_event(tccc_engine *engine, const wire_event *event) {
    if (event->name == WIRE_EV_CALL_IN && event->call_in.type == WIRE_IM) {
        on_in(engine, event);
        return true;
    }
    chat *chat = named(engine, event);
    if (!chat) return false;
    switch (event->name) {
    case WIRE_EV_USER_ACCESSED: case WIRE_EV_JOINED: accessed(engine, chat, event); break;
    case WIRE_EV_QUEUED: pass(engine, chat, event, CHAT_EV_QUEUED); break;
    case WIRE_EV_MESSAGE: on_message(engine, chat, event); break;
    case WIRE_EV_TYPING: case WIRE_EV_MESSAGE_READ: tell(engine, event); break;
    case WIRE_EV_SESSION_ENDED: pass(engine, chat, event, CHAT_EV_ENDED); break;
    case WIRE_EV_AUTO_TRANSFER: pass(engine, chat, event, CHAT_EV_MOVED); break;
    case WIRE_EV_TRANSFER: pass(engine, chat, event, CHAT_EV_TRANSFERRED); break;
    default: return false;
    }
    return true;
}

void chats_deleted(tccc_engine *engine, const char *session_id) {
    chat *chat = chats_find(engine, session_id);
    if (chat && step(engine, chat, CHAT_EV_DELETED)) engine_emit(engine, &(event){ .kind = EVENT_SESSION_COMPLETED, .text = session_id });
}

void chats_refused(tccc_engine *engine, const char *session_id) {
    chat *chat = chats_find(engine, session_id);
    if (chat) step(engine, chat, CHAT_EV_REFUSED);
}

bool chats_ring(const tccc_engine *engine) {
    for (int i = 0; i < WIRE_SESSIONS_MAX; i++)
        if (engine->chats[i].state == CHAT_OFFERED) return true;
    return false;
}

/* ---- the snapshot */

static void end_lost(tccc_engine *engine, chat *chat, const char *reason) {
    char id[WIRE_SESSION_ID_MAX + 1];
    copy(id, sizeof id, chat->id);
    wire_event event = { .name = WIRE_EV_SESSION_ENDED, .session_id = id };
    event.ended.duration_s = chat->open_ms ? (double)(engine->now_ms - chat->open_ms) / 1000 : 0;
    event.ended.type = WIRE_IM;
    event.ended.close_by = WIRE_BY_ADMIN;
    event.ended.main_reason = reason;
    pass(engine, chat, &event, CHAT_EV_ENDED);
}

static bool is_running(const chat *chat) { return chat->state != CHAT_NONE && chat->state != CHAT_ENDED; }

void chats_end_all(tccc_engine *engine, const char *reason, bool with_open) {
    for (int i = 0; i < WIRE_SESSIONS_MAX; i++)
        if (is_running(&engine->chats[i]) && (with_open || engine->chats[i].state != CHAT_OPEN)) end_lost(engine, &engine->chats[i], reason);
}

/* What the snapshot says of a chat; true when its state is news. */
static bool follow(tccc_engine *engine, chat *chat, const wire_session *session) {
    if (session->last_seq > chat->want) chat->want = session->last_seq;
    if (session->state == WIRE_ENDED) return step(engine, chat, CHAT_EV_ENDED); /* another page's list: the server names running ones */
    if (session->state == WIRE_TALKING && chat->state != CHAT_OPEN && chat->state != CHAT_LEAVING) return step(engine, chat, CHAT_EV_ACCESSED);
    if (session->state == WIRE_DIALING && chat->state == CHAT_OPEN) return step(engine, chat, CHAT_EV_QUEUED);
    return false;
}

static chat *adopt(tccc_engine *engine, const wire_session *session) {
    chat *chat = chat_new(engine, session->session_id);
    if (!chat) return NULL;
    chat->timeout_s = session->timeout_s;
    chat->start_ms = session->start_ms;
    chat->answer_ms = session->answer_ms;
    keep_visitor(chat, &session->visitor, session->phone_desc);
    step(engine, chat, engine->visitor ? CHAT_EV_STARTED : CHAT_EV_IN);
    (void)follow(engine, chat, session);
    return chat;
}

/* A reloaded page has its own ways to what was written before: Chat.getHistory. */
void chats_restore(tccc_engine *engine, const wire_welcome *welcome) {
    for (int i = 0; i < welcome->n_sessions; i++) {
        const wire_session *session = &welcome->sessions[i];
        if (session->type != WIRE_IM || chats_find(engine, session->session_id)) continue;
        chat *chat = adopt(engine, session);
        if (!chat || chat->state == CHAT_OFFERED) continue;
        chat->have = chat->want;
        chat->open = true;
    }
}

static void announce(tccc_engine *engine, const chat *chat) {
    wire_event event = { .session_id = chat->id };
    if (chat->state == CHAT_OFFERED) {
        event.name = WIRE_EV_CALL_IN;
        event.call_in = (wire_call_in){ .type = WIRE_IM, .timeout_s = chat->timeout_s, .visitor = chat->visitor, .remark = chat->remark, .last_seq = chat->want };
    } else if (chat->state == CHAT_OPEN && engine->visitor) {
        event.name = WIRE_EV_JOINED;
        event.nickname = chat->visitor.nickname ? chat->visitor.nickname : "";
    } else if (chat->state == CHAT_OPEN) {
        event.name = WIRE_EV_USER_ACCESSED;
    } else if (chat->state == CHAT_WAITING) {
        event.name = WIRE_EV_QUEUED;
        event.queued.type = WIRE_IM;
    } else {
        return;
    }
    tell(engine, &event);
}

void chats_announce(tccc_engine *engine) {
    for (int i = 0; i < WIRE_SESSIONS_MAX; i++) announce(engine, &engine->chats[i]);
}

static bool is_listed(const wire_welcome *welcome, const chat *chat) {
    for (int i = 0; i < welcome->n_sessions; i++)
        if (strcmp(welcome->sessions[i].session_id, chat->id) == 0) return true;
    return false;
}

void chats_reconcile(tccc_engine *engine, const wire_welcome *welcome) {
    for (int i = 0; i < WIRE_SESSIONS_MAX; i++)
        if (is_running(&engine->chats[i]) && !is_listed(welcome, &engine->chats[i])) end_lost(engine, &engine->chats[i], "connectionLost");
    for (int i = 0; i < welcome->n_sessions; i++) {
        const wire_session *session = &welcome->sessions[i];
        if (session->type != WIRE_IM) continue;
        chat *chat = chats_find(engine, session->session_id);
        bool news = chat ? follow(engine, chat, session) : (chat = adopt(engine, session)) != NULL;
        if (!chat) continue;
        if (news) announce(engine, chat);
        if (chat->state == CHAT_OPEN || engine->visitor) open_messages(engine, chat);
        fill(engine, chat);
    }
}

/* ---- the list */

static enum wire_session_state shown(const tccc_engine *engine, const chat *chat) {
    switch (chat->state) {
    case CHAT_WAITING: return WIRE_DIALING;
    case CHAT_OFFERED: case CHAT_ACCEPTING: return WIRE_OFFERED;
    case CHAT_OPEN: return WIRE_TALKING;
    case CHAT_LEAVING: return chat->open_ms ? WIRE_TALKING : engine->visitor ? WIRE_DIALING : WIRE_OFFERED;
    case CHAT_NONE: case CHAT_ENDED: case CHAT_STATES: break;
    }
    return WIRE_ENDED;
}

void chats_list(const tccc_engine *engine, json_writer *out) {
    for (int i = 0; i < WIRE_SESSIONS_MAX; i++) {
        const chat *chat = &engine->chats[i];
        if (chat->state == CHAT_NONE) continue;
        wire_session session = {
            .session_id = chat->id, .type = WIRE_IM, .way = engine->visitor ? WIRE_WAY_OUT : WIRE_WAY_IN, .state = shown(engine, chat),
            .caller = "", .callee = "", .visitor = chat->visitor, .phone_desc = chat->remark, .last_seq = chat->open ? chat->have : chat->want, .timeout_s = chat->timeout_s,
            .start_ms = chat->start_ms, .answer_ms = chat->answer_ms,
        };
        wire_put_session(out, NULL, &session);
    }
}
