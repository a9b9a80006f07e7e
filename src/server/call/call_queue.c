/* call_queue.c: waiting for an agent, and going on to the next. Layer: server.
 *
 * A transfer to one agent, extension or number that nobody takes goes back to the queue that the customer was served from: nobody is
 * lost because a colleague did not answer. An internal call, which is for one person, ends instead.
 */
#include "server/call/call_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MUSIC_AFTER_MS = 400 };       /* with somebody free the offer follows at once, and the caller's telephone just rings */

bool call_target_is_phone(const call_target *t) { return t->extension[0] || t->number[0]; }

void call_leave_queue(call *c) {
    deadlines *timers = c->all->parts.timers;
    deadline_clear(timers, &c->queue);
    deadline_clear(timers, &c->music);
    if (c->ticket)
        acd_leave(c->all->parts.queues, c->ticket);
    c->ticket = 0;
}

static bool waits_in_flow(const call *c) { return c->flow.run && c->flow.order.kind == FLOW_DO_QUEUE && !c->transferring; }

static void give_up(call *c, enum flow_event event) {
    call_leave_queue(c);
    c->wait_over = event;
    call_apply(c, waits_in_flow(c) ? CALL_ON_WAIT_OVER_IN_FLOW : CALL_ON_WAIT_OVER);
}

/* Whom it was for did not take it. */
static void fall_back(call *c) {
    call_leave_queue(c);
    c->only = NULL;
    c->target = (call_target){ 0 };
    if (c->type == CDR_INTERNAL || c->host) {
        call_apply(c, CALL_ON_WAIT_OVER);
        return;
    }
    if (c->transferring) {
        c->group_id = c->home_group_id;
        c->n_tried = 0; /* also to who handed it over, once free again */
    }
    call_wait(c);
}

static void queue_late(void *owner) {
    call *c = owner;
    if (c->only && c->transferring)
        fall_back(c);
    else
        give_up(c, FLOW_QUEUE_OVER);
}

static void music_due(void *owner) {
    call *c = owner;
    if (c->far.leg && !leg_is_up(c->far.leg) && !c->ring_ms && !c->bridge)
        leg_ring(c->far.leg, leg_agreement(c->far.leg) ? 183 : 182, true);
    bool plays = c->bridge && (c->hears == HEARS_MUSIC || (c->hears == HEARS_FILE && c->loop));
    if (!plays)
        call_hear_music(c, call_settings(c)->queue_sound);
}

static void start_waiting(call *c) {
    deadlines *timers = c->all->parts.timers;
    bool at_once = acd_anybody_free(c->all->parts.queues, c->app_id, c->group_id);
    deadline_set(timers, &c->queue, (uint64_t)call_settings(c)->queue_s * 1000, queue_late, c);
    if (!waits_in_flow(c))
        deadline_set(timers, &c->music, at_once && !c->bridge ? MUSIC_AFTER_MS : 0, music_due, c);
}

static void note_queued(call *c) {
    if (c->queued_ms || !c->inbound || c->type == CDR_INTERNAL)
        return;
    c->queued_ms = clock_unix_ms();
    c->queued_group_id = c->group_id;
}

/* Of a call that is for one agent: dispatch would wait until it is free, or signed in (ACD-030, ACD-031). */
static bool forwards_at_once(call *c) {
    if (!c->only || call_is_video(c)) /* telephones show no picture */
        return false;
    reach_facts facts = call_reach_facts(c->all, c->only, c->forwarded);
    return reach_choose(&facts) == REACH_FORWARD || (call_agent_is_taken(c->all, c->only) && reach_forwards(&facts, REACH_BUSY));
}

/* One that was deleted since is none: the call stays where it was. */
static int64_t group_named(const call *c, const char *decimal) {
    store_group group;
    bool there = !store_get_group(c->all->parts.store, atoll(decimal), &group) && group.app_id == c->app_id;
    return there ? group.id : c->group_id;
}

static void forward(call *c, const store_agent *from) {
    call_target target = { .group_id = c->group_id };
    c->forwarded++;
    c->only = NULL;
    LOG(c->all->parts.log, LOG_LEVEL_INFO, "call.forward", log_text("session", c->id), log_text("user", from->user_id), log_integer("times", c->forwarded));
    switch (from->forward_to) {
    case STAFF_TO_EXTENSION: str_ncpy(target.extension, from->forward_target, sizeof target.extension); break;
    case STAFF_TO_AGENT: target.agent = agents_find(c->all->parts.agents, c->app_id, from->forward_target); break;
    case STAFF_TO_GROUP: target.group_id = group_named(c, from->forward_target); break;
    }
    call_go_to(c, &target);
}

static bool rings_all(const call *c) {
    store_group group;
    return c->group_id && !c->only && !call_is_video(c) && !store_get_group(c->all->parts.store, c->group_id, &group) && group.ring_all;
}

void call_wait(call *c) {
    acd *queues = c->all->parts.queues;
    note_queued(c);
    if (forwards_at_once(c)) {
        forward(c, agent_row(c->only));
        return;
    }
    if (!c->only && !acd_anybody_online(queues, c->app_id, c->group_id)) {
        give_up(c, FLOW_NO_AGENT);
        return;
    }
    if (c->only && !agent_is_present(c->only)) {
        fall_back(c);
        return;
    }
    acd_contact contact = { .app_id = c->app_id, .group_id = c->group_id, .session_id = c->id, .caller = c->inbound && c->caller[0] ? c->caller : NULL,
                            .only = c->only, .since_ms = c->waits_since_ms, .tried = c->tried, .n_tried = c->n_tried, .ring_all = rings_all(c), .contact = c };
    int64_t ticket = acd_wait(queues, &contact);
    if (ticket <= 0) {
        give_up(c, FLOW_QUEUE_OVER);
        return;
    }
    c->ticket = ticket;
    if (!c->waits_since_ms)
        c->waits_since_ms = clock_ms(); /* what comes back keeps its place, and finds one in a full queue */
    c->ahead = acd_ahead(queues, ticket);
    call_tell_queued(c);
    start_waiting(c);
}

void calls_offer(void *ctx, void *contact, agent *a) {
    call *c = contact;
    c->ticket = 0;
    call_leave_queue(c);
    c->near.agent = a;
    if (agent_seat(a))
        call_unwatch_seat(ctx, agent_seat(a), "busy"); /* a page has one conversation at a time */
    if (call_table_step(c->phase, CALL_ON_ASSIGNED).action == CALL_ACT_OFFER)
        call_apply(c, CALL_ON_ASSIGNED);
    else
        call_release(c, &c->near, AGENT_SESSION_NEITHER); /* nobody keeps an agent for a call that went on */
}

void calls_moved(void *ctx, void *contact, int ahead) {
    (void)ctx;
    ((call *)contact)->ahead = ahead;
    call_tell_queued(contact);
}

static bool go_to_extension(call *c) {
    agent *owner = agents_of_extension(c->all->parts.agents, c->target.extension);
    if (owner && agent_row(owner)->app_id != c->app_id)
        return false;
    if (owner && call_agent_is_taken(c->all, owner))
        return false;
    if (owner)
        call_occupy(c, &c->near, owner);
    return true;
}

void call_go_to(call *c, const call_target *target) {
    c->target = *target;
    c->only = target->agent;
    if (!call_target_is_phone(target)) {
        c->group_id = target->group_id;
        call_wait(c);
        return;
    }
    c->direct = true;
    if (!target->extension[0] || go_to_extension(c)) {
        call_apply(c, CALL_ON_ASSIGNED);
        return;
    }
    c->failure = (leg_end){ LEG_REFUSED, 486 };
    call_next_agent(c, REACH_BUSY);
}

void call_note_tried(call *c, agent *a) {
    if (!a)
        return;
    if (c->n_tried == CALL_TRIED_MAX)
        c->n_tried = 0;
    c->tried[c->n_tried++] = a;
}

static enum end_status step_status(const call *c, enum reach_failure failure) {
    switch (failure) {
    case REACH_BUSY: return END_BUSY;
    case REACH_LATE: case REACH_REJECTED: return END_SEAT_GIVE_UP;
    case REACH_UNREACHABLE: break;
    }
    return c->failure.status ? end_status_of_sip(c->failure.status) : END_CLIENT_ERROR;
}

/* What an internal call that nobody took is told by: the failure in SIP's words. */
static int sip_status(enum reach_failure failure) {
    return failure == REACH_BUSY ? 486 : failure == REACH_REJECTED ? 603 : 480;
}

static void take_back(call *c, enum reach_failure failure, bool forwards) {
    deadline_clear(c->all->parts.timers, &c->offer);
    if (failure == REACH_REJECTED)
        call_tell_ended(c, &c->near, WIRE_BY_SEAT, NULL, NULL);
    else
        call_tell_simple(c, &c->near, WIRE_EV_AUTO_TRANSFER);
    call_history_ended(&c->history, (int)step_status(c, failure), clock_unix_ms());
    call_release(c, &c->near, failure == REACH_LATE && !forwards ? AGENT_SESSION_MISSED : AGENT_SESSION_NEITHER);
}

void call_withdraw(call *c) {
    deadline_clear(c->all->parts.timers, &c->offer);
    call_also_end(c, AGENT_SESSION_NEITHER);
    call_tell_simple(c, &c->near, WIRE_EV_AUTO_TRANSFER);
    call_history_ended(&c->history, END_RINGING_GIVE_UP, clock_unix_ms());
    call_release(c, &c->near, AGENT_SESSION_NEITHER);
}

void call_next_agent(call *c, enum reach_failure failure) {
    agent *a = c->near.agent;
    store_agent row = { 0 };
    bool for_one = c->direct || c->only, forwards = false;
    if (a) {
        reach_facts facts = call_reach_facts(c->all, a, c->forwarded);
        row = *agent_row(a);
        forwards = !c->direct && !call_is_video(c) && reach_forwards(&facts, failure);
    }
    call_note_tried(c, a);
    call_also_end(c, failure == REACH_LATE ? AGENT_SESSION_MISSED : AGENT_SESSION_NEITHER);
    c->direct = false;
    take_back(c, failure, forwards);
    if (c->phase != CALL_PHASE_QUEUED)
        return;
    if (c->type == CDR_INTERNAL)
        c->failure = (leg_end){ LEG_REFUSED, sip_status(failure) };
    if (forwards)
        forward(c, &row);
    else if (for_one)
        fall_back(c);
    else
        call_wait(c);
}
