/* trunk.h: connections to telephone companies and PBXs: reaching them, registering, knowing whether they live. Layer: server.
 * Source: RFC 3261 sections 10.2 and 11.
 */
#ifndef TCCC_SERVER_SIP_TRUNK_H
#define TCCC_SERVER_SIP_TRUNK_H

#include "server/sip/stack.h"

#define TRUNK_ADDRESSES 16

enum trunk_srtp { TRUNK_SRTP_OFF, TRUNK_SRTP_REQUIRED };

typedef struct {
    char name[64];
    char host[128];              /* name or address, without port */
    int port;                    /* 0: 5060, or 5061 with TLS, or by DNS SRV when host is a name */
    enum sip_transp transport;
    char username[128], password[128]; /* digest; empty: authentication by address */
    bool registers;
    int qualify_s;               /* OPTIONS every so many seconds; 0: never, the trunk counts as up */
    enum trunk_srtp srtp;
    char addresses[TRUNK_ADDRESSES][46]; /* calls from these are this trunk's; host is one of them by itself */
    int n_addresses;
    bool resolved;               /* addresses holds the host's, too: the resolver is not asked, which would hold up the thread */
} trunk_settings;

typedef struct trunks trunks;
typedef struct trunk trunk;

trunks *trunks_new(stack *s, const logger *log);
void trunks_free(trunks *all);
/* Starts registration and qualification. NULL: no memory. */
trunk *trunk_add(trunks *all, const trunk_settings *settings);
/* No new calls over it; running ones go on, and it stays in memory for them until trunks_free. A registration there is not renewed.
 * No such trunk: nothing. */
void trunk_remove(trunks *all, const char *name);
trunk *trunk_find(trunks *all, const char *name);
/* The trunk that calls from this address belong to, or NULL. */
trunk *trunk_of_source(trunks *all, const struct sa *from);

const trunk_settings *trunk_get(const trunk *t);
/* False when it did not answer OPTIONS or REGISTER lately. */
bool trunk_is_up(const trunk *t);
/* A call over it found it dead: it counts as down until it answers OPTIONS again. */
void trunk_note_dead(trunk *t);
/* "sip:number@host:port;transport=.." */
void trunk_uri(const trunk *t, const char *number, char *text, size_t capacity);

#endif
