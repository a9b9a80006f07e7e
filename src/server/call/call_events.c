/* call_events.c: what a seat and the records are told of a call. Layer: server. Source: docs/protocol.md, "Events". */
#include "server/call/call_state.h"

#include <stdio.h>

void call_tell(call *c, const wire_event *event) {
    wire_event one = *event;
    one.session_id = c->id;
    if (c->seat)
        seat_event(c->seat, &one);
}

void call_tell_simple(call *c, enum wire_event_name name) {
    wire_event event = { .name = name };
    call_tell(c, &event);
}

static const char *or_null(const char *text) { return text[0] ? text : NULL; }

void call_tell_in(call *c) {
    wire_event event = { .name = WIRE_EV_CALL_IN };
    event.call_in = (wire_call_in){ .timeout_s = c->all->config.ring_s, .caller = or_null(c->caller), .callee = c->callee, .server_type = WIRE_STAFF_SEAT };
    call_tell(c, &event);
}

void call_tell_outed(call *c) {
    wire_event event = { .name = WIRE_EV_CALL_OUTED };
    event.call_outed = (wire_call_outed){ .caller = c->caller, .callee = c->callee, .server_type = WIRE_STAFF_SEAT };
    call_tell(c, &event);
}

void call_tell_progress(call *c, bool ringing, bool early_media) {
    wire_event event = { .name = WIRE_EV_PROGRESS };
    event.progress.ringing = ringing;
    event.progress.early_media = early_media;
    if (ringing || early_media)
        call_tell(c, &event);
}

void call_tell_held(call *c, bool held, bool by_seat) {
    wire_event event = { .name = WIRE_EV_HELD };
    event.held.held = held;
    event.held.by_seat = by_seat;
    call_tell(c, &event);
}

void call_tell_media(call *c, enum wire_media_op op) {
    wire_event event = { .name = WIRE_EV_MEDIA, .media = call_media(c, op) };
    call_tell(c, &event);
}

static double talked_s(const call *c) { return c->answer_ms ? (double)(c->end_ms - c->answer_ms) / 1000.0 : 0; }

void call_tell_ended(call *c, enum wire_close_by by, const char *main_reason, const char *sub_reason) {
    wire_event event = { .name = WIRE_EV_SESSION_ENDED };
    bool admin = by == WIRE_BY_ADMIN;
    event.ended = (wire_session_ended){ .duration_s = talked_s(c), .close_by = by, .main_reason = admin ? main_reason : NULL, .sub_reason = admin ? sub_reason : NULL };
    call_tell(c, &event);
}

static enum wire_session_state shown(enum call_phase phase) {
    switch (phase) {
    case CALL_PHASE_DIALING: return WIRE_DIALING;
    case CALL_PHASE_RINGING: return WIRE_RINGING;
    case CALL_PHASE_QUEUED: case CALL_PHASE_OFFERED: return WIRE_OFFERED;
    case CALL_PHASE_ACCEPTED: case CALL_PHASE_TALKING: case CALL_PHASE_HELD: return WIRE_TALKING;
    case CALL_PHASE_OVER: case CALL_N_PHASES: break;
    }
    return WIRE_ENDED;
}

static int left_s(const call *c) {
    uint64_t now = clock_ms();
    return c->phase == CALL_PHASE_OFFERED && c->offer_end_ms > now ? (int)((c->offer_end_ms - now + 999) / 1000) : 0;
}

void call_describe(call *c, wire_session *out) {
    *out = (wire_session){
        .session_id = c->id, .way = c->inbound ? WIRE_WAY_IN : WIRE_WAY_OUT, .state = shown(c->phase), .held = c->phase == CALL_PHASE_HELD,
        .caller = c->caller, .callee = c->callee, .phone_desc = or_null(c->phone_desc), .server_type = WIRE_STAFF_SEAT, .timeout_s = left_s(c),
        .start_ms = (uint64_t)c->start_ms, .answer_ms = (uint64_t)c->answer_ms, .has_media = call_has_media(c),
    };
    if (out->has_media)
        out->media = call_media(c, WIRE_MEDIA_START);
}

void call_record(call *c, enum end_status status, const char *closed_by) {
    store_call row = { .app_id = c->app_id, .inbound = c->inbound, .start_ms = c->start_ms, .ring_ms = c->ring_ms, .answer_ms = c->answer_ms,
                       .end_ms = c->end_ms, .end_status = status };
    snprintf(row.session_id, sizeof row.session_id, "%s", c->id);
    snprintf(row.caller, sizeof row.caller, "%s", c->caller);
    snprintf(row.callee, sizeof row.callee, "%s", c->callee);
    snprintf(row.uui, sizeof row.uui, "%s", c->uui);
    snprintf(row.user_id, sizeof row.user_id, "%s", c->seat ? seat_agent(c->seat)->user_id : "");
    snprintf(row.closed_by, sizeof row.closed_by, "%s", closed_by);
    int error = store_put_call(c->all->parts.store, &row);
    LOG(c->all->parts.log, error ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "call.ended", log_text("session", c->id), log_text("by", closed_by),
        log_text("status", end_status_name(status)), log_error("stored", error));
}
