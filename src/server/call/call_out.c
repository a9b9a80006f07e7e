/* call_out.c: calls that agents start. Layer: server. */
#include "server/call/call_state.h"

#include "server/acd/acd.h"

#include <stdio.h>
#include <string.h>

enum { DIGITS_MAX = 32 };

typedef struct {
    char number[DIGITS_MAX + 1];     /* what is dialled */
    char caller[STORE_NUMBER];
    char uri[300], next_hop[100], from[300];
    trunk *trunk;                    /* NULL: a desk phone of ours */
    bool unreachable;                /* it has not registered */
} target;

/* Blanks, dashes, points and parentheses are only there for people. */
static int clean_number(const char *text, char *to) {
    size_t n = 0, digits = 0;
    for (; *text; text++) {
        if (strchr(" -.()", *text))
            continue;
        bool digit = *text >= '0' && *text <= '9';
        if (!digit && !(*text == '+' && n == 0) && *text != '*' && *text != '#')
            return TCCC_E_NUMBER_INVALID;
        if (n == DIGITS_MAX)
            return TCCC_E_NUMBER_INVALID;
        digits += digit;
        to[n++] = *text;
    }
    to[n] = 0;
    return digits ? 0 : TCCC_E_NUMBER_INVALID;
}

typedef struct {
    store *db;
    const store_agent *agent;
    const char *wanted;              /* NULL: any */
    store_number *out;
    bool found;
} number_search;

static bool take_number(void *ctx, const store_number *number) {
    number_search *q = ctx;
    if (!number->outbound || (q->wanted && strcmp(q->wanted, number->number)) || !acd_is_member(q->db, number->group_id, q->agent))
        return true;
    *q->out = *number;
    q->found = true;
    return false;
}

static int choose_caller(calls *all, const seat *s, const char *wanted, store_number *out) {
    number_search q = { .db = all->parts.store, .agent = seat_agent(s), .wanted = wanted, .out = out };
    int error = store_list_numbers(all->parts.store, seat_agent(s)->app_id, take_number, &q);
    return error ? error : q.found ? 0 : TCCC_E_NO_OUTBOUND_NUMBER;
}

static void set_from(target *t, const char *domain) { snprintf(t->from, sizeof t->from, "<sip:%s@%s>", t->caller, domain); }

static void aim_at_phone(calls *all, target *t) {
    registrar_contact contacts[REGISTRAR_CONTACTS];
    char own[64];
    endpoint *at = stack_endpoint(all->parts.stack, NULL);
    t->unreachable = !registrar_find(all->parts.registrar, t->number, contacts);
    if (!t->unreachable) {
        snprintf(t->uri, sizeof t->uri, "%s", contacts[0].uri);
        snprintf(t->next_hop, sizeof t->next_hop, "%s", contacts[0].flow);
        at = stack_endpoint_for(all->parts.stack, contacts[0].flow);
    }
    endpoint_address(at, own, sizeof own);
    set_from(t, own);
}

static int aim_at_trunk(calls *all, const store_number *number, target *t) {
    char own[64];
    store_trunk row;
    t->trunk = trunk_find(all->parts.trunks, number->trunk);
    if (!t->trunk || !trunk_is_up(t->trunk))
        return TCCC_E_TRUNK_DOWN;
    trunk_uri(t->trunk, t->number, t->uri, sizeof t->uri);
    endpoint_address(stack_endpoint_for(all->parts.stack, t->uri), own, sizeof own);
    bool has_domain = !store_get_trunk(all->parts.store, number->trunk, &row) && row.from_domain[0];
    set_from(t, has_domain ? row.from_domain : own);
    return 0;
}

static int aim(calls *all, const seat *s, const wire_args *args, target *t) {
    store_extension extension;
    store_number number;
    int error = clean_number(args->phone_number, t->number);
    if (error)
        return error;
    error = choose_caller(all, s, args->caller_phone_number, &number);
    bool phone = !store_get_extension(all->parts.store, t->number, &extension) && extension.app_id == seat_agent(s)->app_id;
    if (phone && error == TCCC_E_NO_OUTBOUND_NUMBER)
        number = (store_number){ .number = "anonymous" };
    else if (error)
        return error;
    snprintf(t->caller, sizeof t->caller, "%s", number.number);
    if (!phone)
        return aim_at_trunk(all, &number, t);
    aim_at_phone(all, t);
    return 0;
}

static void ring_late(void *owner) { call_apply(owner, CALL_ON_RING_LATE); }

static void unreachable(void *owner) {
    call *c = owner;
    c->failure = (leg_end){ LEG_REFUSED, 480 };
    call_apply(c, CALL_ON_FAILED);
}

static int place(call *c, const target *t) {
    sdp_audio local;
    calls *all = c->all;
    const trunk_settings *settings = t->trunk ? trunk_get(t->trunk) : NULL;
    const char *via = t->next_hop[0] ? t->next_hop : t->uri;
    int error = call_prepare_media(c, stack_endpoint_for(all->parts.stack, via), NULL, &local, settings && settings->srtp == TRUNK_SRTP_REQUIRED);
    if (error)
        return error;
    leg_call_options options = {
        .uri = t->uri, .from = t->from, .next_hop = t->next_hop[0] ? t->next_hop : NULL, .contact_user = t->caller, .local = &local,
        .username = settings && settings->username[0] ? settings->username : NULL, .password = settings ? settings->password : NULL,
        .no_reply_ms = all->config.no_reply_s * 1000, .session_expires_s = all->config.session_expires_s,
    };
    c->leg = leg_call(all->parts.stack, &options, &call_leg_handler, c);
    return c->leg ? 0 : TCCC_E_TRUNK_DOWN;
}

static void copy_texts(call *c, const wire_args *args, const target *t) {
    snprintf(c->caller, sizeof c->caller, "%s", t->caller);
    snprintf(c->callee, sizeof c->callee, "%s", t->number);
    snprintf(c->phone_desc, sizeof c->phone_desc, "%s", args->phone_desc ? args->phone_desc : "");
    snprintf(c->uui, sizeof c->uui, "%s", args->uui ? args->uui : "");
}

static int begin(calls *all, seat *s, const wire_args *args, call **out) {
    target t = { .trunk = NULL };
    if (all->closed)
        return TCCC_E_SHUTTING_DOWN;
    if (!seat_is_online(s))
        return TCCC_E_AGENT_OFFLINE;
    int error = aim(all, s, args, &t);
    if (error)
        return error;
    call *c = call_make(all, seat_agent(s)->app_id, false);
    if (!c)
        return TCCC_E_NO_MEMORY;
    c->trunk = t.trunk;
    copy_texts(c, args, &t);
    error = t.unreachable ? 0 : place(c, &t);
    if (error) {
        all->n_running--;
        call_close_media(c);
        call_forget(c);
        return error;
    }
    call_attach(c, s);
    if (t.unreachable)
        deadline_set(all->parts.timers, &c->ring, 0, unreachable, c);
    else
        deadline_set(all->parts.timers, &c->ring, (uint64_t)all->config.outbound_ring_s * 1000, ring_late, c);
    *out = c;
    return 0;
}

void call_start(calls *all, seat *s, const wire_request *request, uint64_t ticket) {
    call *c = NULL;
    int error = begin(all, s, &request->args, &c);
    if (error) {
        seat_answer(s, ticket, request->method, NULL, error, NULL);
        return;
    }
    LOG(all->parts.log, LOG_LEVEL_INFO, "call.out", log_text("session", c->id), log_phone("to", c->callee), log_text("user", seat_agent(s)->user_id));
    wire_result result = { .session_id = c->id, .caller = c->caller, .callee = c->callee, .server_type = WIRE_STAFF_SEAT };
    seat_answer(s, ticket, request->method, &result, 0, NULL);
    call_tell_outed(c);
}
