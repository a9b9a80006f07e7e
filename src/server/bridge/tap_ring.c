/* tap_ring.c: packets on their way from the edge thread to the thread that records them. Layer: server. */
#include "tap_ring.h"

#include "tccc/error.h"

#include <openssl/crypto.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 8, CACHE_LINE = 64 };

struct tap_ring {
    atomic_int holders;
    size_t capacity;
    _Alignas(CACHE_LINE) _Atomic uint64_t end;   /* the putter's; counts bytes, never wraps */
    uint64_t begin_seen;                         /* the putter's last look at `begin` */
    _Atomic uint64_t lost;
    _Alignas(CACHE_LINE) _Atomic uint64_t begin; /* the taker's */
    _Alignas(CACHE_LINE) uint8_t bytes[];
};

tap_ring *tap_ring_new(size_t capacity) {
    tap_ring *ring = aligned_alloc(CACHE_LINE, sizeof *ring + capacity);
    if (!ring)
        return NULL;
    memset(ring, 0, sizeof *ring); /* the bytes stay untouched: memory is taken when packets come */
    ring->capacity = capacity;
    atomic_init(&ring->holders, 1);
    return ring;
}

tap_ring *tap_ring_hold(tap_ring *ring) {
    if (ring)
        atomic_fetch_add_explicit(&ring->holders, 1, memory_order_relaxed);
    return ring;
}

void tap_ring_drop(tap_ring *ring) {
    if (ring && atomic_fetch_sub_explicit(&ring->holders, 1, memory_order_acq_rel) == 1)
        free(ring);
}

static size_t place(const tap_ring *ring, uint64_t at) {
    return (size_t)at & (ring->capacity - 1);
}

static size_t space_of(size_t len) {
    return (sizeof(tap_head) + len + ALIGN - 1) / ALIGN * ALIGN;
}

static int fits(tap_ring *ring, uint64_t end, size_t space) {
    if (end + space - ring->begin_seen <= ring->capacity)
        return 1;
    ring->begin_seen = atomic_load_explicit(&ring->begin, memory_order_acquire);
    return end + space - ring->begin_seen <= ring->capacity;
}

int tap_ring_put(tap_ring *ring, const tap_head *head, const uint8_t *bytes) {
    uint64_t end = atomic_load_explicit(&ring->end, memory_order_relaxed);
    size_t space = space_of(head->len), left = ring->capacity - place(ring, end), skipped = left < space ? left : 0;
    if (!fits(ring, end, skipped + space)) {
        if (head->kind == TAP_PACKET)
            atomic_fetch_add_explicit(&ring->lost, 1, memory_order_relaxed);
        return TCCC_E_LIMIT;
    }
    if (skipped >= sizeof *head)
        memcpy(ring->bytes + place(ring, end), &(tap_head){ .kind = TAP_SKIP }, sizeof *head);
    end += skipped; /* fewer bytes than a head are skipped by both without a word */
    memcpy(ring->bytes + place(ring, end), head, sizeof *head);
    if (head->len)
        memcpy(ring->bytes + place(ring, end) + sizeof *head, bytes, head->len);
    atomic_store_explicit(&ring->end, end + space, memory_order_release);
    return 0;
}

uint64_t tap_ring_end(const tap_ring *ring) {
    return atomic_load_explicit(&ring->end, memory_order_acquire);
}

uint64_t tap_ring_begin(const tap_ring *ring) {
    return atomic_load_explicit(&ring->begin, memory_order_relaxed);
}

int tap_ring_take(tap_ring *ring, uint64_t end, tap_head *head, uint8_t *bytes, size_t capacity) {
    uint64_t begin = atomic_load_explicit(&ring->begin, memory_order_relaxed);
    for (;;) {
        size_t left = ring->capacity - place(ring, begin);
        if (begin >= end)
            return 0;
        if (left >= sizeof *head) {
            memcpy(head, ring->bytes + place(ring, begin), sizeof *head);
            if (head->kind != TAP_SKIP)
                break;
        }
        begin += left;
    }
    uint8_t *from = ring->bytes + place(ring, begin) + sizeof *head;
    size_t len = head->len < capacity ? head->len : capacity;
    if (len)
        memcpy(bytes, from, len);
    if (head->kind == TAP_KEYS)
        OPENSSL_cleanse(from, head->len);
    atomic_store_explicit(&ring->begin, begin + space_of(head->len), memory_order_release);
    head->len = (uint16_t)len;
    return 1;
}

uint64_t tap_ring_lost(const tap_ring *ring) {
    return atomic_load_explicit(&ring->lost, memory_order_relaxed);
}
