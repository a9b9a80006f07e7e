/* data_channel.h: media path 0 of a seat: a WebRTC data channel. Layer: server. docs/protocol.md, "Media".
 *
 * DTLS, SCTP and DCEP above the UDP port of ice_port.h. */
#ifndef TCCC_SERVER_DATA_CHANNEL_H
#define TCCC_SERVER_DATA_CHANNEL_H

#include "edge_loop.h"

/* After ice_port_open. 0, or a negative error with a sentence in err. */
int data_channels_start(edge_loop *loop, char *err, size_t err_cap);
/* After ice_port_close, which frees the peers. */
void data_channels_stop(void);

/* Control thread: answers an offer and posts the peer to the edge thread. As edge_data_channel. */
int data_channel_answer(edge_loop *loop, edge_seat seat, const char *offer_sdp, char *answer, size_t cap);

#endif
