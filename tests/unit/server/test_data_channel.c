/* test_data_channel.c: a client of our own on the data channel, for what browsers do not let a test do. Layer: tests.
 *
 * usrsctp is one stack for a process, so the edge runs in a child: it answers offers on a socket pair and echoes packets. */
#include "server/bridge/bridge.h"
#include "server/edge/association.h"
#include "server/edge/dcep.h"
#include "server/edge/dtls.h"
#include "server/edge/edge.h"
#include "server/edge/stun.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../cmocka_all.h"

enum {
    DEADLINE_MS = 10000, TEXT = 4096, PCMU_PACKET = 172, FRAME = 4 + PCMU_PACKET,
    CHECK_AGAIN_MS = 500,            /* RFC 8489 section 6.2.1: UDP may lose a check, or the edge take it before it has heard of the client */
    LIFETIME_MS = 150                /* docs/protocol.md: what is older is dropped, so that a packet must be said again on a busy machine */
};

/* --- the child: an edge whose seats talk to the echo --- */

static void child_answer(edge *e, int fd, const char *offer) {
    char ticket[33], answer[TEXT] = "";
    bridge_side page = { .kind = BRIDGE_PAGE, .codec = TCCC_CODEC_PCMU, .ptime_ms = 20 }, echo = { .kind = BRIDGE_PROGRAM, .program = PROGRAM_ECHO };
    page.seat = edge_seat_new(e, ticket);
    bridge_open(e, &page, &echo);
    edge_data_channel(e, page.seat, offer, answer, sizeof answer);
    if (write(fd, answer, sizeof answer) != sizeof answer)
        _exit(1);
}

static void child_run(int fd) {
    char err[256], text[TEXT];
    edge_handler handler = { 0 };
    edge_config config = { .host = "127.0.0.1", .dc_host = "127.0.0.1", .sdk_dir = "." };
    edge *e = edge_start(&config, &handler, NULL, err, sizeof err);
    int port = e ? edge_dc_port(e) : 0;
    if (write(fd, &port, sizeof port) != sizeof port)
        _exit(1);
    while (e && recv(fd, text, sizeof text, MSG_WAITALL) == sizeof text) {
        edge_counters counters;
        edge_dispatch(e);
        edge_count(e, &counters);
        if (!strcmp(text, "dropped"))
            snprintf(text, sizeof text, "%llu", (unsigned long long)counters.packets_dropped);
        else {
            child_answer(e, fd, text);
            continue;
        }
        if (write(fd, text, sizeof text) != sizeof text)
            break;
    }
    if (e)
        edge_stop(e);
    _exit(0);
}

static struct {
    pid_t pid;
    int fd, port;
} child;

static int start(void **state) {
    (void)state;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
        return -1;
    child.pid = fork();
    if (!child.pid) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(ends[0]);
        child_run(ends[1]);
    }
    close(ends[1]);
    child.fd = ends[0];
    return recv(child.fd, &child.port, sizeof child.port, MSG_WAITALL) == sizeof child.port && child.port ? association_stack_start() : -1;
}

static int stop(void **state) {
    (void)state;
    int status = -1;
    association_stack_stop();
    close(child.fd);
    waitpid(child.pid, &status, 0);
    return status;
}

static void ask(const char *question, char answer[TEXT]) {
    char text[TEXT] = "";
    snprintf(text, sizeof text, "%s", question);
    assert_int_equal(write(child.fd, text, sizeof text), sizeof text);
    assert_int_equal(recv(child.fd, answer, TEXT, MSG_WAITALL), TEXT);
}

/* --- the client --- */

typedef struct {
    int fd;
    char ufrag[32], pwd[64];
    uint16_t sctp_port;
    uint8_t fingerprint[DTLS_FINGERPRINT_LEN];
    dtls_identity *identity;
    dtls_peer *dtls;
    association *association;
    int open, down, checked;         /* channel acknowledged; association down; answers to checks */
    uint16_t seq, echoed;            /* of the next packet; of the newest that came back, plus 1 */
    double ticked;                   /* when SCTP's timers ran last */
} client;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int new_socket(void) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    address.sin_port = htons((uint16_t)child.port);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void on_dtls_out(void *context, const uint8_t *datagram, size_t len) {
    assert_int_equal(send(((client *)context)->fd, datagram, len, 0), len);
}

static void on_dtls_data(void *context, uint8_t *data, size_t len) {
    association_input(((client *)context)->association, data, len);
}

static void on_sctp_out(void *context, const uint8_t *packet, size_t len) {
    dtls_peer_send(((client *)context)->dtls, packet, len);
}

static void on_message(void *context, uint16_t stream, uint32_t ppid, const uint8_t *data, size_t len) {
    client *c = context;
    assert_int_equal(stream, 0);
    if (ppid == DCEP_PPID) {
        assert_int_equal(data[0], DCEP_TYPE_ACK);
        c->open = 1;
        return;
    }
    assert_int_equal(ppid, DCEP_PPID_BINARY);
    if (len == FRAME && !(data[5] & 0x7f)) /* PCMU: reports about it (RTCP) come, too, by the clock */
        c->echoed = (uint16_t)((data[50] << 8 | data[51]) + 1);
}

static void on_reset(void *context, uint16_t stream) {
    (void)context;
    (void)stream;
}

static void on_down(void *context) {
    ((client *)context)->down = 1;
}

static void on_ready(void *context) {
    client *c = context;
    association_events events = { on_sctp_out, on_message, on_reset, on_down, c };
    c->association = association_open(5000, c->sctp_port, &events);
}

/* An offer whose certificate has `fingerprint`; the answer's credentials into the client. */
static client client_start(const uint8_t *fingerprint) {
    client c = { .fd = new_socket(), .identity = dtls_identity_new(), .ticked = now() };
    char offer[TEXT], answer[TEXT], hex[100];
    fingerprint = fingerprint ? fingerprint : dtls_identity_fingerprint(c.identity);
    for (int i = 0; i < 32; i++)
        snprintf(hex + 3 * i, 4, "%02X%c", fingerprint[i], i < 31 ? ':' : 0);
    snprintf(offer, sizeof offer,
             "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=ice-ufrag:test\r\na=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa\r\n"
             "a=fingerprint:sha-256 %s\r\na=setup:actpass\r\na=mid:0\r\n",
             hex);
    ask(offer, answer);
    assert_int_equal(sscanf(strstr(answer, "a=ice-ufrag:"), "a=ice-ufrag:%31s", c.ufrag), 1);
    assert_int_equal(sscanf(strstr(answer, "a=sctp-port:"), "a=sctp-port:%hu", &c.sctp_port), 1);
    assert_int_equal(sscanf(strstr(answer, "a=ice-pwd:"), "a=ice-pwd:%63s", c.pwd), 1);
    for (int i = 0; i < 32; i++)
        assert_int_equal(sscanf(strstr(answer, "sha-256 ") + 8 + 3 * i, "%2hhx", &c.fingerprint[i]), 1);
    return c;
}

static void client_stop(client *c) {
    association_close(c->association);
    dtls_peer_free(c->dtls);
    dtls_identity_free(c->identity);
    close(c->fd);
}

static void send_check(client *c) {
    uint8_t buf[STUN_ANSWER_MAX], transaction[STUN_TRANSACTION_LEN] = { 7 };
    char username[64];
    snprintf(username, sizeof username, "%s:test", c->ufrag);
    size_t n = stun_write_check(buf, transaction, username, c->pwd);
    assert_int_equal(send(c->fd, buf, n, 0), n);
}

static void take_datagram(client *c, const uint8_t *bytes, size_t len) {
    stun_message m;
    if (!stun_is_message(bytes, len)) {
        if (c->dtls)
            dtls_peer_input(c->dtls, bytes, len);
        return;
    }
    assert_int_equal(stun_read(&m, bytes, len), 0);
    assert_int_equal(m.type, STUN_BINDING_SUCCESS);
    assert_true(stun_authentic(&m, bytes, c->pwd) && m.has_mapped);
    c->checked++;
}

/* One step of the client's loop: at most 10 ms. */
static void step(client *c) {
    uint8_t buf[1600];
    struct pollfd fd = { .fd = c->fd, .events = POLLIN };
    if (poll(&fd, 1, ASSOCIATION_TICK_MS) == 1) {
        ssize_t n = recv(c->fd, buf, sizeof buf, 0);
        if (n > 0)
            take_datagram(c, buf, (size_t)n);
    }
    uint32_t elapsed_ms = (uint32_t)((now() - c->ticked) * 1000);
    c->ticked += elapsed_ms / 1000.0;
    association_stack_tick(elapsed_ms);
    if (c->dtls)
        dtls_peer_timer(c->dtls);
}

/* Steps until `truth`, and does `act` at once and each `again_ms`. */
#define STEP_UNTIL_DOING(c, truth, again_ms, act)                        \
    do {                                                                 \
        double end_ = now() + DEADLINE_MS / 1000.0, next_ = 0;           \
        while (!(truth)) {                                               \
            if (now() > end_)                                            \
                fail_msg("not within the deadline: " #truth);            \
            if (now() >= next_) {                                        \
                next_ = now() + (again_ms) / 1000.0;                     \
                act;                                                     \
            }                                                            \
            step(c);                                                     \
        }                                                                \
    } while (0)

#define STEP_UNTIL(c, truth) STEP_UNTIL_DOING(c, truth, 0, (void)0)

static void client_check(client *c) {
    int before = c->checked;
    STEP_UNTIL_DOING(c, c->checked > before, CHECK_AGAIN_MS, send_check(c));
}

static void client_handshake(client *c) {
    dtls_events events = { on_dtls_out, on_dtls_data, on_ready, c };
    c->dtls = dtls_peer_new(c->identity, 0, c->fingerprint, &events);
    assert_int_equal(dtls_peer_input(c->dtls, NULL, 0), 0);
    STEP_UNTIL(c, dtls_peer_ready(c->dtls));
}

static int send_open(client *c) {
    uint8_t buf[64];
    dcep_open open = { .reliability = DCEP_LIMITED_LIFETIME, .unordered = 1, .limit = 150, .label = "tccc", .label_len = 4 };
    association_message how = { .ppid = DCEP_PPID };
    int n = dcep_write_open(&open, buf, sizeof buf);
    return association_send(c->association, &how, buf, (size_t)n);
}

static void client_open(client *c) {
    client_check(c);
    client_handshake(c);
    STEP_UNTIL(c, send_open(c) == 0);
    STEP_UNTIL(c, c->open);
}

static void send_frame(client *c) {
    uint16_t seq = c->seq++;
    uint8_t high = (uint8_t)(seq >> 8), low = (uint8_t)seq;
    uint8_t frame[FRAME] = { 0, 0, high, low, 0x80, 0, high, low, [12] = 9, [50] = high, [51] = low };
    association_message how = { .ppid = DCEP_PPID_BINARY, .unordered = 1, .lifetime_ms = LIFETIME_MS };
    assert_int_equal(association_send(c->association, &how, frame, sizeof frame), 0);
}

/* A packet that has not been sent yet comes back. */
static void echo_frame(client *c) {
    uint16_t first = c->seq;
    STEP_UNTIL_DOING(c, (uint16_t)(c->echoed - first - 1) < (uint16_t)(c->seq - first), LIFETIME_MS, send_frame(c));
}

/* All that has come for the socket. */
static void drain(client *c, int fd) {
    uint8_t buf[1600];
    for (ssize_t n; (n = recv(fd, buf, sizeof buf, MSG_DONTWAIT)) > 0;)
        take_datagram(c, buf, (size_t)n);
}

/* --- tests --- */

static void a_channel_opens_and_carries_packets_both_ways(void **state) {
    (void)state;
    client c = client_start(NULL);
    client_open(&c);
    for (int i = 0; i < 20; i++)
        echo_frame(&c);
    client_stop(&c);
}

static void the_channel_follows_its_client_to_another_address(void **state) {
    (void)state;
    client c = client_start(NULL);
    client_open(&c);
    echo_frame(&c);
    int old = c.fd;
    c.fd = new_socket(); /* another port, as after a change of network */
    client_check(&c);
    drain(&c, old); /* from the answer on the old one hears nothing more */
    for (int i = 0; i < 20; i++)
        echo_frame(&c);
    uint8_t byte;
    assert_int_equal(recv(old, &byte, 1, MSG_DONTWAIT), -1);
    close(old);
    client_stop(&c);
}

static unsigned long long dropped(void) {
    char answer[TEXT];
    ask("dropped", answer);
    return strtoull(answer, NULL, 10);
}

static void a_certificate_that_is_not_the_offers_gets_no_association(void **state) {
    (void)state;
    uint8_t another[DTLS_FINGERPRINT_LEN] = { 1, 2, 3 };
    client c = client_start(another);
    client_check(&c);
    client_handshake(&c); /* done for the client; the server has looked at the certificate and forgets the peer */
    unsigned long long before = dropped();
    STEP_UNTIL(&c, dropped() > before);
    assert_false(c.open);
    client_stop(&c);
}

static void a_check_with_a_wrong_password_is_not_answered(void **state) {
    (void)state;
    client c = client_start(NULL), wrong = c;
    unsigned long long before = dropped();
    wrong.pwd[0] ^= 1;
    send_check(&wrong);
    STEP_UNTIL(&c, dropped() > before);
    drain(&c, c.fd);
    assert_int_equal(c.checked, 0);
    client_check(&c);
    client_stop(&c);
}

static void after_one_client_has_gone_the_next_one_is_served(void **state) {
    (void)state;
    client first = client_start(NULL);
    client_open(&first);
    client_stop(&first); /* sends an ABORT and close_notify */
    client second = client_start(NULL);
    client_open(&second);
    echo_frame(&second);
    client_stop(&second);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_channel_opens_and_carries_packets_both_ways),
        cmocka_unit_test(the_channel_follows_its_client_to_another_address),
        cmocka_unit_test(a_certificate_that_is_not_the_offers_gets_no_association),
        cmocka_unit_test(a_check_with_a_wrong_password_is_not_answered),
        cmocka_unit_test(after_one_client_has_gone_the_next_one_is_served),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
