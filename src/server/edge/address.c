/* address.c: socket addresses compared and used as keys. Layer: server. */
#include "address.h"

#include <string.h>

socklen_t address_len(const address *a) {
    return a->sa.sa_family == AF_INET6 ? sizeof a->v6 : a->sa.sa_family == AF_INET ? sizeof a->v4 : 0;
}

int address_same_host(const address *a, const address *b) {
    if (a->sa.sa_family != b->sa.sa_family)
        return 0;
    if (a->sa.sa_family == AF_INET)
        return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
    return a->sa.sa_family == AF_INET6 && !memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr);
}

uint16_t address_port(const address *a) {
    return a->sa.sa_family == AF_INET6 ? a->v6.sin6_port : a->sa.sa_family == AF_INET ? a->v4.sin_port : 0;
}

void address_set_port(address *a, uint16_t port) {
    if (a->sa.sa_family == AF_INET6)
        a->v6.sin6_port = port;
    else
        a->v4.sin_port = port;
}

int address_equal(const address *a, const address *b) {
    return address_port(a) == address_port(b) && address_same_host(a, b);
}

void address_fit(address *a, int family) {
    if (family != AF_INET6 || a->sa.sa_family != AF_INET)
        return;
    struct sockaddr_in6 mapped = { .sin6_family = AF_INET6, .sin6_port = a->v4.sin_port };
    mapped.sin6_addr.s6_addr[10] = mapped.sin6_addr.s6_addr[11] = 0xff;
    memcpy(mapped.sin6_addr.s6_addr + 12, &a->v4.sin_addr, 4);
    a->v6 = mapped;
}

uint64_t address_key(const address *a, uint64_t seed) {
    if (a->sa.sa_family == AF_INET)
        return 1ULL << 48 | (uint64_t)ntohl(a->v4.sin_addr.s_addr) << 16 | ntohs(a->v4.sin_port);
    uint64_t half[2];
    memcpy(half, &a->v6.sin6_addr, sizeof half);
    uint64_t key = (half[0] ^ seed) * 0x9e3779b97f4a7c15ULL; /* golden ratio, as in Fibonacci hashing */
    key = (key ^ key >> 29 ^ half[1]) * 0xbf58476d1ce4e5b9ULL;
    key = (key ^ key >> 32 ^ a->v6.sin6_port) * 0x94d049bb133111ebULL;
    return key | 1ULL << 63;
}
