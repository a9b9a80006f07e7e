/* call_offer.c: offers to agents' pages and telephones, to extensions and to numbers outside. Layer: server. */
#include "server/call/call_state.h"

#include <stdio.h>
#include <string.h>

static bool phone_is_registered(const calls *all, const char *extension) {
    registrar_contact contacts[REGISTRAR_CONTACTS];
    return extension[0] && registrar_find(all->parts.registrar, extension, contacts) > 0;
}

reach_facts call_reach_facts(const calls *all, const agent *a, int forwarded) {
    const store_agent *row = agent_row(a);
    const seat *page = agent_seat(a);
    return (reach_facts){
        .page = page && seat_is_connected(page) && !agent_is_away(a) && agent_microphone_of(a) == AGENT_MIC_OK, .extension = phone_is_registered(all, row->extension), .mobile = row->phone[0] != 0,
        .mobile_accept = row->mobile_accept, .forward = row->forward, .forwarded = forwarded,
    };
}

unsigned calls_reach(void *ctx, const agent *a) {
    calls *all = ctx;
    const store_agent *row = agent_row(a);
    store_number number;
    number_wish any = { .any_group = true };
    bool mobile = row->phone[0] && row->mobile_accept != STAFF_MOBILE_OFF && !call_choose_number(all, row->app_id, NULL, &any, &number);
    return (phone_is_registered(all, row->extension) ? (unsigned)AGENT_BY_PHONE : 0) | (mobile ? (unsigned)AGENT_BY_MOBILE : 0);
}

void calls_extension_changed(void *ctx, const char *extension) {
    calls *all = ctx;
    agent *a = agents_of_extension(all->parts.agents, extension);
    if (a)
        agent_reach_changed(a);
}

static void offer_late(void *owner) { call_apply(owner, CALL_ON_OFFER_LATE); }

static void start_offer(call *c, int seconds) {
    c->offer_s = seconds;
    c->offer_end_ms = seconds ? clock_ms() + (uint64_t)seconds * 1000 : 0;
    if (seconds)
        deadline_set(c->all->parts.timers, &c->offer, (uint64_t)seconds * 1000, offer_late, c);
    call_tell_in(c, &c->near);
    if (c->far.leg && !leg_is_up(c->far.leg) && !c->bridge) /* who hears music already goes on hearing it */
        leg_ring(c->far.leg, 180, false);
    call_tell_progress(c, &c->far, !c->bridge || !c->visit, false);
}

static int offer_seconds(const call *c) {
    const settings_phone *s = call_settings(c);
    if (c->target.number[0] && c->direct)
        return c->all->config.outbound_ring_s;
    return s->timeout_transfer ? s->timeout_transfer_s : c->host ? c->all->config.outbound_ring_s : 0; /* an agent waits for its answer */
}

static void note_rang(call *c) {
    int64_t now_ms = clock_unix_ms();
    if (!c->ring_ms)
        c->ring_ms = now_ms;
    call_history_rang(&c->history, now_ms);
}

static void offer_to_page(call *c) {
    c->near.kind = WIRE_STAFF_SEAT;
    call_attach_page(c, &c->near, agent_seat(c->near.agent), !call_is_video(c));
    (void)call_begin_step(c, CDR_STAFF_SEAT);
    note_rang(c);
    start_offer(c, offer_seconds(c));
}

static void not_reached(call *c, int status) {
    c->failure = (leg_end){ LEG_REFUSED, status };
    call_apply(c, CALL_ON_NOT_REACHED);
}

/* Calls a telephone that is to serve. */
static int place(call *c, call_end *end, const route *r, const leg_handler *handler) {
    sdp_audio local;
    int error = call_prepare_media(c, end, route_endpoint(c->all, r), NULL, &local, route_is_secure(c->all, r));
    if (error)
        return error;
    call_match_media(c, &c->far, &local);
    str_ncpy(end->trunk, r->trunk, sizeof end->trunk);
    end->placed = true;
    end->leg = route_call(c->all, r, &local, handler, c);
    return end->leg ? 0 : TCCC_E_TRUNK_DOWN;
}

static void tell_owner(call *c, call_end *end) {
    seat *page = end->agent ? agent_seat(end->agent) : NULL;
    if (page && seat_is_connected(page))
        call_attach_page(c, end, page, false);
}

static int place_extension(call *c, call_end *end, const char *extension, const leg_handler *handler) {
    route r;
    end->kind = WIRE_STAFF_EXTENSION_SEAT;
    route_to_extension(c->all, extension, c->inbound ? c->shown_caller : c->shown_callee, &r);
    return r.unreachable ? TCCC_E_NOT_FOUND : place(c, end, &r, handler);
}

static int call_extension(call *c, const char *extension) {
    cdr_step *step = call_begin_step(c, CDR_STAFF_EXTENSION_SEAT);
    if (step)
        str_ncpy(step->extension, extension, sizeof step->extension);
    return place_extension(c, &c->near, extension, &call_near_handler);
}

static void offer_to_extension(call *c, const char *extension) {
    if (call_extension(c, extension)) {
        not_reached(c, 480);
        return;
    }
    tell_owner(c, &c->near);
    start_offer(c, offer_seconds(c));
}

/* Of our own numbers the one that the customer called or was called from, where it may be shown. */
static int route_outside(call *c, const char *number, route *r) {
    store_number from;
    number_wish wish = { .wanted = c->inbound ? c->callee : c->caller, .any_group = true }, any = { .any_group = true };
    int error = call_choose_number(c->all, c->app_id, NULL, &wish, &from);
    if (error)
        error = call_choose_number(c->all, c->app_id, NULL, &any, &from);
    return error ? error : route_to_trunk(c->all, &from, number, r);
}

static int place_number(call *c, call_end *end, const char *number, const leg_handler *handler) {
    route r;
    char clean[STORE_NUMBER];
    end->kind = WIRE_STAFF_PHONE_SEAT;
    int error = route_clean_number(number, clean);
    if (!error)
        error = route_outside(c, clean, &r);
    return error ? error : place(c, end, &r, handler);
}

static int call_number(call *c, const char *number, enum cdr_step_type type) {
    cdr_step *step = call_begin_step(c, type);
    if (step)
        str_ncpy(step->phone, number, sizeof step->phone);
    return place_number(c, &c->near, number, &call_near_handler);
}

bool call_ring(call *c, call_end *end, const leg_handler *handler) {
    reach_facts facts = call_reach_facts(c->all, end->agent, c->forwarded);
    const store_agent *row = agent_row(end->agent);
    enum reach_way way = reach_choose(&facts);
    bool by_phone = way == REACH_EXTENSION || way == REACH_MOBILE;
    int error = way == REACH_EXTENSION ? place_extension(c, end, row->extension, handler) : way == REACH_MOBILE ? place_number(c, end, row->phone, handler) : 0;
    if (error || (way != REACH_PAGE && !by_phone))
        return false;
    tell_owner(c, end);
    return true;
}

static void offer_to_number(call *c, const char *number, enum cdr_step_type type) {
    if (call_number(c, number, type)) {
        not_reached(c, 503);
        return;
    }
    tell_owner(c, &c->near);
    start_offer(c, offer_seconds(c));
}

void call_offer(call *c) {
    agent *a = c->near.agent;
    if (c->direct && c->target.number[0]) {
        offer_to_number(c, c->target.number, CDR_EXTERNAL);
        return;
    }
    if (c->direct) {
        offer_to_extension(c, c->target.extension);
        return;
    }
    reach_facts facts = call_reach_facts(c->all, a, c->forwarded);
    enum reach_way way = call_is_video(c) ? (facts.page ? REACH_PAGE : REACH_NOWHERE) : c->mobile_only ? REACH_MOBILE : reach_choose(&facts);
    LOG(c->all->parts.log, LOG_LEVEL_DEBUG, "call.offer", log_text("session", c->id), log_text("user", agent_row(a)->user_id), log_text("way", reach_way_name(way)));
    switch (way) {
    case REACH_PAGE: offer_to_page(c); break;
    case REACH_EXTENSION: offer_to_extension(c, agent_row(a)->extension); break;
    case REACH_MOBILE: offer_to_number(c, agent_row(a)->phone, CDR_STAFF_PHONE_SEAT); break;
    case REACH_FORWARD: case REACH_NOWHERE: not_reached(c, 480); break;
    }
}

static void fetch_late(void *owner) { call_apply(owner, CALL_ON_RING_LATE); }

static int fetching(call *c, int error) {
    if (error)
        return error;
    tell_owner(c, &c->near);
    deadline_set(c->all->parts.timers, &c->ring, (uint64_t)c->all->config.outbound_ring_s * 1000, fetch_late, c);
    return 0;
}

int call_fetch_agent(call *c) {
    const char *number = agent_row(c->near.agent)->phone;
    return fetching(c, number[0] ? call_number(c, number, CDR_STAFF_PHONE_SEAT) : TCCC_E_NUMBER_INVALID);
}

int call_fetch_agent_by_extension(call *c) { return fetching(c, call_extension(c, agent_row(c->near.agent)->extension)); }
