/* video_relay.c: joins two browsers' peer connections. Layer: server. video_relay is the control thread's, room the edge thread's. */
#include "video_relay.h"

#include "edge_loop.h"
#include "ice_port.h"
#include "relay_rtcp.h"
#include "relay_stream.h"
#include "resend.h"
#include "sdp_video.h"
#include "video_peer.h"

#include "server/bridge/bridge.h"

#include "tccc/error.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIDES = 2,
    PENDING_MAX = 2,                 /* connections of a side that are being made */
    KEYFRAME_EVERY_MS = 300          /* a sender is asked for keyframes no oftener */
};

typedef struct room room;

typedef struct {                     /* one browser's place */
    room *room;
    int side;
    video_peer *peer;                /* the one in use; NULL: none is up */
    video_peer *pending[PENDING_MAX];
    relay_stream gets[SDP_KINDS];    /* from the other side */
    resend *sent;                    /* of its video */
    struct { tap_ring *ring; uint32_t id; } taps[BRIDGE_N_EARS]; /* of its sound; ring: held, NULL none */
    int keyframe_wanted;             /* by the other side, of this one */
    uint64_t keyframe_ms;            /* asked for the last time */
} place;

struct room {
    edge_loop *loop;
    uint32_t id;
    int paused;
    place places[SIDES];
};

static place *other(const place *p) {
    return &p->room->places[!p->side];
}

/* --- packets, edge thread --- */

static void tap_sound(const place *p, const uint8_t *packet, size_t len) {
    tap_head head = {
        .kind = TAP_PACKET, .codec = TCCC_CODEC_OPUS, .srtp = TCCC_SRTP_NONE, .len = (uint16_t)len,
        .flags = (uint8_t)(TAP_SPEECH | (p->room->paused ? TAP_WITHHELD : 0)), .arrival_us = edge_now_us(p->room->loop),
    };
    for (int ear = 0; ear < BRIDGE_N_EARS; ear++) {
        head.tap = p->taps[ear].id;
        if (p->taps[ear].ring)
            tap_ring_put(p->taps[ear].ring, &head, packet);
    }
}

/* p: who has sent it. */
static void on_rtp(void *context, video_peer *peer, enum sdp_kind kind, uint8_t *packet, size_t len) {
    place *p = context, *to = other(p);
    uint8_t out[PACKET_MAX + PACKET_TAILROOM];
    uint16_t seq;
    int payload_type = to->peer ? video_peer_format(to->peer)->payload_type[kind] : -1;
    if (peer != p->peer || len > PACKET_MAX)
        return;
    if (kind == SDP_AUDIO)
        tap_sound(p, packet, len);
    if (payload_type < 0 || p->room->paused)
        return;
    if (kind == SDP_VIDEO && video_peer_format(peer)->codec != video_peer_format(to->peer)->codec)
        return; /* one of the two is about to come with the other's */
    relay_rewrite how = { payload_type, video_peer_format(peer)->send_time, video_peer_format(to->peer)->send_time };
    memcpy(out, packet, len);
    int result = relay_stream_rtp(&to->gets[kind], out, len, &how, uv_now(&p->room->loop->uv), &seq);
    int n = result < 0 ? result : video_peer_send_rtp(to->peer, out, len);
    if (n > 0 && kind == SDP_VIDEO)
        resend_put(to->sent, seq, out, (size_t)n);
}

/* Asks the browser at `p` for a keyframe, now or when it may be asked again. */
static void ask_keyframe(place *p, uint64_t now_ms) {
    uint8_t compound[RELAY_RTCP_MAX + PACKET_TAILROOM];
    const relay_stream *s = &other(p)->gets[SDP_VIDEO];
    p->keyframe_wanted = 1;
    if (!p->peer || !s->started || now_ms - p->keyframe_ms < KEYFRAME_EVERY_MS)
        return;
    p->keyframe_wanted = 0;
    p->keyframe_ms = now_ms;
    video_peer_send_rtcp(p->peer, compound, relay_rtcp_keyframe(compound, p->gets[SDP_VIDEO].ssrc, s->source));
}

/* What `p` lacks comes from here where it was sent, else from the other side, where it was lost on the way here. */
static void give_missing(place *p, const relay_report *report) {
    uint8_t compound[RELAY_RTCP_MAX + PACKET_TAILROOM];
    uint16_t ask[RELAY_MISSING_MAX];
    place *from = other(p);
    int n = 0;
    for (int i = 0; i < report->n_missing; i++) {
        size_t len;
        const uint8_t *packet = resend_get(p->sent, report->missing[i], &len);
        if (packet)
            video_peer_send_again(p->peer, packet, len);
        else
            ask[n++] = relay_stream_seq_back(&p->gets[SDP_VIDEO], report->missing[i]);
    }
    if (n && from->peer)
        video_peer_send_rtcp(from->peer, compound,
                             relay_rtcp_missing(compound, from->gets[SDP_VIDEO].ssrc, p->gets[SDP_VIDEO].source, ask, n));
}

static void on_rtcp(void *context, video_peer *peer, const uint8_t *compound, size_t len) {
    place *p = context, *to = other(p);
    relay_report report;
    uint8_t out[RELAY_RTCP_MAX + PACKET_TAILROOM];
    relay_view view = { .sends = { &to->gets[SDP_AUDIO], &to->gets[SDP_VIDEO] }, .gets = { &p->gets[SDP_AUDIO], &p->gets[SDP_VIDEO] } };
    if (peer != p->peer)
        return;
    if (relay_rtcp_read(&report, &view, compound, len))
        edge_tally(p->room->loop, DROPPED);
    if (report.len && to->peer) {
        memcpy(out, report.bytes, report.len);
        video_peer_send_rtcp(to->peer, out, report.len);
    }
    if (report.wants_keyframe)
        ask_keyframe(to, uv_now(&p->room->loop->uv));
    if (report.n_missing)
        give_missing(p, &report);
}

static void on_tick(void *context, video_peer *peer, uint64_t now_ms) {
    place *p = context;
    if (peer == p->peer && p->keyframe_wanted)
        ask_keyframe(p, now_ms);
}

/* --- connections, edge thread --- */

static void forget_pending(place *p, const video_peer *peer) {
    for (int i = 0; i < PENDING_MAX; i++)
        if (p->pending[i] == peer)
            p->pending[i] = NULL;
}

static void on_up(void *context, video_peer *peer) {
    place *p = context;
    uint64_t now_ms = uv_now(&p->room->loop->uv);
    forget_pending(p, peer);
    if (p->peer)
        video_peer_drop(p->peer);
    p->peer = peer;
    p->keyframe_ms = 0;
    resend_clear(p->sent); /* the keys are new */
    ask_keyframe(other(p), now_ms);
    edge_event_video(p->room->loop, p->room->id, p->side, 1);
}

static void on_gone(void *context, video_peer *peer) {
    place *p = context;
    forget_pending(p, peer);
    if (p->peer != peer)
        return;
    p->peer = NULL;
    edge_event_video(p->room->loop, p->room->id, p->side, 0);
}

static void clear_place(place *p) {
    for (int i = 0; i < PENDING_MAX; i++)
        if (p->pending[i])
            video_peer_drop(p->pending[i]);
    memset(p->pending, 0, sizeof p->pending);
    if (p->peer)
        video_peer_drop(p->peer);
    p->peer = NULL;
}

static void room_free(room *r) {
    for (int side = 0; side < SIDES; side++) {
        clear_place(&r->places[side]);
        resend_free(r->places[side].sent);
        for (int ear = 0; ear < BRIDGE_N_EARS; ear++)
            tap_ring_drop(r->places[side].taps[ear].ring);
    }
    id_map_take(&r->loop->videos, r->id);
    free(r);
}

static room *room_new(edge_loop *loop, uint32_t id, const uint32_t ssrc[SIDES][SDP_KINDS]) {
    static const uint32_t rate_hz[SDP_KINDS] = { 48000, 90000 };
    room *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->loop = loop;
    r->id = id;
    int failed = 0;
    for (int side = 0; side < SIDES; side++) {
        place *p = &r->places[side];
        p->room = r;
        p->side = side;
        p->sent = resend_new();
        failed |= !p->sent;
        for (int kind = 0; kind < SDP_KINDS; kind++)
            relay_stream_open(&p->gets[kind], ssrc[side][kind], rate_hz[kind]);
    }
    if (!failed && !id_map_put(&loop->videos, id, r))
        return r;
    for (int side = 0; side < SIDES; side++)
        resend_free(r->places[side].sent);
    free(r);
    return NULL;
}

/* The newest offers count: a browser that offers again has given the earlier ones up. */
static void add_peer(place *p, video_peer *peer) {
    if (p->pending[PENDING_MAX - 1])
        video_peer_drop(p->pending[PENDING_MAX - 1]);
    memmove(&p->pending[1], &p->pending[0], (PENDING_MAX - 1) * sizeof p->pending[0]);
    p->pending[0] = peer;
}

void video_relays_close(edge_loop *loop) {
    size_t cursor;
    room *r;
    while (cursor = 0, (r = id_map_next(&loop->videos, &cursor)))
        room_free(r);
}

void video_relay_tap(edge_loop *loop, uint32_t id, int side, int ear, tap_ring *ring, uint32_t tap) {
    room *r = id_map_get(&loop->videos, id);
    if (!r || side >= SIDES)
        return;
    place *p = &r->places[side];
    tap_ring_drop(p->taps[ear].ring);
    p->taps[ear].ring = tap_ring_hold(ring);
    p->taps[ear].id = tap;
}

/* --- orders of the control thread --- */

enum order_kind { ORDER_NEW, ORDER_OFFER, ORDER_CLEAR, ORDER_PAUSE, ORDER_FREE };

typedef struct {
    mail mail;
    enum order_kind kind;
    uint32_t id;
    int side;
    int on;
    uint32_t ssrc[SIDES][SDP_KINDS];
    ice_login login;
    uint8_t fingerprint[SDP_FINGERPRINT_LEN];
    video_format format;
} order;

/* Without memory the browser's checks stay unanswered, and it tries again. */
static void run_offer(edge_loop *loop, const order *o) {
    static const video_peer_events events = { on_up, on_rtp, on_rtcp, on_tick, on_gone };
    room *r = id_map_get(&loop->videos, o->id);
    place *p = r ? &r->places[o->side] : NULL;
    video_peer *peer = p && !loop->stopping ? video_peer_new(loop->ice, &o->login, o->fingerprint, &o->format, &events, p) : NULL;
    if (peer)
        add_peer(p, peer);
}

static void run_pause(room *r, int on) {
    uint64_t now_ms = uv_now(&r->loop->uv);
    r->paused = on;
    for (int side = 0; side < SIDES && !on; side++) {
        for (int kind = 0; kind < SDP_KINDS; kind++)
            relay_stream_resume(&r->places[side].gets[kind]);
        ask_keyframe(&r->places[side], now_ms);
    }
}

static void run_order(void *context, mail *self) {
    order *o = (order *)self;
    edge_loop *loop = context;
    room *r = loop ? id_map_get(&loop->videos, o->id) : NULL;
    if (loop && o->kind == ORDER_NEW)
        room_new(loop, o->id, (const uint32_t(*)[SDP_KINDS])o->ssrc);
    else if (r && o->kind == ORDER_OFFER)
        run_offer(loop, o);
    else if (r && o->kind == ORDER_CLEAR)
        clear_place(&r->places[o->side]);
    else if (r && o->kind == ORDER_PAUSE)
        run_pause(r, o->on);
    else if (r && o->kind == ORDER_FREE)
        room_free(r);
    OPENSSL_cleanse(o, sizeof *o);
    free(o);
}

/* --- control thread --- */

struct video_relay {
    edge *edge;
    uint32_t id;
    uint32_t ssrc[SIDES][SDP_KINDS]; /* what each side gets */
    unsigned codecs[SIDES];          /* what each side can have; 0: nobody has offered */
    enum video_codec codec[SIDES];   /* what each side agreed on; NONE: nothing yet, or no picture */
    int last;                        /* side that offered last */
    int paused;
};

static order *order_new(const video_relay *relay, enum order_kind kind, int side) {
    order *o = calloc(1, sizeof *o);
    if (!o)
        return NULL;
    o->mail.run = run_order;
    o->kind = kind;
    o->id = relay->id;
    o->side = side;
    return o;
}

static void post(const video_relay *relay, order *o) {
    mailbox_post(&edge_loop_of(relay->edge)->inbox, &o->mail);
}

video_relay *video_relay_new(edge *e) {
    video_relay *relay = calloc(1, sizeof *relay);
    if (!relay)
        return NULL;
    relay->edge = e;
    relay->id = edge_new_id(e);
    order *o = edge_loop_of(e)->ice ? order_new(relay, ORDER_NEW, 0) : NULL;
    if (!o || RAND_bytes((uint8_t *)relay->ssrc, sizeof relay->ssrc) != 1) {
        free(o);
        free(relay);
        return NULL;
    }
    memcpy(o->ssrc, relay->ssrc, sizeof o->ssrc);
    post(relay, o);
    return relay;
}

void video_relay_free(video_relay *relay) {
    order *o = relay ? order_new(relay, ORDER_FREE, 0) : NULL;
    if (o)
        post(relay, o); /* without memory the room stays until the process ends; its peers go with their browsers */
    free(relay);
}

uint32_t video_relay_id(const video_relay *relay) {
    return relay->id;
}

void video_relay_clear(video_relay *relay, int side) {
    order *o = order_new(relay, ORDER_CLEAR, side);
    relay->codec[side] = VIDEO_NONE;
    relay->codecs[side] = 0;
    if (o)
        post(relay, o);
}

void video_relay_pause(video_relay *relay, int on) {
    order *o = on != relay->paused ? order_new(relay, ORDER_PAUSE, 0) : NULL;
    if (!o)
        return;
    o->on = relay->paused = on;
    post(relay, o);
}

int video_relay_codec(const video_relay *relay) {
    /* the last to offer has what both can have; the other one's may be older */
    return relay->codecs[0] && relay->codecs[1] ? (int)relay->codec[relay->last] : -1;
}

static int refuse(int error, const char *sentence, char *answer, size_t cap) {
    snprintf(answer, cap, "%s", sentence);
    return error;
}

static int write_answer(video_relay *relay, order *o, const sdp_video_offer *offer, enum video_codec codec, char *answer, size_t cap) {
    const ice_offer *at = ice_port_offer(edge_loop_of(relay->edge));
    sdp_video_ours ours = { .ufrag = o->login.ufrag, .pwd = o->login.pwd, .host = at->host, .port = at->port, .fingerprint = at->fingerprint,
                            .ssrc = { relay->ssrc[o->side][SDP_AUDIO], relay->ssrc[o->side][SDP_VIDEO] }, .video = codec };
    if (RAND_bytes((uint8_t *)&ours.session_id, sizeof ours.session_id) != 1)
        return refuse(TCCC_E_NO_MEMORY, "Memory is exhausted.", answer, cap);
    int n = sdp_video_write(&ours, offer, answer, cap);
    return n > 0 ? 0 : refuse(n, "The answer to this offer is too long.", answer, cap);
}

int video_relay_offer(video_relay *relay, int side, const char *sdp, char *answer, size_t cap) {
    sdp_video_offer offer;
    const char *why;
    if (sdp_video_read(&offer, sdp, strlen(sdp), &why))
        return refuse(TCCC_E_FORMAT, why, answer, cap);
    unsigned codecs = sdp_video_codecs(&offer);
    enum video_codec codec = sdp_video_choose(relay->codecs[!side] ? codecs & relay->codecs[!side] : codecs, relay->codec[!side]);
    if (offer.used[SDP_AUDIO] < 0 && codec == VIDEO_NONE)
        return refuse(TCCC_E_FORMAT, "The offer has neither opus nor a picture that the other side can read (VP8, H264).", answer, cap);
    order *o = order_new(relay, ORDER_OFFER, side);
    if (!o || ice_login_new(&o->login, offer.transport.ufrag)) {
        free(o);
        return refuse(TCCC_E_NO_MEMORY, "Memory is exhausted.", answer, cap);
    }
    memcpy(o->fingerprint, offer.transport.fingerprint, sizeof o->fingerprint);
    o->format = (video_format){ .codec = codec, .send_time = offer.send_time };
    o->format.payload_type[SDP_AUDIO] = offer.used[SDP_AUDIO] < 0 ? -1 : offer.opus.payload_type;
    o->format.payload_type[SDP_VIDEO] = codec == VIDEO_NONE ? -1 : offer.video[codec].payload_type;
    int failed = write_answer(relay, o, &offer, codec, answer, cap);
    if (failed) {
        free(o);
        return failed;
    }
    relay->codec[side] = codec;
    relay->codecs[side] = codecs;
    relay->last = side;
    post(relay, o);
    return 0;
}
