/* malformed.c: the answer to a SIP request that libre cannot read. Layer: server. Source: RFC 3261, RFC 4475. */
#include "server/sip/malformed.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { METHOD_LEN_MAX = 64, PORT_DEFAULT = 5060, GUARD_LAYER = -10 }; /* a layer below libre's own helpers */

typedef struct {
    const char *p, *end;
} span;

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* The line at *at without its end, moving behind it. */
static span next_line(const char **at, const char *end) {
    const char *nl = memchr(*at, '\n', (size_t)(end - *at));
    span line = { *at, nl ? nl : end };
    *at = nl ? nl + 1 : end;
    while (line.end > line.p && (line.end[-1] == '\r' || is_blank(line.end[-1])))
        line.end--;
    return line;
}

static bool is_text(const char *p, const char *end, const char *text) {
    return (size_t)(end - p) == strlen(text) && !strncasecmp(p, text, strlen(text));
}

/* The last word of a request line: SIP/ and a number. */
static bool read_version(span line, span *version) {
    const char *p = line.end;
    while (p > line.p && !is_blank(p[-1]))
        p--;
    *version = (span){ p, line.end };
    return line.end - p > 4 && !strncasecmp(p, "SIP/", 4) && p[4] >= '0' && p[4] <= '9' && p > line.p;
}

/* A word and a version: that is taken for a request. */
static bool read_request_line(span line, span *method, span *version) {
    const char *p = line.p;
    while (p < line.end && *p > ' ' && *p < 0x7f)
        p++;
    *method = (span){ line.p, p };
    bool response = p - line.p >= 4 && !strncasecmp(line.p, "SIP/", 4);
    return p > line.p && p - line.p <= METHOD_LEN_MAX && p < line.end && is_blank(*p) && !response && read_version(line, version) && version->p > p;
}

/* The value of a header line whose name is `name` or the one letter `compact`. */
static bool is_header(span line, const char *name, const char *compact, span *value) {
    const char *colon = memchr(line.p, ':', (size_t)(line.end - line.p));
    if (!colon || is_blank(*line.p))
        return false;
    const char *name_end = colon;
    while (name_end > line.p && is_blank(name_end[-1]))
        name_end--;
    *value = (span){ colon + 1, line.end };
    return is_text(line.p, name_end, name) || (*compact && is_text(line.p, name_end, compact));
}

static bool contains(span value, const char *text) {
    for (const char *p = value.p; (size_t)(value.end - p) >= strlen(text); p++)
        if (!strncasecmp(p, text, strlen(text)))
            return true;
    return false;
}

/* RFC 3261 section 18.2.2: to the port that the top Via names, or with rport (RFC 3581) to where it came from. */
static int reply_port(span via) {
    const char *p = via.p, *stop = memchr(via.p, ';', (size_t)(via.end - via.p));
    if (!stop)
        stop = via.end;
    if (contains((span){ stop, via.end }, ";rport"))
        return 0;
    for (p = stop; p > via.p && p[-1] >= '0' && p[-1] <= '9';)
        p--;
    long port = 0;
    for (const char *digit = p; digit < stop && port < 65536; digit++)
        port = port * 10 + *digit - '0';
    bool named = p > via.p + 1 && p[-1] == ':' && p[-2] != ':'; /* not the end of an IPv6 address */
    return named && port > 0 && port < 65536 ? (int)port : PORT_DEFAULT;
}

/* The same request gets the same tag, however often it is sent. */
static unsigned tag_of(const char *datagram, size_t len) { return hash_joaat((const uint8_t *)datagram, len); }

typedef struct {
    struct mbuf *out;
    unsigned tag;
    bool open;                 /* a line is being copied, and may go on folded */
    bool in_to, tagged;        /* it is To; it has a tag */
    bool has_via, has_to;
    int port, error;
} copier;

static void put(copier *c, const char *p, const char *end) {
    if (!c->error && end > p)
        c->error = mbuf_write_mem(c->out, (const uint8_t *)p, (size_t)(end - p));
}

static void close_line(copier *c) {
    if (c->open && c->in_to && !c->tagged && !c->error)
        c->error = mbuf_printf(c->out, ";tag=%08x", c->tag);
    if (c->open && !c->error)
        c->error = mbuf_write_str(c->out, "\r\n");
    c->open = c->in_to = false;
}

/* The lines that an answer repeats: Via, From, To with a tag, Call-ID, CSeq. */
static void open_line(copier *c, span line) {
    span value, via;
    bool is_via = is_header(line, "Via", "v", &via);
    c->in_to = !c->has_to && is_header(line, "To", "t", &value);
    c->has_to |= c->in_to;
    c->open = is_via || c->in_to || is_header(line, "From", "f", &value) || is_header(line, "Call-ID", "i", &value) || is_header(line, "CSeq", "", &value);
    if (is_via && !c->has_via) {
        c->port = reply_port(via);
        c->has_via = true;
    }
}

static void copy_line(copier *c, span line) {
    static const char space[] = " ";
    if (is_blank(*line.p)) { /* the one before it goes on */
        while (line.p < line.end && is_blank(*line.p))
            line.p++;
        if (c->open)
            put(c, space, space + 1);
    } else {
        close_line(c);
        open_line(c, line);
    }
    if (!c->open)
        return;
    c->tagged |= c->in_to && (contains(line, ";tag") || contains(line, "tag="));
    put(c, line.p, line.end);
}

static bool copy_lines(copier *c, const char *at, const char *end) {
    while (at < end) {
        span line = next_line(&at, end);
        if (line.p == line.end)
            break;
        copy_line(c, line);
    }
    close_line(c);
    return c->has_via && !c->error;
}

malformed_verdict malformed_answer(const char *datagram, size_t len, bool unreadable, struct mbuf *answer) {
    static const malformed_verdict none = { 0 };
    const char *at = datagram, *end = datagram + len;
    span method, version, line = next_line(&at, end);
    if (!read_request_line(line, &method, &version) || is_text(method.p, method.end, "ACK"))
        return none;
    bool other = !is_text(version.p, version.end, "SIP/2.0");
    copier c = { .out = answer, .tag = tag_of(datagram, len) };
    malformed_verdict verdict = { .status = other ? 505 : 400 };
    if (!other && !unreadable)
        return none;
    if (mbuf_printf(answer, "SIP/2.0 %d %s\r\n", verdict.status, other ? "Version Not Supported" : "Bad Request") || !copy_lines(&c, at, end) ||
        mbuf_write_str(answer, "Content-Length: 0\r\n\r\n"))
        return none;
    verdict.port = c.port;
    return verdict;
}

/* --- in front of libre --- */

static bool is_unreadable(struct mbuf *mb) {
    struct sip_msg *message = NULL;
    size_t pos = mb->pos;
    int error = sip_msg_decode(&message, mb);
    mb->pos = pos;
    mem_deref(message);
    return error != 0;
}

/* True: the datagram is dealt with. */
static bool on_datagram(struct sa *from, struct mbuf *mb, void *ctx) {
    struct udp_sock *sock = ctx;
    const char *text = (const char *)mbuf_buf(mb);
    size_t len = mbuf_get_left(mb);
    if (len <= 4 || (uint8_t)text[0] <= ' ' || !strncmp(text, "SIP/", 4)) /* keepalive, STUN, response */
        return false;
    struct mbuf *answer = mbuf_alloc(len + 128);
    if (!answer)
        return false;
    malformed_verdict verdict = malformed_answer(text, len, is_unreadable(mb), answer);
    if (verdict.status) {
        struct sa to = *from;
        if (verdict.port)
            sa_set_port(&to, (uint16_t)verdict.port);
        answer->pos = 0;
        (void)udp_send(sock, &to, answer);
    }
    mem_deref(answer);
    return verdict.status != 0;
}

struct udp_helper *malformed_guard(struct udp_sock *sock) {
    struct udp_helper *guard = NULL;
    return udp_register_helper(&guard, sock, GUARD_LAYER, NULL, on_datagram, sock) ? NULL : guard;
}
