/* call_record.c: a call's sound recordings, and its record, which is written once, with its push. Layer: server. */
#include "server/call/call_state.h"

#include "server/cdr/cdr_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- sound ---- */

static void start(call *c, enum recording_kind kind, int side, const char *endpoint, char *record_id) {
    record_what what = { .app_id = c->app_id, .session_id = c->id, .kind = kind, .endpoint = endpoint };
    char id[CDR_RECORD_ID] = "";
    if (c->records[kind]) {
        record_move(c->all->parts.records, c->records[kind], call_sound(c), side);
        return;
    }
    c->records[kind] = record_start(c->all->parts.records, &what, call_sound(c), side, id);
    if (c->records[kind] && record_id)
        str_ncpy(record_id, id, CDR_RECORD_ID);
}

static const char *near_name(const call *c, const cdr_step *step) {
    return c->near.agent ? agent_row(c->near.agent)->user_id : step->extension[0] ? step->extension : step->phone;
}

/* The customer and the mix go on over transfers; each who serves has a recording of its own (PUSH-073). */
void call_record_start(call *c) {
    cdr_step *step = call_history_step(&c->history);
    if (!call_sound(c) || !step || !settings_recording_of(c->all->parts.settings, c->app_id)->enabled)
        return;
    start(c, RECORDING_CUSTOMER, CALL_FAR, c->inbound ? c->caller : c->callee, c->record_id);
    start(c, RECORDING_AGENT, CALL_NEAR, near_name(c, step), step->record_id);
    start(c, RECORDING_MIXED, -1, c->inbound ? c->caller : c->callee, NULL);
}

static void stop(call *c, enum recording_kind kind) {
    if (c->records[kind])
        record_stop(c->all->parts.records, c->records[kind]);
    c->records[kind] = 0;
}

static void pause(call *c, enum recording_kind kind) {
    if (c->records[kind])
        record_move(c->all->parts.records, c->records[kind], 0, 0);
}

void call_record_pause(call *c) {
    pause(c, RECORDING_CUSTOMER);
    pause(c, RECORDING_MIXED);
    if (c->phase == CALL_PHASE_ASIDE)
        pause(c, RECORDING_AGENT);
    else
        stop(c, RECORDING_AGENT); /* who served has left */
}

/* While it only gives advice, the customer is on hold, and nothing is recorded. In a conference the mix has its voice, too. */
void call_record_third(call *k) {
    call *c = k->host;
    char id[CDR_RECORD_ID] = "";
    cdr_step *step = call_history_step(&k->history);
    if (!c->bridge || !step || !settings_recording_of(c->all->parts.settings, c->app_id)->enabled)
        return;
    record_what what = { .app_id = c->app_id, .session_id = c->id, .kind = RECORDING_AGENT, .endpoint = near_name(k, step) };
    k->records[RECORDING_AGENT] = record_start(c->all->parts.records, &what, c->bridge, CALL_THIRD, id);
    if (k->records[RECORDING_AGENT])
        str_ncpy(step->record_id, id, sizeof step->record_id);
    record_hear_third(c->all->parts.records, c->records[RECORDING_MIXED], c->bridge);
}

void call_record_leave(call *c) {
    stop(c, RECORDING_AGENT);
    if (c->host)
        record_forget_third(c->all->parts.records, c->host->records[RECORDING_MIXED]);
}

void call_record_end(call *c) {
    stop(c, RECORDING_CUSTOMER);
    stop(c, RECORDING_AGENT);
    stop(c, RECORDING_MIXED);
    if (c->voicemail)
        record_stop(c->all->parts.records, c->voicemail);
    c->voicemail = 0;
}

/* ---- the record ---- */

static void take_group(call *c, cdr_step *step) {
    store_group group;
    const store_membership *list;
    int n = c->near.agent ? agent_groups(c->near.agent, &list) : 0;
    step->group_id = c->group_id ? c->group_id : n ? list[0].group_id : 0;
    for (int i = 0; i < n; i++)
        if (list[i].group_id == step->group_id)
            step->group_priority = list[i].priority;
    if (step->group_id && !store_get_group(c->all->parts.store, step->group_id, &group))
        str_ncpy(step->group_name, group.name, sizeof step->group_name);
}

cdr_step *call_begin_step(call *c, enum cdr_step_type type) {
    static const cdr_step blank;
    cdr_step step = blank;
    const store_agent *row = c->near.agent ? agent_row(c->near.agent) : NULL;
    step.type = type;
    step.start_ms = clock_unix_ms();
    if (row) {
        str_ncpy(step.user_id, row->user_id, sizeof step.user_id);
        str_ncpy(step.phone, row->phone, sizeof step.phone);
    }
    take_group(c, &step);
    return call_history_begin(&c->history, &step);
}

static void write_queue(const call *c, store_cdr *out) {
    store_group group;
    out->queued_group_id = c->queued_group_id;
    out->queued_ms = c->queued_ms;
    if (out->queued_group_id && !store_get_group(c->all->parts.store, out->queued_group_id, &group))
        str_ncpy(out->queued_group_name, group.name, sizeof out->queued_group_name);
}

/* The last agent who took it; for a call that nobody took, the one who dialled it. */
static void write_agent(const call *c, store_cdr *out) {
    for (int i = 0; i < c->history.n_steps; i++) {
        const cdr_step *step = &c->history.steps[i];
        if (step->user_id[0] && (step->accept_ms || !c->inbound))
            str_ncpy(out->user_id, step->user_id, sizeof out->user_id);
    }
}

static void fill(const call *c, store_cdr *out, enum end_status status, enum cdr_side hung_up_by) {
    memset(out, 0, sizeof *out);
    str_ncpy(out->session_id, c->id, sizeof out->session_id);
    out->app_id = c->app_id;
    out->type = c->type;
    out->inbound = c->inbound;
    str_ncpy(out->caller, c->caller, sizeof out->caller);
    str_ncpy(out->callee, c->callee, sizeof out->callee);
    if (c->masked && c->inbound)
        str_ncpy(out->protected_caller, c->shown_caller, sizeof out->protected_caller);
    if (c->masked && !c->inbound)
        str_ncpy(out->protected_callee, c->shown_callee, sizeof out->protected_callee);
    str_ncpy(out->uui, c->uui, sizeof out->uui);
    str_ncpy(out->remark, c->remark, sizeof out->remark);
    str_ncpy(out->record_id, c->record_id, sizeof out->record_id);
    out->start_ms = c->start_ms;
    out->ring_ms = c->ring_ms;
    out->accept_ms = c->answer_ms;
    out->end_ms = c->end_ms;
    out->end_status = status;
    out->hung_up_by = hung_up_by;
    out->flow_id = c->flow_id;
    call_history_write(&c->history, out);
    write_queue(c, out);
    write_agent(c, out);
}

/* The record with its push: the backlog loses neither. */
static int put(call *c, const store_cdr *cdr) {
    store_push row;
    pushes *outbox = c->all->parts.pushes;
    bool wanted = push_prepare(outbox, c->app_id, "cdr", c->id, &row);
    char *body = wanted ? cdr_push_body(cdr, c->all->parts.agents) : NULL;
    int error = store_keep_cdr(c->all->parts.backlog, cdr, body ? &row : NULL, body);
    if (body)
        pushes_wake(outbox);
    free(body);
    return error ? error : wanted && !body ? TCCC_E_NO_MEMORY : 0;
}

void call_write_cdr(call *c, enum end_status status, enum cdr_side hung_up_by, const char *closed_by) {
    static store_cdr cdr; /* too large for the stack; the control thread writes one after the other */
    fill(c, &cdr, status, hung_up_by);
    int error = put(c, &cdr);
    if (c->all->parts.ended)
        c->all->parts.ended(c->all->parts.ctx, &cdr);
    LOG(c->all->parts.log, error ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "call.ended", log_text("session", c->id), log_text("by", closed_by),
        log_text("status", end_status_name(status)), log_error("stored", error));
}
