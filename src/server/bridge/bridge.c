/* bridge.c: joins the ends of a call's audio on the edge thread. Layer: server. Contract: bridge.h. */
#include "bridges.h"

#include "hearing.h"
#include "leg.h"
#include "mix_clock.h"
#include "mixer.h"
#include "sounds.h"
#include "server/edge/video_relay.h"

#include "tccc/error.h"

#include <openssl/crypto.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { IN_STEP = 512 };              /* packets, about 10 s */

typedef struct {
    int on;
    int listens;                     /* keys are wanted: not while on hold */
    enum bridge_program program;
    int loop, again, tag;            /* again: start anew though it is the same */
    sound *sound;                    /* of a file */
    uint64_t hang_us;                /* when a program without a file ends; 0 never */
} play;

typedef struct {
    edge_loop *loop;
    uint32_t id;
    leg *legs[BRIDGE_SIDES];         /* NULL: nobody was there yet */
    uint8_t hears[BRIDGE_SIDES];     /* as ordered */
    hearing plan[BRIDGE_SIDES];
    play plays[BRIDGE_SIDES];        /* what a side hears instead of the others */
    sound *sounds[BRIDGE_SIDES];     /* of a side that is a program with a file */
    int restart[BRIDGE_SIDES];       /* that program starts anew */
    sound *music;                    /* kept from the first hold on */
    uint64_t hang_us[BRIDGE_SIDES];  /* when a program without a file ends; 0 never */
    unsigned withheld[BRIDGE_SIDES]; /* packets of a side that its partner does not hear */
    mixer *mixer;                    /* NULL: nobody hears a mix */
    mix_listener clock;
} bridge;

/* --- packets --- */

static int side_of(const bridge *b, const leg *l) {
    int side = 0;
    while (b->legs[side] != l)
        side++;
    return side;
}

static int is_joined(const bridge *b) {
    return !b->plays[0].on && !b->plays[1].on;
}

static int relays(const bridge *b, int from, int to) {
    return b->plan[to].how == HEARING_RELAY && b->plan[to].from == from;
}

/* SRTP that passes through: the receiver at the far end guesses the roll-over counter from the sequence numbers it has
 * seen (RFC 3711 section 3.3.1) and is lost after 2^15 that it has not, eleven minutes of hold. It is shown one in IN_STEP. */
static int keeps_in_step(bridge *b, int side, int is_rtcp) {
    if (side > 1 || is_rtcp || leg_is_open(b->legs[side]) || relays(b, side, !side))
        return 0;
    int waits = b->plays[side].on ? !b->plays[!side].on : b->plan[!side].how == HEARING_MIX;
    return waits && ++b->withheld[side] % IN_STEP == 0;
}

static void relay(bridge *b, int from, int to, uint8_t *packet, size_t len, int is_rtcp) {
    if (b->plan[to].passes)
        leg_pass(b->legs[to], packet, len, is_rtcp);
    else
        leg_relay(b->legs[to], b->legs[from], packet, len, is_rtcp);
}

/* One that is not the last to hear it gets a copy, because a packet is changed in place. */
static void relay_copy(bridge *b, int from, int to, const uint8_t *packet, size_t len, int is_rtcp) {
    uint8_t buf[PACKET_HEADROOM + PACKET_MAX + PACKET_TAILROOM];
    if (len > PACKET_MAX)
        return;
    memcpy(buf + PACKET_HEADROOM, packet, len);
    relay(b, from, to, buf + PACKET_HEADROOM, len, is_rtcp);
}

static int echoes(const bridge *b, int side) {
    const hearing *h = &b->plan[side];
    return h->how == HEARING_PROGRAM && b->legs[h->from]->config.program == PROGRAM_ECHO;
}

static void on_packet(void *context, leg *l, uint8_t *packet, size_t len, int is_rtcp) {
    bridge *b = context;
    int from = side_of(b, l), last = -1;
    for (int to = 0; to < BRIDGE_SIDES; to++) {
        if (!relays(b, from, to))
            continue;
        if (last >= 0)
            relay_copy(b, from, last, packet, len, is_rtcp);
        last = to;
    }
    if (last >= 0)
        relay(b, from, last, packet, len, is_rtcp);
    else if (!is_rtcp && echoes(b, from))
        leg_echo(l, packet, len);
    else if (keeps_in_step(b, from, is_rtcp))
        leg_pass(b->legs[!from], packet, len, is_rtcp);
    else if (!l->mixed)
        edge_tally(b->loop, DROPPED);
}

static void on_sound(void *context, leg *l, const uint8_t *packet, size_t len) {
    bridge *b = context;
    int from = side_of(b, l);
    uint8_t type = rtp_packet_payload_type(packet);
    if (b->mixer)
        mixer_packet(b->mixer, from, packet, len, edge_now_us(b->loop));
    for (int to = 0; l->config.dtmf_payload_type && type == l->config.dtmf_payload_type && to < BRIDGE_SIDES; to++)
        if (b->plan[to].how == HEARING_MIX && b->plan[to].mixed >> from & 1)
            leg_speak_key(b->legs[to], l, packet, len);
}

static void on_mix(void *context, int side, const uint8_t *payload, size_t len, uint32_t ticks) {
    bridge *b = context;
    leg_speak(b->legs[side], payload, len, ticks);
}

static void on_mix_step(mix_listener *self, uint64_t now_us) {
    bridge *b = (bridge *)((char *)self - offsetof(bridge, clock));
    mixer_step(b->mixer, now_us, on_mix, b);
}

/* A program that plays to one side is the other side: its end is told as that side's. One of bridge_play is told as of
 * the side that hears it. */
static void on_event(void *context, leg *from, enum bridge_event event, int64_t value) {
    bridge *b = context;
    int side = side_of(b, from), program = b->plan[side].how == HEARING_PROGRAM ? b->plan[side].from : !(side & 1);
    int of_other = event == BRIDGE_EVENT_DONE && !b->plays[side].on && b->legs[program];
    if (event == BRIDGE_EVENT_DONE)
        value = of_other ? b->legs[program]->config.tag : b->plays[side].tag;
    edge_event_bridge(b->loop, b->id, of_other ? program : side, event, value);
}

/* --- what each side hears --- */

static sound *sound_for(bridge *b, int program_side) {
    return b->legs[program_side]->config.program == PROGRAM_MUSIC ? b->music : b->sounds[program_side];
}

static int direct_play(bridge *b, int side) {
    play *p = &b->plays[side];
    int again = p->again;
    p->again = 0;
    if (p->program != PROGRAM_FILE || p->sound)
        return leg_play(b->legs[side], p->program, p->program == PROGRAM_MUSIC ? b->music : p->sound, p->loop, again);
    if (again)
        on_event(b, b->legs[side], BRIDGE_EVENT_DONE, 0); /* the file cannot be read */
    return leg_play(b->legs[side], PROGRAM_SILENCE, NULL, 0, 0);
}

static int direct_program(bridge *b, int side, int from) {
    leg *l = b->legs[side];
    const bridge_side *other = &b->legs[from]->config;
    int again = b->restart[from];
    b->restart[from] = 0;
    if (other->program == PROGRAM_FILE && !b->sounds[from]) {
        if (again)
            on_event(b, l, BRIDGE_EVENT_DONE, 0);
        return leg_play(l, PROGRAM_SILENCE, NULL, 0, 0);
    }
    return leg_play(l, other->program, sound_for(b, from), other->loop || other->program == PROGRAM_MUSIC, again);
}

/* SRTP of a side is opened in place when it ends here, or when only the bridge reads it. */
static int reads(const bridge *b, int side) {
    int opened = b->legs[side]->config.srtp_terminate || b->plan[side].how == HEARING_PROGRAM;
    for (int to = 0; to < BRIDGE_SIDES; to++)
        opened |= relays(b, side, to) && !b->plan[to].passes;
    return opened;
}

/* Starts, stops or changes what `side` is played, after anything has changed. */
static int direct(bridge *b, int side) {
    leg *l = b->legs[side];
    const hearing *h = &b->plan[side];
    int plays = b->plays[side].on, from_program = h->how == HEARING_PROGRAM;
    l->reads = reads(b, side);
    l->mixed = hearing_mixed(b->plan) >> side & 1;
    int failed = leg_listen(l, plays ? b->plays[side].listens : from_program);
    if (failed)
        return failed;
    if (plays)
        return direct_play(b, side);
    if (from_program)
        return direct_program(b, side, h->from);
    if (h->how != HEARING_MIX || l->playing)
        leg_stop_playing(l);
    return 0;
}

/* What opens the packets of a side: its own key, or for a page that of the telephone its sound is made for. */
static void direct_tap(bridge *b, int side) {
    leg *l = b->legs[side];
    const bridge_side *own = &l->config, *other = side < 2 ? &b->legs[!side]->config : own;
    int through = side < 2 && own->kind == BRIDGE_PAGE && other->kind == BRIDGE_PHONE && !other->srtp_terminate;
    if (own->srtp != TCCC_SRTP_NONE)
        leg_tap_state(l, own->srtp, own->srtp_receive_key, !is_joined(b));
    else
        leg_tap_state(l, through ? other->srtp : TCCC_SRTP_NONE, other->srtp_send_key, !is_joined(b));
}

static void arm_hang(bridge *b, int side) {
    const bridge_side *config = &b->legs[side]->config;
    int timed = config->kind == BRIDGE_PROGRAM && config->program != PROGRAM_FILE && config->hang_after_ms > 0;
    b->hang_us[side] = timed ? edge_now_us(b->loop) + (uint64_t)config->hang_after_ms * 1000 : 0;
}

static void make_plan(bridge *b) {
    hearing_order order = { .played = 0 };
    for (int side = 0; side < BRIDGE_SIDES; side++) {
        order.sides[side] = b->legs[side] ? &b->legs[side]->config : NULL;
        order.hears[side] = b->hears[side];
        order.played |= b->plays[side].on ? 1u << side : 0;
    }
    hearing_plan(&order, b->plan);
}

static void stop_mixing(bridge *b) {
    mix_clock_stop(b->loop, &b->clock);
    mixer_free(b->mixer);
    b->mixer = NULL;
}

static int direct_mixer(bridge *b) {
    mixer_side sides[BRIDGE_SIDES] = { 0 };
    if (!hearing_mixed(b->plan))
        return stop_mixing(b), 0;
    if (!b->mixer)
        b->mixer = mixer_new(((uint64_t)b->id << 32) + edge_now_us(b->loop));
    if (!b->mixer)
        return TCCC_E_NO_MEMORY;
    for (int side = 0; side < BRIDGE_SIDES; side++)
        if (b->legs[side]) {
            const bridge_side *config = &b->legs[side]->config;
            sides[side] = (mixer_side){ config->codec, config->payload_type, config->ptime_ms,
                                        b->plan[side].how == HEARING_MIX ? b->plan[side].mixed : 0 };
        }
    int failed = mixer_direct(b->mixer, sides);
    b->clock.step = on_mix_step;
    if (!failed)
        mix_clock_start(b->loop, &b->clock);
    return failed;
}

static int direct_all(bridge *b) {
    make_plan(b);
    int failed = direct_mixer(b);
    for (int side = 0; side < BRIDGE_SIDES; side++)
        if (b->legs[side])
            direct_tap(b, side);
    for (int side = 0; side < BRIDGE_SIDES && !failed; side++)
        if (b->legs[side])
            failed = direct(b, side);
    return failed;
}

/* --- life --- */

static void bridge_free(bridge *b) {
    stop_mixing(b);
    for (int side = 0; side < BRIDGE_SIDES; side++) {
        if (b->legs[side])
            leg_close(b->legs[side]);
        free(b->legs[side]);
        sound_drop(b->sounds[side]);
        sound_drop(b->plays[side].sound);
    }
    sound_drop(b->music);
    if (id_map_take(&b->loop->bridges, b->id))
        atomic_fetch_sub_explicit(&b->loop->n_bridges, 1, memory_order_relaxed);
    free(b);
}

static void bridge_fail(edge_loop *loop, bridge *b, uint32_t id, int error) {
    edge_event_bridge(loop, id, 0, BRIDGE_EVENT_FAILED, error);
    if (b)
        bridge_free(b);
}

static void check_hang(bridge *b, int side, uint64_t *hang_us, int tag) {
    if (!*hang_us || edge_now_us(b->loop) < *hang_us)
        return;
    *hang_us = 0;
    edge_event_bridge(b->loop, b->id, side, BRIDGE_EVENT_DONE, tag);
}

static void check(bridge *b) {
    unsigned heard = hearing_heard(b->plan) | 3;
    for (int side = 0; side < BRIDGE_SIDES; side++) {
        leg *l = b->legs[side];
        if (!l)
            continue;
        leg_second(l, is_joined(b) && heard >> side & 1 && (l->config.kind != BRIDGE_PHONE || l->config.send_on_hold));
        check_hang(b, side, &b->hang_us[side], l->config.tag);
        check_hang(b, side, &b->plays[side].hang_us, b->plays[side].tag);
    }
}

void bridges_second(edge_loop *loop) {
    size_t cursor = 0;
    bridge *b;
    while ((b = id_map_next(&loop->bridges, &cursor)))
        check(b);
}

void bridges_close_all(edge_loop *loop) {
    size_t cursor;
    bridge *b;
    while (cursor = 0, (b = id_map_next(&loop->bridges, &cursor)))
        bridge_free(b);
}

/* --- orders of the control thread --- */

typedef struct {
    mail mail;
    uint32_t id;
    int side, on, from;
    uint8_t hears[BRIDGE_SIDES];
    bridge_side sides[BRIDGE_SIDES];
    sound *sounds[BRIDGE_SIDES], *music; /* held; handed over when taken */
    int listens;                     /* of a play */
    enum bridge_ear ear;
    tap_ring *ring;                  /* held */
    uint32_t tap;
} order;

static void order_free(order *o) {
    for (int side = 0; side < BRIDGE_SIDES; side++) {
        rtp_port_close(o->sides[side].port);
        sound_drop(o->sounds[side]);
    }
    sound_drop(o->music);
    tap_ring_drop(o->ring);
    OPENSSL_cleanse(o->sides, sizeof o->sides);
    free(o);
}

static void take_music(bridge *b, order *o) {
    if (b->music)
        return;
    b->music = o->music;
    o->music = NULL;
}

static void take_sounds(bridge *b, order *o, int side) {
    if (o->sounds[side] || b->legs[side]->config.kind == BRIDGE_PROGRAM) {
        sound_drop(b->sounds[side]);
        b->sounds[side] = o->sounds[side];
        o->sounds[side] = NULL;
        b->restart[side] = 1;
    }
    take_music(b, o);
}

/* Opens the side's leg, or brings it up to date. */
static int take_side(bridge *b, order *o, int side) {
    leg_events events = { on_packet, on_sound, on_event, b };
    int is_new = !b->legs[side];
    if (is_new)
        b->legs[side] = calloc(1, sizeof *b->legs[side]);
    if (!b->legs[side])
        return TCCC_E_NO_MEMORY;
    int failed = is_new ? leg_open(b->legs[side], b->loop, &events, &o->sides[side]) : leg_update(b->legs[side], &o->sides[side]);
    o->sides[side].port = NULL;
    take_sounds(b, o, side);
    arm_hang(b, side);
    return failed;
}

static int open_legs(bridge *b, order *o) {
    b->hears[0] = 1 << 1;
    b->hears[1] = 1 << 0;
    int failed = take_side(b, o, 0);
    if (!failed)
        failed = take_side(b, o, 1);
    return failed ? failed : direct_all(b);
}

static void run_open(void *context, mail *self) {
    order *o = (order *)self;
    edge_loop *loop = context;
    bridge *b = loop ? calloc(1, sizeof *b) : NULL;
    if (b) {
        b->loop = loop;
        b->id = o->id;
        int failed = id_map_put(&loop->bridges, b->id, b);
        if (!failed) {
            atomic_fetch_add_explicit(&loop->n_bridges, 1, memory_order_relaxed);
            failed = open_legs(b, o);
        }
        if (failed)
            bridge_fail(loop, b, o->id, failed);
    } else if (loop)
        bridge_fail(loop, NULL, o->id, TCCC_E_NO_MEMORY);
    order_free(o);
}

static void run_update(void *context, mail *self) {
    order *o = (order *)self;
    edge_loop *loop = context;
    bridge *b = loop ? id_map_get(&loop->bridges, o->id) : NULL;
    if (b) {
        int failed = take_side(b, o, o->side);
        if (!failed)
            failed = direct_all(b);
        if (failed)
            bridge_fail(loop, b, o->id, failed);
    }
    order_free(o);
}

static uint64_t hang_of(bridge *b, const bridge_side *program) {
    int timed = program->program != PROGRAM_FILE && program->hang_after_ms > 0;
    return timed ? edge_now_us(b->loop) + (uint64_t)program->hang_after_ms * 1000 : 0;
}

static void take_play(bridge *b, order *o) {
    const bridge_side *program = &o->sides[o->side];
    play *p = &b->plays[o->side];
    sound_drop(p->sound);
    *p = (play){ .on = o->on, .listens = o->listens, .program = program->program, .loop = program->loop || program->program == PROGRAM_MUSIC,
                 .again = 1, .tag = program->tag, .sound = o->sounds[o->side], .hang_us = o->on ? hang_of(b, program) : 0 };
    o->sounds[o->side] = NULL;
    take_music(b, o);
}

static void run_play(void *context, mail *self) {
    order *o = (order *)self;
    edge_loop *loop = context;
    bridge *b = loop ? id_map_get(&loop->bridges, o->id) : NULL;
    if (b && b->legs[o->side] && (o->on || b->plays[o->side].on)) {
        take_play(b, o);
        int failed = direct_all(b);
        if (failed)
            bridge_fail(loop, b, o->id, failed);
    }
    order_free(o);
}

static void run_tap(void *context, mail *self) {
    order *o = (order *)self;
    edge_loop *loop = context;
    bridge *b = loop ? id_map_get(&loop->bridges, o->id) : NULL;
    if (b && b->legs[o->side])
        leg_tap_to(b->legs[o->side], o->ear, o->ring, o->tap);
    else if (loop && !b)
        video_relay_tap(loop, o->id, o->side, o->ear, o->ring, o->tap);
    order_free(o);
}

static void finish(bridge *b, int failed) {
    if (failed)
        bridge_fail(b->loop, b, b->id, failed);
}

static void run_direct(void *context, mail *self) {
    order *o = (order *)self;
    edge_loop *loop = context;
    bridge *b = loop ? id_map_get(&loop->bridges, o->id) : NULL;
    if (b) {
        memcpy(b->hears, o->hears, sizeof b->hears);
        finish(b, direct_all(b));
    }
    order_free(o);
}

/* A place and what is played there. */
static void swap_places(bridge *b, int x, int y) {
    leg *l = b->legs[x];
    sound *s = b->sounds[x];
    uint64_t hang_us = b->hang_us[x];
    play p = b->plays[x];
    b->plays[x] = b->plays[y];
    b->plays[y] = p;
    b->legs[x] = b->legs[y];
    b->legs[y] = l;
    b->sounds[x] = b->sounds[y];
    b->sounds[y] = s;
    b->hang_us[x] = b->hang_us[y];
    b->hang_us[y] = hang_us;
    leg_swap_taps(b->legs[x], b->legs[y]);
}

static void run_move(void *context, mail *self) {
    order *o = (order *)self;
    edge_loop *loop = context;
    bridge *b = loop ? id_map_get(&loop->bridges, o->id) : NULL;
    if (b && b->legs[o->from] && b->legs[o->side]) {
        swap_places(b, o->from, o->side);
        b->plays[o->from].on &= o->on;
        int failed = o->on ? 0 : take_side(b, o, o->from);
        finish(b, failed ? failed : direct_all(b));
    }
    order_free(o);
}

static void run_close(void *context, mail *self) {
    order *o = (order *)self;
    edge_loop *loop = context;
    bridge *b = loop ? id_map_get(&loop->bridges, o->id) : NULL;
    if (b)
        bridge_free(b);
    order_free(o);
}

/* --- the control thread's half --- */

static order *order_new(uint32_t id, void (*run)(void *, mail *)) {
    order *o = calloc(1, sizeof *o);
    if (!o)
        return NULL;
    o->mail.run = run;
    o->id = id;
    return o;
}

/* Sounds are read from disk here, not on the edge thread. A file that cannot be read ends at once, so that
 * the call goes on to what the program's end leads to. */
static void add_side(edge_loop *loop, order *o, int side, const bridge_side *value) {
    o->sides[side] = *value;
    o->sides[side].file = NULL;
    if (value->kind != BRIDGE_PROGRAM)
        return;
    if (value->program == PROGRAM_FILE)
        o->sounds[side] = sounds_file(loop, value->file);
    if (value->program == PROGRAM_MUSIC)
        o->music = sounds_music(loop);
}

uint32_t bridge_open(edge *e, const bridge_side *side0, const bridge_side *side1) {
    edge_loop *loop = edge_loop_of(e);
    order *o = order_new(edge_new_id(e), run_open);
    if (!o)
        return 0;
    uint32_t id = o->id;
    add_side(loop, o, 0, side0);
    add_side(loop, o, 1, side1);
    mailbox_post(&loop->inbox, &o->mail);
    return id;
}

/* Orders that cannot be posted for want of memory would leave a call in a state nobody knows. */
static order *order_must(uint32_t id, void (*run)(void *, mail *)) {
    order *o = order_new(id, run);
    if (!o)
        abort();
    return o;
}

void bridge_update(edge *e, uint32_t id, int side, const bridge_side *value) {
    edge_loop *loop = edge_loop_of(e);
    order *o = order_must(id, run_update);
    o->side = side;
    add_side(loop, o, side, value);
    mailbox_post(&loop->inbox, &o->mail);
}

static void post_play(edge *e, uint32_t id, int side, const bridge_side *program, int listens) {
    edge_loop *loop = edge_loop_of(e);
    order *o = order_must(id, run_play);
    o->side = side;
    o->on = program != NULL;
    o->listens = listens;
    if (program) {
        add_side(loop, o, side, program);
        o->sides[side].port = NULL;
    }
    mailbox_post(&loop->inbox, &o->mail);
}

void bridge_play(edge *e, uint32_t id, int side, const bridge_side *program) {
    post_play(e, id, side, program, 1);
}

void bridge_hold(edge *e, uint32_t id, int side, int on) {
    post_play(e, id, side, on ? &(bridge_side){ .kind = BRIDGE_PROGRAM, .program = PROGRAM_MUSIC } : NULL, 0);
}

void bridge_tap(edge *e, uint32_t id, int side, enum bridge_ear ear, tap_ring *ring, uint32_t tap) {
    order *o = order_must(id, run_tap);
    o->side = side;
    o->ear = ear;
    o->ring = tap_ring_hold(ring);
    o->tap = tap;
    mailbox_post(&edge_loop_of(e)->inbox, &o->mail);
}

void bridge_direct(edge *e, uint32_t id, const uint8_t hears[BRIDGE_SIDES]) {
    order *o = order_must(id, run_direct);
    memcpy(o->hears, hears, sizeof o->hears);
    mailbox_post(&edge_loop_of(e)->inbox, &o->mail);
}

static void post_move(edge *e, uint32_t id, int from, int to, int both) {
    order *o = order_must(id, run_move);
    o->from = from;
    o->side = to;
    o->on = both; /* else `from` is empty afterwards: a side of no kind */
    mailbox_post(&edge_loop_of(e)->inbox, &o->mail);
}

void bridge_move(edge *e, uint32_t id, int from, int to) {
    post_move(e, id, from, to, 0);
}

void bridge_swap(edge *e, uint32_t id) {
    post_move(e, id, 1, 0, 1);
}

void bridge_close(edge *e, uint32_t id) {
    order *o = order_must(id, run_close);
    mailbox_post(&edge_loop_of(e)->inbox, &o->mail);
}
