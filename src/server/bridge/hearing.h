/* hearing.h: how each side of a bridge gets to hear what it shall: packets passed on, a mix, or a program. Layer: server. Sans-IO.
 *
 * Packets of one party pass on as they are wherever the listener can take them: the same codec, and SRTP that the listener's keys
 * open, or that the bridge opens and closes. Everything else is mixed, which is also how codecs are changed.
 */
#ifndef TCCC_SERVER_HEARING_H
#define TCCC_SERVER_HEARING_H

#include "bridge.h"

enum hearing_how { HEARING_NOTHING, HEARING_PROGRAM, HEARING_RELAY, HEARING_MIX };

typedef struct {
    enum hearing_how how;
    int from;                        /* RELAY: whose packets; PROGRAM: which side is the program */
    int passes;                      /* RELAY: packets stay as they are, SRTP closed */
    unsigned mixed;                  /* MIX: bits of the sides */
} hearing;

typedef struct {
    const bridge_side *sides[BRIDGE_SIDES]; /* NULL: nobody */
    unsigned hears[BRIDGE_SIDES];    /* bits, as ordered */
    unsigned played;                 /* bits of sides that hear a program of their own: they are not heard either */
} hearing_order;

void hearing_plan(const hearing_order *order, hearing plan[BRIDGE_SIDES]);
/* Whether SRTP from one side passes to another as it is. */
int hearing_passes(const hearing_order *order, int from, int to);
/* Bits of the sides whose sound some side hears, and of those that somebody hears in a mix. */
unsigned hearing_heard(const hearing plan[BRIDGE_SIDES]);
unsigned hearing_mixed(const hearing plan[BRIDGE_SIDES]);

#endif
