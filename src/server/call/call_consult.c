/* call_consult.c: a third party: asked for advice while the customer hears music, in a conference, or going on with the customer.
 * Layer: server.
 *
 * Whom the agent asks for is found, rung and waited for like anybody who is to serve a call: by a call of its own (struct call's
 * `consult`), that has no customer, no bridge and no record. It has the session's id, so that nothing changes for the third party
 * when the customer comes to it. Its steps become the session's.
 */
#include "server/call/call_state.h"

#include <stdio.h>
#include <string.h>

static bool talks(const call *k) { return k->phase == CALL_PHASE_TALKING; }

/* ---- the beginning ---- */

static void copy_session(call *k, const call *c) {
    memcpy(k->id, c->id, sizeof k->id);
    memcpy(k->caller, c->caller, sizeof k->caller);
    memcpy(k->callee, c->callee, sizeof k->callee);
    memcpy(k->shown_caller, c->shown_caller, sizeof k->shown_caller);
    memcpy(k->shown_callee, c->shown_callee, sizeof k->shown_callee);
    memcpy(k->phone_desc, c->phone_desc, sizeof k->phone_desc);
    memcpy(k->remark, c->remark, sizeof k->remark);
    memcpy(k->uui, c->uui, sizeof k->uui);
    memcpy(k->peer_user_id, c->peer_user_id, sizeof k->peer_user_id);
    k->masked = c->masked;
    k->group_id = c->group_id;
    k->start_ms = c->start_ms;
}

static call *make(call *c) {
    call *k = call_make(c->all, c->app_id, c->type, true);
    if (!k)
        return NULL;
    copy_session(k, c);
    if (c->near.agent)
        k->tried[k->n_tried++] = c->near.agent; /* a group's call does not come back to who asks it */
    k->host = c;
    c->consult = k;
    return k;
}

/* An agent is asked as a colleague, not as one who takes customers: one who is busy is not waited for. */
static int read(call *c, const wire_args *args, call_target *target, const char **sentence) {
    int error = call_read_target(c->all, c->app_id, args, target, sentence);
    if (error || !target->agent)
        return error;
    if (target->agent == c->near.agent || target->agent == c->far.agent) {
        *sentence = "userId is in this call.";
        return TCCC_E_ARG_RANGE;
    }
    return call_check_callee(c->all, target->agent, false);
}

static void start(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    call_target target = { 0 };
    const char *sentence = "A third party can be called while the call goes on, or is on hold.";
    int error = TCCC_E_STATE;
    if (call_table_step(c->phase, CALL_ON_CONSULT).action != CALL_ACT_REFUSE && c->bridge)
        error = read(c, &request->args, &target, &sentence);
    call *k = error ? NULL : make(c);
    if (!error && !k)
        error = TCCC_E_NO_MEMORY;
    wire_result result = { .consult_session_id = c->id };
    seat_answer(s, ticket, request->method, error ? NULL : &result, error, error == TCCC_E_NO_MEMORY ? NULL : sentence);
    if (error)
        return;
    LOG(c->all->parts.log, LOG_LEVEL_INFO, "call.consult", log_text("session", c->id), log_text("user", seat_agent(s)->user_id));
    mem_ref(k);
    call_apply(c, CALL_ON_CONSULT);
    if (k->host)
        call_go_to(k, &target);
    mem_deref(k);
}

void call_consult_begin(call *c) {
    c->consult_end = NULL;
    call_tell_consult(c, &c->near, WIRE_CONSULT_RINGING, NULL);
    call_join_side(c, CALL_THIRD);
    call_tell_media(c, &c->near, WIRE_MEDIA_UPDATE);
}

void call_consult_talks(call *k) {
    call *c = k->host;
    call_join(k);
    call_tell_simple(k, &k->near, WIRE_EV_USER_ACCESSED);
    call_tell_consult(c, &c->near, WIRE_CONSULT_TALKING, NULL);
}

bool call_consult_state(const call *c, enum wire_consult *state) {
    const call *whose = c->host ? c->host : c;
    if (whose->phase == CALL_PHASE_CONFERENCE)
        *state = WIRE_CONSULT_CONFERENCE;
    else if (whose->phase == CALL_PHASE_CONSULTING && !c->host)
        *state = talks(c->consult) ? WIRE_CONSULT_TALKING : WIRE_CONSULT_RINGING;
    else
        return false;
    return true;
}

/* ---- the ends ---- */

/* What the third party's own call leaves: nothing but its steps. */
static void dissolve(call *k) {
    call *c = k->host;
    deadlines *timers = c->all->parts.timers;
    call_leave_queue(k);
    deadline_clear(timers, &k->offer);
    call_history_join(&c->history, &k->history);
    k->host = NULL;
    c->consult = NULL;
    k->phase = CALL_PHASE_OVER;
    k->all->n_running--;
    list_unlink(&k->le);
    mem_deref(k);
}

/* Why nobody came, or who came is gone, in the words of the records. */
static const char *reason_of(const call *k, enum wire_close_by by, int step_status) {
    if (k->answer_ms)
        return by == WIRE_BY_SEAT ? "hungUp" : "connectionLost";
    if (k->failure.status)
        return end_status_name(end_status_of_sip(k->failure.status));
    return step_status == END_OK ? "notAnswer" : end_status_name((enum end_status)step_status);
}

void call_consult_close(call *k, enum wire_close_by by, const char *main_reason, const char *sub_reason, int step_status) {
    call *c = k->host;
    bool served = k->answer_ms != 0;
    c->consult_end = reason_of(k, by, step_status);
    if (k->near.seat) {
        if (k->near.media_told)
            call_tell_media(k, &k->near, WIRE_MEDIA_STOP);
        k->near.media_told = false;
        call_tell_ended(k, &k->near, by, main_reason, sub_reason);
        kept_add(k->all, k, &k->near);
    }
    call_history_ended(&k->history, served ? END_OK : step_status, clock_unix_ms());
    call_record_leave(k);
    call_release(k, &k->near, AGENT_SESSION_NEITHER); /* advice needs no after-call work */
    dissolve(k);
    call_leave_side(c, CALL_THIRD);
}

/* It left by itself; the customer still waits, or goes on with the agent. */
void call_consult_over(call *c) {
    call_tell_consult(c, &c->near, WIRE_CONSULT_ENDED, c->consult_end);
    call_tell_media(c, &c->near, WIRE_MEDIA_UPDATE);
    call_direct(c);
}

void call_consult_drop(call *c) {
    if (c->consult)
        call_consult_close(c->consult, WIRE_BY_ADMIN, "consultCancelled", NULL, END_SEAT_GIVE_UP);
    call_tell_consult(c, &c->near, WIRE_CONSULT_ENDED, "cancelled");
    call_direct(c);
}

void call_consult_confer(call *c) {
    call_tell_consult(c, &c->near, WIRE_CONSULT_CONFERENCE, NULL);
    call_tell_consult(c->consult, &c->consult->near, WIRE_CONSULT_CONFERENCE, NULL);
    call_direct(c);
    call_record_third(c->consult);
}

void call_third_takes(call *c, enum call_phase was) {
    call *k = c->consult;
    LOG(c->all->parts.log, LOG_LEVEL_INFO, "call.handOver", log_text("session", c->id), log_text("user", k->near.agent ? agent_row(k->near.agent)->user_id : ""));
    call_history_ended(&c->history, END_OK, clock_unix_ms());
    call_history_hands_over(&c->history);
    call_record_leave(c);
    if (c->near.media_told)
        call_tell_media(c, &c->near, WIRE_MEDIA_STOP);
    c->near.media_told = false;
    call_tell_ended(c, &c->near, WIRE_BY_SEAT, NULL, NULL);
    if (c->near.seat)
        kept_add(c->all, c, &c->near);
    call_release(c, &c->near, AGENT_SESSION_SERVED);
    c->near = k->near;
    k->near = (call_end){ .channel = -1 };
    c->records[RECORDING_AGENT] = k->records[RECORDING_AGENT];
    c->target = k->target;
    if (c->near.leg)
        leg_give(c->near.leg, &call_near_handler, c);
    dissolve(k);
    call_move_near(c, CALL_THIRD);
    if (was == CALL_PHASE_CONSULTING) {
        call_hold_media(c, false);
        call_tell_held(c, &c->far, false, false);
    }
    call_tell_consult(c, &c->near, WIRE_CONSULT_ENDED, was == CALL_PHASE_CONSULTING ? "completed" : "left");
    call_record_start(c);
}

/* ---- requests ---- */

static enum call_happening happening_of(enum wire_method method) {
    return method == WIRE_CALL_CONSULT_COMPLETE ? CALL_ON_CONSULT_COMPLETE : method == WIRE_CALL_CONSULT_CANCEL ? CALL_ON_CONSULT_CANCEL
         : method == WIRE_CALL_CONFERENCE ? CALL_ON_CONFER : CALL_ON_LEAVE_CONFERENCE;
}

void call_consult_request(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    if (request->method == WIRE_CALL_CONSULT) {
        start(c, s, request, ticket);
        return;
    }
    enum call_happening happening = happening_of(request->method);
    const char *sentence = NULL;
    if (call_table_step(c->phase, happening).action == CALL_ACT_REFUSE)
        sentence = happening == CALL_ON_LEAVE_CONFERENCE ? "The call is no conference." : "No third party was called.";
    else if (happening != CALL_ON_CONSULT_CANCEL && !talks(c->consult))
        sentence = "The third party has not answered.";
    seat_answer(s, ticket, request->method, NULL, sentence ? TCCC_E_STATE : 0, sentence);
    if (!sentence)
        call_apply(c, happening);
}
