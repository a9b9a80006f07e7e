/* call_supervise.c: supervisors: they listen, speak to the agent only, take a call over, end it by force. Layer: server.
 * Rows SDK-056 to SDK-061. Their role is looked at here, for every request.
 */
#include "server/call/call_state.h"

#include <string.h>

static bool is_supervisor(const seat *s) {
    enum staff_role role = seat_agent(s)->role;
    return role == STAFF_ADMIN || role == STAFF_INSPECTOR;
}

/* The call that the page listens to. */
static call *watched_by(calls *all, const seat *s) {
    for (struct le *le = all->list.head; le; le = le->next)
        if (((call *)le->data)->watcher.seat == s)
            return le->data;
    return NULL;
}

static void stop_watching(call *c) {
    call_end was = c->watcher;
    if (was.media_told)
        call_tell_media(c, &c->watcher, WIRE_MEDIA_STOP);
    c->watcher = (call_end){ .channel = -1 };
    c->whispers = false;
    if (was.seat)
        seat_give_channel(was.seat, was.channel);
    call_leave_side(c, CALL_WATCHER);
}

void call_unwatch(call *c, const char *reason) {
    if (!c->watcher.seat)
        return;
    wire_event event = { .name = WIRE_EV_MONITOR_ENDED, .reason = reason };
    call_end told = c->watcher;
    stop_watching(c);
    call_tell(c, &told, &event);
}

void call_tell_readers(const call *c) {
    wire_event event = { .name = WIRE_EV_MONITOR_ENDED, .session_id = c->id, .reason = "ended" };
    for (int i = 0; i < c->n_readers; i++)
        seat_event(c->readers[i], &event);
}

void call_unwatch_seat(calls *all, const seat *s, const char *reason) {
    call *c = watched_by(all, s);
    if (c)
        call_unwatch(c, reason);
}

/* ---- listening ---- */

static bool goes_on(const call *c) { return c->bridge && c->near.agent && call_shown_state(c) == WIRE_TALKING && c->phase != CALL_PHASE_ACCEPTED; }

static void answer(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    wire_result result = { .session_id = c->id, .caller = c->shown_caller, .callee = c->shown_callee, .server_type = c->near.kind,
                           .text_only = request->args.text_only };
    seat_answer(s, ticket, request->method, &result, 0, NULL);
    LOG(c->all->parts.log, LOG_LEVEL_INFO, "call.monitor", log_text("session", c->id), log_text("user", seat_agent(s)->user_id),
        log_integer("textOnly", request->args.text_only));
}

static int may_listen(call *c, seat *s, const char **sentence) {
    const call *other = watched_by(c->all, s);
    *sentence = NULL;
    if (other && other != c)
        *sentence = "Another session is being monitored: one at a time.";
    else if (!other && c->watcher.seat)
        *sentence = "Another supervisor monitors this session.";
    else if (!goes_on(c))
        *sentence = "No agent talks in this session.";
    else if (call_agent_is_busy(c->all, seat_whose(s), NULL))
        return TCCC_E_AGENT_BUSY;
    return *sentence ? TCCC_E_STATE : 0;
}

static void listen_to(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    const char *sentence;
    int error = may_listen(c, s, &sentence);
    bool already = c->watcher.seat == s;
    int channel = error || already ? -1 : seat_take_channel(s);
    if (!error && !already && channel < 0) {
        error = TCCC_E_LIMIT;
        sentence = "The page has four sessions with sound already.";
    }
    if (error) {
        seat_answer(s, ticket, request->method, NULL, error, sentence);
        return;
    }
    answer(c, s, request, ticket);
    if (already)
        return;
    c->watcher = (call_end){ .seat = s, .channel = channel };
    call_join_side(c, CALL_WATCHER);
}

static void read_along(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    int error = goes_on(c) ? call_transcript_listen(c, s) : TCCC_E_STATE;
    const char *off = error == TCCC_E_STATE ? goes_on(c) ? "Transcripts are not enabled for this application." : "No agent talks in this session." : NULL;
    if (error)
        seat_answer(s, ticket, request->method, NULL, error, off);
    else
        answer(c, s, request, ticket);
}

static void unmonitor(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    seat_answer(s, ticket, request->method, NULL, 0, NULL);
    if (c)
        call_transcript_unlisten(c, s);
    if (c && c->watcher.seat == s)
        stop_watching(c);
}

/* ---- speaking, taking over, ending ---- */

static void whisper(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    seat_answer(s, ticket, request->method, NULL, 0, NULL);
    if (c->whispers == request->args.on)
        return;
    c->whispers = request->args.on;
    LOG(c->all->parts.log, LOG_LEVEL_INFO, "call.whisper", log_text("session", c->id), log_text("user", seat_agent(s)->user_id),
        log_integer("on", c->whispers));
    call_tell_media(c, &c->watcher, WIRE_MEDIA_UPDATE);
    call_direct(c);
}

static void intercept(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    const char *sentence = NULL;
    if (call_table_step(c->phase, CALL_ON_INTERCEPT).action == CALL_ACT_REFUSE)
        sentence = "The call can be taken over while customer and agent talk, or on hold.";
    else if (call_agent_is_taken(c->all, seat_whose(s)))
        sentence = "You are in a call.";
    seat_answer(s, ticket, request->method, NULL, sentence ? TCCC_E_STATE : 0, sentence);
    if (!sentence)
        call_apply(c, CALL_ON_INTERCEPT);
}

static void agent_leaves(call *c, const char *for_whom) {
    call_history_ended(&c->history, END_OK, clock_unix_ms());
    call_history_hands_over(&c->history);
    call_record_leave(c);
    if (c->near.media_told)
        call_tell_media(c, &c->near, WIRE_MEDIA_STOP);
    c->near.media_told = false;
    call_tell_ended(c, &c->near, WIRE_BY_ADMIN, "intercepted", for_whom);
    if (c->near.seat)
        kept_add(c->all, c, &c->near);
    call_release(c, &c->near, AGENT_SESSION_SERVED);
}

void call_take_over(call *c, enum call_phase was) {
    agent *a = seat_whose(c->watcher.seat);
    LOG(c->all->parts.log, LOG_LEVEL_INFO, "call.intercept", log_text("session", c->id), log_text("user", agent_row(a)->user_id));
    agent_leaves(c, agent_row(a)->user_id);
    c->near = c->watcher;
    c->watcher = (call_end){ .channel = -1 };
    c->whispers = false;
    c->target = (call_target){ 0 };
    call_occupy(c, &c->near, a);
    (void)call_begin_step(c, CDR_STAFF_SEAT);
    call_history_rang(&c->history, clock_unix_ms());
    call_history_accepted(&c->history, clock_unix_ms());
    call_move_near(c, CALL_WATCHER);
    if (was == CALL_PHASE_HELD) {
        call_hold_media(c, false);
        call_tell_held(c, &c->far, false, false);
    }
    call_tell_simple(c, &c->near, WIRE_EV_USER_ACCESSED);
    call_record_start(c);
}

static void kick(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    LOG(c->all->parts.log, LOG_LEVEL_INFO, "call.kick", log_text("session", c->id), log_text("user", seat_agent(s)->user_id));
    seat_answer(s, ticket, request->method, NULL, 0, NULL);
    c->admin_reason = "kicked";
    call_apply(c, CALL_ON_ADMIN_HANGUP);
}

/* ---- the list ---- */

static wire_running describe(const call *c) {
    const store_agent *row = c->near.agent ? agent_row(c->near.agent) : NULL;
    return (wire_running){
        .session_id = c->id, .user_id = row ? row->user_id : "", .name = row ? row->name : "", .state = call_shown_state(c),
        .type = call_type(c), .caller = c->shown_caller, .callee = c->shown_callee,
        .start_ms = c->start_ms, .answer_ms = c->answer_ms,
    };
}

static void list_running(calls *all, seat *s, const wire_request *request, uint64_t ticket) {
    wire_running list[WIRE_RUNNING_MAX];
    wire_result result = { .running = list };
    uint64_t last = request->args.after_seq;
    for (struct le *le = all->list.head; le && !result.next; le = le->next) {
        const call *c = le->data;
        if (c->app_id != seat_agent(s)->app_id || c->host || c->number <= request->args.after_seq)
            continue;
        if (result.n_running == WIRE_RUNNING_MAX) {
            result.next = last;
            continue;
        }
        list[result.n_running++] = describe(c);
        last = c->number;
    }
    seat_answer(s, ticket, request->method, &result, 0, NULL);
}

/* ---- requests ---- */

static void monitor(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    if (c->near.seat == s || c->far.seat == s || (c->consult && c->consult->near.seat == s))
        seat_answer(s, ticket, request->method, NULL, TCCC_E_STATE, "You are in this call.");
    else if (request->args.text_only)
        read_along(c, s, request, ticket);
    else
        listen_to(c, s, request, ticket);
}

static void of_watcher(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    if (c->watcher.seat != s)
        seat_answer(s, ticket, request->method, NULL, TCCC_E_STATE, "The session is not being monitored by voice.");
    else if (request->method == WIRE_CALL_WHISPER)
        whisper(c, s, request, ticket);
    else
        intercept(c, s, request, ticket);
}

static bool is_ours(enum wire_method method) { return method >= WIRE_CALL_MONITOR && method <= WIRE_CALL_RUNNING; }

bool call_supervise_request(calls *all, seat *s, const wire_request *request, uint64_t ticket) {
    if (!is_ours(request->method))
        return false;
    call *c = request->method == WIRE_CALL_RUNNING ? NULL : call_find(all, request->args.session_id);
    if (c && c->app_id != seat_agent(s)->app_id)
        c = NULL;
    if (!is_supervisor(s))
        seat_answer(s, ticket, request->method, NULL, TCCC_E_FORBIDDEN, NULL);
    else if (request->method == WIRE_CALL_RUNNING)
        list_running(all, s, request, ticket);
    else if (request->method == WIRE_CALL_UNMONITOR)
        unmonitor(c, s, request, ticket);
    else if (!c)
        seat_answer(s, ticket, request->method, NULL, TCCC_E_NOT_FOUND, NULL);
    else if (request->method == WIRE_CALL_MONITOR)
        monitor(c, s, request, ticket);
    else if (request->method == WIRE_CALL_KICK)
        kick(c, s, request, ticket);
    else
        of_watcher(c, s, request, ticket);
    return true;
}
