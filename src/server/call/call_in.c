/* call_in.c: calls from outside: admission, and where they begin. Layer: server. */
#include "server/call/call_state.h"

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

typedef struct {                     /* whom an INVITE is from */
    trunk *trunk;                    /* NULL: a desk phone */
    store_extension phone;
} origin;

/* Whether the INVITE may come in: from a trunk's address, or from a desk phone that proves itself. Answers it otherwise. */
static bool admit(calls *all, endpoint *at, const struct sip_msg *invite, origin *from) {
    char user[WIRE_NUMBER_MAX + 1] = "";
    from->trunk = trunk_of_source(all->parts.trunks, &invite->src);
    if (pl_strcpy(&invite->from.uri.user, user, sizeof user))
        user[0] = 0;
    if (user[0] && !is_trunk_itself(from->trunk, &invite->src) && !store_get_extension(all->parts.store, user, &from->phone)) {
        from->trunk = NULL;
        return gate_authenticate(all->parts.gate, at, invite, user) == GATE_OPEN;
    }
    if (from->trunk)
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

static bool begin_flow(call *c, int64_t flow_id) {
    int error = flow_id ? call_flow_begin(c, &c->flow, flow_id) : TCCC_E_NOT_FOUND;
    if (flow_id && error)
        LOG(c->all->parts.log, LOG_LEVEL_WARNING, "call.flow", log_text("session", c->id), log_integer("flow", flow_id), log_error("error", error));
    return !error;
}

/* A number without a flow, or whose flow was withdrawn, leads to its group, an inner one to its agent. `wished` is tried first; 0: none. */
static void begin(call *c, int64_t wished) {
    if (begin_flow(c, wished) || begin_flow(c, c->bound_flow)) {
        c->type = CDR_IN; /* of a flow also a desk phone is a customer */
        c->phase = CALL_PHASE_FLOW; /* as the inbound call of a number with a flow begins */
        leg_answer(c->far.leg);
    } else if (c->type == CDR_INTERNAL)
        call_ring_inner(c);
    else
        call_wait(c);
}

static void interface_answered(void *ctx, call_in_kind kind, int64_t flow_id) {
    call *c = ctx;
    c->asked = NULL;
    mem_ref(c);
    if (kind == CALL_IN_HANG_UP)
        call_apply(c, CALL_ON_ADMIN_HANGUP);
    else
        begin(c, kind == CALL_IN_FLOW ? flow_id : 0);
    mem_deref(c);
}

void call_begin_in(call *c, const char *call_in_url) {
    call_in_question question = { .url = call_in_url, .app_id = c->app_id, .flow_id = c->bound_flow, .caller = c->caller, .callee = c->callee };
    if (call_in_url[0])
        c->asked = call_in_ask(c->all->parts.call_in, &question, c->id, interface_answered, c);
    if (c->asked)
        leg_ring(c->far.leg, 180, false);
    else
        begin(c, 0);
}

static int take_media(call *c, endpoint *at) {
    sdp_audio local;
    const sdp_audio *offer = leg_offer(c->far.leg);
    int error = call_prepare_media(c, &c->far, at, offer, &local, offer && offer->secure);
    return error ? error : leg_set_local(c->far.leg, &local);
}

static bool take(calls *all, endpoint *at, const struct sip_msg *invite, trunk *from, const store_number *number) {
    call *c = call_make(all, number->app_id, CDR_IN, true);
    if (!c)
        return false;
    c->group_id = c->home_group_id = number->group_id;
    leg_caller_number(invite, from != NULL, c->caller, sizeof c->caller);
    str_ncpy(c->callee, number->number, sizeof c->callee);
    call_show_numbers(c, call_settings(c)->number_mapping);
    c->far.leg = leg_take(at, invite, from == NULL, &call_far_handler, c);
    if (!c->far.leg) {
        call_unmake(c);
        return true;
    }
    int error = take_media(c, at);
    if (error) {
        call_refuse_far(c, error == TCCC_E_LIMIT ? 503 : 488, error == TCCC_E_LIMIT ? "Service Unavailable" : "Not Acceptable Here");
        call_unmake(c);
        return true;
    }
    LOG(all->parts.log, LOG_LEVEL_INFO, "call.in", log_text("session", c->id), log_phone("from", c->caller), log_phone("to", c->callee));
    mem_ref(c);
    c->bound_flow = number->flow_id;
    call_begin_in(c, number->call_in_url);
    mem_deref(c);
    return true;
}

void calls_invite(calls *all, endpoint *at, const struct sip_msg *invite) {
    store_number number;
    origin from;
    char dialled[WIRE_NUMBER_MAX + 1];
    if (!admit(all, at, invite, &from))
        return;
    bool ours = !find_called(all, invite, &number) && number.inbound;
    leg_callee_number(invite, dialled, sizeof dialled);
    if (all->closed)
        (void)sip_treplyf(NULL, NULL, at->sip, invite, false, 503, "Service Unavailable", "Retry-After: 60\r\nContent-Length: 0\r\n\r\n");
    else if (!ours && !from.trunk)
        call_from_phone(all, at, invite, &from.phone, dialled);
    else if (!ours)
        (void)sip_treply(NULL, at->sip, invite, 404, "Not Found");
    else if (!take(all, at, invite, from.trunk, &number))
        (void)sip_treply(NULL, at->sip, invite, 500, "Server Internal Error");
}
