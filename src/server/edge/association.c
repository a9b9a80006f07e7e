/* association.c: SCTP inside DTLS, over usrsctp without threads. Layer: server. RFC 9260, RFC 8261, RFC 3758.
 *
 * Settings marked * are those measured in a simulated network (100 ms + jitter, 5 % loss): with usrsctp's defaults of
 * 1 s RTO and 200 ms SACK delay the 95th percentile of the round trip was 1.6 s, with these 0.26 s.
 */
#include "association.h"

#include "id_map.h"
#include "tccc/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <usrsctp.h>

enum {
    PATH_MTU = 1160,                 /* DTLS_MTU less 13 + 8 + 16 bytes of record, nonce and tag */
    STREAMS = 16,                    /* our side's; one is used */
    SEND_BUFFER = 64 << 10, RECEIVE_BUFFER = 256 << 10,
    RTO_MIN_MS = 200, RTO_MAX_MS = 500, RTO_INITIAL_MS = 200, /* * */
    SACK_DELAY_MS = 25,              /* * longer than a packet of sound, so that SACKs travel with the sound; gaps are told at once */
    INITIAL_CWND = 10                /* * packets, RFC 6928 */
};

struct association {
    uintptr_t id;                    /* usrsctp's "address"; never reused, so late packets find nobody */
    struct socket *socket;
    association_events events;
};

/* usrsctp calls back with the id only: its stack is global, and so must be this. */
static struct {
    int running;
    uintptr_t last_id;
    id_map associations;
} stack;

static association *find(const void *id) {
    return id_map_get(&stack.associations, (uintptr_t)id);
}

static int on_output(void *id, void *packet, size_t len, uint8_t tos, uint8_t set_df) {
    association *a = find(id);
    (void)tos;
    (void)set_df;
    if (a)
        a->events.send(a->events.context, packet, len);
    return 0;
}

static void notify(association *a, const union sctp_notification *n, size_t len) {
    if (n->sn_header.sn_length != len)
        return;
    if (n->sn_header.sn_type == SCTP_ASSOC_CHANGE && n->sn_assoc_change.sac_state != SCTP_COMM_UP)
        a->events.down(a->events.context);
    if (n->sn_header.sn_type == SCTP_STREAM_RESET_EVENT && n->sn_strreset_event.strreset_flags & SCTP_STREAM_RESET_INCOMING_SSN)
        for (size_t i = 0; i < (len - sizeof n->sn_strreset_event) / sizeof(uint16_t); i++)
            a->events.stream_reset(a->events.context, n->sn_strreset_event.strreset_stream_list[i]);
}

static int on_receive(struct socket *socket, union sctp_sockstore addr, void *data, size_t len, struct sctp_rcvinfo info,
                      int flags, void *id) {
    association *a = find(id);
    (void)socket;
    (void)addr;
    if (a && data && flags & MSG_NOTIFICATION)
        notify(a, data, len);
    else if (a && data && flags & MSG_EOR)
        a->events.message(a->events.context, info.rcv_sid, ntohl(info.rcv_ppid), data, len);
    free(data);
    return 1;
}

int association_stack_start(void) {
    if (stack.running)
        return TCCC_E_STATE;
    usrsctp_init_nothreads(0, on_output, NULL);
    usrsctp_sysctl_set_sctp_blackhole(2);
    usrsctp_sysctl_set_sctp_no_csum_on_loopback(0);
    usrsctp_sysctl_set_sctp_ecn_enable(0);
    usrsctp_sysctl_set_sctp_asconf_enable(0);
    usrsctp_sysctl_set_sctp_auto_asconf(0);
    usrsctp_sysctl_set_sctp_auth_enable(0);
    usrsctp_sysctl_set_sctp_pr_enable(1);
    usrsctp_sysctl_set_sctp_sendspace(SEND_BUFFER);
    usrsctp_sysctl_set_sctp_recvspace(RECEIVE_BUFFER);
    usrsctp_sysctl_set_sctp_rto_min_default(RTO_MIN_MS);
    usrsctp_sysctl_set_sctp_rto_max_default(RTO_MAX_MS);
    usrsctp_sysctl_set_sctp_rto_initial_default(RTO_INITIAL_MS);
    usrsctp_sysctl_set_sctp_init_rto_max_default(RTO_MAX_MS);
    usrsctp_sysctl_set_sctp_delayed_sack_time_default(SACK_DELAY_MS);
    usrsctp_sysctl_set_sctp_initial_cwnd(INITIAL_CWND);
    usrsctp_sysctl_set_sctp_max_burst_default(0);    /* * bursts are not limited */
    usrsctp_sysctl_set_sctp_fr_max_burst_default(0);
    usrsctp_sysctl_set_sctp_nr_outgoing_streams_default(STREAMS);
    stack.running = 1;
    return 0;
}

void association_stack_stop(void) {
    if (!stack.running)
        return;
    for (int i = 0; usrsctp_finish() && i < 100; i++)
        usrsctp_handle_timers(ASSOCIATION_TICK_MS); /* what was closed is taken down by timers */
    id_map_free(&stack.associations);
    stack.running = 0;
}

void association_stack_tick(uint32_t elapsed_ms) {
    usrsctp_handle_timers(elapsed_ms);
}

static void subscribe(struct socket *socket, uint16_t type) {
    struct sctp_event event = { .se_assoc_id = SCTP_FUTURE_ASSOC, .se_type = type, .se_on = 1 };
    usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof event);
}

static void configure(struct socket *socket) {
    int on = 1;
    struct linger abort_at_close = { .l_onoff = 1, .l_linger = 0 };
    struct sctp_assoc_value resets = { .assoc_id = SCTP_FUTURE_ASSOC, .assoc_value = SCTP_ENABLE_RESET_STREAM_REQ | SCTP_ENABLE_CHANGE_ASSOC_REQ };
    struct sctp_paddrparams path = {
        .spp_assoc_id = SCTP_FUTURE_ASSOC, .spp_pathmtu = PATH_MTU, .spp_flags = SPP_PMTUD_DISABLE | SPP_HB_DISABLE, /* ICE consent does it */
    };
    usrsctp_set_non_blocking(socket, 1);
    usrsctp_setsockopt(socket, SOL_SOCKET, SO_LINGER, &abort_at_close, sizeof abort_at_close);
    usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_NODELAY, &on, sizeof on);
    usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_ENABLE_STREAM_RESET, &resets, sizeof resets);
    usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, &path, sizeof path);
    subscribe(socket, SCTP_ASSOC_CHANGE);
    subscribe(socket, SCTP_STREAM_RESET_EVENT);
}

static int connect_socket(association *a, uint16_t local_port, uint16_t remote_port) {
    struct sockaddr_conn local = { .sconn_family = AF_CONN, .sconn_port = htons(local_port), .sconn_addr = (void *)a->id };
    struct sockaddr_conn remote = { .sconn_family = AF_CONN, .sconn_port = htons(remote_port), .sconn_addr = (void *)a->id };
    a->socket = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, on_receive, NULL, 0, (void *)a->id);
    if (!a->socket)
        return TCCC_E_NO_MEMORY;
    configure(a->socket);
    if (usrsctp_bind(a->socket, (struct sockaddr *)&local, sizeof local))
        return TCCC_E_NO_MEMORY;
    return usrsctp_connect(a->socket, (struct sockaddr *)&remote, sizeof remote) && errno != EINPROGRESS ? TCCC_E_NO_MEMORY : 0;
}

association *association_open(uint16_t local_port, uint16_t remote_port, const association_events *events) {
    association *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->id = ++stack.last_id;
    a->events = *events;
    if (id_map_put(&stack.associations, a->id, a)) {
        free(a);
        return NULL;
    }
    usrsctp_register_address((void *)a->id);
    if (!connect_socket(a, local_port, remote_port))
        return a;
    association_close(a);
    return NULL;
}

void association_close(association *a) {
    if (!a)
        return;
    if (a->socket)
        usrsctp_close(a->socket); /* sends an ABORT, which still finds `a` */
    usrsctp_deregister_address((void *)a->id);
    id_map_take(&stack.associations, a->id);
    free(a);
}

void association_input(association *a, const uint8_t *packet, size_t len) {
    usrsctp_conninput((void *)a->id, packet, len, 0);
}

int association_send(association *a, const association_message *how, const uint8_t *data, size_t len) {
    struct sctp_sendv_spa spa = {
        .sendv_flags = SCTP_SEND_SNDINFO_VALID,
        .sendv_sndinfo = { .snd_sid = how->stream, .snd_ppid = htonl(how->ppid), .snd_flags = how->unordered ? SCTP_UNORDERED : 0 },
    };
    if (how->lifetime_ms) {
        spa.sendv_flags |= SCTP_SEND_PRINFO_VALID;
        spa.sendv_prinfo = (struct sctp_prinfo){ .pr_policy = SCTP_PR_SCTP_TTL, .pr_value = how->lifetime_ms };
    }
    return usrsctp_sendv(a->socket, data, len, NULL, 0, &spa, sizeof spa, SCTP_SENDV_SPA, 0) < 0 ? TCCC_E_AGAIN : 0;
}
