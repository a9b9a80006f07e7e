/* resend.h: the last packets that went to a browser, for those it says it has lost (RFC 4585 NACK). Layer: server. Sans-IO. */
#ifndef TCCC_SERVER_RESEND_H
#define TCCC_SERVER_RESEND_H

#include <stddef.h>
#include <stdint.h>

enum { RESEND_PACKETS = 256 };       /* two seconds of picture at 1 Mbit/s; a power of two */

typedef struct resend resend;

resend *resend_new(void);            /* NULL: no memory */
void resend_free(resend *r);
/* Forgets everything: the browser's keys have changed. */
void resend_clear(resend *r);
/* Keeps a copy of packet[len], protected as it was sent; longer ones than TCCC_PACKET_MAX are not kept. */
void resend_put(resend *r, uint16_t seq, const uint8_t *packet, size_t len);
/* NULL when it is not there (any more). */
const uint8_t *resend_get(const resend *r, uint16_t seq, size_t *len);

#endif
