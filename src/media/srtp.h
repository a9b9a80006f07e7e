/* srtp.h: SRTP and SRTCP, thin over libsrtp2. Layer: media. RFC 3711, RFC 4568 (keys), RFC 7714 (GCM, where built).
 *
 * One `srtp_sender` protects what we send with our key, one `srtp_receiver` unprotects what the peer sends with its key.
 * Both take any SSRC. Packets are changed in place. Memory is allocated by open and, once for each new SSRC, by libsrtp
 * (at most SRTP_SSRC_MAX per context); never for each packet. One context is for one thread; two may run at once. Packets
 * may be unaligned and are TCCC_PACKET_MAX bytes at most, or TCCC_E_TOO_LARGE.
 *
 * This file is always "media/srtp.h"; <srtp.h> is libsrtp's.
 */
#ifndef TCCC_MEDIA_SRTP_H
#define TCCC_MEDIA_SRTP_H

#include <stddef.h>
#include <stdint.h>

#include "tccc/media.h"

enum {
    SRTP_RTP_OVERHEAD_MAX = 16,     /* bytes that protecting RTP adds: tag of 4, 10 or 16 */
    SRTP_RTCP_OVERHEAD_MAX = 20,    /* and RTCP: index of 4 and a tag of 10 or 16 */
    SRTP_SSRC_MAX = 32,             /* SSRCs one context takes; more are TCCC_E_LIMIT */
    SRTP_KEY_MAX = 44               /* AES-256-GCM: key 32, salt 12 */
};

/* Suites by their SDES name (RFC 4568 section 6.2, RFC 7714 section 14.2). The first two equal enum tccc_srtp_suite. */
enum srtp_scheme {
    SRTP_SCHEME_NONE = TCCC_SRTP_NONE,
    SRTP_SCHEME_AES128_SHA1_80 = TCCC_SRTP_AES128_SHA1_80,
    SRTP_SCHEME_AES128_SHA1_32 = TCCC_SRTP_AES128_SHA1_32,
    SRTP_SCHEME_AES128_GCM,
    SRTP_SCHEME_AES256_GCM
};

/* "AES_CM_128_HMAC_SHA1_80" and so on; NULL for NONE. */
const char *srtp_scheme_name(enum srtp_scheme scheme);
/* The suite with that name (name[len], case matters), SRTP_SCHEME_NONE when unknown or not built. */
enum srtp_scheme srtp_scheme_find(const char *name, size_t len);
/* Bytes of key and salt together: 30, 28 or 44; 0 for NONE. */
size_t srtp_scheme_key_len(enum srtp_scheme scheme);

typedef struct srtp_sender srtp_sender;
typedef struct srtp_receiver srtp_receiver;

/* key[srtp_scheme_key_len(scheme)]: master key, then master salt; copied. NULL with *error set: TCCC_E_ARG_RANGE (scheme NONE,
 * unknown or not in this build; key_len), TCCC_E_NO_MEMORY. */
srtp_sender *srtp_sender_open(enum srtp_scheme scheme, const uint8_t *key, size_t key_len, int *error);
srtp_receiver *srtp_receiver_open(enum srtp_scheme scheme, const uint8_t *key, size_t key_len, int *error);
/* A receiver that joins a stream of `ssrc` whose sequence numbers have rolled over `roc` times (RFC 3711 section 3.3.1): a new one could
 * not guess that. Other SSRCs begin at 0. */
srtp_receiver *srtp_receiver_join(enum srtp_scheme scheme, const uint8_t *key, size_t key_len, uint32_t ssrc, uint32_t roc, int *error);
void srtp_sender_close(srtp_sender *sender);        /* NULL is allowed */
void srtp_receiver_close(srtp_receiver *receiver);

/* Protects packet[len] in place; capacity is the buffer's. New length, or TCCC_E_FORMAT (not RTP or RTCP), TCCC_E_TOO_LARGE
 * (no room for the tag), TCCC_E_LIMIT (too many SSRCs, or key used up), TCCC_E_REPLAY (sequence number used before). */
int srtp_sender_rtp(srtp_sender *sender, uint8_t *packet, size_t len, size_t capacity);
int srtp_sender_rtcp(srtp_sender *sender, uint8_t *packet, size_t len, size_t capacity);

/* Unprotects packet[len] in place. New length, or TCCC_E_FORMAT (not RTP or RTCP), TCCC_E_AUTH (wrong tag), TCCC_E_REPLAY
 * (received before, or older than the window of 128), TCCC_E_LIMIT (too many SSRCs). On error the bytes are undefined. */
int srtp_receiver_rtp(srtp_receiver *receiver, uint8_t *packet, size_t len);
int srtp_receiver_rtcp(srtp_receiver *receiver, uint8_t *packet, size_t len);

#endif
