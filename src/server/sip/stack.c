/* stack.c: local addresses, transports, and who gets which request. Layer: server. Source: RFC 3261. */
#include "server/sip/stack.h"

#include "server/sip/leg.h"
#include "server/sip/malformed.h"
#include "server/sip/request_check.h"
#include "server/sip/stream_guard.h"
#include "tccc/error.h"

#include <openssl/ssl.h>
#include <string.h>
#include <unistd.h>

enum { ENDPOINTS_MAX = 8, TRANSACTION_BUCKETS = 1024, LEG_BUCKETS = 1024, BIND_TRIES = 20, RSA_BITS = 2048 };

struct stack {
    endpoint endpoints[ENDPOINTS_MAX];
    int n_endpoints;
    struct hash *legs;
    struct tls *tls;
    struct dnsc *dns;
    stack_handler handler;
    void *ctx;
    deadlines *timers;
    const logger *log;
    char advertise[64];
    char trouble[160];         /* which port could not be opened */
};

int stack_port(const stack *s) { return sa_port(&s->endpoints[0].address); }
int stack_tls_port(const stack *s) { return s->endpoints[0].tls_port; }
deadlines *stack_timers(stack *s) { return s->timers; }
const logger *stack_log(const stack *s) { return s->log; }

const char *stack_address(const stack *s) {
    static char text[64];
    endpoint_address(&s->endpoints[0], text, sizeof text);
    return text;
}

void endpoint_address(const endpoint *at, char *text, size_t capacity) {
    if (at->stack->advertise[0])
        str_ncpy(text, at->stack->advertise, capacity);
    else
        re_snprintf(text, capacity, "%j", &at->address);
}

void endpoint_contact(const endpoint *at, enum sip_transp transport, const char *user, char *text, size_t capacity) {
    char address[64];
    int port = transport == SIP_TRANSP_TLS ? at->tls_port : sa_port(&at->address);
    endpoint_address(at, address, sizeof address);
    const char *open = strchr(address, ':') ? "[" : "", *close = *open ? "]" : "";
    re_snprintf(text, capacity, "<sip:%s@%s%s%s:%d%s>", user, open, address, close, port, sip_transp_param(transport));
}

void stack_add_leg(stack *s, leg *l, struct le *place, const char *call_id) { hash_append(s->legs, hash_joaat_str(call_id), place, l); }

/* Which local address the kernel would send from. */
static bool route_source(const struct sa *destination, struct sa *source) {
    int fd = socket(sa_af(destination), SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_storage local;
    socklen_t size = sizeof local;
    bool ok = fd >= 0 && !connect(fd, &destination->u.sa, destination->len) && !getsockname(fd, (struct sockaddr *)&local, &size) &&
              !sa_set_sa(source, (struct sockaddr *)&local);
    if (fd >= 0)
        close(fd);
    return ok;
}

endpoint *stack_endpoint(stack *s, const struct sa *destination) {
    struct sa source;
    if (s->n_endpoints > 1 && destination && route_source(destination, &source))
        for (int i = 0; i < s->n_endpoints; i++)
            if (sa_cmp(&s->endpoints[i].address, &source, SA_ADDR))
                return &s->endpoints[i];
    return &s->endpoints[0];
}

endpoint *stack_endpoint_for(stack *s, const char *text) {
    struct pl pl;
    struct uri uri;
    struct sa destination;
    pl_set_str(&pl, text);
    if (uri_decode(&uri, &pl) || sa_set(&destination, &uri.host, uri.port ? uri.port : 5060))
        return stack_endpoint(s, NULL);
    return stack_endpoint(s, &destination);
}

static bool leg_is_for(struct le *le, void *message) { return leg_matches(le->data, message); }

static leg *find_leg(stack *s, const struct sip_msg *message) {
    return list_ledata(hash_lookup(s->legs, hash_joaat_pl(&message->callid), leg_is_for, (void *)message));
}

static void reply(endpoint *at, const struct sip_msg *m, int status, const char *reason, const char *headers) {
    (void)sip_treplyf(NULL, NULL, at->sip, m, false, (uint16_t)status, reason, "%sContent-Length: 0\r\n\r\n", headers);
}

static bool is_method(const struct sip_msg *m, const char *name) { return !pl_strcmp(&m->met, name); }

static bool known_elsewhere(const struct sip_msg *m) {
    static const char *const names[] = { "SUBSCRIBE", "NOTIFY", "MESSAGE", "REFER", "PUBLISH", "UPDATE", "INFO", "PRACK" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is_method(m, names[i]))
            return true;
    return false;
}

static void on_new_request(endpoint *at, const struct sip_msg *m) {
    stack *s = at->stack;
    if (is_method(m, "INVITE"))
        s->handler.invite(s->ctx, at, m);
    else if (is_method(m, "REGISTER"))
        s->handler.registration(s->ctx, at, m);
    else if (is_method(m, "OPTIONS"))
        reply(at, m, 200, "OK", "Allow: " SIP_ALLOW "\r\nAccept: application/sdp\r\nSupported: " SIP_SUPPORTED "\r\n");
    else if (is_method(m, "BYE") || is_method(m, "CANCEL"))
        reply(at, m, 481, "Call/Transaction Does Not Exist", "");
    else if (known_elsewhere(m))
        reply(at, m, 405, "Method Not Allowed", "Allow: " SIP_ALLOW "\r\n");
    else
        reply(at, m, 501, "Not Implemented", "Allow: " SIP_ALLOW "\r\n");
}

/* libre gives its UDP socket to nobody, but with what arrives there: knock() sees to it that something does at once. */
static void guard_socket(endpoint *at, const struct sip_msg *m) {
    if (!at->guard && m->tp == SIP_TRANSP_UDP)
        at->guard = malformed_guard(m->sock);
}

static bool on_request(const struct sip_msg *m, void *ctx) {
    endpoint *at = ctx;
    guard_socket(at, m);
    request_fault fault = request_check(m);
    bool ack = is_method(m, "ACK");
    if (fault.status) {
        LOG(at->stack->log, LOG_LEVEL_INFO, "sip.refused", log_integer("status", fault.status), log_text("reason", fault.reason));
        if (!ack)
            reply(at, m, fault.status, fault.reason, fault.headers);
        return true;
    }
    leg *l = pl_isset(&m->to.tag) ? find_leg(at->stack, m) : NULL;
    if (l)
        leg_request(l, m);
    else if (pl_isset(&m->to.tag) && !ack)
        reply(at, m, 481, "Call/Transaction Does Not Exist", "");
    else if (!ack)
        on_new_request(at, m);
    return true;
}

/* Responses that no transaction wants: a 2xx sent again because our ACK was lost. */
static bool on_response(const struct sip_msg *m, void *ctx) {
    endpoint *at = ctx;
    leg *l = m->scode >= 200 && m->scode < 300 && !pl_strcmp(&m->cseq.met, "INVITE") ? find_leg(at->stack, m) : NULL;
    if (l)
        leg_stray_success(l, m);
    return true;
}

static int add_transport(stack *s, endpoint *at, enum sip_transp transport, struct sa *address, const char *option) {
    int error = sip_transp_add(at->sip, transport, address, s->tls);
    if (error)
        re_snprintf(s->trouble, sizeof s->trouble, "%s port %J (option %s) cannot be opened: %m. Choose another, or stop who uses it",
                    sip_transp_name(transport), address, option, error);
    return error ? error : sip_transp_laddr(at->sip, address, transport, address);
}

static int add_transports(stack *s, endpoint *at, struct sa *address, int tls_port) {
    int error = add_transport(s, at, SIP_TRANSP_UDP, address, "sip.port");
    if (!error)
        error = add_transport(s, at, SIP_TRANSP_TCP, address, "sip.port");
    if (error || tls_port < 0)
        return error;
    struct sa tls_address = *address;
    sa_set_port(&tls_address, (uint16_t)tls_port);
    error = add_transport(s, at, SIP_TRANSP_TLS, &tls_address, "sip.tlsPort");
    at->tls_port = sa_port(&tls_address);
    return error;
}

static int knock(const endpoint *at) {
    struct mbuf *mb = mbuf_alloc(512);
    int error = mb ? mbuf_printf(mb,
                                 "OPTIONS sip:%J SIP/2.0\r\nVia: SIP/2.0/UDP %J;branch=z9hG4bK%016llx;rport\r\nFrom: <sip:%J>;tag=1\r\nTo: <sip:%J>\r\n"
                                 "Call-ID: knock@%J\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 0\r\nContent-Length: 0\r\n\r\n",
                                 &at->address, &at->address, rand_u64(), &at->address, &at->address, &at->address)
                   : ENOMEM;
    if (!error) {
        mb->pos = 0;
        error = udp_send_anon(&at->address, mb);
    }
    mem_deref(mb);
    return error;
}

static int open_once(stack *s, const struct sa *address, int port, int tls_port, const char *software) {
    endpoint *at = &s->endpoints[s->n_endpoints];
    *at = (endpoint){ .stack = s, .address = *address };
    sa_set_port(&at->address, (uint16_t)port);
    int error = sip_alloc(&at->sip, s->dns, TRANSACTION_BUCKETS, TRANSACTION_BUCKETS, TRANSACTION_BUCKETS, software, NULL, NULL);
    if (!error)
        error = add_transports(s, at, &at->address, tls_port);
    if (!error)
        error = sip_listen(NULL, at->sip, true, on_request, at);
    if (!error)
        error = sip_listen(NULL, at->sip, false, on_response, at);
    if (!error)
        error = knock(at);
    if (error)
        at->sip = mem_deref(at->sip);
    else
        s->n_endpoints++;
    return error;
}

/* UDP gets any free port; TCP may find the same number taken, then another one is tried. */
static int open_endpoint(stack *s, const struct sa *address, int port, int tls_port, const char *software) {
    int error = 0;
    for (int i = 0; i < (port ? 1 : BIND_TRIES); i++) {
        error = open_once(s, address, port, tls_port, software);
        if (error != EADDRINUSE)
            break;
    }
    return error;
}

typedef struct {
    struct sa found[ENDPOINTS_MAX];
    int n;
} address_list;

static bool collect_address(const char *interface, const struct sa *address, void *ctx) {
    (void)interface;
    address_list *list = ctx;
    if (sa_af(address) == AF_INET && list->n < ENDPOINTS_MAX)
        list->found[list->n++] = *address;
    return false;
}

/* Outward addresses first: the first endpoint is the default. */
static void list_addresses(address_list *list) {
    net_if_apply(collect_address, list);
    for (int i = 1; i < list->n; i++) {
        if (sa_is_loopback(&list->found[0])) {
            struct sa loopback = list->found[0];
            list->found[0] = list->found[i];
            list->found[i] = loopback;
        }
    }
}

static int open_all(stack *s, const stack_config *config) {
    address_list list = { .n = 0 };
    int port = config->port, tls_port = config->tls_port, error = 0;
    if (config->host && config->host[0]) {
        list.n = 1;
        error = sa_set_str(&list.found[0], config->host, 0);
    } else {
        list_addresses(&list);
    }
    for (int i = 0; i < list.n && !error; i++) {
        error = open_endpoint(s, &list.found[i], port, tls_port, config->software);
        port = stack_port(s);
        tls_port = tls_port < 0 ? tls_port : stack_tls_port(s);
    }
    return list.n ? error : EADDRNOTAVAIL;
}

static int open_tls(stack *s, const stack_config *config) {
    if (config->tls_port < 0)
        return 0;
    int error = tls_alloc(&s->tls, TLS_METHOD_SSLV23, config->tls_cert, NULL);
    if (!error && !config->tls_cert)
        error = tls_set_selfsigned_rsa(s->tls, "tcccd", RSA_BITS);
    if (!error)
        SSL_CTX_set_min_proto_version(tls_openssl_context(s->tls), TLS1_2_VERSION);
    if (!error && config->tls_ca) {
        error = tls_add_ca(s->tls, config->tls_ca);
        SSL_CTX_set_verify(tls_openssl_context(s->tls), SSL_VERIFY_PEER, NULL);
    }
    return error;
}

static int open_dns(stack *s) {
    struct sa servers[4];
    uint32_t n = 4;
    if (dns_srv_get(NULL, 0, servers, &n))
        n = 0;
    return n ? dnsc_alloc(&s->dns, NULL, servers, n) : 0;
}

stack *stack_start(const stack_config *config, const stack_handler *handler, void *ctx, deadlines *timers, const logger *log, char *err, size_t err_cap) {
    stack *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->handler = *handler;
    s->ctx = ctx;
    s->timers = timers;
    s->log = log;
    if (config->advertise)
        str_ncpy(s->advertise, config->advertise, sizeof s->advertise);
    str_ncpy(s->trouble, "the certificate (sip.tlsCert, sip.tlsCa) cannot be read", sizeof s->trouble);
    int error = open_tls(s, config);
    if (!error)
        error = hash_alloc(&s->legs, LEG_BUCKETS);
    if (!error)
        error = open_dns(s);
    if (!error) {
        str_ncpy(s->trouble, "the address (option sip.host) is not one of this machine", sizeof s->trouble);
        error = open_all(s, config);
    }
    if (!error)
        return s;
    re_snprintf(err, err_cap, "SIP: %s.", s->trouble);
    stack_stop(s);
    return NULL;
}

void stack_stop(stack *s) {
    if (!s)
        return;
    for (int i = 0; i < s->n_endpoints; i++)
        sip_close(s->endpoints[i].sip, true);
    if (s->legs)
        hash_flush(s->legs); /* those that wait for an ACK have nothing that could end them */
    for (int i = 0; i < s->n_endpoints; i++) {
        mem_deref(s->endpoints[i].guard);
        mem_deref(s->endpoints[i].sip);
    }
    stream_guard_stop();
    mem_deref(s->legs);
    mem_deref(s->dns);
    mem_deref(s->tls);
    free(s);
}
