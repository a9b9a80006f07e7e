/* rtp_port.h: inside of an rtp_port, for the leg that owns it. Layer: server. Public part: bridge.h. */
#ifndef TCCC_SERVER_RTP_PORT_H
#define TCCC_SERVER_RTP_PORT_H

#include "bridge.h"

struct rtp_port {
    int rtp, rtcp;                   /* file descriptors */
    int number, family;
};

/* The kernel's range for outgoing sockets. */
void rtp_port_ephemeral(int *min, int *max);

#endif
