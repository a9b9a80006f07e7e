/* call_transfer.c: an agent hands its customer over: to a group, an agent, an extension or a number outside. Layer: server.
 * Rows ACD-028, ACD-029. Who hands over leaves at once; the customer hears music until somebody takes the call (call_queue.c).
 */
#include "server/call/call_state.h"

#include <stdlib.h>
#include <string.h>

static int read_group(calls *all, int64_t app_id, const char *text, call_target *target) {
    store_group group;
    char *end;
    long long id = strtoll(text, &end, 10);
    if (*end || store_get_group(all->parts.store, id, &group) || group.app_id != app_id)
        return TCCC_E_NOT_FOUND;
    target->group_id = id;
    return 0;
}

/* One that is busy, rests or does after-call work is waited for; one that nothing reaches is not. */
static int read_agent(calls *all, int64_t app_id, const char *user_id, call_target *target) {
    agent *a = agents_find(all->parts.agents, app_id, user_id);
    if (!a)
        return TCCC_E_NOT_FOUND;
    reach_facts facts = call_reach_facts(all, a, 0);
    bool offline = agent_status_of(a) == AGENT_STATUS_OFFLINE && !(facts.mobile && facts.mobile_accept != STAFF_MOBILE_OFF);
    target->agent = a;
    return facts.forward != STAFF_FORWARD_ALWAYS && (offline || reach_choose(&facts) == REACH_NOWHERE) ? TCCC_E_COLLEAGUE_OFFLINE : 0;
}

static int read_extension(calls *all, int64_t app_id, const char *extension, call_target *target) {
    store_extension row;
    registrar_contact contacts[REGISTRAR_CONTACTS];
    if (store_get_extension(all->parts.store, extension, &row) || row.app_id != app_id)
        return TCCC_E_NOT_FOUND;
    str_ncpy(target->extension, extension, sizeof target->extension);
    return registrar_find(all->parts.registrar, extension, contacts) ? 0 : TCCC_E_STATE;
}

static int read_number(calls *all, int64_t app_id, const char *number, call_target *target) {
    store_number from;
    number_wish any = { .any_group = true };
    int error = route_clean_number(number, target->number);
    return error ? error : call_choose_number(all, app_id, NULL, &any, &from);
}

int call_read_target(calls *all, int64_t app_id, const wire_args *args, call_target *target, const char **sentence) {
    int error;
    *sentence = NULL;
    if (args->skill_group_id) {
        error = read_group(all, app_id, args->skill_group_id, target);
        *sentence = error ? "skillGroupId names no skill group of this application." : NULL;
    } else if (args->user_id) {
        error = read_agent(all, app_id, args->user_id, target);
        *sentence = error == TCCC_E_NOT_FOUND ? "userId names no agent of this application." : NULL;
    } else if (args->extension) {
        error = read_extension(all, app_id, args->extension, target);
        *sentence = !error ? NULL : error == TCCC_E_NOT_FOUND ? "extension names no desk phone of this application."
                  : "The desk phone of extension has not registered.";
    } else
        error = read_number(all, app_id, args->phone_number, target);
    return error;
}

void call_transfer(call *c, seat *s, const wire_request *request, uint64_t ticket) {
    call_target target = { 0 };
    const char *sentence = "The call cannot be transferred now.";
    int error = TCCC_E_STATE;
    if (call_table_step(c->phase, CALL_ON_TRANSFER).action != CALL_ACT_REFUSE)
        error = call_read_target(c->all, c->app_id, &request->args, &target, &sentence);
    if (!error && target.agent && target.agent == c->near.agent) {
        error = TCCC_E_ARG_RANGE;
        sentence = "userId is the agent who has the call.";
    }
    seat_answer(s, ticket, request->method, NULL, error, sentence);
    if (error)
        return;
    c->target = target;
    c->handed_to_tell = s;
    call_apply(c, CALL_ON_TRANSFER);
}

void call_hand_over(call *c) {
    call_target target = c->target;
    agent *from = c->near.agent;
    cdr_step *step = call_history_step(&c->history);
    LOG(c->all->parts.log, LOG_LEVEL_INFO, "call.transfer", log_text("session", c->id), log_text("user", from ? agent_row(from)->user_id : ""));
    c->transferring = true;
    c->home_group_id = step ? step->group_id : c->group_id;
    c->waits_since_ms = 0;
    c->forwarded = 0;
    c->n_tried = 0;
    if (from && !target.agent && !call_target_is_phone(&target))
        c->tried[c->n_tried++] = from; /* its own group, but not itself */
    call_history_ended(&c->history, END_OK, clock_unix_ms());
    call_history_hands_over(&c->history);
    call_record_pause(c);
    call_transcript_pause(c);
    call_unjoin(c);
    call_hear_music(c, call_settings(c)->queue_sound);
    call_tell_ended(c, &c->near, WIRE_BY_SEAT, NULL, NULL);
    if (c->near.seat)
        kept_add(c->all, c, &c->near);
    call_release(c, &c->near, AGENT_SESSION_SERVED);
    if (c->phase == CALL_PHASE_QUEUED)
        call_go_to(c, &target);
}
