/* video_peer.c: one browser's connection of a video relay: ICE, DTLS, SRTP. Layer: server, edge thread. RFC 5764, RFC 5761. */
#include "video_peer.h"

#include "media/rtp.h"
#include "media/srtp.h"
#include "tccc/error.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

struct video_peer {
    ice_peer ice;                    /* first: a peer is found by it */
    dtls_peer *dtls;
    srtp_sender *sender;             /* both are there once the handshake is done */
    srtp_receiver *receiver;
    video_format format;
    video_peer_events events;
    void *context;                   /* NULL: nobody listens any more */
};

/* --- DTLS --- */

static void on_dtls_output(void *context, const uint8_t *datagram, size_t len) {
    ice_peer_send(context, datagram, len);
}

static void on_dtls_data(void *context, uint8_t *data, size_t len) {
    (void)context; /* no data channel was agreed on */
    (void)data;
    (void)len;
}

static void on_dtls_ready(void *context) {
    video_peer *p = context;
    uint8_t ours[DTLS_SRTP_KEY_LEN], theirs[DTLS_SRTP_KEY_LEN];
    int error = dtls_peer_srtp_keys(p->dtls, ours, theirs);
    if (!error)
        p->sender = srtp_sender_open(SRTP_SCHEME_AES128_SHA1_80, ours, sizeof ours, &error);
    if (!error)
        p->receiver = srtp_receiver_open(SRTP_SCHEME_AES128_SHA1_80, theirs, sizeof theirs, &error);
    OPENSSL_cleanse(ours, sizeof ours);
    OPENSSL_cleanse(theirs, sizeof theirs);
    if (error)
        p->ice.dead = 1;
    else if (p->context)
        p->events.up(p->context, p);
}

/* --- packets --- */

static void drop(const video_peer *p) {
    edge_tally(ice_port_loop(p->ice.port), DROPPED);
}

static void on_rtp(video_peer *p, uint8_t *packet, size_t len) {
    int n = srtp_receiver_rtp(p->receiver, packet, len);
    int payload_type = n > 0 ? rtp_packet_payload_type(packet) : -1;
    for (int kind = 0; kind < SDP_KINDS && payload_type >= 0; kind++)
        if (p->format.payload_type[kind] == payload_type) {
            edge_tally(ice_port_loop(p->ice.port), FROM_PAGES);
            p->events.rtp(p->context, p, (enum sdp_kind)kind, packet, (size_t)n);
            return;
        }
    drop(p);
}

static void on_rtcp(video_peer *p, uint8_t *packet, size_t len) {
    int n = srtp_receiver_rtcp(p->receiver, packet, len);
    if (n > 0)
        p->events.rtcp(p->context, p, packet, (size_t)n);
    else
        drop(p);
}

static void on_datagram(ice_peer *ice, uint8_t *bytes, size_t len) {
    video_peer *p = (video_peer *)ice;
    enum rtp_kind kind;
    if (len && bytes[0] >= 20 && bytes[0] <= 63) { /* RFC 7983: DTLS */
        if (dtls_peer_input(p->dtls, bytes, len))
            ice->dead = 1;
        return;
    }
    kind = p->receiver && p->context ? rtp_packet_kind(bytes, len) : RTP_KIND_OTHER;
    if (kind == RTP_KIND_RTP)
        on_rtp(p, bytes, len);
    else if (kind == RTP_KIND_RTCP)
        on_rtcp(p, bytes, len);
    else
        drop(p);
}

/* --- life --- */

static int is_alive(ice_peer *ice, uint64_t now_ms) {
    video_peer *p = (video_peer *)ice;
    if (!p->context || (!p->receiver && now_ms - ice->born_ms > ICE_HANDSHAKE_MS) || dtls_peer_timer(p->dtls))
        return 0;
    if (p->receiver)
        p->events.tick(p->context, p, now_ms);
    return 1;
}

static void release(ice_peer *ice) {
    video_peer *p = (video_peer *)ice;
    if (p->context)
        p->events.gone(p->context, p);
    dtls_peer_free(p->dtls);
    srtp_sender_close(p->sender);
    srtp_receiver_close(p->receiver);
    OPENSSL_cleanse(p, sizeof *p);
    free(p);
}

static const ice_user video_user = { on_datagram, is_alive, release };

video_peer *video_peer_new(ice_port *port, const ice_login *login, const uint8_t fingerprint[SDP_FINGERPRINT_LEN], const video_format *format,
                           const video_peer_events *events, void *context) {
    video_peer *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    dtls_events dtls = { on_dtls_output, on_dtls_data, on_dtls_ready, p };
    p->ice.user = &video_user;
    p->ice.login = *login;
    p->format = *format;
    p->events = *events;
    p->context = context;
    p->dtls = dtls_peer_new(ice_port_identity(port), 1, fingerprint, &dtls);
    if (p->dtls && !ice_peer_add(port, &p->ice))
        return p;
    dtls_peer_free(p->dtls);
    free(p);
    return NULL;
}

void video_peer_drop(video_peer *p) {
    p->context = NULL;
    p->ice.dead = 1;
}

const video_format *video_peer_format(const video_peer *p) {
    return &p->format;
}

int video_peer_send_rtp(video_peer *p, uint8_t *packet, size_t len) {
    int n = p->ice.dead ? TCCC_E_STATE : srtp_sender_rtp(p->sender, packet, len, len + PACKET_TAILROOM);
    if (n > 0)
        video_peer_send_again(p, packet, (size_t)n);
    else
        drop(p);
    return n;
}

void video_peer_send_rtcp(video_peer *p, uint8_t *compound, size_t len) {
    int n = p->ice.dead ? 0 : srtp_sender_rtcp(p->sender, compound, len, len + PACKET_TAILROOM);
    if (n > 0)
        ice_peer_send(&p->ice, compound, (size_t)n);
}

void video_peer_send_again(video_peer *p, const uint8_t *packet, size_t len) {
    edge_tally(ice_port_loop(p->ice.port), TO_PAGES);
    ice_peer_send(&p->ice, packet, len);
}
