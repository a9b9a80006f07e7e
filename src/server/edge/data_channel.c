/* data_channel.c: media path 0 of a seat: a WebRTC data channel. Layer: server.
 * RFC 8445 section 2.5 (ICE-lite), RFC 7675 (consent), RFC 7983 (demultiplexing), RFC 8831, RFC 8832. */
#include "data_channel.h"

#include "address.h"
#include "association.h"
#include "dcep.h"
#include "dtls.h"
#include "media_seat.h"
#include "sdp_answer.h"
#include "stun.h"

#include "tccc/error.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum {
    UFRAG_LEN = 8, PWD_LEN = 24,     /* RFC 8839 section 5.4: at least 24 and 128 random bits */
    CONSENT_MS = 30000,              /* RFC 7675 section 5.1 */
    HANDSHAKE_MS = 20000,            /* from the offer to an open channel */
    TIMER_EVERY = 5,                 /* ticks between looks at handshakes and consent */
    ADDRESSES_MAX = 4,               /* of one peer: networks it changes between */
    PEERS_PER_SEAT = 3,
    SCTP_PORT_MIN = 1024,            /* each peer has one of its own: association_open */
    BATCH = 32,                      /* datagrams taken by one system call */
    SOCKET_BUFFER = 4 << 20,
    LIFETIME_MS = 150                /* docs/protocol.md: maxPacketLifeTime of what we send */
};

typedef struct peer {
    struct peer *next;
    data_channels *channels;
    edge_seat seat;
    char ufrag[UFRAG_LEN + 1], pwd[PWD_LEN + 1], remote_ufrag[SDP_ICE_MAX + 1];
    uint16_t local_port, sctp_port;  /* of SCTP: ours, theirs */
    address addresses[ADDRESSES_MAX];
    int n_addresses, next_address;
    address target;                  /* where we send: the nominated address, or the one that spoke last before */
    int nominated;
    uint64_t born_ms, consent_ms;
    dtls_peer *dtls;
    association *association;
    int open;                        /* the channel is the seat's path 0 */
    uint16_t stream;
    int dead;                        /* to be freed by the next sweep: not from inside an event */
} peer;

struct data_channels {
    edge_loop *loop;
    data_channel_offer offer;
    dtls_identity *identity;
    int fd;
    uv_poll_t poll;
    uv_timer_t timer;
    int n_open_handles;
    uint64_t ticked_ms, address_seed;
    unsigned ticks;
    peer *peers;
    id_map by_ufrag, by_address;
    uint8_t buffers[BATCH][PACKET_MAX + 1];
};

/* --- peers --- */

static uint64_t ufrag_key(const char *ufrag)
{
    uint64_t key;
    memcpy(&key, ufrag, sizeof key); /* UFRAG_LEN characters are exactly a key */
    return key;
}

static void forget_address(peer *p, const address *a)
{
    uint64_t key = address_key(a, p->channels->address_seed);
    if (id_map_get(&p->channels->by_address, key) == p)
        id_map_take(&p->channels->by_address, key);
}

/* A check from there was authentic: datagrams from there are this peer's from now on. */
static void learn_address(peer *p, const address *from)
{
    data_channels *d = p->channels;
    for (int i = 0; i < p->n_addresses; i++)
        if (address_equal(&p->addresses[i], from))
            return;
    if (p->n_addresses == ADDRESSES_MAX)
        forget_address(p, &p->addresses[p->next_address]);
    else
        p->n_addresses++;
    p->addresses[p->next_address] = *from;
    p->next_address = (p->next_address + 1) % ADDRESSES_MAX;
    if (id_map_put(&d->by_address, address_key(from, d->address_seed), p))
        p->dead = 1;
}

static peer *find_by_address(const data_channels *d, const address *from)
{
    peer *p = id_map_get(&d->by_address, address_key(from, d->address_seed));
    for (int i = 0; p && i < p->n_addresses; i++)
        if (address_equal(&p->addresses[i], from))
            return p;
    return NULL;
}

static void transmit(peer *p, const uint8_t *datagram, size_t len)
{
    if (p->target.sa.sa_family &&
        sendto(p->channels->fd, datagram, len, 0, &p->target.sa, address_len(&p->target)) < 0)
        edge_tally(p->channels->loop, DROPPED);
}

static void leave_seat(peer *p)
{
    media_seat *seat = p->open ? media_seat_find(p->channels->loop, p->seat) : NULL;
    p->open = 0;
    if (seat)
        media_seat_lost(seat, 0, p);
}

static void peer_free(peer *p)
{
    data_channels *d = p->channels;
    leave_seat(p);
    association_close(p->association);
    dtls_peer_free(p->dtls);
    for (int i = 0; i < p->n_addresses; i++)
        forget_address(p, &p->addresses[i]);
    id_map_take(&d->by_ufrag, ufrag_key(p->ufrag));
    OPENSSL_cleanse(p, sizeof *p);
    free(p);
}

static void sweep(data_channels *d)
{
    for (peer **at = &d->peers; *at;) {
        peer *p = *at;
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

/* --- the channel --- */

static void path_send(void *context, uint8_t *frame, size_t len)
{
    peer *p = context;
    association_message how = { .stream = p->stream, .ppid = DCEP_PPID_BINARY, .unordered = 1, .lifetime_ms = LIFETIME_MS };
    if (p->dead || association_send(p->association, &how, frame, len))
        edge_tally(p->channels->loop, DROPPED);
}

static void path_detach(void *context)
{
    peer *p = context;
    p->open = 0;
    p->dead = 1;
}

static void open_channel(peer *p, uint16_t stream, const uint8_t *message, size_t len)
{
    static const uint8_t ack[] = { DCEP_TYPE_ACK };
    dcep_open open;
    media_seat *seat = media_seat_find(p->channels->loop, p->seat);
    if (p->open || !seat || dcep_read_open(&open, message, len))
        return;
    association_message how = { .stream = stream, .ppid = DCEP_PPID };
    association_send(p->association, &how, ack, sizeof ack);
    p->stream = stream;
    p->open = 1;
    media_seat_attach(seat, 0, &(media_path){ path_send, path_detach, p });
}

static void on_message(void *context, uint16_t stream, uint32_t ppid, const uint8_t *data, size_t len)
{
    peer *p = context;
    uint8_t buf[PACKET_HEADROOM + PACKET_MAX + PACKET_TAILROOM];
    if (ppid == DCEP_PPID) {
        open_channel(p, stream, data, len);
        return;
    }
    media_seat *seat = p->open && stream == p->stream ? media_seat_find(p->channels->loop, p->seat) : NULL;
    if (!seat || ppid != DCEP_PPID_BINARY || len > PACKET_MAX) {
        edge_tally(p->channels->loop, DROPPED);
        return;
    }
    memcpy(buf + PACKET_HEADROOM, data, len);
    media_seat_frame(seat, 0, buf + PACKET_HEADROOM, len);
}

static void on_stream_reset(void *context, uint16_t stream)
{
    peer *p = context;
    if (p->open && stream == p->stream)
        p->dead = 1; /* the browser has closed the channel */
}

static void on_down(void *context)
{
    ((peer *)context)->dead = 1;
}

static void on_sctp_output(void *context, const uint8_t *packet, size_t len)
{
    peer *p = context;
    dtls_peer_send(p->dtls, packet, len);
}

/* --- DTLS --- */

static void on_dtls_output(void *context, const uint8_t *datagram, size_t len)
{
    transmit(context, datagram, len);
}

static void on_dtls_data(void *context, uint8_t *data, size_t len)
{
    peer *p = context;
    if (p->association)
        association_input(p->association, data, len);
}

static void on_dtls_ready(void *context)
{
    peer *p = context;
    association_events events = { on_sctp_output, on_message, on_stream_reset, on_down, p };
    p->association = association_open(p->local_port, p->sctp_port, &events);
    if (!p->association)
        p->dead = 1;
}

/* --- ICE --- */

/* USERNAME is "ours:theirs" (RFC 8445 section 7.2.2). */
static peer *find_by_username(const data_channels *d, const stun_message *m)
{
    if (!m->username || m->username_len <= UFRAG_LEN || m->username[UFRAG_LEN] != ':')
        return NULL;
    peer *p = id_map_get(&d->by_ufrag, ufrag_key(m->username));
    size_t theirs = m->username_len - UFRAG_LEN - 1;
    if (!p || strlen(p->remote_ufrag) != theirs || memcmp(p->remote_ufrag, m->username + UFRAG_LEN + 1, theirs))
        return NULL;
    return p;
}

static void take_check(peer *p, const stun_message *m, const address *from)
{
    p->consent_ms = uv_now(&p->channels->loop->uv);
    learn_address(p, from);
    if (m->use_candidate || !p->nominated)
        p->target = *from; /* after a change of network the browser nominates the new pair */
    p->nominated |= m->use_candidate;
}

static void on_stun(data_channels *d, const uint8_t *bytes, size_t len, const address *from)
{
    stun_message m;
    uint8_t answer[STUN_ANSWER_MAX];
    size_t n;
    peer *p = stun_read(&m, bytes, len) || m.type != STUN_BINDING_REQUEST ? NULL : find_by_username(d, &m);
    if (!p || p->dead || !m.has_fingerprint || !stun_authentic(&m, bytes, p->pwd)) { /* RFC 8445 section 7: both */
        edge_tally(d->loop, DROPPED);
        return;
    }
    if (m.n_unknown)
        n = stun_write_error(answer, &m, 420, p->pwd);
    else if (m.controlled)
        n = stun_write_error(answer, &m, 487, p->pwd); /* an ICE-lite agent never controls */
    else {
        take_check(p, &m, from);
        n = stun_write_success(answer, m.transaction, from, p->pwd);
    }
    if (sendto(d->fd, answer, n, 0, &from->sa, address_len(from)) < 0)
        edge_tally(d->loop, DROPPED);
}

/* --- datagrams --- */

static void on_datagram(data_channels *d, const uint8_t *bytes, size_t len, const address *from)
{
    if (stun_is_message(bytes, len)) {
        on_stun(d, bytes, len, from);
        return;
    }
    peer *p = len && bytes[0] >= 20 && bytes[0] <= 63 ? find_by_address(d, from) : NULL; /* RFC 7983: DTLS */
    if (!p || p->dead)
        edge_tally(d->loop, DROPPED);
    else if (dtls_peer_input(p->dtls, bytes, len))
        p->dead = 1;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    data_channels *d = poll->data;
    struct mmsghdr batch[BATCH];
    struct iovec parts[BATCH];
    address from[BATCH];
    int error;
    socklen_t error_len = sizeof error;
    (void)events;
    if (status < 0 && !getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &error, &error_len)) /* libuv stops at an error: read it off */
        uv_poll_start(poll, UV_READABLE, on_readable);
    for (int i = 0; i < BATCH; i++) {
        parts[i] = (struct iovec){ d->buffers[i], sizeof d->buffers[i] };
        batch[i].msg_hdr = (struct msghdr){ .msg_name = &from[i], .msg_namelen = sizeof from[i], .msg_iov = &parts[i], .msg_iovlen = 1 };
    }
    int n = recvmmsg(d->fd, batch, BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++)
        if (batch[i].msg_len <= PACKET_MAX)
            on_datagram(d, d->buffers[i], batch[i].msg_len, &from[i]);
}

static void check(peer *p, uint64_t now_ms)
{
    int late = !p->open && now_ms - p->born_ms > HANDSHAKE_MS;
    int silent = now_ms - p->consent_ms > CONSENT_MS;
    if (late || silent || dtls_peer_timer(p->dtls) || !media_seat_find(p->channels->loop, p->seat))
        p->dead = 1;
}

static void on_tick(uv_timer_t *timer)
{
    data_channels *d = timer->data;
    uint64_t now_ms = uv_now(&d->loop->uv);
    association_stack_tick((uint32_t)(now_ms - d->ticked_ms));
    d->ticked_ms = now_ms;
    if (++d->ticks % TIMER_EVERY == 0)
        for (peer *p = d->peers; p; p = p->next)
            check(p, now_ms);
    sweep(d);
}

/* --- offers --- */

typedef struct {
    mail mail;
    edge_seat seat;
    char ufrag[UFRAG_LEN + 1], pwd[PWD_LEN + 1];
    uint16_t local_port;
    sdp_offer offer;
} new_peer;

/* A seat that offers again and again keeps its open channel and its newest offers. */
static void limit_peers(data_channels *d, edge_seat seat)
{
    int n = 0;
    for (peer *p = d->peers; p; p = p->next) /* newest first */
        if (p->seat == seat && !p->open && ++n >= PEERS_PER_SEAT)
            p->dead = 1;
}

static void add_peer(data_channels *d, const new_peer *order)
{
    peer *p = calloc(1, sizeof *p);
    if (!p)
        return;
    dtls_events events = { on_dtls_output, on_dtls_data, on_dtls_ready, p };
    p->channels = d;
    p->seat = order->seat;
    memcpy(p->ufrag, order->ufrag, sizeof p->ufrag);
    memcpy(p->pwd, order->pwd, sizeof p->pwd);
    memcpy(p->remote_ufrag, order->offer.ufrag, sizeof p->remote_ufrag);
    p->local_port = order->local_port;
    p->sctp_port = order->offer.sctp_port;
    p->born_ms = p->consent_ms = uv_now(&d->loop->uv);
    p->dtls = dtls_peer_new(d->identity, 1, order->offer.fingerprint, &events);
    if (!p->dtls || id_map_put(&d->by_ufrag, ufrag_key(p->ufrag), p)) {
        dtls_peer_free(p->dtls);
        free(p);
        return;
    }
    limit_peers(d, p->seat);
    if (!d->peers) {
        d->ticked_ms = uv_now(&d->loop->uv);
        uv_timer_start(&d->timer, on_tick, ASSOCIATION_TICK_MS, ASSOCIATION_TICK_MS);
    }
    p->next = d->peers;
    d->peers = p;
}

static void run_new_peer(void *context, mail *self)
{
    new_peer *order = (new_peer *)self;
    edge_loop *loop = context;
    if (loop && !loop->stopping)
        add_peer(loop->data_channels, order); /* without memory the browser's checks stay unanswered, and it takes another path */
    OPENSSL_cleanse(order, sizeof *order);
    free(order);
}

/* ICE characters, six random bits each (RFC 8839 section 5.4). */
static int random_text(char *out, size_t n)
{
    static const char characters[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t random[PWD_LEN];
    if (RAND_bytes(random, (int)n) != 1)
        return TCCC_E_INTERNAL;
    for (size_t i = 0; i < n; i++)
        out[i] = characters[random[i] & 63];
    out[n] = 0;
    return 0;
}

static int refuse(int error, const char *sentence, char *answer, size_t cap)
{
    snprintf(answer, cap, "%s", sentence);
    return error;
}

int data_channel_answer(edge_loop *loop, edge_seat seat, const char *offer_sdp, char *answer, size_t cap)
{
    const data_channels *d = loop->data_channels;
    const char *why;
    uint64_t session_id;
    if (!d)
        return refuse(TCCC_E_STATE, "There is no data channel here.", answer, cap);
    new_peer *order = calloc(1, sizeof *order);
    if (!order || random_text(order->ufrag, UFRAG_LEN) || random_text(order->pwd, PWD_LEN) ||
        RAND_bytes((uint8_t *)&session_id, sizeof session_id) != 1) {
        free(order);
        return refuse(TCCC_E_NO_MEMORY, "Memory is exhausted.", answer, cap);
    }
    order->mail.run = run_new_peer;
    order->seat = seat;
    order->local_port = (uint16_t)(SCTP_PORT_MIN + session_id % (UINT16_MAX - SCTP_PORT_MIN));
    int failed = sdp_offer_read(&order->offer, offer_sdp, strlen(offer_sdp), &why);
    sdp_ours ours = {
        .ufrag = order->ufrag, .pwd = order->pwd, .host = d->offer.host, .port = d->offer.port, .fingerprint = d->offer.fingerprint,
        .session_id = session_id, .sctp_port = order->local_port, .max_message = PACKET_MAX,
    };
    if (failed)
        refuse(failed, why, answer, cap);
    else if ((failed = sdp_answer_write(&ours, &order->offer, answer, cap)) > 0)
        failed = 0;
    if (failed)
        free(order);
    else
        mailbox_post(&loop->inbox, &order->mail);
    return failed;
}

/* --- opening --- */

/* The first address of an interface that other machines, and Firefox on this one, can reach. */
static int outside_address(address *out)
{
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

static int is_any(const address *a)
{
    return a->sa.sa_family == AF_INET ? a->v4.sin_addr.s_addr == INADDR_ANY : IN6_IS_ADDR_UNSPECIFIED(&a->v6.sin6_addr);
}

/* The address to bind and to tell: a candidate must be one, so "any" becomes an interface's. */
static int choose_address(address *local, const char *host)
{
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

static int bind_socket(data_channels *d, const char *host, int port)
{
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

static int start(data_channels *d, const char *host, int port, char *err, size_t err_cap)
{
    d->identity = dtls_identity_new();
    if (!d->identity || getrandom(&d->address_seed, sizeof d->address_seed, 0) != sizeof d->address_seed)
        return refuse(TCCC_E_NO_MEMORY, "Memory is exhausted.", err, err_cap);
    memcpy(d->offer.fingerprint, dtls_identity_fingerprint(d->identity), sizeof d->offer.fingerprint);
    if (bind_socket(d, host, port)) {
        snprintf(err, err_cap, "The data channel cannot use UDP port %d of %s.", port, host ? host : "0.0.0.0");
        return TCCC_E_IO;
    }
    if (association_stack_start())
        return refuse(TCCC_E_STATE, "This process has a data channel already.", err, err_cap);
    return 0;
}

static void free_channels(data_channels *d)
{
    if (d->fd >= 0)
        close(d->fd);
    id_map_free(&d->by_ufrag);
    id_map_free(&d->by_address);
    dtls_identity_free(d->identity);
    free(d);
}

int data_channels_open(edge_loop *loop, const char *host, int port, char *err, size_t err_cap)
{
    data_channels *d = calloc(1, sizeof *d);
    if (!d)
        return refuse(TCCC_E_NO_MEMORY, "Memory is exhausted.", err, err_cap);
    d->loop = loop;
    d->fd = -1;
    int failed = start(d, host, port, err, err_cap);
    if (failed) {
        free_channels(d);
        return failed;
    }
    uv_poll_init(&loop->uv, &d->poll, d->fd);
    uv_timer_init(&loop->uv, &d->timer);
    d->n_open_handles = 2;
    d->poll.data = d->timer.data = d;
    uv_poll_start(&d->poll, UV_READABLE, on_readable);
    loop->data_channels = d;
    return 0;
}

static void on_handle_closed(uv_handle_t *handle)
{
    data_channels *d = handle->data;
    if (!--d->n_open_handles)
        free_channels(d);
}

void data_channels_close(edge_loop *loop)
{
    data_channels *d = loop->data_channels;
    if (!d)
        return;
    for (peer *p = d->peers; p; p = p->next)
        p->dead = 1;
    sweep(d);
    association_stack_stop();
    uv_close((uv_handle_t *)&d->poll, on_handle_closed);
    uv_close((uv_handle_t *)&d->timer, on_handle_closed);
    loop->data_channels = NULL;
}

const data_channel_offer *data_channels_offer(const edge_loop *loop)
{
    return &loop->data_channels->offer;
}
