/* deadline.c: a timer heap driven by one libre timer. Layer: server. */
#include "server/deadline.h"

#include "server/libre.h"

#include <stddef.h>
#include <stdlib.h>
#include <time.h>

struct deadlines {
    timer_heap heap;
    struct tmr next;
    bool firing;
};

static uint64_t read_clock_us(clockid_t id) {
    struct timespec now;
    clock_gettime(id, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

uint64_t clock_ms(void) { return read_clock_us(CLOCK_MONOTONIC) / 1000; }
int64_t clock_unix_ms(void) { return (int64_t)(read_clock_us(CLOCK_REALTIME) / 1000); }

static void fire_due(void *arg);

static void arm(deadlines *all) {
    uint64_t due_us = timer_heap_next_us(&all->heap);
    if (due_us == TIMER_HEAP_NEVER) {
        tmr_cancel(&all->next);
        return;
    }
    uint64_t now_us = read_clock_us(CLOCK_MONOTONIC);
    tmr_start(&all->next, due_us > now_us ? (due_us - now_us + 999) / 1000 : 0, fire_due, all);
}

static void fire_due(void *arg) {
    deadlines *all = arg;
    uint64_t now_us = read_clock_us(CLOCK_MONOTONIC);
    all->firing = true;
    for (timer_node *node; (node = timer_heap_pop(&all->heap, now_us));) {
        deadline *one = (deadline *)((char *)node - offsetof(deadline, node));
        one->fire(node->owner);
    }
    all->firing = false;
    arm(all);
}

deadlines *deadlines_new(void) {
    deadlines *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    timer_heap_init(&all->heap);
    tmr_init(&all->next);
    return all;
}

void deadlines_free(deadlines *all) {
    if (!all)
        return;
    tmr_cancel(&all->next);
    timer_heap_close(&all->heap);
    free(all);
}

int deadline_set(deadlines *all, deadline *one, uint64_t delay_ms, void (*fire)(void *owner), void *owner) {
    one->fire = fire;
    one->node.owner = owner;
    int error = timer_heap_set(&all->heap, &one->node, read_clock_us(CLOCK_MONOTONIC) + delay_ms * 1000);
    if (!error && !all->firing)
        arm(all);
    return error;
}

void deadline_clear(deadlines *all, deadline *one) {
    timer_heap_cancel(&all->heap, &one->node);
}

bool deadline_is_set(const deadline *one) {
    return timer_heap_is_set(&one->node);
}
