/* simulated_clock.h: deadline.h by a clock that the test moves: hours of traffic in a second. Layer: tests.
 * A test that includes it defines all of deadline.h, so that the library's deadline.c is not linked.
 */
#ifndef TCCC_TESTS_SIMULATED_CLOCK_H
#define TCCC_TESTS_SIMULATED_CLOCK_H

#include "server/deadline.h"

#include <stddef.h>
#include <stdlib.h>

struct deadlines {
    timer_heap heap;
};

static uint64_t simulated_us = 1000000;      /* since the start of the machine */
static int64_t simulated_unix_ms = 1763600000000; /* at simulated_us 0 */

uint64_t clock_ms(void) { return simulated_us / 1000; }
int64_t clock_unix_ms(void) { return simulated_unix_ms + (int64_t)(simulated_us / 1000); }

deadlines *deadlines_new(void) {
    deadlines *all = calloc(1, sizeof *all);
    if (all)
        timer_heap_init(&all->heap);
    return all;
}

void deadlines_free(deadlines *all) {
    if (!all)
        return;
    timer_heap_close(&all->heap);
    free(all);
}

int deadline_set(deadlines *all, deadline *one, uint64_t delay_ms, void (*fire)(void *owner), void *owner) {
    one->fire = fire;
    one->node.owner = owner;
    return timer_heap_set(&all->heap, &one->node, simulated_us + delay_ms * 1000);
}

void deadline_clear(deadlines *all, deadline *one) { timer_heap_cancel(&all->heap, &one->node); }
bool deadline_is_set(const deadline *one) { return timer_heap_is_set(&one->node); }

/* Fires everything that is due until then, in order, each at its own time. */
static inline void clock_run_until(deadlines *all, uint64_t ms) {
    uint64_t until_us = ms * 1000;
    for (uint64_t due; (due = timer_heap_next_us(&all->heap)) <= until_us;) {
        simulated_us = due > simulated_us ? due : simulated_us;
        timer_node *node = timer_heap_pop(&all->heap, simulated_us);
        deadline *one = (deadline *)((char *)node - offsetof(deadline, node));
        one->fire(node->owner);
    }
    simulated_us = until_us > simulated_us ? until_us : simulated_us;
}

static inline void clock_run(deadlines *all, uint64_t ms) { clock_run_until(all, clock_ms() + ms); }

#endif
