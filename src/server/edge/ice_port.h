/* ice_port.h: the one UDP port that browsers reach: ICE-lite and who a datagram belongs to. Layer: server.
 * RFC 8445 section 2.5 (ICE-lite), RFC 7675 (consent), RFC 7983 (demultiplexing).
 *
 * A datagram belongs to a peer by the ICE user name of a check, afterwards by the address that check came from; nothing else
 * is answered, so the port amplifies nothing. What flows above ICE is its users' business: data_channel.c, video_peer.c. */
#ifndef TCCC_SERVER_ICE_PORT_H
#define TCCC_SERVER_ICE_PORT_H

#include "address.h"
#include "dtls.h"
#include "edge_loop.h"
#include "sdp_answer.h"

enum {
    ICE_UFRAG_LEN = 8, ICE_PWD_LEN = 24, /* RFC 8839 section 5.4: at least 24 and 128 random bits */
    ICE_ADDRESSES_MAX = 4,           /* of one peer: networks it changes between */
    ICE_HANDSHAKE_MS = 20000         /* from the offer until its user is up */
};

typedef struct ice_port ice_port;
typedef struct ice_peer ice_peer;

/* What an answer names; set before the edge thread starts and never changed, so any thread may read it. */
typedef struct {
    char host[64];                   /* numeric: what clients are told */
    int port;
    uint8_t fingerprint[SDP_FINGERPRINT_LEN];
} ice_offer;

/* One side's secrets and the other's name. */
typedef struct {
    char ufrag[ICE_UFRAG_LEN + 1], pwd[ICE_PWD_LEN + 1], remote_ufrag[SDP_ICE_MAX + 1];
} ice_login;

/* The user of a peer; its functions are called on the edge thread and may set peer->dead, not free. */
typedef struct {
    /* A datagram that is not STUN, by RFC 7983. It may be overwritten; PACKET_TAILROOM follows it. */
    void (*datagram)(ice_peer *peer, uint8_t *bytes, size_t len);
    /* About every 50 ms; 0: it is dead. */
    int (*alive)(ice_peer *peer, uint64_t now_ms);
    void (*release)(ice_peer *peer);  /* frees whatever holds the peer */
} ice_user;

struct ice_peer {
    ice_peer *next;
    ice_port *port;
    const ice_user *user;
    ice_login login;
    address addresses[ICE_ADDRESSES_MAX];
    int n_addresses, next_address;
    address target;                  /* where we send: the nominated address, or the one that spoke last before */
    int nominated;
    uint64_t born_ms, consent_ms;
    int dead;                        /* to be freed by the next sweep: not from inside an event */
};

/* Binds and fills loop->ice. 0, or a negative error with a sentence in err. */
int ice_port_open(edge_loop *loop, const char *host, int port, char *err, size_t err_cap);
/* Frees all peers; the port itself when the loop has closed its handles. */
void ice_port_close(edge_loop *loop);
const ice_offer *ice_port_offer(const edge_loop *loop);
const dtls_identity *ice_port_identity(const ice_port *port);
edge_loop *ice_port_loop(const ice_port *port);
/* Called every 10 ms while there are peers, before they are looked at. */
void ice_port_every(ice_port *port, void (*tick)(uint32_t elapsed_ms));

/* Any thread: new random names. 0 or TCCC_E_INTERNAL. */
int ice_login_new(ice_login *login, const char *remote_ufrag);

/* Takes the peer in; user and login are set. 0 or TCCC_E_NO_MEMORY, and the peer is still the caller's. */
int ice_peer_add(ice_port *port, ice_peer *peer);
/* Newest first. */
ice_peer *ice_peer_first(const ice_port *port);
void ice_peer_send(ice_peer *peer, const uint8_t *datagram, size_t len);

#endif
