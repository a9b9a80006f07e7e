/* deadline.h: many timers on the control thread; libre's own list is searched linearly. Layer: server. */
#ifndef TCCC_SERVER_DEADLINE_H
#define TCCC_SERVER_DEADLINE_H

#include "base/timer_heap.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct deadlines deadlines;

/* Inside its owner's struct; zeroed: not set. Clear it before its owner is freed. */
typedef struct deadline {
    timer_node node;
    void (*fire)(void *owner);
} deadline;

/* NULL: no memory or no descriptor. */
deadlines *deadlines_new(void);
void deadlines_free(deadlines *all);

/* Calls fire(owner) once, after delay_ms; moves it when it is set. 0 or NO_MEMORY. */
int deadline_set(deadlines *all, deadline *one, uint64_t delay_ms, void (*fire)(void *owner), void *owner);
void deadline_clear(deadlines *all, deadline *one);
bool deadline_is_set(const deadline *one);

/* Milliseconds of the monotonic clock, and of the calendar since 1970. */
uint64_t clock_ms(void);
int64_t clock_unix_ms(void);

#endif
