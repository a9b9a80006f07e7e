/* gate.c: digest authentication of desk phones, and a limit on refusals. Layer: server. Source: RFC 3261 section 22. */
#include "server/sip/gate.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

/* A challenge is the usual first answer to a desk phone, and many share an address; a refusal is not. */
enum { PLACES = 256, REFUSALS = 20, CHALLENGES = 400, WINDOW_MS = 10000 };

typedef struct {
    uint32_t address;          /* hash of the source */
    int refusals, challenges;
    uint64_t since_ms;
} source;

struct gate {
    char realm[64];
    bool with_sha256;
    uint8_t key[32];
    gate_secret *secret;
    void *ctx;
    source sources[PLACES];
};

gate *gate_new(const char *realm, bool with_sha256, gate_secret *secret, void *ctx) {
    gate *g = calloc(1, sizeof *g);
    if (!g || RAND_bytes(g->key, sizeof g->key) != 1) {
        free(g);
        return NULL;
    }
    str_ncpy(g->realm, realm, sizeof g->realm);
    g->with_sha256 = with_sha256;
    g->secret = secret;
    g->ctx = ctx;
    return g;
}

void gate_free(gate *g) { free(g); }

static source *source_of(gate *g, const struct sa *from) {
    uint32_t hash = sa_hash(from, SA_ADDR);
    source *s = &g->sources[hash % PLACES];
    uint64_t now = clock_ms();
    if (s->address != hash || now - s->since_ms > WINDOW_MS)
        *s = (source){ .address = hash, .since_ms = now };
    return s;
}

void gate_refuse(gate *g, endpoint *at, const struct sip_msg *m) {
    if (++source_of(g, &m->src)->refusals <= REFUSALS)
        (void)sip_treply(NULL, at->sip, m, 403, "Forbidden");
}

static void challenge(gate *g, endpoint *at, const struct sip_msg *m, bool stale) {
    char nonce[64], headers[700] = "";
    if (++source_of(g, &m->src)->challenges > CHALLENGES)
        return;
    digest_nonce(g->key, clock_unix_ms() / 1000, nonce);
    for (int algorithm = g->with_sha256 ? DIGEST_SHA256 : DIGEST_MD5; algorithm >= DIGEST_MD5; algorithm--) {
        size_t used = strlen(headers);
        snprintf(headers + used, sizeof headers - used, "WWW-Authenticate: Digest realm=\"%s\", nonce=\"%s\", algorithm=%s, qop=\"auth\"%s\r\n",
                 g->realm, nonce, digest_algorithm_name((enum digest_algorithm)algorithm), stale ? ", stale=true" : "");
    }
    (void)sip_treplyf(NULL, NULL, at->sip, m, false, 401, "Unauthorized", "%sContent-Length: 0\r\n\r\n", headers);
}

typedef struct {
    gate *gate;
    digest_header found;
    bool any;
} search;

static bool take_credentials(const struct sip_hdr *header, const struct sip_msg *m, void *ctx) {
    (void)m;
    search *s = ctx;
    digest_header one;
    if (digest_read(&one, header->val.p, header->val.l) || strcmp(one.realm, s->gate->realm))
        return false;
    s->found = one;
    return s->any = true;
}

static bool proven(gate *g, const digest_header *d, const struct sip_msg *m, const char *username) {
    char ha1[DIGEST_HEX_MAX];
    bool known = !strcmp(d->username, username) && g->secret(g->ctx, username, d->algorithm, ha1);
    if (!known)
        digest_ha1(DIGEST_MD5, username, g->realm, "", ha1); /* the same work for users that do not exist */
    return digest_check(d, m->met.p, m->met.l, ha1) && known;
}

enum gate_verdict gate_authenticate(gate *g, endpoint *at, const struct sip_msg *m, const char *username) {
    search s = { .gate = g };
    sip_msg_hdr_apply(m, true, SIP_HDR_AUTHORIZATION, take_credentials, &s);
    if (!s.any) {
        challenge(g, at, m, false);
        return GATE_ANSWERED;
    }
    int nonce = digest_nonce_check(g->key, clock_unix_ms() / 1000, s.found.nonce);
    if (s.found.algorithm == DIGEST_UNKNOWN || nonce) {
        challenge(g, at, m, nonce == TCCC_E_TOKEN_EXPIRED);
        return GATE_ANSWERED;
    }
    if (proven(g, &s.found, m, username))
        return GATE_OPEN;
    gate_refuse(g, at, m);
    return GATE_ANSWERED;
}
