/* chat_restore.c: chats that were running when the server ended go on: with their agents, in their places, with what is left of their
 * times. Layer: server. docs/chat.md. */
#include "server/chat/chat_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- read, with their visitors ---- */

typedef struct {
    store_chat *rows;
    int n, capacity;
} reading;

static bool take(void *ctx, const store_chat *row) {
    reading *r = ctx;
    if (r->n == r->capacity) {
        int capacity = r->capacity ? 2 * r->capacity : 16;
        store_chat *grown = realloc(r->rows, (size_t)capacity * sizeof *grown);
        if (!grown)
            return false; /* the others at the next start */
        r->rows = grown;
        r->capacity = capacity;
    }
    r->rows[r->n++] = *row;
    return true;
}

static visitor *visitor_from(chats *all, const store_chat *row) {
    visitor_facts facts = { .app_id = row->app_id };
    snprintf(facts.id, sizeof facts.id, "%s", row->visitor_id);
    snprintf(facts.nickname, sizeof facts.nickname, "%s", row->nickname);
    snprintf(facts.avatar, sizeof facts.avatar, "%s", row->avatar);
    snprintf(facts.language, sizeof facts.language, "%s", row->language);
    snprintf(facts.client_data, sizeof facts.client_data, "%s", row->client_data);
    snprintf(facts.channel, sizeof facts.channel, "%s", row->channel_id);
    snprintf(facts.channel_name, sizeof facts.channel_name, "%s", row->channel_name);
    return visitors_restore(all->parts.visitors, &facts);
}

static void end_unread(chats *all, store_chat *row) {
    row->end_ms = clock_unix_ms();
    row->end_status = CHAT_END_ABNORMAL;
    row->closed_by = WIRE_BY_ADMIN;
    (void)chat_note_end(all, row);
}

int chats_read(chats *all) {
    reading r = { .n = 0 };
    int error = store_list_running_chats(all->parts.store, take, &r);
    for (int i = 0; i < r.n && !error; i++) {
        visitor *v = visitor_from(all, &r.rows[i]);
        chat *c = v ? chat_make(all, v, &r.rows[i]) : NULL;
        if (!c)
            end_unread(all, &r.rows[i]);
        else
            error = store_last_chat_seq(all->parts.store, c->row.session_id, &c->last_seq);
    }
    LOG(all->parts.log, LOG_LEVEL_INFO, "chats.read", log_integer("chats", r.n), log_error("error", error));
    free(r.rows);
    return error;
}

/* ---- go on ---- */

/* Unix ms as clock_ms, which starts with the machine: what was before counts as its start, in the order of sessions. */
static uint64_t as_clock(int64_t unix_ms) {
    int64_t ago = clock_unix_ms() - unix_ms, now = (int64_t)clock_ms();
    return !unix_ms ? 0 : ago >= now ? 1 : (uint64_t)(now - ago);
}

static uint64_t left_until(uint64_t end_ms) {
    uint64_t now = clock_ms();
    return end_ms > now + CHAT_COME_BACK_MS ? end_ms - now : CHAT_COME_BACK_MS;
}

static bool take_step(void *ctx, const store_chat_step *step) {
    chat *c = ctx;
    agent *a = agents_find(c->all->parts.agents, c->row.app_id, step->user_id);
    c->step = *step;
    c->n_steps++;
    if (step->accept_ms)
        c->n_tried = 0;
    else if (a && step->end_ms && c->n_tried < CHAT_TRIED_MAX)
        c->tried[c->n_tried++] = a;
    return true;
}

static bool take_last(void *ctx, const store_chat_message *message) {
    *(store_chat_message *)ctx = *message;
    return message->sender == WIRE_OF_SYSTEM;
}

static void restore_silence(chat *c) {
    store_chat_message last = { .sender = WIRE_OF_SYSTEM };
    int seconds = chat_silence_s(c);
    (void)store_list_chat_messages(c->all->parts.store, c->row.session_id, 0, JSON_INTEGER_MAX, 16, take_last, &last);
    if (seconds && last.sender == WIRE_OF_SEAT)
        chat_watch_silence(c, left_until(as_clock(last.time_ms + (int64_t)seconds * 1000)));
}

/* The agent's page has had time to come back. */
static void ring_or_next(void *owner) {
    chat *c = owner;
    uint64_t end_ms = c->offer_end_ms, now = clock_ms();
    if (agent_is_connected(c->agent))
        chat_ring(c, !end_ms ? 0 : end_ms > now ? end_ms - now : 1);
    else
        chat_apply(c, CHAT_ON_AGENT_LOST);
}

static void restore_agent(chat *c, const char *user_id) {
    c->agent = agents_find(c->all->parts.agents, c->row.app_id, user_id);
    if (c->agent)
        agent_chat_began(c->agent, c->row.session_id);
    if (!chat_seat_of_agent(c))
        chat_apply(c, CHAT_ON_AGENT_GONE);
    else if (c->phase == CHAT_PHASE_OPEN)
        restore_silence(c);
    else
        deadline_set(c->all->parts.timers, &c->offer, CHAT_COME_BACK_MS, ring_or_next, c);
}

static void restore_transfer(chat *c, const store_chat_place *row) {
    agents *all = c->all->parts.agents;
    c->transferring = row->transferring;
    c->home_group_id = row->home_group_id;
    c->only = agents_find(all, c->row.app_id, row->only_agent);
    c->handed_by = agents_find(all, c->row.app_id, row->handed_by);
    snprintf(c->target, sizeof c->target, "%s", row->target);
}

static void go_on(chat *c) {
    store *db = c->all->parts.store;
    store_chat_place row;
    if (store_get_chat_place(db, c->row.session_id, &row)) { /* it had only begun */
        chat_begin(c);
        return;
    }
    (void)store_list_chat_steps(db, c->row.session_id, take_step, c);
    restore_transfer(c, &row);
    c->phase = chat_phase_named(row.phase);
    c->rejected = row.rejected;
    c->waits_since_ms = as_clock(row.waits_since_ms);
    c->offer_end_ms = as_clock(row.offer_end_ms);
    c->flow_seq = row.flow_seq;
    if (row.flow_version)
        chat_flow_restore(c, &row);
    if (c->phase == CHAT_PHASE_OFFERED || c->phase == CHAT_PHASE_OPEN)
        restore_agent(c, row.holder);
    else if (c->phase == CHAT_PHASE_QUEUED)
        chat_enqueue(c, left_until(row.queue_end_ms ? as_clock(row.queue_end_ms) : clock_ms() + (uint64_t)chat_settings(c)->queue_s * 1000));
}

void chats_go_on(chats *all) {
    for (struct le *le = all->list.head; le;) {
        chat *c = le->data;
        le = le->next;
        mem_ref(c);
        if (visitor_pages(c->visitor))
            go_on(c);
        else /* the store has lost it */
            chat_end(c, CHAT_ON_VISITOR_GONE, CHAT_END_CUSTOMER_SILENT, WIRE_BY_TIMER, NULL);
        mem_deref(c);
    }
}
