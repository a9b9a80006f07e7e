/* call.c: a call's life: the table's actions, requests of its seat, its end. Layer: server. */
#include "server/call/call_state.h"

#include "server/acd/acd.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

static void destroy(void *arg) {
    call *c = arg;
    deadlines *timers = c->all->parts.timers;
    deadline_clear(timers, &c->offer);
    deadline_clear(timers, &c->queue);
    deadline_clear(timers, &c->ring);
    list_unlink(&c->le);
}

/* A random UUID (RFC 4122 section 4.4). */
static void make_id(char id[37]) {
    uint8_t b[16] = { 0 };
    (void)RAND_bytes(b, sizeof b);
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    snprintf(id, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7],
             b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

call *call_make(calls *all, int64_t app_id, bool inbound) {
    call *c = mem_zalloc(sizeof *c, destroy);
    if (!c)
        return NULL;
    c->all = all;
    c->app_id = app_id;
    c->inbound = inbound;
    c->phase = inbound ? CALL_PHASE_QUEUED : CALL_PHASE_DIALING;
    c->channel = -1;
    c->start_ms = clock_unix_ms();
    make_id(c->id);
    list_append(&all->list, &c->le, c);
    all->n_running++;
    return c;
}

void call_forget(call *c) { mem_deref(c); }

call *call_find(calls *all, const char *session_id) {
    for (struct le *le = all->list.head; le; le = le->next)
        if (!strcmp(((call *)le->data)->id, session_id))
            return le->data;
    return NULL;
}

void call_attach(call *c, seat *s) {
    c->seat = s;
    c->channel = seat_take_channel(s);
    c->occupies = true;
    seat_call_began(s);
}

/* The call takes no more of its seat's time; it stays in its list. */
static void release_seat(call *c) {
    if (!c->seat || !c->occupies)
        return;
    c->occupies = false;
    seat_give_channel(c->seat, c->channel);
    c->channel = -1;
    seat_call_ended(c->seat);
}

void call_detach(call *c) {
    seat *s = c->seat;
    bool occupied = c->occupies;
    if (!s)
        return;
    seat_give_channel(s, c->channel);
    c->seat = NULL;
    c->channel = -1;
    c->occupies = false;
    if (occupied)
        seat_call_ended(s);
}

/* Ended calls stay for the snapshot until call.delete; a page that never deletes loses its oldest. */
static void trim_kept(calls *all, const seat *s) {
    call *oldest = NULL;
    int n = 0;
    for (struct le *le = all->list.head; le; le = le->next) {
        call *c = le->data;
        if (c->seat != s || c->phase != CALL_PHASE_OVER)
            continue;
        oldest = oldest ? oldest : c;
        n++;
    }
    if (n > CALL_KEPT_MAX)
        call_forget(oldest);
}

static enum end_status seat_ended_status(const call *c) {
    if (c->answer_ms)
        return END_OK;
    if (c->inbound)
        return END_SEAT_GIVE_UP;
    return c->ring_ms ? END_CALLER_CANCEL_WHILE_RING : END_CALLER_CANCEL_WITHOUT_RING;
}

static enum end_status customer_ended_status(const call *c, bool was_offered) {
    if (c->answer_ms)
        return END_OK;
    return was_offered ? END_RINGING_GIVE_UP : END_WAITING_GIVE_UP;
}

static void end(call *c, enum wire_close_by by, enum end_status status, const char *main_reason, const char *sub_reason) {
    deadlines *timers = c->all->parts.timers;
    seat *s = c->seat;
    deadline_clear(timers, &c->offer);
    deadline_clear(timers, &c->queue);
    deadline_clear(timers, &c->ring);
    c->end_ms = clock_unix_ms();
    c->all->n_running--;
    call_close_media(c);
    if (c->leg)
        leg_hangup(c->leg);
    c->leg = NULL;
    call_tell_ended(c, by, main_reason, sub_reason);
    call_record(c, status, wire_close_by_name(by));
    if (!s) {
        call_forget(c);
        return;
    }
    release_seat(c);
    trim_kept(c->all, s);
}

/* The telephone's side refused, did not reply, or the trunk is down. */
static void end_unreached(call *c) {
    char sub[40];
    enum end_status status = c->failure.cause == LEG_REFUSED ? end_status_of_sip(c->failure.status) : END_OPERATOR_ERROR;
    if (c->failure.cause == LEG_NO_REPLY && c->trunk)
        trunk_note_dead(c->trunk);
    if (c->failure.status)
        snprintf(sub, sizeof sub, "SIP %d", c->failure.status);
    else
        snprintf(sub, sizeof sub, "trunkDown");
    end(c, WIRE_BY_ADMIN, status, end_status_name(status), sub);
}

static bool anybody_online(call *c) {
    acd_wish wish = { .app_id = c->app_id, .group_id = c->group_id };
    return acd_anybody_signed_in(c->all->seats, c->all->parts.store, &wish);
}

static void end_unserved(call *c) {
    bool online = anybody_online(c);
    leg_refuse(c->leg, 480, "Temporarily Unavailable", NULL);
    c->leg = NULL;
    end(c, WIRE_BY_TIMER, online ? END_WAITING_GIVE_UP : END_NO_SEAT_ONLINE, NULL, NULL);
}

static void begin_talk(call *c, enum wire_event_name name) {
    deadline_clear(c->all->parts.timers, &c->ring);
    c->answer_ms = clock_unix_ms();
    call_open_media(c);
    call_tell_simple(c, name);
}

static void answer(call *c) {
    deadline_clear(c->all->parts.timers, &c->offer);
    leg_answer(c->leg);
    if (c->leg && leg_agreement(c->leg))
        call_open_media(c); /* the page's worklet starts while the ACK is on its way */
}

static void act(call *c, enum call_action action, bool was_offered) {
    switch (action) {
    case CALL_ACT_NOTHING: case CALL_ACT_REFUSE: case CALL_N_ACTIONS: break;
    case CALL_ACT_TELL_RINGING:
        if (!c->ring_ms)
            c->ring_ms = clock_unix_ms();
        break;
    case CALL_ACT_TELL_ANSWERED: begin_talk(c, WIRE_EV_CALLOUT_ACCEPTED); break;
    case CALL_ACT_TELL_ACCESSED: begin_talk(c, WIRE_EV_USER_ACCESSED); break;
    case CALL_ACT_OFFER: call_offer(c); break;
    case CALL_ACT_ANSWER: answer(c); break;
    case CALL_ACT_NEXT_AGENT: call_withdraw(c, false); break;
    case CALL_ACT_NEXT_AGENT_AFTER_REJECT: call_withdraw(c, true); break;
    case CALL_ACT_REQUEUE: call_withdraw(c, false); break;
    case CALL_ACT_HOLD_ON:
        call_hold_media(c, true);
        call_tell_held(c, true, true);
        break;
    case CALL_ACT_HOLD_OFF:
        call_hold_media(c, false);
        call_tell_held(c, false, true);
        break;
    case CALL_ACT_END_BY_CUSTOMER: end(c, WIRE_BY_CLIENT, customer_ended_status(c, was_offered), NULL, NULL); break;
    case CALL_ACT_END_BY_SEAT: end(c, WIRE_BY_SEAT, seat_ended_status(c), NULL, NULL); break;
    case CALL_ACT_END_UNREACHED: end_unreached(c); break;
    case CALL_ACT_END_UNANSWERED: end(c, WIRE_BY_ADMIN, END_NOT_ANSWER, end_status_name(END_NOT_ANSWER), "ringTimeout"); break;
    case CALL_ACT_END_UNSERVED: end_unserved(c); break;
    case CALL_ACT_END_LOST: end(c, WIRE_BY_ADMIN, c->answer_ms ? END_OK : END_OPERATOR_ERROR, "connectionLost", "telephone"); break;
    case CALL_ACT_END_STOPPED: end(c, WIRE_BY_ADMIN, c->answer_ms ? END_OK : END_OPERATOR_ERROR, "serverStopping", "tcccd"); break;
    }
}

/* The only place that writes a call's phase. */
void call_apply(call *c, enum call_happening happening) {
    call_move move = call_table_step(c->phase, happening);
    LOG(c->all->parts.log, LOG_LEVEL_DEBUG, "call", log_text("session", c->id), log_text("phase", call_phase_name(c->phase)),
        log_text("on", call_happening_name(happening)), log_text("next", call_phase_name(move.next)));
    bool was_offered = c->phase != CALL_PHASE_QUEUED;
    c->phase = move.next;
    act(c, move.action, was_offered);
}

void call_apply_request(call *c, enum call_happening happening, seat *s, const wire_request *request, uint64_t ticket) {
    bool fits = call_table_step(c->phase, happening).action != CALL_ACT_REFUSE;
    seat_answer(s, ticket, request->method, NULL, fits ? 0 : TCCC_E_STATE, NULL);
    if (fits)
        call_apply(c, happening);
}

static bool talks_elsewhere(const calls *all, const seat *s, const call *except) {
    for (struct le *le = all->list.head; le; le = le->next) {
        const call *c = le->data;
        if (c->seat == s && c != except && c->phase != CALL_PHASE_OVER && c->phase != CALL_PHASE_HELD)
            return true;
    }
    return false;
}

static void delete_call(calls *all, call *c, seat *s, const wire_request *request, uint64_t ticket) {
    bool running = c && c->phase != CALL_PHASE_OVER;
    (void)all;
    seat_answer(s, ticket, request->method, NULL, running ? TCCC_E_STATE : 0, running ? "The call has not ended." : NULL);
    if (c && !running)
        call_forget(c);
}

static void send_digits(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    int error = c->leg && leg_is_up(c->leg) ? leg_send_digits(c->leg, request->args.digits) : TCCC_E_STATE;
    seat_answer(s, ticket, request->method, NULL, error, NULL);
}

void calls_request(void *ctx, seat *s, const wire_request *request, uint64_t ticket) {
    calls *all = ctx;
    if (request->method == WIRE_CALL_START) {
        if (talks_elsewhere(all, s, NULL))
            seat_answer(s, ticket, request->method, NULL, TCCC_E_AGENT_BUSY, NULL);
        else
            call_start(all, s, request, ticket);
        return;
    }
    call *c = call_find(all, request->args.session_id);
    if (c && c->seat != s)
        c = NULL;
    if (request->method == WIRE_CALL_DELETE) {
        delete_call(all, c, s, request, ticket);
        return;
    }
    if (!c) {
        seat_answer(s, ticket, request->method, NULL, TCCC_E_NOT_FOUND, NULL);
        return;
    }
    switch (request->method) {
    case WIRE_CALL_ACCEPT:
        if (talks_elsewhere(all, s, c))
            seat_answer(s, ticket, request->method, NULL, TCCC_E_AGENT_BUSY, NULL);
        else
            call_apply_request(c, CALL_ON_ACCEPT, s, request, ticket);
        break;
    case WIRE_CALL_REJECT: call_apply_request(c, CALL_ON_REJECT, s, request, ticket); break;
    case WIRE_CALL_HANGUP: call_apply_request(c, CALL_ON_HANGUP, s, request, ticket); break;
    case WIRE_CALL_HOLD: call_apply_request(c, CALL_ON_HOLD, s, request, ticket); break;
    case WIRE_CALL_UNHOLD:
        if (c->phase == CALL_PHASE_HELD && talks_elsewhere(all, s, c))
            seat_answer(s, ticket, request->method, NULL, TCCC_E_AGENT_BUSY, NULL);
        else
            call_apply_request(c, CALL_ON_UNHOLD, s, request, ticket);
        break;
    case WIRE_CALL_DIGITS: send_digits(c, s, request, ticket); break;
    case WIRE_CALL_MUTE:
        LOG(all->parts.log, LOG_LEVEL_INFO, "call.mute", log_text("session", c->id), log_integer("muted", request->args.muted));
        seat_answer(s, ticket, request->method, NULL, 0, NULL);
        break;
    case WIRE_CALL_START: case WIRE_CALL_DELETE: case WIRE_AGENT_ONLINE: case WIRE_AGENT_OFFLINE: case WIRE_AGENT_STATUS:
    case WIRE_CALL_INTERNAL: case WIRE_CALL_TRANSFER: case WIRE_CALL_FLOW: case WIRE_CALL_UNFLOW:
        seat_answer(s, ticket, request->method, NULL, TCCC_E_STATE, NULL);
        break;
    case WIRE_MEDIA_OFFER: case WIRE_N_METHODS: break;
    }
}

int calls_snapshot(void *ctx, seat *s, wire_session *list) {
    calls *all = ctx;
    int n = 0;
    for (struct le *le = all->list.head; le && n < WIRE_SESSIONS_MAX; le = le->next)
        if (((call *)le->data)->seat == s)
            call_describe(le->data, &list[n++]);
    return n;
}

static call *first_of(calls *all, const seat *s, bool over) {
    for (struct le *le = all->list.head; le; le = le->next) {
        call *c = le->data;
        if (c->seat == s && (c->phase == CALL_PHASE_OVER) == over)
            return c;
    }
    return NULL;
}

void calls_seat_gone(void *ctx, seat *s) {
    for (call *c; (c = first_of(ctx, s, false));)
        call_apply(c, CALL_ON_SEAT_GONE);
    for (call *c; (c = first_of(ctx, s, true));)
        call_forget(c); /* it waited for call.delete */
}

void calls_seat_free(void *ctx, seat *s) {
    calls *all = ctx;
    for (struct le *le = all->list.head; le && seat_is_free(s);) {
        call *c = le->data;
        le = le->next;
        if (c->phase == CALL_PHASE_QUEUED)
            call_find_agent(c);
    }
}

void calls_bridge_event(calls *all, uint32_t bridge, int side, int event, int64_t value) {
    for (struct le *le = all->list.head; le; le = le->next) {
        call *c = le->data;
        if (!bridge || c->bridge != bridge)
            continue;
        LOG(all->parts.log, LOG_LEVEL_INFO, "call.media", log_text("session", c->id), log_integer("side", side), log_integer("event", event), log_integer("value", value));
        if (event == BRIDGE_EVENT_FAILED) {
            c->bridge = 0;
            call_apply(c, CALL_ON_FAILED);
        }
        return;
    }
}

calls *calls_new(const calls_config *config) {
    calls *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->config = *config;
    list_init(&all->list);
    return all;
}

void calls_use(calls *all, const calls_parts *parts, seats *agents) {
    all->parts = *parts;
    all->seats = agents;
}

void calls_free(calls *all) {
    if (!all)
        return;
    list_flush(&all->list);
    free(all);
}

int calls_count(const calls *all) { return all->n_running; }

static call *first_running(calls *all, bool queued_only) {
    for (struct le *le = all->list.head; le; le = le->next) {
        call *c = le->data;
        if (c->phase == CALL_PHASE_QUEUED || (!queued_only && c->phase != CALL_PHASE_OVER))
            return c;
    }
    return NULL;
}

void calls_end_all(calls *all) {
    for (call *c; (c = first_running(all, false));)
        call_apply(c, CALL_ON_STOPPED);
}

void calls_close(calls *all) {
    all->closed = true;
    for (call *c; (c = first_running(all, true));)
        call_apply(c, CALL_ON_STOPPED);
}
