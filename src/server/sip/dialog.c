/* dialog.c: the identity of a SIP dialog and the requests inside it. Layer: server. Source: RFC 3261 section 12, 22. */
#include "server/sip/dialog.h"

#include "server/sip/stack.h"

#include <string.h>

bool text_set(char **to, const char *from, size_t length) {
    char *copy = malloc(length + 1);
    if (!copy)
        return false;
    memcpy(copy, from, length);
    copy[length] = 0;
    free(*to);
    *to = copy;
    return true;
}

static bool text_set_pl(char **to, const struct pl *from) { return text_set(to, from->p, from->l); }

static bool make_tag(char **to) {
    char tag[17];
    re_snprintf(tag, sizeof tag, "%016llx", rand_u64());
    return text_set(to, tag, 16);
}

int dialog_open(dialog *d, endpoint *at, const char *uri, const char *local, const char *next_hop) {
    char remote[600], call_id[40];
    memset(d, 0, sizeof *d);
    d->endpoint = at;
    d->caller = true;
    d->local_cseq = 1 + rand_u16();
    re_snprintf(remote, sizeof remote, "<%s>", uri);
    re_snprintf(call_id, sizeof call_id, "%016llx%016llx", rand_u64(), rand_u64());
    bool ok = make_tag(&d->local_tag) && text_set(&d->call_id, call_id, strlen(call_id)) && text_set(&d->local, local, strlen(local)) &&
              text_set(&d->remote, remote, strlen(remote)) && text_set(&d->target, uri, strlen(uri)) && text_set(&d->routes, "", 0) &&
              (!next_hop || text_set(&d->next_hop, next_hop, strlen(next_hop)));
    if (ok)
        return 0;
    dialog_close(d);
    return TCCC_E_NO_MEMORY;
}

void dialog_close(dialog *d) {
    free(d->call_id);
    free(d->local_tag);
    free(d->remote_tag);
    free(d->local);
    free(d->remote);
    free(d->target);
    free(d->routes);
    free(d->next_hop);
    free(d->contact_user);
    free(d->username);
    free(d->password);
    memset(d, 0, sizeof *d);
}

/* The value of a From or To header without its tag. */
static bool set_party(char **to, const struct sip_taddr *party) {
    char text[700];
    int n = party->dname.l ? re_snprintf(text, sizeof text, "\"%r\" <%r>", &party->dname, &party->auri)
                           : re_snprintf(text, sizeof text, "<%r>", &party->auri);
    return n > 0 && text_set(to, text, (size_t)n);
}

static bool set_target(dialog *d, const struct sip_msg *message) {
    const struct sip_hdr *contact = sip_msg_hdr(message, SIP_HDR_CONTACT);
    struct sip_addr address;
    if (!contact || sip_addr_decode(&address, &contact->val) || pl_strcasecmp(&address.uri.scheme, "sip"))
        return false;
    return text_set_pl(&d->target, &address.auri);
}

typedef struct {
    struct mbuf *text;
    struct pl first;
} route_list;

static bool add_route(const struct sip_hdr *header, const struct sip_msg *message, void *ctx) {
    (void)message;
    route_list *list = ctx;
    struct sip_addr address;
    if (!pl_isset(&list->first) && !sip_addr_decode(&address, &header->val))
        list->first = address.auri;
    return mbuf_printf(list->text, "Route: %r\r\n", &header->val) != 0;
}

static int set_routes(dialog *d, const struct sip_msg *message) {
    route_list list = { .text = mbuf_alloc(256) };
    if (!list.text)
        return TCCC_E_NO_MEMORY;
    sip_msg_hdr_apply(message, message->req, SIP_HDR_RECORD_ROUTE, add_route, &list);
    bool ok = text_set(&d->routes, (const char *)list.text->buf, list.text->end);
    if (ok && pl_isset(&list.first))
        ok = text_set_pl(&d->next_hop, &list.first);
    mem_deref(list.text);
    return ok ? 0 : TCCC_E_NO_MEMORY;
}

/* The URI of the connection or address that a message came from. */
static bool set_flow(dialog *d, const struct sip_msg *message) {
    char uri[80];
    int n = re_snprintf(uri, sizeof uri, "sip:%J%s", &message->src, sip_transp_param(message->tp));
    return n > 0 && text_set(&d->next_hop, uri, (size_t)n);
}

int dialog_accept(dialog *d, endpoint *at, const struct sip_msg *invite, bool flow) {
    memset(d, 0, sizeof *d);
    d->endpoint = at;
    d->local_cseq = 1 + rand_u16();
    d->remote_cseq = invite->cseq.num;
    d->has_remote_cseq = true;
    char tag[20];
    re_snprintf(tag, sizeof tag, "%016llx", invite->tag); /* what libre writes into replies to this message */
    if (!set_target(d, invite))
        return TCCC_E_FORMAT;
    bool ok = text_set_pl(&d->call_id, &invite->callid) && text_set(&d->local_tag, tag, strlen(tag)) &&
              text_set_pl(&d->remote_tag, &invite->from.tag) && set_party(&d->local, &invite->to) && set_party(&d->remote, &invite->from) &&
              !set_routes(d, invite) && (!flow || set_flow(d, invite));
    if (ok)
        return 0;
    dialog_close(d);
    return TCCC_E_NO_MEMORY;
}

int dialog_confirm(dialog *d, const struct sip_msg *response) {
    if (!pl_isset(&response->to.tag))
        return TCCC_E_FORMAT;
    bool known = d->remote_tag && !pl_strcmp(&response->to.tag, d->remote_tag);
    if (!text_set_pl(&d->remote_tag, &response->to.tag))
        return TCCC_E_NO_MEMORY;
    bool had_contact = set_target(d, response);
    if (!known || response->scode >= 200) {
        if (sip_msg_hdr(response, SIP_HDR_RECORD_ROUTE))
            return set_routes(d, response);
    }
    return had_contact || response->scode < 200 ? 0 : TCCC_E_FORMAT;
}

void dialog_refresh_target(dialog *d, const struct sip_msg *message) { (void)set_target(d, message); }

bool dialog_matches(const dialog *d, const struct sip_msg *message) {
    const struct pl *local = message->req ? &message->to.tag : &message->from.tag;
    const struct pl *remote = message->req ? &message->from.tag : &message->to.tag;
    if (pl_strcmp(&message->callid, d->call_id) || pl_strcmp(local, d->local_tag))
        return false;
    return !d->remote_tag || !pl_strcmp(remote, d->remote_tag);
}

bool dialog_take_cseq(dialog *d, const struct sip_msg *request) {
    if (d->has_remote_cseq && request->cseq.num < d->remote_cseq)
        return false;
    d->remote_cseq = request->cseq.num;
    d->has_remote_cseq = true;
    return true;
}

static enum sip_transp uri_transport(const struct uri *uri) {
    struct pl name;
    if (msg_param_decode(&uri->params, "transport", &name))
        return SIP_TRANSP_UDP;
    return !pl_strcasecmp(&name, "tls") ? SIP_TRANSP_TLS : !pl_strcasecmp(&name, "tcp") ? SIP_TRANSP_TCP : SIP_TRANSP_UDP;
}

static int write_credentials(dialog *d, const char *method, struct mbuf *to) {
    char value[1400], cnonce[20];
    if (!d->challenged)
        return 0;
    re_snprintf(cnonce, sizeof cnonce, "%016llx", rand_u64());
    int n = digest_answer(&d->challenge, d->username, d->password, method, d->target, ++d->nonce_count, cnonce, value, sizeof value);
    return n < 0 ? EINVAL : mbuf_printf(to, "%s: %s\r\n", d->by_proxy ? "Proxy-Authorization" : "Authorization", value);
}

static int write_request(dialog *d, const dialog_request *what, uint32_t cseq, const struct uri *hop, struct mbuf *to) {
    char contact[200];
    endpoint_contact(d->endpoint, uri_transport(hop), d->contact_user ? d->contact_user : "tcccd", contact, sizeof contact);
    size_t length = what->body ? strlen(what->body) : 0;
    int error = mbuf_printf(to, "Max-Forwards: 70\r\n%sTo: %s%s%s\r\nFrom: %s;tag=%s\r\nCall-ID: %s\r\nCSeq: %u %s\r\nContact: %s\r\n",
        d->routes, d->remote, d->remote_tag ? ";tag=" : "", d->remote_tag ? d->remote_tag : "", d->local, d->local_tag, d->call_id, cseq,
        what->method, contact);
    error |= write_credentials(d, what->method, to);
    error |= mbuf_printf(to, "User-Agent: tcccd\r\n%s", what->headers ? what->headers : "");
    if (length)
        error |= mbuf_printf(to, "Content-Type: %s\r\n", what->content_type);
    error |= mbuf_printf(to, "Content-Length: %zu\r\n\r\n%s", length, length ? what->body : "");
    return error;
}

int dialog_send(dialog *d, const dialog_request *what, struct sip_request **handle, sip_resp_h *respond, void *ctx) {
    struct uri hop;
    struct pl text;
    pl_set_str(&text, d->next_hop ? d->next_hop : d->target);
    if (uri_decode(&hop, &text))
        return EINVAL;
    struct mbuf *message = mbuf_alloc(2048);
    if (!message)
        return ENOMEM;
    int error = write_request(d, what, what->cseq ? what->cseq : ++d->local_cseq, &hop, message);
    message->pos = 0;
    if (!error)
        error = sip_request(handle, d->endpoint->sip, !what->unanswered, what->method, -1, d->target, -1, &hop, message, 0, NULL, respond, ctx);
    mem_deref(message);
    return error;
}

typedef struct {
    dialog *dialog;
    bool by_proxy;
    digest_header best;
    bool found;
} challenge_search;

/* The first challenge that we can answer (RFC 8760 section 2.4: the server lists them by preference). */
static bool take_header(const struct sip_hdr *header, const struct sip_msg *message, void *ctx) {
    (void)message;
    challenge_search *search = ctx;
    digest_header one;
    if (search->found || digest_read(&one, header->val.p, header->val.l) || one.algorithm == DIGEST_UNKNOWN)
        return false;
    search->best = one;
    search->by_proxy = header->id == SIP_HDR_PROXY_AUTHENTICATE;
    return search->found = true;
}

bool dialog_take_challenge(dialog *d, const struct sip_msg *response) {
    challenge_search search = { .dialog = d };
    enum sip_hdrid id = response->scode == 407 ? SIP_HDR_PROXY_AUTHENTICATE : SIP_HDR_WWW_AUTHENTICATE;
    if (!d->username || !d->password)
        return false;
    sip_msg_hdr_apply(response, true, id, take_header, &search);
    if (!search.found)
        return false;
    /* the same challenge again means that the password is wrong, unless the server says that only the nonce is old */
    if (d->challenged && !search.best.stale && !strcmp(d->challenge.realm, search.best.realm) && d->nonce_count <= 1)
        return false;
    d->challenge = search.best;
    d->by_proxy = search.by_proxy;
    d->challenged = true;
    d->nonce_count = 0;
    return true;
}
