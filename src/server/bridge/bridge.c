/* bridge.c: joins two ends of a call's audio on the edge thread. Layer: server. Contract: bridge.h. */
#include "bridges.h"

#include "leg.h"
#include "sounds.h"

#include "tccc/error.h"

#include <openssl/crypto.h>
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
    leg legs[2];
    play plays[2];                   /* what a side hears instead of the other */
    sound *sounds[2];                /* of a side that is a program with a file */
    int restart[2];                  /* that program starts anew */
    sound *music;                    /* kept from the first hold on */
    uint64_t hang_us[2];             /* when a program without a file ends; 0 never */
    unsigned withheld[2];            /* packets of a held side */
} bridge;

/* --- packets --- */

static int side_of(const bridge *b, const leg *l)
{
    return l == &b->legs[1];
}

/* SRTP that passes through: the receiver at the far end guesses the roll-over counter from the sequence numbers it has
 * seen (RFC 3711 section 3.3.1) and is lost after 2^15 that it has not, eleven minutes of hold. It is shown one in IN_STEP. */
static int keeps_in_step(bridge *b, leg *from, int is_rtcp)
{
    int side = side_of(b, from);
    return b->plays[side].on && !b->plays[!side].on && !is_rtcp && !leg_is_open(from) && ++b->withheld[side] % IN_STEP == 0;
}

static int is_joined(const bridge *b)
{
    return !b->plays[0].on && !b->plays[1].on;
}

static void on_packet(void *context, leg *from, uint8_t *packet, size_t len, int is_rtcp)
{
    bridge *b = context;
    int side = side_of(b, from);
    leg *to = &b->legs[!side];
    if (!is_joined(b) && !keeps_in_step(b, from, is_rtcp)) {
        edge_tally(b->loop, DROPPED);
        return;
    }
    if (to->config.kind != BRIDGE_PROGRAM)
        leg_relay(to, packet, len, is_rtcp, leg_is_open(from));
    else if (to->config.program == PROGRAM_ECHO && !is_rtcp)
        leg_echo(from, packet, len);
}

/* A program that plays to one side is the other side: its end is told as that side's. One of bridge_play is told as of
 * the side that hears it. */
static void on_event(void *context, leg *from, enum bridge_event event, int64_t value)
{
    bridge *b = context;
    int side = side_of(b, from), of_other = event == BRIDGE_EVENT_DONE && !b->plays[side].on;
    if (event == BRIDGE_EVENT_DONE)
        value = of_other ? b->legs[!side].config.tag : b->plays[side].tag;
    edge_event_bridge(b->loop, b->id, of_other ? !side : side, event, value);
}

/* --- what each side hears --- */

static sound *sound_for(bridge *b, int program_side)
{
    return b->legs[program_side].config.program == PROGRAM_MUSIC ? b->music : b->sounds[program_side];
}

static int direct_play(bridge *b, int side)
{
    play *p = &b->plays[side];
    int again = p->again;
    p->again = 0;
    if (p->program != PROGRAM_FILE || p->sound)
        return leg_play(&b->legs[side], p->program, p->program == PROGRAM_MUSIC ? b->music : p->sound, p->loop, again);
    if (again)
        on_event(b, &b->legs[side], BRIDGE_EVENT_DONE, 0); /* the file cannot be read */
    return leg_play(&b->legs[side], PROGRAM_SILENCE, NULL, 0, 0);
}

/* Starts, stops or changes what `side` is played, after anything has changed. */
static int direct(bridge *b, int side)
{
    leg *l = &b->legs[side], *other = &b->legs[!side];
    int from_program = other->config.kind == BRIDGE_PROGRAM;
    l->reads = l->config.srtp_terminate || from_program;
    int failed = leg_listen(l, b->plays[side].on ? b->plays[side].listens : from_program);
    if (failed)
        return failed;
    if (b->plays[side].on)
        return direct_play(b, side);
    if (!from_program || b->plays[!side].on)
        return leg_stop_playing(l), 0;
    enum bridge_program program = other->config.program;
    int again = b->restart[!side];
    b->restart[!side] = 0;
    if (program == PROGRAM_FILE && !b->sounds[!side]) {
        if (again)
            on_event(b, l, BRIDGE_EVENT_DONE, 0);
        return leg_play(l, PROGRAM_SILENCE, NULL, 0, 0);
    }
    return leg_play(l, program, sound_for(b, !side), other->config.loop || program == PROGRAM_MUSIC, again);
}

/* What opens the packets of a side: its own key, or for a page that of the telephone its sound is made for. */
static void direct_tap(bridge *b, int side)
{
    leg *l = &b->legs[side];
    const bridge_side *own = &l->config, *other = &b->legs[!side].config;
    int through = own->kind == BRIDGE_PAGE && other->kind == BRIDGE_PHONE && !other->srtp_terminate;
    if (own->srtp != TCCC_SRTP_NONE)
        leg_tap_state(l, own->srtp, own->srtp_receive_key, !is_joined(b));
    else
        leg_tap_state(l, through ? other->srtp : TCCC_SRTP_NONE, other->srtp_send_key, !is_joined(b));
}

static void arm_hang(bridge *b, int side)
{
    const bridge_side *config = &b->legs[side].config;
    int timed = config->kind == BRIDGE_PROGRAM && config->program != PROGRAM_FILE && config->hang_after_ms > 0;
    b->hang_us[side] = timed ? edge_now_us(b->loop) + (uint64_t)config->hang_after_ms * 1000 : 0;
}

static int direct_both(bridge *b)
{
    direct_tap(b, 0);
    direct_tap(b, 1);
    int failed = direct(b, 0);
    return failed ? failed : direct(b, 1);
}

/* --- life --- */

static void bridge_free(bridge *b)
{
    for (int side = 0; side < 2; side++) {
        leg_close(&b->legs[side]);
        sound_drop(b->sounds[side]);
        sound_drop(b->plays[side].sound);
    }
    sound_drop(b->music);
    if (id_map_take(&b->loop->bridges, b->id))
        atomic_fetch_sub_explicit(&b->loop->n_bridges, 1, memory_order_relaxed);
    free(b);
}

static void bridge_fail(edge_loop *loop, bridge *b, uint32_t id, int error)
{
    edge_event_bridge(loop, id, 0, BRIDGE_EVENT_FAILED, error);
    if (b)
        bridge_free(b);
}

static void check_hang(bridge *b, int side, uint64_t *hang_us, int tag)
{
    if (!*hang_us || edge_now_us(b->loop) < *hang_us)
        return;
    *hang_us = 0;
    edge_event_bridge(b->loop, b->id, side, BRIDGE_EVENT_DONE, tag);
}

static void check(bridge *b)
{
    for (int side = 0; side < 2; side++) {
        leg *l = &b->legs[side];
        leg_second(l, is_joined(b) && (l->config.kind != BRIDGE_PHONE || l->config.send_on_hold));
        check_hang(b, side, &b->hang_us[side], l->config.tag);
        check_hang(b, side, &b->plays[side].hang_us, b->plays[side].tag);
    }
}

void bridges_second(edge_loop *loop)
{
    size_t cursor = 0;
    bridge *b;
    while ((b = id_map_next(&loop->bridges, &cursor)))
        check(b);
}

void bridges_close_all(edge_loop *loop)
{
    size_t cursor;
    bridge *b;
    while (cursor = 0, (b = id_map_next(&loop->bridges, &cursor)))
        bridge_free(b);
}

/* --- orders of the control thread --- */

typedef struct {
    mail mail;
    uint32_t id;
    int side, on;
    bridge_side sides[2];
    sound *sounds[2], *music;        /* held; handed over when taken */
    int listens;                     /* of a play */
    enum bridge_ear ear;
    tap_ring *ring;                  /* held */
    uint32_t tap;
} order;

static void order_free(order *o)
{
    for (int side = 0; side < 2; side++) {
        rtp_port_close(o->sides[side].port);
        sound_drop(o->sounds[side]);
    }
    sound_drop(o->music);
    tap_ring_drop(o->ring);
    OPENSSL_cleanse(o->sides, sizeof o->sides);
    free(o);
}

static void take_music(bridge *b, order *o)
{
    if (b->music)
        return;
    b->music = o->music;
    o->music = NULL;
}

static void take_sounds(bridge *b, order *o, int side)
{
    if (o->sounds[side] || b->legs[side].config.kind == BRIDGE_PROGRAM) {
        sound_drop(b->sounds[side]);
        b->sounds[side] = o->sounds[side];
        o->sounds[side] = NULL;
        b->restart[side] = 1;
    }
    take_music(b, o);
}

static int open_legs(bridge *b, order *o)
{
    leg_events events = { on_packet, on_event, b };
    int failed = 0;
    for (int side = 0; side < 2 && !failed; side++) {
        failed = leg_open(&b->legs[side], b->loop, &events, &o->sides[side]);
        o->sides[side].port = NULL;
        take_sounds(b, o, side);
        arm_hang(b, side);
    }
    return failed ? failed : direct_both(b);
}

static void run_open(void *context, mail *self)
{
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

static void run_update(void *context, mail *self)
{
    order *o = (order *)self;
    edge_loop *loop = context;
    bridge *b = loop ? id_map_get(&loop->bridges, o->id) : NULL;
    if (b) {
        int failed = leg_update(&b->legs[o->side], &o->sides[o->side]);
        o->sides[o->side].port = NULL;
        take_sounds(b, o, o->side);
        arm_hang(b, o->side);
        if (!failed)
            failed = direct_both(b);
        if (failed)
            bridge_fail(loop, b, o->id, failed);
    }
    order_free(o);
}

static uint64_t hang_of(bridge *b, const bridge_side *program)
{
    int timed = program->program != PROGRAM_FILE && program->hang_after_ms > 0;
    return timed ? edge_now_us(b->loop) + (uint64_t)program->hang_after_ms * 1000 : 0;
}

static void take_play(bridge *b, order *o)
{
    const bridge_side *program = &o->sides[o->side];
    play *p = &b->plays[o->side];
    sound_drop(p->sound);
    *p = (play){ .on = o->on, .listens = o->listens, .program = program->program, .loop = program->loop || program->program == PROGRAM_MUSIC,
                 .again = 1, .tag = program->tag, .sound = o->sounds[o->side], .hang_us = o->on ? hang_of(b, program) : 0 };
    o->sounds[o->side] = NULL;
    take_music(b, o);
}

static void run_play(void *context, mail *self)
{
    order *o = (order *)self;
    edge_loop *loop = context;
    bridge *b = loop ? id_map_get(&loop->bridges, o->id) : NULL;
    if (b && (o->on || b->plays[o->side].on)) {
        take_play(b, o);
        int failed = direct_both(b);
        if (failed)
            bridge_fail(loop, b, o->id, failed);
    }
    order_free(o);
}

static void run_tap(void *context, mail *self)
{
    order *o = (order *)self;
    edge_loop *loop = context;
    bridge *b = loop ? id_map_get(&loop->bridges, o->id) : NULL;
    if (b)
        leg_tap_to(&b->legs[o->side], o->ear, o->ring, o->tap);
    order_free(o);
}

static void run_close(void *context, mail *self)
{
    order *o = (order *)self;
    edge_loop *loop = context;
    bridge *b = loop ? id_map_get(&loop->bridges, o->id) : NULL;
    if (b)
        bridge_free(b);
    order_free(o);
}

/* --- the control thread's half --- */

static order *order_new(uint32_t id, void (*run)(void *, mail *))
{
    order *o = calloc(1, sizeof *o);
    if (!o)
        return NULL;
    o->mail.run = run;
    o->id = id;
    return o;
}

/* Sounds are read from disk here, not on the edge thread. A file that cannot be read ends at once, so that
 * the call goes on to what the program's end leads to. */
static void add_side(edge_loop *loop, order *o, int side, const bridge_side *value)
{
    o->sides[side] = *value;
    o->sides[side].file = NULL;
    if (value->kind != BRIDGE_PROGRAM)
        return;
    if (value->program == PROGRAM_FILE)
        o->sounds[side] = sounds_file(loop, value->file);
    if (value->program == PROGRAM_MUSIC)
        o->music = sounds_music(loop);
}

uint32_t bridge_open(edge *e, const bridge_side *side0, const bridge_side *side1)
{
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
static order *order_must(uint32_t id, void (*run)(void *, mail *))
{
    order *o = order_new(id, run);
    if (!o)
        abort();
    return o;
}

void bridge_update(edge *e, uint32_t id, int side, const bridge_side *value)
{
    edge_loop *loop = edge_loop_of(e);
    order *o = order_must(id, run_update);
    o->side = side;
    add_side(loop, o, side, value);
    mailbox_post(&loop->inbox, &o->mail);
}

static void post_play(edge *e, uint32_t id, int side, const bridge_side *program, int listens)
{
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

void bridge_play(edge *e, uint32_t id, int side, const bridge_side *program)
{
    post_play(e, id, side, program, 1);
}

void bridge_hold(edge *e, uint32_t id, int side, int on)
{
    post_play(e, id, side, on ? &(bridge_side){ .kind = BRIDGE_PROGRAM, .program = PROGRAM_MUSIC } : NULL, 0);
}

void bridge_tap(edge *e, uint32_t id, int side, enum bridge_ear ear, tap_ring *ring, uint32_t tap)
{
    order *o = order_must(id, run_tap);
    o->side = side;
    o->ear = ear;
    o->ring = tap_ring_hold(ring);
    o->tap = tap;
    mailbox_post(&edge_loop_of(e)->inbox, &o->mail);
}

void bridge_close(edge *e, uint32_t id)
{
    order *o = order_must(id, run_close);
    mailbox_post(&edge_loop_of(e)->inbox, &o->mail);
}
