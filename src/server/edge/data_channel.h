/* data_channel.h: media path 0 of a seat: a WebRTC data channel. Layer: server. docs/protocol.md, "Media".
 *
 * ICE-lite, DTLS, SCTP and DCEP on one UDP port for all seats. A datagram belongs to a peer by the ICE user name of a
 * check, afterwards by the address that check came from; nothing else is answered, so the port amplifies nothing. */
#ifndef TCCC_SERVER_DATA_CHANNEL_H
#define TCCC_SERVER_DATA_CHANNEL_H

#include "edge_loop.h"

typedef struct data_channels data_channels;

/* What the control thread needs for an answer; set before the thread starts and never changed. */
typedef struct {
    char host[64];                   /* numeric: what clients are told */
    int port;
    uint8_t fingerprint[32];
} data_channel_offer;

/* Binds and fills loop->data_channels. 0, or a negative error with a sentence in err. */
int data_channels_open(edge_loop *loop, const char *host, int port, char *err, size_t err_cap);
void data_channels_close(edge_loop *loop);
const data_channel_offer *data_channels_offer(const edge_loop *loop);

/* Control thread: answers an offer and posts the peer to the edge thread. As edge_data_channel. */
int data_channel_answer(edge_loop *loop, edge_seat seat, const char *offer_sdp, char *answer, size_t cap);

#endif
