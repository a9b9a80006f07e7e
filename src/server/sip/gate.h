/* gate.h: who may come in: digest authentication of desk phones, and a limit on refusals. Layer: server.
 * Sources: RFC 3261 section 22, RFC 8760.
 */
#ifndef TCCC_SERVER_SIP_GATE_H
#define TCCC_SERVER_SIP_GATE_H

#include "server/sip/digest.h"
#include "server/sip/stack.h"

typedef struct gate gate;

/* The HA1 of a user, as hex text: false when there is no such user. */
typedef bool gate_secret(void *ctx, const char *username, enum digest_algorithm algorithm, char ha1[DIGEST_HEX_MAX]);

/* with_sha256: challenge with SHA-256 first, then MD5 (RFC 8760); some phones give up on the first they do not know. */
gate *gate_new(const char *realm, bool with_sha256, gate_secret *secret, void *ctx);
void gate_free(gate *g);

enum gate_verdict { GATE_OPEN, GATE_ANSWERED };

/* Lets the request in when it proves to be from `username`; otherwise it has been answered (401, 403) or, from an
 * address that was refused too often, dropped. */
enum gate_verdict gate_authenticate(gate *g, endpoint *at, const struct sip_msg *request, const char *username);
/* 403, or silence. */
void gate_refuse(gate *g, endpoint *at, const struct sip_msg *request);

#endif
