/* ring.c: a queue of byte records between two threads. Layer: base.
 *
 * Positions count bytes for ever and are taken modulo the capacity. A record is a 32-bit length and the bytes, rounded
 * up to 8, so a header never wraps; a record that would wrap is preceded by a filler (RING_FILLER) to the end.
 */
#include "base/ring.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tccc/error.h"

#define RING_FILLER UINT32_MAX
#define RING_ALIGN 8
#define CACHE_LINE 64 /* bytes; keeps the two threads' positions apart */

struct ring {
    size_t capacity;
    unsigned char *bytes;
    alignas(CACHE_LINE) atomic_size_t put; /* written by the putting thread only */
    alignas(CACHE_LINE) atomic_size_t taken; /* written by the taking thread only */
};

ring *ring_new(size_t capacity) {
    size_t size = CACHE_LINE;
    while (size < capacity && size <= SIZE_MAX / 4) size *= 2;
    if (size < capacity) return NULL;
    ring *r = aligned_alloc(CACHE_LINE, sizeof *r);
    unsigned char *bytes = aligned_alloc(CACHE_LINE, size);
    if (!r || !bytes) {
        free(r);
        free(bytes);
        return NULL;
    }
    r->capacity = size;
    r->bytes = bytes;
    atomic_init(&r->put, 0);
    atomic_init(&r->taken, 0);
    return r;
}

void ring_free(ring *r) {
    if (!r) return;
    free(r->bytes);
    free(r);
}

static size_t record_size(size_t length) {
    return (sizeof(uint32_t) + length + RING_ALIGN - 1) & ~(size_t)(RING_ALIGN - 1);
}

static void header_write(ring *r, size_t position, uint32_t length) {
    memcpy(r->bytes + (position & (r->capacity - 1)), &length, sizeof length);
}

static uint32_t header_read(const ring *r, size_t position) {
    uint32_t length;
    memcpy(&length, r->bytes + (position & (r->capacity - 1)), sizeof length);
    return length;
}

static size_t ring_to_end(const ring *r, size_t position) {
    return r->capacity - (position & (r->capacity - 1));
}

int ring_put(ring *r, const void *record, size_t length) {
    if (length > r->capacity / 2 - RING_ALIGN) return TCCC_E_TOO_LARGE;
    size_t put = atomic_load_explicit(&r->put, memory_order_relaxed);
    size_t taken = atomic_load_explicit(&r->taken, memory_order_acquire);
    size_t size = record_size(length), to_end = ring_to_end(r, put);
    size_t filler = size > to_end ? to_end : 0;
    if (filler + size > r->capacity - (put - taken)) return TCCC_E_AGAIN;
    if (filler) header_write(r, put, RING_FILLER);
    header_write(r, put + filler, (uint32_t)length);
    if (length) memcpy(r->bytes + ((put + filler) & (r->capacity - 1)) + sizeof(uint32_t), record, length);
    atomic_store_explicit(&r->put, put + filler + size, memory_order_release);
    return 0;
}

/* The position of the oldest record, behind a filler. */
static size_t ring_oldest(const ring *r, size_t taken) {
    return header_read(r, taken) == RING_FILLER ? taken + ring_to_end(r, taken) : taken;
}

const void *ring_peek(ring *r, size_t *length) {
    size_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed);
    if (taken == atomic_load_explicit(&r->put, memory_order_acquire)) return NULL;
    size_t at = ring_oldest(r, taken);
    *length = header_read(r, at);
    return r->bytes + (at & (r->capacity - 1)) + sizeof(uint32_t);
}

void ring_drop(ring *r) {
    size_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed);
    if (taken == atomic_load_explicit(&r->put, memory_order_acquire)) return;
    size_t at = ring_oldest(r, taken);
    atomic_store_explicit(&r->taken, at + record_size(header_read(r, at)), memory_order_release);
}
