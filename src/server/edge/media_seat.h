/* media_seat.h: the media side of a seat: its ticket, its paths, its four channels. Layer: server. docs/protocol.md, "Media".
 *
 * A packet is never copied and nothing is allocated: it lies in one buffer with PACKET_HEADROOM before it and
 * PACKET_TAILROOM behind it from the socket it came from to the sockets it leaves by.
 */
#ifndef TCCC_SERVER_MEDIA_SEAT_H
#define TCCC_SERVER_MEDIA_SEAT_H

#include "edge_loop.h"
#include "engine/carrier.h"

typedef struct media_seat media_seat;

/* Where a path's frames go. frame[len] has LWS_PRE bytes before it that may be overwritten. */
typedef struct {
    void (*send)(void *context, uint8_t *frame, size_t len);
    void (*detach)(void *context);   /* another one takes the path, or the seat ends: close, do not call back */
    void *context;
} media_path;

/* Who gets a channel's packets: buffers as above. */
typedef struct {
    void (*packet)(void *context, uint8_t *packet, size_t len);
    void (*seat_gone)(void *context);
    void *context;
} media_sink;

struct media_seat {
    edge_loop *loop;
    edge_seat id;
    char ticket[33];
    carrier carrier;
    media_path paths[CARRIER_PATHS];
    media_sink sinks[CARRIER_CHANNELS];
};

/* On the edge thread. NULL: no memory. */
media_seat *media_seat_new(edge_loop *loop, edge_seat id, const char ticket[33]);
void media_seat_free(media_seat *seat);
media_seat *media_seat_find(edge_loop *loop, edge_seat id);
/* By a ticket from outside; compared in constant time. */
media_seat *media_seat_by_ticket(edge_loop *loop, const char *ticket);

/* Attaches `path`, detaching what was there. */
void media_seat_attach(media_seat *seat, int path, const media_path *how);
/* The path's transport has closed by itself; ignored when `context` no longer holds the path. */
void media_seat_lost(media_seat *seat, int path, const void *context);

/* A frame that arrived on `path`, in a buffer with headroom and tailroom; it may be overwritten. */
void media_seat_frame(media_seat *seat, int path, uint8_t *frame, size_t len);
/* Sends packet[len] to the page, on one path or several. The bytes before it are overwritten. */
void media_seat_send(media_seat *seat, int channel, uint8_t *packet, size_t len);

#endif
