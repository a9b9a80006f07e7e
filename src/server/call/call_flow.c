/* call_flow.c: carries out a flow's orders on a call: sounds, keys, waiting, the queue, voicemail. Layer: server.
 * The flow itself is ivr/flow_run.h. Rows IVR-015 to IVR-041.
 */
#include "server/call/call_state.h"

#include <stdlib.h>
#include <string.h>

int call_flow_begin(call *c, call_flow *f, int64_t flow_id) {
    flow *document = flows_open(c->all->parts.flows, c->app_id, flow_id);
    if (!document)
        return TCCC_E_NOT_FOUND;
    *f = (call_flow){ .run = flow_run_new(document), .id = flow_id };
    flow_drop(document);
    if (f == &c->flow && !c->flow_id)
        c->flow_id = flow_id;
    return f->run ? 0 : TCCC_E_NO_MEMORY;
}

static void forget_prompt(call *c) {
    if (c->prompt)
        prompt_forget(c->all->parts.prompts, c->prompt);
    c->prompt = 0;
}

static void stop_voicemail(call *c) {
    if (c->voicemail)
        record_stop(c->all->parts.records, c->voicemail);
    c->voicemail = 0;
}

/* What the order before had begun. */
static void stop_order(call *c, call_flow *f) {
    deadline_clear(c->all->parts.timers, &c->flow_timer);
    forget_prompt(c);
    stop_voicemail(c);
    f->state = FLOW_IDLE;
}

void call_flow_end(call *c, call_flow *f) {
    if (!f->run)
        return;
    stop_order(c, f);
    flow_run_free(f->run);
    *f = (call_flow){ .run = NULL };
}

static bool waits(const call *c) { return c->flow.run && c->flow.order.kind == FLOW_DO_QUEUE && !c->transferring; }

call_flow *call_flow_now(call *c) {
    switch (c->phase) {
    case CALL_PHASE_FLOW: case CALL_PHASE_AFTER: return c->flow.run ? &c->flow : NULL;
    case CALL_PHASE_QUEUED: case CALL_PHASE_OFFERED: case CALL_PHASE_ACCEPTED: return waits(c) ? &c->flow : NULL;
    case CALL_PHASE_ASIDE: return c->aside.run ? &c->aside : NULL;
    case CALL_PHASE_FETCHING: case CALL_PHASE_DIALING: case CALL_PHASE_RINGING: case CALL_PHASE_TALKING: case CALL_PHASE_HELD:
    case CALL_PHASE_FAR_HELD: case CALL_PHASE_BOTH_HELD: case CALL_PHASE_CONSULTING: case CALL_PHASE_CONFERENCE:
    case CALL_PHASE_OVER: case CALL_N_PHASES: break;
    }
    return NULL;
}

/* ---- sounds ---- */

static void sounds_done(call *c, call_flow *f);
static void play_next(call *c, call_flow *f);

static void greeted(call *c) {
    c->flow.state = FLOW_IDLE;
    call_apply(c, CALL_ON_CONNECTED);
}

/* A sound that plays over and over, unless it tells a place in the queue, which changes. */
static bool repeats(const call_flow *f) {
    return f->state == FLOW_LOOPING && !(f->order.loop.text && strstr(f->order.loop.text, "${WaitNo}"));
}

static void sound_ready(void *ctx, const char *path) {
    call *c = ctx;
    call_flow *f = call_flow_now(c);
    c->prompt = 0;
    if (!f)
        return;
    if (path)
        call_hear(c, HEARS_FILE, path, repeats(f));
    else if (f->state == FLOW_PLAYING)
        play_next(c, f);
    else if (f->state == FLOW_LOOPING)
        call_hear_music(c, call_settings(c)->queue_sound);
    else if (f->state == FLOW_CONNECTING)
        greeted(c);
}

static void play(call *c, const flow_sound *sound) {
    const store_agent *row = c->near.agent ? agent_row(c->near.agent) : NULL;
    prompt_values values = { .wait_no = c->ticket ? c->ahead : -1, .staff_no = row ? row->staff_number : NULL,
                             .variables = c->variables, .n_variables = c->n_variables };
    forget_prompt(c);
    uint64_t ticket = prompt_get(c->all->parts.prompts, c->app_id, sound, &values, sound_ready, c);
    if (ticket)
        c->prompt = ticket;
}

static void play_next(call *c, call_flow *f) {
    if (f->next_sound < f->order.n_sounds) {
        f->state = FLOW_PLAYING;
        play(c, &f->order.sounds[f->next_sound++]);
    } else
        sounds_done(c, f);
}

static bool has_sound(const flow_sound *s) { return s->sound_id || s->text; }

static void loop(call *c, call_flow *f) {
    f->state = FLOW_LOOPING;
    if (has_sound(&f->order.loop))
        play(c, &f->order.loop);
    else
        call_hear_music(c, call_settings(c)->queue_sound);
}

static void timed_out(void *owner) {
    call *c = owner;
    call_flow *f = call_flow_now(c);
    if (f)
        call_flow_step(c, f, f->state == FLOW_RECORDING ? FLOW_RECORDED : FLOW_TIMED_OUT, 0);
}

static void wait_for(call *c, call_flow *f, enum call_flow_state state) {
    f->state = state;
    call_hear(c, HEARS_SILENCE, NULL, true);
    deadline_set(c->all->parts.timers, &c->flow_timer, (uint64_t)(f->order.timeout_ms > 0 ? f->order.timeout_ms : 0), timed_out, c);
}

static void record_voicemail(call *c, call_flow *f) {
    char id[CDR_RECORD_ID];
    record_what what = { .app_id = c->app_id, .session_id = c->id, .kind = RECORDING_VOICEMAIL, .endpoint = c->inbound ? c->caller : c->callee,
                         .limit_ms = f->order.timeout_ms, .silence_ms = f->order.silence_ms };
    wait_for(c, f, FLOW_RECORDING);
    c->voicemail = c->bridge ? record_start(c->all->parts.records, &what, c->bridge, CALL_FAR, id) : 0;
    if (!c->voicemail)
        call_flow_step(c, f, FLOW_RECORDED, 0);
}

static void sounds_done(call *c, call_flow *f) {
    switch (f->order.kind) {
    case FLOW_DO_PLAY: call_flow_step(c, f, FLOW_PLAYED, 0); break;
    case FLOW_DO_WAIT_KEY: wait_for(c, f, FLOW_WAITING); break;
    case FLOW_DO_QUEUE: loop(c, f); break;
    case FLOW_DO_VOICEMAIL: record_voicemail(c, f); break;
    case FLOW_DO_NOTHING: case FLOW_DO_RETURN: case FLOW_DO_HANG_UP: break;
    }
}

void call_flow_played(call *c) {
    call_flow *f = call_flow_now(c);
    if (!f || c->prompt)
        return;
    if (f->state == FLOW_PLAYING)
        play_next(c, f);
    else if (f->state == FLOW_LOOPING)
        loop(c, f);
    else if (f->state == FLOW_CONNECTING)
        greeted(c);
}

bool call_flow_greets(call *c) {
    if (!waits(c) || !has_sound(&c->flow.order.connected) || c->flow.state == FLOW_CONNECTING)
        return false;
    c->flow.state = FLOW_CONNECTING;
    play(c, &c->flow.order.connected);
    return true;
}

/* ---- orders ---- */

static void note_keys(call *c, call_flow *f) {
    const flow_key *keys;
    int n = flow_run_keys(f->run, &keys);
    for (; f->n_keys < n; f->n_keys++) {
        cdr_key key = { .at_ms = clock_unix_ms(), .after_call = keys[f->n_keys].post || c->phase == CALL_PHASE_AFTER };
        str_ncpy(key.key, keys[f->n_keys].key, sizeof key.key);
        str_ncpy(key.label, keys[f->n_keys].label, sizeof key.label);
        str_ncpy(key.node, keys[f->n_keys].node, sizeof key.node);
        call_history_key(&c->history, &key);
    }
}

/* A self-service flow brings the customer back to its agent, and to no queue. */
static void enter_queue(call *c, call_flow *f) {
    if (f == &c->aside) {
        call_flow_step(c, f, FLOW_QUEUE_OVER, 0);
        return;
    }
    c->group_id = c->home_group_id = f->order.group_id;
    c->only = NULL;
    c->waits_since_ms = 0;
    call_apply(c, CALL_ON_FLOW_QUEUES);
    bool still = waits(c) && f->state == FLOW_IDLE && (c->phase == CALL_PHASE_QUEUED || c->phase == CALL_PHASE_OFFERED);
    if (still)
        play_next(c, f);
}

static bool rates_now(call *c) {
    int64_t rating = call_settings(c)->rating_flow;
    if (!rating || c->rated || c->type == CDR_INTERNAL)
        return false;
    c->rated = true;
    return !call_flow_begin(c, &c->flow, rating);
}

static void hang_up(call *c, call_flow *f) {
    call_flow_end(c, f);
    if (c->phase == CALL_PHASE_AFTER && rates_now(c))
        call_flow_step(c, &c->flow, FLOW_STARTED, 0);
    else
        call_apply(c, CALL_ON_FLOW_HANGS_UP);
}

static void carry_out(call *c, call_flow *f) {
    switch (f->order.kind) {
    case FLOW_DO_NOTHING: break;
    case FLOW_DO_PLAY: case FLOW_DO_WAIT_KEY: case FLOW_DO_VOICEMAIL: play_next(c, f); break;
    case FLOW_DO_QUEUE: enter_queue(c, f); break;
    case FLOW_DO_RETURN: call_apply(c, CALL_ON_FLOW_RETURNS); break;
    case FLOW_DO_HANG_UP: hang_up(c, f); break;
    }
}

void call_flow_step(call *c, call_flow *f, enum flow_event event, char digit) {
    flow_order order = { .kind = FLOW_DO_NOTHING };
    if (!f->run)
        return;
    flow_run_step(f->run, event, digit, clock_unix_ms() / 1000, &order);
    note_keys(c, f);
    if (order.kind == FLOW_DO_NOTHING && event == FLOW_AGENT_LEFT)
        order.kind = FLOW_DO_HANG_UP;
    if (order.kind == FLOW_DO_NOTHING)
        return;
    LOG(c->all->parts.log, LOG_LEVEL_DEBUG, "flow", log_text("session", c->id), log_text("module", order.module ? order.module : ""), log_integer("order", order.kind));
    mem_ref(c);
    if (event == FLOW_DIGIT)
        call_apply(c, CALL_ON_FLOW_TURNS); /* out of the queue, where it waits in one */
    stop_order(c, f);
    f->order = order;
    f->next_sound = 0;
    carry_out(c, f);
    mem_deref(c);
}

void call_flow_digit(call *c, char digit) {
    call_flow *f = call_flow_now(c);
    if (!f || c->phase == CALL_PHASE_ACCEPTED)
        return;
    if (f->state == FLOW_RECORDING) {
        if (digit == f->order.stop_key)
            call_flow_step(c, f, FLOW_RECORDED, 0);
        return;
    }
    call_flow_step(c, f, FLOW_DIGIT, digit);
}

void call_flow_record_done(call *c) {
    call_flow *f = call_flow_now(c);
    if (f && f->state == FLOW_RECORDING)
        call_flow_step(c, f, FLOW_RECORDED, 0);
}

void calls_record_ended(void *ctx, uint32_t handle) {
    calls *all = ctx;
    for (struct le *le = all->list.head; le; le = le->next) {
        call *c = le->data;
        for (size_t i = 0; i < sizeof c->records / sizeof *c->records; i++)
            c->records[i] = c->records[i] == handle ? 0 : c->records[i];
        if (c->voicemail != handle)
            continue;
        c->voicemail = 0;
        call_flow_record_done(c);
        return;
    }
}

/* ---- after the agent, and beside it ---- */

bool call_flow_follows(call *c) { return c->flow.run || rates_now(c); }

void call_flow_after_agent(call *c) {
    bool goes_on = c->flow.order.kind == FLOW_DO_QUEUE;
    c->transferring = false;
    call_history_ended(&c->history, END_OK, clock_unix_ms());
    call_record_pause(c);
    call_transcript_pause(c);
    c->hears = HEARS_SILENCE;
    call_unjoin(c);
    call_tell_ended(c, &c->near, WIRE_BY_SEAT, NULL, NULL);
    if (c->near.seat)
        kept_add(c->all, c, &c->near);
    call_release(c, &c->near, AGENT_SESSION_SERVED);
    if (c->phase == CALL_PHASE_AFTER)
        call_flow_step(c, &c->flow, goes_on ? FLOW_AGENT_LEFT : FLOW_STARTED, 0);
}

static int open_aside(call *c, const char *text, const char **sentence) {
    store_flow row;
    int64_t id = strtoll(text, NULL, 10);
    *sentence = "flowId names no published self-service flow of this application.";
    if (store_get_flow(c->all->parts.store, id, &row) || row.app_id != c->app_id || strcmp(row.kind, "selfService"))
        return TCCC_E_NOT_FOUND;
    int error = call_flow_begin(c, &c->aside, id);
    *sentence = error == TCCC_E_NOT_FOUND ? *sentence : NULL;
    return error;
}

void call_ask_flow(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    const char *sentence = NULL;
    bool fits = call_table_step(c->phase, CALL_ON_ASK_FLOW).action != CALL_ACT_REFUSE && c->type != CDR_INTERNAL;
    int error = fits ? open_aside(c, request->args.flow_id, &sentence) : TCCC_E_STATE;
    seat_answer(s, ticket, request->method, NULL, error, error ? sentence : NULL);
    if (!error)
        call_apply(c, CALL_ON_ASK_FLOW);
}

void calls_bridge_event(calls *all, uint32_t bridge, int side, int event, int64_t value) {
    call *c = NULL;
    for (struct le *le = all->list.head; le && bridge && !c; le = le->next)
        c = ((call *)le->data)->bridge == bridge ? le->data : NULL;
    if (!c)
        return;
    LOG(all->parts.log, LOG_LEVEL_DEBUG, "call.media", log_text("session", c->id), log_integer("side", side), log_integer("event", event));
    mem_ref(c);
    if (event == BRIDGE_EVENT_FAILED) {
        c->bridge = 0;
        call_apply(c, CALL_ON_FAILED);
    } else if (event == BRIDGE_EVENT_DONE && value == c->play_tag)
        call_flow_played(c);
    else if (event == BRIDGE_EVENT_DIGIT && side == CALL_FAR)
        call_flow_digit(c, (char)value);
    else if (event == BRIDGE_EVENT_SILENT && side == CALL_FAR)
        call_flow_record_done(c);
    mem_deref(c);
}
