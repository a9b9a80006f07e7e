/* flow_run.c: one caller's way through a flow, as a table of states and events. Layer: server. */
#include "server/ivr/flow_run.h"
#include "server/ivr/flow_module.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum state {                          /* flow_run_save keeps the numbers of those that wait: they stay */
    NEW,
    PLAYING,                          /* a play module's sound */
    ASKING,                           /* a branch's or rating's prompt, or its timeout */
    LEAVING,                          /* last words of a branch or rating, then on to `after`; or of an end */
    QUEUED, TALKING, RECORDING,
    RETURNED, OVER,
    STATES
};
enum { EVENTS = FLOW_RECORDED + 1 };

struct flow_run {
    flow *flow;
    enum state state;
    int at;                           /* module */
    int after;                        /* LEAVING: module, or FLOW_NOWHERE */
    int errors;                       /* at this branch or rating */
    int64_t unix_s;                   /* of the present step */
    flow_key *keys;
    int n_keys, room;
};

typedef void action(flow_run *run, char digit, flow_order *order);

static const flow_module *here(const flow_run *run) { return &run->flow->modules[run->at]; }

static void add_sound(flow_order *order, const flow_sound *sound) {
    if (flow_sound_is_set(sound))
        order->sounds[order->n_sounds++] = *sound;
}

static flow_order order_of(const flow_run *run, enum flow_order_kind kind) {
    return (flow_order){ .kind = kind, .module = here(run)->id, .label = here(run)->label };
}

/* --- entering modules --- */

static void finish(flow_run *run, enum state state, flow_order *order) {
    run->state = state;
    *order = order_of(run, state == RETURNED ? FLOW_DO_RETURN : FLOW_DO_HANG_UP);
}

static void play(flow_run *run, flow_order *order) {
    run->state = PLAYING;
    *order = order_of(run, FLOW_DO_PLAY);
    order->interruptible = here(run)->interruptible;
    add_sound(order, &here(run)->sound);
}

static void add_choice(flow_order *order, const char *key, const char *label, const json_value *texts) {
    order->choices[order->n_choices].key = key;
    order->choices[order->n_choices].label = label;
    order->choices[order->n_choices++].texts = texts;
}

/* first: what went wrong before, or nothing. */
static void ask(flow_run *run, const flow_sound *first, flow_order *order) {
    run->state = ASKING;
    *order = order_of(run, FLOW_DO_WAIT_KEY);
    order->interruptible = true;
    order->timeout_ms = (int)here(run)->timeout_s * 1000;
    order->reply_s = (int)here(run)->reply_s;
    if (first)
        add_sound(order, first);
    add_sound(order, &here(run)->sound);
    for (int i = 0; i < here(run)->n_choices; i++)
        add_choice(order, here(run)->choices[i].key, here(run)->choices[i].label, here(run)->choices[i].texts);
}

/* The end that `next` leads to behind the agent. NULL: a choice comes before it. */
static const flow_module *end_behind(const flow_run *run) {
    const flow_module *m = here(run);
    for (int left = run->flow->n_modules; left-- && m->type != FLOW_TYPE_HOURS && m->exits[FLOW_EXIT_NEXT].to != FLOW_NOWHERE;)
        m = &run->flow->modules[m->exits[FLOW_EXIT_NEXT].to];
    return m->type == FLOW_TYPE_END ? m : NULL;
}

static void queue(flow_run *run, flow_order *order) {
    const flow_module *end = end_behind(run);
    run->state = QUEUED;
    *order = order_of(run, FLOW_DO_QUEUE);
    order->group_id = here(run)->group;
    order->loop = here(run)->music;
    order->connected = here(run)->last_sound;
    if (end) {
        order->reply_s = (int)end->reply_s;
        order->unanswered = end->timeout_sound;
    }
    add_sound(order, &here(run)->sound);
    if (here(run)->key[0])
        add_choice(order, here(run)->key, run->flow->modules[here(run)->exits[FLOW_EXIT_LEAVE].to].label, NULL);
}

static void record(flow_run *run, flow_order *order) {
    run->state = RECORDING;
    *order = order_of(run, FLOW_DO_VOICEMAIL);
    order->timeout_ms = (int)here(run)->max_s * 1000;
    order->reply_s = (int)here(run)->reply_s;
    order->silence_ms = (int)here(run)->silence_s * 1000;
    order->stop_key = here(run)->key[0];
    add_sound(order, &here(run)->sound);
    add_sound(order, &(flow_sound){ .text = FLOW_BEEP });
}

static void close_down(flow_run *run, flow_order *order) {
    if (!flow_sound_is_set(&here(run)->last_sound)) {
        finish(run, OVER, order);
        return;
    }
    run->state = LEAVING;
    *order = order_of(run, FLOW_DO_PLAY);
    add_sound(order, &here(run)->last_sound);
}

/* FLOW_NOWHERE: a way out that the document leaves open: hang up (IVR-025), or back to the agent. */
static void enter(flow_run *run, int to, flow_order *order) {
    if (to == FLOW_NOWHERE) {
        finish(run, run->flow->returns ? RETURNED : OVER, order);
        return;
    }
    run->at = to;
    run->errors = 0;
    switch (here(run)->type) {
    case FLOW_TYPE_START:
        enter(run, here(run)->exits[FLOW_EXIT_NEXT].to, order); /* flow_check: nothing goes round by itself */
        return;
    case FLOW_TYPE_PLAY:
        play(run, order);
        return;
    case FLOW_TYPE_BRANCH:
    case FLOW_TYPE_RATING:
        ask(run, NULL, order);
        return;
    case FLOW_TYPE_TRANSFER:
        queue(run, order);
        return;
    case FLOW_TYPE_VOICEMAIL:
        record(run, order);
        return;
    case FLOW_TYPE_HOURS:
        enter(run, here(run)->exits[hours_are_open(here(run)->hours, run->unix_s) ? FLOW_EXIT_NEXT : FLOW_EXIT_CLOSED].to, order);
        return;
    case FLOW_TYPE_RETURN:
        finish(run, RETURNED, order);
        return;
    case FLOW_TYPE_END:
        close_down(run, order);
        return;
    }
}

static void leave_by(flow_run *run, enum flow_exit exit, flow_order *order) { enter(run, here(run)->exits[exit].to, order); }

/* Plays a sound, if there is one, before the way goes on. */
static void leave_after(flow_run *run, const flow_sound *sound, int to, flow_order *order) {
    if (!flow_sound_is_set(sound)) {
        enter(run, to, order);
        return;
    }
    run->state = LEAVING;
    run->after = to;
    *order = order_of(run, FLOW_DO_PLAY);
    add_sound(order, sound);
}

/* --- keys --- */

/* Without memory the key is obeyed all the same; only its record is lost. */
static void note(flow_run *run, const char *key, const char *label) {
    if (run->n_keys == FLOW_KEYS_MAX)
        return;
    if (run->n_keys == run->room) {
        int room = run->room ? 2 * run->room : 8;
        flow_key *keys = realloc(run->keys, (size_t)room * sizeof *keys);
        if (!keys)
            return;
        run->keys = keys;
        run->room = room;
    }
    run->keys[run->n_keys++] = (flow_key){ key, label, here(run)->label, here(run)->type == FLOW_TYPE_RATING };
}

static const flow_choice *chosen(const flow_module *m, char digit) {
    for (int i = 0; i < m->n_choices; i++)
        if (m->choices[i].key[0] == digit)
            return &m->choices[i];
    return NULL;
}

/* One mistake more: once more from the prompt, or away when there were too many (IVR-025). */
static void mistake(flow_run *run, const flow_sound *words, flow_order *order) {
    const flow_module *m = here(run);
    bool rating = m->type == FLOW_TYPE_RATING;
    if (++run->errors <= m->max_errors) {
        ask(run, words, order);
        return;
    }
    if (rating)
        note(run, "noInput", "noInput");
    leave_after(run, words, m->exits[rating ? FLOW_EXIT_NEXT : FLOW_EXIT_FAILED].to, order);
}

/* --- the cells --- */

static void begin(flow_run *run, char digit, flow_order *order) {
    (void)digit;
    enter(run, run->flow->start, order);
}

static void played(flow_run *run, char digit, flow_order *order) {
    (void)digit;
    leave_by(run, FLOW_EXIT_NEXT, order);
}

static void answered(flow_run *run, char digit, flow_order *order) {
    const flow_module *m = here(run);
    const flow_choice *choice = chosen(m, digit);
    if (!choice) {
        mistake(run, &m->error_sound, order);
        return;
    }
    note(run, choice->key, choice->label);
    if (m->type == FLOW_TYPE_RATING)
        leave_after(run, &m->last_sound, m->exits[FLOW_EXIT_NEXT].to, order);
    else
        enter(run, choice->target.to, order);
}

/* A key during a greeting ends it, and counts as the answer to the question that follows. */
static void interrupted(flow_run *run, char digit, flow_order *order) {
    if (!here(run)->interruptible)
        return;
    leave_by(run, FLOW_EXIT_NEXT, order);
    if (run->state == ASKING && chosen(here(run), digit))
        answered(run, digit, order);
}

static void silent(flow_run *run, char digit, flow_order *order) {
    (void)digit;
    mistake(run, &here(run)->timeout_sound, order);
}

static void left(flow_run *run, char digit, flow_order *order) {
    (void)digit;
    if (here(run)->type == FLOW_TYPE_END)
        finish(run, OVER, order);
    else
        enter(run, run->after, order);
}

static void given_up(flow_run *run, char digit, flow_order *order) {
    if (digit && here(run)->key[0] == digit)
        leave_by(run, FLOW_EXIT_LEAVE, order);
}

static void connected(flow_run *run, char digit, flow_order *order) {
    (void)digit;
    (void)order;
    run->state = TALKING;
}

static void nobody(flow_run *run, char digit, flow_order *order) {
    (void)digit;
    leave_by(run, FLOW_EXIT_NO_AGENT, order);
}

static void over(flow_run *run, char digit, flow_order *order) {
    (void)digit;
    leave_by(run, FLOW_EXIT_QUEUE_OVER, order);
}

/* What is not here changes nothing: events of an order that has been replaced may still come. */
static action *const cells[STATES][EVENTS] = {
    [NEW] = { [FLOW_STARTED] = begin },
    [PLAYING] = { [FLOW_PLAYED] = played, [FLOW_DIGIT] = interrupted },
    [ASKING] = { [FLOW_DIGIT] = answered, [FLOW_TIMED_OUT] = silent },
    [LEAVING] = { [FLOW_PLAYED] = left },
    [QUEUED] = { [FLOW_DIGIT] = given_up, [FLOW_CONNECTED] = connected, [FLOW_NO_AGENT] = nobody, [FLOW_QUEUE_OVER] = over },
    [TALKING] = { [FLOW_AGENT_LEFT] = played },
    [RECORDING] = { [FLOW_RECORDED] = played },
};

flow_run *flow_run_new(flow *f) {
    flow_run *run = calloc(1, sizeof *run);
    if (!run)
        return NULL;
    run->flow = flow_hold(f);
    run->at = f->start;
    run->after = FLOW_NOWHERE;
    return run;
}

void flow_run_free(flow_run *run) {
    if (!run)
        return;
    flow_drop(run->flow);
    free(run->keys);
    free(run);
}

void flow_run_step(flow_run *run, enum flow_event event, char digit, int64_t unix_s, flow_order *order) {
    run->unix_s = unix_s;
    *order = order_of(run, FLOW_DO_NOTHING);
    action *act = cells[run->state][event];
    if (act)
        act(run, digit, order);
}

/* ---- kept ---- */

void flow_run_save(const flow_run *run, char text[FLOW_STATE_MAX]) {
    snprintf(text, FLOW_STATE_MAX, "%d %d %s", (int)run->state, run->errors, here(run)->id);
}

static int named(const flow *f, const char *id) {
    for (int i = 0; i < f->n_modules; i++)
        if (!strcmp(f->modules[i].id, id))
            return i;
    return FLOW_NOWHERE;
}

flow_run *flow_run_restore(flow *f, const char *text, flow_order *order) {
    int state = 0, errors = 0, length = 0;
    flow_run *run = sscanf(text, "%d %d %n", &state, &errors, &length) >= 2 && length ? flow_run_new(f) : NULL;
    if (!run)
        return NULL;
    run->at = named(f, text + length);
    enum flow_type type = run->at == FLOW_NOWHERE ? FLOW_TYPE_START : here(run)->type;
    if (state == ASKING && (type == FLOW_TYPE_BRANCH || type == FLOW_TYPE_RATING))
        ask(run, NULL, order);
    else if ((state == QUEUED || state == TALKING) && type == FLOW_TYPE_TRANSFER)
        queue(run, order);
    else if (state == RECORDING && type == FLOW_TYPE_VOICEMAIL)
        record(run, order);
    else {
        flow_run_free(run);
        return NULL;
    }
    run->state = (enum state)state;
    run->errors = errors;
    return run;
}

int flow_run_keys(const flow_run *run, const flow_key **keys) {
    *keys = run->keys;
    return run->n_keys;
}
