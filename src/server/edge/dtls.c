/* dtls.c: DTLS 1.2 with certificates checked by fingerprint. Layer: server. RFC 6347, RFC 8122, RFC 8842. */
#include "dtls.h"

#include "tccc/error.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

enum { VALID_S = 365 * 24 * 3600, OVERHEAD_MAX = 64 };

struct dtls_identity {
    SSL_CTX *ctx;
    BIO_METHOD *method;
    uint8_t fingerprint[DTLS_FINGERPRINT_LEN];
};

struct dtls_peer {
    SSL *ssl;
    dtls_events events;
    uint8_t fingerprint[DTLS_FINGERPRINT_LEN];
    const uint8_t *datagram;         /* the one that OpenSSL is reading, NULL when taken */
    size_t datagram_len;
    int ready;
};

/* --- OpenSSL reads and writes datagrams through a BIO that is the peer itself --- */

static int bio_write(BIO *bio, const char *datagram, int len) {
    dtls_peer *peer = BIO_get_data(bio);
    peer->events.send(peer->events.context, (const uint8_t *)datagram, (size_t)len);
    return len;
}

static int bio_read(BIO *bio, char *out, int cap) {
    dtls_peer *peer = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (!peer->datagram) {
        BIO_set_retry_read(bio);
        return -1;
    }
    int n = peer->datagram_len < (size_t)cap ? (int)peer->datagram_len : cap;
    memcpy(out, peer->datagram, (size_t)n);
    peer->datagram = NULL;
    return n;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer) {
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : command == BIO_CTRL_DGRAM_QUERY_MTU ? DTLS_MTU : 0;
}

/* --- identity --- */

/* The fingerprint decides, not who signed. */
static int accept_any(int ok, X509_STORE_CTX *store) {
    (void)ok;
    (void)store;
    return 1;
}

static X509 *self_signed(EVP_PKEY *key) {
    uint8_t serial[8];
    X509 *cert = X509_new();
    X509_NAME *name = cert ? X509_get_subject_name(cert) : NULL;
    if (!name || RAND_bytes(serial, sizeof serial) != 1)
        return X509_free(cert), NULL;
    uint64_t number;
    memcpy(&number, serial, sizeof number);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), number >> 1);
    X509_set_version(cert, 2);
    X509_gmtime_adj(X509_getm_notBefore(cert), -24 * 3600);
    X509_gmtime_adj(X509_getm_notAfter(cert), VALID_S);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"tcccd", -1, -1, 0);
    X509_set_issuer_name(cert, name);
    X509_set_pubkey(cert, key);
    if (!X509_sign(cert, key, EVP_sha256()))
        return X509_free(cert), NULL;
    return cert;
}

static int use_new_certificate(dtls_identity *identity) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = key ? self_signed(key) : NULL;
    unsigned int n = DTLS_FINGERPRINT_LEN;
    int done = cert && SSL_CTX_use_certificate(identity->ctx, cert) == 1 && SSL_CTX_use_PrivateKey(identity->ctx, key) == 1 &&
               X509_digest(cert, EVP_sha256(), identity->fingerprint, &n) == 1;
    X509_free(cert);
    EVP_PKEY_free(key);
    return done;
}

static int configure(SSL_CTX *ctx) {
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, accept_any);
    SSL_CTX_set_options(ctx, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_read_ahead(ctx, 1); /* needed for DTLS: a datagram is read in one piece */
    return !SSL_CTX_set_tlsext_use_srtp(ctx, "SRTP_AES128_CM_SHA1_80") && SSL_CTX_set_min_proto_version(ctx, DTLS1_2_VERSION) && SSL_CTX_set1_groups_list(ctx, "X25519:P-256") &&
           SSL_CTX_set_cipher_list(ctx, "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384");
}

static BIO_METHOD *new_method(void) {
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagram");
    if (method) {
        BIO_meth_set_write(method, bio_write);
        BIO_meth_set_read(method, bio_read);
        BIO_meth_set_ctrl(method, bio_ctrl);
    }
    return method;
}

dtls_identity *dtls_identity_new(void) {
    dtls_identity *identity = calloc(1, sizeof *identity);
    if (!identity)
        return NULL;
    identity->ctx = SSL_CTX_new(DTLS_method());
    identity->method = new_method();
    if (identity->ctx && identity->method && configure(identity->ctx) && use_new_certificate(identity))
        return identity;
    dtls_identity_free(identity);
    return NULL;
}

void dtls_identity_free(dtls_identity *identity) {
    if (!identity)
        return;
    SSL_CTX_free(identity->ctx);
    BIO_meth_free(identity->method);
    free(identity);
}

const uint8_t *dtls_identity_fingerprint(const dtls_identity *identity) {
    return identity->fingerprint;
}

/* --- peer --- */

dtls_peer *dtls_peer_new(const dtls_identity *identity, int server, const uint8_t fingerprint[DTLS_FINGERPRINT_LEN], const dtls_events *events) {
    dtls_peer *peer = calloc(1, sizeof *peer);
    BIO *bio = BIO_new(identity->method);
    SSL *ssl = SSL_new(identity->ctx);
    if (!peer || !bio || !ssl) {
        free(peer);
        BIO_free(bio);
        SSL_free(ssl);
        return NULL;
    }
    memcpy(peer->fingerprint, fingerprint, sizeof peer->fingerprint);
    peer->events = *events;
    peer->ssl = ssl;
    BIO_set_data(bio, peer);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    DTLS_set_link_mtu(ssl, DTLS_MTU);
    if (server)
        SSL_set_accept_state(ssl);
    else
        SSL_set_connect_state(ssl);
    return peer;
}

void dtls_peer_free(dtls_peer *peer) {
    if (!peer)
        return;
    if (peer->ready)
        SSL_shutdown(peer->ssl);
    SSL_free(peer->ssl);
    ERR_clear_error();
    free(peer);
}

static int right_certificate(const dtls_peer *peer) {
    uint8_t digest[DTLS_FINGERPRINT_LEN];
    unsigned int n = sizeof digest;
    X509 *cert = SSL_get1_peer_certificate(peer->ssl);
    int right = cert && X509_digest(cert, EVP_sha256(), digest, &n) && !CRYPTO_memcmp(digest, peer->fingerprint, sizeof digest);
    X509_free(cert);
    return right;
}

/* 0 to go on, or how it ended. */
static int judge(dtls_peer *peer, int result) {
    int error = SSL_get_error(peer->ssl, result);
    int fatal = error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE;
    ERR_clear_error();
    if (!fatal)
        return 0;
    return error == SSL_ERROR_ZERO_RETURN ? TCCC_E_CONNECTION_LOST : peer->ready ? TCCC_E_CONNECTION_LOST : TCCC_E_AUTH;
}

static int handshake(dtls_peer *peer) {
    int result = SSL_do_handshake(peer->ssl);
    if (result != 1)
        return judge(peer, result);
    if (!right_certificate(peer))
        return TCCC_E_AUTH;
    peer->ready = 1;
    peer->events.ready(peer->events.context);
    return 0;
}

/* All records of the datagram at hand. */
static int read_records(dtls_peer *peer) {
    uint8_t data[DTLS_MTU + OVERHEAD_MAX];
    int n;
    while ((n = SSL_read(peer->ssl, data, sizeof data)) > 0) {
        peer->events.data(peer->events.context, data, (size_t)n);
        if (!peer->datagram && !SSL_has_pending(peer->ssl))
            return 0; /* asking OpenSSL once more would cost as much as the record did */
    }
    return judge(peer, n);
}

int dtls_peer_input(dtls_peer *peer, const uint8_t *datagram, size_t len) {
    peer->datagram = datagram;
    peer->datagram_len = len;
    int failed = peer->ready ? 0 : handshake(peer);
    if (!failed && peer->ready)
        failed = read_records(peer);
    peer->datagram = NULL;
    return failed;
}

int dtls_peer_send(dtls_peer *peer, const uint8_t *data, size_t len) {
    if (!peer->ready)
        return TCCC_E_NOT_READY;
    if (SSL_write(peer->ssl, data, (int)len) == (int)len)
        return 0;
    ERR_clear_error();
    return TCCC_E_TOO_LARGE;
}

int dtls_peer_timer(dtls_peer *peer) {
    if (peer->ready)
        return 0;
    int failed = DTLSv1_handle_timeout(peer->ssl) < 0;
    ERR_clear_error();
    return failed ? TCCC_E_AUTH : 0;
}

int dtls_peer_ready(const dtls_peer *peer) {
    return peer->ready;
}

/* RFC 5764 section 4.2: client's key, server's key, client's salt, server's salt. */
int dtls_peer_srtp_keys(const dtls_peer *peer, uint8_t ours[DTLS_SRTP_KEY_LEN], uint8_t theirs[DTLS_SRTP_KEY_LEN]) {
    enum { KEY = 16, SALT = 14 };
    static const char label[] = "EXTRACTOR-dtls_srtp";
    uint8_t material[2 * (KEY + SALT)];
    if (!peer->ready)
        return TCCC_E_NOT_READY;
    if (!SSL_get_selected_srtp_profile(peer->ssl) ||
        SSL_export_keying_material(peer->ssl, material, sizeof material, label, sizeof label - 1, NULL, 0, 0) != 1)
        return TCCC_E_AUTH;
    uint8_t *of_client = SSL_is_server(peer->ssl) ? theirs : ours, *of_server = SSL_is_server(peer->ssl) ? ours : theirs;
    memcpy(of_client, material, KEY);
    memcpy(of_server, material + KEY, KEY);
    memcpy(of_client + KEY, material + 2 * KEY, SALT);
    memcpy(of_server + KEY, material + 2 * KEY + SALT, SALT);
    OPENSSL_cleanse(material, sizeof material);
    return 0;
}
