/* stack.h: tcccd's SIP: local addresses, transports, and who gets which request. Layer: server. Source: RFC 3261.
 *
 * libre picks the first transport of a kind whatever the destination is, so each local address is an endpoint with a
 * libre stack of its own, and an endpoint is chosen by the route to the destination.
 */
#ifndef TCCC_SERVER_SIP_STACK_H
#define TCCC_SERVER_SIP_STACK_H

#include "base/log.h"
#include "server/deadline.h"
#include "server/libre.h"
#include "tccc/error.h"

typedef struct stack stack;
typedef struct leg leg;

typedef struct endpoint {
    stack *stack;
    struct sip *sip;
    struct sa address;         /* with the port of UDP and TCP */
    uint16_t tls_port;         /* 0: no TLS */
    struct udp_helper *guard;  /* answers what libre cannot read; NULL until the first datagram */
} endpoint;

typedef struct {
    const char *host;          /* one address, or NULL / "" : all of this machine */
    int port, tls_port;        /* 0: any free one; below 0: none (TLS only) */
    const char *tls_cert;      /* PEM with certificate and key; NULL: a self-signed one is made */
    const char *tls_ca;        /* PEM of those who may sign a trunk's certificate; NULL: not checked */
    const char *advertise;     /* address that peers shall use instead of ours (NAT); NULL: ours */
    const char *software;      /* User-Agent and Server */
} stack_config;

typedef struct {               /* called for requests that are in no dialog and well formed */
    void (*invite)(void *ctx, endpoint *at, const struct sip_msg *request);
    void (*registration)(void *ctx, endpoint *at, const struct sip_msg *request);
} stack_handler;

/* NULL with a sentence in err. */
stack *stack_start(const stack_config *config, const stack_handler *handler, void *ctx, deadlines *timers, const logger *log, char *err, size_t err_cap);
/* Waits for nothing: what is still under way is dropped. Owners must have let go of their legs. */
void stack_stop(stack *s);

int stack_port(const stack *s);
int stack_tls_port(const stack *s);     /* 0: no TLS */
const char *stack_address(const stack *s); /* the first endpoint's, for people to read */
deadlines *stack_timers(stack *s);
const logger *stack_log(const stack *s);

/* The endpoint whose address the kernel would use toward `destination`; NULL: the default one. */
endpoint *stack_endpoint(stack *s, const struct sa *destination);
/* The endpoint for a SIP URI; a host name gets the default one. */
endpoint *stack_endpoint_for(stack *s, const char *uri);
/* The address to write into SDP and Contact. */
void endpoint_address(const endpoint *at, char *text, size_t capacity);
/* "<sip:user@address:port;transport=..>" */
void endpoint_contact(const endpoint *at, enum sip_transp transport, const char *user, char *text, size_t capacity);

/* Dialogs are found by Call-ID. */
void stack_add_leg(stack *s, leg *l, struct le *place, const char *call_id);

#endif
