/* reach.h: by which way an agent is reached, and whether its calls go elsewhere: a pure function. Layer: server. Sans-IO.
 * Rows ACD-016, ACD-030, ACD-031; mobile answer modes (SeatUserInfo.UseMobileAccept).
 */
#ifndef TCCC_SERVER_CALL_REACH_H
#define TCCC_SERVER_CALL_REACH_H

#include "server/store/store.h"

/* Forwarding goes on at most so often for one call; then who is reached rings, whatever it has set. */
enum { REACH_FORWARDS_MAX = 3 };

typedef struct {
    bool page;                        /* a page of the agent's is connected */
    bool extension;                   /* its desk phone is registered */
    bool mobile;                      /* it has a telephone number */
    enum staff_mobile mobile_accept;
    enum staff_forward forward;
    int forwarded;                    /* how often the call was forwarded before */
} reach_facts;

enum reach_way { REACH_FORWARD, REACH_MOBILE, REACH_PAGE, REACH_EXTENSION, REACH_NOWHERE };
enum reach_failure { REACH_BUSY, REACH_LATE, REACH_REJECTED, REACH_UNREACHABLE };

/* The way to offer it a call. */
enum reach_way reach_choose(const reach_facts *facts);
/* Whether a call that failed so is forwarded (ACD-031: busy and ring time-out only). */
bool reach_forwards(const reach_facts *facts, enum reach_failure failure);
const char *reach_way_name(enum reach_way way);

#endif
