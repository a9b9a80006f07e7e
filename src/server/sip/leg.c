/* leg.c: a leg's life: the owner's orders, the table's actions, its end. Layer: server. Source: RFC 3261. */
#include "server/sip/leg_state.h"

#include "server/sip/request_check.h"

#include <string.h>

static void destroy(void *arg) {
    leg *l = arg;
    deadlines *timers = stack_timers(l->stack);
    deadline *all[] = { &l->no_reply, &l->resend, &l->refresh, &l->expiry, &l->glare };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        deadline_clear(timers, all[i]);
    hash_unlink(&l->place);
    mem_deref(l->invite);
    mem_deref(l->bye);
    mem_deref(l->info);
    mem_deref(l->update);
    mem_deref(l->transaction);
    mem_deref(l->request);
    mem_deref(l->reliable);
    mem_deref(l->success);
    dialog_close(&l->dialog);
    free(l->uri);
    free(l->extra_headers);
    free(l->sdp);
}

leg *leg_new(stack *s, const leg_handler *handler, void *ctx) {
    leg *l = mem_zalloc(sizeof *l, destroy);
    if (!l)
        return NULL;
    l->stack = s;
    l->handler = *handler;
    l->ctx = ctx;
    l->session_s = LEG_SE_S;
    l->min_se_s = LEG_MIN_SE_S;
    l->rseq = 1 + rand_u16();
    return l;
}

/* Drops the reference that the leg holds on itself as long as its dialog lives. */
void leg_finish(leg *l) {
    deadlines *timers = stack_timers(l->stack);
    deadline *all[] = { &l->no_reply, &l->resend, &l->refresh, &l->expiry, &l->glare };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        deadline_clear(timers, all[i]);
    hash_unlink(&l->place);
    l->detached = true;
    mem_deref(l);
}

void leg_report_end(leg *l, enum leg_cause cause, int status) {
    leg_end end = { cause, status };
    if (l->detached)
        return;
    l->detached = true;
    l->handler.ended(l->ctx, l, &end);
}

void leg_reply(leg *l, const struct sip_msg *request, int status, const char *reason, const char *headers) {
    (void)sip_treplyf(NULL, NULL, l->dialog.endpoint->sip, request, false, (uint16_t)status, reason, "%sContent-Length: 0\r\n\r\n",
                      headers ? headers : "");
}

static void on_bye_response(int error, const struct sip_msg *response, void *arg) {
    leg *l = arg;
    if (!error && response->scode < 200)
        return;
    mem_ref(l);
    bool again = !error && (response->scode == 401 || response->scode == 407) && dialog_take_challenge(&l->dialog, response);
    if (again)
        leg_bye(l);
    else
        leg_apply(l, LEG_EV_LEFT, NULL);
    mem_deref(l);
}

void leg_bye(leg *l) {
    dialog_request bye = { .method = "BYE" };
    if (dialog_send(&l->dialog, &bye, &l->bye, on_bye_response, l))
        leg_apply(l, LEG_EV_LEFT, NULL);
}

/* Ends their INVITE before it was answered. */
static void end_invitation(leg *l, int status, const char *reason, const char *headers) {
    leg_stop_resending(l);
    if (l->transaction)
        (void)sip_treplyf(&l->transaction, NULL, l->dialog.endpoint->sip, l->request, false, (uint16_t)status, reason,
                          "%sContent-Length: 0\r\n\r\n", headers ? headers : "");
}

static void report_and_finish(leg *l, enum leg_cause cause, int status) {
    leg_report_end(l, cause, status);
    leg_finish(l);
}

static void report_failure(leg *l, const struct sip_msg *response) {
    report_and_finish(l, response ? LEG_REFUSED : LEG_NO_REPLY, response ? response->scode : 0);
}

static void confirm_bye(leg *l, const struct sip_msg *request) { leg_reply(l, request, 200, "OK", NULL); }

static void act(leg *l, enum leg_action action, const struct sip_msg *m) {
    switch (action) {
    case LEG_ACT_IGNORE: break;
    case LEG_ACT_NOTE_PROVISIONAL: leg_note_provisional(l, m); break;
    case LEG_ACT_CONNECT_OUT: leg_connect_out(l, m); break;
    case LEG_ACT_ACK_AGAIN: leg_send_ack(l); break;
    case LEG_ACT_CANCEL: sip_request_cancel(l->invite); break;
    case LEG_ACT_ACK_AND_BYE:
        if (m)
            (void)dialog_confirm(&l->dialog, m);
        leg_send_ack(l);
        leg_bye(l);
        break;
    case LEG_ACT_REPORT_FAILURE: report_failure(l, m); break;
    case LEG_ACT_FINISH: leg_finish(l); break;
    case LEG_ACT_PROVISIONAL: leg_send_provisional(l, false); break;
    case LEG_ACT_RELIABLE_PROVISIONAL: leg_send_provisional(l, true); break;
    case LEG_ACT_STOP_PRACK_TIMER: leg_stop_resending(l); break;
    case LEG_ACT_ANSWER: leg_send_answer(l); break;
    case LEG_ACT_STOP_PRACK_TIMER_AND_ANSWER:
        leg_stop_resending(l);
        leg_send_answer(l);
        break;
    case LEG_ACT_REFUSE:
        end_invitation(l, l->refusal, l->refusal_reason, l->refusal_headers);
        leg_finish(l);
        break;
    case LEG_ACT_REFUSE_UNPRACKED:
        end_invitation(l, 504, "Server Time-out", NULL);
        report_and_finish(l, LEG_LOST, 0);
        break;
    case LEG_ACT_REPORT_CANCELLED:
        end_invitation(l, 487, "Request Terminated", NULL);
        report_and_finish(l, LEG_CANCELLED, 0);
        break;
    case LEG_ACT_REPORT_EARLY_BYE:
        confirm_bye(l, m);
        end_invitation(l, 487, "Request Terminated", NULL);
        report_and_finish(l, LEG_CANCELLED, 0);
        break;
    case LEG_ACT_CONNECT_IN: leg_connect_in(l, m); break;
    case LEG_ACT_REPORT_BYE:
        confirm_bye(l, m);
        report_and_finish(l, LEG_HUNG_UP, 0);
        break;
    case LEG_ACT_CONFIRM_BYE: confirm_bye(l, m); break;
    case LEG_ACT_CONFIRM_BYE_AND_FINISH:
        confirm_bye(l, m);
        leg_finish(l);
        break;
    case LEG_ACT_BYE:
        leg_stop_resending(l);
        leg_bye(l);
        break;
    case LEG_ACT_BYE_AND_REPORT:
        leg_stop_resending(l);
        leg_report_end(l, LEG_LOST, 0);
        leg_bye(l);
        break;
    case LEG_ACT_SEND_CHANGE:
        if (leg_send_invite(l))
            leg_apply(l, LEG_EV_GOT_FAILURE, NULL);
        break;
    case LEG_ACT_ACK_CHANGE: leg_change_accepted(l, m); break;
    case LEG_ACT_CHANGE_REFUSED: l->offer = LEG_OFFER_NONE; break;
    case LEG_ACT_WAIT_GLARE: leg_wait_glare(l); break;
    case LEG_ACT_ANSWER_CHANGE: leg_answer_change(l, m); break;
    case LEG_ACT_CHANGE_ACKED: leg_change_acked(l, m); break;
    case LEG_ACT_REPLY_491: leg_reply(l, m, 491, "Request Pending", NULL); break;
    case LEG_ACT_REPLY_500: leg_reply(l, m, 500, "Server Internal Error", "Retry-After: 5\r\n"); break;
    case LEG_ACT_REPLY_488: leg_reply(l, m, 488, "Not Acceptable Here", NULL); break;
    case LEG_ACT_REPLY_481: leg_reply(l, m, 481, "Call/Transaction Does Not Exist", NULL); break;
    case LEG_N_ACTIONS: break;
    }
}

/* The only place that writes a leg's state. */
void leg_apply(leg *l, enum leg_event event, const struct sip_msg *message) {
    leg_step step = leg_fsm_step(l->state, event);
    LOG(stack_log(l->stack), LOG_LEVEL_DEBUG, "leg", log_text("callid", l->dialog.call_id), log_text("state", leg_state_name(l->state)),
        log_text("event", leg_event_name(event)), log_text("next", leg_state_name(step.next)), log_text("action", leg_action_name(step.action)));
    l->state = step.next;
    mem_ref(l);
    act(l, step.action, message);
    mem_deref(l);
}

bool leg_matches(const leg *l, const struct sip_msg *m) {
    if (m->req)
        return dialog_matches(&l->dialog, m);
    return !pl_strcmp(&m->callid, l->dialog.call_id) && !pl_strcmp(&m->from.tag, l->dialog.local_tag);
}

static bool is(const struct sip_msg *m, const char *method) { return !pl_strcmp(&m->met, method); }

static void take_ack(leg *l, const struct sip_msg *m) {
    if (m->cseq.num == l->ack_cseq)
        leg_apply(l, LEG_EV_GOT_ACK, m);
}

void leg_request(leg *l, const struct sip_msg *m) {
    mem_ref(l);
    if (is(m, "ACK"))
        take_ack(l, m);
    else if (!dialog_take_cseq(&l->dialog, m))
        leg_reply(l, m, 500, "CSeq Out Of Order", NULL);
    else if (is(m, "BYE"))
        leg_apply(l, LEG_EV_GOT_BYE, m);
    else if (is(m, "INVITE"))
        leg_take_invite(l, m);
    else if (is(m, "PRACK"))
        leg_take_prack(l, m);
    else if (is(m, "UPDATE"))
        leg_take_update(l, m);
    else if (is(m, "INFO"))
        leg_take_info(l, m);
    else if (is(m, "OPTIONS"))
        leg_reply(l, m, 200, "OK", "Allow: " SIP_ALLOW "\r\nSupported: " SIP_SUPPORTED "\r\n");
    else
        leg_reply(l, m, 405, "Method Not Allowed", "Allow: " SIP_ALLOW "\r\n");
    mem_deref(l);
}

void leg_hangup(leg *l) { leg_refuse(l, 480, "Temporarily Unavailable", NULL); }

void leg_refuse(leg *l, int status, const char *reason, const char *headers) {
    l->detached = true;
    l->refusal = status;
    l->refusal_reason = reason;
    str_ncpy(l->refusal_headers, headers ? headers : "", sizeof l->refusal_headers);
    leg_apply(l, LEG_EV_DO_HANGUP, NULL);
}

void leg_answer(leg *l) { leg_apply(l, LEG_EV_DO_ANSWER, NULL); }
void leg_renew(leg *l) { leg_apply(l, LEG_EV_DO_CHANGE, NULL); }

const sdp_audio *leg_offer(const leg *l) { return l->has_remote ? &l->remote : NULL; }
const sdp_audio *leg_remote(const leg *l) { return &l->remote; }
unsigned leg_remotes(const leg *l) { return l->n_remotes; }
const sdp_audio *leg_local(const leg *l) { return &l->local; }
void leg_give(leg *l, const leg_handler *handler, void *ctx) {
    l->handler = *handler;
    l->ctx = ctx;
}

const sdp_audio_agreement *leg_agreement(const leg *l) { return l->has_agreed ? &l->agreed : NULL; }

bool leg_is_up(const leg *l) {
    return l->state == LEG_UP || l->state == LEG_CHANGING || l->state == LEG_GLARED || l->state == LEG_CHANGED;
}

static bool value_has(const struct sip_hdr *header, const struct sip_msg *m, void *ctx) {
    (void)m;
    return !pl_strcasecmp(&header->val, ctx);
}

bool leg_header_lists(const struct sip_msg *m, enum sip_hdrid id, const char *value) {
    return sip_msg_hdr_apply(m, true, id, value_has, (void *)value) != NULL;
}

/* A user part that is too long or has bytes that no number has counts as withheld. */
static void copy_user(const struct pl *user, char *to, size_t capacity) {
    bool fine = user->l < capacity;
    for (size_t i = 0; i < user->l && fine; i++)
        fine = user->p[i] > ' ' && user->p[i] < 0x7f;
    if (!fine || pl_strcpy(user, to, capacity))
        to[0] = 0;
}

void leg_caller_number(const struct sip_msg *invite, bool trust_assertion, char *number, size_t capacity) {
    const struct sip_hdr *asserted = trust_assertion ? sip_msg_hdr(invite, SIP_HDR_P_ASSERTED_IDENTITY) : NULL;
    struct sip_addr address;
    if (asserted && !sip_addr_decode(&address, &asserted->val) && pl_isset(&address.uri.user))
        copy_user(&address.uri.user, number, capacity);
    else
        copy_user(&invite->from.uri.user, number, capacity);
}

void leg_callee_number(const struct sip_msg *invite, char *number, size_t capacity) { copy_user(&invite->uri.user, number, capacity); }
