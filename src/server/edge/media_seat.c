/* media_seat.c: the media side of a seat: its ticket, its paths, its four channels. Layer: server. docs/protocol.md. */
#include "media_seat.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* The first 64 of the ticket's 128 bits; 0 when it is not 32 hexadecimal digits. */
static uint64_t ticket_key(const char *ticket) {
    char half[17] = { 0 };
    if (strspn(ticket, "0123456789abcdef") != 32 || ticket[32])
        return 0;
    memcpy(half, ticket, 16);
    uint64_t key = strtoull(half, NULL, 16);
    return key ? key : 1;
}

media_seat *media_seat_new(edge_loop *loop, edge_seat id, const char ticket[33]) {
    media_seat *seat = calloc(1, sizeof *seat);
    if (!seat)
        return NULL;
    seat->loop = loop;
    seat->id = id;
    memcpy(seat->ticket, ticket, sizeof seat->ticket);
    if (id_map_put(&loop->seats, id, seat) || id_map_put(&loop->tickets, ticket_key(ticket), seat)) {
        id_map_take(&loop->seats, id);
        free(seat);
        return NULL;
    }
    atomic_fetch_add_explicit(&loop->n_seats, 1, memory_order_relaxed);
    return seat;
}

media_seat *media_seat_find(edge_loop *loop, edge_seat id) {
    return id ? id_map_get(&loop->seats, id) : NULL;
}

media_seat *media_seat_by_ticket(edge_loop *loop, const char *ticket) {
    uint64_t key = ticket_key(ticket);
    media_seat *seat = key ? id_map_get(&loop->tickets, key) : NULL;
    return seat && !CRYPTO_memcmp(seat->ticket, ticket, 32) ? seat : NULL;
}

static void detach(media_seat *seat, int path) {
    media_path old = seat->paths[path];
    if (!old.context)
        return;
    seat->paths[path] = (media_path){ 0 };
    old.detach(old.context);
}

void media_seat_free(media_seat *seat) {
    for (int path = 0; path < CARRIER_PATHS; path++)
        detach(seat, path);
    for (int channel = 0; channel < CARRIER_CHANNELS; channel++)
        if (seat->sinks[channel].context)
            seat->sinks[channel].seat_gone(seat->sinks[channel].context);
    id_map_take(&seat->loop->seats, seat->id);
    id_map_take(&seat->loop->tickets, ticket_key(seat->ticket));
    atomic_fetch_sub_explicit(&seat->loop->n_seats, 1, memory_order_relaxed);
    free(seat);
}

void media_seat_attach(media_seat *seat, int path, const media_path *how) {
    int replaced = seat->paths[path].context != NULL;
    detach(seat, path);
    seat->paths[path] = *how;
    carrier_path(&seat->carrier, path, true);
    if (!replaced)
        edge_event_media_path(seat->loop, seat->id, path, 1);
}

void media_seat_lost(media_seat *seat, int path, const void *context) {
    if (seat->paths[path].context != context)
        return;
    seat->paths[path] = (media_path){ 0 };
    carrier_path(&seat->carrier, path, false);
    edge_event_media_path(seat->loop, seat->id, path, 0);
}

static void path_send(const media_path *path, uint8_t *frame, size_t len) {
    if (path->context)
        path->send(path->context, frame, len);
}

static void send_reply(const media_path *path, const uint8_t *reply, size_t len) {
    uint8_t buf[LWS_PRE + CARRIER_REPLY_MAX];
    memcpy(buf + LWS_PRE, reply, len);
    path_send(path, buf + LWS_PRE, len);
}

void media_seat_frame(media_seat *seat, int path, uint8_t *frame, size_t len) {
    carrier_frame in;
    uint8_t reply[CARRIER_REPLY_MAX];
    size_t reply_len;
    const media_sink *sink;
    switch (carrier_receive(&seat->carrier, path, frame, len, &in, reply, &reply_len)) {
    case CARRIER_TAKE_DROP:
        break;
    case CARRIER_TAKE_REPLY:
        send_reply(&seat->paths[path], reply, reply_len);
        break;
    case CARRIER_TAKE_ECHO:
        for (uint8_t n = 0, mask = carrier_paths(&seat->carrier); mask; n++, mask >>= 1)
            if (mask & 1)
                send_reply(&seat->paths[n], reply, reply_len);
        break;
    case CARRIER_TAKE_PACKET:
        edge_tally(seat->loop, FROM_PAGES);
        sink = &seat->sinks[in.channel];
        if (sink->context)
            sink->packet(sink->context, frame + (in.body - frame), in.length);
        else
            edge_tally(seat->loop, DROPPED);
        break;
    }
}

void media_seat_send(media_seat *seat, int channel, uint8_t *packet, size_t len) {
    uint8_t *frame = packet - CARRIER_HEADER;
    uint8_t mask = len <= CARRIER_PACKET_MAX ? carrier_send(&seat->carrier, channel, frame) : 0;
    edge_tally(seat->loop, mask ? TO_PAGES : DROPPED);
    for (int path = 0; mask; path++, mask >>= 1)
        if (mask & 1)
            path_send(&seat->paths[path], frame, len + CARRIER_HEADER);
}
