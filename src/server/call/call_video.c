/* call_video.c: sound and picture of a video session: two browsers' peer connections over a relay (edge/video_relay.h). Layer: server.
 *
 * While the visitor waits or is on hold it hears flows and music over its voice engine and a bridge, as in a voip session. When somebody has
 * taken it, both pages offer a peer connection (video.offer). The visitor's stays over a transfer; the next agent's takes the other side. */
#include "server/call/call_state.h"

static void tell_muted(call *c, call_end *to, const call_end *of) {
    wire_event event = { .name = WIRE_EV_VIDEO_MUTED };
    event.video_muted.from = of == &c->far ? WIRE_OF_CLIENT : WIRE_OF_SEAT;
    event.video_muted.audio = of->muted;
    event.video_muted.video = of->camera_muted;
    call_tell(c, to, &event);
}

void call_video_join(call *c) {
    call_close_media(c);
    if (!c->relay)
        c->relay = video_relay_new(c->all->parts.edge);
    if (!c->relay)
        LOG(c->all->parts.log, LOG_LEVEL_WARNING, "video.relay", log_text("session", c->id)); /* the pages' offers are refused with the reason */
    else
        video_relay_pause(c->relay, false);
    if (c->far.muted || c->far.camera_muted)
        tell_muted(c, &c->near, &c->far);
}

void call_video_hold(call *c, bool on) {
    if (c->relay)
        video_relay_pause(c->relay, on);
    if (on)
        call_hear_music(c, call_settings(c)->hold_sound);
    else
        call_close_media(c);
}

void call_video_unjoin(call *c) {
    if (c->relay)
        video_relay_clear(c->relay, CALL_NEAR);
}

void call_video_end(call *c) {
    video_relay_free(c->relay);
    c->relay = NULL;
}

/* After each offer: who was answered with another codec before the other side came offers again, and nobody waits for a picture that cannot be. */
static void tell_codec(call *c) {
    static const enum wire_picture pictures[VIDEO_CODECS] = { [VIDEO_NONE] = WIRE_NO_PICTURE, [VIDEO_VP8] = WIRE_VP8, [VIDEO_H264] = WIRE_H264 };
    int codec = video_relay_codec(c->relay);
    if (codec < 0)
        return;
    wire_event event = { .name = WIRE_EV_VIDEO_CODEC, .picture = pictures[codec] };
    call_tell(c, &c->near, &event);
    call_tell(c, &c->far, &event);
}

static void offer(call *c, const call_end *end, seat *s, const wire_request *request, uint64_t ticket) {
    static char answer[WIRE_SDP_MAX]; /* the control thread answers one after the other */
    wire_result result = { .sdp = answer };
    if (!c->relay) {
        seat_answer(s, ticket, request->method, NULL, TCCC_E_STATE, "Nobody has taken the session, or the server has no UDP port for browsers (option dataChannel.port).");
        return;
    }
    int error = video_relay_offer(c->relay, end == &c->far ? CALL_FAR : CALL_NEAR, request->args.sdp, answer, sizeof answer);
    seat_answer(s, ticket, request->method, error ? NULL : &result, error, error ? answer : NULL);
    if (!error)
        tell_codec(c);
}

static void mute(call *c, call_end *end, seat *s, const wire_request *request, uint64_t ticket) {
    end->muted = request->args.muted;
    end->camera_muted = request->args.camera_muted;
    if (end == &c->near)
        call_history_event(&c->history, end->muted ? "StaffMute" : "StaffUnmute", seat_name(s), clock_unix_ms());
    seat_answer(s, ticket, request->method, NULL, 0, NULL);
    tell_muted(c, end == &c->far ? &c->near : &c->far, end);
}

void call_video_request(call *c, call_end *end, seat *s, const wire_request *request, uint64_t ticket) {
    if (request->method == WIRE_VIDEO_OFFER)
        offer(c, end, s, request, ticket);
    else
        mute(c, end, s, request, ticket);
}

void calls_video_event(calls *all, uint32_t relay, int side, int up) {
    for (struct le *le = all->list.head; le; le = le->next) {
        const call *c = le->data;
        if (c->relay && video_relay_id(c->relay) == relay)
            LOG(all->parts.log, LOG_LEVEL_INFO, "video.side", log_text("session", c->id), log_text("side", side == CALL_FAR ? "client" : "seat"), log_integer("up", up));
    }
}
