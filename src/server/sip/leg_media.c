/* leg_media.c: offers and answers of a leg. Layer: server. Source: RFC 3264, RFC 3261 section 13.2.1. */
#include "server/sip/leg_state.h"

#include <string.h>

bool leg_message_sdp(const struct sip_msg *m, struct pl *sdp) {
    size_t length = m->mb ? mbuf_get_left(m->mb) : 0;
    if (m->clen.p && pl_u32(&m->clen) < length)
        length = pl_u32(&m->clen);
    if (!length || pl_strcasecmp(&m->ctyp.type, "application") || pl_strcasecmp(&m->ctyp.subtype, "sdp"))
        return false;
    sdp->p = (const char *)mbuf_buf(m->mb);
    sdp->l = length;
    return true;
}

/* A call that runs keeps its codec where the new offer has it. */
static int agree_keeping_codec(const leg *l, const sdp_audio *remote, sdp_audio_agreement *agreed) {
    sdp_audio same = l->local;
    if (l->has_agreed) {
        same.n_codecs = 1;
        same.codecs[0] = (sdp_audio_codec){ l->agreed.codec, l->agreed.payload_type };
        if (!sdp_audio_agree(&same, remote, agreed))
            return 0;
    }
    return sdp_audio_agree(&l->local, remote, agreed);
}

int leg_check_offer(leg *l, const struct sip_msg *m) {
    struct pl text;
    sdp_audio remote;
    sdp_audio_agreement agreed;
    if (!leg_message_sdp(m, &text))
        return 0;
    int error = sdp_audio_read(&remote, text.p, text.l);
    return error || !l->has_local ? error : agree_keeping_codec(l, &remote, &agreed);
}

int leg_read_offer(leg *l, const struct sip_msg *m) {
    struct pl text;
    sdp_audio remote;
    sdp_audio_agreement agreed;
    if (!leg_message_sdp(m, &text))
        return TCCC_E_FORMAT;
    int error = sdp_audio_read(&remote, text.p, text.l);
    if (!error && l->has_local)
        error = agree_keeping_codec(l, &remote, &agreed);
    if (error)
        return error;
    l->remote = remote;
    l->has_remote = true;
    l->n_remotes++;
    l->offer = LEG_OFFER_REMOTE;
    if (l->has_local) {
        l->agreed = agreed;
        l->has_agreed = true;
    }
    return 0;
}

int leg_read_answer(leg *l, const struct sip_msg *m) {
    struct pl text;
    sdp_audio remote;
    sdp_audio_agreement agreed;
    if (!leg_message_sdp(m, &text))
        return TCCC_E_FORMAT;
    int error = sdp_audio_read(&remote, text.p, text.l);
    if (!error)
        error = sdp_audio_agree(&l->local, &remote, &agreed);
    if (error)
        return error;
    l->remote = remote;
    l->agreed = agreed;
    l->has_remote = l->has_agreed = true;
    l->n_remotes++;
    l->offer = LEG_OFFER_NONE;
    return 0;
}

static const char *keep(leg *l, const char *text, int length) {
    if (length < 0 || !text_set(&l->sdp, text, (size_t)length))
        return NULL;
    return l->sdp;
}

const char *leg_write_offer(leg *l) {
    char text[SDP_AUDIO_TEXT_MAX];
    l->offer = LEG_OFFER_LOCAL;
    l->local.version++;
    return keep(l, text, sdp_audio_write(&l->local, NULL, NULL, text, sizeof text));
}

const char *leg_write_answer(leg *l) {
    char text[SDP_AUDIO_TEXT_MAX];
    l->offer = LEG_OFFER_NONE;
    l->local.version++;
    return keep(l, text, sdp_audio_write(&l->local, &l->remote, &l->agreed, text, sizeof text));
}

int leg_set_local(leg *l, const sdp_audio *local) {
    sdp_audio_agreement agreed;
    if (l->has_remote) {
        int error = sdp_audio_agree(local, &l->remote, &agreed);
        if (error)
            return error;
        l->agreed = agreed;
        l->has_agreed = true;
    }
    l->local = *local;
    l->has_local = true;
    return 0;
}

void leg_tell_media(leg *l, const sdp_audio *remote_before, const sdp_audio_agreement *agreed_before) {
    bool same = !memcmp(&l->agreed, agreed_before, sizeof l->agreed) && l->remote.port == remote_before->port &&
                !strcmp(l->remote.address, remote_before->address) && l->remote.rtcp_mux == remote_before->rtcp_mux;
    if (!same && !l->detached && l->told_connected)
        l->handler.media(l->ctx, l);
}
