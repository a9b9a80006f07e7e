/* telephone.h: the demo's telephone network: a second SIP endpoint inside tcccd, with numbers to try and a customer who calls.
 * Layer: server. It is reached by real SIP and RTP over loopback, as a trunk would be.
 */
#ifndef TCCC_SERVER_DEMO_TELEPHONE_H
#define TCCC_SERVER_DEMO_TELEPHONE_H

#include "server/edge/edge.h"
#include "server/sip/stack.h"

#define TELEPHONE_CALLS 64            /* at once; more are busy */

typedef struct telephone telephone;

typedef struct {
    const char *number, *title, *title_zh;
    int answer_after_ms;              /* below 0: it rings until the caller gives up */
    int refuse_status;                /* 0: it is answered */
    int program;                      /* enum bridge_program */
} telephone_number;

extern const telephone_number telephone_numbers[]; /* ended by a number of NULL */

/* `speech`: WAV that its people say; NULL or "": a ringback tone instead. NULL with a sentence in err. */
telephone *telephone_start(edge *e, deadlines *timers, const logger *log, const char *speech, char *err, size_t err_cap);
void telephone_stop(telephone *t);    /* ends its calls */
int telephone_port(const telephone *t);

/* Somebody dials `uri` (sip:number@host:port) and speaks when answered. 0; LIMIT; IO. */
int telephone_call(telephone *t, const char *uri);
/* For edge_handler. */
void telephone_bridge_event(telephone *t, uint32_t bridge, int event);

#endif
