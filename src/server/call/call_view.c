/* call_view.c: running calls as the cloud API shows them, and what it does to them. Layer: server. */
#include "server/call/call_state.h"

#include <string.h>

static const char *state_of(const call *c) {
    switch (c->phase) {
    case CALL_PHASE_FETCHING: case CALL_PHASE_DIALING: case CALL_PHASE_RINGING: case CALL_PHASE_OFFERED: case CALL_PHASE_QUEUED: return "ringing";
    case CALL_PHASE_ACCEPTED: return "seatJoining";
    case CALL_PHASE_FLOW: case CALL_PHASE_TALKING: case CALL_PHASE_HELD: case CALL_PHASE_FAR_HELD: case CALL_PHASE_BOTH_HELD:
    case CALL_PHASE_CONSULTING: case CALL_PHASE_CONFERENCE: case CALL_PHASE_ASIDE: case CALL_PHASE_AFTER: return "inProgress";
    case CALL_PHASE_OVER: case CALL_N_PHASES: break;
    }
    return "finished";
}

void calls_each(calls *all, int64_t app_id, bool (*each)(void *ctx, const call_view *view), void *ctx) {
    for (struct le *le = all->list.head; le; le = le->next) {
        const call *c = le->data;
        if (c->app_id != app_id || c->host)
            continue;
        call_view view = {
            .session_id = c->id, .number = c->inbound ? c->callee : c->caller, .outer = !c->near.agent && c->near.leg && c->target.number[0],
            .caller = c->caller, .callee = c->callee, .protected_caller = c->masked && c->inbound ? c->shown_caller : "",
            .protected_callee = c->masked && !c->inbound ? c->shown_callee : "", .user_id = c->near.agent ? agent_row(c->near.agent)->user_id : "",
            .state = state_of(c), .inbound = c->inbound, .group_id = c->group_id, .start_ms = c->start_ms, .queued_ms = c->queued_ms,
            .ring_ms = c->ring_ms, .accept_ms = c->answer_ms,
        };
        if (!each(ctx, &view))
            return;
    }
}

int calls_hangup(calls *all, int64_t app_id, const char *session_id) {
    call *c = call_find(all, session_id);
    if (!c || c->app_id != app_id)
        return TCCC_E_NOT_FOUND;
    call_apply(c, CALL_ON_ADMIN_HANGUP);
    return 0;
}
