/* leg_in.c: INVITEs from outside: provisional responses, PRACK, the 200 and its ACK. Layer: server.
 * Sources: RFC 3261 section 13.3, RFC 3262 section 3.
 */
#include "server/sip/leg_state.h"

#include "server/sip/request_check.h"

#include <stdio.h>
#include <string.h>

static void on_cancel(void *arg) { leg_apply(arg, LEG_EV_GOT_CANCEL, NULL); }

/* Contact goes into every response that makes or keeps the dialog. */
static void dialog_headers(const leg *l, char *text, size_t capacity) {
    char contact[200];
    endpoint_contact(l->dialog.endpoint, l->request->tp, l->dialog.contact_user ? l->dialog.contact_user : "tcccd", contact, sizeof contact);
    snprintf(text, capacity, "Contact: %s\r\nAllow: " SIP_ALLOW "\r\nSupported: " SIP_SUPPORTED "\r\n", contact);
}

static void resend_due(void *owner) {
    leg *l = owner;
    struct mbuf *what = l->success ? l->success : l->reliable;
    struct sa to;
    struct pl rport;
    if (!what)
        return;
    l->resent_ms += l->resend_ms;
    if (l->resent_ms >= 64 * SIP_T1) {
        leg_apply(l, l->success ? LEG_EV_ACK_LATE : LEG_EV_PRACK_LATE, NULL);
        return;
    }
    sip_reply_addr(&to, l->request, !msg_param_exists(&l->request->via.params, "rport", &rport));
    what->pos = 0;
    (void)sip_send(l->dialog.endpoint->sip, l->request->sock, l->request->tp, &to, what);
    l->resend_ms = l->success && 2 * l->resend_ms > SIP_T2 ? SIP_T2 : 2 * l->resend_ms;
    deadline_set(stack_timers(l->stack), &l->resend, (uint64_t)l->resend_ms, resend_due, l);
}

static void start_resending(leg *l) {
    l->resend_ms = SIP_T1;
    l->resent_ms = 0;
    deadline_set(stack_timers(l->stack), &l->resend, SIP_T1, resend_due, l);
}

void leg_stop_resending(leg *l) {
    deadline_clear(stack_timers(l->stack), &l->resend);
    l->reliable = mem_deref(l->reliable);
    l->success = mem_deref(l->success);
}

static const char *ring_reason(int status) {
    return status == 180 ? "Ringing" : status == 182 ? "Queued" : "Session Progress";
}

/* Our SDP for the first response that carries one: the answer to their offer, or else an offer of ours. */
static const char *first_sdp(leg *l) {
    if (l->sdp)
        return l->sdp;
    return l->has_remote ? leg_write_answer(l) : leg_write_offer(l);
}

void leg_send_provisional(leg *l, bool reliably) {
    char headers[500], more[60] = "";
    const char *sdp = l->ring_media ? first_sdp(l) : NULL;
    dialog_headers(l, headers, sizeof headers);
    if (reliably)
        snprintf(more, sizeof more, "Require: 100rel\r\nRSeq: %u\r\n", ++l->rseq);
    struct mbuf *sent = NULL;
    int error = sip_treplyf(&l->transaction, reliably ? &sent : NULL, l->dialog.endpoint->sip, l->request, true, (uint16_t)l->ring_status,
        ring_reason(l->ring_status), "%s%s%sContent-Length: %zu\r\n\r\n%s", headers, more, sdp ? "Content-Type: application/sdp\r\n" : "",
        sdp ? strlen(sdp) : 0, sdp ? sdp : "");
    if (error || !reliably)
        return;
    l->reliable = sent;
    start_resending(l);
}

void leg_ring(leg *l, int status, bool with_media) {
    bool reliably = l->requires_100rel || (with_media && l->supports_100rel);
    l->ring_status = status;
    l->ring_media = with_media && (l->has_agreed || (reliably && !l->has_remote));
    leg_apply(l, reliably ? LEG_EV_DO_RING_RELIABLY : LEG_EV_DO_RING, NULL);
}

void leg_take_prack(leg *l, const struct sip_msg *m) {
    const struct sip_hdr *rack = sip_msg_hdr(m, SIP_HDR_RACK);
    struct pl rseq, cseq, method, sdp;
    bool fits = rack && l->reliable && !re_regex(rack->val.p, rack->val.l, "[0-9]+[ \t]+[0-9]+[ \t]+[A-Z]+", &rseq, NULL, &cseq, NULL, &method) &&
                pl_u32(&rseq) == l->rseq && pl_u32(&cseq) == l->request->cseq.num;
    if (!fits) {
        leg_reply(l, m, 481, "Call/Transaction Does Not Exist", NULL);
        return;
    }
    if (leg_message_sdp(m, &sdp) && l->offer == LEG_OFFER_LOCAL)
        (void)leg_read_answer(l, m);
    leg_reply(l, m, 200, "OK", NULL);
    leg_apply(l, LEG_EV_GOT_PRACK, m);
}

bool leg_send_success(leg *l, const struct sip_msg *request, const char *sdp) {
    char headers[500], timer[100];
    dialog_headers(l, headers, sizeof headers);
    leg_timer_answer_headers(l, request, timer, sizeof timer);
    leg_stop_resending(l);
    int error = sip_treplyf(request == l->request && l->transaction ? &l->transaction : NULL, &l->success, l->dialog.endpoint->sip, request, true,
        200, "OK", "%s%s%sContent-Length: %zu\r\n\r\n%s", headers, timer, sdp ? "Content-Type: application/sdp\r\n" : "", sdp ? strlen(sdp) : 0,
        sdp ? sdp : "");
    l->ack_cseq = request->cseq.num;
    start_resending(l);
    return !error;
}

void leg_send_answer(leg *l) {
    (void)leg_send_success(l, l->request, first_sdp(l));
}

void leg_connect_in(leg *l, const struct sip_msg *ack) {
    leg_stop_resending(l);
    if (l->offer == LEG_OFFER_LOCAL && leg_read_answer(l, ack)) {
        leg_report_end(l, LEG_REFUSED, 488);
        leg_apply(l, LEG_EV_DO_HANGUP, NULL);
        return;
    }
    l->told_connected = true;
    leg_timer_start(l);
    if (!l->detached)
        l->handler.connected(l->ctx, l);
}

static bool begin(leg *l, endpoint *at, const struct sip_msg *invite, bool flow) {
    struct pl sdp;
    int error = dialog_accept(&l->dialog, at, invite, flow);
    if (!error && leg_message_sdp(invite, &sdp))
        error = leg_read_offer(l, invite);
    if (error) {
        (void)sip_treply(NULL, at->sip, invite, error == TCCC_E_CODEC ? 488 : 400, error == TCCC_E_CODEC ? "Not Acceptable Here" : "Bad Request");
        return false;
    }
    return true;
}

leg *leg_take(endpoint *at, const struct sip_msg *invite, bool flow, const leg_handler *handler, void *ctx) {
    leg *l = leg_new(at->stack, handler, ctx);
    if (!l)
        return NULL;
    l->state = LEG_OFFERED;
    l->dialog.endpoint = at;
    if (leg_timer_too_short(l, invite) || !begin(l, at, invite, flow) || sip_strans_alloc(&l->transaction, at->sip, invite, on_cancel, l)) {
        mem_deref(l);
        return NULL;
    }
    l->request = mem_ref((void *)invite);
    l->supports_100rel = leg_header_lists(invite, SIP_HDR_SUPPORTED, "100rel");
    l->requires_100rel = leg_header_lists(invite, SIP_HDR_REQUIRE, "100rel");
    leg_timer_note_peer(l, invite);
    stack_add_leg(at->stack, l, &l->place, l->dialog.call_id);
    (void)sip_treply(&l->transaction, at->sip, invite, 100, "Trying");
    return l;
}
