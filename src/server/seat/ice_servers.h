/* ice_servers.h: the STUN and TURN servers as one page is told of them. Layer: server. Sans-IO: time is an argument.
 * Source: draft-uberti-behave-turn-rest-00, section 2.2; coturn's use-auth-secret.
 */
#ifndef TCCC_SERVER_SEAT_ICE_SERVERS_H
#define TCCC_SERVER_SEAT_ICE_SERVERS_H

#include "base/json.h"

enum {
    ICE_URLS_MAX = 4, ICE_TEXT_MAX = 256, /* addresses of a server, and bytes of each and of what else it has */
    ICE_CREDENTIAL_S = 12 * 3600     /* what a page is given is good for so long */
};

/* configured: an array of {urls, username?, credential?} or {urls, secret}. A server with a secret, which it shares with TURN, becomes one with
 * a username that ends at now_s + ICE_CREDENTIAL_S and its credential; nobody is told the secret. NULL: no memory, or too large. */
json_value *ice_servers_for_page(const json_value *configured, int64_t now_s);

#endif
