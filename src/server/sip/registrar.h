/* registrar.h: where desk phones can be reached now. Layer: server. Source: RFC 3261 section 10. */
#ifndef TCCC_SERVER_SIP_REGISTRAR_H
#define TCCC_SERVER_SIP_REGISTRAR_H

#include "server/sip/gate.h"

#define REGISTRAR_CONTACTS 8     /* of one extension */
#define REGISTRAR_MIN_S 60
#define REGISTRAR_MAX_S 3600

typedef struct registrar registrar;

registrar *registrar_new(gate *g, deadlines *timers, const logger *log);
void registrar_free(registrar *r);
/* changed: an extension can be reached now, or cannot any more. One listener. */
void registrar_listen(registrar *r, void (*changed)(void *ctx, const char *extension), void *ctx);

/* A REGISTER request; answers it. */
void registrar_take(registrar *r, endpoint *at, const struct sip_msg *request);

typedef struct {
    const char *uri;             /* the contact */
    const char *flow;            /* where its REGISTER came from: send there */
} registrar_contact;

/* The contacts of an extension, newest first; how many. Valid until the next REGISTER or timer. */
int registrar_find(const registrar *r, const char *extension, registrar_contact contacts[REGISTRAR_CONTACTS]);
int registrar_count(const registrar *r);
/* Drops the contacts of an extension whose password has changed or which is gone. */
void registrar_forget(registrar *r, const char *extension);

#endif
