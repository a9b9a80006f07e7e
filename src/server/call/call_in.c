/* call_in.c: calls from outside: admission, queue, offers to agents. Layer: server. */
#include "server/call/call_state.h"

#include "server/acd/acd.h"

#include <stdio.h>
#include <string.h>

static int find_number(calls *all, const char *dialled, store_number *out) {
    char other[WIRE_NUMBER_MAX + 2];
    if (!store_get_number(all->parts.store, dialled, out))
        return 0;
    /* trunks differ in whether they write the + of an international number */
    snprintf(other, sizeof other, "%s%s", dialled[0] == '+' ? "" : "+", dialled[0] == '+' ? dialled + 1 : dialled);
    return store_get_number(all->parts.store, other, out);
}

/* A desk phone on the trunk's own machine sends from another port than the trunk. */
static bool is_trunk_itself(const trunk *t, const struct sa *from) {
    return t && (!trunk_get(t)->port || trunk_get(t)->port == sa_port(from));
}

/* Whether the INVITE may come in: from a trunk's address, or from a desk phone that proves itself. Answers it otherwise. */
static bool admit(calls *all, endpoint *at, const struct sip_msg *invite, trunk **from_trunk) {
    char user[WIRE_NUMBER_MAX + 1] = "";
    store_extension extension;
    *from_trunk = trunk_of_source(all->parts.trunks, &invite->src);
    if (pl_strcpy(&invite->from.uri.user, user, sizeof user))
        user[0] = 0;
    if (user[0] && !is_trunk_itself(*from_trunk, &invite->src) && !store_get_extension(all->parts.store, user, &extension)) {
        *from_trunk = NULL;
        return gate_authenticate(all->parts.gate, at, invite, user) == GATE_OPEN;
    }
    if (*from_trunk)
        return true;
    gate_refuse(all->parts.gate, at, invite);
    return false;
}

/* A trunk that we register with may call our contact and name the number in To only. */
static int find_called(calls *all, const struct sip_msg *invite, store_number *out) {
    char dialled[WIRE_NUMBER_MAX + 1];
    leg_callee_number(invite, dialled, sizeof dialled);
    if (!find_number(all, dialled, out))
        return 0;
    if (pl_strcpy(&invite->to.uri.user, dialled, sizeof dialled))
        return TCCC_E_NOT_FOUND;
    return find_number(all, dialled, out);
}

static void queue_late(void *owner) { call_apply(owner, CALL_ON_QUEUE_LATE); }

static bool take(calls *all, endpoint *at, const struct sip_msg *invite, trunk *from, const store_number *number) {
    sdp_audio local;
    call *c = call_make(all, number->app_id, true);
    if (!c)
        return false;
    c->group_id = number->group_id;
    c->trunk = from;
    leg_caller_number(invite, from != NULL, c->caller, sizeof c->caller);
    snprintf(c->callee, sizeof c->callee, "%s", number->number);
    c->leg = leg_take(at, invite, from == NULL, &call_leg_handler, c);
    if (!c->leg) {
        all->n_running--;
        call_forget(c);
        return true;
    }
    const sdp_audio *offer = leg_offer(c->leg);
    int error = call_prepare_media(c, at, offer, &local, offer && offer->secure);
    if (!error)
        error = leg_set_local(c->leg, &local);
    if (error) {
        leg_refuse(c->leg, error == TCCC_E_LIMIT ? 503 : 488, error == TCCC_E_LIMIT ? "Service Unavailable" : "Not Acceptable Here", NULL);
        call_close_media(c);
        all->n_running--;
        call_forget(c);
        return true;
    }
    LOG(all->parts.log, LOG_LEVEL_INFO, "call.in", log_text("session", c->id), log_phone("from", c->caller), log_phone("to", c->callee));
    deadline_set(all->parts.timers, &c->queue, (uint64_t)all->config.queue_s * 1000, queue_late, c);
    call_find_agent(c);
    return true;
}

void calls_invite(calls *all, endpoint *at, const struct sip_msg *invite) {
    store_number number;
    trunk *from;
    if (!admit(all, at, invite, &from))
        return;
    if (all->closed)
        (void)sip_treplyf(NULL, NULL, at->sip, invite, false, 503, "Service Unavailable", "Retry-After: 60\r\nContent-Length: 0\r\n\r\n");
    else if (find_called(all, invite, &number) || !number.inbound)
        (void)sip_treply(NULL, at->sip, invite, 404, "Not Found");
    else if (!take(all, at, invite, from, &number))
        (void)sip_treply(NULL, at->sip, invite, 500, "Server Internal Error");
}

void call_find_agent(call *c) {
    const char *tried[CALL_TRIED_MAX];
    for (int i = 0; i < c->n_tried; i++)
        tried[i] = c->tried[i];
    acd_wish wish = { .app_id = c->app_id, .group_id = c->group_id, .not_these = tried, .n_not_these = c->n_tried };
    seat *s = acd_pick(c->all->seats, c->all->parts.store, &wish);
    if (s) {
        call_attach(c, s);
        call_apply(c, CALL_ON_ASSIGNED);
        return;
    }
    if (c->leg && !c->ring_ms && !c->bridge) {
        leg_ring(c->leg, leg_agreement(c->leg) ? 183 : 182, true);
        call_play_queue_music(c);
    }
}

static void offer_late(void *owner) { call_apply(owner, CALL_ON_OFFER_LATE); }

void call_offer(call *c) {
    deadlines *timers = c->all->parts.timers;
    deadline_clear(timers, &c->queue);
    c->offer_end_ms = clock_ms() + (uint64_t)c->all->config.ring_s * 1000;
    deadline_set(timers, &c->offer, (uint64_t)c->all->config.ring_s * 1000, offer_late, c);
    if (!c->ring_ms)
        c->ring_ms = clock_unix_ms();
    call_tell_in(c);
    if (!c->bridge) /* who hears music already goes on hearing it */
        leg_ring(c->leg, 180, false);
}

static void note_tried(call *c) {
    if (c->n_tried == CALL_TRIED_MAX)
        c->n_tried = 0;
    snprintf(c->tried[c->n_tried++], STORE_TEXT, "%s", seat_agent(c->seat)->user_id);
}

/* Takes the offer back from an agent, and looks for the next. */
void call_withdraw(call *c, bool rejected) {
    deadlines *timers = c->all->parts.timers;
    deadline_clear(timers, &c->offer);
    note_tried(c);
    if (rejected) {
        c->end_ms = clock_unix_ms();
        call_tell_ended(c, WIRE_BY_SEAT, NULL, NULL);
        c->end_ms = 0;
    } else {
        call_tell_simple(c, WIRE_EV_AUTO_TRANSFER);
    }
    /* the queue's clock runs before the seat is set free, which may bring the call to somebody at once */
    deadline_set(timers, &c->queue, (uint64_t)c->all->config.queue_s * 1000, queue_late, c);
    call_detach(c);
    if (c->phase == CALL_PHASE_QUEUED)
        call_find_agent(c);
}
