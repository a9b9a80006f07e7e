/* call_request.c: what agents' pages ask for, and what becomes of a page's sessions. Layer: server. Source: docs/protocol.md. */
#include "server/call/call_state.h"

#include <stdio.h>
#include <string.h>

static bool is_with(const call *c, const agent *a) { return c->near.agent == a || c->far.agent == a; }

bool call_agent_is_busy(const calls *all, const agent *a, const call *except) {
    for (struct le *le = all->list.head; le; le = le->next) {
        const call *c = le->data;
        bool holds = c->phase == CALL_PHASE_BOTH_HELD || c->phase == (c->near.agent == a ? CALL_PHASE_HELD : CALL_PHASE_FAR_HELD);
        if (c != except && is_with(c, a) && !holds)
            return true;
    }
    return false;
}

bool call_agent_is_taken(const calls *all, const agent *a) {
    for (struct le *le = all->list.head; le; le = le->next)
        if (is_with(le->data, a))
            return true;
    return agent_status_of(a) == AGENT_STATUS_BUSY;
}

static void apply_request(call *c, enum call_happening happening, seat *s, const wire_request *request, uint64_t ticket) {
    bool fits = call_table_step(c->phase, happening).action != CALL_ACT_REFUSE;
    seat_answer(s, ticket, request->method, NULL, fits ? 0 : TCCC_E_STATE, NULL);
    if (fits)
        call_apply(c, happening);
}

static void delete_session(calls *all, call *c, seat *s, const wire_request *request, uint64_t ticket) {
    kept_session *kept = kept_find(all, s, request->args.session_id);
    seat_answer(s, ticket, request->method, NULL, c ? TCCC_E_STATE : 0, c ? "The call has not ended." : NULL);
    if (kept && !c)
        kept_remove(kept);
}

static void send_digits(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    int error = c->far.leg && leg_is_up(c->far.leg) ? leg_send_digits(c->far.leg, request->args.digits) : TCCC_E_STATE;
    seat_answer(s, ticket, request->method, NULL, error, NULL);
}

static void note_mute(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    (c->near.seat == s ? &c->near : &c->far)->muted = request->args.muted;
    LOG(c->all->parts.log, LOG_LEVEL_INFO, "call.mute", log_text("session", c->id), log_integer("muted", request->args.muted));
    call_history_event(&c->history, request->args.muted ? "StaffMute" : "StaffUnmute", seat_name(s), clock_unix_ms());
    seat_answer(s, ticket, request->method, NULL, 0, NULL);
}

static void accept_call(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    if (c->near.leg)
        seat_answer(s, ticket, request->method, NULL, TCCC_E_STATE, "The call rings on the agent's telephone: it is accepted there.");
    else if (c->near.agent && call_agent_is_busy(c->all, c->near.agent, c))
        seat_answer(s, ticket, request->method, NULL, TCCC_E_AGENT_BUSY, NULL);
    else {
        call_set_tab(&c->near, request->args.tab);
        apply_request(c, CALL_ON_ACCEPT, s, request, ticket);
    }
}

static void unhold(call *c, enum call_happening happening, seat *s, const wire_request *request, uint64_t ticket) {
    if (c->phase >= CALL_PHASE_HELD && c->phase <= CALL_PHASE_BOTH_HELD && seat_whose(s) && call_agent_is_busy(c->all, seat_whose(s), c))
        seat_answer(s, ticket, request->method, NULL, TCCC_E_AGENT_BUSY, NULL);
    else
        apply_request(c, happening, s, request, ticket);
}

/* A third party has no customer of its own yet: it may take part, or leave. */
static bool is_for_third(const call *k, enum wire_method method) {
    switch (method) {
    case WIRE_CALL_ACCEPT: case WIRE_CALL_REJECT: case WIRE_CALL_HANGUP: case WIRE_CALL_MUTE: return true;
    case WIRE_CALL_CONFERENCE_LEAVE: return k->host->phase == CALL_PHASE_CONFERENCE;
    default: return false;
    }
}

static void hang_up(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    if (call_also_takes_place(c)) {
        (void)call_also_request(c, s, request, ticket);
        return;
    }
    seat_answer(s, ticket, request->method, NULL, 0, NULL);
    call_agent_hangs_up(c);
}

/* Of the page that serves, or is asked to. */
static void serve_request(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    if (c->host && !is_for_third(c, request->method)) {
        seat_answer(s, ticket, request->method, NULL, TCCC_E_STATE, "The customer is with the agent who asks for advice.");
        return;
    }
    switch (request->method) {
    case WIRE_CALL_ACCEPT: accept_call(c, s, request, ticket); break;
    case WIRE_CALL_REJECT:
        if (call_also_takes_place(c))
            (void)call_also_request(c, s, request, ticket);
        else
            apply_request(c, CALL_ON_REJECT, s, request, ticket);
        break;
    case WIRE_CALL_CONSULT: case WIRE_CALL_CONSULT_COMPLETE: case WIRE_CALL_CONSULT_CANCEL: case WIRE_CALL_CONFERENCE:
    case WIRE_CALL_CONFERENCE_LEAVE:
        if (c->host) /* a third party leaves by hanging up */
            hang_up(c, s, request, ticket);
        else
            call_consult_request(c, s, request, ticket);
        break;
    case WIRE_CALL_HANGUP: hang_up(c, s, request, ticket); break;
    case WIRE_CALL_HOLD: apply_request(c, CALL_ON_HOLD, s, request, ticket); break;
    case WIRE_CALL_UNHOLD: unhold(c, CALL_ON_UNHOLD, s, request, ticket); break;
    case WIRE_CALL_DIGITS: send_digits(c, s, request, ticket); break;
    case WIRE_CALL_MUTE: note_mute(c, s, request, ticket); break;
    case WIRE_CALL_TRANSFER: call_transfer(c, s, request, ticket); break;
    case WIRE_CALL_FLOW: call_ask_flow(c, s, request, ticket); break;
    case WIRE_CALL_UNFLOW: apply_request(c, CALL_ON_ASK_BACK, s, request, ticket); break;
    default: break; /* calls_request has answered it, or it never comes here */
    }
}

static bool connected(const call *c) { return c->phase >= CALL_PHASE_TALKING && c->phase <= CALL_PHASE_BOTH_HELD; }

static void refuse_request(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    seat_answer(s, ticket, request->method, NULL, TCCC_E_STATE, c->answer_ms ? "A third party is there already." : "The call has not been answered.");
}

/* Of the page that called an agent: it is the customer's side of that call. */
static void caller_request(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    switch (request->method) {
    case WIRE_CALL_HANGUP: case WIRE_CALL_REJECT:
        seat_answer(s, ticket, request->method, NULL, 0, NULL);
        call_apply(c, CALL_ON_CUSTOMER_LEFT);
        break;
    case WIRE_CALL_MUTE: note_mute(c, s, request, ticket); break;
    case WIRE_CALL_HOLD: apply_request(c, CALL_ON_FAR_HOLD, s, request, ticket); break;
    case WIRE_CALL_UNHOLD: unhold(c, CALL_ON_FAR_UNHOLD, s, request, ticket); break;
    case WIRE_CALL_TRANSFER: case WIRE_CALL_CONSULT:
        if (connected(c))
            call_swap_ends(c); /* whose colleague is to talk with somebody else serves it from now on */
        (connected(c) ? serve_request : refuse_request)(c, s, request, ticket);
        break;
    case WIRE_CALL_DIGITS:
        if (c->visit) {
            call_visit_digits(c, s, request, ticket);
            break;
        } /* fall through */
    case WIRE_CALL_FLOW: case WIRE_CALL_UNFLOW:
        seat_answer(s, ticket, request->method, NULL, TCCC_E_STATE, "In an internal call only the agent who was called can do this.");
        break;
    default:
        seat_answer(s, ticket, request->method, NULL, TCCC_E_STATE, NULL);
        break;
    }
}

static bool ends(enum wire_method method) { return method == WIRE_CALL_HANGUP || method == WIRE_CALL_REJECT || method == WIRE_VIDEO_END; }

static void begin_request(calls *all, seat *s, const wire_request *request, uint64_t ticket) {
    agent *a = seat_whose(s);
    call_unwatch_seat(all, s, "busy");
    if (!a || call_agent_is_busy(all, a, NULL))
        seat_answer(s, ticket, request->method, NULL, a ? TCCC_E_AGENT_BUSY : TCCC_E_NOT_FOUND, NULL);
    else if (request->method == WIRE_CALL_START)
        call_start(all, s, request, ticket);
    else
        call_internal(all, s, request, ticket);
}

static void session_request(calls *all, seat *s, const wire_request *request, uint64_t ticket);

/* video.* that a video session and a call do alike. */
static enum wire_method of_call(enum wire_method method) {
    switch (method) {
    case WIRE_VIDEO_ACCEPT: return WIRE_CALL_ACCEPT;
    case WIRE_VIDEO_END: return WIRE_CALL_HANGUP;
    case WIRE_VIDEO_TRANSFER: return WIRE_CALL_TRANSFER;
    case WIRE_VIDEO_HOLD: return WIRE_CALL_HOLD;
    case WIRE_VIDEO_UNHOLD: return WIRE_CALL_UNHOLD;
    default: return method;
    }
}

static bool is_video_method(enum wire_method method) { return method >= WIRE_VIDEO_OFFER && method <= WIRE_VIDEO_TRANSFER; }

/* Methods of the other kind are refused by a sentence that names the right ones; a session is deleted by either. */
static void request_of_kind(calls *all, call *c, seat *s, const wire_request *request, uint64_t ticket) {
    wire_request as_call = *request;
    as_call.method = of_call(request->method);
    if (is_video_method(request->method) != call_is_video(c))
        seat_answer(s, ticket, request->method, NULL, TCCC_E_STATE, call_is_video(c) ? "It is a video session: use video.*." : "It is a call: use call.*.");
    else if (request->method == WIRE_VIDEO_OFFER || request->method == WIRE_VIDEO_MUTE)
        call_video_request(c, c->near.seat == s ? &c->near : &c->far, s, request, ticket);
    else if (call_is_video(c) && as_call.method == request->method)
        seat_answer(s, ticket, request->method, NULL, TCCC_E_STATE, "A video session cannot do this.");
    else
        session_request(all, s, &as_call, ticket);
}

void calls_request(void *ctx, seat *s, const wire_request *request, uint64_t ticket) {
    calls *all = ctx;
    call *c = request->args.session_id ? call_find(all, request->args.session_id) : NULL;
    wire_request deletion = *request;
    deletion.method = WIRE_CALL_DELETE;
    if (request->method == WIRE_VIDEO_DELETE)
        session_request(all, s, &deletion, ticket);
    else if (c && (c->near.seat == s || c->far.seat == s) && request->method != WIRE_CALL_DELETE)
        request_of_kind(all, c, s, request, ticket);
    else
        session_request(all, s, request, ticket);
}

static void session_request(calls *all, seat *s, const wire_request *request, uint64_t ticket) {
    if (request->method == WIRE_CALL_START || request->method == WIRE_CALL_INTERNAL) {
        begin_request(all, s, request, ticket);
        return;
    }
    if (call_supervise_request(all, s, request, ticket))
        return;
    call *c = call_find(all, request->args.session_id);
    if (c && call_also_request(c, s, request, ticket))
        return;
    if (c && c->consult && c->consult->near.seat == s)
        c = c->consult;
    if (c && c->near.seat != s && c->far.seat != s)
        c = NULL;
    if (request->method == WIRE_CALL_DELETE)
        delete_session(all, c, s, request, ticket);
    else if (!c && kept_find(all, s, request->args.session_id)) /* a hang-up that crosses the other side's is fine */
        seat_answer(s, ticket, request->method, NULL, ends(request->method) ? 0 : TCCC_E_STATE, NULL);
    else if (!c)
        seat_answer(s, ticket, request->method, NULL, TCCC_E_NOT_FOUND, NULL);
    else if (c->near.seat == s)
        serve_request(c, s, request, ticket);
    else
        caller_request(c, s, request, ticket);
}

void calls_tell_media(void *ctx, seat *s) {
    calls *all = ctx;
    for (struct le *le = all->list.head; le; le = le->next) {
        call *c = le->data;
        call_end *end = c->near.seat == s ? &c->near : c->far.seat == s ? &c->far : &c->watcher;
        if (end->seat == s && call_has_media(c, end))
            call_tell_media(c, end, WIRE_MEDIA_START);
    }
}

int calls_snapshot(void *ctx, seat *s, wire_session *list) {
    calls *all = ctx;
    int n = 0;
    for (struct le *le = all->list.head; le && n < WIRE_SESSIONS_MAX; le = le->next) {
        call *c = le->data;
        if (c->near.seat == s || c->far.seat == s)
            call_describe(c, c->near.seat == s ? &c->near : &c->far, &list[n++]);
        else if (c->watcher.seat == s)
            call_describe(c, &c->watcher, &list[n++]);
        else if (call_also_of(c, s))
            call_describe(c, call_also_of(c, s), &list[n++]);
    }
    for (struct le *le = all->kept.head; le && n < WIRE_SESSIONS_MAX; le = le->next)
        if (((kept_session *)le->data)->seat == s)
            list[n++] = ((kept_session *)le->data)->session;
    return n;
}

static call *first_of(calls *all, const seat *s) {
    for (struct le *le = all->list.head; le; le = le->next) {
        call *c = le->data;
        if (c->near.seat == s || c->far.seat == s)
            return c;
    }
    return NULL;
}

static void forget_page(call *c, const seat *s) {
    if (c->handed_to_tell == s)
        c->handed_to_tell = NULL;
    call_transcript_unlisten(c, s);
}

static call *first_offered(calls *all, const seat *s) {
    for (struct le *le = all->list.head; le; le = le->next) {
        call *c = le->data;
        if (c->phase == CALL_PHASE_OFFERED && c->near.seat == s && !c->near.leg)
            return c;
    }
    return NULL;
}

void calls_seat_unreachable(void *ctx, seat *s) {
    for (call *c; (c = first_offered(ctx, s));) {
        if (call_also_goes_on(c, false))
            continue;
        c->failure = (leg_end){ LEG_REFUSED, 480 };
        call_apply(c, CALL_ON_NOT_REACHED);
    }
}

void calls_seat_gone(void *ctx, seat *s) {
    calls *all = ctx;
    call_unwatch_seat(all, s, "connectionLost");
    for (struct le *le = all->list.head; le; le = le->next)
        call_also_forget(le->data, s, NULL);
    for (call *c; (c = first_of(all, s));) {
        call_end *end = c->near.seat == s ? &c->near : &c->far;
        if (end->leg) { /* the agent goes on talking on its telephone */
            end->seat = NULL;
            continue;
        }
        call_apply(c, end == &c->near ? CALL_ON_AGENT_GONE : c->visit ? CALL_ON_FAILED : CALL_ON_CUSTOMER_LEFT);
    }
    for (struct le *le = all->list.head; le; le = le->next)
        forget_page(le->data, s);
    kept_forget_seat(all, s);
}

static void forget_agent(call *c, const agent *a) {
    int n = 0;
    for (int i = 0; i < c->n_tried; i++)
        if (c->tried[i] != a)
            c->tried[n++] = c->tried[i];
    c->n_tried = n;
    if (c->target.agent == a)
        c->target.agent = NULL;
}

static call *first_of_agent(calls *all, const agent *a) {
    for (struct le *le = all->list.head; le; le = le->next)
        if (is_with(le->data, a) || ((call *)le->data)->only == a)
            return le->data;
    return NULL;
}

void calls_agent_removed(void *ctx, agent *a) {
    calls *all = ctx;
    for (struct le *le = all->list.head; le; le = le->next)
        call_also_forget(le->data, NULL, a);
    for (call *c; (c = first_of_agent(all, a));) {
        if (is_with(c, a)) {
            call_apply(c, c->near.agent == a ? CALL_ON_AGENT_GONE : CALL_ON_CUSTOMER_LEFT);
            continue;
        }
        mem_ref(c);
        c->only = NULL;
        call_leave_queue(c);
        call_next_agent(c, REACH_UNREACHABLE);
        mem_deref(c);
    }
    for (struct le *le = all->list.head; le; le = le->next)
        forget_agent(le->data, a);
}
