/* tap_ring.h: packets on their way from the edge thread to the thread that records them. Layer: server.
 *
 * One thread puts, one thread takes; neither waits, locks, allocates or enters the kernel. What does not fit is lost and
 * counted. The taker looks in from time to time (record/record_thread.c) and so needs no bell. Shared by counting holders.
 */
#ifndef TCCC_SERVER_TAP_RING_H
#define TCCC_SERVER_TAP_RING_H

#include "tccc/media.h"

#include <stddef.h>
#include <stdint.h>

enum tap_kind { TAP_PACKET, TAP_KEYS, TAP_SKIP };  /* SKIP: up to the end of the memory, for the ring's own use */

enum {
    TAP_WITHHELD = 1,                /* the other side does not hear it: one of them is on hold */
    TAP_SPEECH = 2                   /* of the payload type that is spoken, as against digits and comfort noise */
};

typedef struct {
    uint32_t tap;                    /* as given to bridge_tap */
    uint16_t len;                    /* bytes that follow */
    uint8_t kind;                    /* enum tap_kind */
    uint8_t flags;
    uint8_t codec;                   /* enum tccc_codec, of a packet */
    uint8_t srtp;                    /* enum tccc_srtp_suite: of a packet whether it is closed, of KEYS the suite of the key that follows */
    uint64_t arrival_us;             /* CLOCK_MONOTONIC; to the millisecond */
} tap_head;

typedef struct {                     /* the bytes of TAP_KEYS */
    uint8_t key[TCCC_SRTP_KEY_LEN];
    uint32_t ssrc, roc;              /* of the next packet: how often its numbers have rolled over (RFC 3711 section 3.3.1) */
} tap_keys;

typedef struct tap_ring tap_ring;

/* capacity: bytes, a power of two from 4096 on. Held for the caller. NULL: no memory. */
tap_ring *tap_ring_new(size_t capacity);
tap_ring *tap_ring_hold(tap_ring *ring);
void tap_ring_drop(tap_ring *ring);  /* NULL is allowed */

/* The putting thread. Copies bytes[head->len]. 0, or TCCC_E_LIMIT: there was no room; a lost packet is counted. */
int tap_ring_put(tap_ring *ring, const tap_head *head, const uint8_t *bytes);

/* The taking thread. How far has been put: a place for tap_ring_take. */
uint64_t tap_ring_end(const tap_ring *ring);
/* How far has been taken. */
uint64_t tap_ring_begin(const tap_ring *ring);
/* Copies what comes next, if it lies before `end`, to *head and bytes[capacity]. 1, or 0: nothing is left. What is
 * longer than capacity is cut. Keys are wiped from the ring. */
int tap_ring_take(tap_ring *ring, uint64_t end, tap_head *head, uint8_t *bytes, size_t capacity);

/* Any thread: packets that found no room since the start. */
uint64_t tap_ring_lost(const tap_ring *ring);

#endif
