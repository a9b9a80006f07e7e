/* loss.h: how many RTP packets of a peer were lost on the way here. Layer: server. Sans-IO. RFC 3550 appendices A.1, A.3.
 *
 * Sequence numbers are in the clear in SRTP too. Lost is what was expected (from the first to the highest number) less
 * what came, over all sources of the peer; a packet that comes twice is counted once, one that comes LOSS_WINDOW or more
 * numbers late is lost. What is told never goes down.
 */
#ifndef TCCC_SERVER_LOSS_H
#define TCCC_SERVER_LOSS_H

#include <stdint.h>

enum {
    LOSS_WINDOW = 64,
    LOSS_LATE_MAX = 100,             /* RFC 3550 A.1 MAX_MISORDER: further back is a source that starts anew */
    LOSS_GAP_MAX = 3000              /* MAX_DROPOUT: further ahead too */
};

typedef struct {                     /* zeroed: nothing came yet */
    int seen;
    uint32_t ssrc;
    uint16_t highest, restart;       /* restart: the number that would confirm a new start */
    int doubted;                     /* `restart` counts */
    uint64_t window;                 /* bit i: highest - i came */
    uint64_t expected, received;     /* over all sources */
    uint64_t open, told;             /* lost at the last loss_settle; told so far */
} loss;

void loss_packet(loss *l, uint32_t ssrc, uint16_t seq);
/* Once a second: how many more were lost. A gap is told when it is a tick old, so that a late packet may still fill it. */
uint64_t loss_settle(loss *l);
/* The peer's sound ends here: what was not told yet. *l is zeroed. */
uint64_t loss_end(loss *l);

#endif
