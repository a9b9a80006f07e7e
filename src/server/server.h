/* server.h: tcccd as a whole: starts the parts in order, joins them, stops them gracefully. Layer: server. */
#ifndef TCCC_SERVER_SERVER_H
#define TCCC_SERVER_SERVER_H

#include "server/config.h"

typedef struct server server;

/* NULL with a sentence in err. libre must be initialised. */
server *server_start(const config *c, const logger *log, char *err, size_t err_cap);
/* One line with the ports, and in a demo what to open, on stdout. */
void server_print_ready(const server *s);
/* The first time: no new calls, running ones may end within the limit, then `stopped` is called. Again: at once. */
void server_ask_stop(server *s, void (*stopped)(void *ctx), void *ctx);
void server_free(server *s);

#endif
