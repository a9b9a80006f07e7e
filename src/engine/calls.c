/* calls.c: the sessions of a seat, what the page is told of them, and the orders for their sound. Layer: engine. */
#include "engine/engine_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Receives a text of the wire, whose bound the parser has checked. */
static void copy(char *to, size_t capacity, const char *from) { snprintf(to, capacity, "%s", from ? from : ""); }

call *calls_find(tccc_engine *engine, const char *session_id) {
    for (int i = 0; i < WIRE_SESSIONS_MAX; i++) {
        call *call = &engine->calls[i];
        if (call->state != CALL_NONE && strcmp(call->id, session_id) == 0) return call;
    }
    return NULL;
}

/* A free place; else that of the session that ended longest ago and that the page never deleted. */
static call *place(tccc_engine *engine) {
    call *oldest = NULL;
    for (int i = 0; i < WIRE_SESSIONS_MAX; i++) {
        call *call = &engine->calls[i];
        if (call->state == CALL_NONE) return call;
        if (call->state == CALL_ENDED && (!oldest || call->ended_ms < oldest->ended_ms)) oldest = call;
    }
    return oldest;
}

static call *call_new(tccc_engine *engine, const char *session_id) {
    call *call = place(engine);
    if (!call) return NULL;
    free(call->texts);
    memset(call, 0, sizeof *call);
    copy(call->id, sizeof call->id, session_id);
    return call;
}

void calls_free(tccc_engine *engine) {
    for (int i = 0; i < WIRE_SESSIONS_MAX; i++) free(engine->calls[i].texts);
}

static void keep_visitor(call *call, const wire_visitor *visitor) {
    const char *none;
    if (!wire_is_visit(call->type)) return;
    free(call->texts);
    call->texts = chats_keep_visitor(&call->visitor, &none, visitor, NULL);
}

/* ---- picture */

enum { PICTURE_TOLD = 1, PICTURE_RUNS = 2, PICTURE_NO_SOUND = 4, PICTURE_DARK = 8, PICTURE_HELD = 16 };

void calls_picture(tccc_engine *engine, call *call) {
    char text[192];
    bool runs = call->type == WIRE_VIDEO && (call->state == CALL_TALKING || call->state == CALL_HELD);
    int pictures = runs ? PICTURE_TOLD | PICTURE_RUNS | (call->muted ? PICTURE_NO_SOUND : 0) | (call->camera_muted ? PICTURE_DARK : 0) : 0;
    if (runs && call->state == CALL_HELD) pictures |= PICTURE_HELD;
    if (pictures == call->pictures) return;
    call->pictures = pictures;
    json_writer out = json_write(text, sizeof text);
    json_open_object(&out, NULL);
    json_put_string(&out, "op", "video");
    json_put_string(&out, "sessionId", call->id);
    json_put_bool(&out, "run", runs);
    json_put_bool(&out, "audioMuted", call->muted);
    json_put_bool(&out, "videoMuted", call->camera_muted);
    if (pictures & PICTURE_HELD) json_put_bool(&out, "held", true); /* neither is sent, and what the agent has muted stays so afterwards */
    json_close(&out);
    int length = json_finish(&out);
    if (length > 0) output_put(&engine->out, TCCC_OUT_MEDIA, 0, text, (size_t)length);
}

/* ---- sound */

static bool is_quiet(const call *call) { return call->state == CALL_HELD || call->state == CALL_LEAVING; }

enum { DIRECT_TOLD = 1, DIRECT_SEND = 2, DIRECT_RECEIVE = 4, DIRECT_MUTED = 8 };

static unsigned direct_of(const call *call) {
    enum wire_direction way = call->media.direction;
    unsigned direct = DIRECT_TOLD | (call->muted ? DIRECT_MUTED : 0u);
    if (!is_quiet(call) && (way == WIRE_SENDRECV || way == WIRE_SENDONLY)) direct |= DIRECT_SEND;
    if (!is_quiet(call) && (way == WIRE_SENDRECV || way == WIRE_RECVONLY)) direct |= DIRECT_RECEIVE;
    return direct;
}

static void order_direct(tccc_engine *engine, call *call) {
    char text[128];
    unsigned direct = direct_of(call);
    if (direct == call->direct) return;
    call->direct = direct;
    json_writer out = json_write(text, sizeof text);
    json_open_object(&out, NULL);
    json_put_string(&out, "op", "direct");
    json_put_integer(&out, "channel", call->media.channel);
    json_put_bool(&out, "send", direct & DIRECT_SEND);
    json_put_bool(&out, "receive", direct & DIRECT_RECEIVE);
    json_put_bool(&out, "muted", direct & DIRECT_MUTED);
    json_close(&out);
    output_put(&engine->out, TCCC_OUT_MEDIA, call->media.channel, text, (size_t)json_finish(&out));
}

static void put_config(json_writer *out, const wire_media *media) {
    json_open_object(out, "config");
    json_put_string(out, "codec", wire_codec_name(media->codec));
    json_put_integer(out, "payloadType", media->payload_type);
    json_put_integer(out, "dtmfPayloadType", media->dtmf_payload_type);
    if (media->dtmf_payload_type) json_put_integer(out, "dtmfRate", media->dtmf_rate);
    json_put_integer(out, "ptimeMs", media->ptime_ms);
    if (media->suite != WIRE_NO_SRTP) {
        json_open_object(out, "srtp");
        json_put_string(out, "suite", wire_suite_name(media->suite));
        json_put_string(out, "sendKey", media->send_key);
        json_put_string(out, "receiveKey", media->receive_key);
        json_close(out);
    }
    json_close(out);
}

static void order_open(tccc_engine *engine, const call *call) {
    char text[1024];
    json_writer out = json_write(text, sizeof text);
    json_open_object(&out, NULL);
    json_put_string(&out, "op", "open");
    json_put_integer(&out, "channel", call->media.channel);
    json_put_string(&out, "sessionId", call->id);
    put_config(&out, &call->media);
    json_close(&out);
    int length = json_finish(&out);
    if (length > 0) output_put(&engine->out, TCCC_OUT_MEDIA, call->media.channel, text, (size_t)length);
}

static void order_close(tccc_engine *engine, const call *call) {
    char text[48];
    int length = snprintf(text, sizeof text, "{\"op\":\"close\",\"channel\":%d}", call->media.channel);
    output_put(&engine->out, TCCC_OUT_MEDIA, call->media.channel, text, (size_t)length);
}

static void sense_calls(tccc_engine *engine) {
    bool in_call = false;
    for (int i = 0; i < WIRE_SESSIONS_MAX; i++) in_call |= engine->calls[i].has_media;
    route_in_call(&engine->route, in_call, engine->now_ms);
}

void calls_step_sound(tccc_engine *engine, call *call) {
    if (call->has_media) order_direct(engine, call);
}

static void sound_close(tccc_engine *engine, call *call) {
    if (!call->has_media) return;
    order_close(engine, call);
    call->has_media = false;
    call->direct = 0;
    sense_calls(engine);
}

static bool same_text(const char *a, const char *b) { return strcmp(a ? a : "", b ? b : "") == 0; }

static bool same_stream(const wire_media *a, const wire_media *b) {
    return a->channel == b->channel && a->codec == b->codec && a->payload_type == b->payload_type &&
           a->dtmf_payload_type == b->dtmf_payload_type && a->dtmf_rate == b->dtmf_rate && a->ptime_ms == b->ptime_ms &&
           a->suite == b->suite && same_text(a->send_key, b->send_key) && same_text(a->receive_key, b->receive_key);
}

static void keep_media(call *call, const wire_media *media) {
    copy(call->send_key, sizeof call->send_key, media->send_key);
    copy(call->receive_key, sizeof call->receive_key, media->receive_key);
    call->media = *media;
    call->media.send_key = call->send_key;
    call->media.receive_key = call->receive_key;
    call->has_media = true;
}

static void sound_set(tccc_engine *engine, call *call, const wire_media *media) {
    bool stays = call->has_media && same_stream(&call->media, media);
    if (!stays) sound_close(engine, call);
    keep_media(call, media);
    if (!stays) order_open(engine, call);
    order_direct(engine, call);
    sense_calls(engine);
}

static void on_media(tccc_engine *engine, const wire_event *event) {
    call *call = calls_find(engine, event->session_id);
    if (!call || call->state == CALL_ENDED) return;
    if (event->media.op == WIRE_MEDIA_STOP) sound_close(engine, call);
    else sound_set(engine, call, &event->media);
}

static const char *tone_of(const tccc_engine *engine) {
    const char *tone = chats_ring(engine) ? "ring" : "none";
    for (int i = 0; i < WIRE_SESSIONS_MAX; i++) {
        const call *call = &engine->calls[i];
        if (call->state == CALL_OFFERED && call->server_type == WIRE_STAFF_SEAT) return "ring";
        if (call->state == CALL_RINGING && call->server_type == WIRE_STAFF_SEAT && !chats_ring(engine)) tone = "ringback";
    }
    return tone;
}

void calls_tone(tccc_engine *engine) {
    char text[48];
    const char *tone = tone_of(engine);
    if (strcmp(tone, engine->tone) == 0) return;
    engine->tone = tone;
    int length = snprintf(text, sizeof text, "{\"op\":\"tone\",\"name\":\"%s\"}", tone);
    output_put(&engine->out, TCCC_OUT_MEDIA, 0, text, (size_t)length);
}

void calls_digits(tccc_engine *engine, const call *call, const char *digits) {
    char text[48 + WIRE_DIGITS_MAX];
    int length = snprintf(text, sizeof text, "{\"op\":\"digits\",\"channel\":%d,\"digits\":\"%s\"}", call->media.channel, digits);
    output_put(&engine->out, TCCC_OUT_MEDIA, call->media.channel, text, (size_t)length);
}

/* ---- events of the server */

/* What follows from the state that a step has led to. */
static void settle(tccc_engine *engine, call *call, enum call_state before) {
    if (call->state == CALL_TALKING && call->talking_ms == 0) call->talking_ms = engine->now_ms;
    if (call->state == CALL_ENDED && before != CALL_ENDED) call->ended_ms = engine->now_ms;
    if (call->state == CALL_ENDED || call->state == CALL_NONE) sound_close(engine, call);
    else if (call->state != before) calls_step_sound(engine, call);
    calls_picture(engine, call);
    calls_tone(engine);
}

static bool step(tccc_engine *engine, call *call, enum call_event event) {
    enum call_state before = call->state;
    bool passes = call_fsm_step(&call->state, event) == CALL_PASS;
    settle(engine, call, before);
    return passes;
}

static void tell(tccc_engine *engine, const wire_event *wire) { engine_emit(engine, &(event){ .kind = EVENT_WIRE, .wire = wire }); }

/* Steps the session's machine and tells the page when the machine says so. */
static void pass(tccc_engine *engine, const wire_event *event, enum call_event what) {
    call *known = calls_find(engine, event->session_id);
    call stranger = { .state = CALL_NONE };
    if (step(engine, known ? known : &stranger, what)) tell(engine, event);
}

static void on_call_in(tccc_engine *engine, const wire_event *event) {
    call *known = calls_find(engine, event->session_id);
    if (known && known->state != CALL_ENDED) return;
    if (known) step(engine, known, CALL_EV_DELETED); /* handed over, and it comes back */
    call *call = call_new(engine, event->session_id);
    if (call) {
        const wire_call_in *in = &event->call_in;
        call->way = WIRE_WAY_IN;
        call->type = in->type;
        copy(call->peer, sizeof call->peer, in->peer_user_id);
        copy(call->caller, sizeof call->caller, in->caller);
        copy(call->callee, sizeof call->callee, in->callee);
        copy(call->phone_desc, sizeof call->phone_desc, in->remark);
        keep_visitor(call, &in->visitor);
        call->server_type = in->server_type;
        call->timeout_s = in->timeout_s;
        engine_order(engine, "prepare");
        step(engine, call, CALL_EV_IN);
    }
    tell(engine, event);
}

static void on_call_outed(tccc_engine *engine, const wire_event *event) {
    if (calls_find(engine, event->session_id)) return;
    call *call = call_new(engine, event->session_id);
    if (call) {
        const wire_call_outed *out = &event->call_outed;
        call->way = WIRE_WAY_OUT;
        call->type = out->type;
        copy(call->caller, sizeof call->caller, out->caller);
        copy(call->callee, sizeof call->callee, out->callee);
        copy(call->phone_desc, sizeof call->phone_desc, out->phone_desc ? out->phone_desc : out->remark);
        call->server_type = out->server_type;
        step(engine, call, CALL_EV_OUTED);
    }
    tell(engine, event);
    if (engine->last_seq <= engine->replay_to && asks_take_late_start(engine))
        asks_send(engine, 0, engine->visitor ? WIRE_VISIT_END : WIRE_CALL_HANGUP, &(wire_args){ .session_id = event->session_id });
}

static void on_progress(tccc_engine *engine, const wire_event *event) {
    call *call = calls_find(engine, event->session_id);
    if (!call) return;
    bool rings = event->progress.ringing && step(engine, call, CALL_EV_RINGING);
    bool speaks = event->progress.early_media && step(engine, call, CALL_EV_EARLY);
    if (rings || speaks) tell(engine, event);
}

/* The customer's hold is told, but changes nothing here: whatever their side plays is heard. */
static void on_held(tccc_engine *engine, const wire_event *event) {
    if (event->held.by_seat) pass(engine, event, event->held.held ? CALL_EV_HELD : CALL_EV_UNHELD);
    else if (calls_find(engine, event->session_id)) tell(engine, event);
}

static void on_self_service(tccc_engine *engine, const wire_event *event) {
    call *call = calls_find(engine, event->session_id);
    if (!call || call->state == CALL_ENDED) return;
    call->self_service = event->self_service;
    tell(engine, event);
}

static enum call_event consult_event(enum wire_consult state) {
    switch (state) {
    case WIRE_CONSULT_RINGING: case WIRE_CONSULT_TALKING: return CALL_EV_CONSULT;
    case WIRE_CONSULT_CONFERENCE: return CALL_EV_CONFERENCE;
    case WIRE_CONSULT_ENDED: break;
    }
    return CALL_EV_CONSULT_OVER;
}

void calls_event(tccc_engine *engine, const wire_event *event) {
    switch (event->name) {
    case WIRE_EV_CALL_IN: on_call_in(engine, event); break;
    case WIRE_EV_USER_ACCESSED: pass(engine, event, CALL_EV_ACCESSED); break;
    case WIRE_EV_CALL_OUTED: on_call_outed(engine, event); break;
    case WIRE_EV_CALLOUT_ACCEPTED: pass(engine, event, CALL_EV_ANSWERED); break;
    case WIRE_EV_SESSION_ENDED: pass(engine, event, CALL_EV_ENDED); break;
    case WIRE_EV_STATUS_CHANGED: engine_status(engine, &event->changed); break;
    case WIRE_EV_AUTO_TRANSFER: pass(engine, event, CALL_EV_MOVED); break;
    case WIRE_EV_TRANSFER: pass(engine, event, CALL_EV_TRANSFERRED); break;
    case WIRE_EV_KICKED_OUT: case WIRE_EV_ASR: tell(engine, event); break; /* a transcript also of calls that are others' */
    case WIRE_EV_PROGRESS: on_progress(engine, event); break;
    case WIRE_EV_HELD: on_held(engine, event); break;
    case WIRE_EV_MEDIA: on_media(engine, event); break;
    case WIRE_EV_SELF_SERVICE: on_self_service(engine, event); break;
    case WIRE_EV_MONITOR_ENDED: pass(engine, event, CALL_EV_MONITOR_ENDED); break;
    case WIRE_EV_CONSULT: pass(engine, event, consult_event(event->consult.state)); break;
    case WIRE_EV_MESSAGE: case WIRE_EV_TYPING: case WIRE_EV_MESSAGE_READ: break; /* of a chat that the page has deleted */
    case WIRE_EV_QUEUED: case WIRE_EV_JOINED: tell(engine, event); break;
    case WIRE_EV_VIDEO_MUTED: case WIRE_EV_VIDEO_CODEC: if (calls_find(engine, event->session_id)) tell(engine, event); break;
    case WIRE_N_EVENTS: break;
    }
}

void calls_monitored(tccc_engine *engine, const wire_result *what) {
    if (what->text_only || calls_find(engine, what->session_id)) return;
    call *call = call_new(engine, what->session_id);
    if (!call) return;
    call->way = WIRE_WAY_IN;
    copy(call->caller, sizeof call->caller, what->caller);
    copy(call->callee, sizeof call->callee, what->callee);
    call->server_type = what->server_type;
    engine_order(engine, "prepare");
    step(engine, call, CALL_EV_MONITORED);
}

void calls_unmonitored(tccc_engine *engine, const char *session_id) {
    call *call = calls_find(engine, session_id);
    if (call && call->state == CALL_MONITORING) step(engine, call, CALL_EV_MONITOR_ENDED);
}

void calls_deleted(tccc_engine *engine, const char *session_id) {
    call *call = calls_find(engine, session_id);
    if (call && step(engine, call, CALL_EV_DELETED))
        engine_emit(engine, &(event){ .kind = EVENT_SESSION_COMPLETED, .text = session_id });
}

/* ---- the snapshot */

static void end_lost(tccc_engine *engine, const call *call, const char *reason) {
    char id[WIRE_SESSION_ID_MAX + 1];
    copy(id, sizeof id, call->id);
    wire_event event = { .name = WIRE_EV_SESSION_ENDED, .session_id = id };
    event.ended.duration_s = call->talking_ms ? (double)(engine->now_ms - call->talking_ms) / 1000 : 0;
    event.ended.type = call->type;
    event.ended.close_by = WIRE_BY_ADMIN;
    event.ended.main_reason = reason;
    pass(engine, &event, CALL_EV_ENDED);
}

void calls_end_all(tccc_engine *engine, const char *reason) {
    for (int i = 0; i < WIRE_SESSIONS_MAX; i++)
        if (engine->calls[i].state != CALL_NONE && engine->calls[i].state != CALL_ENDED) end_lost(engine, &engine->calls[i], reason);
}

/* Leads the machine of a session to the state the snapshot gives; true when a step on the way is news for the page. */
static bool follow(tccc_engine *engine, call *call, const wire_session *session) {
    bool news = false;
    switch (session->state) {
    case WIRE_OFFERED: case WIRE_DIALING: break;
    case WIRE_RINGING: news = step(engine, call, CALL_EV_RINGING); break;
    case WIRE_TALKING:
        if (call->talking_ms == 0) news = step(engine, call, call->way == WIRE_WAY_OUT ? CALL_EV_ANSWERED : CALL_EV_ACCESSED);
        if (!session->has_consult) step(engine, call, CALL_EV_CONSULT_OVER);
        step(engine, call, session->held ? CALL_EV_HELD : CALL_EV_UNHELD);
        if (session->has_consult) step(engine, call, consult_event(session->consult));
        break;
    case WIRE_MONITORING: break;
    case WIRE_ENDED: news = step(engine, call, CALL_EV_ENDED); break;
    }
    return news;
}

static call *adopt(tccc_engine *engine, const wire_session *session) {
    call *call = call_new(engine, session->session_id);
    if (!call) return NULL;
    call->way = session->way;
    call->type = session->type;
    call->self_service = session->self_service;
    call->muted = session->muted;
    call->camera_muted = session->camera_muted;
    keep_visitor(call, &session->visitor);
    copy(call->peer, sizeof call->peer, session->peer_user_id);
    copy(call->caller, sizeof call->caller, session->caller);
    copy(call->callee, sizeof call->callee, session->callee);
    copy(call->phone_desc, sizeof call->phone_desc, session->phone_desc);
    call->server_type = session->server_type;
    call->timeout_s = session->timeout_s;
    call->start_ms = session->start_ms;
    call->answer_ms = session->answer_ms;
    step(engine, call, session->state == WIRE_MONITORING ? CALL_EV_MONITORED : session->way == WIRE_WAY_OUT ? CALL_EV_OUTED : CALL_EV_IN);
    follow(engine, call, session);
    if (call->state != CALL_ENDED) engine_order(engine, "prepare");
    if (session->has_media && call->state != CALL_ENDED) sound_set(engine, call, &session->media);
    return call;
}

void calls_restore(tccc_engine *engine, const wire_welcome *welcome) {
    for (int i = 0; i < welcome->n_sessions; i++)
        if (welcome->sessions[i].type != WIRE_IM && !calls_find(engine, welcome->sessions[i].session_id)) adopt(engine, &welcome->sessions[i]);
}

bool calls_inherit(tccc_engine *engine, const json_value *sessions) {
    for (const json_value *e = json_first(sessions); e; e = json_next(e)) {
        wire_session session;
        if (wire_read_session(e, &session) < 0) return false;
        session.has_media = false; /* the server tells it again, with its keys */
        if (session.type == WIRE_IM) chats_restore(engine, &(wire_welcome){ .sessions = &session, .n_sessions = 1 });
        else if (!calls_find(engine, session.session_id)) adopt(engine, &session);
    }
    return true;
}

/* The event that brings a page up to date with a session it has not heard of. */
static void announce(tccc_engine *engine, const call *call) {
    wire_event event = { .session_id = call->id };
    switch (call->state) {
    case CALL_NONE: case CALL_ENDED: case CALL_MONITORING: return; /* who listens has asked for it */
    case CALL_OFFERED: case CALL_ACCEPTING:
        event.name = WIRE_EV_CALL_IN;
        event.call_in = (wire_call_in){ .type = call->type, .peer_user_id = call->type == WIRE_INTERNAL ? call->peer : NULL, .timeout_s = call->timeout_s, .caller = call->caller[0] ? call->caller : NULL,
                                        .callee = call->callee, .server_type = call->server_type, .visitor = call->visitor,
                                        .remark = call->phone_desc[0] ? call->phone_desc : NULL };
        break;
    case CALL_DIALING: case CALL_RINGING: case CALL_EARLY:
        event.name = WIRE_EV_CALL_OUTED;
        event.call_outed = (wire_call_outed){ .type = call->type, .caller = call->caller, .callee = call->callee, .server_type = call->server_type,
                                              .phone_desc = call->phone_desc[0] ? call->phone_desc : NULL };
        break;
    case CALL_TALKING: case CALL_HELD: case CALL_CONSULTING: case CALL_CONFERENCE: case CALL_LEAVING: event.name = engine->visitor ? WIRE_EV_CALLOUT_ACCEPTED : WIRE_EV_USER_ACCESSED; break;
    case CALL_STATES: return;
    }
    tell(engine, &event);
}

void calls_announce(tccc_engine *engine) {
    for (int i = 0; i < WIRE_SESSIONS_MAX; i++) announce(engine, &engine->calls[i]);
}

static const wire_session *listed(const wire_welcome *welcome, const char *session_id) {
    for (int i = 0; i < welcome->n_sessions; i++)
        if (strcmp(welcome->sessions[i].session_id, session_id) == 0) return &welcome->sessions[i];
    return NULL;
}

static void catch_up(tccc_engine *engine, call *call, const wire_session *session) {
    if (session->state == WIRE_ENDED) {
        if (call->state != CALL_ENDED) end_lost(engine, call, "connectionLost");
        return;
    }
    wire_event event = { .session_id = call->id };
    if (follow(engine, call, session)) {
        event.name = session->state == WIRE_RINGING ? WIRE_EV_PROGRESS
                     : call->way == WIRE_WAY_OUT    ? WIRE_EV_CALLOUT_ACCEPTED
                                                    : WIRE_EV_USER_ACCESSED;
        if (event.name == WIRE_EV_PROGRESS) event.progress.ringing = true;
        tell(engine, &event);
    }
    if (session->has_media) sound_set(engine, call, &session->media);
    else sound_close(engine, call);
}

void calls_reconcile(tccc_engine *engine, const wire_welcome *welcome) {
    for (int i = 0; i < WIRE_SESSIONS_MAX; i++) {
        call *call = &engine->calls[i];
        if (call->state == CALL_NONE || listed(welcome, call->id)) continue;
        if (call->state != CALL_ENDED) end_lost(engine, call, "connectionLost");
    }
    for (int i = 0; i < welcome->n_sessions; i++) {
        const wire_session *session = &welcome->sessions[i];
        if (session->type == WIRE_IM) continue;
        call *known = calls_find(engine, session->session_id);
        if (known) {
            catch_up(engine, known, session);
            continue;
        }
        call *call = adopt(engine, session);
        if (call) announce(engine, call);
    }
}

/* ---- the list */

static enum wire_session_state shown(const call *call) {
    switch (call->state) {
    case CALL_DIALING: return WIRE_DIALING;
    case CALL_RINGING: case CALL_EARLY: return WIRE_RINGING;
    case CALL_OFFERED: case CALL_ACCEPTING: return WIRE_OFFERED;
    case CALL_LEAVING: return call->talking_ms ? WIRE_TALKING : call->way == WIRE_WAY_OUT ? WIRE_DIALING : WIRE_OFFERED;
    case CALL_TALKING: case CALL_HELD: case CALL_CONSULTING: case CALL_CONFERENCE: return WIRE_TALKING;
    case CALL_MONITORING: return WIRE_MONITORING;
    case CALL_NONE: case CALL_ENDED: case CALL_STATES: break;
    }
    return WIRE_ENDED;
}

/* Keys stay in the core: the page's list has no use for them. */
static void put_call(json_writer *out, const call *call) {
    wire_session session = {
        .session_id = call->id, .type = call->type, .peer_user_id = call->type == WIRE_INTERNAL ? call->peer : NULL,
        .self_service = call->self_service, .muted = call->muted, .camera_muted = call->camera_muted, .visitor = call->visitor, .way = call->way, .state = shown(call), .held = call->state == CALL_HELD || call->state == CALL_CONSULTING,
        .has_consult = call->state == CALL_CONSULTING || call->state == CALL_CONFERENCE,
        .consult = call->state == CALL_CONFERENCE ? WIRE_CONSULT_CONFERENCE : WIRE_CONSULT_TALKING,
        .caller = call->caller, .callee = call->callee, .phone_desc = call->phone_desc[0] ? call->phone_desc : NULL,
        .server_type = call->server_type, .timeout_s = call->timeout_s, .start_ms = call->start_ms, .answer_ms = call->answer_ms,
        .has_media = call->has_media, .media = call->media,
    };
    session.media.op = WIRE_MEDIA_START;
    session.media.suite = WIRE_NO_SRTP;
    wire_put_session(out, NULL, &session);
}

void calls_list(const tccc_engine *engine, json_writer *out) {
    json_open_array(out, "sessions");
    for (int i = 0; i < WIRE_SESSIONS_MAX; i++)
        if (engine->calls[i].state != CALL_NONE) put_call(out, &engine->calls[i]);
    chats_list(engine, out);
    json_close(out);
}
