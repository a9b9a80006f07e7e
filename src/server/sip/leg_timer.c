/* leg_timer.c: session timers, so that a dead peer does not keep a call for ever. Layer: server. Source: RFC 4028. */
#include "server/sip/leg_state.h"

#include <stdio.h>
#include <string.h>

void leg_timer_note_peer(leg *l, const struct sip_msg *m) {
    l->peer_supports_timer = leg_header_lists(m, SIP_HDR_SUPPORTED, "timer") || sip_msg_hdr(m, SIP_HDR_SESSION_EXPIRES);
    if (sip_msg_hdr(m, SIP_HDR_ALLOW))
        l->peer_allows_update = leg_header_lists(m, SIP_HDR_ALLOW, "UPDATE");
}

/* "1800;refresher=uac": seconds, 0 without the header. *uac: who refreshes, -1 not told. */
static int read_expires(const struct sip_msg *m, int *uac) {
    const struct sip_hdr *header = sip_msg_hdr(m, SIP_HDR_SESSION_EXPIRES);
    struct pl seconds, who;
    *uac = -1;
    if (!header || re_regex(header->val.p, header->val.l, "[0-9]+", &seconds))
        return 0;
    if (!re_regex(header->val.p, header->val.l, "refresher=[a-z]+", &who))
        *uac = !pl_strcasecmp(&who, "uac");
    uint32_t n = pl_u32(&seconds);
    return n > 0 && n < 1000000 ? (int)n : 0;
}

void leg_timer_headers(const leg *l, char *text, size_t capacity) {
    /* inside the dialog we say who refreshes, so that the roles stay (section 7.4) */
    const char *refresher = !l->told_connected ? "" : l->we_refresh ? ";refresher=uac" : ";refresher=uas";
    snprintf(text, capacity, "Session-Expires: %d%s\r\nMin-SE: %d\r\n", l->session_s, refresher, l->min_se_s);
}

bool leg_timer_too_short(leg *l, const struct sip_msg *request) {
    int uac, seconds = read_expires(request, &uac);
    char headers[40];
    if (!seconds || seconds >= LEG_MIN_SE_S)
        return false;
    snprintf(headers, sizeof headers, "Min-SE: %d\r\n", LEG_MIN_SE_S);
    leg_reply(l, request, 422, "Session Interval Too Small", headers);
    return true;
}

void leg_timer_answer_headers(leg *l, const struct sip_msg *request, char *text, size_t capacity) {
    int uac, seconds = read_expires(request, &uac);
    leg_timer_note_peer(l, request);
    if (seconds)
        l->session_s = seconds;
    l->we_refresh = !l->peer_supports_timer || uac == 0;
    if (l->peer_supports_timer)
        snprintf(text, capacity, "Require: timer\r\nSession-Expires: %d;refresher=%s\r\n", l->session_s, l->we_refresh ? "uas" : "uac");
    else
        text[0] = 0;
}

void leg_timer_take_answer(leg *l, const struct sip_msg *response) {
    int uac, seconds = read_expires(response, &uac);
    leg_timer_note_peer(l, response);
    if (seconds >= LEG_MIN_SE_S)
        l->session_s = seconds;
    l->we_refresh = !seconds || uac != 0;
}

bool leg_timer_retry(leg *l, const struct sip_msg *response) {
    const struct sip_hdr *header = sip_msg_hdr(response, SIP_HDR_MIN_SE);
    uint32_t seconds = header ? pl_u32(&header->val) : 0;
    if (response->scode != 422 || seconds <= (uint32_t)l->session_s || seconds > 86400)
        return false;
    l->session_s = l->min_se_s = (int)seconds;
    return true;
}

static void on_update_response(int error, const struct sip_msg *response, void *arg) {
    leg *l = arg;
    if (!error && response->scode < 200)
        return;
    mem_ref(l);
    if (!error && response->scode < 300) {
        leg_timer_take_answer(l, response);
        dialog_refresh_target(&l->dialog, response);
        leg_timer_start(l);
    } else if (error || response->scode == 408 || response->scode == 481) {
        leg_apply(l, LEG_EV_EXPIRED, NULL);
    } else if (response->scode == 405 || response->scode == 501) {
        l->peer_allows_update = false;
        leg_renew(l);
    }
    mem_deref(l);
}

static void refresh_due(void *owner) {
    leg *l = owner;
    char headers[120];
    if (l->state != LEG_UP) {
        deadline_set(stack_timers(l->stack), &l->refresh, 2000, refresh_due, l);
        return;
    }
    if (!l->peer_allows_update) {
        leg_renew(l);
        return;
    }
    strcpy(headers, "Supported: timer\r\n");
    leg_timer_headers(l, headers + strlen(headers), sizeof headers - strlen(headers));
    dialog_request update = { .method = "UPDATE", .headers = headers };
    if (dialog_send(&l->dialog, &update, &l->update, on_update_response, l))
        leg_apply(l, LEG_EV_EXPIRED, NULL);
}

static void expired(void *owner) { leg_apply(owner, LEG_EV_EXPIRED, NULL); }

/* Section 10: the refresher acts at half time; the other side gives up the smaller of 32 s and a third before the end. */
void leg_timer_start(leg *l) {
    deadlines *timers = stack_timers(l->stack);
    int spare_s = l->session_s / 3 < 32 ? l->session_s / 3 : 32;
    deadline_clear(timers, &l->refresh);
    deadline_clear(timers, &l->expiry);
    if (l->we_refresh)
        deadline_set(timers, &l->refresh, (uint64_t)l->session_s * 500, refresh_due, l);
    else
        deadline_set(timers, &l->expiry, (uint64_t)(l->session_s - spare_s) * 1000, expired, l);
}
