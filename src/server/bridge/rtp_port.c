/* rtp_port.c: pairs of UDP sockets for RTP and RTCP. Layer: server. RFC 3550 section 11, RFC 4594 (EF for telephony).
 *
 * Ports lie outside the kernel's ephemeral range: inside it, any program's outgoing socket may sit on the port that SDP
 * has promised to a telephone.
 */
#include "rtp_port.h"

#include "server/edge/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum {
    FIRST_MIN = 40000, FIRST_MAX = 59998,   /* bridge.h */
    SECOND_MIN = 16384, SECOND_MAX = 32766, /* when the kernel's range leaves fewer than PAIRS_WANTED of the first */
    PAIRS_WANTED = 1000,
TOS_EF = 0xb8                           /* DSCP 46 */
};

typedef struct {
    int min, max, skip_min, skip_max;       /* even ports of [min,max], no pair touching [skip_min,skip_max] */
} port_range;

static int usable(const port_range *range, int port) {
    return port >= range->min && port <= range->max && (port + 1 < range->skip_min || port > range->skip_max);
}

static int count_usable(const port_range *range) {
    int n = 0;
    for (int port = range->min; port <= range->max; port += 2)
        n += usable(range, port);
    return n;
}

void rtp_port_ephemeral(int *min, int *max) {
    *min = 32768; /* the kernel's default */
    *max = 60999;
    FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
    if (!file)
        return;
    int low, high;
    if (fscanf(file, "%d %d", &low, &high) == 2) {
        *min = low;
        *max = high;
    }
    fclose(file);
}

static port_range default_range(void) {
    port_range range = { .min = FIRST_MIN, .max = FIRST_MAX };
    rtp_port_ephemeral(&range.skip_min, &range.skip_max);
    if (count_usable(&range) < PAIRS_WANTED) {
        range.min = SECOND_MIN;
        range.max = SECOND_MAX;
    }
    return range;
}

static int bind_one(const address *local, int port) {
    address a = *local;
    address_set_port(&a, htons((uint16_t)port));
    int fd = socket(a.sa.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), tos = TOS_EF, off = 0;
    if (fd < 0)
        return -1;
    if (a.sa.sa_family == AF_INET6) {
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
        setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof tos);
    }
    setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof tos);
    if (!bind(fd, &a.sa, address_len(&a)))
        return fd;
    close(fd);
    return -1;
}

/* 1 when both ports were free. */
static int bind_pair(rtp_port *pair, const address *local, int port) {
    pair->rtp = bind_one(local, port);
    if (pair->rtp < 0)
        return 0;
    pair->rtcp = bind_one(local, port + 1);
    if (pair->rtcp >= 0)
        return 1;
    close(pair->rtp);
    return 0;
}

static int read_address(address *local, const char *text) {
    struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICHOST, .ai_socktype = SOCK_DGRAM }, *found;
    if (getaddrinfo(text, "0", &hints, &found))
        return -1;
    memcpy(local, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return 0;
}

rtp_port *rtp_port_bind(const char *address_text, int min, int max) {
    address local = { 0 };
    port_range range = min || max ? (port_range){ .min = (min + 1) & ~1, .max = max & ~1 } : default_range();
    int n = (range.max - range.min) / 2 + 1;
    rtp_port *pair = calloc(1, sizeof *pair);
    uint32_t random;
    if (!pair || n <= 0 || read_address(&local, address_text) || getrandom(&random, sizeof random, 0) != sizeof random) {
        free(pair);
        return NULL;
    }
    for (int i = 0; i < n; i++) { /* a random start, so that the ports of the next call cannot be guessed */
        int port = range.min + 2 * (int)((random + (uint32_t)i) % (uint32_t)n);
        if (!usable(&range, port) || !bind_pair(pair, &local, port))
            continue;
        pair->number = port;
        pair->family = local.sa.sa_family;
        return pair;
    }
    free(pair);
    return NULL;
}

int rtp_port_number(const rtp_port *port) {
    return port->number;
}

void rtp_port_close(rtp_port *port) {
    if (!port)
        return;
    close(port->rtp);
    close(port->rtcp);
    free(port);
}
