/* resend.c: the last packets that went to a browser, for those it says it has lost. Layer: server. Sans-IO. */
#include "resend.h"

#include "tccc/media.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    uint16_t seq, len;               /* len 0: empty */
    uint8_t bytes[TCCC_PACKET_MAX];
} place;

struct resend {
    place places[RESEND_PACKETS];
};

resend *resend_new(void) {
    return calloc(1, sizeof(resend));
}

void resend_free(resend *r) {
    free(r);
}

void resend_clear(resend *r) {
    for (int i = 0; i < RESEND_PACKETS; i++)
        r->places[i].len = 0;
}

void resend_put(resend *r, uint16_t seq, const uint8_t *packet, size_t len) {
    place *p = &r->places[seq % RESEND_PACKETS];
    p->seq = seq;
    p->len = len <= sizeof p->bytes ? (uint16_t)len : 0;
    memcpy(p->bytes, packet, p->len);
}

const uint8_t *resend_get(const resend *r, uint16_t seq, size_t *len) {
    const place *p = &r->places[seq % RESEND_PACKETS];
    *len = p->len;
    return p->len && p->seq == seq ? p->bytes : NULL;
}
