/* seat_status.c: the agent's status: what it asks for, and what its calls make of it. Layer: server. */
#include "server/seat/seat_state.h"

#include <stdio.h>
#include <string.h>

static void tell_status(seat *s, enum agent_status before) {
    enum agent_status now = agent_fsm_status(s->state);
    if (now == before)
        return;
    if (now != AGENT_STATUS_REST)
        s->rest_reason[0] = 0;
    wire_event event = { .name = WIRE_EV_STATUS_CHANGED, .changed = { .status = now } };
    seat_event(s, &event);
    LOG(s->all->log, LOG_LEVEL_INFO, "agent.status", log_text("user", s->agent.user_id), log_text("status", agent_status_name(now)));
    if (now == AGENT_STATUS_FREE)
        s->free_since_ms = clock_ms();
}

static int step(seat *s, enum agent_event event) {
    enum agent_status before = agent_fsm_status(s->state);
    int changed = agent_fsm_step(&s->state, event);
    if (changed > 0)
        tell_status(s, before);
    return changed;
}

static void wrap_up_over(void *owner) { seat_step(owner, AGENT_EVENT_WRAP_UP_DONE); }

void seat_step(seat *s, enum agent_event event) {
    if (step(s, event) <= 0)
        return;
    if (s->state == AGENT_ARRANGE && event == AGENT_EVENT_WRAP_UP)
        deadline_set(s->all->timers, &s->wrap_up, (uint64_t)s->all->config.wrap_up_s * 1000, wrap_up_over, s);
    else if (s->state != AGENT_ARRANGE)
        deadline_clear(s->all->timers, &s->wrap_up);
    if (seat_is_free(s))
        s->all->handler.free(s->all->ctx, s);
}

void seat_call_began(seat *s) {
    if (s->n_calls++ == 0)
        seat_step(s, AGENT_EVENT_CALL_STARTED);
}

void seat_call_ended(seat *s) {
    if (--s->n_calls == 0)
        seat_step(s, s->all->config.wrap_up_s ? AGENT_EVENT_WRAP_UP : AGENT_EVENT_CALL_ENDED);
}

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

void seat_status_request(seat *s, const wire_request *request, uint64_t ticket) {
    enum agent_event event = wanted(request);
    enum agent_status before = agent_fsm_status(s->state);
    int changed = agent_fsm_step(&s->state, event);
    if (changed < 0) {
        seat_answer(s, ticket, request->method, NULL, changed, NULL);
        return;
    }
    if (event == AGENT_EVENT_SET_REST)
        snprintf(s->rest_reason, sizeof s->rest_reason, "%s", request->args.rest_reason ? request->args.rest_reason : "");
    if (s->state != AGENT_ARRANGE)
        deadline_clear(s->all->timers, &s->wrap_up);
    wire_result result = { .status = agent_fsm_status(s->state) };
    seat_answer(s, ticket, request->method, &result, 0, NULL);
    tell_status(s, before);
    if (changed && seat_is_free(s))
        s->all->handler.free(s->all->ctx, s);
}
