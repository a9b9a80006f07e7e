/* forwarded.h: who asks when a reverse proxy asks for somebody: X-Forwarded-For, believed of trusted proxies only. Layer: server.
 *
 * RFC 7239 section 8.1: what stands in the header may be invented by anybody but the proxies that we know. Each proxy adds the address
 * that it was asked from at the end, so the list is read from there, and its first address that is no trusted proxy's is the asker's.
 * The header Forwarded is not read: proxies may add it as a line of its own, and libwebsockets shows only the first of several lines
 * of a header that it does not know, which may be the asker's invention.
 */
#ifndef TCCC_SERVER_FORWARDED_H
#define TCCC_SERVER_FORWARDED_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

enum { PROXIES_MAX = 32, IP_TEXT_MAX = INET6_ADDRSTRLEN + 4 };

typedef struct in6_addr ip_address;  /* IPv4 as IPv4-mapped (RFC 4291 section 2.5.5.2) */

/* Of a socket; without an address :: */
ip_address ip_of(const struct sockaddr *address);
/* An address alone: 192.0.2.7, 2001:db8::1. Whether text is one. */
bool ip_read(const char *text, ip_address *out);
void ip_write(const ip_address *address, char text[IP_TEXT_MAX]);
/* What one customer has: an IPv4 address, or the /64 of an IPv6 address (RFC 6177). */
void ip_write_place(const ip_address *address, char text[IP_TEXT_MAX]);
/* The same as a number; 0 for loopback. */
uint64_t ip_place(const ip_address *address);

typedef struct {
    struct { ip_address net; int bits; } nets[PROXIES_MAX];
    int n;
} proxies;

/* An address, or a network such as 10.0.0.0/8. 0; FORMAT; ARG_RANGE: /0, which is everybody; LIMIT: PROXIES_MAX are there. */
int proxies_add(proxies *trusted, const char *text);
bool proxies_trust(const proxies *trusted, const ip_address *address);
/* The asker, when `peer` is who connected and `header` the X-Forwarded-For, with several lines joined by commas; "": none. Of what cannot be
 * read it is the proxy that passed it on. */
ip_address forwarded_asker(const proxies *trusted, const ip_address *peer, const char *header);

#endif
