/* chat_queue.c: a chat waits for an agent, is offered, goes on to the next, is handed over. Layer: server. */
#include "server/chat/chat_state.h"

#include <stdio.h>
#include <string.h>

void chat_leave_queue(chat *c) {
    deadline_clear(c->all->parts.timers, &c->queue);
    if (c->ticket)
        acd_leave(c->all->queues, c->ticket);
    c->ticket = 0;
    for (int i = 0; i < c->n_listed; i++) {
        if (c->tickets[i])
            acd_leave(c->all->queues, c->tickets[i]);
        c->tickets[i] = 0;
    }
}

static void give_up(chat *c, const char *reason) {
    if (chat_flow_turns(c, strcmp(reason, "noSeatOnline") ? FLOW_QUEUE_OVER : FLOW_NO_AGENT))
        return;
    chat_leave_queue(c);
    chat_end(c, CHAT_ON_WAIT_OVER, c->rejected ? CHAT_END_DECLINED : CHAT_END_NO_AGENT, WIRE_BY_ADMIN, reason);
}

/* Whom it was handed to did not take it: back to where it came from, also to who handed it over. */
static void fall_back(chat *c) {
    chat_leave_queue(c);
    c->only = NULL;
    c->row.group_id = c->home_group_id;
    c->n_tried = 0;
    c->transferring = false;
    chat_wait(c);
}

static void queue_late(void *owner) {
    chat *c = owner;
    if (c->transferring && c->only)
        fall_back(c);
    else
        give_up(c, "queueTimeout");
}

/* Who served this visitor last, when it is asked for. */
static agent *last_agent(chat *c) {
    char user_id[STORE_TEXT];
    if (!chat_settings(c)->last_agent_first || store_last_chat_agent(c->all->parts.store, c->row.app_id, c->row.visitor_id, user_id, sizeof user_id) || !user_id[0])
        return NULL;
    return agents_find(c->all->parts.agents, c->row.app_id, user_id);
}

static void note_queued(chat *c) {
    store_group group;
    c->row.group_name[0] = 0;
    if (c->row.group_id && !store_get_group(c->all->parts.store, c->row.group_id, &group))
        snprintf(c->row.group_name, sizeof c->row.group_name, "%s", group.name);
    if (!c->row.queued_ms)
        c->row.queued_ms = clock_unix_ms();
}

static bool had_its_chance(const chat *c, const agent *a) {
    for (int i = 0; i < c->n_tried; i++)
        if (c->tried[i] == a)
            return true;
    return false;
}

static bool can_wait_for(const chat *c, const agent *a) { return agent_is_chat_present(a) && !had_its_chance(c, a); }

static bool any_listed(const chat *c) {
    for (int i = 0; i < c->n_listed; i++)
        if (can_wait_for(c, c->listed[i]))
            return true;
    return false;
}

void chat_wait(chat *c) {
    note_queued(c);
    if (c->n_listed && !any_listed(c)) {
        give_up(c, "noSeatOnline");
        return;
    }
    if (c->n_listed ? false : c->only ? !agent_is_chat_present(c->only) : !acd_anybody_online(c->all->queues, c->row.app_id, c->row.group_id)) {
        if (c->only)
            fall_back(c);
        else
            give_up(c, "noSeatOnline");
        return;
    }
    chat_enqueue(c, (uint64_t)chat_settings(c)->queue_s * 1000);
}

/* In the line of each of them; whoever is free first is offered it, and the others' lines are left. The first ticket, or as acd_wait. */
static int64_t wait_for_listed(chat *c, acd_contact *contact) {
    int64_t first = TCCC_E_LIMIT;
    for (int i = 0; i < c->n_listed; i++) {
        if (!can_wait_for(c, c->listed[i]))
            continue;
        contact->only = c->listed[i];
        int64_t ticket = acd_wait(c->all->queues, contact);
        if (ticket > 0 && first > 0)
            c->tickets[i] = ticket;
        else if (ticket > 0)
            first = ticket;
    }
    return first;
}

void chat_enqueue(chat *c, uint64_t wait_ms) {
    acd_contact contact = { .app_id = c->row.app_id, .group_id = c->row.group_id, .session_id = c->row.session_id, .only = c->only, .last = last_agent(c),
                            .since_ms = c->waits_since_ms, .tried = c->tried, .n_tried = c->n_tried, .contact = c };
    c->ticket = c->n_listed ? wait_for_listed(c, &contact) : acd_wait(c->all->queues, &contact);
    if (c->ticket <= 0) {
        c->ticket = 0;
        give_up(c, "queueFull");
        return;
    }
    if (!c->waits_since_ms)
        c->waits_since_ms = clock_ms(); /* what comes back keeps its place */
    c->queue_end_ms = clock_ms() + wait_ms;
    deadline_set(c->all->parts.timers, &c->queue, wait_ms, queue_late, c);
    chat_keep(c);
}

void chats_moved(void *ctx, void *contact, int ahead) {
    wire_event event = { .name = WIRE_EV_QUEUED, .queued = { WIRE_IM, ahead } };
    (void)ctx;
    if (ahead >= 0)
        chat_tell_visitor(contact, &event);
}

/* ---- offers ---- */

void chats_offer(void *ctx, void *contact, agent *a) {
    chat *c = contact;
    (void)ctx;
    c->ticket = 0;
    chat_leave_queue(c);
    c->agent = a;
    chat_apply(c, CHAT_ON_ASSIGNED);
}

static void offer_late(void *owner) { chat_apply(owner, CHAT_ON_OFFER_LATE); }

static void begin_step(chat *c) {
    c->step = (store_chat_step){ .group_id = c->row.group_id, .start_ms = clock_unix_ms() };
    snprintf(c->step.user_id, sizeof c->step.user_id, "%s", agent_row(c->agent)->user_id);
    snprintf(c->step.group_name, sizeof c->step.group_name, "%s", c->row.group_name);
    if (c->n_steps == CHAT_STEPS_MAX)
        c->n_steps--; /* the last place shows the last agent */
    c->n_steps++;
}

void chat_ring(chat *c, uint64_t ring_ms) {
    c->offer_end_ms = ring_ms ? clock_ms() + ring_ms : 0;
    if (ring_ms)
        deadline_set(c->all->parts.timers, &c->offer, ring_ms, offer_late, c);
}

void chat_offer(chat *c) {
    const settings_online *rules = chat_settings(c);
    const store_chat *row = &c->row;
    bool by_itself = rules->auto_accept;
    int seconds = rules->timeout_transfer && !by_itself ? rules->timeout_transfer_s : 0;
    begin_step(c);
    chat_ring(c, (uint64_t)seconds * 1000);
    if (!by_itself)
        chat_keep(c);
    wire_event event = { .name = WIRE_EV_CALL_IN, .call_in = {
        .type = WIRE_IM, .timeout_s = seconds, .remark = row->remark, .last_seq = (uint64_t)c->last_seq,
        .visitor = { .user_id = row->visitor_id, .nickname = row->nickname, .avatar = row->avatar, .peer_source = "web", .channel_name = row->channel_name,
                     .client_data = row->client_data[0] ? row->client_data : NULL } } };
    chat_tell_agent(c, &event);
    if (by_itself)
        chat_apply(c, CHAT_ON_ACCEPT);
}

void chat_release(chat *c, enum chat_end status, bool missed) {
    agent *a = c->agent;
    deadline_clear(c->all->parts.timers, &c->offer);
    deadline_clear(c->all->parts.timers, &c->silence);
    if (!a)
        return;
    c->agent = NULL;
    c->step.end_ms = clock_unix_ms();
    c->step.end_status = (int)status;
    (void)store_put_chat_step(c->all->parts.store, c->row.session_id, c->n_steps - 1, &c->step);
    agent_chat_ended(a, missed);
}

static void note_tried(chat *c, agent *a) {
    if (c->n_tried == CHAT_TRIED_MAX)
        c->n_tried = 0;
    c->tried[c->n_tried++] = a;
}

static void tell_waiting(chat *c) {
    wire_event queued = { .name = WIRE_EV_QUEUED, .queued = { WIRE_IM, 0 } };
    chat_tell_visitor(c, &queued);
}

void chat_take_back(chat *c, enum chat_happening why) {
    agent *a = c->agent;
    bool was_open = c->step.accept_ms != 0;
    wire_event moved = { .name = WIRE_EV_AUTO_TRANSFER };
    wire_event ended = { .name = WIRE_EV_SESSION_ENDED, .ended = { .type = WIRE_IM, .close_by = WIRE_BY_SEAT } };
    chat_tell_agent(c, why == CHAT_ON_REJECT ? &ended : &moved);
    c->rejected = c->rejected || why == CHAT_ON_REJECT || why == CHAT_ON_OFFER_LATE;
    if (a)
        note_tried(c, a);
    chat_release(c, CHAT_END_DECLINED, why == CHAT_ON_OFFER_LATE);
    if (was_open) {
        c->n_tried = 0; /* it may come back to it */
        c->waits_since_ms = 0;
        tell_waiting(c);
    }
    if (c->transferring && c->only)
        fall_back(c);
    else
        chat_wait(c);
}

/* ---- transfer ---- */

void chat_hand_over(chat *c) {
    agent *from = c->agent;
    wire_event ended = { .name = WIRE_EV_SESSION_ENDED, .ended = { .type = WIRE_IM, .close_by = WIRE_BY_SEAT } };
    ended.ended.duration_s = (double)(clock_unix_ms() - c->step.accept_ms) / 1000;
    snprintf(c->step.transfer_to, sizeof c->step.transfer_to, "%s", c->target);
    chat_tell_agent(c, &ended);
    c->handed_by = from;
    c->transferring = true;
    c->waits_since_ms = 0;
    c->n_tried = c->n_listed = 0;
    if (!c->only)
        note_tried(c, from);
    chat_release(c, CHAT_END_TRANSFERRED, false);
    tell_waiting(c);
    chat_wait(c);
}
