/* stun.h: STUN messages of ICE connectivity checks. Layer: server. Sans-IO. RFC 8489, RFC 8445 section 7.
 *
 * Only what an ICE-lite agent needs: it reads Binding requests and answers them.
 */
#ifndef TCCC_SERVER_STUN_H
#define TCCC_SERVER_STUN_H

#include "address.h"

#include <stddef.h>
#include <stdint.h>

enum {
    STUN_BINDING_REQUEST = 0x0001, STUN_BINDING_INDICATION = 0x0011, STUN_BINDING_SUCCESS = 0x0101, STUN_BINDING_ERROR = 0x0111,
    STUN_HEADER_LEN = 20,
    STUN_TRANSACTION_LEN = 12,
    STUN_UNKNOWN_MAX = 8,            /* comprehension-required attributes that are remembered for a 420 */
    STUN_ANSWER_MAX = 128            /* bytes that stun_write_* need at most */
};

typedef struct {
    uint16_t type;
    const uint8_t *transaction;      /* [STUN_TRANSACTION_LEN] inside the message, like all pointers here */
    const char *username;            /* not zero-terminated; NULL when absent */
    size_t username_len;
    const uint8_t *integrity;        /* 20 bytes of HMAC-SHA1, NULL when absent */
    size_t integrity_at;             /* where its attribute begins */
    int has_fingerprint;             /* present, and right: a wrong one is FORMAT */
    int use_candidate, controlling, controlled;
    int has_mapped;                  /* XOR-MAPPED-ADDRESS, in answers */
    address mapped;
    uint16_t unknown[STUN_UNKNOWN_MAX];
    int n_unknown;
} stun_message;

/* Whether a datagram is STUN and not DTLS (RFC 7983): first byte 0..3 and the magic cookie. */
int stun_is_message(const uint8_t *bytes, size_t len);
/* 0 or TCCC_E_FORMAT. */
int stun_read(stun_message *message, const uint8_t *bytes, size_t len);
/* 1 when MESSAGE-INTEGRITY is there and right for key (short-term credentials: the ICE password). */
int stun_authentic(const stun_message *message, const uint8_t *bytes, const char *key);

/* Both write with MESSAGE-INTEGRITY by key and FINGERPRINT, into buf[STUN_ANSWER_MAX]; the length. */
size_t stun_write_success(uint8_t *buf, const uint8_t *transaction, const address *mapped, const char *key);
/* code: 400, 420 (with the request's unknown attributes), 487. */
size_t stun_write_error(uint8_t *buf, const stun_message *request, int code, const char *key);
/* The check of a controlling agent that nominates its pair, as browsers send it: what the load generator is. username: at
 * most 32 characters. */
size_t stun_write_check(uint8_t *buf, const uint8_t *transaction, const char *username, const char *key);

#endif
