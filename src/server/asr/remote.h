/* remote.h: an external recogniser: one HTTP request for each sentence, whose sound goes out while it is said. Layer: server.
 * By libcurl on a thread of its own. docs/asr.md.
 */
#ifndef TCCC_SERVER_ASR_REMOTE_H
#define TCCC_SERVER_ASR_REMOTE_H

#include "recogniser.h"

/* The address and token are those of a sentence's job. running_max requests at once, waiting_max sentences wait for one. tls_ca: PEM file of
 * roots, NULL: the system's. NULL: no memory, no thread. */
recogniser *remote_new(int running_max, int waiting_max, const char *tls_ca);

#endif
