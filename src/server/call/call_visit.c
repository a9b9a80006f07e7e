/* call_visit.c: voice and video sessions that a visitor's page began: the page is the customer's side. Layer: server. docs/video.md.
 *
 * The channel's flow or group serves as it would a telephone's call; the page hears flows and music by its voice engine, and in a voip
 * session the agent too. */
#include "server/call/call_state.h"

#include <stdlib.h>
#include <string.h>

enum wire_session_type call_type(const call *c) {
    switch (c->type) {
    case CDR_INTERNAL: return WIRE_INTERNAL;
    case CDR_AUDIO_IN: return WIRE_VOIP;
    case CDR_VIDEO_IN: return WIRE_VIDEO;
    case CDR_OUT: case CDR_IN: case CDR_PREDICTIVE: break;
    }
    return WIRE_PHONE;
}

static const char *or_null(const char *text) { return text[0] ? text : NULL; }

wire_visitor call_visitor(const visitor_facts *facts) {
    if (!facts)
        return (wire_visitor){ 0 };
    return (wire_visitor){ .user_id = facts->id, .nickname = or_null(facts->nickname), .avatar = or_null(facts->avatar), .peer_source = "web",
                           .channel_name = or_null(facts->channel_name), .client_data = or_null(facts->client_data), .callee = facts->channel,
                           .callee_remark = or_null(facts->channel_name) };
}

void call_tell_queued(call *c) {
    wire_event event = { .name = WIRE_EV_QUEUED };
    event.queued.type = call_type(c);
    event.queued.ahead = c->ahead > 0 ? c->ahead : 0;
    if (c->visit)
        call_tell(c, &c->far, &event);
}

void call_tell_joined(call *c) {
    wire_event event = { .name = WIRE_EV_JOINED };
    event.nickname = !c->near.agent ? "" : agent_row(c->near.agent)->nick[0] ? agent_row(c->near.agent)->nick : agent_row(c->near.agent)->name;
    if (c->visit)
        call_tell(c, &c->far, &event);
}

void call_visit_over(call *c) {
    visitor *who = c->who;
    c->who = NULL;
    if (who)
        visitor_ended(who, call_type(c));
}

/* ---- its beginning and end ---- */

static void copy_facts(call *c, const visitor_facts *facts, const wire_args *args) {
    *c->visit = *facts;
    str_ncpy(c->caller, facts->id, sizeof c->caller);
    str_ncpy(c->callee, facts->channel, sizeof c->callee);
    str_ncpy(c->shown_caller, c->caller, sizeof c->shown_caller);
    str_ncpy(c->shown_callee, c->callee, sizeof c->shown_callee);
    str_ncpy(c->remark, args->remark ? args->remark : "", sizeof c->remark);
    str_ncpy(c->phone_desc, facts->nickname, sizeof c->phone_desc);
}

static call *make(calls *all, seat *s, const wire_request *request) {
    visitor *v = seat_visitor(s);
    const visitor_facts *facts = visitor_of(v);
    call *c = call_make(all, facts->app_id, request->args.visit_type == WIRE_VIDEO ? CDR_VIDEO_IN : CDR_AUDIO_IN, true);
    if (!c)
        return NULL;
    c->visit = calloc(1, sizeof *c->visit);
    call_attach_page(c, &c->far, s, true);
    if (!c->visit || c->far.channel < 0) {
        call_unmake(c);
        return NULL;
    }
    copy_facts(c, facts, &request->args);
    c->who = v;
    visitor_began(v, call_type(c), c->id);
    return c;
}

/* A channel whose flow was withdrawn since leads to its group. */
static void begin(call *c, const store_channel *channel) {
    int error = channel->flow_id ? call_flow_begin(c, &c->flow, channel->flow_id) : TCCC_E_NOT_FOUND;
    c->group_id = c->home_group_id = channel->group_id;
    if (error) {
        call_wait(c);
        return;
    }
    c->phase = CALL_PHASE_FLOW; /* as the inbound call of a number with a flow begins */
    call_apply(c, CALL_ON_CONNECTED);
}

void calls_visit_start(void *ctx, seat *s, const store_channel *channel, const wire_request *request, uint64_t ticket) {
    calls *all = ctx;
    call *c = all->closed ? NULL : make(all, s, request);
    if (!c) {
        seat_answer(s, ticket, request->method, NULL, all->closed ? TCCC_E_SHUTTING_DOWN : TCCC_E_LIMIT, NULL);
        return;
    }
    wire_result result = { .session_id = c->id };
    LOG(all->parts.log, LOG_LEVEL_INFO, "visit.start", log_text("session", c->id), log_text("type", wire_session_type_names[call_type(c)]),
        log_text("visitor", c->visit->id), log_text("channel", c->visit->channel));
    seat_answer(s, ticket, request->method, &result, 0, NULL);
    call_tell_outed(c, &c->far);
    mem_ref(c);
    begin(c, channel);
    mem_deref(c);
}

void calls_visit_end(void *ctx, seat *s, const wire_request *request, uint64_t ticket) {
    call *c = call_find(ctx, request->args.session_id);
    seat_answer(s, ticket, request->method, NULL, c && c->far.seat == s ? 0 : TCCC_E_NOT_FOUND, NULL);
    if (c && c->far.seat == s)
        call_apply(c, CALL_ON_CUSTOMER_LEFT);
}

/* To the flow that asks for them, else to who serves: a telephone hears them. */
void call_visit_digits(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    bool to_flow = call_flow_now(c) != NULL;
    int error = to_flow ? 0 : c->near.leg && leg_is_up(c->near.leg) ? leg_send_digits(c->near.leg, request->args.digits) : TCCC_E_STATE;
    char digits[WIRE_DIGITS_MAX + 1];
    str_ncpy(digits, request->args.digits, sizeof digits);
    seat_answer(s, ticket, request->method, NULL, error, error == TCCC_E_STATE ? "Nobody waits for digits now." : NULL);
    mem_ref(c);
    for (const char *at = digits; to_flow && *at && c->phase != CALL_PHASE_OVER; at++)
        call_flow_digit(c, *at);
    mem_deref(c);
}
