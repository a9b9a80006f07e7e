/* call_leg.c: what a call's telephone does. Layer: server. */
#include "server/call/call_state.h"

static void on_progress(void *ctx, leg *l, int status) {
    call *c = ctx;
    bool early_media = leg_agreement(l) != NULL;
    call_apply(c, CALL_ON_RANG);
    if (early_media && !c->media_started)
        call_open_media(c);
    call_tell_progress(c, status == 180, early_media && status != 180);
}

static void on_connected(void *ctx, leg *l) {
    call *c = ctx;
    (void)l;
    call_apply(c, CALL_ON_CONNECTED);
}

/* The customer's own hold shows in the direction of its offer (RFC 3264 section 8.4). */
static void on_media(void *ctx, leg *l) {
    call *c = ctx;
    bool held = !(leg_agreement(l)->direction & SDP_AUDIO_SENDONLY);
    if (c->media_started)
        call_open_media(c);
    if (held != c->held_by_customer)
        call_tell_held(c, held, false);
    c->held_by_customer = held;
}

static void on_digit(void *ctx, leg *l, char digit) {
    call *c = ctx;
    (void)l;
    (void)digit;
    LOG(c->all->parts.log, LOG_LEVEL_DEBUG, "call.digit", log_text("session", c->id));
}

static void on_ended(void *ctx, leg *l, const leg_end *end) {
    call *c = ctx;
    (void)l;
    c->leg = NULL;
    c->failure = *end;
    call_apply(c, end->cause == LEG_HUNG_UP || end->cause == LEG_CANCELLED ? CALL_ON_CUSTOMER_LEFT : CALL_ON_FAILED);
}

const leg_handler call_leg_handler = { on_progress, on_connected, on_media, on_digit, on_ended };
