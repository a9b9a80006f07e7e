/* call_events.c: what the pages are told of a call. Layer: server. Source: docs/protocol.md, "Events". */
#include "server/call/call_state.h"

#include <stdio.h>

static const char *or_null(const char *text) { return text[0] ? text : NULL; }

void call_tell(call *c, call_end *end, const wire_event *event) {
    wire_event one = *event;
    one.session_id = c->id;
    if (end->seat)
        seat_event(end->seat, &one);
}

void call_tell_simple(call *c, call_end *end, enum wire_event_name name) {
    wire_event event = { .name = name };
    if (name == WIRE_EV_USER_ACCESSED)
        event.accepted_tab = or_null(end->tab);
    call_tell(c, end, &event);
}


/* Keys that were pressed; "noInput" is for the records only. */
static int ivr_path(const call *c, wire_ivr_key *path) {
    int n = 0;
    for (int i = 0; i < c->history.n_keys && n < WIRE_IVR_KEYS_MAX; i++)
        if (!c->history.keys[i].after_call)
            path[n++] = (wire_ivr_key){ c->history.keys[i].key, c->history.keys[i].label };
    return n;
}

void call_tell_in(call *c, call_end *end) {
    wire_ivr_key path[WIRE_IVR_KEYS_MAX];
    wire_event event = { .name = WIRE_EV_CALL_IN };
    bool internal = c->type == CDR_INTERNAL;
    event.call_in = (wire_call_in){
        .type = call_type(c), .peer_user_id = internal ? c->peer_user_id : NULL, .timeout_s = c->offer_s, .caller = or_null(c->shown_caller),
        .callee = c->shown_callee, .remark = or_null(c->remark), .protected_caller = c->masked && c->inbound ? or_null(c->shown_caller) : NULL,
        .protected_callee = c->masked && !c->inbound ? or_null(c->shown_callee) : NULL, .server_type = end->kind, .ivr_path = path,
        .n_ivr_path = ivr_path(c, path), .visitor = call_visitor(c->visit), .auto_answer = call_settings(c)->auto_answer,
        .consult_user_id = c->host && c->host->near.agent ? agent_row(c->host->near.agent)->user_id : NULL,
    };
    if (c->visit)
        event.call_in.caller = NULL;
    call_tell(c, end, &event);
}

void call_tell_outed(call *c, call_end *end) {
    wire_event event = { .name = WIRE_EV_CALL_OUTED };
    event.call_outed = (wire_call_outed){ .type = call_type(c), .caller = c->shown_caller, .callee = c->shown_callee, .protected_callee = c->masked ? c->shown_callee : NULL,
                                          .remark = or_null(c->remark), .phone_desc = c->visit ? NULL : or_null(c->phone_desc), .tab = or_null(end->tab), .server_type = c->near.kind };
    call_tell(c, end, &event);
}

void call_tell_progress(call *c, call_end *end, bool ringing, bool early_media) {
    wire_event event = { .name = WIRE_EV_PROGRESS };
    event.progress.ringing = ringing;
    event.progress.early_media = early_media;
    if (ringing || early_media)
        call_tell(c, end, &event);
}

void call_tell_held(call *c, call_end *end, bool held, bool by_seat) {
    wire_event event = { .name = WIRE_EV_HELD };
    event.held.held = held;
    event.held.by_seat = by_seat;
    call_tell(c, end, &event);
}

void call_tell_self_service(call *c, bool runs) {
    wire_event event = { .name = WIRE_EV_SELF_SERVICE, .self_service = runs };
    call_tell(c, &c->near, &event);
}

void call_tell_consult(call *c, call_end *end, enum wire_consult state, const char *reason) {
    wire_event event = { .name = WIRE_EV_CONSULT };
    event.consult.state = state;
    event.consult.reason = reason;
    call_tell(c, end, &event);
}

void call_tell_media(call *c, call_end *end, enum wire_media_op op) {
    wire_event event = { .name = WIRE_EV_MEDIA, .media = call_media(c, end, op) };
    call_tell(c, end, &event);
}

static double talked_s(const call *c) {
    int64_t until_ms = c->end_ms ? c->end_ms : clock_unix_ms(); /* a call that was handed over goes on */
    return c->answer_ms ? (double)(until_ms - c->answer_ms) / 1000.0 : 0;
}

void call_tell_ended(call *c, call_end *end, enum wire_close_by by, const char *main_reason, const char *sub_reason) {
    wire_event event = { .name = WIRE_EV_SESSION_ENDED };
    bool admin = by == WIRE_BY_ADMIN;
    event.ended = (wire_session_ended){ .type = call_type(c), .duration_s = talked_s(c), .close_by = by, .main_reason = admin ? main_reason : NULL,
                                        .sub_reason = admin ? sub_reason : NULL };
    call_tell(c, end, &event);
}

/* To the page that handed the customer over, once somebody has taken the call. */
void call_tell_transferred(call *c) {
    char group[24];
    seat *s = c->handed_to_tell;
    c->handed_to_tell = NULL;
    if (!c->transferring)
        return;
    c->transferring = false;
    if (!s || s == c->near.seat)
        return;
    wire_event event = { .name = WIRE_EV_TRANSFER, .session_id = c->id };
    snprintf(group, sizeof group, "%lld", (long long)c->group_id);
    bool to_phone = c->target.extension[0] || c->target.number[0];
    event.transfer.skill_group_id = !to_phone && c->group_id ? group : NULL;
    event.transfer.user_id = c->near.agent ? agent_row(c->near.agent)->user_id : NULL;
    event.transfer.extension = or_null(c->target.extension);
    event.transfer.phone_number = or_null(c->target.number);
    seat_event(s, &event);
}

enum wire_session_state call_shown_state(const call *c) {
    switch (c->phase) {
    case CALL_PHASE_FETCHING: case CALL_PHASE_DIALING: return WIRE_DIALING;
    case CALL_PHASE_RINGING: return WIRE_RINGING;
    case CALL_PHASE_FLOW: case CALL_PHASE_QUEUED: case CALL_PHASE_OFFERED: return WIRE_OFFERED;
    case CALL_PHASE_ACCEPTED: case CALL_PHASE_TALKING: case CALL_PHASE_HELD: case CALL_PHASE_FAR_HELD: case CALL_PHASE_BOTH_HELD:
    case CALL_PHASE_CONSULTING: case CALL_PHASE_CONFERENCE: case CALL_PHASE_ASIDE: return WIRE_TALKING;
    case CALL_PHASE_AFTER: case CALL_PHASE_OVER: case CALL_N_PHASES: break;
    }
    return WIRE_ENDED;
}

static int left_s(const call *c) {
    uint64_t now = clock_ms();
    return c->phase == CALL_PHASE_OFFERED && c->offer_end_ms > now ? (int)((c->offer_end_ms - now + 999) / 1000) : 0;
}

static bool holds(const call *c, bool is_caller) {
    bool near_holds = c->phase == CALL_PHASE_HELD || c->phase == CALL_PHASE_CONSULTING, far_holds = c->phase == CALL_PHASE_FAR_HELD;
    return c->phase == CALL_PHASE_BOTH_HELD || (is_caller ? far_holds : near_holds);
}

void call_describe(call *c, const call_end *end, wire_session *out) {
    bool is_caller = end == &c->far, internal = c->type == CDR_INTERNAL;
    bool waits = is_caller && (c->phase == CALL_PHASE_QUEUED || c->phase == CALL_PHASE_OFFERED);
    const call_end *serving = is_caller || end == &c->watcher ? &c->near : end;
    const store_agent *other = is_caller && c->near.agent ? agent_row(c->near.agent) : NULL;
    *out = (wire_session){
        .session_id = c->id, .type = call_type(c), .way = c->inbound && !is_caller ? WIRE_WAY_IN : WIRE_WAY_OUT, .state = end == &c->watcher ? WIRE_MONITORING : waits ? WIRE_RINGING : call_shown_state(c),
        .held = holds(c, is_caller), .caller = c->shown_caller, .callee = c->shown_callee, .phone_desc = or_null(c->phone_desc),
        .peer_user_id = !internal ? NULL : is_caller ? (other ? other->user_id : c->callee_user_id) : c->peer_user_id,
        .self_service = c->phase == CALL_PHASE_ASIDE, .muted = end->muted, .camera_muted = end->camera_muted, .visitor = call_visitor(c->visit), .server_type = serving->kind, .timeout_s = is_caller ? 0 : left_s(c),
        .start_ms = (uint64_t)c->start_ms, .answer_ms = (uint64_t)c->answer_ms, .has_media = call_has_media(c, end),
    };
    out->has_consult = !is_caller && end != &c->watcher && call_consult_state(c, &out->consult);
    if (out->has_media)
        out->media = call_media(c, end, WIRE_MEDIA_START);
}
