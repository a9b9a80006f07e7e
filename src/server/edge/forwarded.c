/* forwarded.c: who asks when a reverse proxy asks for somebody. Layer: server. */
#include "forwarded.h"

#include "tccc/error.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- addresses --- */

static ip_address mapped(const struct in_addr *v4) {
    ip_address out = { .s6_addr = { [10] = 0xff, [11] = 0xff } };
    memcpy(out.s6_addr + 12, v4, 4);
    return out;
}

ip_address ip_of(const struct sockaddr *address) {
    if (address->sa_family == AF_INET)
        return mapped(&((const struct sockaddr_in *)address)->sin_addr);
    return address->sa_family == AF_INET6 ? ((const struct sockaddr_in6 *)address)->sin6_addr : (ip_address){ 0 };
}

bool ip_read(const char *text, ip_address *out) {
    struct in_addr v4;
    if (inet_pton(AF_INET, text, &v4) == 1) {
        *out = mapped(&v4);
        return true;
    }
    return inet_pton(AF_INET6, text, out) == 1;
}

void ip_write(const ip_address *address, char text[IP_TEXT_MAX]) {
    bool v4 = IN6_IS_ADDR_V4MAPPED(address);
    if (!inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? address->s6_addr + 12 : address->s6_addr, text, IP_TEXT_MAX))
        text[0] = 0;
}

void ip_write_place(const ip_address *address, char text[IP_TEXT_MAX]) {
    ip_address net = *address;
    bool v6 = !IN6_IS_ADDR_V4MAPPED(address);
    if (v6)
        memset(net.s6_addr + 8, 0, 8);
    ip_write(&net, text);
    if (v6)
        strcat(text, "/64");
}

uint64_t ip_place(const ip_address *address) {
    uint64_t net;
    if (IN6_IS_ADDR_LOOPBACK(address) || (IN6_IS_ADDR_V4MAPPED(address) && address->s6_addr[12] == 127))
        return 0;
    memcpy(&net, address->s6_addr + (IN6_IS_ADDR_V4MAPPED(address) ? 8 : 0), sizeof net); /* for IPv4 with the 0xffff before it */
    return net ? net : 1;
}

/* --- trusted proxies --- */

int proxies_add(proxies *trusted, const char *text) {
    char address[IP_TEXT_MAX];
    const char *slash = strchr(text, '/');
    size_t n = slash ? (size_t)(slash - text) : strlen(text);
    if (n >= sizeof address)
        return TCCC_E_FORMAT;
    memcpy(address, text, n);
    address[n] = 0;
    ip_address net;
    if (!ip_read(address, &net) || (slash && (strlen(slash + 1) > 3 || !slash[1] || slash[1 + strspn(slash + 1, "0123456789")])))
        return TCCC_E_FORMAT;
    int most = strchr(address, ':') ? 128 : 32, bits = slash ? atoi(slash + 1) : most;
    if (bits > most)
        return TCCC_E_FORMAT;
    if (!bits)
        return TCCC_E_ARG_RANGE;
    if (trusted->n == PROXIES_MAX)
        return TCCC_E_LIMIT;
    trusted->nets[trusted->n].net = net;
    trusted->nets[trusted->n++].bits = bits + 128 - most;
    return 0;
}

static bool has_prefix(const ip_address *address, const ip_address *net, int bits) {
    size_t whole = (size_t)bits / 8;
    int rest = bits % 8;
    return !memcmp(address, net, whole) && (!rest || !((address->s6_addr[whole] ^ net->s6_addr[whole]) >> (8 - rest)));
}

bool proxies_trust(const proxies *trusted, const ip_address *address) {
    for (int i = 0; i < trusted->n; i++)
        if (has_prefix(address, &trusted->nets[i].net, trusted->nets[i].bits))
            return true;
    return false;
}

/* --- the header --- */

/* One element: an address, with a port as some proxies write it (192.0.2.7:1234, [2001:db8::1]:1234), or [2001:db8::1]. */
static bool read_element(const char *at, size_t n, ip_address *out) {
    char text[IP_TEXT_MAX + 8];
    while (n && (*at == ' ' || *at == '\t'))
        at++, n--;
    while (n && (at[n - 1] == ' ' || at[n - 1] == '\t'))
        n--;
    if (!n || n >= sizeof text || memchr(at, 0, n))
        return false;
    memcpy(text, at, n);
    text[n] = 0;
    char *host = text, *port = strrchr(text, ':'), *end = strchr(text, ']');
    if (*text == '[') {
        if (!end || (end[1] && end[1] != ':'))
            return false;
        port = end[1] ? end + 1 : NULL;
        *end = 0;
        host++;
    } else if (port != strchr(text, ':'))
        port = NULL; /* of IPv6: it is no port */
    if (port && (!port[1] || strlen(port + 1) > 5 || port[1 + strspn(port + 1, "0123456789")]))
        return false;
    if (port)
        *port = 0;
    return (*text != '[' || strchr(host, ':')) && ip_read(host, out);
}

ip_address forwarded_asker(const proxies *trusted, const ip_address *peer, const char *header) {
    ip_address asker = *peer, before;
    size_t end = strlen(header);
    while (end && proxies_trust(trusted, &asker)) {
        size_t begin = end;
        while (begin && header[begin - 1] != ',')
            begin--;
        if (!read_element(header + begin, end - begin, &before))
            break;
        asker = before;
        end = begin ? begin - 1 : 0;
    }
    return asker;
}
