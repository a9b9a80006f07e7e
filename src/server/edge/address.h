/* address.h: socket addresses compared and used as keys. Layer: server. */
#ifndef TCCC_SERVER_ADDRESS_H
#define TCCC_SERVER_ADDRESS_H

#include <netinet/in.h>
#include <stdint.h>

typedef union {
    struct sockaddr sa;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_storage storage;
} address;

socklen_t address_len(const address *a);
/* Address and port; port alone may be left out of the comparison. */
int address_equal(const address *a, const address *b);
int address_same_host(const address *a, const address *b);
/* In network order; 0 without one. */
uint16_t address_port(const address *a);
void address_set_port(address *a, uint16_t port);
/* For use on a socket of `family`: an IPv4 address becomes IPv4-mapped on an IPv6 socket (RFC 4291 section 2.5.5.2). */
void address_fit(address *a, int family);
/* A key for id_map, never 0: exact for IPv4, a hash of `seed` for IPv6, so compare after finding. */
uint64_t address_key(const address *a, uint64_t seed);

#endif
