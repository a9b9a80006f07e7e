/* loss.c: how many RTP packets of a peer were lost on the way here. Layer: server. Sans-IO. RFC 3550 appendices A.1, A.3. */
#include "loss.h"

static void start(loss *l, uint32_t ssrc, uint16_t seq) {
    l->seen = 1;
    l->doubted = 0;
    l->ssrc = ssrc;
    l->highest = seq;
    l->window = ~UINT64_C(0); /* nothing before it is awaited */
    l->expected++;
    l->received++;
}

static void go_ahead(loss *l, uint16_t seq, uint16_t ahead) {
    l->highest = seq;
    l->window = ahead < LOSS_WINDOW ? l->window << ahead | 1 : 1;
    l->doubted = 0;
    l->expected += ahead;
    l->received++;
}

static void come_late(loss *l, uint16_t behind) {
    uint64_t bit = behind < LOSS_WINDOW ? UINT64_C(1) << behind : 0;
    if (!bit || l->window & bit)
        return;
    l->window |= bit;
    l->received++;
}

/* A number far off is a slip, or the source has started anew: two in sequence tell. */
static void doubt(loss *l, uint16_t seq) {
    if (l->doubted && seq == l->restart) {
        start(l, l->ssrc, seq);
        return;
    }
    l->doubted = 1;
    l->restart = (uint16_t)(seq + 1);
}

void loss_packet(loss *l, uint32_t ssrc, uint16_t seq) {
    uint16_t ahead = (uint16_t)(seq - l->highest), behind = (uint16_t)(l->highest - seq);
    if (!l->seen || l->ssrc != ssrc)
        start(l, ssrc, seq);
    else if (ahead && ahead < LOSS_GAP_MAX)
        go_ahead(l, seq, ahead);
    else if (behind <= LOSS_LATE_MAX)
        come_late(l, behind);
    else
        doubt(l, seq);
}

static uint64_t tell(loss *l, uint64_t lost) {
    uint64_t more = lost > l->told ? lost - l->told : 0;
    l->told += more;
    return more;
}

uint64_t loss_settle(loss *l) {
    uint64_t lost = l->expected - l->received, before = l->open;
    l->open = lost;
    return tell(l, lost < before ? lost : before);
}

uint64_t loss_end(loss *l) {
    uint64_t more = tell(l, l->expected - l->received);
    *l = (loss){ 0 };
    return more;
}
