/* call_desk.c: calls that desk phones begin: to another extension, to an agent's page, outward. Layer: server. */
#include "server/call/call_state.h"

#include <string.h>

static void refuse(endpoint *at, const struct sip_msg *invite, int status, const char *reason) { (void)sip_treply(NULL, at->sip, invite, (uint16_t)status, reason); }

/* Takes the INVITE as `end`. False: it was refused, and the call is gone. */
static bool take_phone(call *c, call_end *end, endpoint *at, const struct sip_msg *invite, const leg_handler *handler) {
    sdp_audio local;
    end->leg = leg_take(at, invite, true, handler, c);
    if (!end->leg) {
        call_unmake(c);
        return false;
    }
    const sdp_audio *offer = leg_offer(end->leg);
    int error = call_prepare_media(c, end, at, offer, &local, offer && offer->secure);
    if (!error)
        error = leg_set_local(end->leg, &local);
    if (!error)
        return true;
    leg_refuse(end->leg, error == TCCC_E_LIMIT ? 503 : 488, error == TCCC_E_LIMIT ? "Service Unavailable" : "Not Acceptable Here", NULL);
    end->leg = NULL;
    call_unmake(c);
    return false;
}

void call_ring_inner(call *c) {
    agent *b = agents_of_extension(c->all->parts.agents, c->callee);
    reach_facts facts = b ? call_reach_facts(c->all, b, 0) : (reach_facts){ 0 };
    call_target target = { .agent = facts.page || facts.forward == STAFF_FORWARD_ALWAYS ? b : NULL };
    if (!target.agent)
        str_ncpy(target.extension, c->callee, sizeof target.extension);
    call_go_to(c, &target);
}

static void phone_to_extension(calls *all, endpoint *at, const struct sip_msg *invite, const store_extension *phone, agent *a, const char *called) {
    agent *b = agents_of_extension(all->parts.agents, called);
    store_extension inner = { .call_in_url = "" };
    call *c = store_get_extension(all->parts.store, called, &inner) ? NULL : call_make(all, phone->app_id, CDR_INTERNAL, true);
    if (!c) {
        refuse(at, invite, 500, "Server Internal Error");
        return;
    }
    str_ncpy(c->peer_user_id, a ? agent_row(a)->user_id : phone->extension, sizeof c->peer_user_id);
    str_ncpy(c->callee_user_id, b ? agent_row(b)->user_id : called, sizeof c->callee_user_id);
    str_ncpy(c->caller, phone->extension, sizeof c->caller);
    str_ncpy(c->callee, called, sizeof c->callee);
    call_show_numbers(c, false);
    if (!take_phone(c, &c->far, at, invite, &call_far_handler))
        return;
    if (a)
        call_occupy(c, &c->far, a);
    LOG(all->parts.log, LOG_LEVEL_INFO, "call.internal", log_text("session", c->id), log_text("from", phone->extension), log_text("to", called));
    mem_ref(c);
    call_begin_in(c, inner.call_in_url);
    mem_deref(c);
}

static void phone_to_outside(calls *all, endpoint *at, const struct sip_msg *invite, const store_extension *phone, agent *a, const char *number) {
    route r;
    store_number from;
    number_wish wish = { .wanted = NULL };
    call_texts texts = { NULL, NULL, NULL, true };
    int error = call_choose_number(all, phone->app_id, a, &wish, &from);
    if (!error)
        error = route_to_trunk(all, &from, number, &r);
    call *c = error ? NULL : call_make_out(all, phone->app_id, a, &r, &from, &texts);
    if (!c) {
        refuse(at, invite, error == TCCC_E_NO_OUTBOUND_NUMBER ? 403 : 503, error == TCCC_E_NO_OUTBOUND_NUMBER ? "Forbidden" : "Service Unavailable");
        return;
    }
    if (!take_phone(c, &c->near, at, invite, &call_near_handler))
        return;
    if (a)
        call_occupy(c, &c->near, a);
    c->near.kind = WIRE_STAFF_EXTENSION_SEAT;
    cdr_step *step = call_begin_step(c, CDR_STAFF_EXTENSION_SEAT);
    if (step)
        str_ncpy(step->extension, phone->extension, sizeof step->extension);
    if (call_dial_customer(c)) {
        leg_refuse(c->near.leg, 503, "Service Unavailable", NULL);
        c->near.leg = NULL;
        call_unmake(c);
        return;
    }
    call_log_out(c, a);
    seat *page = a ? agent_seat(a) : NULL;
    if (page && seat_is_connected(page)) { /* it sees what its telephone does, and may hang up or hand over */
        call_attach_page(c, &c->near, page, false);
        call_tell_outed(c, &c->near);
    }
}

void call_from_phone(calls *all, endpoint *at, const struct sip_msg *invite, const store_extension *phone, const char *dialled) {
    char number[STORE_NUMBER];
    agent *a = phone->user_id[0] ? agents_find(all->parts.agents, phone->app_id, phone->user_id) : NULL;
    if (route_clean_number(dialled, number))
        refuse(at, invite, 484, "Address Incomplete");
    else if (a && call_agent_is_taken(all, a))
        refuse(at, invite, 486, "Busy Here");
    else if (!strcmp(number, phone->extension))
        refuse(at, invite, 482, "Loop Detected");
    else if (call_is_extension(all, phone->app_id, number))
        phone_to_extension(all, at, invite, phone, a, number);
    else
        phone_to_outside(all, at, invite, phone, a, number);
}
