/* stream_guard.c: stands between TCP or TLS and libre. Layer: server. */
#include "server/sip/stream_guard.h"

#include "server/libre.h"
#include "server/sip/malformed.h"

#include <dlfcn.h>
#include <string.h>

enum { ABOVE_TLS = 10, HELD_MAX = 65536 /* libre gives a message up beyond it */ };

/* A connection accepted; found by its descriptor, because nobody tells when it ends: the next one with the same descriptor
 * takes its place. What one keeps is at most the beginning of a message. */
typedef struct {
    struct tcp_conn *connection;
    struct tcp_helper *helper;
    struct mbuf *held;
} guarded;

static struct {
    guarded *all;
    int n;
} guards;

static void forget(guarded *g) {
    g->held = mem_deref(g->held);
}

void stream_guard_stop(void) {
    for (int i = 0; i < guards.n; i++)
        forget(&guards.all[i]);
    free(guards.all);
    guards.all = NULL;
    guards.n = 0;
}

/* The length of the message's header with the empty line; 0: it is not there yet. */
static size_t header_length(const struct mbuf *mb) {
    const char *text = (const char *)mbuf_buf(mb), *end = memmem(text, mbuf_get_left(mb), "\r\n\r\n", 4);
    return end ? (size_t)(end - text) + 4 : 0;
}

static void refuse(const guarded *g, const struct mbuf *mb, size_t len) {
    struct mbuf *answer = mbuf_alloc(len + 128);
    if (!answer)
        return;
    if (malformed_answer((const char *)mbuf_buf(mb), len, true, answer).status) {
        answer->pos = 0;
        (void)tcp_send_helper(g->connection, answer, g->helper);
    }
    mem_deref(answer);
}

enum next { NEXT_WAIT, NEXT_MESSAGE, NEXT_LOST };

/* One message of what is held. LOST: libre will close the connection, and the request has its answer. */
static enum next step(const guarded *g, struct mbuf *mb) {
    struct sip_msg *message = NULL;
    size_t begin = mb->pos, header = header_length(mb);
    if (!header)
        return NEXT_WAIT;
    int error = sip_msg_decode(&message, mb);
    bool framed = !error && pl_isset(&message->clen);
    size_t length = header + (framed ? pl_u32(&message->clen) : 0);
    mem_deref(message);
    mb->pos = begin;
    if (!framed) {
        refuse(g, mb, header);
        return NEXT_LOST;
    }
    if (mbuf_get_left(mb) < length)
        return NEXT_WAIT;
    mb->pos += length;
    return NEXT_MESSAGE;
}

/* Empty lines between messages are keepalives (RFC 5626). */
static bool skip_lines(struct mbuf *mb) {
    while (mbuf_get_left(mb) && (*mbuf_buf(mb) == '\r' || *mbuf_buf(mb) == '\n'))
        mb->pos++;
    return mbuf_get_left(mb) > 0;
}

static void keep_rest(guarded *g, struct mbuf *mb) {
    size_t left = mbuf_get_left(mb);
    memmove(mb->buf, mbuf_buf(mb), left);
    mb->pos = 0;
    mb->end = left;
    if (!left || left > HELD_MAX)
        forget(g);
}

/* What has come is only looked at: libre gets all of it afterwards. */
static bool on_bytes(int *error, struct mbuf *mb, bool *established, void *arg) {
    guarded *g = &guards.all[(intptr_t)arg];
    (void)error;
    (void)established;
    if (!g->held)
        g->held = mbuf_alloc(mbuf_get_left(mb));
    if (!g->held)
        return false;
    g->held->pos = g->held->end;
    if (mbuf_write_mem(g->held, mbuf_buf(mb), mbuf_get_left(mb))) {
        forget(g);
        return false;
    }
    g->held->pos = 0;
    enum next next = NEXT_MESSAGE;
    while (next == NEXT_MESSAGE && skip_lines(g->held))
        next = step(g, g->held);
    if (next == NEXT_LOST)
        forget(g);
    else
        keep_rest(g, g->held);
    return false;
}

static guarded *guard_of(int fd) {
    if (fd >= guards.n) {
        int n = 2 * fd + 16;
        guarded *more = realloc(guards.all, (size_t)n * sizeof *more);
        if (!more)
            return NULL;
        memset(more + guards.n, 0, (size_t)(n - guards.n) * sizeof *more);
        guards.all = more;
        guards.n = n;
    }
    forget(&guards.all[fd]);
    return &guards.all[fd];
}

static void watch(struct tcp_conn *connection) {
    int fd = tcp_conn_fd(connection);
    guarded *g = fd >= 0 ? guard_of(fd) : NULL;
    if (!g)
        return;
    g->connection = connection;
    (void)tcp_register_helper(&g->helper, connection, ABOVE_TLS, NULL, NULL, on_bytes, (void *)(intptr_t)fd);
}

typedef int (accept_function)(struct tcp_conn **, struct tcp_sock *, tcp_estab_h *, tcp_recv_h *, tcp_close_h *, void *);

__attribute__((visibility("default"))) int tcp_accept(struct tcp_conn **connection, struct tcp_sock *listener, tcp_estab_h *established,
                                                      tcp_recv_h *received, tcp_close_h *closed, void *arg) {
    static accept_function *libre;
    if (!libre)
        *(void **)&libre = dlsym(RTLD_NEXT, "tcp_accept");
    int error = libre ? libre(connection, listener, established, received, closed, arg) : ENOSYS;
    if (!error)
        watch(*connection);
    return error;
}
