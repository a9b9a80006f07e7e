/* call_end.c: the two ends of a call: whom they occupy, and what their telephones do. Layer: server. */
#include "server/call/call_state.h"

#include <stdio.h>
#include <string.h>

void call_occupy(call *c, call_end *end, agent *a) {
    end->agent = a;
    agent_session_began(a, c->id);
}

void call_attach_page(call *c, call_end *end, seat *s, bool with_sound) {
    kept_session *before = s ? kept_find(c->all, s, c->id) : NULL;
    if (before)
        kept_remove(before); /* it had the session before, and handed it over */
    end->seat = s;
    end->channel = s && with_sound ? seat_take_channel(s) : -1;
}

void call_set_tab(call_end *end, const char *tab) { str_ncpy(end->tab, tab ? tab : "", sizeof end->tab); }

void call_release(call *c, call_end *end, enum agent_session_end how) {
    call_end was = *end;
    *end = (call_end){ .channel = -1 };
    if (was.seat && was.media_told)
        call_tell_media(c, &was, WIRE_MEDIA_STOP);
    if (was.leg)
        leg_hangup(was.leg);
    if (was.port)
        rtp_port_close(was.port);
    if (was.seat)
        seat_give_channel(was.seat, was.channel);
    if (was.agent)
        agent_session_ended(was.agent, how);
}

void call_refuse_far(call *c, int status, const char *reason) {
    if (!c->far.leg)
        return;
    leg_refuse(c->far.leg, status, reason, NULL); /* one that is up gets BYE */
    c->far.leg = NULL;
}

void call_agent_hangs_up(call *c) {
    bool talks = !c->host && (c->phase == CALL_PHASE_TALKING || c->phase == CALL_PHASE_HELD);
    call_apply(c, talks && !call_is_video(c) && call_flow_follows(c) ? CALL_ON_HANGUP_TO_FLOW : CALL_ON_HANGUP);
}

/* ---- the customer's telephone ---- */

static void far_progress(void *ctx, leg *l, int status) {
    call *c = ctx;
    bool early_media = leg_agreement(l) != NULL;
    call_apply(c, CALL_ON_RANG);
    if (early_media && !c->flow.run)
        call_join(c);
    call_tell_progress(c, &c->near, status == 180, early_media && status != 180);
    if (c->near.leg && !c->near.placed)
        leg_ring(c->near.leg, early_media ? 183 : 180, early_media);
}

static void far_connected(void *ctx, leg *l) {
    call *c = ctx;
    (void)l;
    if (c->phase == CALL_PHASE_ACCEPTED && call_flow_greets(c))
        return;
    call_apply(c, !c->inbound && c->flow.run ? CALL_ON_CONNECTED_TO_FLOW : CALL_ON_CONNECTED);
}

/* The customer's own hold shows in the direction of its offer (RFC 3264 section 8.4). */
static void far_media(void *ctx, leg *l) {
    call *c = ctx;
    bool held = !(leg_agreement(l)->direction & SDP_AUDIO_SENDONLY);
    call_update_end(c, &c->far);
    if (held != c->held_by_customer)
        call_tell_held(c, &c->near, held, false);
    c->held_by_customer = held;
}

static void far_digit(void *ctx, leg *l, char digit) {
    call *c = ctx;
    (void)l;
    LOG(c->all->parts.log, LOG_LEVEL_DEBUG, "call.digit", log_text("session", c->id));
    call_flow_digit(c, digit);
}

static void far_ended(void *ctx, leg *l, const leg_end *end) {
    call *c = ctx;
    (void)l;
    c->far.leg = NULL;
    c->failure = *end;
    call_apply(c, end->cause == LEG_HUNG_UP || end->cause == LEG_CANCELLED ? CALL_ON_CUSTOMER_LEFT : CALL_ON_FAILED);
}

const leg_handler call_far_handler = { far_progress, far_connected, far_media, far_digit, far_ended };

/* ---- the telephone of who serves ---- */

static void near_progress(void *ctx, leg *l, int status) {
    call *c = ctx;
    (void)l;
    if (status != 180 || c->phase != CALL_PHASE_OFFERED)
        return;
    if (!c->ring_ms)
        c->ring_ms = clock_unix_ms();
    call_history_rang(&c->history, clock_unix_ms());
}

/* It took the call; or it called us, and has confirmed our answer. */
static void near_connected(void *ctx, leg *l) {
    call *c = ctx;
    (void)l;
    if (c->near.placed)
        call_apply(c, CALL_ON_ACCEPT);
    else
        call_update_end(c, &c->near);
}

static void near_media(void *ctx, leg *l) {
    call *c = ctx;
    (void)l;
    call_update_end(c, &c->near);
}

static void near_digit(void *ctx, leg *l, char digit) {
    call *c = ctx;
    (void)l;
    char text[2] = { digit, 0 };
    if (c->far.leg && leg_is_up(c->far.leg))
        (void)leg_send_digits(c->far.leg, text);
}

bool call_is_rejected(const leg_end *end) { return end->status == 603 || end->status == 607; }

static void near_ended(void *ctx, leg *l, const leg_end *end) {
    call *c = ctx;
    (void)l;
    c->near.leg = NULL;
    if (end->cause == LEG_HUNG_UP || end->cause == LEG_CANCELLED) {
        call_agent_hangs_up(c);
        return;
    }
    bool asked = c->phase == CALL_PHASE_OFFERED || c->phase == CALL_PHASE_FETCHING;
    if (asked)
        c->failure = *end;
    if (end->cause == LEG_NO_REPLY)
        route_note_dead(c->all, c->near.trunk);
    if (call_also_goes_on(c, call_is_rejected(end)))
        return;
    call_apply(c, !asked ? CALL_ON_AGENT_GONE : call_is_rejected(end) ? CALL_ON_REJECT : CALL_ON_NOT_REACHED);
}

const leg_handler call_near_handler = { near_progress, near_connected, near_media, near_digit, near_ended };
