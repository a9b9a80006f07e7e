/* srtp.c: SRTP and SRTCP contexts over libsrtp2. Layer: media. RFC 3711, RFC 4568, RFC 7714. */
#include "media/srtp.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <srtp.h>

#include "media/network_order.h"
#include "tccc/error.h"

enum {
    REPLAY_WINDOW = 128,        /* packets; RFC 3711 section 3.3.2 asks for 64 at least */
    RTP_LEN_MIN = 12,
    RTCP_LEN_MIN = 8,
    TRAILER_MAX = SRTP_MAX_TRAILER_LEN + 4 /* what libsrtp's contract wants behind a packet to protect */
};

typedef struct {
    const char *name;
    uint8_t key_len, rtp_tag_len, rtcp_extra_len;
    void (*set_rtp)(srtp_crypto_policy_t *);
    void (*set_rtcp)(srtp_crypto_policy_t *);
} scheme_row;

/* RFC 4568 section 6.2: with the 32-bit tag, SRTCP keeps one of 80 bits. */
static const scheme_row schemes[] = {
    [SRTP_SCHEME_AES128_SHA1_80] = {"AES_CM_128_HMAC_SHA1_80", 30, 10, 14,
                                    srtp_crypto_policy_set_rtp_default, srtp_crypto_policy_set_rtcp_default},
    [SRTP_SCHEME_AES128_SHA1_32] = {"AES_CM_128_HMAC_SHA1_32", 30, 4, 14,
                                    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32, srtp_crypto_policy_set_rtcp_default},
    [SRTP_SCHEME_AES128_GCM] = {"AEAD_AES_128_GCM", 28, 16, 20,
                                srtp_crypto_policy_set_aes_gcm_128_16_auth, srtp_crypto_policy_set_aes_gcm_128_16_auth},
    [SRTP_SCHEME_AES256_GCM] = {"AEAD_AES_256_GCM", 44, 16, 20,
                                srtp_crypto_policy_set_aes_gcm_256_16_auth, srtp_crypto_policy_set_aes_gcm_256_16_auth},
};

enum { SCHEME_COUNT = sizeof schemes / sizeof schemes[0] };

typedef struct {
    srtp_t session;
    const scheme_row *row;
    uint32_t ssrcs[SRTP_SSRC_MAX];
    int n_ssrcs;
    /* libsrtp reads headers as words and may write its tag past the end: packets pass through here. */
    uint32_t words[(TCCC_PACKET_MAX + TRAILER_MAX + 3) / 4];
} context;

struct srtp_sender { context context; };
struct srtp_receiver { context context; };

static bool library_ready(void) {
    static atomic_int state; /* 0 untouched, 1 being started, 2 ready, 3 failed */
    int untouched = 0;

    if (atomic_compare_exchange_strong(&state, &untouched, 1))
        atomic_store(&state, srtp_init() == srtp_err_status_ok ? 2 : 3);
    while (atomic_load(&state) == 1)
        ; /* another thread is in srtp_init, for a millisecond */
    return atomic_load(&state) == 2;
}

static const scheme_row *scheme_row_of(enum srtp_scheme scheme) {
    return scheme > SRTP_SCHEME_NONE && (int)scheme < SCHEME_COUNT ? &schemes[scheme] : NULL;
}

const char *srtp_scheme_name(enum srtp_scheme scheme) {
    const scheme_row *row = scheme_row_of(scheme);

    return row ? row->name : NULL;
}

size_t srtp_scheme_key_len(enum srtp_scheme scheme) {
    const scheme_row *row = scheme_row_of(scheme);

    return row ? row->key_len : 0;
}

/* copy[SRTP_KEY_MAX] takes the key, which libsrtp wants writable. */
static srtp_policy_t policy_of(const scheme_row *row, srtp_ssrc_type_t direction, const uint8_t *key, unsigned char *copy) {
    srtp_policy_t policy;

    memset(&policy, 0, sizeof policy);
    row->set_rtp(&policy.rtp);
    row->set_rtcp(&policy.rtcp);
    memcpy(copy, key, row->key_len);
    policy.ssrc.type = direction;
    policy.key = copy;
    policy.window_size = REPLAY_WINDOW;
    return policy;
}

static srtp_t session_open(const scheme_row *row, srtp_ssrc_type_t direction, const uint8_t *key) {
    unsigned char copy[SRTP_KEY_MAX];
    srtp_t session = NULL;

    if (!library_ready())
        return NULL;
    srtp_policy_t policy = policy_of(row, direction, key, copy);
    if (srtp_create(&session, &policy) != srtp_err_status_ok)
        session = NULL;
    memset(copy, 0, sizeof copy);
    return session;
}

static bool scheme_built(const scheme_row *row) {
    static const uint8_t key[SRTP_KEY_MAX];
    srtp_t session = session_open(row, ssrc_any_inbound, key);

    if (session)
        srtp_dealloc(session);
    return session != NULL;
}

enum srtp_scheme srtp_scheme_find(const char *name, size_t len) {
    for (int i = SRTP_SCHEME_NONE + 1; i < SCHEME_COUNT; i++) {
        if (strlen(schemes[i].name) == len && memcmp(schemes[i].name, name, len) == 0)
            return scheme_built(&schemes[i]) ? (enum srtp_scheme)i : SRTP_SCHEME_NONE;
    }
    return SRTP_SCHEME_NONE;
}

static int context_open(context *context, enum srtp_scheme scheme, srtp_ssrc_type_t direction, const uint8_t *key, size_t key_len) {
    const scheme_row *row = scheme_row_of(scheme);

    if (!row || row->key_len != key_len)
        return TCCC_E_ARG_RANGE;
    context->row = row;
    context->session = session_open(row, direction, key);
    return context->session ? TCCC_OK : TCCC_E_ARG_RANGE;
}

srtp_sender *srtp_sender_open(enum srtp_scheme scheme, const uint8_t *key, size_t key_len, int *error) {
    srtp_sender *sender = calloc(1, sizeof *sender);

    *error = sender ? context_open(&sender->context, scheme, ssrc_any_outbound, key, key_len) : TCCC_E_NO_MEMORY;
    if (*error) {
        free(sender);
        return NULL;
    }
    return sender;
}

srtp_receiver *srtp_receiver_open(enum srtp_scheme scheme, const uint8_t *key, size_t key_len, int *error) {
    srtp_receiver *receiver = calloc(1, sizeof *receiver);

    *error = receiver ? context_open(&receiver->context, scheme, ssrc_any_inbound, key, key_len) : TCCC_E_NO_MEMORY;
    if (*error) {
        free(receiver);
        return NULL;
    }
    return receiver;
}

static int stream_join(context *context, const uint8_t *key, uint32_t ssrc, uint32_t roc) {
    unsigned char copy[SRTP_KEY_MAX];
    srtp_policy_t policy = policy_of(context->row, ssrc_specific, key, copy);

    policy.ssrc.value = ssrc;
    srtp_err_status_t failed = srtp_add_stream(context->session, &policy);
    memset(copy, 0, sizeof copy);
    if (failed || srtp_set_stream_roc(context->session, ssrc, roc))
        return TCCC_E_NO_MEMORY;
    context->ssrcs[context->n_ssrcs++] = ssrc;
    return 0;
}

srtp_receiver *srtp_receiver_join(enum srtp_scheme scheme, const uint8_t *key, size_t key_len, uint32_t ssrc, uint32_t roc, int *error) {
    srtp_receiver *receiver = srtp_receiver_open(scheme, key, key_len, error);

    if (!receiver)
        return NULL;
    *error = stream_join(&receiver->context, key, ssrc, roc);
    if (!*error)
        return receiver;
    srtp_receiver_close(receiver);
    return NULL;
}

void srtp_sender_close(srtp_sender *sender) {
    if (sender)
        srtp_dealloc(sender->context.session);
    free(sender);
}

void srtp_receiver_close(srtp_receiver *receiver) {
    if (receiver)
        srtp_dealloc(receiver->context.session);
    free(receiver);
}

static int error_of(srtp_err_status_t status) {
    switch ((int)status) {
    case srtp_err_status_ok:
        return TCCC_OK;
    case srtp_err_status_auth_fail:
    case srtp_err_status_cipher_fail:
        return TCCC_E_AUTH;
    case srtp_err_status_replay_fail:
    case srtp_err_status_replay_old:
        return TCCC_E_REPLAY;
    case srtp_err_status_key_expired:
        return TCCC_E_LIMIT;
    case srtp_err_status_alloc_fail:
        return TCCC_E_NO_MEMORY;
    default:
        return TCCC_E_FORMAT;
    }
}

static bool ssrc_known(const context *context, uint32_t ssrc) {
    for (int i = 0; i < context->n_ssrcs; i++) {
        if (context->ssrcs[i] == ssrc)
            return true;
    }
    return false;
}

typedef srtp_err_status_t transform(srtp_t session, void *bytes, int *len);

/* Runs one libsrtp transform on a copy that is aligned and has room; len_max bounds what comes back. */
static int context_run(context *context, transform *run, uint32_t ssrc, uint8_t *packet, size_t len, size_t len_max) {
    int new_len = (int)len, error;
    bool known = ssrc_known(context, ssrc);

    if (len > TCCC_PACKET_MAX)
        return TCCC_E_TOO_LARGE;
    if (!known && context->n_ssrcs == SRTP_SSRC_MAX)
        return TCCC_E_LIMIT;
    memcpy(context->words, packet, len);
    error = error_of(run(context->session, context->words, &new_len));
    if (error)
        return error;
    if (!known)
        context->ssrcs[context->n_ssrcs++] = ssrc;
    if (new_len < 0 || (size_t)new_len > len_max)
        return TCCC_E_FORMAT;
    memcpy(packet, context->words, (size_t)new_len);
    return new_len;
}

static bool is_rtp(const uint8_t *packet, size_t len) {
    return len >= RTP_LEN_MIN && packet[0] >> 6 == 2;
}

static bool is_rtcp(const uint8_t *packet, size_t len) {
    return len >= RTCP_LEN_MIN && packet[0] >> 6 == 2;
}

int srtp_sender_rtp(srtp_sender *sender, uint8_t *packet, size_t len, size_t capacity) {
    context *context = &sender->context;

    if (!is_rtp(packet, len))
        return TCCC_E_FORMAT;
    if (capacity < len || capacity - len < context->row->rtp_tag_len)
        return TCCC_E_TOO_LARGE;
    return context_run(context, srtp_protect, network_get32(packet + 8), packet, len, capacity);
}

int srtp_sender_rtcp(srtp_sender *sender, uint8_t *packet, size_t len, size_t capacity) {
    context *context = &sender->context;

    if (!is_rtcp(packet, len))
        return TCCC_E_FORMAT;
    if (capacity < len || capacity - len < context->row->rtcp_extra_len)
        return TCCC_E_TOO_LARGE;
    return context_run(context, srtp_protect_rtcp, network_get32(packet + 4), packet, len, capacity);
}

int srtp_receiver_rtp(srtp_receiver *receiver, uint8_t *packet, size_t len) {
    context *context = &receiver->context;

    if (!is_rtp(packet, len) || len < (size_t)RTP_LEN_MIN + context->row->rtp_tag_len)
        return TCCC_E_FORMAT;
    return context_run(context, srtp_unprotect, network_get32(packet + 8), packet, len, len);
}

int srtp_receiver_rtcp(srtp_receiver *receiver, uint8_t *packet, size_t len) {
    context *context = &receiver->context;

    if (!is_rtcp(packet, len) || len < (size_t)RTCP_LEN_MIN + context->row->rtcp_extra_len)
        return TCCC_E_FORMAT;
    return context_run(context, srtp_unprotect_rtcp, network_get32(packet + 4), packet, len, len);
}
