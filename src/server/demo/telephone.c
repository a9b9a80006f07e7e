/* telephone.c: the demo's telephone network. Layer: server. */
#include "server/demo/telephone.h"

#include "server/call/phone_audio.h"

#include <stdlib.h>
#include <string.h>

enum { RING_MS = 300, TEN_SECONDS_MS = 10000, NO_REPLY_MS = 8000, FAR = 0, NEAR = 1 };
static const char CALLER[] = "\"Demo customer\" <sip:13800138000@127.0.0.1>";

const telephone_number telephone_numbers[] = {
    { "600", "Echo: you hear yourself", "回声：听到自己的声音", RING_MS, 0, PROGRAM_ECHO },
    { "601", "Speech: a recorded voice talks", "语音：播放录音", RING_MS, 0, PROGRAM_FILE },
    { "602", "Answers after ten seconds", "十秒后接听", TEN_SECONDS_MS, 0, PROGRAM_FILE },
    { "603", "Busy", "忙线", 0, 486, PROGRAM_SILENCE },
    { "604", "Rejects the call", "拒接", RING_MS, 603, PROGRAM_SILENCE },
    { "605", "Rings, nobody answers", "无人接听", -1, 0, PROGRAM_SILENCE },
    { "606", "Does not exist", "空号", 0, 404, PROGRAM_SILENCE },
    { NULL, NULL, NULL, 0, 0, 0 },
};

typedef struct {
    telephone *phone;
    leg *leg;                         /* NULL: this place is free */
    const telephone_number *plan;     /* NULL: an outgoing call */
    rtp_port *port;                   /* until the bridge owns it */
    uint32_t bridge;
    deadline next;
} phone_call;

struct telephone {
    stack *stack;
    edge *edge;
    deadlines *timers;
    const logger *log;
    char speech[1024];
    phone_call calls[TELEPHONE_CALLS];
};

static void release(phone_call *c) {
    telephone *t = c->phone;
    deadline_clear(t->timers, &c->next);
    if (c->bridge)
        bridge_close(t->edge, c->bridge);
    if (c->port)
        rtp_port_close(c->port);
    *c = (phone_call){ 0 };
}

static bridge_side program_side(const phone_call *c) {
    const telephone *t = c->phone;
    int program = c->plan ? c->plan->program : PROGRAM_FILE;
    if (program == PROGRAM_FILE && !t->speech[0])
        program = PROGRAM_RINGBACK;
    bridge_side side = { .kind = BRIDGE_PROGRAM, .program = (enum bridge_program)program, .file = t->speech, .loop = 1 };
    phone_audio_formats(&side, leg_agreement(c->leg));
    return side;
}

static void on_connected(void *ctx, leg *l) {
    phone_call *c = ctx;
    bridge_side far = phone_audio_side(l, c->port), near = program_side(c);
    c->port = NULL;
    c->bridge = bridge_open(c->phone->edge, &far, &near);
}

static void on_media(void *ctx, leg *l) {
    phone_call *c = ctx;
    bridge_side far = phone_audio_side(l, NULL);
    if (c->bridge)
        bridge_update(c->phone->edge, c->bridge, FAR, &far);
}

static void on_ended(void *ctx, leg *l, const leg_end *end) {
    (void)l, (void)end;
    release(ctx);
}

static void on_progress(void *ctx, leg *l, int status) { (void)ctx, (void)l, (void)status; }
static void on_digit(void *ctx, leg *l, char digit) { (void)ctx, (void)l, (void)digit; }

static const leg_handler handler = { on_progress, on_connected, on_media, on_digit, on_ended };

static phone_call *free_place(telephone *t) {
    for (int i = 0; i < TELEPHONE_CALLS; i++)
        if (!t->calls[i].phone)
            return &t->calls[i];
    return NULL;
}

static const telephone_number *find_number(const char *number) {
    for (const telephone_number *n = telephone_numbers; n->number; n++)
        if (!strcmp(n->number, number))
            return n;
    return NULL;
}

/* What the number does once it has rung. */
static void act(void *owner) {
    phone_call *c = owner;
    leg *l = c->leg;
    if (!c->plan->refuse_status) {
        leg_answer(l);
        return;
    }
    int status = c->plan->refuse_status;
    release(c);
    leg_refuse(l, status, status == 486 ? "Busy Here" : status == 603 ? "Decline" : "Not Found", NULL);
}

static bool take_media(phone_call *c, const endpoint *at) {
    sdp_audio local;
    char address[64];
    re_snprintf(address, sizeof address, "%j", &at->address);
    c->port = rtp_port_bind(address, 0, 0);
    if (!c->port)
        return false;
    phone_audio_local(&local, at, rtp_port_number(c->port));
    return !leg_set_local(c->leg, &local);
}

static void ring(phone_call *c) {
    if (c->plan->answer_after_ms != 0)
        leg_ring(c->leg, 180, false);
    if (c->plan->answer_after_ms >= 0)
        (void)deadline_set(c->phone->timers, &c->next, (uint64_t)c->plan->answer_after_ms, act, c);
}

static void on_invite(void *ctx, endpoint *at, const struct sip_msg *invite) {
    telephone *t = ctx;
    char number[64];
    phone_call *c = free_place(t);
    leg_callee_number(invite, number, sizeof number);
    const telephone_number *plan = find_number(number);
    leg *l = leg_take(at, invite, false, &handler, c);
    if (!l)
        return;
    if (!c || !plan) {
        leg_refuse(l, plan ? 486 : 404, plan ? "Busy Here" : "Not Found", NULL);
        return;
    }
    *c = (phone_call){ .phone = t, .leg = l, .plan = plan };
    if (take_media(c, at)) {
        ring(c);
        return;
    }
    release(c);
    leg_refuse(l, 488, "Not Acceptable Here", NULL);
}

static void on_register(void *ctx, endpoint *at, const struct sip_msg *request) {
    (void)ctx;
    (void)sip_treply(NULL, at->sip, request, 405, "Method Not Allowed");
}

telephone *telephone_start(edge *e, deadlines *timers, const logger *log, const char *speech, char *err, size_t err_cap) {
    const stack_config config = { .host = "127.0.0.1", .port = 0, .tls_port = -1, .software = "tcccd demo telephone" };
    const stack_handler requests = { on_invite, on_register };
    telephone *t = calloc(1, sizeof *t);
    if (!t) {
        re_snprintf(err, err_cap, "no memory");
        return NULL;
    }
    t->edge = e;
    t->timers = timers;
    t->log = log;
    str_ncpy(t->speech, speech ? speech : "", sizeof t->speech);
    t->stack = stack_start(&config, &requests, t, timers, log, err, err_cap);
    if (t->stack)
        return t;
    free(t);
    return NULL;
}

void telephone_stop(telephone *t) {
    if (!t)
        return;
    for (int i = 0; i < TELEPHONE_CALLS; i++) {
        leg *l = t->calls[i].leg;
        if (!t->calls[i].phone)
            continue;
        release(&t->calls[i]);
        leg_hangup(l);
    }
    stack_stop(t->stack);
    free(t);
}

int telephone_port(const telephone *t) { return stack_port(t->stack); }

int telephone_call(telephone *t, const char *uri) {
    sdp_audio local;
    phone_call *c = free_place(t);
    endpoint *at = stack_endpoint_for(t->stack, uri);
    rtp_port *port = c ? rtp_port_bind("127.0.0.1", 0, 0) : NULL;
    if (!port)
        return TCCC_E_LIMIT;
    phone_audio_local(&local, at, rtp_port_number(port));
    leg_call_options options = { .uri = uri, .from = CALLER, .contact_user = "customer", .local = &local, .no_reply_ms = NO_REPLY_MS };
    *c = (phone_call){ .phone = t, .port = port };
    c->leg = leg_call(t->stack, &options, &handler, c);
    if (c->leg)
        return 0;
    release(c);
    return TCCC_E_IO;
}

void telephone_bridge_event(telephone *t, uint32_t bridge, int event) {
    for (int i = 0; i < TELEPHONE_CALLS; i++) {
        phone_call *c = &t->calls[i];
        leg *l = c->leg;
        if (!c->phone || c->bridge != bridge || (event != BRIDGE_EVENT_DONE && event != BRIDGE_EVENT_FAILED))
            continue;
        release(c);
        leg_hangup(l);
    }
}
