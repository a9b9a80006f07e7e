/* seat_status.c: between a page and its agent's status: what the page asks for, and what it is told. Layer: server. */
#include "server/seat/seat_state.h"

#include <string.h>

static enum agent_status reserved_of(const agent *a) {
    const char *name = agent_reserved(a);
    if (!strcmp(name, agent_status_name(AGENT_STATUS_REST)))
        return AGENT_STATUS_REST;
    return !strcmp(name, agent_status_name(AGENT_STATUS_NOT_READY)) ? AGENT_STATUS_NOT_READY : AGENT_STATUS_OFFLINE;
}

void seat_tell_status(seat *s) {
    const agent *a = s->agent;
    const char *reason = agent_reason(a);
    wire_event event = { .name = WIRE_EV_STATUS_CHANGED, .changed = {
        .status = agent_status_of(a), .reason = reason[0] ? reason : NULL, .reserved = reserved_of(a), .countdown_s = agent_countdown_s(a) } };
    seat_event(s, &event);
}

/* What the page asked for is in the store before it is answered; calls that come and go change nothing there. */
static void note_status(seat *s) {
    enum agent_status status = agent_status_to_keep(s->agent);
    if (status == s->kept_status && status != AGENT_STATUS_REST)
        return;
    if (s->answering && s->kept)
        (void)seat_keep(s);
    else
        seat_note_change(s);
}

static void on_changed(void *ctx, agent *a, enum agent_status before) {
    seat *s = agent_seat(a);
    (void)ctx;
    (void)before;
    if (!s)
        return;
    note_status(s);
    if (s->answering)
        s->has_news = true;
    else
        seat_tell_status(s);
}

/* Deleted by the API: the page is told that nobody knows it any more. */
static void on_removed(void *ctx, agent *a) {
    seats *all = ctx;
    seat *s = agent_seat(a);
    if (!s)
        return;
    seat_link *link = s->link;
    s->link = NULL;
    if (link) {
        link->seat = NULL;
        seat_link_bye(link, TCCC_E_TOKEN_INVALID, "The agent was deleted.", WIRE_CLOSE_NORMAL);
    }
    all->handler.gone(all->ctx, s);
    seat_unmake(s);
}

const agent_handler seat_agent_handler = { .changed = on_changed, .removed = on_removed };

static enum agent_event wanted(const wire_request *request) {
    if (request->method == WIRE_AGENT_ONLINE)
        return AGENT_EVENT_ONLINE;
    if (request->method == WIRE_AGENT_OFFLINE)
        return AGENT_EVENT_OFFLINE;
    switch (request->args.status) {
    case WIRE_SET_FREE: return AGENT_EVENT_SET_FREE;
    case WIRE_SET_REST: return AGENT_EVENT_SET_REST;
    case WIRE_SET_ARRANGE: return AGENT_EVENT_SET_ARRANGE;
    case WIRE_SET_NOT_READY: return AGENT_EVENT_SET_NOT_READY;
    case WIRE_SET_STOP_NOT_READY: break;
    }
    return AGENT_EVENT_STOP_NOT_READY;
}

bool seat_may_ask(seat *s) {
    uint64_t now = clock_ms();
    if (now - s->asks_ms >= 1000) {
        s->asks_ms = now;
        s->n_asks = 0;
    }
    return ++s->n_asks <= SEAT_ASKS_PER_S;
}

/* Answers, then tells what the request has changed. */
static void answer_status(seat *s, const wire_request *request, uint64_t ticket, int error, const char *sentence) {
    wire_result result = { .status = agent_status_of(s->agent) };
    seat_answer(s, ticket, request->method, &result, error, sentence);
    s->answering = false;
    if (s->has_news)
        seat_tell_status(s);
    s->has_news = false;
}

/* Why it cannot be free. */
static int without_microphone(const agent *a) {
    switch (agent_microphone_of(a)) {
    case AGENT_MIC_LOST: return TCCC_E_MIC_NOT_FOUND;
    case AGENT_MIC_DENIED: return TCCC_E_MIC_DENIED;
    case AGENT_MIC_OK: break;
    }
    return TCCC_E_STATE;
}

void seat_status_request(seat *s, const wire_request *request, uint64_t ticket) {
    if (!seat_may_ask(s)) {
        seat_answer(s, ticket, request->method, NULL, TCCC_E_LIMIT, "The status was asked for more than 20 times in a second.");
        return;
    }
    s->answering = true;
    int changed = agent_ask(s->agent, wanted(request), request->args.rest_reason);
    const char *sentence = changed == TCCC_E_STATE && agent_row(s->agent)->forbidden ? "An administrator has sent the agent offline." : NULL;
    if (changed == TCCC_E_STATE && !sentence)
        changed = without_microphone(s->agent);
    answer_status(s, request, ticket, changed < 0 ? changed : 0, sentence);
}

void seat_device_request(seat *s, const wire_request *request, uint64_t ticket) {
    static const enum agent_microphone is[] = {
        [WIRE_DEVICE_OK] = AGENT_MIC_OK, [WIRE_DEVICE_LOST] = AGENT_MIC_LOST, [WIRE_DEVICE_DENIED] = AGENT_MIC_DENIED };
    if (!seat_may_ask(s)) {
        seat_answer(s, ticket, request->method, NULL, TCCC_E_LIMIT, "The microphone was told more than 20 times in a second.");
        return;
    }
    s->answering = true;
    agent_set_microphone(s->agent, is[request->args.microphone]);
    seat_note_change(s);
    answer_status(s, request, ticket, 0, NULL);
}
