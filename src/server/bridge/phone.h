/* phone.h: the telephone's end of a bridge: RTP and RTCP sockets on the edge thread. Layer: server. RFC 3550, RFC 5761. */
#ifndef TCCC_SERVER_PHONE_H
#define TCCC_SERVER_PHONE_H

#include "latch.h"
#include "rtp_port.h"
#include "server/edge/edge_loop.h"

typedef struct phone phone;

typedef struct {
    address remote;
    unsigned remote_number;          /* bridge.h */
    int symmetric, rtcp_mux, sending;
    uint8_t payload_types[3];        /* RTP of other types is dropped before it can latch */
    int n_payload_types;
} phone_config;

/* packet[len] has PACKET_HEADROOM before and PACKET_TAILROOM behind it and may be changed. */
typedef void phone_packet(void *context, uint8_t *packet, size_t len);

/* Takes the port over. NULL: no memory; the port is closed then. */
phone *phone_open(edge_loop *loop, rtp_port *port, phone_packet *packet, void *context);
void phone_close(phone *p);
/* A new answer or offer starts latching anew. */
void phone_configure(phone *p, const phone_config *config);
/* Dropped and counted when the target is not known yet or the telephone is on hold. */
void phone_send(phone *p, const uint8_t *packet, size_t len, int is_rtcp);

#endif
