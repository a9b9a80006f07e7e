/* call_media.c: a call's sound: ports, SDP, bridge, and what the page is told of it. Layer: server. */
#include "server/call/call_state.h"
#include "server/call/phone_audio.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

enum { PAGE = 0, PHONE = 1 };

static int fill_keys(sdp_audio *local, bool both_suites) {
    local->secure = true;
    local->n_cryptos = both_suites ? 2 : 1;
    for (int i = 0; i < local->n_cryptos; i++) {
        local->cryptos[i].suite = i ? TCCC_SRTP_AES128_SHA1_32 : TCCC_SRTP_AES128_SHA1_80;
        if (RAND_bytes(local->cryptos[i].key, TCCC_SRTP_KEY_LEN) != 1)
            return TCCC_E_INTERNAL;
    }
    return 0;
}

int call_prepare_media(call *c, endpoint *at, const sdp_audio *offer, sdp_audio *local, bool secure) {
    char bind_to[64];
    re_snprintf(bind_to, sizeof bind_to, "%j", &at->address);
    c->port = rtp_port_bind(bind_to, c->all->config.rtp_min, c->all->config.rtp_max);
    if (!c->port)
        return TCCC_E_LIMIT;
    c->port_number = rtp_port_number(c->port);
    phone_audio_local(local, at, c->port_number);
    local->rtcp_mux = offer && offer->rtcp_mux;
    return secure ? fill_keys(local, offer != NULL) : 0;
}

static bool answered(const call *c) {
    return c->phase == CALL_PHASE_TALKING || c->phase == CALL_PHASE_HELD || c->phase == CALL_PHASE_ACCEPTED;
}

static enum sdp_audio_direction client_direction(const call *c, const sdp_audio_agreement *agreed) {
    if (c->phase == CALL_PHASE_HELD)
        return SDP_AUDIO_INACTIVE;
    return answered(c) ? agreed->direction : (enum sdp_audio_direction)(agreed->direction & SDP_AUDIO_RECVONLY);
}

static enum wire_direction wire_direction_of(enum sdp_audio_direction direction) {
    switch (direction) {
    case SDP_AUDIO_INACTIVE: return WIRE_INACTIVE;
    case SDP_AUDIO_RECVONLY: return WIRE_RECVONLY;
    case SDP_AUDIO_SENDONLY: return WIRE_SENDONLY;
    case SDP_AUDIO_SENDRECV: break;
    }
    return WIRE_SENDRECV;
}

static enum wire_codec wire_codec_of(enum tccc_codec codec) {
    return codec == TCCC_CODEC_OPUS ? WIRE_OPUS : codec == TCCC_CODEC_PCMA ? WIRE_PCMA : WIRE_PCMU;
}

bool call_has_media(const call *c) { return c->media_started && c->leg && leg_agreement(c->leg); }

wire_media call_media(call *c, enum wire_media_op op) {
    const sdp_audio_agreement *a = c->leg ? leg_agreement(c->leg) : NULL;
    wire_media m = { .op = op, .channel = c->channel };
    if (op == WIRE_MEDIA_STOP || !a)
        return m;
    m.direction = wire_direction_of(client_direction(c, a));
    m.codec = wire_codec_of(a->codec);
    m.payload_type = a->payload_type;
    if (a->dtmf_payload_type >= 96) { /* the wire knows dynamic types only; other telephones get their digits by INFO */
        m.dtmf_payload_type = a->dtmf_payload_type;
        m.dtmf_rate = a->dtmf_rate_hz;
    }
    m.ptime_ms = a->ptime_ms;
    if (a->srtp) {
        m.suite = a->srtp == TCCC_SRTP_AES128_SHA1_80 ? WIRE_AES_CM_128_HMAC_SHA1_80 : WIRE_AES_CM_128_HMAC_SHA1_32;
        EVP_EncodeBlock((unsigned char *)c->send_key, a->srtp_send_key, TCCC_SRTP_KEY_LEN);
        EVP_EncodeBlock((unsigned char *)c->receive_key, a->srtp_receive_key, TCCC_SRTP_KEY_LEN);
        m.send_key = c->send_key;
        m.receive_key = c->receive_key;
    }
    return m;
}

static bridge_side phone_side(call *c) {
    bridge_side side = phone_audio_side(c->leg, c->port);
    c->port = NULL; /* the bridge's from here on */
    return side;
}

static bridge_side page_side(call *c) {
    bridge_side side = { .kind = BRIDGE_PAGE, .seat = seat_media(c->seat), .channel = c->channel };
    phone_audio_formats(&side, c->leg);
    return side;
}

static bridge_side music_side(call *c) {
    bool own = c->all->config.music[0] != 0;
    bridge_side side = { .kind = BRIDGE_PROGRAM, .program = own ? PROGRAM_FILE : PROGRAM_MUSIC, .file = c->all->config.music, .loop = 1 };
    phone_audio_formats(&side, c->leg);
    return side;
}

static void join(call *c, const bridge_side *near) {
    edge *e = c->all->parts.edge;
    bridge_side phone = phone_side(c);
    if (!c->bridge) {
        c->bridge = bridge_open(e, near, &phone);
        return;
    }
    bridge_update(e, c->bridge, PAGE, near);
    bridge_update(e, c->bridge, PHONE, &phone);
}

void call_open_media(call *c) {
    if (!c->leg || !leg_agreement(c->leg) || !c->seat)
        return;
    bridge_side page = page_side(c);
    join(c, &page);
    call_tell_media(c, c->media_started ? WIRE_MEDIA_UPDATE : WIRE_MEDIA_START);
    c->media_started = true;
}

void call_play_queue_music(call *c) {
    if (!c->leg || !leg_agreement(c->leg) || c->bridge)
        return;
    bridge_side music = music_side(c);
    join(c, &music);
}

void call_hold_media(call *c, bool on) {
    if (c->bridge)
        bridge_hold(c->all->parts.edge, c->bridge, PHONE, on);
    call_tell_media(c, WIRE_MEDIA_UPDATE);
}

void call_close_media(call *c) {
    if (c->media_started)
        call_tell_media(c, WIRE_MEDIA_STOP);
    c->media_started = false;
    if (c->bridge)
        bridge_close(c->all->parts.edge, c->bridge);
    c->bridge = 0;
    if (c->port)
        rtp_port_close(c->port);
    c->port = NULL;
}
