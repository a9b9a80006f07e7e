/* phone_audio.h: between a leg's SDP and a bridge's telephone side. Layer: server. */
#ifndef TCCC_SERVER_CALL_PHONE_AUDIO_H
#define TCCC_SERVER_CALL_PHONE_AUDIO_H

#include "server/bridge/bridge.h"
#include "server/sip/leg.h"

/* Our side of a call at `at`: Opus, PCMA, PCMU and telephone events, received on `port_number`. */
void phone_audio_local(sdp_audio *local, const endpoint *at, int port_number);
/* The formats that leg and peer agreed on, for any side of the bridge. */
void phone_audio_formats(bridge_side *side, const sdp_audio_agreement *a);
/* The telephone's side: formats, address, hold and keys. `port` goes to the bridge; NULL in later updates. */
bridge_side phone_audio_side(const leg *l, rtp_port *port);

#endif
