/* tap_reader.h: opens what a tap has copied: SRTP with the key that came before it. Layer: server. For the thread that takes from a ring. */
#ifndef TCCC_SERVER_TAP_READER_H
#define TCCC_SERVER_TAP_READER_H

#include "tap_ring.h"

#include "media/rtp.h"
#include "media/srtp.h"

typedef struct {                     /* of one tap; zeroed: no key yet */
    srtp_receiver *receiver;
} tap_reader;

/* bytes of TAP_KEYS, which are wiped. NULL: nobody reads this tap. */
void tap_reader_keys(tap_reader *r, const tap_head *head, uint8_t *bytes);
/* Opens a packet in place and takes it apart. Give it those not used, too: roll-overs are counted. 0, or AUTH (also without a key), REPLAY,
 * FORMAT as srtp.h and rtp.h have them. */
int tap_reader_take(tap_reader *r, const tap_head *head, uint8_t *bytes, rtp_packet *rtp);
void tap_reader_close(tap_reader *r);

#endif
