/* call_out.c: calls that agents' pages begin, and what every call out has in common. Layer: server. */
#include "server/call/call_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUPS_MAX = 64, SHOWN_FIRST = 3, SHOWN_LAST = 4 };

/* ---- numbers ---- */

static bool consider(void *ctx, const store_number *number) {
    number_choice_consider(ctx, number);
    return true;
}

static int groups_of(const agent *a, int64_t groups[GROUPS_MAX]) {
    const store_membership *list;
    int n = a ? agent_groups(a, &list) : 0;
    n = n > GROUPS_MAX ? GROUPS_MAX : n;
    for (int i = 0; i < n; i++)
        groups[i] = list[i].group_id;
    return n;
}

int call_choose_number(calls *all, int64_t app_id, const agent *a, const number_wish *wish, store_number *out) {
    int64_t groups[GROUPS_MAX];
    number_choice choice;
    number_wish whole = *wish;
    whole.groups = groups;
    whole.n_groups = groups_of(a, groups);
    number_choice_begin(&choice, &whole);
    int error = store_list_numbers(all->parts.store, app_id, consider, &choice);
    *out = choice.best;
    return error ? error : choice.found ? 0 : TCCC_E_NO_OUTBOUND_NUMBER;
}

/* Its first and last digits tell an agent which number it is, but not how to call it. */
static void protect(const char *number, char *shown, size_t capacity) {
    size_t n = strlen(number);
    str_ncpy(shown, number, capacity);
    size_t first = n > SHOWN_FIRST + SHOWN_LAST ? SHOWN_FIRST : 0, last = n > SHOWN_LAST + 1 ? n - SHOWN_LAST : n;
    for (size_t i = first; i < last && shown[i]; i++)
        shown[i] = '*';
}

/* Two numbers that look the same are told apart, so that an agent who dials what it saw calls the right one. */
static void show_protected(const call *c, const char *number, char *shown, size_t capacity) {
    char mask[WIRE_NUMBER_MAX + 1], unique[STORE_NUMBER];
    protect(number, mask, sizeof mask);
    int error = *number ? store_protect_number(c->all->parts.store, c->app_id, number, mask, unique) : 0;
    if (error)
        LOG(c->all->parts.log, LOG_LEVEL_WARNING, "call.protect", log_text("session", c->id), log_error("error", error));
    str_ncpy(shown, *number && !error ? unique : mask, capacity);
}

void call_show_numbers(call *c, bool mapping) {
    c->masked = mapping && c->type != CDR_INTERNAL;
    str_ncpy(c->shown_caller, c->caller, sizeof c->shown_caller);
    str_ncpy(c->shown_callee, c->callee, sizeof c->shown_callee);
    if (c->masked && c->inbound)
        show_protected(c, c->caller, c->shown_caller, sizeof c->shown_caller);
    if (c->masked && !c->inbound)
        show_protected(c, c->callee, c->shown_callee, sizeof c->shown_callee);
}

/* ---- where a number leads ---- */

bool call_is_extension(calls *all, int64_t app_id, const char *number) {
    store_extension e;
    return !store_get_extension(all->parts.store, number, &e) && e.app_id == app_id;
}

/* A desk phone may be called without an outbound number; then it shows the caller's own extension, or nobody. */
static int aim(calls *all, int64_t app_id, const agent *a, const char *number, const number_wish *wish, route *r, store_number *from) {
    char clean[STORE_NUMBER];
    int error = route_clean_number(number, clean);
    if (error)
        return error;
    error = call_choose_number(all, app_id, a, wish, from);
    if (call_is_extension(all, app_id, clean)) {
        if (error && error != TCCC_E_NO_OUTBOUND_NUMBER)
            return error;
        route_to_extension(all, clean, error ? a ? agent_row(a)->extension : NULL : from->number, r);
        return 0;
    }
    return error ? error : route_to_trunk(all, from, clean, r);
}

/* ---- the customer's telephone ---- */

static void ring_late(void *owner) { call_apply(owner, CALL_ON_RING_LATE); }

static void unreachable(void *owner) {
    call *c = owner;
    c->failure = (leg_end){ LEG_REFUSED, 480 };
    call_apply(c, CALL_ON_FAILED);
}

int call_dial_customer(call *c) {
    sdp_audio local;
    deadlines *timers = c->all->parts.timers;
    const route *r = &c->far_route;
    if (r->unreachable) {
        deadline_set(timers, &c->ring, 0, unreachable, c);
        return 0;
    }
    int error = call_prepare_media(c, &c->far, route_endpoint(c->all, r), NULL, &local, route_is_secure(c->all, r));
    if (error)
        return error;
    if (c->near.leg)
        call_match_media(c, &c->near, &local);
    str_ncpy(c->far.trunk, r->trunk, sizeof c->far.trunk);
    c->far.placed = true;
    c->far.leg = route_call(c->all, r, &local, &call_far_handler, c);
    if (!c->far.leg)
        return TCCC_E_TRUNK_DOWN;
    c->joined = !c->flow.run; /* who called hears what the network says before the answer */
    if (c->near.leg && c->near.placed)
        call_join(c);
    deadline_set(timers, &c->ring, (uint64_t)(c->ring_s ? c->ring_s : c->all->config.outbound_ring_s) * 1000, ring_late, c);
    return 0;
}

/* ---- beginnings ---- */

static void copy_text(char *to, size_t capacity, const char *from) { str_ncpy(to, from ? from : "", capacity); }

call *call_make_out(calls *all, int64_t app_id, const agent *a, const route *r, const store_number *from, const call_texts *texts) {
    int64_t groups[GROUPS_MAX];
    call *c = call_make(all, app_id, r->trunk[0] ? CDR_OUT : CDR_INTERNAL, false);
    if (!c)
        return NULL;
    c->far_route = *r;
    copy_text(c->caller, sizeof c->caller, r->caller);
    copy_text(c->callee, sizeof c->callee, r->number);
    copy_text(c->phone_desc, sizeof c->phone_desc, texts->phone_desc);
    copy_text(c->uui, sizeof c->uui, texts->uui);
    copy_text(c->remark, sizeof c->remark, texts->remark);
    c->group_id = c->home_group_id = c->queued_group_id = r->trunk[0] ? number_queue_group(from, groups, groups_of(a, groups)) : 0;
    if (a)
        copy_text(c->peer_user_id, sizeof c->peer_user_id, agent_row(a)->user_id);
    call_show_numbers(c, call_settings(c)->number_mapping && !texts->real_number);
    return c;
}

/* The desk phone's agent is in a call too, when it is in no other. */
static void occupy_called(call *c) {
    agent *owner = c->far_route.trunk[0] ? NULL : agents_of_extension(c->all->parts.agents, c->far_route.number);
    copy_text(c->callee_user_id, sizeof c->callee_user_id, owner ? agent_row(owner)->user_id : c->callee);
    if (owner && owner != c->near.agent && !call_agent_is_taken(c->all, owner))
        call_occupy(c, &c->far, owner);
}

int call_dial_with_page(call *c, agent *a, seat *s) {
    int error = call_dial_customer(c);
    if (error)
        return error;
    call_occupy(c, &c->near, a);
    call_attach_page(c, &c->near, s, true);
    (void)call_begin_step(c, CDR_OUTBOUND_SEAT);
    c->near.kind = WIRE_STAFF_SEAT;
    if (!c->far_route.trunk[0])
        occupy_called(c);
    return 0;
}

void call_log_out(const call *c, const agent *a) {
    LOG(c->all->parts.log, LOG_LEVEL_INFO, "call.out", log_text("session", c->id), log_phone("to", c->callee), log_text("user", a ? agent_row(a)->user_id : ""));
}

/* What an agent was shown for a number calls that number; with phoneEncodeType "number" what is dialled is meant as it is. */
static const char *dialled(calls *all, int64_t app_id, const wire_args *args, char number[STORE_NUMBER]) {
    bool shown = strchr(args->phone_number, '*') && !args->real_number && !store_find_protected(all->parts.store, app_id, args->phone_number, number);
    return shown ? number : args->phone_number;
}

static int begin(calls *all, seat *s, agent *a, const wire_args *args, call **out) {
    char number[STORE_NUMBER];
    route r;
    store_number from;
    int64_t app_id = agent_row(a)->app_id;
    number_wish wish = { .wanted = args->caller_phone_number, .ids = args->number_groups, .n_ids = args->n_number_groups,
                         .group_id = args->skill_group_id ? atoll(args->skill_group_id) : 0 };
    call_texts texts = { args->phone_desc, args->uui, NULL, args->real_number };
    if (all->closed)
        return TCCC_E_SHUTTING_DOWN;
    if (agent_status_of(a) == AGENT_STATUS_OFFLINE)
        return TCCC_E_AGENT_OFFLINE;
    int error = aim(all, app_id, a, dialled(all, app_id, args, number), &wish, &r, &from);
    if (error)
        return error;
    call *c = call_make_out(all, app_id, a, &r, &from, &texts);
    if (!c)
        return TCCC_E_NO_MEMORY;
    error = call_dial_with_page(c, a, s);
    if (error) {
        call_unmake(c);
        return error;
    }
    *out = c;
    return 0;
}

static void answer_begun(call *c, seat *s, enum wire_method method, uint64_t ticket) {
    wire_result result = { .session_id = c->id, .caller = c->shown_caller, .callee = c->shown_callee, .server_type = c->near.kind };
    seat_answer(s, ticket, method, &result, 0, NULL);
}

/* Whose extension it is, when its desk phone is not there but its page is. */
static agent *at_page(calls *all, const agent *a, const char *number) {
    char clean[STORE_NUMBER];
    if (route_clean_number(number, clean) || !call_is_extension(all, agent_row(a)->app_id, clean))
        return NULL;
    agent *b = agents_of_extension(all->parts.agents, clean);
    reach_facts facts = b ? call_reach_facts(all, b, 0) : (reach_facts){ .page = false };
    return b != a && facts.page && !facts.extension ? b : NULL;
}

void call_start(calls *all, seat *s, const wire_request *request, uint64_t ticket) {
    call *c = NULL;
    agent *a = seat_whose(s), *colleague = at_page(all, a, request->args.phone_number);
    if (colleague) {
        wire_request internal = *request;
        internal.args.callee_user_id = agent_row(colleague)->user_id;
        call_internal(all, s, &internal, ticket);
        return;
    }
    int error = begin(all, s, a, &request->args, &c);
    if (error) {
        seat_answer(s, ticket, request->method, NULL, error, NULL);
        return;
    }
    call_log_out(c, a);
    answer_begun(c, s, request->method, ticket);
    call_set_tab(&c->near, request->args.tab);
    call_tell_outed(c, &c->near);
}

/* ---- between agents ---- */

/* Rest and after-call work are left alone; notReady is not (ACD-016). */
int call_check_callee(calls *all, const agent *b, bool mobile) {
    reach_facts facts = call_reach_facts(all, b, 0);
    enum agent_status status = agent_status_of(b);
    if (call_agent_is_taken(all, b))
        return reach_forwards(&facts, REACH_BUSY) ? 0 : TCCC_E_COLLEAGUE_BUSY;
    if (facts.forward == STAFF_FORWARD_ALWAYS)
        return 0;
    if (mobile)
        return facts.mobile ? 0 : TCCC_E_NUMBER_INVALID;
    if (reach_choose(&facts) == REACH_NOWHERE || (status == AGENT_STATUS_OFFLINE && !facts.mobile))
        return TCCC_E_COLLEAGUE_OFFLINE;
    return status == AGENT_STATUS_REST || status == AGENT_STATUS_ARRANGE ? TCCC_E_COLLEAGUE_BUSY : 0;
}

static const char *own_number(const agent *a) { return agent_row(a)->extension[0] ? agent_row(a)->extension : agent_row(a)->staff_number; }

static call *make_internal(calls *all, agent *a, agent *b) {
    call *c = call_make(all, agent_row(a)->app_id, CDR_INTERNAL, true);
    if (!c)
        return NULL;
    copy_text(c->peer_user_id, sizeof c->peer_user_id, agent_row(a)->user_id);
    copy_text(c->callee_user_id, sizeof c->callee_user_id, agent_row(b)->user_id);
    copy_text(c->caller, sizeof c->caller, own_number(a));
    copy_text(c->callee, sizeof c->callee, own_number(b));
    call_show_numbers(c, false);
    call_occupy(c, &c->far, a);
    return c;
}

static int begin_internal(calls *all, seat *s, const wire_args *args, call **out, const char **sentence) {
    agent *a = seat_whose(s), *b = agents_find(all->parts.agents, seat_agent(s)->app_id, args->callee_user_id);
    if (all->closed)
        return TCCC_E_SHUTTING_DOWN;
    if (agent_status_of(a) == AGENT_STATUS_OFFLINE)
        return TCCC_E_AGENT_OFFLINE;
    *sentence = a == b ? "calleeUserId is the calling agent's own." : "calleeUserId names no agent of this application.";
    if (!b || a == b)
        return b ? TCCC_E_ARG_RANGE : TCCC_E_NOT_FOUND;
    int error = call_check_callee(all, b, args->use_mobile);
    *sentence = error == TCCC_E_NUMBER_INVALID ? "The agent who is called has no mobile telephone." : NULL;
    if (error)
        return error;
    *out = make_internal(all, a, b);
    if (!*out)
        return TCCC_E_NO_MEMORY;
    (*out)->only = b;
    (*out)->mobile_only = args->use_mobile;
    call_attach_page(*out, &(*out)->far, s, true);
    return 0;
}

void call_internal(calls *all, seat *s, const wire_request *request, uint64_t ticket) {
    call *c = NULL;
    const char *sentence = NULL;
    int error = begin_internal(all, s, &request->args, &c, &sentence);
    if (error) {
        seat_answer(s, ticket, request->method, NULL, error, sentence);
        return;
    }
    call_log_out(c, seat_whose(s));
    call_set_tab(&c->far, request->args.tab);
    answer_begun(c, s, request->method, ticket);
    call_tell_outed(c, &c->far);
    call_wait(c);
}
