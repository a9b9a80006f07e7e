/* video_relay.h: joins two browsers' peer connections: sound and picture of a video session. Layer: server.
 * RFC 5764 (DTLS-SRTP), RFC 7667 section 3.6 (a middlebox that rewrites streams).
 *
 * Each side has one RTCPeerConnection to the UDP port of ice_port.h. Packets pass decrypted and encrypted again, with numbers and
 * names rewritten, never decoded. A side may come later, come again with a new connection (after a change of network, a reload) or
 * be another browser (a transfer); the other side's connection stays. All functions: control thread. */
#ifndef TCCC_SERVER_VIDEO_RELAY_H
#define TCCC_SERVER_VIDEO_RELAY_H

#include "edge.h"
#include "video_codec.h"

typedef struct video_relay video_relay;

/* NULL: no memory, or there is no UDP port for browsers. edge_handler's video_event tells by `id` when a side comes up and goes. */
video_relay *video_relay_new(edge *e);
void video_relay_free(video_relay *relay);      /* NULL is allowed */
uint32_t video_relay_id(const video_relay *relay);

/* Answers the offer of side 0 or 1. The side's earlier connection works until the new one is up. 0 with the answer in answer[cap]; or, with
 * a sentence there, FORMAT, NO_MEMORY, TOO_LARGE. */
int video_relay_offer(video_relay *relay, int side, const char *sdp, char *answer, size_t cap);
/* Nothing passes either way, until it does again with a new picture of both. The connections stay. */
void video_relay_pause(video_relay *relay, int on);
/* The side's connection ends without an event: somebody else comes, or nobody. */
void video_relay_clear(video_relay *relay, int side);
/* The codec that both sides can have: VIDEO_NONE when there is none. -1: not both have offered. A browser that was answered with another
 * one, before the other side came, has to offer again; until then the two see nothing of each other. */
int video_relay_codec(const video_relay *relay);

/* bridge_tap's of this relay, edge thread; of an id that no relay has it does nothing. ear: enum bridge_ear. */
struct edge_loop;
struct tap_ring;
void video_relay_tap(struct edge_loop *loop, uint32_t id, int side, int ear, struct tap_ring *ring, uint32_t tap);
/* edge.c: frees what the edge thread still has of relays, after ice_port_close. */
void video_relays_close(struct edge_loop *loop);

#endif
