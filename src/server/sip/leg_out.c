/* leg_out.c: INVITEs that we send, and what comes back. Layer: server. Sources: RFC 3261 section 13, RFC 3262 section 4. */
#include "server/sip/leg_state.h"

#include "server/sip/request_check.h"

#include <stdio.h>
#include <string.h>

static void on_response(int error, const struct sip_msg *response, void *arg);

static const char *offer_text(leg *l) {
    /* a refresh repeats what was said before, word for word: no new offer (RFC 4028 section 7.4) */
    if (l->told_connected && l->sdp) {
        l->offer = LEG_OFFER_LOCAL;
        return l->sdp;
    }
    return leg_write_offer(l);
}

int leg_send_invite(leg *l) {
    char timer[100], headers[700];
    leg_timer_headers(l, timer, sizeof timer);
    snprintf(headers, sizeof headers, "Allow: " SIP_ALLOW "\r\nSupported: " SIP_SUPPORTED "\r\n%s%s", timer, l->extra_headers ? l->extra_headers : "");
    dialog_request invite = { .method = "INVITE", .headers = headers, .content_type = "application/sdp", .body = offer_text(l) };
    if (!invite.body)
        return TCCC_E_NO_MEMORY;
    l->invite_cseq = l->dialog.local_cseq + 1;
    return dialog_send(&l->dialog, &invite, &l->invite, on_response, l) ? TCCC_E_IO : 0;
}

/* The same INVITE once more, outside of the dialog that a refused one may have begun. */
static bool send_again(leg *l) {
    if (!l->told_connected) {
        free(l->dialog.remote_tag);
        l->dialog.remote_tag = NULL;
        text_set(&l->dialog.target, l->uri, strlen(l->uri));
    }
    return !leg_send_invite(l);
}

static enum leg_event classify(const leg *l, int error, const struct sip_msg *response) {
    if (error || !response)
        return LEG_EV_NO_REPLY;
    if (response->scode < 200)
        return LEG_EV_GOT_PROVISIONAL;
    if (response->scode < 300)
        return LEG_EV_GOT_SUCCESS;
    if (response->scode == 491 && l->state == LEG_CHANGING)
        return LEG_EV_GOT_GLARE;
    if ((response->scode == 408 || response->scode == 481) && l->state == LEG_CHANGING)
        return LEG_EV_GOT_GONE;
    return LEG_EV_GOT_FAILURE;
}

static bool worth_another_try(leg *l, const struct sip_msg *response) {
    if (l->state == LEG_CANCELLING || l->state == LEG_LEAVING)
        return false;
    if (response->scode == 401 || response->scode == 407)
        return dialog_take_challenge(&l->dialog, response);
    return leg_timer_retry(l, response);
}

static void on_response(int error, const struct sip_msg *response, void *arg) {
    leg *l = arg;
    mem_ref(l);
    deadline_clear(stack_timers(l->stack), &l->no_reply);
    bool again = !error && response && response->scode >= 300 && worth_another_try(l, response) && send_again(l);
    if (!again)
        leg_apply(l, classify(l, error, response), response);
    mem_deref(l);
}

void leg_send_ack(leg *l) {
    dialog_request ack = { .method = "ACK", .cseq = l->invite_cseq, .unanswered = true };
    (void)dialog_send(&l->dialog, &ack, NULL, NULL, NULL);
}

static void ignore_response(int error, const struct sip_msg *response, void *arg) {
    (void)error;
    (void)response;
    (void)arg;
}

/* True for a provisional response that has to be treated (RFC 3262 section 4: in order, once). */
static bool send_prack(leg *l, const struct sip_msg *response) {
    const struct sip_hdr *number = sip_msg_hdr(response, SIP_HDR_RSEQ);
    char headers[64];
    if (!number || !leg_header_lists(response, SIP_HDR_REQUIRE, "100rel"))
        return true;
    uint32_t rseq = pl_u32(&number->val);
    if (l->last_rseq && rseq != l->last_rseq + 1)
        return false;
    l->last_rseq = rseq;
    snprintf(headers, sizeof headers, "RAck: %u %u INVITE\r\n", rseq, response->cseq.num);
    dialog_request prack = { .method = "PRACK", .headers = headers };
    (void)dialog_send(&l->dialog, &prack, NULL, ignore_response, NULL);
    return true;
}

void leg_note_provisional(leg *l, const struct sip_msg *response) {
    struct pl sdp;
    if (response->scode == 100)
        return;
    if (pl_isset(&response->to.tag) && dialog_confirm(&l->dialog, response))
        return;
    leg_timer_note_peer(l, response);
    if (!send_prack(l, response))
        return;
    if (leg_message_sdp(response, &sdp))
        (void)leg_read_answer(l, response);
    if (!l->detached)
        l->handler.progress(l->ctx, l, response->scode);
}

static void give_up(leg *l, int status) {
    leg_report_end(l, LEG_REFUSED, status);
    leg_apply(l, LEG_EV_DO_HANGUP, NULL);
}

void leg_connect_out(leg *l, const struct sip_msg *response) {
    struct pl sdp;
    bool in_dialog = !dialog_confirm(&l->dialog, response);
    leg_send_ack(l);
    leg_timer_take_answer(l, response);
    int error = leg_message_sdp(response, &sdp) ? leg_read_answer(l, response) : l->has_agreed ? 0 : TCCC_E_FORMAT;
    if (error || !in_dialog) {
        give_up(l, 488);
        return;
    }
    l->offer = LEG_OFFER_NONE;
    l->told_connected = true;
    leg_timer_start(l);
    if (!l->detached)
        l->handler.connected(l->ctx, l);
}

/* A 2xx that no transaction wants: ours again, or another fork's, which we leave at once (RFC 3261 section 13.2.2.4). */
void leg_stray_success(leg *l, const struct sip_msg *response) {
    if (!l->dialog.caller || response->cseq.num != l->invite_cseq)
        return;
    if (l->dialog.remote_tag && !pl_strcmp(&response->to.tag, l->dialog.remote_tag)) {
        leg_apply(l, LEG_EV_GOT_SUCCESS, response);
        return;
    }
    dialog fork;
    dialog_request ack = { .method = "ACK", .cseq = l->invite_cseq, .unanswered = true }, bye = { .method = "BYE" };
    if (dialog_open(&fork, l->dialog.endpoint, l->uri, l->dialog.local, NULL))
        return;
    fork.local_cseq = l->dialog.local_cseq;
    bool ok = text_set(&fork.call_id, l->dialog.call_id, strlen(l->dialog.call_id)) &&
              text_set(&fork.local_tag, l->dialog.local_tag, strlen(l->dialog.local_tag)) && !dialog_confirm(&fork, response);
    if (ok && !dialog_send(&fork, &ack, NULL, NULL, NULL))
        (void)dialog_send(&fork, &bye, NULL, ignore_response, NULL);
    dialog_close(&fork);
}

static void nobody_replied(void *owner) {
    leg *l = owner;
    mem_ref(l);
    l->invite = mem_deref(l->invite);
    leg_apply(l, LEG_EV_NO_REPLY, NULL);
    mem_deref(l);
}

static bool set_text(char **to, const char *from) { return !from || text_set(to, from, strlen(from)); }

static bool prepare(leg *l, const leg_call_options *o) {
    endpoint *at = stack_endpoint_for(l->stack, o->next_hop ? o->next_hop : o->uri);
    if (dialog_open(&l->dialog, at, o->uri, o->from, o->next_hop))
        return false;
    l->local = *o->local;
    l->has_local = true;
    if (o->session_expires_s >= LEG_MIN_SE_S)
        l->session_s = o->session_expires_s;
    return set_text(&l->uri, o->uri) && set_text(&l->extra_headers, o->headers) && set_text(&l->dialog.contact_user, o->contact_user) &&
           set_text(&l->dialog.username, o->username) && set_text(&l->dialog.password, o->password);
}

leg *leg_call(stack *s, const leg_call_options *options, const leg_handler *handler, void *ctx) {
    leg *l = leg_new(s, handler, ctx);
    if (!l)
        return NULL;
    l->state = LEG_CALLING;
    if (!prepare(l, options)) {
        mem_deref(l);
        return NULL;
    }
    stack_add_leg(s, l, &l->place, l->dialog.call_id);
    if (leg_send_invite(l)) {
        leg_finish(l);
        return NULL;
    }
    if (options->no_reply_ms)
        deadline_set(stack_timers(s), &l->no_reply, (uint64_t)options->no_reply_ms, nobody_replied, l);
    return l;
}
