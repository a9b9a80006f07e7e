/* ring.h: a queue of byte records between two threads, one that puts and one that takes. Layer: base.
 *
 * Lock-free (C11 atomics, acquire/release), bounded, never allocates after ring_new. A record lies in one piece.
 */
#ifndef TCCC_BASE_RING_H
#define TCCC_BASE_RING_H

#include <stddef.h>

typedef struct ring ring;

/* A ring of `capacity` bytes, rounded up to a power of two, 64 at least; each record takes 4 to 11 bytes besides its
 * own. NULL: no memory. */
ring *ring_new(size_t capacity);
void ring_free(ring *ring);

/* The putting thread. Copies record[length] in. 0, AGAIN (no room now) or TOO_LARGE (above half of the capacity). */
int ring_put(ring *ring, const void *record, size_t length);

/* The taking thread. The oldest record and its length, or NULL; valid until ring_drop, which takes it off. */
const void *ring_peek(ring *ring, size_t *length);
void ring_drop(ring *ring);

#endif
