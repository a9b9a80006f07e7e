/* data_channel.c: media path 0 of a seat: a WebRTC data channel. Layer: server. RFC 8831, RFC 8832. */
#include "data_channel.h"

#include "association.h"
#include "dcep.h"
#include "dtls.h"
#include "ice_port.h"
#include "media_seat.h"
#include "sdp_answer.h"

#include "tccc/error.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PEERS_PER_SEAT = 3,
    SCTP_PORT_MIN = 1024,            /* each peer has one of its own: association_open */
    LIFETIME_MS = 150                /* docs/protocol.md: maxPacketLifeTime of what we send */
};

typedef struct {
    ice_peer ice;                    /* first: a peer is found by it */
    edge_seat seat;
    uint16_t local_port, sctp_port;  /* of SCTP: ours, theirs */
    dtls_peer *dtls;
    association *association;
    int open;                        /* the channel is the seat's path 0 */
    uint16_t stream;
} peer;

static edge_loop *loop_of(const peer *p) {
    return ice_port_loop(p->ice.port);
}

static void leave_seat(peer *p) {
    media_seat *seat = p->open ? media_seat_find(loop_of(p), p->seat) : NULL;
    p->open = 0;
    if (seat)
        media_seat_lost(seat, 0, p);
}

static void release(ice_peer *ice) {
    peer *p = (peer *)ice;
    leave_seat(p);
    association_close(p->association);
    dtls_peer_free(p->dtls);
    OPENSSL_cleanse(p, sizeof *p);
    free(p);
}

/* --- the channel --- */

static void path_send(void *context, uint8_t *frame, size_t len) {
    peer *p = context;
    association_message how = { .stream = p->stream, .ppid = DCEP_PPID_BINARY, .unordered = 1, .lifetime_ms = LIFETIME_MS };
    if (p->ice.dead || association_send(p->association, &how, frame, len))
        edge_tally(loop_of(p), DROPPED);
}

static void path_detach(void *context) {
    peer *p = context;
    p->open = 0;
    p->ice.dead = 1;
}

static void open_channel(peer *p, uint16_t stream, const uint8_t *message, size_t len) {
    static const uint8_t ack[] = { DCEP_TYPE_ACK };
    dcep_open open;
    media_seat *seat = media_seat_find(loop_of(p), p->seat);
    if (p->open || !seat || dcep_read_open(&open, message, len))
        return;
    association_message how = { .stream = stream, .ppid = DCEP_PPID };
    association_send(p->association, &how, ack, sizeof ack);
    p->stream = stream;
    p->open = 1;
    media_seat_attach(seat, 0, &(media_path){ path_send, path_detach, p });
}

static void on_message(void *context, uint16_t stream, uint32_t ppid, const uint8_t *data, size_t len) {
    peer *p = context;
    uint8_t buf[PACKET_HEADROOM + PACKET_MAX + PACKET_TAILROOM];
    if (ppid == DCEP_PPID) {
        open_channel(p, stream, data, len);
        return;
    }
    media_seat *seat = p->open && stream == p->stream ? media_seat_find(loop_of(p), p->seat) : NULL;
    if (!seat || ppid != DCEP_PPID_BINARY || len > PACKET_MAX) {
        edge_tally(loop_of(p), DROPPED);
        return;
    }
    memcpy(buf + PACKET_HEADROOM, data, len);
    media_seat_frame(seat, 0, buf + PACKET_HEADROOM, len);
}

static void on_stream_reset(void *context, uint16_t stream) {
    peer *p = context;
    if (p->open && stream == p->stream)
        p->ice.dead = 1; /* the browser has closed the channel */
}

static void on_down(void *context) {
    ((peer *)context)->ice.dead = 1;
}

static void on_sctp_output(void *context, const uint8_t *packet, size_t len) {
    peer *p = context;
    dtls_peer_send(p->dtls, packet, len);
}

/* --- DTLS --- */

static void on_dtls_output(void *context, const uint8_t *datagram, size_t len) {
    ice_peer_send(context, datagram, len);
}

static void on_dtls_data(void *context, uint8_t *data, size_t len) {
    peer *p = context;
    if (p->association)
        association_input(p->association, data, len);
}

static void on_dtls_ready(void *context) {
    peer *p = context;
    association_events events = { on_sctp_output, on_message, on_stream_reset, on_down, p };
    p->association = association_open(p->local_port, p->sctp_port, &events);
    if (!p->association)
        p->ice.dead = 1;
}

static void on_datagram(ice_peer *ice, uint8_t *bytes, size_t len) {
    peer *p = (peer *)ice;
    if (!len || bytes[0] < 20 || bytes[0] > 63) /* RFC 7983: DTLS */
        edge_tally(loop_of(p), DROPPED);
    else if (dtls_peer_input(p->dtls, bytes, len))
        ice->dead = 1;
}

static int is_alive(ice_peer *ice, uint64_t now_ms) {
    peer *p = (peer *)ice;
    int late = !p->open && now_ms - ice->born_ms > ICE_HANDSHAKE_MS;
    return !late && !dtls_peer_timer(p->dtls) && media_seat_find(loop_of(p), p->seat);
}

static const ice_user data_channel_user = { on_datagram, is_alive, release };

/* --- offers --- */

typedef struct {
    mail mail;
    edge_seat seat;
    ice_login login;
    uint16_t local_port;
    sdp_offer offer;
} new_peer;

/* A seat that offers again and again keeps its open channel and its newest offers. */
static void limit_peers(ice_port *port, edge_seat seat) {
    int n = 0;
    for (ice_peer *ice = ice_peer_first(port); ice; ice = ice->next) {
        peer *p = (peer *)ice;
        if (ice->user == &data_channel_user && p->seat == seat && !p->open && ++n > PEERS_PER_SEAT)
            ice->dead = 1;
    }
}

static void add_peer(ice_port *port, const new_peer *order) {
    peer *p = calloc(1, sizeof *p);
    if (!p)
        return;
    dtls_events events = { on_dtls_output, on_dtls_data, on_dtls_ready, p };
    p->ice.user = &data_channel_user;
    p->ice.login = order->login;
    p->seat = order->seat;
    p->local_port = order->local_port;
    p->sctp_port = order->offer.sctp_port;
    p->dtls = dtls_peer_new(ice_port_identity(port), 1, order->offer.transport.fingerprint, &events);
    if (!p->dtls || ice_peer_add(port, &p->ice)) {
        dtls_peer_free(p->dtls);
        free(p);
        return;
    }
    limit_peers(port, p->seat);
}

static void run_new_peer(void *context, mail *self) {
    new_peer *order = (new_peer *)self;
    edge_loop *loop = context;
    if (loop && !loop->stopping)
        add_peer(loop->ice, order); /* without memory the browser's checks stay unanswered, and it takes another path */
    OPENSSL_cleanse(order, sizeof *order);
    free(order);
}

static int refuse(int error, const char *sentence, char *answer, size_t cap) {
    snprintf(answer, cap, "%s", sentence);
    return error;
}

int data_channel_answer(edge_loop *loop, edge_seat seat, const char *offer_sdp, char *answer, size_t cap) {
        const char *why;
    uint64_t session_id;
    if (!loop->ice)
        return refuse(TCCC_E_STATE, "There is no data channel here.", answer, cap);
    new_peer *order = calloc(1, sizeof *order);
    if (!order || RAND_bytes((uint8_t *)&session_id, sizeof session_id) != 1) {
        free(order);
        return refuse(TCCC_E_NO_MEMORY, "Memory is exhausted.", answer, cap);
    }
    order->mail.run = run_new_peer;
    order->seat = seat;
    order->local_port = (uint16_t)(SCTP_PORT_MIN + session_id % (UINT16_MAX - SCTP_PORT_MIN));
    int failed = sdp_offer_read(&order->offer, offer_sdp, strlen(offer_sdp), &why);
    if (!failed && ice_login_new(&order->login, order->offer.transport.ufrag)) {
        failed = TCCC_E_NO_MEMORY;
        why = "Memory is exhausted.";
    }
    const ice_offer *place = ice_port_offer(loop);
    sdp_ours ours = {
        .ufrag = order->login.ufrag, .pwd = order->login.pwd, .host = place->host, .port = place->port, .fingerprint = place->fingerprint,
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

int data_channels_start(edge_loop *loop, char *err, size_t err_cap) {
    if (association_stack_start())
        return refuse(TCCC_E_STATE, "This process has a data channel already.", err, err_cap);
    ice_port_every(loop->ice, association_stack_tick);
    return 0;
}

void data_channels_stop(void) {
    association_stack_stop();
}
