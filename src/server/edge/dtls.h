/* dtls.h: DTLS 1.2 with certificates checked by fingerprint. Layer: server. Sans-IO but for the clock that OpenSSL reads.
 * RFC 6347, RFC 8122 (fingerprints), RFC 8842, RFC 5764 (SRTP). */
#ifndef TCCC_SERVER_DTLS_H
#define TCCC_SERVER_DTLS_H

#include <stddef.h>
#include <stdint.h>

enum {
    DTLS_FINGERPRINT_LEN = 32,       /* SHA-256 */
    DTLS_MTU = 1200                  /* bytes of a datagram: RFC 8831 section 5, fits every path */
};

typedef struct dtls_identity dtls_identity;
typedef struct dtls_peer dtls_peer;

/* A new ECDSA P-256 key and a certificate for it. NULL: no memory. */
dtls_identity *dtls_identity_new(void);
void dtls_identity_free(dtls_identity *identity);
const uint8_t *dtls_identity_fingerprint(const dtls_identity *identity);

typedef struct {
    void (*send)(void *context, const uint8_t *datagram, size_t len);
    /* Application data; never before the peer's certificate had the expected fingerprint. */
    void (*data)(void *context, uint8_t *data, size_t len);
    void (*ready)(void *context);
    void *context;
} dtls_events;

/* server: 1 waits for the ClientHello, 0 sends it (tests). NULL: no memory. Events come from inside the calls below. */
dtls_peer *dtls_peer_new(const dtls_identity *identity, int server, const uint8_t fingerprint[DTLS_FINGERPRINT_LEN], const dtls_events *events);
/* Sends close_notify when the handshake was done. Not from inside an event. */
void dtls_peer_free(dtls_peer *peer);

/* A datagram. 0; or TCCC_E_AUTH (wrong certificate, or the handshake failed), TCCC_E_CONNECTION_LOST (the peer closed):
 * free the peer then. Datagrams that are no DTLS are ignored. */
int dtls_peer_input(dtls_peer *peer, const uint8_t *datagram, size_t len);
/* 0, TCCC_E_NOT_READY (the handshake is not done), TCCC_E_TOO_LARGE (above DTLS_MTU with its overhead). */
int dtls_peer_send(dtls_peer *peer, const uint8_t *data, size_t len);
/* Retransmits what is due; call about every 50 ms while the handshake runs. 0 or TCCC_E_AUTH when it gave up. */
int dtls_peer_timer(dtls_peer *peer);
int dtls_peer_ready(const dtls_peer *peer);

enum { DTLS_SRTP_KEY_LEN = 30 };     /* AES_CM_128_HMAC_SHA1_80: key and salt */
/* RFC 5764: the keys of SRTP over this peer, each key and salt; once ready. 0, TCCC_E_NOT_READY, or TCCC_E_AUTH when the peer has not
 * agreed on SRTP. */
int dtls_peer_srtp_keys(const dtls_peer *peer, uint8_t ours[DTLS_SRTP_KEY_LEN], uint8_t theirs[DTLS_SRTP_KEY_LEN]);

#endif
