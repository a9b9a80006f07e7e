/* association.h: SCTP inside DTLS, over usrsctp without threads. Layer: server. RFC 9260, RFC 8261, RFC 3758.
 *
 * usrsctp is one stack for the whole process, so there is one `association_stack` at a time; everything happens on the
 * thread that started it. Time comes by association_stack_tick.
 */
#ifndef TCCC_SERVER_ASSOCIATION_H
#define TCCC_SERVER_ASSOCIATION_H

#include <stddef.h>
#include <stdint.h>

typedef struct association association;

typedef struct {
    /* A packet for the peer: protect it and send it. */
    void (*send)(void *context, const uint8_t *packet, size_t len);
    void (*message)(void *context, uint16_t stream, uint32_t ppid, const uint8_t *data, size_t len);
    void (*stream_reset)(void *context, uint16_t stream);
    /* It has failed or the peer has ended it. Close it, but not from inside this event. */
    void (*down)(void *context);
    void *context;
} association_events;

/* 0, TCCC_E_STATE (it runs already), TCCC_E_NO_MEMORY. */
int association_stack_start(void);
/* All associations must be closed. */
void association_stack_stop(void);
/* Runs the stack's timers; every ASSOCIATION_TICK_MS while there are associations. */
void association_stack_tick(uint32_t elapsed_ms);
#define ASSOCIATION_TICK_MS 10

/* Begins to connect. Ports are the peers' to agree on; the stack looks an association up by both ports first, so that
 * many with the same pair cost time at every packet. NULL: no memory. */
association *association_open(uint16_t local_port, uint16_t remote_port, const association_events *events);
/* Aborts. Not from inside an event. */
void association_close(association *a);
/* A packet from the peer, out of DTLS. */
void association_input(association *a, const uint8_t *packet, size_t len);

typedef struct {
    uint16_t stream;
    uint32_t ppid;
    int unordered;
    uint32_t lifetime_ms;            /* 0: reliable */
} association_message;

/* 0, or TCCC_E_AGAIN: the send buffer is full or the association is not up; the message is dropped. */
int association_send(association *a, const association_message *how, const uint8_t *data, size_t len);

#endif
