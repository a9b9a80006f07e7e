/* call_also.c: the other pages and telephones that ring, of a group that rings all: the first to accept has the call. Layer: server.
 *
 * One of those who ring is the call's near end, as always, and has its place in the record; the others stand beside it, and one of them
 * takes its place when it rejects, leaves, or is not the one who accepts. Each is rung by the way in which its agent is reached.
 */
#include "server/call/call_state.h"

#include <string.h>

static const leg_handler handler;

bool calls_also(void *ctx, const char *session_id, agent *a) {
    calls *all = ctx;
    call *c = call_find(all, session_id);
    call_end end = { .agent = a, .channel = -1 };
    if (!c || c->phase != CALL_PHASE_OFFERED || c->n_also == CALL_ALSO_MAX)
        return false;
    if (!call_ring(c, &end, &handler)) {
        if (end.port)
            rtp_port_close(end.port);
        return false;
    }
    agent_session_began(a, c->id);
    if (end.seat)
        call_unwatch_seat(all, end.seat, "busy");
    c->also[c->n_also++] = end;
    call_tell_in(c, &end);
    return true;
}

static int place_of(const call *c, const seat *s) {
    int i = 0;
    while (i < c->n_also && c->also[i].seat != s)
        i++;
    return i;
}

const call_end *call_also_of(const call *c, const seat *s) {
    int i = place_of(c, s);
    return i < c->n_also ? &c->also[i] : NULL;
}

static call_end take_out(call *c, int i) {
    call_end one = c->also[i];
    c->also[i] = c->also[--c->n_also];
    return one;
}

static void begin_step(call *c) {
    static const enum cdr_step_type types[] = { [WIRE_STAFF_SEAT] = CDR_STAFF_SEAT, [WIRE_STAFF_PHONE_SEAT] = CDR_STAFF_PHONE_SEAT,
                                                [WIRE_STAFF_EXTENSION_SEAT] = CDR_STAFF_EXTENSION_SEAT };
    cdr_step *step = call_begin_step(c, types[c->near.kind]);
    if (step && c->near.kind == WIRE_STAFF_EXTENSION_SEAT)
        str_ncpy(step->extension, agent_row(c->near.agent)->extension, sizeof step->extension);
    call_history_rang(&c->history, clock_unix_ms());
}

/* The near end and one of the others change places. */
static void exchange(call *c, int i) {
    call_end next = c->also[i], was = c->near;
    if (was.seat)
        seat_give_channel(was.seat, was.channel);
    was.channel = -1;
    if (was.leg)
        leg_give(was.leg, &handler, c);
    if (next.leg)
        leg_give(next.leg, &call_near_handler, c);
    c->also[i] = was;
    c->near = next;
    call_history_ended(&c->history, END_RINGING_GIVE_UP, clock_unix_ms());
    if (next.seat)
        call_attach_page(c, &c->near, next.seat, !next.leg);
    begin_step(c);
}

bool call_also_takes_place(call *c) {
    if (!c->n_also || c->phase != CALL_PHASE_OFFERED)
        return false;
    exchange(c, 0);
    return true;
}

/* It rings there no more; for the agent as if it had never rung, unless it has missed it. */
static void let_go(call *c, call_end one, enum agent_session_end how) {
    if (how == AGENT_SESSION_MISSED)
        call_note_tried(c, one.agent);
    call_tell_simple(c, &one, WIRE_EV_AUTO_TRANSFER);
    call_release(c, &one, how);
}

/* Its agent does not take it, and the others go on ringing. */
static void leave(call *c, int i, bool rejected) {
    call_end one = take_out(c, i);
    call_note_tried(c, one.agent);
    if (!rejected) {
        let_go(c, one, AGENT_SESSION_NEITHER);
        return;
    }
    call_tell_ended(c, &one, WIRE_BY_SEAT, NULL, NULL);
    call_release(c, &one, AGENT_SESSION_NEITHER);
}

bool call_also_goes_on(call *c, bool rejected) {
    if (!call_also_takes_place(c))
        return false;
    leave(c, 0, rejected); /* where it has just come to stand */
    return true;
}

void call_also_end(call *c, enum agent_session_end how) {
    while (c->n_also)
        let_go(c, take_out(c, c->n_also - 1), how);
}

void call_also_over(call *c, enum wire_close_by by, const char *main_reason, const char *sub_reason) {
    while (c->n_also) {
        call_end one = take_out(c, c->n_also - 1);
        call_tell_ended(c, &one, by, main_reason, sub_reason);
        if (one.seat)
            kept_add(c->all, c, &one);
        call_release(c, &one, AGENT_SESSION_NEITHER);
    }
}

/* The page is gone, whose agent's telephone goes on ringing; or the agent is no more. */
void call_also_forget(call *c, const seat *s, const agent *a) {
    bool is_near = (s && c->near.seat == s && !c->near.leg) || (a && c->near.agent == a);
    if (is_near)
        (void)call_also_takes_place(c);
    for (int i = 0; i < c->n_also; i++) {
        call_end *one = &c->also[i];
        if ((!s || one->seat != s) && (!a || one->agent != a))
            continue;
        if (s)
            one->seat = NULL;
        if (a || !one->leg) {
            call_end gone = take_out(c, i);
            call_release(c, &gone, AGENT_SESSION_NEITHER);
        }
        return;
    }
}

/* ---- requests ---- */

static void take_call(call *c, int i, const wire_request *request, uint64_t ticket) {
    seat *s = c->also[i].seat;
    const char *sentence = c->also[i].leg ? "The call rings on the agent's telephone: it is accepted there." : NULL;
    if (sentence || call_agent_is_busy(c->all, c->also[i].agent, c)) {
        seat_answer(s, ticket, request->method, NULL, sentence ? TCCC_E_STATE : TCCC_E_AGENT_BUSY, sentence);
        return;
    }
    exchange(c, i);
    call_set_tab(&c->near, request->args.tab);
    seat_answer(s, ticket, request->method, NULL, 0, NULL);
    call_apply(c, CALL_ON_ACCEPT);
}

bool call_also_request(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    int i = place_of(c, s);
    if (i == c->n_also)
        return false;
    switch (request->method) {
    case WIRE_CALL_ACCEPT: take_call(c, i, request, ticket); break;
    case WIRE_CALL_REJECT: case WIRE_CALL_HANGUP:
        seat_answer(s, ticket, request->method, NULL, 0, NULL);
        leave(c, i, true);
        break;
    default: seat_answer(s, ticket, request->method, NULL, TCCC_E_STATE, NULL);
    }
    return true;
}

/* ---- their telephones ---- */

static int place_of_leg(const call *c, const leg *l) {
    int i = 0;
    while (i < c->n_also && c->also[i].leg != l)
        i++;
    return i;
}

static void progress(void *ctx, leg *l, int status) {
    call *c = ctx;
    (void)l;
    if (status == 180 && !c->ring_ms)
        c->ring_ms = clock_unix_ms();
}

static void connected(void *ctx, leg *l) {
    call *c = ctx;
    exchange(c, place_of_leg(c, l));
    call_apply(c, CALL_ON_ACCEPT);
}

static void media(void *ctx, leg *l) { (void)ctx, (void)l; }
static void digit(void *ctx, leg *l, char which) { (void)ctx, (void)l, (void)which; }

static void ended(void *ctx, leg *l, const leg_end *how) {
    call *c = ctx;
    int i = place_of_leg(c, l);
    c->also[i].leg = NULL;
    if (how->cause == LEG_NO_REPLY)
        route_note_dead(c->all, c->also[i].trunk);
    leave(c, i, call_is_rejected(how));
}

static const leg_handler handler = { progress, connected, media, digit, ended };
