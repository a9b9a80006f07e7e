/* call_also.c: the other pages that ring, of a group that rings all: the first to accept has the call. Layer: server.
 *
 * One of those who ring is the call's near end, as always, and has its place in the record; the others stand beside it, and one of them
 * takes its place when it rejects, leaves, or is not the one who accepts.
 */
#include "server/call/call_state.h"

#include <string.h>

bool calls_also(void *ctx, const char *session_id, agent *a) {
    calls *all = ctx;
    call *c = call_find(all, session_id);
    if (!c || c->phase != CALL_PHASE_OFFERED || c->near.leg || !c->near.seat || c->n_also == CALL_ALSO_MAX)
        return false;
    reach_facts facts = call_reach_facts(all, a, c->forwarded);
    seat *page = agent_seat(a);
    if (reach_choose(&facts) != REACH_PAGE || !page)
        return false; /* telephones ring one after the other */
    agent_session_began(a, c->id);
    call_unwatch_seat(all, page, "busy");
    c->also[c->n_also++] = (call_also){ a, page };
    call_tell_in(c, &(call_end){ .agent = a, .seat = page, .channel = -1 });
    return true;
}

static int place_of(const call *c, const seat *s) {
    int i = 0;
    while (i < c->n_also && c->also[i].seat != s)
        i++;
    return i;
}

bool call_also_rings(const call *c, const seat *s) { return place_of(c, s) < c->n_also; }

static call_also take_out(call *c, int i) {
    call_also one = c->also[i];
    c->also[i] = c->also[--c->n_also];
    return one;
}

/* The near end and one of the others change places. */
static void exchange(call *c, int i) {
    call_also next = c->also[i];
    int64_t now_ms = clock_unix_ms();
    c->also[i] = (call_also){ c->near.agent, c->near.seat };
    seat_give_channel(c->near.seat, c->near.channel);
    call_history_ended(&c->history, END_RINGING_GIVE_UP, now_ms);
    c->near = (call_end){ .agent = next.agent, .channel = -1 };
    call_attach_page(c, &c->near, next.seat, true);
    (void)call_begin_step(c, CDR_STAFF_SEAT);
    call_history_rang(&c->history, now_ms);
}

bool call_also_takes_place(call *c) {
    if (!c->n_also || c->phase != CALL_PHASE_OFFERED)
        return false;
    exchange(c, 0);
    return true;
}

/* As if it had never rung there, but for what the page is told. */
static void withdraw(call *c, call_also one, const wire_event *event, enum agent_session_end how) {
    call_end end = { .agent = one.agent, .seat = one.seat, .channel = -1 };
    call_tell(c, &end, event);
    agent_session_ended(one.agent, how);
}

void call_also_end(call *c, enum agent_session_end how) {
    while (c->n_also) {
        call_also one = take_out(c, c->n_also - 1);
        if (how == AGENT_SESSION_MISSED)
            call_note_tried(c, one.agent);
        withdraw(c, one, &(wire_event){ .name = WIRE_EV_AUTO_TRANSFER }, how);
    }
}

void call_also_over(call *c, enum wire_close_by by, const char *main_reason, const char *sub_reason) {
    while (c->n_also) {
        call_also one = take_out(c, c->n_also - 1);
        call_end end = { .agent = one.agent, .seat = one.seat, .channel = -1 };
        call_tell_ended(c, &end, by, main_reason, sub_reason);
        kept_add(c->all, c, &end);
        agent_session_ended(one.agent, AGENT_SESSION_NEITHER);
    }
}

/* The page is gone, or the agent is no more. */
void call_also_forget(call *c, const seat *s, const agent *a) {
    bool is_near = (s && c->near.seat == s) || (a && c->near.agent == a);
    if (is_near)
        (void)call_also_takes_place(c);
    for (int i = 0; i < c->n_also; i++)
        if (c->also[i].seat == s || c->also[i].agent == a) {
            agent_session_ended(take_out(c, i).agent, AGENT_SESSION_NEITHER);
            return;
        }
}

/* ---- requests ---- */

static void take_call(call *c, int i, const wire_request *request, uint64_t ticket) {
    seat *s = c->also[i].seat;
    if (call_agent_is_busy(c->all, c->also[i].agent, c)) {
        seat_answer(s, ticket, request->method, NULL, TCCC_E_AGENT_BUSY, NULL);
        return;
    }
    exchange(c, i);
    call_set_tab(&c->near, request->args.tab);
    seat_answer(s, ticket, request->method, NULL, 0, NULL);
    call_apply(c, CALL_ON_ACCEPT);
}

static void reject(call *c, int i, const wire_request *request, uint64_t ticket) {
    call_also one = take_out(c, i);
    call_note_tried(c, one.agent);
    seat_answer(one.seat, ticket, request->method, NULL, 0, NULL);
    call_tell_ended(c, &(call_end){ .agent = one.agent, .seat = one.seat, .channel = -1 }, WIRE_BY_SEAT, NULL, NULL);
    agent_session_ended(one.agent, AGENT_SESSION_NEITHER);
}

bool call_also_request(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    int i = place_of(c, s);
    if (i == c->n_also)
        return false;
    switch (request->method) {
    case WIRE_CALL_ACCEPT: take_call(c, i, request, ticket); break;
    case WIRE_CALL_REJECT: case WIRE_CALL_HANGUP: reject(c, i, request, ticket); break;
    default: seat_answer(s, ticket, request->method, NULL, TCCC_E_STATE, NULL);
    }
    return true;
}
