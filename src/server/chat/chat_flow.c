/* chat_flow.c: a channel's flow in a chat: what calls hear is written, keys are buttons or typed, a voicemail is a message that is left.
 * Layer: server. docs/ivr.md. The flow itself is ivr/flow_run.h. */
#include "server/chat/chat_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ANSWER_S = 600, WRONG_KEY = '?' }; /* how long a question waits where neither it nor online.silenceSeconds says so; a text that is none of the choices */

/* ---- saying ---- */

/* ${WaitNo} and ${StaffNo} filled in; what is not known, left out. */
static void fill_in(const chat *c, const char *text, char *out, size_t capacity) {
    const store_agent *with = c->agent ? agent_row(c->agent) : NULL;
    size_t n = 0;
    int ahead = c->ticket ? acd_ahead(c->all->queues, c->ticket) : -1;
    while (*text && n + 4 < capacity) {
        if (strncmp(text, "${", 2) || !strchr(text, '}')) {
            out[n++] = *text++;
            continue;
        }
        if (!strncmp(text, "${WaitNo}", 9) && ahead >= 0)
            n += (size_t)snprintf(out + n, capacity - n, "%d", ahead);
        else if (!strncmp(text, "${StaffNo}", 10) && with)
            n += (size_t)snprintf(out + n, capacity - n, "%s", with->staff_number);
        n = n < capacity ? n : capacity - 1;
        text = strchr(text, '}') + 1;
    }
    out[n] = 0;
}

static void say(chat *c, const flow_sound *sound, const char *options) {
    char text[CHAT_TEXT];
    const char *said = flow_text_in(c->row.language, sound->text, sound->texts);
    if (!said || !strcmp(said, FLOW_BEEP))
        return;
    fill_in(c, said, text, sizeof text);
    if (text[strspn(text, " \t\r\n")])
        chat_say(c, text, options);
}

static void write_options(const chat *c, char json[CHAT_OPTIONS]) {
    json_writer out = json_write(json, CHAT_OPTIONS);
    json_open_array(&out, NULL);
    for (int i = 0; i < c->order.n_choices; i++) {
        json_open_object(&out, NULL);
        json_put_string(&out, "key", c->order.choices[i].key);
        json_put_string(&out, "text", flow_text_in(c->row.language, c->order.choices[i].label, c->order.choices[i].texts));
        json_close(&out);
    }
    json_close(&out);
    if (json_finish(&out) < 0 || !c->order.n_choices)
        json[0] = 0;
}

/* The last text brings what can be chosen. */
static void say_all(chat *c) {
    char options[CHAT_OPTIONS];
    const flow_order order = c->order;
    write_options(c, options);
    for (int i = 0; i < order.n_sounds; i++)
        say(c, &order.sounds[i], i == order.n_sounds - 1 ? options : "");
    if (!order.n_sounds && options[0])
        say(c, &(flow_sound){ .text = order.label }, options);
}

/* ---- orders ---- */

static bool step(chat *c, enum flow_event event, char digit);

static void not_answered(void *owner) {
    chat *c = owner;
    step(c, c->order.kind == FLOW_DO_VOICEMAIL ? FLOW_RECORDED : FLOW_TIMED_OUT, 0);
}

static void wait_for_answer(chat *c, uint64_t ms) { deadline_set(c->all->parts.timers, &c->answer, ms, not_answered, c); }

static uint64_t answer_ms(const chat *c) {
    int seconds = c->order.reply_s ? c->order.reply_s : chat_settings(c)->silence_s;
    return (uint64_t)(seconds ? seconds : ANSWER_S) * 1000;
}

int chat_silence_s(const chat *c) { return c->run && c->order.kind == FLOW_DO_QUEUE && c->order.reply_s ? c->order.reply_s : chat_settings(c)->silence_s; }

void chat_flow_silent(chat *c) {
    if (c->run && c->order.kind == FLOW_DO_QUEUE)
        say(c, &c->order.unanswered, "");
}

static void note_rating(chat *c) {
    const flow_key *keys;
    int n = flow_run_keys(c->run, &keys);
    if (!n || !keys[n - 1].post)
        return;
    snprintf(c->row.satisfaction_key, sizeof c->row.satisfaction_key, "%s", keys[n - 1].key);
    snprintf(c->row.satisfaction_label, sizeof c->row.satisfaction_label, "%s", keys[n - 1].label);
}

/* An order of its own may have come from inside: nobody was there. */
static void enter_queue(chat *c) {
    const char *module = c->order.module;
    c->row.group_id = c->home_group_id = c->order.group_id;
    c->waits_since_ms = 0;
    c->n_tried = 0;
    c->rejected = false;
    chat_apply(c, CHAT_ON_FLOW_QUEUES);
    if (c->phase == CHAT_PHASE_QUEUED && c->order.module == module) {
        wire_event queued = { .name = WIRE_EV_QUEUED, .queued = { WIRE_IM, acd_ahead(c->all->queues, c->ticket) } };
        queued.queued.ahead = queued.queued.ahead > 0 ? queued.queued.ahead : 0;
        chat_tell_visitor(c, &queued);
        say_all(c);
    }
}

static void end_by_flow(chat *c) {
    bool served = c->row.accept_ms != 0;
    chat_end(c, CHAT_ON_FLOW_ENDS, served ? CHAT_END_NORMAL : CHAT_END_IVR_GIVE_UP, served ? WIRE_BY_SEAT : WIRE_BY_TIMER, NULL);
}

/* False: what was said is over at once, and the flow goes on. */
static bool carry_out(chat *c) {
    switch (c->order.kind) {
    case FLOW_DO_NOTHING: break;
    case FLOW_DO_PLAY: say_all(c); return false;
    case FLOW_DO_WAIT_KEY: case FLOW_DO_VOICEMAIL:
        say_all(c);
        wait_for_answer(c, answer_ms(c));
        break;
    case FLOW_DO_QUEUE: enter_queue(c); break;
    case FLOW_DO_RETURN: case FLOW_DO_HANG_UP: end_by_flow(c); break;
    }
    return true;
}

/* All that a step says, and where it leads, in one write. False: nothing follows from it. The chat may be gone afterwards. */
static bool step(chat *c, enum flow_event event, char digit) {
    flow_order order;
    store *db = c->all->parts.store;
    bool rests = false, took = false, grouped = !store_begin(db);
    mem_ref(c);
    while (!rests && c->phase != CHAT_PHASE_OVER) {
        flow_run_step(c->run, event, digit, clock_unix_ms() / 1000, &order);
        note_rating(c);
        if (order.kind == FLOW_DO_NOTHING)
            break;
        took = true;
        LOG(c->all->parts.log, LOG_LEVEL_DEBUG, "chat.flow", log_text("session", c->row.session_id), log_text("module", order.module), log_integer("order", order.kind));
        deadline_clear(c->all->parts.timers, &c->answer);
        chat_apply(c, CHAT_ON_FLOW_TURNS); /* out of the queue, where it waits in one */
        c->order = order;
        rests = carry_out(c);
        event = FLOW_PLAYED;
        digit = 0;
    }
    c->flow_seq = c->last_seq;
    if (c->phase != CHAT_PHASE_OVER)
        chat_keep(c);
    if (grouped && store_end(db))
        LOG(c->all->parts.log, LOG_LEVEL_ERROR, "chat.flow", log_text("session", c->row.session_id), log_error("error", TCCC_E_IO));
    mem_deref(c);
    return took;
}

/* ---- what happens ---- */

static bool waits(const chat *c) { return c->run && c->order.kind == FLOW_DO_QUEUE && !c->transferring; }

bool chat_flow_turns(chat *c, enum flow_event why) {
    return waits(c) && step(c, why, 0);
}

void chat_turn(chat *c) {
    wire_event moved = { .name = WIRE_EV_AUTO_TRANSFER };
    chat_leave_queue(c);
    if (!c->agent)
        return;
    chat_tell_agent(c, &moved);
    chat_release(c, CHAT_END_DECLINED, false);
}

void chat_flow_connected(chat *c) {
    flow_order none;
    if (!waits(c))
        return;
    flow_run_step(c->run, FLOW_CONNECTED, 0, clock_unix_ms() / 1000, &none);
    say(c, &c->order.connected, "");
}

bool chat_flow_follows(const chat *c) { return c->run && c->phase == CHAT_PHASE_OPEN; }

void chat_after_agent(chat *c) {
    wire_event ended = { .name = WIRE_EV_SESSION_ENDED, .ended = { .type = WIRE_IM, .close_by = WIRE_BY_SEAT } };
    ended.ended.duration_s = (double)(clock_unix_ms() - c->step.accept_ms) / 1000;
    chat_tell_agent(c, &ended);
    chat_release(c, CHAT_END_NORMAL, false);
    step(c, FLOW_AGENT_LEFT, 0);
}

/* ---- answers ---- */

static bool is_same(const char *text, size_t length, const char *other) { return strlen(other) == length && !strncasecmp(text, other, length); }

/* A key, or the text of a choice; 0: neither. */
static char chosen(const chat *c, const char *text) {
    text += strspn(text, " \t\r\n");
    size_t length = strlen(text);
    while (length && strchr(" \t\r\n", text[length - 1]))
        length--;
    for (int i = 0; i < c->order.n_choices; i++)
        if (is_same(text, length, c->order.choices[i].key))
            return c->order.choices[i].key[0];
    for (int i = 0; i < c->order.n_choices; i++)
        if (is_same(text, length, c->order.choices[i].label) || is_same(text, length, flow_text_in(c->row.language, c->order.choices[i].label, c->order.choices[i].texts)))
            return c->order.choices[i].key[0];
    return 0;
}

void chat_flow_take(chat *c, const store_chat_message *row) {
    bool text = row->kind == WIRE_CHAT_TEXT;
    char key = c->run && text ? chosen(c, row->text) : 0;
    if (!c->run || c->phase == CHAT_PHASE_OPEN || c->phase == CHAT_PHASE_OVER)
        return;
    if (c->order.kind == FLOW_DO_VOICEMAIL) {
        c->row.left_seq = row->seq;
        step(c, FLOW_RECORDED, 0);
    } else if (c->order.kind == FLOW_DO_WAIT_KEY && text) {
        step(c, FLOW_DIGIT, key ? key : WRONG_KEY);
    } else if (waits(c) && key) {
        step(c, FLOW_DIGIT, key);
    }
}

/* ---- its life ---- */

/* A flow that was published before it was known that a chat runs it may not suit one. */
static bool open_flow(chat *c, int64_t id, int version) {
    char sentence[FLOW_SENTENCE_MAX] = "It is not published any more.";
    flow *f = id ? flows_open_version(c->all->parts.flows, c->row.app_id, id, &version) : NULL;
    if (f && flow_suits_chat(f, sentence))
        c->run = flow_run_new(f);
    flow_drop(f);
    if (id && !c->run)
        LOG(c->all->parts.log, LOG_LEVEL_WARNING, "chat.without_flow", log_text("session", c->row.session_id), log_integer("flow", id), log_text("why", sentence));
    c->flow_version = c->run ? version : 0;
    c->row.flow_id = c->run ? id : 0;
    return c->run != NULL;
}

void chat_begin(chat *c) {
    store_channel channel = { .id = "" };
    wire_event queued = { .name = WIRE_EV_QUEUED, .queued = { WIRE_IM, 0 } };
    (void)store_get_channel(c->all->parts.store, c->row.channel_id, &channel); /* deleted since: its group serves */
    bool has_flow = !c->asks && open_flow(c, channel.flow_id, 0);
    if (!has_flow)
        chat_tell_visitor(c, &queued);
    if (channel.welcome[0] && !c->last_seq)
        chat_say(c, channel.welcome, "");
    if (has_flow)
        step(c, FLOW_STARTED, 0);
    else
        chat_apply(c, CHAT_ON_FLOW_QUEUES);
}

static bool take_time(void *ctx, const store_chat_message *message) {
    *(int64_t *)ctx = message->time_ms;
    return false;
}

/* What is left of the time since the last message; a page needs a moment to come back. */
static void wait_on(chat *c) {
    int64_t since_ms = clock_unix_ms();
    (void)store_list_chat_messages(c->all->parts.store, c->row.session_id, 0, JSON_INTEGER_MAX, 1, take_time, &since_ms);
    int64_t left_ms = since_ms + (int64_t)answer_ms(c) - clock_unix_ms();
    wait_for_answer(c, left_ms > CHAT_COME_BACK_MS ? (uint64_t)left_ms : CHAT_COME_BACK_MS);
}

static bool take_first(void *ctx, const store_chat_message *message) {
    store_chat_message *first = ctx;
    if (message->sender == WIRE_OF_CLIENT)
        *first = *message;
    return message->sender != WIRE_OF_CLIENT;
}

/* What the visitor wrote last was stored, and the server ended before the flow took it. */
static void take_left(chat *c) {
    store_chat_message first = { .seq = 0 };
    (void)store_list_chat_messages(c->all->parts.store, c->row.session_id, c->flow_seq, 0, 16, take_first, &first);
    if (first.seq)
        chat_flow_take(c, &first);
}

void chat_flow_restore(chat *c, const store_chat_place *place) {
    int version = place->flow_version;
    flow *f = flows_open_version(c->all->parts.flows, c->row.app_id, c->row.flow_id, &version);
    c->run = f ? flow_run_restore(f, place->flow_state, &c->order) : NULL;
    flow_drop(f);
    c->flow_version = c->run ? version : 0;
    if (!c->run && c->phase == CHAT_PHASE_FLOW) { /* its document is gone */
        c->phase = CHAT_PHASE_QUEUED;
        return;
    }
    if (c->phase != CHAT_PHASE_FLOW)
        return;
    wait_on(c);
    take_left(c);
}
