/* ice_port.c: the one UDP port that browsers reach: ICE-lite and who a datagram belongs to. Layer: server.
 * RFC 8445 section 2.5, RFC 7675, RFC 7983. */
#include "ice_port.h"

#include "stun.h"

#include "tccc/error.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum {
    CONSENT_MS = 30000,              /* RFC 7675 section 5.1 */
    TICK_MS = 10,
    TIMER_EVERY = 5,                 /* ticks between looks at handshakes and consent */
    BATCH = 32,                      /* datagrams taken by one system call */
    SOCKET_BUFFER = 4 << 20
};

struct ice_port {
    edge_loop *loop;
    ice_offer offer;
    dtls_identity *identity;
    void (*every)(uint32_t elapsed_ms);
    int fd;
    uv_poll_t poll;
    uv_timer_t timer;
    int n_open_handles;
    uint64_t ticked_ms, address_seed;
    unsigned ticks;
    ice_peer *peers;
    id_map by_ufrag, by_address;
    uint8_t buffers[BATCH][PACKET_MAX + 1 + PACKET_TAILROOM];
};

/* --- peers --- */

static uint64_t ufrag_key(const char *ufrag) {
    uint64_t key;
    memcpy(&key, ufrag, sizeof key); /* ICE_UFRAG_LEN characters are exactly a key */
    return key;
}

static void forget_address(ice_peer *p, const address *a) {
    uint64_t key = address_key(a, p->port->address_seed);
    if (id_map_get(&p->port->by_address, key) == p)
        id_map_take(&p->port->by_address, key);
}

/* A check from there was authentic: datagrams from there are this peer's from now on. */
static void learn_address(ice_peer *p, const address *from) {
    ice_port *d = p->port;
    for (int i = 0; i < p->n_addresses; i++)
        if (address_equal(&p->addresses[i], from))
            return;
    if (p->n_addresses == ICE_ADDRESSES_MAX)
        forget_address(p, &p->addresses[p->next_address]);
    else
        p->n_addresses++;
    p->addresses[p->next_address] = *from;
    p->next_address = (p->next_address + 1) % ICE_ADDRESSES_MAX;
    if (id_map_put(&d->by_address, address_key(from, d->address_seed), p))
        p->dead = 1;
}

static ice_peer *find_by_address(const ice_port *d, const address *from) {
    ice_peer *p = id_map_get(&d->by_address, address_key(from, d->address_seed));
    for (int i = 0; p && i < p->n_addresses; i++)
        if (address_equal(&p->addresses[i], from))
            return p;
    return NULL;
}

void ice_peer_send(ice_peer *p, const uint8_t *datagram, size_t len) {
    if (p->target.sa.sa_family &&
        sendto(p->port->fd, datagram, len, 0, &p->target.sa, address_len(&p->target)) < 0)
        edge_tally(p->port->loop, DROPPED);
}

static void peer_free(ice_peer *p) {
    ice_port *d = p->port;
    for (int i = 0; i < p->n_addresses; i++)
        forget_address(p, &p->addresses[i]);
    id_map_take(&d->by_ufrag, ufrag_key(p->login.ufrag));
    p->user->release(p);
}

static void sweep(ice_port *d) {
    for (ice_peer **at = &d->peers; *at;) {
        ice_peer *p = *at;
        if (!p->dead) {
            at = &p->next;
            continue;
        }
        *at = p->next;
        peer_free(p);
    }
    if (!d->peers)
        uv_timer_stop(&d->timer);
}

/* --- ICE --- */

/* USERNAME is "ours:theirs" (RFC 8445 section 7.2.2). */
static ice_peer *find_by_username(const ice_port *d, const stun_message *m) {
    if (!m->username || m->username_len <= ICE_UFRAG_LEN || m->username[ICE_UFRAG_LEN] != ':')
        return NULL;
    ice_peer *p = id_map_get(&d->by_ufrag, ufrag_key(m->username));
    size_t theirs = m->username_len - ICE_UFRAG_LEN - 1;
    if (!p || strlen(p->login.remote_ufrag) != theirs || memcmp(p->login.remote_ufrag, m->username + ICE_UFRAG_LEN + 1, theirs))
        return NULL;
    return p;
}

static void take_check(ice_peer *p, const stun_message *m, const address *from) {
    p->consent_ms = uv_now(&p->port->loop->uv);
    learn_address(p, from);
    if (m->use_candidate || !p->nominated)
        p->target = *from; /* after a change of network the browser nominates the new pair */
    p->nominated |= m->use_candidate;
}

static void on_stun(ice_port *d, const uint8_t *bytes, size_t len, const address *from) {
    stun_message m;
    uint8_t answer[STUN_ANSWER_MAX];
    size_t n;
    ice_peer *p = stun_read(&m, bytes, len) || m.type != STUN_BINDING_REQUEST ? NULL : find_by_username(d, &m);
    if (!p || p->dead || !m.has_fingerprint || !stun_authentic(&m, bytes, p->login.pwd)) { /* RFC 8445 section 7: both */
        edge_tally(d->loop, DROPPED);
        return;
    }
    if (m.n_unknown)
        n = stun_write_error(answer, &m, 420, p->login.pwd);
    else if (m.controlled)
        n = stun_write_error(answer, &m, 487, p->login.pwd); /* an ICE-lite agent never controls */
    else {
        take_check(p, &m, from);
        n = stun_write_success(answer, m.transaction, from, p->login.pwd);
    }
    if (sendto(d->fd, answer, n, 0, &from->sa, address_len(from)) < 0)
        edge_tally(d->loop, DROPPED);
}

/* --- datagrams --- */

static void on_datagram(ice_port *d, uint8_t *bytes, size_t len, const address *from) {
    if (stun_is_message(bytes, len)) {
        on_stun(d, bytes, len, from);
        return;
    }
    ice_peer *p = find_by_address(d, from);
    if (!p || p->dead)
        edge_tally(d->loop, DROPPED);
    else
        p->user->datagram(p, bytes, len);
}

static void on_readable(uv_poll_t *poll, int status, int events) {
    ice_port *d = poll->data;
    struct mmsghdr batch[BATCH];
    struct iovec parts[BATCH];
    address from[BATCH];
    int error;
    socklen_t error_len = sizeof error;
    (void)events;
    if (status < 0 && !getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &error, &error_len)) /* libuv stops at an error: read it off */
        uv_poll_start(poll, UV_READABLE, on_readable);
    for (int i = 0; i < BATCH; i++) {
        parts[i] = (struct iovec){ d->buffers[i], PACKET_MAX + 1 };
        batch[i].msg_hdr = (struct msghdr){ .msg_name = &from[i], .msg_namelen = sizeof from[i], .msg_iov = &parts[i], .msg_iovlen = 1 };
    }
    int n = recvmmsg(d->fd, batch, BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++)
        if (batch[i].msg_len <= PACKET_MAX)
            on_datagram(d, d->buffers[i], batch[i].msg_len, &from[i]);
}

static void on_tick(uv_timer_t *timer) {
    ice_port *d = timer->data;
    uint64_t now_ms = uv_now(&d->loop->uv);
    if (d->every)
        d->every((uint32_t)(now_ms - d->ticked_ms));
    d->ticked_ms = now_ms;
    if (++d->ticks % TIMER_EVERY == 0)
        for (ice_peer *p = d->peers; p; p = p->next)
            p->dead |= now_ms - p->consent_ms > CONSENT_MS || !p->user->alive(p, now_ms);
    sweep(d);
}

/* --- peers come --- */

/* ICE characters, six random bits each (RFC 8839 section 5.4). */
static int random_text(char *out, size_t n) {
    static const char characters[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t random[ICE_PWD_LEN];
    if (RAND_bytes(random, (int)n) != 1)
        return TCCC_E_INTERNAL;
    for (size_t i = 0; i < n; i++)
        out[i] = characters[random[i] & 63];
    out[n] = 0;
    return 0;
}

int ice_login_new(ice_login *login, const char *remote_ufrag) {
    snprintf(login->remote_ufrag, sizeof login->remote_ufrag, "%s", remote_ufrag);
    return random_text(login->ufrag, ICE_UFRAG_LEN) || random_text(login->pwd, ICE_PWD_LEN) ? TCCC_E_INTERNAL : 0;
}

int ice_peer_add(ice_port *d, ice_peer *p) {
    p->port = d;
    p->born_ms = p->consent_ms = uv_now(&d->loop->uv);
    if (id_map_put(&d->by_ufrag, ufrag_key(p->login.ufrag), p))
        return TCCC_E_NO_MEMORY;
    if (!d->peers) {
        d->ticked_ms = p->born_ms;
        uv_timer_start(&d->timer, on_tick, TICK_MS, TICK_MS);
    }
    p->next = d->peers;
    d->peers = p;
    return 0;
}

ice_peer *ice_peer_first(const ice_port *d) {
    return d->peers;
}

/* --- opening --- */

/* The first address of an interface that other machines, and Firefox on this one, can reach. */
static int outside_address(address *out) {
    struct ifaddrs *all = NULL;
    int found = 0;
    if (getifaddrs(&all))
        return 0;
    for (struct ifaddrs *i = all; i && !found; i = i->ifa_next) {
        if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET || i->ifa_flags & IFF_LOOPBACK || !(i->ifa_flags & IFF_UP))
            continue;
        memcpy(out, i->ifa_addr, sizeof out->v4);
        found = 1;
    }
    freeifaddrs(all);
    return found;
}

static int is_any(const address *a) {
    return a->sa.sa_family == AF_INET ? a->v4.sin_addr.s_addr == INADDR_ANY : IN6_IS_ADDR_UNSPECIFIED(&a->v6.sin6_addr);
}

/* The address to bind and to tell: a candidate must be one, so "any" becomes an interface's. */
static int choose_address(address *local, const char *host) {
    struct addrinfo hints = { .ai_flags = AI_PASSIVE, .ai_socktype = SOCK_DGRAM }, *found;
    if (getaddrinfo(host && *host ? host : "0.0.0.0", "0", &hints, &found))
        return TCCC_E_NOT_FOUND;
    memset(local, 0, sizeof *local);
    memcpy(local, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    if (is_any(local) && !outside_address(local)) {
        local->v4 = (struct sockaddr_in){ .sin_family = AF_INET };
        local->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    return 0;
}

static int bind_socket(ice_port *d, const char *host, int port) {
    address local;
    socklen_t len = sizeof local;
    int size = SOCKET_BUFFER;
    if (choose_address(&local, host))
        return TCCC_E_NOT_FOUND;
    address_set_port(&local, htons((uint16_t)port));
    d->fd = socket(local.sa.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (d->fd < 0 || bind(d->fd, &local.sa, address_len(&local)) || getsockname(d->fd, &local.sa, &len))
        return TCCC_E_IO;
    setsockopt(d->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(d->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    d->offer.port = ntohs(address_port(&local));
    return getnameinfo(&local.sa, address_len(&local), d->offer.host, sizeof d->offer.host, NULL, 0, NI_NUMERICHOST) ? TCCC_E_IO : 0;
}

static int start(ice_port *d, const char *host, int port, char *err, size_t err_cap) {
    d->identity = dtls_identity_new();
    if (!d->identity || getrandom(&d->address_seed, sizeof d->address_seed, 0) != sizeof d->address_seed) {
        snprintf(err, err_cap, "Memory is exhausted.");
        return TCCC_E_NO_MEMORY;
    }
    memcpy(d->offer.fingerprint, dtls_identity_fingerprint(d->identity), sizeof d->offer.fingerprint);
    if (bind_socket(d, host, port)) {
        snprintf(err, err_cap, "The data channel cannot use UDP port %d of %s.", port, host ? host : "0.0.0.0");
        return TCCC_E_IO;
    }
    return 0;
}

static void free_port(ice_port *d) {
    if (d->fd >= 0)
        close(d->fd);
    id_map_free(&d->by_ufrag);
    id_map_free(&d->by_address);
    dtls_identity_free(d->identity);
    free(d);
}

int ice_port_open(edge_loop *loop, const char *host, int port, char *err, size_t err_cap) {
    ice_port *d = calloc(1, sizeof *d);
    if (!d) {
        snprintf(err, err_cap, "Memory is exhausted.");
        return TCCC_E_NO_MEMORY;
    }
    d->loop = loop;
    d->fd = -1;
    int failed = start(d, host, port, err, err_cap);
    if (failed) {
        free_port(d);
        return failed;
    }
    uv_poll_init(&loop->uv, &d->poll, d->fd);
    uv_timer_init(&loop->uv, &d->timer);
    d->n_open_handles = 2;
    d->poll.data = d->timer.data = d;
    uv_poll_start(&d->poll, UV_READABLE, on_readable);
    loop->ice = d;
    return 0;
}

static void on_handle_closed(uv_handle_t *handle) {
    ice_port *d = handle->data;
    if (!--d->n_open_handles)
        free_port(d);
}

void ice_port_close(edge_loop *loop) {
    ice_port *d = loop->ice;
    if (!d)
        return;
    for (ice_peer *p = d->peers; p; p = p->next)
        p->dead = 1;
    sweep(d);
    uv_close((uv_handle_t *)&d->poll, on_handle_closed);
    uv_close((uv_handle_t *)&d->timer, on_handle_closed);
    loop->ice = NULL;
}

const ice_offer *ice_port_offer(const edge_loop *loop) {
    return &loop->ice->offer;
}

const dtls_identity *ice_port_identity(const ice_port *d) {
    return d->identity;
}

edge_loop *ice_port_loop(const ice_port *d) {
    return d->loop;
}

void ice_port_every(ice_port *d, void (*tick)(uint32_t elapsed_ms)) {
    d->every = tick;
}
