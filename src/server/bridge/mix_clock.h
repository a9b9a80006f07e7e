/* mix_clock.h: ten milliseconds, for all bridges that mix. Layer: server. Edge thread. */
#ifndef TCCC_SERVER_MIX_CLOCK_H
#define TCCC_SERVER_MIX_CLOCK_H

#include "server/edge/edge_loop.h"

typedef struct mix_listener {        /* part of whoever mixes */
    struct mix_listener *next;
    void (*step)(struct mix_listener *self, uint64_t now_us);
    uint64_t due_us;
    int on;
} mix_listener;

int mix_clock_open(edge_loop *loop);
void mix_clock_close(edge_loop *loop);
/* `step` is called for every 10 ms from now on. It must not start or stop anybody. */
void mix_clock_start(edge_loop *loop, mix_listener *listener);
void mix_clock_stop(edge_loop *loop, mix_listener *listener);

#endif
