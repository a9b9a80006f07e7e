/* request_check.c: judges a parsed SIP request before anybody acts on it. Layer: server. Source: RFC 3261 section 8.2. */
#include "server/sip/request_check.h"

#include <stdio.h>
#include <string.h>

enum { MAX_FORWARDS = 255 };

static request_fault fault(int status, const char *reason) { return (request_fault){ .status = status, .reason = reason }; }

static bool is_number(const struct pl *text, uint64_t max) {
    uint64_t n = 0;
    for (size_t i = 0; i < text->l; i++) {
        if (text->p[i] < '0' || text->p[i] > '9')
            return false;
        n = n * 10 + (uint64_t)(text->p[i] - '0');
        if (n > max)
            return false;
    }
    return text->l > 0;
}

static bool is_scheme(const struct pl *scheme, const char *name) { return !pl_strcasecmp(scheme, name); }

/* A header that may stand only once (RFC 3261 table 2); a second one makes the message ambiguous. */
static bool repeated(const struct sip_msg *m) {
    static const enum sip_hdrid once[] = { SIP_HDR_CALL_ID, SIP_HDR_CSEQ, SIP_HDR_FROM, SIP_HDR_TO, SIP_HDR_MAX_FORWARDS, SIP_HDR_CONTENT_LENGTH };
    for (size_t i = 0; i < sizeof once / sizeof *once; i++)
        if (sip_msg_hdr_count(m, once[i]) > 1)
            return true;
    return false;
}

/* Text of a URI that is no URI: white space, angle brackets or control characters inside (RFC 4475 section 3.1.2). */
static bool uri_broken(const struct pl *uri) {
    for (size_t i = 0; i < uri->l; i++)
        if ((unsigned char)uri->p[i] <= ' ' || uri->p[i] == '<' || uri->p[i] == '>' || uri->p[i] == 0x7f)
            return true;
    return !uri->l;
}

/* A quoted string that does not end (RFC 4475 section 3.1.2.6): where the address begins is anybody's guess. */
static bool quote_open(const struct pl *value) {
    bool open = false;
    for (size_t i = 0; i < value->l; i++) {
        if (value->p[i] == '"')
            open = !open;
        else if (value->p[i] == '\\' && open)
            i++;
    }
    return open;
}

static request_fault check_syntax(const struct sip_msg *m) {
    if (repeated(m))
        return fault(400, "Repeated Header");
    if (!pl_isset(&m->callid) || !pl_isset(&m->from.auri) || !pl_isset(&m->to.auri) || !pl_isset(&m->cseq.met))
        return fault(400, "Missing Header");
    if (quote_open(&m->to.val) || quote_open(&m->from.val))
        return fault(400, "Quote Does Not End");
    if (pl_cmp(&m->cseq.met, &m->met))
        return fault(400, "CSeq Method Differs");
    if (m->cseq.num > INT32_MAX)
        return fault(400, "CSeq Out Of Range");
    if (!pl_isset(&m->from.tag))
        return fault(400, "Missing From Tag");
    if (m->maxfwd.p && !is_number(&m->maxfwd, MAX_FORWARDS))
        return fault(400, "Bad Max-Forwards");
    if (m->clen.p && !is_number(&m->clen, 1u << 24))
        return fault(400, "Bad Content-Length");
    if (m->clen.p && m->mb && pl_u32(&m->clen) > mbuf_get_left(m->mb))
        return fault(400, "Body Is Cut Off");
    if (uri_broken(&m->ruri))
        return fault(400, "Bad Request-URI");
    return fault(0, "");
}

static bool we_have(const struct pl *option) { return !pl_strcasecmp(option, "100rel") || !pl_strcasecmp(option, "timer"); }

static bool note_unsupported(const struct sip_hdr *header, const struct sip_msg *m, void *ctx) {
    (void)m;
    request_fault *f = ctx;
    size_t used = strlen(f->headers);
    if (pl_isset(&header->val) && !we_have(&header->val) && header->val.l + used + 20 < sizeof f->headers) {
        f->status = 420;
        f->reason = "Bad Extension";
        snprintf(f->headers + used, sizeof f->headers - used, "Unsupported: %.*s\r\n", (int)header->val.l, header->val.p);
    }
    return false;
}

static request_fault check_extensions(const struct sip_msg *m) {
    request_fault f = fault(0, "");
    if (pl_strcmp(&m->met, "CANCEL") && pl_strcmp(&m->met, "ACK")) {
        sip_msg_hdr_apply(m, true, SIP_HDR_REQUIRE, note_unsupported, &f);
    }
    return f;
}

static request_fault check_body(const struct sip_msg *m) {
    const struct sip_hdr *encoding = sip_msg_hdr(m, SIP_HDR_CONTENT_ENCODING);
    bool has_body = m->clen.p ? pl_u32(&m->clen) > 0 : m->mb && mbuf_get_left(m->mb) > 0;
    bool wants_sdp = !pl_strcmp(&m->met, "INVITE") || !pl_strcmp(&m->met, "UPDATE") || !pl_strcmp(&m->met, "PRACK") || !pl_strcmp(&m->met, "ACK");
    if (!has_body || !wants_sdp)
        return fault(0, "");
    request_fault f = fault(415, "Unsupported Media Type");
    if (encoding && pl_isset(&encoding->val) && pl_strcasecmp(&encoding->val, "identity")) {
        strcpy(f.headers, "Accept-Encoding: identity\r\n");
        return f;
    }
    if (!pl_strcasecmp(&m->ctyp.type, "application") && !pl_strcasecmp(&m->ctyp.subtype, "sdp"))
        return fault(0, "");
    strcpy(f.headers, "Accept: application/sdp\r\n");
    return f;
}

request_fault request_check(const struct sip_msg *m) {
    request_fault f = check_syntax(m);
    if (f.status)
        return f;
    if (!is_scheme(&m->uri.scheme, "sip") && !is_scheme(&m->uri.scheme, "sips"))
        return fault(416, "Unsupported URI Scheme");
    f = check_extensions(m);
    return f.status ? f : check_body(m);
}
