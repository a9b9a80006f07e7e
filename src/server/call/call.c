/* call.c: a call's life: the table's actions and its end. Layer: server. */
#include "server/call/call_state.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void clear_deadlines(call *c) {
    deadlines *timers = c->all->parts.timers;
    deadline *all[] = { &c->offer, &c->queue, &c->ring, &c->music, &c->flow_timer };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        deadline_clear(timers, all[i]);
}

static void forget_question(call *c) {
    call_in_forget(c->asked);
    c->asked = NULL;
}

static void destroy(void *arg) {
    call *c = arg;
    forget_question(c);
    clear_deadlines(c);
    call_flow_end(c, &c->flow);
    call_flow_end(c, &c->aside);
    call_history_free(&c->history);
    free(c->variables);
    call_video_end(c);
    free(c->visit);
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

call *call_make(calls *all, int64_t app_id, enum cdr_call_type type, bool inbound) {
    call *c = mem_zalloc(sizeof *c, destroy);
    if (!c)
        return NULL;
    c->all = all;
    c->app_id = app_id;
    c->type = type;
    c->inbound = inbound;
    c->phase = inbound ? CALL_PHASE_QUEUED : CALL_PHASE_DIALING;
    c->far.channel = c->near.channel = c->watcher.channel = -1;
    c->start_ms = clock_unix_ms();
    c->number = ++all->n_made;
    make_id(c->id);
    list_append(&all->list, &c->le, c);
    all->n_running++;
    return c;
}

void call_unmake(call *c) {
    c->all->n_running--;
    call_close_media(c);
    call_visit_over(c);
    call_release(c, &c->near, AGENT_SESSION_NEITHER);
    call_release(c, &c->far, AGENT_SESSION_NEITHER);
    mem_deref(c);
}

call *call_find(calls *all, const char *session_id) {
    for (struct le *le = all->list.head; le; le = le->next)
        if (!strcmp(((call *)le->data)->id, session_id))
            return le->data;
    return NULL;
}

const settings_phone *call_settings(const call *c) { return settings_phone_of(c->all->parts.settings, c->app_id); }

/* ---- the end ---- */

typedef struct {
    enum wire_close_by by;
    enum cdr_side hung_up_by;
    enum end_status status, step_status; /* of the call, and of the step that serves or is asked now */
    const char *main_reason, *sub_reason;
} ending;

static void tell_end(call *c, call_end *end, const ending *e) {
    if (!end->seat)
        return;
    call_tell_ended(c, end, e->by, e->main_reason, e->sub_reason);
    kept_add(c->all, c, end);
}

static void end(call *c, const ending *e) {
    if (c->host) {
        call *host = c->host;
        mem_ref(host);
        call_consult_close(c, e->by, e->main_reason, e->sub_reason, (int)e->step_status);
        call_apply(host, CALL_ON_CONSULT_OVER);
        mem_deref(host);
        return;
    }
    call_unwatch(c, "ended");
    call_tell_readers(c);
    if (c->consult)
        call_consult_close(c->consult, e->by, e->main_reason, e->sub_reason, END_OK);
    bool near_served = c->near.agent && c->joined && c->answer_ms;
    c->end_ms = clock_unix_ms();
    c->all->n_running--;
    list_unlink(&c->le);
    forget_question(c);
    clear_deadlines(c);
    call_leave_queue(c);
    call_record_end(c);
    call_transcript_end(c);
    call_close_media(c);
    call_video_end(c);
    tell_end(c, &c->near, e);
    tell_end(c, &c->far, e);
    call_also_over(c, e->by, e->main_reason, e->sub_reason);
    call_history_ended(&c->history, near_served ? END_OK : (int)e->step_status, c->end_ms);
    call_write_cdr(c, e->status, e->hung_up_by, wire_close_by_name(e->by));
    call_release(c, &c->near, near_served ? AGENT_SESSION_SERVED : AGENT_SESSION_NEITHER);
    call_release(c, &c->far, AGENT_SESSION_NEITHER); /* an internal call needs no after-call work of who made it */
    call_visit_over(c);
    call_flow_end(c, &c->flow);
    call_flow_end(c, &c->aside);
    mem_deref(c);
}

static enum end_status customer_left_status(const call *c, enum call_phase was) {
    switch (was) {
    case CALL_PHASE_FLOW: return c->inbound ? END_IVR_GIVE_UP : END_OK;
    case CALL_PHASE_QUEUED: return END_WAITING_GIVE_UP;
    case CALL_PHASE_OFFERED: case CALL_PHASE_ACCEPTED: return END_RINGING_GIVE_UP;
    case CALL_PHASE_FETCHING: case CALL_PHASE_DIALING: case CALL_PHASE_RINGING: return END_USER_REJECT;
    case CALL_PHASE_TALKING: case CALL_PHASE_HELD: case CALL_PHASE_FAR_HELD: case CALL_PHASE_BOTH_HELD: case CALL_PHASE_CONSULTING:
    case CALL_PHASE_CONFERENCE: case CALL_PHASE_ASIDE: case CALL_PHASE_AFTER: case CALL_PHASE_OVER: case CALL_N_PHASES: break;
    }
    return END_OK;
}

static void end_by_customer(call *c, enum call_phase was) {
    enum end_status status = customer_left_status(c, was);
    end(c, &(ending){ WIRE_BY_CLIENT, was == CALL_PHASE_AFTER ? CDR_SEAT : CDR_USER, status, status, NULL, NULL });
}

/* Nobody was reached: who called gave up. */
static enum end_status cancelled_status(const call *c) {
    if (c->answer_ms)
        return END_OK;
    if (c->inbound)
        return END_SEAT_GIVE_UP;
    return c->ring_ms ? END_CALLER_CANCEL_WHILE_RING : END_CALLER_CANCEL_WITHOUT_RING;
}

static void end_by_seat(call *c) {
    enum end_status status = cancelled_status(c);
    end(c, &(ending){ WIRE_BY_SEAT, CDR_SEAT, status, status, NULL, NULL });
}

/* The telephone's side refused, did not reply, or the trunk is down. */
static void end_unreached(call *c) {
    char sub[40] = "trunkDown";
    enum end_status status = c->failure.cause == LEG_REFUSED ? end_status_of_sip(c->failure.status) : END_OPERATOR_ERROR;
    if (c->failure.cause == LEG_NO_REPLY)
        route_note_dead(c->all, c->far.trunk);
    if (c->failure.status)
        snprintf(sub, sizeof sub, "SIP %d", c->failure.status);
    if (c->near.leg && !c->near.placed) { /* a desk phone that called hears it from SIP */
        leg_refuse(c->near.leg, c->failure.status >= 400 ? c->failure.status : 503, c->failure.status >= 400 ? "Call Failed" : "Service Unavailable", NULL);
        c->near.leg = NULL;
    }
    end(c, &(ending){ WIRE_BY_ADMIN, CDR_SYSTEM, status, status, end_status_name(status), sub });
}

/* The agent's own telephone was not reached: the customer was never called. */
static void end_unfetched(call *c) {
    end(c, &(ending){ WIRE_BY_ADMIN, CDR_SYSTEM, END_CALLER_CANCEL_WITHOUT_RING, END_NOT_ANSWER, end_status_name(END_NOT_ANSWER), "agentTelephone" });
}

static enum end_status unserved_status(const call *c) {
    if (c->type == CDR_INTERNAL)
        return c->failure.status ? end_status_of_sip(c->failure.status) : END_NOT_ANSWER;
    return acd_anybody_online(c->all->parts.queues, c->app_id, c->group_id) ? END_WAITING_GIVE_UP : END_NO_SEAT_ONLINE;
}

static void end_unserved(call *c) {
    enum end_status status = unserved_status(c);
    bool busy = status == END_BUSY;
    call_refuse_far(c, busy ? 486 : status == END_USER_REJECT ? 603 : 480, busy ? "Busy Here" : status == END_USER_REJECT ? "Decline" : "Temporarily Unavailable");
    if (c->type == CDR_INTERNAL)
        end(c, &(ending){ WIRE_BY_ADMIN, CDR_SYSTEM, status, status, end_status_name(status), "agent" });
    else
        end(c, &(ending){ WIRE_BY_TIMER, CDR_SYSTEM, status, status, NULL, NULL });
}

static void end_by_flow(call *c, enum call_phase was) {
    bool after = was == CALL_PHASE_AFTER;
    enum end_status status = after || c->answer_ms ? END_OK : !c->queued_ms ? END_IVR_END
                           : c->wait_over == FLOW_NO_AGENT ? END_NO_SEAT_ONLINE : END_WAITING_GIVE_UP;
    end(c, &(ending){ WIRE_BY_TIMER, after ? CDR_SEAT : CDR_SYSTEM, status, status, NULL, NULL });
}

static void end_by_admin(call *c, const char *main_reason, const char *sub_reason) {
    enum end_status status = c->answer_ms ? END_OK : c->inbound ? END_IVR_END : cancelled_status(c);
    end(c, &(ending){ WIRE_BY_ADMIN, CDR_SYSTEM, status, status, main_reason, sub_reason });
}

static void end_lost(call *c, const char *main_reason, const char *sub_reason) {
    enum end_status status = c->answer_ms ? END_OK : c->visit ? END_VOIP_CLIENT_ERROR : END_OPERATOR_ERROR;
    end(c, &(ending){ WIRE_BY_ADMIN, CDR_SYSTEM, status, status, main_reason, sub_reason });
}

/* ---- the actions ---- */

static void begin_talk(call *c, bool called_out) {
    deadline_clear(c->all->parts.timers, &c->ring);
    if (!c->answer_ms)
        c->answer_ms = clock_unix_ms();
    call_history_accepted(&c->history, clock_unix_ms());
    if (c->host) {
        call_consult_talks(c);
        return;
    }
    if (c->near.leg && !c->near.placed && !leg_is_up(c->near.leg))
        leg_answer(c->near.leg);
    call_join(c);
    call_hear(c, HEARS_AGENT, NULL, false);
    call_tell_simple(c, &c->near, called_out ? WIRE_EV_CALLOUT_ACCEPTED : WIRE_EV_USER_ACCESSED);
    call_tell_joined(c);
    call_tell_simple(c, &c->far, WIRE_EV_CALLOUT_ACCEPTED);
    call_tell_transferred(c);
    call_record_start(c);
    call_transcript_start(c);
    if (c->flow.run)
        call_flow_step(c, &c->flow, FLOW_CONNECTED, 0);
}

static void join_or_greet(call *c) {
    if (!call_flow_greets(c))
        call_apply(c, CALL_ON_CONNECTED);
}

static void answer(call *c) {
    deadline_clear(c->all->parts.timers, &c->offer);
    call_also_end(c, AGENT_SESSION_NEITHER);
    if (c->near.agent)
        agent_session_answered(c->near.agent);
    if (!call_is_video(c)) /* whose visitor may hear a sound of the flow before */
        call_join(c); /* the page's worklet starts while the ACK is on its way */
    if (c->far.leg && !leg_is_up(c->far.leg))
        leg_answer(c->far.leg);
    else
        join_or_greet(c);
}

static void hold(call *c, bool on) {
    call_hold_media(c, on);
    call_tell_held(c, &c->near, on, true);
    call_tell_held(c, &c->far, on, false);
    call_history_event(&c->history, on ? "StaffHold" : "StaffUnhold", c->near.agent ? agent_row(c->near.agent)->user_id : "", clock_unix_ms());
}

/* Who called holds, and who was called hears music. */
static void far_hold(call *c, bool on) {
    call_far_hold_media(c, on);
    call_tell_held(c, &c->far, on, true);
    call_tell_held(c, &c->near, on, false);
}

static void run_flow(call *c) {
    deadline_clear(c->all->parts.timers, &c->ring);
    if (!c->inbound && !c->answer_ms)
        c->answer_ms = clock_unix_ms();
    call_flow_step(c, &c->flow, FLOW_STARTED, 0);
}

static void step_aside(call *c) {
    call_record_pause(c);
    call_transcript_pause(c);
    call_tell_self_service(c, true);
    call_tell_media(c, &c->near, WIRE_MEDIA_UPDATE);
    call_flow_step(c, &c->aside, FLOW_STARTED, 0);
}

static void come_back(call *c) {
    call_flow_end(c, &c->aside);
    call_hear(c, HEARS_AGENT, NULL, false);
    call_tell_self_service(c, false);
    call_tell_media(c, &c->near, WIRE_MEDIA_UPDATE);
    call_record_start(c);
    call_transcript_start(c);
}

static void note_ringing(call *c) {
    if (!c->ring_ms)
        c->ring_ms = clock_unix_ms();
    call_history_rang(&c->history, c->ring_ms);
}

static void dial(call *c) {
    if (call_dial_customer(c))
        call_apply(c, CALL_ON_FAILED);
}

static void act(call *c, enum call_action action, enum call_phase was) {
    switch (action) {
    case CALL_ACT_UNWRITTEN: case CALL_ACT_NOTHING: case CALL_ACT_SETTLED: case CALL_ACT_REFUSE: case CALL_N_ACTIONS: break;
    case CALL_ACT_DIAL: dial(c); break;
    case CALL_ACT_TELL_RINGING: note_ringing(c); break;
    case CALL_ACT_TELL_ANSWERED: begin_talk(c, true); break;
    case CALL_ACT_TELL_ACCESSED: begin_talk(c, false); break;
    case CALL_ACT_OFFER: call_offer(c); break;
    case CALL_ACT_ANSWER: answer(c); break;
    case CALL_ACT_NEXT_AGENT: call_next_agent(c, REACH_LATE); break;
    case CALL_ACT_NEXT_AGENT_AFTER_REJECT: call_next_agent(c, REACH_REJECTED); break;
    case CALL_ACT_NEXT_AGENT_UNREACHED: call_next_agent(c, c->failure.status == 486 || c->failure.status == 600 ? REACH_BUSY : REACH_UNREACHABLE); break;
    case CALL_ACT_REQUEUE: call_next_agent(c, REACH_UNREACHABLE); break;
    case CALL_ACT_HOLD_ON: hold(c, true); break;
    case CALL_ACT_HOLD_OFF: hold(c, false); break;
    case CALL_ACT_FAR_HOLD_ON: far_hold(c, true); break;
    case CALL_ACT_FAR_HOLD_OFF: far_hold(c, false); break;
    case CALL_ACT_BEGIN_CONSULT:
        if (was != CALL_PHASE_HELD)
            hold(c, true);
        call_consult_begin(c);
        break;
    case CALL_ACT_TELL_CONSULT_OVER: call_consult_over(c); break;
    case CALL_ACT_DROP_THIRD:
        call_consult_drop(c);
        if (was == CALL_PHASE_CONSULTING)
            hold(c, false);
        break;
    case CALL_ACT_JOIN_THIRD:
        hold(c, false);
        call_consult_confer(c);
        break;
    case CALL_ACT_THIRD_TAKES: call_third_takes(c, was); break;
    case CALL_ACT_TAKE_OVER: call_take_over(c, was); break;
    case CALL_ACT_HAND_OVER: call_hand_over(c); break;
    case CALL_ACT_STEP_ASIDE: step_aside(c); break;
    case CALL_ACT_COME_BACK: come_back(c); break;
    case CALL_ACT_LEAVE_TO_FLOW: call_flow_after_agent(c); break;
    case CALL_ACT_QUEUE: call_wait(c); break;
    case CALL_ACT_LEAVE_QUEUE: call_leave_queue(c); break;
    case CALL_ACT_WITHDRAW: call_withdraw(c); break;
    case CALL_ACT_RUN_FLOW: run_flow(c); break;
    case CALL_ACT_FLOW_WAIT_OVER: call_flow_step(c, &c->flow, c->wait_over, 0); break;
    case CALL_ACT_END_BY_CUSTOMER: end_by_customer(c, was); break;
    case CALL_ACT_END_BY_SEAT: end_by_seat(c); break;
    case CALL_ACT_END_BY_FLOW: end_by_flow(c, was); break;
    case CALL_ACT_END_BY_ADMIN: end_by_admin(c, c->admin_reason ? c->admin_reason : "hungUp", c->admin_reason ? "supervisor" : "api"); break;
    case CALL_ACT_END_UNREACHED: end_unreached(c); break;
    case CALL_ACT_END_UNFETCHED: end_unfetched(c); break;
    case CALL_ACT_END_UNANSWERED:
        end(c, &(ending){ WIRE_BY_ADMIN, CDR_SYSTEM, END_NOT_ANSWER, END_NOT_ANSWER, end_status_name(END_NOT_ANSWER), "ringTimeout" });
        break;
    case CALL_ACT_END_UNSERVED: end_unserved(c); break;
    case CALL_ACT_END_LOST: end_lost(c, "connectionLost", c->visit ? "page" : "telephone"); break;
    case CALL_ACT_END_STOPPED: end_lost(c, "serverStopping", "tcccd"); break;
    }
}

void call_apply(call *c, enum call_happening happening) {
    call_move move = call_table_step(c->phase, happening);
    enum call_phase was = c->phase;
    LOG(c->all->parts.log, LOG_LEVEL_DEBUG, "call", log_text("session", c->id), log_text("phase", call_phase_name(was)),
        log_text("on", call_happening_name(happening)), log_text("next", call_phase_name(move.next)));
    c->phase = move.next;
    mem_ref(c);
    act(c, move.action, was);
    mem_deref(c);
}

/* ---- all calls ---- */

calls *calls_new(const calls_config *config) {
    calls *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->config = *config;
    list_init(&all->list);
    list_init(&all->kept);
    return all;
}

void calls_use(calls *all, const calls_parts *parts) { all->parts = *parts; }

void calls_free(calls *all) {
    if (!all)
        return;
    list_flush(&all->kept);
    list_flush(&all->list);
    free(all);
}

int calls_count(const calls *all) { return all->n_running; }

static bool waits(const call *c) { return c->phase == CALL_PHASE_QUEUED || c->phase == CALL_PHASE_FLOW; }

static call *first_running(calls *all, bool waiting_only) {
    for (struct le *le = all->list.head; le; le = le->next)
        if (!waiting_only || waits(le->data))
            return le->data;
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
