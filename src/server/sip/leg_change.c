/* leg_change.c: what happens inside a dialog: re-INVITE, UPDATE, INFO. Layer: server.
 * Sources: RFC 3261 section 14, RFC 3311, RFC 6086, and application/dtmf-relay as telephones send it.
 */
#include "server/sip/leg_state.h"

#include <stdio.h>
#include <string.h>

void leg_take_invite(leg *l, const struct sip_msg *m) {
    if (leg_timer_too_short(l, m))
        return;
    leg_apply(l, leg_check_offer(l, m) ? LEG_EV_GOT_BAD_INVITE : LEG_EV_GOT_INVITE, m);
}

/* Takes over the request that the resending and the ACK belong to. */
static void adopt(leg *l, const struct sip_msg *m) {
    struct sip_msg *old = l->request;
    l->request = mem_ref((void *)m);
    mem_deref(old);
    mem_deref(l->transaction);
    l->transaction = NULL;
}

void leg_answer_change(leg *l, const struct sip_msg *m) {
    struct pl sdp;
    sdp_audio remote = l->remote;
    sdp_audio_agreement agreed = l->agreed;
    bool has_offer = leg_message_sdp(m, &sdp);
    if (has_offer)
        (void)leg_read_offer(l, m);
    dialog_refresh_target(&l->dialog, m);
    adopt(l, m);
    (void)leg_send_success(l, m, has_offer ? leg_write_answer(l) : leg_write_offer(l));
    leg_timer_start(l);
    if (has_offer)
        leg_tell_media(l, &remote, &agreed);
}

void leg_change_acked(leg *l, const struct sip_msg *ack) {
    sdp_audio remote = l->remote;
    sdp_audio_agreement agreed = l->agreed;
    leg_stop_resending(l);
    if (l->offer != LEG_OFFER_LOCAL)
        return;
    l->offer = LEG_OFFER_NONE;
    if (!leg_read_answer(l, ack))
        leg_tell_media(l, &remote, &agreed);
}

void leg_change_accepted(leg *l, const struct sip_msg *response) {
    sdp_audio remote = l->remote;
    sdp_audio_agreement agreed = l->agreed;
    dialog_refresh_target(&l->dialog, response);
    leg_send_ack(l);
    leg_timer_take_answer(l, response);
    leg_timer_start(l);
    l->offer = LEG_OFFER_NONE;
    if (!leg_read_answer(l, response))
        leg_tell_media(l, &remote, &agreed);
}

static void glare_over(void *owner) { leg_apply(owner, LEG_EV_GLARE_OVER, NULL); }

/* RFC 3261 section 14.1: the side that made the Call-ID waits 2.1 to 4 s, the other 0 to 2 s, in units of 10 ms. */
void leg_wait_glare(leg *l) {
    uint64_t wait_ms = l->dialog.caller ? 2100 + 10 * (rand_u32() % 191) : 10 * (rand_u32() % 201);
    l->offer = LEG_OFFER_NONE;
    deadline_set(stack_timers(l->stack), &l->glare, wait_ms, glare_over, l);
}

static void reply_with_sdp(leg *l, const struct sip_msg *m, const char *headers, const char *sdp) {
    (void)sip_treplyf(NULL, NULL, l->dialog.endpoint->sip, m, false, 200, "OK", "%s%sContent-Length: %zu\r\n\r\n%s", headers,
                      sdp ? "Content-Type: application/sdp\r\n" : "", sdp ? strlen(sdp) : 0, sdp ? sdp : "");
}

/* RFC 3311 section 5.2: 491 while our own offer is out, 500 while theirs is. */
static bool refuse_busy_offer(leg *l, const struct sip_msg *m) {
    if (l->offer == LEG_OFFER_LOCAL)
        leg_reply(l, m, 491, "Request Pending", NULL);
    else if (l->offer == LEG_OFFER_REMOTE)
        leg_reply(l, m, 500, "Server Internal Error", "Retry-After: 3\r\n");
    return l->offer != LEG_OFFER_NONE;
}

void leg_take_update(leg *l, const struct sip_msg *m) {
    char headers[320], contact[200], timer[100];
    struct pl sdp;
    sdp_audio remote = l->remote;
    sdp_audio_agreement agreed = l->agreed;
    bool has_offer = leg_message_sdp(m, &sdp);
    if (leg_timer_too_short(l, m) || (has_offer && refuse_busy_offer(l, m)))
        return;
    if (has_offer && (!l->has_local || leg_read_offer(l, m))) {
        leg_reply(l, m, 488, "Not Acceptable Here", NULL);
        return;
    }
    dialog_refresh_target(&l->dialog, m);
    leg_timer_answer_headers(l, m, timer, sizeof timer);
    endpoint_contact(l->dialog.endpoint, m->tp, l->dialog.contact_user ? l->dialog.contact_user : "tcccd", contact, sizeof contact);
    snprintf(headers, sizeof headers, "Contact: %s\r\n%s", contact, timer);
    reply_with_sdp(l, m, headers, has_offer ? leg_write_answer(l) : NULL);
    if (leg_is_up(l))
        leg_timer_start(l);
    leg_tell_media(l, &remote, &agreed);
}

/* "Signal=5\r\nDuration=160" or a lone digit. 0: no digit. */
static char info_digit(const struct sip_msg *m) {
    struct pl text = { (const char *)mbuf_buf(m->mb), mbuf_get_left(m->mb) }, digit;
    if (pl_strcasecmp(&m->ctyp.type, "application"))
        return 0;
    if (!pl_strcasecmp(&m->ctyp.subtype, "dtmf-relay") && !re_regex(text.p, text.l, "Signal=[ \t]*[0-9*#A-Da-d]1", NULL, &digit))
        return digit.p[0];
    if (!pl_strcasecmp(&m->ctyp.subtype, "dtmf") && text.l && strchr("0123456789*#ABCDabcd", text.p[0]) && text.p[0])
        return text.p[0];
    return 0;
}

void leg_take_info(leg *l, const struct sip_msg *m) {
    char digit = m->mb && mbuf_get_left(m->mb) ? info_digit(m) : 0;
    leg_reply(l, m, 200, "OK", NULL);
    if (digit && !l->detached)
        l->handler.digit(l->ctx, l, digit);
}

static void send_next_digit(leg *l);

static void on_info_response(int error, const struct sip_msg *response, void *arg) {
    leg *l = arg;
    if (!error && response->scode < 200)
        return;
    mem_ref(l);
    send_next_digit(l);
    mem_deref(l);
}

static void send_next_digit(leg *l) {
    char body[40];
    if (!l->digits[0] || l->detached)
        return;
    snprintf(body, sizeof body, "Signal=%c\r\nDuration=160\r\n", l->digits[0]);
    memmove(l->digits, l->digits + 1, strlen(l->digits));
    dialog_request info = { .method = "INFO", .content_type = "application/dtmf-relay", .body = body };
    if (dialog_send(&l->dialog, &info, &l->info, on_info_response, l))
        l->digits[0] = 0;
}

int leg_send_digits(leg *l, const char *digits) {
    if (strlen(l->digits) + strlen(digits) > LEG_DIGITS_MAX)
        return TCCC_E_LIMIT;
    strcat(l->digits, digits);
    if (!l->info)
        send_next_digit(l);
    return 0;
}
