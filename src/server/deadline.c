/* deadline.c: a timer heap driven by one timerfd of the monotonic clock. Layer: server.
 * libre counts its own timers on the calendar clock: a clock that is set back would hold them up.
 */
#include "server/deadline.h"

#include "server/libre.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

struct deadlines {
    timer_heap heap;
    int fd;
    bool firing;
};

static uint64_t read_clock_us(clockid_t id) {
    struct timespec now;
    clock_gettime(id, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

uint64_t clock_ms(void) { return read_clock_us(CLOCK_MONOTONIC) / 1000; }
int64_t clock_unix_ms(void) { return (int64_t)(read_clock_us(CLOCK_REALTIME) / 1000); }

static void arm(deadlines *all) {
    uint64_t due_us = timer_heap_next_us(&all->heap);
    struct itimerspec when = { .it_value = { 0, 0 } }; /* zero: disarmed */
    if (due_us != TIMER_HEAP_NEVER)
        when.it_value = (struct timespec){ (time_t)(due_us / 1000000), (long)(due_us % 1000000) * 1000 + 1 };
    (void)timerfd_settime(all->fd, TFD_TIMER_ABSTIME, &when, NULL);
}

static void fire_due(int flags, void *arg) {
    deadlines *all = arg;
    uint64_t times, now_us = read_clock_us(CLOCK_MONOTONIC);
    (void)flags;
    (void)!read(all->fd, &times, sizeof times);
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
    all->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (all->fd >= 0 && !fd_listen(all->fd, FD_READ, fire_due, all))
        return all;
    if (all->fd >= 0)
        close(all->fd);
    free(all);
    return NULL;
}

void deadlines_free(deadlines *all) {
    if (!all)
        return;
    fd_close(all->fd);
    close(all->fd);
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
