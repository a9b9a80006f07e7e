/* demo.h: `tcccd --demo`: a contact centre to try, with its own telephone network and sign-in page. Layer: server.
 *
 * Everything here signs anybody in who can reach the HTTP port, so the demo listens on loopback unless told otherwise.
 */
#ifndef TCCC_SERVER_DEMO_DEMO_H
#define TCCC_SERVER_DEMO_DEMO_H

#include "server/cloudapi/cloudapi.h"
#include "server/deadline.h"
#include "server/demo/telephone.h"

#define DEMO_APP 1400000001
#define DEMO_REALM "tcccd"
#define DEMO_HOTLINE "4008001000"     /* the centre's number, in and out */
#define DEMO_EXTENSION "1001"

typedef struct demo demo;

typedef struct {
    edge *edge;
    const cloudapi *api;              /* with the store */
    deadlines *timers;
    const logger *log;
    const char *speech;               /* WAV of the customer; NULL or "": none */
} demo_config;

/* Starts the telephone network and writes app, agents, group, trunk, numbers, extensions and an API key into the store.
 * Call it before trunks are read from there. NULL with a sentence in err. */
demo *demo_start(const demo_config *config, char *err, size_t err_cap);
void demo_stop(demo *d);              /* NULL is allowed */
/* Where the centre's SIP listens, for the customer's calls and for people to read. */
void demo_set_centre(demo *d, const char *address, int sip_port);
/* What to open and how a softphone registers, on stdout. */
void demo_print(const demo *d, int http_port);
/* Requests under /demo/: answers them. False: not one of ours. */
bool demo_http(demo *d, const edge_http_request *request);
telephone *demo_telephone(demo *d);

#endif
