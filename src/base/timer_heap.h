/* timer_heap.h: many timers, the earliest first; a binary heap of the owners' own nodes. Layer: base.
 *
 * Time is the caller's: microseconds of any monotonic clock. Timers due at the same time fire in the order of setting.
 */
#ifndef TCCC_BASE_TIMER_HEAP_H
#define TCCC_BASE_TIMER_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIMER_HEAP_NEVER UINT64_MAX

/* One timer, inside its owner's struct. Zeroed: not set. The heap points to it while it is set: cancel it before
 * freeing. */
typedef struct {
    void *owner;                    /* for the owner, as is `kind`; untouched by the heap */
    int kind;
    uint64_t due_us;                /* when set */
    uint64_t order;
    size_t place;                   /* 1 + index in the heap; 0 = not set */
} timer_node;

typedef struct {
    timer_node **nodes;
    size_t count, capacity;
    uint64_t order;
} timer_heap;

void timer_heap_init(timer_heap *heap);
/* Frees the heap's memory; the nodes are the owners' and count as not set. */
void timer_heap_close(timer_heap *heap);
/* Room for `count` timers at once, so that timer_heap_set cannot fail up to there. 0 or NO_MEMORY. */
int timer_heap_reserve(timer_heap *heap, size_t count);
/* Sets a timer, or moves it when it is set. 0 or NO_MEMORY (only when the heap has to grow). */
int timer_heap_set(timer_heap *heap, timer_node *node, uint64_t due_us);
/* Nothing happens when it is not set. */
void timer_heap_cancel(timer_heap *heap, timer_node *node);
bool timer_heap_is_set(const timer_node *node);
/* When the earliest timer is due; TIMER_HEAP_NEVER when none is set. */
uint64_t timer_heap_next_us(const timer_heap *heap);
/* Takes the earliest timer due at or before now_us out of the heap, or NULL. Call until NULL. */
timer_node *timer_heap_pop(timer_heap *heap, uint64_t now_us);

#endif
