/* socket.h: an external recogniser over WebSockets (RFC 6455): sentence after sentence on connections that stay. Layer: server.
 * By libwebsockets on a thread of its own. docs/asr.md.
 */
#ifndef TCCC_SERVER_ASR_SOCKET_H
#define TCCC_SERVER_ASR_SOCKET_H

#include "recogniser.h"

/* The address (ws or wss) and token are those of a sentence's job. running_max connections, waiting_max sentences wait for one. tls_ca: PEM
 * file of roots, NULL: the system's. NULL: no memory, no thread. */
recogniser *socket_recogniser_new(int running_max, int waiting_max, const char *tls_ca);

#endif
