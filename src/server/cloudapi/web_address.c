/* web_address.c: which addresses are of the public Internet. Layer: server. RFC 6890 and the IANA registries that follow it. */
#include "server/cloudapi/web.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    uint32_t net;
    int bits;
} block4;

static const block4 special4[] = {
    { 0x00000000, 8 },  /* this network */
    { 0x0a000000, 8 },  /* private */
    { 0x64400000, 10 }, /* shared by carriers */
    { 0x7f000000, 8 },  /* loopback */
    { 0xa9fe0000, 16 }, /* link local */
    { 0xac100000, 12 }, /* private */
    { 0xc0000000, 24 }, /* protocol assignments */
    { 0xc0000200, 24 }, /* documentation */
    { 0xc0586300, 24 }, /* 6to4 relays */
    { 0xc0a80000, 16 }, /* private */
    { 0xc6120000, 15 }, /* benchmarks */
    { 0xc6336400, 24 }, /* documentation */
    { 0xcb007100, 24 }, /* documentation */
    { 0xe0000000, 3 },  /* multicast, reserved, broadcast */
};

static bool is_public4(uint32_t address) {
    for (size_t i = 0; i < sizeof special4 / sizeof *special4; i++)
        if ((address ^ special4[i].net) >> (32 - special4[i].bits) == 0) return false;
    return true;
}

typedef struct {
    uint8_t net[16];
    int bits;
} block6;

/* Unicast of the Internet is 2000::/3; within it: */
static const block6 special6[] = {
    { { 0x20, 0x01, 0x00 }, 23 },             /* protocol assignments, Teredo */
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32 },       /* documentation */
    { { 0x20, 0x02 }, 16 },                   /* 6to4: an IPv4 address in disguise */
    { { 0x3f, 0xff, 0x00 }, 20 },             /* documentation */
};

static bool has_prefix(const uint8_t *address, const block6 *block) {
    int whole = block->bits / 8, rest = block->bits % 8;
    return memcmp(address, block->net, (size_t)whole) == 0 && (rest == 0 || (address[whole] ^ block->net[whole]) >> (8 - rest) == 0);
}

static uint32_t last32(const uint8_t *a) {
    return (uint32_t)a[12] << 24 | (uint32_t)a[13] << 16 | (uint32_t)a[14] << 8 | a[15];
}

static bool is_public6(const uint8_t *a) {
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }, nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
    if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0) return is_public4(last32(a));
    if ((a[0] & 0xe0) != 0x20) return false;
    for (size_t i = 0; i < sizeof special6 / sizeof *special6; i++)
        if (has_prefix(a, &special6[i])) return false;
    return true;
}

bool web_address_is_public(const struct sockaddr *address) {
    if (address->sa_family == AF_INET) return is_public4(ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr));
    if (address->sa_family == AF_INET6) return is_public6(((const struct sockaddr_in6 *)(const void *)address)->sin6_addr.s6_addr);
    return false;
}
