/* phone_audio.c: between a leg's SDP and a bridge's telephone side. Layer: server. */
#include "server/call/phone_audio.h"

#include <string.h>

enum { OPUS_TYPE = 111, EVENT_48K_TYPE = 110, EVENT_8K_TYPE = 96 }; /* 96 because sipp insists on it */

void phone_audio_local(sdp_audio *local, const endpoint *at, int port_number) {
    memset(local, 0, sizeof *local);
    endpoint_address(at, local->address, sizeof local->address);
    local->port = (uint16_t)port_number;
    local->session_id = rand_u32();
    local->direction = SDP_AUDIO_SENDRECV;
    local->ptime_ms = 20;
    local->n_codecs = 3;
    local->codecs[0] = (sdp_audio_codec){ TCCC_CODEC_OPUS, OPUS_TYPE };
    local->codecs[1] = (sdp_audio_codec){ TCCC_CODEC_PCMA, 8 };
    local->codecs[2] = (sdp_audio_codec){ TCCC_CODEC_PCMU, 0 };
    local->n_events = 2;
    local->events[0] = (sdp_audio_event){ EVENT_48K_TYPE, 48000 };
    local->events[1] = (sdp_audio_event){ EVENT_8K_TYPE, 8000 };
}

void phone_audio_formats(bridge_side *side, const sdp_audio_agreement *a) {
    side->codec = a->codec;
    side->payload_type = a->payload_type;
    side->dtmf_payload_type = a->dtmf_payload_type;
    side->dtmf_rate_hz = a->dtmf_rate_hz;
    side->ptime_ms = a->ptime_ms;
}

static void set_remote(bridge_side *side, const sdp_audio *remote) {
    struct sa address;
    if (sa_set_str(&address, remote->address, remote->port) || sa_is_any(&address))
        return;
    memcpy(&side->remote, &address.u, address.len);
}

bridge_side phone_audio_side(const leg *l, rtp_port *port) {
    const sdp_audio_agreement *a = leg_agreement(l);
    const sdp_audio *remote = leg_remote(l);
    bridge_side side = { .kind = BRIDGE_PHONE, .port = port, .rtcp_mux = remote->rtcp_mux && leg_local(l)->rtcp_mux, .symmetric = 1 };
    phone_audio_formats(&side, a);
    set_remote(&side, remote);
    side.remote_number = leg_remotes(l);
    side.send_on_hold = (a->direction & SDP_AUDIO_SENDONLY) != 0;
    side.srtp = a->srtp;
    memcpy(side.srtp_send_key, a->srtp_send_key, sizeof side.srtp_send_key);
    memcpy(side.srtp_receive_key, a->srtp_receive_key, sizeof side.srtp_receive_key);
    return side;
}
