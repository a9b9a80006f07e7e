/* bridges.h: all bridges, for the edge thread's loop. Layer: server. */
#ifndef TCCC_SERVER_BRIDGES_H
#define TCCC_SERVER_BRIDGES_H

#include "bridge.h"
#include "server/edge/edge_loop.h"

/* Once a second: reports, silence, programs that end. */
void bridges_second(edge_loop *loop);
/* When the loop ends. */
void bridges_close_all(edge_loop *loop);

#endif
