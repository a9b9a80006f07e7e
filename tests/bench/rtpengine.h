/* rtpengine.h: Debian's rtpengine in userspace mode as the relay's peer. Layer: tests. Included by bench_relay.c only.
 * Steered by its ng protocol: a cookie and a bencoded dictionary in one UDP datagram each way. */
#ifndef TCCC_TESTS_RTPENGINE_H
#define TCCC_TESTS_RTPENGINE_H

#include "relay_load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    pid_t pid;
    int fd;
    int cookie;
} rtpengine;

static int rtpengine_free_port(void) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) || getsockname(fd, (struct sockaddr *)&address, &len))
        return 0;
    close(fd);
    return ntohs(address.sin_port);
}

/* Sends a command until it is answered. The answer's length, 0 when none came in 10 s. */
static int rtpengine_ask(rtpengine *peer, const char *dictionary, char *answer, size_t cap) {
    char text[4096];
    int n = snprintf(text, sizeof text, "c%d %s", ++peer->cookie, dictionary);
    for (double end = load_now() + 10; load_now() < end;) {
        ssize_t got = send(peer->fd, text, (size_t)n, 0) < 0 ? -1 : recv(peer->fd, answer, cap - 1, 0);
        if (got > 0) {
            answer[got] = 0;
            return (int)got;
        }
        usleep(50000); /* it is still starting */
    }
    return 0;
}

static int rtpengine_start(rtpengine *peer) {
    char listen[64], answer[256];
    int port = rtpengine_free_port();
    struct timeval timeout = { .tv_usec = 200000 };
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port) };
    snprintf(listen, sizeof listen, "--listen-ng=127.0.0.1:%d", port);
    *peer = (rtpengine){ .pid = fork() };
    if (!peer->pid) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 1);
        dup2(null, 2);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execlp("rtpengine", "rtpengine", "--foreground", "--interface=127.0.0.1", listen, "--table=-1", "--log-stderr", "--log-level=2",
               "--port-min=16384", "--port-max=32766", "--num-threads=1", "--config-file=none", (char *)NULL);
        _exit(127);
    }
    peer->fd = socket(AF_INET, SOCK_DGRAM, 0);
    setsockopt(peer->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    if (connect(peer->fd, (struct sockaddr *)&address, sizeof address) == 0 && rtpengine_ask(peer, "d7:command4:pinge", answer, sizeof answer))
        return 0;
    kill(peer->pid, SIGKILL);
    waitpid(peer->pid, NULL, 0);
    close(peer->fd);
    fprintf(stderr, "bench_relay: rtpengine does not start; its figures are left out\n");
    return -1;
}

/* Offer or answer of a side that listens on rtp_port; the port rtpengine gives to the other side, 0 on failure. */
static int rtpengine_describe(rtpengine *peer, const char *command, int call, int rtp_port) {
    char sdp[512], dictionary[2048], answer[4096];
    int sdp_len = snprintf(sdp, sizeof sdp, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 0\r\n", rtp_port);
    char id[32];
    int id_len = snprintf(id, sizeof id, "call-%d", call), port = 0;
    snprintf(dictionary, sizeof dictionary, "d7:call-id%d:%s7:command%zu:%s8:from-tag1:a3:sdp%d:%s6:to-tag1:be", id_len, id,
             strlen(command), command, sdp_len, sdp);
    if (!rtpengine_ask(peer, dictionary, answer, sizeof answer))
        return 0;
    const char *media = strstr(answer, "m=audio ");
    return media && sscanf(media, "m=audio %d", &port) == 1 ? port : 0;
}

/* One call between the load generator, whose port it learns, and the echo; where the generator shall send. */
static int rtpengine_call(rtpengine *peer, int call, int echo_port) {
    int far = rtpengine_describe(peer, "offer", call, 9), near = rtpengine_describe(peer, "answer", call, echo_port);
    if (!far || !near) {
        kill(peer->pid, SIGKILL);
        load_fail("rtpengine refuses a call");
    }
    return near;
}

static void rtpengine_stop(rtpengine *peer) {
    kill(peer->pid, SIGTERM);
    waitpid(peer->pid, NULL, 0);
    close(peer->fd);
}

#endif
