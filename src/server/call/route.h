/* route.h: how a number is called: over which line or to which desk phone, with which addresses. Layer: server. */
#ifndef TCCC_SERVER_CALL_ROUTE_H
#define TCCC_SERVER_CALL_ROUTE_H

#include "server/call/call.h"
#include "server/sip/leg.h"

typedef struct {
    char number[STORE_NUMBER];       /* what is dialled */
    char caller[STORE_NUMBER];       /* what is shown */
    char uri[300], next_hop[100], from[300];
    char trunk[STORE_TEXT];          /* its name, for trunks come and go; "": a desk phone of ours */
    bool unreachable;                /* the desk phone has not registered */
} route;

/* Blanks, dashes, points and parentheses are only there for people. 0 or NUMBER_INVALID; number[STORE_NUMBER]. */
int route_clean_number(const char *text, char *number);
/* `caller` is shown; NULL: anonymous. */
void route_to_extension(calls *all, const char *extension, const char *caller, route *out);
/* Over the trunk of `from`, which is shown. 0 or TRUNK_DOWN. */
int route_to_trunk(calls *all, const store_number *from, const char *number, route *out);
/* Sends the INVITE. NULL: it cannot be sent. */
leg *route_call(calls *all, const route *r, const sdp_audio *local, const leg_handler *handler, void *ctx);
/* The endpoint that the INVITE leaves from. */
endpoint *route_endpoint(calls *all, const route *r);
bool route_is_secure(calls *all, const route *r);
/* A call over it found the line dead. */
void route_note_dead(calls *all, const char *trunk_name);

#endif
