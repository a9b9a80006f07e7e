/* call_media.c: a call's sound: ports, SDP, bridge, and what the page is told of it. Layer: server. */
#include "server/call/call_state.h"
#include "server/call/phone_audio.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

/* Between two pages: what every browser speaks. */
static const sdp_audio_agreement between_pages = {
    .codec = TCCC_CODEC_OPUS, .payload_type = 111, .dtmf_payload_type = 110, .dtmf_rate_hz = 48000, .ptime_ms = 20, .direction = SDP_AUDIO_SENDRECV,
};

static int fill_keys(sdp_audio *local, bool both_suites) {
    local->secure = true;
    local->n_cryptos = both_suites ? 2 : 1;
    for (int i = 0; i < local->n_cryptos; i++) {
        local->cryptos[i].suite = i ? TCCC_SRTP_AES128_SHA1_32 : TCCC_SRTP_AES128_SHA1_80;
        if (RAND_bytes(local->cryptos[i].key, TCCC_SRTP_KEY_LEN) != 1)
            return TCCC_E_INTERNAL;
    }
    return 0;
}

int call_prepare_media(call *c, call_end *end, endpoint *at, const sdp_audio *offer, sdp_audio *local, bool secure) {
    char bind_to[64];
    re_snprintf(bind_to, sizeof bind_to, "%j", &at->address);
    end->port = rtp_port_bind(bind_to, c->all->config.rtp_min, c->all->config.rtp_max);
    if (!end->port)
        return TCCC_E_LIMIT;
    phone_audio_local(local, at, rtp_port_number(end->port));
    local->rtcp_mux = offer && offer->rtcp_mux;
    return secure ? fill_keys(local, offer != NULL) : 0;
}

static const sdp_audio_agreement *agreement_of(const call_end *end) { return end->leg ? leg_agreement(end->leg) : NULL; }

/* First what needs no transcoding, under the other end's number; another number that is the same is given up. */
static void prefer_codec(sdp_audio *local, const sdp_audio_agreement *a) {
    int n = 1;
    sdp_audio_codec rest[SDP_AUDIO_CODECS];
    memcpy(rest, local->codecs, sizeof rest);
    local->codecs[0] = (sdp_audio_codec){ a->codec, a->payload_type };
    for (int i = 0; i < local->n_codecs; i++)
        if (rest[i].codec != a->codec && rest[i].payload_type != a->payload_type && rest[i].payload_type != a->dtmf_payload_type)
            local->codecs[n++] = rest[i];
    local->n_codecs = n;
}

static void prefer_events(sdp_audio *local, const sdp_audio_agreement *a) {
    int n = 0;
    sdp_audio_event rest[SDP_AUDIO_EVENTS];
    memcpy(rest, local->events, sizeof rest);
    if (a->dtmf_payload_type)
        local->events[n++] = (sdp_audio_event){ a->dtmf_payload_type, a->dtmf_rate_hz };
    for (int i = 0; i < local->n_events; i++)
        if (rest[i].rate_hz != a->dtmf_rate_hz && rest[i].payload_type != a->dtmf_payload_type && rest[i].payload_type != a->payload_type)
            local->events[n++] = rest[i];
    local->n_events = n;
}

void call_match_media(const call *c, const call_end *other, sdp_audio *local) {
    const sdp_audio_agreement *a = c->host ? call_format(c->host) : agreement_of(other);
    if (!a && other->media_told) /* a page speaks every codec until it has begun with one */
        a = call_format(c);
    if (!a)
        return;
    prefer_codec(local, a);
    local->ptime_ms = a->ptime_ms;
    prefer_events(local, a);
}

/* The page between whose two ends nothing is agreed yet has no format. */
const sdp_audio_agreement *call_format(const call *c) {
    const sdp_audio_agreement *a = agreement_of(&c->far);
    if (!a)
        a = agreement_of(&c->near);
    return a || c->far.leg || c->near.leg ? a : &between_pages;
}

static bool is_page(const call_end *end) { return end->seat && end->channel >= 0 && !end->leg; }
static bool has_sound(const call_end *end) { return agreement_of(end) || is_page(end); }

static enum sdp_audio_direction page_direction(const call *c, const call_end *end, const sdp_audio_agreement *a) {
    bool is_near = end->seat == c->near.seat;
    if (end == &c->watcher)
        return c->whispers ? SDP_AUDIO_SENDRECV : SDP_AUDIO_RECVONLY;
    if (call_is_video(c))
        return SDP_AUDIO_RECVONLY; /* of the visitor while it waits */
    bool waits = c->phase == CALL_PHASE_FLOW || c->phase == CALL_PHASE_QUEUED || c->phase == CALL_PHASE_OFFERED || c->phase == CALL_PHASE_AFTER;
    if (c->visit && !is_near && waits)
        return SDP_AUDIO_SENDRECV; /* flows take voice mails */
    switch (c->phase) {
    case CALL_PHASE_ASIDE: case CALL_PHASE_HELD: return is_near ? SDP_AUDIO_INACTIVE : SDP_AUDIO_RECVONLY;
    case CALL_PHASE_FAR_HELD: return is_near ? SDP_AUDIO_RECVONLY : SDP_AUDIO_INACTIVE;
    case CALL_PHASE_BOTH_HELD: return SDP_AUDIO_INACTIVE;
    case CALL_PHASE_CONSULTING: return is_near ? SDP_AUDIO_SENDRECV : SDP_AUDIO_RECVONLY;
    case CALL_PHASE_CONFERENCE: return SDP_AUDIO_SENDRECV;
    case CALL_PHASE_TALKING: case CALL_PHASE_ACCEPTED: return a->direction;
    case CALL_PHASE_FETCHING: case CALL_PHASE_DIALING: case CALL_PHASE_RINGING: case CALL_PHASE_FLOW: case CALL_PHASE_QUEUED:
    case CALL_PHASE_OFFERED: case CALL_PHASE_AFTER: case CALL_PHASE_OVER: case CALL_N_PHASES: break;
    }
    return (enum sdp_audio_direction)(a->direction & SDP_AUDIO_RECVONLY);
}

static enum wire_direction wire_direction_of(enum sdp_audio_direction direction) {
    switch (direction) {
    case SDP_AUDIO_INACTIVE: return WIRE_INACTIVE;
    case SDP_AUDIO_RECVONLY: return WIRE_RECVONLY;
    case SDP_AUDIO_SENDONLY: return WIRE_SENDONLY;
    case SDP_AUDIO_SENDRECV: break;
    }
    return WIRE_SENDRECV;
}

static enum wire_codec wire_codec_of(enum tccc_codec codec) {
    return codec == TCCC_CODEC_OPUS ? WIRE_OPUS : codec == TCCC_CODEC_PCMA ? WIRE_PCMA : WIRE_PCMU;
}

/* What a page speaks: what its telephone does, with that one's keys, so that packets pass. Third parties and who listens have no
 * telephone of their own: the same codec, so that they can take a place in the call without a break, but no keys. */
static sdp_audio_agreement page_format(const call *c, const call_end *end) {
    sdp_audio_agreement a = *call_format(c->host ? c->host : c);
    if (c->host || end == &c->watcher)
        a.srtp = TCCC_SRTP_NONE;
    return a;
}

static bool has_format(const call *c) { return call_format(c->host ? c->host : c) != NULL; }

bool call_has_media(const call *c, const call_end *end) { return end->media_told && has_format(c); }

wire_media call_media(call *c, const call_end *end, enum wire_media_op op) {
    wire_media m = { .op = op, .channel = end->channel };
    if (op == WIRE_MEDIA_STOP || !has_format(c))
        return m;
    sdp_audio_agreement format = page_format(c, end), *a = &format;
    m.direction = wire_direction_of(page_direction(c, end, a));
    m.codec = wire_codec_of(a->codec);
    m.payload_type = a->payload_type;
    if (a->dtmf_payload_type >= 96) { /* the wire knows dynamic types only; other telephones get their digits by INFO */
        m.dtmf_payload_type = a->dtmf_payload_type;
        m.dtmf_rate = a->dtmf_rate_hz;
    }
    m.ptime_ms = a->ptime_ms;
    if (a->srtp) {
        m.suite = a->srtp == TCCC_SRTP_AES128_SHA1_80 ? WIRE_AES_CM_128_HMAC_SHA1_80 : WIRE_AES_CM_128_HMAC_SHA1_32;
        EVP_EncodeBlock((unsigned char *)c->send_key, a->srtp_send_key, TCCC_SRTP_KEY_LEN);
        EVP_EncodeBlock((unsigned char *)c->receive_key, a->srtp_receive_key, TCCC_SRTP_KEY_LEN);
        m.send_key = c->send_key;
        m.receive_key = c->receive_key;
    }
    return m;
}

/* ---- the bridge's sides ---- */

/* SRTP passes between a page and a telephone, whose keys the page has; between two telephones each has its own. */
static bridge_side end_side(call *c, call_end *end, const call_end *other) {
    if (is_page(end)) {
        bridge_side side = { .kind = BRIDGE_PAGE, .seat = seat_media(end->seat), .channel = end->channel };
        sdp_audio_agreement a = page_format(c, end);
        phone_audio_formats(&side, &a);
        side.srtp = a.srtp; /* what it sends is for its telephone, and the other way round */
        memcpy(side.srtp_receive_key, a.srtp_send_key, sizeof side.srtp_receive_key);
        memcpy(side.srtp_send_key, a.srtp_receive_key, sizeof side.srtp_send_key);
        return side;
    }
    bridge_side side = phone_audio_side(end->leg, end->port);
    side.srtp_terminate = side.srtp && !is_page(other);
    end->port = NULL; /* the bridge's from here on */
    return side;
}

static bridge_side program_side(call *c, enum bridge_program program, const char *file, bool loop) {
    bridge_side side = { .kind = BRIDGE_PROGRAM, .program = program, .file = file, .loop = loop, .tag = c->play_tag };
    phone_audio_formats(&side, call_format(c));
    return side;
}

static bridge_side heard_side(call *c) {
    if (c->hears == HEARS_FILE)
        return program_side(c, PROGRAM_FILE, c->file, c->loop);
    return program_side(c, c->hears == HEARS_MUSIC || c->hears == HEARS_HOLD ? PROGRAM_MUSIC : PROGRAM_SILENCE, NULL, true);
}

/* Who serves, or what is played while nobody does. */
static bridge_side near_side(call *c) {
    return c->joined && has_sound(&c->near) ? end_side(c, &c->near, &c->far) : heard_side(c);
}

/* Without a customer yet, the agent's own telephone hears how it rings there. */
static bridge_side far_side(call *c) {
    return has_sound(&c->far) ? end_side(c, &c->far, &c->near) : program_side(c, PROGRAM_RINGBACK, NULL, true);
}

static void open_bridge(call *c) {
    bridge_side far = far_side(c), near = near_side(c);
    c->bridge = bridge_open(c->all->parts.edge, &near, &far);
    memset(c->directed, 0, sizeof c->directed);
}

enum { HEARS_NEAR = 1 << CALL_NEAR, HEARS_FAR = 1 << CALL_FAR, HEARS_THIRD = 1 << CALL_THIRD, HEARS_WATCHER = 1 << CALL_WATCHER };

void call_direct(call *c) {
    uint8_t hears[BRIDGE_SIDES] = { HEARS_FAR, HEARS_NEAR, 0, 0 };
    if (!c->bridge)
        return;
    if (c->phase == CALL_PHASE_CONSULTING) {
        hears[CALL_NEAR] = HEARS_THIRD;
        hears[CALL_THIRD] = HEARS_NEAR;
    }
    if (c->phase == CALL_PHASE_CONFERENCE) {
        hears[CALL_NEAR] |= HEARS_THIRD;
        hears[CALL_FAR] |= HEARS_THIRD;
        hears[CALL_THIRD] = HEARS_NEAR | HEARS_FAR;
    }
    if (c->watcher.seat) {
        hears[CALL_WATCHER] = HEARS_NEAR | HEARS_FAR | HEARS_THIRD;
        hears[CALL_NEAR] |= c->whispers ? HEARS_WATCHER : 0;
    }
    if (!memcmp(hears, c->directed, sizeof hears))
        return;
    memcpy(c->directed, hears, sizeof hears);
    bridge_direct(c->all->parts.edge, c->bridge, hears);
}

static void update(call *c, int side) {
    bridge_side value = side == CALL_FAR ? far_side(c) : near_side(c);
    bridge_update(c->all->parts.edge, c->bridge, side, &value);
}

static void tell_page(call *c, call_end *end) {
    if (is_page(end))
        call_tell_media(c, end, end->media_told ? WIRE_MEDIA_UPDATE : WIRE_MEDIA_START);
    end->media_told |= is_page(end);
}

static bool can_open(const call *c) { return call_format(c) && (has_sound(&c->far) || (c->joined && has_sound(&c->near) && c->near.placed)); }

/* The third party's end, or while it is called what the agent hears of that. */
static bridge_side third_side(call *c) {
    call *k = c->consult;
    return k->joined && has_sound(&k->near) ? end_side(k, &k->near, &c->near) : program_side(c, PROGRAM_RINGBACK, NULL, true);
}

void call_join_side(call *c, int side) {
    if (!c->bridge)
        return;
    bridge_side value = side == CALL_THIRD ? third_side(c) : end_side(c, &c->watcher, &c->near);
    bridge_update(c->all->parts.edge, c->bridge, side, &value);
    if (side == CALL_WATCHER)
        tell_page(c, &c->watcher);
    else if (c->consult->joined)
        tell_page(c->consult, &c->consult->near);
    call_direct(c);
}

void call_leave_side(call *c, int side) {
    if (c->bridge)
        bridge_update(c->all->parts.edge, c->bridge, side, &(bridge_side){ .kind = BRIDGE_NONE });
    call_direct(c);
}

void call_move_near(call *c, int side) {
    c->joined = true;
    if (!c->bridge)
        return;
    bridge_move(c->all->parts.edge, c->bridge, side, CALL_NEAR);
    update(c, CALL_NEAR);
    update(c, CALL_FAR);
    tell_page(c, &c->near);
    call_direct(c);
}

static void swap_text(char *a, char *b, size_t size) {
    for (size_t i = 0; i < size; i++) {
        char byte = a[i];
        a[i] = b[i];
        b[i] = byte;
    }
}

void call_swap_ends(call *c) {
    call_end far = c->far;
    c->far = c->near;
    c->near = far;
    if (c->near.leg)
        leg_give(c->near.leg, &call_near_handler, c);
    if (c->far.leg)
        leg_give(c->far.leg, &call_far_handler, c);
    swap_text(c->peer_user_id, c->callee_user_id, sizeof c->peer_user_id);
    swap_text(c->shown_caller, c->shown_callee, sizeof c->shown_caller);
    bool far_holds = c->phase == CALL_PHASE_FAR_HELD;
    if (far_holds || c->phase == CALL_PHASE_HELD)
        c->phase = far_holds ? CALL_PHASE_HELD : CALL_PHASE_FAR_HELD;
    if (c->hears == HEARS_AGENT || c->hears == HEARS_HOLD)
        c->hears = c->phase == CALL_PHASE_HELD || c->phase == CALL_PHASE_BOTH_HELD ? HEARS_HOLD : HEARS_AGENT;
    if (c->bridge)
        bridge_swap(c->all->parts.edge, c->bridge);
}

void call_join(call *c) {
    if (c->host) {
        c->joined = true;
        call_join_side(c->host, CALL_THIRD);
        return;
    }
    bool had_bridge = c->bridge != 0;
    c->joined = true;
    if (call_is_video(c)) {
        call_video_join(c);
        return;
    }
    if (!can_open(c))
        return;
    if (!had_bridge)
        open_bridge(c);
    else {
        update(c, CALL_NEAR);
        update(c, CALL_FAR);
    }
    tell_page(c, &c->near);
    tell_page(c, &c->far);
    call_direct(c);
}

void call_unjoin(call *c) {
    if (c->host)
        return;
    c->joined = false;
    if (call_is_video(c))
        call_video_unjoin(c);
    if (c->bridge && c->hears != HEARS_AGENT)
        bridge_play(c->all->parts.edge, c->bridge, CALL_FAR, NULL);
    if (c->hears == HEARS_AGENT || c->hears == HEARS_HOLD)
        c->hears = HEARS_SILENCE;
    if (c->bridge)
        update(c, CALL_NEAR);
}

void call_update_end(call *c, call_end *end) {
    if (c->host) {
        if (c->joined)
            call_join(c);
        return;
    }
    bool joined = end == &c->far || c->joined;
    if (!joined || !can_open(c))
        return;
    if (!c->bridge)
        open_bridge(c);
    else
        update(c, end == &c->far ? CALL_FAR : CALL_NEAR);
    if (!c->joined)
        return;
    tell_page(c, &c->near);
    tell_page(c, &c->far);
    if (c->consult && c->consult->joined)
        call_join_side(c, CALL_THIRD);
    if (c->watcher.seat)
        call_join_side(c, CALL_WATCHER);
}

/* A visitor's page hears what is played to it, where an agent's that calls another makes its own ringing. */
static void tell_waiting_page(call *c) {
    if (c->far.media_told)
        return;
    tell_page(c, &c->far);
    if (!c->joined)
        call_tell_progress(c, &c->far, false, true);
}

void call_hear(call *c, enum call_hears what, const char *file, bool loop) {
    edge *e = c->all->parts.edge;
    if (c->host)
        return; /* its customer is the host's */
    c->play_tag++; /* the end of what played before means nothing any more */
    bool served = c->joined && !call_is_video(c); /* in a video session's bridge the visitor is alone */
    bool had_own = c->hears == HEARS_AGENT || c->hears == HEARS_NOTHING;
    c->hears = what;
    c->loop = loop;
    str_ncpy(c->file, file ? file : "", sizeof c->file);
    bool opens = !c->bridge && what != HEARS_AGENT && can_open(c);
    if (opens)
        open_bridge(c);
    if (c->visit && c->bridge && !served)
        tell_waiting_page(c);
    if (!c->bridge || (opens && !served))
        return;
    if (!served) {
        update(c, CALL_NEAR);
        return;
    }
    bridge_side side = heard_side(c);
    if (what == HEARS_HOLD)
        bridge_hold(e, c->bridge, CALL_FAR, 1);
    else if (what != HEARS_AGENT)
        bridge_play(e, c->bridge, CALL_FAR, &side);
    else if (!had_own)
        bridge_play(e, c->bridge, CALL_FAR, NULL);
}

/* ---- music ---- */

static void music_ready(void *ctx, const char *path) {
    call *c = ctx;
    c->prompt = 0;
    if (path && (c->hears == HEARS_MUSIC || c->hears == HEARS_HOLD))
        call_hear(c, HEARS_FILE, path, true);
}

static void forget_prompt(call *c) {
    if (c->prompt)
        prompt_forget(c->all->parts.prompts, c->prompt);
    c->prompt = 0;
}

/* Until the setting's sound is there, and when it cannot be had, the server's music plays. */
static void play_music(call *c, enum call_hears what, int64_t sound_id) {
    const char *own = c->all->config.music;
    forget_prompt(c);
    call_hear(c, own[0] ? HEARS_FILE : what, own, true);
    if (!sound_id)
        return;
    flow_sound sound = { .sound_id = sound_id };
    prompt_values none = { .wait_no = -1 };
    c->hears = what;
    c->prompt = prompt_get(c->all->parts.prompts, c->app_id, &sound, &none, music_ready, c);
}

void call_hear_music(call *c, int64_t sound_id) { play_music(c, HEARS_MUSIC, sound_id); }

void call_hold_media(call *c, bool on) {
    if (call_is_video(c)) {
        call_video_hold(c, on);
        return;
    }
    if (on)
        play_music(c, HEARS_HOLD, call_settings(c)->hold_sound);
    else {
        forget_prompt(c);
        call_hear(c, HEARS_AGENT, NULL, false);
    }
    if (is_page(&c->near))
        call_tell_media(c, &c->near, WIRE_MEDIA_UPDATE);
    if (is_page(&c->far))
        call_tell_media(c, &c->far, WIRE_MEDIA_UPDATE);
}

void call_far_hold_media(call *c, bool on) {
    if (c->bridge)
        bridge_hold(c->all->parts.edge, c->bridge, CALL_NEAR, on);
    if (is_page(&c->near))
        call_tell_media(c, &c->near, WIRE_MEDIA_UPDATE);
    if (is_page(&c->far))
        call_tell_media(c, &c->far, WIRE_MEDIA_UPDATE);
}

static void stop_page(call *c, call_end *end) {
    if (end->media_told)
        call_tell_media(c, end, WIRE_MEDIA_STOP);
    end->media_told = false;
}

void call_close_media(call *c) {
    forget_prompt(c);
    stop_page(c, &c->near);
    stop_page(c, &c->far);
    stop_page(c, &c->watcher);
    if (c->bridge)
        bridge_close(c->all->parts.edge, c->bridge);
    c->bridge = 0;
}
