/* phone.c: the telephone's end of a bridge: RTP and RTCP sockets on the edge thread. Layer: server. RFC 3550, RFC 5761. */
#include "phone.h"

#include "media/rtp.h"

#include <stdlib.h>
#include <string.h>

struct phone {
    edge_loop *loop;
    rtp_port *port;
    uv_poll_t polls[2];              /* RTP, RTCP */
    int n_open;                      /* handles that libuv has not closed yet */
    phone_config config;
    latch latch;
    address rtcp_target;             /* family 0: the RTP target's next port */
    phone_packet *packet;
    void *context;
};

static int payload_type_known(const phone *p, uint8_t payload_type) {
    for (int i = 0; i < p->config.n_payload_types; i++)
        if (p->config.payload_types[i] == payload_type)
            return 1;
    return 0;
}

static int believed(phone *p, const uint8_t *packet, size_t len, const address *from, int rtcp_socket) {
    switch (rtp_packet_kind(packet, len)) {
    case RTP_KIND_RTP:
        return !rtcp_socket && payload_type_known(p, rtp_packet_payload_type(packet)) &&
               latch_packet(&p->latch, from, rtp_packet_ssrc(packet), rtp_packet_seq(packet), edge_now_us(p->loop));
    case RTP_KIND_RTCP:
        if (!latch_host(&p->latch, from))
            return 0;
        if (rtcp_socket && p->config.symmetric)
            p->rtcp_target = *from;
        return 1;
    case RTP_KIND_OTHER:
        break;
    }
    return 0;
}

static void receive(phone *p, int fd, int rtcp_socket) {
    uint8_t buf[PACKET_HEADROOM + PACKET_MAX + PACKET_TAILROOM], *packet = buf + PACKET_HEADROOM;
    address from;
    socklen_t from_len = sizeof from;
    ssize_t len = recvfrom(fd, packet, PACKET_MAX, MSG_TRUNC, &from.sa, &from_len);
    if (len < 0)
        return;
    if (len > PACKET_MAX || !believed(p, packet, (size_t)len, &from, rtcp_socket)) {
        edge_tally(p->loop, DROPPED);
        return;
    }
    edge_tally(p->loop, FROM_PHONES);
    p->packet(p->context, packet, (size_t)len);
}

/* libuv stops polling a socket with a pending error, such as a network that has gone down: read it off and go on. */
static void go_on(uv_poll_t *poll, int fd, uv_poll_cb callback) {
    int error;
    socklen_t len = sizeof error;
    if (!getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len))
        uv_poll_start(poll, UV_READABLE, callback);
}

static void on_rtp(uv_poll_t *poll, int status, int events) {
    phone *p = poll->data;
    (void)events;
    if (status < 0)
        go_on(poll, p->port->rtp, on_rtp);
    else
        receive(p, p->port->rtp, 0);
}

static void on_rtcp(uv_poll_t *poll, int status, int events) {
    phone *p = poll->data;
    (void)events;
    if (status < 0)
        go_on(poll, p->port->rtcp, on_rtcp);
    else
        receive(p, p->port->rtcp, 1);
}

phone *phone_open(edge_loop *loop, rtp_port *port, phone_packet *packet, void *context) {
    phone *p = calloc(1, sizeof *p);
    if (!p) {
        rtp_port_close(port);
        return NULL;
    }
    *p = (phone){ .loop = loop, .port = port, .packet = packet, .context = context, .n_open = 2 };
    uv_poll_init(&loop->uv, &p->polls[0], port->rtp);
    uv_poll_init(&loop->uv, &p->polls[1], port->rtcp);
    p->polls[0].data = p->polls[1].data = p;
    uv_poll_start(&p->polls[0], UV_READABLE, on_rtp);
    uv_poll_start(&p->polls[1], UV_READABLE, on_rtcp);
    return p;
}

static void on_closed(uv_handle_t *handle) {
    phone *p = handle->data;
    if (--p->n_open)
        return;
    rtp_port_close(p->port);
    free(p);
}

void phone_close(phone *p) {
    uv_poll_stop(&p->polls[0]);
    uv_poll_stop(&p->polls[1]);
    uv_close((uv_handle_t *)&p->polls[0], on_closed);
    uv_close((uv_handle_t *)&p->polls[1], on_closed);
}

/* Before the first configuration everything is zero, as a latch that expects nothing is. */
static int same_remote(const phone_config *a, const phone_config *b) {
    int unknown = !a->remote.sa.sa_family && !b->remote.sa.sa_family;
    return a->remote_number == b->remote_number && a->symmetric == b->symmetric && (unknown || address_equal(&a->remote, &b->remote));
}

void phone_configure(phone *p, const phone_config *config) {
    phone_config before = p->config;
    p->config = *config;
    address_fit(&p->config.remote, p->port->family);
    if (same_remote(&before, &p->config))
        return;
    latch_open(&p->latch, &p->config.remote, config->symmetric);
    p->rtcp_target.sa.sa_family = 0;
}

static int rtcp_address(const phone *p, address *target) {
    if (p->rtcp_target.sa.sa_family) {
        *target = p->rtcp_target;
        return 1;
    }
    *target = *latch_target(&p->latch);
    address_set_port(target, htons((uint16_t)(ntohs(address_port(target)) + 1)));
    return target->sa.sa_family != 0;
}

void phone_send(phone *p, const uint8_t *packet, size_t len, int is_rtcp) {
    const address *target = latch_target(&p->latch);
    address rtcp;
    int fd = p->port->rtp;
    if (is_rtcp && !p->config.rtcp_mux) {
        fd = p->port->rtcp;
        target = rtcp_address(p, &rtcp) ? &rtcp : target;
    }
    if (!p->config.sending || !target->sa.sa_family || sendto(fd, packet, len, 0, &target->sa, address_len(target)) < 0)
        edge_tally(p->loop, DROPPED); /* a full socket buffer, or nobody there: sound cannot wait */
    else
        edge_tally(p->loop, TO_PHONES);
}
