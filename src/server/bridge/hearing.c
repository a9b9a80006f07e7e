/* hearing.c: how each side of a bridge gets to hear what it shall. Layer: server. Sans-IO. */
#include "hearing.h"

#include <string.h>

static int is_person(const bridge_side *side) {
    return side && (side->kind == BRIDGE_PAGE || side->kind == BRIDGE_PHONE);
}

static int same_formats(const bridge_side *a, const bridge_side *b) {
    return a->payload_type == b->payload_type && a->dtmf_payload_type == b->dtmf_payload_type;
}

static int same_key(const bridge_side *from, const bridge_side *to) {
    return from->srtp == to->srtp && !memcmp(from->srtp_receive_key, to->srtp_send_key, sizeof to->srtp_send_key);
}

/* The two ends of a call may have agreed on keys that the bridge is not to use, or was not told: a page without keys here has
 * those of its telephone. A page with keys has those and no others. */
static int keys_are_theirs(const bridge_side *from, const bridge_side *to) {
    const bridge_side *keyed = from->srtp ? from : to;
    if (from->srtp && to->srtp)
        return (from->kind == BRIDGE_PHONE && to->kind == BRIDGE_PHONE) || same_key(from, to);
    return keyed->kind == BRIDGE_PHONE;
}

int hearing_passes(const hearing_order *order, int from, int to) {
    const bridge_side *a = order->sides[from], *b = order->sides[to];
    if (!a->srtp && !b->srtp)
        return 1;
    return from < 2 && to < 2 && !a->srtp_terminate && !b->srtp_terminate && same_formats(a, b) && keys_are_theirs(a, b);
}

static unsigned audible(const hearing_order *order, int side) {
    unsigned heard = order->played >> side & 1 ? 0 : order->hears[side] & ~order->played & ~(1u << side);
    for (int i = 0; i < BRIDGE_SIDES; i++)
        if (!order->sides[i] || order->sides[i]->kind == BRIDGE_NONE)
            heard &= ~(1u << i);
    return heard;
}

static int first_of(unsigned bits) {
    int i = 0;
    while (!(bits >> i & 1))
        i++;
    return i;
}

static hearing plan_one(const hearing_order *order, int side) {
    unsigned heard = is_person(order->sides[side]) ? audible(order, side) : 0, persons = 0;
    for (int i = 0; i < BRIDGE_SIDES; i++)
        persons |= heard >> i & 1 && is_person(order->sides[i]) ? 1u << i : 0;
    if (!persons)
        return heard ? (hearing){ .how = HEARING_PROGRAM, .from = first_of(heard) } : (hearing){ .how = HEARING_NOTHING };
    int from = first_of(persons);
    if (persons != 1u << from || order->sides[from]->codec != order->sides[side]->codec)
        return (hearing){ .how = HEARING_MIX, .mixed = persons };
    return (hearing){ .how = HEARING_RELAY, .from = from, .passes = hearing_passes(order, from, side) };
}

void hearing_plan(const hearing_order *order, hearing plan[BRIDGE_SIDES]) {
    unsigned closed = 0; /* whose packets must stay as they are for one listener */
    for (int i = 0; i < BRIDGE_SIDES; i++) {
        plan[i] = plan_one(order, i);
        if (plan[i].how == HEARING_RELAY && plan[i].passes && order->sides[plan[i].from]->srtp)
            closed |= 1u << plan[i].from;
    }
    for (int i = 0; i < BRIDGE_SIDES; i++)
        if (plan[i].how == HEARING_RELAY && !plan[i].passes && closed >> plan[i].from & 1)
            plan[i] = (hearing){ .how = HEARING_MIX, .mixed = 1u << plan[i].from };
}

unsigned hearing_mixed(const hearing plan[BRIDGE_SIDES]) {
    unsigned mixed = 0;
    for (int i = 0; i < BRIDGE_SIDES; i++)
        mixed |= plan[i].how == HEARING_MIX ? plan[i].mixed : 0;
    return mixed;
}

unsigned hearing_heard(const hearing plan[BRIDGE_SIDES]) {
    unsigned heard = hearing_mixed(plan);
    for (int i = 0; i < BRIDGE_SIDES; i++)
        heard |= plan[i].how == HEARING_RELAY ? 1u << plan[i].from : 0;
    return heard;
}
