/* mix_clock.c: ten milliseconds, for all bridges that mix. Layer: server. Edge thread. */
#include "mix_clock.h"

#include "mixer.h"

#include "tccc/error.h"

#include <stdlib.h>

enum { TICK_MS = 10, LATE_MAX_US = 200000 /* after a stall longer than this the clock starts anew instead of catching up */ };

struct mix_clock {
    uv_timer_t timer;
    mix_listener *listeners;
};

static void on_tick(uv_timer_t *timer) {
    edge_loop *loop = timer->data;
    uint64_t now_us = edge_now_us(loop);
    for (mix_listener *l = loop->mixes->listeners; l; l = l->next) {
        if (now_us > l->due_us + LATE_MAX_US)
            l->due_us = now_us;
        for (; l->due_us <= now_us; l->due_us += MIXER_STEP_US)
            l->step(l, now_us); /* what arrives is timed by the same clock */
    }
}

void mix_clock_start(edge_loop *loop, mix_listener *listener) {
    struct mix_clock *clock = loop->mixes;
    if (listener->on)
        return;
    if (!clock->listeners)
        uv_timer_start(&clock->timer, on_tick, TICK_MS, TICK_MS);
    listener->on = 1;
    listener->due_us = edge_now_us(loop) + MIXER_STEP_US;
    listener->next = clock->listeners;
    clock->listeners = listener;
}

void mix_clock_stop(edge_loop *loop, mix_listener *listener) {
    struct mix_clock *clock = loop->mixes;
    if (!listener->on)
        return;
    mix_listener **at = &clock->listeners;
    while (*at != listener)
        at = &(*at)->next;
    *at = listener->next;
    listener->on = 0;
    if (!clock->listeners)
        uv_timer_stop(&clock->timer);
}

int mix_clock_open(edge_loop *loop) {
    loop->mixes = calloc(1, sizeof *loop->mixes);
    if (!loop->mixes)
        return TCCC_E_NO_MEMORY;
    uv_timer_init(&loop->uv, &loop->mixes->timer);
    loop->mixes->timer.data = loop;
    return 0;
}

static void on_clock_closed(uv_handle_t *handle) {
    free(handle->data);
}

void mix_clock_close(edge_loop *loop) {
    if (!loop->mixes)
        return;
    loop->mixes->timer.data = loop->mixes;
    uv_close((uv_handle_t *)&loop->mixes->timer, on_clock_closed);
    loop->mixes = NULL;
}
