/* malformed.h: the answer to a datagram that wants to be a SIP request, but is none that libre reads: libre drops it in
 * silence. Layer: server. Sans-IO. Source: RFC 3261 sections 8.2.6, 18.2.2, 21.4.1 and 21.5.6; RFC 4475.
 */
#ifndef TCCC_SERVER_SIP_MALFORMED_H
#define TCCC_SERVER_SIP_MALFORMED_H

#include "server/libre.h"

typedef struct {
    int status;              /* 400 or 505; 0: no answer is due */
    int port;                /* of the sender that the answer goes to; 0: the one it came from */
} malformed_verdict;

/* Writes the answer to datagram[len] into `answer`. `unreadable`: libre's parser refuses it. Without that only another
 * version of SIP is a reason to answer. No answer is due to an ACK, to a response, to what is not SIP, or without a Via. */
malformed_verdict malformed_answer(const char *datagram, size_t len, bool unreadable, struct mbuf *answer);

/* From now on what arrives at a UDP socket of libre's passes through here first. NULL when memory is exhausted; to be
 * dereferenced before the socket is. */
struct udp_helper *malformed_guard(struct udp_sock *sock);

#endif
