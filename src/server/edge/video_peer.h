/* video_peer.h: one browser's connection of a video relay: ICE, DTLS, SRTP. Layer: server, edge thread. RFC 5764, RFC 5761. */
#ifndef TCCC_SERVER_VIDEO_PEER_H
#define TCCC_SERVER_VIDEO_PEER_H

#include "ice_port.h"
#include "sdp_video.h"

typedef struct video_peer video_peer;

/* What was agreed on with this browser. */
typedef struct {
    int payload_type[SDP_KINDS];     /* -1: not agreed on */
    enum video_codec codec;          /* of the picture */
    int send_time;                   /* id of the header extension; 0 none */
} video_format;

/* Called on the edge thread, from inside ICE's events. */
typedef struct {
    void (*up)(void *context, video_peer *peer);
    /* Decrypted, in a buffer that may be overwritten. */
    void (*rtp)(void *context, video_peer *peer, enum sdp_kind kind, uint8_t *packet, size_t len);
    void (*rtcp)(void *context, video_peer *peer, const uint8_t *compound, size_t len);
    void (*tick)(void *context, video_peer *peer, uint64_t now_ms);   /* about every 50 ms while up */
    void (*gone)(void *context, video_peer *peer);   /* freed after this */
} video_peer_events;

/* NULL: no memory. */
video_peer *video_peer_new(ice_port *port, const ice_login *login, const uint8_t fingerprint[SDP_FINGERPRINT_LEN], const video_format *format,
                           const video_peer_events *events, void *context);
/* Ends it; `gone` is not called any more. */
void video_peer_drop(video_peer *peer);
const video_format *video_peer_format(const video_peer *peer);

/* Encrypts packet[len] in place, with PACKET_TAILROOM behind it, and sends it. Its new length, or a negative error. */
int video_peer_send_rtp(video_peer *peer, uint8_t *packet, size_t len);
void video_peer_send_rtcp(video_peer *peer, uint8_t *compound, size_t len);
/* Sends again what video_peer_send_rtp made. */
void video_peer_send_again(video_peer *peer, const uint8_t *packet, size_t len);

#endif
